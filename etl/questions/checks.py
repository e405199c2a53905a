"""Every check there is, in the order in which they run. A new one is a module beside this and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from etl.questions.alike_names import ask_about_names, settle_names
from etl.questions.between_rows import check_between_rows
from etl.questions.decimals import ask_decimal_commas
from etl.questions.example_sheets import check_examples
from etl.questions.hidden_rows import check_hidden_rows
from etl.questions.meeting_totals import check_meeting_totals
from etl.questions.names import check_names
from etl.questions.overlap import ask_overlap
from etl.questions.repeated_rows import check_repeated_rows
from etl.questions.repeated_sheets import check_repeated_sheets
from etl.questions.second_tables import check_second_tables
from etl.questions.statuses import check_statuses
from etl.questions.swapped import ask_whether_swapped, swap_points
from etl.questions.types import Checked, Context, Question, RecordContext
from etl.questions.ways import ask_which_way, settle_ways
from etl.questions.years import ask_years
from etl.types import Mapped, Sheet

# Checks of the sheets as they were read, before columns are matched and rows are mapped: each gets what the one before left.
SheetCheck = Callable[[list[Sheet], Context], Checked]
SHEET_CHECKS: tuple[SheetCheck, ...] = (
    check_examples,
    check_hidden_rows,
    check_second_tables,
    check_between_rows,
    check_meeting_totals,
    check_repeated_sheets,
    check_repeated_rows,
    check_names,
    check_statuses,
    ask_decimal_commas,
    ask_years,
)

# Checks of the mapped records against what is loaded. They only ask.
RecordCheck = Callable[[RecordContext], tuple[Question, ...]]
RECORD_CHECKS: tuple[RecordCheck, ...] = (
    ask_overlap,
    ask_whether_swapped,
    ask_which_way,
    ask_about_names,
)

# What answers change in the mapped records: pure functions of the records and the answers that stand in the manifest, because
# they run again at every rebuild. Each leaves alone what no answer of its own is about.
AnswerRule = Callable[[Mapped, Mapping[str, str]], Mapped]
ANSWER_RULES: tuple[AnswerRule, ...] = (
    swap_points,
    settle_ways,
    settle_names,
)
