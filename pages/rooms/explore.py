"""Explore: the chart of a whole area, its sentence and its table."""

import streamlit as st

from pages.ui import keys
from pages.ui.access import explain_no_places, kinds_of, names_of, open_reader, read_once, show_illustrative
from pages.ui.controls import NO_RING, choose
from pages.ui.explaining import escape
from pages.ui.explore_parts import NO_PLACE, draw_measures_view, draw_names_view, take_wanted_place
from pages.ui.frame import name_tab, show_foot
from soundings.places import read_area_name, read_place

reader = open_reader()
today = keys.today()
take_wanted_place()
if not kinds_of(reader):
    explain_no_places()
    st.stop()
keys.arrive()
heading = st.container()
choice = choose(reader, today)
names = names_of(reader, choice.kind, choice.parent, choice.place_set)
area = (
    read_place(reader.connection, choice.parent).name
    if choice.parent
    else read_once(reader, read_area_name, kind=choice.kind, place_set=choice.place_set)
)
name_tab(f"Explore {area}")
with heading:
    st.title(f"{escape(area)}: asked, and worked with", anchor=False)
    show_illustrative(reader)
keys.recall("place", [NO_PLACE, *names], NO_PLACE, "the place")
draw = draw_names_view if choice.view == "names" else draw_measures_view
draw(reader, choice, area, names, today)
with heading:
    keys.show_notes()
show_foot()
measured = choice.view != "names"
keys.keep_in_address(
    view=choice.view,
    kind=choice.kind,
    set=choice.place_set,
    parent=choice.parent,
    fill=choice.fill if measured else None,
    fill_role=choice.fill_role,
    ring=choice.ring if choice.view not in NO_RING else None,
    ring_role=choice.ring_role,
    place=st.session_state["place"] or None,
    table=st.session_state.get("table") if measured else None,
    steps=st.session_state.get("steps") or None if choice.view == "crossed" else None,
    names_role=st.session_state.get("names_role") if not measured else None,
    at=st.session_state[keys.EXTENT].at,
    **{
        name: st.session_state.get(name) or None
        for name in ("from", "to", "when", "organisation", "method", "theme", "source", "narrow")
    },
)
