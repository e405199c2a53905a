"""Sources and gaps: every file that was loaded, what it gave, what it could not, and how to take it back."""

import streamlit as st

from pages.ui import keys
from pages.ui.access import open_reader, show_illustrative
from pages.ui.frame import show_foot
from pages.ui.source_parts import show_batch, show_clashes, show_totals, show_undone
from soundings.sources import read_batches

reader = open_reader()
st.title("Sources and gaps", anchor=False)
show_illustrative(reader)
keys.show_notes()
batches = read_batches(reader.connection)
show_totals(batches)
show_clashes(reader)
for batch in batches:
    show_batch(reader, batch)
show_undone(reader)
show_foot()
