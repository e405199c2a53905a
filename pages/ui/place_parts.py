"""The parts of the Place page: facts, figures side by side, the timeline, the neighbours."""

from __future__ import annotations

import itertools
from datetime import date

import altair as alt
import pandas as pd
import streamlit as st

from pages.ui.access import Reader
from pages.ui.controls import name_in_address
from pages.ui.explaining import escape
from pages.ui.tables import show_traces
from soundings.activities import ActivityLine
from soundings.filters import WHEN_LABEL, say_date
from soundings.measures import FAMILY_QUESTION
from soundings.model import BLANK, HIDDEN, ROLE_LABEL, VALUE
from soundings.place_sets import PlaceSet, SameGround
from soundings.place_story import Figure, list_blank, list_elsewhere, say_figure, say_noun, say_typical
from soundings.places import Place
from soundings.queries import Row, Table
from soundings.took_place import LABEL
from soundings.tracing import read_traces
from soundings.views import KIND_PLURAL, say_amount, say_count, say_number, say_places, say_state

TIMELINE_BARS = 30
MOST_OF_SAME_GROUND = 8
TITLE_PIXELS = 300  # a longer title is cut with an ellipsis: a narrow phone has no more
INK, PAPER_ON_DARK = "#1f2d38", "#eef2f4"  # for words drawn in a chart, which Streamlit's theme makes too pale to read
TIMELINE_HUES = {
    "planned": "#a377b8",
    "live now": "#2f8f78",
    "past": "#8d989f",
    "paused": "#b58f7a",
    "not known": "#cfc9ba",
}
COLUMNS = (("How widely", ("breadth",)), ("How deeply", ("contact", "depth")))


def show_facts(place: Place, place_set: PlaceSet) -> None:
    """Where it is, who lives there, how deprived it is, each with its date and source; its set where there is more than one."""
    st.markdown(" · ".join(list_facts(place)))
    if not place_set.is_alone:
        st.markdown(
            f"One of the {escape(say_places(place.kind, place_set))}: every figure here is in that set. "
            f"Other sets: {escape(', '.join(place_set.others))}."
        )


def list_facts(place: Place) -> list[str]:
    """What `show_facts` shows, in its order, escaped."""
    parts = [f"{place.kind.capitalize()} {escape(place.place_code)}"]
    if place.parent_name:
        parts.append(f"in {escape(place.parent_name)}")
    if place.population:
        parts.append(f"{place.population:,} residents ({escape(place.population_date or 'date not recorded')})")
    if place.households:
        parts.append(f"{place.households:,} households ({escape(place.households_date or 'date not recorded')})")
    if place.deprivation_decile is not None:
        source = f", {escape(place.deprivation_source)}" if place.deprivation_source else ""
        parts.append(
            f"deprivation decile {say_number(place.deprivation_decile)} (1 is the most deprived tenth{source})"
        )
    if place.area_km2:
        parts.append(f"{place.area_km2:,.1f} km²")
    if place.vintage:
        parts.append(f"boundary of {escape(place.vintage)}")
    return parts


def show_ways_on(place: Place, place_set: PlaceSet) -> None:
    """The same place on the other pages: on the map, in the register, beside other places."""
    of = name_in_address(place_set)
    with st.container(horizontal=True, gap="small", key="ways_on"):
        for page, label, icon, asked in (
            ("explore", "On the map", "map", {"kind": place.kind, "place": place.place_code, **of}),
            ("activities", "Its activities in the register", "list", {"within": place.place_code}),
            ("compare", "Beside other places", "compare_arrows", {"kind": place.kind, "sides": place.place_code, "where": place.place_code, **of}),
        ):  # fmt: skip
            st.page_link(f"pages/rooms/{page}.py", label=label, icon=f":material/{icon}:", query_params=asked)


def show_same_ground(place: Place, others: list[SameGround]) -> None:
    """The places of the other sets over the same ground, each a link: their records are theirs, and in none of the figures here."""
    for name, same in itertools.groupby(others, lambda one: one.set_name):
        shown = list(same)
        st.markdown(f"**The same ground in the {escape(KIND_PLURAL.get(place.kind, place.kind))} of {escape(name)}**")
        with st.container(horizontal=True, gap="small", key=f"same_ground_{name}"):
            for one in shown[:MOST_OF_SAME_GROUND]:
                share = "less than 1%" if one.share < 0.01 else f"{one.share:.0%}"
                st.page_link(
                    "pages/rooms/place.py",
                    label=f"{escape(one.name)} ({share} of this place)",
                    icon=":material/layers:",
                    query_params={"place": one.place_code, "set": name},
                )
            if len(shown) > MOST_OF_SAME_GROUND:
                st.markdown(f"and {len(shown) - MOST_OF_SAME_GROUND:,} more")


def show_figures(place: Place, figures: list[Figure]) -> None:
    """Breadth and depth beside each other, never added; measures with nothing recorded come last, in one line."""
    for column, (heading, families) in zip(st.columns(2, gap="large"), COLUMNS, strict=True):
        with column:
            st.subheader(heading, anchor=False)
            st.caption("; ".join(FAMILY_QUESTION[family] for family in families).capitalize())
            mine = [figure for figure in figures if figure.measure.family in families]
            for figure in [figure for figure in mine if figure.row.state not in BLANK]:
                show_figure(figure, place.kind)
            blank, elsewhere = list_blank(mine), list_elsewhere(mine)
            if elsewhere:
                st.caption(
                    f"Recorded in another set of places over this ground, and not in this one: {', '.join(elsewhere)}."
                )
            if blank:
                st.caption(f"Nothing recorded here: {', '.join(blank)}.")


def show_figure(figure: Figure, kind: str) -> None:
    """One number with what it counts, where, its rate and its like."""
    role = ROLE_LABEL.get(figure.role or "", "").capitalize()
    least = "at least " if figure.row.is_band else ""
    rate = f" · {least}{figure.row.rate_per_1000:.1f} per 1,000 residents" if figure.row.rate_per_1000 else ""
    what = say_noun(figure) if figure.row.state == VALUE else figure.measure.noun
    st.markdown(
        f"**{say_figure(figure)}** {what}{rate}  \n:small[{role}. {say_typical(figure, kind)}]",
        help=f"{figure.measure.definition} {figure.measure.null_means}",
    )


def show_origin(reader: Reader, place: Place, place_set: PlaceSet, figures: list[Figure], today: date) -> None:
    """Where one of the figures comes from: the file and the rows."""
    traceable = [figure for figure in figures if figure.row.state not in BLANK and figure.role]
    if not traceable:
        return
    with st.expander("Where each of these numbers comes from", key="origins", on_change="rerun") as panel:
        if not panel.open:
            return
        figure = st.selectbox(
            "Number",
            traceable,
            format_func=lambda one: f"{say_figure(one)} {say_noun(one)}, {ROLE_LABEL[one.role]}",
            key="origin",
        )
        traces = read_traces(
            reader.connection,
            measure=figure.measure.id,
            role=figure.role,
            kind=place.kind,
            place_code=place.place_code,
            place_set=place_set.name or None,
            today=today,
        )
        show_traces(traces, figure.measure, "origin_rows")


def show_activities(activities: list[ActivityLine], place: Place, today: date) -> None:
    """The activities of a place in time, then in words."""
    st.subheader(
        f"{say_count(len(activities), 'activities') if len(activities) != 1 else '1 activity'} recorded here",
        anchor=False,
    )
    if not activities:
        st.markdown(
            "No activity is recorded in this place. That is a gap in the record; it does not say nothing happened."
        )
        return
    dated = [activity for activity in activities if activity.start_date and activity.took_place is None]
    draw_timeline(dated[:TIMELINE_BARS], today)
    if len(dated) > TIMELINE_BARS:
        st.caption(
            f"The newest {TIMELINE_BARS} of {len(dated):,} dated activities are drawn; all of them are in the table."
        )
    st.dataframe(
        pd.DataFrame(
            {
                "Activity": [activity.title for activity in activities],
                "What it's called": [activity.called or "not recorded" for activity in activities],
                "Method": [activity.method or "not recorded" for activity in activities],
                "From": [activity.start_date for activity in activities],
                "To": [activity.end_date for activity in activities],
                "Now": [
                    LABEL.get(activity.took_place or "", WHEN_LABEL.get(activity.status or "", "not known"))
                    for activity in activities
                ],
                "Meetings": [activity.session_count or None for activity in activities],
                "Organisation": [activity.organisation or "not recorded" for activity in activities],
                "Layer": [", ".join(ROLE_LABEL[role] for role in activity.roles) for activity in activities],
                "In short": [activity.summary or "" for activity in activities],
            }
        ),
        hide_index=True,
        placeholder="–",
        key="activities",
        height=min(460, 35 * (len(activities) + 1) + 3),
        alt=f"{len(activities)} activities in {place.name}",
        column_config={
            "From": st.column_config.DateColumn(format="D MMM YYYY"),
            "To": st.column_config.DateColumn(format="D MMM YYYY"),
        },
    )
    offer_activity(activities)


def offer_activity(activities: list[ActivityLine]) -> None:
    """A way to the page of any of these activities."""
    titles = {activity.activity_id: activity.title for activity in activities}
    chosen = st.selectbox(
        "Open an activity",
        list(titles),
        index=None,
        format_func=titles.get,
        key="open_activity",
        placeholder="Choose one",
        width=420,
    )
    if chosen:
        st.page_link(
            "pages/rooms/activity.py",
            label=f"All of {escape(titles[chosen])}",
            icon=":material/arrow_forward:",
            query_params={"activity": chosen},
        )


def say_span(activity: ActivityLine) -> str:
    """When an activity ran, in words."""
    if activity.end_date and activity.end_date != activity.start_date:
        return f"{say_date(activity.start_date)} to {say_date(activity.end_date)}"
    if activity.end_date is None and activity.status == "live":
        return f"since {say_date(activity.start_date)}"
    return say_date(activity.start_date)


def draw_timeline(activities: list[ActivityLine], today: date) -> None:
    """A bar for each dated activity, newest at the top; planned, live, past and paused in equal-weight hues and in words.

    Titles stand above their bars, from the left edge: beside the bars they would leave a phone no room for them.
    """
    if not activities:
        return
    frame = timeline_rows(activities, today)
    shown = [word for word in TIMELINE_HUES if word in set(frame["now"])]
    scale = alt.Scale(domain=shown, range=[TIMELINE_HUES[word] for word in shown])
    rows = alt.Chart(frame).encode(y=alt.Y("row:O", title=None, axis=None))
    bars = rows.mark_bar(height=9, cornerRadius=2, yOffset=10).encode(
        x=alt.X("start:T", title=None, axis=alt.Axis(format="%b %Y", labelOverlap=True, grid=True, tickCount=8)),
        x2="end:T",
        color=alt.Color("now:N", title=None, scale=scale, legend=alt.Legend(orient="top")),
        tooltip=[alt.Tooltip("activity:N"), alt.Tooltip("when:N"), alt.Tooltip("now:N")],
    )
    ink = PAPER_ON_DARK if st.context.theme.type == "dark" else INK
    titles = rows.mark_text(align="left", baseline="bottom", dy=1, fontSize=12, limit=TITLE_PIXELS, color=ink).encode(
        x=alt.value(2), text="activity:N"
    )
    st.altair_chart((bars + titles).properties(height=alt.Step(34)), width="stretch", key="timeline")


def timeline_rows(activities: list[ActivityLine], today: date) -> pd.DataFrame:
    """One row for each dated activity, in their order: row, activity, start, end, now and when (in words).

    One with no end that is live lasts until today. Anything shorter than a week is drawn a week wide, to be seen at all.
    """
    rows = []
    for number, activity in enumerate(activities):
        last = activity.end_date or (today if activity.status == "live" else activity.start_date)
        drawn_days = max((last - activity.start_date).days + 1, 7)
        rows.append(
            {
                "row": number,
                "activity": activity.title[:70],
                "start": pd.Timestamp(activity.start_date),
                "end": pd.Timestamp(activity.start_date) + pd.Timedelta(days=drawn_days),
                "now": WHEN_LABEL.get(activity.status or "", "not known"),
                "when": say_span(activity),
            }
        )
    return pd.DataFrame(rows)


def show_neighbours(reader: Reader, place: Place, codes: list[str], tables: list[Table]) -> None:
    """This place and the places that share an edge with it, for comparison: the measures with anything recorded among them."""
    if not codes:
        return
    st.subheader("Beside its neighbours", anchor=False)
    wanted = [place.place_code, *codes]
    columns = {}
    for table in tables:
        rows = {row.place_code: row for row in table.rows}
        if any(code in rows and rows[code].value is not None for code in wanted):
            label = f"{table.measure.label} ({ROLE_LABEL.get(table.role or '', '')})"
            columns[label] = figure_column([rows.get(code) for code in wanted])
            columns["Place"] = [rows[code].place_name for code in wanted]
    if not columns:
        st.markdown("Nothing is recorded here or in the places around it.")
        return
    names = columns.pop("Place")
    names[0] += " (this place)"
    st.dataframe(
        pd.DataFrame({"Place": names, **columns}),
        hide_index=True,
        placeholder="–",
        key="neighbours",
        alt="Figures of this place and its neighbours",
        column_config={
            label: st.column_config.NumberColumn(format="localized")
            for label, cells in columns.items()
            if not isinstance(cells, list)
        },
    )
    st.caption("– is nothing recorded; 0 is a recorded none.")


def figure_column(rows: list[Row | None]):
    """The figures as a column that sorts as numbers, null where nothing is recorded; as words where any is hidden or a band."""
    if any(row is not None and (row.state == HIDDEN or row.is_band) for row in rows):
        return [say_cell(row) for row in rows]
    return pd.array([row.value if row else None for row in rows], "Float64")


def say_cell(row: Row | None) -> str | None:
    """A figure as a word of a column: “0 to 4”, “hidden for privacy”; 0 where none took place, None where nothing is recorded."""
    if row is None or row.state in BLANK:
        return None
    return say_state(row) if row.value is None else say_amount(row.value, row.top)
