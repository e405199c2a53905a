"""The form Add activity in a real browser, step by step: all seven by keyboard alone, and an area drawn with pointer and keys."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from etl.form.drawn_areas import list_corners
from soundings.generations import open_current
from soundings.home import PROJECT, Home
from tests.browser import guarded_page, open_chromium, serve, settle_typing, take_from_list
from tests.homes import TODAY, copy_home
from tests.test_add_browser import TITLE, heading, started, tab_to
from tests.test_dashboard_browser import find_barriers

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def home(tidewell, tmp_path_factory) -> Home:
    return copy_home(tidewell, tmp_path_factory.mktemp("steps") / "home")


@pytest.fixture(scope="module")
def address(home) -> Iterator[str]:
    with serve(PROJECT / "dashboard.py", home.root, environ={"SOUNDINGS_TODAY": TODAY}) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_chromium() as browser:
        yield browser


def ask(home: Home, sql: str) -> list[tuple]:
    return open_current(home).cursor().execute(sql).fetchall()


def write(page: Page, *answers: tuple[str, str]) -> None:
    """Tabs on to each box in turn and types into it."""
    for box, text in answers:
        tab_to(page, box, 30)
        page.keyboard.type(text)
    settle_typing(page)


def pick(page: Page, box: str, text: str) -> None:
    """Tabs on to a box with a list, types, and takes the first that fits."""
    tab_to(page, box)
    take_from_list(page, text)
    settle_typing(page)


def press(page: Page, button: str) -> None:
    """Tabs on to a button or a radio and presses it."""
    tab_to(page, button, 40)
    page.keyboard.press("Enter" if button in ("Save and go on", "Send") else "Space")
    settle_typing(page)


def go_on(page: Page, step: str) -> None:
    press(page, "Save and go on")
    expect(page.get_by_text(re.compile(step))).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    settle_typing(page)


def test_all_seven_steps_by_keyboard_alone(browser, address, home):
    with guarded_page(browser) as (page, _):
        page.goto(f"{address}add?step=what")
        page.get_by_label(TITLE).focus()
        page.keyboard.type("Net menders")
        settle_typing(page)
        pick(page, "How was it done?", "group")
        write(page, ("Day", "3"), ("Month", "5"), ("Year", "2026"))
        go_on(page, "Step 2 of 7")
        press(page, "Search for a place")
        pick(page, "Which place?", "Larkmoor")
        go_on(page, "Step 3 of 7")
        press(page, "Exactly")
        write(page, ("How many", "8"))
        write(page, ("Day", "9"), ("Month", "6"), ("Year", "2026"), ("How many minutes", "90"), ("How many came", "8"))
        write(page, ("Who had lived through it themselves?", "people who mend nets"))
        go_on(page, "Step 4 of 7")
        press(page, "Yes")
        go_on(page, "Step 5 of 7")
        write(page, ("What changed?", "The shed stays open"), ("Who decided that?", "the harbour board"))
        go_on(page, "Step 6 of 7")
        write(page, ("What do you call this way of working?", "a chat"))
        press(page, "Save and go on")
        expect(heading(page, "Check and send")).to_be_visible()
        expect(page.get_by_text("A meeting on 9 June 2026")).to_be_visible()
        page.get_by_text("What would you like to do?").wait_for()
        tab_to(page, "Send it, and publish", 40)
        press(page, "Send")
        expect(heading(page, "Sent. Thank you.")).to_be_focused()
    for told, expected in (
        ("value, basis from activity_count", (8.0, "exact")),
        ("minutes, attendance_count from session", (90.0, 8.0)),
        ("knowledge, who from perspective", ("lived", "people who mend nets")),
        ("answer from fact", ("yes",)),
        ("what_changed, who_decided from outcome", ("The shed stays open", "the harbour board")),
        ("called from claim", ("a chat",)),
    ):
        own = "where activity_id = (select activity_id from activity where title = 'Net menders')"
        assert ask(home, f"select {told} {own}") == [expected]  # noqa: S608 — no text of a user


def test_an_area_is_drawn_with_pointer_and_keys_kept_and_shown(browser, address, home):
    with guarded_page(browser) as (page, _):
        page.goto(f"{address}add")
        page.get_by_label(TITLE).fill("Quay walk")
        settle_typing(page)
        page.get_by_role("combobox", name="How was it done?").click()
        take_from_list(page, "workshop")
        settle_typing(page)
        page.get_by_text("Draw the area on a map").click()
        page.wait_for_selector(".soundings-chart[data-drawn]")
        settle_typing(page)
        assert not find_barriers(page)
        said, use = page.locator(".drawing-said"), page.get_by_role("button", name="Use this area")
        expect(said).to_have_text("Click the map at each corner of the area, going round it once.")
        expect(use).to_be_disabled()
        chart = page.locator(".chart-holder")
        chart.scroll_into_view_if_needed()
        settle_typing(page)
        box = chart.bounding_box()
        for across, down in ((0.55, 0.40), (0.70, 0.42), (0.80, 0.80)):
            page.mouse.click(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
        expect(said).to_have_text("3 corners. Go on, or use this area.")
        chart.focus()
        page.keyboard.press("Backspace")
        expect(said).to_have_text("2 corners. Three are needed.")
        page.keyboard.press("Enter")  # a corner in the middle of the map
        expect(said).to_have_text("3 corners. Go on, or use this area.")
        use.focus()
        page.keyboard.press("Enter")
        expect(said).to_have_text("This area is used. Change it by setting more corners, or start again.")
        expect(page.get_by_text("the area as you drew it, in")).to_be_visible()
        expect(page.get_by_text("How many took part will stand in Tidewell (district)")).to_be_visible()
        assert not find_barriers(page)
        for part, text in (("Day", "3"), ("Month", "5"), ("Year", "2026")):
            started(page).get_by_label(part).fill(text)
        page.get_by_text("Exactly", exact=True).click()
        page.get_by_label("How many", exact=True).fill("24")
        settle_typing(page)
        page.reload()  # what was drawn is in the draft
        expect(said).to_have_text("This area is used. Change it by setting more corners, or start again.")
        settle_typing(page)
        page.get_by_role("button", name="Check and send").click()
        expect(page.get_by_text("The area as you drew it, in")).to_be_visible()
        page.get_by_role("button", name="Send", exact=True).click()
        expect(heading(page, "Sent. Thank you.")).to_be_visible()
        ((activity_id, outline),) = ask(home, "select activity_id, outline from activity where title = 'Quay walk'")
        assert len(list_corners(outline)) == 3
        page.goto(f"{address}activity?activity={activity_id}")
        expect(page.get_by_text("The area as the organiser drew it")).to_be_visible()
        line = page.locator(".soundings-chart[data-drawn] .leaflet-areas-pane path").last
        assert line.bounding_box()["width"] > 60
        assert not find_barriers(page)
