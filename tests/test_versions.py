"""A change that an organiser sends: foreseen as a new version of what is here, never as its double; and what each record is headed by."""

from __future__ import annotations

from dataclasses import replace

import pytest

from etl.approval.foreseeing import foresee
from etl.approval.invitations import invite
from etl.approval.versions import NOT_HELD, Change
from etl.approval.waiting import Waiting, approve, decline, list_sent
from etl.form.answers import NOT_TIED
from etl.form.drafts import Draft
from etl.form.heading import head_kept
from etl.form.reading import start_change, start_meeting
from etl.form.records import send_form
from etl.loading import undo
from etl.uploads.uploading import confirm_upload
from soundings.generations import open_current
from soundings.home import Home
from tests.building import TODAY
from tests.forms import ask, make_draft
from tests.homes import copy_home, make_wards_home, ward_code
from tests.pages import read_words_of
from tests.test_foreseeing import read_figures
from tests.test_invitations import OURS, prepare, write_activities, write_book
from tests.test_invitations import send as send_file

SIXTY = {"title": "Quay walk", "c1_basis": "exact", "c1_value": "60", "c1_measure": "people"}
MET = {"meetings": "1", "m1_day": "4", "m1_month": "5", "m1_year": "2026", "m1_came": "12", "m1_minutes": "60"}


@pytest.fixture(scope="module")
def approved(tmp_path_factory) -> Home:
    """A walk of 60 people in ward 1, sent by invitation and approved; and in ward 2 another, of 5."""
    home = make_wards_home(tmp_path_factory.mktemp("walks"), has_records=False)
    for draft in (make_draft(**SIXTY), make_draft(title="Fence day", c1_value="5", place_code=ward_code(2))):
        approve(home, send(home, draft).batch_id)
    return home


@pytest.fixture
def home(approved, tmp_path) -> Home:
    return copy_home(approved, tmp_path / "home")


def send(home: Home, draft: Draft) -> Waiting:
    """The form as an invited organisation sends it."""
    invitation, _ = invite(home, OURS)
    return send_form(home, open_current(home).cursor(), draft, TODAY, invitation=invitation)


def find_walk(home: Home) -> str:
    return ask(home, "select activity_id from activity_now where title = 'Quay walk'")[0][0]


def change(home: Home, **answers: str) -> Waiting:
    """The walk, opened again, changed and sent."""
    draft = start_change(open_current(home).cursor(), find_walk(home))
    return send(home, replace(draft, answers={**draft.answers, **answers}))


def first_batch(home: Home) -> str:
    return ask(home, "select batch_id from activity where title = 'Quay walk'")[0][0]


CHANGES = {
    "more people": ({"c1_value": "70"}, [Change("People", "60", "70")], ()),
    "only about": ({"c1_basis": "about"}, [Change("People", "60", "about 60")], ()),
    "a meeting": (MET, [Change("Meetings", None, "1"), Change("People at its meetings", None, "12")], ()),
    "a meeting that was cancelled": (MET | {"m1_came": "", "m1_outcome": "cancelled"}, [Change(NOT_HELD, None, "1")], ()),
    "a meeting to come": (MET | {"m1_year": "2031", "m1_came": ""}, [Change(NOT_HELD, None, "1")], ()),
    "another ward": ({"place_code": ward_code(2)}, [Change("Where", "Ward 1", "Ward 2")], ()),
    "no place": ({"where_how": NOT_TIED}, [Change("Where", "Ward 1", "not tied to a place")], ()),
    "another day": ({"start_day": "9"}, [Change("First day", "3 May 2026", "9 May 2026")], ()),
    "a fact": ({"fact_decision_open": "yes"}, [], ("how decisions were made",)),
    "a word": ({"called": "a stroll"}, [], ("what it is called",)),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_new_version_says_what_changes_and_its_figures_foreseen_are_then_in_the_store(home, name):
    answers, changes, also = CHANGES[name]
    earlier, before = first_batch(home), read_figures(home)
    sent = change(home, **answers)
    foreseen = foresee(home, sent, TODAY)
    assert foreseen.preview.twins == () and foreseen.preview.same_rows is None
    assert foreseen.version.batch_ids == (earlier,) and foreseen.version.name == "Quay walk, by the form"
    assert (list(foreseen.version.changes), foreseen.version.also) == (changes, also)
    approve(home, sent.batch_id)
    after = read_figures(home)
    assert {
        (one.measure, one.role, one.place_code): (one.before.value, one.after.value)
        for one in foreseen.differences
        if one.before.value != one.after.value  # "nothing recorded" and "none took place" have no number, both
    } == {
        key: (before.get(key), after.get(key))
        for key in before.keys() | after.keys()
        if before.get(key) != after.get(key)
    }


def test_a_version_that_says_the_same_changes_nothing_and_is_not_said_to_count_twice(home):
    foreseen = foresee(home, change(home), TODAY)
    assert (foreseen.version.changes, foreseen.version.also, foreseen.differences) == ((), (), ())
    assert foreseen.preview.same_rows is None and foreseen.preview.twins == ()


def test_another_activity_that_looks_like_a_new_version_is_still_asked_about(home):
    approve(home, send(home, make_draft(**{**SIXTY, "c1_value": "8"})).batch_id)
    (walk, other) = ask(home, "select activity_id, batch_id from activity where title = 'Quay walk' order by batch_id")
    for mine, theirs in ((walk, other), (other, walk)):
        draft = start_change(open_current(home).cursor(), mine[0])
        sent = send(home, replace(draft, answers={**draft.answers, "c1_value": "70"}))
        assert [twin.batch_id for twin in foresee(home, sent, TODAY).preview.twins] == [theirs[1]]


def test_a_new_version_takes_in_the_meetings_that_were_added_since(home):
    meeting = start_meeting(open_current(home).cursor(), find_walk(home))
    added = send(home, replace(meeting, answers=MET))
    approve(home, added.batch_id)
    foreseen = foresee(home, change(home, c1_value="70"), TODAY)
    assert set(foreseen.version.batch_ids) == {added.batch_id, first_batch(home)}
    assert foreseen.version.changes == (Change("People", "60", "70"),) and foreseen.version.also == ()


def test_a_meeting_that_two_batches_tell_is_one_when_the_activity_is_changed(home):
    for came, outcome in (("12", "yes"), ("", "cancelled")):
        meeting = start_meeting(open_current(home).cursor(), find_walk(home))
        approve(home, send(home, replace(meeting, answers=MET | {"m1_came": came, "m1_outcome": outcome})).batch_id)
    answers = start_change(open_current(home).cursor(), find_walk(home)).answers
    assert {name: answers.get(name) for name in ("meetings", "m1_outcome", "m2_outcome")} == {
        "meetings": "1",
        "m1_outcome": "cancelled",
        "m2_outcome": None,
    }
    approve(home, change(home, c1_value="70").batch_id)
    assert ask(home, "select took_place, attendance_count from session") == [("cancelled", None)]


def test_a_corrected_file_is_told_by_how_many_activities_and_people_it_holds(home):
    first = write_activities(("g1", "Garden day", ""), ("g2", "Compost", ""))
    earlier = approve(home, send_file(home, first).batch_id).batch.batch_id
    more = prepare(home, write_activities(("g1", "Garden day", ""), ("g2", "Compost", ""), ("g3", "Swings", "")), OURS)
    foreseen = foresee(home, confirm_upload(home, more, "a-made-up-id", earlier), TODAY)
    assert foreseen.version.name == "activities.csv" and foreseen.preview.twins == ()
    assert (foreseen.version.changes, foreseen.version.also) == ((Change("Activities", "2", "3"),), ())


def test_a_corrected_file_tells_bands_to_their_top_and_what_else_is_said_of_what_stays(home):
    def write(people: str, *more: tuple[str, str]) -> bytes:
        rows = [("g1", "Garden day"), *more]
        path = home.root / f"{len(rows)}.xlsx"
        write_book(
            path,
            activities=[
                ["activity_id", "title", "method", "start_date", "organisation", "place_code", "place_role"],
                *([key, title, "workshop", "2026-03-02", OURS, ward_code(1), "venue"] for key, title in rows),
            ],
            counts=[["activity_id", "measure", "value"], ["g1", "people", people], ["g1", "responses", "<5"]],
        )
        return path.read_bytes()

    earlier = approve(home, send_file(home, write("<5"), name="first.xlsx").batch_id).batch.batch_id
    prepared = prepare(home, write("24", ("g2", "Compost")), OURS, "second.xlsx")
    foreseen = foresee(home, confirm_upload(home, prepared, "a-made-up-id", earlier), TODAY)
    assert foreseen.preview.added == ("2 activities", "24 people", "0 to 4 responses")
    assert foreseen.version.changes == (Change("Activities", "1", "2"), Change("People", "0 to 4", "24"))
    assert foreseen.version.also == ()


def test_the_inbox_shows_a_change_as_a_new_version_with_the_figures_before_and_after(open_page, home):
    earlier, sent = first_batch(home), change(home, c1_value="70")
    at = open_page(home, "inbox")
    said = read_words_of(at)
    assert f"**A new version of Quay walk, by the form** (batch `{earlier}`)" in said and "People: 60 → **70**" in said
    assert "Here already" not in said and "counted twice here" not in said and "It would add" not in said
    assert "The new version holds **1 activity and 70 people**" in said
    assert not [one for one in at.radio if "the same" in one.label]
    next(button for button in at.button if button.label == "Approve").click().run()
    assert ask(home, "select sum(value) from activity_count where measure = 'people'") == [(70,)]
    assert list_sent(home)[0].batch_id == sent.batch_id


def test_the_map_of_a_new_version_does_not_call_its_own_earlier_one_another_record(monkeypatch, open_page, home):
    from pages.ui.inbox import parts

    told = []
    monkeypatch.setattr(parts, "draw_fall", lambda *args, recorded=None, **how: told.append((args[2], recorded)))
    change(home, c1_value="70")
    send(home, make_draft(title="Bridge clean", place_code=ward_code(3)))
    assert not open_page(home, "inbox").exception
    recorded_now = frozenset({ward_code(1), ward_code(2)})
    assert ({ward_code(1): 1}, None) in told and ({ward_code(3): 1}, recorded_now) in told


def test_the_organisation_sees_that_a_record_has_a_new_version_and_which(open_page, home):
    earlier, sent = first_batch(home), change(home, c1_value="70")
    _, token = invite(home, OURS)
    assert f"batch {sent.batch_id} · a new version of batch {earlier}" in read_words_of(
        open_page(home, "ours", invite=token)
    )
    approve(home, sent.batch_id)
    said = read_words_of(open_page(home, "ours", invite=token))
    assert "a new version has taken its place" in said and "taken out again" not in said


def test_a_version_of_what_was_changed_meanwhile_cannot_be_approved_and_says_why(open_page, home):
    first, second = change(home, c1_value="70"), change(home, c1_value="80")
    approve(home, first.batch_id)
    assert not foresee(home, second, TODAY).version.is_here
    at = open_page(home, "inbox")
    said = read_words_of(at)
    assert "it was undone, or changed meanwhile" in said and "Here already" not in said
    assert next(button for button in at.button if button.label == "Approve").disabled
    undo(home, first.batch_id)
    assert foresee(home, second, TODAY).version.changes == (Change("People", "60", "80"),)


def test_what_came_by_the_form_is_headed_by_its_title_so_that_records_can_be_told_apart(open_page, home):
    heads = ["Bridge clean, by the form", "Pump house, by the form", "A meeting of Quay walk, by the form", "tea.csv"]
    send(home, make_draft(title="Bridge clean"))
    send(home, make_draft(title="Pump house"))
    send(home, replace(start_meeting(open_current(home).cursor(), find_walk(home)), answers=MET))
    send_file(home, write_activities(("g1", "Tea", "")), name="tea.csv")
    _, token = invite(home, OURS)
    inbox, ours = read_words_of(open_page(home, "inbox")), read_words_of(open_page(home, "ours", invite=token))
    for head in heads:
        assert f"{OURS}: {head}" in inbox and f"**{head}**" in ours
    assert "the form on the page" not in inbox + ours
    sources = read_words_of(open_page(home, "sources"))
    assert "Quay walk, by the form" in sources and "Fence day, by the form" in sources
    assert "the form on the page" not in sources


def test_a_batch_keeps_its_heading_when_it_is_declined_or_undone(open_page, home):
    refused = send(home, make_draft(title="Bridge clean"))
    decline(home, refused.batch_id, "It is next year's plan.")
    undo(home, first_batch(home))
    cursor = open_current(home).cursor()
    heads = {head_kept(cursor, one.batch) for one in list_sent(home)}
    assert heads == {"Bridge clean, by the form", "Quay walk, by the form", "Fence day, by the form"}
    assert "Quay walk, by the form ·" in read_words_of(open_page(home, "sources"))


def test_a_meeting_of_what_is_gone_is_headed_without_a_title(home):
    sent = send(home, replace(start_meeting(open_current(home).cursor(), find_walk(home)), answers=MET))
    undo(home, first_batch(home))
    assert head_kept(open_current(home).cursor(), sent.batch) == "A meeting, by the form"
