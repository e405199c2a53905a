"""Opening the store for a page: a reader of the current generation, or a page that says what to do next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import duckdb
import streamlit as st

from etl.approval.invitations import EXPIRED, LIVE, REVOKED, Invitation
from etl.approval.invited import open_narrowed
from pages.ui.visit import ORGANISER, PARTICIPANT, STRANGER, Visit, hold_visit
from soundings.filters import EVERYTHING, Filters
from soundings.home import Home, find_home
from soundings.model import BrokenStore
from soundings.places import read_kinds, read_names
from soundings.queries import Row, Table, read_every_role, read_roles, read_rows, read_table
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
    """One page run's view of one generation: its number is the cache key of everything read from it.

    `invitation`: the organiser's whose own records alone are in it; None for staff.
    """

    home: Home
    number: int
    connection: duckdb.DuckDBPyConnection
    is_demo: bool
    has_records: bool
    has_own: bool = False
    invitation: Invitation | None = None

    def __hash__(self) -> int:
        return hash((str(self.home.root), self.number, self.scope))

    @property
    def scope(self) -> str:
        """Whose records are in it: an organisation's, or (empty) everybody's."""
        return self.invitation.organisation if self.invitation else ""


def open_reader(*, for_organisers: bool = False) -> Reader:
    """The reader of the current generation. Draws an explanation and stops the page where there is none or it is broken.

    Who may not see this page gets what they may see instead, whatever they asked for. An organiser's reader, on the pages that
    are `for_organisers`, holds their organisation's own records alone.
    """
    visit = guard_visit(for_organisers=for_organisers)
    reader = find_reader(visit)
    if reader is None:
        explain_empty() if visit.who != ORGANISER else explain_unready()
        st.stop()
    return reader


def find_reader(visit: Visit) -> Reader | None:
    """The reader of the current generation for a visit that may be here; None where there is none. Stops where it is broken."""
    home = find_home()
    try:
        generation = open_current(home)
    except BrokenStore as error:
        explain_broken(str(error)) if visit.who != ORGANISER else explain_unready()
        st.stop()
    if generation is None:
        return None
    connection = generation.cursor()
    is_demo, invitation = has_demo(connection), visit.invitation
    if invitation is not None:
        connection = _narrow(str(home.root), generation.number, invitation.organisation, connection).cursor()
    return Reader(
        home, generation.number, connection, is_demo, has_records(connection), has_own(connection), invitation
    )


@st.cache_resource(max_entries=12, show_spinner=False)
def _narrow(root: str, number: int, organisation: str, _connection) -> duckdb.DuckDBPyConnection:
    """A store in memory that holds the places and one organisation's records: the other rows are not there to be found."""
    return open_narrowed(_connection, organisation)


def guard_visit(*, for_organisers: bool = False) -> Visit:
    """Who is visiting, where they may see this page; else draws what they may see instead, and stops."""
    visit = hold_visit()
    if visit.who == PARTICIPANT:
        from pages.ui.participants.say_form import show_form

        show_form(visit.code)
    elif visit.who == STRANGER:
        explain_nothing_released()
    elif visit.who == ORGANISER and visit.state != LIVE:
        explain_lapsed(visit.state)
    elif visit.who == ORGANISER and not for_organisers:
        explain_reach(visit)
    else:
        return visit
    st.stop()


def invited_as() -> Invitation | None:
    """The invitation that this visit came with, where it still opens; None for everyone else."""
    visit = hold_visit()
    return visit.invitation if visit.state == LIVE else None


def explain_nothing_released() -> None:
    """The one page of whoever is not staff and has no token."""
    st.set_page_config(page_title="Soundings")
    st.title("Nothing has been released yet", anchor=False)
    st.markdown(
        "Soundings shows where people were asked and where they were worked with. Nothing here has been released for everyone to "
        "see.\n\nIf you were sent an invitation or a code, open its whole link again."
    )


def explain_lapsed(state: str) -> None:
    """Why an invitation opens nothing, and what to do."""
    st.set_page_config(page_title="Soundings")
    why = {EXPIRED: "Its time is over.", REVOKED: "It was taken back."}
    st.title("This invitation does not open", anchor=False)
    st.markdown(
        f"{why.get(state, 'Its link is not whole, or was made elsewhere.')} Ask whoever sent it to you for a new one. Everything "
        "that was sent with it is safe."
    )


def explain_reach(visit: Visit) -> None:
    """What an invitation opens, for an organiser who asked for another page."""
    from pages.ui.explaining import escape

    st.set_page_config(page_title="Soundings")
    st.title("This page is not part of your invitation", anchor=False)
    st.markdown(f"Your invitation is for **{escape(visit.invitation.organisation)}**. With it you can:")
    for path, label in (
        ("add", "Add activity"),
        ("upload", "Upload a file"),
        ("ours", "See your own records, and what became of what you sent"),
    ):
        st.page_link(f"pages/rooms/{path}.py", label=label, icon=":material/arrow_forward:")


def explain_unready() -> None:
    """What an organiser reads where there is no store to add to, or it cannot be read."""
    st.title("Not ready just now", anchor=False)
    st.markdown("Nothing can be added at the moment. Please try again later; everything you sent is safe.")


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
def _read_once(root: str, number: int, scope: str, name: str, asked: tuple, _read: Callable[..., T], _connection) -> T:
    return _read(_connection, **dict(asked))


def read_once(reader: Reader, read: Callable[..., T], **asked) -> T:
    """`read(connection, **asked)` of this generation, remembered. Everybody gets the same object, so nobody may change it."""
    name = f"{read.__module__}.{read.__qualname__}"
    return _read_once(
        str(reader.home.root), reader.number, reader.scope, name, tuple(asked.items()), read, reader.connection
    )


def table_of(
    reader: Reader,
    measure: str,
    kind: str,
    role: str | None,
    parent: str | None,
    filters: Filters,
    day: date,
    place_set: str | None = None,
) -> Table:
    """`read_table` of this generation, remembered."""
    asked = {"measure": measure, "kind": kind, "role": role, "parent": parent, "filters": filters, "today": day}
    return read_once(reader, read_table, **asked, place_set=place_set)


def rows_of(
    reader: Reader,
    measure: str,
    kind: str,
    role: str | None,
    filters: Filters,
    day: date,
    place_set: str | None = None,
) -> list[Row]:
    """`read_rows` of this generation, remembered."""
    asked = {"measure": measure, "kind": kind, "role": role, "filters": filters, "today": day}
    return read_once(reader, read_rows, **asked, place_set=place_set)


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


def names_of(reader: Reader, kind: str, parent: str | None = None, place_set: str | None = None) -> dict[str, str]:
    """`read_names` of this generation, remembered."""
    return read_once(reader, read_names, kind=kind, parent=parent, place_set=place_set)
