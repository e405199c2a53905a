"""The rows with something to put right: asked about once, corrected on the spot, or taken away as a file."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from etl.types import Sheet
from etl.uploads.starter import make_starter, name_starter
from etl.uploads.troubles import Trouble, list_two_ways
from etl.uploads.uploading import Fix, Wanted
from pages.ui.explaining import escape
from pages.ui.upload.found import ORDERS
from pages.ui.upload.state import Said, Seen, Upload, keep_said
from soundings.views import say_count

SHOWN = 200
ROW = "Row"


def ask_date_order(upload: Upload, seen: Seen, said: Said) -> None:
    """Asks, once for the whole file, which comes first where a date can be read in two ways; never guessed."""
    asked = list_two_ways(list(seen.troubles))
    if not asked and said.date_order is None:
        return
    key = upload.key("date_order")
    with st.container(border=True, key=upload.key("dates")):
        example = f"Some dates can be read in two ways, such as **{escape(asked[0])}**. " if asked else ""
        st.markdown(f"{example}Which comes first in the dates of this file?")
        order = st.radio(
            "Which comes first in its dates?",
            list(ORDERS),
            index=list(ORDERS).index(said.date_order) if said.date_order else None,
            format_func=ORDERS.get,
            key=key,
            label_visibility="collapsed",
        )
    if order is not None and order != said.date_order:
        keep_said(upload, replace(said, date_order=order))
        st.rerun()


def show_troubles(upload: Upload, raw: list[Sheet], wanted: Wanted, seen: Seen, said: Said) -> None:
    """A table for each sheet with the rows to put right; corrected rows are read again together with the rest."""
    troubles = seen.troubles
    if said.fixes:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/check: {say_count(len(said.fixes), 'cells')} put right by you.", width="stretch")
            if st.button("Take my corrections back", key=upload.key("unfix")):
                keep_said(upload, replace(said, fixes=()))
                st.rerun()
    if not troubles:
        return
    st.subheader(f"Put right: {say_count(len(troubles), 'rows')}", anchor=False)
    st.markdown(say_troubles(troubles))
    list_cells(upload, troubles)
    with st.form(upload.key("fixing"), border=False):
        st.markdown("**Correct them here.** Columns with a pencil hold the cells that need it.")
        changed: list[Fix] = []
        sheets = list(dict.fromkeys(one.sheet for one in troubles))
        for number, sheet in enumerate(sheets):
            own = [one for one in troubles if one.sheet == sheet]
            changed += edit_sheet(upload, said, own, number, is_named=len(sheets) > 1)
        is_sent = st.form_submit_button("Use these corrections", type="primary", icon=":material/check:")
    if is_sent:
        use(upload, said, changed)
    starter_name, kind = name_starter(seen.prepared, raw, wanted)
    st.download_button(
        "Or download the whole file, to correct it in a spreadsheet",
        partial(make_starter, seen.prepared, raw, wanted, troubles),
        file_name=starter_name,
        mime=kind,
        on_click="ignore",
        key=upload.key("starter"),
        icon=":material/download:",
        help="Its last columns say what is wrong with which row; they are not read when you drop the file here again. If you take "
        "in now what can be read, the corrected file takes the place of this one.",
    )


def say_troubles(troubles: tuple[Trouble, ...]) -> str:
    """How many rows cannot come in, how many would come in without a cell or a figure, and how many have no place."""
    rejected = sum(one.is_rejected for one in troubles)
    unplaced = sum(one.is_unplaced and not one.is_rejected for one in troubles)
    rest = len(troubles) - rejected - unplaced
    said = [f"**{rejected:,}** cannot come in as {'it is' if rejected == 1 else 'they are'}"] if rejected else []
    said += [f"**{rest:,}** would come in without what cannot be read"] if rest else []
    said += [f"**{unplaced:,}** would come in and stand on no map"] if unplaced else []
    return "; ".join(said) + "."


def list_cells(upload: Upload, troubles: tuple[Trouble, ...]) -> None:
    """The first cells that could not be read: where each stands, what it says, and why that will not do; how many more there are."""
    total = sum(len(one.wrong) for one in troubles)
    lines = [(one, column, reason) for one in troubles[:SHOWN] for column, reason in one.wrong][:SHOWN]
    columns = {
        ROW: [one.row for one, _, _ in lines],
        "Column": [column for _, column, _ in lines],
        "What it says": [one.cells.get(column) for one, column, _ in lines],
        "Why it will not do": [reason for _, _, reason in lines],
    }
    if len({one.sheet for one in troubles}) > 1:
        columns = {"Sheet": [one.sheet for one, _, _ in lines], **columns}
    st.dataframe(
        pd.DataFrame(columns),
        hide_index=True,
        placeholder="(blank)",
        key=upload.key("cells"),
        height=min(250, 35 * (len(lines) + 1) + 3),
        column_config={
            "Why it will not do": st.column_config.TextColumn(width="large"),
            ROW: st.column_config.NumberColumn(width=60),
        },
        alt=f"{len(lines):,} of {total:,} cells that could not be read, each with the reason",
    )
    if total > len(lines):
        st.caption(f"The first {len(lines):,} of {total:,}. The file below has all of them.")


def edit_sheet(upload: Upload, said: Said, rows: list[Trouble], number: int, is_named: bool) -> list[Fix]:
    """The cells of one sheet's rows that were changed in its table."""
    if is_named:
        st.markdown(f"**{escape(rows[0].sheet)}**")
    shown = rows[:SHOWN]
    frame = make_frame(shown)
    columns = [name for name in frame.columns if name != ROW]
    wrong = {column for one in shown for column, _ in one.wrong}
    edited = st.data_editor(
        frame,
        hide_index=True,
        disabled=[ROW, "screened_area_code"],
        key=upload.key(f"edit_{number}_{len(said.fixes)}_{said.date_order}"),
        height=min(460, 35 * (len(frame) + 1) + 3),
        column_config={
            ROW: st.column_config.NumberColumn(width=60, pinned=True),
            **{name: st.column_config.TextColumn(f"✎ {name}" if name in wrong else name) for name in columns},
        },
        alt=f"{len(shown)} rows to put right; the columns marked with a pencil hold the cells that could not be read",
    )
    if len(rows) > len(shown):
        st.caption(
            f"The first {len(shown):,} of {len(rows):,}. Correct these and the next ones follow, or download the whole file below."
        )
    return [
        Fix(one.sheet, one.row, name, clean(after[name]))
        for one, was, after in zip(shown, frame.to_dict("records"), edited.to_dict("records"), strict=True)
        for name in columns
        if clean(after[name]) != clean(was[name])
    ]


def make_frame(rows: list[Trouble]) -> pd.DataFrame:
    """The rows as a table: the row's number, the columns with something wrong, then the others."""
    wrong = list(dict.fromkeys(column for one in rows for column, _ in one.wrong if column in one.cells))
    columns = [*wrong, *(name for name in rows[0].cells if name not in wrong)]
    return pd.DataFrame(
        {ROW: [one.row for one in rows]} | {name: [one.cells.get(name) or "" for one in rows] for name in columns}
    )


def clean(value: object) -> str | None:
    """A cell of the table as the file would hold it; None for a blank."""
    text = "" if value is None or value != value else str(value).strip()
    return text or None


def use(upload: Upload, said: Said, changed: list[Fix]) -> None:
    """Keeps the corrections, later ones in place of earlier ones of the same cell, and shows the page again."""
    if not changed:
        st.info("Nothing was changed yet: type into a cell of the table, then choose this again.")
        return
    kept = {(fix.sheet, fix.row, fix.column): fix for fix in (*said.fixes, *changed)}
    keep_said(upload, replace(said, fixes=tuple(kept.values())))
    st.rerun()
