"""Reads a boundary file in any of its usual formats and any coordinate system into shapes in WGS 84 lon, lat."""

from __future__ import annotations

import json
import warnings as python_warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import shapely

from etl.locating.coordinates import ISLES_LAT, ISLES_LON, bng_to_lonlat
from etl.readers.nested import open_frame
from etl.readers.reading import require_file
from soundings.model import BadFile

BRITISH_NATIONAL_GRID = 27700
WGS84 = 4326
FORMATS = "GeoJSON (.geojson or .json), GeoPackage (.gpkg), zipped Shapefile (.zip) or GeoParquet (.parquet)"


@dataclass(frozen=True)
class BoundaryFile:
    """One layer of a boundary file: its columns (without geometry, objects opened), its shapes in lon, lat, and what was found out."""

    columns: pd.DataFrame
    shapes: np.ndarray
    detected: dict[str, str]
    warnings: list[str]


def read_boundary_file(path: Path, *, crs: str | None = None, layer: str | None = None) -> BoundaryFile:
    """Columns and shapes of a boundary file, in WGS 84 lon, lat.

    A GeoJSON that names no coordinate system is lon, lat (RFC 7946) if its numbers fit; any other file without one is
    refused with a question, which `crs` (such as EPSG:27700) answers. Raises BadFile.
    """
    path = Path(path)
    require_file(path, "boundary file")
    if not path.stat().st_size:
        raise BadFile(f"{path.name} is empty (0 bytes). Check that the export or download finished, and give it again.")
    detected, warnings = {"file": path.name}, []
    frame, detected["format"] = _read_frame(path, layer)
    if not len(frame):
        raise BadFile(f"{path.name} has no places in it. Expected one row for each place, with its boundary.")
    asked = _parse_crs(crs) if crs else None
    known = asked or _known_crs(frame, path, detected["format"])
    if asked and frame.crs is not None and detected["format"] != "GeoJSON" and not frame.crs.equals(asked):
        warnings.append(f"The file says its coordinate system is {frame.crs.name}; {asked.name} was used, as asked.")
    shapes = shapely.force_2d(np.asarray(frame.geometry.array, dtype=object))
    detected["crs"] = _name_crs(known) + (" (as asked)" if asked else "")
    shapes = _to_lonlat(shapes, known, path, warnings)
    _check_range(shapes, path, known, is_asked=bool(asked))
    columns = open_frame(pd.DataFrame(frame.drop(columns=frame.geometry.name)), path.name)
    return BoundaryFile(columns, shapes, detected, warnings)


def _read_frame(path: Path, layer: str | None) -> tuple[gpd.GeoDataFrame, str]:
    """The file's rows and the name of its format."""
    ending = path.suffix.lower()
    if ending in (".parquet", ".geoparquet"):
        try:
            return gpd.read_parquet(path), "GeoParquet"
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
    raise BadFile(f"{path.name} is not a boundary file that can be read. Expected {FORMATS}.")


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
            frame = pyogrio.read_dataframe(source, layer=layer or layers[0])
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        # The reader's own words name the folders of this machine and its drivers; they help nobody who drew a boundary.
        raise BadFile(
            f"{path.name} cannot be read as {format_name}: it may be damaged, cut short, or another kind of file under this "
            f"ending. Export it again, as one of {FORMATS}."
        ) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise BadFile(f"{path.name} has no boundaries in it, only a table.")
    return frame


def _known_crs(frame: gpd.GeoDataFrame, path: Path, format_name: str) -> pyproj.CRS:
    """The coordinate system the file itself is known to be in. Raises BadFile with the question where it is not known."""
    if format_name == "GeoJSON" and not _names_crs(path):
        bounds = frame.total_bounds
        if np.all(np.abs(bounds[[0, 2]]) <= 180) and np.all(np.abs(bounds[[1, 3]]) <= 90):
            return pyproj.CRS.from_epsg(WGS84)
        raise BadFile(
            _ask_crs(path, bounds, "GeoJSON without one is longitude and latitude, and these numbers cannot be. ")
        )
    if frame.crs is None or frame.crs.type_name in ("Engineering CRS", "Local CRS"):
        raise BadFile(_ask_crs(path, frame.total_bounds, ""))
    return frame.crs


def _ask_crs(path: Path, bounds: np.ndarray, because: str) -> str:
    west, south, east, north = bounds
    guess = "Which is it?"
    if 0 <= west <= east <= 700_000 and 0 <= south <= north <= 1_300_000 and east > 1000:
        guess = "They would fit the British National Grid; if that is what they are, add --crs EPSG:27700."
    elif abs(west) <= 180 and abs(east) <= 180 and abs(south) <= 90 and abs(north) <= 90:
        guess = "They would fit longitude and latitude; if that is what they are, add --crs EPSG:4326."
    return (
        f"{path.name} does not say which coordinate system its numbers are in. {because}They run from {west:.6g} to {east:.6g} "
        f"and from {south:.6g} to {north:.6g}. {guess}"
    )


def _names_crs(path: Path) -> bool:
    """True where a GeoJSON file has a `crs` member of its own (which RFC 7946 dropped, and many files still have)."""
    text = path.read_bytes()
    if b'"crs"' not in text:
        return False
    try:
        return bool(json.loads(text).get("crs"))
    except (ValueError, AttributeError) as error:
        raise BadFile(f"{path.name} cannot be read as GeoJSON: {error}") from error


def _parse_crs(crs: str) -> pyproj.CRS:
    try:
        return pyproj.CRS.from_user_input(int(crs) if str(crs).strip().isdigit() else crs)
    except pyproj.exceptions.CRSError as error:
        raise BadFile(
            f"“{crs}” is not a coordinate system that is known. Expected an EPSG code such as EPSG:27700 (British National Grid) "
            "or EPSG:4326 (longitude and latitude)."
        ) from error


def _name_crs(crs: pyproj.CRS) -> str:
    code = crs.to_epsg(min_confidence=25)
    return f"EPSG:{code}, {crs.name}" if code else crs.name


def _is_national_grid(crs: pyproj.CRS) -> bool:
    """True for the British National Grid, however a file's writer spelled it, with heights or without."""
    flat = crs.sub_crs_list[0] if crs.is_compound else crs
    if flat.to_epsg(min_confidence=25) == BRITISH_NATIONAL_GRID:
        return True
    name = flat.name.lower().replace("_", " ")
    return "british national grid" in name


def _to_lonlat(shapes: np.ndarray, crs: pyproj.CRS, path: Path, warnings: list[str]) -> np.ndarray:
    """The shapes in WGS 84 lon, lat; the British National Grid by OSTN15, which is exact where pyproj is metres off."""
    if crs.to_epsg(min_confidence=70) == WGS84 or crs.name in ("WGS 84 (CRS84)", "WGS 84"):
        return shapes
    if not _is_national_grid(crs):
        transformer = pyproj.Transformer.from_crs(crs, WGS84, always_xy=True)
        return shapely.transform(shapes, lambda x, y: transformer.transform(x, y), interleaved=False)
    beyond = 0

    def convert(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        nonlocal beyond
        lon, lat = bng_to_lonlat(x, y)
        lost = ~(np.isfinite(lon) & np.isfinite(lat))
        if lost.any():
            beyond = int(lost.sum())
            lon[lost], lat[lost] = pyproj.Transformer.from_crs(BRITISH_NATIONAL_GRID, WGS84, always_xy=True).transform(
                x[lost], y[lost]
            )
        return lon, lat

    moved = shapely.transform(shapes, convert, interleaved=False)
    if beyond:
        warnings.append(
            f"{beyond:,} corners of boundaries in {path.name} are outside the rectangle that Ordnance Survey's OSTN15 covers; "
            "there the conversion to longitude and latitude may be some metres off."
        )
    return moved


def _check_range(shapes: np.ndarray, path: Path, crs: pyproj.CRS, *, is_asked: bool) -> None:
    """Raises BadFile where the numbers cannot be what the coordinate system says, or look swapped."""
    bounds = shapely.total_bounds(shapes)
    if not np.isfinite(bounds).all():
        if shapely.is_empty(shapes[shapely.is_valid_input(shapes)]).all():
            return
        raise BadFile(
            f"The boundaries in {path.name} cannot be turned from {crs.name} into longitude and latitude: the numbers do not fit. "
            "Is that the right coordinate system? Say which with --crs."
        )
    west, south, east, north = bounds
    if west < -180.0001 or east > 180.0001 or south < -90.0001 or north > 90.0001:
        raise BadFile(
            f"{path.name} says its numbers are in {crs.name}, but they run from {west:.6g} to {east:.6g} and from {south:.6g} to "
            f"{north:.6g}. Which coordinate system are they in? If it is the British National Grid, add --crs EPSG:27700."
        )
    is_swapped = ISLES_LAT[0] <= west <= east <= ISLES_LAT[1] and ISLES_LON[0] <= south <= north <= ISLES_LON[1]
    if is_swapped and not is_asked:
        raise BadFile(
            f"Longitude and latitude look swapped in {path.name}: as written its places are in the Indian Ocean, swapped they are "
            "in the British Isles. Save it again with longitude first; or, if it is right as it is, add --crs EPSG:4326."
        )
