"""The alternative that benchmarks/register.py measures against: all rows of the register in one st.dataframe, searched in pandas."""

import pandas as pd
import streamlit as st

from soundings.generations import open_current
from soundings.home import find_home
from soundings.register import Wanted, make_register, read_lines
from soundings.register_words import say_dialogue, say_people, say_period, say_places


@st.cache_data
def read_rows(number: int, _connection, _today) -> pd.DataFrame:
    """Every activity, as the columns of the page have it."""
    lines = read_lines(make_register(_connection), Wanted(), today=_today, page_rows=None)
    return pd.DataFrame(
        {
            "Activity": [line.title for line in lines],
            "Organisation": [line.organisation for line in lines],
            "What it's called": [line.called for line in lines],
            "What's recorded": [line.name for line in lines],
            "Method": [line.method for line in lines],
            "Stages": [line.stages for line in lines],
            "People": ["; ".join(say_people(line.figures)) for line in lines],
            "Meetings": ["; ".join(say_dialogue(line)) for line in lines],
            "Period": [say_period(line) for line in lines],
            "Place": [say_places(line) for line in lines],
            "Summary": [line.summary for line in lines],
        }
    )


if st.runtime.exists():
    from pages.ui.keys import today

    generation = open_current(find_home())
    rows = read_rows(generation.number, generation.cursor(), today())
    asked = st.text_input("Search")
    text = rows.fillna("").agg("\n".join, axis=1).str.lower()
    for word in asked.lower().split():
        keep = text.str.contains(word, regex=False)
        rows, text = rows[keep], text[keep]
    st.dataframe(rows, hide_index=True)
