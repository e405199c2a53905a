"""The further steps, each optional: who came, how decisions were made, what changed, and what you call it."""

from __future__ import annotations

import streamlit as st

from etl.form.answers import MOST_CHANGES, MOST_MEETINGS, count_entries
from pages.ui.access import Reader
from pages.ui.add.asking import Asking
from pages.ui.add.questions import ask_how_many, ask_more_counts, ask_outcome
from pages.ui.naming import rubric_here
from soundings.model import STAGES
from soundings.rubric import Rubric

ANSWERS = {"yes": "Yes", "no": "No", "not known": "Don’t know yet"}
SEEN = "Where could someone see this? Your word is fine."
SEEN_NOTE = "Such as “notes of the meeting, May 2024”, or “told us by the group”."
# The facts in the order in which people tell it; each asked with the rubric's own words.
GROUPS = {
    "Hearing from people": ("can_reply", "answers_collected", "informed_in_time"),
    "What was open": ("decision_open", "response_considered"),
    "Working together": ("repeated_dialogue", "made_options", "joint_decision", "shared_delivery", "shared_evaluation"),
    "Whose it was": ("community_framed", "community_decided"),
}
OWN_WORDS = {"joint_decision": "Was there a decision that could not have gone ahead without people’s agreement?"}
DATES_ANSWER = " Two dates answer this: the day people first helped, and the day it was settled."
KNOWLEDGE = {
    "lived": "Who had lived through it themselves?",
    "local": "Who knew the place?",
    "professional": "For whom was it their job?",
}


def ask_who(ask: Asking, reader: Reader) -> None:
    """How many were asked, and apart from that each meeting; then whose knowledge was in the room."""
    st.subheader("How many, in all", anchor=False)
    ask_how_many(ask)
    ask_more_counts(ask)
    st.subheader("Meetings", anchor=False)
    st.markdown("If people met, each meeting can be told apart from the numbers above. Leave out what you do not know.")
    count = count_entries(ask.answers, "meetings", MOST_MEETINGS)
    for number in range(1, count + 1):
        ask_meeting(ask, number)
    if count < MOST_MEETINGS:
        st.button("Add another meeting", key="add_another_meeting", icon=":material/add:", on_click=ask.put,
                  args=("meetings", str(count + 1)))  # fmt: skip
    st.subheader("Whose knowledge was in the room", anchor=False)
    st.caption("In words, never names: “tenants of the two blocks”, “a housing officer”.")
    for name, label in KNOWLEDGE.items():
        ask.text(name, label)


def ask_meeting(ask: Asking, number: int, title: str = "") -> None:
    """One meeting: the day, how long, how many came, and how many of them had come before."""
    name = f"m{number}"
    with st.container(key=f"add_group_meeting_{number}", border=True):
        st.markdown(f"**{title or f'Meeting {number}'}**")
        ask.day(name, "When was it?", note="For example, 27 3 2026" if number == 1 else "")
        ask_outcome(ask, f"{name}_outcome", "Did it take place?")
        with st.container(horizontal=True, vertical_alignment="bottom", key=f"add_row_{name}"):
            ask.text(f"{name}_minutes", "How many minutes", width=150, limit=6)
            ask.text(f"{name}_came", "How many came", width=150, limit=6)
            ask.text(f"{name}_back", "How many had come before", width=200, limit=6)


def ask_decisions(ask: Asking, reader: Reader) -> None:
    """The facts, each with yes, no or don't know yet; the two dates; give and take; and the five stages."""
    rubric = rubric_here()
    st.markdown(
        "Answer what you know and leave the rest. “Don’t know yet” is always a good answer, and a blank counts against nobody."
    )
    for title, facts in GROUPS.items():
        st.subheader(title, anchor=False)
        for fact in facts:
            ask_fact(ask, fact, rubric.facts[fact].question)
            if fact == "decision_open":
                ask_influence(ask)
        if title == "What was open":
            ask_start(ask, rubric)
    st.subheader("Give and take", anchor=False)
    st.caption("Time, skills, pay, a change they wanted. Leave a side blank if there was nothing.")
    ask.text("gave", "What did people give?", limit=1000)
    ask.text("got", "What did they get?", limit=1000)
    ask_fact(ask, "continuing_relationship", rubric.facts["continuing_relationship"].question)
    st.caption("If you listed the meetings, they answer this and win over the tick.")
    ask_stages(ask, rubric)
    ask.choose(
        "statutory", "Was this a consultation that a public body had to hold by law?", {"yes": "Yes", "no": "No"}
    )


def ask_fact(ask: Asking, fact: str, question: str) -> None:
    """One fact in its own words, and where a yes or a no could be seen."""
    answer = ask.choose(f"fact_{fact}", OWN_WORDS.get(fact, question), ANSWERS)
    if answer not in ("yes", "no"):
        return
    with st.container(key=f"add_follow_{fact}"):
        if fact == "joint_decision" and answer == "yes":
            ask.text("named_decision", "Which decision was it?", limit=500)
        ask.text(f"seen_{fact}", SEEN if answer == "yes" else "Anything to add? You can leave this blank.", limit=500,
                 note=SEEN_NOTE if fact == "can_reply" and answer == "yes" else "")  # fmt: skip


def ask_influence(ask: Asking) -> None:
    """What could and could not change, where something was open."""
    if ask.answers.get("fact_decision_open") != "yes":
        return
    with st.container(key="add_follow_influence"):
        ask.text("decision_at_stake", "What was open to influence?", limit=500)
        ask.text("not_open_to_influence", "What was not?", limit=500)
        ask.text("promise", "Was anything promised to people about what would happen with what they said?", limit=500)


def ask_start(ask: Asking, rubric: Rubric) -> None:
    """In from the start, as two dates; a tick only where a date is not known."""
    question = rubric.facts["in_from_start"].question.replace(DATES_ANSWER, "")
    st.markdown(f"**{question}** Two dates answer this.")
    ask.day(
        "helped",
        "The day people first helped to set the question",
        note="Leave it empty if nobody did.",
    )
    ask.day("settled", "The day it was settled what this was about", note="")
    dated = all(
        ask.answers.get(f"{name}_{part}") for name in ("helped", "settled") for part in ("day", "month", "year")
    )
    if not dated:
        ask_fact(
            ask,
            "in_from_start",
            "If you do not know both dates: did people help to set the question before it was settled?",
        )


def ask_stages(ask: Asking, rubric: Rubric) -> None:
    """For each stage who did it, in plain words, and why it was not shared where it was not."""
    st.subheader("Who did what", anchor=False)
    words = {sharing: f"{plain[:1].upper()}{plain[1:]}" for sharing, plain in rubric.sharing.items()} | {
        "not known": "Don’t know yet"
    }
    for stage in STAGES:
        sharing = ask.choose(f"stage_{stage}", rubric.stages[stage][1], words, flat=True)
        if sharing in ("to", "for"):
            with st.container(key=f"add_follow_stage_{stage}"):
                ask.text(f"why_{stage}", "Why could this part not be shared? There is often a good reason.", limit=500)


def ask_changes(ask: Asking, reader: Reader) -> None:
    """What changed, who decided, and whether people were told."""
    st.markdown("Big or small, whoever decided it. If nothing has changed yet, go on.")
    count = count_entries(ask.answers, "changes", MOST_CHANGES)
    for number in range(1, count + 1):
        name, nth = f"o{number}", "" if count == 1 else f" ({number})"
        ask.long_text(f"{name}_what", f"What changed?{nth}")
        ask.text(f"{name}_who", f"Who decided that?{nth}", note="A role or a body, not a name: “the parks committee”.")
        ask.day(f"{name}_on", f"When did it change?{nth}", note="Leave it empty if you do not know.")
        ask.day(
            f"{name}_told",
            f"When were the people who took part told?{nth}",
            note="Leave it empty if they have not been.",
        )
        ask.day(f"{name}_due", f"If they have not been told yet, when are they due to hear?{nth}", note="")
    if count < MOST_CHANGES:
        st.button("Add another change", key="add_another_change", icon=":material/add:", on_click=ask.put,
                  args=("changes", str(count + 1)))  # fmt: skip


def ask_called(ask: Asking, reader: Reader) -> None:
    """What the organiser calls it, who says so; a few lines about it, and two last things asked once."""
    ask.text(
        "called",
        "What do you call this way of working?",
        note="Your own word: “consultation”, “co-design”, “a chat over tea”. It is kept as you say it.",
    )
    if any(ask.answers.get(name) for name in ("called", "called_by", "since_day", "since_month", "since_year")):
        with st.container(key="add_follow_called"):
            ask.text("called_by", "Who calls it that?", note="A group or a role, not a person’s name.")
            ask.day("since", "Since when?", note="Leave it empty for today.")
    ask.long_text("summary", "Anything else people should know about it, in a sentence or two?")
    if not reader.invitation:
        ask.text("organisation", "Which organisation ran it?")
    st.subheader("Two last things, if you like", anchor=False)
    ask.text(
        "role_mailbox",
        "Who to talk to: a shared mailbox",
        note="Your team’s shared address. Please no one’s own.",
    )
    ask.text("cost", "What did it cost?", note="Such as “£400, and volunteers’ time”.")
