"""What a batch adds, in sums that a person can hold against their own: each thing apart, for measures are never added together."""

from __future__ import annotations

import duckdb

from soundings.measures import read_measures
from soundings.model import HELD
from soundings.took_place import say_of_which
from soundings.views import say_amount

TABLES = {"Activities": "activity", "Figures": "activity_count", "Meetings": "session"}
# Of each measure what took place, and what did not: a value that is in no figure is in no sum either.
FIGURES = """
with figure as (
    select
        c.measure,
        c.value,
        case when c.value_high is null and c.basis = 'band' then 'infinity'::double else coalesce(c.value_high, c.value) end as high,
        h.count_id is not null as is_held
    from activity_count c
    left join count_held h using (batch_id, count_id)
    where c.batch_id = $1
)
select
    measure,
    coalesce(sum(value) filter (is_held), 0),
    coalesce(sum(high) filter (is_held), 0),
    coalesce(sum(value) filter (not is_held), 0)
from figure
where value is not null
group by measure
order by measure
"""
# A meeting that a later batch tells again is as this batch says.
MEETINGS = """
select
    coalesce(n.took_place, s.took_place, 'yes') as outcome,
    count(*),
    count(s.attendance_count),
    coalesce(sum(s.attendance_count), 0)
from session s
left join session_now n using (batch_id, session_id)
where s.batch_id = $1
group by outcome
"""


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
    sums = connection.execute(FIGURES, [batch_id]).fetchall()
    for name, low, high, off in sums:
        if measure := measures.get(name):
            noun = measure.noun_one if low == high == 1 else measure.noun
            apart = f" (and {off:,.0f} of what did not take place, or is still to come)" if off else ""
            said.append(f"{say_amount(low, high)} {noun}{apart}")
    return tuple(said)


def say_meetings(connection: duckdb.DuckDBPyConnection, batch_id: str, count: int) -> list[str]:
    """How many meetings, how many of them took place, and the sum of who came to those that say it."""
    outcomes, held, told, came = {}, 0, 0, 0
    for outcome, number, saying, total in connection.execute(MEETINGS, [batch_id]).fetchall():
        outcomes[outcome] = number
        if outcome == HELD:
            held, told, came = number, saying, total
    said = [say_number(count, "meeting", "meetings") + say_of_which(outcomes)]
    if told:
        says = "says" if told == 1 else "say"
        these = "these meetings" if held == count else f"the {held:,} that took place"
        which = these if told == held else f"the {told:,} that {says} how many came"
        which = "it" if count == 1 else which
        said.append(f"{say_number(came, 'attendance', 'attendances')} at {which}")
    return said


def say_number(value: float, one: str, many: str) -> str:
    """“1 activity”, “1,200 responses”."""
    return f"{value:,.0f} {one if value == 1 else many}"


def join_words(parts: tuple[str, ...]) -> str:
    """“12 activities, 3 meetings and 40 people”."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]])) or "no records"
