"""Boundary files of every format become places; what cannot be understood is asked about."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from etl.locating.coordinates import bng_to_lonlat
from etl.places.boundaries import PLACE, read_places
from etl.places.figures import parse_count, parse_decile
from etl.places.parents import join_shapes
from soundings.model import BadFile

REAL = Path(os.environ.get("SOUNDINGS_REAL_DATA") or Path(__file__).parents[2] / "shared" / "data") / "places"
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="the folder of real data is absent (SOUNDINGS_REAL_DATA)")
# Two made-up wards side by side, and one in another district, in metres on the British National Grid.
GRID = [shapely.box(400_000, 300_000, 402_000, 301_000), shapely.box(402_000, 300_000, 404_000, 301_000)]
GRID.append(shapely.box(404_000, 300_000, 405_000, 301_000))


def make_wards(shapes=GRID, crs: str | None = "EPSG:27700", **columns) -> gpd.GeoDataFrame:
    told = {
        "WD25CD": ["X05000001", "X05000002", "X05000003"][: len(shapes)],
        "WD25NM": ["Quay & Mill", "Hill Top", "Far End"][: len(shapes)],
        "WD25NMW": ["Cei", " ", None][: len(shapes)],
        "LAD25CD": ["X07000001", "X07000001", "X07000002"][: len(shapes)],
        "LAD25NM": ["Lowmouth", "Lowmouth", "Highfell"][: len(shapes)],
    }
    return gpd.GeoDataFrame({**told, **columns}, geometry=list(shapes), crs=crs)


def write_as(frame: gpd.GeoDataFrame, folder: Path, form: str) -> Path:
    path = folder / f"wards.{form}"
    if form == "parquet":
        frame.to_parquet(path)
    elif form == "zip":
        frame.to_file(folder / "wards.shp", engine="pyogrio")
        with zipfile.ZipFile(path, "w") as archive:
            for part in folder.glob("wards.*"):
                if part != path:
                    archive.write(part, f"a folder/{part.name}")
    else:
        frame.to_file(path, driver={"geojson": "GeoJSON", "gpkg": "GPKG"}[form], engine="pyogrio")
    return path


def write_plain_geojson(path: Path, features: list[tuple[dict, dict | None]], **members) -> Path:
    listed = [{"type": "Feature", "properties": told, "geometry": shape} for told, shape in features]
    path.write_text(json.dumps({"type": "FeatureCollection", **members, "features": listed}), encoding="utf-8")
    return path


def rows_by_code(read) -> dict[str, dict]:
    return {row["place_code"]: row for row in read.table.to_pylist()}


@pytest.mark.parametrize("form", ["geojson", "gpkg", "zip", "parquet"])
def test_every_format_in_the_national_grid_gives_the_same_exact_lonlat(tmp_path, form):
    read = read_places(write_as(make_wards(), tmp_path, form), "ward")
    rows = rows_by_code(read)
    assert read.table.schema.equals(PLACE)
    assert set(rows) == {"X05000001", "X05000002", "X05000003", "X07000001", "X07000002"}
    shape = shapely.from_wkb(rows["X05000001"]["geometry"])
    lon, lat = bng_to_lonlat([400_000, 402_000, 402_000, 400_000], [300_000, 300_000, 301_000, 301_000])
    expected = {(round(x, 9), round(y, 9)) for x, y in zip(lon, lat, strict=True)}
    assert {(round(x, 9), round(y, 9)) for x, y in shapely.get_coordinates(shape)} == expected
    assert rows["X05000001"]["area_km2"] == pytest.approx(2.0, rel=0.002)
    assert shape.contains(shapely.Point(rows["X05000001"]["lon"], rows["X05000001"]["lat"]))
    assert rows["X05000001"]["vintage"] == "2025"
    assert (rows["X05000001"]["name_welsh"], rows["X05000002"]["name_welsh"]) == ("Cei", None)


def test_ostn15_test_point_is_met_to_a_centimetre():
    # Ordnance Survey's OSTN15 developer pack, point TP01 (St Mary's, Scilly).
    lon, lat = bng_to_lonlat([91492.146], [11318.804])
    assert lon[0] == pytest.approx(-6.29977752014, abs=1e-7)
    assert lat[0] == pytest.approx(49.92226393730, abs=1e-7)


def test_parents_are_joined_and_named(tmp_path):
    rows = rows_by_code(read_places(write_as(make_wards(), tmp_path, "gpkg"), "ward"))
    assert (rows["X07000001"]["kind"], rows["X07000001"]["name"]) == ("district", "Lowmouth")
    assert rows["X05000002"]["parent_code"] == "X07000001"
    union = shapely.union_all([shapely.from_wkb(rows[code]["geometry"]) for code in ("X05000001", "X05000002")])
    assert shapely.from_wkb(rows["X07000001"]["geometry"]).symmetric_difference(union).area < 1e-12
    without = read_places(write_as(make_wards(), tmp_path, "parquet"), "ward", with_parents=False)
    assert without.table.num_rows == 3


def test_wards_are_never_drawn_from_lsoas_that_only_fit_them_at_best(tmp_path):
    frame = make_wards().rename(
        columns={"WD25CD": "LSOA21CD", "WD25NM": "LSOA21NM", "LAD25CD": "WD24CD", "LAD25NM": "WD24NM"}
    )
    read = read_places(write_as(frame, tmp_path, "gpkg"), "lsoa")
    assert {row["kind"] for row in read.table.to_pylist()} == {"lsoa"}
    assert rows_by_code(read)["X05000001"]["parent_code"] == "X07000001"


def test_geojson_without_crs_is_lonlat_when_its_numbers_fit(tmp_path):
    path = write_plain_geojson(
        tmp_path / "a.geojson", [({"code": "A1", "name": "One"}, shapely.box(-1, 53, -0.9, 53.1).__geo_interface__)]
    )
    assert rows_by_code(read_places(path, "ward"))["A1"]["lat"] == pytest.approx(53.05)


def test_geojson_without_crs_is_asked_about_when_its_numbers_do_not_fit_and_crs_answers(tmp_path):
    told = {"WD25CD": "X05000001", "WD25NM": "One"}
    path = write_plain_geojson(tmp_path / "a.geojson", [(told, GRID[0].__geo_interface__)])
    with pytest.raises(BadFile, match=r"does not say which coordinate system.*--crs EPSG:27700"):
        read_places(path, "ward")
    assert rows_by_code(read_places(path, "ward", crs="EPSG:27700"))["X05000001"]["lon"] == pytest.approx(
        -1.985, abs=0.01
    )


def test_a_property_called_crs_is_not_the_files_crs(tmp_path):
    told = {"WD25CD": "X05000001", "WD25NM": "One", "crs": "EPSG:27700"}
    path = write_plain_geojson(tmp_path / "a.geojson", [(told, GRID[0].__geo_interface__)])
    with pytest.raises(BadFile, match="does not say"):
        read_places(path, "ward")


@pytest.mark.parametrize("form", ["gpkg", "zip", "parquet"])
def test_other_files_without_crs_are_refused_with_the_question(tmp_path, form):
    path = write_as(make_wards(crs=None), tmp_path, form)
    with pytest.raises(BadFile, match=r"British National Grid.*--crs EPSG:27700"):
        read_places(path, "ward")
    assert read_places(path, "ward", crs="27700").table.num_rows == 5


def test_other_coordinate_systems_are_converted(tmp_path):
    expected = rows_by_code(read_places(write_as(make_wards().to_crs(4326), tmp_path, "geojson"), "ward"))
    for crs in (3857, 32630, 4258):
        rows = rows_by_code(read_places(write_as(make_wards().to_crs(crs), tmp_path, "gpkg"), "ward"))
        assert rows["X05000001"]["lon"] == pytest.approx(expected["X05000001"]["lon"], abs=1e-5)
        (tmp_path / "wards.gpkg").unlink()


def test_swapped_coordinates_are_asked_about(tmp_path):
    swapped = shapely.box(53, -1.6, 53.1, -1.5)
    path = write_plain_geojson(tmp_path / "a.geojson", [({"code": "A1", "name": "One"}, swapped.__geo_interface__)])
    with pytest.raises(BadFile, match="look swapped"):
        read_places(path, "ward")
    assert read_places(path, "ward", crs="EPSG:4326").table.num_rows == 1


def test_a_wrong_crs_in_the_file_is_asked_about(tmp_path):
    path = write_as(make_wards(crs="EPSG:4326"), tmp_path, "parquet")
    with pytest.raises(BadFile, match="Which coordinate system"):
        read_places(path, "ward")


def test_invalid_boundaries_are_mended_and_said(tmp_path):
    bow = shapely.Polygon([(0, 50), (1, 51), (1, 50), (0, 51), (0, 50)])
    read = read_places(write_as(make_wards([bow], crs="EPSG:4326"), tmp_path, "parquet"), "ward", with_parents=False)
    assert shapely.from_wkb(read.table["geometry"][0].as_py()).is_valid
    assert any("mended: X05000001" in warning for warning in read.warnings)


def test_doubled_codes_and_missing_boundaries_are_named(tmp_path):
    twice = make_wards(WD25CD=["X05000001", "X05000002", "X05000002"])
    with pytest.raises(BadFile, match="more than once: X05000002"):
        read_places(write_as(twice, tmp_path, "parquet"), "ward")
    hollow = make_wards([GRID[0], None, shapely.Polygon()])
    read = read_places(write_as(hollow, tmp_path, "parquet"), "ward", with_parents=False)
    assert read.table["place_code"].to_pylist() == ["X05000001"]
    assert [one.row_number for one in read.left_out] == [3, 4]
    assert "each has no boundary: X05000002 (Hill Top), X05000003 (Far End)" in " ".join(read.warnings)
    points = make_wards([shape.centroid for shape in GRID])
    with pytest.raises(BadFile, match="not areas but points"):
        read_places(write_as(points, tmp_path, "parquet"), "ward")


def test_columns_that_cannot_be_told_are_asked_for_and_can_be_named(tmp_path):
    frame = make_wards().rename(columns={"WD25CD": "ident", "WD25NM": "called"})[["ident", "called", "geometry"]]
    path = write_as(frame, tmp_path, "gpkg")
    with pytest.raises(BadFile, match="--code"):
        read_places(path, "ward")
    with pytest.raises(BadFile, match="--name"):
        read_places(path, "ward", code="ident")
    with pytest.raises(BadFile, match="no column nonsense"):
        read_places(path, "ward", code="nonsense")
    rows = rows_by_code(read_places(path, "ward", code="ident", name="called", vintage="2031"))
    assert (rows["X05000001"]["name"], rows["X05000001"]["vintage"]) == ("Quay & Mill", "2031")


def test_generic_columns_and_figures_of_the_same_file_are_read(tmp_path):
    frame = gpd.GeoDataFrame(
        {
            "code": ["N1", "N2"],
            "name": ["Cove", "Dale"],
            "parent_code": ["W1", "W1"],
            "parent_name": ["Shore", "Shore"],
            "population": ["1,204", "900"],
            "population_date": ["mid-2030", "mid-2030"],
            "deprivation_decile": [2, 9],
        },
        geometry=GRID[:2],
        crs=27700,
    )
    rows = rows_by_code(read_places(write_as(frame, tmp_path, "gpkg"), "neighbourhood"))
    assert (rows["N1"]["population"], rows["N1"]["deprivation_decile"], rows["N1"]["population_date"]) == (
        1204,
        2.0,
        "mid-2030",
    )
    assert (rows["W1"]["kind"], rows["W1"]["population"], rows["W1"]["deprivation_decile"]) == ("ward", 2104, None)


def test_files_that_are_no_boundaries_are_refused_in_words(tmp_path):
    for name, content in (
        ("a.geojson", "{"),
        ("a.zip", "no zip"),
        ("a.parquet", "x"),
        ("a.csv", "a,b"),
        ("a.gpkg", "x"),
    ):
        path = tmp_path / name
        path.write_text(content)
        with pytest.raises(BadFile, match="a\\."):
            read_places(path, "ward")
    with pytest.raises(BadFile, match="There is no file"):
        read_places(tmp_path / "absent.geojson", "ward")
    with pytest.raises(BadFile, match="not a kind of place"):
        read_places(tmp_path / "a.geojson", "galaxy")


@pytest.mark.parametrize("content", ["", "{", "[1, 2]", '{"type": "Feature"'])
def test_a_boundary_file_with_nothing_usable_is_refused_without_a_machine_path_or_a_drivers_words(tmp_path, content):
    path = tmp_path / "wards.geojson"
    path.write_text(content)
    with pytest.raises(BadFile, match="wards.geojson") as refused:
        read_places(path, "ward")
    said = str(refused.value)
    assert str(tmp_path) not in said and "DRIVER" not in said and "again" in said


def test_a_folder_given_for_a_boundary_file_is_called_a_folder(tmp_path):
    with pytest.raises(BadFile, match="is a folder. Give the boundary file inside it"):
        read_places(tmp_path, "ward")


def test_nomis_takes_the_row_of_all_ages_and_reports_both_directions(tmp_path):
    figures = tmp_path / "population.csv"
    figures.write_text(
        "DATE_NAME,GEOGRAPHY_CODE,GENDER_NAME,C_AGE_NAME,OBS_VALUE,URN\n"
        "2030,X05000001,Total,All Ages,500,Nm-2014d1d1\n2030,X05000001,Total,Aged 0 to 15,100,Nm-2014d1d1\n"
        "2030,X05000001,Male,All Ages,240,Nm-2014d1d1\n2030,X05000009,Total,All Ages,7,Nm-2014d1d1\n"
    )
    read = read_places(write_as(make_wards(), tmp_path, "gpkg"), "ward", figures=[figures])
    rows = rows_by_code(read)
    assert (rows["X05000001"]["population"], rows["X05000001"]["population_date"]) == (500, "mid-2030")
    assert rows["X05000002"]["population"] is None
    assert rows["X07000001"]["population"] is None, "a total of some of its wards is not the district's population"
    told = " ".join(read.warnings)
    assert "1 of the 3 places" in told and "X05000002, X05000003" in told
    assert "1 of the 2 codes in population.csv" in told


def test_thousands_separators_bom_and_deciles_are_read(tmp_path):
    path = write_as(make_wards(), tmp_path, "gpkg")
    population, deprivation = tmp_path / "2030_population.csv", tmp_path / "UK_IMD.csv"
    population.write_text('\ufefflsoa,pop\nX05000001,"1,954"\nX05000002,about 50\n', encoding="utf-8")
    deprivation.write_text("nation,lsoa,UK_IMD_E_pop_decile\nX,X05000001,1\nX,X05000002,11\n")
    read = read_places(path, "ward", figures=[population, deprivation])
    rows = rows_by_code(read)
    assert (rows["X05000001"]["population"], rows["X05000001"]["population_date"]) == (1954, "2030")
    assert rows["X05000001"]["deprivation_decile"] == 1.0
    assert rows["X05000001"]["deprivation_source"] == "UK_IMD.csv, UK_IMD_E_pop_decile"
    assert rows["X05000002"]["population"] is None and rows["X05000002"]["deprivation_decile"] is None
    assert any("about 50" in warning for warning in read.warnings)


def test_a_lookup_gives_parents_and_figures_that_contradict_themselves_are_not_taken(tmp_path):
    frame = make_wards().rename(columns={"WD25CD": "LSOA21CD", "WD25NM": "LSOA21NM"})[
        ["LSOA21CD", "LSOA21NM", "geometry"]
    ]
    path, lookup, double = write_as(frame, tmp_path, "gpkg"), tmp_path / "lookup.csv", tmp_path / "double.csv"
    lookup.write_text(
        "\ufeffLSOA21CD,LSOA21NM,WD24CD,WD24NM,LAD24CD\nX05000001,a,X09000001,Ward,X1\n", encoding="utf-8"
    )
    assert rows_by_code(read_places(path, "lsoa", figures=[lookup]))["X05000001"]["parent_code"] == "X09000001"
    double.write_text("code,population\nX05000001,5\nX05000001,6\n")
    assert "two different values for X05000001" in read_places(path, "lsoa", figures=[double]).faults[0]
    double.write_text("code,colour\nX05000001,red\n")
    assert "no column of population" in read_places(path, "lsoa", figures=[double]).faults[0]


def test_numbers_in_figures_are_read_or_left_empty_never_bent():
    assert [parse_count(text) for text in ("1,954", " 12 ", "12.0", "1.5", "-3", "1,95", "")] == [
        1954,
        12,
        12,
        None,
        None,
        None,
        None,
    ]
    assert [parse_decile(text) for text in ("1", "10", "0", "11", "x")] == [1.0, 10.0, None, None, None]


def test_overlapping_shapes_are_joined_the_careful_way():
    shapes = np.array([shapely.box(0, 0, 2, 1), shapely.box(1, 0, 3, 1)], dtype=object)
    assert join_shapes(shapes).area == pytest.approx(3.0)


@needs_real
@pytest.mark.real_data
def test_leeds_wards_meet_their_population():
    read = read_places(
        REAL / "leeds_wards_2025.geojson",
        "ward",
        figures=[REAL / "lookups" / "leeds_ward_population_2022_nomis.csv"],
    )
    wards = [row for row in read.table.to_pylist() if row["kind"] == "ward"]
    leeds = rows_by_code(read)["E08000035"]
    assert len(wards) == 33 and all(row["population"] > 10_000 for row in wards)
    assert leeds["population"] == sum(row["population"] for row in wards)
    assert leeds["area_km2"] == pytest.approx(552, abs=2)
    assert not read.warnings


@needs_real
@pytest.mark.real_data
def test_all_uk_wards_become_wards_and_districts():
    read = read_places(REAL / "uk_wards_2025_simplified60m.parquet", "ward")
    kinds = read.table["kind"].to_pylist()
    assert (kinds.count("ward"), kinds.count("district")) == (8405, 361)
    shapes = shapely.from_wkb(read.table["geometry"].to_numpy(zero_copy_only=False))
    assert shapely.is_valid(shapes).all()
    inside = shapely.points(read.table["lon"].to_numpy(), read.table["lat"].to_numpy())
    assert shapely.contains(shapes, inside).all()


@needs_real
@pytest.mark.real_data
def test_leeds_lsoas_report_the_codes_of_another_year():
    lookups = REAL / "lookups"
    read = read_places(
        REAL / "lsoa21" / "E08000035.geojson",
        "lsoa",
        figures=[lookups / "LSOA21_WD24_LAD24_EW.csv", lookups / "2019_population.csv", lookups / "UK_IMD_E.csv"],
    )
    rows = read.table.to_pylist()
    assert len(rows) == 488 and all(row["parent_code"].startswith("E05") for row in rows)
    assert sum(row["population"] is not None for row in rows) == 473
    assert any("473 of the 488 places" in warning for warning in read.warnings)
