"""Makes Tidewell's committed files again from what is written by hand: `python -m etl.demo.make [FOLDER]`."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

from etl.demo.files import FOLDER, DemoFiles, files_in
from etl.demo.geography import DemoGeography, DemoPlace, make_geography
from etl.demo.story import make_story

TOLD = FOLDER / "told"


def make_demo(folder: Path) -> DemoFiles:
    """The demo's files, written into a folder; the same bytes every time."""
    files = files_in(folder)
    files.activity_folder.mkdir(parents=True, exist_ok=True)
    geography = make_geography(TOLD / "gazetteer.toml")
    files.wards.write_bytes(say_places(geography.wards, geography).encode())
    files.neighbourhoods.write_bytes(say_places(geography.neighbourhoods, geography).encode())
    for name, rows in make_story(TOLD, geography).items():
        (files.activity_folder / f"{name}.csv").write_bytes(say_rows(rows).encode())
    return files


def say_places(places: list[DemoPlace], geography: DemoGeography) -> str:
    """GeoJSON text, a line for each place."""
    lines = ",\n".join(
        json.dumps(say_place(place, geography), ensure_ascii=False, separators=(",", ":")) for place in places
    )
    return f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n'


def say_place(place: DemoPlace, geography: DemoGeography) -> dict:
    """One place as a GeoJSON feature.

    Only wards name their parent: the district is made from them, while a ward named in two files would be held twice.
    """
    is_one, is_ward = len(place.polygons) == 1, place in geography.wards
    return {
        "type": "Feature",
        "properties": {
            "code": place.code,
            "name": place.name,
            "parent_code": place.parent_code,
            **({"parent_name": place.parent_name} if is_ward else {}),
            "population": place.population,
            "population_date": geography.population_date,
            "deprivation_decile": place.deprivation_decile,
            "vintage": geography.vintage,
        },
        "geometry": {
            "type": "Polygon" if is_one else "MultiPolygon",
            "coordinates": place.polygons[0] if is_one else place.polygons,
        },
    }


def say_rows(rows: list[dict]) -> str:
    """CSV text with a header."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


if __name__ == "__main__":
    made = make_demo(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
    print(f"Made Tidewell in {made.wards.parent}.")
