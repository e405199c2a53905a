"""What a pair of numbers or a grid reference means on the ground, as WGS 84 lon, lat; or the question to ask about it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

BRITISH, IRISH = "british", "irish"
# The rectangle of the Ordnance Survey's OSTN15 shift model, in metres on the British National Grid.
GRID_WIDTH, GRID_HEIGHT = 700_000, 1_250_000
WEB_MERCATOR_EDGE = 20_037_508.35
# The British Isles in degrees, with a margin: lon, then lat.
ISLES_LON, ISLES_LAT = (-9.0, 2.2), (49.0, 61.5)
LARGEST_SQUARE_M = 100

NOT_A_NUMBER = "The longitude or latitude is blank or not a number."
NULL_ISLAND = "0, 0 is in the sea off West Africa and usually stands for “not known”. Leave both cells empty where the point is not known."
SWAPPED = (
    "Longitude and latitude look swapped: as written the point is in the Indian Ocean, swapped it is in the British Isles. "
    "Is the column called longitude really the longitude? Rename the two columns, or swap them, and load the file again."
)
SWAPPED_BEYOND = "The latitude is beyond 90 degrees. Are longitude and latitude swapped? Rename the two columns, or swap them, and load the file again."
NATIONAL_GRID = (
    "The numbers look like metres on the British National Grid, not degrees. If they are, name the columns easting and northing "
    "and load the file again."
)
WEB_MERCATOR = (
    "The numbers look like metres in Web Mercator (EPSG:3857), not degrees. Save the points as longitude and latitude (WGS 84) "
    "and load the file again."
)
BEYOND = "Longitude must be within ±180 and latitude within ±90. In which coordinate system are these numbers?"
DEGREES_AS_METRES = (
    "The easting and northing look like degrees, not metres. If they are longitude and latitude, name the columns lon and lat "
    "and load the file again."
)
OFF_THE_GRID = "The easting and northing are outside the British National Grid (0 to 700,000 by 0 to 1,250,000 metres)."


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


def irish_to_lonlat(eastings, northings) -> tuple[np.ndarray, np.ndarray]:
    """Longitudes and latitudes (WGS 84) of Irish Grid metres (EPSG:29903), within about a metre."""
    from pyproj import Transformer

    lon, lat = Transformer.from_crs(29903, 4326, always_xy=True).transform(
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
            (in_degrees, None),
            ((np.abs(x) <= 90) & (np.abs(y) <= 180), SWAPPED_BEYOND),
            ((x >= 0) & (x <= GRID_WIDTH) & (y >= 0) & (y <= GRID_HEIGHT), NATIONAL_GRID),
            ((np.abs(x) <= WEB_MERCATOR_EDGE) & (np.abs(y) <= WEB_MERCATOR_EDGE), WEB_MERCATOR),
            (np.ones(x.shape, dtype=bool), BEYOND),
        ]
    undecided = np.ones(x.shape, dtype=bool)
    for applies, reason in checks:
        reasons[undecided & applies] = reason
        undecided &= ~applies
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
        reasons[~(np.isfinite(lon) & np.isfinite(lat))] = OFF_THE_GRID
        reasons[(np.abs(x) <= 180) & (np.abs(y) <= 90)] = DEGREES_AS_METRES
    reasons[~(np.isfinite(x) & np.isfinite(y))] = "The easting or northing is blank or not a number."
    refused = np.not_equal(reasons, None).astype(bool)
    return np.where(refused, np.nan, lon), np.where(refused, np.nan, lat), reasons
