"""Explore: the chart of a whole area, its sentence and its table."""

import streamlit as st

from pages.ui import keys
from pages.ui.access import explain_no_places, open_reader, show_illustrative, table_of
from pages.ui.chart import draw_chart, read_chart_ahead
from pages.ui.controls import Choice, choose
from pages.ui.explaining import escape, show_definitions, show_origins, show_place_card, show_summary, show_unplaced
from pages.ui.frame import show_foot
from pages.ui.tables import show_table
from soundings.places import read_area_name, read_kinds, read_names, read_place

NO_PLACE = ""


def select_place(code: str | None) -> None:
    """Makes a place the selected one, wherever it was chosen."""
    st.session_state["place"] = code or NO_PLACE


def show_tables(choice: Choice, fill, ring) -> None:
    """The table twins, one measure at a time; a chosen row selects its place."""
    tables = {"fill": fill} if ring is None else {"fill": fill, "ring": ring}
    keys.recall("table", tables, "fill", "the table")
    shown = st.session_state["table"]
    if len(tables) > 1:
        shown = st.segmented_control(
            "Table of", list(tables), key="table", format_func=lambda name: tables[name].measure.label, required=True
        )
    table = tables[shown]
    key = f"rows_{table.measure.id}_{table.kind}_{choice.parent or ''}"
    chosen = show_table(table, key, st.session_state.get("place"))
    if chosen and st.session_state.get(f"{key}_last") != chosen:
        st.session_state[f"{key}_last"] = chosen
        st.session_state["wanted_place"] = chosen
        st.rerun()


reader = open_reader()
today = keys.today()
if "wanted_place" in st.session_state:
    select_place(st.session_state.pop("wanted_place"))
if not read_kinds(reader.connection):
    explain_no_places()
    st.stop()
keys.arrive()
heading = st.container()
choice = choose(reader, today)
names = read_names(reader.connection, choice.kind, choice.parent)
area = (
    read_place(reader.connection, choice.parent).name
    if choice.parent
    else read_area_name(reader.connection, choice.kind)
)
with heading:
    st.title(f"{escape(area)}: asked, and worked with", anchor=False)
    show_illustrative(reader)
read_chart_ahead(reader, choice)
fill = table_of(reader, choice.fill, choice.kind, choice.fill_role, choice.parent, choice.filters, today)
ring = (
    table_of(reader, choice.ring, choice.kind, choice.ring_role, choice.parent, choice.filters, today)
    if choice.view != "one"
    else None
)
keys.recall("place", [NO_PLACE, *names], NO_PLACE, "the place")
left, right = st.columns([3, 1], gap="medium")
with right:
    st.selectbox(
        "Find a place",
        [NO_PLACE, *names],
        key="place",
        format_func=lambda code: names.get(code, "Choose, or click the map"),
    )
    show_place_card(reader, fill, ring, st.session_state["place"])
with left:
    clicked = draw_chart(reader, choice, area, fill, ring, st.session_state["place"] or None)
if clicked in (NO_PLACE, *names) and clicked != st.session_state["place"]:
    st.session_state["wanted_place"] = clicked
    st.rerun()
show_summary(choice, fill, ring)
if st.session_state["place"]:
    show_origins(reader, choice, fill, ring, st.session_state["place"], names[st.session_state["place"]], today)
show_tables(choice, fill, ring)
with heading:
    keys.show_notes()
show_unplaced(reader, choice, fill, ring, today)
show_definitions(fill, ring)
show_foot()
keys.keep_in_address(
    view=choice.view,
    kind=choice.kind,
    parent=choice.parent,
    fill=choice.fill,
    fill_role=choice.fill_role,
    ring=choice.ring if choice.view != "one" else None,
    ring_role=choice.ring_role,
    place=st.session_state["place"] or None,
    table=st.session_state.get("table"),
    at=st.session_state[keys.EXTENT].at,
    **{
        name: st.session_state.get(name) or None
        for name in ("from", "to", "when", "organisation", "method", "theme", "source", "narrow")
    },
)
