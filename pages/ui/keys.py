"""Every session key, and the URL that holds the whole state: values from an address are validated text, never trusted."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from soundings.home import find_today

NOTES = "address_notes"
EXTENT = "extent"
DRAWN_BY = "drawn_by"
# Each activity has its own key for what is asked on its page, so that asking of one asks of no other.
ASKED_OF = "asked_of_"
FEEDBACK_CODE, FEEDBACK_SENT = "feedback_code", "feedback_sent"
INVITED = "invited_with"
# What is typed on the form: a key for each answer; and the draft it is kept in.
ADD, ADD_DRAFT, ADD_TRIED, ADD_CLICKED = "answer_", "adding_draft", "adding_tried", "adding_clicked"
ADD_TURN = "adding_turn"  # counts how often the boxes were filled anew from the draft
ASKING_DONE, ASKING_SHEET, ASKING_TURN = "asking_done", "asking_sheet", "asking_turn"
TEXT_LENGTH = 60
IN_URL = (
    "view",
    "kind",
    "set",
    "parent",
    "fill",
    "fill_role",
    "ring",
    "ring_role",
    "place",
    "from",
    "to",
    "when",
    "organisation",
    "method",
    "theme",
    "source",
    "table",
    "narrow",
    "at",
    "what",
    "sides",
    "where",
    "steps",
    "names_role",
    "rule",
    "find",
    "words",
    "sort",
    "page",
    "recorded",
    "beside",
    "next",
    "within",
)


@dataclass(frozen=True)
class Extent:
    """What the address said of the chart's centre and zoom when the person came: “lat,lon,zoom”, None where nothing usable.

    The browser keeps the address's `at` from then on, with no run of this page. `visit` counts arrivals: a new one tells
    the chart to go where the address says. `scope` names the places drawn; with others the extent means nothing.
    """

    visit: int
    at: str | None
    scope: str | None = None


def today() -> date:
    """Today; `SOUNDINGS_TODAY` (YYYY-MM-DD) sets another day, for demonstrations and tests."""
    return find_today()


def recall(key: str, options: Iterable[str], default: str | None, label: str) -> str | None:
    """Sets session state for a widget before it is drawn: kept value, else the address's, else the default.

    A value that is no option falls back to the default; one that came from the address leaves a note for `show_notes`.
    """
    allowed, is_moved = list(options), is_of_another_page(key)
    if key in st.session_state:
        if st.session_state[key] not in allowed:
            st.session_state[key] = default
        elif is_moved:
            st.session_state[key] = st.session_state[key]
    else:
        asked = st.query_params.get(key)
        st.session_state[key] = asked if asked in allowed else default
        if asked is not None and asked not in allowed:
            note_refused(label, asked)
    return st.session_state[key]


def recall_several(key: str, options: Iterable[str], default: list[str], label: str, most: int) -> list[str]:
    """Sets session state for a choice of several (at most `most`), as `recall` does for one; in an address commas part them."""
    allowed, is_moved = list(options), is_of_another_page(key)
    if key not in st.session_state:
        asked = [value for value in (st.query_params.get(key) or "").split(",") if value]
        st.session_state[key] = list(dict.fromkeys(value for value in asked if value in allowed))[:most] or default
        for value in asked:
            if value not in allowed:
                note_refused(label, value)
    elif len(set(st.session_state[key]) & set(allowed)) < len(st.session_state[key]):
        st.session_state[key] = default
    elif is_moved:
        st.session_state[key] = st.session_state[key]
    return st.session_state[key]


def is_of_another_page(key: str) -> bool:
    """Whether this value was last drawn by another page's box: the browser knows nothing of it, and is told by setting it again.

    Without that this page's box would come up with its first option in the browser, and the next click anywhere would send that.
    """
    context, drawn_by = get_script_run_ctx(), st.session_state.setdefault(DRAWN_BY, {})
    page = context.page_script_hash if context is not None else ""
    before, drawn_by[key] = drawn_by.get(key), page
    return before != page


def hold_feedback_code() -> str | None:
    """The feedback code that this visit came with (`t` in the address), now or earlier; None where it came with none."""
    said = st.query_params.get("t")
    if said is not None:
        st.session_state[FEEDBACK_CODE] = said[:80]
    return st.session_state.get(FEEDBACK_CODE)


def follow_address() -> None:
    """Forgets what was chosen where the person went back or forward: then the address says what to show."""
    context = get_script_run_ctx()
    if context is not None and context.is_history_navigation:
        for key in IN_URL:
            st.session_state.pop(key, None)


def follow_link(key: str, value: str, left_behind: str) -> None:
    """Writes a value into the address where a link on the same page led to it; Streamlit changes the address for other pages only.

    `left_behind`: the start of the session keys that a run of this page with another value leaves.
    """
    context = get_script_run_ctx()
    is_back = context is not None and context.is_history_navigation
    if not is_back and any(
        str(name).startswith(left_behind) and name != f"{left_behind}{value}" for name in st.session_state
    ):
        st.query_params.from_dict({key: value})


def arrive() -> None:
    """Notes what the address says of the chart's extent, where this page is new: its first run, or after back and forward."""
    if "view" in st.session_state and EXTENT in st.session_state:
        return
    visit = st.session_state[EXTENT].visit + 1 if EXTENT in st.session_state else 1
    st.session_state[EXTENT] = Extent(visit, st.query_params.get("at"))


def recall_extent(scope: str, bounds: tuple[float, float, float, float]) -> Extent:
    """The extent that the address asked for; one that is no extent of these places leaves a note for `show_notes`.

    `scope` names the places drawn, `bounds` are theirs (west, south, east, north). Other places than before: no extent.
    """
    extent = st.session_state[EXTENT]
    if extent.scope is None:
        at = extent.at if extent.at is not None and is_extent(extent.at, bounds) else None
        if at != extent.at:
            note_refused("the part of the map", extent.at)
        extent = Extent(extent.visit, at, scope)
    elif extent.scope != scope:
        extent = replace(extent, at=None, scope=scope)
    st.session_state[EXTENT] = extent
    return extent


def is_extent(text: str, bounds: tuple[float, float, float, float]) -> bool:
    """Whether this is “lat,lon,zoom” with its centre near these bounds: within their own size of them, or nothing would be seen."""
    try:
        lat, lon, zoom = (float(part) for part in text.split(","))
    except ValueError:
        return False
    west, south, east, north = bounds
    width, height = east - west, north - south
    return (
        all(math.isfinite(number) for number in (lat, lon, zoom))
        and west - width <= lon <= east + width
        and south - height <= lat <= north + height
        and 0 <= zoom <= 24
    )


def note_refused(label: str, asked: str) -> None:
    """Keeps a note that the address asked for what is not here."""
    note = f"The address asked for {label} “{asked[:TEXT_LENGTH]}”, which is not here. Showing the usual view instead."
    st.session_state.setdefault(NOTES, []).append(note)


def is_backward(first: str | None, last: str | None) -> bool:
    """Whether a period of months (YYYY-MM) ends before it starts."""
    try:
        return date.fromisoformat(f"{last}-01") < date.fromisoformat(f"{first}-01")
    except ValueError:
        return False


def note_backward(first: str, last: str) -> None:
    """Keeps a note that the address asked for a period that ends before it starts."""
    note = f"The address asked for the period “{first}” to “{last}”, which ends before it starts. Showing every date instead."
    st.session_state.setdefault(NOTES, []).append(note)


def recall_text(key: str) -> None:
    """Sets session state for a box of free text before it is drawn: kept value, else the start of the address's, else nothing."""
    is_moved = is_of_another_page(key)
    if key not in st.session_state:
        st.session_state[key] = st.query_params.get(key, "")[:TEXT_LENGTH]
    elif is_moved:
        st.session_state[key] = st.session_state[key]


def keep_in_address(**values: str | None) -> None:
    """Writes the state into the address, leaving out what is None, so that a copied link shows the same view."""
    wanted = {key: value for key, value in values.items() if value is not None and key in IN_URL}
    if dict(st.query_params) != wanted:
        st.query_params.from_dict(wanted)


def show_notes() -> None:
    """Says, once, what an address asked for that could not be shown; an address is anybody's text, and is shown as typed."""
    from pages.ui.explaining import escape

    for note in st.session_state.pop(NOTES, []):
        st.info(escape(note))
