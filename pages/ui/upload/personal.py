"""Why columns about people are not kept, and a button that leaves each of them out."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from etl.screening import Suspect
from pages.ui.explaining import escape
from pages.ui.upload.state import Said, Upload, keep_said


def explain_personal(upload: Upload, found: list[Suspect], said: Said) -> None:
    """What looks personal, column by column, with a way on; nothing of the file was kept."""
    columns = list(dict.fromkeys(one.column for one in found))
    st.subheader("Some columns look as if they are about people", anchor=False)
    st.markdown(
        "Soundings keeps no names, e-mail addresses, phone numbers or home addresses, so **nothing of this file has been kept**. "
        "Leave these columns out, and the rest can come in. Your own file is not changed."
    )
    for number, column in enumerate(columns):
        what = next(one.what for one in found if one.column == column)
        with st.container(
            horizontal=True, vertical_alignment="center", border=True, key=upload.key(f"personal_{number}")
        ):
            st.markdown(f"**{escape(column)}** looks like {escape(what)}.{way_out(what)}", width="stretch")
            if st.button("Leave this column out", key=upload.key(f"drop_{number}")):
                leave_out(upload, said, [column])
    if len(columns) > 1 and st.button(f"Leave all {len(columns)} out", type="primary", key=upload.key("drop_all")):
        leave_out(upload, said, columns)


def way_out(what: str) -> str:
    """What else to do where a heading alone says that a column is of people."""
    if what != "names of people, by its heading":
        return ""
    return " If it holds what activities are called, give it a heading that says so in your file (“Event name”), and drop it again."


def leave_out(upload: Upload, said: Said, columns: list[str]) -> None:
    """Leaves columns out, of a matched file by matching them with nothing, and shows the page again."""
    mapping = said.mapping
    if mapping is not None:
        mapping = replace(mapping, columns=tuple(pair for pair in mapping.columns if pair[0] not in columns))
    keep_said(upload, replace(said, drop=tuple(dict.fromkeys([*said.drop, *columns])), mapping=mapping))
    st.rerun()
