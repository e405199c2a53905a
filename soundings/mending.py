"""Outlines of places made fit to be measured, asked and drawn: what was wrong with each, and what is left of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

# Twice the area divided by the length round it: the width of a strip, in degrees. Less is what rounding leaves of a line:
# coordinates near 180 are stored in steps of 3e-14.
NARROWEST = 1e-12
POLYGON, MULTIPOLYGON = 3, 6
# Web Mercator, in which every map of the web is drawn, ends here: https://epsg.io/3857.
LARGEST_LAT = 85.06
LARGEST_LON = 180.0001

# What was put right.
CROSSED = "crossed or touched themselves and were mended"
HOLE = "had a hole without area, which was left out"
OUTSIDE = "had a hole outside their outline, which was taken for a part of its own"
PART = "had a part without area, which was left out"
BESIDE = "had points or lines beside polygons; the polygons were kept, the points and lines left out"
CUT = "cross the 180th meridian and were cut in two there"
# Why nothing is left of an outline.
NO_OUTLINE = "has no boundary"
NOT_AN_AREA = "is a point or a line and not an area"
NO_AREA = "has an outline that encloses no area"
NOT_A_NUMBER = "has a corner that is not a number"
OUT_OF_RANGE = (
    "has a corner that is no longitude and latitude (beyond 180 degrees east or west, or 85.06 north or south)"
)


@dataclass(frozen=True)
class Mended:
    """Outlines in the order they came, lon, lat. `shapes[i]` is a valid polygon or multipolygon with an area, or None.

    `repairs[i]`: what was put right (CROSSED, HOLE, …), in the order it was done; `faults[i]`: why there is no shape, or None.
    """

    shapes: np.ndarray
    repairs: list[tuple[str, ...]]
    faults: list[str | None]


def read_shapes(wkb: Sequence[bytes | None]) -> np.ndarray:
    """The shapes of these bytes (WKB); None where they are none."""
    told = np.array([None if one is None else bytes(one) for one in wkb], dtype=object)
    with np.errstate(invalid="ignore"):  # GEOS looks at a corner that is not a number
        return np.atleast_1d(shapely.from_wkb(told, on_invalid="ignore"))


def mend_outlines(shapes: np.ndarray) -> Mended:
    """These outlines mended one by one; those with nothing wrong, nearly all of them, are the very objects that came in."""
    shapes = np.array(shapes, dtype=object)
    repairs: list[tuple[str, ...]] = [()] * len(shapes)
    faults: list[str | None] = [None] * len(shapes)
    for i in np.flatnonzero(~_is_sound(shapes)):
        shapes[i], repairs[i], faults[i] = mend_outline(shapes[i])
    return Mended(shapes, repairs, faults)


def mend_outline(shape: shapely.Geometry | None) -> tuple[shapely.Geometry | None, tuple[str, ...], str | None]:
    """(shape or None, what was put right, why there is none or None). No outline raises an exception."""
    if shape is None or shape.is_empty:
        return None, (), NO_OUTLINE
    shape = shapely.force_2d(shape)
    corners = shapely.get_coordinates(shape)
    if not np.isfinite(corners).all():
        return None, (), NOT_A_NUMBER
    repairs = []
    parts = _list_polygons(shape)
    if not parts:
        return None, (), NOT_AN_AREA
    if len(parts) != len(_list_parts(shape)):
        repairs.append(BESIDE)
    if np.abs(corners[:, 1]).max() > LARGEST_LAT or np.abs(corners[:, 0]).max() > 2 * LARGEST_LON:
        return None, (), OUT_OF_RANGE
    if _is_over_the_meridian(parts):
        parts = _cut_at_the_meridian(parts)
        repairs.append(CUT)
    elif np.abs(corners[:, 0]).max() > LARGEST_LON:
        return None, (), OUT_OF_RANGE
    wide = [part for part in parts if _is_wide(shapely.Polygon(part.exterior))]
    if not wide:
        return None, (), NO_AREA
    if len(wide) < len(parts):
        repairs.append(PART)
    whole = [_drop_holes(part) for part in wide]
    if any(len(new.interiors) < len(old.interiors) for new, old in zip(whole, wide, strict=True)):
        repairs.append(HOLE)
    try:
        made, is_mended = _make_valid(whole)
    except shapely.GEOSException:
        return None, (), NO_AREA
    if made is None:
        return None, (), NO_AREA
    if is_mended:
        repairs.append(OUTSIDE if any(_has_hole_outside(part) for part in whole) else CROSSED)
    return made, tuple(repairs), None


def _is_sound(shapes: np.ndarray) -> np.ndarray:
    """True where nothing at all is wrong with an outline."""
    kinds = shapely.get_type_id(shapes)
    sound = np.isin(kinds, (POLYGON, MULTIPOLYGON)) & ~shapely.is_empty(shapes) & ~shapely.has_z(shapes)
    bounds = shapely.bounds(shapes)
    with np.errstate(invalid="ignore"):
        sound &= (np.abs(bounds[:, [0, 2]]) <= LARGEST_LON).all(axis=1) & (bounds[:, 2] - bounds[:, 0] <= 180)
        sound &= (np.abs(bounds[:, [1, 3]]) <= LARGEST_LAT).all(axis=1)
    sound[sound] = shapely.is_valid(shapes[sound])
    parts, place = shapely.get_parts(shapes[sound], return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    narrow = ~_are_wide(shapely.polygons(rings)) if len(rings) else np.zeros(0, dtype=bool)
    sound[np.flatnonzero(sound)[np.unique(place[part[narrow]])]] = False
    return sound


def _list_parts(shape: shapely.Geometry) -> list[shapely.Geometry]:
    """Every piece of a geometry, of collections within collections too, without empty ones."""
    if hasattr(shape, "geoms"):
        return [part for one in shape.geoms for part in _list_parts(one)]
    return [] if shape.is_empty else [shape]


def _list_polygons(shape: shapely.Geometry) -> list[shapely.Polygon]:
    return [part for part in _list_parts(shape) if part.geom_type == "Polygon"]


def _are_wide(rings: np.ndarray) -> np.ndarray:
    """True where a ring, as a polygon, has an area; a ring that crosses itself is asked by its extent."""
    length = shapely.length(rings)
    # Mending makes a repeated or crossing ring simple; the sum of its loops may be 0 although each has an area.
    bounds = shapely.bounds(rings)
    box = (bounds[:, 2] - bounds[:, 0]) * (bounds[:, 3] - bounds[:, 1])
    area = np.where(shapely.is_valid(rings), shapely.area(rings), box)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.nan_to_num(2 * area / length) > NARROWEST


def _is_wide(polygon: shapely.Polygon) -> bool:
    return bool(_are_wide(np.array([polygon], dtype=object))[0])


def _drop_holes(polygon: shapely.Polygon) -> shapely.Polygon:
    """The polygon without the holes that have no area."""
    holes = [hole for hole in polygon.interiors if _is_wide(shapely.Polygon(hole))]
    return polygon if len(holes) == len(polygon.interiors) else shapely.Polygon(polygon.exterior, holes)


def _has_hole_outside(polygon: shapely.Polygon) -> bool:
    """Whether a ring that is written as a hole is an area apart, as islands are in files whose rings were mixed up."""
    shell = shapely.Polygon(polygon.exterior)
    return shell.is_valid and any(not shell.intersects(hole) for hole in polygon.interiors)


def _make_valid(parts: list[shapely.Polygon]) -> tuple[shapely.Geometry | None, bool]:
    """The parts as one valid geometry, and whether they had to be mended; None where no area is left."""
    shape = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
    if shape.is_valid:
        return shape, False
    made = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    # Mending cuts an outline where it crosses itself, which may leave slivers that no map can draw.
    left = [_drop_holes(part) for part in _list_polygons(made) if _is_wide(shapely.Polygon(part.exterior))]
    if not left:
        return None, True
    return (left[0] if len(left) == 1 else shapely.MultiPolygon(left)), True


def _is_over_the_meridian(parts: list[shapely.Polygon]) -> bool:
    """Whether an outline runs over the 180th meridian: beyond 180 degrees, or from one side of the world to the other in one step."""
    lon = np.concatenate([shapely.get_coordinates(part)[:, 0] for part in parts])
    if np.abs(lon).max() > LARGEST_LON:
        return bool(lon.max() <= 360 and lon.min() > 0) or bool(lon.min() >= -360 and lon.max() < 0)
    return any(_leaps(ring) for part in parts for ring in (part.exterior, *part.interiors))


def _leaps(ring: shapely.LinearRing) -> bool:
    lon = shapely.get_coordinates(ring)[:, 0]
    return bool((np.abs(np.diff(lon)) > 180).any())


def _cut_at_the_meridian(parts: list[shapely.Polygon]) -> list[shapely.Polygon]:
    """The parts with longitudes from 0 to 360, cut at 180, and what lies beyond it moved to the west (RFC 7946, 3.1.9)."""
    cut = []
    for part in parts:
        if not (_leaps(part.exterior) or np.abs(shapely.get_coordinates(part)[:, 0]).max() > 180):
            cut.append(part)
            continue
        turned = shapely.transform(part, lambda xy: np.column_stack([xy[:, 0] % 360, xy[:, 1]]))
        turned = shapely.make_valid(turned, method="structure", keep_collapsed=False)
        east = shapely.intersection(turned, shapely.box(0, -90, 180, 90))
        west = shapely.intersection(turned, shapely.box(180, -90, 360, 90))
        west = shapely.transform(west, lambda xy: xy - (360, 0))
        cut += [piece for side in (east, west) for piece in _list_polygons(side)]
    return cut
