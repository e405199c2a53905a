"""Upload: drop a file, see what it would become, put right what is wrong, confirm, and undo with one click."""

import streamlit as st

from pages.ui.frame import show_foot
from pages.ui.inbox.sent import show_sent
from pages.ui.upload.choosing import choose_files, choose_one
from pages.ui.upload.page import show_upload
from pages.ui.upload.receipt import show_receipts
from pages.ui.upload.state import open_uploads

home, reader = open_uploads()
st.title("Upload", anchor=False)
uploads = choose_files()
show_sent(home)
show_receipts(home, reader)
upload = choose_one(uploads)
if upload is not None:
    show_upload(home, reader, upload)
show_foot()
