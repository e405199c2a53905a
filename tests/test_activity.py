"""One activity in full: what is read of it, what is said of it, and its page."""

from __future__ import annotations

import csv
import re
from datetime import date, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from etl.loading import load_file
from etl.specs import read_specs
from etl.template.rows import name_activity
from etl.template.tables import TABLES
from pages.ui.explaining import JOINER, escape
from soundings.activity.figures import find_medians, glance, say_meetings, sum_counts
from soundings.activity.records import Meeting, Outcome
from soundings.activity.story import (
    ActivityStory,
    find_activities,
    list_other_names,
    read_activity_story,
    say_other_name,
)
from soundings.activity.words import list_not_recorded, say_amount, say_told_back, say_where, say_withdrawal, told_back
from soundings.explanation import AGREED, UNCONFIRMED
from soundings.generations import open_current
from soundings.home import PROJECT, Home
from soundings.model import FACTS
from soundings.rubric import read_rubric
from tests.building import TODAY, Builder
from tests.homes import make_wards_home
from tests.test_pages import HOSTILE
from tests.waiting import HANGING

DAY = date(2026, 3, 1)


@pytest.fixture
def builder() -> Builder:
    return Builder()


@pytest.fixture
def batch(builder) -> str:
    return builder.batch("native")


def read(builder: Builder, activity_id: str = "group", **wanted) -> ActivityStory:
    story = read_activity_story(builder.connection, activity_id, rubric=read_rubric(), **{"today": TODAY, **wanted})
    assert story is not None
    return story


def answer(builder: Builder, batch: str, activity_id: str = "group", **answers: str) -> None:
    for fact, said in answers.items():
        builder.tell("fact", batch, activity_id, fact=fact, answer=said, evidence=f"seen for {fact}")


# ---- What is read --------------------------------------------------------------------------------------------------


def test_an_id_that_no_activity_has_gives_nothing(builder, batch):
    builder.activity(batch, "group")
    assert read_activity_story(builder.connection, "grou", rubric=read_rubric(), today=TODAY) is None


def test_what_is_told_of_another_activity_stays_with_it(builder, batch):
    for name in ("group", "decoy"):
        builder.activity(batch, name)
    place = builder.location(batch, "W1")
    builder.session(batch, "decoy", [place], day=DAY, attendance=5)
    builder.count(batch, "decoy", "responses", 12, place)
    builder.tell("claim", batch, "decoy", called="co-production")
    builder.tell("outcome", batch, "decoy", what_changed="A bench")
    builder.tell("story", batch, "decoy", quote="I came", consent_scope="public")
    answer(builder, batch, "decoy", can_reply="yes")
    story = read(builder)
    assert not any((story.meetings, story.counts, story.callings, story.outcomes, story.quotes, story.where))
    assert {line.answer for line in story.facts} == {"not_known"}
    assert story.made.name == "Not enough recorded"


def test_the_batch_accepted_last_speaks_for_the_activity_its_stages_and_its_answers(builder):
    for title, sharing, said in (("Old title", "for", "no"), ("New title", "with", "yes")):
        batch = builder.batch("native", file_name=f"{title}.csv")
        builder.activity(batch, "group", title=title)
        builder.tell("stage", batch, "group", stage="design", sharing=sharing)
        builder.tell("fact", batch, "group", fact="decision_open", answer=said, evidence=title)
    story = read(builder)
    assert (story.head.title, story.head.file_name) == ("New title", "New title.csv")
    assert story.stages["design"].sharing == story.made.stages["design"] == "with"
    assert story.made.name == "Consultation"
    assert "a named decision was open to influence (New title)" in story.explanation.text


def test_a_place_is_named_with_its_role_and_what_has_none_says_why(builder, batch):
    places = builder.batch("places-ward", kind="places")
    builder.place(places, "W1", "Harbour")
    builder.activity(batch, "group")
    for location, role in (
        (builder.location(batch, "W1"), "venue"),
        (builder.location(batch, "E99", state="outside"), "area"),
        (builder.location(batch, "the Deaf community", state="not_tied"), "home"),
        (builder.location(batch, state="unlocated"), "venue"),
    ):
        builder.insert("activity_place", batch_id=batch, activity_id="group", location_id=location, role=role)
    said = {(say_where(one), one.role, one.place_code) for one in read(builder).where}
    assert said == {
        ("Harbour", "venue", "W1"),
        ("“E99”, outside the places loaded here", "area", None),
        ("not tied to a place (the Deaf community)", "home", None),
        ("no place recorded", "venue", None),
    }


def test_an_activity_that_names_no_place_is_where_it_met(builder, batch):
    builder.place(builder.batch("places-ward", kind="places"), "W1", "Harbour")
    builder.activity(batch, "group")
    for _ in range(3):
        builder.session(batch, "group", [builder.location(batch, "W1")])
    assert [(one.name, one.role) for one in read(builder).where] == [("Harbour", "venue")]


def test_a_story_is_read_by_those_it_was_shared_with_alone(builder, batch):
    builder.activity(batch, "group")
    for scope in ("public", "funders", "staff"):
        builder.tell("story", batch, "group", quote=f"for {scope}", consent_scope=scope)
    read_by = {
        audience: [quote.words for quote in read(builder, audience=audience).quotes]
        for audience in ("public", "funders", "staff")
    }
    assert read_by == {
        "public": ["for public"],
        "funders": ["for public", "for funders"],
        "staff": ["for public", "for funders", "for staff"],
    }
    assert len(read(builder).quotes) == 3


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (None, "no day is recorded until which it can be withdrawn"),
        (TODAY, "it can be withdrawn until 23 November 2026"),
        (TODAY - timedelta(1), "it could be withdrawn until 22 November 2026"),
    ],
)
def test_until_when_a_story_can_be_withdrawn_is_said(builder, batch, day, said):
    builder.activity(batch, "group")
    builder.tell("story", batch, "group", quote="I came", consent_scope="public", withdraw_by=day)
    assert say_withdrawal(read(builder).quotes[0], TODAY) == said


def test_what_it_was_called_is_kept_newest_first_and_told_twice_is_one(builder):
    for called, day in (
        ("workshop", date(2024, 1, 1)),
        ("co-design", date(2025, 1, 1)),
        ("workshop", date(2024, 1, 1)),
    ):
        batch = builder.batch("native")
        builder.activity(batch, "group")
        builder.tell("claim", batch, "group", called=called, called_by="the council", called_date=day)
    story = read(builder)
    assert [one.called for one in story.callings] == ["co-design", "workshop"]
    assert story.recorded.claim.called == "co-design"


def test_every_name_derived_is_kept_with_why_newest_first(builder, batch):
    builder.activity(batch, "group")
    for run, name in ((1, "Consultation"), (2, "Involvement")):
        builder.insert(
            "classification", run=run, made_at=datetime(2026, 11, run), activity_id="group", rubric_version="1.0", name=name,
            rule=1, rule_id=name.lower(), conflicts=[], met=[], missing=[], not_recorded_here=[], comparison="agree",
            stages="", explanation="", inputs="{}", because=f"Run {run}.",
        )  # fmt: skip
    assert [(one.name, one.because) for one in read(builder).namings] == [
        ("Involvement", "Run 2."),
        ("Consultation", "Run 1."),
    ]


# ---- The name and the facts ----------------------------------------------------------------------------------------


def line_of(story: ActivityStory, fact: str):
    return next(line for line in story.facts if line.fact.id == fact)


def test_every_question_has_its_answer_and_where_it_can_be_seen(builder, batch):
    builder.activity(batch, "group")
    answer(builder, batch, decision_open="yes", answers_collected="no", can_reply="not known")
    story = read(builder)
    assert [line.fact.id for line in story.facts] == list(FACTS)
    assert (line_of(story, "decision_open").evidence, line_of(story, "decision_open").how) == (
        "seen for decision_open",
        "",
    )
    assert line_of(story, "answers_collected").answer == "no"
    implied = line_of(story, "can_reply")
    assert (implied.answer, implied.how) == ("yes", "follows from “A decision was open”")


def test_two_dates_win_over_a_tick_and_say_so(builder, batch):
    builder.activity(batch, "group", first_helped_date=date(2024, 3, 20), settled_date=date(2024, 3, 1))
    answer(builder, batch, in_from_start="yes")
    line = line_of(read(builder), "in_from_start")
    assert line.answer == "no"
    assert line.how == "from two dates: settled 1 March 2024, first helped 20 March 2024; the answer given was yes"


def test_meetings_answer_whether_people_came_back(builder, batch):
    builder.activity(batch, "group")
    place = builder.location(batch, "W1")
    for week, back in enumerate((0, 4, 6)):
        builder.session(batch, "group", [place], day=DAY + timedelta(7 * week), attendance=8, returning=back)
    line = line_of(read(builder), "continuing_relationship")
    assert line.answer == "yes"
    assert line.how == "from counts: 3 meetings, 0 whole months, 6 who came back at most"


def test_give_and_take_filled_in_on_both_sides_answers_the_question(builder, batch):
    builder.activity(batch, "group")
    builder.tell("reciprocity", batch, "group", gave="evenings", got="paid time")
    line = line_of(read(builder), "reciprocity")
    assert (line.answer, line.how) == ("yes", "both sides of give and take are filled in")


def test_both_answers_that_do_not_fit_together_are_marked(builder, batch):
    builder.activity(batch, "group")
    answer(builder, batch, joint_decision="yes", decision_open="no", made_options="yes")
    story = read(builder)
    assert {line.fact.id for line in story.facts if line.is_conflict} == {"joint_decision", "decision_open"}
    assert "do not fit together" in say_other_name(story, "co_design") or "would also need" in say_other_name(
        story, "co_design"
    )


@pytest.mark.parametrize("status", ["live", "planned"])
def test_a_statutory_consultation_that_is_not_over_owes_no_response_yet(builder, batch, status):
    builder.activity(batch, "group", is_statutory=True, record_status=status)
    answer(builder, batch, decision_open="yes", informed_in_time="yes")
    assert "Not due yet" in read(builder).explanation.text
    assert "Not recorded here" not in read(builder).explanation.text


def test_a_statutory_consultation_that_is_over_says_what_is_not_recorded(builder, batch):
    builder.activity(batch, "group", is_statutory=True, record_status="past")
    answer(builder, batch, decision_open="yes", informed_in_time="yes")
    assert "This says nothing about whether the consultation was lawful." in read(builder).explanation.text


def test_another_names_needs_are_those_that_are_not_met(builder, batch):
    builder.activity(batch, "group")
    answer(builder, batch, decision_open="yes", made_options="yes", joint_decision="yes")
    story = read(builder)
    assert story.made.name == "Co-design"
    needs = say_other_name(story, "co_production")
    assert "settled" in needs and "what people gave and what they got" in needs
    assert "a decision that needed people's agreement" not in needs
    assert "is recorded too" in say_other_name(story, "consultation")


def test_other_names_stand_in_the_order_of_the_alphabet_without_todays(builder, batch):
    builder.activity(batch, "group")
    answer(builder, batch, decision_open="yes")
    names = list_other_names(read(builder))
    assert "consultation" not in names and "not_enough_recorded" not in names
    assert list(names.values()) == sorted(names.values(), key=str.casefold)
    assert len(names) == 10


def test_every_name_on_a_page_is_the_name_in_the_register(tidewell):
    connection = open_current(tidewell).cursor()
    today = date(2026, 11, 23)
    register = connection.execute("select activity_id, name from classification_now").fetchall()
    assert len(register) > 60
    for activity_id, name in register:
        story = read_activity_story(connection, activity_id, rubric=read_rubric(), today=today)
        assert story.made.name == name
        assert story.namings[0].name == name


# ---- Figures and meetings ------------------------------------------------------------------------------------------


def test_counts_are_added_within_a_measure_and_a_role_and_nowhere_else(builder, batch):
    builder.activity(batch, "group")
    home, venue = builder.location(batch, "W1"), builder.location(batch, "W2")
    for value, role in ((10, "home"), (5, "home"), (7, "venue")):
        builder.count(batch, "group", "responses", value, home if role == "home" else venue, role=role, day=DAY)
    builder.count(batch, "group", "entries", 100, home)
    sums = {(one.measure.id, one.role): one.value for one in sum_counts(read(builder).counts)}
    assert sums == {("responses", "home"): 15, ("responses", "venue"): 7, ("entries", "home"): 100}


def test_people_of_two_years_are_not_added_up(builder, batch):
    builder.activity(batch, "group")
    place = builder.location(batch, "W1")
    for year, value in ((2024, 8), (2025, 9)):
        builder.count(batch, "group", "people", value, place, day=date(year, 1, 1))
    assert [one.value for one in sum_counts(read(builder).counts)] == [9, 8]
    assert [figure.number for figure in glance(read(builder))] == ["9"]


@pytest.mark.parametrize(
    ("value", "high", "basis", "said"),
    [(1864, None, "exact", "1,864"), (400, None, "estimate", "about 400"), (18, 27, "band", "18 to 27")],
)
def test_a_figure_is_said_by_its_basis(value, high, basis, said):
    assert say_amount(value, high, basis) == said


def test_a_band_and_an_exact_count_make_a_band(builder, batch):
    builder.activity(batch, "group")
    place = builder.location(batch, "W1")
    for value in (10, 20):
        builder.count(batch, "group", "responses", value, place)
    builder.connection.execute("update activity_count set value_high = 25, basis = 'band' where value = 20")
    (one,) = sum_counts(read(builder).counts)
    assert (one.value, one.high, one.basis) == (30, 35, "band")


def test_each_figure_keeps_its_file_and_rows(builder):
    batch = builder.batch("native", file_name="answers.csv")
    builder.activity(batch, "group")
    builder.count(batch, "group", "responses", 3, builder.location(batch, "W1"), rows=3)
    (one,) = read(builder).counts
    assert (one.file_name, one.rows) == ("answers.csv", [2, 3, 4])


def make_meeting(day: date | None, came: float | None, back: float | None, minutes: float | None = None) -> Meeting:
    return Meeting(day, minutes, came, back, False, "native", "file.csv", 2)


def test_medians_leave_out_what_is_not_recorded_and_the_meeting_nobody_can_have_come_back_to():
    meetings = [
        make_meeting(DAY, 8, 0, 60),
        make_meeting(DAY + timedelta(7), 4, 3, 90),
        make_meeting(DAY + timedelta(14), None, None, 60),
        make_meeting(DAY + timedelta(21), 6, 5),
        make_meeting(TODAY + timedelta(1), None, None),
    ]
    middle = find_medians(meetings, TODAY)
    assert (middle.met, middle.planned) == (4, 1)
    assert (middle.came, middle.came_of) == (6, 3)
    assert (middle.back, middle.back_of) == (4, 2)
    assert (middle.hours, middle.hours_of) == (8 + 6, 2)
    assert "1 more is planned." in say_meetings(middle)


def test_meetings_without_figures_say_that_and_no_nought():
    said = " ".join(say_meetings(find_medians([make_meeting(DAY, None, None)] * 2, TODAY)))
    assert said == "How many came is not recorded. Who came back is not recorded."


def test_a_meeting_that_another_source_counts_is_marked(builder):
    kept, repeated = builder.batch("master"), builder.batch("copy")
    builder.insert("source_repeat", batch_id=repeated, source_id="copy", repeats_source_id="master")
    for batch, name, came in ((kept, "group", None), (repeated, "again", 9)):
        builder.activity(batch, name)
        builder.session(batch, name, [builder.location(batch, "W1")], key="2026-03-01 hall", day=DAY, attendance=came)
    assert [(one.is_elsewhere, one.came) for one in read(builder).meetings] == [(False, 9)]
    assert [(one.is_elsewhere, one.came) for one in read(builder, "again").meetings] == [(True, 9)]


# ---- What changed --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due", "told", "state", "said"),
    [
        (None, TODAY, "told back", "Told back on 23 November 2026"),
        (TODAY - timedelta(9), TODAY - timedelta(1), "told back", "Told back on 22 November 2026"),
        (TODAY, None, "due", "Telling people is due by 23 November 2026"),
        (TODAY - timedelta(1), None, "overdue", "Telling people is overdue since 22 November 2026"),
        (None, TODAY + timedelta(1), "due", "Telling people is due by 24 November 2026"),
        (None, None, "no day set", "Told back: not recorded, and no day is set for it"),
    ],
)
def test_people_were_told_back_or_it_is_due_or_overdue(due, told, state, said):
    outcome = Outcome("A bench", None, None, due, told)
    assert told_back(outcome, TODAY) == state
    assert say_told_back(outcome, TODAY) == said


# ---- Linked activities ---------------------------------------------------------------------------------------------


@pytest.fixture
def blend(builder, batch) -> Builder:
    """A group that met, fed by a survey."""
    builder.activity(batch, "group", method="group", start_date=DAY)
    builder.activity(batch, "survey", method="survey", parent_activity_id="group")
    builder.activity(batch, "decoy", method="survey")
    place = builder.location(batch, "W1")
    builder.session(batch, "group", [place], day=DAY)
    for name in ("survey", "decoy"):
        builder.count(batch, name, "responses", 212, place)
    return builder


@pytest.mark.parametrize("seen_from", ["group", "survey"])
def test_a_survey_and_the_group_it_feeds_are_two_activities_of_one_work(blend, seen_from):
    linked = read(blend, seen_from).linked
    assert linked.whole.activity_id == "group"
    assert [one.activity_id for one in linked.parts] == ["survey"]
    assert (linked.parts[0].asked, linked.whole.asked, linked.whole.meeting_count) == ("212 responses", "", 1)
    assert linked.is_blend


def test_an_activity_alone_is_linked_to_nothing(blend):
    linked = read(blend, "decoy").linked
    assert (linked.whole, linked.parts, linked.is_whole_missing, linked.is_blend) == (None, [], False, False)


def test_an_activity_that_is_its_own_parent_or_whose_parent_is_not_loaded_is_shown_all_the_same(builder, batch):
    builder.activity(batch, "own", parent_activity_id="own")
    builder.activity(batch, "lost", parent_activity_id="never loaded")
    assert read(builder, "own").linked.parts == []
    assert read(builder, "lost").linked.is_whole_missing


def test_a_part_with_parts_of_its_own_shows_them_and_what_it_is_part_of(builder, batch):
    builder.activity(batch, "programme")
    builder.activity(batch, "group", parent_activity_id="programme")
    builder.activity(batch, "survey", parent_activity_id="group")
    linked = read(builder).linked
    assert (linked.whole.activity_id, linked.larger.activity_id) == ("group", "programme")
    assert [one.activity_id for one in linked.parts] == ["survey"]


def test_of_many_parts_some_are_shown_and_this_one_always(builder, batch):
    builder.activity(batch, "whole")
    for number in range(20):
        builder.activity(batch, f"part {number:02}", parent_activity_id="whole", start_date=DAY + timedelta(number))
    linked = read(builder, "part 19").linked
    assert linked.left_out == 8
    assert linked.parts[-1].activity_id == "part 19"


# ---- What is not recorded ------------------------------------------------------------------------------------------


def test_an_activity_with_nothing_but_a_title_lists_everything_as_not_recorded(builder, batch):
    builder.activity(batch, "group")
    missing = list_not_recorded(read(builder))
    assert len(missing) == len(set(missing)) == 21
    assert "an answer to any of the 15 questions" in missing


def test_what_is_recorded_is_not_in_the_list(builder, batch):
    builder.activity(batch, "group", summary="We met", role_mailbox="group@example.org", method="group")
    builder.session(batch, "group", [builder.location(batch, "W1")], attendance=8)
    missing = list_not_recorded(read(builder))
    assert not {"a summary", "who to talk to", "the method", "meetings", "how many took part", "where"} & set(missing)
    assert {"what it cost", "what changed", "stories"} <= set(missing)


def test_activities_are_found_by_words_of_their_title(builder, batch):
    builder.activity(batch, "a", title="Harbour flood group")
    builder.activity(batch, "b", title="100% of a_plan")
    assert find_activities(builder.connection, " FLOOD ") == [("a", "Harbour flood group")]
    assert find_activities(builder.connection, "%") == [("b", "100% of a_plan")]
    assert len(find_activities(builder.connection, "")) == 2


# ---- The page ------------------------------------------------------------------------------------------------------


@pytest.fixture
def open_activity(open_page):
    """Opens the Activity page of a home as a new visitor with this address."""

    def open_(home: Home, activity_id: str | None = None):
        return open_page(home, "activity", **({} if activity_id is None else {"activity": activity_id}))

    return open_


def words_of(at: AppTest) -> str:
    """What the page says of the activity outside its tables and the labels of what opens, as it is read."""
    assert not at.exception, [error.message for error in at.exception]
    kinds = (at.title, at.header, at.subheader, at.markdown, at.caption, at.info)
    said = "\n".join(str(element.value) for kind in kinds for element in kind)
    return said.replace("\\", "").replace(JOINER, "")


def find_id(home: Home, title: str) -> str:
    return (
        open_current(home)
        .cursor()
        .execute("select activity_id from activity_now where title = $1", [title])
        .fetchone()[0]
    )


def test_a_rich_activity_is_told_from_top_to_bottom(open_activity, tidewell):
    at = open_activity(tidewell, find_id(tidewell, "Repairs policy group"))
    said = words_of(at)
    assert at.title[0].value == "Repairs policy group"
    headings = [element.value for element in at.subheader]
    assert headings[:3] == [
        "What changed",
        "What people could change, and what they could not",
        "Who did what, stage by stage",
    ]
    for sentence in (
        "**14 meetings**",
        "**What it's called**",
        "**What's recorded**",
        UNCONFIRMED,
        "**Method:** group",
        "Told back on 18 March 2025",
        "Why it was not shared: The housing budget is set by law at full council.",
        "workshop notes, 4 May 2024",
        "from two dates: settled 19 March 2024, first helped 6 February 2024",
    ):
        assert sentence in said, sentence
    assert "would also need" not in said
    assert said.count("Tidewell is a made-up place.") == 1


def test_one_activity_of_every_name_opens_and_none_is_scored(open_activity, tidewell):
    every = (
        open_current(tidewell)
        .cursor()
        .execute("select any_value(activity_id), name from classification_now group by name, len(conflicts) > 0")
        .fetchall()
    )
    assert len(every) >= 13
    for activity_id, name in every:
        said = words_of(open_activity(tidewell, activity_id))
        assert name in said
        assert not re.search(
            r"(?i)\bscored?\b|\brank|\bbadge|\bgold\b|\bsilver\b|\d ?% co-prod|out of (5|10|100)\b", said
        )


@pytest.mark.parametrize("rule_id", ["gathering_views", "co_production"])
def test_a_name_that_agrees_with_the_record_is_told_in_the_same_words_whatever_it_is(open_activity, tidewell, rule_id):
    (activity_id,) = (
        open_current(tidewell)
        .cursor()
        .execute(
            "select activity_id from classification_now where rule_id = $1 and comparison = 'agree' order by 1",
            [rule_id],
        )
        .fetchone()
    )
    said = words_of(open_activity(tidewell, activity_id))
    assert said.count(AGREED) == 1
    assert "would also need" not in said


def test_another_names_needs_are_shown_to_whoever_asks(open_activity, tidewell):
    activity_id = find_id(tidewell, "Repairs policy group")
    at = open_activity(tidewell, activity_id)
    at.selectbox(key=f"asked_of_{activity_id}").select("community_led").run()
    assert "Community-led would also need" in words_of(at)
    at.query_params["activity"] = find_id(tidewell, "Larkmoor Together plan")
    assert "Community-led would also need" not in words_of(at.run())


@pytest.mark.parametrize("asked", ["no-such-activity", HOSTILE])
def test_an_address_that_names_no_activity_says_so_and_offers_a_search(open_activity, tidewell, asked):
    at = open_activity(tidewell, asked)
    assert "which is not here" in words_of(at)
    assert len(at.info) == 1
    assert at.title[0].value == "Which activity?"
    at.text_input(key="asked_of_none").input("zzzz").run()
    assert "No activity has these words in its title." in words_of(at)


def test_no_address_at_all_offers_a_search_without_a_complaint(open_activity, tidewell):
    at = open_activity(tidewell)
    assert not at.info
    assert at.title[0].value == "Which activity?"


def test_with_no_store_the_page_says_what_to_do_next(open_activity, tmp_path):
    at = open_activity(Home(tmp_path / "none"), "any")
    assert at.header[0].value == "Nothing has been loaded yet"


def test_places_without_activity_say_that_none_is_recorded(open_activity, tmp_path):
    said = words_of(open_activity(make_wards_home(tmp_path, has_records=False), "any"))
    assert "No activity is recorded yet." in said


def write_everything(folder, text: str) -> None:
    """The template's sheets with this text in every column that takes text, for an activity and its part."""
    fixed = {
        "start_date": "2025-01-01", "end_date": "2025-03-01", "called_date": "2025-01-01", "date": "2025-02-01",
        "statutory": "yes", "measure": "responses", "value": "12", "attendance_count": "5", "returning_count": "2", "minutes": "60",
        "stage": "design", "sharing": "with", "fact": "decision_open", "answer": "yes", "changed_date": "2025-03-01",
        "told_back_due_date": "2025-04-01", "knowledge": "lived", "people_count": "3", "consent_scope": "public",
        "withdraw_by": "2027-01-01", "kind": "agreed statement", "said_month": "2025-03", "not_tied_to_place": text,
        "place_role": "area", "basis": "exact", "period_start": "2025-01-01",
    }  # fmt: skip
    blank = {
        "mode", "time_pattern", "record_status", "first_helped_date", "settled_date", "value_high", "period_end", "told_back_date",
        "consent_date", "place_code", "place_name", "place_within", "postcode", "lon", "lat", "easting", "northing",
        "grid_reference", "place_precision", "parent_activity_id",
    }  # fmt: skip
    folder.mkdir()
    for table in TABLES:
        if table.name == "instruments":
            continue
        row = {name: fixed.get(name, "" if name in blank else text) for name in table.columns} | {
            "activity_id": "whole"
        }
        rows = [row | ({"session_id": "s1"} if table.name == "sessions" else {})]
        if table.name == "activities":
            rows.append(row | {"activity_id": "part", "parent_activity_id": "whole"})
        with (folder / f"{table.name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, table.columns)
            writer.writeheader()
            writer.writerows(rows)


def test_hostile_text_in_every_field_is_shown_as_typed(open_activity, tmp_path):
    home = make_wards_home(tmp_path)
    write_everything(tmp_path / "sheets", HOSTILE)
    result = load_file(home, tmp_path / "sheets", "native")
    assert result.rows_rejected == 0
    at = open_activity(home, name_activity(read_specs()["native"], "whole"))
    assert not at.exception
    for element in (*at.markdown, *at.caption, *at.title):
        assert "<script>" not in element.value
        assert "$$" not in element.value
        assert "](javascript" not in element.value
    said = "\n".join(element.value for element in (*at.markdown, *at.caption, *at.title))
    assert said.count(escape(HOSTILE)) >= 20


def test_a_place_leads_to_its_activities(monkeypatch, tidewell):
    monkeypatch.setenv("SOUNDINGS_HOME", str(tidewell.root))
    monkeypatch.setenv("SOUNDINGS_TODAY", TODAY.isoformat())
    at = AppTest.from_file(str(PROJECT / "dashboard.py"), default_timeout=HANGING)
    at.switch_page("pages/rooms/place.py")
    at.query_params["place"] = "TW-W01"
    at.run()
    assert not at.get("page_link") or "All of Harbour flood group" not in [
        link.proto.label for link in at.get("page_link")
    ]
    at.selectbox(key="open_activity").select(find_id(tidewell, "Harbour flood group")).run()
    assert not at.exception
    links = {link.proto.label: link.proto.query_string for link in at.get("page_link")}
    assert find_id(tidewell, "Harbour flood group").partition(":")[2] in links["All of Harbour flood group"]
