"""A question about a file: asked, answered, assumed, refused, kept with the batch and applied again at a rebuild."""

from __future__ import annotations

from dataclasses import replace

import pyarrow.compute as pc
import pytest

from etl.inbox import read_batches
from etl.loading import ReadOptions, load_file, rebuild
from etl.questions import checks
from etl.questions.asking import order, parse_answers
from etl.questions.types import Checked, Choice, LeftOut, Question
from soundings.generations import open_current
from soundings.home import Home
from soundings.model import BadFile
from tests.homes import make_wards_home
from tests.making import write_contributions

KEEP, DROP = Choice("keep", "They count"), Choice("drop", "Leave them out")
ROWS = 5


def find_last_row(sheets, context) -> Checked:
    """A check for these tests: is the last row of a sheet to be left out?"""
    (sheet,) = sheets
    question = Question(
        "last-row:x", "Does the last row count?", (KEEP, DROP), "keep", 1, must_answer=context.file_name == "must.csv"
    )
    if context.answers.get(question.id) != "drop":
        return Checked(sheets, (question,))
    count = sheet.table.num_rows - 1
    last = sheet.row_numbers[count].as_py()
    kept = replace(sheet, table=sheet.table.slice(0, count), row_numbers=sheet.row_numbers.slice(0, count))
    return Checked(
        [kept], (question,), ("The last row was left out, as asked.",), (LeftOut(sheet.name, (last,), "as asked"),)
    )


def ask_title(context):
    """A check of records for these tests: is the first activity called something else?"""
    return (Question("title", "Is its name in capitals?", (Choice("no", "No"), Choice("yes", "Yes")), "no", 9),)


def apply_title(mapped, answers):
    if answers.get("title") != "yes":
        return mapped
    activities = mapped.tables["activity"]
    titles = pc.utf8_upper(activities["title"])
    at = activities.schema.get_field_index("title")
    return replace(mapped, tables=mapped.tables | {"activity": activities.set_column(at, "title", titles)})


@pytest.fixture
def asking(monkeypatch):
    monkeypatch.setattr(checks, "SHEET_CHECKS", (find_last_row,))
    monkeypatch.setattr(checks, "RECORD_CHECKS", (ask_title,))
    monkeypatch.setattr(checks, "ANSWER_RULES", (apply_title,))


@pytest.fixture
def home(tmp_path) -> Home:
    return make_wards_home(tmp_path)


def read_titles(home: Home) -> list[str]:
    """Titles of all activities but the one that the home begins with."""
    return [
        title
        for (title,) in open_current(home)
        .cursor()
        .execute("select title from activity_now where title <> 'Parks'")
        .fetchall()
    ]


def load(home: Home, path, *answers: tuple[str, str], **said):
    return load_file(home, path, options=ReadOptions(answers=answers), **said)


def test_what_is_left_is_assumed_and_kept_with_the_batch(asking, home, tmp_path):
    result = load(home, write_contributions(tmp_path / "a.csv", "Paths", ROWS))
    assert result.rows_read == ROWS and [one.id for one in result.questions] == ["last-row:x", "title"]
    (batch,) = [one for one in read_batches(home) if one.file_name == "a.csv"]
    assert batch.read_manifest()["answers"] == {"last-row:x": "keep", "title": "no"}
    assert "answers" not in batch.read_manifest()["options"]


def test_an_answer_changes_the_rows_and_the_records_and_a_rebuild_agrees(asking, home, tmp_path):
    path = write_contributions(tmp_path / "a.csv", "Paths", ROWS)
    result = load(home, path, ("last-row:x", "drop"), ("title", "yes"))
    assert result.rows_read == ROWS - 1 and read_titles(home) == ["PATHS"]
    assert "The last row was left out, as asked." in result.decisions
    (batch,) = [one for one in read_batches(home) if one.file_name == "a.csv"]
    assert batch.read_manifest()["left_out"] == [{"sheet": "a", "rows": [ROWS + 1], "reason": "as asked"}]
    assert rebuild(home).agrees and read_titles(home) == ["PATHS"]


def test_an_answer_makes_it_another_reading_of_the_same_file(asking, home, tmp_path):
    path = write_contributions(tmp_path / "a.csv", "Paths", ROWS)
    assert load(home, path, dry_run=True).batch_id != load(home, path, ("title", "yes"), dry_run=True).batch_id


def test_nothing_is_taken_in_before_a_question_that_must_be_answered_is(asking, home, tmp_path):
    path = write_contributions(tmp_path / "must.csv", "Paths", ROWS)
    with pytest.raises(
        BadFile, match=r"(?s)must.csv was not loaded.*Does the last row count\?.*--answer 'last-row:x=drop'"
    ):
        load(home, path)
    assert not read_titles(home)
    assert load(home, path, dry_run=True).questions[0].must_answer
    assert load(home, path, ("last-row:x", "keep")).rows_accepted == ROWS


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (("last-row:y", "drop"), "raises no question “last-row:y”. Questions about it: last-row:x, title"),
        (("last-row:x", "perhaps"), "“perhaps” is no answer to “last-row:x”. Choose one of: keep, drop"),
    ],
)
def test_an_answer_to_no_question_is_refused_with_what_there_is(asking, home, tmp_path, answer, said):
    with pytest.raises(BadFile, match=said):
        load(home, write_contributions(tmp_path / "a.csv", "Paths", ROWS), answer)


def test_answers_on_the_command_line_are_split_at_the_last_sign_of_equality():
    assert parse_answers(["status:A=B=cancelled"]) == (("status:A=B", "cancelled"),)
    for bad in ("status", "=x", "x="):
        with pytest.raises(BadFile, match="is no answer"):
            parse_answers([bad])


def test_the_question_that_must_be_answered_comes_first_then_the_one_that_moves_most():
    made = [
        Question("few", "", (KEEP, DROP), "keep", 2),
        Question("many", "", (KEEP, DROP), "keep", 40),
        Question("must", "", (KEEP, DROP), "keep", 1, must_answer=True),
    ]
    assert [one.id for one in order(made, {})] == ["must", "many", "few"]
    assert [one.id for one in order(made, {"must": "keep"})] == ["many", "few", "must"]
