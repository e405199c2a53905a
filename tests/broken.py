"""Outlines of places broken in many ways, each with what is left of it when it is mended."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from etl.places.boundaries import PlacesRead, read_places

Ring = list[list[float]]


@dataclass(frozen=True)
class Broken:
    """A GeoJSON geometry with something wrong. `area`: in square degrees when mended, None where nothing of it can be used."""

    geometry: dict | None
    area: float | None


def star(corners: int, outer: float, inner: float) -> shapely.Polygon:
    angles = np.linspace(0, 2 * math.pi, 2 * corners, endpoint=False)
    radius = np.where(np.arange(2 * corners) % 2, inner, outer)
    return shapely.Polygon(np.column_stack([radius * np.cos(angles), radius * np.sin(angles)]))


def coast(corners: int, seed: int) -> shapely.Polygon:
    random = np.random.default_rng(seed)
    angles = np.linspace(0, 2 * math.pi, corners, endpoint=False)
    radius = 1 + random.uniform(-0.2, 0.2, corners)
    return shapely.Polygon(np.column_stack([radius * np.cos(angles), radius * np.sin(angles)]))


# Each has its middle inside it, at 0, 0, and is within 2 of it: (shape, size in degrees, lon, lat).
BASES = {
    "square": (shapely.box(-1, -1, 1, 1), 0.05, -1.5, 54.0),
    "triangle": (shapely.Polygon([(-1, -1), (1, -1), (0, 1.5)]), 0.02, 9.9, 53.5),
    "ell": (shapely.Polygon([(-1, -1), (1, -1), (1, 0.5), (0.5, 0.5), (0.5, 0.2), (-1, 0.2)]), 0.1, 2.3, 48.8),
    "star": (star(5, 1.5, 0.7), 0.03, -3.7, 40.4),
    "comb": (star(40, 1.2, 1.0), 0.2, 174.5, -41.3),
    "coast": (coast(200, 1), 0.4, -3.2, 55.9),
    "fine coast": (coast(1500, 2), 1.5, 24.9, 60.2),
    "strip": (shapely.box(-1.9, -0.1, 1.9, 0.1), 0.05, 4.9, 52.4),
    "hamlet": (coast(12, 3), 0.003, -6.3, 53.3),
    "country": (coast(60, 4), 4.0, 20.0, -30.0),
    "island": (star(8, 1.1, 0.9), 0.01, -70.6, -33.4),
}


def make_base(name: str) -> shapely.Polygon:
    shape, size, lon, lat = BASES[name]
    return shapely.transform(shape, lambda xy: xy * size + (lon, lat))


def ring_of(shape: shapely.Polygon) -> Ring:
    return [list(corner) for corner in shape.exterior.coords]


def polygon(*rings: Ring) -> dict:
    return {"type": "Polygon", "coordinates": list(rings)}


def around(shape: shapely.Polygon, size: float, east: float = 0.0, north: float = 0.0) -> shapely.Polygon:
    """A square of this size around the middle, all in parts of the outline's size."""
    x, y, unit = _middle(shape)
    return shapely.box(
        x + (east - size) * unit, y + (north - size) * unit, x + (east + size) * unit, y + (north + size) * unit
    )


def _middle(shape: shapely.Polygon) -> tuple[float, float, float]:
    """The middle, and half the shorter side."""
    name = next(name for name in BASES if make_base(name).equals(shape))
    return BASES[name][2], BASES[name][3], BASES[name][1]


def hole_without_area(base):
    x, y, unit = _middle(base)
    hole = [[x, y], [x + 0.05 * unit, y + 0.05 * unit], [x + 0.05 * unit + 1e-15, y + 0.05 * unit], [x, y]]
    return Broken(polygon(ring_of(base), hole), base.area)


def hole_outside(base):
    hole = around(base, 0.2, east=4.0)
    return Broken(polygon(ring_of(base), ring_of(hole)), base.area + hole.area)


def hole_as_large_as_the_outline(base):
    return Broken(polygon(ring_of(base), ring_of(base)), None)


def hole_along_the_edge(base):
    ring = ring_of(base)
    (x1, y1), (x2, y2) = ring[0], ring[1]
    x, y, _ = _middle(base)
    hole = [ring[0], ring[1], [(x1 + x2) / 2 + (x - x1) / 5, (y1 + y2) / 2 + (y - y1) / 5], ring[0]]
    return Broken(polygon(ring, hole), base.difference(shapely.Polygon(hole)).area)


def spike(base):
    ring, (x, y, unit) = ring_of(base), _middle(base)
    return Broken(polygon([ring[0], [x + 4 * unit, y + 4 * unit], *ring]), base.area)


def bow_tie(base):
    x, y, unit = _middle(base)
    ring = [[x, y], [x + unit, y + unit], [x + unit, y], [x, y + unit], [x, y]]
    return Broken(polygon(ring), unit**2 / 2)


def ring_of_two_points(base):
    x, y, unit = _middle(base)
    return Broken(polygon(ring_of(base), [[x, y], [x + 0.05 * unit, y]]), base.area)


def outline_of_two_points(base):
    return Broken(polygon(ring_of(base)[:2]), None)


def repeated_points(base):
    return Broken(polygon([corner for corner in ring_of(base) for _ in range(3)]), base.area)


def unclosed_ring(base):
    return Broken(polygon(ring_of(base)[:-1]), base.area)


def nested_shells(base):
    inner = around(base, 0.05)
    return Broken({"type": "MultiPolygon", "coordinates": [[ring_of(base)], [ring_of(inner)]]}, base.area)


def overlapping_parts(base):
    x, _, unit = _middle(base)
    moved = shapely.transform(base, lambda xy: xy + (0.3 * unit, 0))
    return Broken({"type": "MultiPolygon", "coordinates": [[ring_of(base)], [ring_of(moved)]]}, base.union(moved).area)


def not_a_number(base):
    ring = ring_of(base)
    ring[1][0] = float("nan")
    return Broken(polygon(ring), None)


def infinite(base):
    ring = ring_of(base)
    ring[1][1] = float("inf")
    return Broken(polygon(ring), None)


def empty(base):
    return Broken(polygon(), None)


def nothing(base):
    return Broken(None, None)


def collection(base):
    ring = ring_of(base)
    others = [{"type": "LineString", "coordinates": ring[:2]}, {"type": "Point", "coordinates": ring[0]}]
    return Broken({"type": "GeometryCollection", "geometries": [polygon(ring), *others]}, base.area)


def collection_in_a_collection(base):
    return Broken({"type": "GeometryCollection", "geometries": [collection(base).geometry]}, base.area)


def all_points_equal(base):
    return Broken(polygon([ring_of(base)[0]] * 5), None)


def nearly_equal_corners(base):
    ring = ring_of(base)
    close = [[x + dx, y] for x, y in ring[:-1] for dx in (0.0, 1e-14)]
    return Broken(polygon([*close, close[0]]), base.area)


def huge(base):
    ring = ring_of(base)
    ring[1] = [1e30, -1e30]
    return Broken(polygon(ring), None)


def heights(base):
    return Broken(polygon([[*corner, 12.5] for corner in ring_of(base)]), base.area)


def heights_and_measures(base):
    return Broken(polygon([[*corner, 12.5, 1.0] for corner in ring_of(base)]), base.area)


def over_the_meridian(base):
    x, _, unit = _middle(base)
    ring = [[180 + (lon - x) - (360 if lon > x else 0), lat] for lon, lat in ring_of(base)]
    return Broken(polygon(ring), base.area)


def past_the_meridian(base):
    x, *_ = _middle(base)
    return Broken(polygon([[180 + (lon - x), lat] for lon, lat in ring_of(base)]), base.area)


def self_touching(base):
    x, y, unit = _middle(base)
    ring = [[x, y], [x + unit, y], [x + unit, y + unit], [x, y], [x - unit, y + unit], [x - unit, y], [x, y]]
    return Broken(polygon(ring), unit**2)


def line(base):
    return Broken({"type": "LineString", "coordinates": ring_of(base)}, None)


def beyond_the_map(base):
    _, y, _ = _middle(base)
    return Broken(polygon([[lon, 89 + (lat - y) / 10] for lon, lat in ring_of(base)]), None)


BREAKAGES: dict[str, Callable[[shapely.Polygon], Broken]] = {
    one.__name__: one
    for one in (
        hole_without_area, hole_outside, hole_as_large_as_the_outline, hole_along_the_edge, spike, bow_tie,
        ring_of_two_points, outline_of_two_points, repeated_points, unclosed_ring, nested_shells, overlapping_parts,
        not_a_number, infinite, empty, nothing, collection, collection_in_a_collection, all_points_equal,
        nearly_equal_corners, huge, heights, heights_and_measures, over_the_meridian, past_the_meridian, self_touching,
        line, beyond_the_map,
    )
}  # fmt: skip
# Nothing is wrong with these, or they only carry more than is used: nothing need be said.
QUIET = ("repeated_points", "nearly_equal_corners", "heights", "heights_and_measures")


def write_wards(path: Path, base: str, geometry: dict | None) -> Path:
    """A GeoJSON of the broken ward B, and two good ones, G1 and G2, beside it."""
    _, size, lon, lat = BASES[base]
    good = [shapely.box(lon + k * size, lat - size, lon + (k + 1) * size, lat + size) for k in (5, 6)]
    shapes = [geometry, *(one.__geo_interface__ for one in good)]
    features = [
        {"type": "Feature", "properties": {"ward_code": code, "ward_name": f"Ward {code}"}, "geometry": shape}
        for code, shape in zip(("B", "G1", "G2"), shapes, strict=True)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def read_broken(folder: Path, base: str, broken: Broken) -> PlacesRead:
    return read_places(write_wards(folder / "wards.geojson", base, broken.geometry), "ward")
