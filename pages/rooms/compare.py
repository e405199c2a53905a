"""Compare: breadth set against depth, places side by side, who is missing, and how ways of working changed."""

import streamlit as st

from pages.ui import keys
from pages.ui.access import explain_no_places, open_reader, show_illustrative
from pages.ui.compare.comparing import (
    ACTIVITIES,
    OPENING,
    choose_comparison,
    choose_places,
    choose_where,
    curves_of,
    open_picked,
    scatter_of,
    tables_of,
    ways_of,
)
from pages.ui.compare.parts import show_change, show_curves, show_places, show_scatter
from pages.ui.frame import show_foot
from soundings.place_sets import find_set
from soundings.places import read_kinds
from soundings.views import say_places

reader = open_reader()
today = keys.today()
if not read_kinds(reader.connection):
    explain_no_places()
    st.stop()
heading = st.container()
show_illustrative(reader)
notes = st.container()
opening = st.container()
choice = choose_comparison(reader, today)
heading.title(f"Breadth against {choice.family}", anchor=False)
opening.markdown(OPENING[choice.family])
places = say_places(choice.kind, find_set(reader.connection, choice.kind, choice.place_set))
plural = "activities" if choice.what == ACTIVITIES else places
scatter = scatter_of(reader, choice, today)
picked = show_scatter(scatter, plural, f"scatter_{choice.what}")
if len(scatter.neither) < len(scatter.points):
    open_picked(choice, picked)

st.subheader("Two or three places side by side", anchor=False)
codes, names = choose_places(reader, choice, today)
if codes:
    show_places(
        tables_of(reader, choice, today),
        codes,
        names,
        {code: ways_of(reader, code, today, choice)[0] for code in codes},
    )

st.subheader("Who is missing", anchor=False)
curves = curves_of(reader, choice, today)
if curves:
    show_curves(curves, places)
else:
    st.markdown(
        "This needs the residents and the deprivation decile of the places, and something recorded. Add them with the boundaries: "
        "`soundings places add … --figures FILE`."
    )

st.subheader("How ways of working changed", anchor=False)
where = choose_where(reader, choice)
show_change(*ways_of(reader, where, today, choice), today)
with notes:
    keys.show_notes()
show_foot()
keys.keep_in_address(
    what=choice.what, kind=choice.kind, set=choice.place_set, ring=choice.breadth, ring_role=choice.breadth_role, fill=choice.depth,
    fill_role=choice.depth_role, sides=",".join(codes) or None, where=where,
)  # fmt: skip
