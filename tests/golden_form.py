"""What a mapped batch comes to, in a form that a person can read and check against the input by eye."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import shapely

from etl.loading import choose_kept
from etl.locating.areas import AreaLookup, Boundaries
from etl.mapping.batch import map_sheets
from etl.screening import screen_sheets
from etl.spec_types import DROP, Spec
from etl.specs import read_specs, recognise_source
from etl.types import Mapped, Sheet

BATCH = "b0"


def read_input(path: Path) -> list[Sheet]:
    """The sheets of a file, or of each file in a folder, as a load reads them."""
    from etl.loading import ReadOptions
    from etl.loading import read_input as read

    return read(path, ReadOptions())


def find_input(folder: Path) -> Path:
    """The file or folder beside expected.json."""
    return next(path for path in sorted(folder.iterdir()) if path.name != "expected.json")


def map_golden(folder: Path) -> tuple[str, dict]:
    """(the source that was recognised, the mapped batch in readable form) of a golden folder."""
    path = find_input(folder)
    sheets = read_input(path)
    spec = recognise_source(sheets, read_specs())
    if spec.others == DROP:
        sheets = screen_as_loaded(spec, sheets)
    return spec.id, make_readable(map_sheets(spec, sheets, BATCH, path.name))


def screen_as_loaded(spec: Spec, sheets: list[Sheet]) -> list[Sheet]:
    """The sheets as a load keeps them, where two made-up wards are the only places: E05099901, and E05099902 east of it."""
    boxes = {"E05099901": shapely.box(-2.0, 53.0, -1.9, 53.1), "E05099902": shapely.box(-1.9, 53.0, -1.8, 53.1)}
    wards = Boundaries("ward", np.array(list(boxes), dtype=object), shapely.to_wkb(np.array(list(boxes.values()))))
    kept, roles, _ = choose_kept(spec, sheets, spec.drop)
    return screen_sheets(kept, roles, AreaLookup((wards,)), drop=spec.drop).sheets


def make_readable(mapped: Mapped) -> dict:
    """Rows as dictionaries without nulls and batch ids; locations are written out where they are used."""
    where = {row["location_id"]: say_location(row) for row in mapped.tables["location"].to_pylist()}
    tables = {}
    for name, table in mapped.tables.items():
        if name != "location" and table.num_rows:
            tables[name] = [make_row(row, where) for row in table.to_pylist()]
    return {
        "rows": {"read": mapped.rows_read, "accepted": mapped.rows_accepted, "rejected": mapped.rows_rejected},
        "rejections": [make_row(row, where) for row in mapped.rejections.to_pylist()],
        "locations": list(where.values()),
        **tables,
    }


def make_row(row: dict, where: dict[str, str]) -> dict:
    shown = {}
    for name, value in row.items():
        if name == "location_id":
            shown["location"] = where[value]
        elif value is not None and name != "batch_id":
            shown[name] = value.isoformat() if isinstance(value, date) else value
    return shown


def say_location(row: dict) -> str:
    kept = [
        f"{name}={row[name]}"
        for name in ("code", "name", "said", "within_code", "place_kind", "vintage", "lon", "lat", "reason")
        if row[name] is not None
    ]
    return " ".join([row["kind"], *kept])


def write_lines(readable: dict) -> str:
    """JSON with one line for each row, so that a change is one line in a diff."""
    parts = []
    for name, value in readable.items():
        if isinstance(value, list):
            lines = ",\n".join(f"    {json.dumps(item, ensure_ascii=False)}" for item in value)
            parts.append(f"  {json.dumps(name)}: [\n{lines}\n  ]" if value else f"  {json.dumps(name)}: []")
        else:
            parts.append(f"  {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"
