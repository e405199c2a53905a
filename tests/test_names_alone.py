"""Boundary files that give names or numbers alone: codes are made of them, and columns that are not known are proposed."""

from __future__ import annotations

import shlex
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from etl.cli import main
from etl.loading import load_file, rebuild
from etl.places.boundaries import read_places
from etl.places.loading import add_places
from etl.places.made_codes import make_code
from soundings.generations import open_current
from soundings.home import Home
from soundings.model import BadFile
from tests.making import write_rows
from tests.test_boundaries import rows_by_code, write_as


def make_squares(west: float = 10.0, **columns) -> gpd.GeoDataFrame:
    count = len(next(iter(columns.values())))
    shapes = [shapely.box(west + at / 10, 50, west + at / 10 + 0.1, 50.1) for at in range(count)]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=4326)


@pytest.mark.parametrize(
    ("form", "column", "kind"),
    [
        ("geojson", "name", "neighbourhood"),
        ("gpkg", "ward_name", "ward"),
        ("parquet", "BEZIRK", "district"),
        ("zip", "NOMBRE", "ward"),
    ],
)
def test_names_alone_are_taken_at_the_first_try(tmp_path, form, column, kind):
    path = write_as(make_squares(**{column: ["Old Quay", "Übersee & Mühle", "Île d'Or"]}), tmp_path, form)
    read = read_places(path, kind)
    expected = {
        f"{kind}-old-quay": "Old Quay",
        f"{kind}-ubersee-muhle": "Übersee & Mühle",
        f"{kind}-ile-d-or": "Île d'Or",
    }
    assert {code: row["name"] for code, row in rows_by_code(read).items()} == expected
    assert any(f"{kind}-old-quay (Old Quay)" in said and column in said for said in read.warnings)
    again = read_places(path, kind, code=column, name=column)
    assert again.table.equals(read.table)


@pytest.mark.parametrize("numbers", [[1, 2, 3], [1.0, 2.0, 3.0], ["01", "02", "03"]])
def test_a_number_alone_becomes_a_name_that_a_person_can_read(tmp_path, numbers):
    path = write_as(make_squares(ward=numbers), tmp_path, "gpkg")
    read = read_places(path, "ward")
    shown = [f"{number:g}" if isinstance(number, float | int) else number for number in numbers]
    assert {code: row["name"] for code, row in rows_by_code(read).items()} == {f"ward-{n}": f"Ward {n}" for n in shown}
    assert any("numbers alone" in said and f"Ward {shown[0]}" in said for said in read.warnings)


def test_a_number_beside_a_code_becomes_a_name_too_and_the_code_stays(tmp_path):
    path = write_as(make_squares(code=["K1", "K2"], name=[7, 8]), tmp_path, "geojson")
    assert {code: row["name"] for code, row in rows_by_code(read_places(path, "msoa")).items()} == {
        "K1": "MSOA 7",
        "K2": "MSOA 8",
    }


def test_codes_given_for_both_stay_as_they_are(tmp_path):
    path = write_as(make_squares(ref=["E05990001", "E05990002"], note=["a b", "c d"]), tmp_path, "geojson")
    read = read_places(path, "ward", code="ref", name="ref")
    assert {code: row["name"] for code, row in rows_by_code(read).items()} == {
        "E05990001": "E05990001",
        "E05990002": "E05990002",
    }


@pytest.mark.parametrize(
    ("columns", "code", "name"),
    [
        ({"ident": ["AB-1", "AB-2"], "called": ["Mill", "Quay"]}, "ident", "called"),
        ({"OBJECTID": [1, 2], "kod_teryt": ["0201", "0202"], "nazwa": ["Rybna", "Leśna"]}, "kod_teryt", "nazwa"),
        ({"nr": [11, 12], "my bezeichnung": ["Nord", "Süd"], "shape_area": [1.5, 2.5]}, "nr", "my bezeichnung"),
    ],
)
def test_columns_that_are_not_known_are_proposed_as_a_command_that_works(
    tmp_path, columns, code, name, capsys, monkeypatch
):
    path = write_as(make_squares(**columns), tmp_path, "gpkg")
    with pytest.raises(BadFile) as refused:
        read_places(path, "ward", vintage="2031")
    said = str(refused.value)
    command = said.split("run: ")[1].split(" . ")[0]
    assert f"--code {shlex.quote(code)} --name {shlex.quote(name)}" in command
    assert "--vintage 2031" in command
    monkeypatch.setenv("SOUNDINGS_HOME", str(tmp_path / "home"))
    assert main(shlex.split(command)[1:]) == 0
    assert "2 accepted" in capsys.readouterr().out
    assert f"--code {shlex.quote(name)} --name {shlex.quote(name)}" in said


def test_a_column_of_gss_codes_is_the_code_whatever_it_is_called(tmp_path):
    path = write_as(make_squares(ref=["E05990001", "E05990002"], name=["Mill", "Quay"]), tmp_path, "geojson")
    read = read_places(path, "ward")
    assert set(rows_by_code(read)) == {"E05990001", "E05990002"}
    assert any(said.startswith("ref was taken for the code") for said in read.warnings)


def test_places_of_the_same_name_are_told_apart_by_what_they_are_in_or_asked_about(tmp_path):
    towns = make_squares(name=["Mill", "Mill", "Quay"], parent_name=["Lowmouth", "Highfell", "Highfell"])
    codes = set(rows_by_code(read_places(write_as(towns, tmp_path, "geojson"), "ward")))
    assert codes == {"ward-lowmouth-mill", "ward-highfell-mill", "ward-quay"}
    with pytest.raises(BadFile, match=r"several of its places are called the same: Mill\..*--code"):
        read_places(write_as(make_squares(name=["Mill", "Mill", "Quay"]), tmp_path, "gpkg"), "ward")


def test_a_place_without_a_name_is_left_out(tmp_path):
    read = read_places(write_as(make_squares(name=["Mill", None, "Quay"]), tmp_path, "gpkg"), "ward")
    assert set(rows_by_code(read)) == {"ward-mill", "ward-quay"}
    assert [one.row_number for one in read.left_out] == [3]


def add(home: Home, folder: Path, west: float, **columns):
    folder.mkdir()
    return add_places(home, write_as(make_squares(west, **columns), folder, "geojson"), "ward")


def test_the_first_wards_of_two_towns_are_two_places_and_a_corrected_file_keeps_its_codes(tmp_path):
    home = Home(tmp_path / "home")
    add(home, tmp_path / "a", 10.0, ward=[1, 2])
    second = add(home, tmp_path / "b", 20.0, ward=[1, 2, 3])
    assert any("ward-1-2 (Ward 1), ward-2-2 (Ward 2)" in said for said in second.warnings)
    codes = "select distinct place_code from place order by place_code"
    expected = [("ward-1",), ("ward-1-2",), ("ward-2",), ("ward-2-2",), ("ward-3",)]
    assert open_current(home).cursor().execute(codes).fetchall() == expected
    assert rebuild(home).agrees
    assert open_current(home).cursor().execute(codes).fetchall() == expected


def test_records_find_a_place_by_its_name_and_by_its_made_code(tmp_path):
    home = Home(tmp_path / "home")
    add(home, tmp_path / "a", 10.0, name=["North Quarter", "South Quarter"])
    rows = [["2025-03-01", code, "Survey"] for code in ("ward-north-quarter", "WARD-SOUTH-QUARTER")]
    result = load_file(home, write_rows(tmp_path / "r.csv", rows), None)
    assert result.places["located"] == 2


def test_codes_keep_letters_of_every_alphabet():
    assert make_code("ward", "Ward 3") == "ward-3"
    assert make_code("ward", "Ώρα") == "ward-ωρα"
    assert make_code("ward", "СХІД-2") == "ward-схід-2"
    assert make_code("ward", "—") is None
