"""Place: one place in full, breadth and depth side by side, its activities in time, its neighbours, and what is not known."""

import streamlit as st

from pages.ui import keys
from pages.ui.access import explain_no_places, open_reader, roles_of, show_illustrative, table_of
from pages.ui.explaining import escape
from pages.ui.frame import name_tab, show_foot
from pages.ui.place_parts import show_activities, show_facts, show_figures, show_neighbours, show_origin, show_ways_on
from soundings.activities import read_place_activities
from soundings.filters import EVERYTHING
from soundings.measures import read_measures
from soundings.place_story import figure_of, list_unknowns
from soundings.places import read_kinds, read_names, read_neighbours, read_place

reader = open_reader()
today = keys.today()
kinds = list(read_kinds(reader.connection))
if not kinds:
    explain_no_places()
    st.stop()
wards = read_names(reader.connection, "ward" if "ward" in kinds else kinds[0])
names = wards | {
    code: name for kind in kinds for code, name in read_names(reader.connection, kind).items() if code not in wards
}
heading = st.container()
code = keys.recall("place", names, next(iter(wards)), "the place")
place = read_place(reader.connection, code)
name_tab(place.name)
with heading:
    st.title(escape(place.name), anchor=False)
    show_illustrative(reader)
    keys.show_notes()
    show_facts(place)
st.selectbox("Another place", list(names), key="place", format_func=names.get, width=420)
tables = [
    table_of(reader, measure, place.kind, role, None, EVERYTHING, today)
    for measure in read_measures()
    for role in (roles_of(reader, measure, EVERYTHING, today) or {None: 0})
]
show_ways_on(place)
figures = [figure for table in tables if (figure := figure_of(table, code))]
show_figures(place, figures)
show_origin(reader, place, figures, today)
activities = read_place_activities(reader.connection, code, today=today)
show_activities(activities, place, today)
show_neighbours(reader, place, read_neighbours(reader.connection, code), tables)
st.subheader("What is not known", anchor=False)
for sentence in list_unknowns(place, figures, activities) or ["Everything this page asks for is recorded."]:
    st.markdown(f"- {escape(sentence)}")
show_foot()
keys.keep_in_address(place=code)
