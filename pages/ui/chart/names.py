"""Explore's view of names: which ways of working are recorded in each place, as marks of one weight, and its table twin."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from pages.ui import keys
from pages.ui.access import Reader
from pages.ui.controls import Choice
from pages.ui.explaining import escape
from pages.ui.naming import link_to_rule, mark, name_column
from soundings.explanation import DO_NOT_TARGET, UNCONFIRMED_EACH
from soundings.filters import Filters
from soundings.model import ROLE_LABEL
from soundings.name_places import NamedPlaces, read_name_roles, read_named_places, say_named_places
from soundings.rubric import read_rubric
from soundings.views import KIND_PLURAL


@st.cache_data(max_entries=60, show_spinner=False)
def _read_named(
    root: str, number: int, kind: str, place_set: str | None, role: str | None, parent: str | None, filters: Filters, day,
    _connection,
):  # fmt: skip
    return read_named_places(
        _connection, kind=kind, role=role, parent=parent, filters=filters, today=day, place_set=place_set
    )


def choose_named(reader: Reader, choice: Choice, today: date) -> NamedPlaces:
    """The names in each place, in the layer that was chosen: where it happened and where people live are never mixed."""
    roles = read_name_roles(reader.connection, filters=choice.filters, today=today)
    role = keys.recall("names_role", roles, next(iter(roles), None), "the layer")
    if len(roles) > 1:
        role = st.selectbox(
            "Whose places", list(roles), key="names_role", width=260,
            format_func=lambda name: f"{ROLE_LABEL[name]} ({roles[name]:,} activities)",
        )  # fmt: skip
    return _read_named(
        str(reader.home.root), reader.number, choice.kind, choice.place_set, role, choice.parent, choice.filters, today,
        reader.connection,
    )  # fmt: skip


def show_names_card(named: NamedPlaces, code: str) -> None:
    """The names of the selected place, each with its mark; or how to read the map."""
    place = next((place for place in named.places if place.place_code == code), None)
    if place is None:
        st.markdown(
            "**How to read it**\n\n- A shape: at least one activity here fits that name. All shapes weigh the same.\n"
            "- One shape, one name, however many activities have it: names are not counted up.\n- A hatch: nothing recorded."
        )
        return
    st.subheader(escape(place.place_name), anchor=False)
    for rule_id in place.rule_ids:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(mark(rule_id), width="content")
            link_to_rule(rule_id, "Disagree?")
    if not place.rule_ids:
        st.caption("Nothing recorded here in this layer. That is a gap in the record, not a judgement.")
    st.caption(UNCONFIRMED_EACH)
    st.page_link(
        "pages/rooms/place.py",
        label=f"All of {escape(place.place_name)}",
        icon=":material/arrow_forward:",
        query_params={"place": code},
    )


def show_names_table(named: NamedPlaces, key: str) -> str | None:
    """The summary and the table of the same rows; returns the code of a row chosen just now."""
    st.markdown(f"{say_named_places(named)} {UNCONFIRMED_EACH}")
    rubric = read_rubric()
    rules = [rule.id for rule in rubric.rules]
    names = {rule.id: rule.name for rule in rubric.rules}
    event = st.dataframe(
        pd.DataFrame(
            {
                "Place": [place.place_name for place in named.places],
                "Names present": [[names[rule_id] for rule_id in place.rule_ids] for place in named.places],
                "What is recorded": ["recorded" if place.rule_ids else "nothing recorded" for place in named.places],
                "Code": [place.place_code for place in named.places],
            }
        ),
        hide_index=True, key=key, on_select="rerun", selection_mode="single-row",
        height=min(420, 35 * (len(named.places) + 1) + 3),
        alt=f"Names present in {len(named.places)} {KIND_PLURAL.get(named.kind, named.kind)}, the same rows as the map",
        column_config={
            "Place": st.column_config.TextColumn(width=170),
            "Names present": name_column(rules, "Names present"),
            "What is recorded": st.column_config.TextColumn(width=130),
            "Code": st.column_config.TextColumn(width=90),
        },
    )  # fmt: skip
    st.caption(DO_NOT_TARGET)
    rows = event.selection.rows
    return named.places[rows[0]].place_code if rows and rows[0] < len(named.places) else None
