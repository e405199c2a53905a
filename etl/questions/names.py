"""Asking whether a column called “name” holds what activities are called: by its heading alone it may be about people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from etl.personal_data import PEOPLE_BY_HEADING, sample_values, suspect_column
from etl.questions.types import Checked, Choice, Context, Question
from etl.types import Sheet
from etl.uploads.cells import collect_cells, hold_activities

PREFIX = "names:"
ACTIVITIES, PEOPLE = "activities", "people"
SENTENCE = "Does the column “{column}” hold names of activities, or of people? Names of people are never kept."
CHOICES = (
    Choice(ACTIVITIES, "These are names of activities"),
    Choice(PEOPLE, "These are names of people: the column has to be left out"),
)
SHOWN = 3


def check_names(sheets: list[Sheet], context: Context) -> Checked:
    """The sheets as they are, with a question where the title was matched to a column whose heading says people and whose cells say
    activities. Where cells have the shape of people's names nothing is asked: the column is not kept."""
    column = context.mapping.column_of("title") if context.mapping else None
    having = [sheet for sheet in sheets if column in sheet.table.column_names]
    if not any(suspect_column(column, sheet.table[column]) == PEOPLE_BY_HEADING for sheet in having):
        return Checked(sheets)
    values = [value for sheet in having for value in sample_values(sheet.table[column])]
    if not hold_activities(collect_cells(values)):
        return Checked(sheets)
    rows = sum(sheet.table.num_rows for sheet in having)
    evidence = tuple(f"“{value}”" for value in values[:SHOWN])
    question = Question(f"{PREFIX}{column}", SENTENCE.format(column=column), CHOICES, PEOPLE, rows, evidence)
    return Checked(sheets, (question,))


def find_question(column: str, questions: Iterable[Question]) -> Question | None:
    """The question about the names in a column, or None where none is asked."""
    return next((one for one in questions if one.id == f"{PREFIX}{column}"), None)


def list_activity_names(questions: Iterable[Question], answers: Mapping[str, str]) -> list[str]:
    """The columns of which a person said that they hold names of activities."""
    asked = (one for one in questions if one.id.startswith(PREFIX))
    return [one.id.removeprefix(PREFIX) for one in asked if one.find_choice(answers).id == ACTIVITIES]
