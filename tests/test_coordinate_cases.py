"""A hundred made files with wrong coordinates: the right fix is named, or the points are left unlocated; none is misplaced."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pytest
from pyproj import Transformer

from etl.places.loading import add_places
from etl.readers import read_bytes
from etl.uploads.mapping import ColumnMapping
from etl.uploads.preview import preview_upload
from etl.uploads.uploading import Wanted, prepare_upload
from soundings.home import Home
from soundings.model import BadFile

SEED, CASES, LEAST = 20261123, 100, 98
LONLAT, METRES = ("lon", "lat"), ("easting", "northing")
HALF = 0.1  # half the side of a made ward, in degrees
BRITISH = {
    "Aire": (-1.55, 53.80), "Clyde": (-4.25, 55.86), "Taff": (-3.18, 51.48), "Brent": (-0.35, 51.45), "Fal": (-5.05, 50.26),
    "Wensum": (1.30, 52.63), "Ness": (-4.22, 57.48), "Voe": (-1.20, 60.25), "Mersey": (-2.80, 53.41), "Tyne": (-1.61, 54.97),
    "Rheidol": (-4.00, 52.41), "Dour": (1.20, 51.13),
}  # fmt: skip
IRISH = {"Lagan": (-5.93, 54.60), "Foyle": (-7.32, 55.00), "Liffey": (-6.36, 53.35), "Lee": (-8.47, 51.90), "Corrib": (-9.05, 53.40), "Slea": (-10.20, 52.15)}  # fmt: skip
WESTERN = {name: at for name, at in (BRITISH | IRISH).items() if at[0] < -0.3}
EVERY = BRITISH | IRISH
CODES = {name: f"E0588{number:04d}" for number, name in enumerate(EVERY)}
Points = list[tuple[float, float]]


@dataclass(frozen=True)
class Mistake:
    """One way to get coordinates wrong. `write`: (lon, lat) → the two cells; `named`: words that the right fix holds."""

    what: str
    write: Callable[[float, float], tuple[str, str]]
    named: str
    columns: tuple[str, str] = LONLAT
    towns: dict[str, tuple[float, float]] | None = None
    crs: int | None = None
    is_geojson: bool = False


@cache
def transformer(epsg: int) -> Transformer:
    return Transformer.from_crs(4326, epsg, always_xy=True)


def metres(epsg: int, *, per: float = 1, digits: int = 0, is_swapped: bool = False):
    """A writer of points in another coordinate system."""

    def write(lon: float, lat: float) -> tuple[str, str]:
        x, y = (f"{value / per:.{digits}f}" for value in transformer(epsg).transform(lon, lat))
        return (y, x) if is_swapped else (x, y)

    return write


def plain(lon: float, lat: float, digits: int = 5) -> tuple[str, str]:
    return f"{lon:.{digits}f}", f"{lat:.{digits}f}"


def swapped(lon: float, lat: float) -> tuple[str, str]:
    return plain(lon, lat)[::-1]


def comma(digits: int):
    return lambda lon, lat: tuple(cell.replace(".", ",") for cell in plain(lon, lat, digits))


def without_point(digits: int):
    return lambda lon, lat: tuple(cell.replace(".", "") for cell in plain(lon, lat, digits))


def sixtieths(form: str):
    """A writer of degrees, minutes and seconds; `form` has d, m, s and the letter h."""

    def one(value: float, letters: str) -> str:
        seconds = round(abs(value) * 3600)
        return form.format(d=seconds // 3600, m=seconds // 60 % 60, s=seconds % 60, h=letters[value < 0])

    return lambda lon, lat: (one(lon, "EW"), one(lat, "NS"))


def with_letter(lon: float, lat: float) -> tuple[str, str]:
    return f"{abs(lon):.4f}{'W' if lon < 0 else 'E'}", f"{lat:.4f} N"


MISTAKES = [
    Mistake("longitude and latitude swapped", swapped, "swapped"),
    Mistake("British metres as degrees", metres(27700), "British National Grid", towns=BRITISH),
    Mistake("British metres as degrees, with decimals", metres(27700, digits=2), "British National Grid", towns=BRITISH),
    Mistake("Irish Grid metres as degrees", metres(29903), "Irish Grid", towns=IRISH),
    Mistake("Irish Transverse Mercator as degrees", metres(2157), "Irish Transverse Mercator", towns=IRISH),
    Mistake("Web Mercator as degrees", metres(3857, digits=1), "Web Mercator"),
    Mistake("UTM as degrees", metres(32630), "UTM", towns=BRITISH),
    Mistake("degrees as metres", plain, "columns lon and lat", METRES),
    Mistake("degrees as metres, swapped", swapped, "columns lat and lon", METRES),
    Mistake("easting and northing swapped", metres(27700, is_swapped=True), "swapped", METRES, BRITISH),
    Mistake("kilometres", metres(27700, per=1000, digits=3), "kilometres", METRES, BRITISH),
    Mistake("Web Mercator as British metres", metres(3857), "Web Mercator", METRES),
    Mistake("Irish Grid as British metres", metres(29903), "Irish Grid", METRES, IRISH),
    Mistake("Irish Transverse Mercator as British metres", metres(2157), "Irish Transverse Mercator", METRES, IRISH),
    Mistake("decimal commas", comma(5), "comma"),
    Mistake("decimal commas that look like thousands", comma(3), "comma"),
    Mistake("degrees, minutes and seconds", sixtieths("{d}°{m:02d}'{s:02d}\"{h}"), "minutes and seconds"),
    Mistake("degrees, minutes and seconds with blanks", sixtieths("{d} {m:02d} {s:02d}"), "minutes and seconds"),
    Mistake("degrees with a letter", with_letter, "has a letter"),
    Mistake("a lost minus sign", lambda lon, lat: plain(-lon, lat), "minus sign", towns=WESTERN),
    Mistake("a lost decimal point", without_point(6), "decimal point"),
    Mistake("nought for not known", lambda lon, lat: ("0", "0.0"), "usually stands for “not known”"),
    Mistake("GeoJSON in British metres that says nothing", metres(27700), "EPSG:27700", towns=BRITISH, is_geojson=True),
    Mistake("GeoJSON in Web Mercator that says nothing", metres(3857), "EPSG:3857", is_geojson=True),
    Mistake("GeoJSON in degrees that says metres", plain, "EPSG:4326", crs=27700, is_geojson=True),
    Mistake("GeoJSON in British metres that says Web Mercator", metres(27700), "EPSG:27700", towns=BRITISH, crs=3857, is_geojson=True),
    Mistake("GeoJSON in Web Mercator that says British metres", metres(3857), "EPSG:3857", crs=27700, is_geojson=True),
    Mistake("GeoJSON with latitude first", swapped, "swapped", is_geojson=True),
]  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One made file: a mistake, the ward that its points really stand in, and what its places are."""

    mistake: Mistake
    town: str
    points: tuple[tuple[float, float], ...]
    role: str

    def __str__(self) -> str:
        return f"{self.mistake.what}, {self.town}, {self.role}, {len(self.points)} points"


def make_cases() -> list[Case]:
    """The hundred cases, each mistake as often as the others, towns, points and roles by chance."""
    chance = random.Random(SEED)
    made = []
    for number in range(CASES):
        mistake = MISTAKES[number % len(MISTAKES)]
        town = chance.choice(sorted(mistake.towns or EVERY))
        lon, lat = EVERY[town]
        points = tuple(
            (lon + chance.uniform(-0.9, 0.9) * HALF, lat + chance.uniform(-0.9, 0.9) * HALF)
            for _ in range(chance.choice([1, 3, 8]))
        )
        made.append(Case(mistake, town, points, chance.choice(["venue", "venue", "home"])))
    return made


def write_case(case: Case) -> tuple[str, bytes]:
    """(name, bytes) of the case's file."""
    cells = [case.mistake.write(lon, lat) for lon, lat in case.points]
    if not case.mistake.is_geojson:
        lines = [
            ";".join(("What", "When", "X", "Y")),
            *(f"Walk {n};2025-03-01;{x};{y}" for n, (x, y) in enumerate(cells)),
        ]
        return "walks.csv", "\n".join([*lines, ""]).encode()
    top = {"crs": {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{case.mistake.crs}"}}}
    features = [
        {
            "type": "Feature",
            "properties": {"What": f"Walk {n}", "When": "2025-03-01"},
            "geometry": {"type": "Point", "coordinates": [float(x), float(y)]},
        }
        for n, (x, y) in enumerate(cells)
    ]
    told = {"type": "FeatureCollection", **(top if case.mistake.crs else {}), "features": features}
    return "walks.geojson", json.dumps(told).encode()


@pytest.fixture(scope="module")
def isles(tmp_path_factory) -> Home:
    """Square made-up wards over Britain and Ireland, for reading only."""
    folder = tmp_path_factory.mktemp("isles")
    features = []
    for name, (lon, lat) in EVERY.items():
        west, south, east, north = lon - HALF, lat - HALF, lon + HALF, lat + HALF
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        properties = {"WD25CD": CODES[name], "WD25NM": name, "LAD25CD": "E09999999", "LAD25NM": "Madeup"}
        features.append(
            {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        )
    path = folder / "wards.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    home = Home(folder / "home")
    add_places(home, path, "ward")
    return home


def take(home: Home, case: Case) -> tuple[list[str], dict[str, int], int]:
    """(everything the page says of where, records by ward, records without a place) of a case's file."""
    name, content = write_case(case)
    first, second = ("lon", "lat") if case.mistake.is_geojson else ("X", "Y")
    columns = (("What", "title"), ("When", "start_date"), *zip((first, second), case.mistake.columns, strict=True))
    wanted = Wanted(mapping=ColumnMapping(columns, "Harbour Hub", place_role=case.role))
    try:
        sheets = read_bytes(content, name)
        prepared = prepare_upload(home, name, "0" * 64, sheets, wanted, "a test")
    except BadFile as error:
        return [str(error)], {}, 0
    preview = preview_upload(home, prepared)
    said = [reason.reason for reason in (*preview.result.place_reasons, *preview.result.reasons)]
    said += [one for one in prepared.manifest["decisions"] if not one.startswith("The columns were matched")]
    places = preview.result.places
    return said, preview.by_place.get("ward", {}), places["unlocated"] + places["outside"]


@pytest.fixture(scope="module")
def taken(isles) -> list[tuple[Case, list[str], dict[str, int], int]]:
    """What every case came to."""
    return [(case, *take(isles, case)) for case in make_cases()]


def test_the_right_fix_is_named(taken):
    missed = [(str(case), said) for case, said, _, _ in taken if not any(case.mistake.named in one for one in said)]
    assert CASES - len(missed) >= LEAST, missed


def test_no_point_is_misplaced_without_a_word(taken):
    misplaced = [(str(case), wards) for case, _, wards, _ in taken if set(wards) - {CODES[case.town]}]
    assert not misplaced
    silent = [str(case) for case, said, wards, lost in taken if not said and (not wards or lost)]
    assert not silent


def test_every_mistake_is_made_in_venues_and_towns_of_both_islands():
    cases = make_cases()
    assert len(cases) == CASES and set(Counter(case.mistake.what for case in cases).values()) <= {3, 4}
    assert {case.role for case in cases} == {"venue", "home"} and {case.town for case in cases} >= set(IRISH)


@pytest.mark.parametrize("role", ["venue", "home"])
@pytest.mark.parametrize("town", sorted(EVERY))
def test_right_coordinates_stand_where_they_are(isles, town, role):
    case = Case(Mistake("nothing", plain, ""), town, (EVERY[town],), role)
    _, wards, lost = take(isles, case)
    assert wards == {CODES[town]: 1} and not lost
    if town in BRITISH:
        grid = Case(Mistake("nothing", metres(27700), "", METRES), town, (EVERY[town],), role)
        assert take(isles, grid)[1:] == ({CODES[town]: 1}, 0)


def test_a_lost_minus_sign_whose_mirror_is_a_loaded_place_cannot_be_told(isles):
    """The numbers are a good point of another ward: only someone who knows can say, so nothing is asked of good points."""
    mirrored = Case(Mistake("nothing", plain, ""), "Wensum", ((1.30, 52.63),), "venue")
    assert take(isles, mirrored)[1] == {CODES["Wensum"]: 1}


def test_a_point_that_no_mistake_explains_is_said_to_be_outside(isles):
    at_sea = Case(Mistake("nothing", plain, ""), "Aire", ((-8.0, 58.5),), "venue")
    said, wards, lost = take(isles, at_sea)
    assert said == ["The point stands in none of the loaded places."] and not wards and lost == 1
