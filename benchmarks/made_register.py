"""A made-up register to measure on: activities with their facts, stages, claims, meetings and counts, in 400 square wards."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np

from etl.loading import load_file
from etl.places.loading import add_places
from soundings.home import Home
from soundings.model import FACTS, STAGES

SEED = 11
ACTIVITY_COUNT = 20_000
WARDS_ACROSS = 20
METHODS = ("survey", "workshop", "panel", "group", "drop-in", "event", "ballot", "consultation")
THEMES = ("housing", "health", "parks", "transport", "arts", "young people", "environment")
CALLED = (
    "survey",
    "consultation",
    "co-production",
    "Our Big Conversation",
    "listening",
    "co-design",
    "community-led",
    "",
)
TOPICS = (
    "Allotments",
    "Café",
    "Libraries",
    "Play streets",
    "Flood",
    "Repairs",
    "Buses",
    "School meals",
    "Damp",
    "Lighting",
)
WORDS = "residents council drawing river market meal garden letter minutes street tenants evening repair school harbour".split()
MEASURES = ("people", "responses", "attendances", "entries")


def write_wards(path: Path) -> list[str]:
    """Square wards side by side, in one district; returns their codes. None of them is real."""
    features, codes = [], []
    for number in range(WARDS_ACROSS**2):
        x, y = round(-2 + number % WARDS_ACROSS * 0.02, 4), round(53 + number // WARDS_ACROSS * 0.02, 4)
        ring = [
            [x, y],
            [round(x + 0.02, 4), y],
            [round(x + 0.02, 4), round(y + 0.02, 4)],
            [x, round(y + 0.02, 4)],
            [x, y],
        ]
        codes.append(f"E05{900_000 + number}")
        named = {"WD25CD": codes[-1], "WD25NM": f"Ward {number + 1}", "LAD25CD": "E09999999", "LAD25NM": "Madeup"}
        features.append(
            {"type": "Feature", "properties": named, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        )
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return codes


def write_sheets(folder: Path, codes: list[str], count: int) -> None:
    """Sheets of the template: `count` activities, and for each some of everything that is told of one."""
    chance = np.random.default_rng(SEED)
    columns = {
        "activities": "activity_id title summary method theme organisation time_pattern start_date called called_date place_code place_role",
        "facts": "activity_id fact answer evidence",
        "stages": "activity_id stage sharing",
        "sessions": "activity_id session_id date attendance_count returning_count",
        "counts": "activity_id measure value basis place_code place_role",
    }
    files = {name: open(folder / f"{name}.csv", "w", newline="", encoding="utf-8") for name in columns}
    try:
        sheets = {name: csv.writer(file) for name, file in files.items()}
        for name, header in columns.items():
            sheets[name].writerow(header.split())
        for number in range(count):
            write_activity(sheets, chance, f"a{number:05d}", codes)
    finally:
        for file in files.values():
            file.close()


def write_activity(sheets: dict, chance: np.random.Generator, name: str, codes: list[str]) -> None:
    """One activity in every sheet."""

    def pick(options):
        return options[chance.integers(len(options))]

    def day(year: int) -> str:
        return f"{year}-{chance.integers(1, 13):02d}-{chance.integers(1, 29):02d}"

    year, called = int(chance.integers(2021, 2027)), pick(CALLED)
    code = pick(codes) if chance.random() < 0.9 else ""
    summary = " ".join(pick(WORDS) for _ in range(25)).capitalize() + "."
    sheets["activities"].writerow(
        [name, f"{pick(TOPICS)} {name[1:]}", summary, pick(METHODS), pick(THEMES), f"Group {chance.integers(300)}",
         "series", day(year), called, day(year) if called else "", code, "venue"]
    )  # fmt: skip
    for fact in chance.choice(FACTS, chance.integers(0, 13), replace=False):
        answer = ("yes", "yes", "no", "not known")[chance.integers(4)]
        sheets["facts"].writerow([name, fact, answer, "minutes, May 2024" if answer == "yes" else ""])
    if chance.random() < 0.5:
        for stage in STAGES:
            sheets["stages"].writerow([name, stage, ("to", "for", "with", "by", "not known")[chance.integers(5)]])
    for meeting in range(chance.integers(0, 7)):
        sheets["sessions"].writerow(
            [name, f"{name}-{meeting}", day(year), chance.integers(4, 30), chance.integers(0, 4)]
        )
    for measure in chance.choice(MEASURES, chance.integers(0, 3), replace=False):
        sheets["counts"].writerow([name, measure, chance.integers(1, 2000), "exact", code, "venue"])


def make_register_home(root: Path, count: int = ACTIVITY_COUNT) -> Home:
    """A home with the wards and the register in it, loaded as anybody would load them."""
    home = Home(root / "home")
    codes = write_wards(root / "wards.geojson")
    add_places(home, root / "wards.geojson", "ward")
    sheets = root / "sheets"
    sheets.mkdir()
    write_sheets(sheets, codes, count)
    load_file(home, sheets, "native")
    return home
