"""The front door: routes, frame, navigation. Nothing else."""

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from pages.ui.asset_routes import asset_routes
from soundings.home import find_home

PagesManager.uses_pages_directory = False  # else a deep link right after a restart says “Page not found” before navigation ran
app = st.App(__file__, routes=asset_routes(find_home()))

if st.runtime.exists():
    st.set_page_config(page_title="Soundings", page_icon="pages/ui/assets/mark.svg", layout="wide")
    from pages.ui.frame import dress

    dress()
    st.navigation(
        [
            st.Page("pages/rooms/explore.py", title="Explore", url_path="explore", default=True),
            st.Page("pages/rooms/place.py", title="Place", url_path="place"),
            st.Page("pages/rooms/sources.py", title="Sources and gaps", url_path="sources"),
        ],
        position="top",
    ).run()
