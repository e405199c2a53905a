"""Small made-up files to load: square wards in a row, and answers by ward."""

from __future__ import annotations

import csv
import json
from pathlib import Path

HEADER = ["date", "ward_code", "activity"]


def ward_code(number: int) -> str:
    return f"E0599990{number}"


def write_places(path: Path, count: int = 3, names: str = "Ward", first: int = 1) -> Path:
    """`count` square wards in a row, in one district; none of them is real."""
    features = [
        {
            "type": "Feature",
            "properties": {
                "WD25CD": ward_code(number),
                "WD25NM": f"{names} {number}",
                "LAD25CD": "E09999999",
                "LAD25NM": "Madeup",
            },
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[x, 53.0], [x + 0.1, 53.0], [x + 0.1, 53.1], [x, 53.1], [x, 53.0]]],
            },
        }
        for number in range(first, first + count)
        for x in [round(-2 + number * 0.1, 3)]
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def write_rows(path: Path, rows: list[list[str]], header: list[str] = HEADER) -> Path:
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def write_contributions(path: Path, topic: str = "Parks", rows: int = 12) -> Path:
    """`rows` answers about one topic, each on a day of its own, over three wards."""
    return write_rows(path, [[f"2025-03-{row + 1:02d}", ward_code(row % 3 + 1), topic] for row in range(rows)])
