"""The first parts of the Activity page: what it is, the few big figures, what was open to influence, who shared which stage."""

from __future__ import annotations

import re
from datetime import date

import streamlit as st

from pages.ui import keys
from pages.ui.access import Reader
from pages.ui.activity.shapes import draw_shape
from pages.ui.explaining import escape
from pages.ui.naming import help_for, mark, mark_called, rubric_here
from soundings.activity.figures import Glance
from soundings.activity.links import Linked, LinkedActivity
from soundings.activity.records import Head, Where
from soundings.activity.story import ActivityStory, find_activities, read_activity_story
from soundings.activity.words import list_not_recorded, say_span, say_when, say_where
from soundings.explanation import UNCONFIRMED_EACH
from soundings.model import ROLE_LABEL, STAGES
from soundings.rubric import Rubric

ACTIVITY_PAGE, PLACE_PAGE = "pages/rooms/activity.py", "pages/rooms/place.py"
PLACES_SHOWN = 6
# An address that can be nothing else: only such a one becomes a link to write to.
MAILBOX = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,4}")
BOTH_MODES = "in person and online"
SHARING_ICON = {
    "to": "campaign",
    "for": "volunteer_activism",
    "with": "handshake",
    "by": "groups",
    "not applicable": "remove",
    "not known": "more_horiz",
}


@st.cache_data(max_entries=50, show_spinner=False)
def _read_story(root: str, number: int, activity_id: str, today: date, version: str, _connection, _rubric: Rubric):
    return read_activity_story(_connection, activity_id, rubric=_rubric, today=today)


def story_of(reader: Reader, activity_id: str, today: date) -> ActivityStory | None:
    """`read_activity_story` of this generation under the rubric of this home, remembered."""
    rubric = rubric_here()
    return _read_story(
        str(reader.home.root), reader.number, activity_id, today, rubric.version, reader.connection, rubric
    )


def show_head(story: ActivityStory) -> None:
    """What it is in one line, where, and in the organiser's own words."""
    head = story.head
    mode = BOTH_MODES if head.mode == "both" else head.mode
    how = [word for word in (head.method, mode, head.theme) if word]
    line = " · ".join(
        escape(word) for word in (*how, *([head.organisation] if head.organisation else []), say_when(head))
    )
    st.markdown(f"**{escape(how[0][:1].upper() + how[0][1:])}**" + line[len(escape(how[0])) :] if how else line)
    show_places(story.where)
    if head.summary:
        with st.container(key="summary"):
            st.markdown(escape(head.summary))


def show_places(where: list[Where]) -> None:
    """Each place with its role, a link where it is on the map."""
    if not where:
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        for one in where[:PLACES_SHOWN]:
            words = f"{escape(say_where(one))}, {ROLE_LABEL[one.role]}"
            if one.place_code:
                st.page_link(PLACE_PAGE, label=words, icon=":material/place:", query_params={"place": one.place_code})
            else:
                st.markdown(f":material/wrong_location: {words}", width="content")
        if len(where) > PLACES_SHOWN:
            st.markdown(f"and {len(where) - PLACES_SHOWN:,} more places", width="content")


def show_small_print(head: Head) -> None:
    """Programme, cost, local words for it, and who to talk to; only what is recorded."""
    parts = []
    if head.role_mailbox:
        parts.append(f"Who to talk to: {link_mailbox(head.role_mailbox)}")
    if head.cost:
        parts.append(f"Cost: {escape(head.cost)}")
    if head.programme:
        parts.append(f"Part of {escape(head.programme)}")
    if head.local_term:
        parts.append(f"Known here as “{escape(head.local_term)}”")
    if head.is_statutory:
        parts.append("A public body’s statutory consultation")
    if parts:
        st.markdown("  \n".join(parts))


def link_mailbox(text: str) -> str:
    """An address to write to; text that is no plain address is shown as typed."""
    return f"<{text}>" if MAILBOX.fullmatch(text) else escape(text)


def show_glance(figures: list[Glance]) -> None:
    """The few big figures, side by side, each with what must be known beside it."""
    if not figures:
        return
    with st.container(horizontal=True, gap="small", key="glance"):
        for number, figure in enumerate(figures):
            with st.container(key=f"glance_{figure.family}_{number}", gap=None):
                st.markdown(f"**{escape(figure.number)} {escape(figure.noun)}**  \n:small[{escape(figure.note)}]")


def show_influence(head: Head) -> None:
    """What was open to influence, what was not, and what was promised; nothing where none of it is recorded."""
    parts = {
        "Open to influence": head.decision_at_stake,
        "Not open to influence": head.not_open_to_influence,
        "What was promised": head.promise,
    }
    recorded = {label: text for label, text in parts.items() if text}
    if not recorded:
        return
    st.subheader("What people could change, and what they could not", anchor=False)
    for column, (label, text) in zip(st.columns(len(recorded), gap="medium"), recorded.items(), strict=True):
        column.markdown(f"**{label}**  \n{escape(text)}")


def show_stages(story: ActivityStory) -> None:
    """The stage strip: who did each stage, in a drawn strip with the words, and why a part was not shared."""
    if not story.stages:
        return
    st.subheader("Who did what, stage by stage", anchor=False)
    with st.container(horizontal=True, gap=None, key="stage_strip"):
        for stage in STAGES:
            show_stage(story, stage)
    notes = [f"- {line}" for stage in STAGES for line in say_stage_notes(story, stage)]
    if notes:
        st.markdown("\n".join(notes))


def show_stage(story: ActivityStory, stage: str) -> None:
    """One part of the strip: the stage, the word with its sign, and the word in plain words."""
    sharing = story.made.stages[stage]
    label, _ = story.rubric.stages[stage]
    with st.container(border=True, gap=None, key=f"stage_{stage}_{sharing.replace(' ', '_')}"):
        st.markdown(
            f":small[{label}]  \n**:material/{SHARING_ICON[sharing]}: {sharing}**  \n:small[{story.rubric.sharing[sharing]}]",
            help=help_for(stage),
        )


def say_stage_notes(story: ActivityStory, stage: str) -> list[str]:
    """Who had the right to decide, over what, and why a stage was not shared; each in a line."""
    told = story.stages.get(stage)
    if told is None:
        return []
    label, lines = story.rubric.stages[stage][0], []
    decided = [escape(text) for text in (told.named_decision, told.decision_right) if text]
    if decided:
        lines.append(f"**{label}.** Decided: {', '.join(decided)}.")
    if told.why_not_shared:
        lines.append(f"**{label}.** Why it was not shared: {escape(told.why_not_shared)}")
    return lines


def show_linked(linked: Linked, activity_id: str) -> None:
    """The piece of work this belongs to, drawn: the whole and its parts, each with its own name and mark, none merged."""
    if linked.is_whole_missing:
        st.markdown("This is recorded as part of a larger piece of work that is not loaded here.")
    if not linked.parts or (linked.whole is None and len(linked.parts) == 1):
        return
    st.subheader("One piece of work, in parts", anchor=False)
    if linked.larger:
        st.page_link(
            ACTIVITY_PAGE,
            label=f"All of this is part of {escape(linked.larger.title)}",
            icon=":material/arrow_forward:",
            query_params={"activity": linked.larger.activity_id},
        )
    if linked.is_blend:
        st.markdown(
            "A blend: some of it **asked** people, some of it **met** with them. Each part keeps its own name; nothing is added up."
        )
    largest = max(one.asked_count for one in (*linked.parts, *([linked.whole] if linked.whole else [])))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="linked"):
        with st.container(key="linked_parts", gap="small"):
            for part in linked.parts:
                show_linked_card(part, largest, activity_id)
            if linked.left_out:
                st.caption(f"and {linked.left_out:,} more parts")
        if linked.whole:
            with st.container(key="linked_arrow", width="content"):
                st.markdown("part of :material/arrow_forward:", width="content")
            with st.container(key="linked_whole"):
                show_linked_card(linked.whole, largest, activity_id)
    st.caption(UNCONFIRMED_EACH)


def show_linked_card(one: LinkedActivity, largest: float, activity_id: str) -> None:
    """One activity of the piece of work: its shape (a ring for those asked, a dot for each meeting), its words and its name."""
    with st.container(border=True, gap=None, key=f"card_{one.activity_id}"):
        if one.activity_id == activity_id:
            st.markdown(f"**{escape(one.title)}** (this one)")
        else:
            st.page_link(ACTIVITY_PAGE, label=escape(one.title), query_params={"activity": one.activity_id})
        draw_shape(one, largest)
        called = f"called {mark_called(one.called)} · " if one.called else ""
        st.markdown(f"{called}recorded {mark(one.rule_id)}")
        st.caption(f"{escape(one.method or 'method not recorded')} · {say_span(one.start_date, one.end_date)}")


def show_not_recorded(story: ActivityStory) -> None:
    """Everything this record does not say, in one list."""
    missing = list_not_recorded(story)
    if missing:
        st.subheader("Not recorded here", anchor=False)
        st.markdown(
            f"{'; '.join(missing)[:1].upper()}{'; '.join(missing)[1:]}. A gap in the record is not a judgement."
        )


def show_source(story: ActivityStory) -> None:
    """The file and row that the activity's own record comes from."""
    head = story.head
    sheet = f"sheet {escape(head.sheet)}, " if head.sheet else ""
    st.caption(f"From {escape(head.file_name)}, {sheet}row {head.row_number:,}.")


def choose_activity(reader: Reader, asked: str | None) -> None:
    """A way to an activity where the address names none, or one that is not here: a search by title, newest first."""
    if asked is not None:
        st.info(
            escape(
                f"The address asked for the activity “{asked[:60]}”, which is not here. Find one by its title instead."
            )
        )
    words = st.text_input("Words in its title", key=f"{keys.ASKED_OF}none", max_chars=120, width=420)
    found = find_activities(reader.connection, words)
    for activity_id, title in found:
        st.page_link(ACTIVITY_PAGE, label=escape(title), query_params={"activity": activity_id})
    if found:
        st.caption("At most 12 are listed, the newest first. Write some words of the title to find another.")
    elif words:
        st.markdown("No activity has these words in its title.")
    else:
        st.markdown("No activity is recorded yet.")
        st.code("soundings load activities.csv", language=None, wrap_lines=True)
