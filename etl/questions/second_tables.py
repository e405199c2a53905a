"""A second table below the first, with headings of its own, and headings that stand again among the rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from etl.parsing import Ambiguous, Unreadable, parse_date, parse_number
from etl.questions.read_sheets import list_read
from etl.questions.rows import LEAVE_OUT, TAKE_IN, conclude, leave_surely, merge, read_row, say_rows, shorten
from etl.questions.types import Checked, Choice, Context, Question
from etl.questions.words import plain_words
from etl.types import Sheet
from soundings.views import say_count

FEW_CELLS = 2  # filled in a row of headings
LONGEST = 40  # signs of a heading
MOSTLY = 0.8
LOOKED_AT = 50  # cells of a column, by which its kind is told
CAPTIONS = 2  # rows of one cell above the headings


@dataclass(frozen=True)
class Second:
    """Where a second table begins in a sheet: the positions of its caption, its headings and its first row."""

    caption: int
    head: int
    first: int
    headings: tuple[str, ...]


def check_second_tables(sheets: list[Sheet], context: Context) -> Checked:
    """Asks about the rows of a second table in a matched file; left unanswered, they are left out. Its headings always are."""
    checked = Checked(sheets)
    for sheet in list_read(sheets, context) if context.mapping else []:
        again = find_headings_again(sheet)
        reason = "it repeats the headings" if len(again) == 1 else "they repeat the headings"
        checked = merge(checked, leave_surely(checked.sheets, {sheet.name: again}, reason))
        sheet = next((one for one in checked.sheets if one.name == sheet.name), None)
        second = find_second(sheet) if sheet else None
        if second is None:
            continue
        numbers = sheet.row_numbers.to_pylist()
        rows = set(numbers[second.first :])
        question = ask(sheet, second, rows)
        headings = {sheet.name: set(numbers[second.caption : second.first])}
        checked = merge(checked, leave_surely(checked.sheets, headings, "the headings of a second table"))
        reason = f"a second table, with the headings {say_headings(second)}"
        checked = merge(checked, conclude(checked.sheets, context, question, {sheet.name: rows}, reason))
    return checked


def find_headings_again(sheet: Sheet) -> set[int]:
    """The numbers of the rows that say the headings once more, as on each page of a printed list."""
    names = sheet.table.column_names
    alike = np.ones(sheet.table.num_rows, dtype=bool)
    for name in names:
        same = pc.equal(pc.utf8_lower(pc.utf8_trim_whitespace(sheet.table[name])), name.strip().lower())
        alike &= pc.fill_null(same, name.lower().startswith("column ")).to_numpy()
    return set(np.asarray(sheet.row_numbers)[alike].tolist()) if len(names) > 1 else set()


def find_second(sheet: Sheet) -> Second | None:
    """The first row of headings that stands below a blank row and above others; None where there is none."""
    numbers = np.asarray(sheet.row_numbers)
    last = sheet.table.num_rows - 1
    for start in (np.flatnonzero(np.diff(numbers) > 1) + 1).tolist():
        head = start
        while head < min(last, start + CAPTIONS) and len(list(filter(None, read_row(sheet, head)))) == 1:
            head += 1
        if head < last and are_headings(sheet, start, head):
            return Second(start, head, head + 1, tuple(filter(None, read_row(sheet, head))))
    return None


def are_headings(sheet: Sheet, start: int, head: int) -> bool:
    """Whether a row holds headings: short words that are new in their columns, one of them where figures or days stand."""
    cells = read_row(sheet, head)
    filled = [cell.strip() for cell in cells if cell]
    if len(filled) < FEW_CELLS or len({cell.casefold() for cell in filled}) < len(filled):
        return False
    if any(len(cell) > LONGEST or not plain_words(cell) or any(sign.isdigit() for sign in cell) for cell in filled):
        return False
    is_among_others = False
    for column, cell in zip(sheet.table.columns, cells, strict=True):
        if not cell:
            continue
        above = [one.strip().casefold() for one in column.slice(0, start).to_pylist() if one]
        if cell.strip().casefold() in above:
            return False
        below = column.slice(head + 1, LOOKED_AT).to_pylist()
        is_among_others |= holds_values(above[:LOOKED_AT]) or (holds_values(below) and bool(above))
    return is_among_others


def holds_values(cells: list[str | None]) -> bool:
    """Whether most of the filled cells are numbers or days."""
    filled = [cell for cell in cells if cell]
    return bool(filled) and sum(map(is_value, filled)) >= MOSTLY * len(filled)


def is_value(cell: str) -> bool:
    """Whether a cell is a number or a day."""
    try:
        return parse_number(cell) is not None
    except Unreadable:
        pass
    try:
        return parse_date(cell) is not None
    except Ambiguous:
        return True
    except Unreadable:
        return False


def say_headings(second: Second) -> str:
    """“Ward”, “Meetings”."""
    more = ["…"] if len(second.headings) > 5 else []
    return ", ".join([*(f"“{shorten(one)}”" for one in second.headings[:5]), *more])


def ask(sheet: Sheet, second: Second, rows: set[int]) -> Question:
    """The question about one sheet."""
    head = sheet.row_numbers[second.head].as_py()
    one = len(rows) == 1
    return Question(
        id=f"second-table:{sheet.name}",
        sentence=(
            f"In row {head} of {sheet.name} a second table begins, with the headings {say_headings(second)}. "
            f"{'Is the row' if one else f'Are the {len(rows):,} rows'} below it "
            f"{'a record of the first table' if one else 'records of the first table'}?"
        ),
        choices=(
            Choice(LEAVE_OUT, "No, leave the second table out"),
            Choice(TAKE_IN, "Yes, read its rows by the columns of the first table"),
        ),
        assumed=LEAVE_OUT,
        moves=len(rows),
        evidence=(f"{say_count(len(rows), 'rows')}: {say_rows(rows)}",),
    )
