"""Properties that are objects are opened into columns, for boundaries and for records; an object is never a code or a name."""

from __future__ import annotations

import json

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from etl.places.boundaries import read_places
from etl.readers.reading import read_bytes, read_sheets
from soundings.model import BadFile
from tests.test_boundaries import rows_by_code, write_plain_geojson

CODES = [{"gss": "E05990001", "local": "00ZZAA"}, {"gss": "E05990002", "local": "00ZZAB"}]
NAMES = [{"en": "Quay", "cy": "Cei"}, {"en": "Mill", "cy": "Melin"}]
SHAPES = [shapely.box(-1.6, 54.9, -1.5, 55.0), shapely.box(-1.5, 54.9, -1.4, 55.0)]


def write_nested(folder, form: str):
    """Two places whose codes and names stand inside objects, in one of three formats."""
    path = folder / f"wards.{form}"
    if form == "geojson":
        told = [
            ({"codes": codes, "label": names}, shape.__geo_interface__)
            for codes, names, shape in zip(CODES, NAMES, SHAPES, strict=True)
        ]
        return write_plain_geojson(path, told)
    if form == "gpkg":
        texts = {"codes": list(map(json.dumps, CODES)), "label": list(map(json.dumps, NAMES))}
        gpd.GeoDataFrame(texts, geometry=SHAPES, crs=4326).to_file(path, driver="GPKG", engine="pyogrio")
        return path
    gpd.GeoDataFrame({"codes": CODES, "label": NAMES}, geometry=SHAPES, crs=4326).to_parquet(path)
    return path


@pytest.mark.parametrize("form", ["geojson", "gpkg", "parquet"])
def test_objects_are_opened_for_places(tmp_path, form):
    path = write_nested(tmp_path, form)
    rows = rows_by_code(read_places(path, "ward", code="codes/gss", name="label/en"))
    assert {code: row["name"] for code, row in rows.items()} == {"E05990001": "Quay", "E05990002": "Mill"}
    found = read_places(path, "ward", name="label/en")
    assert set(rows_by_code(found)) == {"E05990001", "E05990002"}
    for option, asked, inside in (("code", "codes", "codes/gss, codes/local"), ("name", "label", "label/en, label/cy")):
        with pytest.raises(
            BadFile, match=f"{asked} of wards.* holds columns of its own: {inside}.*--{option} {asked}/"
        ):
            read_places(path, "ward", **{"code": "codes/gss", "name": "label/en", option: asked})


@pytest.mark.parametrize("form", ["geojson", "gpkg", "parquet"])
def test_objects_are_opened_for_records(tmp_path, form):
    path = write_nested(tmp_path, form)
    for (sheet,) in (read_sheets(path), read_bytes(path.read_bytes(), path.name)):
        assert sheet.table.column_names == ["codes/gss", "codes/local", "label/en", "label/cy", "lon", "lat"]
        assert sorted(sheet.table["codes/gss"].to_pylist()) == ["E05990001", "E05990002"]


def test_objects_in_objects_lists_of_them_and_cells_that_are_no_objects(tmp_path):
    told = [
        {"a": {"b": {"c": 1}}, "tags": [{"t": "x"}, {"t": "y"}], "mixed": "plain", "numbers": [1, 2]},
        {"a": None, "tags": [], "mixed": {"inside": "z"}, "numbers": None},
    ]
    shapes = [shape.__geo_interface__ for shape in SHAPES]
    (sheet,) = read_sheets(write_plain_geojson(tmp_path / "a.geojson", list(zip(told, shapes, strict=True))))
    rows = sheet.table.drop_columns(["lon", "lat"]).to_pylist()
    assert rows[0]["a/b/c"] == "1" and rows[0]["tags/t"] == '["x", "y"]' and rows[0]["mixed"] == "plain"
    assert (rows[1]["a/b/c"], rows[1]["mixed"], rows[1]["mixed/inside"]) == (None, None, "z")


def test_a_struct_of_plain_parquet_is_opened_and_a_name_that_is_taken_gets_a_number(tmp_path):
    table = pa.table(
        {"where": [{"ward": "Quay"}, {"ward": None}], "where/ward": ["other", "more"], "day": ["2025-01-01"] * 2}
    )
    pq.write_table(table, tmp_path / "a.parquet")
    (sheet,) = read_sheets(tmp_path / "a.parquet")
    assert sheet.table.to_pylist()[0] == {"where/ward": "Quay", "where/ward (2)": "other", "day": "2025-01-01"}


def test_text_that_only_begins_like_an_object_stays_text(tmp_path):
    told = [({"code": "A", "name": "{not json"}, SHAPES[0].__geo_interface__)]
    rows = rows_by_code(read_places(write_plain_geojson(tmp_path / "a.geojson", told), "ward"))
    assert rows["A"]["name"] == "{not json"
