"""A dashboard killed while it takes an upload, undoes one, or passes on what an organisation sent: nothing acknowledged is lost."""

from __future__ import annotations

import hashlib
import multiprocessing
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from etl.approval.waiting import WAITING, approve, list_sent
from etl.inbox import read_batches
from etl.loading import ReadOptions, rebuild, redo, undo
from etl.readers import read_bytes
from etl.types import Sheet
from etl.uploads.uploading import Wanted, confirm_upload, prepare_upload, read_upload
from soundings.content import content_hash
from soundings.generations import open_current
from soundings.home import Home
from tests.homes import make_wards_home, ward_code
from tests.killing import run_and_kill, time_change

KILLS = 200
SEED = 20261124
ACTIVITIES = 12
GUESTS = "Riverside Gardeners"
INVITATION = "a-made-up-id"
KINDS = ("upload", "undo", "redo", "send", "approve")


def change(root: Path, what: str, argument: str, pipe) -> None:
    """Says “ready”, makes the change, and says so once it is acknowledged."""
    pipe.send("ready")
    make_change(Home(root), what, argument)
    pipe.send("done")


def make_change(home: Home, what: str, argument: str, read: Callable = read_upload) -> None:
    """What a click on a page does. Clicked again, it is finished where it was cut short. `read`: a file's bytes to its sheets."""
    if what in ("upload", "send"):
        invited = GUESTS if what == "send" else None
        content = write_activities(argument, invited or "Harbour Hub")
        sheets = read(f"{argument}.csv", content, ReadOptions())
        wanted = Wanted(invited=invited)
        prepared = prepare_upload(home, f"{argument}.csv", hashlib.sha256(content).hexdigest(), sheets, wanted)
        confirm_upload(home, prepared, INVITATION if invited else None)
    elif what == "approve":
        approve(home, argument)
    else:
        {"undo": undo, "redo": redo}[what](home, argument)


def read_here(name: str, content: bytes, options: ReadOptions) -> list[Sheet]:
    """A file's sheets without a process of its own, which takes most of the time and writes nothing."""
    return read_bytes(content, name)


def write_activities(key: str, organisation: str) -> bytes:
    """A file of twelve activities that no other file has."""
    head = "activity_id,title,method,start_date,organisation,place_code,place_role"
    rows = [
        f"{key}-{number},{key} {number},workshop,2026-03-{number + 1:02d},{organisation},{ward_code(1)},venue"
        for number in range(ACTIVITIES)
    ]
    return "\n".join([head, *rows, ""]).encode()


@pytest.mark.slow
def test_two_hundred_kills_of_uploads_lose_nothing_acknowledged_and_double_nothing(tmp_path):
    home = make_wards_home(tmp_path, has_records=False)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.kill_worker", "tests.test_upload_kill"])
    chance = random.Random(SEED)
    seconds = {what: time_change(context, change, home, what, argument) for what, argument in prepare_timing(home)}
    outcomes = {what: {"before": 0, "after": 0} for what in KINDS}
    for number in range(KILLS):
        what, argument = choose_change(chance, home, number)
        before = read_state(home)
        acknowledged = run_and_kill(context, change, home, what, argument, chance.uniform(0, seconds[what] * 1.1))
        held = read_state(home)
        make_change(home, what, argument, read_here)
        after = read_state(home)
        # An approval is in the inbox a moment before it is in the store; the next command that writes brings it there.
        assert all(now in (was, is_) for now, was, is_ in zip(held, before, after, strict=True)), (number, what)
        assert not acknowledged or held == after, (number, what)
        outcomes[what]["after" if held == after else "before"] += 1
        seconds[what] *= 0.9 if held == after else 1.1  # as the home grows each change takes longer
        check_whole(home)
    # The moments were spread over the whole of the work: both ends of every change were met.
    assert all(min(told.values()) >= 5 for told in outcomes.values()), outcomes
    before = content_hash(open_current(home).cursor())
    again = rebuild(home)
    assert again.agrees and again.content_hash == before


def prepare_timing(home: Home) -> list[tuple[str, str]]:
    """One change of each kind, each after what it needs."""
    make_change(home, "send", "timed")
    make_change(home, "upload", "put")
    make_change(home, "upload", "aside")
    sent = list_sent(home)[0].batch_id
    put, aside = (batch.batch_id for batch in read_batches(home)[-2:])
    undo(home, aside)
    return [("upload", "new"), ("send", "sent"), ("approve", sent), ("undo", put), ("redo", aside)]


def choose_change(chance: random.Random, home: Home, number: int) -> tuple[str, str]:
    """Any of the five, as far as there is something to undo, put back or approve."""
    batches = [batch for batch in read_batches(home) if batch.read_manifest()["kind"] == "records"]
    waiting = [one.batch_id for one in list_sent(home) if one.state == WAITING]
    choices = {
        "upload": [f"file{number}"],
        "send": [f"sent{number}"],
        "approve": waiting,
        "undo": [batch.batch_id for batch in batches if batch.is_active],
        "redo": [batch.batch_id for batch in batches if not batch.is_active],
    }
    what = chance.choice([what for what in KINDS if choices[what]])
    return what, chance.choice(choices[what])


def read_state(home: Home) -> tuple:
    """What the store holds, and what became of all that was sent."""
    sent = sorted((one.batch_id, one.state) for one in list_sent(home))
    return content_hash(open_current(home).cursor()), tuple(sent)


def check_whole(home: Home) -> None:
    """Every active batch has all its rows once, what waits can be read, and nothing half-written is left."""
    found = dict(
        open_current(home).cursor().execute("select batch_id, count(*) from activity group by batch_id").fetchall()
    )
    active = {batch.batch_id for batch in read_batches(home) if batch.is_active}
    assert set(found) <= active and set(found.values()) == {ACTIVITIES}
    for one in list_sent(home):
        if one.state == WAITING:
            assert sum(len(table) for table in one.batch.read_tables().values()) == ACTIVITIES
    assert not list(home.inbox.rglob(".staged-*"))
