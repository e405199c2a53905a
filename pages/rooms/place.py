"""Place: one place in full, breadth and depth side by side, its activities in time, its neighbours, and what is not known."""

import streamlit as st

from pages.ui import keys
from pages.ui.access import explain_no_places, open_reader, read_once, roles_of, show_illustrative, table_of
from pages.ui.controls import name_in_address
from pages.ui.explaining import escape
from pages.ui.frame import name_tab, show_foot
from pages.ui.place_parts import (
    show_activities,
    show_facts,
    show_figures,
    show_neighbours,
    show_origin,
    show_same_ground,
    show_ways_on,
)
from soundings.activities import read_place_activities
from soundings.filters import EVERYTHING
from soundings.measures import read_measures
from soundings.place_sets import find_set_of, read_same_ground
from soundings.place_story import figure_of, list_unknowns
from soundings.places import read_all_names, read_kinds, read_neighbours, read_place

reader = open_reader()
today = keys.today()
kinds = list(read_kinds(reader.connection))
if not kinds:
    explain_no_places()
    st.stop()
names = read_all_names(reader.connection, first="ward")
heading = st.container()
code = keys.recall("place", names, next(iter(names)), "the place")
place_set = find_set_of(reader.connection, code, st.query_params.get("set") or st.session_state.get("set"))
place = read_place(reader.connection, code, place_set)
name_tab(place.name)
with heading:
    st.title(escape(place.name), anchor=False)
    show_illustrative(reader)
    keys.show_notes()
    show_facts(place, place_set)
st.selectbox("Another place", list(names), key="place", format_func=names.get, width=420)
tables = [
    table_of(reader, measure, place.kind, role, None, EVERYTHING, today, place_set.name)
    for measure in read_measures()
    for role in (roles_of(reader, measure, EVERYTHING, today) or {None: 0})
]
show_ways_on(place, place_set)
show_same_ground(place, read_once(reader, read_same_ground, place_code=code, place_set=place_set))
figures = [figure for table in tables if (figure := figure_of(table, code))]
show_figures(place, figures)
show_origin(reader, place, place_set, figures, today)
activities = read_place_activities(reader.connection, code, today=today, place_set=place_set)
show_activities(activities, place, today)
show_neighbours(reader, place, read_neighbours(reader.connection, code, place_set), tables)
st.subheader("What is not known", anchor=False)
for sentence in list_unknowns(place, figures, activities) or ["Everything this page asks for is recorded."]:
    st.markdown(f"- {escape(sentence)}")
show_foot()
keys.keep_in_address(place=code, **name_in_address(place_set))
