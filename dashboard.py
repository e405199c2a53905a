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
    from pages.ui.frame import dress, name_tab
    from pages.ui.keys import follow_address, hold_feedback_code

    follow_address()
    dress()
    code = hold_feedback_code()
    page = st.navigation(
        [
            st.Page("pages/rooms/explore.py", title="Explore", url_path="start", default=True),
            st.Page("pages/rooms/activities.py", title="Activities", url_path="activities"),
            st.Page("pages/rooms/add.py", title="Add activity", url_path="add"),
            st.Page("pages/rooms/place.py", title="Place", url_path="place"),
            st.Page("pages/rooms/compare.py", title="Compare", url_path="compare"),
            st.Page("pages/rooms/upload.py", title="Upload", url_path="upload"),
            st.Page("pages/rooms/sources.py", title="Sources and gaps", url_path="sources"),
            st.Page("pages/rooms/words.py", title="Words", url_path="words"),
            st.Page("pages/rooms/explore.py", title="Explore", url_path="explore", visibility="hidden"),
            st.Page("pages/rooms/activity.py", title="Activity", url_path="activity", visibility="hidden"),
            st.Page("pages/rooms/say.py", title="How was it for you?", url_path="say", visibility="hidden"),
        ],
        position="top" if code is None else "hidden",
    )
    name_tab(page.title)
    if code is None:
        page.run()
    else:  # a feedback code reaches its one form and nothing else, whatever page was asked for
        from pages.ui.say_form import show_form

        show_form(code)
