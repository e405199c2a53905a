"""What was loaded: every batch with its counts, its licence, and what could not be placed or taken in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import duckdb


@dataclass(frozen=True)
class BatchLine:
    """One accepted file. Places states count what its locations came to, by stored record."""

    batch_id: str
    sequence: int
    kind: str
    source_id: str
    file_name: str
    file_sha256: str
    is_demo: bool
    accepted_at: datetime
    accepted_by: str
    rows_read: int
    rows_accepted: int
    rows_rejected: int
    values_set_aside: int
    licence: str | None
    attribution: str | None
    detected: str
    located: int
    outside: int
    unlocated: int
    not_tied: int


def read_batches(connection: duckdb.DuckDBPyConnection) -> list[BatchLine]:
    """Every batch in the current generation, newest first."""
    found = connection.execute(
        """
        with standing as (
            select batch_id, location_id, source_row_count as n from activity_count
            union all
            select batch_id, any_value(location_id), 1 from session_place group by batch_id, session_id
            union all
            select p.batch_id, any_value(p.location_id), 1
            from activity_place p
            where p.activity_id not in (select activity_id from activity_count)
            and p.activity_id not in (select activity_id from session)
            group by p.batch_id, p.activity_id
        ),
        state as (
            select
                s.batch_id,
                sum(n) filter (state = 'located') as located,
                sum(n) filter (state = 'outside') as outside,
                sum(n) filter (state = 'unlocated') as unlocated,
                sum(n) filter (state = 'not_tied') as not_tied
            from standing s
            join location_state ls on ls.batch_id = s.batch_id and ls.location_id = s.location_id
            group by s.batch_id
        ),
        aside as (select batch_id, count(*) as n from rejection where not is_row_rejected group by batch_id)
        select
            b.batch_id, b.sequence, b.kind, b.source_id, b.file_name, b.file_sha256, b.is_demo, b.accepted_at, b.accepted_by,
            b.rows_read, b.rows_accepted, b.rows_rejected, coalesce(aside.n, 0),
            b.licence, b.attribution, b.detected,
            coalesce(s.located, 0)::bigint, coalesce(s.outside, 0)::bigint,
            coalesce(s.unlocated, 0)::bigint, coalesce(s.not_tied, 0)::bigint
        from batch b
        left join state s using (batch_id)
        left join aside using (batch_id)
        order by b.sequence desc
        """
    ).fetchall()
    return [BatchLine(*row) for row in found]


def read_unlocated_reasons(connection: duckdb.DuckDBPyConnection, batch_id: str) -> list[tuple[str, str, int]]:
    """(state, reason, how many things the file said) for locations of a batch that stand in no loaded place, most first."""
    return connection.execute(
        """
        select ls.state, coalesce(ls.reason, l.reason, 'no reason recorded'), count(*)
        from location_state ls
        join location l using (batch_id, location_id)
        where ls.batch_id = $1 and ls.state <> 'located'
        group by all
        order by 3 desc, 2
        limit 50
        """,
        [batch_id],
    ).fetchall()


def has_demo(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether any batch of the illustrative demo place is in this generation."""
    return connection.execute("select coalesce(bool_or(is_demo), false) from batch").fetchone()[0]


def has_own(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether any batch in this generation is not of the illustrative demo place."""
    return connection.execute("select coalesce(bool_or(not is_demo), false) from batch").fetchone()[0]


def is_activity_demo(connection: duckdb.DuckDBPyConnection, activity_id: str) -> bool:
    """Whether anything recorded of this activity's own row comes from the illustrative demo place."""
    return connection.execute(
        "select coalesce(bool_or(is_demo), false) from activity join batch using (batch_id) where activity_id = $1",
        [activity_id],
    ).fetchone()[0]


def has_records(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether any batch of records is in this generation."""
    return connection.execute("select coalesce(bool_or(kind = 'records'), false) from batch").fetchone()[0]


def read_rejections(
    connection: duckdb.DuckDBPyConnection, batch_id: str
) -> list[tuple[str, int, str, str | None, str, bool]]:
    """(file, row, column, value, reason, is_row_rejected) of a batch, in order of the file."""
    return connection.execute(
        """
        select file, row_number, column_name, value, reason, is_row_rejected
        from rejection
        where batch_id = $1
        order by file, row_number, column_name
        """,
        [batch_id],
    ).fetchall()
