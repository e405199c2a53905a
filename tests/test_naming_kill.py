"""A writer killed while it names activities: no name is lost, none stands twice, and the next command finishes."""

from __future__ import annotations

import multiprocessing
import random
import shutil
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from etl.loading import load_file, rebuild, redo, undo
from etl.naming import list_runs, rerun_register, set_threshold
from soundings.generations import open_current
from soundings.home import Home
from soundings.model import SoundingsError
from soundings.thresholds import read_changes
from tests.killing import run_and_kill
from tests.registers import load, meet, read, say_facts, write_sheets

KILLS = 40
SEED = 20261123


def change(root: Path, what: str, argument: str, pipe) -> None:
    """Says “ready”, makes the change, and says so once it is acknowledged."""
    pipe.send("ready")
    make_change(Home(root), what, argument)
    pipe.send("done")


def make_change(home: Home, what: str, argument: str) -> None:
    """One change that names activities. Asked for again, it is finished where it was cut short."""
    if what == "load":
        load_file(home, Path(argument), "native")
    elif what == "threshold":
        try:
            set_threshold(home, "continuing_sessions", int(argument), "A tester", "To see what becomes of it.")
        except SoundingsError as error:
            assert "already" in str(error)
    elif what == "everything":
        rerun_register(home, everything=True)
    else:
        {"undo": undo, "redo": redo}[what](home, argument)


@pytest.mark.slow
def test_a_writer_killed_while_naming_loses_no_name_and_doubles_none(tmp_path):
    home = Home(tmp_path / "home")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.kill_worker", "tests.test_naming_kill"])
    chance = random.Random(SEED)
    batches = [load(home, f"first{number}", **make_sheets(chance)) for number in range(3)]
    seconds = max(time_change(home, chance, number) for number in range(3))
    seen: set[tuple] = set()
    cut_short = 0
    for number in range(KILLS):
        what, argument = choose_change(chance, home, batches, number)
        before = read_history(home)
        is_done = run_and_kill(context, change, home, what, argument, chance.uniform(0, seconds * 1.1))
        held = read_history(home)
        check_names(home, seen)
        make_change(home, what, argument)  # the next command works, and finishes what was begun
        after = read_history(home)
        assert not is_done or what == "everything" or held == after
        cut_short += held == before and held != after
        seen |= set(after)
        check_names(home, seen)
        assert rerun_register(home) == [], "every name follows from what is recorded now"
    assert 5 <= cut_short < KILLS, cut_short
    before = read_history(home)
    shutil.rmtree(home.store)
    rebuild(home)
    assert read_history(home) == before


def make_sheets(chance: random.Random) -> dict[str, list[dict]]:
    """Four activities with a few answers each, and a group that meets."""
    keys = [f"activity{number}" for number in range(4)]
    told = [
        row
        for key in keys
        for fact in chance.sample(("can_reply", "decision_open", "made_options", "repeated_dialogue"), 2)
        for row in say_facts(key, **{fact: chance.choice(("yes", "no", "not_known"))})
    ]
    meetings = meet("2024-01-10", "2024-02-10", "2024-03-10", returning=3, key="activity0")
    return {"activities": [{"activity_id": key, "title": key} for key in keys], "facts": told, "sessions": meetings}


def choose_change(chance: random.Random, home: Home, batches: list[str], number: int) -> tuple[str, str]:
    """A change to make: the first of a new folder, or one of what is there."""
    what = chance.choice(("load", "load", "undo", "redo", "threshold", "everything"))
    if what == "threshold":
        changes = read_changes(home)
        return what, "3" if changes and changes[-1].after == 4 else "4"
    if what in ("undo", "redo"):
        return what, chance.choice(batches)
    if what == "everything":
        return what, ""
    folder = home.root.parent / f"load{number}"
    write_sheets(folder, make_sheets(chance))
    return what, str(folder)


def time_change(home: Home, chance: random.Random, number: int) -> float:
    """Seconds that one load takes, left alone."""
    started = time.perf_counter()
    load(home, f"timed{number}", **make_sheets(chance))
    return time.perf_counter() - started


def read_history(home: Home) -> list[tuple]:
    """Every row of every run of the activities there are."""
    return (
        open_current(home)
        .cursor()
        .execute(
            "select run, activity_id, rubric_version, name, inputs, because from classification order by run, activity_id"
        )
        .fetchall()
    )


def check_names(home: Home, seen: set[tuple]) -> None:
    """No row stands twice, no activity of the store is without a name, and what was ever seen is kept."""
    rows = read_history(home)
    assert len({(run, activity_id) for run, activity_id, *_ in rows}) == len(rows)
    [(nameless,)] = read(
        home, "select count(*) from activity_now where activity_id not in (select activity_id from classification)"
    )
    assert nameless == 0
    kept = {
        (row["run"], row["activity_id"], row["rubric_version"], row["name"], row["inputs"], row["because"])
        for path in list_runs(home)
        for row in pq.read_table(path).to_pylist()
    }
    assert seen <= kept
