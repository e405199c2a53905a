"""Every page with its address, and which of them a visit finds in its navigation."""

from __future__ import annotations

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.ui.visit import ORGANISER, STAFF, Visit

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
    if visit.who == STAFF:
        front, known = make_page(PAGES[0], default=True), PAGES[1:]
    else:
        front = make_page(("Soundings", "front", "ours", False), default=True, visibility="hidden")
        known = PAGES
    is_organiser = visit.who == ORGANISER
    return [
        front,
        *(make_page(page, **shown(page[2] in ORGANISERS if is_organiser else page[3])) for page in known),
    ]


def make_page(page: tuple[str, str, str, bool], **said) -> StreamlitPage:
    title, address, script, _ = page
    return st.Page(f"{ROOMS}/{script}.py", title=title, url_path=address, **said)


def shown(is_shown: bool) -> dict[str, str]:
    return {} if is_shown else {"visibility": "hidden"}
