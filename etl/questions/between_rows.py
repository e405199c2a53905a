"""Rows between and below the records that are none: titles of sections, notes such as “Source: …”, and sums."""

from __future__ import annotations

import re

import numpy as np
import pyarrow.compute as pc

from etl.blanks import is_blank
from etl.parsing import parse_text
from etl.questions.read_sheets import list_read
from etl.questions.rows import LEAVE_OUT, TAKE_IN, conclude, leave_surely, merge, read_row, say_rows, shorten
from etl.questions.types import Checked, Choice, Context, Question
from etl.questions.words import plain_words, read_words
from etl.template.totals import is_total
from etl.types import Sheet
from etl.uploads.mapping import PLACES, ColumnMapping
from soundings.views import say_count

USUAL_CELLS = 3  # filled in a row of records, from which on one of a single cell stands out
NOTE_CELLS = 2
MARKED = re.compile(r"\s*(?:[*†‡©¹²]|\(c\)\s)\s*\S")
SHOWN = 4
SEVERAL_SUMS = 1 / 3  # of the rows: a column with more of them says of what kind a row is
WORDS_BESIDE = 4  # “Total”, in “Total for May 2026”
LONGEST = 60  # signs of a cell that is a sum's name
WHEN_OR_WHERE = ("start_date", "end_date", *PLACES)


def check_between_rows(sheets: list[Sheet], context: Context) -> Checked:
    """Leaves notes out of a matched file, and asks about titles of sections and sums; left unanswered, they are left out."""
    checked = Checked(sheets)
    for sheet in list_read(sheets, context) if context.mapping else []:
        notes, titles = find_lone(sheet, context.mapping)
        reason = "it is a note, and no record" if len(notes) == 1 else "they are notes, and no records"
        checked = merge(checked, leave_surely(checked.sheets, {sheet.name: set(notes)}, reason))
        if titles:
            reason = "a title of a section or a note, with one cell filled"
            gone = {sheet.name: set(titles)}
            checked = merge(checked, conclude(checked.sheets, context, ask_titles(sheet, titles), gone, reason))
        if sums := find_sums(sheet, context.mapping):
            gone, question = {sheet.name: set(sums)}, ask_sums(sheet, sums)
            checked = merge(checked, conclude(checked.sheets, context, question, gone, "a sum of other rows"))
    return checked


def find_lone(sheet: Sheet, mapping: ColumnMapping) -> tuple[dict[int, str], dict[int, str]]:
    """(the notes, the titles of sections): row number → its words, where other rows have more cells filled."""
    filled = np.zeros(sheet.table.num_rows, dtype=np.int32)
    for column in sheet.table.columns:
        filled += pc.is_valid(column).to_numpy()
    few = np.flatnonzero(filled <= NOTE_CELLS).tolist()
    if not few or len(few) * 2 >= len(filled) or np.median(filled) < USUAL_CELLS:
        return {}, {}
    notes, titles = {}, {}
    for at in few:
        row = dict(zip(sheet.table.column_names, read_row(sheet, at), strict=True))
        words = next(filter(None, row.values()), "")
        number = sheet.row_numbers[at].as_py()
        if is_note(words) and not says_when_or_where(row, mapping, words):
            notes[number] = words
        elif filled[at] == 1 and any(sign.isalpha() for sign in words) and not is_total((words,), ()):
            titles[number] = words
    return notes, titles


def is_note(words: str) -> bool:
    """“Source: the clubs”, “* estimated”, “Gedruckt am 3.5.2026”; never “Source of the river walk”."""
    if MARKED.match(words) and words.count("*") < 2:
        return True
    known = read_words("note")
    before, colon, _ = words.partition(":")
    if colon and plain_words(before) in known:
        return True
    plain = f"{plain_words(words)} "
    return any(plain.startswith(f"{one} ") for one in known if " " in one)


def says_when_or_where(row: dict[str, str | None], mapping: ColumnMapping, words: str = "") -> bool:
    """Whether a cell of a row that is matched with a day or a place is filled, other than with these words."""
    return any(
        field in WHEN_OR_WHERE and row.get(column) != words and not is_blank(parse_text(row.get(column)) or "")
        for column, field in mapping.columns
    )


def find_sums(sheet: Sheet, mapping: ColumnMapping) -> dict[int, str]:
    """Row number → the words by which it may be a sum of others; those that surely are one are refused where rows are mapped."""
    words = read_words("total")
    stems = "|".join(sorted({re.escape(word[:3]) for word in words}))
    title = mapping.column_of("title")
    found: dict[int, str] = {}
    for name in sheet.table.column_names:
        column = sheet.table[name]
        like = pc.and_(
            pc.match_substring_regex(column, rf"(?i)\b(?:{stems})"), pc.less_equal(pc.utf8_length(column), LONGEST)
        )
        here = {}
        for at in np.flatnonzero(pc.fill_null(like, False).to_numpy()).tolist():
            cell = column[at].as_py()
            row = dict(zip(sheet.table.column_names, read_row(sheet, at), strict=True))
            if plain_words(cell) in words:
                is_sum = name != title or says_when_or_where(row, mapping)
            else:
                is_sum = name == title and begins_or_ends(cell) and not says_when_or_where(row, mapping)
            if is_sum and title and row.get(title):
                here[sheet.row_numbers[at].as_py()] = cell
        if len(here) <= SEVERAL_SUMS * sheet.table.num_rows:
            found |= here
    is_told = any(field in WHEN_OR_WHERE for _, field in mapping.columns)
    return found if is_told else {row: cell for row, cell in found.items() if plain_words(cell) in words}


def begins_or_ends(cell: str) -> bool:
    """“Total for May”, “Summe März”, “Ward 1 subtotal”."""
    plain = plain_words(cell)
    if len(plain.split()) > 1 + WORDS_BESIDE:
        return False
    return any(plain.startswith(f"{word} ") or plain.endswith(f" {word}") for word in read_words("total"))


def ask_titles(sheet: Sheet, titles: dict[int, str]) -> Question:
    """The question about rows of one cell."""
    one = len(titles) == 1
    return Question(
        id=f"section-titles:{sheet.name}",
        sentence=(
            f"{say_count(len(titles), 'rows')} of {sheet.name} ({say_rows(titles)}) {'has' if one else 'have'} one cell filled: "
            f"{say_words(titles)}. {'Is it a title or a note' if one else 'Are they titles or notes'} among the rows?"
        ),
        choices=(
            Choice(LEAVE_OUT, "Yes, leave it out" if one else "Yes, leave them out"),
            Choice(TAKE_IN, "No, a record of its own" if one else "No, each is a record"),
        ),
        assumed=LEAVE_OUT,
        moves=len(titles),
        evidence=tuple(f"row {row}: {shorten(words)}" for row, words in list(titles.items())[:SHOWN]),
    )


def ask_sums(sheet: Sheet, sums: dict[int, str]) -> Question:
    """The question about rows that may be sums."""
    one = len(sums) == 1
    return Question(
        id=f"sums:{sheet.name}",
        sentence=(
            f"{say_count(len(sums), 'rows')} of {sheet.name} ({say_rows(sums)}) {'seems to be a sum' if one else 'seem to be sums'} "
            f"of other rows: {say_words(sums)}. {'Its figures' if one else 'Their figures'} would count twice. "
            f"{'Is it a sum' if one else 'Are they sums'}?"
        ),
        choices=(
            Choice(LEAVE_OUT, "Yes, leave it out" if one else "Yes, leave them out"),
            Choice(TAKE_IN, "No, take it in" if one else "No, take them in"),
        ),
        assumed=LEAVE_OUT,
        moves=len(sums),
        evidence=tuple(f"row {row}: {shorten(words)}" for row, words in list(sums.items())[:SHOWN]),
    )


def say_words(told: dict[int, str]) -> str:
    """“May”, “June” and the like, each once."""
    words = list(dict.fromkeys(f"“{shorten(one)}”" for one in told.values()))
    return ", ".join([*words[:SHOWN], *(["…"] if len(words) > SHOWN else [])])
