"""Coordinate systems that numbers without one would fit, each with where it would put them; never more than a proposal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyproj

from etl.places.near import Bounds, lies_near

WEB_MERCATOR, LONLAT, BRITISH_NATIONAL_GRID = 3857, 4326, 27700
MOST_NAMED = 6
FAR_FROM_ZERO = 20.0  # degrees: numbers this near to 0, 0 in Web Mercator are more often metres of a national grid

# The systems that public files of places are kept in, by country: https://epsg.io. `words`: parts of names of columns that
# speak for it, as that country's files have them.
SYSTEMS = {
    27700: ("British National Grid", ("wd2", "wd1", "lad2", "lad1", "lsoa", "msoa", "oa2")),
    2157: ("Irish Transverse Mercator", ("small_area", "electoral", "ed_english", "county_eng", "sa_pub", "ed_guid")),
    29902: ("Irish Grid", ("electoral", "deanames", "ward1992", "lgd", "soa_code")),
    28992: ("RD New, the Netherlands", ("gemeente", "wijk", "buurt", "gm_code", "wk_code", "bu_code")),
    2154: ("Lambert-93, France", ("insee", "commune", "codgeo", "libgeo", "iris", "depcom", "quartier")),
    31370: ("Lambert 72, Belgium", ("nis", "nsi", "secteur", "sector", "gemeente", "commune")),
    2056: ("LV95, Switzerland", ("gemeinde", "bfs", "kanton", "commune")),
    25832: (
        "UTM zone 32, Germany and Denmark",
        ("gemeinde", "ortsteil", "stadtteil", "bezirk", "ags", "ars", "kommune"),
    ),
    25833: ("UTM zone 33, eastern Germany", ("gemeinde", "ortsteil", "stadtteil", "bezirk", "ags", "ars", "plr")),
    25831: ("UTM zone 31, eastern Spain and the Benelux", ("barri", "distrito", "districte", "barrio")),
    25830: ("UTM zone 30, Spain", ("barrio", "distrito", "municipio", "seccion")),
    31287: ("Lambert, Austria", ("gemeinde", "bezirk", "katastral")),
    3003: ("Monte Mario zone 1, Italy", ("comune", "quartiere", "municipio", "istat")),
    3006: ("SWEREF 99 TM, Sweden", ("deso", "kommun", "lan_")),
    3067: ("TM35FIN, Finland", ("kunta", "nimi", "posti_alue")),
    2180: ("CS92, Poland", ("gmina", "osiedle", "powiat", "jpt_")),
    2193: ("NZTM, New Zealand", ("sa2", "ta2", "nzta")),
    WEB_MERCATOR: ("Web Mercator", ()),
    LONLAT: ("longitude and latitude", ()),
}


@dataclass(frozen=True)
class Fitting:
    """A system that the numbers would fit. `lon`, `lat`: where it would put their middle. `column` speaks for it; `is_near`: so
    do the loaded places."""

    epsg: int
    name: str
    lon: float
    lat: float
    column: str | None
    is_near: bool


def find_fitting(bounds: np.ndarray | Bounds, near: Bounds | None, columns: list[str]) -> list[Fitting]:
    """The systems in which numbers of these bounds are where the system is used, the likeliest first.

    Where loaded places, or else a column's name, speak for some of them, those alone.
    """
    west, south, east, north = (float(number) for number in bounds)
    if not np.isfinite([west, south, east, north]).all():
        return []
    if max(abs(west), abs(east)) <= 180 and max(abs(south), abs(north)) <= 90:
        return [Fitting(LONLAT, SYSTEMS[LONLAT][0], (west + east) / 2, (south + north) / 2, None, False)]
    found = []
    for epsg, (name, words) in SYSTEMS.items():
        point = _place_in(epsg, west, south, east, north)
        if epsg == LONLAT or point is None:
            continue
        column = next((one for one in columns if any(word in one.lower() for word in words)), None)
        is_near = near is not None and lies_near((*point, *point), near)
        found.append(Fitting(epsg, name, *point, column, is_near))
    for spoken_for in ([one for one in found if one.is_near], [one for one in found if one.column]):
        if spoken_for:
            return spoken_for
    others = [one for one in found if one.epsg != WEB_MERCATOR]
    return [one for one in found if one.epsg != WEB_MERCATOR or not others or abs(one.lat) > FAR_FROM_ZERO][:MOST_NAMED]


def _place_in(epsg: int, west: float, south: float, east: float, north: float) -> tuple[float, float] | None:
    """(lon, lat) of the middle, where all four corners are in the area that the system is made for; else None."""
    crs = pyproj.CRS.from_epsg(epsg)
    area = crs.area_of_use
    to_lonlat = pyproj.Transformer.from_crs(crs, LONLAT, always_xy=True)
    x, y = [west, east, west, east, (west + east) / 2], [south, south, north, north, (south + north) / 2]
    lon, lat = (np.asarray(axis) for axis in to_lonlat.transform(x, y))
    if area is None or not (np.isfinite(lon) & np.isfinite(lat)).all():
        return None
    fits = (lon >= area.west) & (lon <= area.east) & (lat >= area.south) & (lat <= area.north)
    return (float(lon[4]), float(lat[4])) if fits.all() else None


def say_fitting(found: list[Fitting]) -> str:
    """What to add to the command, for each system that fits; a question where none does."""
    if not found:
        return "Which is it? Name it with --crs, such as --crs EPSG:27700; epsg.io lists the systems of every country."
    if len(found) == 1:
        one = found[0]
        return (
            f"They would fit {_say_name(one)}, which puts them {say_point(one.lon, one.lat)}{_say_why(one)}; if that is what they are, "
            f"add --crs EPSG:{one.epsg}."
        )
    listed = "; ".join(
        f"--crs EPSG:{one.epsg} ({one.name}) puts them {say_point(one.lon, one.lat)}{_say_why(one)}" for one in found
    )
    return f"They would fit several; add the one that puts them in the right place: {listed}."


def _say_name(one: Fitting) -> str:
    return one.name if one.epsg == LONLAT else f"{'the ' if one.epsg == BRITISH_NATIONAL_GRID else ''}{one.name}"


def _say_why(one: Fitting) -> str:
    if one.is_near:
        return ", where the loaded places are"
    return f", and the column {one.column} speaks for it" if one.column else ""


def say_point(lon: float, lat: float) -> str:
    """“around 51.5 N, 0.12 W”."""
    return f"around {abs(lat):.4g} {'N' if lat >= 0 else 'S'}, {abs(lon):.4g} {'E' if lon >= 0 else 'W'}"


def say_candidates(found: list[Fitting]) -> str:
    """The systems that fit, for a file that cannot be told its own; nothing where none does."""
    listed = "; ".join(
        f"{one.name} (EPSG:{one.epsg}), {say_point(one.lon, one.lat)}" for one in found if one.epsg != LONLAT
    )
    return f" As metres they would fit: {listed}." if listed else ""
