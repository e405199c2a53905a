"""Messy map files, zips and folders."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import geopandas
import pandas
import pyarrow as pa
import pyarrow.parquet as pq
from shapely.geometry import Point, Polygon

from tests.messy import Kept, Refused, written

# A made-up square near the middle of the British National Grid, and the point in its middle.
SQUARE = Polygon([(429900, 433900), (430100, 433900), (430100, 434100), (429900, 434100)])
LON, LAT = "-1.5459939", "53.8014575"


def geojson(*features: tuple[dict | None, dict], name: str = "a.geojson", **top) -> object:
    """A maker of a GeoJSON file of (geometry, properties)."""
    made = [{"type": "Feature", "geometry": geometry, "properties": properties} for geometry, properties in features]
    return written(name, json.dumps({"type": "FeatureCollection", **top, "features": made}))


def point(x: float, y: float) -> dict:
    return {"type": "Point", "coordinates": [x, y]}


def frame(crs: str | None) -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame({"ward": ["Harbour"], "people": [12]}, geometry=[SQUARE], crs=crs)


def geopackage(folder: Path) -> Path:
    path = folder / "a.gpkg"
    frame("EPSG:27700").to_file(path, layer="wards", engine="pyogrio")
    geopandas.GeoDataFrame({"stop": ["Quay"]}, geometry=[Point(-1.5, 53.8)], crs="EPSG:4326").to_file(
        path, layer="stops", engine="pyogrio"
    )
    return path


def shapefile(crs: str | None, leave_out: tuple[str, ...] = (), inside: str = "", name: str = "a.zip"):
    """A maker of a zipped Shapefile 'wards', less some of its parts."""

    def make(folder: Path) -> Path:
        loose = folder / "loose"
        loose.mkdir()
        frame(crs).to_file(loose / "wards.shp", engine="pyogrio")
        with zipfile.ZipFile(folder / name, "w") as archive:
            for part in sorted(loose.iterdir()):
                if part.suffix not in leave_out:
                    archive.write(part, inside + part.name)
        return folder / name

    return make


def geoparquet(crs: str | None):
    def make(folder: Path) -> Path:
        frame(crs).to_parquet(folder / "a.parquet")
        return folder / "a.parquet"

    return make


def parquet(folder: Path) -> Path:
    day = pandas.Timestamp("2025-05-03")
    table = pa.table({
        "ward": pa.array(["Harbour", " ", None]).dictionary_encode(),
        "people": pa.array([12.0, None, 0.5]),
        "day": pa.array([day, None, day + pandas.Timedelta(hours=9)]),
        "tags": pa.array([["a", "b"], None, []]),
        "raw": pa.array([b"\x00", None, b"x"]),
        "open": pa.array([True, False, None]),
    })  # fmt: skip
    pq.write_table(table, folder / "a.parquet")
    return folder / "a.parquet"


def zipped(name: str = "a.zip", **members: str | bytes):
    """A maker of a zip; members by their names with '__' for '/' and '_dot_' for '.'."""

    def make(folder: Path) -> Path:
        with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, content in members.items():
                archive.writestr(member.replace("_dot_", ".").replace("__", "/"), content)
        return folder / name

    return make


def _cut_parquet(folder: Path) -> Path:
    path = parquet(folder)
    path.write_bytes(path.read_bytes()[:100])
    return path


def _cut_zip(folder: Path) -> Path:
    path = zipped(wards_dot_csv="ward,people\nHarbour,1\n")(folder)
    path.write_bytes(path.read_bytes()[:-30])
    return path


def _flipped_zip(folder: Path) -> Path:
    """A zip whose packed bytes were changed on the way."""
    path = zipped(wards_dot_csv="ward,people\n" + "".join(f"Harbour {n},{n}\n" for n in range(200)))(folder)
    data = bytearray(path.read_bytes())
    data[60:90] = bytes(30)
    path.write_bytes(bytes(data))
    return path


def _huge_zip(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.csv", "w") as member:
        for _ in range(201):
            member.write(bytes(1024 * 1024))
    return folder / "a.zip"


def _marked_protected(folder: Path) -> Path:
    """A zip whose directory says that its member needs a password."""
    path = zipped(wards_dot_csv="ward,people\nHarbour,1\n")(folder)
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    path.write_bytes(bytes(data))
    return path


def template_folder(folder: Path) -> Path:
    home = folder / "filled in"
    home.mkdir()
    (home / "activities.csv").write_text("activity_id,title\na1,Harbour walk\n")
    (home / "counts.csv").write_text("activity_id,measure,value\na1,people,12\n")
    (home / "stages.csv").write_text("activity_id,stage\n")
    (home / "READ ME.docx").write_bytes(b"PK")
    return home


def _bytes_in_text(folder: Path) -> Path:
    """A GeoPackage with bytes that are not UTF-8 in a column of text."""
    path = geopackage(folder)
    path.write_bytes(path.read_bytes().replace(b"Harbour", b"Harb\xff\xfer"))
    return path


def _folder_named_xlsx(folder: Path) -> Path:
    (folder / "book.xlsx").mkdir()
    return folder / "book.xlsx"


def _empty_folder(folder: Path) -> Path:
    (folder / "nothing").mkdir()
    return folder / "nothing"


BAD_CRS = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}
PLACED = ["ward", "people", "lon", "lat"]

KEPT = [
    Kept("GeoJSON points", geojson((point(-1.5, 53.8), {"ward": "Harbour", "people": 12})), PLACED, {2: ["Harbour", "12", "-1.5000000", "53.8000000"]}, {"format": "GeoJSON", "crs": "EPSG:4326"}),
    Kept("GeoJSON named .json", geojson((point(-1.5, 53.8), {"ward": "Harbour"}), name="a.json"), ["ward", "lon", "lat"], {2: ["Harbour", "-1.5000000", "53.8000000"]}),
    Kept("GeoJSON with a crs member", geojson((point(430000, 434000), {"ward": "Harbour"}), crs=BAD_CRS), ["ward", "lon", "lat"], {2: ["Harbour", LON, LAT]}, {"crs": "EPSG:27700"}),
    Kept("GeoJSON in metres, and told so", geojson((point(430000, 434000), {"ward": "Harbour"})), ["ward", "lon", "lat"], {2: ["Harbour", LON, LAT]}, {"crs": "EPSG:27700"}, options={"crs": "EPSG:27700"}),
    Kept("GeoJSON features without a geometry", geojson((None, {"ward": "Lairs"}), (point(-1.5, 53.8), {"ward": "Harbour"})), ["ward", "lon", "lat"], {2: ["Lairs", None, None], 3: ["Harbour", "-1.5000000", "53.8000000"]}, note="1 feature without geometry"),
    Kept("GeoJSON with lon and lat of its own", geojson((point(-1.5, 53.8), {"lon": "1", "Lat": "2"})), ["lon", "Lat", "geometry_lon", "geometry_lat"], {2: ["1", "2", "-1.5000000", "53.8000000"]}),
    Kept("GeoJSON dates as they stand", geojson((point(-1.5, 53.8), {"day": "2025/05/03"})), ["day", "lon", "lat"], {2: ["2025/05/03", "-1.5000000", "53.8000000"]}),
    Kept("GeoJSON properties inside properties", geojson((point(-1.5, 53.8), {"tags": {"a": [1, 2]}, "themes": ["x", "y"], "mixed": 1}), (None, {"tags": None, "themes": [], "mixed": "two"})), ["tags/a", "themes", "mixed", "lon", "lat"], {2: ['["1", "2"]', '["x", "y"]', "1", "-1.5000000", "53.8000000"], 3: [None, "[]", "two", None, None]}),
    Kept("a GeoPackage layer in metres", geopackage, PLACED, {2: ["Harbour", "12", LON, LAT]}, {"format": "GeoPackage", "layer": "wards", "crs": "EPSG:27700"}, sheet="wards"),
    Kept("a second GeoPackage layer", geopackage, ["stop", "lon", "lat"], {2: ["Quay", "-1.5000000", "53.8000000"]}, sheet="stops"),
    Kept("a zipped Shapefile", shapefile("EPSG:27700"), PLACED, {2: ["Harbour", "12", LON, LAT]}, {"format": "Shapefile", "crs": "EPSG:27700"}, sheet="wards"),
    Kept("a zipped Shapefile in a folder, named .shz", shapefile("EPSG:27700", inside="data/", name="a.shz"), PLACED, {2: ["Harbour", "12", LON, LAT]}, sheet="wards"),
    Kept("a Shapefile without .prj, told", shapefile("EPSG:27700", (".prj",)), PLACED, {2: ["Harbour", "12", LON, LAT]}, options={"crs": "EPSG:27700"}),
    Kept("GeoParquet", geoparquet("EPSG:27700"), PLACED, {2: ["Harbour", "12", LON, LAT]}, {"format": "GeoParquet", "crs": "EPSG:27700"}),
    Kept("Parquet of many types", parquet, ["ward", "people", "day", "tags", "open"], {2: ["Harbour", "12", "2025-05-03", '["a", "b"]', "TRUE"], 3: [None, None, None, None, "FALSE"], 4: [None, "0.5", "2025-05-03 09:00:00", "[]", None]}, {"format": "Parquet"}, note="columns of bytes, not text, left out: raw"),
    Kept("a folder of CSV files", template_folder, ["activity_id", "measure", "value"], {2: ["a1", "people", "12"]}, sheet="counts"),
    Kept("a folder with other files beside", template_folder, ["activity_id", "title"], {2: ["a1", "Harbour walk"]}, note="files left out: READ ME.docx", sheet="activities"),
    Kept("a sheet with a header and no rows among others", template_folder, ["activity_id", "stage"], {}, sheet="stages"),
    Kept("a zip of CSV files", zipped(wards_dot_csv="ward,people\nHarbour,1\n", stops_dot_tsv="stop\tpeople\nQuay\t2\n"), ["stop", "people"], {2: ["Quay", "2"]}, {"format": "TSV"}, sheet="stops"),
    Kept("a zip with a Mac's clutter", zipped(wards_dot_csv="ward,people\nHarbour,1\n", __MACOSX___dot__wards_dot_csv="\0\5\x16"), ["ward", "people"], {2: ["Harbour", "1"]}, sheet="wards"),
]  # fmt: skip

REFUSED = [
    Refused("GeoJSON in metres", geojson((point(430000, 434000), {"ward": "Harbour"})), ["not degrees", "EPSG:27700"]),
    Refused("GeoJSON cut short", written("a.geojson", '{"type": "FeatureCollection", "features": [{"type": "Fea'), ["cut short"]),
    Refused("GeoJSON without features", geojson(), ["no rows"]),
    Refused("TopoJSON", written("a.json", '{"type": "Topology", "objects": {"type": "Polygon"}}'), ["not GeoJSON"]),
    Refused("a crs that is none", geojson((point(-1.5, 53.8), {"ward": "Harbour"})), ["'EPSG:nothing' is not a coordinate system"], {"crs": "EPSG:nothing"}),
    Refused("degrees said to be metres", geojson((point(-1.5, 53.8), {"ward": "Harbour"})), ["do not fit EPSG:27700"], {"crs": "EPSG:27700"}),
    Refused("a Shapefile without .prj", shapefile(None, (".prj",)), ["which coordinate system", "EPSG:27700"]),
    Refused("a Shapefile without .dbf", shapefile("EPSG:27700", (".dbf",)), ["lacks its .dbf part"]),
    Refused("GeoParquet without a CRS", geoparquet(None), ["which coordinate system"]),
    Refused("a layer that is not there", geopackage, ["no layer called 'rivers'", "wards, stops"], {"sheet": "rivers"}),
    Refused("an SQLite file that is no GeoPackage", written("a.gpkg", b"SQLite format 3\x00" + bytes(100)), ["GeoPackage", "damaged"]),
    Refused("a GeoPackage with bytes that are no text", _bytes_in_text, ["may be damaged"]),
    Refused("Parquet cut short", _cut_parquet, ["Parquet", "cut short"]),
    Refused("a zip cut short", _cut_zip, ["zip", "cut short"]),
    Refused("a zip with changed bytes", _flipped_zip, ["zip", "damaged"]),
    Refused("a zip with a password", _marked_protected, ["protected with a password"]),
    Refused("a zip that would unpack to 201 MB", _huge_zip, ["would unpack to 211 MB", "limit is 210 MB"]),
    Refused("a zip that unpacks to 900 times its size", zipped(a_dot_csv=bytes(5_000_000)), ["100 times its size"]),
    Refused("a zip of 65 files", zipped(**{f"a{n}_dot_csv": "a,b\n1,2\n" for n in range(65)}), ["65 files", "limit is 64"]),
    Refused("a zip without tables", zipped(note_dot_txt="hello"), ["neither CSV files nor a Shapefile", "note.txt"]),
    Refused("a zip of nothing", zipped(), ["holds no files"]),
    Refused("a zip that hides a PDF as a CSV", zipped(a_dot_csv=b"%PDF-1.7"), ["a.csv in a.zip is a PDF"]),
    Refused("words named .zip", written("a.zip", "Not found\n"), ["is named as a zip file"]),
    Refused("words named .gpkg", written("a.gpkg", "Not found\n"), ["is named as a GeoPackage"]),
    Refused("words named .parquet", written("a.parquet", "Not found\n"), ["is named as a Parquet file"]),
    Refused("a folder named like a workbook", _folder_named_xlsx, ["The folder book.xlsx holds no CSV files"]),
    Refused("a folder without CSV files", _empty_folder, ["holds no CSV files"]),
]  # fmt: skip
