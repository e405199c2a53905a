"""The whole dashboard in a real Chromium with the network cut: drawn, chosen, linked, renewed, readable and never made to run a file's text."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from etl.loading import load_file
from etl.places.loading import add_places
from pages.ui.explaining import JOINER
from soundings.home import PROJECT, Home
from soundings.palette import DAY, NIGHT
from tests import browser
from tests.browser import (
    guarded_page,
    serve,
    wait_for_frames,
    wait_for_view,
    wait_until,
    wait_until_drawn,
    wait_until_still,
)
from tests.homes import TODAY, copy_home, make_wards_home
from tests.making import write_contributions

pytestmark = pytest.mark.browser

FOOT = "Nothing on this page leaves this machine"
REPAIRS = "activity?activity=native:c08fbf6722ab"
PAGES = (
    "",
    "?view=crossed",
    "?view=names",
    "activities",
    REPAIRS,
    "place?place=TW-W01",
    "compare",
    "add",
    "upload",
    "inbox",
    "sources",
    "words",
)
HOSTILE = [
    "<script>window.__pwned=1</script>",
    "<img src=x onerror=window.__pwned=1>",
    "'\"><svg onload=window.__pwned=1>",
    "<iframe srcdoc='<script>parent.__pwned=1</script>'></iframe>",
    "`${alert(1)}` ```js alert(1)```",
    "[click](javascript:alert(1)) ![x](https://example.invalid/x.png)",
    "$$\\LaTeX$$ $x^2$ \\(y\\)",
    "</script><script>window.__pwned=1</script>",
    "{{constructor.constructor('alert(1)')()}} ${7*7} <%= 1 %>",
    "\"'`*_~_*`'\" &amp; <b>bold</b> | a -> b :smile: :material/home: :red[red] www.example.invalid --",
]


@pytest.fixture(scope="module")
def demo(tidewell, tmp_path_factory) -> Iterator[str]:
    """The address of a dashboard of the demo place."""
    home = copy_home(tidewell, tmp_path_factory.mktemp("demo") / "home")
    with serve(PROJECT / "dashboard.py", home.root, environ={"SOUNDINGS_TODAY": TODAY}) as url:
        yield url


@pytest.fixture(scope="module")
def wards_home(tmp_path_factory) -> Home:
    return make_wards_home(tmp_path_factory.mktemp("wards"))


@pytest.fixture(scope="module")
def wards(wards_home) -> Iterator[str]:
    """The address of a dashboard of three wards, standing under a path of its own."""
    with serve(
        PROJECT / "dashboard.py", wards_home.root, base_path="maps/soundings", environ={"SOUNDINGS_TODAY": TODAY}
    ) as url:
        yield url


def open_page(page: Page, url: str) -> None:
    page.goto(url)
    settle(page)
    if page.get_by_text("Find a place").count():
        page.wait_for_selector(".soundings-chart[data-drawn]")


def settle(page: Page) -> None:
    """Waits until the page has run to its foot, the script rests and the last run's foot has been taken away."""
    expect(page.get_by_text(FOOT).first).to_be_attached()
    browser.settle(page)
    expect(page.get_by_text(FOOT)).to_have_count(1)


def count_colours(page: Page, sheet: int = 0) -> dict[str, int]:
    """How many pixels of the chart's canvas have each colour, between two frames: within one it may be half drawn."""
    return (
        page.locator(".chart-canvas")
        .nth(sheet)
        .evaluate(
            """async (canvas) => {
            await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
            const data = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer);
            const counts = new Map();
            for (const pixel of data) counts.set(pixel, (counts.get(pixel) || 0) + 1);
            const hex = (p) => "#" + [p & 255, (p >> 8) & 255, (p >> 16) & 255].map((c) => c.toString(16).padStart(2, "0")).join("");
            return Object.fromEntries([...counts].filter(([, n]) => n > 20).map(([p, n]) => [hex(p), n]));
        }"""
        )
    )


def wait_for_change(page: Page, before: dict[str, int]) -> dict[str, int]:
    """The colours of the chart once they are others and rest."""
    return wait_until_still(page, lambda: None if (after := count_colours(page)) == before else after)


def read_cells(page: Page) -> list[str]:
    """The first rows of the table under the chart, from what the grid tells a screen reader."""
    page.wait_for_selector('[data-testid="stDataFrame"] table [role="gridcell"]', state="attached")
    return page.locator('[data-testid="stDataFrame"] table').last.locator('[role="gridcell"]').all_text_contents()


def choose_option(page: Page, label: str, option: str) -> None:
    box = page.get_by_role("combobox", name=label)
    box.click()
    box.fill(option)
    page.get_by_role("option", name=option, exact=True).first.click()
    settle(page)


def place_in_address(page: Page) -> str | None:
    return parse_qs(urlsplit(page.url).query).get("place", [None])[0]


def wait_for_place(page: Page, code: str | None = None) -> str:
    return wait_until(page, lambda: place_in_address(page), lambda found: bool(found) and code in (None, found))


def point_at(page: Page, name: str) -> tuple[float, float]:
    """Where on the screen the pointer stands over this place, found by pointing about."""
    box = page.locator(".chart-holder").bounding_box()
    tip = page.locator(".chart-tip.is-shown b")
    wait_for_view(page)
    shares = [(across / 40, down / 25) for across in range(10, 38) for down in range(2, 24)]
    for across, down in sorted(shares, key=lambda at: (at[0] - 0.65) ** 2 + (at[1] - 0.5) ** 2):
        x, y = box["x"] + box["width"] * across, box["y"] + box["height"] * down
        page.mouse.move(x, y)
        if name in tip.all_inner_texts():
            wait_for_frames(page)  # the tip may still be of the point before
            if name in tip.all_inner_texts():
                return x, y
    raise AssertionError(f"the chart has no {name}")


@pytest.mark.parametrize("path", PAGES)
def test_no_page_asks_anything_of_another_machine(chromium, demo, path):
    with guarded_page(chromium) as (page, watch):
        open_page(page, demo + path)
        settle(page)
        assert len(watch.requests) > 5
        assert not watch.strays


@pytest.mark.parametrize(("scheme", "palette"), [("light", DAY), ("dark", NIGHT)])
def test_the_map_is_drawn_in_its_colours_by_day_and_by_night(chromium, demo, scheme, palette):
    with guarded_page(chromium, color_scheme=scheme) as (page, _):
        open_page(page, demo)
        colours = count_colours(page)
        assert sum(colours.get(step, 0) > 500 for step in palette.depth) >= 3
        assert colours.get(palette.amber, 0) > 100


def test_another_measure_and_a_filter_change_the_map_and_the_table(chromium, demo):
    with guarded_page(chromium) as (page, _):
        open_page(page, demo)
        colours, cells = count_colours(page), read_cells(page)
        choose_option(page, "Colour: how deeply", "Group sessions (contact)")
        met = wait_for_change(page, colours)
        met_cells = wait_until(page, lambda: read_cells(page), lambda now: now != cells)
        assert sum(met.get(step, 0) > 300 for step in DAY.contact) >= 3
        page.get_by_role("button", name="Filters").click()
        choose_option(page, "From", "June 2025")
        page.keyboard.press("Escape")
        wait_for_change(page, met)
        wait_until(page, lambda: read_cells(page), lambda now: now != met_cells)
        expect(page.get_by_text("Showing:").first).to_be_visible()


def test_side_by_side_maps_move_together(chromium, demo):
    with guarded_page(chromium) as (page, _):
        open_page(page, f"{demo}?view=side")
        start = wait_for_view(page, sheets=2)
        page.locator(".chart-holder").first.focus()
        page.keyboard.press("ArrowRight")
        wait_for_view(page, start, sheets=2)
        breadth, depth = count_colours(page, 0), count_colours(page, 1)
        assert any(breadth.get(step, 0) > 500 for step in DAY.breadth)
        assert any(depth.get(step, 0) > 500 for step in DAY.depth)


def test_table_map_and_list_choose_the_same_place(chromium, demo):
    seen = []
    for way in ("table", "map", "list"):
        with guarded_page(chromium) as (page, _):
            open_page(page, demo)
            if way == "table":
                read_cells(page)
                grid = page.locator('[data-testid="stDataFrame"]').last
                grid.scroll_into_view_if_needed()
                box = wait_until_still(page, grid.bounding_box)
                page.mouse.click(box["x"] + 15, box["y"] + 35 * 6.5)  # the sixth row, by name: Harbour
            elif way == "map":
                page.mouse.click(*point_at(page, "Harbour"))
            else:
                choose_option(page, "Find a place", "Harbour")
            wait_for_place(page, "TW-W01")
            settle(page)
            expect(page.get_by_role("heading", name="Harbour")).to_be_visible()
            expect(page.get_by_role("combobox", name="Find a place")).to_have_value("Harbour")
            expect(page.locator(".chart-status")).to_contain_text("Harbour:")
            seen.append(page.url)
    assert len(set(seen)) == 1


def test_escape_on_the_chart_lets_the_place_go(chromium, demo):
    with guarded_page(chromium) as (page, _):
        open_page(page, f"{demo}?place=TW-W01")
        page.locator(".chart-holder").focus()
        page.keyboard.press("Escape")
        expect(page.get_by_role("heading", name="Harbour")).to_have_count(0)
        settle(page)
        assert place_in_address(page) is None


def test_a_copied_address_shows_the_same_view(chromium, demo):
    with guarded_page(chromium) as (page, _):
        open_page(page, demo)
        choose_option(page, "Colour: how deeply", "Group sessions (contact)")
        choose_option(page, "Find a place", "Larkmoor")
        wait_for_place(page, "TW-W15")
        settle(page)
        expect(page.locator(".chart-status")).to_contain_text("Larkmoor:")
        url, title = page.url, page.locator(".chart-title").inner_text()
        cells = wait_until_still(page, lambda: read_cells(page))
        colours = wait_until_still(page, lambda: count_colours(page))
    with guarded_page(chromium) as (page, _):
        open_page(page, url)
        wait_until(page, lambda: read_cells(page), lambda now: now == cells)
        wait_until(page, lambda: count_colours(page), lambda now: now == colours)
        assert page.url == url
        assert page.locator(".chart-title").inner_text() == title
        expect(page.get_by_role("heading", name="Larkmoor")).to_be_visible()


def at_in_address(page: Page) -> str | None:
    return parse_qs(urlsplit(page.url).query).get("at", [None])[0]


def wait_for_at(page: Page, before: str | None = None) -> str:
    return wait_until(page, lambda: at_in_address(page), lambda at: at is not None and at != before)


def move_chart(page: Page, sheets: int = 1) -> str:
    """Zooms in and moves to the right; the address's word for where the chart then stands."""
    start = wait_for_view(page, sheets=sheets)
    page.get_by_label("Zoom in").first.click()
    zoomed = wait_for_view(page, start, sheets)
    page.locator(".chart-holder").first.focus()
    page.keyboard.press("ArrowRight")
    wait_for_view(page, zoomed, sheets)
    return wait_until_still(page, lambda: at_in_address(page), rest=900)


@pytest.mark.parametrize(("view", "sheets"), [("chart", 1), ("side", 2)])
def test_a_copied_address_shows_the_same_part_of_the_map(chromium, demo, view, sheets):
    with guarded_page(chromium) as (page, watch):
        open_page(page, f"{demo}?view={view}")
        before = wait_until_still(page, lambda: watch.socket_bytes, rest=800)
        at = move_chart(page, sheets)
        assert watch.socket_bytes == before, "moving the chart ran the page again"
        choose_option(page, "Find a place", "Harbour")
        wait_for_place(page, "TW-W01")
        assert wait_for_at(page) == at
        url, stands = page.url, wait_for_view(page, sheets=sheets)
    with guarded_page(chromium) as (page, _):
        open_page(page, url)
        again = wait_for_view(page, sheets=sheets)
        assert at_in_address(page) == at
        assert numbers_of(again) == pytest.approx(numbers_of(stands), abs=0.01)
        assert page.get_by_text("Showing the usual view instead").count() == 0


def numbers_of(view: str) -> list[float]:
    return [float(part) for part in view.split()]


def test_back_and_forward_bring_back_the_choice_and_the_part_of_the_map(chromium, demo):
    with guarded_page(chromium) as (page, _):
        open_page(page, demo)
        wide = wait_for_view(page)
        choose_option(page, "Find a place", "Harbour")
        wait_for_place(page, "TW-W01")
        near = move_chart(page)
        page.get_by_text("Side by side", exact=True).click()
        settle(page)
        wait_for_view(page, sheets=2)
        assert wait_for_at(page) == near
        page.go_back()
        expect(page.locator(".chart-holder")).to_have_count(1)
        assert wait_for_at(page) == near
        settle(page)
        page.go_back()
        wait_until(page, lambda: place_in_address(page), lambda place: place is None)
        expect(page.get_by_role("heading", name="Harbour")).to_have_count(0)
        settle(page)
        assert numbers_of(wait_for_view(page)) == pytest.approx(numbers_of(wide), abs=0.02)
        assert at_in_address(page) is None
        page.go_forward()
        wait_for_place(page, "TW-W01")
        assert wait_for_at(page) == near
        settle(page)
        expect(page.get_by_role("heading", name="Harbour")).to_be_visible()


def test_the_part_of_the_map_leaves_the_address_with_its_places_or_by_the_reset(chromium, demo):
    with guarded_page(chromium) as (page, _):
        open_page(page, demo)
        wide = wait_for_view(page)
        move_chart(page)
        page.get_by_label("Reset the view").click()
        wait_until(page, lambda: at_in_address(page), lambda at: at is None)
        assert numbers_of(wait_for_view(page)) == pytest.approx(numbers_of(wide), abs=0.02)
        at = move_chart(page)
        page.get_by_role("combobox", name="Places", exact=True).click()
        page.get_by_role("option").get_by_text("neighbourhoods").click()
        settle(page)
        wait_until(page, lambda: at_in_address(page), lambda at: at is None)
        assert numbers_of(wait_for_view(page)) == pytest.approx(numbers_of(wide), abs=0.02)
        page.go_back()
        assert wait_for_at(page) == at


def test_a_part_of_the_map_that_is_not_here_gives_the_whole_and_says_so(chromium, demo):
    with guarded_page(chromium) as (page, _):
        open_page(page, f"{demo}?at=51.5,-0.1,12")
        expect(page.get_by_text("which is not here. Showing the usual view instead.")).to_have_count(1)
        wait_for_view(page)
        wait_until(page, lambda: at_in_address(page), lambda at: at is None)


def test_the_card_leads_to_the_whole_of_its_place(chromium, demo):
    with guarded_page(chromium) as (page, _):
        open_page(page, f"{demo}?place=TW-W15")
        page.get_by_role("link", name="All of Larkmoor").click()
        expect(page.get_by_role("heading", level=1, name="Larkmoor")).to_be_visible()
        settle(page)
        assert urlsplit(page.url).path == "/place"
        assert place_in_address(page) == "TW-W15"


def test_what_was_chosen_stays_from_page_to_page(chromium, demo):
    with guarded_page(chromium) as (page, _):
        open_page(page, f"{demo}?fill=group_sessions")
        for name, path in (("Compare", "/compare"), ("Explore", "/"), ("Compare", "/compare")):
            page.get_by_role("link", name=name, exact=True).first.click()
            page.wait_for_url(f"**{path}?**")
            settle(page)
            chosen = parse_qs(urlsplit(page.url).query)
            assert (chosen["fill"], chosen["ring"], chosen["kind"]) == (["group_sessions"], ["responses"], ["ward"])
        expect(page.get_by_role("heading", level=1, name="Breadth against contact")).to_be_visible()


def run_elsewhere(home: Home, *words: str) -> None:
    """A command of `soundings` in a process of its own."""
    script = "from etl.cli import main; main()"
    settings = os.environ | {"SOUNDINGS_HOME": str(home.root), "PYTHONPATH": str(PROJECT)}
    done = subprocess.run(
        [sys.executable, "-c", script, *words], env=settings, capture_output=True, text=True, cwd=PROJECT
    )
    assert done.returncode == 0, done.stdout + done.stderr


def wait_for_cell(page: Page, text: str) -> list[str]:
    """The cells of the table once it shows this text: it is drawn after the chart."""
    return wait_until(page, lambda: read_cells(page), lambda cells: text in cells)


def test_what_another_process_loads_and_undoes_is_shown_without_a_restart(chromium, wards, wards_home, tmp_path):
    with guarded_page(chromium) as (page, _):
        open_page(page, f"{wards}?view=one&fill=responses")
        wait_for_cell(page, "4")
        path = write_contributions(tmp_path / "more.csv", "Roads", 6)
        run_elsewhere(wards_home, "load", str(path))
        choose_option(page, "Find a place", "Ward 1")
        expect(page.locator(".chart-status")).to_contain_text("6")
        wait_for_cell(page, "6")
        page.goto(f"{wards}sources")
        settle(page)
        shown = page.get_by_text("Batch ").first.inner_text()
        run_elsewhere(wards_home, "undo", shown.split()[1].rstrip(","))
        open_page(page, f"{wards}?view=one&fill=responses")
        choose_option(page, "Find a place", "Ward 1")
        expect(page.locator(".chart-status")).to_contain_text("4")
        assert "6" not in wait_for_cell(page, "4")


def test_under_a_base_path_the_map_is_drawn_and_nothing_leaves(chromium, wards):
    with guarded_page(chromium) as (page, watch):
        open_page(page, f"{wards}?view=one&fill=responses")
        colours = count_colours(page)
        assert sum(colours.get(step, 0) for step in DAY.breadth) > 10_000
        assert all(
            urlsplit(url).path.startswith("/maps/soundings/") for url in watch.requests if url.startswith("http")
        )
        assert any("/geometry/" in url for url in watch.requests)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [1440, 390])
def test_no_page_has_a_serious_barrier(chromium, demo, path, width):
    with guarded_page(chromium, width, 900 if width == 1440 else 844) as (page, _):
        open_page(page, demo + path)
        assert not find_barriers(page)


@pytest.mark.parametrize("width", [1440, 390])
def test_the_pages_of_an_empty_and_of_a_broken_store_have_no_serious_barrier(chromium, bare, width):
    url, home = bare
    with guarded_page(chromium, width, 844) as (page, _):
        page.goto(url)
        expect(page.get_by_text("soundings demo add")).to_be_visible()
        assert not find_barriers(page)
        home.store.mkdir()
        (home.store / "current").write_text("{", encoding="utf-8")
        page.reload()
        expect(page.get_by_text("soundings rebuild").last).to_be_visible()
        assert not find_barriers(page)
        (home.store / "current").unlink()
        home.store.rmdir()


@pytest.fixture(scope="module")
def bare(tmp_path_factory) -> Iterator[tuple[str, Home]]:
    """A dashboard of a home with nothing in it."""
    home = Home(tmp_path_factory.mktemp("bare"))
    with serve(PROJECT / "dashboard.py", home.root, environ={"SOUNDINGS_TODAY": TODAY}) as url:
        yield url, home


def test_a_link_to_a_place_works_on_the_first_visit_after_a_restart(chromium, tidewell, tmp_path):
    home = copy_home(tidewell, tmp_path / "home")
    with (
        serve(PROJECT / "dashboard.py", home.root, environ={"SOUNDINGS_TODAY": TODAY}) as url,
        guarded_page(chromium) as (page, _),
    ):
        page.goto(f"{url}place?place=TW-W15")
        expect(page.get_by_role("heading", name="Larkmoor")).to_be_visible()
        settle(page)
        assert page.get_by_text("Page not found").count() == 0


def find_barriers(page: Page) -> list[str]:
    """What axe-core calls serious or critical, on a page that must not need scrolling sideways.

    The window is made as tall as the page, for axe passes over what is scrolled away.
    """
    from axe_playwright_python.sync_playwright import Axe

    width = page.viewport_size["width"]
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.set_viewport_size({"width": width, "height": min(height + 80, 6000)})
    wait_until_drawn(page)  # what was dimmed by a run comes back to its own ink
    return [
        f"{one['id']}: {node['target']} {node['html'][:160]}"
        for one in Axe().run(page).response["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


@pytest.fixture(scope="module")
def hostile_home(tmp_path_factory) -> Home:
    """Ten wards and ten activities whose every text is a payload."""
    root = tmp_path_factory.mktemp("hostile")
    home = Home(root / "home")
    boundaries = root / "<img src=x onerror=window.__pwned=1>.geojson"
    boundaries.write_text(json.dumps({"type": "FeatureCollection", "features": make_features()}), encoding="utf-8")
    add_places(home, boundaries, "ward", licence=HOSTILE[1], attribution=HOSTILE[6], who=HOSTILE[2])
    folder = root / "template"
    folder.mkdir()
    write_sheets(folder)
    load_file(home, folder, "native", file_name=f"{HOSTILE[9]}.csv", who=HOSTILE[5])
    return home


def make_features() -> list[dict]:
    features = []
    for number, name in enumerate(HOSTILE):
        west, south = 0.1 * (number % 5), 53 + 0.06 * (number // 5)
        ring = [[west, south], [west + 0.1, south], [west + 0.1, south + 0.06], [west, south + 0.06], [west, south]]
        properties = {
            "code": f"W{number:02d}",
            "name": name,
            "parent_code": "D1",
            "parent_name": f"Madeup {HOSTILE[7]}",
        }
        features.append(
            {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        )
    return features


def write_sheets(folder: Path) -> None:
    """The template's sheets, each free text a payload; half the activities stand in a ward, half name a place that is not there."""
    rows: dict[str, list[dict]] = {
        name: [] for name in ("activities", "counts", "sessions", "stages", "facts", "outcomes")
    }
    for number, text in enumerate(HOSTILE):
        key = {"activity_id": f"a{number}"}
        words = (
            "title summary method theme organisation programme called called_by decision_at_stake not_open_to_influence"
        )
        words += " promise local_term role_mailbox"
        place = {
            "place_role": "venue",
            **({"place_code": f"W{number:02d}"} if number % 2 else {"place_name": f"Nowhere {text}"}),
        }
        dates = {"start_date": "2025-03-01", "end_date": "2025-06-01", "called_date": "2025-03-01"}
        rows["activities"].append({**key, **dict.fromkeys(words.split(), text), **dates, **place})
        for measure in ("responses", "people"):
            rows["counts"].append(
                {
                    **key,
                    "measure": measure,
                    "value": number + 1,
                    "basis": "exact",
                    "period_start": "2025-03-01",
                    **place,
                }
            )
        rows["sessions"].append(
            {
                **key,
                "session_id": f"s{number}",
                "date": "2025-03-02",
                "attendance_count": 5,
                "returning_count": 2,
                **place,
            }
        )
        rows["stages"].append(
            {
                **key,
                "stage": "design",
                "sharing": "with",
                "decision_right": text,
                "named_decision": text,
                "why_not_shared": text,
            }
        )
        rows["facts"].append({**key, "fact": "can_reply", "answer": "yes", "evidence": text})
        rows["outcomes"].append({**key, "what_changed": text, "who_decided": text, "changed_date": "2025-07-01"})
    for name, lines in rows.items():
        with open(folder / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(dict.fromkeys(column for line in lines for column in line)))
            writer.writeheader()
            writer.writerows(lines)


@pytest.fixture(scope="module")
def hostile(hostile_home) -> Iterator[str]:
    with serve(PROJECT / "dashboard.py", hostile_home.root, environ={"SOUNDINGS_TODAY": TODAY}) as url:
        yield url


def read_text(locator: Locator) -> str:
    """What is seen, without the invisible joiners that keep Streamlit from rewriting it."""
    return locator.inner_text().replace(JOINER, "")


def assert_nothing_ran(page: Page) -> None:
    assert page.evaluate("window.__pwned") is None
    assert page.evaluate("document.querySelectorAll('iframe').length") == 0
    inside = page.evaluate(
        """() => {
            const bad = [];
            const walk = (root) => {
                for (const node of root.querySelectorAll("*")) {
                    if (node.shadowRoot) walk(node.shadowRoot);
                    const isOurs = node.closest("[data-testid=stMain]") || root !== document;
                    if (isOurs && /^(script|iframe|object|embed)$/i.test(node.tagName)) bad.push(node.outerHTML);
                    if (/^(svg|img)$/i.test(node.tagName) && (node.hasAttribute("onload") || node.hasAttribute("onerror"))) bad.push(node.outerHTML);
                    if (/^javascript:/i.test(node.getAttribute("href") || "")) bad.push(node.outerHTML);
                    if (/example\\.invalid/.test(node.getAttribute("href") || node.getAttribute("src") || "")) bad.push(node.outerHTML);
                    if (node.classList.contains("katex")) bad.push(node.outerHTML);
                }
            };
            walk(document);
            return bad;
        }"""
    )
    assert not inside


def open_expanders(page: Page) -> int:
    """How many expanders were opened, all there are."""
    heads = page.locator('[data-testid="stExpander"] summary')
    for number in range(heads.count()):
        heads.nth(number).click()
        settle(page)
    return heads.count()


def test_hostile_names_are_shown_as_typed_on_explore_and_run_nothing(chromium, hostile):
    with guarded_page(chromium) as (page, _):
        open_page(page, f"{hostile}?fill=group_sessions&ring=responses")
        assert sum(count_colours(page).get(step, 0) for step in DAY.contact) > 1000
        assert read_text(page.get_by_role("heading", level=1)) == f"Madeup {HOSTILE[7]}: asked, and worked with"
        assert read_text(page.locator(".chart-title")).startswith(f"Madeup {HOSTILE[7]}")
        for number, name in enumerate(HOSTILE):
            box = page.get_by_role("combobox", name="Find a place")
            box.click()
            page.get_by_role("option").get_by_text(name, exact=True).click()
            wait_for_place(page, f"W{number:02d}")
            settle(page)
            expect(box).to_have_value(name)
            assert read_text(page.get_by_role("heading", level=3).first) == name
            assert read_text(page.get_by_role("link", name="All of")).endswith(f"All of {name}")
            expect(page.locator(".chart-status")).to_contain_text(name)
        assert open_expanders(page) >= 3
        assert_nothing_ran(page)
        page.get_by_role("button", name="Filters").click()
        page.get_by_role("combobox", name="Organisation").click()
        expect(page.get_by_role("option")).to_have_count(11)
        assert_nothing_ran(page)


@pytest.mark.parametrize("number", [0, 1, 5, 6, 9])
def test_a_hostile_place_in_full_is_shown_as_typed_and_runs_nothing(chromium, hostile, number):
    with guarded_page(chromium) as (page, _):
        open_page(page, f"{hostile}place?place=W{number:02d}")
        assert read_text(page.get_by_role("heading", level=1)) == HOSTILE[number]
        expect(page.get_by_role("combobox", name="Another place")).to_have_value(HOSTILE[number])
        settle(page)
        assert_nothing_ran(page)


@pytest.mark.parametrize(
    "path", ["?view=names", "?view=crossed&place=W03", "compare", "compare?what=activities", "activities"]
)
def test_hostile_names_run_nothing_on_the_pages_of_names_and_of_comparison(chromium, hostile, path):
    with guarded_page(chromium) as (page, watch):
        open_page(page, hostile + path)
        for closed in page.get_by_text("The same as a table").all():
            closed.click()
            settle(page)
        assert page.evaluate("window.__pwned") is None
        assert not watch.strays


def test_hostile_file_names_and_notes_are_shown_as_typed_on_sources(chromium, hostile):
    with guarded_page(chromium) as (page, _):
        open_page(page, f"{hostile}sources")
        assert open_expanders(page) == 2
        said = read_text(page.locator('[data-testid="stMain"]'))
        files = (f"{HOSTILE[9]}.csv", "<img src=x onerror=window.__pwned=1>.geojson")
        for text in (*files, HOSTILE[1], HOSTILE[2], HOSTILE[5], HOSTILE[6], f"Nowhere {HOSTILE[4]}"):
            assert text in said
        assert_nothing_ran(page)


def test_hostile_addresses_are_shown_as_typed_and_run_nothing(chromium, demo):
    asked = [text[:60] for text in HOSTILE[:5]]
    names = ("view", "kind", "fill", "place", "organisation")
    query = "&".join(f"{name}={quote(text)}" for name, text in zip(names, asked, strict=True))
    with guarded_page(chromium) as (page, _):
        open_page(page, f"{demo}?{query}")
        said = read_text(page.locator('[data-testid="stMain"]'))
        for text in asked:
            assert f"“{text}”" in said
        assert_nothing_ran(page)
