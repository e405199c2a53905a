"""What a pair of numbers or a grid reference means on the ground, as WGS 84 lon, lat; or the question to ask about it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np

from etl.locating.coordinate_questions import (
    BEYOND,
    BEYOND_ANY_MAP,
    DEGREES_AS_METRES,
    IN_IRISH_TRANSVERSE,
    IRISH_TRANSVERSE,
    KILOMETRES,
    LOST_MINUS,
    LOST_POINT,
    MERCATOR_AS_METRES,
    NATIONAL_GRID,
    NATIONAL_OR_IRISH_GRID,
    NO_METRES,
    NOT_A_NUMBER,
    NULL_GRID,
    NULL_ISLAND,
    OFF_THE_GRID,
    ON_THE_IRISH_GRID,
    OTHER_ORDER,
    OTHER_WAY_ROUND,
    SWAPPED,
    SWAPPED_BEYOND,
    SWAPPED_DEGREES_AS_METRES,
    SWAPPED_METRES,
    UTM,
    WEB_MERCATOR,
)

BRITISH, IRISH = "british", "irish"
# The rectangle of the Ordnance Survey's OSTN15 shift model, in metres on the British National Grid.
GRID_WIDTH, GRID_HEIGHT = 700_000, 1_250_000
WEB_MERCATOR_EDGE = 20_037_508.35
# The British Isles in degrees, with a margin: lon, then lat.
ISLES_LON, ISLES_LAT = (-11.0, 2.2), (49.0, 61.5)
LARGEST_SQUARE_M = 100
# The same islands in the metres of other systems, each as (west, south, east, north). Ireland on the Irish Grid (EPSG:29903)
# and in Irish Transverse Mercator (EPSG:2157); the British Isles in Web Mercator and in UTM, zones 29 to 31.
IRISH_BOX = (10_000, 10_000, 370_000, 470_000)
ITM_BOX = (410_000, 510_000, 780_000, 970_000)
MERCATOR_BOX = (-1_230_000, 6_270_000, 250_000, 8_760_000)
UTM_BOX = (160_000, 5_430_000, 840_000, 6_820_000)
# Web Mercator, in which maps of the web are drawn, ends here: https://epsg.io/3857.
LARGEST_LAT = 85.06
MOST_DECIMALS = 8


@dataclass(frozen=True)
class GridReference:
    """The middle of the square that a grid reference names, in metres on its grid (british or irish)."""

    easting: float
    northing: float
    grid: str
    size_m: int


def bng_to_lonlat(eastings, northings) -> tuple[np.ndarray, np.ndarray]:
    """Longitudes and latitudes (WGS 84 as ETRS89) of British National Grid metres, by OSTN15; NaN outside its rectangle."""
    from convertbng.cutil import convert_osgb36_to_ll

    lon, lat = convert_osgb36_to_ll(
        np.ascontiguousarray(eastings, dtype=np.float64), np.ascontiguousarray(northings, dtype=np.float64)
    )
    return np.asarray(lon), np.asarray(lat)


def irish_to_lonlat(eastings, northings, epsg: int = 29903) -> tuple[np.ndarray, np.ndarray]:
    """Longitudes and latitudes (WGS 84) of Irish Grid metres (or of another grid's), within about a metre."""
    from pyproj import Transformer

    lon, lat = Transformer.from_crs(epsg, 4326, always_xy=True).transform(
        np.asarray(eastings, dtype=np.float64), np.asarray(northings, dtype=np.float64)
    )
    outside = ~(np.isfinite(lon) & np.isfinite(lat))
    return np.where(outside, np.nan, lon), np.where(outside, np.nan, lat)


def parse_grid_reference(text: str) -> GridReference | str:
    """The square a reference such as “SE 299 338” names; or the reason, in a sentence, why it is none that can be used.

    Six figures or more: a square of 1 km or 10 km says too little to tell which area is meant. Both grids have the letters
    of the alphabet without I in rows of five from the north-west.
    """
    told = re.sub(r"[\s,.]", "", text).upper()
    found = re.fullmatch(r"([A-HJ-Z]{1,2})(\d*)", told)
    if not found:
        return f"“{text.strip()}” is not a grid reference. Expected letters and figures such as SE 299 338."
    letters, digits = found.groups()
    if len(digits) % 2:
        return f"The grid reference “{text.strip()}” has an odd number of figures, so one is missing or too many."
    half = len(digits) // 2
    if half > 5:
        return f"The grid reference “{text.strip()}” has more than ten figures."
    size = 10 ** (5 - half)
    if size > LARGEST_SQUARE_M:
        return (
            f"The grid reference “{text.strip()}” names a square {size // 1000} km wide, too large to tell which area is meant. "
            "Give six figures or more."
        )
    east, north = _square(letters)
    if not (0 <= east < GRID_WIDTH and 0 <= north < GRID_HEIGHT):
        return f"“{letters}” in “{text.strip()}” is not a square of the British National Grid."
    easting = east + int(digits[:half]) * size + size / 2
    northing = north + int(digits[half:]) * size + size / 2
    return GridReference(easting, northing, BRITISH if len(letters) == 2 else IRISH, size)


def _square(letters: str) -> tuple[int, int]:
    """The south-west corner in metres of the 100 km square that one (Irish) or two (British) letters name."""
    places = [ord(letter) - ord("A") - (letter > "I") for letter in letters]
    column, row = places[-1] % 5, 4 - places[-1] // 5
    if len(places) == 1:
        return column * 100_000, row * 100_000
    # The 500 km square S stands at the grid's origin.
    return ((places[0] % 5 - 2) * 5 + column) * 100_000, ((3 - places[0] // 5) * 5 + row) * 100_000


def grid_reference_to_lonlat(text: str) -> tuple[float, float] | str:
    """(lon, lat) of the middle of the named square, or the reason why there is none."""
    parsed = parse_grid_reference(text)
    if isinstance(parsed, str):
        return parsed
    convert = bng_to_lonlat if parsed.grid == BRITISH else irish_to_lonlat
    lon, lat = convert([parsed.easting], [parsed.northing])
    return (float(lon[0]), float(lat[0])) if np.isfinite(lon[0]) else OFF_THE_GRID


def diagnose_points(lon, lat) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Longitudes, latitudes and reasons of pairs that stand in columns of longitude and latitude.

    A pair that can be used keeps its numbers and has the reason None; any other is NaN, NaN and a sentence that asks.
    Nothing is put right silently.
    """
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    reasons = np.full(x.shape, None, dtype=object)
    with np.errstate(invalid="ignore"):
        in_degrees = (np.abs(x) <= 180) & (np.abs(y) <= 90)
        east = (x >= ISLES_LAT[0]) & (x <= ISLES_LAT[1]) & (y >= ISLES_LON[0]) & (y <= ISLES_LON[1])
        checks = [
            (~(np.isfinite(x) & np.isfinite(y)), NOT_A_NUMBER),
            ((x == 0) & (y == 0), NULL_ISLAND),
            (in_degrees & east, SWAPPED),
            (in_degrees & (np.abs(y) <= LARGEST_LAT), None),
            ((np.abs(x) <= LARGEST_LAT) & (np.abs(y) <= 180), SWAPPED_BEYOND),
            (in_degrees, BEYOND_ANY_MAP),
            (is_in(x, y, MERCATOR_BOX) & ~(is_in(x, y, UTM_BOX) & (y < MERCATOR_BOX[1])), WEB_MERCATOR),
            (is_in(x, y, UTM_BOX), UTM),
            (lost_its_point(x, y), LOST_POINT),
            (is_in(x, y, ITM_BOX) & is_off_the_east_coast(x, y), IRISH_TRANSVERSE),
            (is_in(x, y, IRISH_BOX), NATIONAL_OR_IRISH_GRID),
            ((x >= 0) & (x <= GRID_WIDTH) & (y >= 0) & (y <= GRID_HEIGHT), NATIONAL_GRID),
            ((np.abs(x) <= WEB_MERCATOR_EDGE) & (np.abs(y) <= WEB_MERCATOR_EDGE), WEB_MERCATOR),
            (np.ones(x.shape, dtype=bool), BEYOND),
        ]
    give_first_reason(reasons, checks)
    refused = np.not_equal(reasons, None).astype(bool)
    return np.where(refused, np.nan, x), np.where(refused, np.nan, y), reasons


def diagnose_point(lon: float, lat: float) -> tuple[float, float] | str:
    """(lon, lat) where the pair can be used as it stands; else a sentence that says what is odd and asks."""
    longitudes, latitudes, reasons = diagnose_points([lon], [lat])
    return reasons[0] or (float(longitudes[0]), float(latitudes[0]))


def diagnose_grid_points(eastings, northings) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Longitudes, latitudes and reasons of pairs that stand in columns of easting and northing (British National Grid)."""
    x, y = np.asarray(eastings, dtype=np.float64), np.asarray(northings, dtype=np.float64)
    lon, lat = bng_to_lonlat(x, y)
    reasons = np.full(x.shape, None, dtype=object)
    with np.errstate(invalid="ignore"):
        is_off = ~(np.isfinite(lon) & np.isfinite(lat))
        swapped = (x >= ISLES_LAT[0]) & (x <= ISLES_LAT[1]) & (y >= ISLES_LON[0]) & (y <= ISLES_LON[1])
        checks = [
            (~(np.isfinite(x) & np.isfinite(y)), NO_METRES),
            ((x == 0) & (y == 0), NULL_GRID),
            (swapped, SWAPPED_DEGREES_AS_METRES),
            ((np.abs(x) <= 180) & (np.abs(y) <= 90), DEGREES_AS_METRES),
            ((x >= 0) & (x <= GRID_WIDTH / 1000) & (y >= 0) & (y <= GRID_HEIGHT / 1000), KILOMETRES),
            (is_in(x, y, MERCATOR_BOX) & ~(is_in(x, y, UTM_BOX) & (y < MERCATOR_BOX[1])), MERCATOR_AS_METRES),
            (is_in(x, y, UTM_BOX), UTM),
            (is_in(x, y, ITM_BOX) & is_off_the_east_coast(x, y), IRISH_TRANSVERSE),
            (is_off & (y >= 0) & (y <= GRID_WIDTH) & (x >= 0) & (x <= GRID_HEIGHT), SWAPPED_METRES),
            (is_off, OFF_THE_GRID),
        ]
    give_first_reason(reasons, checks)
    refused = np.not_equal(reasons, None).astype(bool)
    return np.where(refused, np.nan, lon), np.where(refused, np.nan, lat), reasons


def give_first_reason(reasons: np.ndarray, checks: list[tuple[np.ndarray, str | None]]) -> None:
    """Fills `reasons` with the sentence of the first check that applies to each."""
    undecided = np.ones(reasons.shape, dtype=bool)
    for applies, reason in checks:
        reasons[undecided & applies] = reason
        undecided &= ~applies


def is_in(x: np.ndarray, y: np.ndarray, box: tuple[float, float, float, float]) -> np.ndarray:
    """Whether each pair is in a box of (west, south, east, north)."""
    west, south, east, north = box
    return (x >= west) & (x <= east) & (y >= south) & (y <= north)


def is_off_the_east_coast(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Whether pairs on the British National Grid are in the North Sea off northern England and Scotland, where no land is."""
    return ((x > 455_000) & (y > 540_000)) | ((x > 430_000) & (y > 570_000))


def lost_its_point(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Whether both numbers, divided by some power of ten, would be a point of the British Isles, and the pair is on no grid there."""
    on_a_grid = (x >= 0) & (y >= 0) & (x <= GRID_WIDTH) & (y <= GRID_HEIGHT)
    powers = 10.0 ** np.arange(MOST_DECIMALS + 1)
    lon, lat = np.zeros(x.shape, dtype=bool), np.zeros(x.shape, dtype=bool)
    for power in powers:
        lon |= (x / power >= ISLES_LON[0]) & (x / power <= ISLES_LON[1])
        lat |= (y / power >= ISLES_LAT[0]) & (y / power <= ISLES_LAT[1])
    return lon & lat & ~on_a_grid & (np.abs(y) > 90)


def read_otherwise(lon, lat, is_metres) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """(what was mistaken, lon, lat) of every mistake that leaves good numbers behind, for points that stand in no loaded place.

    NaN where a mistake cannot be that point's. `is_metres`: the file says eastings and northings. Only ever to ask.
    """
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    is_metres = np.asarray(is_metres, dtype=bool)
    found = []
    with np.errstate(invalid="ignore"):
        west = ~is_metres & (x > 0) & (x <= -ISLES_LON[0]) & (y >= ISLES_LAT[0]) & (y <= ISLES_LAT[1])
    if west.any():
        found.append((LOST_MINUS, np.where(west, -x, np.nan), np.where(west, y, np.nan)))
    swapped = ~is_metres & (np.abs(x) <= LARGEST_LAT) & (np.abs(y) <= 180)
    if swapped.any():
        found.append((OTHER_WAY_ROUND, np.where(swapped, y, np.nan), np.where(swapped, x, np.nan)))
    if is_metres.any():
        from convertbng.cutil import convert_bng

        east, north = (np.full(x.shape, np.nan) for _ in range(2))
        east[is_metres], north[is_metres] = convert_bng(x[is_metres], y[is_metres])
        found.append((OTHER_ORDER, *bng_to_lonlat(north, east)))
        found.append((ON_THE_IRISH_GRID, *irish_to_lonlat(east, north)))
        found.append((IN_IRISH_TRANSVERSE, *irish_to_lonlat(east, north, 2157)))
    return found


def guess_system(x, y) -> str | None:
    """The coordinate system that most pairs of numbers look like, as “EPSG:27700 (British National Grid)”, or None."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    names = {
        NATIONAL_GRID: "EPSG:27700 (British National Grid)",
        NATIONAL_OR_IRISH_GRID: "EPSG:27700 (British National Grid) or EPSG:29903 (Irish Grid)",
        IRISH_TRANSVERSE: "EPSG:2157 (Irish Transverse Mercator)",
        WEB_MERCATOR: "EPSG:3857 (Web Mercator)",
        UTM: "EPSG:32630 (UTM, or the zone beside it)",
        None: "EPSG:4326 (longitude and latitude)",
    }
    is_point = np.isfinite(x) & np.isfinite(y)
    if not is_point.any():
        return None
    _, _, reasons = diagnose_points(x[is_point], y[is_point])
    reason, often = Counter(reasons.tolist()).most_common(1)[0]
    return names.get(reason) if 2 * often > int(is_point.sum()) else None
