"""Upload in a real Chromium: a file is dropped, matched, put right, confirmed, seen on Explore, undone and gone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright

from etl.inbox import read_batches
from soundings.home import PROJECT, Home
from tests.browser import guarded_page, serve, settle, start_chromium, wait_for_frames, wait_until, wait_until_still
from tests.homes import TODAY, make_wards_home, ward_code

pytestmark = pytest.mark.browser

EVENTS = b"""Event name,Held on,Ward,People,Contact e-mail
Tea and talk,14/03/2025,Ward 1,10,hello@hub.example
Lantern walk,31/02/2025,Ward 2,lots,other@hub.example
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Home:
    """Three wards without records."""
    return make_wards_home(tmp_path_factory.mktemp("wards"), has_records=False)


@pytest.fixture(scope="module")
def url(home) -> Iterator[str]:
    """The address of its dashboard."""
    with serve(PROJECT / "dashboard.py", home.root, environ={"SOUNDINGS_TODAY": TODAY}) as address:
        yield address


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    settle(page)


def edit(page: Page, table: Locator, row: int, column: str, text: str) -> None:
    """Types into a cell of the table by the keyboard; `row` counts from 0. Tries again until the table says it."""
    settle(page)
    table.scroll_into_view_if_needed()
    heads = table.locator('table [role="columnheader"]')
    headings = wait_until(page, heads.all_text_contents, lambda found: any(column in text for text in found))
    across = next(number for number, heading in enumerate(headings) if column in heading)
    for _ in range(15):  # a busy machine draws the table again while a cell is being typed into
        settle(page)  # a run of the script draws the table anew
        table.evaluate("node => node.scrollIntoView({block: 'center'})")
        box = wait_until_still(page, table.bounding_box, rest=700)  # charts above it are still being drawn
        page.mouse.click(box["x"] + 30, box["y"] + 52)  # the first cell
        for key in ["ArrowDown"] * row + ["ArrowRight"] * across:
            page.keyboard.press(key)
        wait_for_frames(page)
        page.keyboard.type(text, delay=60)
        wait_for_frames(page)
        page.keyboard.press("Enter")
        for _ in range(40):  # the table tells a screen reader once it has drawn again
            if text in table.locator('table [role="gridcell"]').all_text_contents():
                return
            page.wait_for_timeout(200)
    raise AssertionError(f"the table says {table.locator('table').inner_text()}, not {text}")


def offer(page: Page, url: str, name: str, content: bytes) -> None:
    """Drops a file that needs no questions, and waits until the page says what would become of it."""
    page.goto(f"{url}upload")
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    expect(page.get_by_text("What it would become")).to_be_visible()


# Where a button stands on its page, each time that it is somewhere else than before.
FOLLOW = """name => {
  const main = document.querySelector('[data-testid="stMain"]');
  window.stood = [];
  const look = () => {
    const button = [...document.querySelectorAll("button")].find((one) => one.textContent.includes(name));
    const top = button && Math.round(button.getBoundingClientRect().top + main.scrollTop);
    if (button && top !== window.stood.at(-1)) window.stood.push(top);
    requestAnimationFrame(look);
  };
  look();
}"""


def read_figures(page: Page, url: str) -> list[str]:
    """The figures of people that Explore's table has for the three wards, without those where nothing is recorded."""
    page.goto(f"{url}explore?view=one&kind=ward&fill=people&fill_role=venue")
    page.wait_for_selector(".soundings-chart[data-drawn]")
    settle(page)
    cells = page.locator('[data-testid="stDataFrame"] table [role="gridcell"]')
    texts = wait_until(page, cells.all_text_contents, lambda found: any("Ward 3" in text for text in found))
    return [text for text in texts if text in ("10", "35", "45")]


def test_a_file_is_matched_put_right_confirmed_seen_on_explore_undone_and_gone(url):
    with sync_playwright() as playwright, guarded_page(start_chromium(playwright)) as (page, _):
        page.goto(f"{url}upload")
        page.locator("input[type=file]").set_input_files(
            {"name": "events.csv", "mimeType": "text/csv", "buffer": EVENTS}
        )
        expect(page.get_by_text("What is in each column?")).to_be_visible()
        settle(page)
        page.get_by_role("textbox", name="Which organisation is it from?").fill("Harbour Hub")
        page.keyboard.press("Tab")
        settle(page)
        page.get_by_role("radiogroup", name="Its places are …").get_by_text("Where it happened").click()
        settle(page)
        press(page, "Use these columns")
        expect(page.get_by_text("What it would become")).to_be_visible()
        page.wait_for_selector(".soundings-chart[data-drawn]")
        table = page.locator('[data-testid="stForm"] [data-testid="stDataFrame"]')
        edit(page, table, 0, "Held on", "28/02/2025")
        edit(page, table, 0, "People", "35")
        press(page, "Use these corrections")
        expect(page.get_by_text("It adds 2 activities and 45 people.")).to_be_visible()
        press(page, "Confirm and take it in")
        expect(page.get_by_text("events.csv is in.")).to_be_visible()
        receipt = page.locator('[class*="st-key-upload_receipt"]')
        expect(receipt).to_contain_text("2 activities and 45 people")
        page.get_by_role("link", name="See it on Explore").click()
        page.wait_for_selector(".soundings-chart[data-drawn]")
        settle(page)
        assert read_figures(page, url) == ["10", "35"]
        page.goto(f"{url}upload")
        page.locator("input[type=file]").set_input_files(
            {"name": "again.csv", "mimeType": "text/csv", "buffer": EVENTS}
        )
        expect(page.get_by_text("This very file is loaded already")).to_be_visible()
        settle(page)
        press(page, "Undo that batch")
        expect(page.get_by_text("What is in each column?")).to_be_visible()
        assert read_figures(page, url) == []


def test_what_stands_under_the_map_does_not_move_away_while_it_is_drawn(url):
    row = f"m-1,Market stall,workshop,2026-03-02,{ward_code(1)},venue"
    content = f"activity_id,title,method,start_date,place_code,place_role\n{row}\n".encode()
    with sync_playwright() as playwright, guarded_page(start_chromium(playwright)) as (page, _):
        offer(page, url, "first.csv", content)  # the parts of the page that load once are there from now on
        page.wait_for_selector(".soundings-chart[data-drawn]")
        page.get_by_role("link", name="Words").click()
        settle(page)
        page.get_by_role("link", name="Upload").click()
        settle(page)
        page.evaluate(FOLLOW, "Confirm and take in")
        page.locator("input[type=file]").set_input_files(
            {"name": "second.csv", "mimeType": "text/csv", "buffer": content.replace(b"stall", b"stalls")}
        )
        page.wait_for_selector(".soundings-chart[data-drawn]")
        settle(page)
        stood = page.evaluate("window.stood")
        assert stood and max(stood) - min(stood) <= 8, stood


def test_two_people_at_once_each_have_a_batch_and_see_nothing_of_the_others_file(url, home):
    contents = {
        name: f"activity_id,title,method,start_date,place_code,place_role\n{name}-1,{title},workshop,2026-03-02,{ward_code(1)},venue\n"
        for name, title in (("apples", "Apple day"), ("boats", "Boat day"))
    }
    before = set(read_batches(home))
    with sync_playwright() as playwright:
        browser = start_chromium(playwright)
        with guarded_page(browser) as (one, _), guarded_page(browser) as (other, _):
            pages = {"apples": one, "boats": other}
            for name, page in pages.items():
                offer(page, url, f"{name}.csv", contents[name].encode())
            for page in pages.values():
                page.wait_for_selector(".soundings-chart[data-drawn]")
                settle(page)
            buttons = [
                page.get_by_role("button", name="Confirm and take in 1 row", exact=True) for page in pages.values()
            ]
            for button in buttons:
                button.click(no_wait_after=True)
            for name, page in pages.items():
                expect(page.get_by_text(f"{name}.csv is in.")).to_be_visible()
                settle(page)
            made = {
                batch.read_manifest()["file_name"]: batch.batch_id
                for batch in read_batches(home)
                if batch not in before
            }
            assert set(made) == {"apples.csv", "boats.csv"}
            for name, theirs in (("apples", "boats"), ("boats", "apples")):
                said = pages[name].locator("[data-testid=stMain]").text_content()
                assert made[f"{name}.csv"] in said
                for word in (
                    f"{theirs}.csv",
                    made[f"{theirs}.csv"],
                    {"apples": "Apple day", "boats": "Boat day"}[theirs],
                ):
                    assert word not in said, (name, word)
