"""A name from facts: the rubric's check table, row by row, and the properties under it, over generated facts."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundings.classify import NO, NOT_KNOWN, YES, Claim, Recorded, classify
from soundings.explanation import AGREED, NEUTRAL, NOT_LAWFULNESS, explain, say_needs
from soundings.model import FACTS, SHARING, STAGES
from soundings.rubric import read_rubric

CO_PRODUCED = dict.fromkeys(
    ["made_options", "joint_decision", "reciprocity", "continuing_relationship", "shared_delivery"], YES
)
SETTLED = date(2024, 3, 1)

# facts, the two dates, name, next question, conflicts: the table of the rubric
CHECKS = [
    ({}, None, "Not enough recorded", "can_reply", ()),
    ({"can_reply": NO}, None, "Informing", None, ()),
    ({"can_reply": YES}, None, "Not enough recorded", "decision_open", ()),
    ({"can_reply": YES, "decision_open": NO}, None, "Not enough recorded", "answers_collected", ()),
    ({"can_reply": YES, "decision_open": NO, "answers_collected": NO}, None, "Taking part", None, ()),
    ({"answers_collected": YES, "decision_open": NO}, None, "Gathering views", None, ()),
    ({"answers_collected": YES}, None, "Not enough recorded", "decision_open", ()),
    ({"repeated_dialogue": YES, "decision_open": NO}, None, "Dialogue", None, ()),
    ({"can_reply": YES, "decision_open": YES}, None, "Consultation", None, ()),
    ({"decision_open": YES}, None, "Consultation", None, ()),
    ({"decision_open": YES, "repeated_dialogue": YES}, None, "Involvement", None, ()),
    ({"made_options": YES}, None, "Not enough recorded", "decision_open", ()),
    ({"made_options": YES, "decision_open": YES}, None, "Co-design", None, ()),
    (CO_PRODUCED, date(2024, 3, 20), "Co-design", None, ()),
    (CO_PRODUCED, date(2024, 2, 20), "Co-production", None, ()),
    ({"shared_delivery": YES, "decision_open": NO}, None, "Co-delivery", None, ()),
    ({"community_decided": YES}, None, "Decision handed over", None, ()),
    ({"community_framed": YES, "community_decided": YES}, None, "Community-led", None, ()),
    ({"answers_collected": YES, "can_reply": NO}, None, "Not enough recorded", "can_reply", ("can_reply",)),
    ({"joint_decision": YES, "decision_open": NO}, None, "Not enough recorded", "decision_open", ("decision_open",)),
]

answers = st.dictionaries(st.sampled_from(FACTS), st.sampled_from([YES, NO, NOT_KNOWN]))
recorded_facts = st.builds(
    Recorded,
    facts=answers,
    first_helped_date=st.none() | st.dates(date(2024, 1, 1), date(2024, 3, 1)),
    settled_date=st.none() | st.dates(date(2024, 1, 1), date(2024, 3, 1)),
    session_count=st.none() | st.integers(0, 5),
    months=st.none() | st.integers(0, 5),
    returning_count=st.none() | st.integers(0, 3),
    claim=st.none() | st.sampled_from([Claim(rule.name) for rule in read_rubric().rules[:-1]]),
    stages=st.dictionaries(st.sampled_from(STAGES), st.sampled_from(SHARING)),
)


def name(facts: dict, **others) -> str:
    return classify(Recorded(facts=facts, **others), read_rubric()).name


@pytest.mark.parametrize(("facts", "helped", "expected", "next_question", "conflicts"), CHECKS)
def test_the_rubrics_table_holds(facts, helped, expected, next_question, conflicts):
    days = {"first_helped_date": helped, "settled_date": SETTLED} if helped else {}
    made = classify(Recorded(facts=facts, **days), read_rubric())
    assert (made.name, made.next_question, made.conflicts) == (expected, next_question, conflicts)


def test_the_rubric_has_twelve_names_in_order_and_asks_the_models_facts():
    rubric = read_rubric()
    assert [rule.name for rule in rubric.rules] == [
        "Community-led", "Co-production", "Decision handed over", "Co-design", "Co-delivery", "Involvement",
        "Consultation", "Dialogue", "Gathering views", "Taking part", "Informing", "Not enough recorded",
    ]  # fmt: skip
    assert [rule.number for rule in rubric.rules] == list(range(1, 13))
    assert tuple(rubric.facts) == FACTS
    assert tuple(rubric.stages) == STAGES
    assert tuple(rubric.sharing) == SHARING
    assert all(fact.sources for fact in rubric.facts.values())


@given(recorded_facts)
def test_leaving_a_fact_out_is_recording_it_not_known(recorded):
    full = {fact: recorded.facts.get(fact, NOT_KNOWN) for fact in FACTS}
    assert classify(recorded, read_rubric()) == classify(Recorded(**{**vars(recorded), "facts": full}), read_rubric())


@given(recorded_facts, st.sampled_from(FACTS))
def test_turning_a_yes_into_a_no_never_moves_a_name_to_an_earlier_rule(recorded, fact):
    before = classify(Recorded(**{**vars(recorded), "facts": {**recorded.facts, fact: YES}}), read_rubric())
    after = classify(Recorded(**{**vars(recorded), "facts": {**recorded.facts, fact: NO}}), read_rubric())
    assert after.rule >= before.rule or "Not enough recorded" in (before.name, after.name)


@given(recorded_facts)
def test_the_explanation_names_exactly_what_is_met_and_what_is_missing(recorded):
    rubric = read_rubric()
    made = classify(recorded, rubric)
    told = explain(recorded, made, rubric)
    for fact in rubric.facts.values():
        clause = fact.met if made.answers[fact.id] == YES else fact.not_so
        if not made.conflicts:
            assert (clause in told.fits) == (fact.id in made.met), fact.id
        assert (fact.missing in told.needs or fact.not_so in told.needs) == (fact.id in made.missing), fact.id


@given(recorded_facts)
def test_what_is_missing_is_what_the_called_name_needs_and_only_where_its_rule_is_earlier(recorded):
    rubric = read_rubric()
    made = classify(recorded, rubric)
    claimed = rubric.find_rule(made.claimed_rule_id) if made.claimed_rule_id else None
    if claimed is None or claimed.number >= made.rule:
        assert made.missing == ()
    elif not made.conflicts:
        assert made.missing
        assert set(made.missing) <= {*claimed.yes, *claimed.any, *claimed.no}


@given(recorded_facts)
def test_a_next_question_is_asked_where_and_only_where_there_is_no_name(recorded):
    made = classify(recorded, read_rubric())
    assert (made.next_question is not None) == (made.name == "Not enough recorded")


def test_dates_win_over_a_tick():
    late = {"first_helped_date": date(2024, 3, 2), "settled_date": SETTLED}
    assert classify(Recorded(facts={"in_from_start": YES}, **late), read_rubric()).answers["in_from_start"] == NO
    same_day = {"first_helped_date": SETTLED, "settled_date": SETTLED}
    assert classify(Recorded(facts={"in_from_start": NO}, **same_day), read_rubric()).answers["in_from_start"] == YES
    one_date = classify(Recorded(facts={"in_from_start": YES}, settled_date=SETTLED), read_rubric())
    assert one_date.answers["in_from_start"] == YES


@pytest.mark.parametrize(
    ("sessions", "months", "returning", "tick", "expected"),
    [
        (3, 0, 1, NO, YES),
        (1, 3, 1, NO, YES),
        (3, None, 1, NOT_KNOWN, YES),
        (2, 2, 5, YES, NO),
        (9, 9, 0, YES, NO),
        (2, None, 5, YES, YES),
        (None, None, None, YES, YES),
        (None, 1, 0, NOT_KNOWN, NOT_KNOWN),
    ],
)
def test_counts_say_whether_people_came_back_and_win_over_a_tick(sessions, months, returning, tick, expected):
    facts = {"continuing_relationship": tick}
    recorded = Recorded(facts=facts, session_count=sessions, months=months, returning_count=returning)
    assert classify(recorded, read_rubric()).answers["continuing_relationship"] == expected


def test_implications_run_through_and_a_no_below_them_is_a_conflict():
    made = classify(Recorded(facts={"community_decided": YES, "can_reply": NO}), read_rubric())
    assert (made.name, made.conflicts, made.next_question) == ("Not enough recorded", ("can_reply",), "can_reply")


def test_only_a_statutory_consultation_says_what_is_not_recorded_here_and_never_that_it_was_unlawful():
    facts = {"can_reply": YES, "decision_open": YES}
    plain = classify(Recorded(facts=facts), read_rubric())
    public = Recorded(facts=facts, is_statutory=True)
    made = classify(public, read_rubric())
    assert plain.not_recorded_here == ()
    assert made.not_recorded_here == ("informed_in_time", "response_considered")
    assert NOT_LAWFULNESS in explain(public, made, read_rubric()).text
    live = Recorded(facts=facts, is_statutory=True, is_live=True)
    made = classify(live, read_rubric())
    assert (made.not_recorded_here, made.not_due_yet) == (("informed_in_time",), ("response_considered",))
    assert "Not due yet" in explain(live, made, read_rubric()).text


def test_a_survey_called_a_survey_agrees_with_its_record_as_anything_else_does():
    survey = Recorded(facts={"answers_collected": YES, "decision_open": NO}, claim=Claim("Survey"))
    group = Recorded(facts=CO_PRODUCED, claim=Claim("coproduction"), first_helped_date=SETTLED, settled_date=SETTLED)
    for recorded in (survey, group):
        made = classify(recorded, read_rubric())
        assert made.comparison == "agree"
        assert explain(recorded, made, read_rubric()).verdict == AGREED


def test_words_of_their_own_are_kept_and_not_judged():
    recorded = Recorded(facts={"decision_open": YES}, claim=Claim("The Big Conversation"))
    made = classify(recorded, read_rubric())
    assert (made.comparison, made.missing) == ("own words", ())
    assert "“The Big Conversation”" in explain(recorded, made, read_rubric()).text


def test_the_explanation_reads_as_the_rubric_says():
    recorded = Recorded(
        facts={**CO_PRODUCED, "joint_decision": NOT_KNOWN, "decision_open": YES},
        first_helped_date=date(2024, 3, 20), settled_date=SETTLED, claim=Claim("co-production", date(2024, 5, 3)),
        evidence={"made_options": "workshop notes, 4 May 2024"},
    )  # fmt: skip
    told = explain(recorded, classify(recorded, read_rubric()), read_rubric())
    assert told.called == "Called “co-production” (3 May 2024)."
    assert told.fits.startswith(
        "What's recorded fits co-design: people and those responsible worked out the options together (workshop notes, 4 May 2024);"
    )
    assert told.verdict == NEUTRAL == "Both are real ways of working."
    assert told.needs == (
        "Co-production would also need: people helping to set the question before it was settled "
        "(settled 1 March 2024, first helped 20 March 2024); a decision that needed people's agreement."
    )


def test_the_line_of_what_more_is_needed_stands_only_where_the_called_name_differs():
    facts = {"decision_open": YES, "made_options": YES}
    for claim in (None, Claim("co-design"), Claim("consultation"), Claim("Our Voice")):
        recorded = Recorded(facts=facts, claim=claim)
        assert explain(recorded, classify(recorded, read_rubric()), read_rubric()).needs == ""
    asked = classify(Recorded(facts=facts), read_rubric())
    needs = say_needs(read_rubric().find_rule("decision_handed_over"), Recorded(facts=facts), asked, read_rubric())
    assert needs == "Decision handed over would also need: the community holding the final decision."


def test_co_production_is_always_printed_with_its_stages():
    recorded = Recorded(facts={**CO_PRODUCED, "in_from_start": YES}, stages={"design": "with", "evaluate": "to"})
    text = explain(recorded, classify(recorded, read_rubric()), read_rubric()).text
    assert "Stages: frame not known · commission not known · design with · deliver not known · evaluate to." in text
