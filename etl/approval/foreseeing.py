"""What approving a batch would come to: what it adds, what is here already and looks like it, and its places before and after."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from etl.approval.merging import find_keys, list_adding, settle_twins
from etl.approval.versions import Version, find_version, list_replaced
from etl.approval.waiting import Waiting
from etl.locating.locations import resolve_locations
from etl.replay import insert_batch
from etl.specs import parse_spec
from etl.types import Mapped
from etl.uploads.preview import Preview, preview_upload, read_by_place
from etl.uploads.uploading import Prepared
from soundings.disk import copy_file, make_directory
from soundings.filters import EVERYTHING
from soundings.generations import generation_path, open_current
from soundings.home import Home
from soundings.measures import read_measures
from soundings.model import PLACE_KINDS
from soundings.places import read_names
from soundings.queries import Row, read_roles, read_rows

USUAL_KINDS = ("ward", "district")


@dataclass(frozen=True)
class Difference:
    """One figure of one place that approval would change: its rows of the measure's table."""

    place_code: str
    place: str
    measure: str
    role: str
    before: Row
    after: Row


@dataclass(frozen=True)
class Foreseen:
    """All that a steward decides by. `kind`: of the places compared.

    `recorded`: the places of this kind in which something is recorded now; in the others nothing is, which is not zero.
    `names`: of the places in which the batch, or what it is a new version of, has records; a figure of another place can change
    as well. `mergeable`: of the activities that `preview.twins` name, those whose meetings and figures can be added to the activity
    that is here, with its id. `version`: what it is a new version of; the figures before are with that, those after without it.
    """

    preview: Preview
    kind: str | None = None
    differences: tuple[Difference, ...] = ()
    recorded: frozenset[str] = frozenset()
    names: dict[str, str] = field(default_factory=dict)
    mergeable: dict[str, str] = field(default_factory=dict)
    version: Version | None = None

    @property
    def by_place(self) -> dict[str, int]:
        """How many records of the batch stand in each place of `kind`."""
        return self.preview.by_place.get(self.kind, {}) if self.kind else {}


def foresee(
    home: Home,
    sent: Waiting,
    today: date,
    *,
    left_out: tuple[str, ...] = (),
    merged: Mapping[str, str] | None = None,
) -> Foreseen:
    """What would come of approving a batch that waits, with the same decisions; nothing is written. Raises BrokenStore, BadFile.

    Its preview, too, is of what is left: an activity left out or added to another is in neither its twins nor its records.
    """
    manifest, _, mapped = settle_twins(
        home, sent.batch.read_manifest(), sent.batch.read_tables(), left_out=left_out, merged=merged
    )
    prepared = Prepared(parse_spec(manifest["mapping"]), manifest, [], [], mapped)
    preview = preview_upload(home, prepared)
    mergeable = find_mergeable(home, manifest, mapped, preview)
    stood = read_stood(home, list_replaced(manifest))
    kind = choose_kind(preview.by_place) or choose_kind(stood)
    if open_current(home) is None or (kind is None and not list_replaced(manifest)):
        return Foreseen(preview, mergeable=mergeable)
    with open_with(home, manifest, mapped) as (before, after):
        version = find_version(before, after, manifest)
        if kind is None:
            return Foreseen(preview, mergeable=mergeable, version=version)
        codes = sorted({*preview.by_place.get(kind, {}), *stood.get(kind, {})})
        names = read_names(after, kind)
        told = {code: names.get(code, code) for code in codes}
        differences = compare(before, after, kind, names, today)
        return Foreseen(preview, kind, differences, read_recorded(before, kind), told, mergeable, version)


def read_stood(home: Home, batch_ids: tuple[str, ...]) -> dict[str, dict[str, int]]:
    """Kind of place → code → records of these batches that stand there now: a new version may stand elsewhere, or nowhere."""
    generation = open_current(home)
    found: dict[str, dict[str, int]] = {}
    for batch_id in batch_ids if generation else ():
        for kind, places in read_by_place(generation.cursor(), batch_id).items():
            for code, count in places.items():
                found.setdefault(kind, {}).setdefault(code, 0)
                found[kind][code] += count
    return found


def find_mergeable(home: Home, manifest: dict, mapped: Mapped, preview: Preview) -> dict[str, str]:
    """Activity of the batch → the activity here, of the twins that have meetings or figures to add to one that they can be added to."""
    adding = list_adding(mapped)
    twins = [one for one in preview.twins if one.own_id in adding and one.own_id != one.activity_id]
    here = find_keys(home, manifest, [one.activity_id for one in twins]) if twins else {}
    return {one.own_id: one.activity_id for one in twins if one.activity_id in here}


def choose_kind(by_place: dict[str, dict[str, int]]) -> str | None:
    """The kind of place to draw: the ward where records stand in wards, else the smallest kind that holds most of them."""
    if not by_place:
        return None
    most = max(sum(places.values()) for places in by_place.values())
    full = [kind for kind in by_place if 2 * sum(by_place[kind].values()) >= most]
    return next((kind for kind in (*USUAL_KINDS, *PLACE_KINDS) if kind in full), full[0])


def read_recorded(connection: duckdb.DuckDBPyConnection, kind: str) -> frozenset[str]:
    """The codes of the places of a kind in which any record stands."""
    found = connection.execute("select distinct place_code from location_place where kind = $1", [kind]).fetchall()
    return frozenset(code for (code,) in found)


def compare(
    before: duckdb.DuckDBPyConnection,
    after: duckdb.DuckDBPyConnection,
    kind: str,
    names: dict[str, str],
    today: date,
) -> tuple[Difference, ...]:
    """The figures of all places of a kind that are not the same before and after, measure by measure and role by role.

    Meetings added to a group change its figures in every place where the group has met, not only where the batch has records.
    """
    found = []
    for measure in read_measures():
        for role in sorted({*read_roles(before, measure, today=today), *read_roles(after, measure, today=today)}):
            asked = {"measure": measure, "kind": kind, "role": role, "filters": EVERYTHING, "today": today}
            old, new = ({row.place_code: row for row in read_rows(store, **asked)} for store in (before, after))
            found += [
                Difference(code, names.get(code, code), measure, role, old[code], new[code])
                for code in new
                if not is_same_figure(old[code], new[code])
            ]
    return tuple(found)


def is_same_figure(before: Row, after: Row) -> bool:
    """Whether a place's figure stays as it is, to the top of its band."""
    return before.state == after.state and is_same(before.value, after.value) and is_same(before.top, after.top)


def is_same(before: float | None, after: float | None) -> bool:
    """Whether a number stays as it is; sums made in another order differ in their last digits."""
    if before is None or after is None:
        return before is after
    return math.isclose(before, after, rel_tol=1e-9, abs_tol=1e-9)


@contextmanager
def open_with(
    home: Home, manifest: dict, mapped: Mapped
) -> Iterator[tuple[duckdb.DuckDBPyConnection, duckdb.DuckDBPyConnection]]:
    """(the current generation, a copy of it that has the batch as well); the copy is gone afterwards, whatever happens."""
    generation = open_current(home)
    make_directory(home.cache)
    with tempfile.TemporaryDirectory(dir=home.cache, prefix="foreseen-") as folder:
        copy = Path(folder) / "with.duckdb"
        copy_file(generation_path(home, generation.number), copy)
        with duckdb.connect(str(copy)) as connection:
            for batch_id in list_replaced(manifest):
                leave_aside(connection, batch_id)
            insert_batch(connection, 1 << 30, manifest, mapped)
            resolve_locations(connection, [manifest["batch_sha256"][:12]])
            yield generation.cursor(), connection


def leave_aside(connection: duckdb.DuckDBPyConnection, batch_id: str) -> None:
    """Takes out of a copy the rows of a batch that another is the new version of."""
    for (table,) in connection.execute(
        "select table_name from duckdb_columns() where column_name = 'batch_id' and not internal and table_name in "
        "(select table_name from duckdb_tables())"
    ).fetchall():
        connection.execute(f"delete from {table} where batch_id = $1", [batch_id])  # noqa: S608 — a table of schema.sql
