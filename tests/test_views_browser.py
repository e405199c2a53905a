"""In real Chromium: breadth crossed with depth, the map of names, and Compare."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from soundings.home import PROJECT
from soundings.palette import CROSSED_DAY, CROSSED_NIGHT
from tests.browser import guarded_page, serve, wait_until, wait_until_still
from tests.homes import TODAY, copy_home
from tests.test_dashboard_browser import (
    choose_option,
    count_colours,
    open_page,
    place_in_address,
    point_at,
    settle,
    wait_for_place,
)

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def demo(tidewell, tmp_path_factory) -> Iterator[str]:
    home = copy_home(tidewell, tmp_path_factory.mktemp("demo") / "home")
    with serve(PROJECT / "dashboard.py", home.root, environ={"SOUNDINGS_TODAY": TODAY}) as url:
        yield url


@pytest.mark.parametrize(("scheme", "colours"), [("light", CROSSED_DAY), ("dark", CROSSED_NIGHT)])
def test_crossed_classes_are_drawn_in_their_nine_colours_and_keyed_in_words(chromium, demo, scheme, colours):
    with guarded_page(chromium, color_scheme=scheme) as (page, _):
        open_page(page, f"{demo}?view=crossed")
        seen = count_colours(page)
        assert sum(seen.get(colour, 0) > 200 for colour in colours) >= 4
        key = page.locator(".key-grid")
        expect(key.locator("caption")).to_contain_text("Continuing groups")
        assert key.locator("td canvas").count() == 9
        assert key.locator("td canvas").first.get_attribute("aria-label").startswith("Few responses (")
        expect(page.locator(".chart-legend")).to_contain_text("One or both not recorded")


def test_fixed_steps_change_the_key_and_stay_in_the_address(chromium, demo):
    with guarded_page(chromium) as (page, _):
        open_page(page, f"{demo}?view=crossed")
        page.get_by_role("textbox", name="Steps").fill("100, 500 / 0, 2")
        page.keyboard.press("Enter")
        expect(page.locator(".key-grid")).to_contain_text("many: 501 or more")
        settle(page)
        wait_until(page, lambda: page.url, lambda url: "steps=" in url)


def test_names_are_drawn_and_the_map_chooses_a_place(chromium, demo):
    with guarded_page(chromium) as (page, _):
        open_page(page, f"{demo}?view=names")
        expect(page.locator(".key-mark")).to_have_count(11)  # all but Informing, which stands in no ward
        page.mouse.click(*point_at(page, "Larkmoor"))
        wait_for_place(page, "TW-W15")
        settle(page)
        expect(page.locator(".chart-status")).to_contain_text("Larkmoor")
        expect(page.locator(".chart-status")).to_contain_text("Co-production")


def test_a_place_stays_chosen_from_one_view_to_the_next(chromium, demo):
    with guarded_page(chromium) as (page, _):
        open_page(page, demo)
        choose_option(page, "Find a place", "Larkmoor")
        for view in ("Names", "Crossed", "Side by side"):
            page.get_by_role("radio", name=view).or_(page.get_by_role("button", name=view, exact=True)).first.click()
            settle(page)
            assert place_in_address(page) == "TW-W15"
            expect(page.get_by_role("combobox", name="Find a place")).to_have_value("Larkmoor")


def open_first_dot(page: Page, what: str) -> None:
    """Clicks the topmost dot of the scatter and follows the link it offers."""
    chart = page.locator('[data-testid="stVegaLiteChart"]').first
    chart.scroll_into_view_if_needed()
    dots = chart.locator("svg .mark-symbol path")
    expect(dots.first).to_be_attached()
    settle(page)
    box = wait_until_still(page, dots.first.bounding_box)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    link = page.get_by_role("link", name="Open ")
    expect(link).to_be_visible()
    link.click()
    wait_until(page, lambda: page.url, lambda url: f"/{what}?" in url)


@pytest.mark.parametrize(
    ("address", "leads_to"), [("compare", "place"), ("compare?what=activities&fill=people_returning", "activity")]
)
def test_a_dot_of_the_scatter_opens_what_it_stands_for(chromium, demo, address, leads_to):
    with guarded_page(chromium) as (page, _):
        open_page(page, demo + address)
        open_first_dot(page, leads_to)
        settle(page)
        expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_an_address_that_names_explore_is_answered(chromium, demo):
    with guarded_page(chromium) as (page, _):
        open_page(page, f"{demo}explore?view=names")
        assert page.get_by_text("Page not found").count() == 0
        expect(page.locator(".key-mark").first).to_be_visible()
