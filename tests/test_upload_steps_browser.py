"""Each later step of Upload by keyboard alone, at 400 % zoom, by day and by night: no barrier, and nothing to scroll sideways."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from etl.loading import load_file
from soundings.home import PROJECT
from tests.browser import guarded_page, serve, settle, wait_for_frames, wait_until_drawn
from tests.homes import TODAY, make_wards_home, ward_code
from tests.test_invitations import write_activities

pytestmark = pytest.mark.browser

EVENTS = b"""Event name,Held on,Ward,People,Contact e-mail
Tea and talk,03/04/2025,Ward 1,10,hello@hub.example
Lantern walk,31/02/2025,Ward 2,lots,other@hub.example
"""
PERSONAL = (
    "activity_id,title,method,start_date,place_code,place_role,Participant name,E-mail\n"
    f"p1,Quilt,workshop,2026-03-02,{ward_code(1)},venue,Ada Person,ada@hub.example\n"
).encode()
ZOOMED = {"width": 320, "height": 4000}  # 1280 at 400 %; tall, for axe passes over what is scrolled away
PHONE = {"width": 390, "height": 4000}
# What reaches past the window and is neither in a table's or a map's own box nor hidden from sight.
PAST_THE_EDGE = """() => {
  const width = document.documentElement.clientWidth, main = document.querySelector('[data-testid="stMain"]');
  const out = [...main.querySelectorAll("*")].filter((node) => {
    const box = node.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && box.right > width + 1
      && !node.closest('[data-testid="stDataFrame"], .soundings-chart') && getComputedStyle(node).visibility !== "hidden";
  }).map((node) => `${node.tagName} ${node.textContent.slice(0, 60)}`);
  return main.scrollWidth > main.clientWidth ? [`the page is ${main.scrollWidth} wide`, ...out] : out;
}"""


@pytest.fixture(scope="module")
def url(tmp_path_factory) -> Iterator[str]:
    """The address of a dashboard of three wards in which two activities are loaded."""
    root = tmp_path_factory.mktemp("wards")
    home = make_wards_home(root, has_records=False)
    load_file(home, write_file(root / "first.csv", write_activities(("t1", "Tea", "Hub"), ("t2", "Soup", "Hub"))))
    with serve(PROJECT / "dashboard.py", home.root, environ={"SOUNDINGS_TODAY": TODAY}) as address:
        yield address


def write_file(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def drop(page: Page, url: str, name: str, content: bytes, wanted: str) -> None:
    """Drops a file on a new visit, and waits for these words."""
    page.goto(f"{url}upload")
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    expect(page.get_by_text(wanted).first).to_be_visible()
    settle(page)


def find_barriers(page: Page) -> list[str]:
    """What reaches past the window, and what axe-core calls serious or critical by day and by night."""
    found = page.evaluate(PAST_THE_EDGE)
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        wait_until_drawn(page)  # the chart takes the colours of the night a moment after the page
        found += [
            f"{scheme} {one['id']}: {node['target']} {node['html'][:160]}"
            for one in Axe().run(page).response["violations"]
            if one["impact"] in ("serious", "critical")
            for node in one["nodes"]
        ]
    return found


def tab_to(page: Page, wanted: Locator, most: int = 60) -> None:
    """Goes on by the tab key until what is wanted, or something in it, has the focus."""
    is_on = "node => node === document.activeElement || node.contains(document.activeElement)"
    for _ in range(most):
        if wanted.count() and wanted.first.evaluate(is_on):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{most} presses of the tab key do not reach {wanted}")


def type_into(page: Page, table: Locator, column: str, text: str) -> None:
    """Types into the first row of a table, by keyboard alone. Tries again until the table says it: a run draws it anew."""
    cells = table.locator('table [role="gridcell"]')
    for _ in range(4):
        settle(page)
        tab_to(page, table.locator("canvas").first)
        headings = table.locator('table [role="columnheader"]').all_text_contents()
        across = next(number for number, heading in enumerate(headings) if column in heading)
        for key in (*["ArrowLeft"] * len(headings), *["ArrowRight"] * across):
            page.keyboard.press(key)
            wait_for_frames(page)
        page.keyboard.type(text, delay=60)
        wait_for_frames(page)
        page.keyboard.press("Enter")
        for _ in range(15):  # the table tells a screen reader once it has drawn again
            if text in cells.all_text_contents():
                return
            page.wait_for_timeout(200)
    raise AssertionError(f"the table says {cells.all_text_contents()}, not {text}")


def test_a_file_is_taken_in_and_undone_by_keyboard_alone_at_four_times_the_size(chromium, url):
    with guarded_page(chromium, **ZOOMED) as (page, _):
        drop(page, url, "events.csv", EVENTS, "What is in each column?")
        use = page.get_by_role("button", name="Use these columns", exact=True)
        tab_to(page, use)
        page.keyboard.press("Enter")
        expect(page.get_by_text("There is something to put right")).to_be_visible()
        assert not find_barriers(page)
        tab_to(page, page.get_by_role("radiogroup", name="Its places are …"))
        page.keyboard.press("Space")
        settle(page)
        tab_to(page, page.get_by_role("textbox", name="Which organisation is it from?"))
        page.keyboard.type("Harbour Hub")
        page.keyboard.press("Tab")
        settle(page)
        tab_to(page, use)
        page.keyboard.press("Enter")
        expect(page.get_by_text("What it would become")).to_be_visible()
        page.wait_for_selector(".soundings-chart[data-drawn]")
        settle(page)
        tab_to(page, page.get_by_role("radiogroup", name=re.compile("comes first")))
        page.keyboard.press("Space")
        settle(page)
        assert not find_barriers(page)
        table = page.locator('[data-testid="stForm"] [data-testid="stDataFrame"]')
        type_into(page, table, "Held on", "28/02/2025")
        tab_to(page, page.get_by_role("button", name="Use these corrections"))
        page.keyboard.press("Enter")
        expect(page.get_by_text("1 cell put right by you")).to_be_visible()
        settle(page)
        tab_to(page, page.get_by_role("radiogroup", name=re.compile("can come in only")))
        page.keyboard.press("Space")
        settle(page)
        tab_to(page, page.get_by_role("button", name="Confirm and take it in"))
        page.keyboard.press("Enter")
        expect(page.get_by_text("events.csv is in.")).to_be_visible()
        expect(
            page.locator('[class*="st-key-upload_receipt"]')
        ).to_be_focused()  # not the top of the page, without a word
        settle(page)
        assert not find_barriers(page)
        tab_to(page, page.get_by_role("button", name="Undo", exact=True))
        page.keyboard.press("Enter")
        expect(page.get_by_text("events.csv is undone.")).to_be_visible()


def test_questions_about_people_doubles_and_earlier_files_have_no_barrier_on_a_phone(chromium, url):
    with guarded_page(chromium, **PHONE) as (page, _):
        drop(page, url, "people.csv", PERSONAL, "Some columns look as if")
        assert not find_barriers(page)
        content = write_activities(("t1", "Tea", "Hub"), ("z1", "Soup", "Hub"), ("t3", "New", "Hub"))
        drop(page, url, "more.csv", content, "may be here already")
        expect(page.get_by_role("radiogroup", name="What is this file?")).to_be_visible()
        assert not find_barriers(page)
