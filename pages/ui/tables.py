"""The table twin of a map: the same rows, sortable, downloadable, selectable."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from hashlib import sha256
from math import inf

import pandas as pd
import streamlit as st

from pages.ui import keys
from soundings.export import table_csv
from soundings.measures import Measure
from soundings.queries import Table
from soundings.tracing import Trace, say_origin
from soundings.views import say_number, say_places, say_rate_note, say_state

LARGE_TABLE = 1000
AT_MOST, NO_PLACE = "At most", "Why it has no place"
TOLD, ONE_BY_ONE = "Total in the file", "Meetings of it counted one by one"


def table_frame(table: Table) -> pd.DataFrame:
    """The rows as people read them: place, code, value, residents, rate, state."""
    return pd.DataFrame(
        {
            "Place": [row.place_name for row in table.rows],
            table.measure.label: pd.array([row.value for row in table.rows], dtype="Float64"),
            "Residents": pd.array([row.denominator for row in table.rows], dtype="Int64"),
            "Per 1,000": pd.array([row.rate_per_1000 for row in table.rows], dtype="Float64"),
            "What is recorded": [say_state(row) for row in table.rows],
            "Code": [row.place_code for row in table.rows],
        }
    )


def narrow_table(table: Table) -> tuple[Table, str]:
    """The rows whose place or code has the words asked for, and those words; asked only where the rows are very many."""
    if len(table.rows) <= LARGE_TABLE:
        return table, ""
    keys.recall_text("narrow")
    words = st.text_input(
        "Narrow the table to places named …",
        key="narrow",
        max_chars=keys.TEXT_LENGTH,
        width=420,
        placeholder="Type part of a name or a code",
    ).strip()
    if not words:
        return table, words
    rows = [row for row in table.rows if words.casefold() in f"{row.place_name}\n{row.place_code}".casefold()]
    return replace(table, rows=rows), words


def show_table(whole: Table, key: str, selected: str | None) -> str | None:
    """Draws the table and its download; returns the code of a row chosen in it just now, or None."""
    table, words = narrow_table(whole)
    if words:
        key += (
            f"_{sha256(words.casefold().encode()).hexdigest()[:12]}"  # a row chosen among other rows is not chosen here
        )
    frame = table_frame(table)
    if table.measure.denominator is None:
        frame = frame.drop(columns=["Residents", "Per 1,000"])
    codes = [row.place_code for row in table.rows]
    # Beyond this many rows the browser gets only those in sight; such a table sorts, and cannot be clicked.
    is_large = len(frame) > LARGE_TABLE
    event = st.dataframe(
        frame,
        hide_index=True,
        placeholder="–",
        key=key,
        **({"lazy": True} if is_large else {"on_select": "rerun", "selection_mode": "single-row"}),
        height=min(420, 35 * (len(frame) + 1) + 3),
        alt=f"{table.measure.label} by place: {len(frame)} {say_places(table.kind, table.place_set)}, "
        "the same rows as the map",
        column_config={
            table.measure.label: st.column_config.NumberColumn(format="localized"),
            "Residents": st.column_config.NumberColumn(format="localized"),
            "Per 1,000": st.column_config.NumberColumn(format="%.1f"),
        },
    )
    if is_large:
        st.caption(
            f"{'All ' if not words else ''}{len(frame):,} rows; they sort by any column. Rows can be clicked once there are "
            f"{LARGE_TABLE:,} or fewer: narrow the table above, or choose a district under Filters. The map and “Find a "
            "place” choose any place."
        )
        event = None
    elif len(table.rows) < len(whole.rows):
        st.caption(f"{len(frame):,} of {len(whole.rows):,} rows. Click a row to choose its place.")
    note = say_rate_note(table.measure, table.located)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Download this table (CSV)",
            partial(table_csv, whole),  # written only for those who ask for it
            file_name=f"soundings-{table.measure.id}-{table.kind}{say_in_file(table)}.csv",
            mime="text/csv",
            on_click="ignore",
            key=f"{key}_download",
            icon=":material/download:",
        )
        if note:
            st.caption(note)
    chosen = event.selection.rows if event else []
    return codes[chosen[0]] if chosen and chosen[0] < len(codes) else None


def say_in_file(table: Table) -> str:
    """The set of the places for the name of a file: “-2024”; empty where the kind has one set."""
    if table.place_set is None or table.place_set.is_alone:
        return ""
    return "-" + re.sub(r"[^\w.]+", "-", table.place_set.name)


def list_needless(traces: list[Trace]) -> list[str]:
    """The columns of `show_traces` that would say nothing of these records: no reason to give, no band, no total of meetings that are
    recorded one by one too."""
    columns = [] if any(trace.reason for trace in traces) else [NO_PLACE]
    columns += [] if any(trace.held_count for trace in traces) else [TOLD, ONE_BY_ONE]
    return columns if any(trace.top != trace.value for trace in traces) else [*columns, AT_MOST]


def show_traces(traces: list[Trace], measure: Measure, key: str) -> None:
    """Records with the file and rows they come from, as a sortable table."""
    st.dataframe(
        pd.DataFrame(
            {
                "Activity": [trace.title for trace in traces],
                "Date": [trace.day for trace in traces],
                measure.label: [trace.value for trace in traces],
                AT_MOST: ["no top" if trace.top == inf else say_number(trace.top) for trace in traces],
                TOLD: pd.array([trace.told for trace in traces], dtype="Float64"),
                ONE_BY_ONE: pd.array([trace.held_count or None for trace in traces], dtype="Int64"),
                "File": [trace.file_name for trace in traces],
                "Rows in the file": [say_origin(trace, measure.id) for trace in traces],
                "Place in the file": [trace.place_said or "" for trace in traces],
                NO_PLACE: [trace.reason or "" for trace in traces],
                "Source": [trace.source_id for trace in traces],
            }
        ).drop(columns=list_needless(traces)),
        hide_index=True,
        placeholder="–",
        key=key,
        height=min(420, 35 * (len(traces) + 1) + 3),
        column_config={
            measure.label: st.column_config.NumberColumn(format="localized"),
            TOLD: st.column_config.NumberColumn(format="localized"),
            "Date": st.column_config.DateColumn(format="D MMM YYYY"),
        },
        alt=f"{len(traces)} records with the file and rows they come from",
    )
