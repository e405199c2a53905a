"""The words beside a figure: its definition, its date, its denominator, its coverage, and how many records have no place."""

from __future__ import annotations

import re
from datetime import date

import streamlit as st

from pages.ui.access import Reader
from pages.ui.controls import Choice, name_in_address
from pages.ui.tables import show_traces
from soundings.measures import FAMILY_COLOUR, FAMILY_QUESTION
from soundings.model import BLANK, ROLE_LABEL
from soundings.places import read_place
from soundings.queries import Table
from soundings.tracing import read_traces
from soundings.views import CONTACT_CAUTION, say_amount, say_count, say_coverage, say_figure, say_summary

# What Streamlit rewrites even where it is escaped: links, icons, emoji and arrows. An invisible word joiner keeps them apart.
REWRITTEN = re.compile(
    r"(?<=:)(?=//|material/|[\w+-]+:)|(?<=www)(?=\.)|(?<=@)(?=\w)|(?<=[-<>=~])(?=[-<>=~])", re.IGNORECASE
)
JOINER = "\u2060"
# Characters that turn round the text after them or are not text at all: nothing a file says may reach past its own words.
UNSEEN = re.compile("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f]")
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
# Words of a right-to-left script keep their own order, and the sentence around them keeps its.
ISOLATED = "\u2068{}\u2069"


def escape(text: str) -> str:
    """Text from a file as Markdown that shows it as typed: every character that Markdown, HTML or LaTeX could read is escaped.

    Words of a right-to-left script stand apart from the sentence around them; characters that turn text round are left out.
    """
    apart = REWRITTEN.sub(JOINER, UNSEEN.sub("", re.sub(r"[\r\n]+", " ", text)))
    shown = "".join(f"\\{char}" if char in "\\`*_{}[]()<>#+-.!|$:~&^=\"'" else char for char in apart)
    return ISOLATED.format(shown) if RIGHT_TO_LEFT.search(shown) else shown


def tables_shown(fill: Table, ring: Table | None) -> list[Table]:
    return [fill] if ring is None else [fill, ring]


def show_summary(choice: Choice, fill: Table, ring: Table | None) -> None:
    """What the filters show, in sentences."""
    narrowed = choice.filters.sentence()
    if narrowed:
        st.markdown(f"**Showing:** {escape(narrowed)}.")
    for table in tables_shown(fill, ring):
        st.markdown(f"{say_summary_safely(table)} {say_coverage(table)}")
    if fill.measure.family == "contact" and not choice.is_depth_recorded:
        st.markdown(
            "**No depth is recorded in what was loaded, so there is no blue.** Contact is shown in its place, in slate."
        )
    if fill.measure.family == "contact":
        st.markdown(f"_{CONTACT_CAUTION}_ {sessions_without_place(fill)}")


def say_summary_safely(table: Table) -> str:
    """The summary sentence with place names shown as typed."""
    return escape(say_summary(table))


def sessions_without_place(table: Table) -> str:
    """“390 of 983 sessions have no ward recorded.”"""
    located = table.located
    missing = located.total - located.here
    return f"{missing:,} of {located.total:,} stand in no {table.kind} of this map." if located.total else ""


def show_unplaced(reader: Reader, choice: Choice, fill: Table, ring: Table | None, today: date) -> None:
    """The records of each measure that stand in no place of this kind, one click away."""
    for table in tables_shown(fill, ring):
        missing = table.located.total - table.located.here
        if not missing or not table.role:
            continue
        with st.expander(
            f"{table.measure.label}: {say_count(missing, 'records')} on no {choice.kind} of this map",
            key=f"unplaced_{table.measure.id}",
            on_change="rerun",
        ) as panel:
            if not panel.open:
                continue
            traces = read_traces(
                reader.connection,
                measure=table.measure.id,
                role=table.role,
                kind=choice.kind,
                place_set=choice.place_set,
                filters=choice.filters,
                today=today,
            )
            st.caption(
                f"They are counted in totals and left off the map. Nothing is guessed. Showing {len(traces):,} stored records."
            )
            show_traces(traces, table.measure, f"unplaced_rows_{table.measure.id}")


def show_definitions(fill: Table, ring: Table | None) -> None:
    """Each measure on show: what it counts, where, against what, and what an empty figure means."""
    with st.expander("What these figures are"):
        for table in tables_shown(fill, ring):
            measure = table.measure
            role = ROLE_LABEL.get(table.role or "", "no place recorded")
            st.markdown(
                f"**{measure.label}** ({measure.family}, {FAMILY_COLOUR[measure.family]}: {FAMILY_QUESTION[measure.family]}; {role}). "
                f"{measure.definition} {say_denominator(table)} {measure.null_means}"
            )
        st.markdown("Breadth, contact and depth are never added together, and nothing adds across measures.")


def say_denominator(table: Table) -> str:
    """What a rate is divided by."""
    if table.measure.denominator is None:
        return "It has no rate: dividing it by residents would mean nothing."
    return "The rate divides by the residents of the place, whoever came."


def show_place_card(reader: Reader, view: str, fill: Table, ring: Table | None, code: str) -> None:
    """The selected place in brief; or how to read the chart."""
    if not code:
        show_reading(view, fill, ring)
        return
    place = read_place(reader.connection, code, fill.place_set)
    st.subheader(escape(place.name), anchor=False)
    residents = (
        f"{place.population:,} residents ({place.population_date or 'date not recorded'})"
        if place.population
        else "Residents not recorded"
    )
    st.caption(residents)
    for table in tables_shown(fill, ring):
        row = next((row for row in table.rows if row.place_code == code), None)
        if row is None:
            continue
        st.markdown(
            f"{table.measure.label}, {ROLE_LABEL.get(table.role or '', '')}  \n**{say_figure(row)}**" + say_rate(row)
        )
        if row.state in BLANK:
            st.caption(table.measure.null_means)
    st.page_link(
        "pages/rooms/place.py",
        label=f"All of {escape(place.name)}",
        icon=":material/arrow_forward:",
        query_params={"place": code, **name_in_address(fill.place_set)},
    )


def show_origins(
    reader: Reader, choice: Choice, fill: Table, ring: Table | None, code: str, name: str, today: date
) -> None:
    """Where each figure of the selected place comes from: the file and the rows, one click away."""
    for table in tables_shown(fill, ring):
        row = next((row for row in table.rows if row.place_code == code), None)
        if row is None or row.state in BLANK or not table.role:
            continue
        noun = table.measure.noun_one if row.value == 1 else table.measure.noun
        title = f"Where {escape(name)}’s figure of {say_amount(row.value, row.top)} {noun} comes from"
        with st.expander(title, key=f"trace_{table.measure.id}", on_change="rerun") as panel:
            if not panel.open:
                continue
            traces = read_traces(
                reader.connection,
                measure=table.measure.id,
                role=table.role,
                kind=choice.kind,
                place_code=code,
                place_set=choice.place_set,
                filters=choice.filters,
                today=today,
            )
            show_traces(traces, table.measure, f"trace_rows_{table.measure.id}")


def say_rate(row) -> str:
    """“ · 4.2 per 1,000 residents”; of a band by the least it can be."""
    return (
        f" · {'at least ' if row.is_band else ''}{row.rate_per_1000:.1f} per 1,000 residents"
        if row.rate_per_1000
        else ""
    )


def show_reading(view: str, fill: Table, ring: Table | None) -> None:
    """How to read the chart, in three lines."""
    colour = FAMILY_COLOUR[fill.measure.family]
    if view == "crossed" and ring is not None:
        st.markdown(
            f"**How to read it**\n\n- Towards amber: more {ring.measure.plain_noun}. Towards blue: more {fill.measure.plain_noun}. "
            "Towards the darkest (by night the palest): more of both.\n"
            "- The two are set side by side in one colour; they are not added.\n"
            "- A hatch: one of the two is not recorded, so nothing is said of the pair."
        )
        return
    if view == "side" and ring is not None:
        st.markdown(
            f"**How to read it**\n\n- Left, stronger amber: more {ring.measure.plain_noun}.\n"
            f"- Right, stronger {colour}: more {fill.measure.plain_noun}.\n"
            f"- Strong on the left and pale on the right: many counted, {say_little(fill)}.\n"
            "- A hatch: nothing recorded. That is a gap in the record, not a judgement."
        )
        return
    if ring is None:
        st.markdown(
            f"**How to read it.** The stronger the {colour}, the more {fill.measure.plain_noun} are recorded. A hatch: nothing recorded."
        )
        return
    st.markdown(
        f"**How to read it**\n\n"
        f"- Strong {colour}: {FAMILY_QUESTION[fill.measure.family]}.\n"
        f"- Big amber ring: {FAMILY_QUESTION[ring.measure.family]}, by many.\n"
        f"- A big ring on pale paper: many counted, {say_little(fill)}.\n"
        + (
            f"- Strong {colour} with a small ring: few people, a long way down.\n"
            if fill.measure.family == "depth"
            else f"- Strong {colour} with a small ring: more {fill.measure.plain_noun}, few counted. Meeting often is not sharing power.\n"
        )
        + "- A hatch: nothing recorded. That is a gap in the record, not a judgement."
    )


def say_little(fill: Table) -> str:
    """What pale paper says of the measure that colours it: “little joint work recorded”; contact is not called joint work."""
    return (
        "little joint work recorded"
        if fill.measure.family == "depth"
        else f"few {fill.measure.plain_noun}, or none recorded"
    )
