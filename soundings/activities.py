"""Activities as people see them: what took place here, when, and what is not known of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from soundings.filters import STATUS_SQL
from soundings.place_sets import PlaceSet
from soundings.standing import records_sql


@dataclass(frozen=True)
class ActivityLine:
    """One activity in a list. `called` is the organiser's latest word for it; None means nothing recorded.

    `took_place`: the word for why it did not, else None. `unheld_count`: its meetings that did not, which are in no count.
    """

    activity_id: str
    title: str
    summary: str | None
    method: str | None
    theme: str | None
    organisation: str | None
    start_date: date | None
    end_date: date | None
    status: str | None
    called: str | None
    session_count: int
    returning_count: float | None
    roles: list[str]
    source_id: str
    took_place: str | None = None
    unheld_count: int = 0


@dataclass(frozen=True)
class Options:
    """What the filters can be set to, from what is loaded, each by name; months from first to last record."""

    organisations: list[str]
    methods: list[str]
    themes: list[str]
    sources: list[str]
    first_day: date | None
    last_day: date | None


def read_place_activities(
    connection: duckdb.DuckDBPyConnection, place_code: str, *, today: date, place_set: PlaceSet | None = None
) -> list[ActivityLine]:
    """Every activity with a session, a count or a stated place in this place, newest first; a meeting two sources hold appears once.

    `place_set`: the set that the place is of, None for any.
    """
    found = connection.execute(
        f"""{records_sql()},
        here as (
            select location_id from location_place where place_code = $place_code and ($key is null or place_set = $key)
        ),
        touched as (
            select activity_id, role from activity_place where location_id in (select location_id from here)
            union
            select activity_id, role from activity_count where location_id in (select location_id from here)
            union
            select s.activity_id, w.role
            from session_known s
            join session_where w using (session_id)
            where w.location_id in (select location_id from here)
        ),
        repeated_activity as (
            select activity_id from session_now group by activity_id
            having bool_and(session_id in (select repeated_id from session_pair))
        ),
        called as (
            select activity_id, arg_max(called, coalesce(called_date, date '0001-01-01')) as called from claim group by activity_id
        ),
        not_met as (select activity_id, count(*) as unheld_count from session_unheld group by activity_id)
        select
            a.activity_id, a.title, a.summary, a.method, a.theme, a.organisation, a.start_date, a.end_date,
            {STATUS_SQL} as status, any_value(c.called),
            coalesce(any_value(m.session_count), 0), any_value(m.returning_count),
            list(distinct t.role order by t.role), a.source_id,
            any_value(h.took_place), coalesce(any_value(n.unheld_count), 0)
        from touched t
        join activity_now a using (activity_id)
        left join activity_meeting m on m.activity_id = a.activity_id
        left join called c on c.activity_id = a.activity_id
        left join activity_unheld h on h.activity_id = a.activity_id
        left join not_met n on n.activity_id = a.activity_id
        where a.activity_id not in (select activity_id from repeated_activity)
        group by
            a.activity_id, a.title, a.summary, a.method, a.theme, a.organisation, a.start_date, a.end_date, a.record_status, a.time_pattern,
            a.source_id
        order by coalesce(a.end_date, a.start_date) desc nulls last, a.title
        """,  # noqa: S608
        {
            "place_code": place_code,
            "key": place_set.key if place_set else None,
            "today": today,
            "source": None,
            "measure": "group_sessions",
        },
    ).fetchall()
    return [ActivityLine(*row) for row in found]


def read_options(connection: duckdb.DuckDBPyConnection) -> Options:
    """What is loaded, for the filters."""

    def distinct(column: str) -> list[str]:
        return [
            value
            for (value,) in connection.execute(
                f"select distinct {column} from activity where {column} is not null order by 1"  # noqa: S608 — three literals below
            ).fetchall()
        ]

    first, last = connection.execute(
        """select min(day), max(day) from (
            select start_date as day from activity union all select end_date from activity
            union all select period_start from activity_count union all select period_end from activity_count
            union all select start_date from session_now
        )"""
    ).fetchone()
    sources = [
        row[0]
        for row in connection.execute(
            "select distinct source_id from batch where kind = 'records' order by 1"
        ).fetchall()
    ]
    return Options(distinct("organisation"), distinct("method"), distinct("theme"), sources, first, last)
