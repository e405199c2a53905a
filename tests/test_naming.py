"""What a name is derived from: whose answer speaks, and what is counted from meetings."""

from __future__ import annotations

from datetime import date

import pytest

from etl.loading import load_file, undo
from soundings.classify import classify
from soundings.home import Home
from soundings.model import SoundingsError
from soundings.naming import read_inputs
from soundings.rubric import read_rubric
from tests.registers import GROUP, history, inputs_of, load, meet, name_of, read, say_facts, write_sheets


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path / "home")


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


def test_the_same_meetings_in_a_corrected_file_count_once(home):
    rows = meet("2024-01-10", "2024-02-10", returning=2)
    load(home, "first", activities=[GROUP], sessions=rows)
    load(home, "corrected", activities=[GROUP], sessions=[{**row, "attendance_count": 9} for row in rows])
    assert read_answer(home, "continuing_relationship") == "no"
    load(home, "third", sessions=meet("2024-03-02"))
    assert read_answer(home, "continuing_relationship") == "yes"


def test_a_later_file_that_holds_the_same_activities_is_told_apart_from_one_that_corrects_them(home):
    rows = meet("2024-01-10", "2024-02-10", returning=2)
    first = load(home, "first", activities=[GROUP], sessions=rows)
    write_sheets(home.root.parent / "again", {"activities": [GROUP], "sessions": [*rows, *meet("2024-03-10")]})
    again = load_file(home, home.root.parent / "again", "native")
    assert again.warnings == [
        f"1 of its activities is here already, from first (batch {first}). A meeting that both tell of counts once; "
        f"every other figure counts from both. If this file corrects that one or holds it whole: soundings undo {first}"
    ]
    undo(home, again.batch_id)
    write_sheets(home.root.parent / "right", {"activities": [GROUP], "sessions": meet("2024-01-10")})
    right = load_file(home, home.root.parent / "right", "native", replaces=first[:6])
    assert right.warnings == []
    assert read(home, "select batch_id, start_date from session") == [(right.batch_id, date(2024, 1, 10))]
    undo(home, right.batch_id)
    assert read(home, "select distinct batch_id from session") == [(first,)]


def test_a_file_takes_the_place_only_of_an_active_batch_of_its_own_source(home):
    first = load(home, "first", activities=[GROUP])
    undo(home, first)
    write_sheets(home.root.parent / "again", {"activities": [GROUP], "sessions": meet("2024-01-10")})
    with pytest.raises(SoundingsError, match=rf"Batch {first} \(first\) is undone, so this file cannot take its place"):
        load_file(home, home.root.parent / "again", "native", replaces=first)


def test_two_meetings_on_one_day_of_one_file_are_two(home):
    rows = meet("2024-01-10", "2024-01-10", "2024-01-17", returning=2)
    load(home, "first", activities=[GROUP], sessions=rows)
    assert read_answer(home, "continuing_relationship") == "yes"


def test_a_later_batch_of_meetings_adds_to_those_before_and_says_so(home):
    load(home, "first", activities=[GROUP], sessions=meet("2024-01-10", "2024-02-10", returning=2))
    load(home, "second", sessions=[{**row, "returning_count": 3} for row in meet("2024-05-10")])
    assert history(home)[1][1] == (
        "The number of meetings went from 2 to 3; the months from first to last meeting went from 1 to 4; "
        "how many came back went from 2 to 3. The name stayed the same."
    )
