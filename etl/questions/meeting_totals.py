"""Rows that are a total of meetings, a month's of a branch, say: counted as group sessions, never as a meeting."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from etl.parsing import Unreadable, parse_number
from etl.questions.read_sheets import list_read
from etl.questions.rows import LEAVE_OUT, conclude, leave_surely, merge, say_rows
from etl.questions.types import Checked, Choice, Context, Question
from etl.questions.words import plain_words, read_words
from etl.types import Sheet
from etl.uploads.mapping import (
    CAME,
    COUNTED_MEETINGS,
    GROUP_SESSIONS,
    MEASURES,
    MEETING,
    SESSIONS,
    ColumnMapping,
)
from soundings.views import say_count

EACH_ROW, AS_TOTALS = "each-row", "count-as-totals"
OF_ONE_MEETING = tuple(name for name in SESSIONS if name != CAME)
FIGURES = (*SESSIONS, *MEASURES)
MOSTLY = 0.9  # of the filled cells are whole numbers
MOST = 1000  # meetings that one row may tell of


def check_meeting_totals(sheets: list[Sheet], context: Context) -> Checked:
    """Asks about rows that would each become a meeting while a column counts several; left unanswered, the column is counted.

    A row that says that no meeting was held makes none, whatever the answer; it is left out where nobody came to it either.
    """
    checked = Checked(sheets)
    if context.mapping is None:
        return checked
    if context.mapping.column_of(GROUP_SESSIONS):
        return check_matched(sheets, context)
    fields = {field for _, field in context.mapping.columns}
    if not (context.mapping.each_row == MEETING or fields & set(SESSIONS)):
        return checked
    for sheet in list_read(sheets, context):
        counted = count_meetings(sheet)
        if counted is None:
            continue
        column, counts = counted
        none = {sheet.name: {row for row, count in counts.items() if count == 0}}
        several = {sheet.name: {row for row, count in counts.items() if count > 1}}
        question = ask(sheet, column, none[sheet.name], several[sheet.name], sum(counts.values()))
        choice = question.find_choice(context.answers).id
        if choice == LEAVE_OUT:
            gone = {sheet.name: none[sheet.name] | several[sheet.name]}
            reason = f"the row is a total of meetings by “{column}”, and no meeting"
            checked = merge(checked, conclude(checked.sheets, context, question, gone, reason))
            continue
        if choice == AS_TOTALS:
            none[sheet.name] = find_empty(sheet, context, none[sheet.name])
        checked = merge(checked, leave_surely(checked.sheets, none, f"“{column}” says that no meeting was held"))
        if choice == AS_TOTALS:
            how = "as asked" if question.id in context.answers else "as is assumed where nobody says otherwise"
            counting = [count_column(one, column) if one.name == sheet.name else one for one in checked.sheets]
            said = f"“{column}” of {sheet.name} is counted as group sessions, {how}."
            checked = merge(checked, Checked(counting, (question,), (said,)))
        else:
            checked = merge(checked, Checked(checked.sheets, (question,)))
    if not has_counted(checked.sheets):
        return checked
    return merge(checked, Checked([fill_column(one) for one in checked.sheets], (), say_unused(context)))


def check_matched(sheets: list[Sheet], context: Context) -> Checked:
    """The sheets of a file of which a person matched the column that counts meetings, without the rows that tell of none."""
    checked = Checked(sheets, (), say_unused(context))
    column = context.mapping.column_of(GROUP_SESSIONS)
    for sheet in list_read(sheets, context):
        rows = zip(sheet.row_numbers.to_pylist(), sheet.table[column].to_pylist(), strict=True)
        none = find_empty(sheet, context, {row for row, cell in rows if read_whole(cell) == 0})
        reason = f"“{column}” says that no meeting was held"
        checked = merge(checked, leave_surely(checked.sheets, {sheet.name: none}, reason))
    return checked


def find_empty(sheet: Sheet, context: Context, rows: set[int]) -> set[int]:
    """Of rows in which no meeting was held those that give no other figure above 0."""
    columns = [column for column, field in context.mapping.columns if field in FIGURES and field != GROUP_SESSIONS]
    cells = [sheet.table[column].to_pylist() for column in columns if column in sheet.table.column_names]
    numbers = sheet.row_numbers.to_pylist()
    return {row for at, row in enumerate(numbers) if row in rows and all(says_none(column[at]) for column in cells)}


def says_none(cell: str | None) -> bool:
    """Whether a cell is blank, no figure, or 0."""
    try:
        return not parse_number(cell)
    except Unreadable:
        return False


def say_unused(context: Context) -> tuple[str, ...]:
    """Which matched columns say something of one meeting, and so nothing of a total."""
    unused = [column for column, field in context.mapping.columns if field in OF_ONE_MEETING]
    words = " and ".join(f"“{column}”" for column in unused)
    return (f"{words} of rows that are totals of meetings: not used, for it is said of one meeting.",) if unused else ()


def count_column(sheet: Sheet, column: str) -> Sheet:
    """The sheet with the column that counts meetings once more, as the one that is counted; a blank there is no figure."""
    cells = [cell or "" for cell in sheet.table[column].to_pylist()]
    return replace(sheet, table=sheet.table.append_column(COUNTED_MEETINGS, pa.array(cells, pa.string())))


def fill_column(sheet: Sheet) -> Sheet:
    """The sheet with the counted column, which says nothing where the sheet had none: its rows are meetings."""
    if COUNTED_MEETINGS in sheet.table.column_names:
        return sheet
    nothing = pa.nulls(sheet.table.num_rows, pa.string())
    return replace(sheet, table=sheet.table.append_column(COUNTED_MEETINGS, nothing))


def has_counted(sheets: list[Sheet]) -> bool:
    return any(COUNTED_MEETINGS in sheet.table.column_names for sheet in sheets)


def match_counted(mapping: ColumnMapping, sheets: list[Sheet]) -> ColumnMapping:
    """The matching with the counted column, where an answer made one."""
    if not has_counted(sheets):
        return mapping
    return replace(mapping, columns=(*mapping.columns, (COUNTED_MEETINGS, GROUP_SESSIONS)))


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
            "a row seems to be a total of meetings, and no meeting. What should be counted?"
        ),
        choices=(
            Choice(AS_TOTALS, f"{say_count(total, 'group sessions')} as totals, and how many came as attendances"),
            Choice(LEAVE_OUT, "Nothing of these rows: leave them out"),
            Choice(EACH_ROW, "Each row as one meeting; rows with 0 stay out"),
        ),
        assumed=AS_TOTALS,
        moves=len(none) + len(several),
        evidence=tuple(evidence),
    )
