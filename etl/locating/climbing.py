"""Which larger places a loaded place stands in: by parent codes, and where these miss a kind by a point inside it.

The answers stand in the temporary table `stands` (place_code, kind, place_set, stands_in), with the place of every set of a larger
kind; `known_place` has the loaded places, each once in every set that has it.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from etl.locating.areas import read_boundaries
from soundings.model import PLACE_KINDS

LONGEST_CHAIN = 12


def read_layers(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """(kind, set) of the loaded places, smallest kind first, the newest set of each kind first."""
    layers = connection.execute(
        "select kind, place_set, min(rank) from known_place group by kind, place_set"
    ).fetchall()
    return [
        (kind, place_set)
        for kind, place_set, _ in sorted(
            layers, key=lambda one: (PLACE_KINDS.index(one[0]) if one[0] in PLACE_KINDS else 99, one[0], one[2])
        )
    ]


def climb(connection: duckdb.DuckDBPyConnection, codes: list[str]) -> None:
    """Fills `stands`: for each of these loaded places itself, in each set that has it, and the place of every larger kind it stands in."""
    climb_by_parent(connection, codes)
    for kind, place_set in read_layers(connection):
        if kind in PLACE_KINDS:
            _climb_by_point(connection, kind, place_set)


def climb_by_parent(connection: duckdb.DuckDBPyConnection, codes: list[str]) -> None:
    """Fills `stands` with what parent codes say."""
    connection.register("start_code", pa.table({"place_code": pa.array(codes, pa.string())}))
    try:
        connection.execute("delete from stands")
        connection.execute(
            f"""
            insert into stands
            with recursive chain (place_code, at_code, kind, place_set, parent_code, steps) as (
                select p.place_code, p.place_code, p.kind, p.place_set, p.parent_code, 0
                from known_place p
                semi join start_code using (place_code)
                union
                select c.place_code, p.place_code, p.kind, p.place_set, p.parent_code, c.steps + 1
                from chain c
                join known_place p on p.place_code = c.parent_code
                where c.steps < {LONGEST_CHAIN}
            )
            select place_code, kind, place_set, list(at_code order by steps, at_code)[1]
            from chain
            group by place_code, kind, place_set
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


def _climb_by_point(connection: duckdb.DuckDBPyConnection, kind: str, place_set: str) -> None:
    """Adds to `stands` the place of this kind and set for places of smaller kinds that have none yet, by the point inside them.

    A place of the larger kind that is smaller on the ground cannot hold it, and is left out.
    """
    missing = connection.execute(
        """select place_code, arg_min(lon, rank) as lon, arg_min(lat, rank) as lat from known_place
        where kind in (select unnest($smaller))
        and place_code in (select place_code from stands)
        and place_code not in (select place_code from stands where kind = $kind and place_set = $place_set)
        group by place_code
        order by place_code""",
        {"smaller": list(PLACE_KINDS[: PLACE_KINDS.index(kind)]), "kind": kind, "place_set": place_set},
    ).to_arrow_table()
    if not missing.num_rows:
        return
    lon, lat = (missing[name].to_numpy(zero_copy_only=False) for name in ("lon", "lat"))
    found = read_boundaries(connection, kind, place_set).find(lon, lat)
    rows = pa.table({"place_code": missing["place_code"], "stands_in": pa.array(found, pa.string())})
    connection.register("found_by_point", rows)
    try:
        connection.execute(
            """insert into stands by name
            select distinct f.place_code, $kind as kind, $place_set as place_set, f.stands_in
            from found_by_point f
            join (select place_code, arg_min(area_km2, rank) as area_km2 from known_place group by place_code) p using (place_code)
            join known_place larger on larger.place_code = f.stands_in and larger.place_set = $place_set
            where coalesce(larger.area_km2 >= p.area_km2, true)""",
            {"kind": kind, "place_set": place_set},
        )
    finally:
        connection.unregister("found_by_point")
