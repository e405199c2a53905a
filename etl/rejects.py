"""The rows that could not be taken in, as a CSV to put right and load again."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from etl.types import Sheet
from soundings.disk import rename, step

BOM = b"\xef\xbb\xbf"  # so that spreadsheet programs read it as UTF-8
MARK = "Soundings: "  # what begins the heading of each column that is ours; such columns are not read again
ROW, COLUMN, VALUE, REASON, TAKEN_IN = HEADER = tuple(
    MARK + name for name in ("row", "column", "value", "reason", "row taken in")
)
SHEET, MADE_OF = f"{MARK}sheet", f"{MARK}made of"
STARTER_OF = "starter_of"  # of what a sheet was detected to be: the file that it was made of to be put right
STARTS_FORMULA = r"^'*\s*[=+\-@\t\r]"
WAS_FORMULA = r"^'('*\s*[=+\-@\t\r])"
PLAIN_NUMBER = r"^[+-]?(?:\d+(?:,\d{3})*(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?%?$"
NOT_READ = "the columns that Soundings wrote beside the rows are not read"


def write_rejected_rows(path: Path, rejections: pa.Table, sheets: Sequence[Sheet]) -> int:
    """How many rejections were written to `path`, as `make_rejected_csv` makes them; written beside and renamed, so that
    nobody downloads half of a file."""
    partial = path.with_name(f"{path.name}.partial")
    with step("write", partial), partial.open("wb") as file:
        write_columns(file, _make_columns(rejections, sheets))
    rename(partial, path)
    return rejections.num_rows


def make_rejected_csv(rejections: pa.Table, sheets: Sequence[Sheet]) -> bytes:
    """The rows with a rejection as a CSV, each row once: every column of it as it was (or would be) kept, then the row's number,
    the columns, values and reasons, whether the row was taken in (yes: only these values were set aside), and the sheet
    where there are several.

    UTF-8 with a mark. A cell that a spreadsheet would run as a formula begins with an apostrophe; plain numbers do not.
    Put right and loaded, `take_notes_off` leaves out what came in before.
    """
    file = io.BytesIO()
    write_columns(file, _make_columns(rejections, sheets))
    return file.getvalue()


def take_notes_off(sheet: Sheet) -> Sheet:
    """A sheet of a file that Soundings wrote to be put right, as the person's own: without the columns that are ours, and without
    the apostrophes before what looks like a formula. Any other sheet is given back as it is.

    Of the rejected rows of a load, those that were taken in then are left out and noted; a starter holds its whole file, and says of
    which file it was made (`STARTER_OF`).
    """
    table = sheet.table
    marked = {name.casefold(): name for name in table.column_names if name.casefold().startswith(MARK.casefold())}
    if not marked:
        return sheet
    numbers, notes, detected = sheet.row_numbers, [NOT_READ], dict(sheet.detected)
    made_of = table[marked[MADE_OF.casefold()]].drop_null().to_pylist() if MADE_OF.casefold() in marked else []
    if made_of:
        detected[STARTER_OF] = made_of[0]
    elif TAKEN_IN.casefold() in marked:
        said = pc.fill_null(table[marked[TAKEN_IN.casefold()]].combine_chunks(), "")
        is_left = pc.not_equal(pc.utf8_lower(pc.utf8_trim_whitespace(said)), "yes")
        if gone := table.num_rows - (pc.sum(is_left).as_py() or 0):
            notes.append(
                f"{gone:,} {'row was' if gone == 1 else 'rows were'} taken in before and left out here; to put a value of such a row "
                "right, load the whole file again in place of the first"
            )
        table, numbers = table.filter(is_left), numbers.filter(is_left)
    own = [name for name in table.column_names if name not in marked.values()]
    plain = pa.table(
        [pc.replace_substring_regex(table[name], WAS_FORMULA, r"\1") for name in own],
        names=[re.sub(WAS_FORMULA, r"\1", name) for name in own],
    )
    detected["notes"] = "; ".join(filter(None, [detected.get("notes"), *notes]))
    return Sheet(sheet.name, plain, numbers, detected)


def _make_columns(rejections: pa.Table, sheets: Sequence[Sheet]) -> list[tuple[str, pa.Array]]:
    """The columns of the CSV by their headings."""
    of_sheet = _match_sheets(rejections["file"], [sheet.name for sheet in sheets])
    told: dict[tuple, list[int]] = {}
    for at, where in enumerate(zip(of_sheet.to_pylist(), rejections["row_number"].to_pylist(), strict=True)):
        told.setdefault(where, []).append(at)
    first = pa.array([lines[0] for lines in told.values()], pa.int64())
    numbers, of_row = rejections["row_number"].combine_chunks().take(first), of_sheet.take(first)
    positions = [_positions(numbers, of_row, at, sheet) for at, sheet in enumerate(sheets)]
    columns = []
    for name in dict.fromkeys(name for sheet in sheets for name in sheet.table.column_names):
        cells = [
            sheet.table[name].combine_chunks().take(rows)
            for sheet, rows in zip(sheets, positions, strict=True)
            if name in sheet.table.column_names
        ]
        columns.append((name, pc.coalesce(*cells)))
    columns.append((ROW, numbers.cast(pa.string())))
    for heading, column in ((COLUMN, "column_name"), (VALUE, "value"), (REASON, "reason")):
        said = rejections[column].to_pylist()
        columns.append(
            (heading, pa.array([join_notes(said[at] for at in lines) for lines in told.values()], pa.string()))
        )
    is_rejected = rejections["is_row_rejected"].to_pylist()
    taken_in = ["no" if any(is_rejected[at] for at in lines) else "yes" for lines in told.values()]
    columns.append((TAKEN_IN, pa.array(taken_in, pa.string())))
    if len(sheets) > 1:
        names = pa.array([sheet.name for sheet in sheets], pa.string())
        columns.append((SHEET, names.take(of_row)))
    return columns


def join_notes(notes: Iterable[str | None]) -> str | None:
    """Several notes on one row as one text, each once; None where there are none."""
    return " | ".join(dict.fromkeys(filter(None, notes))) or None


def _match_sheets(files: pa.ChunkedArray, names: Sequence[str]) -> pa.Array:
    """The number of the sheet that each rejection is of: the only one, or the one its file label ends with; null for none."""
    encoded = files.combine_chunks().dictionary_encode()
    found = []
    for label in encoded.dictionary.to_pylist():
        fits = [name for name in names if label == name or label.endswith((f": {name}", f"/{name}"))]
        best = names.index(max(fits, key=len)) if fits else None
        found.append(0 if len(names) == 1 else best)
    return pa.array(found, pa.int32()).take(encoded.indices)


def _positions(numbers: pa.Array, of_sheet: pa.Array, at: int, sheet: Sheet) -> pa.Array:
    """Where in the sheet's table each rejected row stands, null for rejections of other sheets."""
    position = pc.index_in(numbers.cast(pa.int32()), sheet.row_numbers.cast(pa.int32()))
    return pc.if_else(pc.fill_null(pc.equal(of_sheet, at), False), position, pa.scalar(None, pa.int32()))


def write_columns(file: IO[bytes], columns: Sequence[tuple[str, pa.Array | pa.ChunkedArray]]) -> None:
    """Writes columns, each with its heading, as a CSV that spreadsheets read as UTF-8 and that they run nothing of."""
    table = pa.table([_unformula(cells) for _, cells in columns], names=[str(at) for at in range(len(columns))])
    header = pa.table([_unformula(pa.array([name])) for name, _ in columns], names=table.column_names)
    options = arrow_csv.WriteOptions(include_header=False)
    file.write(BOM)
    arrow_csv.write_csv(header, file, options)
    arrow_csv.write_csv(table, file, options)


def _unformula(cells: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """The cells with an apostrophe before any that a spreadsheet would take for a formula."""
    is_formula = pc.and_(
        pc.match_substring_regex(cells, STARTS_FORMULA), pc.invert(pc.match_substring_regex(cells, PLAIN_NUMBER))
    )
    if not pc.any(is_formula).as_py():
        return cells
    return pc.if_else(is_formula, pc.binary_join_element_wise("'", cells, ""), cells)
