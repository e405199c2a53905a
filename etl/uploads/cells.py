"""What kind of thing stands in the cells of a column: dates, times of day, figures, text, names of people."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from etl.blanks import is_blank
from etl.parsing import NO_WORDS, YES_WORDS, Unreadable, parse_date
from etl.personal_data import LONGEST, NO_NAMES
from etl.uploads.headings import read_heading_words, split_words

MOSTLY = 0.6
NEARLY_ALL = 0.9
TIME_OF_DAY = r"\d{1,2}(?:[:.h]\d{2}(?::\d{2}(?:\.\d+)?)?|h)?\s*(?:[ap]\.?\s?m\.?|uhr|hrs?|uur)?"
TIME = re.compile(rf"(?:{TIME_OF_DAY})(?:\s*(?:[-–]|to|a|bis|tot)\s*(?:{TIME_OF_DAY}))?", re.IGNORECASE)
HAS_TIME_SIGN = re.compile(r"[:h]|[ap]\.?\s?m|uhr|uur|hrs|\d\.\d", re.IGNORECASE)
NUMERIC_DAY = r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{8}(?=T))"
WORDED_DAY = r"(?:\d{1,2}(?:st|nd|rd|th|er|\.|º)?[\s-]+(?:de\s+|d['’])?[^\W\d_]{3,10}\.?,?[\s-]+(?:de\s+|del\s+)?\d{4}|[^\W\d_]{3,10}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4})"
WEEKDAY = r"(?:[^\W\d_]{2,10}[.,]?\s+)?"
CLOCK = r"(?:[T,\s]+(?:at |um |à |a las )?\d{1,2}[:.h]?\d{2}.*|T\d{2,6}Z?)?"
DAY = re.compile(rf"{WEEKDAY}(?:{NUMERIC_DAY}|{WORDED_DAY}){CLOCK}", re.IGNORECASE)
FIGURE = r"\d{1,3}(?:[,. \u00a0\u202f']\d{3})+|\d+"
COUNT = re.compile(
    rf"(?:(?:about|around|approx\.?|approximately|circa|c\.|ca\.?|environ|unos|cerca de|etwa|rund|ongeveer|tua|~|<|>|≈)\s*)?"
    rf"(?:{FIGURE})(?:\.0+)?\+?(?:\s*(?:-|–|to|à|a|bis)\s*(?:{FIGURE}))?",
    re.IGNORECASE,
)
DECIMAL = re.compile(r"[-+\u2212]?\d{1,7}(?:[.,]\d+)?")
EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
WEB = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
UK_POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}", re.IGNORECASE)
GSS_CODE = re.compile(r"[EWSNK]\d{8}", re.IGNORECASE)
CODE = re.compile(r"(?=.*\d)[A-Z0-9]{2,12}", re.IGNORECASE)
NAME_PART = re.compile(r"[^\W\d_][^\W\d_'’.-]*(?:['’-][^\W\d_]+)*\.?")
NAME_LINKS = frozenset("de da do dos van von der den del della la le y e i af al bin ap ab of".split())
UNKNOWN = frozenset(("tba", "none", "nil", "?"))


@dataclass(frozen=True)
class Cells:
    """The filled cells of a column; words for “not known” are not among them."""

    values: tuple[str, ...]

    def share(self, is_such: Callable[[str], bool]) -> float:
        """The share of the cells that are such; 0 where none is filled."""
        return sum(map(is_such, self.values)) / len(self.values) if self.values else 0.0

    @cached_property
    def dates(self) -> float:
        """The share of days, with or without a time of day."""
        return self.share(is_date)

    @cached_property
    def counts(self) -> float:
        """The share of whole figures, also “about 50”, “<5” and “60–70”."""
        return self.share(is_count)

    @cached_property
    def texts(self) -> float:
        """The share of words: no figure, date, time, web or e-mail address, no yes or no."""
        return self.share(is_text)

    @cached_property
    def numbers(self) -> tuple[float, ...]:
        """The cells as numbers; none at all where less than nearly all of them are numbers."""
        found = [float(value.replace("\u2212", "-").replace(",", ".")) for value in self.values if is_decimal(value)]
        return tuple(found) if self.values and len(found) >= NEARLY_ALL * len(self.values) else ()

    @cached_property
    def distinct(self) -> float:
        """Different cells for each filled one; 0 where none is filled."""
        return len(set(self.values)) / len(self.values) if self.values else 0.0

    def words(self, name: str) -> float:
        """The share of cells with a word of a list of data/heading_words.toml."""
        known = read_heading_words()[name]
        return self.share(lambda value: not known.isdisjoint(split_words(value)))

    def is_modes(self) -> bool:
        """Whether nearly all cells say in person, online or both."""
        known = {" ".join(split_words(mode)) for mode in read_heading_words()["modes"]}
        return self.share(lambda value: " ".join(split_words(value)) in known) >= NEARLY_ALL


def collect_cells(cells: list[str | None]) -> Cells:
    """The filled cells of a column."""
    told = (cell.strip() for cell in cells if cell)
    return Cells(tuple(cell for cell in told if cell.casefold() not in UNKNOWN and not is_blank(cell)))


def is_date(value: str) -> bool:
    """Whether a cell is a day written out, in the calendar or not; a bare number is not taken for one."""
    if value.isdigit():
        return False
    if DAY.fullmatch(value):
        return True
    try:
        return parse_date(value, "day-first") is not None
    except Unreadable:
        return False


def is_time(value: str) -> bool:
    """Whether a cell is a time of day and no more: 18:00, 6 pm, 10h30–12h."""
    return TIME.fullmatch(value) is not None and HAS_TIME_SIGN.search(value) is not None


def is_count(value: str) -> bool:
    """Whether a cell is a whole figure, also “about 50”."""
    return COUNT.fullmatch(value) is not None


def is_decimal(value: str) -> bool:
    """Whether a cell is one number, with a point or a comma or without."""
    return DECIMAL.fullmatch(value) is not None


def is_text(value: str) -> bool:
    """Whether a cell is words."""
    has_word = re.search(r"[^\W\d_]{2}", value) is not None
    is_other = is_count(value) or is_date(value) or is_time(value) or WEB.match(value) or EMAIL.fullmatch(value)
    return has_word and not is_other and value.casefold() not in YES_WORDS | NO_WORDS


def is_like_a_person(value: str) -> bool:
    """Whether a cell has the shape of a person's name: up to five parts of letters, each with a capital where its script has them,
    and no word that only activities, organisations or groups have in their names."""
    if len(value) > LONGEST:
        return False
    parts = [part for part in re.split(r"[\s,]+", value) if part]
    if not 1 <= len(parts) <= 5 or not all(NAME_PART.fullmatch(part) for part in parts):
        return False
    if any(part[0] != part[0].upper() for part in parts if part.casefold() not in NAME_LINKS):
        return False
    return not has_activity_word(value)


def has_activity_word(value: str) -> bool:
    """Whether a cell has a word that activities have in their names and people have not: “Plant swap”, “Meet the planners”."""
    lists = read_heading_words()
    words = split_words(value)
    telling = lists["activities"] | NO_NAMES | (lists["small"] - NAME_LINKS - {"l", "d", "s", "i", "o"})
    return len(words) > 5 or any(word in telling or word.removesuffix("s") in telling for word in words)


def hold_activities(cells: Cells) -> bool:
    """Whether cells below a heading such as “name” are surely of activities: at least half have a word that says so, and fewer than a
    quarter have the shape of a person's name."""
    is_varied = cells.texts >= MOSTLY and len(set(cells.values)) >= 2
    return is_varied and cells.share(has_activity_word) >= 0.5 and cells.share(is_like_a_person) < 0.25
