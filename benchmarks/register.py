"""How soon the register of 20,000 activities shows its first page and answers a search, in a real browser. Prints JSON.

    python -m benchmarks.register [--activities 20000] [--runs 7]

Bars: 1 s from choosing Activities to its first page drawn, 0.3 s from Enter to the rows that fit. Beside it, in the same browser:
all rows sent to one `st.dataframe`, searched in pandas. The register is made up and loaded as a template. Everything is on this
machine: a dashboard in its own process, a Chromium without a GPU, the network cut.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.made_register import ACTIVITY_COUNT, make_register_home
from soundings.generations import open_current
from soundings.home import PROJECT, Home
from soundings.register import Wanted, make_register, read_found, read_lines
from tests.browser import guarded_page, serve, start_chromium, wait_until_still

BARS = {"first_page_s": 1.0, "search_s": 0.3}
TODAY = "2026-11-23"
SEARCHES = (
    "cafe ward 12",
    "harbour co-production",
    "flood evening",
    "Group 7",
    "libraries evening",
    "damp 00",
    "buses tenants",
    "meals",
)
DRAWN = ".register[data-drawn]"
GRID = '[data-testid="stDataFrame"] table[aria-rowcount]'
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"

# Seconds from the next event of this kind to the second frame after something in the page changed as `read` says.
WATCH = """([event, read]) => {
    const look = new Function(read), before = look();
    let start;
    document.addEventListener(event, () => { start ??= performance.now(); }, { capture: true, once: true });
    window.measured = new Promise((done, fail) => {
        setTimeout(() => fail(new Error(`nothing changed in 20 s: ${before}`)), 20000);
        const check = () => {
            const now = look();
            if (start && now !== null && now !== before)
                requestAnimationFrame(() => requestAnimationFrame(() => done((performance.now() - start) / 1000)));
            else setTimeout(check, 4);
        };
        check();
    });
}"""
FIND_REGISTER = """
    const look = (node) => node.querySelector(".register")
        ?? [...node.querySelectorAll("*")].filter((n) => n.shadowRoot).map((n) => look(n.shadowRoot)).find(Boolean);
    const found = look(document);
    return found ? found.dataset.drawn ?? null : null;"""
READ_GRID = """const grid = document.querySelector('[data-testid="stDataFrame"] table[aria-rowcount]');
    return grid ? grid.getAttribute("aria-rowcount") : null;"""


def measure_page(page: Page, url: str) -> tuple[float, float]:
    """(seconds from an address to the first page, from choosing Activities on another page to the same)."""
    start = time.perf_counter()
    page.goto(f"{url}activities")
    page.wait_for_selector(DRAWN, timeout=60_000)
    page.evaluate(TWO_FRAMES)
    by_address = time.perf_counter() - start
    page.goto(f"{url}words")
    page.get_by_role("link", name="Activities").first.wait_for()
    rest(page)
    page.evaluate(WATCH, ["click", FIND_REGISTER])
    page.get_by_role("link", name="Activities").first.click()
    page.wait_for_selector(DRAWN, timeout=60_000)
    return by_address, page.evaluate("window.measured")


def measure_searches(page: Page, box, read: str, runs: int) -> list[float]:
    """Seconds from Enter to the rows that fit, for one search after another."""
    seconds = []
    for words in SEARCHES[: runs + 1]:
        box.fill(words)
        page.evaluate(WATCH, ["keydown", read])
        box.press("Enter")
        seconds.append(page.evaluate("window.measured"))
        rest(page)
    return seconds[1:]


def rest(page: Page) -> None:
    """Waits until the script has come to its end."""
    page.wait_for_timeout(300)
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=30_000)


def measure_ours(browser: Browser, home: Home, runs: int) -> dict:
    """First pages and searches on the page Activities."""
    with (
        serve(PROJECT / "dashboard.py", home.root, environ={"SOUNDINGS_TODAY": TODAY}) as url,
        guarded_page(browser) as (page, watch),
    ):
        first_visit = measure_page(page, url)
        pages = [measure_page(page, url) for _ in range(runs)]
        before = wait_until_still(page, lambda: watch.socket_bytes, rest=500)
        searches = measure_searches(page, page.get_by_role("searchbox"), FIND_REGISTER, runs)
        size = (watch.socket_bytes - before) / (len(searches) + 1)
    return {
        "first_page_s": [chosen for _, chosen in pages],
        "by_address_s": [address for address, _ in pages],
        "first_visit_of_a_generation_by_address_s": first_visit[0],
        "search_s": searches,
        "bytes_per_search": round(size),
    }


def measure_whole(browser: Browser, home: Home, runs: int) -> dict:
    """The same of all rows in one table."""
    app = PROJECT / "benchmarks" / "whole_register_app.py"
    with serve(app, home.root, environ={"SOUNDINGS_TODAY": TODAY}) as url, guarded_page(browser) as (page, watch):
        by_address = []
        for _ in range(runs + 1):
            start = time.perf_counter()
            page.goto(url)
            page.wait_for_selector(GRID, state="attached", timeout=60_000)
            page.evaluate(TWO_FRAMES)
            by_address.append(time.perf_counter() - start)
        rest(page)
        size = watch.socket_bytes / (runs + 1)
        searches = measure_searches(page, page.get_by_role("textbox", name="Search"), READ_GRID, runs)
    return {"by_address_s": by_address[1:], "search_s": searches, "bytes_first_page": round(size)}


def measure_queries(home: Home, runs: int) -> dict:
    """Seconds on the server alone: making the register of a new generation, then each search with its first page."""
    connection = open_current(home).cursor()
    making, asking = [], []
    for _ in range(3):
        start = time.perf_counter()
        register = make_register(connection)
        making.append(time.perf_counter() - start)
    for words in SEARCHES[:runs]:
        start = time.perf_counter()
        read_found(register, Wanted(words), today=date.fromisoformat(TODAY))
        read_lines(register, Wanted(words), today=date.fromisoformat(TODAY))
        asking.append(time.perf_counter() - start)
    return {"making_s": statistics.median(making), "search_s": statistics.median(asking)}


def run(activities: int, runs: int) -> dict:
    """All measurements and whether each bar is met."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = make_register_home(Path(folder), activities)
        browser = start_chromium(playwright)
        ours, whole, queries = (
            measure_ours(browser, home, runs),
            measure_whole(browser, home, min(runs, 5)),
            measure_queries(home, runs),
        )
        browser.close()
    figures = {name: statistics.median(ours[name]) for name in BARS}
    return {
        **figures,
        "bars": BARS,
        "met": {name: figures[name] <= bar for name, bar in BARS.items()},
        "by_address_s": statistics.median(ours["by_address_s"]),
        "whole_table": {name: statistics.median(whole[name]) for name in ("by_address_s", "search_s")},
        "on_the_server": queries,
        "ours": ours,
        "whole": whole,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--activities", type=int, default=ACTIVITY_COUNT)
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    result = run(options.activities, options.runs)
    print(json.dumps(result, indent=2))
    return 0 if all(result["met"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
