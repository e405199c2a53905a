"""The history of names: only added to, never doubled or lost; and what becomes of it when a threshold changes."""

from __future__ import annotations

import shutil

import pytest

from etl.loading import rebuild, redo, undo
from etl.naming import list_runs, rerun_register, set_threshold
from soundings.generations import open_current
from soundings.home import Home
from soundings.model import BrokenStore, SoundingsError
from soundings.rubric import read_rubric
from soundings.thresholds import FILE, read_changes
from tests.registers import GROUP, hash_of, history, identify, load, meet, name_of, read, say_facts


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path / "home")


# --- a history that is only added to -------------------------------------------------------------------------------


def test_a_run_that_changes_nothing_writes_nothing(home):
    load(home, "first", activities=[GROUP], facts=say_facts(can_reply="no"))
    number = open_current(home).number
    assert rerun_register(home) == []
    assert open_current(home).number == number
    assert len(history(home)) == len(list_runs(home)) == 1


def test_a_run_over_everything_adds_a_row_for_each_activity_and_says_that_nothing_changed(home):
    load(home, "first", activities=[GROUP, {"activity_id": "other", "title": "Other"}])
    changes = rerun_register(home, everything=True)
    assert [(change.title, change.before, change.after, change.because) for change in changes] == [
        (title, "Not enough recorded", "Not enough recorded", "Run again. The name stayed the same.")
        for title in sorted(("Repairs group", "Other"), key=lambda title: identify(KEYS[title]))
    ]
    assert [len(history(home, key)) for key in ("group", "other")] == [2, 2]


KEYS = {"Repairs group": "group", "Other": "other"}


def test_each_run_says_what_changed_and_what_that_did(home):
    first = {**GROUP, "first_helped_date": "2024-03-20", "settled_date": "2024-03-01", "statutory": "no"}
    load(home, "first", activities=[first], facts=say_facts(decision_open="yes"))
    later = {**first, "first_helped_date": "2024-02-20", "statutory": "yes"}
    stages = [{"activity_id": "group", "stage": "design", "sharing": "with"}]
    load(home, "second", activities=[later], facts=say_facts(made_options="yes"), stages=stages)
    assert history(home)[1] == (
        "Co-design",
        "“Worked out the options together” went from not known to yes; the stage design went from not known to with; "
        "the day people first helped went from 20 March 2024 to 20 February 2024; whether it is a public body's statutory "
        "consultation went from no to yes. The name went from Consultation to Co-design.",
    )


def test_only_activities_that_differ_are_named_again(home):
    load(home, "first", activities=[GROUP, {"activity_id": "other", "title": "Other"}])
    load(home, "second", facts=say_facts(can_reply="no"))
    assert len(history(home)) == 2
    assert len(history(home, "other")) == 1


def test_undo_leaves_the_content_as_it_was_and_the_name_goes_with_its_activity(home):
    load(home, "first", activities=[GROUP], facts=say_facts(can_reply="no"))
    before = hash_of(home)
    second = load(home, "second", activities=[{"activity_id": "other", "title": "Other"}])
    assert name_of(home, "other") == "Not enough recorded"
    undo(home, second)
    assert hash_of(home) == before
    assert history(home, "other") == []
    assert history(home) == [("Informing", "First named.")]


def test_redo_brings_the_history_back_without_a_doubled_row(home):
    load(home, "first", activities=[GROUP])
    other = {"activity_id": "other", "title": "Other"}
    second = load(home, "second", activities=[other], facts=say_facts("other", can_reply="no"))
    load(home, "third", facts=say_facts("other", can_reply="yes"))
    before = (history(home, "other"), hash_of(home), len(list_runs(home)))
    undo(home, second)
    assert history(home, "other") == []
    redo(home, second)
    assert (history(home, "other"), hash_of(home), len(list_runs(home))) == before


def test_an_activity_that_comes_back_with_other_facts_keeps_its_history(home):
    other = {"activity_id": "other", "title": "Other"}
    load(home, "first", activities=[GROUP])
    second = load(home, "second", activities=[other], facts=say_facts("other", can_reply="no"))
    undo(home, second)
    load(home, "third", activities=[other])
    assert history(home, "other") == [
        ("Informing", "First named."),
        (
            "Not enough recorded",
            "“People could reply” went from no to not known. The name went from Informing to Not enough recorded.",
        ),
    ]


def test_a_store_built_from_nothing_has_the_whole_history(home):
    load(home, "first", activities=[GROUP], facts=say_facts(decision_open="yes"))
    load(home, "second", facts=say_facts(made_options="yes"))
    set_threshold(home, "continuing_sessions", 4, "A tester", "Three was too few here.")
    load(home, "third", facts=say_facts(made_options="no"))
    before = read(home, "select * from classification order by run, activity_id")
    assert len(before) == 4
    shutil.rmtree(home.store)
    assert rebuild(home).agrees is None
    assert read(home, "select * from classification order by run, activity_id") == before
    assert rerun_register(home) == []


def test_a_rebuild_names_nothing_anew_and_agrees(home):
    load(home, "first", activities=[GROUP], facts=say_facts(decision_open="yes"))
    load(home, "second", facts=say_facts(made_options="yes"))
    before = history(home)
    assert rebuild(home).agrees is True
    assert history(home) == before
    assert len(list_runs(home)) == 2


def test_names_go_on_in_order_where_the_kept_runs_were_lost(home):
    load(home, "first", activities=[GROUP], facts=say_facts(decision_open="yes"))
    load(home, "second", facts=say_facts(decision_open="no"))
    shutil.rmtree(home.inbox / "names")
    load(home, "third", facts=say_facts(can_reply="yes", answers_collected="yes"))
    assert name_of(home) == "Gathering views"
    assert [name for name, _ in history(home)] == ["Consultation", "Not enough recorded", "Gathering views"]


def test_a_kept_run_that_cannot_be_read_is_named_and_nothing_changes(home):
    load(home, "first", activities=[GROUP], facts=say_facts(decision_open="yes"))
    before = hash_of(home)
    [run] = list_runs(home)
    run.write_bytes(b"not a run")
    with pytest.raises(BrokenStore, match="The names kept in .*names cannot be read"):
        load(home, "second", facts=say_facts(decision_open="no"))
    assert hash_of(home) == before
    run.unlink()
    assert [change.after for change in rerun_register(home)] == ["Not enough recorded"]


def test_there_is_nothing_to_name_in_an_empty_home(home):
    with pytest.raises(SoundingsError, match="There is no activity in .* to name yet"):
        rerun_register(home)


def test_a_run_kept_but_not_published_is_published_by_the_next_command_and_not_made_again(home):
    load(home, "first", activities=[GROUP], facts=say_facts(decision_open="yes"))
    shutil.copytree(home.store, home.root.parent / "store before")
    load(home, "second", facts=say_facts(made_options="yes"))
    after = (history(home), hash_of(home), [path.name for path in list_runs(home)])
    shutil.rmtree(home.store)
    shutil.copytree(home.root.parent / "store before", home.store)
    (home.inbox / "names" / "00000003.new").write_bytes(b"torn")
    assert name_of(home) == "Consultation"
    changes = rerun_register(home)
    assert [(change.before, change.after) for change in changes] == [("Consultation", "Co-design")]
    assert (history(home), hash_of(home), [path.name for path in list_runs(home)]) == after
    load(home, "third", facts=say_facts(decision_open="no"))
    assert sorted(path.name for path in (home.inbox / "names").iterdir()) == [
        "00000001.parquet", "00000002.parquet", "00000003.parquet",
    ]  # fmt: skip


# --- thresholds ----------------------------------------------------------------------------------------------------

NEARLY = {"made_options": "yes", "joint_decision": "yes", "in_from_start": "yes", "shared_delivery": "yes"}


@pytest.fixture
def met_three_times(home) -> Home:
    """A group that met three times within three months: co-production by the file's own thresholds."""
    sides = [{"activity_id": "group", "gave": "Evenings", "got": "Paid time"}]
    load(home, "first", activities=[GROUP, {"activity_id": "other", "title": "Other"}], facts=say_facts(**NEARLY),
         reciprocity=sides, sessions=meet("2024-01-10", "2024-02-10", "2024-03-10", returning=4))  # fmt: skip
    assert name_of(home) == "Co-production"
    return home


def test_a_threshold_renames_what_it_should_and_is_logged(met_three_times):
    home = met_three_times
    changes = set_threshold(home, "continuing_sessions", 4, "The board", "Three meetings say little here.")
    renamed = [change for change in changes if change.before != change.after]
    assert [(change.title, change.before, change.after) for change in renamed] == [
        ("Repairs group", "Co-production", "Co-design")
    ]
    version = read_rubric().version
    assert renamed[0].because == (
        f"The rubric went from {version} to {version} with local change 1. The name went from Co-production to Co-design."
    )
    assert {change.title for change in changes} == {"Repairs group", "Other"}, (
        "each row stores the rubric it was made by"
    )
    [logged] = read_changes(home)
    assert (logged.who, logged.threshold, logged.before, logged.after, logged.why) == (
        "The board", "continuing_sessions", 3, 4, "Three meetings say little here.",
    )  # fmt: skip


def test_a_threshold_changed_back_brings_the_name_back_and_both_changes_stay_in_the_log(met_three_times):
    home = met_three_times
    set_threshold(home, "continuing_sessions", 4, "The board", "Three meetings say little here.")
    set_threshold(home, "continuing_sessions", 3, "The board", "Back to the number everyone uses.")
    assert [name for name, _ in history(home)] == ["Co-production", "Co-design", "Co-production"]
    assert [(change.before, change.after) for change in read_changes(home)] == [(3, 4), (4, 3)]


def test_a_threshold_changes_no_recorded_thing(met_three_times):
    before = hash_of(met_three_times)
    set_threshold(met_three_times, "continuing_sessions", 4, "The board", "Three meetings say little here.")
    assert hash_of(met_three_times) == before


@pytest.mark.parametrize(
    ("threshold", "value", "why", "sentence"),
    [
        ("continuing_sessions", 3, "No reason", "is 3 already; nothing was changed"),
        ("continuing_sessions", 0, "No reason", "give a whole number from 1"),
        ("continuing_years", 2, "No reason", "is not a threshold"),
        ("continuing_sessions", 4, "  ", "say who changes it and why"),
    ],
)
def test_a_threshold_that_will_not_do_is_refused_and_not_logged(met_three_times, threshold, value, why, sentence):
    with pytest.raises(SoundingsError, match=sentence):
        set_threshold(met_three_times, threshold, value, "The board", why)
    assert read_changes(met_three_times) == []


def test_a_change_that_was_logged_and_then_cut_short_is_finished_by_asking_again(met_three_times):
    home = met_three_times
    cut_short = '{"at": "2026-11-23T10:00:00", "who": "The board", "threshold": "continuing_sessions", "before": 3, "after": 4, "why": "Cut short."}\n'
    (home.inbox / FILE).write_text(cut_short, encoding="utf-8")
    changes = set_threshold(home, "continuing_sessions", 4, "The board", "Cut short.")
    assert ("Repairs group", "Co-production", "Co-design") in [(c.title, c.before, c.after) for c in changes]
    assert len(read_changes(home)) == 1


def test_a_line_of_the_log_torn_by_a_crash_does_not_spoil_the_next(met_three_times):
    home = met_three_times
    (home.inbox / FILE).write_text('{"at": "2026-11-23T10:00', encoding="utf-8")
    set_threshold(home, "continuing_sessions", 4, "The board", "Three meetings say little here.")
    assert [change.after for change in read_changes(home)] == [4]
