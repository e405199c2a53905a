"""Figures by place: the rows that the table shows, the map draws and the command line prints."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from math import inf
from typing import NamedTuple

import duckdb

from soundings.filters import EVERYTHING, LASTING, Filters
from soundings.measures import MEETING_TOTALS, Measure, find_measure, read_measures
from soundings.model import (
    IN_ANOTHER_SET,
    NONE_TOOK_PLACE,
    NOTHING_RECORDED,
    PLACE_KINDS,
    ROLE_LABEL,
    ROLES,
    VALUE,
    SoundingsError,
)
from soundings.place_sets import PlaceSet, find_set
from soundings.standing import bind, fetch_standing, records_sql


class Row(NamedTuple):
    """One place's figure. `value` is None where nothing is recorded, and where all that is did not take place; `rate_per_1000` is per 1,000 residents;
    `coverage` is located records ÷ all records of this measure, role and filter (the same on every row). Where a source gives
    bands `value` is of their lowest figures and `top` of their highest, infinity where one has no top; None says the same as `value`.

    A tuple, because a click makes thousands: a frozen dataclass takes seven times as long to make.
    """

    place_code: str
    place_name: str
    value: float | None
    denominator: int | None
    rate_per_1000: float | None
    coverage: float | None
    state: str
    top: float | None = None

    @property
    def is_band(self) -> bool:
        return self.top is not None and self.top != self.value

    @property
    def known_top(self) -> float:
        """The most it can be, to draw by; of a band without a top its least, or 1 where that is 0."""
        return max(self.value or 0.0, 1.0) if self.top is None or self.top == inf else self.top

    @property
    def is_small(self) -> bool:
        """Whether more than none is recorded, though the value is 0: “fewer than 5” is not nobody."""
        return self.state == VALUE and not self.value


COLUMNS = Row._fields[:7]  # what the table prints


@dataclass(frozen=True)
class Located:
    """Where the records of a figure stand. A record is one row of a source. `here`: in a place of the kind and set asked for.

    `other_sets`: in a place of the kind, and only in other sets than the one asked for.
    """

    here: int
    larger: int
    outside: int
    unlocated: int
    not_tied: int
    undated: int
    other_sets: int = 0

    @property
    def total(self) -> int:
        return self.here + self.other_sets + self.larger + self.outside + self.unlocated + self.not_tied

    @property
    def coverage(self) -> float | None:
        return self.here / self.total if self.total else None


@dataclass(frozen=True)
class Recorded:
    """For how many activities that the filters show a measure is recorded: a figure, a 0 included.

    `of`: those that the register lists, and those with a record of their own that passes (a change made after the end, say).
    """

    activities: int
    of: int


@dataclass(frozen=True)
class GivenTotals:
    """What files give as totals of meetings: `told` by them (of bands the least), and how many meetings that are recorded one
    by one are among these and count by themselves."""

    told: float
    meetings: int


@dataclass(frozen=True)
class Table:
    """The rows of one measure in one role, with where its records stand and the total, in which each record counts once.

    `place_set`: the one set of places of the kind that every row is of. `totals`: of a measure of contact, where files give some.
    """

    measure: Measure
    kind: str
    role: str | None
    rows: list[Row]
    located: Located
    total: float | None
    recorded: Recorded = Recorded(0, 0)
    filters: Filters = EVERYTHING
    place_set: PlaceSet | None = None
    totals: GivenTotals | None = None


def read_roles(
    connection: duckdb.DuckDBPyConnection, measure: str, *, filters: Filters = EVERYTHING, today: date
) -> dict[str, int]:
    """How many records of a measure stand in each role, most first. Where none took place, the roles of what did not, with 0."""
    rows = fetch_standing(
        connection,
        f"""
        select r.role, sum(r.source_row_count)::bigint as records
        from standing r
        left join known a using (activity_id)
        where r.role is not null and {filters.where()}
        group by r.role
        order by records desc, r.role
        """,  # noqa: S608 — only SQL of this package; every value is bound
        filters.bindings(today),
        measure=measure,
        source=filters.source,
    )
    if not rows:
        rows = fetch_standing(
            connection,
            f"""
            select r.role, 0
            from unheld r
            left join known a using (activity_id)
            where r.took_place <> 'yes' and {filters.where()}
            group by r.role
            order by count(*) desc, r.role
            """,  # noqa: S608 — as above
            filters.bindings(today),
            measure=measure,
            source=filters.source,
        )
    return dict(rows)


def read_every_role(connection: duckdb.DuckDBPyConnection, *, today: date) -> dict[str, dict[str, int]]:
    """`read_roles` of every measure, by id, with nothing narrowed."""
    return {measure: read_roles(connection, measure, today=today) for measure in read_measures()}


def read_table(
    connection: duckdb.DuckDBPyConnection,
    *,
    measure: str,
    kind: str,
    role: str | None = None,
    parent: str | None = None,
    source: str | None = None,
    filters: Filters = EVERYTHING,
    today: date | None = None,
    place_set: str | None = None,
) -> Table:
    """One row for every place of `kind` in one set (inside `parent`, where given), by name, nothing left out.

    `place_set`: the set's name; None for the newest. Raises SoundingsError for an unknown measure, kind, set, role, source or parent, and where the measure has records in more than
    one role and none was chosen.
    """
    today = today or date.today()
    chosen = find_measure(measure)
    if source is not None:
        filters = Filters(**{**asdict(filters), "source": source})
    check_kind(connection, kind)
    check_source(connection, filters.source)
    check_parent(connection, parent)
    role = choose_role(connection, chosen, role, filters, today)
    shown = find_set(connection, kind, place_set)
    bindings = {**bind_set(shown), "measure": measure, "role": role, **filters.bindings(today)}
    located, total = read_located(connection, chosen, bindings, filters)
    figures = read_figures(connection, chosen, bindings, filters, parent)
    rows = make_rows(chosen, located.coverage, figures)
    if located.other_sets:
        rows = mark_other_sets(connection, rows, bindings, filters)
    recorded = read_recorded(connection, chosen, bindings, filters)
    totals = read_given_totals(connection, chosen, bindings, filters)
    return Table(chosen, kind, role, rows, located, total, recorded, filters, shown, totals)


def read_rows(
    connection: duckdb.DuckDBPyConnection,
    *,
    measure: str,
    kind: str,
    role: str | None,
    filters: Filters,
    today: date,
    place_set: str | None = None,
) -> list[Row]:
    """The rows of `read_table` without their coverage: half the work where nothing is said of it."""
    shown = find_set(connection, kind, place_set)
    bindings = {**bind_set(shown), "measure": measure, "role": role, **filters.bindings(today)}
    chosen = find_measure(measure)
    return make_rows(chosen, None, read_figures(connection, chosen, bindings, filters, None))


def bind_set(place_set: PlaceSet) -> dict[str, str]:
    """What the SQL of a figure binds of the set that it is in. `layer` names kind and set as standing_shared.sql does."""
    kind, key = place_set.kind, place_set.key
    return {"kind": kind, "place_set": key, "layer": f"{kind}/{key}", "layers": f"{kind}/"}


def make_rows(measure: Measure, coverage: float | None, figures: list[tuple]) -> list[Row]:
    """The table's rows from what `read_figures` gives; a value of None is nothing recorded, or that none of it took place.

    None took place where a 0 is recorded and nothing more: neither a higher figure nor a band that reaches above 0.
    """
    has_rate = measure.denominator == "population"
    coverage = None if coverage is None else round(coverage, 4)
    rows = []
    for code, name, population, value, top, most, is_none in figures:
        denominator = population if has_rate else None
        if value is None:
            state = NONE_TOOK_PLACE if is_none else NOTHING_RECORDED
            rows.append(Row(code, name, None, denominator, None, coverage, state))
            continue
        rate = round(value / denominator * 1000, 4) if denominator else None
        rows.append(Row(code, name, value, denominator, rate, coverage, VALUE if most else NONE_TOOK_PLACE, top))
    return rows


def mark_other_sets(connection, rows: list[Row], bindings: dict, filters: Filters) -> list[Row]:
    """The rows, of which those without a figure say so where a place of another set lies over them that has such records.

    Only of records that stand in another set alone: those that stand in this set as well are in its figures already.
    """
    from soundings.overlap import measure_overlap  # reads shapes, which few figures need

    sql = f"""{records_sql()},
        there as (
            select distinct lp.place_code, lp.place_set
            from record r
            join record_place rp using (record_id)
            join location_place lp on lp.location_id = rp.location_id and lp.kind = $kind
            left join activity_now a on a.activity_id = r.activity_id
            where rp.role = $role and r.value is not null and {filters.where()}
            and r.record_id not in (
                select here.record_id
                from record_place here
                join location_place l on l.location_id = here.location_id
                where here.role = $role and l.kind = $kind and l.place_set = $place_set
            )
        )
        select p.geometry, p.place_code
        from place_in_set p
        join there using (place_code, place_set)
        where p.kind = $kind
    """  # noqa: S608
    there = connection.execute(sql, bind(sql, {**bindings, "source": filters.source})).fetchall()
    blank = [row.place_code for row in rows if row.value is None]
    here = connection.execute(
        "select geometry, place_code from place_in_set where kind = $1 and place_set = $2 and place_code in (select unnest($3))",
        [bindings["kind"], bindings["place_set"], blank],
    ).fetchall()
    if not there or not here:
        return rows
    overlap = measure_overlap(*zip(*here, strict=True), *zip(*there, strict=True))
    covered = {here[at][1] for at in overlap.new.tolist()}
    return [row._replace(state=IN_ANOTHER_SET) if row.place_code in covered else row for row in rows]


def read_figures(connection, measure: Measure, bindings: dict, filters: Filters, parent: str | None) -> list[tuple]:
    """(place_code, name, population, value, top, most, did none take place) for each place of the kind, in order of name.

    `value` of the lowest figures and `top` of the highest, where a source gives bands; `most`: the highest of any one record.
    None took place where something is recorded, and it was cancelled or postponed or is still to come.
    """
    return fetch_standing(
        connection,
        f"""
        inside as (
            select cast($parent as varchar) as place_code
            union
            select p.place_code from area p join inside i on p.parent_code = i.place_code
        ),
        none_took_place as (
            select r.place_code
            from unheld r
            left join known a using (activity_id)
            where r.role = $role and r.kind = $kind and r.place_set = $place_set and {filters.where()}
            group by r.place_code
            having bool_and(
                r.took_place in ('cancelled', 'postponed') or (r.took_place = 'planned' and coalesce(r.start_date > $today, false))
            )
        ),
        figure as (
            select
                r.place_code,
                {measure.aggregate}(r.value) as value,
                {measure.aggregate}(r.top) as top,
                max(r.top) as most
            from stood r
            left join known a using (activity_id)
            where r.role = $role and r.kind = $kind and r.place_set = $place_set and {filters.where()}
            group by r.place_code
        )
        select p.place_code, p.name, p.population, f.value, f.top, f.most, n.place_code is not null
        from area p
        left join figure f using (place_code)
        left join none_took_place n using (place_code)
        where p.kind = $kind and p.place_set = $place_set and ($parent is null or p.place_code in (select place_code from inside))
        order by p.name, p.place_code
        """,  # noqa: S608
        {**bindings, "parent": parent},
        measure=measure.id,
        source=filters.source,
    )


def read_located(connection, measure: Measure, bindings: dict, filters: Filters) -> tuple[Located, float | None]:
    """Where the records of a figure stand, and the measure's total with each record once."""
    aggregate = {"sum": "sum(value)", "median": "median(value)"}[measure.aggregate]
    undated = Filters(**{**asdict(filters), "period_start": None, "period_end": None})
    ((here, other_sets, larger, outside, not_tied, unlocated, total, without_date),) = fetch_standing(
        connection,
        f"""
        asked as (
            select
                r.value,
                r.source_row_count as n,
                r.start_date is null and r.end_date is null as is_undated,
                {filters.where()} as is_asked,
                coalesce(list_contains(r.layers, $layer), false) as is_here,
                coalesce(list_bool_or(list_transform(r.layers, lambda layer: starts_with(layer, $layers))), false) as is_of_kind,
                r.is_located,
                r.is_outside,
                r.is_not_tied
            from standing r
            left join known a using (activity_id)
            where r.role = $role and {undated.where().replace("$period", "$no_period")}
        )
        select
            coalesce(sum(n) filter (is_asked and is_here), 0)::bigint,
            coalesce(sum(n) filter (is_asked and not is_here and is_of_kind), 0)::bigint,
            coalesce(sum(n) filter (is_asked and not is_here and not is_of_kind and is_located), 0)::bigint,
            coalesce(sum(n) filter (is_asked and not is_here and not is_located and is_outside), 0)::bigint,
            coalesce(sum(n) filter (is_asked and not is_here and not is_located and not is_outside and is_not_tied), 0)::bigint,
            coalesce(sum(n) filter (
                is_asked and not is_here and not is_located and not is_outside and not is_not_tied
            ), 0)::bigint,
            {aggregate} filter (is_asked),
            coalesce(sum(n) filter (not coalesce(is_asked, false) and is_undated), 0)::bigint
        from asked
        """,  # noqa: S608
        {**bindings, "no_period_start": None, "no_period_end": None},
        measure=measure.id,
        source=filters.source,
    )
    return Located(here, larger, outside, unlocated, not_tied, without_date, other_sets), total


def read_recorded(connection, measure: Measure, bindings: dict, filters: Filters) -> Recorded:
    """For how many activities a record passes the filters, wherever it stands, of these and those that the register lists.

    Of two activities that hold the same sessions one counts.
    """
    ((count, of),) = fetch_standing(
        connection,
        f"""
        recorded as (
            select distinct r.activity_id
            from standing r
            join known a using (activity_id)
            where {filters.where()}
        ),
        listed as (
            select a.activity_id
            from known a
            join ({LASTING}) r using (activity_id)
            where ($source is null or a.source_id = $source) and not a.is_repeated and a.is_held and {filters.where()}
        )
        select (select count(*) from recorded), (select count(*) from (from recorded union from listed))
        """,  # noqa: S608
        bindings,
        measure=measure.id,
        source=filters.source,
    )
    return Recorded(count, of)


def read_given_totals(connection, measure: Measure, bindings: dict, filters: Filters) -> GivenTotals | None:
    """What files give as totals of a measure in a role, wherever it stands; None where none do."""
    if measure.id not in MEETING_TOTALS:
        return None
    ((count, told, meetings),) = fetch_standing(
        connection,
        f"""
        select count(r.told), coalesce(sum(r.told), 0), coalesce(sum(r.held_count), 0)::bigint
        from standing r
        left join known a using (activity_id)
        where r.role = $role and {filters.where()}
        """,  # noqa: S608 — only SQL of this package; every value is bound
        bindings,
        measure=measure.id,
        source=filters.source,
    )
    return GivenTotals(told, meetings) if count else None


def choose_role(connection, measure: Measure, role: str | None, filters: Filters, today: date) -> str | None:
    """The role asked for, or the only one there is. Raises SoundingsError listing them where there are several."""
    if role is not None:
        if role not in ROLES:
            raise SoundingsError(f"There is no role “{role}”. A role is one of: {', '.join(ROLES)}.")
        return role
    roles = read_roles(connection, measure.id, filters=Filters(source=filters.source), today=today)
    if sum(count > 0 for count in roles.values()) > 1:
        found = ", ".join(f"{name} ({ROLE_LABEL[name]}: {count:,} records)" for name, count in roles.items())
        raise SoundingsError(
            f"The measure “{measure.id}” has records in more than one role: {found}. "
            "Where people live and where it happened are never mixed: choose one with --role."
        )
    return next(iter(roles), None)


def check_kind(connection, kind: str) -> None:
    """Raises SoundingsError where no place of this kind is loaded."""
    kinds = [row[0] for row in connection.execute("select distinct kind from place").fetchall()]
    if kind not in kinds:
        ordered = sorted(kinds, key=lambda name: (PLACE_KINDS.index(name) if name in PLACE_KINDS else 99, name))
        loaded = f"Loaded kinds: {', '.join(ordered)}." if kinds else "No places are loaded yet."
        raise SoundingsError(
            f"No place of kind “{kind}” is loaded. {loaded} Add boundaries with: soundings places add FILE --kind {kind}"
        )


def check_source(connection, source: str | None) -> None:
    """Raises SoundingsError where nothing from this source is loaded."""
    if source is None:
        return
    sources = [
        row[0]
        for row in connection.execute(
            "select distinct source_id from batch where kind = 'records' order by 1"
        ).fetchall()
    ]
    if source not in sources:
        raise SoundingsError(
            f"Nothing from the source “{source}” is loaded. Loaded sources: {', '.join(sources) or 'none yet'}."
        )


def check_parent(connection, parent: str | None) -> None:
    """Raises SoundingsError where this place is not loaded and is nobody's parent."""
    if parent is None:
        return
    known = connection.execute(
        "select count(*) from place where place_code = $1 or parent_code = $1", [parent]
    ).fetchone()[0]
    if not known:
        raise SoundingsError(
            f"No loaded place has the code “{parent}”, and none stands inside it. Codes are matched exactly."
        )
