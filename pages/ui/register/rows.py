"""The rows of the register as a piece of screen: a table where there is room, cards where there is not, from the same rows."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.ui.asset_routes import OUR_FILES
from pages.ui.naming import CALLED, RECORDED, VERDICTS
from soundings.explanation import say_day
from soundings.palette import NAME_HUES, NAME_SHAPES
from soundings.register import ORDERS, RegisterLine
from soundings.register_export import read_stages
from soundings.register_words import NOT_RECORDED, say_dialogue, say_people, say_period, say_places, say_status

ACTIVITY_PAGE, WORDS_PAGE = "pages/rooms/activity.py", "pages/rooms/words.py"
# Column, its heading, and the order that a first click on it gives; empty: it sorts by nothing.
COLUMNS = (
    ("activity", "Activity", "title"),
    ("called", CALLED, "called"),
    ("recorded", RECORDED, "recorded"),
    ("method", "Method", "method"),
    ("stages", "Stages", "stages"),
    ("people", "People", "-people"),
    ("dialogue", "Meetings", "-dialogue"),
    ("period", "Period", "-period"),
    ("place", "Place", "place"),
)
NOT_NAMED = "Not named yet"
WORDS = {
    "not_recorded": NOT_RECORDED,
    "disagree": "Disagree?",
    "disagree_long": "Disagree with this rule?",
    "sort_by": "Sort by",
    "caption": "Activities",
}


def show_rows(lines: list[RegisterLine], order: str) -> None:
    """Draws the rows. A chosen one opens its page; a chosen heading sets the order; what a file says is set as text alone."""
    result = _find_component()(
        key="register_rows",
        data=encode_rows(lines, order),
        on_opened_change=_do_nothing,
        on_ruled_change=_do_nothing,
        on_sorted_change=set_order,
    )
    if result.opened in {line.activity_id for line in lines}:
        st.switch_page(ACTIVITY_PAGE, query_params={"activity": result.opened})
    if result.ruled in NAME_HUES:
        st.switch_page(WORDS_PAGE, query_params={"rule": result.ruled})


def set_order() -> None:
    """Puts a chosen heading's order where the list of orders keeps it."""
    chosen = st.session_state["register_rows"].sorted
    if chosen in ORDERS:
        st.session_state["sort"] = chosen


def encode_rows(lines: list[RegisterLine], order: str) -> dict[str, Any]:
    """The rows as plain JSON; the browser sets every text as text, never as HTML."""
    columns = [{"id": name, "label": label, "sort": sort} for name, label, sort in COLUMNS]
    return {"words": WORDS, "columns": columns, "order": order, "rows": [encode_line(line) for line in lines]}


def encode_line(line: RegisterLine) -> dict[str, Any]:
    """One row in words."""
    return {
        "id": line.activity_id,
        "title": line.title,
        "organisation": line.organisation or "",
        "called": line.called or "",
        "since": f"since {say_day(line.called_date)}" if line.called and line.called_date else "",
        "recorded": encode_name(line),
        "verdict": VERDICTS.get(line.comparison or "", ""),
        "method": line.method or "",
        "stages": list(read_stages(line.stages).items()),
        "people": say_people(line.figures),
        "dialogue": say_dialogue(line),
        "period": say_period(line),
        "status": say_status(line),
        "place": say_places(line),
    }


def encode_name(line: RegisterLine) -> dict[str, str]:
    """The derived name with its mark: one size and weight, whatever it is."""
    if line.rule_id not in NAME_HUES:
        return {"rule": "", "name": line.name or NOT_NAMED, "hue": "", "shape": ""}
    return {
        "rule": line.rule_id,
        "name": line.name,
        "hue": NAME_HUES[line.rule_id],
        "shape": NAME_SHAPES[line.rule_id][1],
    }


def _do_nothing() -> None:
    """Streamlit delivers a component's event only where a callback is named."""


def _find_component():
    """The registered component; registering again is what a fresh runtime needs and costs nothing."""
    return st.components.v2.component(
        "soundings_register",
        html='<div class="register"></div>',
        css=(OUR_FILES / "register.css").read_text(encoding="utf-8"),
        js=(OUR_FILES / "register.js").read_text(encoding="utf-8"),
    )
