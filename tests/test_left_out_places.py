"""A place of a boundary file that has no code is left out by name, and the others are added."""

from __future__ import annotations

import pytest
import shapely

from etl.loading import rebuild
from etl.places.boundaries import read_places
from etl.places.loading import add_places
from soundings.generations import open_current
from soundings.home import Home
from soundings.model import BadFile
from tests.test_boundaries import GRID, make_wards, rows_by_code, write_as, write_plain_geojson


@pytest.mark.parametrize(("form", "nothing"), [("geojson", None), ("gpkg", " "), ("zip", ""), ("parquet", None)])
def test_the_others_are_added_and_the_one_is_named(tmp_path, form, nothing):
    wards = make_wards(WD25CD=["X05000001", nothing, "X05000003"])
    read = read_places(write_as(wards, tmp_path, form), "ward", with_parents=False)
    assert set(rows_by_code(read)) == {"X05000001", "X05000003"}
    assert [(one.row_number, one.column, one.value) for one in read.left_out] == [(3, "WD25CD", None)]
    assert "Hill Top has no code" in read.left_out[0].reason
    assert any("1 of 3 places" in said and "Hill Top" in said and "WD25CD" in said for said in read.warnings)


def test_the_larger_place_is_whole_with_the_one_that_was_left_out(tmp_path):
    wards = make_wards(WD25CD=["X05000001", None, "X05000003"], population=["10", "20", "30"])
    rows = rows_by_code(read_places(write_as(wards, tmp_path, "gpkg"), "ward"))
    whole = rows_by_code(read_places(write_as(make_wards(), tmp_path, "parquet"), "ward"))
    assert rows["X07000001"]["population"] == 10 + 20
    assert shapely.from_wkb(rows["X07000001"]["geometry"]).equals(shapely.from_wkb(whole["X07000001"]["geometry"]))


def test_two_without_code_are_two_and_one_without_a_name_too_is_counted_by_its_place_in_the_file(tmp_path):
    shapes = [shapely.box(x, 53, x + 0.1, 53.1).__geo_interface__ for x in (-1, -0.9, -0.8, -0.7)]
    told = [{"code": "A", "name": "Elder"}, {"code": None, "name": None}, {"code": "", "name": "Rowan"}]
    told.append({"code": "D", "name": "Hazel"})
    read = read_places(write_plain_geojson(tmp_path / "w.geojson", list(zip(told, shapes, strict=True))), "ward")
    assert set(rows_by_code(read)) == {"A", "D"}
    assert [one.row_number for one in read.left_out] == [3, 4]
    assert any("were left out: place 2 in the file, Rowan" in said for said in read.warnings)


def test_where_most_have_no_code_the_column_is_asked_about(tmp_path):
    wards = make_wards(WD25CD=[None, " ", "X05000003"])
    with pytest.raises(BadFile, match=r"2 of 3 places .* have no code in WD25CD \(place 1, 2 in the file\).*--code"):
        read_places(write_as(wards, tmp_path, "parquet"), "ward")


def test_the_account_is_whole_and_the_store_can_be_made_again(tmp_path):
    home = Home(tmp_path / "home")
    path = write_as(make_wards(GRID, WD25CD=["X05000001", None, "X05000003"]), tmp_path, "gpkg")
    result = add_places(home, path, "ward")
    assert (result.rows_read, result.rows_accepted, result.rows_rejected) == (3, 2, 1)
    found = open_current(home).cursor().execute("select file, row_number, column_name, is_row_rejected from rejection")
    assert found.fetchall() == [("wards.gpkg", 3, "WD25CD", True)]
    assert "Hill Top" in open(result.rejected_file, encoding="utf-8-sig").read()
    assert rebuild(home).agrees
    assert open_current(home).cursor().execute("select count(*) from rejection").fetchone() == (1,)
