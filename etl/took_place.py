"""Whether a meeting took place, read from what files write: the words of data/took_place.toml, or an answer of yes or no."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from etl.blanks import is_blank
from etl.parsing import Unreadable, parse_date
from soundings.home import PROJECT
from soundings.model import CANCELLED, HELD, POSTPONED, TOOK_PLACE

FILE = PROJECT / "data" / "took_place.toml"
STATUS = "status"
# What a yes answers under a heading of each kind, and what a no does.
ANSWERS = {HELD: (HELD, CANCELLED), CANCELLED: (CANCELLED, HELD), POSTPONED: (POSTPONED, HELD)}
KINDS = {"status": STATUS, "held": HELD, "cancelled": CANCELLED, "postponed": POSTPONED}
GOES_ON = (HELD, CANCELLED, POSTPONED)  # “cancelled: no room”; “open space” says nothing of what is still to come


@dataclass(frozen=True)
class Vocabulary:
    """The reviewed words, plain: `words` to what they say, `headings` to their kind, and the answers that mean yes and no."""

    words: dict[str, str]
    headings: dict[str, str]
    yes: frozenset[str]
    no: frozenset[str]


@cache
def read_vocabulary(path: Path = FILE) -> Vocabulary:
    """The words and headings of data/took_place.toml, of every language together."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    headings = {make_plain(word): KINDS[kind] for kind, words in raw.pop("headings").items() for word in words}
    answers = raw.pop("answers")
    words = {word: word for word in TOOK_PLACE if word != HELD}
    for language in raw.values():
        for outcome, listed in language.items():
            words |= {make_plain(word): outcome.replace("_", " ") for word in listed}
    yes, no = (frozenset(map(make_plain, answers[one])) for one in ("yes", "no"))
    return Vocabulary(words, headings, yes, no)


def make_plain(text: str) -> str:
    """The text without capitals, accents and punctuation, its words one space apart; a mark alone stays."""
    bare = "".join(one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one))
    return " ".join(re.sub(r"[\W_]+", " ", bare).split()) or bare.strip()


def find_heading(heading: str) -> str | None:
    """What a column of this heading says: `STATUS` for words, or what a yes means under it; None for any other."""
    return read_vocabulary().headings.get(make_plain(heading))


def read_took_place(text: str | None, heading: str = "") -> str | None:
    """What a cell says of whether it took place, one of TOOK_PLACE; None where it is blank. `heading`: of its column, if any.

    Raises Unreadable where no word of the list is in it.
    """
    if text is None or not (plain := make_plain(text)):
        return None
    known, kind = read_vocabulary(), find_heading(heading)
    if outcome := known.words.get(plain):
        return outcome
    if is_blank(text.strip()):
        return None
    if kind != STATUS:
        yes, no = ANSWERS[kind or HELD]
        if plain in known.yes or (kind in (CANCELLED, POSTPONED) and is_day(text)):
            return yes
        if plain in known.no:
            return no
    if outcome := find_beginning(plain.split(), known.words):
        return outcome
    raise Unreadable(
        f"“{text.strip()}” does not say whether it took place. Expected one of: {', '.join(TOOK_PLACE)}. "
        "It is kept as not known, and is in no figure."
    )


def says_took_place(heading: str, cells: Sequence[str]) -> bool:
    """Whether a column says what took place: by its heading, where half of its cells or more are words or answers for it."""
    return (
        find_heading(heading) is not None
        and bool(cells)
        and sum(is_known(cell, heading) for cell in cells) * 2 >= len(cells)
    )


def is_known(text: str, heading: str) -> bool:
    """Whether a cell says whether it took place."""
    try:
        return read_took_place(text, heading) is not None
    except Unreadable:
        return False


def find_beginning(parts: list[str], words: dict[str, str]) -> str | None:
    """What the words that a cell begins with say, the longest first; None where what follows says the opposite."""
    for length in range(len(parts) - 1, 0, -1):
        if (outcome := words.get(" ".join(parts[:length]))) in GOES_ON:
            rest = parts[length:]
            others = {
                words.get(" ".join(rest[at:end])) for at in range(len(rest)) for end in range(at + 1, len(rest) + 1)
            }
            return None if {(other == HELD) != (outcome == HELD) for other in others - {None}} - {False} else outcome
    return None


def is_day(text: str) -> bool:
    """Whether a cell is a day: of what was cancelled, the day on which that was decided."""
    try:
        return parse_date(text, "day-first") is not None
    except Unreadable:
        return False
