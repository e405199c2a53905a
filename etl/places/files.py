"""Reads a boundary file in any of its usual formats and any coordinate system into shapes in WGS 84 lon, lat."""

from __future__ import annotations

import json
import warnings as python_warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import shapely

from etl.places.formats import FORMATS, read_kml, say_not_read
from etl.places.near import Bounds
from etl.places.systems import check_range, find_crs, name_crs, parse_crs, swap_shapes, to_lonlat
from etl.readers.nested import open_frame
from etl.readers.reading import require_file
from soundings.model import BadFile

CLOSED = "closed"


@dataclass(frozen=True)
class BoundaryFile:
    """One layer of a boundary file: its columns (without geometry, objects opened), its shapes in lon, lat, and what was found out."""

    columns: pd.DataFrame
    shapes: np.ndarray
    detected: dict[str, str]
    warnings: list[str]
    closed: np.ndarray  # True for each shape that had a ring that was not closed


def read_boundary_file(
    path: Path, *, crs: str | None = None, layer: str | None = None, swap: bool = False, near: Bounds | None = None
) -> BoundaryFile:
    """Columns and shapes of a boundary file, in WGS 84 lon, lat.

    A GeoJSON that names no coordinate system is lon, lat (RFC 7946) if its numbers fit; any other file without one is
    refused with a question, which `crs` (such as EPSG:27700) answers. `swap` reads latitude or northing first in the few
    outlines that look so, or in all if no few do. `near`: the bounds of the places loaded before, which say whether a reading is likely. Raises BadFile.
    """
    path = Path(path)
    require_file(path, "boundary file")
    if not path.stat().st_size:
        raise BadFile(f"{path.name} is empty (0 bytes). Check that the export or download finished, and give it again.")
    detected, warnings = {"file": path.name}, []
    frame, detected["format"] = _read_frame(path, layer)
    closed = frame.attrs.get(CLOSED, np.zeros(len(frame), dtype=bool))
    if not len(frame):
        raise BadFile(f"{path.name} has no places in it. Expected one row for each place, with its boundary.")
    asked = parse_crs(crs) if crs else None
    shapes = shapely.force_2d(np.asarray(frame.geometry.array, dtype=object))
    known = asked or find_crs(frame, shapes, path, detected["format"], near)
    if asked and frame.crs is not None and detected["format"] != "GeoJSON" and not frame.crs.equals(asked):
        warnings.append(f"The file says its coordinate system is {frame.crs.name}; {asked.name} was used, as asked.")
    detected["crs"] = name_crs(known) + (" (as asked)" if asked else "")
    if swap:
        shapes = swap_shapes(shapes, known, path, warnings)
        detected["order"] = "latitude first (as asked)"
    shapes = to_lonlat(shapes, known, path, warnings)
    check_range(shapes, path, known, near, is_asked=bool(asked), is_swapped=swap)
    columns = open_frame(pd.DataFrame(frame.drop(columns=frame.geometry.name)), path.name)
    return BoundaryFile(columns, shapes, detected, warnings, closed)


def _read_frame(path: Path, layer: str | None) -> tuple[gpd.GeoDataFrame, str]:
    """The file's rows and the name of its format."""
    ending = path.suffix.lower()
    if ending in (".parquet", ".geoparquet"):
        try:
            return _read_parquet(path), "GeoParquet"
        except (ValueError, OSError, KeyError) as error:
            raise BadFile(f"{path.name} cannot be read as GeoParquet: {error}") from error
    if ending in (".geojson", ".json"):
        return _read_layer(path, str(path), layer, "GeoJSON"), "GeoJSON"
    if ending == ".gpkg":
        return _read_layer(path, str(path), layer, "GeoPackage"), "GeoPackage"
    if ending == ".zip":
        return _read_zip(path, layer), "zipped Shapefile"
    if ending == ".shp":
        raise BadFile(
            f"{path.name} is one of the several files of a Shapefile. Put the .shp, .dbf, .shx and .prj files into one .zip "
            "and give that."
        )
    if ending == ".fgb":
        return _read_layer(path, str(path), layer, "FlatGeobuf"), "FlatGeobuf"
    if ending in (".kml", ".kmz"):
        form = ending[1:].upper()
        return read_kml(path, layer, lambda source, folder: _read_layer(path, source, folder, form)), form
    raise BadFile(say_not_read(path))


def _read_zip(path: Path, layer: str | None) -> gpd.GeoDataFrame:
    try:
        with zipfile.ZipFile(path) as archive:
            members = sorted(name for name in archive.namelist() if not name.startswith("__MACOSX/"))
    except (zipfile.BadZipFile, OSError) as error:
        raise BadFile(f"{path.name} is not a zip file that can be opened ({error}). Download it again.") from error
    found = [name for name in members if name.lower().endswith(".shp")]
    if not found:
        raise BadFile(f"{path.name} has no .shp file inside. Expected a zipped Shapefile (.shp, .dbf, .shx and .prj).")
    if layer:
        found = [name for name in found if Path(name).stem == layer]
    if len(found) != 1:
        names = ", ".join(Path(name).stem for name in members if name.lower().endswith(".shp"))
        raise BadFile(f"{path.name} has several layers: {names}. Which one holds the boundaries? Name it with --layer.")
    stem = found[0][:-4].lower()
    if not any(name.lower() == f"{stem}.dbf" for name in members):
        raise BadFile(f"{path.name} lacks {Path(found[0]).stem}.dbf, which holds the codes and names of the places.")
    return _read_layer(path, f"/vsizip/{path.resolve()}/{found[0]}", None, "Shapefile")


def _read_layer(path: Path, source: str, layer: str | None, format_name: str) -> gpd.GeoDataFrame:
    """One layer with boundaries, by GDAL. Raises BadFile where there is none, or more than one and none is named."""
    try:
        layers = [str(name) for name, geometry in pyogrio.list_layers(source) if geometry is not None]
        if layer is None and len(layers) > 1:
            raise BadFile(
                f"{path.name} has several layers: {', '.join(layers)}. Which one holds the boundaries? Name it with --layer."
            )
        if not layers or (layer is not None and layer not in layers):
            raise BadFile(f"{path.name} has no layer of boundaries{f' called {layer}' if layer else ''}.")
        with python_warnings.catch_warnings():
            python_warnings.simplefilter("ignore")
            frame = _read_closing(lambda **how: pyogrio.read_dataframe(source, layer=layer or layers[0], **how))
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        # The reader's own words name the folders of this machine and its drivers; they help nobody who drew a boundary.
        raise BadFile(
            f"{path.name} cannot be read as {format_name}: it may be damaged, cut short, or another kind of file under this "
            f"ending. Export it again, as one of {FORMATS}."
        ) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise BadFile(f"{path.name} has no boundaries in it, only a table.")
    return frame


def _read_closing(read: Callable[..., gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """What `read` reads; rings that GEOS refuses, as they are not closed, are closed, and attrs[CLOSED] says of which rows."""
    try:
        return read()
    except shapely.GEOSException:
        frame, strict = read(on_invalid="fix"), read(on_invalid="ignore")
    frame.attrs[CLOSED] = (frame.geometry.notna() & strict.geometry.isna()).to_numpy()
    return frame


def _read_parquet(path: Path) -> gpd.GeoDataFrame:
    try:
        return gpd.read_parquet(path)
    except shapely.GEOSException:
        table = pq.read_table(path)
    told = json.loads(table.schema.metadata[b"geo"])
    column = told["primary_column"]
    crs, frame = told["columns"][column].get("crs", "OGC:CRS84"), table.to_pandas()

    def read(on_invalid: str) -> gpd.GeoDataFrame:
        shapes = shapely.from_wkb(frame[column].to_numpy(), on_invalid=on_invalid)
        return gpd.GeoDataFrame(frame.drop(columns=column), geometry=shapes, crs=crs)

    fixed = read("fix")
    fixed.attrs[CLOSED] = (fixed.geometry.notna() & read("ignore").geometry.isna()).to_numpy()
    return fixed
