"""Activities: the register. Every activity with what it's called beside what's recorded, searched, narrowed, ordered, downloaded."""

import streamlit as st

from pages.ui import keys
from pages.ui.access import open_reader, show_illustrative
from pages.ui.frame import show_foot
from pages.ui.register.parts import (
    choose_wanted,
    explain_no_activities,
    recall_page,
    register_of,
    show_download,
    show_found,
    show_pager,
)
from pages.ui.register.rows import show_rows
from soundings.explanation import UNCONFIRMED_EACH
from soundings.register import NEWEST, read_found, read_lines

reader = open_reader()
today = keys.today()
register, choices = register_of(reader)
if not choices.total:
    explain_no_activities()
    st.stop()
st.title("Activities", anchor=False)
show_illustrative(reader)
notes = st.container()
wanted = choose_wanted(reader, choices)
found = read_found(register, wanted, today=today)
page = recall_page(found.total, wanted)
show_found(found, wanted, choices)
if found.total:
    st.caption(f"Every name under “What's recorded”: {UNCONFIRMED_EACH[0].lower()}{UNCONFIRMED_EACH[1:]}")
    show_rows(read_lines(register, wanted, today=today, page=page), wanted.order)
    show_pager(found.total, page)
    show_download(register, wanted, today)
with notes:
    keys.show_notes()
show_foot()
keys.keep_in_address(
    words=wanted.words or None,
    sort=wanted.order if wanted.order != NEWEST else None,
    page=str(page) if page > 1 else None,
    recorded=wanted.recorded,
    beside=wanted.comparison,
    next=wanted.next_question,
    within=wanted.place,
    **{
        name: st.session_state.get(name) or None
        for name in ("from", "to", "when", "organisation", "method", "theme", "source")
    },
)
