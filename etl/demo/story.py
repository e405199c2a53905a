"""Tidewell's story as the sheets of the native template: hand-written activities, with dates and figures filled in by a seed.

Every activity draws from its own seeded numbers, so changing one leaves the others as they were. Illustrative throughout.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from etl.demo.geography import SEED, DemoGeography
from etl.demo.said import SAID_MAKERS
from etl.demo.spread import Gazetteer, read_gazetteer, spread
from etl.template.tables import TABLES
from soundings.model import STAGES

STORY_FILES = ("groups.toml", "asking.toml")
SAID_FILE = "said.toml"
TODAY = date(2026, 11, 23)  # the story is told on this day; no meeting after it has happened yet
COPIED = (
    "title", "summary", "method", "mode", "theme", "organisation", "programme", "time_pattern", "start_date", "end_date",
    "record_status", "called", "called_by", "called_date", "decision_at_stake", "not_open_to_influence", "promise", "local_term",
    "parent_activity_id", "role_mailbox", "cost", "first_helped_date", "settled_date", "place_outline",
)  # fmt: skip
SHORT = {"-": "not applicable", "?": "not known"}
NO_PLACE = "UNKNOWN"

Cells = dict[str, object]


@dataclass(frozen=True)
class Told:
    """One hand-written activity, the places it may name, and its own random numbers."""

    told: dict
    places: Gazetteer
    random: Random


# What a changed record was called before: the made-up records have not been changed.
CARRIED = "claims"


def make_story(folder: Path, geography: DemoGeography) -> dict[str, list[Cells]]:
    """Rows for each sheet of the template, by sheet name; every row has all of that sheet's columns, blank ones as ""."""
    makers = {
        "activities": tell_activity,
        "counts": tell_counts,
        "sessions": tell_sessions,
        "stages": tell_stages,
        "facts": tell_facts,
        "outcomes": tell_outcomes,
    }
    activities = read_activities(folder)
    places = read_gazetteer(folder / "gazetteer.toml", geography)
    story: dict[str, list[Cells]] = {}
    for table in TABLES:
        if table.name == CARRIED:
            continue
        if table.name in SAID_MAKERS:
            rows = [row for told in activities for row in SAID_MAKERS[table.name](told)]
        else:
            rows = [
                row
                for told in activities
                for row in makers[table.name](Told(told, places, Random(f"{SEED} {table.name} {told['id']}")))
            ]
        story[table.name] = [{column: _as_text(row.get(column)) for column in table.columns} for row in rows]
    return story


def read_activities(folder: Path) -> list[dict]:
    """The hand-written activities in order, each with what people said of it. Raises KeyError for words about none of them."""
    activities = [
        activity
        for name in STORY_FILES
        for activity in tomllib.loads((folder / name).read_text(encoding="utf-8"))["activity"]
    ]
    said = tomllib.loads((folder / SAID_FILE).read_text(encoding="utf-8"))
    lost = set(said) - {activity["id"] for activity in activities}
    if lost:
        raise KeyError(f"{SAID_FILE} has words about {', '.join(sorted(lost))}, which no story file tells of.")
    return [{**activity, **said.get(activity["id"], {})} for activity in activities]


def tell_activity(one: Told) -> Iterator[Cells]:
    """The activity's own row."""
    told = one.told
    yield {
        "activity_id": told["id"],
        **{name: told.get(name) for name in COPIED},
        "record_status": told.get("record_status") or (None if "end_date" in told else "live"),
        "statutory": "yes" if told.get("statutory") else None,
        **say_place(one, told, told.get("role", "area" if told.get("district") else "venue")),
    }


def tell_counts(one: Told) -> Iterator[Cells]:
    """The activity's counts: each at one place, or spread over many."""
    for count in one.told.get("counts", []):
        role = count.get("role", "venue")
        common = {
            "activity_id": one.told["id"],
            "measure": count["measure"],
            "basis": count.get("basis", "exact"),
            "period_start": count["start"],
            "period_end": count["end"],
        }
        if "spread" in count:
            for cells, value in spread(count, one.places, one.random):
                yield {**common, "value": value, "place_role": role, **cells}
            if count.get("no_place"):
                yield {**common, "value": count["no_place"], "place_role": role, "place_code": NO_PLACE}
        else:
            where = {"place": one.told.get("place"), "not_tied": one.told.get("not_tied"), **count}
            where |= {"place": count["at"]} if "at" in count else {}
            yield {**common, "value": count["value"], "value_high": count.get("high"), **say_place(one, where, role)}


def tell_sessions(one: Told) -> Iterator[Cells]:
    """The meetings up to today; `unplaced` ones carry no ward, as happens when somebody forgets to write it down."""
    told, number = one.told, 0
    for series in told.get("sessions", []):
        for k in range(series["count"]):
            day = _skip_holidays(series["first"] + timedelta(days=k * series["every"]))
            number += 1
            came = one.random.randint(*series["came"])
            back = one.random.randint(*series["back"]) if "back" in series else None
            if day > TODAY:
                continue
            where = {
                "place": series.get("at", told.get("place")),
                "not_tied": told.get("not_tied"),
                "how": told.get("how"),
            }
            if number in series.get("unplaced", []):
                where = {"how": "none"}
            yield {
                "session_id": f"{told['id']}-{number:02d}",
                "activity_id": told["id"],
                "date": day,
                "minutes": series["minutes"],
                "attendance_count": came,
                "returning_count": None if back is None else 0 if k == 0 else min(came, back),
                **say_place(one, where, "venue"),
            }


def tell_stages(one: Told) -> Iterator[Cells]:
    """One row a stage, where the activity's stages are told at all."""
    words = one.told.get("stages", "").split()
    for stage, word in zip(STAGES, words, strict=True) if words else ():
        right, _, named = one.told.get("decides", {}).get(stage, "").partition(" | ")
        yield {
            "activity_id": one.told["id"],
            "stage": stage,
            "sharing": SHORT.get(word, word),
            "decision_right": right,
            "named_decision": named,
            "why_not_shared": one.told.get("why", {}).get(stage),
        }


def tell_facts(one: Told) -> Iterator[Cells]:
    """One row a fact, with where someone could see it."""
    for fact, told in one.told.get("facts", {}).items():
        answer, _, evidence = told.partition(": ")
        yield {"activity_id": one.told["id"], "fact": fact, "answer": answer, "evidence": evidence}


def tell_outcomes(one: Told) -> Iterator[Cells]:
    """One row for each thing that changed, with the day people were to be told and the day they were."""
    for outcome in one.told.get("outcomes", []):
        yield {
            "activity_id": one.told["id"],
            "what_changed": outcome["what"],
            "who_decided": outcome["who"],
            "changed_date": outcome["changed"],
            "told_back_due_date": outcome.get("due"),
            "told_back_date": outcome.get("told"),
        }


def say_place(one: Told, where: dict, role: str) -> Cells:
    """The template's place columns for one saying: a code, a name within the district, a point, not tied, or nothing."""
    how = where.get("how") or "code"
    if where.get("not_tied"):
        return {"place_role": role, "not_tied_to_place": "yes"}
    if where.get("district"):
        return {"place_role": role, "place_code": one.places.district_code}
    if how == "none":
        return {"place_role": role, "place_code": NO_PLACE} if one.told.get("place") or one.told.get("district") else {}
    name = where.get("place")
    if not name:
        return {}
    if how == "said":
        return {"place_role": role, "place_name": name}
    place = one.places.find(name)
    if how == "name":
        return {"place_role": role, "place_name": name, "place_within": one.places.district_code}
    if how == "point":
        lon, lat = one.places.point_in(name)
        return {"place_role": role, "lon": f"{lon:.6f}", "lat": f"{lat:.6f}"}
    return {"place_role": role, "place_code": place.code}


def _skip_holidays(day: date) -> date:
    """The day, or a fortnight later where it falls between 19 December and 4 January."""
    return day + timedelta(days=14) if (day.month, day.day) >= (12, 19) or (day.month, day.day) <= (1, 4) else day


def _as_text(value: object) -> str:
    return "" if value is None else str(value)
