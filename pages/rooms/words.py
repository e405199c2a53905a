"""Words: every name, fact, stage and term with its definition and where it comes from."""

import streamlit as st

from pages.ui.frame import show_foot
from pages.ui.naming import mark
from soundings.rubric import read_rubric

st.title("Words", anchor=False)
for rule in read_rubric().rules:
    st.markdown(f"{mark(rule.id)} {rule.definition}")
show_foot()
