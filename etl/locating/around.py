"""The loaded place around a point, or around a smaller place."""

from __future__ import annotations

import duckdb
import numpy as np

from etl.locating.climbing import find_above
from soundings.model import PLACE_KINDS

SMALL_KINDS = ("ward", "neighbourhood", "msoa", "lsoa")  # as a form prefers them
# Degrees. Places whose middle is so near are asked first: reading every shape takes its time. Some wards and council areas
# reach further (Highland, North Yorkshire, Cornwall), so the others are asked too before a point is said to stand in none.
NEAR = 0.7


def find_around(connection: duckdb.DuckDBPyConnection, lon: float, lat: float, kinds: tuple[str, ...]) -> str | None:
    """The code of the place of the first of these kinds that a point stands in; None where it stands in none."""
    for kind in kinds:
        for is_near in (True, False):
            code = _find_around(connection, lon, lat, kind, is_near=is_near)
            if code is not None:
                return code
    return None


def _find_around(
    connection: duckdb.DuckDBPyConnection, lon: float, lat: float, kind: str, *, is_near: bool
) -> str | None:
    """The lowest code of this kind, of the newest set, that a point stands in or on the edge of; `is_near`: which places are asked."""
    import shapely

    from soundings.mending import read_shapes

    rows = connection.execute(
        """
        select p.place_code, p.geometry
        from place_in_set p
        join place_set_now s on s.kind = p.kind and s.place_set = p.place_set
        where p.kind = $kind and (abs(lon - $lon) < $near and abs(lat - $lat) < $near) = $is_near
        order by s.rank, p.place_code
        """,
        {"kind": kind, "lon": lon, "lat": lat, "near": NEAR, "is_near": is_near},
    ).fetchall()
    if not rows:
        return None
    shapes = read_shapes([wkb for _, wkb in rows])
    west, south, east, north = shapely.bounds(shapes).T
    boxed = np.flatnonzero((west <= lon) & (lon <= east) & (south <= lat) & (lat <= north))
    holding = boxed[shapely.intersects_xy(shapes[boxed], lon, lat)]
    return rows[holding[0]][0] if len(holding) else None


def widen(connection: duckdb.DuckDBPyConnection, place_code: str, kind: str) -> str | None:
    """The place itself where it is of this kind or a larger one, else the place of this kind around it (of a larger, where none).

    By parent codes, else by a point inside it. None where nothing large enough is loaded: never the closer place instead.
    """
    row = connection.execute("select kind, lon, lat from place_now where place_code = $1", [place_code]).fetchone()
    if row is None:
        return None
    wanted = PLACE_KINDS[PLACE_KINDS.index(kind) :]
    if row[0] in wanted:
        return place_code
    above = find_above(connection, place_code)
    for larger in wanted:
        code = above.get(larger) or find_around(connection, row[1], row[2], (larger,))
        if code is not None:
            return code
    return None
