"""The form for people who took part, on a phone's screen in a real browser: what it takes, and that a code reaches nothing else."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from etl.participants.sealed import hold_answers, read_sealed
from etl.participants.waves import READY, USED, close_wave, list_waves, read_code, take_answer
from soundings.generations import open_current
from soundings.home import PROJECT, Home
from soundings.participants import read_texts
from tests.asking import HEARD, ask_group
from tests.browser import guarded_page, open_chromium, serve, settle, wait_until_drawn
from tests.homes import TODAY, copy_home
from tests.test_dashboard_browser import find_barriers

pytestmark = pytest.mark.browser

GROUP = "Repairs policy group"
FORM = read_texts().form
OTHER_PAGES = ("", "place", "activities", "activity", "compare", "sources", "words", "say")
LINKS = "a:not([data-testid=stSkipToContent])"
NARROW = {"width": 390, "height": 844, "has_touch": True}


@pytest.fixture(scope="module")
def home(tidewell, tmp_path_factory) -> Home:
    return copy_home(tidewell, tmp_path_factory.mktemp("say") / "home")


@pytest.fixture(scope="module")
def address(home):
    with serve(PROJECT / "dashboard.py", home.root, environ={"SOUNDINGS_TODAY": TODAY}) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with open_chromium() as browser:
        yield browser


def heading(page: Page, words: str):
    return page.get_by_role("heading", name=words, level=1)


def sealed_of(home: Home, wave_id: str):
    with hold_answers(home):
        return read_sealed(home, wave_id)


def test_five_taps_and_a_word_are_kept_and_thanked_for(browser, address, home):
    opened = ask_group(home, GROUP)
    with guarded_page(browser, **NARROW) as (page, _):
        page.goto(f"{address}say?t={opened.codes[0]}")
        expect(heading(page, FORM["title"])).to_be_visible()
        expect(page.get_by_text(GROUP)).to_be_visible()
        expect(page.get_by_text(FORM["box_heading"].format(**HEARD))).to_be_visible()
        expect(page.get_by_text(FORM["not_validated"])).to_be_visible()
        groups = page.get_by_role("radiogroup")
        expect(groups).to_have_count(5)
        for group, answer in zip(groups.all(), ("Partly", "Yes", "No", "Mostly them", "Too early to say"), strict=True):
            group.get_by_text(answer, exact=True).tap()
        page.get_by_role("textbox").fill("Thank you for the biscuits")
        page.get_by_role("button", name=FORM["send"]).tap()
        expect(heading(page, FORM["thanks_title"])).to_be_visible()
        expect(page.get_by_text(FORM["next_steps"][1])).to_be_visible()
        sealed = sealed_of(home, opened.wave.wave_id)
        assert sealed.answers() == ({"q1": "partly", "q2": "yes", "q3": "no", "q4": "mostly them", "q5": "too early"},)
        assert sealed.words == ("Thank you for the biscuits",)
        page.reload()
        expect(heading(page, FORM["used_title"])).to_be_visible()


def test_every_target_is_large_and_nothing_is_wider_than_the_phone(browser, address, home):
    opened = ask_group(home, GROUP)
    with guarded_page(browser, **NARROW) as (page, _):
        page.goto(f"{address}say?t={opened.codes[0]}")
        expect(page.get_by_role("radiogroup")).to_have_count(5)
        targets = page.get_by_test_id("stRadioOption").all() + [page.get_by_role("button", name=FORM["send"])]
        assert len(targets) == 3 * 5 + 6 + 6 + 1
        for target in targets:
            box = target.bounding_box()
            assert box["height"] >= 44 and box["width"] >= 44 and box["x"] + box["width"] <= 390
        names = [group.get_attribute("aria-label") for group in page.get_by_role("radiogroup").all()]
        assert all(question.text in name for question, name in zip(read_texts().questions, names, strict=True))
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_keyboard_alone_is_enough(browser, address, home):
    opened = ask_group(home, GROUP)
    with guarded_page(browser) as (page, _):
        page.goto(f"{address}say?t={opened.codes[0]}")
        expect(page.get_by_role("radiogroup")).to_have_count(5)
        page.get_by_role("radio").first.focus()
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
        for _ in range(5):
            page.keyboard.press("Tab")
        page.keyboard.type("by keyboard")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(heading(page, FORM["thanks_title"])).to_be_visible()
        sealed = sealed_of(home, opened.wave.wave_id)
        assert (sealed.answers(), sealed.words) == (({"q1": "partly"},), ("by keyboard",))


def test_nothing_is_sent_where_nothing_was_chosen(browser, address, home):
    opened = ask_group(home, GROUP)
    with guarded_page(browser, **NARROW) as (page, _):
        page.goto(f"{address}say?t={opened.codes[0]}")
        page.get_by_role("button", name=FORM["send"]).tap()
        expect(page.get_by_text(FORM["nothing_given"])).to_be_visible()
        assert read_code(home, opened.codes[0]).state == READY


def test_two_tabs_with_one_code_count_once(browser, address, home):
    opened = ask_group(home, GROUP)
    with guarded_page(browser, **NARROW) as (page, _):
        other = page.context.new_page()
        for tab, answer in ((page, "Yes"), (other, "No")):
            tab.goto(f"{address}say?t={opened.codes[0]}")
            tab.get_by_role("radiogroup").first.get_by_text(answer, exact=True).click()
        for tab in (page, other):
            tab.get_by_role("button", name=FORM["send"]).click()
        expect(heading(page, FORM["thanks_title"])).to_be_visible()
        expect(heading(other, FORM["used_title"])).to_be_visible()
        assert sealed_of(home, opened.wave.wave_id).answers() == ({"q1": "yes"},)


def test_used_unknown_and_closed_codes_say_so_plainly(browser, address, home):
    opened = ask_group(home, GROUP)
    take_answer(home, opened.codes[0], {"q1": "yes"}, "")
    closed = ask_group(home, GROUP)
    close_wave(home, closed.wave.wave_id)
    said = ((opened.codes[0], "used"), ("nonsense", "unknown"), ("", "unknown"), (closed.codes[0], "closed"))
    with guarded_page(browser, **NARROW) as (page, _):
        for code, what in said:
            page.goto(f"{address}say?t={code}")
            expect(heading(page, FORM[f"{what}_title"])).to_be_visible()
            expect(page.get_by_text(FORM[what])).to_be_visible()
            expect(page.get_by_role("button")).to_have_count(0)


@pytest.mark.parametrize("path", OTHER_PAGES)
def test_a_code_shows_its_form_on_every_page_and_no_navigation(browser, address, home, path):
    opened = ask_group(home, GROUP)
    with guarded_page(browser, **NARROW) as (page, _):
        page.goto(f"{address}{path}?t={opened.codes[0]}")
        expect(heading(page, FORM["title"])).to_be_visible()
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        expect(page.locator(LINKS)).to_have_count(0)
        expect(page.locator("[data-testid=stTopNavLink], [data-testid=stSidebarNav], iframe, canvas")).to_have_count(0)


def test_a_deep_link_right_after_a_restart_shows_the_form_and_nothing_else(browser, home):
    opened = ask_group(home, GROUP)
    with serve(PROJECT / "dashboard.py", home.root, environ={"SOUNDINGS_TODAY": TODAY}) as fresh:
        with guarded_page(browser, **NARROW) as (page, _):
            page.goto(f"{fresh}sources?t={opened.codes[0]}")
            expect(heading(page, FORM["title"])).to_be_visible()
            expect(page.get_by_role("heading", level=1)).to_have_count(1)
            expect(page.locator(LINKS)).to_have_count(0)


def test_a_visit_that_came_with_a_code_keeps_to_its_form_when_the_address_changes(browser, address, home):
    """The visit goes on, without a new load: back and forward, and an address without the code."""
    opened = ask_group(home, GROUP)
    with guarded_page(browser, **NARROW) as (page, _):
        page.goto(f"{address}say?t={opened.codes[0]}")
        expect(heading(page, FORM["title"])).to_be_visible()
        page.evaluate(
            "() => { history.pushState({}, '', '/sources'); history.pushState({}, '', '/place'); history.back(); }"
        )
        settle(page)
        expect(page.get_by_role("heading", level=1)).to_have_text([re.compile(re.escape(FORM["title"]))])
        expect(page.locator(LINKS)).to_have_count(0)


def test_a_group_publishes_its_statement_by_code(browser, address, home):
    opened, texts = ask_group(home, GROUP, has_statement=True), read_texts().statement
    with guarded_page(browser, **NARROW) as (page, _):
        page.goto(f"{address}say?t={opened.statement_code}")
        expect(heading(page, texts["title"])).to_be_visible()
        page.get_by_role("textbox").fill("<b>We</b> would do it again.")
        page.get_by_role("button", name=texts["send"]).tap()
        expect(page.get_by_text(texts["nothing_given"])).to_be_visible()
        page.get_by_text(texts["agreed"]).tap()
        page.get_by_role("button", name=texts["send"]).tap()
        expect(page.get_by_text(texts["thanks"])).to_be_visible()
        page.goto(f"{address}activity?activity={opened.wave.activity_id}")
        expect(page.get_by_text("<b>We</b> would do it again.")).to_be_visible()
        assert read_code(home, opened.statement_code).state == USED


def test_staff_ask_from_the_activitys_page_and_close_it_there(browser, address, home):
    other = "Garden"
    found = (
        open_current(home)
        .cursor()
        .execute("select activity_id, title from activity_now where title ilike $1 limit 1", [f"%{other}%"])
    )
    activity_id, title = found.fetchone()
    with guarded_page(browser) as (page, _):
        page.goto(f"{address}activity?activity={activity_id}")
        page.get_by_text("For staff: ask the people who took part").click()
        page.get_by_label("Who reads what people write").fill("a made-up reader")
        page.get_by_label("The number to call").fill("0000")
        page.get_by_role("button", name="Open the asking").click()
        expect(page.get_by_text("The sheet of codes is ready.")).to_be_visible()
        with page.expect_download() as download:
            page.get_by_role("button", name="Save the sheet of codes").click()
        codes = re.findall(r">http[^<]*t=([^<]*)<", download.value.path().read_text(encoding="utf-8"))
        assert len(codes) == 13
        assert read_code(home, codes[0]).wave.title == title
        assert [line.title for line in list_waves(home)].count(title) == 1
        page.get_by_text("Everyone had time to answer.").click()
        page.get_by_role("button", name="Close this asking").click()
        expect(page.get_by_text(read_texts().page["private"])).to_be_visible()


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_the_form_thanks_and_refusals_have_no_barriers(browser, address, home, colours):
    opened = ask_group(home, GROUP, has_statement=True)
    with guarded_page(browser, **NARROW, color_scheme=colours) as (page, _):
        page.goto(f"{address}say?t={opened.statement_code}")
        expect(page.get_by_role("textbox")).to_be_visible()
        assert not find_barriers(page)
        page.goto(f"{address}say?t={opened.codes[0]}")
        expect(page.get_by_role("radiogroup")).to_have_count(5)
        page.get_by_role("radiogroup").first.get_by_text("No", exact=True).tap()
        assert not find_barriers(page)
        page.get_by_role("button", name=FORM["send"]).tap()
        expect(heading(page, FORM["thanks_title"])).to_be_visible()
        assert not find_barriers(page)


def test_the_section_on_the_activitys_page_has_no_barriers(browser, address, home):
    found = (
        open_current(home).cursor().execute("select activity_id from feedback_wave where state = 'published' limit 1")
    )
    with guarded_page(browser, width=390, height=844) as (page, _):
        page.goto(f"{address}activity?activity={found.fetchone()[0]}")
        page.get_by_text("For staff: ask the people who took part").click()
        expect(page.get_by_role("button", name="Open the asking")).to_be_visible()
        expect(page.locator("table.answers")).to_have_count(5)
        page.set_viewport_size({"width": 390, "height": 5000})
        wait_until_drawn(page)
        found = Axe().run(page, context=".st-key-participants").response["violations"]
        assert not [one["id"] for one in found if one["impact"] in ("serious", "critical")]
