"""Points in shapes: the grid must answer exactly as trying every shape does."""

import os
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from etl.locating.containing import MANY_POINTS, find_containing
from etl.sorting import sort_stably

REAL = Path(os.environ.get("SOUNDINGS_REAL_DATA") or Path(__file__).parents[2] / "shared" / "data") / "places"
corners = st.integers(0, 40)


def try_each(shapes, lon, lat) -> list[int]:
    """The first shape that holds each point, found by asking every shape of itself, unprepared."""
    copies = shapely.from_wkb(shapely.to_wkb(shapes))
    found = []
    for x, y in zip(lon, lat, strict=True):
        holding = [
            at for at, shape in enumerate(copies) if np.isfinite([x, y]).all() and shape.intersects(shapely.Point(x, y))
        ]
        found.append(holding[0] if holding else -1)
    return found


@st.composite
def make_triangles(draw):
    """Triangles with corners on a lattice, so that many overlap, share edges and corners; some in two parts, one perhaps empty."""
    parts = draw(st.lists(st.tuples(*[st.tuples(corners, corners)] * 3), min_size=1, max_size=12))
    triangles = [shapely.Polygon(part) for part in parts]
    triangles = [one for one in triangles if one.is_valid and one.area] or [shapely.box(0, 0, 1, 1)]
    if len(triangles) > 2 and triangles[0].disjoint(triangles[1]):
        triangles = [shapely.MultiPolygon(triangles[:2]), *triangles[2:]]
    if draw(st.booleans()):
        triangles.insert(draw(st.integers(0, len(triangles))), shapely.Polygon())
    return np.array(triangles, dtype=object)


@settings(max_examples=150, deadline=None)
@given(
    make_triangles(),
    st.lists(
        st.tuples(
            st.one_of(corners.map(float), st.floats(-5, 45), st.just(np.nan), st.just(np.inf)),
            st.one_of(corners.map(float), st.floats(-5, 45), st.just(np.nan)),
        ),
        max_size=40,
    ),
)
@example(np.array([shapely.Polygon()], dtype=object), [(0.0, 0.0)])
@example(
    np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], dtype=object), [(1.0, 0.5), (0.0, 0.0), (2.0, 1.0)]
)
def test_points_in_shapes_agree_with_trying_each_shape(shapes, points):
    lon, lat = np.array([x for x, _ in points]), np.array([y for _, y in points])
    assert find_containing(shapes, lon, lat).tolist() == try_each(shapes, lon, lat)


def test_many_points_on_two_cores_agree_with_trying_each_shape():
    """Corners, edges and insides of neighbouring squares, and outside them, more often than one core is given."""
    squares = np.array([shapely.box(x, y, x + 1, y + 1) for y in range(4) for x in range(5)], dtype=object)
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(-0.5, 6, 0.5), np.arange(-0.5, 5, 0.5)))
    often = MANY_POINTS // len(x) + 1
    found = find_containing(squares, np.tile(x, often), np.tile(y, often)).reshape(often, -1)
    assert (found == np.array(try_each(squares, x, y))).all()


def test_shapes_that_all_overlap_are_asked_in_their_order():
    discs = shapely.buffer(shapely.points(np.zeros(300), np.zeros(300)), np.linspace(1, 2, 300))
    found = find_containing(discs, np.array([0.0, 1.5, -1.99, 3.0]), np.array([0.0, 0.0, 0.0, 0.0]))
    assert found.tolist() == try_each(discs, [0.0, 1.5, -1.99, 3.0], [0.0] * 4)


@pytest.mark.skipif(not REAL.is_dir(), reason="the folder of real data is absent (SOUNDINGS_REAL_DATA)")
@pytest.mark.real_data
def test_vertices_and_points_of_real_wards_agree_with_a_tree_of_shapes():
    import pyarrow.parquet as pq

    table = pq.read_table(REAL / "uk_wards_2025_simplified60m.parquet", columns=["geometry"])
    shapes = shapely.from_wkb(table["geometry"].to_numpy())
    chance = np.random.default_rng(3)
    on_edges = chance.choice(shapely.get_coordinates(shapes), 60_000)
    anywhere = np.column_stack([chance.uniform(-9, 2, 60_000), chance.uniform(49.5, 61, 60_000)])
    lon, lat = np.concatenate([on_edges, anywhere]).T.copy()
    point, shape = shapely.STRtree(shapes).query(shapely.points(lon, lat), predicate="intersects")
    first = np.full(len(lon), len(shapes))
    np.minimum.at(first, point, shape)
    assert (find_containing(shapes, lon, lat) == np.where(first < len(shapes), first, -1)).all()


@given(st.lists(st.one_of(st.integers(0, 5), st.integers(0, 2**50)), max_size=60))
def test_whole_numbers_are_sorted_as_numpy_sorts_them(keys):
    keys = np.array(keys, dtype=np.int64)
    assert sort_stably(keys).tolist() == np.argsort(keys, kind="stable").tolist()
