"""Where Tidewell's answers, reports and tickets come from: a total shared out over wards or neighbourhoods, leaning one way."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import shapely

from etl.demo.geography import SEED, DemoGeography, DemoPlace

POINTS_FROM = 45  # how many neighbourhoods a comment map's pins gather in
TOWN = "Market Cross"


@dataclass(frozen=True)
class Gazetteer:
    """The places the story may name. `at`: the middle of each ward in km. `silent`: wards of which nothing is recorded."""

    district_code: str
    wards: list[DemoPlace]
    neighbourhoods: list[DemoPlace]
    at: dict[str, tuple[float, float]]
    silent: frozenset[str]

    def find(self, name: str) -> DemoPlace:
        """The ward or neighbourhood of this name. Raises KeyError where the gazetteer has none, or a silent one."""
        place = {place.name: place for place in [*self.wards, *self.neighbourhoods]}[name]
        if self.ward_of(place) in self.silent:
            raise KeyError(f"{name} lies in a ward of which nothing is to be recorded.")
        return place

    def ward_of(self, place: DemoPlace) -> str:
        """The name of the ward a place is or stands in."""
        return place.name if place.parent_code == self.district_code else place.parent_name

    def point_in(self, name: str) -> tuple[float, float]:
        """(lon, lat) of a point well inside a place, the same each time."""
        outline = self.find(name).polygons[0]
        shape = shapely.Polygon(outline[0], outline[1:])
        west, south, east, north = shape.bounds
        random = Random(f"{SEED} point {name}")
        while True:
            lon = round(west + (east - west) * (0.25 + 0.5 * random.random()), 6)
            lat = round(south + (north - south) * (0.25 + 0.5 * random.random()), 6)
            if shapely.contains_xy(shape, lon, lat):
                return lon, lat


def read_gazetteer(path: Path, geography: DemoGeography) -> Gazetteer:
    """The gazetteer of a geography."""
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    return Gazetteer(
        told["district"]["code"],
        geography.wards,
        geography.neighbourhoods,
        {ward["name"]: tuple(ward["at"]) for ward in told["ward"]},
        frozenset(ward["name"] for ward in told["ward"] if ward.get("is_silent")),
    )


def spread(count: dict, places: Gazetteer, random: Random) -> Iterator[tuple[dict, int]]:
    """(place columns, value) of every place with some of a total; what has no place is told apart and not among them."""
    total = count["total"] - count.get("no_place", 0)
    candidates = places.wards if count["spread"] == "ward" else places.neighbourhoods
    candidates = [place for place in candidates if _may_answer(places.ward_of(place), count, places)]
    weights = [_weigh(place, count, places) * (0.85 + 0.3 * random.random()) for place in candidates]
    if count["spread"] == "points":
        ranked = sorted(range(len(candidates)), key=lambda k: -weights[k])[:POINTS_FROM]
        candidates, weights = [candidates[k] for k in ranked], [weights[k] for k in ranked]
    for place, value in zip(candidates, share_out(total, weights), strict=True):
        if value == 0:
            continue
        if count["spread"] == "points":
            lon, lat = places.point_in(place.name)
            yield {"lon": f"{lon:.6f}", "lat": f"{lat:.6f}"}, value
        else:
            yield {"place_code": place.code}, value


def share_out(total: int, weights: list[float]) -> list[int]:
    """Whole shares of a total in proportion to the weights, adding up to it exactly (largest remainders)."""
    exact = [total * weight / sum(weights) for weight in weights]
    shares = [int(value) for value in exact]
    by_remainder = sorted(range(len(exact)), key=lambda k: (shares[k] - exact[k], k))
    for k in by_remainder[: total - sum(shares)]:
        shares[k] += 1
    return shares


def _may_answer(ward: str, count: dict, places: Gazetteer) -> bool:
    only = count.get("only")
    return ward not in places.silent and ward not in count.get("skip", []) and (only is None or ward in only)


def _weigh(place: DemoPlace, count: dict, places: Gazetteer) -> float:
    """How much of a total a place gives: its people, times how far they lean."""
    decile, near = place.deprivation_decile, _nearness(place, count.get("near", TOWN), places)
    lean = {
        "even": 1.0,
        "better off": 0.25 + 0.15 * decile,
        "worse off": 1.5 - 0.12 * decile,
        "near": near,
        "town": 0.4 + near,
    }[count["lean"]]
    for _ in range(1, count.get("sharp", 1)):
        lean *= 0.25 + 0.15 * decile
    return place.population * lean


def _nearness(place: DemoPlace, ward: str, places: Gazetteer) -> float:
    """1 in the ward itself, falling to a half some four kilometres away."""
    (x1, y1), (x2, y2) = places.at[places.ward_of(place)], places.at[ward]
    return 1 / (1 + ((x1 - x2) ** 2 + (y1 - y2) ** 2) / 16)
