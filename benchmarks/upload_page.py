"""What a person waits for on the page Upload with a file of 200,000 rows, beside pandas reading the same file. Prints JSON.

    python -m benchmarks.upload_page [--rows 200000] [--runs 3]

Wanted: 20 s from a dropped file to all that the page says of it, 5 s from one correction to all of it again, 2 GB of memory. Each
case is a process of its own: `native` the template's activities, `foreign` another file's columns matched to the template (a row
is an activity, a meeting and a figure), `wrong` the same with a tenth of its rows wrong and another tenth in no place that is
loaded. The wards of the made-up district of Tidewell are loaded.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from etl.demo.files import demo_files
from etl.loading import ReadOptions
from etl.places.loading import add_places
from etl.types import Sheet
from etl.uploads.guessing import propose_columns
from etl.uploads.mapping import ColumnMapping
from etl.uploads.preview import preview_upload
from etl.uploads.starter import make_starter
from etl.uploads.troubles import Trouble, join_troubles, list_troubles, list_unplaced
from etl.uploads.uploading import (
    Fix,
    Prepared,
    Wanted,
    confirm_upload,
    find_state,
    list_fitting,
    prepare_upload,
    read_upload,
)
from soundings.generations import open_current
from soundings.home import PROJECT, Home

ROWS, RUNS, SEED = 200_000, 3, 7
FIRST_WRONG = 5  # its row in the file
WANTED = {"first_look_s": 20.0, "after_one_correction_s": 5.0, "peak_bytes": 2_000_000_000}
NATIVE, FOREIGN, WRONG = "native", "foreign", "wrong"
CASES = (NATIVE, FOREIGN, WRONG)
HEADERS = {
    NATIVE: ("activity_id", "title", "organisation", "start_date", "place_name", "place_role", "mode"),
    FOREIGN: ("Event name", "Held on", "Ward", "Attendance", "People", "Run by"),
}
FIELDS = (
    ("Event name", "title"),
    ("Held on", "start_date"),
    ("Ward", "place_name"),
    ("Attendance", "attendance_count"),
    ("People", "people"),
    ("Run by", "organisation"),
)
WRONG_CELLS = ((1, "31/02/2025"), (1, "03/04/2025"), (3, "lots"), (4, "some of them"))


def make_rows(case: str, wards: list[str], count: int) -> Iterator[list[str]]:
    """Made-up rows, the same each time; of `wrong` every tenth has a wrong cell, and every tenth a place nobody knows."""
    chance = random.Random(SEED)
    for number in range(count):
        title, ward = f"Tea and talk {number}", chance.choice(wards)
        day = f"2025-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
        group = f"Group {chance.randrange(count // 40)}"
        if case == NATIVE:
            yield [f"a{number}", title, group, day, ward, "venue", "in person"]
            continue
        row = [title, day, ward, str(chance.randint(1, 60)), str(chance.randint(1, 40)), group]
        if case == WRONG and number % 10 == 3:
            at, said = WRONG_CELLS[number // 10 % len(WRONG_CELLS)]
            row[at] = said
        if case == WRONG and number % 10 == 7:
            row[2] = f"Hall {number}"
        yield row


def write_rows(path: Path, case: str, wards: list[str], count: int) -> None:
    """The case's CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS[NATIVE if case == NATIVE else FOREIGN])
        writer.writerows(make_rows(case, wards, count))


class Watch:
    """Seconds of each step by its name, one for each time it was taken."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = {}

    @contextmanager
    def time(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds.setdefault(name, []).append(time.perf_counter() - started)

    def middle(self) -> dict[str, float]:
        return {name: statistics.median(taken) for name, taken in self.seconds.items()}


def look(
    home: Home, path: Path, sha256: str, sheets: list[Sheet], wanted: Wanted, watch: Watch
) -> tuple[Prepared, list[Trouble]]:
    """What the page works out of a file at each look: (the upload prepared, the rows to put right)."""
    with watch.time("prepare"):
        prepared = prepare_upload(home, path.name, sha256, sheets, wanted)
    if prepared.personal or find_state(home, prepared):
        raise SystemExit(f"{path.name} is not looked at: {prepared.personal or 'it is loaded already'}")
    with watch.time("preview"):
        preview = preview_upload(home, prepared)
    with watch.time("troubles"):
        troubles = list_troubles(prepared, sheets, wanted)
    with watch.time("unplaced"):
        unplaced = list_unplaced(prepared, sheets, wanted, preview.unplaced, preview.lost_rows)
    return prepared, join_troubles(troubles, unplaced)


def measure_case(case: str, folder: Path, count: int, runs: int) -> dict:
    """Seconds of each step for one file, what it came to, and the most memory it took."""
    import pandas

    home, watch, path = Home(folder / case), Watch(), folder / f"{case}.csv"
    add_places(home, demo_files().wards, "ward")
    found = open_current(home).cursor().execute("select name from place_now where kind = 'ward' order by 1").fetchall()
    write_rows(path, case, [name for (name,) in found], count)
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    for _ in range(runs):
        with watch.time("read"):
            sheets = read_upload(path.name, content, ReadOptions())
        with watch.time("propose columns"):
            fitting = list_fitting(home, sheets)
            propose_columns(sheets[0].table.column_names, sheets[0].table.slice(0, 50).to_pylist())
        wanted = Wanted(mapping=None if fitting else ColumnMapping(FIELDS, "Made-up Hub"))
        with watch.time("first look"):
            prepared, troubles = look(home, path, sha256, sheets, wanted, watch)
        corrected = replace(wanted, fixes=(Fix(sheets[0].name, FIRST_WRONG, HEADERS[FOREIGN][1], "2025-03-01"),))
        if case == NATIVE:
            corrected = replace(wanted, fixes=(Fix(sheets[0].name, FIRST_WRONG, "title", "Tea, put right"),))
        with watch.time("after one correction"):
            prepared, troubles = look(home, path, sha256, sheets, corrected, watch)
    peak = find_peak()
    for _ in range(runs):
        with watch.time("pandas.read_csv"):
            pandas.read_csv(path, dtype=str)
    with watch.time("all rows to correct as a CSV"):
        starter = make_starter(prepared, sheets, corrected, troubles) if troubles else b""
    with watch.time("confirm"):
        result = confirm_upload(home, prepared)
    middle = watch.middle()
    return {
        "seconds": {name: round(taken, 2) for name, taken in middle.items()},
        "times_read_csv": round((middle["read"] + middle["first look"]) / middle["pandas.read_csv"], 1),
        "file_bytes": len(content),
        "rows_to_put_right": len(troubles),
        "lines_to_correct": max(len(starter.splitlines()) - 1, 0),
        "template_rows": result.rows_read,
        "peak_bytes": peak,
        "peak_bytes_with_confirm": find_peak(),
    }


def find_peak() -> int:
    """The most memory that this process took so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def run(count: int, runs: int) -> dict:
    """All cases and whether each is as short as is wanted."""
    cases = {}
    with tempfile.TemporaryDirectory() as folder:
        for case in CASES:
            command = [sys.executable, "-m", "benchmarks.upload_page", "--case", case, folder]
            command += ["--rows", str(count), "--runs", str(runs)]
            done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
            if done.returncode:
                raise SystemExit(done.stderr)
            cases[case] = json.loads(done.stdout.splitlines()[-1])
    figures = {
        "first_look_s": max(one["seconds"]["read"] + one["seconds"]["first look"] for one in cases.values()),
        "after_one_correction_s": max(one["seconds"]["after one correction"] for one in cases.values()),
        "peak_bytes": max(one["peak_bytes"] for one in cases.values()),
    }
    return {
        **figures,
        "wanted": WANTED,
        "met": {name: figures[name] <= most for name, most in WANTED.items()},
        "cases": cases,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--case", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.case:
        case, folder = options.case
        print(json.dumps(measure_case(case, Path(folder), options.rows, options.runs)))
        return 0
    result = run(options.rows, options.runs)
    print(json.dumps(result, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
