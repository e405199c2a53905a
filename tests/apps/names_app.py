"""Every mark and pairs of called and recorded, alone on a page, for the browser tests."""

from datetime import date

import streamlit as st

from pages.ui import naming
from pages.ui.frame import dress
from soundings.palette import NAME_HUES
from soundings.rubric import read_rubric
from tests.hostile import HOSTILE

naming.link_to_rule = lambda rule_id: st.caption("Disagree with this rule?")
dress()
st.markdown(" ".join(naming.mark(rule_id) for rule_id in sorted(NAME_HUES)))
naming.show_pair("survey", date(2024, 5, 3), "gathering_views", "agree", "survey")
naming.show_pair("co-production", date(2024, 5, 3), "co_production", "agree", "made", is_confirmed=True)
for number, called in enumerate(HOSTILE):
    naming.show_pair(called, None, "involvement", "own words", f"hostile{number}", activity_title=called)
st.dataframe(
    {"What's recorded": [[rule.name] for rule in sorted(read_rubric().rules, key=lambda rule: rule.name)]},
    column_config={"What's recorded": naming.name_column(sorted(NAME_HUES))},
)
