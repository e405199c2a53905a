"""Pages as Streamlit draws them, without a browser: opened as a new visitor, and all that they say."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.explaining import JOINER
from soundings.home import PROJECT, Home
from tests.homes import TODAY
from tests.waiting import HANGING

EXPLORE = "explore"


def open_room(monkeypatch: pytest.MonkeyPatch, home: Home, page: str, address: dict[str, str]) -> AppTest:
    """One page of a home, drawn for a new visitor who comes with this address; it can be run again for the rest of the test."""
    monkeypatch.setenv("SOUNDINGS_HOME", str(home.root))
    monkeypatch.setenv("SOUNDINGS_TODAY", TODAY)
    at = AppTest.from_file(str(PROJECT / "dashboard.py"), default_timeout=HANGING)
    if page != EXPLORE:
        at.switch_page(f"pages/rooms/{page}.py")
    for name, value in address.items():
        at.query_params[name] = value
    return at.run()


def words_of(at: AppTest) -> str:
    """Everything a page says outside its tables, as it was written; fails where it broke or drew nothing."""
    assert not at.exception, [error.message for error in at.exception]
    assert list(at.title) or list(at.header), "the page drew nothing"
    kinds = (at.title, at.header, at.subheader, at.markdown, at.caption, at.code, at.error, at.info, at.warning, at.success)  # fmt: skip
    labels = [element.label for element in (*at.expander, *at.button, *at.selectbox)]
    return "\n".join([*(str(element.value) for kind in kinds for element in kind), *labels])


def all_words_of(at: AppTest) -> str:
    """Everything a page says, in its tables too."""
    return "\n".join([words_of(at), *(table.value.to_csv() for table in at.dataframe)])


def read_words_of(at: AppTest) -> str:
    """Everything a page says outside its tables, as it is read: without the marks that keep words from becoming Markdown."""
    return words_of(at).replace("\\", "").replace(JOINER, "")
