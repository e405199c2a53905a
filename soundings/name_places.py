"""Which names are present in each place: every name once, however many activities have it, because names are not counted up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from soundings.filters import EVERYTHING, LASTING, Filters
from soundings.model import ROLE_LABEL
from soundings.place_sets import PlaceSet, find_set
from soundings.rubric import read_rubric
from soundings.standing import fetch_standing
from soundings.views import say_places

# Where each activity stands in each role, and which are asked for: those that the register lists, each once.
STANDS_AT = """
    stands_at as (
        select activity_id, role, location_id from activity_place
        union
        select activity_id, role, location_id from count_held
        union
        select s.activity_id, w.role, w.location_id from session_held s join session_where w using (session_id)
    ),
    asked as (
        select a.activity_id, c.rule_id
        from known a
        join classification_now c using (activity_id)
        join ({lasting}) r using (activity_id)
        where ($source is null or a.source_id = $source) and not a.is_repeated and a.is_held and {where}
    )
"""


@dataclass(frozen=True)
class NamesHere:
    """The names present in one place, as rule ids in alphabetical order of name; empty where nothing is recorded."""

    place_code: str
    place_name: str
    rule_ids: tuple[str, ...]


@dataclass(frozen=True)
class NamedPlaces:
    """Every place of one set of a kind with the names present, and how many activities stand in no such place in this role."""

    kind: str
    role: str | None
    places: tuple[NamesHere, ...]
    activities: int
    elsewhere: int
    place_set: PlaceSet | None = None


def read_name_roles(
    connection: duckdb.DuckDBPyConnection, *, filters: Filters = EVERYTHING, today: date
) -> dict[str, int]:
    """How many activities stand somewhere in each role, most first."""
    found = fetch_named(
        connection,
        """
        select role, count(distinct activity_id) as n
        from stands_at
        join asked using (activity_id)
        join location_state using (location_id)
        where state = 'located'
        group by role
        order by n desc, role
        """,
        filters,
        today,
    )
    return dict(found)


def read_named_places(
    connection: duckdb.DuckDBPyConnection,
    *,
    kind: str,
    role: str | None,
    parent: str | None = None,
    filters: Filters = EVERYTHING,
    today: date,
    place_set: str | None = None,
) -> NamedPlaces:
    """The names present in every place of one set of a kind (None: the newest), by place name. Where people live and where it happened are never mixed."""
    shown = find_set(connection, kind, place_set)
    asked = {"kind": kind, "place_set": shown.key, "role": role}
    found = fetch_named(
        connection,
        """
        select p.place_code, p.name, coalesce(list(distinct n.rule_id) filter (n.rule_id is not null), [])
        from area p
        left join (
            select lp.place_code, q.rule_id
            from stands_at s
            join asked q using (activity_id)
            join location_place lp on lp.location_id = s.location_id and lp.kind = $kind and lp.place_set = $place_set
            where s.role = $role
        ) n using (place_code)
        where p.kind = $kind and p.place_set = $place_set and ($parent is null or p.parent_code = $parent)
        group by p.place_code, p.name
        order by p.name, p.place_code
        """,
        filters,
        today,
        **asked,
        parent=parent,
    )
    ((all_, here),) = fetch_named(
        connection,
        """
        select
            (select count(*) from asked),
            (
                select count(distinct s.activity_id)
                from stands_at s
                join asked using (activity_id)
                join location_place lp on lp.location_id = s.location_id and lp.kind = $kind and lp.place_set = $place_set
                where s.role = $role
            )
        """,
        filters,
        today,
        **asked,
    )
    names = {rule.id: rule.name for rule in read_rubric().rules}
    places = tuple(NamesHere(code, name, tuple(sorted(rules, key=names.get))) for code, name, rules in found)
    return NamedPlaces(kind, role, places, all_, all_ - here, shown)


def fetch_named(
    connection: duckdb.DuckDBPyConnection, sql: str, filters: Filters, today: date, **bindings
) -> list[tuple]:
    """The rows of a query over STANDS_AT; no measure is asked of."""
    return fetch_standing(
        connection,
        f"{STANDS_AT.format(lasting=LASTING, where=filters.where())} {sql}",
        {**filters.bindings(today), **bindings},
        measure="",
        source=filters.source,
    )


def say_named_places(named: NamedPlaces) -> str:
    """What the map of names shows, in sentences; no name is put above another and none is counted up."""
    plural = say_places(named.kind, named.place_set)
    some = sum(bool(place.rule_ids) for place in named.places)
    left_out = (
        f" {named.elsewhere:,} of {named.activities:,} activities stand in none of them in this layer."
        if named.elsewhere
        else ""
    )
    return (
        f"Names are recorded in {some:,} of {len(named.places):,} {plural} ({ROLE_LABEL.get(named.role or '', 'no layer')}). "
        f"Each name stands once in a place, however many activities have it.{left_out}"
    )
