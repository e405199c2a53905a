"""The loaded place around a point, or around a smaller place."""

from __future__ import annotations

import duckdb
import numpy as np

from soundings.model import PLACE_KINDS

SMALL_KINDS = ("ward", "neighbourhood", "msoa", "lsoa")  # as a form prefers them
NEAR = 0.7  # degrees: no ward or council area is larger


def find_around(connection: duckdb.DuckDBPyConnection, lon: float, lat: float, kinds: tuple[str, ...]) -> str | None:
    """The code of the place of the first of these kinds that a point stands in; None where it stands in none."""
    import shapely

    from etl.locating.containing import find_containing

    for kind in kinds:
        rows = connection.execute(
            """
            select place_code, geometry from place_now
            where kind = $kind and abs(lon - $lon) < $near and abs(lat - $lat) < $near
            order by place_code
            """,
            {"kind": kind, "lon": lon, "lat": lat, "near": NEAR},
        ).fetchall()
        if rows:
            shapes = np.array(shapely.from_wkb([bytes(wkb) for _, wkb in rows]), dtype=object)
            found = find_containing(shapes, np.array([lon]), np.array([lat]))[0]
            if found >= 0:
                return rows[found][0]
    return None


def widen(connection: duckdb.DuckDBPyConnection, place_code: str, kind: str) -> str:
    """The place itself where it is of this kind or a larger one, else the place of this kind around it (of a larger, where none)."""
    row = connection.execute("select kind, lon, lat from place_now where place_code = $1", [place_code]).fetchone()
    if row is None or (row[0] in PLACE_KINDS and PLACE_KINDS.index(row[0]) >= PLACE_KINDS.index(kind)):
        return place_code
    return find_around(connection, row[1], row[2], PLACE_KINDS[PLACE_KINDS.index(kind) :]) or place_code
