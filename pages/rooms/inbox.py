"""Inbox: what invited organisations sent, each with the difference it would make; approve, ask back or decline; and invitations."""

import streamlit as st

from pages.ui import keys
from pages.ui.access import open_reader, show_illustrative
from pages.ui.frame import show_foot
from pages.ui.inbox.inviting import show_inviting
from pages.ui.inbox.parts import show_decided, show_receipt, show_waiting

reader = open_reader()
st.title("Inbox", anchor=False)
show_illustrative(reader)
keys.show_notes()
show_receipt(reader)
show_waiting(reader)
show_inviting(reader)
show_decided(reader)
show_foot()
