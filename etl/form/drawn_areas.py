"""An area as people drew it: a polygon of corners, and the loaded places that it reaches into."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import duckdb

from etl.locating.around import NEAR, SMALL_KINDS, find_around
from etl.parsing import Unreadable
from soundings.model import PLACE_KINDS

if TYPE_CHECKING:
    from shapely import Polygon

MOST_CORNERS = 200
DECIMALS = 5  # of a degree: about a metre
# A hand-drawn line strays: a place is named where this share of the area lies in it, or this share of it in the area.
SHARE_OF_AREA, SHARE_OF_PLACE = 0.05, 0.5
WHOLE = 0.999  # of the area: what is left over is rounding
MOST_PLACES = 40
EXPECTED = "Expected the corners of one area as well-known text, such as POLYGON ((-1.5 53.8, -1.4 53.8, -1.4 53.9, -1.5 53.8))."


def read_outline(text: str) -> Polygon:
    """The polygon of well-known text (OGC 06-103r4) in degrees, lon before lat. Raises Unreadable with what to do."""
    import shapely

    try:
        shape = shapely.from_wkt(text.strip())
    except (shapely.GEOSException, TypeError, ValueError):
        raise Unreadable(f"This is not an outline. {EXPECTED}") from None
    if shape is None or shape.geom_type != "Polygon" or shape.is_empty or len(shape.interiors):
        raise Unreadable(f"This is not the outline of one area without holes. {EXPECTED}")
    corners = shapely.get_coordinates(shape)
    if len(corners) - 1 > MOST_CORNERS:
        raise Unreadable(f"The outline has {len(corners) - 1:,} corners; at most {MOST_CORNERS} are kept.")
    if not all(abs(lon) <= 180 and abs(lat) <= 90 for lon, lat in corners):
        raise Unreadable("The outline is not in degrees of longitude and latitude.")
    return read_corners(corners[:-1].tolist())


def read_corners(corners: Sequence[Sequence[float]]) -> Polygon:
    """The polygon of these corners, (lon, lat) in degrees. Raises Unreadable where they enclose no one area."""
    import shapely

    told = [(round(float(lon), DECIMALS), round(float(lat), DECIMALS)) for lon, lat in corners]
    told = [one for one, before in zip(told, [None, *told], strict=False) if one != before]
    if len(told) < 3:
        raise Unreadable("An area needs at least three corners.")
    shape = shapely.Polygon(told)
    if not shape.is_valid or shape.area == 0:
        raise Unreadable("The lines of the area cross one another. Draw it again, going round it once.")
    return shape


def parse_drawn(text: str | None) -> list[tuple[float, float]]:
    """The corners that the map sends, as “lon lat, lon lat …”. Raises Unreadable where it is something else."""
    try:
        corners = [tuple(map(float, corner.split())) for corner in (text or "").split(",")]
    except ValueError:
        corners = []
    if len(corners) > MOST_CORNERS:
        raise Unreadable(f"The area has {len(corners):,} corners; at most {MOST_CORNERS} are kept.")
    if not all(
        len(one) == 2 and all(map(math.isfinite, one)) and abs(one[0]) <= 180 and abs(one[1]) <= 90 for one in corners
    ):
        raise Unreadable("The map sent something that is no area. Draw it again.")
    return corners


def parse_outline(text: str | None) -> str | None:
    """A cell of the template as it is kept; None where it is blank. Raises Unreadable."""
    return write_outline(read_outline(text)) if text and text.strip() else None


def write_outline(shape: Polygon) -> str:
    """The polygon as well-known text, five decimals of a degree."""
    import shapely

    return shapely.to_wkt(shape, rounding_precision=DECIMALS)


def list_corners(text: str | None) -> list[tuple[float, float]]:
    """The corners of a kept outline without the closing one; empty where there is none."""
    if not text:
        return []
    return [tuple(corner) for corner in read_outline(text).exterior.coords[:-1]]


def find_reached(connection: duckdb.DuckDBPyConnection, shape: Polygon) -> tuple[str, ...]:
    """The codes of the places of the smallest kind, of its newest set, that a form records which the area reaches into. Raises Unreadable where it can be none.

    Shares are of areas on the ground: within one council's width a degree has the same length everywhere.
    """
    asked = (*SMALL_KINDS, *PLACE_KINDS[PLACE_KINDS.index("district") :])
    layers = connection.execute(
        "select kind, place_set from place_set_now where kind in (select unnest($1)) order by list_position($1, kind), rank",
        [list(asked)],
    ).fetchall()
    for layer in layers:
        codes, covered = _find_reached(connection, shape, *layer, is_near=True)
        if covered < WHOLE:  # the sea, or a place so wide that its middle is far off
            codes = tuple(sorted((*codes, *_find_reached(connection, shape, *layer, is_near=False)[0])))
        if len(codes) > MOST_PLACES:
            raise Unreadable(
                f"The area reaches over {len(codes)} places. Search for the council area by its name instead."
            )
        if codes:
            return codes
    raise Unreadable("The area is in none of the places loaded here.")


def _find_reached(
    connection: duckdb.DuckDBPyConnection, shape: Polygon, kind: str, place_set: str, *, is_near: bool
) -> tuple[tuple[str, ...], float]:
    """(the places of one set that the area reaches into, the share of it that they hold), of those whose middle is near it or is not."""
    import numpy as np
    import shapely

    from soundings.mending import mend_outlines, read_shapes

    west, south, east, north = shape.bounds
    rows = connection.execute(
        """
        select place_code, geometry from place_in_set
        where kind = $kind and place_set = $place_set
        and (lon between $west - $near and $east + $near and lat between $south - $near and $north + $near) = $is_near
        order by place_code
        """,
        {
            "kind": kind,
            "place_set": place_set,
            "is_near": is_near,
            "west": west,
            "south": south,
            "east": east,
            "north": north,
            "near": NEAR,
        },  # fmt: skip
    ).fetchall()
    shapes = mend_outlines(read_shapes([wkb for _, wkb in rows])).shapes
    boxed = np.flatnonzero(shapely.intersects(shapely.box(*shapely.bounds(shapes).T), shape)) if rows else []
    if not len(boxed):
        return (), 0.0
    places = shapely.make_valid(shapes[boxed])
    shared = shapely.area(shapely.intersection(places, shape))
    is_reached = (shared >= SHARE_OF_AREA * shape.area) | (
        (shared > 0) & (shared >= SHARE_OF_PLACE * shapely.area(places))
    )
    return tuple(rows[at][0] for at in boxed[is_reached]), float(shared.sum()) / shape.area


def find_larger(connection: duckdb.DuckDBPyConnection, place_codes: Sequence[str]) -> str | None:
    """The smallest loaded place of a larger kind that holds all of these places; None where none does."""
    points = connection.execute(
        "select lon, lat from place_now where place_code in (select unnest($codes))", {"codes": list(place_codes)}
    ).fetchall()
    for kind in PLACE_KINDS[PLACE_KINDS.index("district") :]:
        around = {find_around(connection, lon, lat, (kind,)) for lon, lat in points}
        if len(around) == 1 and None not in around:
            return around.pop()
    return None
