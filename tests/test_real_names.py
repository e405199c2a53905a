"""The names of real activities: with what their files record, none can be named yet, and each is asked one next question."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest

from etl.loading import load_file
from soundings.generations import open_current
from soundings.home import PROJECT, Home

DATA = Path(os.environ.get("SOUNDINGS_REAL_DATA", PROJECT.parent / "shared" / "data"))
LEEDS = DATA / "leeds-2023"
pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(
        not LEEDS.is_dir(), reason=f"the real files are not in {DATA} (SOUNDINGS_REAL_DATA names the folder)"
    ),
]

# How many activities each source has, and the question that all of them are asked next.
ASKED_NEXT = {
    "citizens-assemblies": (50, "decision_open"),
    "fixmystreet-lsoa": (1, "decision_open"),
    "leeds2023-awakening": (1, "can_reply"),
    "leeds2023-ballot": (1, "can_reply"),
    "leeds2023-callouts": (14, "decision_open"),
    "leeds2023-community-events": (289, "can_reply"),
    "leeds2023-events": (1223, "can_reply"),
    "leeds2023-grants": (2, "decision_open"),
    "leeds2023-partner-events": (271, "can_reply"),
    "leeds2023-roadshows": (34, "decision_open"),
    "leeds2023-schools": (493, "can_reply"),
    "leeds2023-ticket-events": (271, "can_reply"),
    "leeds2023-tickets": (271, "can_reply"),
}


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> duckdb.DuckDBPyConnection:
    """A store of all eleven files of Leeds, the register of assemblies and the street reports."""
    home = Home(tmp_path_factory.mktemp("real"))
    files = sorted(LEEDS.glob("*.csv"))
    assert len(files) == 11
    for path in [*files, DATA / "citizens-assemblies" / "register.csv", DATA / "fixmystreet" / "fms_lsoa_all_2019.csv"]:
        load_file(home, path)
    return open_current(home).cursor()


def test_no_real_activity_can_be_named_yet_and_each_has_its_next_question(store):
    found = store.execute(
        """
        select a.source_id, c.name, c.next_question, count(*)
        from activity_now a
        left join classification_now c using (activity_id)
        group by all
        """
    ).fetchall()
    assert sorted(found) == sorted(
        (source, "Not enough recorded", question, count) for source, (count, question) in ASKED_NEXT.items()
    )


def test_the_assemblies_are_asked_whether_a_decision_was_open(store):
    texts = store.execute(
        """
        select distinct c.explanation
        from classification_now c
        join activity_now a using (activity_id)
        where a.source_id = 'citizens-assemblies'
        """
    ).fetchall()
    assert texts == [
        ("Not enough is recorded to name this yet. Next question: Was a named decision or proposal open to influence?",)
    ]


def test_no_source_says_more_than_can_be_seen(store):
    said = store.execute(
        """
        select a.source_id, f.fact, f.answer
        from fact f
        join activity_now a using (activity_id)
        group by all
        order by all
        """
    ).fetchall()
    assert said == [
        ("citizens-assemblies", "can_reply", "yes"),
        ("fixmystreet-lsoa", "answers_collected", "yes"),
        ("fixmystreet-lsoa", "can_reply", "yes"),
        ("leeds2023-awakening", "decision_open", "no"),
        ("leeds2023-ballot", "decision_open", "no"),
        ("leeds2023-callouts", "answers_collected", "yes"),
        ("leeds2023-callouts", "can_reply", "yes"),
        ("leeds2023-grants", "answers_collected", "yes"),
        ("leeds2023-grants", "can_reply", "yes"),
        ("leeds2023-roadshows", "can_reply", "yes"),
    ]
    assert store.execute("select count(*) from fact where evidence is null").fetchone() == (0,)


def test_nothing_is_called_anything_that_its_file_does_not_call_it(store):
    assert store.execute("select count(*) from claim").fetchone() == (0,)
    assert store.execute("select distinct comparison, conflicts from classification_now").fetchall() == [
        ("not called", [])
    ]


def test_each_activity_was_named_once_in_the_run_that_its_batch_began(store):
    found = store.execute(
        "select count(*), count(distinct activity_id), count(distinct run), list(distinct because) from classification"
    ).fetchone()
    total = sum(count for count, _ in ASKED_NEXT.values())
    assert found == (total, total, 13, ["First named."])
