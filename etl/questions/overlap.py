"""Files that hold another: the same export a month later, a city and its districts, a year and its quarters, a total and its parts.

What is compared is what both say: rows of one source alike (`same_rows`), records alike (`same_records`), or figures of which one holds the other by place, by time or as a
sum (`etl/questions/totals.py`). Sources of which one is known to repeat the other's meetings are left to the figures, which count
those once.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pyarrow as pa

from etl.approval.invited import INVITED, find_own_batches
from etl.inbox import ID_LENGTH
from etl.questions.shared_rows import count_shared_rows, list_marks
from etl.questions.totals import find_totals
from etl.questions.types import TAKES_PLACE, Choice, Question, RecordContext
from soundings.generations import open_current

OVERLAP = "overlap"
REPLACE = Choice(TAKES_PLACE, "It takes the place of what is here, which comes back when this file is undone")
BESIDE = Choice("count-both", "They are about different things: count both")
FEWEST_ALIKE = 5  # fewer records that agree can be chance
SHARE_ALIKE = 0.8  # of the smaller of the two batches

# What a record says, in one row: its kind, day or period, title, place as it was said, and figure. An activity stands here for
# itself only where nothing is counted or met of it.
SAYS = """
select what, period_start, period_end, title, place, value, measure, activity_id, batch_id from (
    select 'count' as what, c.batch_id, c.activity_id, c.measure, c.period_start, c.period_end, c.value,
        coalesce(lower(trim(a.title)), c.activity_id) as title, {place} as place
    from {activity_count} c
    left join {activity} a on a.batch_id = c.batch_id and a.activity_id = c.activity_id
    left join {location} l on l.batch_id = c.batch_id and l.location_id = c.location_id
    union all
    select 'session', s.batch_id, s.activity_id, null, s.start_date, s.start_date, s.attendance_count,
        coalesce(lower(trim(a.title)), s.activity_id), min({place})
    from {session} s
    left join {activity} a on a.batch_id = s.batch_id and a.activity_id = s.activity_id
    left join {session_place} p on p.batch_id = s.batch_id and p.session_id = s.session_id
    left join {location} l on l.batch_id = p.batch_id and l.location_id = p.location_id
    group by all
    union all
    select 'activity', a.batch_id, a.activity_id, null, a.start_date, a.end_date, null, lower(trim(a.title)), min({place})
    from {activity} a
    left join {activity_place} p on p.batch_id = a.batch_id and p.activity_id = a.activity_id
    left join {location} l on l.batch_id = p.batch_id and l.location_id = p.location_id
    where a.activity_id not in (select activity_id from {activity_count})
    and a.activity_id not in (select activity_id from {session})
    group by all
)
"""
PLACE = "coalesce(l.code, l.said, l.name, l.lon || ',' || l.lat, '')"
TABLES = ("activity_count", "activity", "location", "session", "session_place", "activity_place")


@dataclass(frozen=True)
class Overlap:
    """A batch that is here and a new file that tell of the same. `how`: one sentence of what they share."""

    batch_id: str
    file_name: str
    how: str
    record_count: int


def ask_overlap(context: RecordContext) -> tuple[Question, ...]:
    """One question where the file tells again what a loaded batch tells, or holds it, or is held in it; else none."""
    generation = open_current(context.home)
    if generation is None or not context.mapped.rows_accepted:
        return ()
    cursor = generation.cursor()
    batches = list_comparable(cursor, context)
    if not batches:
        return ()
    with registered(cursor, context):
        found = {one.batch_id: one for one in same_rows(cursor, context, batches)}
        for one in same_records(cursor, context, batches):
            found.setdefault(one.batch_id, one)
        for batch_id, how, count in find_totals(cursor, sorted(batches), context.manifest["source_id"]):
            found.setdefault(batch_id, Overlap(batch_id, batches[batch_id], how, count))
    if not found:
        return ()
    several = len(found) > 1
    return (
        Question(
            id=OVERLAP,
            sentence=(
                "This file tells again what is loaded already. What is it to the "
                f"{f'{len(found)} files' if several else 'file'} below? (If it is only a part of what is here, do not take it in.)"
            ),
            choices=(REPLACE, BESIDE),
            assumed=BESIDE.id,
            moves=sum(one.record_count for one in found.values()),
            evidence=tuple(f"{one.file_name} (batch {one.batch_id}): {one.how}" for one in found.values()),
            must_answer=True,
            batches=tuple(found),
        ),
    )


def list_comparable(cursor: duckdb.DuckDBPyConnection, context: RecordContext) -> dict[str, str]:
    """Batch → file name of the loaded batches of records that could tell the same.

    Left out are the demo's, other readings of this very file (they are asked about by themselves), those that it replaces, and those of a
    source that repeats this one's meetings or is repeated by it. An invited organisation is told of its own alone.
    """
    manifest = context.manifest
    found = cursor.execute(
        """
        select batch_id, file_name from batch
        where kind = 'records' and not is_demo and batch_id <> $own and file_sha256 <> $file
        and batch_id not in (select unnest($replaced::varchar[]))
        and source_id not in (
            select repeats_source_id from source_repeat where source_id = $source
            union all
            select source_id from source_repeat where repeats_source_id = $source
            union all
            select $repeats where $repeats is not null
        )
        """,
        {
            "own": manifest["batch_sha256"][:ID_LENGTH],
            "file": manifest["file_sha256"],
            "replaced": manifest.get("replaces") or [],
            "source": manifest["source_id"],
            "repeats": context.spec.repeats.source if context.spec.repeats else None,
        },
    ).fetchall()
    names = dict(found)
    if names and (invited := manifest["options"].get(INVITED)):
        own = find_own_batches(cursor, list(names), invited)
        return {batch_id: name for batch_id, name in names.items() if batch_id in own}
    return names


class registered:
    """The new file's records beside the store's tables, as views called `new_activity` and so on, for as long as this is open."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, context: RecordContext):
        self.cursor, self.tables = cursor, context.mapped.tables

    def __enter__(self) -> None:
        for table in TABLES:
            empty = self.cursor.execute(f"select * from {table} limit 0").to_arrow_table()  # noqa: S608 — named above
            rows = self.tables.get(table)
            self.cursor.register(f"new_{table}", empty if rows is None else pa.table(rows))

    def __exit__(self, *error) -> None:
        for table in TABLES:
            self.cursor.unregister(f"new_{table}")


def same_rows(cursor: duckdb.DuckDBPyConnection, context: RecordContext, batches: dict[str, str]) -> list[Overlap]:
    """The batches of this source that hold rows of this file: some of them, where rows have ids, else most of the smaller one's."""
    share = 0 if list_marks(context.spec) else SHARE_ALIKE
    found = []
    for batch_id, shared, old_count, new_count in count_shared_rows(cursor, context, batches):
        if shared >= max(FEWEST_ALIKE, share * min(old_count, new_count)):
            how = say_alike(shared, old_count, new_count, "rows")
            if shared < min(old_count, new_count):
                how += " An export of the other days alone counts each once."
            found.append(Overlap(batch_id, batches[batch_id], how, shared))
    return found


def same_records(cursor: duckdb.DuckDBPyConnection, context: RecordContext, batches: dict[str, str]) -> list[Overlap]:
    """The batches most of whose records this file tells again, or that tell most of this file's again."""
    new = SAYS.format(place=PLACE, **{table: f"new_{table}" for table in TABLES})
    near = {table: f"(select * from {table} where batch_id in (from near))" for table in TABLES}  # noqa: S608 — named above
    old = SAYS.format(place=PLACE, **near)
    found = cursor.execute(
        f"""
        with new_says as ({new}),
        near as (
            select distinct batch_id from activity_count
            where batch_id in (select unnest($batches::varchar[]))
            and (measure, period_start, value) in (select measure, period_start, value from new_activity_count)
            union
            select distinct batch_id from session
            where batch_id in (select unnest($batches::varchar[]))
            and start_date in (select start_date from new_session)
            union
            select distinct batch_id from activity
            where batch_id in (select unnest($batches::varchar[]))
            and lower(trim(title)) in (select lower(trim(title)) from new_activity)
        ),
        old_says as ({old}),
        -- A meeting or an activity with the same id counts once as it is: only its figures would count twice.
        old_counting as (
            select * from old_says
            where what = 'count'
            or activity_id not in (select activity_id from new_activity union all select activity_id from new_session)
        ),
        new_counting as (
            select * from new_says
            where what = 'count'
            or activity_id not in (
                select activity_id from activity where batch_id in (from near)
                union all
                select activity_id from session where batch_id in (from near)
            )
        ),
        new_group as (
            select what, measure, period_start, period_end, title, place, value, count(*) as n from new_counting group by all
        ),
        old_group as (
            select batch_id, what, measure, period_start, period_end, title, place, value, count(*) as n
            from old_counting group by all
        ),
        alike as (
            select o.batch_id, sum(least(o.n, n.n)) as alike_count, count(*) as distinct_count
            from old_group o
            join new_group n
                on n.what = o.what
                and n.measure is not distinct from o.measure
                and n.period_start is not distinct from o.period_start
                and n.period_end is not distinct from o.period_end
                and n.title is not distinct from o.title
                and n.place is not distinct from o.place
                and n.value is not distinct from o.value
            group by o.batch_id
        )
        select a.batch_id, a.alike_count::bigint, t.old_count::bigint, (select sum(n) from new_group)::bigint
        from alike a
        join (select batch_id, sum(n) as old_count from old_group group by batch_id) t using (batch_id)
        where a.distinct_count >= {FEWEST_ALIKE}
        and a.alike_count >= {SHARE_ALIKE} * least(t.old_count, (select sum(n) from new_group))
        order by a.alike_count desc
        """,  # noqa: S608 — fixed text
        {"batches": sorted(batches)},
    ).fetchall()
    return [
        Overlap(batch_id, batches[batch_id], say_alike(alike, old_count, new_count), alike)
        for batch_id, alike, old_count, new_count in found
    ]


def say_alike(alike: int, old_count: int, new_count: int, noun: str = "records") -> str:
    """“all of its 36 records stand in this file too, which has 48”."""
    share = (
        f"all of its {old_count:,} {noun} stand"
        if alike == old_count
        else f"{alike:,} of its {old_count:,} {noun} stand"
    )
    return f"{share} in this file too, which has {new_count:,}. Counted beside each other they count twice."
