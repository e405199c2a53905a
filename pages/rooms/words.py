"""Words: what every name, fact, stage and term means and where it comes from; and the way to disagree with a rule."""

import streamlit as st

from pages.ui import keys
from pages.ui.access import explain_broken, guard_visit
from pages.ui.explaining import escape
from pages.ui.frame import name_tab, show_foot
from pages.ui.word_parts import NOT_AN_ORDER, cite_briefly, names_of, show_lists, show_names, show_rule
from soundings.home import find_home
from soundings.model import BrokenStore
from soundings.thresholds import find_rubric, read_changes
from soundings.words import holds, read_words

guard_visit()
heading = st.container()
try:
    changes, rubric = read_changes(find_home()), find_rubric(find_home())
except BrokenStore as error:
    heading.title("Words", anchor=False)
    explain_broken(str(error))
    st.stop()
words = read_words(rubric)
asked = st.query_params.get("rule")
rule = next((rule for rule in rubric.rules if rule.id == asked), None)
heading.title(f"Disagree with the rule for {rule.name}?" if rule else "Words", anchor=False)
if asked and rule is None:
    keys.note_refused("the rule", asked)
keys.show_notes()
if rule:
    name_tab(f"The rule for {rule.name}")
    show_rule(rule, words, rubric, changes)
    show_foot()
    st.query_params.from_dict({"rule": rule.id})
    st.stop()
st.markdown(
    "Facts are recorded, a name is found from them, and the reasons are printed. What an organiser calls their work stands beside "
    f"it, as they said it. {NOT_AN_ORDER} ({cite_briefly(words['sanders_thompson'].cited[0], words)})."
)
if "find" not in st.session_state:
    st.session_state["find"] = st.query_params.get("find", "")[:60]
wanted = st.text_input("Find a word", key="find", placeholder="A word, a source, a question", width=420)
found = [word for word in words.values() if not wanted or holds(word, wanted, rubric)]
if not found:
    st.info(f"Nothing here holds “{escape(wanted)}”. Clear the box to see every word.")
if names_of(found):
    st.subheader("Names", anchor=False)
    show_names(names_of(found), words, rubric)
show_lists(found, words, is_open=bool(wanted))
show_foot()
# A link from this page to itself leaves the browser's address as it was; saying it again sets it right, and adds nothing where it is.
st.query_params.from_dict({"find": wanted} if wanted else {})
