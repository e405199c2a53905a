"""Which coordinate system the numbers of a boundary file are in, what to ask where it is not known, and their lon, lat."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from etl.locating.coordinates import ISLES_LAT, ISLES_LON, bng_to_lonlat
from etl.places.fitting import find_fitting, say_fitting, say_point
from etl.places.near import Bounds, lies_near
from soundings.mending import LARGEST_LAT
from soundings.model import BadFile

BRITISH_NATIONAL_GRID = 27700
WGS84 = 4326
SWAP_NOT_NEEDED = "That is after --swap, which this file does not seem to need: leave it out."
NULL_ISLAND_DEGREES = 1.0  # the sea off West Africa, 400 km from the nearest land


def find_crs(
    frame: gpd.GeoDataFrame, shapes: np.ndarray, path: Path, format_name: str, near: Bounds | None
) -> pyproj.CRS:
    """The coordinate system the file itself is known to be in. Raises BadFile with the question where it is not known."""
    columns = [str(column) for column in frame.columns]
    if format_name == "GeoJSON" and not _names_crs(path):
        bounds = _usual_bounds(shapes)
        if bounds is None or (np.all(np.abs(bounds[[0, 2]]) <= 361) and np.all(np.abs(bounds[[1, 3]]) <= 180)):
            return pyproj.CRS.from_epsg(WGS84)
        because = "GeoJSON without one is longitude and latitude, and these numbers cannot be. "
        raise BadFile(_ask_crs(path, bounds, because, columns, near))
    if frame.crs is None or frame.crs.type_name in ("Engineering CRS", "Local CRS"):
        bounds = _usual_bounds(shapes)
        raise BadFile(_ask_crs(path, frame.total_bounds if bounds is None else bounds, "", columns, near))
    return frame.crs


def _usual_bounds(shapes: np.ndarray) -> np.ndarray | None:
    """West, south, east and north of the outlines, without the few whose numbers are not those of the rest; None where none has any.

    Where at least half can be drawn as degrees, those; where at least half are degrees, those; else those that are none.
    """
    bounds = shapely.bounds(shapes)
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    if not len(bounds):
        return None
    lon, lat = np.abs(bounds[:, [0, 2]]).max(axis=1), np.abs(bounds[:, [1, 3]]).max(axis=1)
    is_drawable, is_degrees = (lon <= 361) & (lat <= LARGEST_LAT), (lon <= 361) & (lat <= 180)
    kept = next(
        (bounds[fits] for fits in (is_drawable, is_degrees) if 2 * fits.sum() >= len(bounds)), bounds[~is_degrees]
    )
    return np.concatenate([kept[:, :2].min(axis=0), kept[:, 2:].max(axis=0)])


def _ask_crs(path: Path, bounds: np.ndarray, because: str, columns: list[str], near: Bounds | None) -> str:
    west, south, east, north = bounds
    return (
        f"{path.name} does not say which coordinate system its numbers are in. {because}They run from {west:.6g} to {east:.6g} "
        f"and from {south:.6g} to {north:.6g}. {say_fitting(find_fitting(bounds, near, columns))}"
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


def parse_crs(crs: str) -> pyproj.CRS:
    try:
        return pyproj.CRS.from_user_input(int(crs) if str(crs).strip().isdigit() else crs)
    except pyproj.exceptions.CRSError as error:
        raise BadFile(
            f"“{crs}” is not a coordinate system that is known. Expected an EPSG code such as EPSG:27700 (British National Grid) "
            "or EPSG:4326 (longitude and latitude)."
        ) from error


def name_crs(crs: pyproj.CRS) -> str:
    code = crs.to_epsg(min_confidence=25)
    return f"EPSG:{code}, {crs.name}" if code else crs.name


def _is_national_grid(crs: pyproj.CRS) -> bool:
    """True for the British National Grid, however a file's writer spelled it, with heights or without."""
    flat = crs.sub_crs_list[0] if crs.is_compound else crs
    if flat.to_epsg(min_confidence=25) == BRITISH_NATIONAL_GRID:
        return True
    name = flat.name.lower().replace("_", " ")
    return "british national grid" in name


def to_lonlat(shapes: np.ndarray, crs: pyproj.CRS, path: Path, warnings: list[str]) -> np.ndarray:
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


def swap_shapes(shapes: np.ndarray, crs: pyproj.CRS, path: Path, warnings: list[str]) -> np.ndarray:
    """The shapes with the two numbers of each corner the other way round: of those that look swapped among the rest, else of all."""
    few = find_swapped_among(shapes) if crs.is_geographic else np.zeros(len(shapes), dtype=bool)
    chosen = few if few.any() else np.ones(len(shapes), dtype=bool)
    swapped = shapes.copy()
    swapped[chosen] = shapely.transform(shapes[chosen], lambda xy: xy[:, ::-1])
    count = "All outlines" if chosen.all() else f"{int(chosen.sum()):,} of {len(shapes):,} outlines"
    warnings.append(f"{count} in {path.name} were read with the second number first (--swap), as asked.")
    return swapped


def find_swapped_among(shapes: np.ndarray) -> np.ndarray:
    """True for each of the few outlines that lie with the rest of the file only with their two numbers the other way round."""
    bounds = shapely.bounds(shapes)
    none = np.zeros(len(shapes), dtype=bool)
    usable = np.isfinite(bounds).all(axis=1)
    if usable.sum() < 3:
        return none
    middle = (bounds[:, :2] + bounds[:, 2:]) / 2
    centre = np.median(middle[usable], axis=0)
    with np.errstate(invalid="ignore"):
        away = np.abs(middle - centre).max(axis=1)
        swapped_away = np.abs(middle[:, ::-1] - centre).max(axis=1)
        # Of the nearer half of the file, how far it reaches; ten times as far is not the same area.
        reach = max(float(np.median(away[usable])), 0.05)
        found = usable & (away > 10 * reach) & (swapped_away <= 5 * reach)
    return found if 2 * found.sum() < usable.sum() else none


def check_range(
    shapes: np.ndarray, path: Path, crs: pyproj.CRS, near: Bounds | None, *, is_asked: bool, is_swapped: bool
) -> None:
    """Raises BadFile where the numbers cannot be what the coordinate system says, cannot be drawn, or look swapped.

    `is_asked`: the person named the coordinate system, so only what cannot be is refused.
    """
    bounds = _usual_bounds(shapes)
    if bounds is None:
        if shapely.is_empty(shapes[shapely.is_valid_input(shapes)]).all() or crs.is_geographic:
            return  # mending says what is wrong with each
        raise BadFile(
            f"The boundaries in {path.name} cannot be turned from {crs.name} into longitude and latitude: the numbers do not fit. "
            "Is that the right coordinate system? Say which with --crs."
        )
    west, south, east, north = bounds
    written = f"they run from {west:.6g} to {east:.6g} and from {south:.6g} to {north:.6g}"
    turned = np.array([south, west, north, east])
    if (
        max(abs(south), abs(north)) > LARGEST_LAT
        and max(abs(west), abs(east)) <= LARGEST_LAT
        and max(north, -south) <= 180
    ):
        raise BadFile(
            f"Longitude and latitude look swapped in {path.name}: as written its places are at latitude {(south + north) / 2:.2f}, where "
            f"no map can be drawn; swapped they are {_say_middle(turned)}. "
            + (SWAP_NOT_NEEDED if is_swapped else "To read them so, add --swap.")
        )
    if west < -361 or east > 361 or south < -90.0001 or north > 90.0001:
        raise BadFile(
            f"{path.name} says its numbers are in {crs.name}, but {written}. Which coordinate system are they in? "
            f"{say_fitting(find_fitting(bounds, near, []))}"
        )
    if south > LARGEST_LAT or north < -LARGEST_LAT:
        raise BadFile(
            f"The places in {path.name} lie beyond {LARGEST_LAT} degrees of latitude, where no map can be drawn: {written}. Which "
            "coordinate system are the numbers in? Name it with --crs."
        )
    if is_asked or is_swapped:
        return
    is_null = max(abs(bounds)) <= NULL_ISLAND_DEGREES
    if is_null and not (near and lies_near(bounds, near)):
        raise BadFile(
            f"Every place in {path.name} is at 0, 0, in the sea off West Africa: {written}. That usually means that the coordinates were "
            "lost, or are a drawing's own. Export the file again; or, if it is right as it is, add --crs EPSG:4326."
        )
    # EPSG:4326 has latitude first, and some writers keep to it; nearly all others write longitude first.
    is_in_isles = ISLES_LAT[0] <= west <= east <= ISLES_LAT[1] and ISLES_LON[0] <= south <= north <= ISLES_LON[1]
    if is_in_isles and not (near and lies_near(bounds, near)):
        raise BadFile(
            f"Longitude and latitude look swapped in {path.name}: as written its places are in the Indian Ocean, swapped they are "
            f"in the British Isles. {_say_swap(is_swapped)}"
        )
    if near and lies_near(turned, near) and not lies_near(bounds, near):
        raise BadFile(
            f"Longitude and latitude look swapped in {path.name}: as written its places are {_say_middle(bounds)}, far from the places "
            f"that are loaded; swapped they are {_say_middle(turned)}, where those are. {_say_swap(is_swapped)}"
        )
    few = find_swapped_among(shapes)
    if few.any():
        numbers = ", ".join(str(i + 1) for i in np.flatnonzero(few)[:5])
        raise BadFile(
            f"Longitude and latitude look swapped in {int(few.sum()):,} of {len(shapes):,} outlines in {path.name} (place {numbers} in the "
            "file): as written they are far from the others, swapped they are among them. To read those the other way round, add "
            "--swap; or, if they are right as they are, add --crs EPSG:4326."
        )


def _say_swap(is_swapped: bool) -> str:
    if is_swapped:
        return SWAP_NOT_NEEDED
    return "To read them so, add --swap; or, if they are right as they are, add --crs EPSG:4326."


def _say_middle(bounds: np.ndarray) -> str:
    """“around 51.5 N, 0.12 W”."""
    west, south, east, north = bounds
    return say_point((west + east) / 2, (south + north) / 2)
