"""Asking what a word in a column of statuses says: whether it took place, which only the person who wrote it knows."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pyarrow as pa

from etl.parsing import Unreadable
from etl.questions.types import Checked, Choice, Context, Question
from etl.took_place import read_took_place
from etl.types import Sheet
from soundings.model import NOT_KNOWN

PREFIX, FIELD = "status:", "took_place"
SENTENCE = "{count} say “{word}” under {column}: did what they tell of take place? Only what took place is counted."
# Each answer's id → the word it puts in the place of the file's own.
OUTCOMES = {"took-place": "yes", "cancelled": "cancelled", "postponed": "postponed", "planned": "planned", "not-known": NOT_KNOWN}  # fmt: skip
CHOICES = (
    Choice("took-place", "It took place"),
    Choice("cancelled", "It was cancelled, or did not take place"),
    Choice("postponed", "It was postponed"),
    Choice("planned", "It is still to come"),
    Choice("not-known", "Nobody knows: in the record, in no figure"),
)


def check_statuses(sheets: list[Sheet], context: Context) -> Checked:
    """The sheets with the answers in the place of the words they are about, and a question for each word that is not known.

    Left open, what such a word is about is in the record and in no figure.
    """
    column = context.mapping.column_of(FIELD) if context.mapping else None
    if column is None:
        return Checked(sheets)
    said = Counter(
        cell for sheet in sheets if column in sheet.table.column_names for cell in sheet.table[column].to_pylist()
    )
    unknown = {word: rows for word, rows in said.items() if word is not None and not is_known(word, column)}
    questions = tuple(
        Question(f"{PREFIX}{word.strip()}", say_question(word, column, rows), CHOICES, "not-known", rows)
        for word, rows in unknown.items()
    )
    answers = {one.id.removeprefix(PREFIX): OUTCOMES[one.find_choice(context.answers).id] for one in questions}
    return Checked([put_answers(sheet, column, answers) for sheet in sheets], questions)


def is_known(word: str, column: str) -> bool:
    """Whether the reviewed words say what a cell says."""
    try:
        read_took_place(word, column)
    except Unreadable:
        return False
    return True


def say_question(word: str, column: str, rows: int) -> str:
    count = "1 row" if rows == 1 else f"{rows:,} rows"
    return SENTENCE.format(count=count, word=word.strip(), column=column).replace("1 row say", "1 row says")


def put_answers(sheet: Sheet, column: str, answers: dict[str, str]) -> Sheet:
    """The sheet with the answers in the place of the words that were asked about."""
    if not answers or column not in sheet.table.column_names:
        return sheet
    cells = [answers.get(cell.strip(), cell) if cell else cell for cell in sheet.table[column].to_pylist()]
    at = sheet.table.column_names.index(column)
    return replace(sheet, table=sheet.table.set_column(at, column, pa.array(cells, pa.string())))
