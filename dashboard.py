"""The front door: routes, frame, navigation. Nothing else."""

from pathlib import Path

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from pages.ui.asset_routes import asset_routes
from soundings.home import find_home

# Else a deep link right after a restart says “Page not found” before the navigation below has run.
PagesManager.uses_pages_directory = False
MARK = str(Path(__file__).parent / "pages" / "ui" / "assets" / "mark.svg")
app = st.App(__file__, routes=asset_routes(find_home()))

if st.runtime.exists():
    st.set_page_config(page_icon=MARK, layout="wide")
    from pages.ui.access import guard_visit
    from pages.ui.frame import dress, name_tab
    from pages.ui.keys import follow_address
    from pages.ui.routes import list_pages
    from pages.ui.visit import hold_visit

    follow_address()
    dress()
    visit = hold_visit()
    page = st.navigation(list_pages(visit), position="top" if visit.has_pages else "hidden")
    name_tab(page.title)
    if not visit.has_pages:  # one page and nothing else, whatever was asked for; every page guards itself as well
        guard_visit()
    page.run()
