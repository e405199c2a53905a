"""Two ways of saying where that both work and are of different places, further apart than the coarser of them can be off."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa

from etl.locating.climbing import climb
from soundings.model import LOCATED

EARTH_M = 6_371_000
# How far a way of saying where can be off. A unit postcode is the middle of about 15 addresses: streets in a town, farms in the
# country. Coordinates, and outlines drawn for maps of a country, are generalised by up to 200 m (ONS: ultra generalised 500 m).
COORDINATES_M, POSTCODE_M = 200, 1000


def find_contradictions(connection: duckdb.DuckDBPyConnection) -> None:
    """Sets `other_kind` in `chosen_way` to the kind of the first way that works and contradicts the one chosen."""
    codes = connection.execute("select distinct place_code from way_answer where place_code is not null").fetchall()
    climb(connection, sorted(code for (code,) in codes))
    pairs = connection.execute(
        f"""
        with place_of as (
            select w.batch_id, w.location_id, list(distinct s.stands_in) as codes
            from way_answer w
            join stands s using (place_code)
            group by all
            union all
            select batch_id, location_id, list(distinct stands_in) from stands_point group by all
        )
        select c.batch_id, c.head_id, o.position, f.kind, f.said, f.lon, f.lat, f.place_code,
            o.kind as other_kind, o.said as other_said, o.lon as other_lon, o.lat as other_lat, o.place_code as other_code
        from chosen_way c
        join way_answer f on f.batch_id = c.batch_id and f.location_id = c.location_id
        join way_answer o on o.batch_id = c.batch_id and o.head_id = c.head_id and o.position <> c.position
        left join place_of own on own.batch_id = f.batch_id and own.location_id = f.location_id
        left join place_of other on other.batch_id = o.batch_id and other.location_id = o.location_id
        where c.state = '{LOCATED}'
        and (c.batch_id, c.head_id) not in (select (batch_id, location_id) from todo where takes_first)
        and (o.state = '{LOCATED}' or o.kind in ('postcode', 'point'))
        and not coalesce(list_contains(other.codes, f.place_code), false)
        and not coalesce(list_contains(own.codes, o.place_code), false)
        and not coalesce(
            f.place_code is null and o.place_code is null and list_sort(own.codes) = list_sort(other.codes), false
        )
        order by c.batch_id, c.head_id, o.position
        """  # noqa: S608
    ).to_arrow_table()
    if not pairs.num_rows:
        return
    is_apart = _measure(connection, pairs)
    rows = pairs.filter(pa.array(is_apart)).select(["batch_id", "head_id", "position", "other_kind"])
    connection.register("apart_way", rows)
    try:
        connection.execute(
            """update chosen_way set other_kind = a.other_kind
            from (select batch_id, head_id, arg_min(other_kind, position) as other_kind from apart_way group by all) a
            where chosen_way.batch_id = a.batch_id and chosen_way.head_id = a.head_id"""
        )
    finally:
        connection.unregister("apart_way")


def _measure(connection: duckdb.DuckDBPyConnection, pairs: pa.Table) -> np.ndarray:
    """Whether the two ways of each pair are further apart than the coarser can be off. A way without a position contradicts none."""
    import shapely

    shapes = _read_shapes(connection, pairs)
    first, reach, is_point = _find_grounds(pairs, "", shapes)
    second, other_reach, is_other_point = _find_grounds(pairs, "other_", shapes)
    apart = np.zeros(pairs.num_rows, dtype=bool)
    known = np.flatnonzero(~shapely.is_missing(first) & ~shapely.is_missing(second))
    if len(known):
        distance = _distance_m(shapely.shortest_line(first[known], second[known]))
        apart[known] = distance > np.maximum(reach, other_reach)[known]
    # Two places that share ground hold one another's records only where one lies in the other: neighbours touch.
    both = np.flatnonzero(~is_point & ~is_other_point & ~shapely.is_missing(first) & ~shapely.is_missing(second))
    for at in both.tolist():
        apart[at] = not (
            first[at].contains(second[at].representative_point())
            or second[at].contains(first[at].representative_point())
        )
    return apart


def _find_grounds(pairs: pa.Table, prefix: str, shapes: dict) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(the outline or point of each way, None where it has none; how far it can be off in metres; whether it is a point)."""
    import shapely

    kinds, codes = (
        pairs[f"{prefix}{name}"].to_numpy(zero_copy_only=False) for name in ("kind", "code" if prefix else "place_code")
    )
    lon, lat = (pairs[f"{prefix}{name}"].to_numpy(zero_copy_only=False).astype(np.float64) for name in ("lon", "lat"))
    is_postcode = kinds == "postcode"
    if is_postcode.any():
        from etl.locating.postcodes import postcode_to_point  # imports pandas

        points = postcode_to_point(pairs[f"{prefix}said"].filter(pa.array(is_postcode)).to_pylist())
        lon[is_postcode], lat[is_postcode] = points.lon, points.lat
    is_point = np.isin(kinds.astype(str), ("postcode", "point"))
    grounds = np.full(len(kinds), None, dtype=object)
    has_point = is_point & np.isfinite(lon) & np.isfinite(lat)
    grounds[has_point] = shapely.points(lon[has_point], lat[has_point])
    grounds[~is_point] = [shapes.get(code) for code in codes[~is_point].tolist()]
    return grounds, np.where(is_postcode, POSTCODE_M, np.where(is_point, COORDINATES_M, 0)), is_point


def _read_shapes(connection: duckdb.DuckDBPyConnection, pairs: pa.Table) -> dict:
    """The outlines of the places that these ways name, by code."""
    import shapely

    codes = {code for name in ("place_code", "other_code") for code in pairs[name].unique().to_pylist()} - {None}
    rows = connection.execute(
        "select place_code, geometry from place_now where place_code in (select unnest($1))", [sorted(codes)]
    ).to_arrow_table()
    shapes = shapely.from_wkb(rows["geometry"].to_numpy(zero_copy_only=False))
    return dict(zip(rows["place_code"].to_pylist(), shapes, strict=True))


def _distance_m(lines: np.ndarray) -> np.ndarray:
    """The length in metres of each straight line between two points in degrees."""
    import shapely

    ends = shapely.get_coordinates(lines).reshape(-1, 2, 2)
    lon, lat = np.radians(ends[:, :, 0]), np.radians(ends[:, :, 1])
    half = (
        np.sin((lat[:, 1] - lat[:, 0]) / 2) ** 2
        + np.cos(lat[:, 0]) * np.cos(lat[:, 1]) * np.sin((lon[:, 1] - lon[:, 0]) / 2) ** 2
    )
    return 2 * EARTH_M * np.arcsin(np.sqrt(half))
