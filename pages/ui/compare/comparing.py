"""What a reader of Compare chose, and the calls that answer it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import streamlit as st

from pages.ui import keys
from pages.ui.access import Reader, roles_of, table_of
from pages.ui.controls import (
    choose_kind,
    choose_ring,
    choose_role,
    choose_set,
    default_fill,
    label_measure,
    recorded_measures,
    refuse_backward_address,
)
from pages.ui.explaining import escape
from soundings.comparing import (
    Curve,
    Scatter,
    Working,
    draw_curve,
    read_residents,
    read_ways_of_working,
    scatter_activities,
    scatter_places,
)
from soundings.filters import EVERYTHING
from soundings.measures import FAMILY_HOW, measures_of, read_measures
from soundings.place_sets import PlaceSet, find_set
from soundings.places import read_area_name, read_kinds, read_names
from soundings.queries import Table

PLACES, ACTIVITIES = "places", "activities"
WHAT = {PLACES: "Places", ACTIVITIES: "Activities"}
MOST_BESIDE = 3
OPENING = {
    "depth": "Many people asked, or a few people a long way down: two different things. Here they stand side by side and are never added.",
    "contact": "Many people asked, or people who met: two different things, set side by side and never added. Meetings are contact; how "
    "often people met says nothing of power shared.",
}
WHOLE = ""


@dataclass(frozen=True)
class Comparison:
    """What is set against what: measure ids, whose places each counts, and the kind and set of places (None: the only one)."""

    what: str
    kind: str
    breadth: str
    breadth_role: str | None
    depth: str
    depth_role: str | None
    place_set: str | None = None

    @property
    def family(self) -> str:
        """The family of what goes up: depth, or contact in its stead."""
        return read_measures()[self.depth].family


def choose_comparison(reader: Reader, today: date) -> Comparison:
    """Draws the controls and returns what they say."""
    refuse_backward_address()
    recorded = recorded_measures(reader, today)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="controls"):
        keys.recall("what", WHAT, PLACES, "what to compare")
        what = st.segmented_control("Compare", list(WHAT), key="what", format_func=WHAT.get, required=True)
        breadth = choose_ring(recorded, "Across: how widely")
        breadth_role = choose_role(reader, "ring_role", breadth, "Across: whose places", today)
        depth = choose_depth(recorded)
        depth_role = choose_role(reader, "fill_role", depth, "Up: whose places", today)
        kind = choose_kind(read_kinds(reader.connection))
        place_set = choose_set(reader, kind)
    return Comparison(what, kind, breadth, breadth_role, depth, depth_role, place_set)


def choose_depth(recorded: dict[str, int]) -> str:
    """The measure going up: depth first, contact after."""
    options = [measure.id for family in ("depth", "contact") for measure in measures_of(family)]
    shown = keys.recall("fill", options, default_fill(recorded), "the measure")
    return st.selectbox(
        f"Up: {FAMILY_HOW[read_measures()[shown].family]}",
        options,
        key="fill",
        format_func=lambda name: label_measure(name, recorded),
        width=230,
    )


def choose_places(reader: Reader, choice: Comparison, today: date) -> tuple[list[str], dict[str, str]]:
    """(codes of at most three chosen places, names by code); to begin with one counted much and one worked with much."""
    names = read_names(reader.connection, choice.kind, place_set=choice.place_set)
    most = [
        max((row for row in table.rows if row.value), key=lambda row: row.value, default=None)
        for table in crossed_tables(reader, choice, today)
    ]
    first = list(dict.fromkeys(row.place_code for row in most if row)) or list(names)[:2]
    keys.recall_several("sides", names, first, "a place to compare", MOST_BESIDE)
    return (
        st.multiselect(
            "Places",
            list(names),
            key="sides",
            format_func=names.get,
            max_selections=MOST_BESIDE,
            placeholder="Choose two or three",
        ),
        names,
    )


def choose_where(reader: Reader, choice: Comparison) -> str | None:
    """The place whose ways of working are drawn; None for everywhere."""
    names = read_names(reader.connection, choice.kind, place_set=choice.place_set)
    keys.recall("where", [WHOLE, *names], WHOLE, "the place")
    area = read_area_name(reader.connection, choice.kind, choice.place_set)
    return (
        st.selectbox(
            "Where", [WHOLE, *names], key="where", width=420,
            format_func=lambda code: names.get(code, f"Everywhere ({area}, and what has no place)"),
        )
        or None
    )  # fmt: skip


def scatter_of(reader: Reader, choice: Comparison, today: date) -> Scatter:
    """The points to draw, remembered by generation."""
    if choice.what == ACTIVITIES:
        return _scatter_activities(str(reader.home.root), reader.number, choice, today, reader.connection)
    breadth, depth = crossed_tables(reader, choice, today)
    return scatter_places(breadth, depth)


@st.cache_data(max_entries=60, show_spinner=False)
def _scatter_activities(root: str, number: int, choice: Comparison, day: date, _connection) -> Scatter:
    return scatter_activities(
        _connection, choice.breadth, choice.depth,
        breadth_role=choice.breadth_role, depth_role=choice.depth_role, today=day,
    )  # fmt: skip


def crossed_tables(reader: Reader, choice: Comparison, today: date) -> tuple[Table, Table]:
    """The breadth table and the depth table."""
    return (
        table_of(reader, choice.breadth, choice.kind, choice.breadth_role, None, EVERYTHING, today, choice.place_set),
        table_of(reader, choice.depth, choice.kind, choice.depth_role, None, EVERYTHING, today, choice.place_set),
    )


def tables_of(reader: Reader, choice: Comparison, today: date) -> list[Table]:
    """Every measure in every role it is recorded in."""
    return [
        table_of(reader, measure, choice.kind, role, None, EVERYTHING, today, choice.place_set)
        for measure in read_measures()
        for role in roles_of(reader, measure, EVERYTHING, today)
    ]


def curves_of(reader: Reader, choice: Comparison, today: date) -> list[Curve]:
    """The concentration curves of the two measures, where they can be drawn."""
    residents = read_residents(reader.connection, choice.kind, place_set=choice.place_set)
    return [curve for table in crossed_tables(reader, choice, today) if (curve := draw_curve(table, residents))]


def ways_of(
    reader: Reader, place_code: str | None, today: date, choice: Comparison | None = None
) -> tuple[list[Working], int]:
    """The ways of working in a place of the set chosen, or everywhere; remembered by generation."""
    place_set = find_set(reader.connection, choice.kind, choice.place_set) if choice and choice.place_set else None
    return _ways_of(str(reader.home.root), reader.number, place_code, place_set, today, reader.connection)


@st.cache_data(max_entries=60, show_spinner=False)
def _ways_of(root: str, number: int, place_code: str | None, place_set: PlaceSet | None, day: date, _connection):
    return read_ways_of_working(_connection, place_code, today=day, place_set=place_set)


def open_picked(choice: Comparison, picked: str | None) -> None:
    """A link to the place or activity that was chosen in the scatter."""
    if not picked:
        st.markdown("Choose a dot, or a row of the table, to open it.")
        return
    if choice.what == ACTIVITIES:
        st.page_link(
            "pages/rooms/activity.py",
            label="Open this activity",
            icon=":material/arrow_forward:",
            query_params={"activity": picked},
        )
    else:
        st.page_link(
            "pages/rooms/place.py",
            label=f"Open {escape(picked)}",
            icon=":material/arrow_forward:",
            query_params={"place": picked},
        )
