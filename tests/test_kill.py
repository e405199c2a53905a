"""A writer killed at any moment loses nothing that was acknowledged and leaves no half batch."""

from __future__ import annotations

import multiprocessing
import random
from pathlib import Path

import pytest

from etl.inbox import read_batches, read_history
from etl.status import status
from soundings.content import content_hash
from soundings.home import Home
from soundings.store import open_current
from tests.kill_worker import change, make_change
from tests.killing import run_and_kill, time_change
from tests.making import write_contributions, write_places

KILLS = 100
ROWS = 30
SEED = 20261123


def read_rows(home: Home) -> dict[str, tuple[int, int]]:
    """Batch → (records in the store, records by its manifest), for batches of records."""
    found = (
        open_current(home)
        .cursor()
        .execute(
            """
            select b.batch_id, (select sum(source_row_count) from activity_count c where c.batch_id = b.batch_id), b.rows_accepted
            from batch b
            where b.kind = 'records'
            """
        )
        .fetchall()
    )
    return {batch_id: (stored, accepted) for batch_id, stored, accepted in found}


def read_hash(home: Home) -> str | None:
    generation = open_current(home)
    return content_hash(generation.cursor()) if generation else None


@pytest.mark.slow
def test_a_killed_writer_loses_nothing_acknowledged_and_leaves_no_half_batch(tmp_path):
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.kill_worker"])
    home = Home(tmp_path / "home")
    make_change(home, "places", str(write_places(tmp_path / "wards.geojson")))
    chance = random.Random(SEED)
    timed = [write_contributions(tmp_path / f"timed{number}.csv", f"Timed {number}", ROWS) for number in range(3)]
    seconds = max(time_change(context, change, home, "load", str(path)) for path in timed)
    outcomes = {"before": 0, "after": 0}
    acknowledged_count = 0
    for number in range(KILLS):
        what, argument = choose_change(chance, home, tmp_path, number)
        before = read_hash(home)
        acknowledged = run_and_kill(context, change, home, what, argument, chance.uniform(0, seconds * 1.15))

        held = read_hash(home)
        check_whole(home)
        make_change(home, what, argument)  # the next command works, and finishes what was begun
        after = read_hash(home)
        assert held in (before, after)
        assert not acknowledged or held == after
        outcomes["after" if held == after else "before"] += 1
        acknowledged_count += acknowledged
        check_whole(home)
        check_agrees(home)
        check_tidy(home)
    # The moments were spread over the whole of the work: both ends were met often.
    assert min(outcomes.values()) >= 5 and 0 < acknowledged_count < KILLS, (outcomes, acknowledged_count)
    check_rebuild(home)


def choose_change(chance: random.Random, home: Home, folder: Path, number: int) -> tuple[str, str]:
    """Mostly loads; sometimes an undo, a redo, a new version of a batch that never had one, or places with new names."""
    drawn = chance.random()
    batches = [batch for batch in read_batches(home) if batch.read_manifest()["kind"] == "records"]
    undone = [batch.batch_id for batch in batches if not batch.is_active]
    if drawn < 0.1 and undone:
        return "redo", chance.choice(undone)
    if drawn < 0.25:
        return "undo", chance.choice([batch.batch_id for batch in batches if batch.is_active])
    if drawn < 0.35:
        return "places", str(write_places(folder / f"wards-{number}.geojson", names=f"Named {number}"))
    path = str(write_contributions(folder / f"answers-{number}.csv", f"Topic {number}", ROWS))
    replaced = {line.replaced_id for line in read_history(home)}
    alone = [batch.batch_id for batch in batches if batch.is_active and batch.batch_id not in replaced]
    if drawn < 0.55 and alone:
        return "replace", f"{path}?{chance.choice(alone)}"
    return "load", path


def check_whole(home: Home) -> None:
    """Readers find a store, and every batch in it has all its rows."""
    told = status(home)
    assert told["store_state"] in ("ok", "behind"), told["problem"]
    assert all(stored == accepted == ROWS for stored, accepted in read_rows(home).values())


def check_agrees(home: Home) -> None:
    assert status(home)["inbox"]["agrees_with_store"]


def check_tidy(home: Home) -> None:
    """No file of an interrupted writer is left beside the store or in the inbox."""
    assert not [path.name for path in home.store.iterdir() if path.name != "current" and not path.name.startswith("g0")]
    assert not list(home.inbox.glob(".staged-*"))


def check_rebuild(home: Home) -> None:
    from etl.loading import rebuild

    before = read_hash(home)
    result = rebuild(home)
    assert result.agrees and result.content_hash == before
