"""From an activity's page to the form: add a meeting, or change the record."""

from __future__ import annotations

import streamlit as st

from etl.form.reading import find_form_batches, read_native
from pages.ui.access import Reader

ADD_PAGE = "pages/rooms/add.py"


def show_ways_to_add(reader: Reader, activity_id: str) -> None:
    """Draws the links that fit: a meeting of what came by the form or the template; a change of what came by the form alone."""
    if read_native(reader.connection, activity_id) is None:
        return
    with st.container(horizontal=True, gap="small"):
        st.page_link(ADD_PAGE, label="Add a meeting", icon=":material/add:", query_params={"session": activity_id})
        if find_form_batches(reader.connection, activity_id):
            st.page_link(
                ADD_PAGE, label="Change this record", icon=":material/edit:", query_params={"change": activity_id}
            )
