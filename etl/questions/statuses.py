"""Asking what a word in a column of statuses says: whether it took place, which only the person who wrote it knows; and whether a
column of statuses that no field was matched with is to be left out."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pyarrow as pa

from etl.parsing import Unreadable
from etl.questions.types import Checked, Choice, Context, Question
from etl.took_place import find_heading, read_took_place
from etl.types import Sheet
from etl.uploads.mapping import ColumnMapping
from soundings.model import HELD, NOT_KNOWN
from soundings.views import say_count

PREFIX, FIELD = "status:", "took_place"
SENTENCE = "{count} say “{word}” under {column}: did what they tell of take place? Only what took place is counted."
# Each answer's id → the word it puts in the place of the file's own.
OUTCOMES = {"took-place": "yes", "cancelled": "cancelled", "postponed": "postponed", "planned": "planned", "not-known": NOT_KNOWN}  # fmt: skip
LEFT_OUT_PREFIX, MOST_WORDS = "status-column:", 3
MOST_STATUSES = 12  # different words; more are notes, and no statuses
READ_STATUS = "Soundings: took place"  # the column that is made of an unmatched one
LEFT_OUT_SENTENCE = "The column {column} is not matched, and says {words} of {count}. Does it say what took place? Then only rows that took place are counted."
USE_IT = Choice("use-it", "Yes: count only what took place")
LEAVE_OUT = Choice("leave-it-out", "No, it says something else: count every row")
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
    if context.mapping is None:
        return Checked(sheets)
    column = context.mapping.column_of(FIELD)
    if column is None:
        return check_left_out(sheets, context)
    questions, answers = ask_unknown(count_cells(sheets, column), column, context)
    return Checked([put_answers(sheet, column, answers) for sheet in sheets], questions)


def ask_unknown(said: Counter[str], column: str, context: Context) -> tuple[tuple[Question, ...], dict[str, str]]:
    """(a question for each word that is not known, the word → what it says as a person answered)."""
    questions = tuple(
        Question(f"{PREFIX}{word.strip()}", say_question(word, column, rows), CHOICES, "not-known", rows)
        for word, rows in said.items()
        if not is_known(word, column)
    )
    return questions, {one.id.removeprefix(PREFIX): OUTCOMES[one.find_choice(context.answers).id] for one in questions}


def check_left_out(sheets: list[Sheet], context: Context) -> Checked:
    """The sheets with what an unmatched column says of what took place, unless the answer is that it says something else."""
    used = {column for column, _ in context.mapping.columns}
    names = dict.fromkeys(name for sheet in sheets for name in sheet.table.column_names)
    for column in names:
        if column in used or find_heading(column) is None:
            continue
        said = count_cells(sheets, column)
        unheld = Counter({word: rows for word, rows in said.items() if read_outcome(word, column) not in (None, HELD)})
        known = Counter({word: rows for word, rows in unheld.items() if is_known(word, column)})
        if not known or not may_be_statuses(said, column):
            continue
        words = ", ".join(f"“{word.strip()}”" for word, _ in known.most_common(MOST_WORDS))
        question = Question(
            f"{LEFT_OUT_PREFIX}{column}",
            LEFT_OUT_SENTENCE.format(column=column, words=words, count=say_count(known.total(), "row")),
            (USE_IT, LEAVE_OUT),
            USE_IT.id,
            unheld.total(),
        )
        if question.find_choice(context.answers) != USE_IT:
            return Checked(sheets, (question,))
        asked, answers = ask_unknown(said, column, context)
        return Checked([put_outcomes(sheet, column, answers) for sheet in sheets], (question, *asked))
    return Checked(sheets)


def may_be_statuses(said: Counter[str], column: str) -> bool:
    """Whether cells below such a heading are statuses: the same few words again, or half of them known."""
    known = sum(rows for word, rows in said.items() if is_known(word, column))
    return len(said) <= MOST_STATUSES or known * 2 >= said.total()


def count_cells(sheets: list[Sheet], column: str) -> Counter[str]:
    """How often each cell of a column stands in these sheets, blanks apart."""
    cells = (sheet.table[column].to_pylist() for sheet in sheets if column in sheet.table.column_names)
    return Counter(cell for some in cells for cell in some if cell is not None)


def read_outcome(cell: str, heading: str) -> str | None:
    """What a cell says, `not known` for a word that is in no list, None where it is blank."""
    try:
        return read_took_place(cell, heading)
    except Unreadable:
        return NOT_KNOWN


def put_outcomes(sheet: Sheet, column: str, answers: dict[str, str]) -> Sheet:
    """The sheet with one more column, of what this one or an answer says took place; blank where the sheet does not have it."""
    cells = sheet.table[column].to_pylist() if column in sheet.table.column_names else [None] * sheet.table.num_rows
    outcome_of = {cell: answers.get(cell.strip()) or read_outcome(cell, column) for cell in {*cells} - {None}}
    outcomes = [outcome_of.get(cell) for cell in cells]
    return replace(sheet, table=sheet.table.append_column(READ_STATUS, pa.array(outcomes, pa.string())))


def match_status(mapping: ColumnMapping, sheets: list[Sheet]) -> ColumnMapping:
    """The matching with the column of what took place, where `check_left_out` made one."""
    if not any(READ_STATUS in sheet.table.column_names for sheet in sheets):
        return mapping
    return replace(mapping, columns=(*mapping.columns, (READ_STATUS, FIELD)))


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
