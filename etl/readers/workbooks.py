"""Spreadsheets (XLSX, XLS, ODS) as sheets of text, with hidden sheets, merged cells and lost formulas noted."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence

from etl.readers import headers
from etl.readers.archives import UNREADABLE
from etl.readers.cells import text_of
from etl.readers.hidden_rows import say_ranges
from etl.types import Sheet
from etl.workbook_process import NeedsPassword, RawSheet, Unreadable, read_raw_sheets
from soundings.model import BadFile

DEEPEST_HEADER = 3  # rows below its first that a header may reach
UNCALCULATED = re.compile(rb"</f>\s*(?:(?:<v\s*/>|<v>\s*</v>)\s*)?</c>")
DAMAGED = (
    "{what} looks like a spreadsheet but cannot be opened: it may be damaged, cut short or far too large. "
    "Open it yourself, save it as XLSX, and send that."
)
PROTECTED = (
    "{what} is protected with a password, so it cannot be read. Open it, save a copy without a password, and send that."
)


def read_workbook_bytes(
    data: bytes, what: str, file_format: str, *, sheet: str | None = None, header_row: int | None = None
) -> list[Sheet]:
    """Every worksheet that holds a cell (or the one asked for by name), hidden ones included and noted.

    Whole numbers read '12', dates '2023-01-31', moments '2023-01-31 18:30:00', yes/no cells 'TRUE' and 'FALSE'.
    """
    raw = {one.name: one for one in _open(data, what)}
    names = [name_asked(sheet, list(raw), what, "sheet")] if sheet is not None else list(raw)
    lost = _lost_cells(data, what) if file_format == "XLSX" else []
    found, empty = [], []
    for name in names:
        rows = [[text_of(value) for value in row] for row in raw[name].rows]
        header = headers.choose_header(rows, header_row, f"the sheet '{name}' of {what}")
        if header is None:
            empty.append(name)
            continue
        if header_row is None:
            header = _last_header_row(rows, header, raw[name].merged)
        rows[header], merged_notes = _spread_merged(rows, header, raw[name].merged)
        notes = [
            *(["the sheet is hidden"] if raw[name].is_hidden else []),
            *headers.title_notes(rows, header),
            *merged_notes,
            *lost,
        ]
        detected = {"format": file_format, "sheet": name}
        if hidden := say_ranges(raw[name].hidden_rows, len(rows)):
            detected["hidden_rows"] = hidden
        found.append(headers.sheet_from_rows(name, rows, header, detected, notes))
    if not found:
        raise BadFile(
            f"{what} is empty: no sheet holds a cell. Check that the right file was saved, and send it again."
        )
    if empty:
        said = found[0].detected
        note = f"empty sheets left out: {', '.join(empty)}"
        said["notes"] = f"{said['notes']}; {note}" if "notes" in said else note
    return found


def name_asked(asked: str, names: Sequence[str], what: str, noun: str) -> str:
    """The sheet or layer that was asked for by name, whatever its case. BadFile lists the names there are."""
    by_case = {name.casefold().strip(): name for name in names}
    if asked in names:
        return asked
    if asked.casefold().strip() in by_case:
        return by_case[asked.casefold().strip()]
    raise BadFile(f"{what} has no {noun} called '{asked}'. It has: {', '.join(names)}.")


def _open(data: bytes, what: str) -> list[RawSheet]:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise BadFile(PROTECTED.format(what=what))
    try:
        return read_raw_sheets(data)
    except NeedsPassword as error:
        raise BadFile(PROTECTED.format(what=what)) from error
    except Unreadable as error:
        raise BadFile(DAMAGED.format(what=what)) from error


def _last_header_row(rows: list[list[str | None]], header: int, merged: list[tuple]) -> int:
    """The row where a header of several rows ends: that to which cells are merged down from its first, or the row of names
    under cells that are merged across."""
    last = max(
        (bottom for (top, _), (bottom, _) in merged if top == header < bottom <= header + DEEPEST_HEADER),
        default=header,
    )
    is_across = any(top == bottom == header and right > left for (top, left), (bottom, right) in merged)
    return header + 1 if last == header and is_across and headers.is_name_row(rows, header + 1) else last


def _spread_merged(
    rows: list[list[str | None]], header: int, merged: list[tuple]
) -> tuple[list[str | None], list[str]]:
    """The header row with the words of a name merged down from a row above, and notes on merged cells."""
    names = list(rows[header])
    in_header, below = 0, 0
    for (top, left), (bottom, right) in merged:
        if top < header <= bottom and left < len(names) and not names[left]:
            names[left] = rows[top][left]
        in_header += top <= header <= bottom
        below += bottom > header and (bottom > top or right > left)
    notes = []
    if in_header:
        notes.append(
            f"merged cells in the header: {headers.counted(in_header, 'range')}; only the first column of each has the name"
        )
    if below - in_header > 0 or (below and not in_header):
        notes.append(
            f"merged cells in the rows: {headers.counted(below, 'range')}; only the first cell of each holds the value"
        )
    return names, notes


def _lost_cells(data: bytes, what: str) -> list[str]:
    """Notes on cells that a person sees filled but that hold no value: errors such as #N/A, and uncalculated formulas."""
    errors = formulas = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                if member.startswith("xl/worksheets/") and member.endswith(".xml"):
                    xml = archive.read(member)
                    errors += xml.count(b't="e"')
                    formulas += len(UNCALCULATED.findall(xml))
    except UNREADABLE as error:
        raise BadFile(DAMAGED.format(what=what)) from error
    notes = []
    if errors:
        notes.append(f"{headers.counted(errors, 'cell')} with an error such as #N/A read as empty")
    if formulas:
        notes.append(
            f"{headers.counted(formulas, 'formula')} without a saved result read as empty; open the file and save it once to keep results"
        )
    return notes
