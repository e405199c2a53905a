"""Naming a register: whose answer speaks, what is counted from meetings, and a history that nothing can double or lose."""

from __future__ import annotations

import csv
import multiprocessing
import random
import shutil
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from etl.loading import load_file, rebuild, redo, undo
from etl.mapping_template import name_activity
from etl.naming import list_runs, rerun_register, set_threshold
from etl.specs import read_specs
from etl.template_tables import TABLES
from soundings.content import content_hash
from soundings.generations import open_current
from soundings.home import Home
from soundings.model import BrokenStore, SoundingsError
from soundings.rubric import read_rubric
from soundings.thresholds import FILE, read_changes

GROUP = {"activity_id": "group", "title": "Repairs group"}
KILLS = 40
SEED = 20261123


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path / "home")


def load(home: Home, name: str, **sheets: list[dict]) -> str:
    """The batch of a folder of the template's sheets, given as rows."""
    folder = home.root.parent / name
    write_sheets(folder, sheets)
    return load_file(home, folder, "native").batch_id


def write_sheets(folder: Path, sheets: dict[str, list[dict]]) -> None:
    folder.mkdir()
    for table in TABLES:
        if table.name in sheets:
            with (folder / f"{table.name}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, table.columns)
                writer.writeheader()
                writer.writerows(sheets[table.name])


def say_facts(key: str = "group", **answers: str) -> list[dict]:
    """Rows of the sheet of facts; `not_known` is “not known”."""
    return [
        {"activity_id": key, "fact": fact, "answer": answer.replace("_", " "), "evidence": "told us by the group"}
        for fact, answer in answers.items()
    ]


def meet(*days: str, returning: int | str = "", key: str = "group") -> list[dict]:
    """Rows of the sheet of sessions; who came back is said of every meeting but the first."""
    return [
        {
            "activity_id": key,
            "session_id": f"{key}{number}",
            "date": day,
            "returning_count": returning if number else "",
        }
        for number, day in enumerate(days)
    ]


def identify(key: str) -> str:
    return name_activity(read_specs()["native"], key)


def read(home: Home, sql: str, key: str = "group") -> list[tuple]:
    return open_current(home).cursor().execute(sql, {"id": identify(key)} if "$id" in sql else {}).fetchall()


def name_of(home: Home, key: str = "group") -> str:
    [(name,)] = read(home, "select name from classification_now where activity_id = $id", key)
    return name


def history(home: Home, key: str = "group") -> list[tuple[str, str]]:
    """(name, because) of every run of an activity, oldest first."""
    return read(home, "select name, because from classification where activity_id = $id order by run", key)


def inputs_of(home: Home, path: str, key: str = "group") -> object:
    """One of the things that a name was derived from."""
    [(told,)] = read(home, f"select inputs ->> '{path}' from classification_now where activity_id = $id", key)  # noqa: S608
    return told


def hash_of(home: Home) -> str:
    return content_hash(open_current(home).cursor())


# --- whose answer speaks -----------------------------------------------------------------------------------------


def test_where_two_batches_answer_the_same_fact_the_one_accepted_last_speaks(home):
    load(home, "first", activities=[GROUP], facts=say_facts(decision_open="yes", repeated_dialogue="yes"))
    assert name_of(home) == "Involvement"
    load(home, "second", facts=say_facts(decision_open="no"))
    assert name_of(home) == "Dialogue"
    load(home, "third", facts=say_facts(decision_open="not_known"))
    assert name_of(home) == "Not enough recorded"
    assert [name for name, _ in history(home)] == ["Involvement", "Dialogue", "Not enough recorded"]


def test_undoing_the_batch_that_spoke_lets_the_one_before_it_speak_again(home):
    load(home, "first", activities=[GROUP], facts=say_facts(decision_open="yes"))
    second = load(home, "second", facts=say_facts(decision_open="no"))
    assert name_of(home) == "Not enough recorded"
    undo(home, second)
    assert name_of(home) == "Consultation"
    assert history(home)[-1][1] == (
        "“A decision was open” went from no to yes. The name went from Not enough recorded to Consultation."
    )


def test_within_a_batch_the_last_row_speaks(home):
    rows = say_facts(can_reply="yes") + say_facts(can_reply="no")
    load(home, "first", activities=[GROUP], facts=rows)
    assert name_of(home) == "Informing"


def test_facts_may_be_loaded_before_their_activity(home):
    load(home, "facts", facts=say_facts(can_reply="no"))
    assert read(home, "select count(*) from classification") == [(0,)]
    load(home, "activity", activities=[GROUP])
    assert history(home) == [("Informing", "First named.")]


def test_claims_are_kept_and_the_latest_dated_one_speaks(home):
    claims = [
        ("co-production", "2024-05-03"),
        ("consultation", "2025-01-10"),
        ("engagement", ""),
        ("survey", "2023-01-01"),
    ]
    for number, (called, day) in enumerate(claims):
        row = {**GROUP, "called": called, "called_date": day}
        load(home, f"batch{number}", activities=[row])
    assert inputs_of(home, "$.claim.called") == "consultation"
    assert read(home, "select count(*) from claim where activity_id = $id") == [(4,)]
    # The undated claim and the older one changed nothing that the name rests on, so they made no run.
    assert len(history(home)) == 2
    assert history(home)[1][1] == (
        "What it is called went from “co-production” (3 May 2024) to “consultation” (10 January 2025). "
        "The name stayed the same."
    )


def test_a_claim_given_a_new_date_says_so(home):
    load(home, "first", activities=[{**GROUP, "called": "survey"}])
    load(home, "second", activities=[{**GROUP, "called": "survey", "called_date": "2025-02-01"}])
    assert history(home)[1][1].startswith(
        "What it is called went from “survey” (no date) to “survey” (1 February 2025)."
    )


def test_both_sides_of_give_and_take_filled_in_mean_yes(home):
    load(home, "first", activities=[GROUP], reciprocity=[{"activity_id": "group", "gave": "Evenings"}])
    assert inputs_of(home, "$.facts.reciprocity") is None
    load(home, "second", reciprocity=[{"activity_id": "group", "got": "Paid time"}])
    assert inputs_of(home, "$.facts.reciprocity") == "yes"


def test_both_sides_filled_in_win_over_a_tick(home):
    sides = [{"activity_id": "group", "gave": "Evenings", "got": "Paid time"}]
    load(home, "first", activities=[GROUP], facts=say_facts(reciprocity="no"), reciprocity=sides)
    assert inputs_of(home, "$.facts.reciprocity") == "yes"


@pytest.mark.parametrize("word", ["-", "n/a", "nothing", "None"])
def test_a_side_that_says_nothing_is_not_filled_in(home, word):
    load(home, "first", activities=[GROUP], reciprocity=[{"activity_id": "group", "gave": "Evenings", "got": word}])
    assert inputs_of(home, "$.facts.reciprocity") is None


# --- meetings ----------------------------------------------------------------------------------------------------


def test_meetings_and_months_are_counted_from_sessions(home):
    load(home, "first", activities=[GROUP], sessions=meet("2024-01-10", "2024-02-14", "2024-04-10", returning=4))
    assert [inputs_of(home, f"$.{name}") for name in ("session_count", "months", "returning_count")] == ["3", "3", "4"]


def test_two_meetings_three_months_apart_with_some_of_the_same_people_are_a_relationship(home):
    told = {"made_options": "yes", "joint_decision": "yes", "in_from_start": "yes", "shared_delivery": "yes"}
    sides = [{"activity_id": "group", "gave": "Evenings", "got": "Paid time"}]
    load(home, "first", activities=[GROUP], facts=say_facts(**told), reciprocity=sides,
         sessions=meet("2024-01-10", "2024-04-10", returning=1))  # fmt: skip
    assert name_of(home) == "Co-production"


def test_meetings_written_down_in_full_win_over_a_tick(home):
    told = say_facts(continuing_relationship="yes")
    load(home, "first", activities=[GROUP], facts=told, sessions=meet("2024-01-10", "2024-02-10", returning=3))
    assert read_answer(home, "continuing_relationship") == "no"


def read_answer(home: Home, fact: str) -> str:
    """What a fact comes to after everything that answers it."""
    from soundings.classify import classify
    from soundings.naming import read_inputs

    [(inputs,)] = read(home, "select inputs from classification_now where activity_id = $id")
    return classify(read_inputs(inputs), read_rubric()).answers[fact]


@pytest.mark.parametrize(
    "sessions",
    [
        [{"date": "2024-01-10", "returning_count": "0"}, {"date": "2024-02-10"}, {"date": "2024-09-10"}],
        [{"date": "2024-01-10"}, {"date": "", "returning_count": "2"}],
    ],
    ids=["who came back is not said of every meeting", "a meeting has no day"],
)
def test_meetings_with_blanks_never_mean_that_people_did_not_come_back(home, sessions):
    rows = [{"activity_id": "group", "session_id": number, **row} for number, row in enumerate(sessions)]
    load(home, "first", activities=[GROUP], facts=say_facts(continuing_relationship="yes"), sessions=rows)
    assert read_answer(home, "continuing_relationship") == "yes"


def test_a_later_batch_of_meetings_adds_to_those_before_and_says_so(home):
    load(home, "first", activities=[GROUP], sessions=meet("2024-01-10", "2024-02-10", returning=2))
    load(home, "second", sessions=[{**row, "returning_count": 3} for row in meet("2024-05-10")])
    assert history(home)[1][1] == (
        "The number of meetings went from 2 to 3; the months from first to last meeting went from 1 to 4; "
        "how many came back went from 2 to 3. The name stayed the same."
    )


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


# --- killed at any moment --------------------------------------------------------------------------------------------


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
def test_a_writer_killed_while_naming_loses_no_name_and_doubles_none(home):
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.kill_worker", "tests.test_naming"])
    chance = random.Random(SEED)
    batches = [load(home, f"first{number}", **make_sheets(chance)) for number in range(3)]
    seconds = max(time_change(home, chance, number) for number in range(3))
    seen: set[tuple] = set()
    cut_short = 0
    for number in range(KILLS):
        what, argument = choose_change(chance, home, batches, number)
        before = read_history(home)
        is_done = run_and_kill(context, home, what, argument, chance.uniform(0, seconds * 1.1))
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


def run_and_kill(context, home: Home, what: str, argument: str, seconds: float) -> bool:
    """Whether the change was acknowledged before SIGKILL came, `seconds` after its beginning."""
    ours, theirs = context.Pipe()
    process = context.Process(target=change, args=(home.root, what, argument, theirs))
    process.start()
    theirs.close()
    assert ours.recv() == "ready"
    process.join(seconds)
    process.kill()
    process.join()
    try:
        return bool(ours.poll() and ours.recv())
    except EOFError:
        return False


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
