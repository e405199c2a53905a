"""The page Add activity as it is drawn: how closely a place is told, drafts in two windows, and the ways to what is wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.runtime.scriptrunner import StopException
from streamlit.runtime.state.query_params_proxy import QueryParamsProxy
from streamlit.testing.v1 import AppTest

from etl.form.answers import AS_TYPED
from etl.form.checking import find_problems
from etl.form.drafts import Draft, list_drafts, read_draft, save_draft
from etl.form.places import chosen_precision
from etl.form.reading import start_change
from etl.form.records import activity_id_of
from etl.inbox import read_batches
from pages.ui.add import windows
from pages.ui.add.check import step_of
from pages.ui.add.questions import OUTCOMES
from soundings.generations import open_current
from soundings.home import Home
from tests.forms import FOUR, MEETINGS, ask, make_draft, send, where_of
from tests.homes import make_wards_home, ward_code
from tests.pages import open_room, read_words_of

POINT, RISK = "The exact point", "Could it put anyone at risk if people knew where this was?"
CLOSELY = "How closely may the map show it?"
DISTRICT = "E09999999"


@pytest.fixture
def home(tmp_path) -> Home:
    return make_wards_home(tmp_path, has_records=False)


@pytest.fixture
def in_ward_one(monkeypatch):
    """Every postcode is in the first ward."""
    monkeypatch.setattr("etl.form.places.find_postcode", lambda postcode: ((-1.85, 53.05), None))


def open_form(monkeypatch, home: Home, **address: str) -> AppTest:
    return open_room(monkeypatch, home, "add", address)


def find_box(at: AppTest, kind: str, label: str):
    return next(box for box in getattr(at, kind) if box.label == label)


def press(at: AppTest, label: str) -> AppTest:
    return find_box(at, "button", label).click().run()


def start_again(home: Home, draft: Draft, **changes: str) -> Draft:
    change = start_change(open_current(home).cursor(), activity_id_of(draft))
    return replace(change, answers={**change.answers, **changes})


AT_A_POSTCODE = {"where_how": "postcode", "place_code": "", "postcode": "AB1 2CD"}


@pytest.mark.parametrize(
    ("before", "changes", "told"),
    [
        (AT_A_POSTCODE, {"c1_value": "4"}, "ward"),
        (AT_A_POSTCODE, {"sensitive": "yes"}, "authority"),
        (AT_A_POSTCODE, {"c1_value": "4", "sensitive": "yes"}, "authority"),
        ({}, {"sensitive": "yes"}, "authority"),
        (AT_A_POSTCODE, {"sensitive": "yes", "precision": "point", "precision_over": "authority"}, "point"),
        (AT_A_POSTCODE, {"sensitive": "yes", "precision": "hidden", "precision_over": "authority"}, "hidden"),
        ({**AT_A_POSTCODE, "c1_value": "4", "precision": "point", "precision_over": "ward"}, {}, "point"),
        ({**AT_A_POSTCODE, "c1_value": "4", "precision": "point", "precision_over": "ward"}, {"sensitive": "yes"},
         "authority"),
        ({**AT_A_POSTCODE, "precision": "authority"}, {"c1_value": "4"}, "authority"),
    ],
)  # fmt: skip
def test_a_recorded_place_is_told_less_closely_where_a_change_calls_for_it(home, in_ward_one, before, changes, told):
    draft = make_draft(**{**before, "c1_basis": "exact", "c1_value": before.get("c1_value", "50")})
    send(home, draft)
    change = start_again(home, draft, **changes)
    assert chosen_precision(change.answers) == told
    send(home, change)
    code = {"ward": ward_code(1), "authority": DISTRICT}.get(told)
    ((kind, kept, said, _, precision),) = where_of(home, draft)
    assert (kept, precision) == (code, told) and (said is not None) == (told in ("point", "ward", "authority"))
    assert kind == {"point": "postcode", "hidden": "none"}.get(told, "code")


def test_a_closer_place_chosen_under_less_care_is_not_told_once_more_care_is_asked_for():
    few = {**FOUR, **AT_A_POSTCODE, "c1_basis": "exact", "c1_value": "4", "precision": "point"}
    assert chosen_precision(few) == "ward"  # a draft that does not say over what it was chosen
    assert chosen_precision({**few, "precision_over": "ward"}) == "point"
    assert chosen_precision({**few, "precision_over": "authority"}) == "point"
    assert chosen_precision({**few, "precision_over": "ward", "sensitive": "yes"}) == "authority"


def test_the_page_says_what_will_be_recorded_of_a_place_that_could_put_people_at_risk(monkeypatch, home, in_ward_one):
    draft = make_draft(**AT_A_POSTCODE, c1_basis="exact", c1_value="50")
    send(home, draft)
    at = open_form(monkeypatch, home, change=activity_id_of(draft))
    assert find_box(at, "radio", CLOSELY).value == "point"
    find_box(at, "text_input", "How many").input("4").run()
    assert find_box(at, "radio", CLOSELY).value == "ward"
    assert "no more than the ward is recorded unless you choose otherwise" in read_words_of(at)
    find_box(at, "radio", RISK).set_value("yes").run()
    assert find_box(at, "radio", CLOSELY).value == "authority"
    assert "only the council area is recorded unless you choose otherwise" in read_words_of(at)
    find_box(at, "radio", CLOSELY).set_value("point").run()
    assert f"“{POINT}” was chosen, and will be recorded, although it could put someone at risk" in read_words_of(at)
    assert "only the council area" not in read_words_of(at) and "the point of AB1 2CD" in read_words_of(at)
    find_box(at, "radio", RISK).set_value("no").run()
    find_box(at, "radio", RISK).set_value("yes").run()
    find_box(at, "radio", CLOSELY).set_value("authority").run()
    press(at, "Check and send")
    press(at, "Send")
    assert [(row[1], row[4]) for row in where_of(home, draft)] == [(DISTRICT, "authority")]


def test_a_place_chosen_by_name_goes_to_the_council_area_where_there_is_a_risk_and_a_slip_opens_nothing(
    monkeypatch, home
):
    draft = save_draft(home, make_draft())
    at = open_form(monkeypatch, home, draft=draft.draft_id)
    find_box(at, "radio", CLOSELY).set_value("hidden").run()
    for answer, told in (("yes", "hidden"), ("no", "hidden")):
        find_box(at, "radio", RISK).set_value(answer).run()
        assert find_box(at, "radio", CLOSELY).value == told
    find_box(at, "radio", CLOSELY).set_value("ward").run()
    find_box(at, "radio", RISK).set_value("yes").run()
    assert find_box(at, "radio", CLOSELY).value == "authority"
    assert chosen_precision(read_draft(home, draft.draft_id).answers) == "authority"


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({"title": ""}, "what"),
        ({"method": ""}, "what"),
        ({"start_day": "31", "start_month": "2"}, "what"),
        ({"lasted": "yes", "end_day": "1", "end_month": "1", "end_year": "2026"}, "what"),
        ({"where_how": ""}, "where"),
        ({"place_code": "E00000000"}, "where"),
        ({"where_how": "postcode"}, "where"),
        ({"where_how": "drawing"}, "where"),
        ({"c1_basis": ""}, "who"),
        ({"c1_value": ""}, "who"),
        ({"c1_basis": "between", "c1_high": "3"}, "who"),
        ({"meetings": "12", "m12_came": "8"}, "who"),
        ({"m1_minutes": "long"}, "who"),
        ({"m1_day": "3", "m1_month": "5", "m1_year": "2026", "m1_came": "2", "m1_back": "9"}, "who"),
        ({"helped_day": "3"}, "how"),
        ({"settled_day": "3"}, "how"),
        ({"o1_who": "the board"}, "changed"),
        ({"o1_what": "A bench", "o1_on_day": "3"}, "changed"),
        ({"o1_what": "A bench", "o1_due_day": "3"}, "changed"),
        ({"o1_what": "A bench", "o1_told_day": "3"}, "changed"),
        ({"called": "a chat", "since_day": "3"}, "called"),
        ({"since_day": "3"}, "called"),
        ({"called": "a chat", "called_by": "kit@made.example"}, "called"),
        ({"organisation": "kit@made.example"}, "called"),
        ({"cost": "ask 07700 900123"}, "called"),
    ],
)
def test_go_to_these_questions_leads_to_the_step_that_asks_and_says_what_is_wrong(monkeypatch, home, changes, step):
    draft = save_draft(home, make_draft(**changes))
    (problem,) = find_problems(open_current(home).cursor(), draft)
    at = open_form(monkeypatch, home, draft=draft.draft_id, step="check")
    press(at, "Go to these questions")
    assert at.query_params["step"] in (step, [step])
    said = read_words_of(at)
    assert said.count(problem.sentence) == 2, "at the top, and beside the question"


def test_every_answer_that_is_kept_as_typed_has_a_step():
    assert {step_of(name) for name in AS_TYPED} == {"called"} and step_of("reply") == "check"


def test_a_reply_that_is_still_to_be_written_has_its_box_and_is_not_sent_empty(monkeypatch, home):
    draft = save_draft(home, make_draft())
    at = open_form(monkeypatch, home, draft=draft.draft_id, step="check")
    find_box(at, "radio", "What would you like to do?").set_value("reply").run()
    press(at, "Send")
    assert "Write your reply" in read_words_of(at) and not ask(home, "select * from activity")
    find_box(at, "text_area", "Your reply, published beside the name word for word").input("We met.").run()
    press(at, "Send")
    assert ask(home, "select words from statement") == [("We met.",)]


@pytest.mark.parametrize(
    ("step", "label", "box", "first"),
    [
        ("who", "Add another meeting", "How many minutes", 1),
        ("who", "Add another figure", "How well do you know how many took part? (figure 2)", 0),
        ("changed", "Add another change", "Who decided that? (2)", 0),
    ],
)
def test_another_line_is_added_and_what_was_typed_stays(monkeypatch, home, step, label, box, first):
    draft = save_draft(home, make_draft(m1_minutes="90", o1_what="A bench"))
    at = open_form(monkeypatch, home, draft=draft.draft_id, step=step)

    def count_boxes() -> int:
        return sum(one.label == box for one in (*at.text_input, *at.radio))

    assert count_boxes() == first
    press(at, label)
    assert count_boxes() == first + 1
    at.run()
    assert count_boxes() == first + 1
    kept = read_draft(home, draft.draft_id).answers
    assert (kept["m1_minutes"], kept["o1_what"]) == ("90", "A bench") and "2" in (
        kept.get("meetings"), kept.get("counts"), kept.get("changes"),
    )  # fmt: skip


TOOK_PLACE, CANCELLED = "Did it take place?", "It was cancelled"


def choose_of_meeting(at: AppTest, meeting: str, choice: str) -> AppTest:
    """The answer to whether one meeting took place, chosen by its words."""
    box = [box for box in at.radio if box.label == TOOK_PLACE and meeting in box.key][-1]
    return box.set_value(next(value for value in OUTCOMES if OUTCOMES[value] == choice)).run()


def test_a_meeting_cancelled_in_the_form_is_in_the_record_and_in_no_figure_until_it_took_place(monkeypatch, home):
    counted = "select count(*), coalesce(sum(attendance_count), 0) from session_held"
    draft = save_draft(home, make_draft(**{**MEETINGS, "m2_came": "", "m2_back": ""}))
    at = choose_of_meeting(open_form(monkeypatch, home, draft=draft.draft_id, step="who"), "m2", CANCELLED)
    assert read_draft(home, draft.draft_id).answers["m2_outcome"] == "cancelled"
    press(open_form(monkeypatch, home, draft=draft.draft_id, step="check"), "Send")
    assert ask(home, counted) == [(2, 16)] and ask(home, "select count(*) from session") == [(3,)]
    said = read_words_of(open_room(monkeypatch, home, "activity", {"activity": activity_id_of(draft)}))
    assert "3 February 2026: cancelled" in said.replace("*", "")
    change = save_draft(home, start_again(home, draft))
    at = open_form(monkeypatch, home, draft=change.draft_id, step="who")
    at = choose_of_meeting(at, "m2", "It took place")
    find_all = [box for box in at.text_input if box.label == "How many came"]
    find_all[1].input("5").run()
    press(open_form(monkeypatch, home, draft=change.draft_id, step="check"), "Send")
    assert ask(home, counted) == [(3, 21)]
    said = read_words_of(open_room(monkeypatch, home, "activity", {"activity": activity_id_of(draft)}))
    assert "cancelled" not in said


def test_an_organisers_draft_is_offered_to_nobody_else(monkeypatch, home):
    save_draft(home, make_draft(title="A walk with the wardens"))
    theirs = make_draft(title="What must not be shown")
    save_draft(home, replace(theirs, about={"for": "The Net Menders"}))
    said = read_words_of(open_form(monkeypatch, home))
    assert "A draft waits to be sent" in said and "A walk with the wardens" in said
    assert "What must not be shown" not in said


TITLE, MANY = "What do you call it, in a few words?", "How many"


def open_twice(monkeypatch, home: Home, draft: Draft, **address: str) -> tuple[AppTest, AppTest]:
    return tuple(open_form(monkeypatch, home, draft=draft.draft_id, **address) for _ in range(2))


def test_what_two_windows_type_into_one_draft_both_stands(monkeypatch, home):
    draft = save_draft(home, make_draft())
    one, two = open_twice(monkeypatch, home, draft)
    find_box(one, "text_input", TITLE).input("Parks talks").run()
    find_box(two, "text_input", MANY).input("1,300").run()
    kept = read_draft(home, draft.draft_id).answers
    assert (kept["title"], kept["c1_value"]) == ("Parks talks", "1,300")
    assert find_box(two, "text_input", TITLE).value == "Parks talks"
    assert "This draft was changed in another window" in read_words_of(two)
    one.run()
    assert find_box(one, "text_input", MANY).value == "1,300"
    for at in (one, two, one):
        assert "in another window" not in read_words_of(at.run())
    find_box(two, "text_input", TITLE).input("Parks walks").run()
    assert read_draft(home, draft.draft_id).answers["title"] == "Parks walks"


def test_an_answer_changed_in_both_windows_is_said_with_what_the_other_had(monkeypatch, home):
    draft = save_draft(home, make_draft())
    one, two = open_twice(monkeypatch, home, draft)
    find_box(one, "text_input", TITLE).input("Parks talks").run()
    find_box(two, "text_input", TITLE).input("Parks walks").run()
    assert "in the other window it said “Parks talks”" in read_words_of(two)
    assert read_draft(home, draft.draft_id).answers["title"] == "Parks walks"
    one.run()
    assert find_box(one, "text_input", TITLE).value == "Parks walks" and "another window" in read_words_of(one)


def test_what_another_window_just_changed_is_shown_before_it_is_sent(monkeypatch, home):
    draft = save_draft(home, make_draft())
    one, two = open_twice(monkeypatch, home, draft, step="check")
    save_draft(home, replace(draft, answers={**draft.answers, "title": "Parks talks"}))
    press(one, "Send")
    assert not ask(home, "select * from activity") and "Parks talks" in read_words_of(one)
    press(one, "Send")
    assert ask(home, "select title from activity") == [("Parks talks",)]
    press(two, "Send")
    said = read_words_of(two)
    assert "This was sent already" in said and "not saved" not in said
    assert len(ask(home, "select * from activity")) == len(read_batches(home)) - 1 == 1


def test_a_draft_sent_in_another_window_does_not_come_back_and_what_is_typed_after_is_a_change(monkeypatch, home):
    draft = save_draft(home, make_draft())
    one, two = open_twice(monkeypatch, home, draft)
    press(one, "Check and send")
    press(one, "Send")
    find_box(two, "text_input", TITLE).input("Parks talks").run()
    said = read_words_of(two)
    assert "This was sent already" in said and "kept as a change of it, which is not sent yet" in said
    assert not two.text_input and read_draft(home, draft.draft_id) is None
    (change,) = list_drafts(home)
    assert (change.about["what"], change.title, change.answers["c1_value"]) == ("change", "Parks talks", "1200")
    assert ask(home, "select title from activity") == [("Parks survey",)]
    again = open_form(monkeypatch, home, draft=draft.draft_id)
    assert "This was sent already" in read_words_of(again) and not again.text_input
    assert [path.suffix for path in home.drafts.iterdir()].count(".sent") == 1


def test_a_draft_deleted_in_another_window_does_not_come_back_and_what_is_typed_after_is_shown(monkeypatch, home):
    draft = save_draft(home, make_draft())
    one, two = open_twice(monkeypatch, home, draft)
    press(one, "Delete this draft")
    find_box(two, "text_input", TITLE).input("Parks talks").run()
    said = read_words_of(two)
    assert "This draft was deleted" in said and "“Parks talks”" in said
    assert list_drafts(home) == [] and read_draft(home, draft.draft_id) is None
    press(two, "Start an empty form")
    assert find_box(two, "text_input", TITLE).value == ""


@pytest.mark.parametrize("title", ["Parks survey", "Parks talks"])
def test_a_draft_whose_sending_was_cut_short_is_not_sent_a_second_time(monkeypatch, home, title):
    draft = make_draft()
    at = open_form(monkeypatch, home, draft=save_draft(home, draft).draft_id)
    press(at, "Check and send")
    sent = send(home, read_draft(home, draft.draft_id))
    press(at, "Back to the four questions")
    find_box(at, "text_input", TITLE).input(title).run()
    press(at, "Check and send")
    press(at, "Send")
    said = read_words_of(at)
    assert ask(home, "select title from activity") == [("Parks survey",)] and read_draft(home, draft.draft_id) is None
    if title == "Parks survey":
        assert "Sent. Thank you." in said and sent.batch_id in said
        return
    assert (
        f"This was sent already, as batch {sent.batch_id}" in said and find_box(at, "text_input", TITLE).value == title
    )
    press(at, "Check and send")
    press(at, "Send")
    assert ask(home, "select title from activity") == [("Parks talks",)] and list_drafts(home) == []


@pytest.mark.parametrize("where", ["as soon as it is saved", "before the address has its link"])
def test_a_run_that_is_cut_short_after_saving_is_not_taken_for_another_window(monkeypatch, home, where):
    at = open_form(monkeypatch, home)
    if where.startswith("as soon"):
        find_box(at, "text_input", TITLE).set_value("Parks").run()  # a draft that is saved already
    owner, name = (windows, "note_overwritten") if where.startswith("as soon") else (QueryParamsProxy, "__setitem__")
    whole, cut = getattr(owner, name), []

    def cut_once(*said):
        if not cut:
            cut.append(said)
            raise StopException  # as Streamlit ends a run when the next answer is there already
        return whole(*said)

    monkeypatch.setattr(owner, name, cut_once)
    box = find_box(at, "text_input", TITLE)
    box.set_value("Parks walk").run().run()
    assert cut and find_box(at, "text_input", TITLE).key == box.key, "the box that is typed into stays the same box"
    assert find_box(at, "text_input", TITLE).value == "Parks walk" and "another window" not in read_words_of(at)
    (draft,) = list_drafts(home)
    assert at.query_params["draft"] in (draft.draft_id, [draft.draft_id]) and draft.answers["title"] == "Parks walk"
    assert find_box(at.run(), "text_input", TITLE).key == box.key and len(list_drafts(home)) == 1
