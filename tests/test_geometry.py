"""Outlines prepared for the browser stay valid, keep their shared borders and are named by their content."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import duckdb
import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely

from soundings.coverage import build_coverage, choose_step
from soundings.geometry import ensure_geometry, geometry_path, prepare_geometry
from soundings.home import Home
from soundings.model import SoundingsError
from soundings.topology import build_topology, decode_topology, encode_topology, ring_vertices

REAL_DATA = Path(os.environ.get("SOUNDINGS_REAL_DATA", Path(__file__).parent.parent.parent / "shared" / "data"))


def wavy_places(count: int = 4, size: float = 0.05, waves: int = 60) -> list[shapely.Polygon]:
    """A row of places whose common borders wind about, far more finely than the grid."""
    random = np.random.default_rng(7)
    heights = np.linspace(0, size, waves)
    borders = [
        np.stack([i * size + 0.006 * np.sin(heights * 400 + i) + random.normal(0, 1e-4, waves), heights + 53], axis=1)
        for i in range(count + 1)
    ]
    return [shapely.Polygon([*borders[i] - (1.5, 0), *borders[i + 1][::-1] - (1.5, 0)]).buffer(0) for i in range(count)]


def rows_of(polygons: list, **columns) -> pd.DataFrame:
    points = shapely.point_on_surface(np.array(polygons))
    count = len(polygons)
    return pd.DataFrame(
        {
            "place_code": [f"W{i:03d}" for i in range(count)],
            "name": [f"Place {i}" for i in range(count)],
            "parent_code": ["D1"] * count,
            "lon": shapely.get_x(points),
            "lat": shapely.get_y(points),
            "geometry": [shapely.to_wkb(polygon) for polygon in polygons],
        }
        | columns
    )


def read_payload(prepared) -> tuple[dict, np.ndarray]:
    """The payload's document, and its outlines put together again ring by ring on the integer grid."""
    document = json.loads(gzip.decompress(prepared.payload))
    topology = decode_topology(document)
    outlines = []
    for rings in topology.rings:
        parts: list[list] = []
        for ring in (ring_vertices(topology, ring) for ring in rings):
            if shapely.is_ccw(shapely.LinearRing(ring)):
                parts.append([ring, []])
            else:
                parts[-1][1].append(ring)
        outlines.append(shapely.MultiPolygon([shapely.Polygon(shell, holes) for shell, holes in parts]))
    return document, np.array(outlines, dtype=object)


def test_neighbours_keep_exactly_the_same_border():
    _, outlines = read_payload(prepare_geometry(rows_of(wavy_places())))
    assert shapely.is_valid(outlines).all()
    assert shapely.coverage_is_valid(outlines)
    assert shapely.area(shapely.union_all(outlines)) == pytest.approx(shapely.area(outlines).sum())


def test_outlines_stay_where_they_were():
    polygons = wavy_places()
    document, outlines = read_payload(prepare_geometry(rows_of(polygons)))
    for polygon, outline in zip(polygons, outlines, strict=True):
        back = shapely.transform(outline, lambda xy: xy * document["step"] + document["origin"])
        assert back.symmetric_difference(polygon).area < 0.01 * polygon.area


def test_a_border_is_stored_once():
    square = [shapely.box(i * 0.01, 0, (i + 1) * 0.01, 0.01) for i in range(2)]
    topology = build_topology(build_coverage(np.array(square)).polygons)
    assert len(topology.arcs) == 3
    used = [arc if arc >= 0 else ~arc for rings in topology.rings for ring in rings for arc in ring]
    assert sorted(np.bincount(used)) == [1, 1, 2]


def test_encoded_topology_is_read_back_as_it_was():
    topology = build_topology(build_coverage(np.array(wavy_places())).polygons)
    again = decode_topology(encode_topology(topology))
    assert again.rings == topology.rings
    assert all((one == other).all() for one, other in zip(again.arcs, topology.arcs, strict=True))


def test_a_hole_and_the_place_inside_it_share_their_border():
    outer = shapely.box(0, 0, 0.1, 0.1).difference(shapely.Point(0.05, 0.05).buffer(0.02))
    _, outlines = read_payload(prepare_geometry(rows_of([outer, shapely.Point(0.05, 0.05).buffer(0.02)])))
    assert shapely.coverage_is_valid(outlines)
    assert len(outlines[0].geoms[0].interiors) == 1


def test_a_neck_thinner_than_the_grid_does_not_make_an_outline_invalid():
    step = choose_step((0, 0, 1, 1))
    neck = shapely.Polygon(
        [(0, 0), (0.4, 0), (0.5, 0.3), (0.6, 0), (1, 0), (1, 1), (0.6, 1), (0.5, 0.3 + 0.2 * step), (0.4, 1), (0, 1)]
    )
    left = shapely.Polygon([(0.4, 0), (0.6, 0), (0.5, 0.3)])
    right = shapely.Polygon([(0.4, 1), (0.6, 1), (0.5, 0.3 + 0.2 * step)])
    coverage = build_coverage(np.array([neck, left, right]))
    assert shapely.is_valid(coverage.polygons).all()
    assert coverage.invalid_edges_after <= coverage.invalid_edges_before


def test_a_bow_tie_is_mended_and_overlapping_places_both_stay():
    bow_tie = shapely.Polygon([(0, 0), (0.1, 0.1), (0.1, 0), (0, 0.1)])
    overlapping = [shapely.box(0.2, 0, 0.4, 0.1), shapely.box(0.3, 0, 0.5, 0.1)]
    coverage = build_coverage(np.array([bow_tie, *overlapping]))
    assert shapely.is_valid(coverage.polygons).all()
    areas = shapely.area(coverage.polygons) * coverage.step**2
    assert areas == pytest.approx([0.005, 0.02, 0.02], rel=0.01)


def test_a_place_smaller_than_the_grid_is_named_as_collapsed():
    tiny = shapely.Point(0.5, 1.5).buffer(1e-7)
    prepared = prepare_geometry(rows_of([shapely.box(0, 0, 1, 1), tiny]))
    assert prepared.collapsed_codes == ("W001",)


def test_places_follow_their_codes_and_parents_follow_theirs():
    rows = rows_of(wavy_places(), parent_code=["D2", "D1", None, "D2"], parent_name=["Two", "One", None, "Two"])
    prepared = prepare_geometry(rows.sample(frac=1, random_state=1))
    document, _ = read_payload(prepared)
    assert prepared.place_codes == ("W000", "W001", "W002", "W003") == tuple(document["codes"])
    assert prepared.parent_codes == ("D1", "D2")
    assert document["parent_of"] == [1, 0, -1, 1]
    assert document["parents"]["names"] == ["One", "Two"]


def test_the_hash_follows_the_content_and_nothing_else():
    rows = rows_of(wavy_places())
    first = prepare_geometry(rows)
    assert prepare_geometry(rows.iloc[::-1]).hash == first.hash
    assert prepare_geometry(rows.iloc[::-1]).payload == first.payload
    assert prepare_geometry(rows.assign(name=["Place 0", "Other", "Place 2", "Place 3"])).hash != first.hash


def test_names_arrive_exactly_as_they_are():
    names = ["</script><script>alert(1)</script>", "`${alert(1)}`", "Ynys Môn", '"\\ \u2028']
    document, _ = read_payload(prepare_geometry(rows_of(wavy_places(), name=names)))
    assert document["names"] == names


def test_no_places_and_doubled_places_are_refused_in_a_sentence():
    with pytest.raises(SoundingsError, match="no places"):
        prepare_geometry(rows_of(wavy_places()).iloc[:0])
    with pytest.raises(SoundingsError, match="W000 stands twice"):
        prepare_geometry(rows_of(wavy_places(), place_code=["W000", "W000", "W001", "W002"]))


@pytest.fixture
def store(tmp_path):
    """A store with four wards in two districts, one of which a later batch redrew."""
    connection = duckdb.connect()
    connection.execute((Path(__file__).parent.parent / "soundings" / "schema.sql").read_text())
    for sequence, batch in enumerate(["later", "first"]):
        connection.execute(
            "insert into batch values (?, ?, ?, 'places', 's', 'f', 'x', false, now(), 'me', 1, 1, 0, null, null, '{}', null)",
            [batch, batch, 2 - sequence],
        )
    rows = rows_of(wavy_places(), parent_code=["D1", "D1", "D2", "D2"])
    for batch, frame in (("first", rows), ("later", rows.iloc[:1].assign(name="Redrawn"))):
        for row in frame.itertuples():
            connection.execute(
                "insert into place (batch_id, place_code, kind, name, parent_code, lon, lat, geometry) values (?, ?, 'ward', ?, ?, ?, ?, ?)",
                [batch, row.place_code, row.name, row.parent_code, row.lon, row.lat, row.geometry],
            )
    for code, parent in (("D1", "R"), ("D2", "R")):
        connection.execute(
            "insert into place (batch_id, place_code, kind, name, parent_code, lon, lat, geometry) values ('first', ?, 'district', ?, ?, -1.4, 53, ?)",
            [code, f"District {code}", parent, shapely.to_wkb(shapely.box(-1.6, 52.9, -1.2, 53.1))],
        )
    return Home(tmp_path), connection


def test_the_later_batch_gives_the_place(store):
    document, _ = read_payload(ensure_geometry(*store, "ward"))
    assert document["names"] == ["Redrawn", "Place 1", "Place 2", "Place 3"]
    assert document["parents"]["names"] == ["District D1", "District D2"]


def test_a_parent_at_any_height_limits_the_places(store):
    assert ensure_geometry(*store, "ward", "D2").place_codes == ("W002", "W003")
    assert len(ensure_geometry(*store, "ward", "R").place_codes) == 4
    with pytest.raises(SoundingsError, match="ward” are loaded inside D9"):
        ensure_geometry(*store, "ward", "D9")


def test_geometry_is_prepared_once_and_read_back_the_same(store):
    home, connection = store
    first = ensure_geometry(home, connection, "ward")
    path = geometry_path(home, first.hash)
    written = path.stat().st_mtime_ns
    assert ensure_geometry(home, connection, "ward") == first
    assert path.stat().st_mtime_ns == written
    assert not list(home.geometry.glob(".part-*"))
    connection.execute("update place set name = 'New name' where place_code = 'W001'")
    assert ensure_geometry(home, connection, "ward").hash != first.hash


def test_a_missing_payload_is_prepared_again(store):
    first = ensure_geometry(*store, "ward")
    geometry_path(store[0], first.hash).unlink()
    assert ensure_geometry(*store, "ward") == first
    assert geometry_path(store[0], first.hash).exists()


@pytest.mark.parametrize("name", ["../secrets", "a" * 19, "A" * 20, "..%2f", ""])
def test_only_a_hash_names_a_geometry(tmp_path, name):
    with pytest.raises(SoundingsError, match="twenty hexadecimal digits"):
        geometry_path(Home(tmp_path), name)


@pytest.mark.real_data
@pytest.mark.slow
def test_the_wards_of_the_united_kingdom_are_compact_valid_and_share_their_borders():
    path = REAL_DATA / "places" / "uk_wards_2025_simplified60m.parquet"
    if not path.exists():
        pytest.skip(f"the real wards are not at {path}")
    frame = geopandas.read_parquet(path)
    points = shapely.point_on_surface(frame.geometry.to_numpy())
    rows = pd.DataFrame({"place_code": frame.WD25CD, "name": frame.WD25NM, "parent_code": frame.LAD25CD}).assign(
        lon=shapely.get_x(points), lat=shapely.get_y(points), geometry=frame.geometry.to_wkb()
    )
    prepared = prepare_geometry(rows)
    assert len(prepared.payload) < 2.5e6
    assert prepared.invalid_edges_after <= prepared.invalid_edges_before
    assert prepared.collapsed_codes == ()
    _, outlines = read_payload(prepared)
    assert shapely.is_valid(outlines).all()
    assert int((~shapely.is_empty(shapely.coverage_invalid_edges(outlines))).sum()) <= prepared.invalid_edges_before
