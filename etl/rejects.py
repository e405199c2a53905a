"""The rows that could not be taken in, as a CSV to put right and load again."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from etl.types import Sheet

BOM = b"\xef\xbb\xbf"  # so that spreadsheet programs read it as UTF-8
HEADER = ("row", "column", "value", "reason", "row_taken_in")
STARTS_FORMULA = r"^\s*[=+\-@\t\r]"
PLAIN_NUMBER = r"^[+-]?(?:\d+(?:,\d{3})*(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?%?$"


def write_rejected_rows(path: Path, rejections: pa.Table, sheets: Sequence[Sheet]) -> int:
    """How many rejections were written to `path`, as `make_rejected_csv` makes them; written beside and renamed, so that
    nobody downloads half of a file."""
    partial = path.with_name(f"{path.name}.partial")
    with partial.open("wb") as file:
        _write(file, _make_columns(rejections, sheets))
    os.replace(partial, path)
    return rejections.num_rows


def make_rejected_csv(rejections: pa.Table, sheets: Sequence[Sheet]) -> bytes:
    """The rejections as a CSV: row, column, value, reason, row_taken_in (yes: only this value was set aside), the sheet
    where there are several, then every column of the row as it was (or would be) kept.

    UTF-8 with a mark. A cell that a spreadsheet would run as a formula begins with an apostrophe; plain numbers do not.
    """
    file = io.BytesIO()
    _write(file, _make_columns(rejections, sheets))
    return file.getvalue()


def _make_columns(rejections: pa.Table, sheets: Sequence[Sheet]) -> list[tuple[str, pa.Array]]:
    """The columns of the CSV by their headings."""
    columns = [
        (HEADER[0], rejections["row_number"].cast(pa.string())),
        (HEADER[1], rejections["column_name"]),
        (HEADER[2], rejections["value"]),
        (HEADER[3], rejections["reason"]),
        (HEADER[4], pc.if_else(rejections["is_row_rejected"], "no", "yes")),
    ]
    of_sheet = _match_sheets(rejections["file"], [sheet.name for sheet in sheets])
    if len(sheets) > 1:
        names = pa.array([sheet.name for sheet in sheets], pa.string())
        columns.append(("sheet", names.take(of_sheet)))
    positions = [_positions(rejections["row_number"], of_sheet, at, sheet) for at, sheet in enumerate(sheets)]
    for name in dict.fromkeys(name for sheet in sheets for name in sheet.table.column_names):
        cells = [
            sheet.table[name].combine_chunks().take(rows)
            for sheet, rows in zip(sheets, positions, strict=True)
            if name in sheet.table.column_names
        ]
        columns.append((name, pc.coalesce(*cells)))
    return columns


def _match_sheets(files: pa.ChunkedArray, names: Sequence[str]) -> pa.Array:
    """The number of the sheet that each rejection is of: the only one, or the one its file label ends with; null for none."""
    encoded = files.combine_chunks().dictionary_encode()
    found = []
    for label in encoded.dictionary.to_pylist():
        fits = [name for name in names if label == name or label.endswith((f": {name}", f"/{name}"))]
        best = names.index(max(fits, key=len)) if fits else None
        found.append(0 if len(names) == 1 else best)
    return pa.array(found, pa.int32()).take(encoded.indices)


def _positions(numbers: pa.ChunkedArray, of_sheet: pa.Array, at: int, sheet: Sheet) -> pa.Array:
    """Where in the sheet's table each rejected row stands, null for rejections of other sheets."""
    position = pc.index_in(numbers.combine_chunks().cast(pa.int32()), sheet.row_numbers.cast(pa.int32()))
    return pc.if_else(pc.fill_null(pc.equal(of_sheet, at), False), position, pa.scalar(None, pa.int32()))


def _write(file: IO[bytes], columns: Sequence[tuple[str, pa.Array]]) -> None:
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
