"""Boundary files whose numbers do not say where they are: the systems that fit are named, swapped ones asked about."""

from __future__ import annotations

import json

import geopandas as gpd
import pytest
import shapely

from etl.places.boundaries import read_places
from etl.places.fitting import find_fitting
from etl.places.loading import add_places
from soundings.home import Home
from soundings.model import BadFile

KOLKATA, HAMBURG, LYON, UTRECHT, CORK, TROMSO = (
    (88.36, 22.57), (9.99, 53.55), (4.83, 45.76), (5.12, 52.09), (-8.47, 51.9), (18.96, 69.65),
)  # fmt: skip


def squares(lon: float, lat: float, count: int = 4, size: float = 0.02) -> list[shapely.Polygon]:
    return [shapely.box(lon + i * size, lat, lon + (i + 1) * size, lat + size) for i in range(count)]


def swap(shapes: list) -> list:
    return [shapely.transform(shape, lambda xy: xy[:, ::-1]) for shape in shapes]


def write(path, shapes: list, code: str = "ward_code", name: str = "ward_name"):
    features = [
        {"type": "Feature", "properties": {code: f"W{i}", name: f"Ward {i}"}, "geometry": shape.__geo_interface__}
        for i, shape in enumerate(shapes)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def in_system(shapes: list, epsg: int) -> list:
    return list(gpd.GeoSeries(shapes, crs=4326).to_crs(epsg))


def test_web_mercator_without_a_word_is_named(tmp_path):
    path = write(tmp_path / "wards.geojson", in_system(squares(-1.6, 54.97), 3857))
    with pytest.raises(BadFile, match=r"fit Web Mercator, which puts them around 54\.98 N, 1\.56 W.*--crs EPSG:3857"):
        read_places(path, "ward")
    read = read_places(path, "ward", crs="EPSG:3857")
    assert read.table["lat"][0].as_py() == pytest.approx(54.98, abs=0.001)


@pytest.mark.parametrize(
    ("epsg", "at"),
    [
        (27700, (-1.5, 53.8)),
        (2157, CORK),
        (29902, CORK),
        (25832, HAMBURG),
        (2154, LYON),
        (28992, UTRECHT),
        (25833, (13.4, 52.5)),
    ],
)
def test_a_national_system_is_among_those_named_and_the_way_on_works(tmp_path, epsg, at):
    path = write(tmp_path / "wards.geojson", in_system(squares(*at), epsg))
    with pytest.raises(BadFile, match=f"--crs EPSG:{epsg}") as asked:
        read_places(path, "ward")
    assert "does not say which coordinate system" in str(asked.value)
    read = read_places(path, "ward", crs=f"EPSG:{epsg}")
    assert read.table["lon"][0].as_py() == pytest.approx(at[0] + 0.01, abs=0.005)
    assert read.table["lat"][0].as_py() == pytest.approx(at[1] + 0.01, abs=0.005)


@pytest.mark.parametrize(
    ("epsg", "at", "column"),
    [
        (25832, HAMBURG, "stadtteil"),
        (2154, LYON, "code_insee"),
        (28992, UTRECHT, "BU_CODE"),
        (2157, CORK, "ED_ENGLISH"),
    ],
)
def test_the_files_own_columns_speak_for_a_system(tmp_path, epsg, at, column):
    path = write(tmp_path / "wards.geojson", in_system(squares(*at), epsg), code=column)
    with pytest.raises(BadFile, match=f"the column {column} speaks for it"):
        read_places(path, "ward", code=column)


@pytest.mark.parametrize(("epsg", "at"), [(25832, HAMBURG), (28992, UTRECHT), (3857, LYON), (27700, (-2.2, 53.5))])
def test_loaded_places_leave_only_the_system_that_puts_the_others_beside_them(tmp_path, epsg, at):
    home = Home(tmp_path / "home")
    add_places(home, write(tmp_path / "loaded.geojson", squares(*at)), "district")
    path = write(tmp_path / "wards.geojson", in_system(squares(*at), epsg))
    with pytest.raises(BadFile, match=rf"--crs EPSG:{epsg}\.$|EPSG:{epsg} .*where the loaded places are"):
        add_places(home, path, "ward")


def test_a_system_is_never_named_where_its_numbers_would_be_far_from_its_country():
    (x1, y1, x2, y2) = shapely.total_bounds(in_system(squares(*LYON), 2154))
    named = {one.epsg for one in find_fitting((x1, y1, x2, y2), None, [])}
    assert 2154 in named and not named & {27700, 28992, 25832, 4326}


@pytest.mark.parametrize("at", [KOLKATA, (100.5, 13.75), (139.7, 35.7), (-99.1, 19.4)])
def test_latitudes_that_no_map_can_draw_are_refused_and_swap_is_the_way_on(tmp_path, at):
    path = write(tmp_path / "wards.geojson", swap(squares(*at)))
    with pytest.raises(BadFile, match=r"look swapped .*as written its places are at latitude .*add --swap\."):
        read_places(path, "ward")
    with pytest.raises(BadFile, match="look swapped"):
        read_places(path, "ward", crs="EPSG:4326")
    read = read_places(path, "ward", swap=True)
    assert read.table["lon"][0].as_py() == pytest.approx(at[0] + 0.01)
    assert any("--swap" in said for said in read.warnings)


@pytest.mark.parametrize("at", [TROMSO, LYON, HAMBURG, (-58.4, -34.6)])
def test_a_layer_that_lies_with_the_loaded_places_only_when_swapped_is_asked_about(tmp_path, at):
    home = Home(tmp_path / "home")
    add_places(home, write(tmp_path / "loaded.geojson", squares(*at, size=0.1)), "district")
    path = write(tmp_path / "wards.geojson", swap(squares(*at)))
    with pytest.raises(BadFile, match=r"far from the places that are loaded; swapped they are around .* add --swap"):
        add_places(home, path, "ward")
    assert add_places(home, path, "ward", swap=True).rows_accepted == 4
    assert add_places(home, path, "ward", crs="EPSG:4326").rows_accepted == 4 if at == HAMBURG else True


@pytest.mark.parametrize("at", [TROMSO, LYON, KOLKATA])
def test_a_few_swapped_outlines_among_the_rest_are_asked_about_and_only_they_are_swapped(tmp_path, at):
    shapes = squares(*at, count=9)
    path = write(tmp_path / "wards.geojson", [*shapes[:7], *swap(shapes[7:])])
    with pytest.raises(BadFile, match=r"look swapped in 2 of 9 outlines .*\(place 8, 9 in the file\).*--swap"):
        read_places(path, "ward")
    read = read_places(path, "ward", swap=True)
    assert read.table["lon"].to_pylist() == pytest.approx([shape.centroid.x for shape in shapes])
    assert any("2 of 9 outlines" in said for said in read.warnings)


@pytest.mark.parametrize("size", [1e-9, 0.001, 0.3])
def test_a_whole_layer_at_0_0_is_refused(tmp_path, size):
    shapes = [shapely.box(i * size, 0, (i + 1) * size, size) for i in range(3)]
    path = write(tmp_path / "wards.geojson", shapes)
    with pytest.raises(BadFile, match="is at 0, 0, in the sea off West Africa"):
        read_places(path, "ward")
    assert read_places(path, "ward", crs="EPSG:4326").table.num_rows == 3


def test_places_beyond_the_map_that_are_not_swapped_are_refused(tmp_path):
    path = write(tmp_path / "wards.geojson", squares(120.0, 87.0))
    with pytest.raises(BadFile, match=r"beyond 85\.06 degrees of latitude, where no map can be drawn"):
        read_places(path, "ward")


@pytest.mark.parametrize(
    "at", [TROMSO, LYON, (-175.2, -21.1), (150.0, -33.0), (36.8, -1.3), (10.0, 53.0), (0.1, 51.4), (8.5, 0.3)]
)
def test_a_file_that_is_right_is_asked_nothing(tmp_path, at):
    home = Home(tmp_path / "home")
    assert add_places(home, write(tmp_path / "wards.geojson", squares(*at)), "ward").warnings == []
