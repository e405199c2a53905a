"""Cells of text read into values: numbers, bands, dates, lists, words. Each gives None for a blank and Unreadable for the rest."""

from __future__ import annotations

import ast
import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache, partial

from etl.blanks import is_blank, is_no_figure

DAY_FIRST, MONTH_FIRST = "day-first", "month-first"
DATE_ORDERS = (DAY_FIRST, MONTH_FIRST)
YES_WORDS, NO_WORDS = frozenset(("yes", "y", "true", "1")), frozenset(("no", "n", "false", "0"))
FIRST_YEAR, LAST_YEAR = 1900, 2100
FIRST_SERIAL, LAST_SERIAL = 20_000, 73_000  # Excel's day numbers for 1954 to 2099
LARGEST = 1e12
LONGEST_LIST = 100_000

NUMBER = re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:[, \u00a0\u202f][0-9]{3})+)(?:\.[0-9]+)?")
THOUSANDS_BY_POINT = re.compile(r"([1-9][0-9]{0,2})(?:\.[0-9]{3}){1,4}")
BAND = re.compile(r"([0-9][0-9., \u00a0]*?)\s*(?:-|–|—|\bto\b)\s*([0-9][0-9., \u00a0]*)")
BELOW = re.compile(r"(?:<|fewer than|less than|under)\s*(=?)\s*([0-9][0-9., ]*)")
ABOUT = re.compile(
    r"(?:~|≈|about|around|roughly|nearly|some|approx\.?|approximately|circa|c\.?|ca\.?|etwa|ungefähr|rund|environ|env\.?)\s*"
    r"([0-9][0-9., ]*)"
)
ABOUT_AFTER = re.compile(
    r"([0-9][0-9., ]*?)\s*(?:approx\.?|approximately|or so|ish|\(?est\.?\)?|\(?estimated?\)?|\(?approx\.?\)?)"
)
AT_LEAST = re.compile(
    r"(?:≥|>=|at least|min\.?|mindestens|au moins)\s*([0-9][0-9., ]*)|([0-9][0-9., ]*?)\s*(?:\+|or more|and over|plus)"
)
MORE_THAN = re.compile(r"(?:>|over|more than|mehr als|über|plus de)\s*([0-9][0-9., ]*)")
ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[T ]+[0-9]{1,2}:[0-9]{2}.*)?")
NUMERIC = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})(?:[T ]+[0-9]{1,2}:[0-9]{2}.*)?")
SHORT_YEAR = re.compile(r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2}")
TIME = r"(?:,? (?:at )?[0-9]{1,2}:[0-9]{2}.*)?"
LETTERS = r"[^\W\d_]"
DAY_OF_MONTH = (
    rf"(?:{LETTERS}+\.?,?\s+)?([0-9]{{1,2}})(?:st|nd|rd|th|er|\.)?(?:[\s-]+|(?<=\.))(?:of\s+)?({LETTERS}{{3,9}})\.?"
)
MONTH_THEN_DAY = rf"(?:{LETTERS}+\.?,?\s+)?({LETTERS}{{3,9}})\.?\s+([0-9]{{1,2}})(?:st|nd|rd|th)?"
DAY_MONTH = re.compile(DAY_OF_MONTH + r",?[\s-]+([0-9]{4})" + TIME)
MONTH_DAY = re.compile(MONTH_THEN_DAY + r",?\s+([0-9]{4})" + TIME)
SERIAL = re.compile(r"([0-9]{5})(?:\.[0-9]+)?")

COMMA_FOR_POINT = re.compile(r"([+-]?[0-9]{1,3}),[0-9]+")
SIXTIETHS = (
    re.compile(r"[0-9]\s*[°º˚dD:′'’]"),
    re.compile(r"^[NSEWnsew]\s*[-+0-9]|[0-9°º˚′″'\"’”]\s*[NSEWnsew](?:orth|outh|ast|est)?$"),
    re.compile(r"^[+-]?[0-9]{1,3}(?: [0-9]{1,2}){1,2}(?:[.,][0-9]+)?$"),
)
DECIMAL_COMMA = (
    "The longitude or latitude has a comma where its decimal point should be. Write it with a point, such as 53.801, "
    "and load the file again."
)
NOT_DECIMAL = (
    "The longitude or latitude is in degrees, minutes and seconds, or has a letter. Write decimal degrees, such as 53.801 (degrees + "
    "minutes ÷ 60 + seconds ÷ 3600), with a minus sign before a longitude west of Greenwich, and load the file again."
)
NOT_DEGREES = "The longitude or latitude is not a number. Write decimal degrees, such as 53.801."


MONTHS = (
    ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"),
    ("januar", "februar", "märz", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "dezember"),
    ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)  # fmt: skip


class Unreadable(ValueError):
    """A cell that cannot be read; the text says why and what would do instead."""


class Ambiguous(Unreadable):
    """A cell that can be read in two ways; the text asks which. Its row waits for the answer."""


@dataclass(frozen=True)
class Amount:
    """A figure as recorded. `high` is the top of a band, else None; `basis` is exact, estimate or band. A band without a top
    (“12+”) is its least figure."""

    value: float
    high: float | None = None
    basis: str = "exact"


def parse_text(text: str | None) -> str | None:
    """The words with white space tidied (NFC, single spaces), or None."""
    if text is None:
        return None
    return " ".join(unicodedata.normalize("NFC", text).split()) or None


def parse_number(text: str | None) -> float | None:
    """A finite number. Thousands separators in groups of three are read; a comma as decimal point is refused."""
    plain = parse_text(text)
    if plain is None or is_no_figure(plain):
        return None
    if not NUMBER.fullmatch(plain):
        if "%" in plain:
            raise Unreadable(f"“{plain}” is a percentage; give the number itself.")
        raise Unreadable(f"“{plain}” is not a number. Write digits, such as 12, 1,200 or 1.5.")
    value = float(re.sub(r"[, \u00a0\u202f]", "", plain))
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise Unreadable(f"“{plain}” is too large to be meant.")
    return value


def parse_degrees(text: str | None) -> float | None:
    """A longitude or latitude. Decimal commas, degrees with minutes and letters are refused with what to write; no cell is repeated,
    because a point may be somebody's home."""
    plain = (parse_text(text) or "").replace("\u2212", "-")
    if (found := COMMA_FOR_POINT.fullmatch(plain)) and abs(int(found[1])) <= 180:
        raise Unreadable(DECIMAL_COMMA)
    if not is_no_figure(plain) and any(pattern.search(plain) for pattern in SIXTIETHS):
        raise Unreadable(NOT_DECIMAL)
    if plain and not is_no_figure(plain) and not NUMBER.fullmatch(plain):
        raise Unreadable(NOT_DEGREES)
    return parse_number(plain)


def parse_measured(text: str | None) -> float | None:
    """A number that is not below zero and may have decimals, such as minutes. “1.200” is asked about: written elsewhere it is 1,200."""
    plain = parse_text(text)
    if plain and (found := THOUSANDS_BY_POINT.fullmatch(plain)):
        digits = plain.replace(".", "")
        is_zeros = not digits[len(found[1]) :].strip("0")
        also = f" If it is {found[1]}, write {found[1]}." if is_zeros else ""
        raise Unreadable(f"Is “{plain}” {int(digits):,}? Then write {digits}.{also}")
    value = parse_number(text)
    if value is not None and value < 0:
        raise Unreadable(f"“{plain}” is below zero, which a count cannot be.")
    return value


def parse_count(text: str | None) -> float | None:
    """A whole number that is not below zero: people, answers and tickets come in no parts. “12.0” is 12."""
    value = parse_measured(text)
    if value is not None and value != int(value):
        raise Unreadable(
            f"“{parse_text(text)}” is not a whole number, and what is counted is. Write it as one, such as 12."
        )
    return value


def parse_amount(text: str | None) -> Amount | None:
    """An exact figure, an estimate (“about 50”) or a band: “10–15”; “<5” is 0 to 4, as people are counted whole; “12+” has no top."""
    return read_amount(text, parse_count)


def parse_hours(text: str | None) -> Amount | None:
    """The same of what comes in parts: “120.5”, “about 80”, “10.5–12”; “<5” is up to 5."""
    return read_amount(text, parse_measured)


def read_amount(text: str | None, parse: Callable[[str | None], float | None]) -> Amount | None:
    """The amount that a cell says, its numbers read by `parse`: whole ones, or ones with decimals."""
    plain = parse_text(text)
    if plain is None or is_no_figure(plain):
        return None
    folded = plain.casefold()
    if "%" in folded:
        raise Unreadable(f"“{plain}” is a percentage; give the number itself.")
    if below := BELOW.fullmatch(folded):
        return Amount(0.0, read_below(below[2], parse, is_itself=bool(below[1])), "band")
    if about := ABOUT.fullmatch(folded):
        return Amount(parse(about[1]), None, "estimate")
    if about := ABOUT_AFTER.fullmatch(folded):
        return Amount(parse(about[1]), None, "estimate")
    if least := AT_LEAST.fullmatch(folded):
        return Amount(parse(least[1] or least[2]), None, "band")
    if more := MORE_THAN.fullmatch(folded):
        least_more = parse_measured(more[1])
        return Amount(math.floor(least_more) + 1.0 if parse is parse_count else least_more, None, "band")
    if band := BAND.fullmatch(folded):
        low, high = parse(band[1]), parse(band[2])
        if high < low:
            raise Unreadable(f"“{plain}” is a band whose top is below its bottom.")
        return Amount(low, high, "band")
    return Amount(parse(plain))


def read_below(said: str, parse: Callable[[str | None], float | None], *, is_itself: bool) -> float:
    """The most that “under 5” can be: 4 of what is counted whole, 5 of hours; 5 of either where it may be 5 itself."""
    if is_itself or parse is not parse_count:
        return parse(said)
    return max(math.ceil(parse_measured(said)) - 1, 0)


def parse_attendance(text: str | None) -> Amount | None:
    """How many came to one meeting: an exact figure or an estimate. A range is none: a meeting's figure is one number."""
    amount = parse_amount(text)
    if amount is not None and amount.basis == "band":
        raise Unreadable(
            f"“{parse_text(text)}” is a range, and a meeting's attendance is one number. Write the number, or “about” before it."
        )
    return amount


def parse_date(text: str | None, order: str | None = None, epoch: int = 1900) -> date | None:
    """A day. `order` (day-first | month-first) answers for dates such as 3/4/2023; without it they are refused with the question.

    A time after the day is left out. A five-digit number is Excel's day number, counted from 1900 unless `epoch` is 1904.
    """
    plain = parse_text(text)
    if plain is None or is_blank(plain):
        return None
    folded = plain.casefold()
    if found := ISO.fullmatch(plain.upper()):
        return make_day(plain, found[1], found[2], found[3])
    if found := NUMERIC.fullmatch(plain.upper()):
        return parse_numeric_day(plain, int(found[1]), int(found[2]), found[3], order)
    if found := DAY_MONTH.fullmatch(folded):
        return make_day(plain, found[3], find_month(plain, found[2]), found[1])
    if found := MONTH_DAY.fullmatch(folded):
        return make_day(plain, found[3], find_month(plain, found[1]), found[2])
    if found := SERIAL.fullmatch(plain):
        return parse_serial(plain, int(found[1]), epoch)
    if SHORT_YEAR.fullmatch(plain):
        raise Unreadable(f"“{plain}” has a year of two digits. Write it in full, such as 2023-04-05.")
    if read_yearless(plain):
        raise Unreadable(f"“{plain}” says no year. Write the whole date, such as 2023-04-05.")
    raise Unreadable(f"“{plain}” is not a date that can be read for sure. Write it as 2023-04-05.")


def parse_numeric_day(plain: str, first: int, second: int, year: str, order: str | None) -> date:
    """The day of “first/second/year”. Raises Ambiguous with the question where both orders would do."""
    if first <= 12 and second <= 12 and first != second and order is None:
        raise Ambiguous(
            f"“{plain}” can be read in two ways. Say whether the day or the month comes first (date order: day-first or "
            "month-first), or write it as 2023-04-05."
        )
    is_month_first = second > 12 or (first <= 12 and order == MONTH_FIRST)
    day, month = (second, first) if is_month_first else (first, second)
    return make_day(plain, year, month, day)


def parse_serial(plain: str, serial: int, epoch: int) -> date:
    """The day of one of Excel's day numbers (Microsoft: 1900 and 1904 date systems)."""
    if not FIRST_SERIAL <= serial <= LAST_SERIAL:
        raise Unreadable(f"“{plain}” is not a date that can be read for sure. Write it as 2023-04-05.")
    return (date(1904, 1, 1) if epoch == 1904 else date(1899, 12, 30)) + timedelta(days=serial)


def make_day(plain: str, year: str | int, month: str | int, day: str | int) -> date:
    """The day, where the calendar has it between 1900 and 2100."""
    try:
        made = date(int(year), int(month), int(day))
    except ValueError:
        raise Unreadable(f"“{plain}” is not a day in the calendar.") from None
    if not FIRST_YEAR <= made.year <= LAST_YEAR:
        raise Unreadable(f"“{plain}” is outside the years {FIRST_YEAR} to {LAST_YEAR}.")
    return made


def find_month(plain: str, word: str) -> int:
    """1 to 12 from a month's name in English, German or French, or its first letters."""
    found = {number for names in MONTHS for number, name in enumerate(names, 1) if name.startswith(word)}
    found = found or {9} & {9 for _ in [word] if word == "sept"}
    if len(found) != 1:
        raise Unreadable(f"“{plain}”: “{word}” is not a month.")
    return found.pop()


def read_yearless(text: str | None) -> tuple[int, str] | None:
    """(day, month's English name) of a day written without a year, such as “June 4” or “4. Juni”; None for anything else."""
    folded = (parse_text(text) or "").casefold()
    if found := re.fullmatch(DAY_OF_MONTH, folded):
        day, word = found[1], found[2]
    elif found := re.fullmatch(MONTH_THEN_DAY, folded):
        day, word = found[2], found[1]
    else:
        return None
    try:
        month = find_month(folded, word)
        make_day(folded, 2024, month, day)  # a leap year, so that 29 February is a day
    except Unreadable:
        return None
    return int(day), MONTHS[0][month - 1]


@lru_cache(maxsize=4096)  # the same few days stand in most rows of a file
def parse_year_alone(text: str | None) -> tuple[date, date] | None:
    """(first, last day) of a year that stands alone, such as “2026”; None for anything else."""
    plain = parse_text(text) or ""
    if not re.fullmatch(r"(?:19|20)[0-9]{2}", plain):
        return None
    return date(int(plain), 1, 1), date(int(plain), 12, 31)


def parse_first_day(text: str | None, order: str | None = None, epoch: int = 1900) -> date | None:
    """A day; of a year alone its first."""
    year = parse_year_alone(text)
    return year[0] if year else parse_date(text, order, epoch)


def parse_last_day(text: str | None, order: str | None = None, epoch: int = 1900) -> date | None:
    """A day; of a year alone its last."""
    year = parse_year_alone(text)
    return year[1] if year else parse_date(text, order, epoch)


def parse_year(text: str | None) -> date | None:
    """The first day of a year written as four digits (“2021” or “2021.0”)."""
    try:
        value = parse_number(text)
    except Unreadable:
        raise Unreadable(f"“{parse_text(text)}” is not a year.") from None
    if value is None:
        return None
    if value != int(value) or not FIRST_YEAR <= value <= LAST_YEAR:
        raise Unreadable(f"“{parse_text(text)}” is not a year.")
    return date(int(value), 1, 1)


def parse_list(text: str | None) -> tuple[str, ...] | None:
    """The items of a list literal (“['a', 'b']”), or of text split at semicolons; blanks left out. None where nothing is left."""
    plain = (text or "").strip()
    if not plain.startswith("["):
        return tuple(item for part in plain.split(";") if (item := parse_text(part))) or None
    if len(plain) > LONGEST_LIST:
        raise Unreadable("This list is too long to be meant.")
    try:
        items = ast.literal_eval(plain)
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        raise Unreadable("This starts like a list but is not one. Expected text such as ['a', 'b'].") from None
    if not isinstance(items, list) or any(isinstance(item, list | tuple | dict | set | bytes) for item in items):
        raise Unreadable("This list holds other lists. Expected text such as ['a', 'b'].")
    return tuple(tidy for item in items if item is not None and (tidy := parse_text(str(item)))) or None


def parse_yes_no(text: str | None) -> bool | None:
    """Yes or no as a truth value; None where blank or not known."""
    plain = (parse_text(text) or "").casefold()
    if plain in YES_WORDS:
        return True
    if plain in NO_WORDS:
        return False
    if is_blank(plain):
        return None
    raise Unreadable(f"“{parse_text(text)}” is neither yes nor no.")


def parse_word(text: str | None, accepted: tuple[str, ...]) -> str | None:
    """One of the accepted words, whatever the case. Raises Unreadable with the list of them."""
    plain = parse_text(text)
    if plain is None:
        return None
    told = plain.casefold().replace("_", " ")
    found = next((word for word in accepted if word.casefold().replace("_", " ") == told), None)
    if found is None:
        raise Unreadable(f"“{plain}” is not one of the words used here: {', '.join(accepted)}.")
    return found


def find_parser(kind: str, order: str | None = None, epoch: int = 1900):
    """The function that reads a cell of this kind: text, number, count, date, year or list; a figure with its basis (amount, hours,
    attendance); the first or the last day of what a cell says."""
    return {
        "text": parse_text,
        "number": parse_number,
        "degrees": parse_degrees,
        "count": parse_count,
        "amount": parse_amount,
        "hours": parse_hours,
        "attendance": parse_attendance,
        "date": partial(parse_date, order=order, epoch=epoch),
        "first_day": partial(parse_first_day, order=order, epoch=epoch),
        "last_day": partial(parse_last_day, order=order, epoch=epoch),
        "year": parse_year,
        "list": parse_list,
    }[kind]


COLUMN_KINDS = ("text", "number", "count", "date", "year", "list")
