"""What is here already and looks like an upload: the same rows saved again or in another order, and single activities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from soundings.generations import open_current
from soundings.home import Home
from soundings.model import PLACE_KINDS

MOST_TITLES = 5_000
MOST_TWINS = 200
# What a batch says, without anything that depends on the file's name, its bytes or the order of its rows.
WAY = "coalesce(l.kind || ':' || coalesce(l.code, l.said, l.name, l.lon || ',' || l.lat, l.reason), '')"
SAID = f"""
select batch_id, location_id, string_agg(way, ' ' order by position) as place
from (
    select batch_id, location_id, 1 as position, {WAY} as way from location l
    union all
    select batch_id, location_id, position, {WAY} from location_way l
)
where batch_id = $batch_id
group by batch_id, location_id
"""  # noqa: S608 — fixed text
FINGERPRINT = f"""
with said as ({SAID}),
told as (
    select hash('activity', a.title, a.summary, a.method, a.theme, a.organisation, a.programme, a.start_date, a.end_date, a.took_place) as h
    from activity a
    where a.batch_id = $batch_id
    union all
    select hash('count', a.title, n.measure, n.value, n.value_high, n.period_start, n.period_end, n.took_place, n.role, s.place)
    from activity_count n
    left join activity a on a.batch_id = n.batch_id and a.activity_id = n.activity_id
    left join said s on s.location_id = n.location_id
    where n.batch_id = $batch_id
    union all
    select hash('session', a.title, m.start_date, m.attendance_count, m.returning_count, m.minutes, m.took_place)
    from session m
    left join activity a on a.batch_id = m.batch_id and a.activity_id = m.activity_id
    where m.batch_id = $batch_id
    union all
    select hash('at', a.title, m.start_date, p.role, s.place)
    from session_place p
    join session m on m.batch_id = p.batch_id and m.session_id = p.session_id
    left join activity a on a.batch_id = m.batch_id and a.activity_id = m.activity_id
    left join said s on s.location_id = p.location_id
    where p.batch_id = $batch_id
    union all
    select hash('place', a.title, p.role, s.place)
    from activity_place p
    left join activity a on a.batch_id = p.batch_id and a.activity_id = p.activity_id
    left join said s on s.location_id = p.location_id
    where p.batch_id = $batch_id
)
select md5(string_agg(h::varchar, ',' order by h)) from told
"""  # noqa: S608 — fixed text
# One line for each day and smallest place in which an activity stands.
KINDS = f"list_position({list(PLACE_KINDS)}, kind)"
STANDING = f"""
select a.activity_id, lower(trim(a.title)) as plain, a.title, a.sheet, a.row_number, a.batch_id, w.day, lp.place_code
from activity a
join (
    select batch_id, activity_id, start_date as day, location_id
    from activity join activity_place using (batch_id, activity_id)
    union all
    select m.batch_id, m.activity_id, m.start_date, p.location_id
    from session m join session_place p using (batch_id, session_id)
    union all
    select batch_id, activity_id, period_start, location_id from activity_count
) w using (batch_id, activity_id)
join (
    select batch_id, location_id, arg_min(place_code, {KINDS}) as place_code from location_place where is_newest group by all
) lp on lp.batch_id = w.batch_id and lp.location_id = w.location_id
where w.day is not null
"""  # noqa: S608 — fixed text


@dataclass(frozen=True)
class Twin:
    """An activity of the upload that has the title, the place and the week of one that is here. `row`: its row in the file,
    in the sheet `sheet` where that needs a name.

    `own_id`: of the one of the upload. `activity_id`: of the one that is here, in the batch `batch_id`.
    """

    own_id: str
    sheet: str | None
    row: int
    title: str
    day: date
    place: str
    batch_id: str
    file_name: str
    activity_id: str


def fingerprint(connection: duckdb.DuckDBPyConnection, batch_id: str) -> str | None:
    """A hash of the sorted records of a batch: the same for the same rows, however saved and in whatever order."""
    return connection.execute(FINGERPRINT, {"batch_id": batch_id}).fetchone()[0]


def find_same_rows(home: Home, mark: str | None, manifest: dict) -> str | None:
    """The id of an active batch of the same source that holds exactly the same records, or None. Those it replaces do not count."""
    generation = open_current(home)
    if generation is None or mark is None:
        return None
    cursor = generation.cursor()
    found = cursor.execute(
        "select batch_id from batch where kind = 'records' and source_id = $1 and batch_sha256 <> $2 "
        "and batch_id not in (select unnest($3::varchar[])) order by sequence desc",
        [manifest["source_id"], manifest["batch_sha256"], manifest.get("replaces") or []],
    ).fetchall()
    return next((batch_id for (batch_id,) in found if fingerprint(cursor, batch_id) == mark), None)


def find_twins(
    home: Home, connection: duckdb.DuckDBPyConnection, batch_id: str, replaced: Sequence[str] = ()
) -> tuple[Twin, ...]:
    """The activities of the upload with the title, the place and the week of one that is in the store, one line for each.

    Those of the batches `replaced` do not count: the upload is a new version of them.
    """
    generation = open_current(home)
    if generation is None:
        return ()
    ours = f"from ({STANDING}) where batch_id = $batch_id"
    titles = [
        title
        for (title,) in connection.execute(
            f"select distinct plain {ours} limit {MOST_TITLES}",  # noqa: S608 — fixed text
            {"batch_id": batch_id},
        ).fetchall()
    ]
    if not titles:
        return ()
    theirs = (
        generation.cursor()
        .execute(
            f"select distinct plain, date_trunc('week', day)::date as week, place_code, batch_id, activity_id "  # noqa: S608
            f"from ({STANDING}) where plain in (select unnest($titles)) "
            "and batch_id not in (select unnest($replaced::varchar[]))",
            {"titles": titles, "replaced": list(replaced)},
        )
        .to_arrow_table()
    )
    if not theirs.num_rows:
        return ()
    connection.register("theirs", theirs)
    found = connection.execute(
        f"""
        select o.activity_id, o.sheet, o.row_number, any_value(o.title), min(o.day), any_value(p.name), min_by(t.batch_id, t.activity_id),
            min_by(b.file_name, t.activity_id), min(t.activity_id)
        from (select * {ours}) o
        join theirs t on t.plain = o.plain and t.place_code = o.place_code and t.week = date_trunc('week', o.day)::date
        join batch b on b.batch_id = t.batch_id
        left join place_now p on p.place_code = o.place_code
        group by o.activity_id, o.sheet, o.row_number
        order by o.sheet nulls first, o.row_number
        limit {MOST_TWINS}
        """,  # noqa: S608 — fixed text
        {"batch_id": batch_id},
    ).fetchall()
    connection.unregister("theirs")
    return tuple(Twin(*row) for row in found)
