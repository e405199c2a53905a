"""Which set new places are of: they join the places beside them, or a person says what they are to those that they lie over."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from etl.inbox import PLACES, InboxBatch, read_batches
from etl.replay import PLACE_SETS
from etl.undoing import choose_batch
from soundings.generations import open_current
from soundings.home import Home
from soundings.model import BadFile, SoundingsError
from soundings.place_sets import PlaceSet, read_sets
from soundings.views import KIND_PLURAL, say_count

OVERLAP, SET = "overlap", "set"  # of a manifest's options: what a person answered
BESIDE, REPLACES = "beside", "replaces"
# Up to here neighbours whose edges are drawn differently may be said to be of one set, by its name.
NEIGHBOURS = 0.05
LONGEST_NAME = 40


@dataclass(frozen=True)
class Answer:
    """What a person said of places that lie over others: they replace batches, stand beside them, or are of a set by name."""

    replaces: tuple[str, ...] = ()
    is_beside: bool = False
    set_name: str | None = None

    @property
    def is_given(self) -> bool:
        return bool(self.replaces or self.is_beside or self.set_name)


@dataclass(frozen=True)
class Settled:
    """What was settled of new places. `same_id`: the batch that has this very file already, read the same way and not undone.

    `sets`: kind → key of the set, without the first set's. `options`: what of the answer makes up the batch's identity.
    """

    sets: dict[str, str]
    options: dict
    replaces: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    same_id: str | None = None


@dataclass(frozen=True)
class Under:
    """A loaded batch that new places lie over. `share`: of the new ground; `covered` of its `of` places of the kind are touched."""

    batch_id: str
    file_name: str
    place_set: str
    kind: str
    share: float
    covered: int
    of: int
    is_derived: bool


def settle_sets(home: Home, manifest: dict, places: pa.Table, answer: Answer, command: Sequence[str]) -> Settled:
    """The sets of a batch's places. `command`: the words that added them, to be repeated with an answer.

    Raises BadFile where they lie over places of other codes and nobody said what they are to those; SoundingsError for a batch
    or a set that is not there.
    """
    kind = manifest["options"]["kind"]
    replaced = tuple(choose_replaced(home, one, kind) for one in answer.replaces)
    same = find_same_file(home, manifest)
    if same is not None and not answer.is_given:
        return Settled({}, {}, same_id=same.batch_id)
    generation = open_current(home)
    if generation is None or manifest["is_demo"]:
        return Settled({}, {})
    connection = generation.cursor()
    left_out = {*replaced, *([same.batch_id] if same else [])}
    sets, options, said = {}, {}, []
    for one in sorted(set(places["kind"].to_pylist()), key=lambda name: name != kind):
        mine = places.filter(pa.array([its == one for its in places["kind"].to_pylist()]))
        under = find_under(connection, mine, one, left_out)
        if one != kind:
            key = settle_derived(connection, mine, one, under, left_out)
        else:
            ground = Ground(one, manifest["file_name"], read_vintage(mine), under, mine.num_rows)
            key, options, told = settle_given(connection, home, ground, answer, replaced, left_out, command)
            said += told
        if key:
            sets[one] = key
    if replaced:
        options[OVERLAP] = " ".join((REPLACES, *sorted(replaced)))
    also = (same.batch_id,) if same and options else ()
    return Settled(sets, options, (*replaced, *also), tuple(said))


@dataclass(frozen=True)
class Ground:
    """New places of a kind, and what they lie over."""

    kind: str
    file_name: str
    vintage: str | None
    under: list[Under]
    place_count: int


def settle_given(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    ground: Ground,
    answer: Answer,
    replaced: tuple[str, ...],
    left_out: set[str],
    command: Sequence[str],
) -> tuple[str, dict, list[str]]:
    """(key of the set, what makes up the batch's identity, sentences) of the places that the file itself gives."""
    sets = read_active_sets(connection, ground.kind, left_out)
    given = [one for one in ground.under if not one.is_derived]
    under_sets = {one.place_set for one in ground.under}
    if answer.set_name:
        return settle_named(sets, ground, answer.set_name, command)
    free = [one for one in sets if one.key not in under_sets]
    same_year = [one for one in free if has_vintage(connection, one, ground.vintage)]
    if not ground.under and replaced:
        keys = [read_key(home, one, ground.kind) for one in replaced]
        return keys[0], {}, []
    if not ground.under or same_year:
        said = ["No loaded place lies under these, so they join the others, and --beside says nothing more."]
        return (same_year or sets or [PlaceSet(ground.kind, "", "", 0)])[0].key, {}, said if answer.is_beside else []
    if given and not answer.is_beside:
        raise BadFile(say_question(ground, sets, command, len(replaced) > 0))
    name = name_set(ground, {one.name for one in sets} | {one.key for one in sets})
    plural = KIND_PLURAL.get(ground.kind, ground.kind)
    covered = sum(one.share for one in ground.under)
    said = (
        f"These {plural} are a set of their own, “{name}”: {min(covered, 1):.0%} of their ground is covered already by other {plural}. "
        f"A map, a table and a comparison are of one set; the newest is shown unless another is chosen."
    )
    return name, {OVERLAP: BESIDE} if answer.is_beside else {}, [said]


def settle_named(
    sets: list[PlaceSet], ground: Ground, name: str, command: Sequence[str]
) -> tuple[str, dict, list[str]]:
    """The set that a person named: one that is there and has room on the ground, or a new one. Raises BadFile."""
    if name != name.strip() or not 0 < len(name) <= LONGEST_NAME or not name.isprintable() or "," in name:
        raise BadFile(
            f"“{name}” is no name for a set. Expected up to {LONGEST_NAME} letters and figures, such as 2024."
        )
    there = next((one for one in sets if one.name == name), None)
    key = there.key if there else name
    share = sum(one.share for one in ground.under if one.place_set == key)
    if there and share >= NEIGHBOURS:
        raise BadFile(say_question(ground, sets, command, False))
    return key, {SET: name}, []


def settle_derived(
    connection: duckdb.DuckDBPyConnection, mine: pa.Table, kind: str, under: list[Under], left_out: set[str]
) -> str:
    """The key of the set of larger places that were joined from the file's: with the others, or alone where they lie over those."""
    sets = read_active_sets(connection, kind, left_out)
    taken = {one.place_set for one in under}
    free = [one for one in sets if one.key not in taken]
    vintage = read_vintage(mine)
    same_year = [one for one in free if has_vintage(connection, one, vintage)]
    if not under or same_year:
        return (same_year or sets or [PlaceSet(kind, "", "", 0)])[0].key
    ground = Ground(kind, "joined from smaller places", vintage, under, mine.num_rows)
    return name_set(ground, {one.name for one in sets} | {one.key for one in sets})


def find_under(connection: duckdb.DuckDBPyConnection, mine: pa.Table, kind: str, left_out: set[str]) -> list[Under]:
    """The loaded batches with places of a kind that these lie over, the most covering first."""
    loaded = connection.execute(
        """
        select p.batch_id, b.file_name, p.place_set, p.is_derived, p.place_code, p.geometry
        from place p
        join batch b using (batch_id)
        where p.kind = $kind and not b.is_demo and not list_contains($left_out, p.batch_id)
        qualify row_number() over (partition by p.place_code, p.place_set order by p.is_derived, b.sequence desc) = 1
        """,
        {"kind": kind, "left_out": sorted(left_out) or [""]},
    ).to_arrow_table()
    return compare_ground(mine, loaded, kind)


def compare_ground(mine: pa.Table, loaded: pa.Table, kind: str) -> list[Under]:
    """What of `loaded` (batch_id, file_name, place_set, is_derived, place_code, geometry) these places lie over, by batch."""
    if not loaded.num_rows or not mine.num_rows:
        return []
    import numpy as np

    from soundings.overlap import measure_overlap

    columns = [table[name].to_pylist() for table in (mine, loaded) for name in ("geometry", "place_code")]
    overlap = measure_overlap(*columns)
    batches = [
        (row["batch_id"], row["file_name"], row["place_set"], row["is_derived"])
        for row in loaded.select(["batch_id", "file_name", "place_set", "is_derived"]).to_pylist()
    ]
    found = []
    touched = [batches[at] for at in overlap.old]
    for batch in sorted(set(touched)):
        is_its = np.array([one == batch for one in touched])
        batch_id, file_name, place_set, is_derived = batch
        covered = len(set(overlap.old[is_its].tolist()))
        count = batches.count(batch)
        found.append(Under(batch_id, file_name, place_set, kind, overlap.share(is_its), covered, count, is_derived))
    return sorted(found, key=lambda one: (-one.share, one.batch_id))


def say_question(ground: Ground, sets: list[PlaceSet], command: Sequence[str], has_replaced: bool) -> str:
    """What the places lie over, and the commands that answer it, ready to be copied."""
    plural = KIND_PLURAL.get(ground.kind, ground.kind)
    given = [one for one in ground.under if not one.is_derived] or ground.under
    whole = min(sum(one.share for one in given), 1)
    lines = [
        f"{say_share(whole)} of the ground of the {say_count(ground.place_count, 'places')} in {ground.file_name} is covered already by "
        f"{'other ' if has_replaced else ''}{plural} with other codes. Two sets of {plural} over one ground are never one map: "
        "a record would stand in one of them, and the other would show a gap. Nothing was changed.",
    ]
    lines += [
        f"  {one.covered:,} of the {one.of:,} {plural} of {one.file_name} (batch {one.batch_id}) lie under {say_share(one.share)} of it."
        for one in given
    ]
    base = [*command]
    replaces = [part for one in given for part in ("--replaces", one.batch_id)]
    lines += [
        "Say which it is:",
        f"  These take their place (undo brings them back): {say_command([*base, *replaces])}",
        f"  These stand beside them, as an earlier or later set: {say_command([*base, '--beside'])}",
    ]
    if whole < NEIGHBOURS and len(sets):
        lines.append(
            f"  They are neighbours, and only their edges are drawn differently: {say_command([*base, '--set', sets[0].name])}"
        )
    if any(one.covered < one.of for one in given):
        lines.append(
            f"Taking their place takes all {plural} of those files out, also those that do not lie under these."
        )
    lines.append("To stop, do nothing.")
    return "\n".join(lines)


def say_command(words: Sequence[str]) -> str:
    return shlex.join(words)


def say_share(share: float) -> str:
    """A share as a percentage; what is less than one in a hundred is said so."""
    return "less than 1%" if share < 0.01 else f"{share:.0%}"


def choose_replaced(home: Home, said: str, kind: str) -> str:
    """The id of the batch of places of this kind whose place is taken. Raises SoundingsError where it is none."""
    batch = choose_batch(home, said)
    manifest = batch.read_manifest()
    if manifest["kind"] != PLACES or manifest["options"].get("kind") != kind:
        raise SoundingsError(
            f"Batch {batch.batch_id} ({batch.file_name}) holds no boundaries of kind {kind}, so these places cannot take its place. "
            "Nothing was changed. `soundings status` lists the batches there are."
        )
    return batch.batch_id


def find_same_file(home: Home, manifest: dict) -> InboxBatch | None:
    """The batch that is not undone and has this very file, read in the same way, whatever was answered about its ground."""
    wanted = (manifest["file_sha256"], manifest["source_id"], leave_answers(manifest["options"]))
    for batch in reversed(read_batches(home)):
        if batch.is_active:
            its = batch.read_manifest()
            if (its["file_sha256"], its["source_id"], leave_answers(its["options"])) == wanted:
                return batch
    return None


def leave_answers(options: dict) -> dict:
    return {name: value for name, value in options.items() if name not in (OVERLAP, SET)}


def read_active_sets(connection: duckdb.DuckDBPyConnection, kind: str, left_out: set[str]) -> list[PlaceSet]:
    """The sets of a kind that hold places of other batches than these, newest first; the demo's do not count."""
    held = connection.execute(
        """
        select distinct p.place_set
        from place p
        join batch b using (batch_id)
        where p.kind = $kind and not b.is_demo and not list_contains($left_out, p.batch_id)
        """,
        {"kind": kind, "left_out": sorted(left_out) or [""]},
    ).fetchall()
    keys = {key for (key,) in held}
    return [one for one in read_sets(connection, kind) if one.key in keys]


def has_vintage(connection: duckdb.DuckDBPyConnection, place_set: PlaceSet, vintage: str | None) -> bool:
    """Whether a set has places of this vintage."""
    sql = "select 1 from place where kind = $1 and place_set = $2 and vintage = $3 limit 1"
    return connection.execute(sql, [place_set.kind, place_set.key, vintage]).fetchone() is not None


def read_vintage(places: pa.Table) -> str | None:
    vintages = {one for one in places["vintage"].to_pylist() if one}
    return vintages.pop() if len(vintages) == 1 else None


def read_key(home: Home, batch_id: str, kind: str) -> str:
    """The key of the set that a batch's places are of."""
    return (choose_batch(home, batch_id).read_manifest().get(PLACE_SETS) or {}).get(kind, "")


def name_set(ground: Ground, taken: set[str]) -> str:
    """A name for a new set: the year of its boundaries, else its file's; with a number where that is taken."""
    name = ground.vintage or Path(ground.file_name).stem[:LONGEST_NAME].replace(",", " ").strip() or ground.kind
    number = 2
    told = name
    while told in taken:
        told, number = f"{name} ({number})", number + 1
    return told
