"""What the people who took part say of an activity, on its page."""

from __future__ import annotations

from datetime import date

import streamlit as st

from pages.ui.access import Reader
from soundings.classify import Classification


def show_participants(reader: Reader, activity_id: str, made: Classification, today: date) -> None:
    """The participants' view of one activity; says so where nobody has been asked."""
    st.subheader("What people who took part say", anchor=False)
    st.caption("Nobody who took part has been asked through Soundings yet.")
