"""Rows, sheets and examples that would count twice or count what never was: asked about, named, and kept in the account."""

from __future__ import annotations

import pytest

from etl.loading import rebuild
from etl.uploads.mapping import MEETING
from etl.uploads.troubles import count_rows, list_troubles, read_left_out
from etl.uploads.uploading import confirm_upload
from soundings.generations import open_current
from soundings.home import Home
from tests.homes import make_wards_home
from tests.sheets import added, as_csv, as_ods, as_xls, as_xlsx, as_zip, asked, left, look, look_at

VOTES = [
    ["idea id", "Idea", "Votes", "Created", "Voter type"],
    ["i1", "Swings", "40", "2025-03-01", "web"],
    ["i1", "Swings", "40", "2025-03-01", "paper"],
    ["i2", "Lamps", "7", "2025-03-02", "web"],
    ["i1", "swings ", "40", "2025-03-01", "web"],
    ["i3", "Lamps", "7", "2025-03-02", "web"],
]
VOTED = {"Idea": "title", "Votes": "responses", "Created": "start_date"}
VORSCHLAEGE = [
    ["Kommentar-ID", "Vorschlag", "Stimmen", "Datum"],
    ["1", "Bänke", "12", "2025-03-01"],
    ["2", "Bänke", "12", "2025-03-01"],
    ["3", "Brunnen", "9", "2025-03-04"],
]


@pytest.fixture
def home(tmp_path) -> Home:
    return make_wards_home(tmp_path, has_records=False)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("votes.csv", as_csv(VOTES)),
        ("votes.xlsx", as_xlsx({"votes": VOTES})),
        ("votes.ods", as_ods({"votes": VOTES})),
        ("votes.xls", as_xls({"votes": VOTES})),
    ],
)
def test_a_row_for_each_vote_is_asked_about_and_each_idea_counts_once(home, name, content):
    prepared, sheets, wanted = look_at(home, content, name, VOTED)
    question = asked(prepared)["repeated-rows:votes"]
    assert "3 rows of votes repeat 1 activity" in question.sentence and "“idea id”" in question.sentence
    assert question.evidence == ("rows 2–3, 5: Swings, 2025-03-01",) and question.moves == 2
    assert added(home, prepared) == ("3 activities", "54 responses")  # i2 and i3 are two ideas of one name
    assert left(prepared) == {"votes": [3, 5]} and any(
        "(3, 5) left out" in one for one in prepared.manifest["decisions"]
    )
    gone = sum(map(len, read_left_out(prepared).values()))
    rows = count_rows(list_troubles(prepared, sheets, wanted), 5, gone)
    assert rows.read == rows.taken_in + rows.refused + rows.left_out == 5 and rows.left_out == 2
    each = look(home, content, name, VOTED, ("repeated-rows:votes", "each-row"))
    assert added(home, each) == ("5 activities", "134 responses") and left(each) == {}
    assert each.batch_id != prepared.batch_id
    confirm_upload(home, prepared)
    assert rebuild(home).agrees
    assert open_current(home).cursor().execute("select count(*) from activity").fetchone() == (3,)


def test_with_the_title_alone_an_id_that_the_rows_share_says_that_they_are_one(home):
    prepared = look(home, as_csv(VOTES), "votes.csv", {"Idea": "title"})
    (question,) = prepared.questions
    assert question.sentence.startswith("3 rows of votes repeat 1 activity, with the same title.")
    assert (question.assumed, left(prepared)) == ("each-key", {"votes": [3, 5]})
    groups = [["Group"], ["Choir"], ["Choir"], ["Tea"]]  # no id says whether these are one
    assert not look(home, as_csv(groups), "groups.csv", {"Group": "title"}).questions


def test_without_an_id_of_the_activity_rows_that_say_the_same_are_one(home):
    columns = {"Vorschlag": "title", "Stimmen": "responses", "Datum": "start_date"}
    prepared = look(home, as_csv(VORSCHLAEGE, ";"), "vorschlaege.csv", columns)
    (question,) = prepared.questions
    assert question.assumed == "once" and question.evidence == ("rows 2–3: Bänke, 2025-03-01",)
    assert added(home, prepared) == ("2 activities", "21 responses")


@pytest.mark.parametrize(
    "rows",
    [
        [["Event ID", "What", "Day", "People"], ["1", "Tea", "2025-03-01", "9"], ["2", "Tea", "2025-03-01", "9"]],
        [["What", "Day", "People", "Time"], ["Tea", "2025-03-01", "9", "10:00"], ["Tea", "2025-03-01", "9", "14:30"]],
        [["What", "Day", "People"], ["Tea", "2025-03-01", "9"], ["Tea", "2025-03-08", "9"]],
        [["What", "Day", "People"], ["Tea", "2025-03-01", "9"], ["Tea", "2025-03-01", "8"]],
    ],
    ids=["ids of their own", "times", "days", "figures"],
)
def test_rows_that_differ_in_what_they_are_raise_no_question(home, rows):
    prepared = look(home, as_csv(rows), "tea.csv", {"What": "title", "Day": "start_date", "People": "people"})
    assert not prepared.questions and added(home, prepared)[0] == "2 activities"


def test_a_reference_that_is_matched_is_not_asked_about_again(home):
    prepared = look(home, as_csv(VOTES), "votes.csv", VOTED | {"idea id": "activity_id"})
    assert not prepared.questions and added(home, prepared) == ("3 activities", "54 responses")


def test_a_meeting_that_stands_twice_is_one_unless_told_otherwise(home):
    rows = [
        ["Group", "Met on", "Came"],
        ["Choir", "2025-03-01", "9"],
        ["Choir", "2025-03-08", "9"],
        ["Choir", "2025-03-08", "9"],
    ]
    columns = {"Group": "title", "Met on": "start_date", "Came": "attendance_count"}
    prepared = look(home, as_csv(rows), "choir.csv", columns, each_row=MEETING)
    assert "2 rows of choir repeat 1 meeting" in prepared.questions[0].sentence
    assert added(home, prepared) == ("1 activity", "2 meetings", "18 attendances at these meetings")


HEAD = ["What", "Day", "Ward", "Came"]
TEA, WALK, CHOIR = (
    ["Tea", "2025-05-14", "Ward 1", "12"],
    ["Walk", "2025-05-21", "Ward 2", "9"],
    ["Choir", "2025-06-18", "Ward 3", "20"],
)
WORDS = {"What": "title", "Day": "start_date", "Ward": "place_name", "Came": "attendance_count"}
PARTS = {"All": [HEAD, TEA, WALK, CHOIR], "East": [HEAD, WALK, TEA], "West": [HEAD, CHOIR]}
REVERSED = {"North": [HEAD, TEA], "South": [HEAD, WALK, CHOIR], "Everything": [HEAD, TEA, WALK, CHOIR]}
EXTRA = {"2025": [HEAD, TEA, WALK], "2025b": [HEAD, TEA, WALK], "Lists": [["Kinds"], ["Walk"]]}
ONE_OF = [[f"Tea {at}", f"2025-05-{at:02d}", "Ward 1", str(at)] for at in range(1, 10)]


@pytest.mark.parametrize(
    ("name", "content", "gone", "count"),
    [
        ("a.xlsx", as_xlsx(PARTS), {"East": [2, 3], "West": [2]}, 3),
        ("a.xls", as_xls(PARTS), {"East": [2, 3], "West": [2]}, 3),
        ("a.ods", as_ods(REVERSED), {"North": [2], "South": [2, 3]}, 3),
        ("a.zip", as_zip(EXTRA), {"2025b": [2, 3]}, 2),
        (
            "b.xlsx",
            as_xlsx({"All": [HEAD, *ONE_OF], "East": [HEAD, *ONE_OF[2:8], CHOIR]}),
            {"East": [2, 3, 4, 5, 6, 7]},
            10,
        ),
    ],
)
def test_sheets_that_repeat_another_are_named_and_read_once(home, name, content, gone, count):
    prepared = look(home, content, name, WORDS)
    question = asked(prepared)["repeated-sheets"]
    assert all(f"“{sheet}”" in question.sentence for sheet in gone)
    assert left(prepared) == gone and added(home, prepared)[0] == f"{count} activities"
    taken = look(home, content, name, WORDS, ("repeated-sheets", "take-in"))
    assert added(home, taken)[0] == f"{count + sum(map(len, gone.values()))} activities"


def test_sheets_of_months_raise_no_question(home):
    months = {"May": [HEAD, TEA, WALK], "June": [HEAD, CHOIR, ["Tea", "2025-06-14", "Ward 1", "12"]]}
    prepared = look(home, as_xlsx(months), "months.xlsx", WORDS)
    assert not prepared.questions and added(home, prepared)[0] == "4 activities"


MADE_UP = ["Made-up event", "2024-01-01", "Ward 1", "99"]


@pytest.mark.parametrize(
    ("name", "content", "sheet"),
    [
        ("e.xlsx", as_xlsx({"Events": [HEAD, TEA, WALK], "SAMPLE (do not publish)": [HEAD, MADE_UP]}), "SAMPLE (do not publish)"),
        ("e.xls", as_xls({"Beispiel": [HEAD, MADE_UP], "Termine": [HEAD, TEA, WALK]}), "Beispiel"),
        ("e.ods", as_ods({"Séances": [HEAD, TEA, WALK], "Modèle": [HEAD, MADE_UP]}), "Modèle"),
        ("e.zip", as_zip({"eventos": [HEAD, TEA, WALK], "ejemplo_eventos": [HEAD, MADE_UP]}), "ejemplo_eventos"),
        ("f.xlsx", as_xlsx({"A": [HEAD, TEA, WALK], "B": [["Example of how to fill this in"], HEAD, MADE_UP]}), "B"),
    ],
)  # fmt: skip
def test_a_sheet_that_says_it_is_an_example_is_named_and_left_out(home, name, content, sheet):
    prepared = look(home, content, name, WORDS)
    assert f"“{sheet}” says that it is an example" in asked(prepared)["example-sheets"].sentence
    assert list(left(prepared)) == [sheet] and added(home, prepared)[0] == "2 activities"
    taken = look(home, content, name, WORDS, ("example-sheets", "take-in"))
    assert added(home, taken)[0] == "3 activities"


@pytest.mark.parametrize("mark", ["EXAMPLE: Tea", "Beispiel", "e.g. Tea and talk", "(exemple)", "Sample - book club"])
def test_a_first_row_that_says_it_is_an_example_is_named_and_left_out(home, mark):
    rows = [HEAD, [mark, *MADE_UP[1:]], TEA, WALK]
    prepared = look(home, as_xlsx({"Events": rows}), "e.xlsx", WORDS)
    assert "example-rows:Events" in asked(prepared) and left(prepared) == {"Events": [2]}
    assert added(home, prepared)[0] == "2 activities"


@pytest.mark.parametrize("title", ["Sample the harvest", "Example Street party", "Muster point walk", "Total Place"])
def test_a_title_with_such_a_word_in_it_raises_no_question(home, title):
    prepared = look(home, as_xlsx({"Template": [HEAD, [title, *TEA[1:]], WALK]}), "e.xlsx", WORDS)
    assert not prepared.questions and added(home, prepared)[0] == "2 activities"
