"""The Activity page in a real Chromium: links between activities, the phone, and a file's text that would like to run."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Page, expect

from etl.loading import load_file
from etl.specs import read_specs
from etl.template.rows import name_activity
from soundings.home import PROJECT
from tests.browser import guarded_page, serve
from tests.homes import TODAY, copy_home, make_wards_home
from tests.test_activity import find_id, write_everything
from tests.test_dashboard_browser import HOSTILE, settle

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def demo(tidewell, tmp_path_factory) -> Iterator[str]:
    """The address of a dashboard of the demo place."""
    home = copy_home(tidewell, tmp_path_factory.mktemp("demo") / "home")
    with serve(PROJECT / "dashboard.py", home.root, environ={"SOUNDINGS_TODAY": TODAY}) as url:
        yield url


def open_activity(page: Page, url: str, activity_id: str) -> None:
    page.goto(f"{url}activity?activity={quote(activity_id)}")
    settle(page)


def activity_in(page: Page) -> str:
    return parse_qs(urlsplit(page.url).query)["activity"][0]


def test_a_link_to_another_activity_changes_the_address_and_back_brings_back_both(chromium, demo, tidewell):
    part, whole = (
        find_id(tidewell, title) for title in ("Local plan to 2041: final draft", "Local plan to 2041: second draft")
    )
    with guarded_page(chromium) as (page, _):
        open_activity(page, demo, part)
        page.get_by_role("link", name="Local plan to 2041: second draft").click()
        heading = page.get_by_role("heading", level=1)
        expect(heading).to_have_text("Local plan to 2041: second draft")
        settle(page)
        assert activity_in(page) == whole
        page.go_back()
        expect(heading).to_have_text("Local plan to 2041: final draft")
        assert activity_in(page) == part


def test_on_a_phone_a_rich_activity_is_no_wider_than_the_screen(chromium, demo, tidewell):
    with guarded_page(chromium, 390, 844) as (page, _):
        open_activity(page, demo, find_id(tidewell, "Repairs policy group"))
        expect(page.get_by_text("What it's called", exact=True)).to_be_visible()
        wide = page.evaluate(
            """() => [...document.querySelectorAll('[data-testid=stMain] p, [data-testid=stMain] h1, [data-testid=stMain] h3')]
            .filter((node) => node.getBoundingClientRect().right > innerWidth + 1).map((node) => node.textContent)"""
        )
        assert wide == []
        assert page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollWidth") <= 390


@pytest.mark.parametrize("number", range(0, len(HOSTILE), 3))
def test_text_of_a_file_is_shown_and_never_run(chromium, tmp_path, number):
    text = " ".join(HOSTILE[number : number + 3])
    home = make_wards_home(tmp_path)
    write_everything(tmp_path / "sheets", text)
    load_file(home, tmp_path / "sheets", "native")
    with (
        serve(PROJECT / "dashboard.py", home.root, environ={"SOUNDINGS_TODAY": TODAY}) as url,
        guarded_page(chromium) as (page, _),
    ):
        open_activity(page, url, name_activity(read_specs()["native"], "whole"))
        assert page.evaluate("() => window.__pwned") is None
        assert page.locator("[data-testid=stMain] iframe, [data-testid=stMain] script, .katex").count() == 0
        links = page.locator("[data-testid=stMain] a").evaluate_all("nodes => nodes.map((node) => node.href)")
        ours = ("/activity?", "/place?", "/words?", "/add?")
        assert [link for link in links if "javascript:" in link or "example" in link] == []
        assert [link for link in links if not any(path in link for path in ours)] == []
