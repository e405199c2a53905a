"""The whole file as a person takes it away to put right, with what is wrong beside each row."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa

from etl.earlier import Origin
from etl.inbox import ID_LENGTH
from etl.loading import choose_kept
from etl.mapping.headings import find_roles
from etl.rejects import COLUMN, MADE_OF, REASON, ROW, TAKEN_IN, VALUE, join_notes, write_columns
from etl.spec_types import DROP
from etl.types import Sheet
from etl.uploads.sheets import choose_sheets
from etl.uploads.troubles import Trouble
from etl.uploads.uploading import Prepared, Wanted, apply_fixes

PREFIX = "to-correct-"
CSV, WORKBOOK = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\]")
LONGEST_NAME = 31


def name_starter(prepared: Prepared, raw: list[Sheet], wanted: Wanted) -> tuple[str, str]:
    """(what the file is called, its media type): a CSV, or of several sheets a workbook."""
    stem = prepared.manifest["file_name"].rsplit(".", 1)[0].removeprefix(PREFIX)
    is_book = len(choose_used(prepared, raw, wanted)) > 1
    return (f"{PREFIX}{stem}.xlsx", WORKBOOK) if is_book else (f"{PREFIX}{stem}.csv", CSV)


def make_starter(prepared: Prepared, raw: list[Sheet], wanted: Wanted, troubles: Sequence[Trouble]) -> bytes:
    """The file with every row, corrections in place: the columns that are used as the person's own file has them, then those of
    Soundings, filled where a row has something to put right. Uploaded again it can take the place of the first, whole.
    """
    manifest = prepared.manifest
    told = {(one.sheet, one.row): one for one in troubles}
    dates = (wanted.options.date_order, wanted.options.epoch)
    origin = Origin(manifest["file_name"], manifest["file_sha256"][:ID_LENGTH], *dates).say()
    sheets = [(sheet.name, list_columns(sheet, told, origin)) for sheet in choose_own(prepared, raw, wanted)]
    if len(sheets) > 1:
        return make_workbook(sheets)
    file = io.BytesIO()
    write_columns(file, sheets[0][1])
    return file.getvalue()


def choose_own(prepared: Prepared, raw: list[Sheet], wanted: Wanted) -> list[Sheet]:
    """The sheets and columns of the file that are used, before screening: only so are they the same when they come back."""
    sheets = apply_fixes(choose_used(prepared, raw, wanted), wanted)
    if wanted.mapping is not None:
        used = [column for column, _ in wanted.mapping.columns]
        return [pick(sheet, used) for sheet in sheets]
    drop = [*prepared.spec.drop, *wanted.options.drop]
    roles = find_roles(prepared.spec, sheets, drop)
    gone = {name.casefold().strip() for name in drop} | {
        name.casefold() for name, role in roles.items() if role == DROP
    }
    return [pick(sheet, [name for name in sheet.table.column_names if name.casefold() not in gone]) for sheet in sheets]


def choose_used(prepared: Prepared, raw: list[Sheet], wanted: Wanted) -> list[Sheet]:
    """The sheets of the file of which anything is kept."""
    if wanted.mapping is not None:
        return choose_sheets(raw, wanted.mapping)
    return choose_kept(prepared.spec, raw, [*prepared.spec.drop, *wanted.options.drop])[0]


def pick(sheet: Sheet, columns: list[str]) -> Sheet:
    return replace(sheet, table=sheet.table.select(columns))


def list_columns(
    sheet: Sheet, told: dict[tuple[str, int], Trouble], origin: str
) -> list[tuple[str, pa.Array | pa.ChunkedArray]]:
    """The columns of one sheet by their headings, those of Soundings last."""
    numbers = sheet.row_numbers.to_pylist()
    found = [told.get((sheet.name, number)) for number in numbers]
    notes = {
        ROW: [str(number) for number in numbers],
        COLUMN: [one and join_notes(column for column, _ in one.wrong) for one in found],
        VALUE: [one and join_notes(one.cells.get(column) for column, _ in one.wrong) for one in found],
        REASON: [one and join_notes(reason for _, reason in one.wrong) for one in found],
        TAKEN_IN: [one and ("no" if one.is_rejected else "yes") for one in found],
        MADE_OF: [origin] * len(numbers),
    }
    own = [(name, sheet.table[name].combine_chunks()) for name in sheet.table.column_names]
    return own + [(name, pa.array(cells, pa.string())) for name, cells in notes.items()]


def make_workbook(sheets: list[tuple[str, list[tuple[str, pa.Array]]]]) -> bytes:
    """The sheets as a workbook of text, of which nothing is a formula."""
    from openpyxl import Workbook

    book, names = Workbook(write_only=True), set()
    for name, columns in sheets:
        page = book.create_sheet(name_sheet(name, names))
        page.append([as_text(page, heading) for heading, _ in columns])
        for cells in zip(*(cells.to_pylist() for _, cells in columns), strict=True):
            page.append([as_text(page, cell) for cell in cells])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def name_sheet(name: str, names: set[str]) -> str:
    """A name that a workbook may give a sheet, and that no other sheet has; it is added to `names`."""
    plain = NOT_IN_A_NAME.sub("_", name).strip("'")[:LONGEST_NAME] or "Sheet"
    found, count = plain, 1
    while found.casefold() in names:
        count += 1
        found = f"{plain[: LONGEST_NAME - 5]} ({count})"
    names.add(found.casefold())
    return found


def as_text(page, cell: str | None):
    """A cell that holds its text and is never worked out."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if cell is None or not (cell.startswith("=") or ILLEGAL_CHARACTERS_RE.search(cell)):
        return cell
    made = WriteOnlyCell(page, ILLEGAL_CHARACTERS_RE.sub("", cell))
    made.data_type = "s"
    return made
