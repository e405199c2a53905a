"""Which larger places a loaded place stands in: by parent codes, and where these miss a kind by a point inside it.

The answers stand in the temporary table `stands` (place_code, kind, stands_in); `known_place` has the loaded places.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from etl.locating.areas import read_boundaries
from soundings.model import PLACE_KINDS

LONGEST_CHAIN = 12


def read_kinds(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The loaded kinds, smallest first."""
    kinds = {kind for (kind,) in connection.execute("select distinct kind from known_place").fetchall()}
    return sorted(kinds, key=lambda kind: (PLACE_KINDS.index(kind) if kind in PLACE_KINDS else 99, kind))


def climb(connection: duckdb.DuckDBPyConnection, codes: list[str]) -> None:
    """Fills `stands`: for each of these loaded places the place of its own kind and of every larger kind it stands in."""
    climb_by_parent(connection, codes)
    loaded = [kind for kind in read_kinds(connection) if kind in PLACE_KINDS]
    for number, kind in enumerate(loaded):
        _climb_by_point(connection, loaded[:number], kind)


def climb_by_parent(connection: duckdb.DuckDBPyConnection, codes: list[str]) -> None:
    """Fills `stands` with what parent codes say."""
    connection.register("start_code", pa.table({"place_code": pa.array(codes, pa.string())}))
    try:
        connection.execute("delete from stands")
        connection.execute(
            f"""
            insert into stands
            with recursive chain (place_code, at_code, kind, parent_code, steps) as (
                select p.place_code, p.place_code, p.kind, p.parent_code, 0
                from known_place p
                semi join start_code using (place_code)
                union
                select c.place_code, p.place_code, p.kind, p.parent_code, c.steps + 1
                from chain c
                join known_place p on p.place_code = c.parent_code
                where c.steps < {LONGEST_CHAIN}
            )
            select place_code, kind, arg_min(at_code, steps) from chain group by place_code, kind
            """  # noqa: S608
        )
    finally:
        connection.unregister("start_code")


def find_above(connection: duckdb.DuckDBPyConnection, place_code: str) -> dict[str, str]:
    """By kind, the nearest loaded place that parent codes say this place stands in; read from the store, no table needed."""
    rows = connection.execute(
        f"""
        with recursive chain (place_code, kind, parent_code, steps) as (
            select place_code, kind, parent_code, 0 from place_now where place_code = $1
            union
            select p.place_code, p.kind, p.parent_code, c.steps + 1
            from chain c
            join place_now p on p.place_code = c.parent_code
            where c.steps < {LONGEST_CHAIN}
        )
        select kind, arg_min(place_code, steps) from chain where steps > 0 group by kind
        """,  # noqa: S608
        [place_code],
    ).fetchall()
    return dict(rows)


def _climb_by_point(connection: duckdb.DuckDBPyConnection, smaller: list[str], kind: str) -> None:
    """Adds to `stands` the place of this kind for places of smaller kinds that have none yet, by the point inside them.

    A place of the larger kind that is smaller on the ground cannot hold it, and is left out.
    """
    missing = connection.execute(
        """select p.place_code, p.lon, p.lat from known_place p
        where p.kind in (select unnest($smaller))
        and p.place_code in (select place_code from stands)
        and p.place_code not in (select place_code from stands where kind = $kind)
        order by p.place_code""",
        {"smaller": smaller, "kind": kind},
    ).to_arrow_table()
    if not missing.num_rows:
        return
    lon, lat = (missing[name].to_numpy(zero_copy_only=False) for name in ("lon", "lat"))
    found = read_boundaries(connection, kind).find(lon, lat)
    rows = pa.table({"place_code": missing["place_code"], "stands_in": pa.array(found, pa.string())})
    connection.register("found_by_point", rows)
    try:
        connection.execute(
            """insert into stands by name
            select f.place_code, $kind as kind, f.stands_in
            from found_by_point f
            join known_place p using (place_code)
            join known_place larger on larger.place_code = f.stands_in
            where coalesce(larger.area_km2 >= p.area_km2, true)""",
            {"kind": kind},
        )
    finally:
        connection.unregister("found_by_point")
