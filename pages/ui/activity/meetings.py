"""What was counted and when people met: each figure with its basis, a timeline, and the rows of the files behind both."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import altair as alt
import pandas as pd
import streamlit as st

from pages.ui.explaining import escape
from pages.ui.naming import help_for
from soundings.activity.figures import CountSum, Medians, find_medians, list_held, say_meetings, sum_counts
from soundings.activity.records import Count, Meeting
from soundings.activity.story import ActivityStory
from soundings.activity.words import say_amount, say_basis, say_span, say_where
from soundings.filters import say_date
from soundings.model import HELD, ROLE_LABEL
from soundings.palette import DAY, NIGHT
from soundings.took_place import LABEL, say_outcome
from soundings.tracing import COUNTS, SESSIONS, say_sheets
from soundings.views import say_count, say_number

BACK, FIRST, UNSAID, UNKNOWN = (
    "had come before",
    "there for the first time",
    "came; who came back not recorded",
    "met; how many not recorded",
)
FEWEST_DRAWN = 3
SUMS_SHOWN = 8
UNHELD_SHOWN = 6


def show_counts(story: ActivityStory) -> None:
    """Each figure with what kind it is, whose places, and over what time; each row and its file one click away."""
    counts = story.counts
    if not counts:
        return
    st.subheader("What was counted", anchor=False)
    sums = sum_counts([one for one in counts if one.took_place == HELD])
    for one in sums[:SUMS_SHOWN]:
        st.markdown(say_sum(one), help=help_for(one.measure.id))
    if len(sums) > SUMS_SHOWN:
        st.caption(f"and {len(sums) - SUMS_SHOWN:,} more, in the table below")
    unheld = [one for one in counts if one.took_place != HELD]
    for one in sum_counts(unheld)[:SUMS_SHOWN]:
        words = " or ".join(dict.fromkeys(LABEL[count.took_place] for count in one.counts))
        st.markdown(f"{say_sum(one)} · **{words}**, so in no figure")
    st.caption("Different kinds of figure are never added together, nor are where people live and where it happened.")
    if story.held_count:
        st.caption(
            f"{say_count(story.held_count, 'meetings')} of the same period and place {'is' if story.held_count == 1 else 'are'} recorded "
            "one by one below, too: in figures each counts once, and a total counts the rest."
        )
    with st.expander("Where each figure comes from", key="count_rows", on_change="rerun") as panel:
        if panel.open:
            show_count_rows(counts)


def say_sum(one: CountSum) -> str:
    """“**864** responses · where people live: in 24 places · 5 February to 22 March 2024 · counted exactly”."""
    noun = one.measure.noun_one if one.value == 1 and one.high is None else one.measure.noun
    names = {say_where(count.where) for count in one.counts}
    where = escape(names.pop()) if len(names) == 1 else f"in {say_count(one.place_count, 'places')}"
    if one.placeless and one.place_count:
        where += f", {say_number(one.placeless)} of them in none of the places loaded here"
    parts = [
        f"**{say_amount(one.value, one.high, one.basis)}** {noun}",
        f"{ROLE_LABEL[one.role]}: {where}",
        say_span(one.period_start, one.period_end),
        say_basis(one.basis),
    ]
    return " · ".join(parts)


def show_count_rows(counts: list[Count]) -> None:
    """Every stored figure with its file and rows."""
    st.dataframe(
        pd.DataFrame(
            {
                "What": [one.measure.label for one in counts],
                "Figure": [say_amount(one.value, one.value_high, one.basis) for one in counts],
                "Kind of figure": [say_basis(one.basis) for one in counts],
                **({"Took place": [LABEL[one.took_place] for one in counts]} if any_unheld(counts) else {}),
                "Place": [say_where(one.where) for one in counts],
                "Whose place": [ROLE_LABEL[one.where.role] for one in counts],
                "From": [one.period_start for one in counts],
                "To": [one.period_end for one in counts],
                "File": [one.file_name for one in counts],
                "Rows in the file": [say_sheets(one.source_id, COUNTS, one.rows, one.sheets) for one in counts],
            }
        ),
        hide_index=True,
        placeholder="–",
        key="count_table",
        height=min(420, 35 * (len(counts) + 1) + 3),
        alt=f"{len(counts)} figures with the file and rows they come from",
        column_config={name: st.column_config.DateColumn(format="D MMM YYYY") for name in ("From", "To")},
    )


def show_meetings(story: ActivityStory) -> None:
    """When people met: how many came, who came back, for how long."""
    if not story.meetings:
        return
    middle = find_medians(story.meetings, story.today)
    shown = list_held(story.meetings, story.today)
    dated = [one for one in shown or story.meetings if one.day]
    held = f"{middle.met:,} {'meeting' if middle.met == 1 else 'meetings'}" if middle.met else say_none(middle)
    st.subheader(held, anchor=False)
    span = f"{say_span(dated[0].day, dated[-1].day)}. " if dated else ""
    st.markdown(span + " ".join(say_meetings(middle)), help=help_for("group_size"))
    if shown and len(dated) >= FEWEST_DRAWN:
        draw_meetings(dated, story.today)
    show_unheld(story)
    undated = sum(one.day is None for one in story.meetings)
    if undated:
        st.caption(f"{undated:,} of them {'has' if undated == 1 else 'have'} no date recorded.")
    elsewhere = sum(one.is_elsewhere for one in story.meetings)
    if elsewhere:
        st.caption(f"{elsewhere:,} of them also stand in another source, and are counted there.")
    with st.expander("The same meetings as a table", key="meeting_rows", on_change="rerun") as panel:
        if panel.open:
            show_meeting_rows(story.meetings, story.today)


def say_none(middle: Medians) -> str:
    """What heads the meetings where none has taken place."""
    return "No meeting yet" if middle.planned and not middle.unheld else "No meeting took place"


def any_unheld(records: Sequence[Count | Meeting]) -> bool:
    """Whether any of these did not take place, so that each has to say whether it did."""
    return any(one.took_place != HELD for one in records)


def show_unheld(story: ActivityStory) -> None:
    """The meetings that are in no figure, each with its day and why."""
    unheld = [one for one in story.meetings if one.took_place != HELD]
    for one in unheld[:UNHELD_SHOWN]:
        day = say_date(one.day) if one.day else "No date recorded"
        came = f"; {say_came(one)}, by the file" if one.came else ""
        st.markdown(f":material/event_busy: {day}: **{say_outcome(one.took_place, one.day, story.today)}**{came}")
    if len(unheld) > UNHELD_SHOWN:
        st.caption(f"and {len(unheld) - UNHELD_SHOWN:,} more that did not take place, in the table below")


def say_came(meeting: Meeting) -> str:
    """“12 came”, “about 12 came”."""
    return f"{'about ' if meeting.is_estimate else ''}{say_number(meeting.came)} came"


def draw_meetings(meetings: list[Meeting], today: date) -> None:
    """A bar for each meeting: those who had come before and those there for the first time; an open mark where nobody counted."""
    palette = NIGHT if st.context.theme.type == "dark" else DAY
    frame = meeting_frame(meetings)
    hues = {BACK: palette.contact[4], FIRST: palette.contact[1], UNSAID: palette.contact[2], UNKNOWN: palette.coast}
    shown = [word for word in hues if word in set(frame["who"])]
    scale = alt.Scale(domain=shown, range=[hues[word] for word in shown])
    width = max(3, min(18, 260 // len(meetings)))
    ink = palette.quiet_ink  # the theme's own is too pale to read on paper
    when = alt.X(
        "day:T",
        title=None,
        scale=alt.Scale(padding=14),
        axis=alt.Axis(format="%b %Y", labelOverlap=True, tickCount=6, grid=False, labelColor=ink),
    )
    tips = [alt.Tooltip("when:N", title="Day"), alt.Tooltip("said:N", title="Who came")]
    colour = alt.Color(
        "who:N", title=None, scale=scale, legend=alt.Legend(orient="top", columns=2, labelLimit=280, labelColor=ink)
    )
    base = alt.Chart(frame).encode(x=when, color=colour, tooltip=tips)
    bars = base.mark_bar(size=width).encode(
        y=alt.Y("people:Q", title="people", axis=alt.Axis(tickMinStep=1, format="d", labelColor=ink, titleColor=ink)),
        order=alt.Order("order:O"),
    )
    marks = base.transform_filter(alt.datum.who == UNKNOWN).mark_point(filled=False, size=40).encode(y=alt.value(170))
    st.altair_chart(
        (bars + marks if UNKNOWN in shown else bars).properties(height=180),
        width="stretch",
        key="meetings",
        alt=f"{len(meetings)} meetings in time, each with how many came and how many had come before; the same as the table below",
    )


def meeting_frame(meetings: list[Meeting]) -> pd.DataFrame:
    """The parts of each bar: day, people, who, order (those who came back at the foot), and the day and figures in words."""
    rows = []
    for one in meetings:
        came, back = one.came, one.came_back
        if came is None:
            parts = [(UNKNOWN, 0.0)]
        elif back is None:
            parts = [(UNSAID, came)]
        else:
            parts = [(BACK, back), (FIRST, max(came - back, 0))]
        said = "how many came is not recorded" if came is None else say_came(one)
        said += f", {say_number(back)} had come before" if back is not None else ""
        rows += [
            {
                "day": pd.Timestamp(one.day),
                "who": who,
                "people": people,
                "order": order,
                "when": say_date(one.day),
                "said": said,
            }
            for order, (who, people) in enumerate(parts)
        ]
    return pd.DataFrame(rows)


def show_meeting_rows(meetings: list[Meeting], today: date) -> None:
    """Every meeting with its file and row."""
    st.dataframe(
        pd.DataFrame(
            {
                "Day": [one.day for one in meetings],
                **(
                    {"Took place": [say_outcome(one.took_place, one.day, today) for one in meetings]}
                    if any_unheld(meetings)
                    else {}
                ),
                "Came": pd.array([one.came for one in meetings], "Float64"),
                **(
                    {"How sure": ["an estimate" if one.is_estimate else "as recorded" for one in meetings]}
                    if any(one.is_estimate for one in meetings)
                    else {}
                ),
                "Had come before": pd.array([one.came_back for one in meetings], "Float64"),
                "Minutes": pd.array([one.minutes for one in meetings], "Float64"),
                "Contact hours": pd.array([one.contact_hours for one in meetings], "Float64"),
                "File": [one.file_name for one in meetings],
                "Row in the file": [
                    say_sheets(one.source_id, SESSIONS, [one.row_number], [one.sheet]) for one in meetings
                ],
            }
        ),
        hide_index=True,
        placeholder="not recorded",
        key="meeting_table",
        height=min(420, 35 * (len(meetings) + 1) + 3),
        alt=f"{len(meetings)} meetings with the file and row they come from",
        column_config={
            "Day": st.column_config.DateColumn(format="D MMM YYYY"),
            "Contact hours": st.column_config.NumberColumn(format="%.1f"),
        },
    )
