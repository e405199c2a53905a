"""Rows that are a total of meetings, a month's of a branch, say: never a meeting, and nothing where none was held."""

from __future__ import annotations

from etl.parsing import Unreadable, parse_number
from etl.questions.read_sheets import list_read
from etl.questions.rows import LEAVE_OUT, conclude, merge, say_rows
from etl.questions.types import Checked, Choice, Context, Question
from etl.questions.words import plain_words, read_words
from etl.types import Sheet
from etl.uploads.mapping import MEETING, SESSIONS
from soundings.views import say_count

EACH_ROW = "each-row"
MOSTLY = 0.9  # of the filled cells are whole numbers
MOST = 1000  # meetings that one row may tell of


def check_meeting_totals(sheets: list[Sheet], context: Context) -> Checked:
    """Asks about rows that would each become a meeting while a column counts several; left unanswered, they are left out.

    A row that says that no meeting was held is left out whatever the answer.
    """
    checked = Checked(sheets)
    fields = {field for _, field in context.mapping.columns} if context.mapping else set()
    if context.mapping is None or not (context.mapping.each_row == MEETING or fields & set(SESSIONS)):
        return checked
    for sheet in list_read(sheets, context):
        counted = count_meetings(sheet)
        if counted is None:
            continue
        column, counts = counted
        none = {sheet.name: {row for row, count in counts.items() if count == 0}}
        several = {sheet.name: {row for row, count in counts.items() if count > 1}}
        question = ask(sheet, column, none[sheet.name], several[sheet.name], sum(counts.values()))
        if none[sheet.name]:
            held = conclude(checked.sheets, context, question, none, f"“{column}” says that no meeting was held")
            if question.find_choice(context.answers).id == EACH_ROW:  # no answer makes a meeting of none
                leave = Context(context.spec, context.mapping, {question.id: LEAVE_OUT}, context.file_name)
                held = conclude(checked.sheets, leave, question, none, f"“{column}” says that no meeting was held")
            checked = merge(checked, Checked(held.sheets, (), held.decisions, held.left_out))
        reason = f"the row is a total of several meetings by “{column}”, and no meeting"
        checked = merge(checked, conclude(checked.sheets, context, question, several, reason))
    return checked


def count_meetings(sheet: Sheet) -> tuple[str, dict[int, int]] | None:
    """(the column that counts meetings, each row's number of them), where one does and some row says other than one."""
    for name in sheet.table.column_names:
        if not counts_meetings(name):
            continue
        filled = counts = 0
        found: dict[int, int] = {}
        for row, cell in zip(sheet.row_numbers.to_pylist(), sheet.table[name].to_pylist(), strict=True):
            filled += cell is not None
            number = read_whole(cell)
            if number is not None:
                counts += 1
                found[row] = number
        if counts and counts >= MOSTLY * filled and any(number != 1 for number in found.values()):
            return name, found
    return None


def counts_meetings(heading: str) -> bool:
    """“Number of sessions”, “Sessions held”, “Anzahl Treffen”; never “Session number” or “Meeting attendance”."""
    words = plain_words(heading.replace("(s)", "s")).split()
    meetings, counting = read_words("meetings"), read_words("counting")
    return any(word in meetings for word in words) and all(word in meetings | counting for word in words)


def read_whole(cell: str | None) -> int | None:
    """A whole number that may count meetings, or None."""
    try:
        number = parse_number(cell)
    except Unreadable:
        return None
    return int(number) if number is not None and number.is_integer() and 0 <= number < MOST else None


def ask(sheet: Sheet, column: str, none: set[int], several: set[int], total: int) -> Question:
    """The question about one sheet."""
    evidence = [f"rows {say_rows(several)}: several meetings each"] if several else []
    evidence += [f"rows {say_rows(none)}: no meeting was held"] if none else []
    return Question(
        id=f"meeting-totals:{sheet.name}",
        sentence=(
            f"“{column}” of {sheet.name} counts {say_count(total, 'meetings')} in {say_count(sheet.table.num_rows, 'rows')}: "
            "a row seems to be a total, and no meeting. Should each row with one or more count as one meeting?"
        ),
        choices=(
            Choice(LEAVE_OUT, "No, rows that are totals are no meetings: leave them out"),
            Choice(EACH_ROW, "Yes, each row is one meeting; rows with 0 stay out"),
        ),
        assumed=LEAVE_OUT,
        moves=len(none) + len(several),
        evidence=tuple(evidence),
    )
