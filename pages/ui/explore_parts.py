"""The two bodies of Explore: the chart of measures, and the map of names; each with the place it selects and its table twin."""

from __future__ import annotations

from datetime import date

import streamlit as st

from pages.ui import keys
from pages.ui.access import Reader, table_of
from pages.ui.chart.chart import draw_chart, draw_names
from pages.ui.chart.names import choose_named, show_names_card, show_names_table
from pages.ui.controls import NO_RING, Choice
from pages.ui.explaining import show_definitions, show_origins, show_place_card, show_summary, show_unplaced
from pages.ui.tables import show_table

NO_PLACE = ""
WANTED = "wanted_place"


def take_wanted_place() -> None:
    """Makes the place that was clicked in the run before the selected one, before its box is drawn."""
    if WANTED in st.session_state:
        st.session_state["place"] = st.session_state.pop(WANTED) or NO_PLACE


def want_place(code: str | None, names: dict[str, str]) -> None:
    """Runs the page again with this place selected, where it is another than before."""
    if code in (NO_PLACE, *names) and code != st.session_state["place"]:
        st.session_state[WANTED] = code
        st.rerun()


def choose_place(names: dict[str, str]) -> str:
    """The search box for a place; its code, or NO_PLACE."""
    return st.selectbox(
        "Find a place",
        [NO_PLACE, *names],
        key="place",
        format_func=lambda code: names.get(code, "Choose, or click the map"),
    )


def draw_measures_view(reader: Reader, choice: Choice, area: str, names: dict[str, str], today: date) -> None:
    """The chart of one or two measures, its sentences, where its numbers come from, and its tables."""
    fill = table_of(
        reader, choice.fill, choice.kind, choice.fill_role, choice.parent, choice.filters, today, choice.place_set
    )
    ring = (
        table_of(
            reader, choice.ring, choice.kind, choice.ring_role, choice.parent, choice.filters, today, choice.place_set
        )
        if choice.view not in NO_RING
        else None
    )
    left, right = st.columns([3, 1], gap="medium")
    with right:
        place = choose_place(names)
        show_place_card(reader, choice.view, fill, ring, place)
    with left:
        clicked = draw_chart(reader, choice, area, fill, ring, place or None)
    want_place(clicked, names)
    show_summary(choice, fill, ring)
    if place:
        show_origins(reader, choice, fill, ring, place, names[place], today)
    show_tables(choice, fill, ring, names)
    show_unplaced(reader, choice, fill, ring, today)
    show_definitions(fill, ring)


def show_tables(choice: Choice, fill, ring, names: dict[str, str]) -> None:
    """The table twins, one measure at a time; a chosen row selects its place."""
    tables = {"fill": fill} if ring is None else {"fill": fill, "ring": ring}
    shown = keys.recall("table", tables, "fill", "the table")
    if len(tables) > 1:
        shown = st.segmented_control(
            "Table of", list(tables), key="table", format_func=lambda name: tables[name].measure.label, required=True
        )
    table = tables[shown]
    key = f"rows_{table.measure.id}_{table.kind}_{choice.place_set or ''}_{choice.parent or ''}"
    want_row(show_table(table, key, st.session_state.get("place")), key, names)


def draw_names_view(reader: Reader, choice: Choice, area: str, names: dict[str, str], today: date) -> None:
    """The map of the names present in each place, and its table."""
    left, right = st.columns([3, 1], gap="medium")
    with right:
        named = choose_named(reader, choice, today)
        place = choose_place(names)
        show_names_card(named, place)
    with left:
        clicked = draw_names(reader, choice, area, named, place or None)
    want_place(clicked, names)
    key = f"names_rows_{named.kind}_{choice.place_set or ''}_{choice.parent or ''}"
    want_row(show_names_table(named, key), key, names)


def want_row(chosen: str | None, key: str, names: dict[str, str]) -> None:
    """Selects the place of a row that was chosen just now, and not again while the row stays chosen."""
    if chosen and st.session_state.get(f"{key}_last") != chosen:
        st.session_state[f"{key}_last"] = chosen
        want_place(chosen, names)
