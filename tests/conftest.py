"""What every test may ask for, and what becomes of browser tests where there is no browser."""

from __future__ import annotations

import os
import sys
from functools import cache

import pytest
from hypothesis import settings

from etl.readers import read_bytes
from etl.types import Sheet
from etl.uploads.process import pack_answer, unpack_answer
from soundings.home import Home
from tests.homes import own_tidewell, tidewell

__all__ = ["own_tidewell", "tidewell"]

# A generated case is judged by what it gives, never by how long a busy machine took over it.
settings.register_profile("soundings", deadline=None)
settings.load_profile("soundings")

AT_THIS_MACHINE = (("Host", "localhost:8501"),)
NO_BROWSER = (
    "NO BROWSER: there is no Chromium on this machine, so nothing that people see was tested. "
    "Install one (apt-get install chromium, or brew install --cask chromium), or name one in SOUNDINGS_CHROMIUM."
)


@pytest.fixture(autouse=True, scope="session")
def visit_from_this_machine():
    """Pages drawn without a server have no request; they get one as staff's browser sends it on the machine itself."""
    with pytest.MonkeyPatch.context() as patch:
        if "streamlit.testing.v1" in sys.modules:
            from pages.ui import visit

            patch.setattr(visit, "read_request", lambda: visit.Request(AT_THIS_MACHINE, "localhost"))
        yield


@pytest.fixture(autouse=True)
def read_uploads_here(request, monkeypatch):
    """Reads uploads in the test's own process, which saves it a start of Python for each; `apart` asks for the page's own way."""
    if request.node.get_closest_marker("apart") is None:
        monkeypatch.setattr("etl.uploads.uploading.read_sheets_apart", read_sheets_here)


def read_sheets_here(name: str, content: bytes, said: dict) -> list[Sheet]:
    """What `read_sheets_apart` gives, without its process."""
    return unpack_answer(pack_answer(read_bytes(content, name, **said)))


@pytest.fixture
def open_page(monkeypatch):
    """Opens one page of a home, Explore unless named, as a new visitor with this address."""
    from tests.pages import EXPLORE, open_room

    def open_(home: Home, page: str = EXPLORE, /, **address: str):
        return open_room(monkeypatch, home, page, address)

    return open_


@pytest.fixture(scope="module")
def chromium():
    """A real Chromium with the network cut, for the tests of one file."""
    from tests.browser import open_chromium

    with open_chromium() as browser:
        yield browser


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests first, then those in a browser: with two workers neither then waits long for the other's last file."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    browser = {item.path for item in items if item.get_closest_marker("browser")}
    items.sort(key=lambda item: 0 if item.path in slow else 1 if item.path in browser else 2)


@cache
def has_chromium() -> bool:
    """Whether a browser test can run here."""
    from tests.browser import find_chromium

    return find_chromium() is not None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips a browser test with its reason where there is no Chromium; fails it where a browser was required."""
    if item.get_closest_marker("browser") is None or has_chromium():
        return
    if os.environ.get("SOUNDINGS_REQUIRE_BROWSER"):
        pytest.fail(NO_BROWSER, pytrace=False)
    pytest.skip(NO_BROWSER)


def pytest_terminal_summary(terminalreporter) -> None:
    """Says aloud, under the results, that browser tests were skipped."""
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if "NO BROWSER" in str(report.longrepr)]
    if skipped:
        terminalreporter.section(f"{len(skipped)} browser tests were skipped", "#", red=True, bold=True)
        terminalreporter.line(NO_BROWSER)
