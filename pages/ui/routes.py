"""Every page with its address, and which of them a visit finds in its navigation."""

from __future__ import annotations

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.ui.visit import ORGANISER, Visit

ROOMS = "pages/rooms"
# Title, address, script, and whether staff find it in the navigation.
PAGES = (
    ("Explore", "start", "explore", True),
    ("Activities", "activities", "activities", True),
    ("Add activity", "add", "add", True),
    ("Place", "place", "place", True),
    ("Compare", "compare", "compare", True),
    ("Upload", "upload", "upload", True),
    ("Inbox", "inbox", "inbox", True),
    ("Sources and gaps", "sources", "sources", True),
    ("Words", "words", "words", True),
    ("Our records", "ours", "ours", False),
    ("Explore", "explore", "explore", False),
    ("Activity", "activity", "activity", False),
    ("How was it for you?", "say", "say", False),
)
ORGANISERS = ("add", "upload", "ours")


def list_pages(visit: Visit) -> list[StreamlitPage]:
    """Every page: the addresses are the same for everyone, what stands in the navigation is not. The first is at the front door."""
    if visit.who != ORGANISER:
        return [
            st.Page(
                f"{ROOMS}/{script}.py",
                title=title,
                url_path=address,
                **({"default": True} if number == 0 else shown(is_shown)),
            )
            for number, (title, address, script, is_shown) in enumerate(PAGES)
        ]
    front = st.Page(f"{ROOMS}/ours.py", title="Our records", url_path="front", default=True, visibility="hidden")
    return [front] + [
        st.Page(f"{ROOMS}/{script}.py", title=title, url_path=address, **shown(script in ORGANISERS))
        for title, address, script, _ in PAGES
    ]


def shown(is_shown: bool) -> dict[str, str]:
    return {} if is_shown else {"visibility": "hidden"}
