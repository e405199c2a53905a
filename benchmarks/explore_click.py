"""What one filter click costs on the real Explore page over the United Kingdom's 8,405 wards, table and all. Prints JSON.

    python -m benchmarks.explore_click [--places FILE] [--clicks 7]

Bars: 0.6 s from the click to the chart repainted, a tenth of the time that `folium.Choropleth` takes for the same map in the
same run, 5 s to the first paint and 300,000 bytes over the websocket. The activity is made up: groups with
their sessions and answers, spread over the wards and over 18 months. Every click asks for a month not asked for before.
Everything is on this machine: the dashboard in its own process, a Chromium without a GPU, the network cut.
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import duckdb
import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.national_map import FIND_CHART, REAL_DATA, measure_first_paint, measure_folium
from etl.loading import load_file
from etl.places.loading import add_places
from soundings.home import PROJECT, Home
from tests.browser import Watch, guarded_page, serve, start_chromium, wait_until_still

BARS = {"click_s": 0.6, "times_faster": 10.0, "first_paint_s": 5.0, "bytes_per_click": 300_000}
FOLIUM_RUNS = 3
TODAY = "2026-11-23"
MONTHS = [f"{2025 + n // 12}-{n % 12 + 1:02d}" for n in range(18)]
SEED = 7

# From the click on an option of a filter to the second frame after the chart says it has drawn with other values.
TIME_A_CLICK = """(option) => new Promise((done) => {
    const chart = window.findChart(), start = performance.now();
    new MutationObserver((_, watcher) => {
        watcher.disconnect();
        requestAnimationFrame(() => requestAnimationFrame(() => done((performance.now() - start) / 1000)));
    }).observe(chart, { attributes: true, attributeFilter: ["data-drawn"] });
    const down = { bubbles: true, cancelable: true, pointerType: "mouse", button: 0 };
    option.dispatchEvent(new PointerEvent("pointerdown", down));
    option.dispatchEvent(new PointerEvent("pointerup", down));
    option.click();
})"""


def write_sheets(folder: Path, codes: Iterable[str]) -> None:
    """Made-up groups with three to five sessions each, in seven of ten wards."""
    chance = np.random.default_rng(SEED)
    with (
        open(folder / "activities.csv", "w", newline="") as groups,
        open(folder / "sessions.csv", "w", newline="") as met,
    ):
        group_rows, session_rows = csv.writer(groups), csv.writer(met)
        group_rows.writerow(["activity_id", "title", "place_code", "place_role", "start_date"])
        session_rows.writerow(["activity_id", "session_id", "date", "attendance_count", "returning_count"])
        for code in codes:
            for number in range(chance.choice([0, 1, 2, 4], p=[0.3, 0.4, 0.2, 0.1])):
                name = f"{code}-{number}"
                group_rows.writerow([name, f"Group {name}", code, "venue", f"{MONTHS[0]}-01"])
                for session in range(chance.integers(3, 6)):
                    month = MONTHS[chance.integers(len(MONTHS))]
                    session_rows.writerow(
                        [name, f"{name}-{session}", f"{month}-{chance.integers(1, 29):02d}", chance.integers(4, 30), 3]
                    )


def write_answers(path: Path, codes: list[str], rows: int = 60_000) -> None:
    """Made-up answers, every ward as likely as another."""
    chance = np.random.default_rng(SEED)
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["date", "ward_code", "activity"])
        for ward, month, day in zip(
            chance.integers(0, len(codes), rows),
            chance.integers(0, len(MONTHS), rows),
            chance.integers(1, 29, rows),
            strict=True,
        ):
            writer.writerow([f"{MONTHS[month]}-{day:02d}", codes[ward], "Made-up question"])


def make_home(root: Path, places: Path) -> Home:
    """A home of these wards and made-up activity in them."""
    home = Home(root / "home")
    codes = [
        row[0] for row in duckdb.sql("select WD25CD from read_parquet($1) order by 1", params=[str(places)]).fetchall()
    ]
    add_places(home, places, "ward")
    sheets = root / "sheets"
    sheets.mkdir()
    write_sheets(sheets, codes)
    load_file(home, sheets, "native")
    write_answers(root / "answers.csv", codes)
    load_file(home, root / "answers.csv", "contributions")
    return home


def measure_clicks(browser: Browser, url: str, clicks: int) -> dict:
    """Seconds and bytes of each click on a month, the first one left out as a warm-up."""
    seconds, sizes, requests = [], [], []
    with guarded_page(browser) as (page, watch):
        page.goto(url)
        page.wait_for_selector(".soundings-chart[data-drawn]", timeout=120_000)
        page.get_by_role("button", name="Filters").click()
        page.evaluate(FIND_CHART)
        for number in range(clicks + 1):
            box = page.get_by_role("combobox", name="From", exact=True)
            box.click()
            box.fill(f"{say_month(MONTHS[number + 2])}")
            option = page.get_by_role("option", name=say_month(MONTHS[number + 2]), exact=True).element_handle()
            before = rest(page, watch)
            asked = len(watch.requests)
            seconds.append(page.evaluate(TIME_A_CLICK, option))
            sizes.append(rest(page, watch) - before)
            requests.append(len(watch.requests) - asked)
    return {"click_s": seconds[1:], "bytes": sizes[1:], "http_requests_per_click": max(requests[1:])}


def say_month(month: str) -> str:
    """2025-03 as “March 2025”, as the filter says it."""
    return f"{np.datetime64(month).item():%B %Y}"


def rest(page: Page, watch: Watch) -> int:
    """The bytes sent and received so far, once no more come."""
    return wait_until_still(page, lambda: watch.socket_bytes, rest=1000)


def run(places: Path, clicks: int) -> dict:
    """All measurements and whether each bar is met."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = make_home(Path(folder), places)
        with serve(PROJECT / "dashboard.py", home.root, environ={"SOUNDINGS_TODAY": TODAY}) as url:
            browser = start_chromium(playwright)
            new_generation = measure_first_paint(browser, url)
            first_paint = statistics.median(measure_first_paint(browser, url) for _ in range(3))
            measured = {
                view: measure_clicks(browser, f"{url}?{query}", clicks)
                for view, query in {"chart": "", "side": "view=side", "one": "view=one"}.items()
            }
            with guarded_page(browser) as (page, _):
                theirs = measure_folium(page, places, FOLIUM_RUNS)
            browser.close()
    click = statistics.median(measured["chart"]["click_s"])
    folium_click = statistics.median(theirs["build_s"]) + statistics.median(theirs["paint_s"])
    figures = {
        "click_s": click,
        "times_faster": folium_click / click,
        "first_paint_s": first_paint,
        "bytes_per_click": max(max(view["bytes"]) for view in measured.values()),
    }
    return {
        **figures,
        "bars": BARS,
        "met": {
            name: figures[name] >= bar if name == "times_faster" else figures[name] <= bar for name, bar in BARS.items()
        },
        "first_paint_of_a_new_generation_s": new_generation,
        "views": measured,
        "folium": theirs,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--places", type=Path, default=REAL_DATA / "places" / "uk_wards_2025_simplified60m.parquet")
    parser.add_argument("--clicks", type=int, default=7)
    options = parser.parse_args()
    if not options.places.exists():
        print(f"The places are not at {options.places}: set SOUNDINGS_REAL_DATA, or name a file with --places.")
        return 2
    result = run(options.places.resolve(), options.clicks)
    print(json.dumps(result, indent=2))
    return 0 if all(result["met"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
