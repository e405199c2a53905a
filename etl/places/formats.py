"""Which formats of boundary files are read, what other files are and how to go on with them, and KML's own ways."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import geopandas as gpd

from etl.readers.archives import unpack
from soundings.model import BadFile

FORMATS = (
    "GeoJSON (.geojson or .json), GeoPackage (.gpkg), zipped Shapefile (.zip), GeoParquet (.parquet), KML (.kml or .kmz) or FlatGeobuf "
    "(.fgb)"
)
EXPORT = "Open it in a map program, such as QGIS, and export it as GeoJSON or GeoPackage; or ask whoever sent it for one of these."
NOT_READ = {
    **dict.fromkeys((".dxf", ".dwg"), "a drawing, which holds lines but no codes and names of places"),
    ".gpx": "a GPX file, which holds routes and points but no areas",
    ".pdf": "a PDF, which shows a map but does not hold its boundaries",
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".tif", ".tiff", ".svg"), "a picture, which does not hold boundaries"),
    **dict.fromkeys((".tab", ".mif", ".mid", ".map", ".dat"), "a part of a MapInfo table, which is not read here"),
    **dict.fromkeys((".gml", ".xml"), "GML or other XML, which is not read here"),
    ".topojson": "TopoJSON, which is not read here",
    **dict.fromkeys((".gdb", ".lpk", ".mpk", ".lyr", ".lyrx"), "a file of ArcGIS's own, which is not read here"),
    **dict.fromkeys((".qgz", ".qgs"), "a QGIS project, which holds how a map looks and not its boundaries"),
    **dict.fromkeys(
        (".dbf", ".shx", ".prj", ".cpg"), "one of the several files of a Shapefile; put all of them into one .zip"
    ),
    **dict.fromkeys(
        (".csv", ".xlsx", ".xls", ".ods", ".txt"),
        "a table, which holds no boundaries; figures of places are given beside the boundaries, with --figures",
    ),
}
# Columns that GDAL's reader of KML adds to every file: how a placemark is drawn, and when.
OF_KML = (
    *(
        "id",
        "description",
        "timestamp",
        "begin",
        "end",
        "altitudeMode",
        "tessellate",
        "extrude",
        "visibility",
        "drawOrder",
    ),
    *("icon", "snippet", "styleUrl"),
)


def say_not_read(path: Path) -> str:
    """What a file is that is no boundary file, and how to go on with it."""
    told = NOT_READ.get(path.suffix.lower())
    if told is None:
        return f"{path.name} is not a boundary file that can be read. Expected {FORMATS}. {EXPORT}"
    return f"{path.name} is {told}. Expected {FORMATS}. {EXPORT}"


def read_kml(
    path: Path, layer: str | None, read_layer: Callable[[str, str | None], gpd.GeoDataFrame]
) -> gpd.GeoDataFrame:
    """The placemarks of one folder of a KML or KMZ file, without the columns that say nothing but how they are drawn.

    `read_layer(source, layer)` reads a layer of a file; a folder is a layer.
    """
    with _open_kml(path) as source:
        frame = read_layer(str(source), layer)
    empty = [name for name in OF_KML if name in frame.columns and frame[name].dropna().nunique() < 2]
    return frame.drop(columns=[name for name in empty if name != "description" or frame[name].isna().all()])


@contextmanager
def _open_kml(path: Path) -> Iterator[Path]:
    """The KML file itself, or the one with placemarks that a KMZ holds, unpacked within limits."""
    if path.suffix.lower() == ".kml":
        yield path
        return
    members = {
        name: data for name, data in unpack(path.read_bytes(), path.name).items() if name.lower().endswith(".kml")
    }
    placed = {name: data for name, data in members.items() if b"<Placemark" in data}
    if not placed:
        raise BadFile(f"{path.name} has no places inside. Export it again, with its boundaries.")
    if len(placed) > 1:
        raise BadFile(
            f"{path.name} holds several files with places: {', '.join(placed)}. Unpack it (it is a zip file) and give the one with the "
            "boundaries."
        )
    ((name, data),) = placed.items()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / PurePosixPath(name).name
        source.write_bytes(data)
        yield source
