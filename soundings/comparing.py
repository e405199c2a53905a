"""Breadth set against depth: places or activities in a scatter, who is missing, and how ways of working changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

import duckdb

from soundings.filters import EVERYTHING, Filters
from soundings.measures import Measure, find_measure
from soundings.model import SoundingsError
from soundings.place_sets import PlaceSet, find_set
from soundings.queries import Table
from soundings.standing import records_sql
from soundings.views import say_number

LOG_SPAN = 30  # from here on, largest over smallest, an axis is easier to read on a logarithmic scale
FIFTH = 0.2


@dataclass(frozen=True)
class Point:
    """One place or activity: its breadth and its depth. None is nothing recorded, which belongs in the margin, not at 0.

    Where a source gives bands the tops are of their highest figures, and breadth and depth of their lowest.
    """

    id: str
    name: str
    breadth: float | None
    depth: float | None
    breadth_top: float | None = None
    depth_top: float | None = None

    @property
    def is_band(self) -> bool:
        return self.breadth_top not in (None, self.breadth) or self.depth_top not in (None, self.depth)


@dataclass(frozen=True)
class Scatter:
    """Points with the middle values (medians) of what is recorded, and whether an axis is better read by factors of ten."""

    breadth: Measure
    depth: Measure
    points: tuple[Point, ...]
    breadth_median: float | None
    depth_median: float | None
    is_breadth_log: bool
    is_depth_log: bool

    @property
    def drawn(self) -> list[Point]:
        return [point for point in self.points if point.breadth is not None and point.depth is not None]

    @property
    def only_breadth(self) -> list[Point]:
        return [point for point in self.points if point.breadth is not None and point.depth is None]

    @property
    def only_depth(self) -> list[Point]:
        return [point for point in self.points if point.breadth is None and point.depth is not None]

    @property
    def neither(self) -> list[Point]:
        return [point for point in self.points if point.breadth is None and point.depth is None]


def scatter_places(breadth: Table, depth: Table) -> Scatter:
    """Places of one set by two tables. Raises SoundingsError where they are not one breadth and one other measure of one set."""
    if (breadth.kind, breadth.place_set) != (depth.kind, depth.place_set):
        raise SoundingsError(
            "Two sets of places over the same ground cannot be compared: both figures have to be of one set."
        )
    deep = {row.place_code: (row.value, row.top) for row in depth.rows}
    points = [
        make_point(row.place_code, row.place_name, (row.value, row.top), deep.get(row.place_code))
        for row in breadth.rows
    ]
    return make_scatter(breadth.measure, depth.measure, points)


def make_point(id_: str, name: str, breadth: tuple | None, depth: tuple | None) -> Point:
    """A point from (figure, top) of either measure; None where nothing is recorded."""
    wide, deep = breadth or (None, None), depth or (None, None)
    return Point(id_, name, wide[0], deep[0], wide[1], deep[1])


def scatter_activities(
    connection: duckdb.DuckDBPyConnection,
    breadth: str,
    depth: str,
    *,
    breadth_role: str | None = None,
    depth_role: str | None = None,
    filters: Filters = EVERYTHING,
    today: date,
) -> Scatter:
    """Activities with either measure recorded, whatever place they have; a figure is the activity's own, over its records.

    A role takes only the records that stand in it: where people live and where it happened are never added together.
    """
    found = [
        read_activity_figures(connection, name, role=role, filters=filters, today=today)
        for name, role in ((breadth, breadth_role), (depth, depth_role))
    ]
    names = {activity_id: title for figures in found for activity_id, (title, *_) in figures.items()}
    points = [
        make_point(activity_id, title, *(figures.get(activity_id, (title, None, None))[1:] for figures in found))
        for activity_id, title in sorted(names.items(), key=lambda item: (item[1].casefold(), item[0]))
    ]
    return make_scatter(find_measure(breadth), find_measure(depth), points)


def make_scatter(breadth: Measure, depth: Measure, points: Sequence[Point]) -> Scatter:
    """Points with their medians and scales. Raises SoundingsError where both measures are of one family."""
    if breadth.family != "breadth" or depth.family == "breadth":
        raise SoundingsError(
            f"{breadth.label} cannot be set against {depth.label}: it takes one breadth measure, and one of depth or contact."
        )
    wide, deep = (
        [getattr(point, side) for point in points if getattr(point, side) is not None] for side in ("breadth", "depth")
    )
    return Scatter(
        breadth, depth, tuple(points), median(wide) if wide else None, median(deep) if deep else None,
        is_wide_span(wide), is_wide_span(deep),
    )  # fmt: skip


def is_wide_span(values: list[float]) -> bool:
    """Whether the largest value is so many times the smallest above 0 that an even scale would press the rest together."""
    above = [value for value in values if value > 0]
    return bool(above) and max(above) / min(above) >= LOG_SPAN


def read_activity_figures(
    connection: duckdb.DuckDBPyConnection,
    measure: str,
    *,
    role: str | None = None,
    filters: Filters = EVERYTHING,
    today: date,
) -> dict[str, tuple[str, float, float]]:
    """Activity id → (title, figure, top) for every activity that the measure is recorded for in a role; None is any role.

    A record with no place at all is in no role; it is an activity's own all the same, and counts in whichever is asked for.
    """
    aggregate = find_measure(measure).aggregate
    found = connection.execute(
        f"""{records_sql()}
        select
            r.activity_id,
            any_value(coalesce(a.title, r.activity_id)),
            {aggregate}(r.value),
            {aggregate}(coalesce(r.top, r.value))
        from record r
        left join activity_now a using (activity_id)
        where r.value is not null and {filters.where()}
        and (
            $role is null
            or r.record_id in (select record_id from record_place where role = $role)
            or r.record_id not in (select record_id from record_place)
        )
        group by r.activity_id
        """,  # noqa: S608 — only SQL of this package; every value is bound
        {"measure": measure, "role": role, **filters.bindings(today)},
    ).fetchall()
    return {activity_id: (title, value, top) for activity_id, title, value, top in found}


def say_figure(value: float, measure: Measure) -> str:
    """A figure with its noun: “1 continuing group”, “396 responses”."""
    return f"{say_number(value)} {measure.noun_one if value == 1 else measure.noun}"


def say_scatter(scatter: Scatter, plural: str) -> str:
    """What the scatter shows, in sentences: how many are drawn, how many are not recorded, and the medians."""
    breadth, depth = scatter.breadth, scatter.depth
    parts = [
        f"{len(scatter.drawn):,} of {len(scatter.points):,} {plural} have both {breadth.plain_noun} and {depth.plain_noun} recorded.",
    ]
    missing = {
        f"Only {breadth.plain_noun}": scatter.only_breadth,
        f"Only {depth.plain_noun}": scatter.only_depth,
        "Neither": scatter.neither,
    }
    lacking = [f"{words}: {len(points):,}." for words, points in missing.items() if points]
    if lacking:
        parts.append(f"{' '.join(lacking)} They stand in the margin or the table, not at zero.")
    if scatter.breadth_median is not None and scatter.depth_median is not None:
        parts.append(
            f"In the middle, of those recorded: {say_figure(scatter.breadth_median, breadth)}; "
            f"{say_figure(scatter.depth_median, depth)}."
        )
    return " ".join(parts)


# ---- Who is missing -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Residents:
    """A place's residents and how deprived it is (decile 1 is the most deprived tenth)."""

    place_code: str
    population: int
    decile: float


@dataclass(frozen=True)
class Curve:
    """A concentration curve: residents from the most deprived places on, and the share of a figure that stands where they live.

    Both shares run from 0 to 1 and start at (0, 0). Places where the figure is not recorded are left out of both and counted
    in `unrecorded`. After Wagstaff, Paci and van Doorslaer, “On the measurement of inequalities in health”, Social Science &
    Medicine 33(5), 1991.
    """

    measure: Measure
    people: tuple[float, ...]
    figure: tuple[float, ...]
    places: int
    unrecorded: int

    def share_at(self, people: float) -> float:
        """The share of the figure at a share of residents, along straight lines between places."""
        for k in range(1, len(self.people)):
            if self.people[k] >= people:
                before, after = self.people[k - 1], self.people[k]
                along = (people - before) / (after - before) if after > before else 1.0
                return self.figure[k - 1] + along * (self.figure[k] - self.figure[k - 1])
        return 1.0


def read_residents(
    connection: duckdb.DuckDBPyConnection, kind: str, parent: str | None = None, place_set: str | None = None
) -> list[Residents]:
    """Residents and deprivation of every place of one set of a kind (None: the newest) that has both; others cannot be put in order."""
    found = connection.execute(
        """
        select place_code, population, deprivation_decile
        from place_in_set
        where kind = $kind and place_set = $place_set and ($parent is null or parent_code = $parent)
        and population > 0 and deprivation_decile is not null
        order by deprivation_decile, place_code
        """,
        {"kind": kind, "parent": parent, "place_set": find_set(connection, kind, place_set).key},
    ).fetchall()
    return [Residents(*row) for row in found]


def draw_curve(table: Table, residents: list[Residents]) -> Curve | None:
    """The curve of a summed measure over these places; None where nothing above 0 is recorded, or it is no sum.

    Places of one decile are taken together, so that their order among themselves says nothing.
    """
    if table.measure.aggregate != "sum":
        return None
    values = {row.place_code: row.value for row in table.rows}
    known = [one for one in residents if values.get(one.place_code) is not None]
    total_people = sum(one.population for one in known)
    total = sum(values[one.place_code] for one in known)
    if not total or not total_people:
        return None
    people, figure = [0.0], [0.0]
    for decile in sorted({one.decile for one in known}):
        group = [one for one in known if one.decile == decile]
        people.append(people[-1] + sum(one.population for one in group) / total_people)
        figure.append(figure[-1] + sum(values[one.place_code] for one in group) / total)
    return Curve(table.measure, tuple(people), tuple(figure), len(known), len(table.rows) - len(known))


def say_curve(curve: Curve, plural: str) -> str:
    """The curve in words: what stands where the most and the least deprived fifth of residents live."""
    most, least = curve.share_at(FIFTH), 1 - curve.share_at(1 - FIFTH)
    left_out = (
        f" Left out: {curve.unrecorded:,} of {curve.unrecorded + curve.places:,} {plural}, with nothing recorded, or with no "
        "residents or deprivation on file."
        if curve.unrecorded
        else ""
    )
    return (
        f"{curve.measure.label}: the fifth of residents in the most deprived {plural} has {most:.0%} of what is recorded; "
        f"the fifth in the least deprived has {least:.0%}. An even spread would be 20% each.{left_out}"
    )


# ---- Change over time -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Working:
    """One activity in a year of a place, with the name its record fits now."""

    year: int
    activity_id: str
    title: str
    rule_id: str
    name: str


def read_ways_of_working(
    connection: duckdb.DuckDBPyConnection, place_code: str | None, *, today: date, place_set: PlaceSet | None = None
) -> tuple[list[Working], int]:
    """(one line for each year that each dated activity of a place ran, by year, name and title; how many have no date).

    `place_set`: the set that the place is of, None for any. With no place: of the whole register. An activity with no end that is under way runs to this year.
    """
    found = connection.execute(
        """
        with here as (
            select location_id from location_place where place_code = $place and ($key is null or place_set = $key)
        ),
        touched as (
            select activity_id from activity_place where location_id in (select location_id from here)
            union
            select activity_id from count_held where location_id in (select location_id from here)
            union
            select s.activity_id from session_held s join session_place sp using (session_id)
            where sp.location_id in (select location_id from here)
        ),
        met as (select activity_id, min(start_date) as first, max(start_date) as last from session_held group by activity_id),
        span as (
            select
                a.activity_id, a.title, c.rule_id, c.name,
                coalesce(a.start_date, m.first) as first,
                least(greatest(
                    coalesce(a.end_date, m.last, a.start_date),
                    case
                        when a.end_date is null and (a.record_status = 'live' or a.time_pattern = 'continuing')
                        and coalesce(a.record_status, '') not in ('past', 'paused') then $today
                    end
                ), greatest($today, coalesce(a.start_date, m.first))) as last
            from activity_now a
            join classification_now c using (activity_id)
            left join met m using (activity_id)
            where ($place is null or a.activity_id in (select activity_id from touched))
            and a.activity_id not in (select activity_id from activity_unheld)
        )
        select unnest(coalesce(range(year(first), year(last) + 1), [null])) as year, activity_id, title, rule_id, name
        from span
        order by year, name, title, activity_id
        """,
        {"place": place_code, "today": today, "key": place_set.key if place_set else None},
    ).fetchall()
    dated = [Working(*row) for row in found if row[0] is not None]
    return dated, sum(row[0] is None for row in found)


def say_change(dated: list[Working], today: date) -> str:
    """How ways of working changed between the first and the last year with anything recorded: names that came and went.

    What is planned for later years is left out of the comparison.
    """
    years = sorted({one.year for one in dated if one.year <= today.year})
    if len(years) < 2:
        return "There is too little recorded over time to say how ways of working changed."
    names = {year: {one.name for one in dated if one.year == year} for year in (years[0], years[-1])}
    came, went = sorted(names[years[-1]] - names[years[0]]), sorted(names[years[0]] - names[years[-1]])
    parts = []
    if came:
        parts.append(f"recorded in {years[-1]} and not in {years[0]}: {', '.join(came)}")
    if went:
        parts.append(f"recorded in {years[0]} and not in {years[-1]}: {', '.join(went)}")
    text = "; ".join(parts) or f"the same names are recorded in {years[0]} and in {years[-1]}"
    return f"{text[0].upper()}{text[1:]}. A name that is absent may be a gap in the record."
