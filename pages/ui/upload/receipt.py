"""The receipts of this visit: what each file added, where to see it, and one click to undo."""

from __future__ import annotations

import streamlit as st

from etl.accepting import find_batch
from etl.added import join_words
from etl.inbox import REPLACED, UNDONE
from etl.loading import redo, undo
from pages.ui.access import Reader
from pages.ui.explaining import escape
from pages.ui.focusing import lead_focus
from pages.ui.upload.confirm import change, link_out
from pages.ui.upload.preview import PLACE_WORDS
from pages.ui.upload.state import Receipt, recall_receipts
from soundings.home import Home
from soundings.model import PLACE_STATES
from soundings.views import say_count


def show_receipts(home: Home, reader: Reader | None) -> None:
    """Every file that was confirmed in this visit, newest first."""
    for number, receipt in enumerate(recall_receipts()):
        batch = find_batch(home, receipt.batch_id)
        if batch is not None:
            if not number:
                lead_focus(f"upload_receipt_{receipt.batch_id}", f"{receipt.batch_id}-{batch.state}")
            show_receipt(home, receipt, batch.state)


def show_receipt(home: Home, receipt: Receipt, state: str) -> None:
    """One receipt: the batch, what it added or that it is undone, links, and the button."""
    with st.container(border=True, key=f"upload_receipt_{receipt.batch_id}"):
        if state == UNDONE:
            st.markdown(f":material/undo: **{escape(receipt.file_name)} is undone.** Nothing of it is on any page.")
            if st.button("Put it back", icon=":material/redo:", key=f"upload_redo_{receipt.batch_id}"):
                change(redo, home, receipt.batch_id)
            return
        if state == REPLACED:
            st.markdown(
                f":material/swap_horiz: **A newer edition has taken the place of {escape(receipt.file_name)}.** What it held is on no "
                "page; undo the newer one to have it back."
            )
            return
        st.markdown(
            f":material/check_circle: **{escape(receipt.file_name)} is in.** It added {join_words(receipt.added)}.  \n"
            f"{say_rows(receipt)}"
        )
        st.caption(f"Batch {receipt.batch_id}. Keep this number if you want to ask about the file.")
        link_out()
        if st.button("Undo", icon=":material/undo:", key=f"upload_undo_{receipt.batch_id}"):
            change(undo, home, receipt.batch_id)


def say_rows(receipt: Receipt) -> str:
    """How many rows came in and were left, and where the records stand."""
    result, rows = receipt.result, receipt.rows
    said = f"{rows.taken_in:,} of {say_count(rows.read, 'rows')} came in"
    said += f", {rows.incomplete:,} of them without what could not be read" if rows.incomplete else ""
    said += f"; {rows.refused:,} {'was' if rows.refused == 1 else 'were'} not taken in" if rows.refused else ""
    said += (
        f"; {rows.left_out:,} {'was' if rows.left_out == 1 else 'were'} left out, as the questions before said."
        if rows.left_out
        else "."
    )
    places = [f"{result.places[state]:,} {PLACE_WORDS[state]}" for state in PLACE_STATES if result.places.get(state)]
    said += f" Records: {', '.join(places)}." if places else ""
    said += "".join(f" {sentence}" for sentence in result.passed_over)
    said += "".join(f"  \n{escape(sheet.say())}" for sheet in result.account)
    if result.demo_withdrawn:
        said += " The made-up district of Tidewell has left the map."
    return said
