"""KML, KMZ and FlatGeobuf hold boundaries; a file of another format is named, with the way on."""

from __future__ import annotations

import zipfile

import pyogrio
import pytest
import shapely

from etl.places.boundaries import read_places
from soundings.model import BadFile
from tests.test_boundaries import make_wards, rows_by_code, write_as

WARDS = make_wards().to_crs(4326)


def write_form(folder, form: str, frame=WARDS):
    path = folder / f"wards.{form}"
    if form == "kmz":
        made = write_form(folder, "kml", frame)
        with zipfile.ZipFile(path, "w") as archive:
            archive.write(made, "doc.kml")
            archive.writestr("files/icon.png", b"\x89PNG made up")
        return path
    pyogrio.write_dataframe(frame, path, driver={"kml": "KML", "fgb": "FlatGeobuf"}[form])
    return path


@pytest.mark.parametrize("form", ["kml", "kmz", "fgb"])
def test_the_same_places_come_of_every_format(tmp_path, form):
    read = read_places(write_form(tmp_path, form), "ward")
    rows, expected = rows_by_code(read), rows_by_code(read_places(write_as(WARDS, tmp_path, "geojson"), "ward"))
    assert {code: row["name"] for code, row in rows.items()} == {code: row["name"] for code, row in expected.items()}
    for code, row in rows.items():
        shape, other = shapely.from_wkb(row["geometry"]), shapely.from_wkb(expected[code]["geometry"])
        assert shape.symmetric_difference(other).area < 1e-9
    assert read.detected["format"] == {"kml": "KML", "kmz": "KMZ", "fgb": "FlatGeobuf"}[form]


def test_a_kml_with_names_alone_gets_codes_made_of_them(tmp_path):
    frame = WARDS[["WD25NM", "geometry"]].rename(columns={"WD25NM": "Name"})
    rows = rows_by_code(read_places(write_form(tmp_path, "kml", frame), "ward"))
    assert set(rows) == {"ward-quay-mill", "ward-hill-top", "ward-far-end"}


def test_a_kml_of_several_folders_is_asked_about_and_the_folder_can_be_named(tmp_path):
    text = write_form(tmp_path, "kml").read_text(encoding="utf-8")
    folder = text[text.index("<Folder>") : text.index("</Folder>") + len("</Folder>")]
    other = folder.replace("<name>wards</name>", "<name>older</name>", 1).replace("X0500000", "X0400000")
    path = tmp_path / "two.kml"
    path.write_text(text.replace(folder, folder + other), encoding="utf-8")
    with pytest.raises(BadFile, match="several layers: wards, older.*--layer"):
        read_places(path, "ward")
    rows = rows_by_code(read_places(path, "ward", layer="older", with_parents=False))
    assert set(rows) == {"X04000001", "X04000002", "X04000003"}


@pytest.mark.parametrize("form", ["kml", "kmz", "fgb"])
def test_a_damaged_file_is_told_in_words(tmp_path, form):
    path = tmp_path / f"a.{form}"
    path.write_bytes(b"not what its name says \x00\xff")
    with pytest.raises(BadFile, match=f"a.{form}") as refused:
        read_places(path, "ward")
    assert str(tmp_path) not in str(refused.value) and "again" in str(refused.value)


def test_a_kmz_without_places_or_past_the_limits_is_refused(tmp_path):
    path = tmp_path / "a.kmz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", "<kml/>")
    with pytest.raises(BadFile, match="a.kmz has no places inside"):
        read_places(path, "ward")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", b"<kml><Placemark>" + b" " * 20_000_000)
    with pytest.raises(BadFile, match="times its size"):
        read_places(path, "ward")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("a.dxf", "a drawing"),
        ("a.gpx", "GPX"),
        ("a.pdf", "PDF"),
        ("a.tab", "MapInfo"),
        ("a.gml", "GML"),
        ("a.csv", "--figures"),
        ("a.odd", "not a boundary file"),
    ],
)
def test_a_format_that_is_not_read_is_named_with_the_way_on(tmp_path, name, says):
    (tmp_path / name).write_bytes(b"something")
    with pytest.raises(BadFile, match=rf"{name} is .*{says}.*KML.*export it as GeoJSON"):
        read_places(tmp_path / name, "ward")
