"""A batch and the new version of it: whatever is undone, put back or cut short, in whatever order, one of them counts."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path

import pytest

import etl.accepting
from etl.approval.invitations import invite
from etl.approval.waiting import DECLINED, WAITING, approve, decline, list_sent
from etl.demo.illustrating import add_demo, remove_demo
from etl.form.reading import start_change
from etl.form.records import activity_id_of, send_form
from etl.inbox import LogLine, append_log, read_batches, read_history, read_log
from etl.loading import load_file, rebuild, redo, undo
from etl.places.loading import add_places
from etl.replay import sync
from etl.status import status
from soundings.content import content_hash
from soundings.generations import open_current
from soundings.home import Home
from soundings.model import BadFile, SoundingsError
from soundings.store import open_writer
from tests.forms import TODAY, ask, make_draft, send
from tests.homes import make_wards_home
from tests.making import write_contributions, write_places
from tests.pages import open_room

VERSIONS = ("first", "second", "third")
EVERY_ORDER = (
    "123412314231243121342132413214321"  # the four steps in each of their 24 orders, one running into the next
)


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path / "home")


def held(home: Home) -> str:
    return content_hash(open_current(home).cursor())


def states(home: Home) -> dict[str, str]:
    return {batch.batch_id: batch.state for batch in read_batches(home)}


def load(home: Home, name: str, **options) -> str:
    """The id of a batch of its own; the same name is the same file."""
    path = home.root.parent / f"{name}.csv"
    if not path.exists():
        write_contributions(path, name, 3)
    return load_file(home, path, "contributions", **options).batch_id


def measure_alone(folder: Path, name: str | None) -> str:
    """What a home holds that never had another batch than this one; or none at all."""
    home = Home(folder / f"alone-{name}" / "home")
    home.root.parent.mkdir()
    add_places(home, write_places(home.root.parent / "wards.geojson"), "ward")
    if name:
        load(home, name)
    return held(home)


def test_undo_and_redo_of_a_batch_and_its_new_version_in_every_order_are_as_if_never_and_always(home, tmp_path):
    alone = {name: measure_alone(tmp_path, name) for name in (None, *VERSIONS[:2])}
    add_places(home, write_places(tmp_path / "wards.geojson"), "ward")
    ids = {"first": load(home, "first")}
    ids["second"] = load(home, "second", replaces=ids["first"])
    steps, undone = list(itertools.product((undo, redo), ids)), set()
    assert {tuple(order) for order in itertools.permutations("1234")} <= set(
        zip(*(EVERY_ORDER[n:] for n in range(4)), strict=False)
    )
    for number in EVERY_ORDER:
        step, name = steps[int(number) - 1]
        told = step(home, ids[name])
        assert told.is_change == ((name in undone) == (step is redo))
        undone = undone - {name} if step is redo else undone | {name}
        is_aside = name == "first" and "second" not in undone
        assert told.state == ("undone" if name in undone else "replaced" if is_aside else "active")
        newest = next((one for one in ("second", "first") if one not in undone), None)
        assert held(home) == alone[newest]
    assert rebuild(home).agrees


def test_of_three_versions_the_newest_that_is_not_undone_stands(home, tmp_path):
    alone = {name: measure_alone(tmp_path, name) for name in (None, *VERSIONS)}
    add_places(home, write_places(tmp_path / "wards.geojson"), "ward")
    ids, before = {}, None
    for name in VERSIONS:
        before = ids[name] = load(home, name, **({"replaces": before} if before else {}))
    for undone in itertools.chain.from_iterable(itertools.combinations(VERSIONS, count) for count in range(4)):
        for name in undone:
            undo(home, ids[name])
        newest = next((name for name in reversed(VERSIONS) if name not in undone), None)
        assert held(home) == alone[newest], undone
        for name in undone:
            redo(home, ids[name])
        assert held(home) == alone["third"]


def test_a_version_is_not_put_back_beside_another_of_the_same(home):
    first = load(home, "first")
    second = load(home, "second", replaces=first)
    undo(home, second)
    third = load(home, "third", replaces=first)
    with pytest.raises(
        SoundingsError, match=rf"cannot be put back: third.csv \(batch {third}\).*soundings undo {third}"
    ):
        redo(home, second)
    assert states(home) == {first: "replaced", second: "undone", third: "active"}
    undo(home, third)
    assert redo(home, second).state == "active"


def test_a_file_takes_the_place_only_of_what_is_current_when_it_is_written_down(home, monkeypatch):
    """Another process may have replaced it since the choice was made; only inside the lock is it sure."""
    first = load(home, "first")
    real = etl.loading.accept_batch

    def accept_late(*args, **kwargs):
        monkeypatch.setattr(etl.loading, "accept_batch", real)
        load(home, "second", replaces=first)
        return real(*args, **kwargs)

    monkeypatch.setattr(etl.loading, "accept_batch", accept_late)
    with pytest.raises(BadFile, match=rf"Batch {first} \(first.csv\) is replaced, so this file cannot take its place"):
        load(home, "third", replaces=first)
    assert list(states(home).values()) == ["replaced", "active"]


def test_the_same_correction_again_is_the_batch_that_is_there(home):
    first = load(home, "first")
    second = load(home, "second", replaces=first)
    assert load(home, "second", replaces=first) == load(home, "second", replaces=first, dry_run=True) == second
    assert states(home) == {first: "replaced", second: "active"}
    with pytest.raises(BadFile, match=f"Batch {first} .first.csv. is replaced"):
        load(home, "third", replaces=first, dry_run=True)


def test_a_load_that_failed_leaves_no_trace_of_what_it_would_have_replaced_or_withdrawn(home, monkeypatch):
    """The disk is full at the last step; the same file is then loaded to stand beside the other."""
    add_demo(home)
    demo, before = set(states(home)), held(home)
    with monkeypatch.context() as patch:
        patch.setattr(etl.accepting, "commit", fail)
        with pytest.raises(OSError, match="No space left"):
            load(home, "first")
    with open_writer(home) as writer:
        sync(writer)
    assert held(home) == before and set(states(home).values()) == {"active"} and not read_history(home)
    first = load(home, "first")
    assert {states(home)[one] for one in demo} == {"undone"}
    with monkeypatch.context() as patch:
        patch.setattr(etl.accepting, "commit", fail)
        with pytest.raises(OSError, match="No space left"):
            load(home, "second", replaces=first)
    second = load(home, "second")
    assert (states(home)[first], states(home)[second]) == ("active", "active")
    audit = "select what, count(*) from audit where what <> 'accepted' group by what"
    assert ask(home, audit) == [("undone", len(demo))] and rebuild(home).agrees


def fail(*args, **kwargs):
    raise OSError(28, "No space left on device")


def test_tried_again_the_same_way_it_replaces_and_is_told_once(home, monkeypatch):
    first = load(home, "first")
    with monkeypatch.context() as patch:
        patch.setattr(etl.accepting, "commit", fail)
        with pytest.raises(OSError, match="No space left"):
            load(home, "second", replaces=first)
    second = load(home, "second", replaces=first)
    assert states(home) == {first: "replaced", second: "active"}
    assert [(line.what, line.batch_id) for line in read_history(home)] == [("replaces", second)]
    assert ask(home, "select count(*) from audit where what = 'replaces'") == [(1,)]


def test_a_death_between_the_inbox_and_the_store_is_finished_by_the_next_writer(home, monkeypatch):
    add_demo(home)
    demo = set(states(home))

    def die(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        synced = iter([etl.accepting.sync])
        patch.setattr(etl.accepting, "sync", lambda *args: next(synced, die)(*args))
        with pytest.raises(KeyboardInterrupt):
            load(home, "first")
    assert status(home)["store_state"] == "behind"
    with open_writer(home) as writer:
        sync(writer)
    (first,) = set(states(home)) - demo
    assert status(home)["inbox"]["agrees_with_store"] and ask(home, "select batch_id from batch") == [(first,)]


def test_a_home_whose_log_was_written_the_old_way_reads_the_same(home):
    """Before, a withdrawal was a plain undo, and the log alone said what is replaced; the manifest said so from the first day."""
    add_demo(home)
    first = load(home, "first")
    second = load(home, "second", replaces=first)
    before, told = held(home), states(home)
    path = home.inbox / "log.jsonl"
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    old = [{name: value for name, value in line.items() if name != "with_id"} for line in lines]
    path.write_text("".join(json.dumps(line) + "\n" for line in old), encoding="utf-8")
    for manifest in home.inbox.glob("*/manifest.json"):
        kept = json.loads(manifest.read_text(encoding="utf-8"))
        kept.pop("withdraws", None)
        manifest.write_text(json.dumps(kept), encoding="utf-8")
    assert states(home) == told and rebuild(home).agrees and held(home) == before
    # What a load that failed left behind in those days is no trap any more.
    third = load(home, "third")
    append_log(home, [LogLine("2026-11-01T10:00:00", "kit", "replaces", third, replaced_id=second)])
    assert states(home)[second] == "active" and read_log(home)[-1] not in read_history(home)


def test_an_example_that_was_changed_leaves_with_the_made_up_place_in_all_its_versions(home):
    add_demo(home)
    draft = make_draft(where_how="none")
    send_form(home, open_current(home).cursor(), draft, TODAY, is_demo=True, who="kit")
    change = start_change(open_current(home).cursor(), activity_id_of(draft))
    send_form(home, open_current(home).cursor(), change, TODAY, is_demo=True, who="kit")
    examples = [batch_id for batch_id, state in states(home).items()][-2:]
    remove_demo(home)
    assert set(states(home).values()) == {"undone"}
    for batch_id in examples:
        redo(home, batch_id)
    load(home, "first")
    assert [states(home)[batch_id] for batch_id in examples] == ["undone", "undone"]


def test_a_change_that_waited_while_the_record_was_changed_is_refused_for_what_it_is(tmp_path):
    home = make_wards_home(tmp_path, has_records=False)
    draft = make_draft(organisation="Org")
    send(home, draft)
    invitation, _ = invite(home, "Org", who="kit")
    connection = open_current(home).cursor()
    theirs, late, ours = (start_change(connection, activity_id_of(draft)) for _ in range(3))
    theirs = replace(theirs, answers={**theirs.answers, "summary": "theirs"})
    waiting = send_form(home, connection, theirs, TODAY, invitation=invitation)
    send(home, replace(ours, answers={**ours.answers, "summary": "staff's"}))
    with pytest.raises(
        BadFile, match="changed meanwhile.*Ask Org to open it again and send the change anew, or decline"
    ):
        approve(home, waiting.batch_id, who="kit")
    with pytest.raises(BadFile, match="This record was changed meanwhile; open it again .* Your draft is kept"):
        send_form(home, open_current(home).cursor(), late, TODAY, invitation=invitation)
    assert [one.state for one in list_sent(home)] == [WAITING]
    assert ask(home, "select summary, (select sum(value) from activity_count) from activity") == [("staff's", 1200.0)]
    assert decline(home, waiting.batch_id, "It was changed here.").state == DECLINED
    again = start_change(open_current(home).cursor(), activity_id_of(draft))
    sent = send_form(home, open_current(home).cursor(), again, TODAY, invitation=invitation)
    assert approve(home, sent.batch_id, who="kit").is_new and rebuild(home).agrees


def test_the_receipt_of_what_was_changed_since_offers_no_way_to_put_it_back(tmp_path, monkeypatch):
    home = make_wards_home(tmp_path, has_records=False)
    draft = make_draft()
    first = send(home, draft).batch_id
    second = send(home, start_change(open_current(home).cursor(), activity_id_of(draft))).batch_id
    at = open_room(monkeypatch, home, "add", {"receipt": first})
    assert not at.exception and [one.value for one in at.title] == ["A later version stands"]
    assert {one.label for one in at.button}.isdisjoint({"Undo", "Put it back"})
    undo(home, second)
    at = open_room(monkeypatch, home, "add", {"receipt": first})
    assert [one.value for one in at.title] == ["Sent. Thank you."]
