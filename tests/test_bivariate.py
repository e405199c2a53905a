"""Crossing one breadth and one depth measure: steps, classes and words."""

from __future__ import annotations

import pytest

from soundings.bivariate import NO_CLASS, cross_tables, fix_steps, split_steps
from soundings.measures import find_measure
from soundings.model import SoundingsError
from soundings.queries import Located, Row, Table


def table(measure: str, values: dict[str, float | None]) -> Table:
    rows = [
        Row(code, code, value, None, None, 1.0, {None: "nothing_recorded", 0: "none_took_place"}.get(value, "value"))
        for code, value in values.items()
    ]
    return Table(find_measure(measure), "ward", "venue", rows, Located(1, 0, 0, 0, 0, 0), 1.0)


def test_a_place_is_crossed_only_where_both_figures_are_recorded():
    breadth = table("responses", {"A": 5, "B": 50, "C": 500, "D": None, "E": 7})
    depth = table("continuing_groups", {"A": 0, "B": 1, "C": 4, "D": 2, "E": None})
    crossed = cross_tables(breadth, depth)
    assert crossed.classes["D"] == crossed.classes["E"] == NO_CLASS
    assert (crossed.classes["A"], crossed.classes["C"]) == (0, 8)


def test_every_class_is_said_in_words_and_numbers():
    breadth = table("responses", {"A": 5, "B": 50, "C": 500})
    depth = table("continuing_groups", {"A": 0, "B": 1, "C": 4})
    labels = cross_tables(breadth, depth).labels()
    assert len(labels) == len(set(labels)) == 9
    assert labels[0] == "few responses (5), no continuing groups (0)"
    assert labels[8] == "many responses (500), many continuing groups (4)"


def test_equal_values_share_a_step_and_few_values_make_few_steps():
    assert split_steps([0, 0, 0, 0, 3]).highs == (0, 3)
    assert split_steps([2, 2]).highs == (2,)
    steps = split_steps([1, 2, 3, 4, 5, 6])
    assert (steps.lows, steps.highs) == ((1, 3, 5), (2, 4, 6))
    assert [steps.step_of(value) for value in (1, 2, 3, 6)] == [0, 0, 1, 2]


def test_fixed_steps_are_shown_as_numbers_and_the_last_is_open():
    steps = fix_steps([10, 100])
    assert [steps.say(number) for number in range(3)] == ["0 to 10", "11 to 100", "101 or more"]
    assert [steps.step_of(value) for value in (10, 11, 1_000_000)] == [0, 1, 2]
    for wrong in ([], [5, 5], [9, 3], [1, 2, 3], [-1]):
        with pytest.raises(SoundingsError, match="numbers that rise"):
            fix_steps(wrong)


def test_two_breadth_measures_or_contact_are_never_crossed():
    with pytest.raises(SoundingsError, match="one breadth and one depth"):
        cross_tables(table("responses", {"A": 1}), table("group_sessions", {"A": 1}))
    with pytest.raises(SoundingsError, match="one breadth and one depth"):
        cross_tables(table("responses", {"A": 1}), table("entries", {"A": 1}))
