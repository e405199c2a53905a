"""Polygons of neighbouring places put on one integer grid, still valid and still sharing their edges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from soundings.mending import mend_outlines

# About this many grid steps across the longer side of the map: 11 m for the whole United Kingdom, half a metre for a city.
GRID_STEPS = 100_000
# Corners whose triangle is smaller than (this many steps) squared are left out; the eye cannot tell on a screen.
SIMPLIFY_STEPS = 6.0
# A place of more square steps than this is not lost by being small.
LARGEST_COLLAPSED = 100.0
# The bounds of a map on which nothing can be drawn.
NOWHERE = (-1.0, -1.0, 1.0, 1.0)
KEY_BITS = 31
KEY_OFFSET = 1 << 30


@dataclass(frozen=True)
class GridCoverage:
    """Places on the grid. `polygons[i]` has whole-number coordinates; (x, y) * step + origin gives (lon, lat).

    `bounds`: west, south, east and north of every outline that can be drawn.
    `collapsed`: places smaller than the grid, which have an empty polygon. `undrawable`: places of whose outline nothing can be
    drawn, which have an empty polygon too.
    `invalid_edges_before` counts polygons with an invalid coverage edge in what came in; `_after` in what goes out.
    """

    polygons: np.ndarray
    step: float
    origin: tuple[float, float]
    bounds: tuple[float, float, float, float]
    collapsed: tuple[int, ...]
    undrawable: tuple[int, ...]
    invalid_edges_before: int
    invalid_edges_after: int


def choose_step(bounds: tuple[float, float, float, float]) -> float:
    """The grid step in degrees for a map of these bounds: 1, 2 or 5 times a power of ten."""
    west, south, east, north = bounds
    raw = max(east - west, north - south, 1e-4) / GRID_STEPS
    power = 10.0 ** np.floor(np.log10(raw))
    return float(f"{min((1, 2, 5, 10), key=lambda m: abs(np.log(m * power / raw))) * power:.0e}")


def build_coverage(geometries: np.ndarray) -> GridCoverage:
    """These lon/lat outlines simplified and rounded together, so that neighbours keep the same vertices.

    The input need not be a perfect coverage: what overlaps stays overlapping, what leaves a gap leaves it. Nor need it be
    sound: each outline is mended first, and one of which nothing can be drawn has an empty polygon and stops no other.
    """
    came = geometries
    geometries = _empty_where_none(mend_outlines(came).shapes)
    try:
        before = _count_invalid_edges(_empty_where_none(np.asarray(came, dtype=object)))
    except shapely.GEOSException:
        before = _count_invalid_edges(geometries)
    bounds = tuple(float(b) for b in shapely.total_bounds(geometries))
    if not np.isfinite(bounds).all():
        undrawable = tuple(range(len(geometries)))
        return GridCoverage(geometries, choose_step(NOWHERE), NOWHERE[:2], NOWHERE, (), undrawable, 0, 0)
    step, origin = choose_step(bounds), (bounds[0], bounds[1])
    squeeze = float(np.cos(np.radians((bounds[1] + bounds[3]) / 2)))
    scaled = shapely.transform(geometries, lambda xy: (xy - origin) / step * (squeeze, 1.0))
    try:
        polygons = _round_together(scaled, squeeze, before)
    except shapely.GEOSException:
        polygons = _round_what_can_be(scaled, squeeze, before)
    polygons = shapely.orient_polygons(polygons)
    # What is wide enough for the grid and is gone all the same could not be put on it.
    is_lost = shapely.is_empty(geometries) | (shapely.is_empty(polygons) & (shapely.area(scaled) > LARGEST_COLLAPSED))
    collapsed = np.flatnonzero(shapely.is_empty(polygons) & ~is_lost).tolist()
    undrawable = np.flatnonzero(is_lost).tolist()
    after = _count_invalid_edges(polygons)
    return GridCoverage(polygons, step, origin, bounds, tuple(collapsed), tuple(undrawable), before, after)


def _empty_where_none(shapes: np.ndarray) -> np.ndarray:
    """Each shape, an empty one in the place of None."""
    return np.where(shapely.is_missing(shapes), shapely.MultiPolygon(), shapes)


def _round_together(scaled: np.ndarray, squeeze: float, before: int) -> np.ndarray:
    """The outlines simplified and on the grid, borders shared. Raises GEOSException where GEOS cannot do it for all at once."""
    scaled = shapely.transform(shapely.coverage_simplify(scaled, SIMPLIFY_STEPS), lambda xy: xy / (squeeze, 1.0))
    polygons = _round_each(scaled)
    if polygons is None or not _is_clean(polygons, before):
        polygons = _round_by_noding(scaled, _find_spoiled(scaled))
        if not (_is_clean(polygons, before) and _is_whole(polygons, scaled)):
            polygons = _round_by_noding(scaled, np.ones(len(scaled), dtype=bool))
    return polygons


def _round_what_can_be(scaled: np.ndarray, squeeze: float, before: int) -> np.ndarray:
    """The same, with those outlines rounded by themselves that GEOS cannot take, and all of them where it still cannot."""
    alone = np.array([_is_refused(one) for one in scaled])
    try:
        polygons = _round_together(np.where(alone, shapely.MultiPolygon(), scaled), squeeze, before)
    except shapely.GEOSException:
        alone[:] = True
        polygons = np.full(len(scaled), shapely.MultiPolygon(), dtype=object)
    for i in np.flatnonzero(alone):
        polygons[i] = _round_alone(scaled[i], squeeze)
    return polygons


def _is_refused(one: shapely.Geometry) -> bool:
    try:
        shapely.coverage_simplify(np.array([one], dtype=object), SIMPLIFY_STEPS)
    except shapely.GEOSException:
        return True
    return False


def _round_alone(one: shapely.Geometry, squeeze: float) -> shapely.Geometry:
    """One outline simplified and on the grid, its borders up to a step from its neighbours'; empty where GEOS cannot do it."""
    try:
        simple = shapely.simplify(one, SIMPLIFY_STEPS**0.5, preserve_topology=True)
        return shapely.set_precision(shapely.transform(simple, lambda xy: xy / (squeeze, 1.0)), 1.0)
    except shapely.GEOSException:
        return shapely.MultiPolygon()


def _count_invalid_edges(polygons: np.ndarray) -> int:
    return int((~shapely.is_empty(shapely.coverage_invalid_edges(polygons))).sum())


def _round_each(scaled: np.ndarray) -> np.ndarray | None:
    """Every vertex at its nearest grid point; None where a ring has fewer than three different points left."""
    try:
        return shapely.remove_repeated_points(shapely.transform(scaled, np.rint))
    except shapely.errors.GEOSException:
        return None


def _is_clean(polygons: np.ndarray, allowed_invalid_edges: int) -> bool:
    if not shapely.is_valid(polygons).all():
        return False
    return _count_invalid_edges(polygons) <= allowed_invalid_edges


def _is_whole(polygons: np.ndarray, scaled: np.ndarray) -> bool:
    """Whether no place gained or lost more than a grid step along its border."""
    return bool((np.abs(shapely.area(polygons) - shapely.area(scaled)) <= shapely.length(scaled) + 4).all())


def _find_spoiled(scaled: np.ndarray) -> np.ndarray:
    """True for each place whose outline rounding makes invalid, and for the places beside it."""
    spoiled = ~shapely.is_valid(shapely.transform(scaled, np.rint))
    spoiled[shapely.STRtree(scaled).query(scaled[spoiled], predicate="dwithin", distance=2.0)[1]] = True
    return spoiled


def _round_by_noding(scaled: np.ndarray, spoiled: np.ndarray) -> np.ndarray:
    """Polygons rebuilt from all their rounded edges, each edge once, those of spoiled places made to cross none.

    Rounding alone can fold a thin neck over itself. Noding edges together on the grid (snap rounding) and building the
    faces between all edges again gives polygons that are valid, and identical along a border, by construction.
    """
    spoiled_edges = _unique_edges(scaled[spoiled])
    whole_edges = _unique_edges(scaled[~spoiled])
    shared = np.isin(_edge_names(whole_edges), _edge_names(spoiled_edges))
    noded = shapely.get_parts(shapely.union_all(_draw_edges(spoiled_edges), grid_size=1.0))
    network = shapely.line_merge(shapely.multilinestrings(np.concatenate([noded, _draw_edges(whole_edges[~shared])])))
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(network)))
    inside, place = _faces_of_places(faces, scaled)
    order = np.argsort(place, kind="stable")
    inside, place = inside[order], place[order]
    polygons = np.full(len(scaled), shapely.MultiPolygon(), dtype=object)
    starts = np.flatnonzero(np.r_[True, place[1:] != place[:-1]]) if len(place) else []
    for start, members in zip(starts, np.split(inside, starts[1:]) if len(place) else [], strict=True):
        polygons[place[start]] = faces[members[0]] if len(members) == 1 else shapely.union_all(faces[members])
    return polygons


def _unique_edges(scaled: np.ndarray) -> np.ndarray:
    """The two vertex keys, smaller first, of each distinct edge between rounded vertices."""
    xy, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(scaled)), return_index=True)
    vertex = vertex_keys(np.rint(xy).astype(np.int64))
    a, b = vertex[:-1], vertex[1:]
    keep = (ring[1:] == ring[:-1]) & (a != b)
    return np.unique(np.stack([np.minimum(a, b)[keep], np.maximum(a, b)[keep]], axis=1), axis=0)


def _edge_names(edges: np.ndarray) -> np.ndarray:
    """Each edge as one value that can be looked up."""
    return np.ascontiguousarray(edges).view([("from", np.int64), ("to", np.int64)]).ravel()


def _draw_edges(edges: np.ndarray) -> np.ndarray:
    return shapely.linestrings(np.stack([key_vertices(edges[:, 0]), key_vertices(edges[:, 1])], axis=1).astype(float))


def _faces_of_places(faces: np.ndarray, scaled: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(face, place) pairs: a face belongs to every place that holds a point inside it.

    A sliver left by rounding may hold no place's point: it goes to the place beside it, if that is within a grid step.
    """
    tree = shapely.STRtree(scaled)
    points = shapely.point_on_surface(faces)
    face, place = tree.query(points, predicate="within")
    loose = np.setdiff1d(np.arange(len(faces)), face)
    slivers = loose[shapely.area(faces[loose]) < 2.0] if len(loose) else loose
    if len(slivers):
        near, distance = tree.query_nearest(points[slivers], max_distance=1.0, all_matches=False, return_distance=True)
        face, place = np.r_[face, slivers[near[0]]], np.r_[place, near[1]]
    return face, place


def vertex_keys(xy: np.ndarray) -> np.ndarray:
    """One whole number for each (x, y) of whole numbers; equal where the points are equal."""
    return ((xy[:, 0] + KEY_OFFSET) << KEY_BITS) + (xy[:, 1] + KEY_OFFSET)


def key_vertices(keys: np.ndarray) -> np.ndarray:
    """The (x, y) that `vertex_keys` made these keys from."""
    return np.stack([(keys >> KEY_BITS) - KEY_OFFSET, (keys & ((1 << KEY_BITS) - 1)) - KEY_OFFSET], axis=1)
