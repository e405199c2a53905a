"""Locations that name a code: a loaded place's, one that superseded it, or none that is loaded."""

from __future__ import annotations

import duckdb

from etl.locating.climbing import LONGEST_CHAIN
from soundings.model import LOCATED, OUTSIDE, UNLOCATED

# Nine-character GSS codes; and Northern Ireland's Super Output Areas of 2001 (95AA01S1), Data Zones (N20000001) and wards
# of 1984 (95AA01). https://geoportal.statistics.gov.uk, Register of Geographic Codes.
WELL_FORMED = r"^([ENSWKJLM]\d{8}|95[A-Z]{2}\d{2}([A-Z]\d)?)$"
PLACEHOLDER = r"^[ENSWKJLM]9{8}$"


def locate_codes(connection: duckdb.DuckDBPyConnection) -> None:
    """Adds to `answer` the locations that name a code."""
    connection.execute(
        f"""
        insert into answer
        with recursive asked as (
            select distinct upper(trim(coalesce(code, said))) code_key from todo where kind = 'code'
        ),
        loaded as (
            select code_key, min(place_code) place_code from known_place group by code_key
        ),
        successor as (
            select distinct upper(trim(old_code)) old_key, upper(trim(new_code)) new_key from place_code_history
            where upper(trim(old_code)) <> upper(trim(new_code))
        ),
        chain (code_key, now_key, steps) as (
            select a.code_key, s.new_key, 1
            from asked a
            join successor s on s.old_key = a.code_key
            where a.code_key not in (select code_key from loaded)
            union
            select c.code_key, s.new_key, c.steps + 1
            from chain c
            join successor s on s.old_key = c.now_key
            where c.steps < {LONGEST_CHAIN} and c.now_key not in (select code_key from loaded)
        ),
        ended as (
            select c.code_key,
                list(distinct l.place_code order by l.place_code) filter (l.place_code is not null) as loaded_codes,
                list(distinct c.now_key order by c.now_key) filter (
                    l.place_code is null and c.now_key not in (select old_key from successor)
                ) as other_codes
            from chain c
            left join loaded l on l.code_key = c.now_key
            group by c.code_key
        ),
        judged as (
            select a.code_key, l.place_code loaded_code, coalesce(e.loaded_codes, []) new_codes,
                coalesce(e.loaded_codes, []) || coalesce(e.other_codes, []) all_codes
            from asked a
            left join loaded l using (code_key)
            left join ended e using (code_key)
        )
        select t.batch_id, t.location_id,
            case
                when j.loaded_code is not null or (len(j.new_codes) = 1 and len(j.all_codes) = 1) then '{LOCATED}'
                when len(j.all_codes) > 1 and len(j.new_codes) > 0 then '{UNLOCATED}'
                when regexp_matches(j.code_key, '{PLACEHOLDER}') then '{UNLOCATED}'
                when len(j.all_codes) > 0 or regexp_matches(j.code_key, '{WELL_FORMED}') then '{OUTSIDE}'
                else '{UNLOCATED}'
            end,
            case when j.loaded_code is null and len(j.all_codes) > 0 then 'superseded code' else 'code' end,
            case
                when j.loaded_code is not null or (len(j.new_codes) = 1 and len(j.all_codes) = 1) then null
                when len(j.all_codes) > 1 and len(j.new_codes) > 0 then
                    'The code ' || j.code_key || ' was replaced by ' || array_to_string(j.all_codes, ', ')
                    || '; which of them is meant cannot be told.'
                when coalesce(j.code_key, '') = '' then 'The code is blank.'
                when regexp_matches(j.code_key, '{PLACEHOLDER}') then
                    j.code_key || ' stands for no place in particular.'
                when len(j.all_codes) > 0 then
                    'The code ' || j.code_key || ' was replaced by ' || array_to_string(j.all_codes, ', ')
                    || ', which is not among the loaded places.'
                when regexp_matches(j.code_key, '{WELL_FORMED}') then
                    'The code ' || j.code_key || ' is not among the loaded places.'
                else 'No loaded place has the code “' || trim(coalesce(t.code, t.said)) || '”.'
            end,
            coalesce(j.loaded_code, case when len(j.new_codes) = 1 and len(j.all_codes) = 1 then j.new_codes[1] end)
        from todo t
        join judged j on j.code_key is not distinct from upper(trim(coalesce(t.code, t.said)))
        where t.kind = 'code'
        """  # noqa: S608
    )


def carry_codes(connection: duckdb.DuckDBPyConnection) -> None:
    """Adds to `also` the place of another set that took over from a located place, where the history names one and no other.

    Only forwards, from a code to its successor: that is certain. What was split, or has no history, stays in the set that knows it.
    """
    known: dict[str, dict[tuple[str, str], str]] = {}
    for key, code, kind, place_set in connection.execute(
        "select code_key, place_code, kind, place_set from known_place order by place_code desc"
    ).fetchall():
        known.setdefault(key, {})[kind, place_set] = code
    layers = {layer for its in known.values() for layer in its}
    if len(layers) == len({kind for kind, _ in layers}):
        return
    successors: dict[str, set[str]] = {}
    for old, new in connection.execute(
        "select upper(trim(old_code)), upper(trim(new_code)) from place_code_history"
    ).fetchall():
        if old != new:
            successors.setdefault(old, set()).add(new)
    located = connection.execute(
        "select distinct place_code, upper(trim(place_code)) from answer where place_code is not null order by 1"
    ).fetchall()
    carried = [
        (code, found)
        for code, key in located
        for kind in {kind for kind, _ in known[key]}
        for layer in sorted(layers)
        if layer[0] == kind and layer not in known[key] and (found := _follow(key, layer, known, successors))
    ]
    if carried:
        connection.executemany(
            """insert into also
            select batch_id, location_id, $2 from answer where place_code = $1""",
            carried,
        )


def _follow(key: str, layer: tuple[str, str], known: dict, successors: dict[str, set[str]]) -> str | None:
    """The one place of a layer that a code's successors all lead to; None where they lead elsewhere as well, or nowhere."""
    ends: set[str | None] = set()
    here = {key}
    for _ in range(LONGEST_CHAIN):
        following: set[str] = set()
        for one in here:
            for new in successors.get(one, ()):
                if layer in known.get(new, {}):
                    ends.add(known[new][layer])
                elif new in successors:
                    following.add(new)
                else:
                    ends.add(None)
        here = following
        if not here:
            break
    return ends.pop() if len(ends) == 1 and not here else None
