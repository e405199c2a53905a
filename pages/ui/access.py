"""Opening the store for a page: a reader of the current generation, or a page that says what to do next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import duckdb
import streamlit as st

from pages.ui.keys import hold_feedback_code
from soundings.filters import EVERYTHING, Filters
from soundings.home import Home, find_home
from soundings.model import BrokenStore
from soundings.places import read_kinds, read_names
from soundings.queries import Table, read_every_role, read_roles, read_table, read_values
from soundings.sources import has_demo, has_own, has_records
from soundings.store import open_current

T = TypeVar("T")
ILLUSTRATIVE = "**Illustrative.** Tidewell is a made-up place. No person, group or council here is real."
PARTLY = (
    "**Partly illustrative.** Tidewell, with its wards, groups and activities, is made up. What was loaded or added here "
    "beside it is not; “Sources and gaps” says which is which."
)


@dataclass(frozen=True)
class Reader:
    """One page run's view of one generation: its number is the cache key of everything read from it."""

    home: Home
    number: int
    connection: duckdb.DuckDBPyConnection
    is_demo: bool
    has_records: bool
    has_own: bool = False

    def __hash__(self) -> int:
        return hash((str(self.home.root), self.number))


def open_reader() -> Reader:
    """The reader of the current generation. Draws an explanation and stops the page where there is none or it is broken.

    A visit that came with a feedback code gets its form instead, whatever page it asks for.
    """
    guard_visit()
    home = find_home()
    try:
        generation = open_current(home)
    except BrokenStore as error:
        explain_broken(str(error))
        st.stop()
    if generation is None:
        explain_empty()
        st.stop()
    connection = generation.cursor()
    return Reader(
        home, generation.number, connection, has_demo(connection), has_records(connection), has_own(connection)
    )


def guard_visit() -> None:
    """Stops the page, after drawing the one form, where this visit came with a feedback code."""
    from pages.ui.say_form import show_form

    code = hold_feedback_code()
    if code is not None:
        show_form(code)
        st.stop()


def explain_empty() -> None:
    """The next step for someone whose store is empty."""
    st.header("Nothing has been loaded yet")
    st.markdown(
        "Soundings maps where people were **asked** and where they were **worked with**. It needs two things: the places, "
        "and the activity. From the folder of this project:"
    )
    st.code(
        "soundings places add wards.geojson --kind ward     # the boundaries of your area\n"
        "soundings load activities.csv                      # what took place\n"
        "soundings demo add                                 # or: a made-up place to look around in",
        language=None,
        wrap_lines=True,
    )
    st.markdown(
        "This page shows them on its next visit; nothing needs restarting. `soundings template` writes files to fill in."
    )


def explain_no_places() -> None:
    """The next step where activity may be loaded and no boundaries are."""
    st.header("No places are loaded yet")
    st.markdown(
        "A map needs the outlines of its places: a GeoJSON, GeoPackage, Shapefile (zipped) or GeoParquet of your wards."
    )
    st.code("soundings places add wards.geojson --kind ward", language=None, wrap_lines=True)
    st.markdown("What was loaded already is kept; it takes its place on the map as soon as the places are there.")


def explain_broken(sentence: str) -> None:
    """What happened to a store that cannot be read, and how to get it back."""
    st.header("The store cannot be read")
    st.error(sentence)
    st.markdown(
        "Nothing that was acknowledged is lost: everything accepted is kept in the inbox, and the store is built from it. To build it again:"
    )
    st.code("soundings rebuild", language=None, wrap_lines=True)


def show_illustrative(reader: Reader) -> None:
    """Says that the records are made up, on every page that shows demo records and on no other; or which part of them is."""
    if reader.is_demo:
        st.markdown(f":material/info: {PARTLY if reader.has_own else ILLUSTRATIVE}")


@st.cache_resource(max_entries=120, show_spinner=False)
def _read_once(root: str, number: int, name: str, asked: tuple, _read: Callable[..., T], _connection) -> T:
    return _read(_connection, **dict(asked))


def read_once(reader: Reader, read: Callable[..., T], **asked) -> T:
    """`read(connection, **asked)` of this generation, remembered. Everybody gets the same object, so nobody may change it."""
    name = f"{read.__module__}.{read.__qualname__}"
    return _read_once(str(reader.home.root), reader.number, name, tuple(asked.items()), read, reader.connection)


def table_of(
    reader: Reader, measure: str, kind: str, role: str | None, parent: str | None, filters: Filters, day: date
) -> Table:
    """`read_table` of this generation, remembered."""
    return read_once(
        reader, read_table, measure=measure, kind=kind, role=role, parent=parent, filters=filters, today=day
    )


def values_of(
    reader: Reader, measure: str, kind: str, role: str | None, filters: Filters, day: date
) -> dict[str, float | None]:
    """`read_values` of this generation, remembered."""
    return read_once(reader, read_values, measure=measure, kind=kind, role=role, filters=filters, today=day)


def roles_of(reader: Reader, measure: str, filters: Filters, day: date) -> dict[str, int]:
    """`read_roles` of this generation, remembered."""
    if filters == EVERYTHING:
        return every_role_of(reader, day)[measure]
    return read_once(reader, read_roles, measure=measure, filters=filters, today=day)


def every_role_of(reader: Reader, day: date) -> dict[str, dict[str, int]]:
    """`read_every_role` of this generation, remembered."""
    return read_once(reader, read_every_role, today=day)


def kinds_of(reader: Reader) -> dict[str, int]:
    """`read_kinds` of this generation, remembered."""
    return read_once(reader, read_kinds)


def names_of(reader: Reader, kind: str, parent: str | None = None) -> dict[str, str]:
    """`read_names` of this generation, remembered."""
    return read_once(reader, read_names, kind=kind, parent=parent)
