"""Reading what a store holds of one activity, table by table, into the records of `records`."""

from __future__ import annotations

from datetime import date

import duckdb

from soundings.activity.records import (
    Calling,
    Count,
    Exchange,
    Head,
    Meeting,
    Naming,
    Outcome,
    Perspective,
    Quote,
    Stage,
    Statement,
    Where,
)
from soundings.filters import STATUS_SQL
from soundings.measures import find_measure
from soundings.model import CONSENT_SCOPES
from soundings.standing import records_sql

STAFF = CONSENT_SCOPES[-1]
# Of the places a location stands in, the one its row is about: the one it names, else its ward, else the smallest.
PLACE_OF_SQL = """
    place_of as (
        select lp.location_id, p.place_code, p.name, p.kind
        from location_place lp
        join place_now p on p.place_code = lp.place_code
        join location l on l.location_id = lp.location_id
        where lp.is_newest and lp.location_id in (select location_id from wanted)
        qualify row_number() over (
            partition by lp.location_id
            order by p.place_code is not distinct from l.code desc, p.kind = 'ward' desc, p.area_km2 nulls last, p.place_code
        ) = 1
    )
"""


def read_head(connection: duckdb.DuckDBPyConnection, activity_id: str, today: date) -> Head | None:
    """The activity's own row; None where no activity has this id."""
    row = connection.execute(
        f"""
        select
            a.activity_id, a.title, a.summary, a.method, a.mode, a.theme, a.organisation, a.programme, a.start_date, a.end_date,
            {STATUS_SQL} as status, a.decision_at_stake, a.not_open_to_influence, a.promise, a.local_term, a.parent_activity_id,
            a.role_mailbox, a.cost, coalesce(a.is_statutory, false), a.outline, a.source_id, b.file_name, a.row_number, a.sheet,
            h.took_place
        from activity_now a
        join batch b using (batch_id)
        left join activity_unheld h using (activity_id)
        where a.activity_id = $activity_id
        """,  # noqa: S608
        {"activity_id": activity_id, "today": today},
    ).fetchone()
    return Head(*row) if row else None


def read_where(connection: duckdb.DuckDBPyConnection, activity_id: str) -> list[Where]:
    """The places the activity itself names; where it names none, those of its meetings. Each place once in each role."""
    found = connection.execute(
        f"""
        with own as (select location_id, role from activity_place where activity_id = $activity_id),
        standing as (
            select location_id, role from own
            union all
            select sp.location_id, sp.role
            from session_place sp
            join session s using (session_id)
            where s.activity_id = $activity_id and not exists (select 1 from own)
        ),
        wanted as (select distinct location_id from standing),
        {PLACE_OF_SQL}
        select s.role, ls.state, p.place_code, p.name, p.kind, case when p.place_code is null then coalesce(l.said, l.reason) end, count(*)
        from standing s
        join location l on l.location_id = s.location_id
        join location_state ls on ls.location_id = s.location_id
        left join place_of p on p.location_id = s.location_id
        group by all
        order by 7 desc, 4, 1
        """,  # noqa: S608
        {"activity_id": activity_id},
    ).fetchall()
    return [Where(*row[:-1]) for row in found]


def read_counts(connection: duckdb.DuckDBPyConnection, activity_id: str) -> list[Count]:
    """Every figure of the activity, by measure, role and period, largest first."""
    found = connection.execute(
        f"""
        with counted as (select * from activity_count where activity_id = $activity_id),
        wanted as (select distinct location_id from counted),
        {PLACE_OF_SQL}
        select
            c.measure, c.value, c.value_high, c.basis, c.period_start, c.period_end, b.source_id, b.file_name, c.source_rows,
            c.source_sheets, c.role, ls.state, p.place_code, p.name, p.kind, case when p.place_code is null then coalesce(l.said, l.reason) end,
            case when h.count_id is not null then 'yes' else coalesce(nullif(c.took_place, 'yes'), u.took_place, 'planned') end
        from counted c
        join batch b using (batch_id)
        join location l on l.location_id = c.location_id
        join location_state ls on ls.location_id = c.location_id
        left join place_of p on p.location_id = c.location_id
        left join (select count_id from count_held where activity_id = $activity_id) h using (count_id)
        left join activity_unheld u on u.activity_id = c.activity_id
        order by c.measure, c.role, c.period_start nulls last, c.value desc, p.name, c.count_id
        """,  # noqa: S608
        {"activity_id": activity_id},
    ).fetchall()
    return [Count(find_measure(row[0]), *row[1:6], Where(*row[10:16]), *row[6:10], row[16]) for row in found]


def read_meetings(connection: duckdb.DuckDBPyConnection, activity_id: str) -> list[Meeting]:
    """Every meeting once, as the latest batch tells it, oldest first; those without a date last. Blanks are filled from a source that repeats the meeting."""
    found = connection.execute(
        f"""{records_sql()}
        select
            s.start_date, coalesce(o.minutes, s.minutes), coalesce(o.attendance_count, s.attendance_count),
            coalesce(o.returning_count, s.returning_count), o.session_id is null, b.source_id, b.file_name, s.row_number,
            s.sheet, coalesce(o.took_place, n.took_place, s.took_place, 'yes'), coalesce(s.attendance_basis = 'estimate', false)
        from session s
        join batch b using (batch_id)
        left join session_known o using (session_id)
        join session_now n using (session_id)
        where s.activity_id = $activity_id
        order by s.start_date nulls last, b.sequence, s.sheet nulls first, s.row_number
        """,  # noqa: S608
        {"activity_id": activity_id, "source": None, "measure": "group_sessions"},
    ).fetchall()
    return [Meeting(*row) for row in found]


def count_held_in_totals(connection: duckdb.DuckDBPyConnection, activity_id: str) -> int:
    """How many of an activity's meetings that are recorded one by one are among a total of its group sessions."""
    sql = f"{records_sql()} select coalesce(sum(held_count), 0)::bigint from record where activity_id = $activity_id"  # noqa: S608
    return connection.execute(
        sql, {"activity_id": activity_id, "source": None, "measure": "group_sessions"}
    ).fetchone()[0]


def read_stages(connection: duckdb.DuckDBPyConnection, activity_id: str) -> dict[str, Stage]:
    """What is recorded of each stage, by stage; the batch accepted last speaks."""
    found = connection.execute(
        """
        select s.stage, s.sharing, s.decision_right, s.named_decision, s.why_not_shared
        from stage s
        join batch b using (batch_id)
        where s.activity_id = $1
        qualify row_number() over (partition by s.stage order by b.sequence desc, s.sheet desc nulls last, s.row_number desc) = 1
        """,
        [activity_id],
    ).fetchall()
    return {row[0]: Stage(*row) for row in found}


def read_answers(connection: duckdb.DuckDBPyConnection, activity_id: str) -> dict[str, tuple[str, str | None]]:
    """(answer, evidence) by fact, as told: yes, no or not known. The batch accepted last speaks."""
    found = connection.execute(
        """
        select f.fact, f.answer, f.evidence
        from fact f
        join batch b using (batch_id)
        where f.activity_id = $1
        qualify row_number() over (partition by f.fact order by b.sequence desc, f.sheet desc nulls last, f.row_number desc) = 1
        """,
        [activity_id],
    ).fetchall()
    return {fact: (answer, evidence) for fact, answer, evidence in found}


def read_said(connection: duckdb.DuckDBPyConnection, table: str, columns: str, activity_id: str) -> list[tuple]:
    """The rows of one of the tables below, in order of acceptance."""
    return connection.execute(
        f"""
        select {columns}
        from (select t.*, b.sequence from {table} t join batch b using (batch_id))
        where activity_id = $1
        order by sequence, row_number
        """,  # noqa: S608 — literals below
        [activity_id],
    ).fetchall()


def read_outcomes(connection: duckdb.DuckDBPyConnection, activity_id: str) -> list[Outcome]:
    """What changed, oldest first; what has no date last."""
    columns = "what_changed, who_decided, changed_date, told_back_due_date, told_back_date"
    outcomes = [Outcome(*row) for row in read_said(connection, "outcome", columns, activity_id)]
    return sorted(outcomes, key=lambda one: one.changed_date or date.max)


def read_perspectives(connection: duckdb.DuckDBPyConnection, activity_id: str) -> list[Perspective]:
    """Whose knowledge was in the room."""
    return [
        Perspective(*row) for row in read_said(connection, "perspective", "knowledge, who, people_count", activity_id)
    ]


def read_exchanges(connection: duckdb.DuckDBPyConnection, activity_id: str) -> list[Exchange]:
    """What people gave and got."""
    return [Exchange(*row) for row in read_said(connection, "reciprocity", "gave, got", activity_id)]


def read_quotes(connection: duckdb.DuckDBPyConnection, activity_id: str, audience: str) -> list[Quote]:
    """The stories whose consent covers an audience: public reads only those for everyone, staff reads all of them."""
    covered = CONSENT_SCOPES[: CONSENT_SCOPES.index(audience) + 1]
    columns = "quote, told_by, consent_scope, consent_date, withdraw_by"
    quotes = [Quote(*row) for row in read_said(connection, "story", columns, activity_id)]
    return [quote for quote in quotes if quote.consent_scope in covered]


def read_statements(connection: duckdb.DuckDBPyConnection, activity_id: str) -> list[Statement]:
    """Replies and agreed statements, oldest first."""
    statements = [Statement(*row) for row in read_said(connection, "statement", "kind, words, said_month", activity_id)]
    return sorted(statements, key=lambda one: one.said_month or "9999")


def read_callings(connection: duckdb.DuckDBPyConnection, activity_id: str) -> list[Calling]:
    """Everything it has been called, newest first; the same word told again is one entry, from when it was first told."""
    found = connection.execute(
        """
        select c.called, c.called_by, c.called_date, min(b.accepted_at)
        from claim c
        join batch b using (batch_id)
        where c.activity_id = $1
        group by all
        order by c.called_date desc nulls last, 4 desc, c.called
        """,
        [activity_id],
    ).fetchall()
    return [Calling(*row) for row in found]


def read_namings(connection: duckdb.DuckDBPyConnection, activity_id: str) -> list[Naming]:
    """Every name derived so far, newest first."""
    found = connection.execute(
        "select made_at, name, rule_id, rubric_version, because from classification where activity_id = $1 order by run desc",
        [activity_id],
    ).fetchall()
    return [Naming(*row) for row in found]
