"""The drawn parts of Compare: the scatter, the places side by side, who is missing, and change over time."""

from __future__ import annotations

from datetime import date

import altair as alt
import pandas as pd
import streamlit as st

from pages.ui.explaining import escape
from pages.ui.naming import link_to_rule, mark
from soundings.axis import MARGIN, Axis, make_axis
from soundings.comparing import Curve, Point, Scatter, Working, say_change, say_curve, say_scatter
from soundings.measures import FAMILY_QUESTION, Measure
from soundings.model import ROLE_LABEL
from soundings.palette import DAY, NAME_HUES, NIGHT
from soundings.queries import Table
from soundings.views import say_amount, say_number, say_state

NOT_RECORDED = "not recorded"
HEIGHT = 430
CURVE_HEIGHT = 360
YEAR_STEP = 26
LONGEST_LABEL = 40
NAMED = 2
LONGEST_ROW = 12  # squares of one name in one year
TOP, NO_MARGIN = 1.03, -0.02  # where the drawing ends: above, and below where there is no margin


def ink() -> str:
    """The theme's ink, for marks drawn in a chart."""
    return (NIGHT if st.context.theme.type == "dark" else DAY).ink


def quiet() -> str:
    return (NIGHT if st.context.theme.type == "dark" else DAY).quiet_ink


def family_ink(measure: Measure) -> str:
    """The strong step of a measure's family."""
    palette = NIGHT if st.context.theme.type == "dark" else DAY
    return palette.amber if measure.family == "breadth" else palette.fills(measure.family)[3]


def show_scatter(scatter: Scatter, plural: str, key: str) -> str | None:
    """Draws the scatter and its table; returns the id of a point chosen in either just now, or None."""
    st.markdown(escape(say_scatter(scatter, plural)))
    shown = [*scatter.drawn, *scatter.only_breadth, *scatter.only_depth]
    if not shown:
        st.info(
            f"No {scatter.breadth.plain_noun} and no {scatter.depth.plain_noun} are recorded here, so there is nothing to draw yet."
        )
        return None
    across = make_axis([point.breadth for point in shown if point.breadth is not None], scatter.is_breadth_log)
    up = make_axis([point.depth for point in shown if point.depth is not None], scatter.is_depth_log)
    event = st.altair_chart(
        draw_scatter(scatter, shown, across, up),
        width="stretch",
        key=f"{key}_chart",
        alt=f"{scatter.depth.label} against {scatter.breadth.label} of {len(shown)} {plural}, the same as the table below",
        on_select="rerun",
        selection_mode="pick",
    )
    st.caption(
        f"Each dot is one of the {plural}; dots on the same spot darken. Dashed: the middle value of what is recorded. "
        "In the grey margin: not recorded, which is not zero. "
        + ("Where a band is recorded the dot stands at the least it can be. " if any(p.is_band for p in shown) else "")
        + ("An axis by factors of ten keeps 0 apart at its foot." if across.is_log or up.is_log else "")
    )
    picked = (event.selection.get("pick") or [{}])[0].get("id") if event else None
    return show_points(scatter, plural, key) or picked


def draw_scatter(scatter: Scatter, shown: list[Point], across: Axis, up: Axis) -> alt.LayerChart:
    """The points on two axes of our own, so that “not recorded” has a margin and 0 a place on a logarithmic one."""
    frame = pd.DataFrame(
        {
            "id": [point.id for point in shown],
            "name": [point.name for point in shown],
            "x": [across.place(point.breadth) for point in shown],
            "y": [up.place(point.depth) for point in shown],
            "breadth": [say_or_not(point.breadth, point.breadth_top, scatter.breadth) for point in shown],
            "depth": [say_or_not(point.depth, point.depth_top, scatter.depth) for point in shown],
        }
    )
    frame["label"] = [point.name[:LONGEST_LABEL] if point.id in outermost(shown) else "" for point in shown]
    paper = (NIGHT if st.context.theme.type == "dark" else DAY).paper
    foot_x, foot_y = (
        MARGIN * 1.7 if any(missing) else NO_MARGIN for missing in (scatter.only_depth, scatter.only_breadth)
    )
    pick = alt.selection_point(name="pick", fields=["id"], on="click")
    x, y = (
        make(column, title=f"{measure.label} →", axis=make_ticks(axis), scale=alt.Scale(domain=[foot, TOP], nice=False))
        for make, column, measure, axis, foot in (
            (alt.X, "x:Q", scatter.breadth, across, foot_x), (alt.Y, "y:Q", scatter.depth, up, foot_y),
        )
    )  # fmt: skip
    tips = [
        alt.Tooltip("name:N", title=" "),
        alt.Tooltip("breadth:N", title=scatter.breadth.label),
        alt.Tooltip("depth:N", title=scatter.depth.label),
    ]
    points = (
        alt.Chart(frame)
        .mark_circle(size=95, color=ink(), stroke=paper, strokeWidth=1)
        .encode(x=x, y=y, opacity=alt.condition(pick, alt.value(0.72), alt.value(0.25)), tooltip=tips)
        .add_params(pick)
    )
    words = (
        alt.Chart(frame)
        .mark_text(align="right", dx=-8, dy=-8, color=ink(), fontSize=11)
        .encode(x=x, y=y, text="label:N")
    )
    edge = MARGIN / 2
    margin = pd.DataFrame(
        {"x": [foot_x] * 2, "x2": [max(edge, foot_x), TOP], "y": [foot_y] * 2, "y2": [TOP, max(edge, foot_y)]}
    )
    bands = alt.Chart(margin).mark_rect(color=quiet(), opacity=0.1).encode(x="x:Q", x2="x2:Q", y="y:Q", y2="y2:Q")
    rules = [
        alt.Chart(pd.DataFrame({"at": [axis.place(value)]})).mark_rule(color=family_ink(measure), strokeDash=[5, 4]).encode(**{side: "at:Q"})
        for side, axis, value, measure in (
            ("x", across, scatter.breadth_median, scatter.breadth), ("y", up, scatter.depth_median, scatter.depth),
        )
        if value is not None
    ]  # fmt: skip
    return alt.layer(bands, *rules, points, words).properties(height=HEIGHT)


def outermost(shown: list[Point]) -> set[str]:
    """Ids of the few points that stand furthest out either way: those are named in the drawing, all are in the table."""
    both = [point for point in shown if point.breadth is not None and point.depth is not None]
    return {
        point.id
        for side in ("breadth", "depth")
        for point in sorted(both, key=lambda point: getattr(point, side), reverse=True)[:NAMED]
    }


def make_ticks(axis: Axis) -> alt.Axis:
    """Ticks that say the values, and “not recorded” in the margin."""
    labels = {round(axis.place(value), 6): say_number(value) for value in axis.ticks()} | {MARGIN: NOT_RECORDED}
    cases = " : ".join(f"abs(datum.value - {at}) < 1e-5 ? '{text}'" for at, text in labels.items())
    return alt.Axis(
        values=list(labels),
        labelExpr=f"{cases} : ''",
        grid=True,
        gridOpacity=0.35,
        domain=False,
        labelColor=ink(),
        titleColor=ink(),
    )


def say_or_not(value: float | None, top: float | None, measure: Measure) -> str:
    if value is None:
        return NOT_RECORDED
    return f"{say_amount(value, top)} {measure.noun_one if value == 1 and top in (None, 1) else measure.noun}"


def show_points(scatter: Scatter, plural: str, key: str) -> str | None:
    """The scatter's table twin; returns the id of a row chosen just now."""
    with st.expander(
        f"The same as a table: {len(scatter.points):,} {plural}", key=f"{key}_panel", on_change="rerun"
    ) as panel:
        if not panel.open:
            return None
        columns = point_columns(scatter)
        event = st.dataframe(
            pd.DataFrame({"Name": [point.name for point in scatter.points]} | columns),
            hide_index=True, placeholder=NOT_RECORDED, key=f"{key}_rows", on_select="rerun", selection_mode="single-row",
            height=min(420, 35 * (len(scatter.points) + 1) + 3),
            alt=f"{scatter.breadth.label} and {scatter.depth.label} of {len(scatter.points)} {plural}",
            column_config={
                label: st.column_config.NumberColumn(format="localized") for label in columns
            },
        )  # fmt: skip
        rows = event.selection.rows
        return scatter.points[rows[0]].id if rows and rows[0] < len(scatter.points) else None


def point_columns(scatter: Scatter) -> dict[str, pd.Series]:
    """Both measures by the label of their column, each with what it is at most where any point is a band."""
    columns = {}
    for side, measure in (("breadth", scatter.breadth), ("depth", scatter.depth)):
        values, tops = ([getattr(point, name) for point in scatter.points] for name in (side, f"{side}_top"))
        columns[measure.label] = pd.array(values, dtype="Float64")
        if any(top not in (None, value) for value, top in zip(values, tops, strict=True)):
            columns[f"{measure.label}, at most"] = pd.array(tops, dtype="Float64")
    return columns


def show_places(tables: list[Table], codes: list[str], names: dict[str, str], ways: dict[str, list[Working]]) -> None:
    """Two or three places beside each other: what is recorded in each, and the names present, each of one weight."""
    for column, code in zip(st.columns(len(codes), gap="large"), codes, strict=True):
        with column:
            st.markdown(f"#### {escape(names[code])}")
            present = sorted({(one.name, one.rule_id) for one in ways[code]})
            st.markdown("Ways of working recorded here")
            with st.container(horizontal=True, gap="small"):
                for _, rule_id in present:
                    with st.container(width="content", gap=None):
                        st.markdown(mark(rule_id), width="content")
                        link_to_rule(rule_id, "Disagree?")
            if not present:
                st.markdown("Nothing recorded")
    lines: dict[str, list[str]] = {}
    for table in tables:
        rows = {row.place_code: row for row in table.rows}
        if any(code in rows and rows[code].value is not None for code in codes):
            label = f"{table.measure.label} ({ROLE_LABEL.get(table.role or '', '')})"
            lines[label] = [
                say_amount(rows[code].value, rows[code].top) if rows[code].value is not None else say_state(rows[code])
                for code in codes
            ]
    if not lines:
        st.markdown("Nothing is recorded in any of these places.")
        return
    st.dataframe(
        pd.DataFrame(
            {"Measure": list(lines), **{names[code]: [line[k] for line in lines.values()] for k, code in enumerate(codes)}}
        ),
        hide_index=True, key="beside_rows", alt="What is recorded in each of the chosen places",
        height=35 * (len(lines) + 1) + 3,  # whole: a row below a fold of its own is a row nobody sees on a wall
    )  # fmt: skip
    st.caption("Each row is a measure of its own. Nothing adds down a column.")


def show_curves(curves: list[Curve], plural: str) -> None:
    """The concentration curves with the line of an even spread, and the same in words."""
    frame = pd.DataFrame(
        [
            {"people": people, "figure": figure, "what": curve.measure.label}
            for curve in curves
            for people, figure in zip(curve.people, curve.figure, strict=True)
        ]
        + [{"people": at, "figure": at, "what": "Even spread"} for at in (0.0, 1.0)]
    )
    domain = [*(curve.measure.label for curve in curves), "Even spread"]
    colours = [*(family_ink(curve.measure) for curve in curves), quiet()]
    dashes = [[1, 0], [8, 3], [2, 4]] if len(curves) == 2 else [[1, 0], [2, 4]]  # noqa: PLR2004
    axis = alt.Axis(format="%", tickCount=5, labelColor=ink(), titleColor=ink())
    chart = (
        alt.Chart(frame)
        .mark_line(strokeWidth=2.5, point=alt.OverlayMarkDef(size=28))
        .encode(
            x=alt.X("people:Q", title="Residents, from the most deprived places on →", axis=axis),
            y=alt.Y("figure:Q", title="Share of what is recorded", axis=axis),
            color=alt.Color("what:N", title=None, scale=alt.Scale(domain=domain, range=colours), legend=alt.Legend(orient="top", direction="vertical", symbolType="stroke", labelColor=ink(), labelLimit=240)),
            strokeDash=alt.StrokeDash("what:N", scale=alt.Scale(domain=domain, range=dashes), legend=None),
            order="people:Q",
            tooltip=[alt.Tooltip("what:N", title=" "), alt.Tooltip("people:Q", format=".0%", title="Residents"), alt.Tooltip("figure:Q", format=".0%", title="Share")],
        )
        .properties(height=CURVE_HEIGHT)
    )  # fmt: skip
    st.altair_chart(
        chart,
        width="stretch",
        key="curves",
        alt=f"Concentration curves of {', '.join(domain[:-1])}; said in words below",
    )
    for curve in curves:
        st.markdown(f"- {escape(say_curve(curve, plural))}")
    st.caption(
        "A line above the dotted one: more is recorded where deprivation is greater than an even spread would give. A line below: less. "
        "It shows where records stand, not who was in the room, and a gap in the record looks like a gap in reach."
    )


def choose_step(most: int) -> int:
    """How many activities one square stands for, so that the longest row of squares still fits a page: 1, 2, 5, 10, 20 …"""
    step = 1
    while most > step * LONGEST_ROW:
        step *= 5 / 2 if str(step).startswith("2") else 2
        step = int(step)
    return step


def say_step(step: int) -> str:
    """What one square is, in words."""
    return (
        "One square for each activity" if step == 1 else f"One square for {step:,} activities or the last few of them,"
    )


def show_change(dated: list[Working], undated: int, today: date) -> None:
    """Each activity as a mark of one size in each year it ran, under the name its record fits now; and the change in words."""
    if not dated:
        st.markdown("No dated activity is recorded here.")
        return
    st.markdown(escape(say_change(dated, today)))
    frame = pd.DataFrame(
        {
            "year": [str(one.year) + (" (planned)" if one.year > today.year else "") for one in dated],
            "name": [one.name for one in dated],
            "activity": [one.title for one in dated],
            "rule": [one.rule_id for one in dated],
        }
    )
    whole = frame
    frame = frame.assign(place=frame.groupby(["year", "name"]).cumcount())
    step = choose_step(int(frame["place"].max()) + 1)
    frame = frame[frame["place"] % step == 0].assign(place=lambda rows: rows["place"] // step)
    rules = sorted({(one.name, one.rule_id) for one in dated})
    most = int(frame["place"].max()) + 1
    chart = (
        alt.Chart(frame)
        .mark_square(size=85, opacity=1)
        .encode(
            x=alt.X("place:Q", title=None, axis=None, scale=alt.Scale(domain=[-1, max(most, 6)])),
            y=alt.Y("name:N", sort="ascending", title=None, axis=alt.Axis(labelLimit=180, labelColor=ink(), domain=False, ticks=False)),
            color=alt.Color("name:N", legend=None, scale=alt.Scale(domain=[name for name, _ in rules], range=[NAME_HUES[rule] for _, rule in rules])),
            tooltip=[alt.Tooltip("activity:N"), alt.Tooltip("name:N", title="What's recorded"), alt.Tooltip("year:N")],
        )
        .properties(width=max(90, 11 * max(most, 6)), height=alt.Step(YEAR_STEP))
        .facet(column=alt.Column("year:N", title=None, header=alt.Header(labelColor=ink(), labelFontWeight="bold")))
    )  # fmt: skip
    st.container(key="change_box").altair_chart(
        chart, key="change", width="content", alt=f"{len(frame)} marks by year and name, the same as the table below"
    )
    st.caption(
        f"{say_step(step)} in each year it ran; names in alphabetical order, none above another. The name is what the "
        "record fits today." + (f" {undated:,} without any date are left out." if undated else "")
    )
    with st.expander("The same as a table"):
        st.dataframe(
            whole[["year", "activity", "name"]].rename(columns={"year": "Year", "activity": "Activity", "name": "What's recorded"}),
            hide_index=True, key="change_rows", alt=f"{len(whole)} lines: year, activity, name",
        )  # fmt: skip


def say_family(measure: Measure) -> str:
    """“Responses: where people were asked”."""
    return f"{measure.label}: {FAMILY_QUESTION[measure.family]}"
