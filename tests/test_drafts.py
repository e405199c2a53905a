"""Drafts on the disk: private, whole, found again, and never in the store."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from etl.form.drafts import (
    ID,
    Draft,
    DraftGone,
    Sent,
    delete_draft,
    draft_path,
    hold_alone,
    list_drafts,
    make_draft_id,
    mark_sent,
    read_draft,
    read_sent,
    save_changes,
    save_draft,
)
from soundings.generations import open_current
from soundings.home import Home
from soundings.model import SoundingsError


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path / "home")


def test_a_draft_is_read_back_as_it_was_typed(home):
    saved = save_draft(home, Draft(make_draft_id(), {"title": "Tê a sgwrs “½”\nail linell"}, {"key": "k"}))
    assert read_draft(home, saved.draft_id) == saved and saved.changed_at
    assert list_drafts(home) == [saved]


def test_ids_cannot_be_guessed_and_name_no_other_file(home):
    ids = {make_draft_id() for _ in range(500)}
    assert len(ids) == 500 and all(ID.fullmatch(one) for one in ids)
    for wrong in ("", "../../inbox/log.jsonl", "a" * 21, "a" * 23, "a" * 21 + "/", "a" * 21 + "\n"):
        assert draft_path(home, wrong) is None and read_draft(home, wrong) is None
    with pytest.raises(SoundingsError):
        save_draft(home, Draft("../escape", {"title": "x"}))


def test_a_later_saving_takes_the_place_of_the_earlier_and_leaves_nothing_beside_it(home):
    draft = Draft(make_draft_id(), {"title": "one"})
    save_draft(home, draft)
    save_draft(home, Draft(draft.draft_id, {"title": "two"}))
    assert read_draft(home, draft.draft_id).answers == {"title": "two"}
    assert [path.name for path in home.drafts.iterdir()] == [f"{draft.draft_id}.json"]
    assert stat.S_IMODE(home.drafts.stat().st_mode) == 0o700


def test_a_saving_cut_short_leaves_the_draft_before_it(home):
    draft = save_draft(home, Draft(make_draft_id(), {"title": "whole"}))
    path = draft_path(home, draft.draft_id)
    path.with_name(path.name + ".new").write_text('{"answers": {"title": "ha')
    assert read_draft(home, draft.draft_id).title == "whole" and len(list_drafts(home)) == 1


def test_a_draft_that_is_damaged_is_said_and_left_out_of_the_list(home):
    whole, broken = (save_draft(home, Draft(make_draft_id(), {"title": one})) for one in ("whole", "broken"))
    draft_path(home, broken.draft_id).write_text("{")
    with pytest.raises(SoundingsError, match="cannot be read"):
        read_draft(home, broken.draft_id)
    assert list_drafts(home) == [whole]


def test_a_draft_too_long_is_refused_and_the_one_before_kept(home):
    draft = save_draft(home, Draft(make_draft_id(), {"title": "short"}))
    with pytest.raises(SoundingsError, match="Shorten"):
        save_draft(home, Draft(draft.draft_id, {"title": "x" * 300_000}))
    assert read_draft(home, draft.draft_id).title == "short"


def test_a_deleted_draft_is_gone_and_no_draft_makes_a_store(home):
    draft = save_draft(home, Draft(make_draft_id(), {"title": "x"}))
    assert open_current(home) is None and not home.inbox.exists()
    delete_draft(home, draft.draft_id)
    delete_draft(home, draft.draft_id)
    assert read_draft(home, draft.draft_id) is None and list_drafts(home) == []


def test_each_window_writes_what_was_changed_in_it_alone(home):
    seen = save_draft(home, Draft(make_draft_id(), {"title": "one", "method": "survey", "cost": "£4"}))
    with hold_alone(home, seen.draft_id):
        first = save_changes(home, seen, {"title": "two", "method": "survey", "cost": "£4", "gave": "tea"})
        second = save_changes(home, seen, {"title": "three", "method": "group"})
    assert (first.overwritten, second.overwritten) == ({}, {"title": "two"})
    assert read_draft(home, seen.draft_id) == second.draft
    assert second.draft.answers == {"title": "three", "method": "group", "gave": "tea"}


def test_windows_that_save_at_once_lose_nothing_of_each_other(home):
    seen = save_draft(home, Draft(make_draft_id(), {"title": "x"}))

    def type_in(number: int) -> None:
        answers, held = dict(seen.answers), seen
        for turn in range(10):
            answers[f"o{number}_what"] = f"change {number}, {turn}"
            with hold_alone(home, seen.draft_id):
                held = replace(save_changes(home, held, answers).draft, answers=dict(answers))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(type_in, range(1, 5)))
    kept = read_draft(home, seen.draft_id).answers
    assert kept == {"title": "x"} | {f"o{number}_what": f"change {number}, 9" for number in range(1, 5)}


@pytest.mark.parametrize("is_sent", [True, False])
def test_a_draft_that_is_gone_is_not_written_again(home, is_sent):
    seen = save_draft(home, Draft(make_draft_id(), {"title": "secret words"}, {"for": "The Net Menders"}))
    with hold_alone(home, seen.draft_id):
        mark_sent(home, seen, "b1") if is_sent else delete_draft(home, seen.draft_id)
        with pytest.raises(DraftGone):
            save_changes(home, seen, {"title": "later"})
    assert read_draft(home, seen.draft_id) is None and list_drafts(home) == []
    assert read_sent(home, seen.draft_id) == (Sent("b1", "The Net Menders") if is_sent else None)
    assert not any("secret words" in path.read_text() for path in home.drafts.iterdir())


def test_a_draft_is_gone_from_the_moment_it_is_marked_as_sent(home):
    seen = save_draft(home, Draft(make_draft_id(), {"title": "x"}))
    kept = draft_path(home, seen.draft_id).read_text()
    mark_sent(home, seen, "b1")
    draft_path(home, seen.draft_id).write_text(kept)  # the machine died before the draft itself was deleted
    assert read_draft(home, seen.draft_id) is None and list_drafts(home) == []
    assert read_sent(home, "../" + "a" * 19) is None
