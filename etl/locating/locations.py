"""Which loaded places each location of a batch stands in, by which method, or why it cannot be said. Never a guess.

    code      → a loaded place's code, or one that superseded it; else outside (a well-formed code) or unlocated
    name      → exactly one loaded place of that name, or one reviewed alias
    postcode  → the offline directory's point, in the boundaries of each kind
    point     → in the boundaries of each kind

A located code stands in every larger kind too: by parent codes, and where these miss a loaded kind by a point inside it.
It is never copied into smaller kinds. Of a location that says where in several ways, the first that works is taken
(etl/locating/ways.py). Of a kind in several sets a point stands in a place of each; a code in each set that has it, or that has the
one place that took over from it; a name in each set that has it once. The answers depend on nothing but the locations and the places
that are loaded.
"""

from __future__ import annotations

import duckdb

from etl.locating.climbing import climb
from etl.locating.codes import carry_codes, locate_codes
from etl.locating.names import locate_names
from etl.locating.points import locate_points
from etl.locating.ways import WAY_TABLES, choose_ways, gather_ways
from soundings.model import NOT_TIED, UNLOCATED

# Temporary, for one resolving.
TABLES = ("todo", "known_place", "answer", "also", "stands", "stands_point", *WAY_TABLES)


def resolve_locations(connection: duckdb.DuckDBPyConnection, batch_ids: list[str] | None) -> None:
    """Fills location_state and location_place anew for the batches (None: all), in the caller's transaction."""
    try:
        _gather(connection, batch_ids)
        has_ways = gather_ways(connection, batch_ids)
        locate_codes(connection)
        locate_names(connection)
        locate_points(connection)
        _settle_the_rest(connection)
        if has_ways:
            choose_ways(connection)
        carry_codes(connection)
        _write(connection, batch_ids)
    finally:
        _clear(connection)


def _gather(connection: duckdb.DuckDBPyConnection, batch_ids: list[str] | None) -> None:
    """The locations to resolve, and the places that are loaded, without their boundaries."""
    _clear(connection)
    chosen = "" if batch_ids is None else "where batch_id in (select unnest($ids))"
    bound = {} if batch_ids is None else {"ids": batch_ids}
    connection.execute(f"create temp table todo as select * from location {chosen}", bound)  # noqa: S608
    connection.execute(
        """create temp table known_place as
        select p.place_code, upper(trim(p.place_code)) code_key, p.kind, p.place_set, s.rank, p.name, p.name_welsh, p.parent_code,
            p.lon, p.lat, p.area_km2
        from place_in_set p
        join place_set_now s on s.kind = p.kind and s.place_set = p.place_set"""
    )
    connection.execute(
        """create temp table answer (
            batch_id varchar, location_id varchar, state varchar, method varchar, reason varchar, place_code varchar
        )"""
    )
    # The place of a located location in other sets than the answer's.
    connection.execute("create temp table also (batch_id varchar, location_id varchar, place_code varchar)")
    # Where a location stands: of a code or name by its place, of a point by itself.
    connection.execute(
        "create temp table stands (place_code varchar, kind varchar, place_set varchar, stands_in varchar)"
    )
    connection.execute(
        """create temp table stands_point (
            batch_id varchar, location_id varchar, kind varchar, place_set varchar, stands_in varchar
        )"""
    )


def _clear(connection: duckdb.DuckDBPyConnection) -> None:
    """Drops the temporary tables."""
    for table in TABLES:
        connection.execute(f"drop table if exists temp.{table}")


def _settle_the_rest(connection: duckdb.DuckDBPyConnection) -> None:
    """Adds to `answer` the locations that say there is no place: a choice, a gap, or a value that was refused."""
    connection.execute(
        f"""insert into answer
        select batch_id, location_id,
            case when kind = 'not_tied' then '{NOT_TIED}' else '{UNLOCATED}' end, kind,
            case when kind = 'not_tied' then reason else coalesce(reason, 'No place is recorded.') end, null
        from todo where kind not in ('code', 'name', 'postcode', 'point')"""  # noqa: S608
    )


def _write(connection: duckdb.DuckDBPyConnection, batch_ids: list[str] | None) -> None:
    """Replaces the rows of location_state and location_place for the locations resolved."""
    codes = connection.execute(
        "select place_code from answer where place_code is not null union select place_code from also order by 1"
    ).fetchall()
    climb(connection, [code for (code,) in codes])
    chosen = "" if batch_ids is None else "where batch_id in (select unnest($ids))"
    bound = {} if batch_ids is None else {"ids": batch_ids}
    for table in ("location_state", "location_place"):
        connection.execute(f"delete from {table} {chosen}", bound)  # noqa: S608
    connection.execute(
        """insert into location_state (batch_id, location_id, state, method, reason, passed_over)
        select a.batch_id, a.location_id, a.state, a.method, a.reason, p.passed_over
        from answer a
        left join passed p using (batch_id, location_id)
        order by a.batch_id, a.location_id"""
    )
    connection.execute(
        """insert into location_place (batch_id, location_id, kind, place_code, place_set)
        select batch_id, location_id, kind, stands_in, place_set from (
            select a.batch_id, a.location_id, s.kind, s.place_set, s.stands_in from answer a join stands s using (place_code)
            union all
            select batch_id, location_id, kind, place_set, stands_in from stands_point
        )
        order by batch_id, location_id, kind, place_set"""
    )
    if connection.execute("select 1 from known_place where rank > 1 limit 1").fetchone():
        _write_other_sets(connection, chosen, bound)


def _write_other_sets(connection: duckdb.DuckDBPyConnection, chosen: str, bound: dict) -> None:
    """Adds what `also` says of sets that a location has no place in yet, and marks the newest set of each kind it stands in."""
    connection.execute(
        """insert into location_place (batch_id, location_id, kind, place_code, place_set)
        select a.batch_id, a.location_id, s.kind, min(s.stands_in), s.place_set
        from also a
        join stands s using (place_code)
        anti join location_place l
            on l.batch_id = a.batch_id and l.location_id = a.location_id and l.kind = s.kind and l.place_set = s.place_set
        group by all
        order by all"""
    )
    connection.execute(
        f"""update location_place l set is_newest = false
        from (
            select batch_id, location_id, kind, min(rank) as newest
            from location_place
            join place_set_now using (kind, place_set)
            {chosen}
            group by all
            having count(*) > 1
        ) n, place_set_now s
        where l.batch_id = n.batch_id and l.location_id = n.location_id and l.kind = n.kind
        and s.kind = l.kind and s.place_set = l.place_set and s.rank > n.newest""",  # noqa: S608
        bound,
    )
