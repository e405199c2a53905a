"""What a form's answers say, one by one: days and figures, each with a plain sentence where it cannot be read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from etl.parsing import FIRST_YEAR, LAST_YEAR, Unreadable, find_month, parse_count, parse_measured
from etl.personal_data import EMAIL, PHONE

Answers = Mapping[str, str]

FEW = 10  # fewer people than this: their place is told no closer than the ward
# What a form is about, and what the organiser chose at its end.
NEW, CHANGE, MEETING = "new", "change", "meeting"
PUBLISH, HOLD, REPLY = "publish", "hold", "reply"
POINT, AS_DRAWN, WARD, AUTHORITY, KEPT_BACK = "point", "as drawn", "ward", "authority", "hidden"
BY_NAME, BY_POSTCODE, BY_DRAWING, NOT_TIED = "place", "postcode", "drawing", "none"
EXACT, ABOUT, BETWEEN, NOT_COUNTED = "exact", "about", "between", "not counted"
MOST_MEETINGS, MOST_COUNTS, MOST_CHANGES = 60, 6, 12
LINE_OF = {"meetings": "m", "counts": "c", "changes": "o"}  # m12_came: how many came to the twelfth meeting
# Kept as typed, so nothing of a person may stand there.
AS_TYPED = {
    "organisation": "who ran it",
    "programme": "the programme",
    "called_by": "who calls it that",
    "cost": "the cost",
}
FREE_TEXT = (
    "title", "summary", "decision_at_stake", "not_open_to_influence", "promise", "local_term", "called", "gave", "got",
    "lived", "local", "professional", "reply", "named_decision",
)  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """One answer that cannot be sent as it stands: its field, the question it belongs to, and what to do."""

    field: str
    sentence: str


def tidy(answers: Answers, name: str) -> str:
    """An answer with its white space tidied; empty where there is none."""
    return " ".join(answers.get(name, "").split())


def read_day(answers: Answers, name: str, what: str) -> tuple[date | None, str | None]:
    """(the day typed in three boxes, what is wrong with it). Both None where all three are empty. `what` is “the start date”."""
    day, month, year = (tidy(answers, f"{name}_{part}") for part in ("day", "month", "year"))
    missing = [word for word, text in (("a day", day), ("a month", month), ("a year", year)) if not text]
    if len(missing) == 3:
        return None, None
    if missing:
        hint = " If you only know roughly, type the first day it could have been." if missing[0] == "a day" else ""
        return None, f"{what[:1].upper()}{what[1:]} needs {' and '.join(missing)} too.{hint}"
    try:
        number = int(month) if month.isdecimal() else find_month(month, month.casefold())
        made = date(int(year), number, int(day))
    except (ValueError, Unreadable):
        return None, f"{what[:1].upper()}{what[1:]} must be a real day, such as 27 3 2026."
    if not FIRST_YEAR <= made.year <= LAST_YEAR:
        return None, f"{what[:1].upper()}{what[1:]} needs a year in full, such as 2026."
    return made, None


def read_whole(answers: Answers, name: str, what: str) -> tuple[int | None, str | None]:
    """(a whole number, what is wrong with it); both None where nothing is typed."""
    value, wrong = read_figure(answers, name, what)
    return None if value is None else int(value), wrong


def read_figure(answers: Answers, name: str, what: str, *, is_whole: bool = True) -> tuple[float | None, str | None]:
    """(a number, what is wrong with it); both None where nothing is typed. Hours may have decimals, what is counted may not."""
    text = tidy(answers, name)
    if not text:
        return None, None
    try:
        value = parse_count(text) if is_whole else parse_measured(text)
    except Unreadable:
        value = None
    if value is None:
        return None, f"Type {what} as a {'whole number, such as 12' if is_whole else 'number, such as 12 or 12.5'}."
    return value, None


def count_entries(answers: Answers, name: str, most: int) -> int:
    """How many lines of a list the form shows and sends: meetings, counts or changes; at least one.

    `most` is how many can be added by hand. What is filled in already is never left out, however many lines it has.
    """
    text = answers.get(name, "")
    asked = min(int(text), most) if text.isdecimal() else 1
    line = re.compile(rf"{LINE_OF[name]}(\d+)_\w+")
    filled = [int(found[1]) for key, value in answers.items() if value and (found := line.fullmatch(key))]
    return max(asked, 1, *filled)


def is_small(answers: Answers) -> bool:
    """Whether what is typed so far says that fewer than ten people took part."""
    people = []
    for number in range(1, count_entries(answers, "counts", MOST_COUNTS) + 1):
        basis = answers.get(f"c{number}_basis")
        low, _ = read_whole(answers, f"c{number}_value", "")
        high, _ = read_whole(answers, f"c{number}_high", "")
        people.append({BETWEEN: high, EXACT: low, ABOUT: low}.get(basis))
    for number in range(1, count_entries(answers, "meetings", MOST_MEETINGS) + 1):
        people.append(read_whole(answers, f"m{number}_came", "")[0])
    known = [value for value in people if value is not None]
    return bool(known) and max(known) < FEW


def list_personal(answers: Answers) -> list[Problem]:
    """Each answer in free words that holds an e-mail address or a phone number, which is taken out before anything is kept."""
    names = [*FREE_TEXT, *(name for name in answers if re.fullmatch(r"(seen|why)_\w+|o\d+_(what|who)", name))]
    found = []
    for name in names:
        text = answers.get(name, "")
        what = [
            word
            for word, pattern in (("an e-mail address", EMAIL), ("a phone number", PHONE))
            if re.search(pattern, text)
        ]
        if what:
            found.append(
                Problem(
                    name,
                    f"This looks like it holds {' and '.join(what)}. To keep people private, that part is left out when you send.",
                )
            )
    return found


def list_refused(answers: Answers) -> list[Problem]:
    """Each short answer, kept as typed, that holds an e-mail address or a phone number."""
    return [
        Problem(
            name, f"Please take the e-mail address or phone number out of {label}: nothing of a person is kept here."
        )
        for name, label in AS_TYPED.items()
        if re.search(EMAIL, answers.get(name, "")) or re.search(PHONE, answers.get(name, ""))
    ]
