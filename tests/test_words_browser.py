"""Marks of names and the page Words in a real Chromium: one weight in both themes, text as typed, addresses that lead back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from soundings.home import PROJECT
from tests.browser import guarded_page, serve, wait_until
from tests.homes import TODAY
from tests.hostile import HOSTILE
from tests.test_palette import contrast

pytestmark = pytest.mark.browser

MARK = ".stMarkdownColoredBackground"
# The symbols' font has come: until then their names stand in their place, in several lines.
DRAWN = """() => {
    const shapes = [...document.querySelectorAll('.stMarkdownColoredText')];
    return shapes.length > 12 && shapes.every(shape => shape.getBoundingClientRect().width < 24);
}"""
SIZES = """marks => marks.map(mark => {
    const {x, y, height} = mark.getBoundingClientRect();
    return [x, y, height, getComputedStyle(mark).fontSize + getComputedStyle(mark).fontWeight];
})"""
LOOK = """mark => {
    const style = getComputedStyle(mark);
    const icon = mark.querySelector('[data-testid=stIconMaterial], .stMarkdownColoredText');
    return [style.fontSize, style.fontWeight, style.color, style.padding, Math.round(mark.getBoundingClientRect().height),
            getComputedStyle(icon).fontSize];
}"""


@pytest.fixture(scope="module")
def marks(tmp_path_factory) -> Iterator[str]:
    with serve(PROJECT / "tests" / "apps" / "names_app.py", tmp_path_factory.mktemp("marks")) as url:
        yield url


@pytest.fixture(scope="module")
def words(tmp_path_factory) -> Iterator[str]:
    """The address of a dashboard with nothing loaded."""
    home = tmp_path_factory.mktemp("words")
    with serve(PROJECT / "dashboard.py", home, environ={"SOUNDINGS_TODAY": TODAY}) as url:
        yield url


def hex_of(colour: str) -> str:
    """“rgb(1, 2, 3)” as “#010203”."""
    return "#" + "".join(f"{int(part):02x}" for part in colour.removeprefix("rgb(").removesuffix(")").split(","))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_every_mark_has_the_same_size_weight_and_ink(chromium, marks, theme, width):
    with guarded_page(chromium, width=width, color_scheme=theme) as (page, _):
        open_marks(page, marks)
        first = page.get_by_test_id("stMarkdownContainer").first
        expect(first.locator(MARK)).to_have_count(12)
        # Until the font of the shapes has come, each stands as a word and is as wide as it.
        looks = wait_until(
            page, lambda: {tuple(one.evaluate(LOOK)) for one in first.locator(MARK).all()}, lambda seen: len(seen) == 1
        )
        paper = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
        assert contrast(hex_of(next(iter(looks))[2]), hex_of(paper)) >= 7
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1440, 390])
def test_called_and_recorded_stand_side_by_side_in_one_size(chromium, marks, width):
    with guarded_page(chromium, width=width) as (page, _):
        open_marks(page, marks)
        for key in ("survey", "made"):
            pair = page.locator(f".st-key-pair_{key} {MARK}")
            called, recorded = wait_until(  # until the page's own style and the font of the shapes have come
                page, lambda found=pair: found.evaluate_all(SIZES), lambda seen: seen[0][0] < seen[1][0]
            )
            assert called[1:3] == pytest.approx(recorded[1:3], abs=3)
            assert called[3] == recorded[3]


def test_what_it_is_called_is_shown_as_typed_and_never_run(chromium, marks):
    with guarded_page(chromium) as (page, watch):
        open_marks(page, marks)
        for number, called in enumerate(HOSTILE):
            shown = page.locator(f".st-key-pair_hostile{number} {MARK}").first
            assert shown.inner_text().replace("\u2060", "") == called
        assert page.evaluate("window.__pwned") is None
        assert not watch.dialogs and not watch.strays


def open_marks(page: Page, url: str) -> None:
    """The page with its marks, drawn to its end with its fonts there."""
    page.goto(url)
    page.get_by_text("Disagree with this rule?").nth(1 + len(HOSTILE)).wait_for()
    page.wait_for_function(DRAWN)


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def test_words_is_reached_by_a_link_left_and_come_back_to(chromium, words):
    with guarded_page(chromium, width=390, height=844) as (page, _):
        page.goto(f"{words}words?rule=co_design")
        heading(page, "Disagree with the rule for Co-design?")
        page.get_by_text("All names and words").click()
        heading(page, "Words")
        page.wait_for_url(f"{words}words")
        page.get_by_label("Find a word").fill("survey")
        page.get_by_label("Find a word").press("Enter")
        page.wait_for_url(f"{words}words?find=survey")
        expect(page.locator(MARK)).to_have_count(1)
        page.get_by_text("Disagree with this rule?").click()
        page.wait_for_url(f"{words}words?rule=gathering_views")
        heading(page, "Disagree with the rule for Gathering views?")
        page.go_back()
        heading(page, "Words")
        expect(page.get_by_label("Find a word")).to_have_value("survey")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
