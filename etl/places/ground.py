"""Batches of places that lie over one another as if they were one set: how a home says so, and the way out."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from etl.inbox import PLACES, InboxBatch, read_batches, read_history, trace_replaced
from etl.places.sets import NEIGHBOURS, OVERLAP, SET, compare_ground, find_under, say_share
from etl.replay import PLACE_SETS, map_batch
from soundings.generations import open_current
from soundings.home import Home
from soundings.model import SoundingsError
from soundings.views import KIND_PLURAL

COLUMNS = "p.batch_id, b.file_name, b.sequence, p.place_set, p.is_derived, p.place_code, p.geometry"


@dataclass(frozen=True)
class Clash:
    """Two batches with places of one kind over the same ground in one set. `share`: of the ground of the later one."""

    kind: str
    earlier_id: str
    earlier_file: str
    later_id: str
    later_file: str
    share: float
    add_again: str

    def say(self) -> str:
        """What is wrong, and the commands that put it right."""
        plural = KIND_PLURAL.get(self.kind, self.kind)
        return (
            f"Two sets of {plural} lie over the same ground as if they were one: {self.later_file} (batch {self.later_id}) and "
            f"{self.earlier_file} (batch {self.earlier_id}), which covers {say_share(self.share)} of its ground. A record stands in only "
            "one of them, so a place of the other can show a gap that is none. If the later ones take the place of the earlier: "
            f"soundings undo {self.earlier_id}. If the earlier ones are right: soundings undo {self.later_id}. If both stand, as an "
            f"earlier and a later set: {self.add_again}"
        )


def find_clashes(home: Home) -> list[Clash]:
    """The pairs of batches that lie over one another in one set, in order of kind; nothing where a person answered for them."""
    generation = open_current(home)
    if generation is None:
        return []
    connection = generation.cursor()
    manifests = {batch.batch_id: batch.read_manifest() for batch in read_batches(home) if batch.is_active}
    several = connection.execute(
        """
        select kind, place_set
        from place
        where not is_derived
        group by kind, place_set
        having count(distinct batch_id) > 1
        order by all
        """
    ).fetchall()
    return [clash for layer in several for clash in _find_in_layer(connection, manifests, *layer)]


def _find_in_layer(
    connection: duckdb.DuckDBPyConnection, manifests: dict[str, dict], kind: str, place_set: str
) -> list[Clash]:
    places = connection.execute(
        f"""
        select {COLUMNS}
        from place_in_set p
        join batch b using (batch_id)
        where p.kind = $1 and p.place_set = $2 and not p.is_derived and not b.is_demo
        """,  # noqa: S608 — named above
        [kind, place_set],
    ).to_arrow_table()
    order = sorted(set(zip(places["sequence"].to_pylist(), places["batch_id"].to_pylist(), strict=True)))
    found = []
    for number, (_, batch_id) in enumerate(order[1:], start=1):
        before = [other for _, other in order[:number]]
        under = compare_ground(_take(places, [batch_id]), _take(places, before), kind)
        manifest = manifests.get(batch_id)
        for one in under:
            # Neighbours whose edges are drawn differently were said to be so, by the name of their set.
            if manifest and not (SET in manifest["options"] and one.share < NEIGHBOURS):
                names = (one.batch_id, one.file_name, batch_id, manifest["file_name"])
                found.append(Clash(kind, *names, one.share, _say_again(manifest)))
    return found


def _take(places: pa.Table, batch_ids: list[str]) -> pa.Table:
    return places.filter(pa.array([one in batch_ids for one in places["batch_id"].to_pylist()]))


def _say_again(manifest: dict) -> str:
    """The command that adds a batch's file again, beside what it lies over; it takes the place of its first reading."""
    options = manifest["options"]
    words = ["soundings", "places", "add", manifest["file_name"]]
    for name, value in options.items():
        if name not in (OVERLAP, SET):
            words += [f"--{name}"] if value is True else [f"--{name}", value] if isinstance(value, str) else []
    figures = " --figures FILE" * len(options.get("figures") or ())
    return f"{shlex.join(words)}{figures} --beside"


def check_ground(home: Home, batch: InboxBatch) -> None:
    """Raises SoundingsError where a batch of places that is to be put back would lie over others of its set."""
    manifest = batch.read_manifest()
    generation = open_current(home)
    if manifest["kind"] != PLACES or manifest["is_demo"] or generation is None:
        return
    kind = manifest["options"]["kind"]
    mine = map_batch(batch).tables["place"]
    mine = mine.filter(pa.array([its == kind for its in mine["kind"].to_pylist()]))
    place_set = (manifest.get(PLACE_SETS) or {}).get(kind, "")
    left_out = {batch.batch_id, *trace_replaced(read_history(home)).get(batch.batch_id, ())}
    under = [
        one
        for one in find_under(generation.cursor(), mine, kind, left_out)
        if one.place_set == place_set and not one.is_derived
    ]
    if not under or (SET in manifest["options"] and sum(one.share for one in under) < NEIGHBOURS):
        return
    plural = KIND_PLURAL.get(kind, kind)
    listed = ", ".join(f"{one.file_name} (batch {one.batch_id})" for one in under)
    raise SoundingsError(
        f"{batch.file_name} (batch {batch.batch_id}) cannot be put back as it was: {say_share(min(sum(one.share for one in under), 1))} "
        f"of the ground of its {plural} is covered by {plural} with other codes that were added meanwhile, of {listed}. Nothing was "
        f"changed. To have these instead, first run: soundings undo {under[0].batch_id}. To have both, as an earlier and a later set: "
        f"{_say_again(manifest)}"
    )
