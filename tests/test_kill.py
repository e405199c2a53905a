"""A writer killed at any step loses nothing that was acknowledged and leaves no half batch."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from etl.inbox import read_history
from etl.loading import rebuild
from etl.status import status
from soundings.content import content_hash
from soundings.home import Home
from soundings.store import open_current
from tests.kill_worker import make_change
from tests.killing import leave_behind, make_old, open_context, record_steps, strike_everywhere
from tests.making import write_contributions, write_places

ROWS = 30
KINDS = ("load", "replace over leftovers", "undo", "redo", "places")
PROJECT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def context():
    return open_context("tests.kill_worker", "tests.killing")


@pytest.fixture
def home(tmp_path) -> Home:
    """Wards and three batches of answers, the first of them undone."""
    home = Home(tmp_path / "home")
    make_change(home, "places", str(write_places(tmp_path / "wards.geojson")))
    paths = [write_contributions(tmp_path / f"answers{number}.csv", f"Topic {number}", ROWS) for number in range(3)]
    batches = [make_change(home, "load", str(path)) for path in paths]
    make_change(home, "undo", batches[0])
    make_old(home)
    return home


def prepare_change(home: Home, kind: str, folder: Path) -> tuple[str, str]:
    """A change of this kind to this home: what `make_change` takes."""
    undone, standing = [line.batch_id for line in read_history(home)][-1], find_standing(home)
    if kind == "replace over leftovers":
        leave_behind(home)
    new = write_contributions(folder / "new.csv", "A new topic", ROWS)
    return {
        "load": ("load", str(new)),
        "replace over leftovers": ("replace", f"{new}?{standing}"),
        "undo": ("undo", standing),
        "redo": ("redo", undone),
        "places": ("places", str(write_places(folder / "named.geojson", names="Named"))),
    }[kind]


def find_standing(home: Home) -> str:
    """A batch of records that is in the store."""
    ids = "select batch_id from batch where kind = 'records' order by batch_id"
    return open_current(home).cursor().execute(ids).fetchall()[0][0]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_writer_killed_at_any_step_loses_nothing_acknowledged_and_leaves_no_half_batch(home, kind, context, tmp_path):
    what, argument = prepare_change(home, kind, tmp_path)
    before, outcomes = read_hash(home), []
    for struck in strike_everywhere(context, make_change, home, what, argument):
        held = read_hash(struck.home)
        check_whole(struck.home)
        make_change(struck.home, what, argument)  # the next command works, and finishes what was begun
        after = read_hash(struck.home)
        assert held in (before, after), struck.moment
        assert held == after or not struck.is_acknowledged, struck.moment
        outcomes.append(held == after)
        check_whole(struck.home)
        assert status(struck.home)["inbox"]["agrees_with_store"], struck.moment
        check_tidy(struck.home)
        if struck.is_acknowledged:
            check_rebuild(struck.home)
    # There is one step before which nothing of the change is there, and after which all of it is.
    assert outcomes == sorted(outcomes) and not outcomes[0] and outcomes[-1]


def test_the_steps_of_a_change_are_those_that_make_it_safe(home, context, tmp_path):
    what, argument = prepare_change(home, "replace over leftovers", tmp_path)
    steps = record_steps(context, make_change, home, what, argument)
    words = {word for word, _ in steps}
    assert words == {
        *("make folder", "write", "cut", "append", "sync", "rename", "remove", "remove folder", "remove from folder"),
        *("create", "commit", "checkpoint"),
    }
    for number, (word, name) in enumerate(steps):
        if word in ("write", "append"):
            assert steps[number + 1] == ("sync", name), "what is written is on the disk before anything else is done"
        if word == "rename":
            assert steps[number + 1][0] == "sync", "and so is a name"
    pointed = steps.index(("rename", "current"))
    assert steps.index(("checkpoint", "building.duckdb")) < steps.index(("sync", "building.duckdb")) < pointed


def test_only_the_module_of_steps_asks_for_the_disk():
    calls = {
        path.relative_to(PROJECT).as_posix()
        for folder in ("soundings", "etl", "pages")
        for path in (PROJECT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("fsync", "fdatasync")
    }
    assert calls == {"soundings/disk.py"}


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


def check_whole(home: Home) -> None:
    """Readers find a store, and every batch in it has all its rows."""
    told = status(home)
    assert told["store_state"] in ("ok", "behind"), told["problem"]
    assert all(stored == accepted == ROWS for stored, accepted in read_rows(home).values())


def check_tidy(home: Home) -> None:
    """No file of an interrupted writer is left beside the store or in the inbox."""
    assert not [path.name for path in home.store.iterdir() if path.name != "current" and not path.name.startswith("g0")]
    assert not list(home.inbox.glob(".staged-*"))


def check_rebuild(home: Home) -> None:
    before = read_hash(home)
    result = rebuild(home)
    assert result.agrees and result.content_hash == before
