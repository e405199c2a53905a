"""What a form's answers say, one by one: days, figures and where it was, each with a plain sentence where it cannot be read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np

from etl.parsing import FIRST_YEAR, LAST_YEAR, Unreadable, find_month, parse_count
from etl.personal_data import EMAIL, PHONE
from soundings.model import PLACE_KINDS

Answers = Mapping[str, str]

FEW = 10  # fewer people than this: their place is told no closer than the ward
# What a form is about, and what the organiser chose at its end.
NEW, CHANGE, MEETING = "new", "change", "meeting"
PUBLISH, HOLD, REPLY = "publish", "hold", "reply"
POINT, WARD, AUTHORITY, KEPT_BACK = "point", "ward", "authority", "hidden"
BY_NAME, BY_POSTCODE, NOT_TIED = "place", "postcode", "none"
EXACT, ABOUT, BETWEEN, NOT_COUNTED = "exact", "about", "between", "not counted"
SMALL_KINDS = ("ward", "neighbourhood", "msoa", "lsoa")
MOST_MEETINGS, MOST_COUNTS, MOST_CHANGES = 60, 6, 12
NEAR = 0.7  # degrees: no ward or council area is larger
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
    text = tidy(answers, name)
    if not text:
        return None, None
    try:
        value = parse_count(text)
    except Unreadable:
        value = None
    if value is None or value != int(value):
        return None, f"Type {what} as a whole number, such as 12."
    return int(value), None


def count_entries(answers: Answers, name: str, most: int) -> int:
    """How many lines of a list the form shows: meetings, counts or changes; at least one."""
    text = answers.get(name, "")
    return min(max(int(text), 1), most) if text.isdecimal() else 1


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


def list_precisions(answers: Answers) -> list[str]:
    """How closely the place may be told, closest first: a point only where a postcode was given."""
    return (
        [POINT, WARD, AUTHORITY, KEPT_BACK] if answers.get("where_how") == BY_POSTCODE else [WARD, AUTHORITY, KEPT_BACK]
    )


def usual_precision(answers: Answers) -> str:
    """The closest that is told unless the person says otherwise: the council area for sensitive topics, the ward for few people."""
    if answers.get("sensitive") == "yes":
        return AUTHORITY
    return WARD if is_small(answers) else list_precisions(answers)[0]


def chosen_precision(answers: Answers) -> str:
    """What the person chose, where that is on offer, else the usual."""
    chosen = answers.get("precision", "")
    return chosen if chosen in list_precisions(answers) else usual_precision(answers)


def find_around(connection: duckdb.DuckDBPyConnection, lon: float, lat: float, kinds: tuple[str, ...]) -> str | None:
    """The code of the place of the first of these kinds that a point stands in; None where it stands in none."""
    import shapely

    from etl.containing import find_containing

    for kind in kinds:
        rows = connection.execute(
            """
            select place_code, geometry from place_now
            where kind = $kind and abs(lon - $lon) < $near and abs(lat - $lat) < $near
            order by place_code
            """,
            {"kind": kind, "lon": lon, "lat": lat, "near": NEAR},
        ).fetchall()
        if rows:
            shapes = np.array(shapely.from_wkb([bytes(wkb) for _, wkb in rows]), dtype=object)
            found = find_containing(shapes, np.array([lon]), np.array([lat]))[0]
            if found >= 0:
                return rows[found][0]
    return None


def widen(connection: duckdb.DuckDBPyConnection, place_code: str, precision: str) -> str:
    """The place itself, or the larger one around it that is as closely as may be told."""
    row = connection.execute("select kind, lon, lat from place_now where place_code = $1", [place_code]).fetchone()
    if row is None or precision not in (WARD, AUTHORITY):
        return place_code
    kind, lon, lat = row
    wanted = "ward" if precision == WARD else "district"
    if kind in PLACE_KINDS and PLACE_KINDS.index(kind) >= PLACE_KINDS.index(wanted):
        return place_code
    larger = PLACE_KINDS[PLACE_KINDS.index(wanted) :]
    return find_around(connection, lon, lat, larger) or place_code


def find_postcode(postcode: str) -> tuple[tuple[float, float] | None, str | None]:
    """((lon, lat), None) of a venue's postcode, or (None, why there is none and what to do)."""
    from etl.postcodes import postcode_to_point

    points = postcode_to_point([postcode])
    if points.reasons[0] is not None:
        return None, f"{points.reasons[0]} Check it, or search for the place by its name instead."
    return (float(points.lon[0]), float(points.lat[0])), None


def say_where(connection: duckdb.DuckDBPyConnection, answers: Answers) -> tuple[dict[str, str], str | None]:
    """(the template's cells for where it was, what is wrong). Never closer than the precision chosen."""
    how, precision = answers.get("where_how"), chosen_precision(answers)
    if how == NOT_TIED:
        return {"not_tied_to_place": "yes"}, None
    role = {"place_role": answers.get("place_role") or "venue"}
    if how not in (BY_NAME, BY_POSTCODE, KEPT_BACK):
        return {}, "Choose how to say where it was, or “It is not tied to a place”."
    if how == BY_NAME:
        code = answers.get("place_code", "")
        known = connection.execute("select 1 from place_now where place_code = $1", [code]).fetchone()
        if not known:
            return {}, "Choose a place from the list, or click it on the map."
        if precision != KEPT_BACK:
            return {**role, "place_code": widen(connection, code, precision), "place_precision": precision}, None
    elif how == BY_POSTCODE:
        if not tidy(answers, "postcode"):
            return {}, "Type the venue’s postcode."
        point, reason = find_postcode(tidy(answers, "postcode"))
        if point is None:
            return {}, reason
        if precision == POINT:
            return {**role, "postcode": tidy(answers, "postcode").upper(), "place_precision": precision}, None
        if precision != KEPT_BACK:
            wanted = (
                PLACE_KINDS[PLACE_KINDS.index("district") :] if precision == AUTHORITY else (*SMALL_KINDS, "district")
            )
            code = find_around(connection, *point, wanted)
            if code is None:
                return (
                    {},
                    "That postcode is in none of the places loaded here. Search for the place by its name instead.",
                )
            return {**role, "place_code": code, "place_precision": precision}, None
    # Kept back: the template's own words for a place that is not given. Nothing of where it was reaches the record.
    return {**role, "place_name": "prefer not to say", "place_precision": KEPT_BACK}, None


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
