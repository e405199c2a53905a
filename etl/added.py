"""What a batch adds, in sums that a person can hold against their own: each thing apart, for measures are never added together."""

from __future__ import annotations

import duckdb

from soundings.measures import read_measures
from soundings.took_place import say_of_which
from soundings.views import say_amount

TABLES = {"Activities": "activity", "Figures": "activity_count", "Meetings": "session"}


def count_records(connection: duckdb.DuckDBPyConnection, batch_id: str) -> dict[str, int]:
    """How many records there are of each kind."""
    return {
        name: connection.execute(f"select count(*) from {table} where batch_id = $1", [batch_id]).fetchone()[0]  # noqa: S608
        for name, table in TABLES.items()
    }


def say_added(connection: duckdb.DuckDBPyConnection, batch_id: str) -> tuple[str, ...]:
    """“12 activities”, “410 meetings”, “11,577 attendances at these meetings”, “1,200 responses”."""
    totals = count_records(connection, batch_id)
    said = []
    if totals["Activities"]:
        said.append(say_number(totals["Activities"], "activity", "activities"))
    if totals["Meetings"]:
        said += say_meetings(connection, batch_id, totals["Meetings"])
    measures = read_measures()
    sums = connection.execute(
        "select measure, sum(value), sum(coalesce(value_high, value)) from activity_count where batch_id = $1 "
        "group by measure order by measure",
        [batch_id],
    ).fetchall()
    for name, low, high in sums:
        measure = measures.get(name)
        if measure is not None and low is not None:
            one = low == high == 1
            said.append(f"{say_amount(low, high)} {measure.noun_one if one else measure.noun}")
    return tuple(said)


def say_meetings(connection: duckdb.DuckDBPyConnection, batch_id: str, count: int) -> list[str]:
    """How many meetings, and the sum of who came to those that say it."""
    told, came = connection.execute(
        "select count(attendance_count), sum(attendance_count) from session where batch_id = $1", [batch_id]
    ).fetchone()
    outcomes = dict(
        connection.execute(
            "select took_place, count(*) from session_now where batch_id = $1 group by took_place", [batch_id]
        ).fetchall()
    )
    said = [say_number(count, "meeting", "meetings") + say_of_which(outcomes)]
    if told:
        says = "says" if told == 1 else "say"
        which = "these meetings" if told == count else f"the {told:,} that {says} how many came"
        which = "it" if count == 1 else which
        said.append(f"{say_number(came, 'attendance', 'attendances')} at {which}")
    return said


def say_number(value: float, one: str, many: str) -> str:
    """“1 activity”, “1,200 responses”."""
    return f"{value:,.0f} {one if value == 1 else many}"


def join_words(parts: tuple[str, ...]) -> str:
    """“12 activities, 3 meetings and 40 people”."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]])) or "no records"
