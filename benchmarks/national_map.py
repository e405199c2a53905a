"""How fast the national chart paints and repaints, beside `folium.Choropleth` in the same browser. Prints JSON.

    python -m benchmarks.national_map [--places FILE] [--clicks 7]

The places default to the United Kingdom's wards in the folder of real data (SOUNDINGS_REAL_DATA). Values are made up.
Everything is on this machine: a dashboard in its own process, a Chromium without a GPU, the network cut.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import http.server
import json
import os
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import folium
import geopandas
from playwright.sync_api import Browser, Page, sync_playwright
from xstatic.pkg import leaflet

from tests.apps.map_app import make_values
from tests.browser import PROJECT, Watch, guarded_page, serve, start_chromium

REAL_DATA = Path(os.environ.get("SOUNDINGS_REAL_DATA", PROJECT.parent / "shared" / "data"))
BARS = {"click_s": 0.6, "times_faster": 10.0, "first_paint_s": 5.0, "bytes_per_click": 300_000}

# From the click to the second frame after the chart says it has drawn.
TIME_A_CLICK = """() => new Promise((done) => {
    const chart = window.findChart();
    const start = performance.now();
    new MutationObserver((_, watcher) => {
        watcher.disconnect();
        requestAnimationFrame(() => requestAnimationFrame(() => done((performance.now() - start) / 1000)));
    }).observe(chart, { attributes: true, attributeFilter: ["data-drawn"] });
    document.querySelector("[data-testid='stNumberInputStepUp']").click();
})"""
FIND_CHART = """window.findChart = () => {
    const look = (node) => node.querySelector(".soundings-chart")
        ?? [...node.querySelectorAll("*")].filter((n) => n.shadowRoot).map((n) => look(n.shadowRoot)).find(Boolean);
    return look(document);
}"""
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def measure_first_paint(browser: Browser, url: str) -> float:
    """Seconds from an empty browser to the chart on the screen; the geometry is prepared, nothing is cached."""
    with guarded_page(browser) as (page, _):
        start = time.perf_counter()
        page.goto(url)
        page.wait_for_selector(".soundings-chart[data-drawn]", timeout=120_000)
        page.evaluate(TWO_FRAMES)
        return time.perf_counter() - start


def measure_clicks(page: Page, watch: Watch, url: str, clicks: int) -> dict:
    """Seconds and bytes of each filter click, the first one left out as a warm-up."""
    page.goto(url)
    page.wait_for_selector(".soundings-chart[data-drawn]", timeout=120_000)
    page.wait_for_timeout(1500)
    page.evaluate(FIND_CHART)
    seconds, sizes, requests = [], [], []
    for _ in range(clicks + 1):
        before, asked = watch.socket_bytes, len(watch.requests)
        seconds.append(page.evaluate(TIME_A_CLICK))
        page.wait_for_timeout(700)
        sizes.append(watch.socket_bytes - before)
        requests.append(len(watch.requests) - asked)
    return {"click_s": seconds[1:], "bytes_per_click": max(sizes[1:]), "http_requests_per_click": max(requests[1:])}


def build_choropleth(frame: geopandas.GeoDataFrame, seed: int) -> str:
    """The page that folium writes for the same places and the same kind of values; its legend left out, as that needs d3."""
    figures = make_values(len(frame), seed)[0]
    data = frame[["WD25CD"]].assign(value=figures)
    chart = folium.Map(location=[54.5, -3.5], zoom_start=6, tiles=None)
    chart.default_js = [("leaflet", "leaflet.js")]
    chart.default_css = [("leaflet_css", "leaflet.css")]
    layer = folium.Choropleth(
        geo_data=frame[["WD25CD", "geometry"]].to_json(),
        data=data,
        columns=["WD25CD", "value"],
        key_on="feature.properties.WD25CD",
    )
    for name in [name for name in layer._children if name.startswith("color_map")]:
        del layer._children[name]
    layer.add_to(chart)
    return chart.get_root().render()


@contextlib.contextmanager
def serve_folder(folder: Path) -> Iterator[str]:
    """The address of a plain web server for this folder."""
    handler = functools.partial(QuietHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing: the output is JSON."""


def measure_folium(page: Page, path: Path, runs: int) -> dict:
    """Seconds of each new set of values with folium: writing the page, and painting it. It has no other way to change one."""
    frame = geopandas.read_parquet(path)
    build, paint, size = [], [], 0
    with tempfile.TemporaryDirectory() as folder, serve_folder(Path(folder)) as base:
        for name in ("leaflet.js", "leaflet.css"):
            shutil.copy(Path(leaflet.BASE_DIR) / name, folder)
        for seed in range(1, runs + 1):
            start = time.perf_counter()
            html = build_choropleth(frame, seed)
            build.append(time.perf_counter() - start)
            (Path(folder) / f"{seed}.html").write_text(html, encoding="utf-8")
            size = len(html.encode())
            start = time.perf_counter()
            page.goto(f"{base}{seed}.html", timeout=180_000)
            page.wait_for_function(
                f"document.querySelectorAll('path.leaflet-interactive').length >= {len(frame)}", timeout=180_000
            )
            page.evaluate(TWO_FRAMES)
            paint.append(time.perf_counter() - start)
    return {"build_s": build, "paint_s": paint, "bytes_per_click": size}


def run(path: Path, clicks: int) -> dict:
    """All measurements and whether each bar is met."""
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        browser = start_chromium(playwright)
        with serve(PROJECT / "tests" / "apps" / "map_app.py", Path(home), environ={"MAP_APP_PLACES": str(path)}) as url:
            preparing = measure_first_paint(browser, url)
            first_paint = [measure_first_paint(browser, url) for _ in range(3)]
            with guarded_page(browser) as (page, watch):
                ours = measure_clicks(page, watch, url, clicks)
                theirs = measure_folium(page, path, min(clicks, 5))
            payload = max(file.stat().st_size for file in (Path(home) / "geometry").glob("*.json.gz"))
        browser.close()
    click, folium_paint = statistics.median(ours["click_s"]), statistics.median(theirs["paint_s"])
    folium_click = folium_paint + statistics.median(theirs["build_s"])
    figures = {
        "click_s": click,
        "times_faster": folium_click / click,
        "first_paint_s": statistics.median(first_paint),
        "bytes_per_click": ours["bytes_per_click"],
    }
    return {
        **figures,
        "times_faster_browser_only": folium_paint / click,
        "bars": BARS,
        "met": {
            name: figures[name] >= bar if name == "times_faster" else figures[name] <= bar for name, bar in BARS.items()
        },
        "first_visit_with_preparing_s": preparing,
        "geometry_bytes": payload,
        "clicks": ours,
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
