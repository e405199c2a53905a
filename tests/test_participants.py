"""What may be published of people's answers, and how it stands beside the organiser's record."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundings.model import FACTS
from soundings.participants import (
    check_answers,
    find_disagreements,
    is_confirmed,
    read_texts,
    say_asking,
)
from soundings.publication import POOLED, PRIVATE, PUBLISHED, WITHHELD, Asking, Published, decide, decide_pool

QUESTIONS = {one.id: one.answers for one in read_texts().questions}
SMALL = {"q": ("yes", "no", "not sure")}


def ask(answers, wave_id="w", activity="a", invited: int | None = None, month="2026-11") -> Asking:
    given_answers = tuple({"q1": one} if isinstance(one, str) else one for one in answers)
    return Asking(wave_id, activity, month, True, len(given_answers) if invited is None else invited, given_answers)


def mixed(yes: int, no: int) -> list[str]:
    return ["yes"] * yes + ["no"] * no


def publish(answers, earlier=(), **said) -> Published:
    return decide(ask(answers, **said), earlier, QUESTIONS)


def test_the_form_asks_five_questions_with_the_answers_agreed():
    usual = ("yes", "partly", "no", "not sure", "rather not say")
    assert list(QUESTIONS) == ["q1", "q2", "q3", "q4", "q5"]
    assert [QUESTIONS[q] for q in ("q1", "q2", "q3")] == [usual] * 3
    assert QUESTIONS["q4"] == ("them", "mostly them", "together", "mostly us", "us", "not sure")
    assert QUESTIONS["q5"] == (*usual, "too early")
    texts = read_texts()
    assert {answer for answers in QUESTIONS.values() for answer in answers} == set(texts.labels)
    assert texts.form["box_heading"] == (
        "In a small group people may guess who wrote this. It is read by {reader}. We don't check it daily; if someone is at "
        "risk, call {call}."
    )
    assert texts.form["not_validated"] == "This is not a validated measure."


def test_an_answer_that_the_form_does_not_offer_is_not_an_answer():
    assert check_answers({"q1": "too early", "q4": "us", "q5": "too early", "q9": "yes", "q2": None}) == {
        "q4": "us",
        "q5": "too early",
    }


def test_nine_answers_are_private_and_say_nothing_at_all():
    nine = publish(mixed(5, 4), invited=30)
    assert nine == Published("w", ("a",), "2026-11", PRIVATE, True)
    assert nine == publish(["no"], invited=2) == publish([], invited=1)


def test_ten_answers_are_published_with_every_answer_of_the_question_counted():
    ten = publish(mixed(6, 4), invited=14)
    assert (ten.state, ten.answered_count, ten.invited_count) == (PUBLISHED, 10, 14)
    assert ten.counts == {"q1": {"yes": 6, "partly": 0, "no": 4, "not sure": 0, "rather not say": 0}}


def test_a_unanimous_question_is_withheld_and_the_others_are_not():
    told = publish([{"q1": "yes", "q2": answer} for answer in mixed(7, 5)])
    assert list(told.counts) == ["q2"]


def test_a_question_that_fewer_than_ten_answered_is_withheld():
    told = publish([{"q1": "yes", "q2": "no"}] * 4 + [{"q1": "no"}] * 8)
    assert list(told.counts) == ["q1"]


def test_a_second_asking_with_nearly_the_same_number_is_withheld():
    first = publish(mixed(8, 7), wave_id="one", invited=20)
    assert publish(mixed(10, 9), [first], wave_id="two", invited=40).state == WITHHELD
    assert publish(mixed(20, 9), [first], wave_id="two", invited=29).state == WITHHELD
    far = publish(mixed(15, 10), [first], wave_id="two", invited=30)
    assert (far.state, far.answered_count) == (PUBLISHED, 25)
    assert publish(mixed(10, 9), [first], wave_id="two", activity="another", invited=20).state == PUBLISHED


def test_an_asking_that_two_others_add_up_to_is_withheld():
    first = publish(mixed(8, 7), wave_id="one", invited=15)
    second = publish(mixed(20, 10), [first], wave_id="two", invited=30)
    assert second.state == PUBLISHED
    assert publish(mixed(30, 18), [first, second], wave_id="three", invited=100).state == WITHHELD


def test_a_question_is_withheld_where_those_who_came_later_all_said_the_same():
    first = publish(mixed(8, 7), wave_id="one", invited=20)
    assert publish(mixed(8, 27), [first], wave_id="two", invited=40).counts == {}
    assert publish(mixed(10, 25), [first], wave_id="two", invited=40).counts


def test_a_private_asking_keeps_no_later_one_from_being_published():
    private = publish(mixed(2, 3), wave_id="one")
    assert publish(mixed(6, 5), [private], wave_id="two").state == PUBLISHED


def pool_of(*groups, earlier=()) -> Published | None:
    askings = [ask(answers, f"w{n}", f"a{n}") for n, answers in enumerate(groups)]
    return decide_pool("p", askings, earlier, QUESTIONS)


def test_a_pool_needs_three_groups_and_ten_answers():
    small = mixed(2, 2)
    pooled = pool_of(small, small, mixed(1, 1))
    assert (pooled.state, pooled.answered_count, pooled.invited_count) == (POOLED, 10, 10)
    assert pooled.activity_ids == ("a0", "a1", "a2")
    assert pool_of(small, small) is None
    assert pool_of(small, small, ["yes"]) is None
    assert pool_of(mixed(4, 4), mixed(1, 1), []) is None


def test_a_pool_is_published_once_and_never_beside_its_members_or_an_overlap():
    groups = [mixed(3, 2)] * 3
    first = pool_of(*groups)
    assert pool_of(*groups, earlier=[first]) is None
    other = [ask(mixed(3, 2), f"x{n}", activity) for n, activity in enumerate(("a0", "b", "c"))]
    assert decide_pool("p2", other, [first], QUESTIONS) is None
    assert publish(mixed(40, 30), [first], activity="a1").state == WITHHELD
    member = publish(mixed(6, 6), wave_id="m", activity="a0")
    assert pool_of(*groups, earlier=[member]) is None


def test_two_askings_of_one_group_are_not_two_groups():
    askings = [ask(mixed(3, 2), f"w{n}", activity) for n, activity in enumerate(("a", "a", "b", "c"))]
    assert decide_pool("p", askings, [], QUESTIONS) is None


# ---- Nobody's answer can be worked out, small cases one by one ---------------------------------------------------

# People by number; one asking after another of the same activity, each holding earlier ones or apart from them.
SHAPES = {
    "one": [{0, 1, 2, 3}],
    "the same people again": [{0, 1, 2}, {0, 1, 2}],
    "one more": [{0, 1, 2}, {0, 1, 2, 3}],
    "two more": [{0, 1}, {0, 1, 2, 3}],
    "two more, twice": [{0, 1}, {0, 1, 2, 3}, {0, 1, 2, 3, 4, 5}],
    "two fewer": [{0, 1, 2, 3}, {0, 1}],
    "apart, then all": [{0, 1}, {2, 3, 4, 5}, {0, 1, 2, 3, 4, 5}],
    "apart, then all and two more": [{0, 1}, {2, 3}, {0, 1, 2, 3, 4, 5}],
}


def publish_in_turn(shape, answers) -> list[Published]:
    """What is published of each asking when everyone answers the same each time; None is leaving the question out."""
    told: list[Published] = []
    for number, people in enumerate(shape):
        given_answers = [{"q": answers[one]} if answers[one] else {} for one in sorted(people)]
        told.append(decide(ask(given_answers, f"w{number}"), told, SMALL, fewest=2))
    return told


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_no_published_set_lets_one_answer_be_worked_out(shape):
    """Whoever knows the rules, who was in which asking, and all that was published, is left with two answers for everyone."""
    size = max(max(people) for people in shape) + 1
    choices = ("yes", "no", "not sure", None) if size < 6 else ("yes", "no", "not sure")
    worlds: dict[str, list] = {}
    for answers in product(choices, repeat=size):
        worlds.setdefault(repr(publish_in_turn(shape, answers)), []).append(answers)
    for alike in worlds.values():
        for person in range(size):
            assert len({answers[person] for answers in alike}) > 1, (person, alike)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b"]),
            st.lists(st.sampled_from(["yes", "no", "partly"]), max_size=40),
            st.integers(0, 30),
        ),
        max_size=9,
    )
)
@settings(max_examples=300, deadline=None)
def test_whatever_is_published_keeps_its_distance(askings):
    told: list[Published] = []
    for number, (activity, answers, more) in enumerate(askings):
        told.append(publish(answers, told, wave_id=f"w{number}", activity=activity, invited=len(answers) + more))
    shown = [one for one in told if one.is_shown]
    for one in told:
        if not one.is_shown:
            assert (one.invited_count, one.answered_count, dict(one.counts)) == (None, None, {})
    for index, one in enumerate(shown):
        assert one.answered_count >= 10
        for counts in one.counts.values():
            assert sum(n > 0 for n in counts.values()) > 1
        for other in shown[:index]:
            if one.activity_ids == other.activity_ids:
                assert abs(one.answered_count - other.answered_count) >= 10
                assert abs(one.invited_count - other.invited_count) >= 10


@given(st.lists(st.sampled_from(["yes", "no"]), max_size=9), st.integers(0, 90), st.integers(0, 90))
def test_private_askings_are_all_alike(answers, more, others):
    assert publish(answers, invited=len(answers) + more) == publish([], invited=others)


# ---- Beside the organiser's record -------------------------------------------------------------------------------


def told_of(**counts: dict[str, int]) -> Published:
    return Published("w", ("a",), "2026-11", PUBLISHED, True, 20, 12, counts)


def recorded(**facts: str) -> dict[str, str]:
    return {fact: "not_known" for fact in FACTS} | facts


def test_most_joining_late_disagrees_with_in_from_the_start():
    said = find_disagreements(recorded(in_from_start="yes"), [told_of(q1={"no": 8, "yes": 4})])
    assert said == [
        "Recorded: people helped to set the question before it was settled. Most who answered in November 2026 said that they "
        "joined after the main things were settled (8 of 12). Both stand as they are; neither corrects the other."
    ]


def test_them_and_mostly_them_together_disagree_with_a_joint_decision():
    told = [told_of(q4={"them": 4, "mostly them": 3, "together": 5})]
    assert "(7 of 12)" in find_disagreements(recorded(joint_decision="yes"), told)[0]
    assert find_disagreements(recorded(joint_decision="no"), told) == []
    assert find_disagreements(recorded(joint_decision="not_known"), told) == []


def test_half_is_not_most():
    assert find_disagreements(recorded(in_from_start="yes"), [told_of(q1={"no": 6, "yes": 6})]) == []


def test_small_groups_and_pools_contradict_nobody():
    private = Published("w", ("a",), "2026-11", PRIVATE, True)
    pooled = Published("p", ("a", "b", "c"), "2026-11", POOLED, True, 20, 12, {"q1": {"no": 12}})
    assert find_disagreements(recorded(in_from_start="yes"), [private, pooled]) == []
    assert not is_confirmed(recorded(in_from_start="no"), [private, pooled])


def test_a_name_is_confirmed_where_most_agree_and_nothing_is_contradicted():
    agreeing = told_of(q1={"yes": 9, "no": 3}, q4={"them": 7, "together": 5})
    assert is_confirmed(recorded(in_from_start="yes"), [agreeing])
    assert not is_confirmed(recorded(in_from_start="yes", joint_decision="yes"), [agreeing])
    assert not is_confirmed(recorded(), [agreeing])
    assert not is_confirmed(recorded(in_from_start="yes"), [])


def test_an_asking_says_its_month_and_how_many_only_where_allowed():
    assert say_asking(told_of()) == "Asked in November 2026. 12 of 20 invited answered."
    assert say_asking(Published("w", ("a",), "2026-11", PRIVATE, True)) == "Asked in November 2026."
    assert (
        say_asking(Published("w", ("a",), "2026-11", PUBLISHED, False, None, 12))
        == "Asked in November 2026. 12 answers."
    )
