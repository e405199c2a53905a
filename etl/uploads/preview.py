"""What a prepared upload would come to: counts, the first records as they would be stored, and where they fall."""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from etl.account import find_own, list_read_names
from etl.added import count_records
from etl.earlier import Earlier, find_earlier
from etl.loading import open_preview
from etl.results import LoadResult, describe
from etl.spec_types import PER_ROW, TEMPLATE
from etl.uploads.twins import Twin, find_same_rows, find_twins, fingerprint
from etl.uploads.uploading import Prepared
from soundings.generations import open_current
from soundings.home import Home
from soundings.model import PLACE_KINDS

SHOWN = 8
ACTIVITIES = """
select
    a.title as "Activity",
    a.start_date as "From",
    a.end_date as "To",
    a.organisation as "Organisation",
    a.method as "Method",
    c.called as "The organiser calls it",
    string_agg(distinct s.name, ', ') as "Place"
from activity a
left join (select activity_id, any_value(called) as called from claim group by activity_id) c using (activity_id)
left join (
    select p.activity_id, p.location_id from activity_place p where p.batch_id = $batch_id
) p on p.activity_id = a.activity_id
left join stands s on s.location_id = p.location_id
where a.batch_id = $batch_id
group by a.activity_id, a.title, a.start_date, a.end_date, a.organisation, a.method, c.called, a.sheet, a.row_number
order by a.sheet nulls first, a.row_number
limit $shown
"""
FIGURES = """
select
    coalesce(a.title, '(in another file)') as "Activity",
    n.measure as "Figure",
    n.value as "Number",
    n.value_high as "Up to",
    n.basis as "How sure",
    n.period_start as "From",
    n.role as "The place is",
    s.name as "Place"
from activity_count n
left join activity a on a.activity_id = n.activity_id and a.batch_id = n.batch_id
left join stands s on s.location_id = n.location_id
where n.batch_id = $batch_id
order by n.source_sheets[1] nulls first, n.source_rows[1], n.count_id
limit $shown
"""
MEETINGS = """
select
    coalesce(a.title, '(in another file)') as "Activity",
    m.start_date as "Date",
    m.attendance_count as "Came",
    m.returning_count as "Had come before",
    m.minutes as "Minutes",
    string_agg(distinct s.name, ', ') as "Place"
from session m
left join activity a on a.activity_id = m.activity_id and a.batch_id = m.batch_id
left join session_place p on p.session_id = m.session_id and p.batch_id = m.batch_id
left join stands s on s.location_id = p.location_id
where m.batch_id = $batch_id
group by m.session_id, a.title, m.start_date, m.attendance_count, m.returning_count, m.minutes, m.sheet, m.row_number
order by m.sheet nulls first, m.row_number
limit $shown
"""
STANDS = """
create or replace temp view stands as
select
    l.location_id,
    case
        when ls.state = 'located' then coalesce(
            (
                select any_value(p.name)
                from location_place lp
                join place_now p using (place_code)
                where lp.is_newest and lp.location_id = l.location_id and lp.kind = (
                    select k.kind from location_place k where k.location_id = l.location_id
                    order by list_position({kinds}, k.kind) nulls last limit 1
                )
            ), l.said)
        when ls.state = 'not_tied' then 'not tied to a place'
        when ls.state = 'outside' then coalesce(l.said, l.code) || ' (not among the loaded places)'
        else 'no place found'
    end as name
from location l
join location_state ls using (batch_id, location_id)
"""
UNPLACED = """
select distinct coalesce(l.said, l.name, l.code), coalesce(ls.reason, l.reason, 'No place was found.')
from location l
join location_state ls using (batch_id, location_id)
where l.batch_id = $batch_id and ls.state in ('unlocated', 'outside') and l.kind in ('code', 'name', 'postcode')
order by 1
"""
LOST_ROWS = """
with lost as (
    select location_id from location_state where batch_id = $batch_id and state in ('unlocated', 'outside')
),
told as (
    select
        unnest(coalesce(source_sheets, list_transform(source_rows, one -> null::varchar))) as sheet,
        unnest(source_rows) as row_number
    from activity_count
    where batch_id = $batch_id and location_id in (from lost)
    union all
    select s.sheet, s.row_number
    from session s
    join session_place p using (batch_id, session_id)
    where batch_id = $batch_id and p.location_id in (from lost)
    union all
    select a.sheet, a.row_number
    from activity a
    join activity_place p using (batch_id, activity_id)
    where batch_id = $batch_id and p.location_id in (from lost)
)
select distinct sheet, row_number from told
"""
BY_PLACE = """
with standing as (
    select location_id, source_row_count as n from activity_count where batch_id = $batch_id
    union all
    select any_value(location_id), 1 from session_place where batch_id = $batch_id group by session_id
    union all
    select any_value(location_id), 1
    from activity_place
    where batch_id = $batch_id
    and activity_id not in (select activity_id from activity_count where batch_id = $batch_id)
    and activity_id not in (select activity_id from session where batch_id = $batch_id)
    group by activity_id
)
select lp.kind, lp.place_code, sum(s.n)::bigint
from standing s
join location_place lp on lp.batch_id = $batch_id and lp.location_id = s.location_id and lp.is_newest
group by all
"""


@dataclass(frozen=True)
class Preview:
    """What a load would come to. `first`: the first records by the name of their table; `totals`: how many there are of each.

    `by_place`: kind of place → code → records that stand there. `added`: what it adds, in words. `unplaced`: what the file says
    of where that no loaded place answers to, and why; `lost_rows`: (sheet, row) of the records that stand nowhere for it. `twins` and `same_rows`: what is here already and looks like it; `earlier`: batches that hold
    activities of it.
    """

    result: LoadResult
    first: dict[str, pa.Table] = field(default_factory=dict)
    totals: dict[str, int] = field(default_factory=dict)
    by_place: dict[str, dict[str, int]] = field(default_factory=dict)
    added: tuple[str, ...] = ()
    unplaced: tuple[tuple[str, str], ...] = ()
    lost_rows: frozenset[tuple[str | None, int]] = frozenset()
    twins: tuple[Twin, ...] = ()
    same_rows: str | None = None
    earlier: tuple[Earlier, ...] = ()


def preview_upload(home: Home, prepared: Prepared) -> Preview:
    """What would become of a prepared upload; nothing is written. The upload must not be loaded already."""
    manifest, mapped = prepared.manifest, prepared.mapped
    if not mapped.rows_accepted:
        return Preview(describe(None, manifest, mapped, is_dry_run=True, is_refused=True))
    with open_preview(home, manifest, mapped) as connection:
        result = describe(connection, manifest, mapped, is_dry_run=True)
        totals = count_records(connection, prepared.batch_id)
        replaced = manifest.get("replaces") or []
        return Preview(
            result=result,
            first=read_first(connection, prepared.batch_id),
            totals=totals,
            by_place=read_by_place(connection, prepared.batch_id),
            added=result.added,
            unplaced=tuple(connection.execute(UNPLACED, {"batch_id": prepared.batch_id}).fetchall()),
            lost_rows=read_lost_rows(connection, prepared),
            twins=find_twins(home, connection, prepared.batch_id, replaced) if has_own_activities(prepared) else (),
            same_rows=find_same_rows(home, fingerprint(connection, prepared.batch_id), manifest),
            earlier=find_earlier(generation.cursor(), manifest, mapped) if (generation := open_current(home)) else (),
        )


def read_lost_rows(connection: duckdb.DuckDBPyConnection, prepared: Prepared) -> frozenset[tuple[str | None, int]]:
    """(sheet of the file, row) of each record whose place, or one of whose places, is none of the loaded ones."""
    names = list_read_names(prepared.manifest)
    rows = connection.execute(LOST_ROWS, {"batch_id": prepared.batch_id}).fetchall()
    return frozenset((find_own(sheet, names), row) for sheet, row in rows)


def has_own_activities(prepared: Prepared) -> bool:
    """Whether a row of the file is an activity; of a survey's answers each only adds to one that is there."""
    spec = prepared.spec
    return spec.shape == TEMPLATE or (spec.activity is not None and spec.activity.per == PER_ROW)


def read_first(connection: duckdb.DuckDBPyConnection, batch_id: str) -> dict[str, pa.Table]:
    """The first records of each kind, in the file's order; columns that say nothing are left out."""
    connection.execute(STANDS.format(kinds=list(PLACE_KINDS)))
    found = {}
    for name, sql in (("Activities", ACTIVITIES), ("Figures", FIGURES), ("Meetings", MEETINGS)):
        table = connection.execute(sql, {"batch_id": batch_id, "shown": SHOWN}).to_arrow_table()
        if table.num_rows:
            found[name] = table.select([one for one in table.column_names if table[one].null_count < table.num_rows])
    return found


def read_by_place(connection: duckdb.DuckDBPyConnection, batch_id: str) -> dict[str, dict[str, int]]:
    """How many records stand in each place, by kind of place."""
    found: dict[str, dict[str, int]] = {}
    for kind, code, count in connection.execute(BY_PLACE, {"batch_id": batch_id}).fetchall():
        found.setdefault(kind, {})[code] = count
    return found
