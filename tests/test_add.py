"""A form's answers as one batch: what is recorded, what is refused, where it stands, new versions, meetings, undo in any order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest

from etl.form.answers import list_personal
from etl.form.drafts import Draft, make_draft_id
from etl.form.places import usual_precision
from etl.form.reading import read_choices, start_change, start_meeting
from etl.form.records import activity_id_of, preview_form, send_form
from etl.inbox import read_batches
from etl.loading import rebuild, redo, undo
from etl.participants.feedback import publish_statement
from soundings.content import content_hash
from soundings.generations import open_current
from soundings.home import Home
from soundings.model import BadFile
from tests.forms import FOUR, MEETINGS, TODAY, ask, make_draft, problems_of, send, where_of
from tests.homes import make_wards_home, ward_code


@pytest.fixture
def home(tmp_path) -> Home:
    return make_wards_home(tmp_path, has_records=False)


def test_four_answers_are_one_batch_and_sent_ten_times_still_one(home):
    draft = make_draft()
    results = [send(home, draft) for _ in range(10)]
    assert len({result.batch_id for result in results}) == 1
    assert (results[0].rows_read, results[0].rows_rejected, results[0].values_set_aside) == (2, 0, 0)
    assert ask(home, "select title, method, start_date, end_date from activity_now") == [
        ("Parks survey", "survey", date(2026, 5, 3), None)
    ]
    assert ask(home, "select measure, value, value_high, basis from activity_count") == [
        ("responses", 1200.0, None, "estimate")
    ]
    assert where_of(home, draft) == [("code", ward_code(1), ward_code(1), "located", "ward")]


def test_a_band_a_zero_and_nothing_counted_stay_apart(home):
    for changes, expected in (
        ({"c1_basis": "between", "c1_value": "10", "c1_high": "15"}, [(10.0, 15.0, "band")]),
        ({"c1_basis": "exact", "c1_value": "0"}, [(0.0, None, "exact")]),
        ({"c1_basis": "not counted"}, []),
    ):
        draft = make_draft(**changes)
        send(home, draft)
        sql = "select value, value_high, basis from activity_count where activity_id = $1"
        assert ask(home, sql, activity_id_of(draft)) == expected


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"title": " "}, "title", "Give it a title"),
        ({"method": ""}, "method", "Choose how"),
        ({"where_how": ""}, "where_how", "not tied to a place"),
        ({"place_code": "E00000000"}, "place_code", "Choose a place"),
        ({"where_how": "postcode", "postcode": "XX1 1XX"}, "postcode", "search for the place"),
        ({"start_day": ""}, "start", "needs a day"),
        ({"start_day": "", "start_month": ""}, "start", "a day and a month"),
        ({"start_day": "31", "start_month": "2"}, "start", "a real day"),
        ({"start_year": "26"}, "start", "year in full"),
        ({"end_day": "1", "end_month": "1", "end_year": "2026"}, "end", "before the start"),
        ({"c1_basis": ""}, "c1_basis", "did not count"),
        ({"c1_value": "lots"}, "c1_value", "whole number"),
        ({"c1_value": ""}, "c1_value", "If nobody came, type 0"),
        ({"c1_basis": "between", "c1_high": "3"}, "c1_high", "larger"),
        ({"m1_came": "8"}, "m1", "day, month and year"),
        ({**MEETINGS, "m2_back": "9"}, "m2_back", "More had come before than came"),
        ({"o1_who": "the board"}, "o1_what", "Say what changed"),
        ({"finish": "reply"}, "reply", "Write your reply"),
        ({"called": "x", "called_by": "a.person@place.example"}, "called_by", "take the e-mail address"),
    ],
)
def test_each_mistake_is_told_at_its_question_and_nothing_is_kept(home, changes, field, said):
    draft = make_draft(**changes)
    assert said in problems_of(home, draft)[field]
    with pytest.raises(BadFile):
        send(home, draft)
    assert (
        not ask(home, "select * from activity")
        and preview_form(home, open_current(home).cursor(), draft, TODAY).problems
    )


def test_not_tied_and_kept_back_are_two_answers_and_neither_keeps_a_place(home):
    apart, hidden, chosen = make_draft(where_how="none"), make_draft(where_how="hidden"), make_draft(precision="hidden")
    for draft in (apart, hidden, chosen):
        send(home, draft)
    assert where_of(home, apart) == [("not_tied", None, None, "not_tied", None)]
    for draft in (hidden, chosen):
        ((kind, code, said, state, precision),) = where_of(home, draft)
        assert (kind, code, said, state, precision) == ("none", None, None, "unlocated", "hidden")


def test_few_people_are_told_no_closer_than_the_ward_and_risk_no_closer_than_the_council(home):
    few = {**FOUR, "where_how": "postcode", "c1_value": "9", "c1_basis": "exact"}
    assert usual_precision(few) == "ward"
    assert usual_precision({**few, "c1_value": "10"}) == "point"
    assert usual_precision({**few, "sensitive": "yes"}) == "authority"
    assert usual_precision({**few, "c1_basis": "between", "c1_value": "3", "c1_high": "12"}) == "point"


def test_phones_and_e_mails_are_taken_out_of_free_words_and_told_kindly(home):
    draft = make_draft(title="Chat, ring 07700 900123", summary="or write to kit@made.example")
    assert {one.field for one in list_personal(draft.answers)} == {"title", "summary"}
    result = send(home, draft)
    assert ask(home, "select title, summary from activity") == [
        ("Chat, ring [phone removed]", "or write to [e-mail removed]")
    ]
    assert len(result.decisions) == 2


def test_the_name_is_derived_before_sending_as_after_it(home):
    draft = make_draft(
        fact_decision_open="yes", seen_decision_open="minutes, May 2026", fact_repeated_dialogue="not known", **MEETINGS
    )
    preview = preview_form(home, open_current(home).cursor(), draft, TODAY)
    assert preview.made.name == "Consultation" and "minutes, May 2026" in preview.explanation.fits
    assert not ask(home, "select * from activity")
    send(home, draft)
    assert ask(home, "select name from classification_now") == [("Consultation",)]
    assert ask(home, "select fact, answer from fact order by 1") == [
        ("decision_open", "yes"),
        ("repeated_dialogue", "not known"),
    ]


def test_a_blank_counts_as_nothing_and_a_hidden_answer_is_not_sent(home):
    draft = make_draft(fact_decision_open="no", decision_at_stake="typed before the answer was changed")
    send(home, draft)
    assert ask(home, "select decision_at_stake from activity") == [(None,)]
    assert (
        ask(
            home,
            "select count(*) from stage union all select count(*) from outcome union all select count(*) from claim",
        )
        == [(0,)] * 3
    )


def test_a_reply_stands_beside_the_name(home):
    send(home, make_draft(finish="reply", reply="We met every week."))
    assert ask(home, "select kind, words, said_month from statement") == [
        ("reply of the organiser", "We met every week.", "2026-11")
    ]


def test_what_is_read_back_for_a_change_is_what_was_sent(home):
    draft = make_draft(
        **MEETINGS, fact_can_reply="yes", seen_can_reply="the notes", stage_frame="for", why_frame="no time", gave="tea", got="a bench",
        lived="people who wait", o1_what="A bench", o1_who="the board", o1_on_day="1", o1_on_month="6", o1_on_year="2026",
        called="a chat", called_by="the board", cost="£4", role_mailbox="x@made.example", lasted="yes", end_day="9", end_month="9",
        end_year="2026", start_month="5",
    )  # fmt: skip
    send(home, draft)
    change = start_change(open_current(home).cursor(), activity_id_of(draft))
    wanted = {name: value for name, value in draft.answers.items() if value} | {"c1_value": "1200"}
    assert {name: change.answers.get(name) for name in wanted} == wanted


def test_a_change_is_a_new_version_that_counts_once_and_undo_brings_the_one_before_back(home):
    draft = make_draft(called="co-production", **MEETINGS)
    first, activity_id = send(home, draft), activity_id_of(draft)
    before = content_hash(open_current(home).cursor())
    change = start_change(open_current(home).cursor(), activity_id)
    change = replace(change, answers={**change.answers, "title": "Parks talks", "c1_value": "1300", "called": "a chat"})
    second = send(home, change)
    assert activity_id_of(change) == activity_id
    assert ask(home, "select title from activity") == [("Parks talks",)]
    assert ask(home, "select value from activity_count") == [(1300.0,)] and ask(
        home, "select count(*) from session"
    ) == [(3,)]
    assert ask(home, "select called from claim order by row_number") == [("co-production",), ("a chat",)]
    assert [batch.state for batch in read_batches(home)][-2:] == ["replaced", "active"]
    after = content_hash(open_current(home).cursor())
    assert undo(home, second.batch_id).state == "undone" and content_hash(open_current(home).cursor()) == before
    redo(home, second.batch_id)
    assert content_hash(open_current(home).cursor()) == after and rebuild(home).agrees
    assert undo(home, first.batch_id).state == "undone" and content_hash(open_current(home).cursor()) == after
    undo(home, second.batch_id)
    assert ask(home, "select count(*) from activity") == [(0,)] and rebuild(home).agrees


def test_of_two_changes_begun_from_one_record_the_later_is_refused_and_nothing_counts_twice(home):
    draft = make_draft()
    send(home, draft)
    connection = open_current(home).cursor()
    one, two = (
        replace(change, answers={**change.answers, "summary": said})
        for said in ("first", "second")
        for change in [start_change(connection, activity_id_of(draft))]
    )
    send(home, one)
    with pytest.raises(BadFile, match="This record was changed meanwhile; open it again .* Your draft is kept"):
        send(home, two)
    assert ask(home, "select sum(value) from activity_count") == [(1200.0,)]
    assert send(home, one).already_loaded  # sent twice it is one batch still
    again = start_change(open_current(home).cursor(), activity_id_of(draft))
    send(home, replace(again, answers={**again.answers, "summary": "second"}))
    assert ask(home, "select summary, (select sum(value) from activity_count) from activity") == [("second", 1200.0)]


def test_two_changes_sent_in_one_moment_are_one_change_and_one_refusal(home):
    draft = make_draft()
    send(home, draft)
    change = start_change(open_current(home).cursor(), activity_id_of(draft))
    changes = [
        replace(change, draft_id=make_draft_id(), answers={**change.answers, "summary": f"{n}"}) for n in range(4)
    ]

    def try_to_send(one: Draft) -> bool:
        try:
            return send(home, one).rows_accepted > 0
        except BadFile:
            return False

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(try_to_send, changes)) == [False, False, False, True]
    assert ask(home, "select sum(value), count(*) from activity_count") == [(1200.0, 1)]


def test_a_meeting_is_added_to_a_running_group_where_it_meets(home):
    draft = make_draft(**MEETINGS)
    send(home, draft)
    meeting = start_meeting(open_current(home).cursor(), activity_id_of(draft))
    assert problems_of(home, meeting) == {"m1": "Type the day, month and year of the meeting, such as 27 3 2026."}
    told = {"m1_day": "9", "m1_month": "11", "m1_year": "2026", "m1_came": "7", "m1_back": "7"}
    result = send(home, replace(meeting, answers=told))
    assert result.rows_accepted == 1 and result.places["located"] == 1
    assert ask(home, "select count(*), max(start_date) from session") == [(4, date(2026, 11, 9))]
    change = start_change(open_current(home).cursor(), activity_id_of(draft))
    assert change.answers["meetings"] == "4"
    send(home, replace(change, answers={**change.answers, "m4_back": "6"}))
    assert ask(home, "select count(*), max(returning_count) filter (start_date = '2026-11-09') from session") == [
        (4, 6.0)
    ]


def read_everything(home: Home) -> dict[str, list]:
    """What the record says, without the ids that a new version has of its own."""
    apart = {"batch_id", "row_number", "location_id", "count_id", "session_id"}
    said = {}
    for table in ("activity", "activity_place", "activity_count", "session", "stage", "fact", "outcome", "reciprocity",
                  "perspective", "claim", "statement"):  # fmt: skip
        found = open_current(home).cursor().execute(f"select * from {table}")  # noqa: S608 — named above
        names = [column[0] for column in found.description]
        kept = [
            [value for name, value in zip(names, row, strict=True) if name not in apart] for row in found.fetchall()
        ]
        said[table] = sorted(kept, key=str)
    return said


def test_a_change_with_nothing_altered_says_everything_again_replies_too(home):
    draft = make_draft(
        **MEETINGS, fact_decision_open="yes", seen_decision_open="minutes", decision_at_stake="the bench", stage_frame="for",
        why_frame="no time", gave="tea", got="a bench", lived="people who wait", o1_what="A bench", called="a chat",
        finish="reply", reply="We met every week.",
    )  # fmt: skip
    send(home, draft)
    before = read_everything(home)
    assert all(before.values())
    for _ in range(2):
        send(home, start_change(open_current(home).cursor(), activity_id_of(draft)))
        assert read_everything(home) == before


def test_a_reply_is_carried_on_with_its_month_and_the_next_one_stands_after_it(home):
    draft = make_draft(finish="reply", reply="We met every week.")
    send_form(home, open_current(home).cursor(), draft, date(2026, 8, 1), who="kit")
    change = start_change(open_current(home).cursor(), activity_id_of(draft))
    for reply in ("We met every week.", "And we built it."):
        again = replace(change, answers={**change.answers, "finish": "reply", "reply": reply})
        rows = [row for sheet in preview_form(home, open_current(home).cursor(), again, TODAY).sheets
                if sheet.name == "statements" for row in sheet.table.to_pylist()]  # fmt: skip
        assert [row["words"] for row in rows] == list(dict.fromkeys(["We met every week.", reply]))
    send(home, again)
    sql = "select words, said_month from statement order by said_month"
    assert ask(home, sql) == [("We met every week.", "2026-08"), ("And we built it.", "2026-11")]
    # A draft begun before replies were carried has none with it.
    old = start_change(open_current(home).cursor(), activity_id_of(draft))
    send(home, replace(old, about={name: value for name, value in old.about.items() if name != "statements"}))
    assert [words for words, _ in ask(home, sql)] == ["We met every week.", "And we built it."]


def test_what_people_who_took_part_replied_has_its_own_batch_and_is_not_doubled_by_a_change(home):
    draft = make_draft(finish="reply", reply="We met every week.")
    send(home, draft)
    publish_statement(home, activity_id_of(draft), "reply of people who took part", "We did.", TODAY, "kit")
    send(home, start_change(open_current(home).cursor(), activity_id_of(draft)))
    assert ask(home, "select kind, words from statement order by 1") == [
        ("reply of people who took part", "We did."),
        ("reply of the organiser", "We met every week."),
    ]


def test_a_change_keeps_every_meeting_figure_and_change_however_many_there_are(home):
    many = {"meetings": "60", "counts": "6", "changes": "12"}
    for number in range(1, 61):
        day = date(2025, 1, 1) + timedelta(7 * number)
        many |= {f"m{number}_day": str(day.day), f"m{number}_month": str(day.month), f"m{number}_year": str(day.year)}
    for number in range(1, 9):
        many |= {f"c{number}_basis": "exact", f"c{number}_value": str(number), f"c{number}_measure": "people"}
    for number in range(1, 15):
        many |= {f"o{number}_what": f"Bench {number}"}
    draft = make_draft(**many)
    send(home, draft)
    for number in (61, 62):
        meeting = start_meeting(open_current(home).cursor(), activity_id_of(draft))
        send(home, replace(meeting, answers={"m1_day": str(number - 60), "m1_month": "11", "m1_year": "2026"}))
    sql = (
        "select (select count(*) from session), (select max(start_date) from session), "
        "(select count(*) from activity_count), (select count(*) from outcome)"
    )
    assert ask(home, sql) == [(62, date(2026, 11, 2), 8, 14)]
    change = start_change(open_current(home).cursor(), activity_id_of(draft))
    assert problems_of(home, replace(change, answers={**change.answers, "m62_came": "?"}))["m62_came"]
    send(home, replace(change, answers={**change.answers, "summary": "Since 2025"}))
    assert ask(home, sql) == [(62, date(2026, 11, 2), 8, 14)]


def test_what_came_in_a_file_is_not_changed_by_the_form(home, tmp_path):
    from etl.loading import load_file

    path = tmp_path / "activities.csv"
    path.write_text(f"activity_id,title,place_role,place_code\na1,Talking,venue,{ward_code(2)}\n", encoding="utf-8")
    load_file(home, path, "native")
    ((activity_id,),) = ask(home, "select activity_id from activity")
    connection = open_current(home).cursor()
    assert start_change(connection, activity_id) is None and start_meeting(connection, activity_id) is not None
    assert start_change(connection, "nobody") is None and start_meeting(connection, "nobody") is None


def test_places_are_offered_by_name_with_their_kind(home):
    choices = read_choices(open_current(home).cursor())
    assert [one.label.partition(" (")[0] for one in choices if one.place_code == ward_code(1)] == ["Ward 1"]
    assert all("(ward" in one.label or "(district" in one.label for one in choices)


@pytest.mark.parametrize("word", ["cancelled", "postponed", "planned"])
def test_a_meeting_that_did_not_take_place_is_kept_and_in_no_figure(home, word):
    draft = make_draft(**{**MEETINGS, "m2_came": "", "m2_back": "", "m2_outcome": word})
    send(home, draft)
    assert ask(home, "select took_place from session_now order by start_date") == [("yes",), (word,), ("yes",)]
    assert ask(home, "select count(*) from session_held") == [(2,)]
    change = start_change(open_current(home).cursor(), activity_id_of(draft))
    assert change.answers["m2_outcome"] == word and "m1_outcome" not in change.answers
    send(home, replace(change, answers={**change.answers, "summary": "Every month."}))
    assert ask(home, "select count(*) from session_held") == [(2,)]


def test_an_activity_that_was_cancelled_is_in_no_figure_and_a_change_keeps_it(home):
    draft = make_draft(outcome="cancelled")
    send(home, draft)
    assert ask(home, "select took_place from activity_unheld") == [("cancelled",)]
    assert ask(home, "select * from count_held") == []
    assert start_change(open_current(home).cursor(), activity_id_of(draft)).answers["outcome"] == "cancelled"


def test_an_added_meeting_can_be_cancelled_and_nobody_came_to_it(home):
    draft = make_draft(**MEETINGS)
    send(home, draft)
    meeting = start_meeting(open_current(home).cursor(), activity_id_of(draft))
    told = {"m1_day": "9", "m1_month": "11", "m1_year": "2026", "m1_outcome": "cancelled"}
    came = replace(meeting, answers={**told, "m1_came": "7"})
    assert "nobody who came" in problems_of(home, came)["m1_came"]
    send(home, replace(meeting, answers=told))
    assert ask(home, "select count(*) from session_held") == [(3,)]
    assert ask(home, "select took_place from session_now order by start_date desc limit 1") == [("cancelled",)]
