"""The form Add activity in a real browser: by keyboard alone to a receipt and the map, drafts that survive, undo, a phone, axe."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from etl.form.drafts import Draft, delete_draft, list_drafts, make_draft_id, save_draft
from etl.form.records import activity_id_of, send_form
from soundings.generations import open_current
from soundings.home import PROJECT, Home
from tests.browser import find_port, guarded_page, open_chromium, serve, settle_typing, take_from_list
from tests.homes import TODAY, copy_home
from tests.test_dashboard_browser import find_barriers

pytestmark = pytest.mark.browser

TITLE = "What do you call it, in a few words?"
FOCUSED = """() => {
  const node = document.activeElement;
  return (node.getAttribute("aria-label") || node.closest("label")?.innerText || node.innerText || "").trim();
}"""
SENT = {
    "method": "group", "where_how": "place", "place_code": "TW-W15", "start_day": "3", "start_month": "5", "start_year": "2026",
    "c1_basis": "exact", "c1_value": "8", "c1_measure": "people",
}  # fmt: skip
DAY = {"SOUNDINGS_TODAY": TODAY}


@pytest.fixture(scope="module")
def home(tidewell, tmp_path_factory) -> Home:
    return copy_home(tidewell, tmp_path_factory.mktemp("add") / "home")


@pytest.fixture(scope="module")
def address(home):
    with serve(PROJECT / "dashboard.py", home.root, environ=DAY) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with open_chromium() as browser:
        yield browser


def tab_to(page: Page, name: str, most: int = 14) -> None:
    """Tabs on until what has the focus carries this name."""
    seen = []
    for _ in range(most):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(FOCUSED))
        if seen[-1].startswith(name):
            return
    raise AssertionError(f"“{name}” was not reached; the focus went over {seen}")


def started(page: Page):
    return page.get_by_role("group", name="When did it happen, or start?")


def heading(page: Page, name: str):
    return page.get_by_role("heading", name=name, level=1)


def find_titles(home: Home) -> list[str]:
    found = (
        open_current(home)
        .cursor()
        .execute("select title from activity_now where activity_key like 'form-%'")
        .fetchall()
    )
    return [title for (title,) in found]


def type_four_answers(page: Page, title: str) -> None:
    """The four answers, by keyboard alone."""
    page.get_by_label(TITLE).focus()
    page.keyboard.type(title)
    settle_typing(page)
    tab_to(page, "How was it done?")
    take_from_list(page, "workshop")
    settle_typing(page)
    tab_to(page, "Search for a place")
    page.keyboard.press("Space")
    settle_typing(page)
    tab_to(page, "Which place?")
    take_from_list(page, "Larkmoor")
    settle_typing(page)
    for box, text in (("Day", "3"), ("Month", "5"), ("Year", "2026")):
        tab_to(page, box)
        page.keyboard.type(text)
    settle_typing(page)
    tab_to(page, "Exactly")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    settle_typing(page)
    tab_to(page, "How many")
    page.keyboard.type("24")
    settle_typing(page)


def test_four_answers_by_keyboard_alone_reach_a_receipt_and_the_map_and_undo_takes_them_out(browser, address, home):
    with guarded_page(browser) as (page, _):
        page.goto(f"{address}add")
        expect(page.get_by_label(TITLE)).to_be_visible()
        type_four_answers(page, "Quay bench evenings")
        tab_to(page, "Check and send")
        page.keyboard.press("Enter")
        expect(heading(page, "Check and send")).to_be_visible()
        expect(page.get_by_text("Different people: about 24")).to_be_visible()
        assert not find_titles(home), "nothing is recorded before it is sent"
        page.get_by_text("What would you like to do?").wait_for()
        page.get_by_role("radio").last.focus()
        tab_to(page, "Send")
        page.keyboard.press("Enter")
        expect(heading(page, "Sent. Thank you.")).to_be_visible()
        assert find_titles(home) == ["Quay bench evenings"] and not list_drafts(home)
        receipt = page.url
        page.get_by_role("link", name="See its page").click()
        expect(heading(page, "Quay bench evenings")).to_be_visible()
        page.goto(f"{address}activities?words=Quay+bench")
        expect(page.get_by_text("Quay bench evenings").first).to_be_visible()
        page.goto(f"{address}?ring=people&place=TW-W15")
        expect(page.get_by_role("heading", name="Larkmoor")).to_be_visible()
        page.goto(receipt)
        page.get_by_role("button", name="Undo").click()
        expect(heading(page, "Taken out again")).to_be_visible()
        assert not find_titles(home)


def test_a_draft_survives_its_tab_and_the_server(browser, tidewell, tmp_path):
    own, port = copy_home(tidewell, tmp_path / "own"), find_port()
    with serve(PROJECT / "dashboard.py", own.root, port, environ=DAY) as address:
        with guarded_page(browser) as (page, _):
            page.goto(f"{address}add")
            page.get_by_label(TITLE).fill("A walk with the wardens")
            expect(page).to_have_url(re.compile("draft="))
            started(page).get_by_label("Day").fill("14")
            settle_typing(page)
            link = page.url
        with guarded_page(browser) as (page, _):
            page.goto(link)
            expect(page.get_by_label(TITLE)).to_have_value("A walk with the wardens")
            expect(started(page).get_by_label("Day")).to_have_value("14")
    with serve(PROJECT / "dashboard.py", own.root, port, environ=DAY) as address:
        with guarded_page(browser) as (page, _):
            page.goto(f"{address}add")
            page.get_by_role("button", name=re.compile("Go on with “A walk with the wardens”")).click()
            expect(page.get_by_label(TITLE).first).to_have_value("A walk with the wardens")
            expect(page).to_have_url(link)
            expect(started(page).get_by_label("Day").first).to_have_value("14")


@pytest.mark.parametrize("size", [(390, 844), (360, 640)])
def test_a_phone_shows_what_is_wrong_beside_each_answer_and_has_no_barrier(browser, address, size):
    with guarded_page(browser, *size) as (page, _):
        page.goto(f"{address}add")
        page.get_by_label(TITLE).fill("Chat, ring 07700 900123")
        settle_typing(page)
        expect(page.get_by_text("a phone number")).to_be_visible()
        started(page).get_by_label("Month").fill("5")
        settle_typing(page)
        page.get_by_role("button", name="Check and send").click()
        expect(page.get_by_text("There is a problem")).to_be_visible()
        expect(page.get_by_text("Choose how it was done").nth(1)).to_be_visible()
        expect(page.get_by_text("The date needs a day and a year too.").nth(1)).to_be_visible()
        assert not find_barriers(page)


STICKS_OUT = """() => {
  const main = document.querySelector('[data-testid="stMain"]'), block = document.querySelector(".stMainBlockContainer");
  const style = getComputedStyle(block), edge = block.getBoundingClientRect().right - parseFloat(style.paddingRight);
  const boxes = [...document.querySelectorAll('.st-key-add_form [class*="st-key-add_day_"] [data-testid="stTextInputRootElement"]')];
  return { out: boxes.filter((box) => box.getBoundingClientRect().right > edge + 0.5).map((box) => box.querySelector("input").ariaLabel),
           boxes: boxes.length, narrowest: Math.min(...boxes.map((box) => box.clientWidth)),
           over: main.scrollWidth - main.clientWidth };
}"""


def test_no_date_sticks_out_of_the_narrowest_phone_where_it_is_wrong(browser, address, home):
    wrong = {"what": {"start_day": ""}, "who": {"m1_day": "3"}, "called": {"called": "a chat", "since_day": "3"}}
    with guarded_page(browser, 320, 640) as (page, _):
        for step, changes in wrong.items():
            draft = save_draft(home, Draft(make_draft_id(), {**SENT, "title": "Net menders", **changes}))
            page.goto(f"{address}add?step=check&draft={draft.draft_id}")
            page.get_by_role("button", name="Go to these questions").click()
            expect(page.get_by_text("There is a problem")).to_be_visible()
            expect(page.get_by_label("Year").first).to_be_visible()
            settle_typing(page)
            told = page.evaluate(STICKS_OUT)
            assert (told["out"], told["over"]) == ([], 0) and told["boxes"] >= 3 and told["narrowest"] >= 60, (
                step,
                told,
            )
            delete_draft(home, draft.draft_id)


@pytest.mark.parametrize("step", ["what", "where", "who", "how", "changed", "called", "check"])
def test_every_step_has_no_barrier(browser, address, step):
    with guarded_page(browser, 390, 844) as (page, _):
        page.goto(f"{address}add?step={step}")
        expect(page.get_by_text(re.compile("Step . of 7|Last step"))).to_be_visible()
        settle_typing(page)
        assert not find_barriers(page)


def test_a_group_of_the_form_gets_a_meeting_and_a_change_from_its_own_page(browser, address, home):
    draft = Draft(make_draft_id(), {**SENT, "title": "Slipway painters"})
    send_form(home, open_current(home).cursor(), draft, date.fromisoformat(TODAY), is_demo=True)
    page_of = f"{address}activity?activity={activity_id_of(draft)}"
    with guarded_page(browser, 390, 844) as (page, _):
        page.goto(page_of)
        page.get_by_role("link", name="Add a meeting").click()
        expect(heading(page, "Add a meeting")).to_be_visible()
        for box, text in (
            ("Day", "9"),
            ("Month", "11"),
            ("Year", "2026"),
            ("How many minutes", "60"),
            ("How many came", "7"),
        ):
            page.get_by_label(box, exact=True).fill(text)
        page.get_by_label("How many had come before").fill("6")
        settle_typing(page)
        page.get_by_role("button", name="Add this meeting").click()
        expect(heading(page, "Sent. Thank you.")).to_be_visible()
        expect(page.get_by_text("is recorded: 1 meeting.")).to_be_visible()
        page.goto(page_of)
        page.get_by_role("link", name="Change this record").click()
        expect(page.get_by_label(TITLE)).to_have_value("Slipway painters")
        page.get_by_label(TITLE).fill("Slipway painters and scrapers")
        settle_typing(page)
        page.get_by_role("button", name="Check and send").click()
        expect(page.get_by_text("A meeting on 9 November 2026")).to_be_visible()
        page.get_by_role("button", name="Send", exact=True).click()
        expect(heading(page, "Sent. Thank you.")).to_be_visible()
        assert find_titles(home).count("Slipway painters and scrapers") == 1
        assert "Slipway painters" not in find_titles(home)


def test_a_place_is_chosen_by_a_click_on_the_map(browser, address, home):
    with guarded_page(browser) as (page, _):
        page.goto(f"{address}add?step=where")
        page.get_by_text("Search for a place, or click the map").click()
        settle_typing(page)
        page.get_by_text("Or click it on the map").click()
        page.locator(".chart-holder").first.wait_for()
        page.locator(".st-key-add_map canvas").first.wait_for()
        settle_typing(page)
        page.locator(".chart-holder").first.scroll_into_view_if_needed()
        box = page.locator(".chart-holder").first.bounding_box()
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        expect(page.get_by_text("What will be recorded of where it was:")).to_be_visible()
        expect(page.get_by_text(re.compile(r"of where it was: .*\(ward\)"))).to_be_visible()
