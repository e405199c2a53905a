"""Leeds from nothing: wards with population, then the eleven real files, through the command line. Prints JSON.

Bar: at most 20 s from an empty home to everything loaded, the map's outlines prepared. Needs the real files.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
REAL = Path(os.environ.get("SOUNDINGS_REAL_DATA", PROJECT.parent / "shared" / "data"))
WARDS = REAL / "places" / "leeds_wards_2025.geojson"
FIGURES = REAL / "places" / "lookups" / "leeds_ward_population_2022_nomis.csv"
ACTIVITY = REAL / "leeds-2023"
BAR_SECONDS = 20
COMMAND = "import sys; from etl.cli import main; sys.exit(main())"


def run(home: Path, *arguments: str) -> tuple[float, object]:
    """(seconds, what the command printed as JSON); exit code 1, some rows rejected, is no failure."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *arguments, "--json"],
        cwd=PROJECT,
        env={**os.environ, "SOUNDINGS_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr)
    return time.perf_counter() - started, json.loads(done.stdout)


def measure(home: Path) -> dict:
    """Every number of this benchmark."""
    files = sorted(ACTIVITY.glob("*.csv"))
    adding, _ = run(home, "places", "add", str(WARDS), "--kind", "ward", "--figures", str(FIGURES))
    loading, results = run(home, "load", *map(str, files))
    _, told = run(home, "status")
    return {
        "files": len(files),
        "rows_read": told["rows"]["read"],
        "rows_rejected": told["rows"]["rejected"],
        "records": told["records"],
        "sources": [result["source_id"] for result in results],
        "places_seconds": round(adding, 2),
        "load_seconds": round(loading, 2),
        "seconds": round(adding + loading, 2),
        "processor_seconds": round(sum(os.times()[2:4]), 2),
        "machine_load": [round(one, 1) for one in os.getloadavg()] if hasattr(os, "getloadavg") else None,
        "bars": {"seconds": BAR_SECONDS},
    }


def main() -> None:
    if not WARDS.exists():
        print(
            json.dumps({"skipped": f"{REAL} does not hold the real files (SOUNDINGS_REAL_DATA names another folder)"})
        )
        return
    with tempfile.TemporaryDirectory(prefix="soundings-bench-") as folder:
        print(json.dumps(measure(Path(folder) / "home"), indent=1))


if __name__ == "__main__":
    main()
