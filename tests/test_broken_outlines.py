"""No outline stops a page: each is mended or left out by name, and every other place is drawn."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pandas as pd
import pytest
import shapely

from etl.places.loading import add_places
from etl.replay import map_places
from soundings.coverage import build_coverage
from soundings.generations import open_current
from soundings.geometry import ensure_geometry, prepare_geometry
from soundings.home import Home
from soundings.mending import mend_outlines
from soundings.model import BadFile
from soundings.places import read_neighbours
from tests.broken import BASES, BREAKAGES, QUIET, make_base, read_broken, write_wards

# Mending keeps the corners as they are: areas agree to a millionth.
TOLERANCE = 1e-6


def test_there_are_enough_breakages_and_outlines_to_break():
    assert len(BREAKAGES) >= 20 and len(BASES) >= 10 and len(BREAKAGES) * len(BASES) >= 200


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("breakage", BREAKAGES)
def test_a_broken_outline_is_mended_or_left_out_by_name_and_the_rest_is_drawn(tmp_path, breakage, base):
    broken = BREAKAGES[breakage](make_base(base))
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        read = read_broken(tmp_path, base, broken)
    rows = {row["place_code"]: row for row in read.table.to_pylist()}
    said = " ".join(read.warnings)
    assert rows.keys() - {"B"} == {"G1", "G2"}
    if broken.area is None:
        assert "B" not in rows
        assert "B (Ward B)" in said and "left out" in said
        assert len(read.left_out) == 1 and "B (Ward B)" in read.left_out[0].reason
    else:
        shape = shapely.from_wkb(rows["B"]["geometry"])
        assert shape.is_valid and shape.geom_type in ("Polygon", "MultiPolygon")
        assert shape.area == pytest.approx(broken.area, rel=TOLERANCE)
        assert (breakage in QUIET) or "B (Ward B)" in said
    prepared = prepare_geometry(read.table.select(["place_code", "name", "parent_code", "lon", "lat", "geometry"]))
    assert prepared.undrawable_codes == ()
    assert set(prepared.place_codes) == rows.keys()


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("breakage", BREAKAGES)
def test_a_home_that_holds_a_broken_outline_still_draws_the_others(breakage, base):
    shape = make_base(base)
    raw = _as_stored(BREAKAGES[breakage](shape).geometry)
    x, y, size = BASES[base][2], BASES[base][3], BASES[base][1]
    good = [shapely.box(x + k * size, y - size, x + (k + 1) * size, y + size) for k in (5, 6)]
    frame = pd.DataFrame(
        {
            "place_code": ["B", "G1", "G2"],
            "name": ["Broken", "Good", "Better"],
            "parent_code": None,
            "lon": [None, x + 5.5 * size, x + 6.5 * size],
            "lat": [None, y, y],
            "geometry": [raw, *(shapely.to_wkb(one) for one in good)],
        }
    )
    prepared = prepare_geometry(frame)
    assert prepared.place_codes == ("B", "G1", "G2")
    assert set(prepared.undrawable_codes) <= {"B"}
    if prepared.undrawable_codes:
        assert "Broken" in prepared.say_undrawable()
    coverage = build_coverage(shapely.from_wkb(frame["geometry"].to_numpy(), on_invalid="ignore"))
    areas = shapely.area(coverage.polygons[1:]) * coverage.step**2
    off = (
        shapely.length(good) * coverage.step * 2
    )  # a grid step along each border: the map is as wide as the world where B is far
    assert (np.abs(areas - shapely.area(good)) <= off + 0.001 * shapely.area(good)).all()


def _as_stored(geometry: dict | None) -> bytes | None:
    """The bytes that an earlier version may have stored; None for what GEOS cannot hold at all."""
    if geometry is None:
        return None
    try:
        with np.errstate(invalid="ignore"):
            return shapely.to_wkb(shapely.force_2d(shapely.geometry.shape(geometry)))
    except (shapely.GEOSException, ValueError, IndexError):
        return b"\x01\x03\x00"


def test_a_map_of_undrawable_places_alone_is_empty_and_says_so():
    frame = pd.DataFrame(
        {
            "place_code": ["A"],
            "name": ["Nowhere"],
            "parent_code": ["D"],
            "lon": [None],
            "lat": [None],
            "geometry": [b""],
        }
    )
    prepared = prepare_geometry(frame)
    assert prepared.undrawable_codes == ("A",)
    assert "Nowhere" in prepared.say_undrawable() and np.isfinite(prepared.bounds).all()


def test_many_random_outlines_are_mended_or_refused_without_an_exception():
    random = np.random.default_rng(5)
    made = []
    for _ in range(400):
        corners = random.integers(3, 12)
        xy = random.uniform(-1, 1, (corners, 2)) * 10.0 ** random.integers(-15, 2) + (1.0, 52.0)
        xy[random.integers(0, corners)] = xy[0]
        holes = [random.uniform(-1e-3, 1e-3, (4, 2)) * 10.0 ** random.integers(-15, 1) + (1.0, 52.0)]
        made.append(shapely.Polygon(xy, holes if random.random() < 0.5 else None))
    mended = mend_outlines(np.array(made))
    kept = np.array([shape for shape in mended.shapes if shape is not None])
    assert shapely.is_valid(kept).all() and (shapely.area(kept) > 0).all()
    assert all(
        (shape is None) == (fault is not None) for shape, fault in zip(mended.shapes, mended.faults, strict=True)
    )
    build_coverage(np.array(made))


@pytest.mark.parametrize("breakage", ["not_a_number", "hole_as_large_as_the_outline", "nothing"])
def test_what_is_left_out_is_counted_as_rejected_and_rebuilt_the_same(tmp_path, breakage):
    path = write_wards(tmp_path / "wards.geojson", "square", BREAKAGES[breakage](make_base("square")).geometry)
    result = add_places(Home(tmp_path / "home"), path, "ward")
    assert (result.rows_read, result.rows_accepted, result.rows_rejected) == (3, 2, 1)
    assert "B (Ward B)" in result.reasons[0].reason
    assert not [said for said in result.warnings if "Exception" in said]


@pytest.mark.parametrize("breakage", ["hole_without_area", "spike", "ring_of_two_points", "bow_tie"])
def test_adding_a_broken_file_ends_with_a_map_that_is_ready(tmp_path, breakage):
    home = Home(tmp_path / "home")
    path = write_wards(tmp_path / "wards.geojson", "coast", BREAKAGES[breakage](make_base("coast")).geometry)
    result = add_places(home, path, "ward")
    assert result.rows_accepted == 3
    prepared = ensure_geometry(home, open_current(home).cursor(), "ward")
    assert prepared.undrawable_codes == () and len(prepared.place_codes) == 3
    assert read_neighbours(open_current(home).cursor(), "G1") == ["G2"]


def test_a_file_without_one_outline_that_can_be_used_is_refused_in_a_sentence(tmp_path):
    features = [
        {"type": "Feature", "properties": {"ward_code": f"W{i}", "ward_name": f"Ward {i}"}, "geometry": None}
        for i in range(3)
    ]
    path = tmp_path / "wards.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    with pytest.raises(BadFile, match=r"No place in wards\.geojson has an outline that can be used.*W0 \(Ward 0\)"):
        add_places(Home(tmp_path / "home"), path, "ward")


def test_two_places_with_the_same_outline_are_kept_and_named(tmp_path):
    shape = shapely.box(9.0, 53.0, 9.1, 53.1).__geo_interface__
    features = [
        {"type": "Feature", "properties": {"ward_code": f"W{i}", "ward_name": f"Ward {i}"}, "geometry": shape}
        for i in range(2)
    ]
    path = tmp_path / "wards.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    result = add_places(Home(tmp_path / "home"), path, "ward")
    assert result.rows_accepted == 2
    assert any("the very same outline: W0 (Ward 0) and W1 (Ward 1)" in said for said in result.warnings)


def test_the_rejections_come_from_what_the_inbox_keeps(tmp_path):
    from etl.inbox import read_batches

    home = Home(tmp_path / "home")
    path = write_wards(tmp_path / "wards.geojson", "square", BREAKAGES["infinite"](make_base("square")).geometry)
    add_places(home, path, "ward")
    (batch,) = read_batches(home)
    mapped = map_places(batch.read_tables(), batch.read_manifest())
    assert mapped.rows_read == mapped.rows_accepted + mapped.rows_rejected == 3
