"""Which names are present in each place: every name once, however many activities have it, because names are not counted up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from soundings.filters import EVERYTHING, Filters
from soundings.model import ROLE_LABEL
from soundings.rubric import read_rubric
from soundings.views import KIND_PLURAL

STANDING = """
    standing as (
        select activity_id, role, location_id from activity_place
        union
        select activity_id, role, location_id from activity_count
        union
        select s.activity_id, p.role, p.location_id from session s join session_place p using (session_id)
    ),
    asked as (
        select a.activity_id, c.rule_id
        from activity_now a
        join classification_now c using (activity_id)
        join (select activity_id, start_date, end_date from activity_now) r using (activity_id)
        where ($source is null or a.source_id = $source) and {where}
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
    """Every place of a kind with the names present, and how many activities stand in no such place in this role."""

    kind: str
    role: str | None
    places: tuple[NamesHere, ...]
    activities: int
    elsewhere: int


def read_name_roles(
    connection: duckdb.DuckDBPyConnection, *, filters: Filters = EVERYTHING, today: date
) -> dict[str, int]:
    """How many activities stand somewhere in each role, most first."""
    found = connection.execute(
        f"""with {STANDING.format(where=filters.where())}
        select role, count(distinct activity_id) as n
        from standing
        join asked using (activity_id)
        join location_state using (location_id)
        where state = 'located'
        group by role
        order by n desc, role
        """,  # noqa: S608 — only SQL of this package; every value is bound
        filters.bindings(today),
    ).fetchall()
    return dict(found)


def read_named_places(
    connection: duckdb.DuckDBPyConnection,
    *,
    kind: str,
    role: str | None,
    parent: str | None = None,
    filters: Filters = EVERYTHING,
    today: date,
) -> NamedPlaces:
    """The names present in every place of a kind, by place name. Where people live and where it happened are never mixed."""
    bindings = {**filters.bindings(today), "kind": kind, "role": role}
    found = connection.execute(
        f"""with {STANDING.format(where=filters.where())},
        present as (
            select distinct lp.place_code, q.rule_id
            from standing s
            join asked q using (activity_id)
            join location_place lp on lp.location_id = s.location_id and lp.kind = $kind
            where s.role = $role
        )
        select p.place_code, p.name, coalesce(list(n.rule_id) filter (n.rule_id is not null), [])
        from place_now p
        left join present n using (place_code)
        where p.kind = $kind and ($parent is null or p.parent_code = $parent)
        group by p.place_code, p.name
        order by p.name, p.place_code
        """,  # noqa: S608 — only SQL of this package; every value is bound
        {**bindings, "parent": parent},
    ).fetchall()
    all_, here = connection.execute(
        f"""with {STANDING.format(where=filters.where())}
        select
            (select count(*) from asked),
            (
                select count(distinct s.activity_id)
                from standing s
                join asked using (activity_id)
                join location_place lp on lp.location_id = s.location_id and lp.kind = $kind
                where s.role = $role
            )
        """,  # noqa: S608 — only SQL of this package; every value is bound
        bindings,
    ).fetchone()
    names = {rule.id: rule.name for rule in read_rubric().rules}
    places = tuple(NamesHere(code, name, tuple(sorted(rules, key=names.get))) for code, name, rules in found)
    return NamedPlaces(kind, role, places, all_, all_ - here)


def say_named_places(named: NamedPlaces) -> str:
    """What the map of names shows, in sentences; no name is put above another and none is counted up."""
    plural = KIND_PLURAL.get(named.kind, named.kind)
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
