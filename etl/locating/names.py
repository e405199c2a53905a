"""Locations that name a place in words: the one loaded place of exactly that name, or one reviewed alias."""

from __future__ import annotations

import re
import unicodedata

import duckdb
import pyarrow as pa

from etl.locating.climbing import climb
from soundings.model import LOCATED, UNLOCATED

PLAIN_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th"})
NAMED = ("said", "within_code", "place_kind", "any_spelling", "state", "method", "reason", "place_code")
# (kind, set, rank of the set) → the places that it may be: what a name or code comes to in each set of places.
Layer = tuple[str, str, int]
NUMBERED = re.compile(r"[^\W\d_]+ 0*(\d+)")  # a word and a number, such as “Ward 1”


def normalise_name(text: str | None) -> str:
    """The name in the one form in which names are compared: “&” is “and”, white space and case don't count, Unicode NFC."""
    told = unicodedata.normalize("NFC", text or "").replace("&", " and ").replace("\u2019", "'")
    return " ".join(told.split()).casefold()


def loosen_name(text: str | None) -> str:
    """The normalised name without its spaces, hyphens and accents: “Horn - Gate” is as “Horn-Gate”, “Île-Verte” as “ile verte”.

    Figures stay apart (“Ward 1 1” is not “Ward 11”), and so do marks that are letters in their script.
    """
    plain = unicodedata.normalize("NFKD", normalise_name(text).translate(PLAIN_LETTERS))
    plain = "".join(sign for sign in plain if not "\u0300" <= sign <= "\u036f")
    return re.sub(
        r"(?<!\d)[\s\u2010-\u2015\u2212_-]+|[\s\u2010-\u2015\u2212_-]+(?!\d)", "", unicodedata.normalize("NFC", plain)
    )


def list_loose(name: str) -> tuple[str, ...]:
    """What a loaded place may be called where names need not agree to the letter: loosened, and “1” of “Ward 1”."""
    numbered = NUMBERED.fullmatch(normalise_name(name))
    return (loosen_name(name), *([numbered[1]] if numbered else []))


def locate_names(connection: duckdb.DuckDBPyConnection) -> None:
    """Adds to `answer` the locations that name a place in words: the exact name, else a reviewed alias; several are none.

    Where places of several sets have the name, each set is asked for itself: the newest answers, and `also` holds the others.
    """
    asked = connection.execute(
        """select distinct coalesce(name, said), within_code, place_kind, coalesce(any_spelling, false)::varchar
        from todo where kind = 'name'"""
    ).fetchall()
    if not asked:
        return
    named = _read_named(connection)
    aliases: dict[str, list[tuple[str | None, str]]] = {}
    for alias, within, code in connection.execute(
        """select a.alias, upper(trim(a.within_code)), p.place_code from place_alias a
        join known_place p on p.code_key = upper(trim(a.place_code))"""
    ).fetchall():
        aliases.setdefault(normalise_name(alias), []).append((within, code))
    wanted = {key: (normalise_name(key[0]), (key[1] or "").strip().upper(), key[2]) for key in asked}
    loosely = [key for key in asked if key[3] == "true" and wanted[key][0] not in named]
    spelled = named  # for names of which a person said that their spelling may differ
    if loosely:
        loose: dict[str, list[tuple[str, str]]] = {}
        for name, places in named.items():
            for key in list_loose(name):
                loose.setdefault(key, []).extend(places)
        spelled = named | {wanted[key][0]: found for key in loosely if (found := loose.get(loosen_name(key[0])))}
    offered = {code for name, _, _ in wanted.values() for code, _ in spelled.get(name, ())}
    offered |= {code for name, _, _ in wanted.values() for _, code in aliases.get(name, ())}
    above = _read_above(connection, sorted(offered))
    layers = _read_layers_of(connection)
    bodies = set()
    if any(within for _, within, _ in wanted.values()):
        for code, body in _read_bodies(connection):
            bodies.add(body)
            above.setdefault(code, {code.strip().upper()}).add(body)  # known, though the larger place is not loaded
    chosen = {
        key: _choose(*wanted[key], key[0], spelled if key[3] == "true" else named, aliases, above, layers, bodies)
        for key in asked
    }
    connection.register("named_answer", _to_table(NAMED, [(*key, *told[:4]) for key, told in chosen.items()]))
    others = [(*key, code) for key, told in chosen.items() for code in told[4]]
    connection.register("named_also", _to_table((*NAMED[:4], "place_code"), others))
    try:
        connection.execute(
            """insert into answer
            select t.batch_id, t.location_id, n.state, n.method, n.reason, n.place_code
            from todo t
            join named_answer n on n.said is not distinct from coalesce(t.name, t.said)
                and n.within_code is not distinct from t.within_code
                and n.place_kind is not distinct from t.place_kind
                and n.any_spelling = coalesce(t.any_spelling, false)::varchar
            where t.kind = 'name'"""
        )
        connection.execute(
            """insert into also
            select t.batch_id, t.location_id, n.place_code
            from todo t
            join named_also n on n.said is not distinct from coalesce(t.name, t.said)
                and n.within_code is not distinct from t.within_code
                and n.place_kind is not distinct from t.place_kind
                and n.any_spelling = coalesce(t.any_spelling, false)::varchar
            where t.kind = 'name'"""
        )
    finally:
        connection.unregister("named_answer")
        connection.unregister("named_also")


def _read_named(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[str, str]]]:
    """(code, kind) of the loaded places by normalised name, in English and in Welsh."""
    named: dict[str, list[tuple[str, str]]] = {}
    for code, kind, name, welsh in connection.execute(
        "select distinct place_code, kind, name, name_welsh from known_place order by place_code"
    ).fetchall():
        for key in {normalise_name(name), normalise_name(welsh)} - {""}:
            named.setdefault(key, []).append((code, kind))
    return named


def _read_above(connection: duckdb.DuckDBPyConnection, codes: list[str]) -> dict[str, set[str]]:
    """Codes (upper case) of the places that each of these places stands in, and its own."""
    if not codes:
        return {}
    climb(connection, codes)
    above = {code: {code.strip().upper()} for code in codes}
    for code, higher in connection.execute("select place_code, upper(trim(stands_in)) from stands").fetchall():
        above.setdefault(code, set()).add(higher)
    return above


def _read_layers_of(connection: duckdb.DuckDBPyConnection) -> dict[str, set[Layer]]:
    """The layers that have each code."""
    found: dict[str, set[Layer]] = {}
    for code, *layer in connection.execute("select place_code, kind, place_set, rank from known_place").fetchall():
        found.setdefault(code, set()).add(tuple(layer))
    return found


def split_by_set(codes: set[str], layers: dict[str, set[Layer]]) -> list[str]:
    """One place of each set where these are places of one kind and no set has two of them, newest first; else nothing."""
    if len(codes) < 2:
        return list(codes)
    by_layer: dict[Layer, set[str]] = {}
    for code in codes:
        for layer in layers[code]:
            by_layer.setdefault(layer, set()).add(code)
    if len({kind for kind, _, _ in by_layer}) != 1 or any(len(its) > 1 for its in by_layer.values()):
        return []
    newest_first = sorted(by_layer, key=lambda layer: layer[2])
    return list(dict.fromkeys(code for layer in newest_first for code in by_layer[layer]))


def _choose(
    name, within, kind, said, named, aliases, above, layers, bodies
) -> tuple[str, str, str | None, str | None, list[str]]:
    """(state, method, reason, place_code, codes in other sets) of one name, perhaps inside a place, perhaps of a kind."""
    where = f" within {within}" if within else ""
    if not name:
        return UNLOCATED, "name", "The name is blank.", None, []
    method = "name"
    exact = {code for code, its_kind in named.get(name, ()) if not kind or its_kind == kind}
    exact = narrow(exact, within, above, bodies)
    if not exact:
        alias = {code for inside, code in aliases.get(name, ()) if inside is None or inside == within}
        exact, method = narrow(alias, within, above, bodies), "alias"
    if parted := split_by_set(exact, layers):
        return LOCATED, method, None, parted[0], parted[1:]
    if exact:
        listed = ", ".join(sorted(exact)[:5]) + (" …" if len(exact) > 5 else "")
        return UNLOCATED, "name", f"“{said}” is the name of {len(exact)} loaded places{where} ({listed}).", None, []
    return (
        UNLOCATED,
        "name",
        f"No loaded {kind or 'place'}{where} is called “{said}”. Names are matched exactly.",
        None,
        [],
    )


def _read_bodies(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """(code, code of the larger place in upper case) of the loaded places that say one."""
    sql = "select place_code, upper(trim(parent_code)) from known_place where parent_code is not null"
    return connection.execute(sql).fetchall()


def narrow(codes: set[str], within: str, above: dict[str, set[str]], bodies: set[str]) -> set[str]:
    """Those of the places that stand inside `within`. Where no loaded place is known to stand inside it, those of which no larger place
    is known: boundaries that came without a larger place do not make every name inside an authority unknown.

    `bodies`: the codes (upper case) that a loaded place has as its larger place.
    """
    if not within:
        return codes
    if within in bodies:
        return {code for code in codes if within in above[code]}
    return {code for code in codes if within in above[code] or len(above[code]) == 1}


def _to_table(names: tuple[str, ...], rows: list[tuple]) -> pa.Table:
    """Rows of text as a table with these columns."""
    return pa.table({name: pa.array([row[i] for row in rows], pa.string()) for i, name in enumerate(names)})
