"""A column called “name” of activities: it is held back until a person says so, on the page and by an answer; people's never come in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from etl.inbox import read_batches
from etl.loading import ReadOptions, rebuild
from etl.uploads.mapping import ColumnMapping
from etl.uploads.uploading import Wanted, confirm_upload, prepare_upload, read_upload
from soundings.generations import open_current
from soundings.home import Home
from tests.homes import copy_home, make_wards_home
from tests.test_upload_page import drop, page, press, say_places, words_of  # noqa: F401 — the fixture

CASES = {
    "name": ["Ward forum", "Plant swap"],
    "Name": ["Atelier vélo", "Fête du quartier"],
    "NAME": ["Bürgerversammlung am Hafen", "Offener Abend"],
    "Names": ["Tea and talk", "Meet the planners"],
}
PEOPLE = ["Robin Example", "Kim Sample"]
PERSONAL = "Some columns look as if they are about people"


@pytest.fixture(scope="module")
def wards(tmp_path_factory) -> Home:
    return make_wards_home(tmp_path_factory.mktemp("wards"))


@pytest.fixture
def home(wards, tmp_path) -> Home:
    return copy_home(wards, tmp_path / "own")


def write(heading: str, names: list[str]) -> str:
    return f"{heading},start_date,ward,attendees\n{names[0]},2025-03-14,Ward 1,12\n{names[1]},2025-04-11,Ward 2,9\n"


def prepare(home: Home, heading: str, names: list[str], answer: str | None = None):
    wanted = Wanted(
        mapping=ColumnMapping(
            ((heading, "title"), ("start_date", "start_date"), ("ward", "place_name"), ("attendees", "people")), "Hub"
        )
    )
    if answer:
        wanted = replace(wanted, options=ReadOptions(answers=((f"names:{heading}", answer),)))
    sheets = read_upload("meetings.csv", write(heading, names).encode(), wanted.options)
    return prepare_upload(home, "meetings.csv", "0" * 64, sheets, wanted, "a test")


@pytest.mark.parametrize("heading", CASES)
def test_names_of_activities_come_in_once_a_person_says_that_they_are(home, heading):
    held_back = prepare(home, heading, CASES[heading])
    assert [one.column for one in held_back.personal] == [heading] and held_back.mapped is None
    (question,) = held_back.questions
    assert (question.id, question.assumed) == (f"names:{heading}", "people")
    prepared = prepare(home, heading, CASES[heading], "activities")
    assert prepared.personal == [] and prepared.mapped.rows_rejected == 0
    confirm_upload(home, prepared)
    kept = next(one for one in read_batches(home) if one.batch_id == prepared.batch_id).read_manifest()
    assert kept["answers"] == {f"names:{heading}": "activities"}
    said = open_current(home).cursor().execute("select title from activity order by 1").fetchall()
    assert {title for (title,) in said} >= set(CASES[heading])
    assert rebuild(home).agrees


def test_names_of_people_are_held_back_and_no_answer_lets_them_in(home):
    held_back = prepare(home, "name", PEOPLE)
    assert held_back.personal and held_back.questions == ()
    assert prepare(home, "name", PEOPLE, "activities").personal
    assert prepare(home, "name", CASES["name"], "people").personal


def test_the_page_offers_that_they_are_names_of_activities_beside_leaving_the_column_out(page):  # noqa: F811
    at = say_places(drop(page, ("meetings.csv", write("name", CASES["name"]))))
    assert next(box for box in at.selectbox if box.label == "The column name is").value == "title"
    at.text_input[0].set_value("Harbour Hub").run()
    at = press(at, "Use these columns")
    assert PERSONAL in words_of(at) and "Its cells look like what activities are called" in words_of(at)
    assert any(button.label == "Leave this column out" for button in at.button)
    at = press(at, "These are names of activities")
    assert PERSONAL not in words_of(at) and "**2** rows read = **2** to take in" in words_of(at)


def test_the_page_offers_it_for_no_names_of_people(page):  # noqa: F811
    at = say_places(drop(page, ("helpers.csv", write("name", PEOPLE))))
    box = next(box for box in at.selectbox if box.label == "The column name is")
    assert box.value is None
    at = box.set_value("title").run()
    at.text_input[0].set_value("Harbour Hub").run()
    at = press(at, "Use these columns")
    assert PERSONAL in words_of(at)
    assert not any(button.label == "These are names of activities" for button in at.button)
