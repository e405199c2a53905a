"""Every session key, and the URL that holds the whole state: values from an address are validated text, never trusted."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date

import streamlit as st

NOTES = "address_notes"
IN_URL = (
    "view",
    "kind",
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
)


def today() -> date:
    """Today; `SOUNDINGS_TODAY` (YYYY-MM-DD) sets another day, for demonstrations and tests."""
    chosen = os.environ.get("SOUNDINGS_TODAY", "")
    return date.fromisoformat(chosen) if chosen else date.today()


def recall(key: str, options: Iterable[str], default: str | None, label: str) -> str | None:
    """Sets session state for a widget before it is drawn: kept value, else the address's, else the default.

    A value that is no option falls back to the default; one that came from the address leaves a note for `show_notes`.
    """
    allowed = list(options)
    if key in st.session_state:
        if st.session_state[key] not in allowed:
            st.session_state[key] = default
    else:
        asked = st.query_params.get(key)
        st.session_state[key] = asked if asked in allowed else default
        if asked is not None and asked not in allowed:
            note = f"The address asked for {label} “{asked[:60]}”, which is not here. Showing the usual view instead."
            st.session_state.setdefault(NOTES, []).append(note)
    return st.session_state[key]


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
