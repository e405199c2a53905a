"""Loading 1,000,000 contributions, against plain DuckDB `read_csv` into a table of a file, in the same run. Prints JSON.

Bars: at most 6 × read_csv, at most 1.5 GB, at least 500,000 stored counts, one more form record published within 2 s.
`--points` gives each row a longitude and latitude inside a real ward in place of the ward's code.
`--fine` spreads them over 12 activities and 365 days, so that nearly every row is a count of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

import duckdb  # noqa: E402
import numpy as np  # noqa: E402
import pyarrow as pa  # noqa: E402
import pyarrow.csv  # noqa: E402

ROWS, RUNS, SEED = 1_000_000, 5, 7
ACTIVITIES, DAYS = (12, 365) if "--fine" in sys.argv else (3, 31)
OF_POINTS = "--points" in sys.argv
DECIMALS = 6  # of a degree: about 0.1 m
REAL_WARDS = "places/uk_wards_2025_simplified60m.parquet"


def find_wards() -> tuple[Path | None, np.ndarray]:
    """The file of real wards where it is there, and codes to draw from; else made-up codes."""
    folder = Path(os.environ.get("SOUNDINGS_REAL_DATA", PROJECT.parent / "shared" / "data"))
    path = folder / REAL_WARDS
    if not path.exists():
        return None, np.array([f"E05{number:06d}" for number in range(900_000, 908_405)])
    codes = duckdb.sql("select WD25CD from read_parquet($1)", params=[str(path)]).fetchnumpy()["WD25CD"]
    return path, np.asarray(codes, dtype=str)


def write_million(path: Path, wards: Path | None, codes: np.ndarray) -> None:
    """A CSV of date, ward_code (or lon and lat), activity; every ward is as likely as another."""
    chance = np.random.default_rng(SEED)
    days = np.datetime64("2024-01-01") + chance.integers(0, DAYS, ROWS).astype("timedelta64[D]")
    ward = chance.integers(0, len(codes), ROWS)
    place = draw_points(chance, wards, ward) if OF_POINTS else {"ward_code": pa.array(codes[ward])}
    rows = pa.table(
        {
            "date": pa.array(days.astype(str)),
            **place,
            "activity": pa.array(
                np.array([f"Question {n}" for n in range(ACTIVITIES)])[chance.integers(0, ACTIVITIES, ROWS)]
            ),
        }
    )
    pyarrow.csv.write_csv(rows, path, pyarrow.csv.WriteOptions(quoting_style="needed"))


def draw_points(chance: np.random.Generator, wards: Path, ward: np.ndarray) -> dict[str, np.ndarray]:
    """A longitude and latitude inside each of these wards (by position in the file), drawn from its rectangle until inside."""
    import shapely

    wkb = duckdb.sql("select geometry from read_parquet($1)", params=[str(wards)]).fetchnumpy()["geometry"]
    shapes = shapely.from_wkb([bytes(one) for one in wkb])
    bounds = shapely.bounds(shapes)
    shapely.prepare(shapes)
    lon, lat = np.empty(len(ward)), np.empty(len(ward))
    left = np.arange(len(ward))
    while len(left):
        west, south, east, north = bounds[ward[left]].T
        lon[left] = np.round(chance.uniform(west, east), DECIMALS)
        lat[left] = np.round(chance.uniform(south, north), DECIMALS)
        left = left[~shapely.contains_xy(shapes[ward[left]], lon[left], lat[left])]
    return {"lon": lon, "lat": lat}


def time_read_csv(path: Path, folder: Path) -> float:
    """Seconds for DuckDB to read the CSV into a table of a new file."""
    started = time.perf_counter()
    with duckdb.connect(str(folder / "plain.duckdb")) as connection:
        connection.execute("create table plain as select * from read_csv($1)", [str(path)])
    taken = time.perf_counter() - started
    (folder / "plain.duckdb").unlink()
    return taken


def run_child(code: str, home: Path, *arguments: str) -> dict:
    """What a Python process of its own prints as JSON, with the seconds it took as a whole."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=PROJECT,
        env={**os.environ, "SOUNDINGS_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return {**json.loads(done.stdout.splitlines()[-1]), "process_seconds": time.perf_counter() - started}


PEAK = """
def peak():
    import resource
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
"""
LOAD = (
    """
import json, sys, time
from pathlib import Path
from soundings.home import find_home
from etl.sparing import spare_pandas
from etl.loading import load_file
import etl.mapping.batch, etl.readers, etl.screening, etl.locating.locations
from etl.specs import read_specs
"""
    + PEAK
    + """
read_specs()
before, steps = peak(), []
started = time.perf_counter()
with spare_pandas():  # as the command does
    result = load_file(find_home(), Path(sys.argv[1]), "contributions",
        report=lambda step: steps.append((step, time.perf_counter() - started)))
taken = time.perf_counter() - started
assert result.rows_accepted == result.rows_read, result
print(json.dumps({"seconds": taken, "steps": steps, "peak_bytes": peak(), "peak_bytes_before": before,
    "rows": result.rows_read, "places": result.places}))
"""
)
ADD_PLACES = """
import json, sys
from pathlib import Path
from soundings.home import find_home
from etl.places.loading import add_places
result = add_places(find_home(), Path(sys.argv[1]), "ward")
print(json.dumps({"places": result.rows_accepted}))
"""
FORM = """
import json, sys, time
from pathlib import Path
from soundings.home import find_home
from soundings.store import open_current
from etl.loading import load_file
import etl.mapping.batch, etl.readers, etl.screening, etl.locating.locations
home = find_home()
counts = open_current(home).cursor().execute("select count(*) from activity_count").fetchone()[0]
times = []
for path in sys.argv[1:]:
    started = time.perf_counter()
    load_file(home, Path(path), "contributions")
    open_current(home).cursor().execute("select count(*) from activity_count").fetchone()
    times.append(time.perf_counter() - started)
print(json.dumps({"times": times, "counts": counts}))
"""


def write_form(path: Path, million: Path, number: int) -> str:
    """A file of one record: what a row of the million says, on a later day and for another activity."""
    with open(million, encoding="utf-8") as file:
        head, row = file.readline(), [file.readline() for _ in range(number + 1)][-1]
    where = row.split(",", 1)[1].rsplit(",", 1)[0]
    path.write_text(f"{head}2025-05-{number + 1:02d},{where},A form\n", encoding="utf-8")
    return str(path)


def measure(folder: Path) -> dict:
    """Every number of this benchmark."""
    wards, codes = find_wards()
    million = folder / "million.csv"
    if OF_POINTS and wards is None:
        raise SystemExit(
            f"Points are drawn inside real wards, and there is no {REAL_WARDS}. Name its folder in SOUNDINGS_REAL_DATA."
        )
    write_million(million, wards, codes)
    plain, loads = [], []
    if wards:
        run_child(ADD_PLACES, folder / "home-places", str(wards))
    for number in range(RUNS):
        plain.append(time_read_csv(million, folder))
        home = folder / f"home-{number}"
        if wards:
            shutil.copytree(folder / "home-places", home)
        loads.append(run_child(LOAD, home, str(million)))
        plain.append(time_read_csv(million, folder))
    forms = [write_form(folder / f"form-{number}.csv", million, number) for number in range(RUNS)]
    form = run_child(FORM, home, *forms)
    read_csv = statistics.median(plain)
    # Each load beside the readings just before and after it: what else the machine does then weighs on both.
    beside = [one["seconds"] / statistics.mean(plain[2 * at : 2 * at + 2]) for at, one in enumerate(loads)]
    load = statistics.median(one["seconds"] for one in loads)
    return {
        "shape": "points" if OF_POINTS else "ward codes",
        "rows": ROWS,
        "stored_counts": form["counts"] if len(forms) else None,
        "located": loads[-1]["places"],
        "read_csv_seconds": round(read_csv, 3),
        "load_seconds": round(load, 3),
        "load_process_seconds": round(statistics.median(one["process_seconds"] for one in loads), 3),
        "times_read_csv": round(load / read_csv, 2),
        "times_read_csv_beside_it": sorted(round(one, 2) for one in beside),
        "times_read_csv_whole_process": round(statistics.median(one["process_seconds"] for one in loads) / read_csv, 2),
        "best_times_read_csv": round(min(one["seconds"] for one in loads) / min(plain), 2),
        "best_times_read_csv_whole_process": round(min(one["process_seconds"] for one in loads) / min(plain), 2),
        "machine_load": [round(one, 1) for one in os.getloadavg()] if hasattr(os, "getloadavg") else None,
        "peak_megabytes": round(max(one["peak_bytes"] for one in loads) / 1e6),
        "form_record_seconds": round(statistics.median(form["times"]), 3),
        "steps_begin_at": [[step, round(at, 3)] for step, at in loads[-1]["steps"]],
        "bars": {"times_read_csv": 6, "peak_megabytes": 1500, "stored_counts": 500_000, "form_record_seconds": 2},
    }


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="soundings-bench-") as folder:
        print(json.dumps(measure(Path(folder)), indent=1))


if __name__ == "__main__":
    main()
