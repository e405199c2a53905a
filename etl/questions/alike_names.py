"""Asks about names of places that are only alike: a loaded place's by chance, or but for a space, a hyphen, an accent or “Ward”."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from etl.locating.names import list_loose, loosen_name, normalise_name
from etl.questions.types import Choice, Question, RecordContext
from etl.types import Mapped
from soundings.generations import open_current

CHANCE, ALIKE, AGAIN = "place-names-by-chance:", "place-names-alike", "place-names-alike-again:"
SAME, OTHER = "same", "other"
BETWEEN_NAMES = " | "
# So few of a file's names, and of its records, are loaded places that one may be so by chance.
FEWEST_NAMES, FEW_NAMES, FEW_RECORDS = 4, 0.25, 0.5
SHOWN = 5
NOT_TRUSTED = (
    "“{name}” is not taken for the loaded place of that name: most names in the file are none of the loaded places."
)


def ask_about_names(context: RecordContext) -> tuple[Question, ...]:
    """The questions about names that are all a record says of where, in files that nobody has said the places of."""
    found = count_names(context.mapped)
    generation = open_current(context.home) if found else None
    if generation is None:
        return ()
    exact, loose = read_names(generation.cursor())
    known = {name for name in found if normalise_name(name) in exact}
    alike = {
        name: places[0] for name in found if name not in known and len(places := loose.get(loosen_name(name), ())) == 1
    }
    counts = Counter({name: one.count for name, one in found.items()})
    free = Counter({name: counts[name] for name, one in found.items() if one.is_free})
    said = list_said_alike(generation.cursor())
    again = {name: place for name, place in alike.items() if normalise_name(name) in said}
    new = {name: place for name, place in alike.items() if name not in again}
    return (
        *ask_about_chance(free, known & free.keys(), alike, exact),
        *ask_about_alike(counts, new),
        *ask_about_again(counts, again),
    )


def ask_about_chance(
    counts: Counter[str], known: set[str], alike: Mapping[str, str], exact: Mapping[str, str]
) -> tuple[Question, ...]:
    """Are the few names that are loaded places' really those places? Asked where nearly all others are none."""
    few_names = len(counts) >= FEWEST_NAMES and len(known | (counts.keys() & alike.keys())) <= FEW_NAMES * len(counts)
    moved = sum(counts[name] for name in known)
    if not known or not few_names or moved > FEW_RECORDS * counts.total():
        return ()
    names = sorted(known)
    said = ", ".join(f"“{name}”" for name in names[:SHOWN]) + (" …" if len(names) > SHOWN else "")
    others = sorted(set(counts) - known)
    they = ("Does", "mean the loaded place") if len(names) == 1 else ("Do", "mean the loaded places")
    return (
        Question(
            CHANCE + BETWEEN_NAMES.join(dict.fromkeys(map(normalise_name, names))),
            f"{len(others):,} of {len(counts):,} names of places in the file are none of the loaded places. "
            f"{they[0]} {said} {they[1]} of that name?",
            (
                Choice(OTHER, "No, it is only called the same: leave these records off the map"),
                Choice(SAME, "Yes, it is that place"),
            ),
            OTHER,
            moved,
            (
                *(f"“{name}” is the name of a loaded {exact[normalise_name(name)]}" for name in names[:SHOWN]),
                "Not loaded: "
                + ", ".join(f"“{name}”" for name in others[:SHOWN])
                + (" …" if len(others) > SHOWN else ""),
            ),
        ),
    )


def ask_about_alike(counts: Counter[str], alike: Mapping[str, str]) -> tuple[Question, ...]:
    """Are names that are a loaded place's but for a space, a hyphen, an accent or the word before a number that place's?"""
    if not alike:
        return ()
    moved = sum(counts[name] for name in alike)
    names = "1 name differs" if len(alike) == 1 else f"{len(alike):,} names differ"
    is_it = "Is it the same place?" if len(alike) == 1 else "Are they the same places?"
    return (
        Question(
            ALIKE,
            f"{names} from the name of a loaded place by a space, a hyphen, an accent or the word before a number alone. {is_it}",
            (
                Choice(OTHER, "No: leave these records off the map"),
                Choice(SAME, "Yes, for all rows of the file"),
            ),
            OTHER,
            moved,
            list_pairs(alike),
        ),
    )


def ask_about_again(counts: Counter[str], alike: Mapping[str, str]) -> tuple[Question, ...]:
    """Are the names that a person said to be loaded places, in an earlier file, still those places? Assumed, and shown."""
    if not alike:
        return ()
    names = "1 name" if len(alike) == 1 else f"{len(alike):,} names"
    return (
        Question(
            AGAIN + BETWEEN_NAMES.join(dict.fromkeys(map(normalise_name, sorted(alike)))),
            f"For an earlier file you said of {names} that only the spelling differs from a loaded place’s. Is that so here too?",
            (Choice(SAME, "Yes, for all rows of the file"), Choice(OTHER, "No: leave these records off the map")),
            SAME,
            sum(counts[name] for name in alike),
            list_pairs(alike),
        ),
    )


def list_pairs(alike: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(f"“{name}” in the file, “{place}” among the loaded places" for name, place in sorted(alike.items()))


def list_said_alike(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """The names, normalised, that a person said to be a loaded place's in a file that is in the store now."""
    found = connection.execute(
        """select distinct l.name from (
               select batch_id, name, any_spelling from location union all select batch_id, name, any_spelling from location_way
           ) l join batch b using (batch_id) where l.any_spelling and l.name is not null"""
    )
    return {normalise_name(name) for (name,) in found.fetchall()}


@dataclass(frozen=True)
class Named:
    """How many records stand where this name alone says. `is_free`: no spec says which kind of place it is, or inside which."""

    name: str
    count: int
    is_free: bool


def count_names(mapped: Mapped) -> dict[str, Named]:
    """The names of places that are all that their records say of where."""
    locations = mapped.tables["location"]
    further = mapped.tables["location_way"]["location_id"]
    is_name = pc.and_(pc.equal(locations["kind"], "name"), pc.invert(pc.is_in(locations["location_id"], further)))
    named = locations.filter(pc.fill_null(is_name, False)).select(["location_id", "name", "within_code", "place_kind"])
    found: dict[str, Named] = {}
    if not named.num_rows:
        return found
    often = count_records(mapped)
    for row in named.to_pylist():
        is_free = row["within_code"] is None and row["place_kind"] is None
        was = found.get(row["name"], Named(row["name"], 0, True))
        found[row["name"]] = Named(row["name"], was.count + often.get(row["location_id"], 0), was.is_free and is_free)
    return found


def count_records(mapped: Mapped) -> Counter[str]:
    """How many figures, meetings, and activities that have neither, stand at each location."""
    tables = mapped.tables
    counted = pa.chunked_array(
        [*tables["activity_count"]["activity_id"].chunks, *tables["session"]["activity_id"].chunks], pa.string()
    )
    alone = tables["activity_place"].filter(pc.invert(pc.is_in(tables["activity_place"]["activity_id"], counted)))
    often: Counter[str] = Counter()
    for rows in (tables["activity_count"], tables["session_place"], alone):
        for row in rows.group_by("location_id").aggregate([("location_id", "count")]).to_pylist():
            often[row["location_id"]] += row["location_id_count"]
    return often


def read_names(connection) -> tuple[dict[str, str], dict[str, list[str]]]:
    """(normalised name or alias → kind of place; loosened name → the names of the loaded places that it fits)."""
    exact: dict[str, str] = {}
    loose: dict[str, dict[str, str]] = {}
    for code, kind, *names in connection.execute(
        "select place_code, kind, name, name_welsh from place_now order by place_code"
    ).fetchall():
        for name in filter(None, names):
            exact.setdefault(normalise_name(name), kind)
            for key in list_loose(name):
                loose.setdefault(key, {})[code] = name
    for (alias,) in connection.execute("select alias from place_alias").fetchall():
        exact.setdefault(normalise_name(alias), "place")
    return exact, {key: list(dict.fromkeys(names.values())) for key, names in loose.items()}


def settle_names(mapped: Mapped, answers: Mapping[str, str]) -> Mapped:
    """The records with names that are not trusted refused, and those that are only alike matched in any spelling."""
    for question_id, choice in answers.items():
        if question_id.startswith(CHANCE) and choice == OTHER:
            names = set(question_id[len(CHANCE) :].split(BETWEEN_NAMES))
            mapped = change_names(mapped, lambda row, names=names: refuse_name(row, names))
    loosely = functools.partial(allow_spelling, answers=answers)
    return change_names(mapped, loosely) if any(one.startswith(ALIKE) for one in answers) else mapped


def allow_spelling(row: dict, answers: Mapping[str, str]) -> dict:
    """A location that may differ in its spelling, where a person said so of its name, for this file or an earlier one."""
    again = next((one for one in answers if one.startswith(AGAIN)), AGAIN)
    names = set(again[len(AGAIN) :].split(BETWEEN_NAMES))
    said = answers[again] if normalise_name(row["name"]) in names else answers.get(ALIKE)
    return row | {"any_spelling": True} if said == SAME else row


def refuse_name(row: dict, names: set[str]) -> dict:
    """A location that stands nowhere, where its name is one of these."""
    if normalise_name(row["name"]) not in names:
        return row
    return row | {"kind": "refused", "reason": NOT_TRUSTED.format(name=row["name"])}


def change_names(mapped: Mapped, change) -> Mapped:
    """The records with each location (or further way) that is a name changed."""
    tables = {}
    for table in ("location", "location_way"):
        rows = mapped.tables[table]
        is_name = pc.equal(rows["kind"], "name").combine_chunks() if rows.num_rows else pa.array([], pa.bool_())
        if not pc.any(is_name).as_py():
            continue
        changed = [change(row) if row["kind"] == "name" else row for row in rows.to_pylist()]
        tables[table] = pa.Table.from_pylist(changed, schema=rows.schema)
    return replace(mapped, tables=mapped.tables | tables)
