"""The page Upload as Streamlit draws it: a file is seen, matched, put right, confirmed and undone, and nothing is kept before."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from etl.inbox import read_batches
from etl.loading import undo
from etl.uploads.saved import find_mapping
from etl.uploads.starter import make_starter
from etl.uploads.uploading import Wanted
from pages.ui.upload.confirm import CORRECTION, MORE
from soundings.generations import open_current
from soundings.home import PROJECT, Home
from soundings.queries import read_table
from soundings.views import say_count
from tests.homes import TODAY, copy_home, make_wards_home
from tests.test_starter import CLUB, correct, prepare
from tests.test_uploading import EVENTS
from tests.waiting import HANGING

HOSTILE = "<img src=x onerror=alert(1)> [x](javascript:alert(1)) $$x$$"


@pytest.fixture(scope="module")
def wards(tmp_path_factory) -> Home:
    return make_wards_home(tmp_path_factory.mktemp("wards"))


@pytest.fixture
def home(wards, tmp_path) -> Home:
    return copy_home(wards, tmp_path / "own")


@pytest.fixture
def page(monkeypatch, home) -> AppTest:
    """The page as a new visitor of the home sees it."""
    monkeypatch.setenv("SOUNDINGS_HOME", str(home.root))
    monkeypatch.setenv("SOUNDINGS_TODAY", TODAY)
    at = AppTest.from_file(str(PROJECT / "dashboard.py"), default_timeout=HANGING)
    return at.switch_page("pages/rooms/upload.py").run()


def words_of(at: AppTest) -> str:
    assert not at.exception, [error.message for error in at.exception]
    kinds = (at.title, at.header, at.subheader, at.markdown, at.caption, at.error, at.info, at.warning, at.success)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def drop(at: AppTest, *files: tuple[str, str]) -> AppTest:
    return at.file_uploader[0].set_value([(name, text.encode(), "text/csv") for name, text in files]).run()


def press(at: AppTest, label: str) -> AppTest:
    return next(button for button in at.button if button.label == label).click().run()


def say_places(at: AppTest, role: str = "venue") -> AppTest:
    return next(radio for radio in at.radio if radio.label == "Its places are …").set_value(role).run()


def list_kept(home: Home) -> set[str]:
    """Every file of a home that a load writes."""
    return {str(path) for name in ("inbox", "rejected", "store") for path in (home.root / name).rglob("*")}


def test_the_page_says_that_nothing_is_kept_before_anything_is_dropped(page):
    said = words_of(page)
    assert "Nothing is kept until you confirm" in said and "Undo" in said


def test_a_known_file_is_recognised_looked_at_confirmed_and_undone(page, home):
    before, answered = list_kept(home), response_sum(home)
    text = (
        "date,ward_code,activity\n2025-06-01,E05999901,Paths\n2025-06-02,E05999902,Paths\n2025-06-40,E05999902,Paths\n"
    )
    at = drop(page, ("paths.csv", text))
    said = words_of(at)
    assert "Recognised by its columns" in said and "comma between cells" in said
    assert "**3** rows read = **2** to take in + **1** to put right" in said
    assert list_kept(home) == before
    confirm = next(button for button in at.button if button.label.startswith("Confirm"))
    assert confirm.disabled
    at.radio(key=next(radio.key for radio in at.radio if "partial" in radio.key)).set_value(
        "Take in nothing until every row is right"
    ).run()
    assert next(button for button in at.button if button.label.startswith("Confirm")).disabled
    at.radio(key=next(radio.key for radio in at.radio if "partial" in radio.key)).set_value(
        "Take in what can be read"
    ).run()
    at = press(at, "Confirm and take in 2 rows")
    assert "is in.** It added 1 activity and 2 responses" in words_of(at)
    assert response_sum(home) == answered + 2
    at = press(at, "Undo")
    assert "is undone" in words_of(at) and response_sum(home) == answered
    at = press(at, "Put it back")
    assert "is in." in words_of(at) and response_sum(home) == answered + 2


@pytest.mark.parametrize(
    ("count", "noun", "said"),
    [
        (1, "activities", "1 activity"),
        (2, "activities", "2 activities"),
        (1, "more activities", "1 more activity"),
        (1, "rows", "1 row"),
        (0, "rows", "0 rows"),
    ],
)
def test_one_of_several_is_said_in_the_singular(count, noun, said):
    assert say_count(count, noun) == said


def response_sum(home: Home) -> float:
    connection = open_current(home).cursor()
    table = read_table(connection, measure="responses", kind="ward", role="home", today=date.fromisoformat(TODAY))
    return sum(row.value or 0 for row in table.rows)


def test_columns_about_people_are_explained_and_left_out_with_a_button(page, home):
    text = "date,ward_code,activity,email\n2025-06-01,E05999901,Paths,a@b.example\n"
    at = drop(page, ("people.csv", text))
    assert "nothing of this file has been kept" in words_of(at) and "e\\-mail addresses" in words_of(at)
    at = press(at, "Leave this column out")
    assert "**1** rows read = **1** to take in" in words_of(at)
    press(at, "Confirm and take in 1 row")
    kept = b"".join(path.read_bytes() for path in home.inbox.rglob("*") if path.is_file())
    assert b"a@b.example" not in kept


TWO_WAYS = "date,ward_code,activity\n2025-03-04,E05999901,Paths\n03/04/2025,E05999902,Paths\n"


def choose_date_order(at: AppTest, order: str) -> AppTest:
    return at.radio(key=next(radio.key for radio in at.radio if "date_order" in radio.key)).set_value(order).run()


def list_days(home: Home) -> list[date]:
    sql = "select distinct period_start from activity_count c join batch b using (batch_id) where b.file_name = 'ways.csv' order by 1"
    return [day for (day,) in open_current(home).cursor().execute(sql).fetchall()]


def test_a_loaded_file_is_read_again_in_another_way_and_undo_brings_the_first_reading_back(page, home):
    press(choose_date_order(drop(page, ("ways.csv", TWO_WAYS)), "day-first"), "Confirm and take in 2 rows")
    assert list_days(home) == [date(2025, 3, 4), date(2025, 4, 3)]
    again = drop(
        AppTest.from_file(str(PROJECT / "dashboard.py"), default_timeout=120)
        .switch_page("pages/rooms/upload.py")
        .run(),
        ("ways.csv", TWO_WAYS),
    )
    assert "This very file is loaded already" in words_of(again)
    again = choose_date_order(press(again, "Read it again, in another way"), "day-first")
    assert "This is how it is read already" in words_of(again)
    again = (
        AppTest.from_file(str(PROJECT / "dashboard.py"), default_timeout=120).switch_page("pages/rooms/upload.py").run()
    )
    again = press(drop(again, ("ways.csv", TWO_WAYS)), "Read it again, in another way")
    again = press(choose_date_order(again, "month-first"), "Confirm and take in 2 rows")
    assert list_days(home) == [date(2025, 3, 4)]  # 03/04 is March 4 now, as the other row says
    press(again, "Undo")
    assert list_days(home) == [date(2025, 3, 4), date(2025, 4, 3)]


@pytest.mark.parametrize(("answer", "added"), [(CORRECTION, 3), (MORE, 5)])
def test_a_file_that_holds_what_an_earlier_one_holds_is_asked_what_it_is(page, home, answer, added):
    answered = response_sum(home)
    lines = ["date,ward_code,activity", *(f"2025-06-0{day},E05999901,Steps" for day in (1, 2, 3))]
    at = press(drop(page, ("first.csv", "\n".join(lines[:3]))), "Confirm and take in 2 rows")
    first = read_batches(home)[-1]
    at = drop(at, ("second.csv", "\n".join(lines)))
    assert "1 of its activities is here already, from first.csv" in words_of(at).replace("\\", "")
    confirm = next(button for button in at.button if button.label.startswith("Confirm"))
    assert confirm.disabled
    at = next(radio for radio in at.radio if radio.label == "What is this file?").set_value(answer).run()
    at = press(at, "Confirm and take in 3 rows")
    assert response_sum(home) == answered + added
    said = words_of(at).replace("\\", "")
    assert ("A newer edition has taken the place of first.csv" in said) is (answer == CORRECTION)
    assert "second.csv is in." in said and ("first.csv is in." in said) is (answer == MORE)
    undo(home, read_batches(home)[-1].batch_id)
    assert response_sum(home) == answered + 2
    assert [batch.state for batch in read_batches(home) if batch.batch_id == first.batch_id] == ["active"]


def test_a_date_of_two_readings_is_asked_once(page):
    text = "date,ward_code,activity\n03/04/2025,E05999901,Paths\n05/06/2025,E05999901,Paths\n"
    at = drop(page, ("dates.csv", text))
    assert "can be read in two ways" in words_of(at)
    at.radio(key=next(radio.key for radio in at.radio if "date_order" in radio.key)).set_value("day-first").run()
    assert "**2** rows read = **2** to take in + **0** to put right" in words_of(at)


def test_of_many_rows_to_put_right_the_first_are_shown_and_the_rest_counted(page):
    lines = "".join(f"a{number},Tea,31/02/2025,Ward 1,venue\n" for number in range(450))
    at = drop(page, ("many.csv", f"activity_id,title,start_date,place_name,place_role\n{lines}"))
    assert len(at.dataframe) and all(len(table.value) <= 200 for table in at.dataframe)
    assert words_of(at).count("The first 200 of 450.") == 2 and "all of them" in words_of(at)


def test_a_file_of_no_known_kind_is_matched_by_a_person_and_remembered(page, home):
    at = drop(page, ("events.csv", EVENTS))
    assert "What is in each column?" in words_of(at)
    at = press(at, "Use these columns")
    assert "Say what its places are" in words_of(at) and "Write which organisation it is from" in words_of(at)
    at.text_input[0].set_value("Harbour Hub").run()
    at = say_places(at)
    at = press(at, "Use these columns")
    assert "**3** rows read = **2** to take in + **1** to put right" in words_of(at)
    at = press(at, "Change the columns")
    assert "last time, for Harbour Hub" in words_of(at)


def test_what_the_page_counts_is_true_and_its_file_to_put_right_is_known_when_it_comes_back(page, home):
    at = say_places(drop(page, ("club.csv", CLUB)))
    at.text_input[0].set_value("Harbour Hub").run()
    said = words_of(at := press(at, "Use these columns"))
    assert (
        "**4** rows read = **4** to take in + **0** to put right" in said
        and "It adds 4 activities and 70 people" in said
    )
    assert "2 cells could not be read" in said and "**2** would come in without what cannot be read" in said
    at.radio(key=next(radio.key for radio in at.radio if "partial" in radio.key)).set_value(
        "Take in what can be read"
    ).run()
    at = press(at, "Confirm and take it in")
    assert "4 of 4 rows came in, 2 of them without what could not be read." in words_of(at)
    mapping = find_mapping(home, ["Event", "Date", "Ward", "People", "E-mail"])
    prepared, sheets, troubles = prepare(home, CLUB, Wanted(mapping=mapping))
    starter = correct(
        make_starter(prepared, sheets, Wanted(mapping=mapping), troubles),
        ("Walk", "People", "30"),
        ("Chat", "Date", "28/02/2026"),
    )
    at = drop(at, ("to-correct-club.csv", starter.decode("utf-8-sig")))
    assert "last time, for Harbour Hub" in words_of(at)
    at = press(at, "Use these columns")
    assert "It was made of club.csv to be put right" in words_of(at).replace("\\", "")
    assert next(radio for radio in at.radio if radio.label == "What is this file?").value == CORRECTION
    at = press(at, "Confirm and take it in")
    assert "4 of 4 rows came in." in words_of(at)
    kept = (
        open_current(home).cursor().execute("select title from activity where title <> 'Parks' order by 1").fetchall()
    )
    assert {"-Talk", "Chat", "Tea", "Walk"} <= {title for (title,) in kept} and len(kept) <= 5


def test_a_file_that_is_loaded_is_said_to_be_and_hostile_names_are_only_text(page, home):
    text = "date,ward_code,activity\n" + "".join(
        f"2025-03-{row + 1:02d},E0599990{row % 3 + 1},Parks\r\n" for row in range(12)
    )
    at = drop(page, (f"{HOSTILE}.csv", text.replace("Parks", HOSTILE)))
    assert "<img" not in words_of(at).replace("\\<img", "")
    at = press(at, "Confirm and take in 12 rows")
    count = len(read_batches(home))
    at = drop(at, ("copy.csv", text.replace("Parks", HOSTILE)))
    assert "loaded already, as batch" in words_of(at) and len(read_batches(home)) == count


def test_each_of_several_files_is_looked_at_by_itself_and_one_that_cannot_be_read_says_why(page):
    blank = "   \n"
    at = drop(page, ("one.csv", "date,ward_code,activity\n2025-06-01,E05999901,Paths\n"), ("empty.csv", blank))
    assert "2 files, one at a time" in " ".join(radio.label for radio in at.radio)
    at.radio(key="upload_which").set_value(hashlib.sha256(blank.encode()).hexdigest()).run()
    assert "This file cannot be read" in words_of(at) and "empty" in words_of(at)
