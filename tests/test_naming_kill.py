"""A writer killed at any step of naming activities: no name is lost, none stands twice, and the next command finishes."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from etl.loading import load_file, rebuild, redo, undo
from etl.naming import list_runs, rerun_register, set_threshold
from soundings.generations import open_current
from soundings.home import Home
from soundings.model import SoundingsError
from tests.killing import make_old, open_context, strike_everywhere
from tests.registers import load, meet, read, say_facts, write_sheets

SEED = 20261123
KINDS = ("load", "undo", "redo", "threshold", "everything")


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


@pytest.fixture(scope="module")
def context():
    return open_context("tests.kill_worker", "tests.killing", "tests.test_naming_kill")


@pytest.mark.slow
@pytest.mark.parametrize("what", KINDS)
def test_a_writer_killed_at_any_step_of_naming_loses_no_name_and_doubles_none(what, context, tmp_path):
    home, chance = Home(tmp_path / "home"), random.Random(SEED)
    batches = [load(home, f"first{number}", **make_sheets(chance, number)) for number in range(3)]
    undo(home, batches[0])
    make_old(home)
    write_sheets(tmp_path / "new", make_sheets(chance, 3))
    argument = {
        "load": str(tmp_path / "new"),
        "undo": batches[1],
        "redo": batches[0],
        "threshold": "4",
        "everything": "",
    }
    before = read_history(home)
    for struck in strike_everywhere(context, make_change, home, what, argument[what]):
        held = read_history(struck.home)
        check_names(struck.home, {*before, *held})
        make_change(struck.home, what, argument[what])  # the next command works, and finishes what was begun
        after = read_history(struck.home)
        assert not struck.is_acknowledged or what == "everything" or held == after, struck.moment
        assert struck.moment.number or held == before
        check_names(struck.home, {*before, *held, *after})
        assert rerun_register(struck.home) == [], "every name follows from what is recorded now"
        if struck.is_acknowledged:
            shutil.rmtree(struck.home.store)
            rebuild(struck.home)
            assert read_history(struck.home) == after


def make_sheets(chance: random.Random, file: int) -> dict[str, list[dict]]:
    """Four activities with a few answers each, and a group that meets; one activity is told of in every file."""
    keys = ["activity0", *(f"activity{file}-{number}" for number in range(1, 4))]
    told = [
        row
        for key in keys
        for fact in chance.sample(("can_reply", "decision_open", "made_options", "repeated_dialogue"), 2)
        for row in say_facts(key, **{fact: chance.choice(("yes", "no", "not_known"))})
    ]
    meetings = meet("2024-01-10", "2024-02-10", "2024-03-10", returning=3, key="activity0")
    return {"activities": [{"activity_id": key, "title": key} for key in keys], "facts": told, "sessions": meetings}


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
