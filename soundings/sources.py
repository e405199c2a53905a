"""What was loaded: every batch with its counts, its licence, and what could not be placed or taken in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import duckdb

from soundings.standing import read_clauses

NOTHING_SAID = "No place was given."
# A kind or method of location in words, and whether the word is singular.
WAY_WORDS = {
    "code": ("place code", True),
    "superseded code": ("place code", True),
    "name": ("place name", True),
    "alias": ("place name", True),
    "postcode": ("postcode", True),
    "point": ("coordinates", False),
    "refused": ("coordinates", False),
}
# Codes and quotations, which tell apart reasons that are the same.
VARYING = "[A-Z][0-9]{8}|[0-9]{2}[A-Z]{2}[0-9]{2}[A-Z][0-9]|“[^”]*”|[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}"


@dataclass(frozen=True)
class PlaceReason:
    """Why records stand in no loaded place (`state`: outside, unlocated or not_tied), and how many records."""

    state: str
    reason: str
    count: int


@dataclass(frozen=True)
class PassedOver:
    """Records that a further way of saying where placed (`used`: its method), because the first one (`kind`) did not work."""

    kind: str
    used: str
    reason: str
    count: int

    def say(self) -> str:
        """“2 records stand where their coordinates say, because their postcode could not be used: …”."""
        its = "its" if self.count == 1 else "their"
        stand = "record stands" if self.count == 1 else "records stand"
        used, failed = WAY_WORDS.get(self.used, (self.used, True)), WAY_WORDS.get(self.kind, (self.kind, True))
        says = "says" if used[1] else "say"
        return f"{self.count:,} {stand} where {its} {used[0]} {says}, because {its} {failed[0]} could not be used: {self.reason}"


@dataclass(frozen=True)
class BatchLine:
    """One accepted file. Place states count its stored records: figures, meetings, and activities that have neither."""

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
        f"""
        with {read_clauses("stored_record.sql")},
        state as (
            select
                s.batch_id,
                sum(n) filter (state = 'located') as located,
                sum(n) filter (state = 'outside') as outside,
                sum(n) filter (coalesce(state, 'unlocated') = 'unlocated') as unlocated,
                sum(n) filter (state = 'not_tied') as not_tied
            from stored_record s
            left join location_state ls on ls.batch_id = s.batch_id and ls.location_id = s.location_id
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
        """  # noqa: S608 — the clause is a file of this folder
    ).fetchall()
    return [BatchLine(*row) for row in found]


def read_place_reasons(
    connection: duckdb.DuckDBPyConnection, batch_id: str, *, is_each: bool = False
) -> list[PlaceReason]:
    """Why records of a batch stand in no loaded place, most records first, the first 50; reasons that differ in a code or a name alone
    are one, unless `is_each`: then each name and code is told."""
    found = connection.execute(
        f"""
        with {read_clauses("stored_record.sql")},
        told as (
            select
                r.n,
                coalesce(ls.state, 'unlocated') as state,
                case
                    when r.location_id is null then $nothing_said
                    else coalesce(ls.reason, l.reason, 'no reason recorded')
                end as reason
            from stored_record r
            left join location_state ls on ls.batch_id = r.batch_id and ls.location_id = r.location_id
            left join location l on l.batch_id = r.batch_id and l.location_id = r.location_id
            where r.batch_id = $batch_id and coalesce(ls.state, 'unlocated') <> 'located'
        ),
        alike as (
            select
                *,
                if($is_each, reason, regexp_replace(reason, $varying, '…', 'g')) as pattern
            from told
        )
        select
            state,
            if(count(distinct reason) = 1, any_value(reason), pattern) as said,
            sum(n)::bigint as record_count
        from alike
        group by state, pattern
        order by record_count desc, said
        limit 50
        """,  # noqa: S608 — the clause is a file of this folder
        {"batch_id": batch_id, "nothing_said": NOTHING_SAID, "varying": VARYING, "is_each": is_each},
    ).fetchall()
    return [PlaceReason(*row) for row in found]


def read_passed_over(connection: duckdb.DuckDBPyConnection, batch_id: str) -> list[PassedOver]:
    """Which ways of saying where did not work for records of a batch that another way placed, most records first."""
    is_any = "select 1 from location_state where batch_id = $1 and passed_over is not null limit 1"
    if connection.execute(is_any, [batch_id]).fetchone() is None:
        return []
    found = connection.execute(
        f"""
        with {read_clauses("stored_record.sql")},
        told as (
            select r.n, l.kind, ls.method, ls.passed_over as reason, regexp_replace(ls.passed_over, $varying, '…', 'g') as pattern
            from stored_record r
            join location_state ls on ls.batch_id = r.batch_id and ls.location_id = r.location_id
            join location l on l.batch_id = r.batch_id and l.location_id = r.location_id
            where r.batch_id = $batch_id and ls.passed_over is not null
        )
        select kind, method, if(count(distinct reason) = 1, any_value(reason), pattern) as said, sum(n)::bigint as record_count
        from told
        group by kind, method, pattern
        order by record_count desc, said
        limit 50
        """,  # noqa: S608 — the clause is a file of this folder
        {"batch_id": batch_id, "varying": VARYING},
    ).fetchall()
    return [PassedOver(*row) for row in found]


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
