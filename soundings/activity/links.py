"""The activities that belong with one: the whole it is part of, its own parts, and the other parts of the same whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from soundings.activity.records import Head
from soundings.measures import find_measure, measures_of
from soundings.views import say_number

SHOWN = 12


@dataclass(frozen=True)
class LinkedActivity:
    """One activity of the same piece of work, with its own name. `asked`: its largest breadth measure, in words; empty for none.

    `asked_count` sizes its ring; `meeting_count` is how often people met.
    """

    activity_id: str
    title: str
    method: str | None
    called: str | None
    rule_id: str
    start_date: date | None
    end_date: date | None
    meeting_count: int
    asked_count: float
    asked: str


@dataclass(frozen=True)
class Linked:
    """A whole and its parts: this activity and its own parts, else the whole it is part of; None and empty where it stands alone.

    `larger`: what this activity is itself part of, where it has parts of its own. `left_out`: how many more parts there are.
    `is_whole_missing`: it names a whole that is not loaded.
    """

    whole: LinkedActivity | None
    parts: list[LinkedActivity]
    larger: LinkedActivity | None
    left_out: int
    is_whole_missing: bool

    @property
    def is_blend(self) -> bool:
        """Whether some of the work asked people and some of it met with them."""
        every = [*self.parts, *([self.whole] if self.whole else [])]
        asked = [one for one in every if one.asked and not one.meeting_count]
        return bool(asked) and any(one.meeting_count for one in every)


def read_linked(connection: duckdb.DuckDBPyConnection, head: Head) -> Linked:
    """The piece of work that an activity belongs to, its parts in the order they began."""
    own_id = head.activity_id
    parent_id = head.parent_activity_id if head.parent_activity_id != own_id else None
    own_parts = read_part_ids(connection, own_id)
    if not own_parts and parent_id is None:
        return Linked(None, [], None, 0, False)
    whole_id = own_id if own_parts else parent_id
    part_ids = own_parts or read_part_ids(connection, whole_id)
    shown = part_ids[:SHOWN]
    if own_id in part_ids[SHOWN:]:
        shown = [*part_ids[: SHOWN - 1], own_id]
    found = read_lines(connection, [whole_id, *shown, *([parent_id] if parent_id else [])])
    return Linked(
        whole=found.get(whole_id),
        parts=[found[part_id] for part_id in shown],
        larger=found.get(parent_id) if own_parts else None,
        left_out=len(part_ids) - len(shown),
        is_whole_missing=parent_id is not None and parent_id not in found,
    )


def read_part_ids(connection: duckdb.DuckDBPyConnection, whole_id: str) -> list[str]:
    """The ids of the parts of an activity, in the order they began."""
    found = connection.execute(
        """
        select activity_id
        from activity_now
        where parent_activity_id = $1 and activity_id <> $1
        order by start_date nulls last, title, activity_id
        """,
        [whole_id],
    ).fetchall()
    return [activity_id for (activity_id,) in found]


def read_lines(connection: duckdb.DuckDBPyConnection, activity_ids: list[str]) -> dict[str, LinkedActivity]:
    """These activities by id, each with its name, its meetings and the breadth measure that counted most."""
    found = connection.execute(
        """
        with wanted as (select unnest($ids) as activity_id),
        counted as (
            select activity_id, measure, sum(value) as total
            from count_held
            where activity_id in (from wanted) and measure in (select unnest($breadth))
            group by activity_id, measure
            qualify row_number() over (partition by activity_id order by sum(value) desc, measure) = 1
        ),
        met as (select activity_id, count(*) as n from session_held where activity_id in (from wanted) group by activity_id),
        called as (
            select activity_id, arg_max(called, coalesce(called_date, date '0001-01-01')) as called
            from claim
            where activity_id in (from wanted)
            group by activity_id
        )
        select
            a.activity_id, a.title, a.method, l.called, coalesce(c.rule_id, 'not_enough_recorded'), a.start_date, a.end_date,
            coalesce(m.n, 0), coalesce(k.total, 0), k.measure
        from activity_now a
        left join classification_now c using (activity_id)
        left join called l using (activity_id)
        left join met m using (activity_id)
        left join counted k using (activity_id)
        where a.activity_id in (from wanted)
        """,
        {"ids": activity_ids, "breadth": [measure.id for measure in measures_of("breadth")]},
    ).fetchall()
    return {row[0]: LinkedActivity(*row[:9], asked=say_asked(row[8], row[9])) for row in found}


def say_asked(total: float, measure_id: str | None) -> str:
    """“864 responses”; empty where nothing was counted."""
    if measure_id is None:
        return ""
    measure = find_measure(measure_id)
    return f"{say_number(total)} {measure.noun_one if total == 1 else measure.noun}"
