"""Our records: for an invited organisation, what it has sent, what became of it, and its own records that are here."""

import streamlit as st

from pages.ui.access import open_reader, show_illustrative
from pages.ui.explaining import escape
from pages.ui.frame import show_foot
from pages.ui.inbox.sent import show_ours

reader = open_reader(for_organisers=True)
st.title("Our records", anchor=False)
if reader.invitation is None:
    st.markdown("This page is an invited organisation's own. What they send waits for you on the page *Inbox*.")
    st.page_link("pages/rooms/inbox.py", label="Open the inbox", icon=":material/inbox:")
else:
    st.markdown(f"For **{escape(reader.invitation.organisation)}**.")
    show_illustrative(reader)
    show_ours(reader)
show_foot()
