"""Map files (GeoJSON, GeoPackage, zipped Shapefile) as sheets of text with `lon` and `lat` in WGS 84."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio
import shapely
from convertbng import cutil
from pyogrio.errors import DataLayerError, DataSourceError, FieldError
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from etl.locating.coordinates import guess_system
from etl.readers import headers
from etl.readers.archives import MAX_VERTICES
from etl.readers.cells import text_column
from etl.readers.nested import open_table
from etl.readers.workbooks import name_asked
from etl.types import Sheet
from soundings.model import BadFile

NATIONAL_GRID, WEB_MERCATOR = 27700, 3857
STYLES = {"layer_styles", "qgis_projects"}  # tables that QGIS keeps in a GeoPackage for itself
# pyogrio's word for a coordinate system that GDAL cannot write out is an UnboundLocalError.
UNREADABLE = (
    DataSourceError,
    DataLayerError,
    FieldError,
    pa.ArrowInvalid,
    UnicodeDecodeError,
    RuntimeError,
    UnboundLocalError,
)
ASK_CRS = (
    "{what} does not say which coordinate system its numbers are in. "
    "Say it with crs: EPSG:27700 for the British National Grid, EPSG:29902 for the Irish Grid, EPSG:4326 for longitude and latitude."
)


def read_geofile(
    path: Path, name: str, what: str, file_format: str, *, sheet: str | None = None, crs: str | None = None
) -> list[Sheet]:
    """One sheet per layer: properties as text, then `lon` and `lat` of each feature's point (or of a point inside it).

    The first feature is row 2. A file with no CRS is refused with the question that `crs` answers; GeoJSON without one
    is longitude and latitude (RFC 7946, section 4) if its numbers fit. A table without geometry has no lon and lat.
    """
    try:
        with _heard([], path, what):
            layers = [layer for layer, _ in pyogrio.list_layers(path) if layer not in STYLES]
    except UNREADABLE as error:
        raise BadFile(
            f"{what} cannot be read as {file_format}: it may be damaged or cut short. Export it again and send that."
        ) from error
    if not layers:
        raise BadFile(f"{what} holds no layers. Export it again with its features, and send that.")
    if sheet is not None:
        layers = [name_asked(sheet, layers, what, "layer")]
    return [
        _read_layer(path, layer, name if file_format == "GeoJSON" else layer, what, file_format, crs)
        for layer in layers
    ]


def _read_layer(path: Path, layer: str, name: str, what: str, file_format: str, crs: str | None) -> Sheet:
    options = {"DATE_AS_STRING": "YES"} if file_format == "GeoJSON" else {}
    warned: list[str] = []
    try:
        with _heard(warned, path, what):
            about, table = pyogrio.read_arrow(path, layer=layer, **options)
        table.validate(full=True)
    except UNREADABLE as error:
        raise BadFile(
            f"The layer '{layer}' of {what} cannot be read: the file may be damaged or cut short. Export it again and send that."
        ) from error
    geometry = about.get("geometry_name") or "wkb_geometry"
    detected = {"format": file_format, "layer": layer}
    if geometry not in table.column_names:
        return sheet_from_columns(name, table, detected, warned, None)
    shapes = shapely.from_wkb(table.column(geometry).to_numpy(zero_copy_only=False), on_invalid="ignore")
    _check_vertices(shapes, what)
    is_geojson = file_format == "GeoJSON"
    lon, lat, said, notes = points_in_wgs84(shapes, about.get("crs"), crs, what, is_geojson=is_geojson)
    return sheet_from_columns(
        name, table.drop_columns([geometry]), {**detected, "crs": said}, [*warned, *notes], (lon, lat)
    )


def _check_vertices(shapes: np.ndarray, what: str) -> None:
    """Raises BadFile where lines and areas have more corners than a record's place needs; single points are rows and count there."""
    corners = int(shapely.get_num_coordinates(shapes[shapely.get_type_id(shapes) > 0]).sum())
    if corners > MAX_VERTICES:
        raise BadFile(
            f"The shapes of {what} have {corners:,} corners; the limit is {MAX_VERTICES:,}. Simplify them, or give each record a point. "
            "Boundaries of places are added with: soundings places add FILE."
        )


@contextmanager
def _heard(notes: list[str], path: Path, what: str) -> Iterator[None]:
    """Turns what the map library mutters (an unclosed ring, a mended index) into notes, without folders of ours."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        yield
    texts = dict.fromkeys(" ".join(str(one.message).replace(str(path), what).split()) for one in said)
    notes += [f"the map library says: {text}" for text in list(texts)[:3]]


def points_in_wgs84(
    shapes: np.ndarray, own_crs: str | None, asked: str | None, what: str, *, is_geojson: bool = False
) -> tuple[np.ndarray, np.ndarray, str, list[str]]:
    """lon, lat (NaN for no geometry), the CRS they came in, and notes. A point stands for itself, any other shape
    for a point inside it. `own_crs` is what the file says, `asked` what the person says; the person's word is taken."""
    points = np.where(shapely.get_type_id(shapes) == 0, shapes, shapely.point_on_surface(shapes))
    points = np.where(shapely.is_empty(points), None, points)  # of a damaged shape there is no point inside
    x, y = shapely.get_x(points), shapely.get_y(points)
    missing = int(np.isnan(x).sum())
    notes = [f"{headers.counted(missing, 'feature')} without geometry"] if missing else []
    stated = asked or own_crs
    if not stated:
        raise BadFile(ASK_CRS.format(what=what))
    try:
        system = CRS.from_user_input(stated)
    except CRSError as error:
        raise BadFile(
            f"'{stated}' is not a coordinate system that is known here. Write it as EPSG:27700 or EPSG:4326."
        ) from error
    if asked and own_crs and CRS.from_user_input(own_crs) != system and not is_geojson:
        notes.append(f"the file says {_label(CRS.from_user_input(own_crs))}; {_label(system)} was used as asked")
    _refuse_other_numbers(x, y, system, what, is_asked=bool(asked), is_geojson=is_geojson)
    try:
        lon, lat = _to_wgs84(x, y, system)
    except ProjError as error:
        raise BadFile(
            f"The coordinate system of {what}, {_label(system)}, cannot be turned into longitude and latitude: what the file says "
            "of it may be damaged. Say it with crs: EPSG:27700 for the British National Grid, for example."
        ) from error
    if np.isfinite(x).any() and not (np.isfinite(lon) & np.isfinite(lat)).any():
        raise BadFile(
            f"The coordinates of {what} do not fit {_label(system)}: none falls on the map. {_say_guess(x, y)}"
        )
    lost = int((np.isnan(lon) & ~np.isnan(x)).sum())
    if lost:
        notes.append(
            f"{headers.counted(lost, 'feature')} with coordinates that do not fit {_label(system)}: no lon and lat"
        )
    return lon, lat, _label(system), notes


def _refuse_other_numbers(
    x: np.ndarray, y: np.ndarray, system: CRS, what: str, *, is_asked: bool, is_geojson: bool
) -> None:
    """Raises BadFile where the numbers are plainly of another system than the stated one, with the one they look like."""
    is_point = np.isfinite(x) & np.isfinite(y)
    if not is_point.any():
        return
    if system.is_geographic and not _fits_degrees(x, y):
        beyond = (np.abs(x) > 180) | (np.abs(y) > 90)
        x, y = x[beyond], y[beyond]
        if is_geojson and not is_asked:
            raise BadFile(
                f"The coordinates of {what} are not degrees of longitude and latitude, and it names no other coordinate system that they fit. {_say_guess(x, y)}"
            )
        raise BadFile(
            f"The coordinates of {what} do not fit {_label(system)}: some are past 180 or 90 degrees. {_say_guess(x, y)}"
        )
    in_metres = system.is_projected and system.axis_info[0].unit_name == "metre"
    if in_metres and _fits_degrees(x, y):
        raise BadFile(
            f"The coordinates of {what} do not fit {_label(system)}: they are degrees, not metres. {_say_guess(x, y)}"
        )
    guessed = guess_system(x, y) if system.to_epsg() == WEB_MERCATOR and not is_asked else None
    if guessed and f"EPSG:{WEB_MERCATOR}" not in guessed:
        raise BadFile(
            f"The coordinates of {what} do not fit {_label(system)}: so read they are in the sea off West Africa. {_say_guess(x, y)}"
        )


def _say_guess(x: np.ndarray, y: np.ndarray) -> str:
    """What to do about numbers that do not fit: the coordinate system they look like, where there is one."""
    guessed = guess_system(x, y)
    if guessed:
        return f"The numbers look like {guessed}. Say it with crs: {guessed.split(' ')[0]}, for example."
    return "Say the right coordinate system with crs."


def _fits_degrees(x: np.ndarray, y: np.ndarray) -> bool:
    return bool(np.all(np.isnan(x) | (np.abs(x) <= 180)) and np.all(np.isnan(y) | (np.abs(y) <= 90)))


def _label(system: CRS) -> str:
    authority = system.to_authority()
    return ":".join(authority) if authority else system.name


def _to_wgs84(x: np.ndarray, y: np.ndarray, system: CRS) -> tuple[np.ndarray, np.ndarray]:
    """lon and lat; the British National Grid by OSTN15, which pyproj lacks the grid for (1.6–4.7 m off)."""
    if system.to_epsg() == NATIONAL_GRID:
        is_point = np.isfinite(x) & np.isfinite(y)
        lon, lat = np.full(len(x), np.nan), np.full(len(x), np.nan)
        lon[is_point], lat[is_point] = cutil.convert_lonlat(x[is_point], y[is_point])
        return lon, lat
    lon, lat = Transformer.from_crs(system, "EPSG:4326", always_xy=True).transform(x, y)
    return np.where(np.isfinite(lon), lon, np.nan), np.where(np.isfinite(lat), lat, np.nan)


def sheet_from_columns(
    name: str, table: pa.Table, detected: dict[str, str], notes: list[str], lonlat: tuple[np.ndarray, np.ndarray] | None
) -> Sheet:
    """A sheet from typed columns, in their order, with lon and lat (seven decimals, about a centimetre) at the end. A column of
    objects is opened into the columns inside it.

    Where the file has columns of those names already, ours are geometry_lon and geometry_lat.
    """
    binary = [
        field.name for field in table.schema if pa.types.is_binary(field.type) or pa.types.is_large_binary(field.type)
    ]
    if binary:
        notes = [*notes, f"columns of bytes, not text, left out: {', '.join(binary)}"]
        table = table.drop_columns(binary)
    table = open_table(table, name)
    columns = [text_column(column) for column in table.columns]
    names, name_notes = headers.name_columns(table.column_names, range(table.num_columns))
    if lonlat is not None:
        has_own = bool({"lon", "lat"} & {column.casefold() for column in names})
        names += ["geometry_lon", "geometry_lat"] if has_own else ["lon", "lat"]
        columns += [
            pa.array([None if np.isnan(value) else f"{value:.7f}" for value in axis], pa.string()) for axis in lonlat
        ]
    numbers = pa.array(np.arange(2, 2 + table.num_rows, dtype=np.int32))
    return Sheet(
        name, pa.table(columns, names=names), numbers, headers.finish_detected(detected, 1, [*notes, *name_notes])
    )
