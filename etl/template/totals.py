"""Rows that look like a total of the rows above them: set aside with the reason, for their figures would count twice."""

from __future__ import annotations

from collections.abc import Iterable

from etl.blanks import is_blank
from etl.parsing import parse_text
from etl.questions.words import plain_words, read_words
from etl.template.tables import PLACE_COLUMNS

WHEN_OR_WHERE = ("start_date", "end_date", "time_pattern", "screened_area_code", *PLACE_COLUMNS)
TOTAL = (
    "This row looks like a total of the rows above it: it has no date and no place, and its figures would count twice. If it is an "
    "activity, give it its date, its place or a fuller title."
)


def is_total(names: Iterable[str | None], when_or_where: Iterable[str | None]) -> bool:
    """Whether the first of a row's names that is filled in is “Total”, “Gesamt” or the like, while none of its cells says when or where."""
    if not all(
        is_blank(parse_text(cell) or "") for cell in when_or_where
    ):  # the cheaper test, and it settles most rows
        return False
    first = next(filter(None, map(parse_text, names)), "")
    return plain_words(first) in read_words("total")
