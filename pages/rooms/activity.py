"""Activity: one activity in full, as a story from top to bottom; what it's called beside what's recorded, and why."""

import streamlit as st

from pages.ui import keys
from pages.ui.access import open_reader, show_illustrative
from pages.ui.activity.area import show_area
from pages.ui.activity.meetings import show_counts, show_meetings
from pages.ui.activity.naming import show_facts, show_history, show_naming
from pages.ui.activity.parts import (
    choose_activity,
    show_glance,
    show_head,
    show_influence,
    show_linked,
    show_not_recorded,
    show_small_print,
    show_source,
    show_stages,
    story_of,
)
from pages.ui.activity.people import (
    show_exchanges,
    show_outcomes,
    show_perspectives,
    show_quotes,
    show_statements,
)
from pages.ui.add.links import show_ways_to_add
from pages.ui.explaining import escape
from pages.ui.frame import name_tab, show_foot
from pages.ui.participants.parts import is_confirmed_here, show_participants
from soundings.activity.figures import glance
from soundings.activity.words import say_unheld
from soundings.sources import is_activity_demo

reader = open_reader()
today = keys.today()
asked = st.query_params.get("activity")
story = story_of(reader, asked, today) if asked else None
if story is None:
    st.title("Which activity?", anchor=False)
    show_illustrative(reader)
    choose_activity(reader, asked)
    show_foot()
    st.stop()
activity_id = story.head.activity_id
keys.follow_link("activity", activity_id, keys.ASKED_OF)
name_tab(story.head.title)
st.title(escape(story.head.title), anchor=False)
if is_activity_demo(reader.connection, activity_id):
    show_illustrative(reader)
if story.head.took_place:
    st.info(say_unheld(story), icon=":material/event_busy:")
left, right = st.columns([3, 2], gap="large")
with left:
    show_head(story)
    show_area(reader, story.head, story.where)
    show_glance(glance(story))
    show_outcomes(story.outcomes, today)
    show_small_print(story.head)
    show_ways_to_add(reader, activity_id)
with right:
    show_naming(story, is_confirmed=is_confirmed_here(reader, activity_id, story.made))
show_influence(story.head)
show_stages(story)
show_linked(story.linked, activity_id)
show_meetings(story)
show_perspectives(story.perspectives)
show_exchanges(story.exchanges)
show_quotes(story.quotes, today)
show_statements(story.statements)
show_participants(reader, activity_id, story.made, today)
show_facts(story)
show_counts(story)
show_history(story)
show_not_recorded(story)
show_source(story)
show_foot()
