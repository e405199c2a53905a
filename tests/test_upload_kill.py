"""A dashboard killed at any step of an upload, an undo, or what an organisation sent: nothing acknowledged is lost."""

from __future__ import annotations

import hashlib

import pytest

from etl.approval.waiting import WAITING, approve, list_sent
from etl.inbox import read_batches
from etl.loading import rebuild, redo, undo
from etl.readers import read_bytes
from etl.uploads.uploading import Wanted, confirm_upload, prepare_upload
from soundings.content import content_hash
from soundings.generations import open_current
from soundings.home import Home
from tests.homes import make_wards_home, ward_code
from tests.killing import make_old, open_context, strike_everywhere

ACTIVITIES = 12
GUESTS = "Riverside Gardeners"
INVITATION = "a-made-up-id"
KINDS = ("upload", "undo", "redo", "send", "approve")


def make_change(home: Home, what: str, argument: str) -> None:
    """What a click on a page does. Clicked again, it is finished where it was cut short."""
    if what in ("upload", "send"):
        invited = GUESTS if what == "send" else None
        content = write_activities(argument, invited or "Harbour Hub")
        # Read here, and not in a process apart as the page does: reading writes nothing.
        sheets = read_bytes(content, f"{argument}.csv")
        wanted = Wanted(invited=invited)
        prepared = prepare_upload(home, f"{argument}.csv", hashlib.sha256(content).hexdigest(), sheets, wanted)
        confirm_upload(home, prepared, INVITATION if invited else None)
    elif what == "approve":
        approve(home, argument)
    else:
        {"undo": undo, "redo": redo}[what](home, argument)


def write_activities(key: str, organisation: str) -> bytes:
    """A file of twelve activities that no other file has."""
    head = "activity_id,title,method,start_date,organisation,place_code,place_role"
    rows = [
        f"{key}-{number},{key} {number},workshop,2026-03-{number + 1:02d},{organisation},{ward_code(1)},venue"
        for number in range(ACTIVITIES)
    ]
    return "\n".join([head, *rows, ""]).encode()


@pytest.fixture(scope="module")
def context():
    return open_context("tests.kill_worker", "tests.killing", "tests.test_upload_kill")


@pytest.fixture
def home(tmp_path) -> Home:
    """Wards, an upload that stands, one undone, and one that was sent and waits."""
    home = make_wards_home(tmp_path, has_records=False)
    for what, argument in (("upload", "standing"), ("upload", "undone"), ("send", "waiting")):
        make_change(home, what, argument)
    undo(home, read_batches(home)[-1].batch_id)
    make_old(home)
    return home


def choose_argument(home: Home, what: str) -> str:
    """What the change is made with: a new file's name, or the batch there is for it."""
    if what == "approve":
        return list_sent(home)[0].batch_id
    standing, undone = [batch.batch_id for batch in read_batches(home) if batch.read_manifest()["kind"] == "records"]
    return {"undo": standing, "redo": undone}.get(what, f"a-new-{what}")


@pytest.mark.slow
@pytest.mark.parametrize("what", KINDS)
def test_a_dashboard_killed_at_any_step_loses_nothing_acknowledged_and_doubles_nothing(home, what, context):
    argument = choose_argument(home, what)
    before, outcomes = read_state(home), []
    for struck in strike_everywhere(context, make_change, home, what, argument):
        held = read_state(struck.home)
        make_change(struck.home, what, argument)
        after = read_state(struck.home)
        # An approval is in the inbox a moment before it is in the store; the next command that writes brings it there.
        assert all(now in (was, is_) for now, was, is_ in zip(held, before, after, strict=True)), struck.moment
        assert held == after or not struck.is_acknowledged, struck.moment
        outcomes.append([now == is_ for now, is_ in zip(held, after, strict=True)])
        check_whole(struck.home)
        if struck.is_acknowledged:
            again = rebuild(struck.home)
            assert again.agrees and again.content_hash == after[0]
    # What the store holds, and what was sent: each changes at one step, and stays changed.
    assert all(list(told) == sorted(told) for told in zip(*outcomes, strict=True))
    assert not all(outcomes[0]) and all(outcomes[-1])


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
    assert set(found) <= active and set(found.values()) <= {ACTIVITIES}
    for one in list_sent(home):
        if one.state == WAITING:
            assert sum(len(table) for table in one.batch.read_tables().values()) == ACTIVITIES
    assert not list(home.inbox.rglob(".staged-*"))
