"""Locations that say where in several ways: the first way that works places them, unless another that works contradicts it.

Each further way is resolved like a location of its own, under an id of its own, and the answers are then joined.
"""

from __future__ import annotations

import duckdb

from etl.locating.contradictions import find_contradictions
from soundings.model import LOCATED, OUTSIDE, UNLOCATED

DIFFER = "differ: "  # and the kinds of the two ways
WAY_TABLES = ("way_of", "way_answer", "chosen_way", "passed")


def gather_ways(connection: duckdb.DuckDBPyConnection, batch_ids: list[str] | None) -> bool:
    """Adds the further ways of the locations in `todo` to it, each under an id of its own; whether there are any."""
    chosen = "" if batch_ids is None else "where batch_id in (select unnest($ids))"
    bound = {} if batch_ids is None else {"ids": batch_ids}
    connection.execute("create temp table passed (batch_id varchar, location_id varchar, passed_over varchar)")
    if not connection.execute(f"select 1 from location_way {chosen} limit 1", bound).fetchone():  # noqa: S608
        return False
    connection.execute(
        f"""create temp table way_of as
        with further as (select * from location_way {chosen})
        select batch_id, location_id as head_id, position, location_id || '~' || position as location_id, kind, said, lon, lat
        from further
        union all
        select batch_id, location_id, 1, location_id, kind, said, lon, lat
        from todo
        where (batch_id, location_id) in (select (batch_id, location_id) from further)""",  # noqa: S608
        bound,
    )
    connection.execute(
        f"""insert into todo by name
        select * exclude (position) replace (location_id || '~' || position as location_id) from location_way {chosen}""",  # noqa: S608
        bound,
    )
    return True


def choose_ways(connection: duckdb.DuckDBPyConnection) -> None:
    """Leaves in `answer` and `stands_point` one answer for each location of several ways, in `also` its places in other sets, and fills `passed`.

    Where no way works, the answer says why of each. Where two contradict each other, none is taken.
    """
    connection.execute(
        """create temp table way_answer as
        select w.batch_id, w.head_id, w.position, w.location_id, w.kind, w.said, w.lon, w.lat, a.state, a.method, a.reason,
            a.place_code
        from way_of w
        join answer a using (batch_id, location_id)"""
    )
    connection.execute(
        f"""create temp table chosen_way as
        select batch_id, head_id, position, location_id, kind, state, method, reason, place_code,
            null::varchar as other_kind
        from way_answer
        qualify row_number() over (
            partition by batch_id, head_id
            order by state = '{LOCATED}' desc, state = '{OUTSIDE}' desc, position
        ) = 1"""  # noqa: S608
    )
    find_contradictions(connection)
    connection.execute(
        f"""insert into passed
        select batch_id, head_id, string_agg(reason, ' ' order by position)
        from (
            select w.batch_id, w.head_id, w.reason, min(w.position) as position
            from chosen_way c
            join way_answer w on w.batch_id = c.batch_id and w.head_id = c.head_id and w.position < c.position
            where c.state = '{LOCATED}' and c.other_kind is null
            group by all
        )
        group by batch_id, head_id"""  # noqa: S608
    )
    _join_answers(connection)


def _join_answers(connection: duckdb.DuckDBPyConnection) -> None:
    """Replaces the answers of every way by the location's one."""
    connection.execute(
        "delete from answer where (batch_id, location_id) in (select (batch_id, location_id) from way_of)"
    )
    connection.execute(
        f"""insert into answer by name
        with why as (
            select batch_id, head_id, string_agg(reason, ' ' order by position) as reasons
            from (select batch_id, head_id, reason, min(position) as position from way_answer group by all)
            group by batch_id, head_id
        )
        select c.batch_id, c.head_id as location_id,
            case when c.other_kind is null then c.state else '{UNLOCATED}' end as state,
            case when c.other_kind is null then c.method else '{DIFFER}' || c.kind || ', ' || c.other_kind end as method,
            case
                when c.other_kind is not null then
                    'The ' || {say_kind("c.kind")} || ' and the ' || {say_kind("c.other_kind")}
                    || ' of this record are of different places, and which is right is not said.'
                when c.state = '{LOCATED}' then null
                else w.reasons
            end as reason,
            case when c.other_kind is null then c.place_code end as place_code
        from chosen_way c
        join why w using (batch_id, head_id)"""  # noqa: S608
    )
    connection.execute(
        """create temp table stands_chosen as
        select s.batch_id, c.head_id as location_id, s.kind, s.place_set, s.stands_in
        from stands_point s
        join chosen_way c using (batch_id, location_id)
        where c.other_kind is null"""
    )
    connection.execute(
        "delete from stands_point where (batch_id, location_id) in (select (batch_id, location_id) from way_of)"
    )
    connection.execute("insert into stands_point by name select * from stands_chosen")
    connection.execute("drop table stands_chosen")
    connection.execute(
        """create temp table also_chosen as
        select a.batch_id, coalesce(c.head_id, a.location_id) as location_id, a.place_code
        from also a
        left join way_of w using (batch_id, location_id)
        left join chosen_way c on c.batch_id = a.batch_id and c.location_id = a.location_id and c.other_kind is null
        where w.batch_id is null or c.batch_id is not null"""
    )
    connection.execute("delete from also")
    connection.execute("insert into also by name select * from also_chosen")
    connection.execute("drop table also_chosen")


def say_kind(column: str) -> str:
    """SQL for a way of saying where in words; `column` holds its kind."""
    return f"case {column} when 'code' then 'place code' when 'name' then 'place name' when 'point' then 'coordinates' else {column} end"
