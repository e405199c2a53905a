"""The chart in a real Chromium with the network cut: what is drawn, restyled, moved, chosen and never run."""

from __future__ import annotations

import gzip
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from soundings.palette import DAY, NIGHT
from tests.browser import find_chromium, guarded_page, serve, wait_for_view, wait_until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find_chromium() is None, reason="there is no Chromium on this machine"),
]

APP = Path(__file__).parent / "apps" / "map_app.py"
HOSTILE = [
    "<script>window.ran=1</script>",
    "<img src=x onerror=window.ran=1>",
    "</script><script>window.ran=1</script>",
    "`${window.ran=1}`",
    "'\"><svg onload=window.ran=1>",
    "{{window.ran=1}}",
    "javascript:window.ran=1",
    "<iframe srcdoc='<script>parent.ran=1</script>'>",
    "\\u003cscript\\u003ewindow.ran=1\\u003c/script\\u003e",
    "$(window.ran=1) & <b>bold</b>",
]


@pytest.fixture(scope="module")
def places(tmp_path_factory) -> Path:
    """Twelve made-up places in a grid of four by three, ten of them with hostile names."""
    features = []
    for number in range(12):
        west, south = 0.1 * (number % 4), 53 + 0.06 * (number // 4)
        ring = [[west, south], [west + 0.1, south], [west + 0.1, south + 0.06], [west, south + 0.06], [west, south]]
        name = HOSTILE[number] if number < len(HOSTILE) else f"Plain {number}"
        properties = {"place_code": f"W{number:02d}", "name": name, "parent_code": "D1", "parent_name": "Tidewell"}
        features.append(
            {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        )
    path = tmp_path_factory.mktemp("places") / "places.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


@pytest.fixture(scope="module")
def address(places, tmp_path_factory) -> Iterator[str]:
    with serve(APP, tmp_path_factory.mktemp("home"), environ={"MAP_APP_PLACES": str(places)}) as url:
        yield url


def open_chart(page: Page, url: str) -> None:
    page.goto(url)
    page.wait_for_selector(".soundings-chart[data-drawn]")


def colour_at(page: Page, x: float, y: float, sheet: int = 0) -> str:
    """The colour of the chart's canvas at this share of the frame's width and height, as a hex colour."""
    box = page.locator(".chart-holder").nth(sheet).bounding_box()
    return (
        page.locator(".chart-canvas")
        .nth(sheet)
        .evaluate(
            """(canvas, [x, y]) => {
            const box = canvas.getBoundingClientRect(), scale = canvas.width / box.width;
            const data = canvas.getContext("2d").getImageData((x - box.x) * scale, (y - box.y) * scale, 1, 1).data;
            return "#" + [...data.slice(0, 3)].map((c) => c.toString(16).padStart(2, "0")).join("");
        }""",
            [box["x"] + box["width"] * x, box["y"] + box["height"] * y],
        )
    )


def wait_for_colour(page: Page, colour: str, x: float = 0.57, y: float = 0.44) -> None:
    wait_until(page, lambda: colour_at(page, x, y), lambda seen: seen == colour)


@pytest.mark.parametrize(("scheme", "palette"), [("light", DAY), ("dark", NIGHT)])
def test_a_place_has_the_colour_of_its_class_by_day_and_by_night(chromium, address, scheme, palette):
    with guarded_page(chromium, color_scheme=scheme) as (page, _):
        open_chart(page, f"{address}?flat=1")
        wait_for_colour(page, palette.depth[0])


def test_new_values_restyle_the_canvas_and_fetch_no_geometry(chromium, address):
    with guarded_page(chromium) as (page, watch):
        open_chart(page, f"{address}?flat=1")
        wait_for_colour(page, DAY.depth[0])
        before = watch.socket_bytes
        for class_ in (1, 2):
            page.get_by_test_id("stNumberInputStepUp").click()
            wait_for_colour(page, DAY.depth[class_])
        assert len([url for url in watch.requests if "/geometry/" in url]) == 1
        assert watch.socket_bytes - before < 40_000


def test_two_sheets_move_together(chromium, address):
    with guarded_page(chromium) as (page, _):
        open_chart(page, address)
        page.get_by_text("side by side", exact=True).click()
        expect(page.get_by_text("How widely")).to_be_visible()
        start = wait_for_view(page, sheets=2)
        first = page.locator(".chart-holder").first
        first.focus()
        page.keyboard.press("ArrowRight")
        moved = wait_for_view(page, start, sheets=2)
        page.get_by_label("Zoom in").nth(1).click()
        zoomed = wait_for_view(page, moved, sheets=2)
        box = first.bounding_box()
        page.mouse.move(box["x"] + 200, box["y"] + 200)
        page.mouse.down()
        page.mouse.move(box["x"] + 260, box["y"] + 240, steps=5)
        page.mouse.up()
        dragged = wait_for_view(page, zoomed, sheets=2)
        page.get_by_label("Reset the view").first.click()
        assert wait_for_view(page, dragged, sheets=2) == start


def test_a_click_and_the_keyboard_choose_a_place(chromium, address):
    with guarded_page(chromium) as (page, _):
        open_chart(page, address)
        holder = page.locator(".chart-holder")
        box = holder.bounding_box()
        page.mouse.click(box["x"] + box["width"] * 0.57, box["y"] + box["height"] * 0.44)
        expect(page.get_by_text("Selected: W05")).to_be_visible()
        expect(page.locator(".chart-status")).to_contain_text(HOSTILE[5])
        holder.focus()
        page.keyboard.press("Escape")
        expect(page.get_by_text("Selected: None")).to_be_visible()
        page.keyboard.press("Enter")
        expect(page.get_by_text("Selected: W0")).to_be_visible()


def test_the_chart_says_what_it_is_to_a_screen_reader(chromium, address):
    with guarded_page(chromium) as (page, _):
        open_chart(page, address)
        holder = page.get_by_role("application")
        expect(holder).to_have_accessible_name(
            "Continuing groups are recorded in most of these places. Arrow keys move the chart, plus and minus zoom, "
            "Enter chooses the place in the middle, Escape lets it go"
        )
        for label in ("Zoom in", "Zoom out", "Reset the view"):
            box = page.get_by_role("button", name=label).bounding_box()
            assert min(box["width"], box["height"]) >= 24


def test_hostile_names_and_titles_are_shown_as_typed_and_run_nothing(chromium, address):
    text = HOSTILE[1] + HOSTILE[3]
    with guarded_page(chromium) as (page, watch):
        open_chart(page, f"{address}?text={quote(text)}")
        expect(page.locator(".chart-title")).to_have_text(text)
        box = page.locator(".chart-holder").bounding_box()
        seen = set()
        for across in range(6, 30):
            for down in (2, 5, 8):
                page.mouse.move(box["x"] + box["width"] * across / 30, box["y"] + box["height"] * down / 10)
                seen.update(page.locator(".chart-tip.is-shown b").all_inner_texts())
        assert set(HOSTILE) <= seen
        assert page.evaluate("window.ran") is None
        assert page.locator(".soundings-chart script, .soundings-chart iframe, .chart-tip img").count() == 0
    assert not watch.dialogs


def test_the_chart_draws_under_a_base_path(chromium, places, tmp_path):
    with serve(APP, tmp_path, base_path="maps/soundings", environ={"MAP_APP_PLACES": str(places)}) as url:
        with guarded_page(chromium) as (page, watch):
            open_chart(page, f"{url}?flat=1")
            wait_for_colour(page, DAY.depth[0])
            assert all(
                "/maps/soundings/" in address_
                for address_ in watch.requests
                if "/geometry/" in address_ or "/assets/" in address_
            )
        with urllib.request.urlopen(f"{url}health") as answer:
            assert json.load(answer) == {"status": "ok"}


def test_a_chart_that_cannot_load_says_so_and_points_to_the_table(chromium, address):
    with guarded_page(chromium) as (page, _):
        page.route("**/leaflet-src.esm.js", lambda route: route.abort())
        page.goto(address)
        expect(page.get_by_text("The chart has not loaded. The same figures are in the table beneath.")).to_be_visible()


def test_paper_gets_a_picture_in_day_colours(chromium, address):
    with guarded_page(chromium, color_scheme="dark") as (page, _):
        open_chart(page, f"{address}?flat=1")
        wait_for_colour(page, NIGHT.depth[0])
        page.emulate_media(media="print")
        expect(page.locator(".chart-print")).to_be_visible()
        expect(page.locator(".chart-holder")).to_be_hidden()
        colour = page.locator(".chart-print").evaluate(
            """async (image) => {
                await image.decode();
                const canvas = Object.assign(document.createElement("canvas"), { width: image.naturalWidth, height: image.naturalHeight });
                canvas.getContext("2d").drawImage(image, 0, 0);
                const data = canvas.getContext("2d").getImageData(canvas.width * 0.57, canvas.height * 0.44, 1, 1).data;
                return "#" + [...data.slice(0, 3)].map((c) => c.toString(16).padStart(2, "0")).join("");
            }"""
        )
        assert colour == DAY.depth[0]


def test_a_phone_scrolls_past_the_chart_with_one_finger(chromium, address):
    with guarded_page(chromium, 390, 844, has_touch=True, is_mobile=True, device_scale_factor=2) as (page, _):
        open_chart(page, address)
        holder = page.locator(".chart-holder")
        assert holder.evaluate("node => getComputedStyle(node).touchAction") == "pan-x pan-y"
        assert holder.bounding_box()["height"] <= 422
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.get_by_role("button", name="Move the chart with one finger").click()
        assert holder.evaluate("node => getComputedStyle(node).touchAction") == "none"


def test_figures_and_rings_never_touch(chromium, address):
    """The layout itself, on random places: recomputed pair by pair."""
    with guarded_page(chromium) as (page, _):
        open_chart(page, address)
        module = page.evaluate(
            "performance.getEntriesByType('resource').find((r) => r.name.includes('chart_layout.js')).name"
        )
        clashes, drawn = page.evaluate(
            """async (module) => {
                const { layOut, samplePlace } = await import(module);
                let seed = 5, clashes = 0, drawn = 0;
                const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
                for (let round = 0; round < 5; round++) {
                    const items = [];
                    for (let id = 0; id < 120; id++) {
                        const x = (id % 12) * 44, y = Math.floor(id / 12) * 44, outline = [x, y, x + 44, y, x + 44, y + 44, x, y + 44];
                        items.push({ id, ...samplePlace(outline, 44 * 44, [0, 0, 600, 500]), ring: random() < 0.9 ? 2 + 26 * random() ** 2 : 0,
                            box: random() < 0.9 ? { w: 8 + 26 * random(), h: 14 } : null, weight: random(), isFirst: id === 7, isLoose: id === 7 });
                    }
                    layOut(items, 3);
                    const rings = items.filter((i) => i.ringAt), boxes = items.filter((i) => i.figureAt);
                    drawn += rings.length + boxes.length;
                    for (const a of rings) for (const b of rings) {
                        if (a.id < b.id && Math.hypot(a.ringAt.x - b.ringAt.x, a.ringAt.y - b.ringAt.y) < a.ring + b.ring) clashes++;
                    }
                    for (const a of boxes) {
                        for (const b of boxes) if (a.id < b.id && Math.abs(a.figureAt.x - b.figureAt.x) < (a.box.w + b.box.w) / 2
                            && Math.abs(a.figureAt.y - b.figureAt.y) < (a.box.h + b.box.h) / 2) clashes++;
                        for (const b of rings) {
                            const dx = Math.max(Math.abs(b.ringAt.x - a.figureAt.x) - a.box.w / 2, 0), dy = Math.max(Math.abs(b.ringAt.y - a.figureAt.y) - a.box.h / 2, 0);
                            if (Math.hypot(dx, dy) < b.ring) clashes++;
                        }
                    }
                }
                return [clashes, drawn];
            }""",
            module,
        )
        assert clashes == 0
        assert drawn > 500


def fetch(url: str, **headers: str) -> tuple[int, dict, bytes]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


def test_geometry_is_sent_packed_and_kept_for_ever(chromium, address):
    with guarded_page(chromium) as (page, watch):
        open_chart(page, address)
        url = next(url for url in watch.requests if "/geometry/" in url)
    status, headers, body = fetch(url, **{"Accept-Encoding": "gzip"})
    assert (status, headers["content-encoding"]) == (200, "gzip")
    assert "immutable" in headers["cache-control"]
    assert fetch(url)[2] == gzip.decompress(body)


@pytest.mark.parametrize(
    "path",
    [
        "geometry/00000000000000000000.json",
        "geometry/..%2f..%2fserver.log.json",
        "assets/x/../../dashboard.py",
        "assets/x/..%2f..%2f..%2fpyproject.toml",
        "assets/x/%2e%2e/asset_routes.py",
        "assets/x//etc/passwd",
        "assets/x/leaflet/../chart_map.py",
    ],
)
def test_nothing_else_is_served(address, path):
    status, headers, body = fetch(address + path)
    assert status in (400, 403, 404) or b"<title>Streamlit</title>" in body
    assert b"import" not in body.split(b"<script")[0]


def test_an_asset_of_another_version_is_not_kept(address):
    status, headers, _ = fetch(f"{address}assets/old/chart_map.js")
    assert (status, headers["cache-control"]) == (200, "no-cache")
