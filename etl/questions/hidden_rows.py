"""Rows that are hidden in a workbook, or filtered out: who looks at the file does not see that they would count."""

from __future__ import annotations

import numpy as np

from etl.questions.read_sheets import list_read
from etl.questions.rows import LEAVE_OUT, TAKE_IN, conclude, merge, say_rows
from etl.questions.types import Checked, Choice, Context, Question
from etl.readers.hidden_rows import parse_ranges
from etl.types import Sheet
from soundings.views import say_count

HIDDEN_ROWS = "hidden_rows"  # in what the reader detected


def check_hidden_rows(sheets: list[Sheet], context: Context) -> Checked:
    """Asks whether hidden rows count; left unanswered, they do not. Where every row of a sheet is hidden, they do."""
    checked = Checked(sheets)
    if not any(HIDDEN_ROWS in sheet.detected for sheet in sheets):
        return checked
    for sheet in list_read(sheets, context):
        rows = find_hidden(sheet)
        if rows:
            question = ask(sheet, rows)
            gone = {sheet.name: rows}
            checked = merge(
                checked, conclude(checked.sheets, context, question, gone, "hidden or filtered out in the file")
            )
    return checked


def find_hidden(sheet: Sheet) -> set[int]:
    """The numbers of the rows with cells that are hidden."""
    numbers = np.asarray(sheet.row_numbers)
    hidden = np.zeros(len(numbers), dtype=bool)
    for first, last in parse_ranges(sheet.detected.get(HIDDEN_ROWS, "")):
        hidden[np.searchsorted(numbers, first) : np.searchsorted(numbers, last, side="right")] = True
    return set(numbers[hidden].tolist())


def ask(sheet: Sheet, rows: set[int]) -> Question:
    """The question about one sheet."""
    one = len(rows) == 1
    return Question(
        id=f"hidden-rows:{sheet.name}",
        sentence=f"{say_count(len(rows), 'rows')} of the sheet “{sheet.name}” {'is' if one else 'are'} hidden or filtered out in the file. {'Does it' if one else 'Do they'} count?",
        choices=(
            Choice(LEAVE_OUT, "No, only what can be seen counts"),
            Choice(TAKE_IN, "Yes, take it in like the others" if one else "Yes, take them in like the others"),
        ),
        assumed=TAKE_IN if len(rows) == sheet.table.num_rows else LEAVE_OUT,
        moves=len(rows),
        evidence=(f"rows {say_rows(rows)}",),
    )
