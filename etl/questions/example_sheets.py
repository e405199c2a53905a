"""Sheets and rows that say they are an example, by the sheet's name, its title, or their first cells."""

from __future__ import annotations

import re

from etl.questions.read_sheets import list_read
from etl.questions.rows import LEAVE_OUT, TAKE_IN, conclude, merge, read_row, say_rows
from etl.questions.types import Checked, Choice, Context, Question
from etl.questions.words import has_word, plain_words, read_words
from etl.types import Sheet
from soundings.views import say_count

ROWS_LOOKED_AT = 5
TITLES = re.compile(r"above the header not read as data: (.*?)(?:; |$)")
MARK = re.compile(r"\s*[\[(*]*\s*([^\W\d_]+(?:[ .][^\W\d_]+)?)\.?\s*(?:[\])*]*\s*$|[\])*]*\s*[:–—-]\s*\S)")
BEFORE_ONE = ("e g", "z b", "p ex", "p ej", "bv", "es", "ex")  # “e.g. Tea and talk”
IN_WORDS = re.compile(r"\s*(?:e\.\s?g\.|z\.\s?b\.|p\.\s?ex\.|p\.\s?ej\.|bijv\.|ej\.|ex\.)[\s:]", re.IGNORECASE)


def check_examples(sheets: list[Sheet], context: Context) -> Checked:
    """Asks about sheets and first rows that say they are an example; left unanswered, they are left out."""
    read = list_read(sheets, context)
    examples = [sheet for sheet in read if len(read) > 1 and is_example(sheet)]
    checked = Checked(sheets)
    if examples and len(examples) < len(read):
        gone = {sheet.name: set(sheet.row_numbers.to_pylist()) for sheet in examples}
        checked = conclude(sheets, context, ask_sheets(examples), gone, "the sheet says that it is an example")
    for sheet in list_read(checked.sheets, context):
        rows = find_example_rows(sheet) if context.mapping is not None else []
        if rows and len(rows) < sheet.table.num_rows:
            gone = {sheet.name: set(rows)}
            reason = "the row says that it is an example" if len(rows) == 1 else "the rows say that they are examples"
            checked = merge(checked, conclude(checked.sheets, context, ask_rows(sheet, rows), gone, reason))
    return checked


def is_example(sheet: Sheet) -> bool:
    """Whether a sheet's name, or the words above its header, say that it is an example or an empty form."""
    if any(has_word(sheet.name, kind) for kind in ("example", "template")):
        return True
    title = TITLES.search(sheet.detected.get("notes", ""))
    return title is not None and has_word(title[1], "example")


def find_example_rows(sheet: Sheet) -> list[int]:
    """The numbers of the first rows that begin with a word for example, alone in its cell or before what it is one of."""
    rows = []
    for at in range(min(ROWS_LOOKED_AT, sheet.table.num_rows)):
        first = next((cell for cell in read_row(sheet, at) if cell), "")
        if not says_example(first):
            break
        rows.append(sheet.row_numbers[at].as_py())
    return rows


def says_example(cell: str) -> bool:
    """“Example”, “EXAMPLE: Tea and talk”, “(Beispiel)”, “e.g. Tea and talk”; never “Sample the harvest”."""
    if IN_WORDS.match(cell):
        return True
    if plain_words(cell) in read_words("example"):
        return True
    found = MARK.match(cell)
    return found is not None and has_word(found[1], "example")


def ask_sheets(examples: list[Sheet]) -> Question:
    """One question about all such sheets."""
    names = " and ".join(f"“{sheet.name}”" for sheet in examples)
    rows = sum(sheet.table.num_rows for sheet in examples)
    one = len(examples) == 1
    return Question(
        id="example-sheets",
        sentence=f"The {'sheet' if one else 'sheets'} {names} {'says that it is an example' if one else 'say that they are examples'}. Should {'its' if one else 'their'} {say_count(rows, 'rows')} come in?",
        choices=(
            Choice(LEAVE_OUT, "No, leave it out" if one else "No, leave them out"),
            Choice(TAKE_IN, "Yes, they are real records"),
        ),
        assumed=LEAVE_OUT,
        moves=rows,
        evidence=tuple(f"“{sheet.name}”: {say_count(sheet.table.num_rows, 'rows')}" for sheet in examples),
    )


def ask_rows(sheet: Sheet, rows: list[int]) -> Question:
    """The question about the first rows of one sheet."""
    one = len(rows) == 1
    return Question(
        id=f"example-rows:{sheet.name}",
        sentence=f"{say_count(len(rows), 'rows')} of {sheet.name} ({say_rows(rows)}) {'says that it is an example' if one else 'say that they are examples'}. Should {'it' if one else 'they'} come in?",
        choices=(
            Choice(LEAVE_OUT, "No, leave it out" if one else "No, leave them out"),
            Choice(TAKE_IN, "Yes, take it in" if one else "Yes, take them in"),
        ),
        assumed=LEAVE_OUT,
        moves=len(rows),
        evidence=(f"rows {say_rows(rows)}",),
    )
