"""Header rows: which row holds the column names, and names made unique."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest
from statistics import median

import pyarrow as pa

from etl.readers.cells import blanks_to_null
from etl.types import Sheet
from soundings.model import BadFile

ROWS_LOOKED_AT = 40
RESERVED = {"__row__"}  # the inbox keeps row numbers under this name
INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060"
LOOKS_LIKE_DATA = re.compile(r"[-+£$]?\d[\d,./: -]*%?|[EWSN]\d{8}")


def find_header_row(rows: Sequence[Sequence[str | None]]) -> int | None:
    """The index of the first row that can be a header, so titles above a table are passed over. None for only blank rows.

    A title fills one or two cells, a header about as many as the rows under it; three or more names side by side are
    taken as a header even above longer rows.
    """
    filled = [sum(1 for cell in row if cell and cell.strip()) for row in rows[:ROWS_LOOKED_AT]]
    present = [count for count in filled if count]
    if not present:
        return next((index for index, row in enumerate(rows) if any(cell and cell.strip() for cell in row)), None)
    usual = median(present)
    needed = 1 if usual < 2 else max(2, 0.6 * usual)
    return next(
        at for at, count in enumerate(filled) if count >= needed or (count >= 3 and _is_list_of_names(rows[at][:count]))
    )


def _is_list_of_names(cells: Sequence[str | None]) -> bool:
    return all(cell and cell.strip() and not LOOKS_LIKE_DATA.fullmatch(cell.strip()) for cell in cells)


def is_name_row(rows: Sequence[Sequence[str | None]], at: int) -> bool:
    """Whether this row can only hold names: one in each column that is used, none of them twice or like a value, while two or
    more of these columns have figures in most of the rows beneath and none in their name."""
    beneath = rows[at + 1 : at + 1 + ROWS_LOOKED_AT]
    names = [clean_name(cell) for cell in rows[at]] if at < len(rows) else []
    while names and not names[-1]:
        names.pop()
    if not names or not _is_list_of_names(names) or len({name.casefold() for name in names}) < len(names):
        return False
    columns = [[row[n] for row in beneath if n < len(row) and row[n] and row[n].strip()] for n in range(len(names))]
    return (
        sum(
            2 * sum(map(_has_figure, cells)) > len(cells) and not _has_figure(name)
            for name, cells in zip(names, columns, strict=True)
        )
        >= 2
    )


def _has_figure(cell: str) -> bool:
    return any(sign.isdigit() for sign in cell)


def name_columns(head: Sequence[str | None], used: Sequence[int]) -> tuple[list[str], list[str]]:
    """Stripped, unique names for the columns at the positions `used`, and notes on every name that had to be made.

    Blank, or past the end of the header → "column 3" (its position); a repeat, whatever its case → "date (2)".
    """
    names: list[str] = []
    taken = set(RESERVED)
    blank, repeated = [], []
    for at in used:
        plain = clean_name(head[at]) if at < len(head) else ""
        wanted = name = plain or f"column {at + 1}"
        count = 1
        while name.casefold() in taken:
            count += 1
            name = f"{wanted} ({count})"
        if at < len(head) and not plain:
            blank.append(name)
        if plain and name != plain:
            repeated.append(name)
        taken.add(name.casefold())
        names.append(name)
    notes = []
    if blank:
        notes.append(
            f"{counted(len(blank), 'column')} without a name in the header, named by position: {', '.join(blank)}"
        )
    if repeated:
        notes.append(f"repeated column names were numbered: {', '.join(repeated)}")
    if 2 * sum(1 for name in names if LOOKS_LIKE_DATA.fullmatch(name)) > len(names):
        notes.append("the header row looks like data; check that the file has a row of column names")
    return names, notes


def clean_name(cell: str | None) -> str:
    """A header cell without white space at its ends, invisible marks or line breaks inside."""
    text = (cell or "").strip(INVISIBLE + " \t\r\n\u00a0").strip()
    lines = (line.strip() for line in re.split(r"[\r\n]+", text))
    return " ".join(line for line in lines if line)


def counted(number: int, noun: str) -> str:
    """'1 row', '3 rows'."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def quoted_title(row: Sequence[str | None]) -> str:
    """The words of a row above the header, shortened, so that nobody wonders where they went."""
    words = " ".join(" ".join(cell.split()) for cell in row if cell and cell.strip())
    return f"'{words[:80]}{'…' if len(words) > 80 else ''}'"


def title_notes(rows: Sequence[Sequence[str | None]], header: int) -> list[str]:
    """A note on the rows above the header that are not data, if any hold words."""
    titles = [row for row in rows[:header] if any(cell and cell.strip() for cell in row)]
    if not titles:
        return []
    shown = ", ".join(quoted_title(row) for row in titles[:3])
    return [f"{counted(len(titles), 'row')} above the header not read as data: {shown}"]


def choose_header(rows: Sequence[Sequence[str | None]], header_row: int | None, what: str) -> int | None:
    """The index of the header row: the one asked for (1 is the first row), else the one found; None for no rows at all."""
    if header_row is None:
        return find_header_row(rows)
    if header_row < 1 or header_row > len(rows):
        raise BadFile(
            f"{what} has {counted(len(rows), 'row')}, so row {header_row} cannot be its header. Give a header row within the file."
        )
    if not any(cell and cell.strip() for cell in rows[header_row - 1]):
        raise BadFile(
            f"Row {header_row} of {what} is blank, so it cannot be the header. Give the row that holds the column names."
        )
    return header_row - 1


def sheet_from_rows(
    name: str, rows: Sequence[Sequence[str | None]], header: int, detected: dict[str, str], notes: list[str]
) -> Sheet:
    """A sheet from rows of text, any of which may be short or long: nothing in them is lost.

    Cells past the header go to columns "column 7" …; short rows end in nulls; blank rows are left out and still count
    in the row numbers.
    """
    body = rows[header + 1 :]
    kept = [(number, row) for number, row in enumerate(body, start=header + 2) if "".join(filter(None, row)).strip()]
    head = rows[header]
    columns = [blanks_to_null(pa.array(cells, pa.string())) for cells in zip_longest(*(row for _, row in kept))]
    columns += [pa.nulls(len(kept), pa.string())] * (len(head) - len(columns))
    used = [at for at, cells in enumerate(columns) if clean_name(_cell(head, at)) or cells.null_count < len(cells)]
    names, name_notes = name_columns(head, used)
    notes = [*notes, *name_notes, *_ragged_notes(kept, len(head), used)]
    gaps = kept[-1][0] - header - 1 - len(kept) if kept else 0  # blank rows at the end are nobody's concern
    if gaps:
        notes.append(blank_rows_note(gaps))
    table = pa.table([columns[at] for at in used], names=names)
    numbers = pa.array([number for number, _ in kept], pa.int32())
    return Sheet(name, table, numbers, finish_detected(detected, header + 1, notes))


def blank_rows_note(count: int) -> str:
    """A note that blank rows were passed over."""
    return f"{counted(count, 'blank row')} left out; row numbers are still those of the file"


def _cell(row: Sequence[str | None], at: int) -> str | None:
    """The cell at a position, None where the row is short or the cell is only white space."""
    cell = row[at] if at < len(row) else None
    return cell if cell and not cell.isspace() else None


def _ragged_notes(kept: list[tuple[int, Sequence[str | None]]], width: int, used: Sequence[int]) -> list[str]:
    notes = []
    long = [number for number, row in kept if len(row) > width and any(_cell(row, at) for at in range(width, len(row)))]
    if long:
        extra = ", ".join(f"'column {at + 1}'" for at in used if at >= width)
        notes.append(
            f"{counted(len(long), 'row')} with more cells than the header (first: row {long[0]}); the extra cells are in {extra}"
        )
    named = max((at + 1 for at in used if at < width), default=0)
    short = [number for number, row in kept if len(row) < named]
    if short:
        notes.append(
            f"{counted(len(short), 'row')} with fewer cells than the header (first: row {short[0]}); the missing cells are empty"
        )
    return notes


def finish_detected(detected: dict[str, str], header_row: int, notes: list[str]) -> dict[str, str]:
    """What was detected, with the header row as a person counts it and the notes as one text."""
    found = {**detected, "header_row": str(header_row)}
    if notes:
        found["notes"] = "; ".join(notes)
    return found
