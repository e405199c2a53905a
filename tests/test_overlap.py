"""Files that hold another are asked about before they are taken in, and never counted twice without a person's word."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from etl.inbox import read_batches
from etl.loading import ReadOptions, load_file, rebuild, undo
from soundings.generations import open_current
from soundings.home import Home
from soundings.model import BadFile
from tests.homes import make_wards_home
from tests.making import ward_code, write_rows

SESSIONS, VENUE_OR_AREA = "group_sessions", ("area", "venue")
BOTH, REPLACE = (
    ReadOptions(answers=(("overlap", "count-both"),)),
    ReadOptions(answers=(("overlap", "takes-its-place"),)),
)


@pytest.fixture
def home(tmp_path) -> Home:
    return make_wards_home(tmp_path)


def write_table(path: Path, header: str, rows: list[str]) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def write_counts(path: Path, *rows: str) -> Path:
    """A workbook of the template as one folder: activities and counts of "reach", an organisation of these tests."""
    path.mkdir()
    told = list(csv.reader(rows))
    activities = {key: title for key, title, *_ in told}
    write_table(
        path / "activities.csv",
        "activity_id,title,organisation",
        [f"{key},{title},Reach" for key, title in activities.items()],
    )
    write_table(
        path / "counts.csv",
        "activity_id,measure,value,period_start,period_end,place_code,place_role",
        [
            f"{key},{measure},{value},{start},{end},{place},{VENUE_OR_AREA[measure == SESSIONS]}"
            for key, _, measure, value, start, end, place in told
        ],
    )
    return path


def write_vote(path: Path, votes: int, subunit: str | None, unit: str = "Rivermouth") -> Path:
    lines = ["META", "key;value", "description;Budget vote", "country;Nowhere", f"unit;{unit}", "instance;2024"]
    lines += [f"subunit;{subunit}"] if subunit else []
    lines += [
        f"num_votes;{votes}",
        "budget;100",
        "vote_type;approval",
        "rule;greedy",
        "date_begin;01.05.2024",
        "date_end;31.05.2024",
    ]
    lines += [
        "PROJECTS",
        "project_id;cost;votes;name",
        "1;40;1;Benches",
        "VOTES",
        "voter_id;vote",
        *(f"{n};1" for n in range(votes)),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def total(home: Home, measure: str = "responses") -> float:
    """What the files of these tests come to in a measure."""
    sql = """
        select coalesce(sum(value), 0) from activity_count c join batch b using (batch_id)
        where measure = $1 and file_name not in ('answers.csv', 'lost.csv')
    """
    return open_current(home).cursor().execute(sql, [measure]).fetchone()[0]


def refuse(home: Home, path: Path) -> str:
    with pytest.raises(BadFile) as refused:
        load_file(home, path)
    return str(refused.value)


def test_a_district_of_a_loaded_city_is_asked_about_and_not_counted_twice(home, tmp_path):
    load_file(home, write_vote(tmp_path / "whole.pb", 9, None))
    quay = write_vote(tmp_path / "quay.pb", 4, "Quay")
    said = refuse(home, quay)
    assert "“Budget vote, Quay”, 4 responses" in said and "looks like a part of “Budget vote”, 9 responses" in said
    assert total(home) == 9
    load_file(home, quay, options=REPLACE)
    assert total(home) == 4
    load_file(home, write_vote(tmp_path / "mill.pb", 5, "Mill"))  # two districts hold nothing of each other
    assert total(home) == 9 and rebuild(home).agrees


def test_a_city_whose_districts_are_loaded_replaces_them_all_and_undo_brings_them_back(home, tmp_path):
    load_file(home, write_vote(tmp_path / "quay.pb", 4, "Quay"))
    load_file(home, write_vote(tmp_path / "mill.pb", 5, "Mill"))
    whole = write_vote(tmp_path / "whole.pb", 9, None)
    assert "to the 2 files below" in refuse(home, whole)
    result = load_file(home, whole, options=REPLACE)
    assert total(home) == 9
    undo(home, result.batch_id)
    assert total(home) == 9 and sum(one.is_active for one in read_batches(home) if one.file_name.endswith(".pb")) == 2


def test_a_vote_of_another_city_in_the_same_days_is_not_asked_about(home, tmp_path):
    load_file(home, write_vote(tmp_path / "one.pb", 9, None))
    load_file(home, write_vote(tmp_path / "two.pb", 4, None, unit="Overhill"))
    assert total(home) == 13


def test_a_year_is_held_against_its_quarters(home, tmp_path):
    place = ward_code(1)
    for number, (start, end, value) in enumerate((("01-01", "03-31", 20), ("04-01", "06-30", 15)), 1):
        row = f"q{number},Tea mornings Q{number} 2024,attendances,{value},2024-{start},2024-{end},{place}"
        load_file(home, write_counts(tmp_path / f"q{number}", row))
    year = write_counts(tmp_path / "year", f"y,Tea mornings 2024,attendances,80,2024-01-01,2024-12-31,{place}")
    said = refuse(home, year)
    assert "“Tea mornings 2024”, 80 attendances" in said and "holds “Tea mornings Q1 2024”, 20 attendances" in said
    assert total(home, "attendances") == 35
    load_file(home, year, options=REPLACE)
    assert total(home, "attendances") == 80


def test_the_year_before_is_another_year(home, tmp_path):
    for year in (2023, 2024):
        row = f"y{year},Tea mornings {year},attendances,80,{year}-01-01,{year}-12-31,{ward_code(1)}"
        load_file(home, write_counts(tmp_path / str(year), row))
    assert total(home, "attendances") == 160


def test_a_total_that_two_loaded_files_come_to_is_asked_about(home, tmp_path):
    load_file(
        home, write_counts(tmp_path / "north", f"n,Stalls in the north,tickets,31,2024-06-01,2024-06-30,{ward_code(1)}")
    )
    load_file(
        home, write_counts(tmp_path / "south", f"s,Stalls in the south,tickets,17,2024-06-01,2024-06-30,{ward_code(2)}")
    )
    whole = write_counts(tmp_path / "whole", "w,All stalls of the summer,tickets,48,2024-06-01,2024-06-30,E06000001")
    assert "together with 1 more it comes to 48 tickets from 1 June 2024 to 30 June 2024" in refuse(home, whole)
    other = write_counts(tmp_path / "other", "o,Stalls elsewhere,tickets,47,2024-06-01,2024-06-30,E06000001")
    load_file(home, other)
    assert total(home, "tickets") == 31 + 17 + 47


def answers(days: range, topic: str = "Paths") -> list[list[str]]:
    return [[f"2025-03-{day:02d}", ward_code(day % 2 + 1), topic] for day in days]


def test_the_same_export_a_month_later_holds_the_first_one(home, tmp_path):
    load_file(home, write_rows(tmp_path / "first.csv", answers(range(1, 11))))
    later = write_rows(tmp_path / "later.csv", answers(range(1, 21)))
    assert "all of its 10 records stand in this file too, which has 20" in refuse(home, later)
    assert total(home) == 10
    load_file(home, later, options=REPLACE)
    assert total(home) == 20 and rebuild(home).agrees


def test_an_older_export_after_the_newer_is_asked_about_too(home, tmp_path):
    load_file(home, write_rows(tmp_path / "later.csv", answers(range(1, 21))))
    assert "10 of its 20 records" in refuse(home, write_rows(tmp_path / "first.csv", answers(range(1, 11))))


def test_the_next_month_alone_and_another_topic_are_not_asked_about(home, tmp_path):
    load_file(home, write_rows(tmp_path / "first.csv", answers(range(1, 11))))
    load_file(home, write_rows(tmp_path / "second.csv", answers(range(11, 21))))
    load_file(home, write_rows(tmp_path / "third.csv", answers(range(1, 11), "Bins")))
    assert total(home) == 30


def test_files_that_a_person_said_are_different_both_count(home, tmp_path):
    load_file(home, write_rows(tmp_path / "first.csv", answers(range(1, 11))))
    load_file(home, write_rows(tmp_path / "later.csv", answers(range(1, 21))), options=BOTH)
    assert total(home) == 30


def test_what_the_demo_holds_is_no_double(tmp_path, own_tidewell):
    assert load_file(own_tidewell, write_rows(tmp_path / "first.csv", answers(range(1, 11)))).demo_withdrawn


def write_log(path: Path, title: str, months: list[int], ward: int = 1, key: str = "log") -> Path:
    """A workbook of the template as one folder: an activity and one meeting in each of these months."""
    path.mkdir()
    write_table(path / "activities.csv", "activity_id,title,organisation", [f"{key},{title},Reach"])
    rows = [f"{key}-{at},{key},2024-{month:02d}-05,9,{ward_code(ward)}" for at, month in enumerate(months)]
    write_table(path / "sessions.csv", "session_id,activity_id,date,attendance_count,place_code", rows)
    return path


def write_sessions_total(
    path: Path, title: str, value: int, *, key: str, period: str = "2024-01-01,2024-12-31"
) -> Path:
    return write_counts(path, f"{key},{title},group_sessions,{value},{period},{ward_code(1)}")


def test_a_years_total_of_meetings_and_its_quarter_are_asked_about(home, tmp_path):
    load_file(home, write_sessions_total(tmp_path / "year", "Choir 2024", 20, key="y"), "native")
    quarter = write_sessions_total(tmp_path / "q1", "Choir Q1 2024", 6, key="q", period="2024-01-01,2024-03-31")
    with pytest.raises(BadFile, match="20 group sessions from 1 January 2024 to 31 December 2024 holds"):
        load_file(home, quarter, "native")


@pytest.mark.parametrize(
    ("title", "value", "is_asked"),
    [
        ("Choir 2024", 30, True),
        ("Singing by the mill", 6, True),
        ("Singing by the mill", 30, False),
        ("Singing", 3, False),
    ],
)
def test_meetings_and_a_total_of_them_under_another_key_are_asked_about(home, tmp_path, title, value, is_asked):
    log = write_log(tmp_path / "log", "Choir", [1, 2, 3, 5, 6, 11])
    total = write_sessions_total(tmp_path / "total", title, value, key="t")
    load_file(home, log, "native")
    if is_asked:
        with pytest.raises(BadFile, match="it records 6 meetings of “Choir” one by one"):
            load_file(home, total, "native")
        first = load_file(home, total, "native", options=BOTH)
    else:
        first = load_file(home, total, "native")
    undo(home, read_batches(home)[-2].batch_id)
    assert first.rows_accepted == 2
    if is_asked:
        with pytest.raises(BadFile, match="as a total, and 6 meetings of “Choir” of this file may be among these"):
            load_file(home, write_log(tmp_path / "log2", "Choir", [1, 2, 3, 5, 6, 11], key="again"), "native")


def test_a_log_and_a_total_of_one_activity_need_no_question(home, tmp_path):
    load_file(home, write_log(tmp_path / "log", "Choir", [1, 2, 3, 5, 6, 11], key="choir"), "native")
    load_file(home, write_sessions_total(tmp_path / "total", "Choir", 30, key="choir"), "native")
    load_file(home, write_log(tmp_path / "far", "Choir", [1, 2, 3, 5, 6, 11], ward=2, key="far"), "native")


# Each source's headings, and a row of a response from its number: the activity is called what the file is called.
EXPORTS = {
    "citizen space": ("Response ID,Submitted on,Answer", lambda n: f"ANON-{n:04d},2026-10-{n:02d} 09:1{n % 10},Yes"),
    "google forms": ("Timestamp,What do you want?", lambda n: f"2026/10/{n:02d} 9:15:0{n % 10} am GMT,Benches"),
    "microsoft forms": (
        "ID,Start time,Completion time,Email,Name,What do you want?",
        lambda n: f"{n},2026-10-{n:02d} 09:15:00,2026-10-{n:02d} 09:2{n % 10}:00,anonymous,,Benches",
    ),
    "kobotoolbox": (
        '"start";"end";"What do you want?";"_id";"_uuid";"_submission_time";"_validation_status";"_index"',
        lambda n: (
            f'"2026-10-{n:02d}T09:15:00";"2026-10-{n:02d}T09:20:00";"Benches";"{n}";"u-{n}";"2026-10-{n:02d}T09:21:0{n % 10}";"";"{n}"'
        ),
    ),
}


def write_export(path: Path, what: str, first: int, last: int) -> Path:
    header, row = EXPORTS[what]
    return write_table(path, header, [row(number) for number in range(first, last + 1)])


@pytest.mark.parametrize("what", EXPORTS)
def test_last_months_export_again_under_another_name_is_asked_about(home, tmp_path, what):
    before = count_responses(home)
    load_file(home, write_export(tmp_path / "export october.csv", what, 1, 12))
    later = write_export(tmp_path / "Export (1-20).csv", what, 1, 20)
    (question,) = load_file(home, later, dry_run=True).questions
    assert question.evidence[0].endswith(
        "all of its 12 rows stand in this file too, which has 20. Counted beside each other they count twice."
    )
    with pytest.raises(BadFile, match="only you can say this"):
        load_file(home, later)
    load_file(home, later, options=REPLACE)
    assert count_responses(home) == before + 20
    assert rebuild(home).agrees


@pytest.mark.parametrize("what", [what for what in EXPORTS if what != "google forms"])
def test_an_export_that_holds_some_of_the_rows_is_asked_about_and_told_the_way_on(home, tmp_path, what):
    load_file(home, write_export(tmp_path / "october.csv", what, 1, 18))
    (question,) = load_file(home, write_export(tmp_path / "window.csv", what, 10, 25), dry_run=True).questions
    assert "9 of its 18 rows stand in this file too, which has 16" in question.evidence[0]
    assert question.evidence[0].endswith("An export of the other days alone counts each once.")


@pytest.mark.parametrize("what", EXPORTS)
def test_the_next_months_responses_alone_are_asked_nothing(home, tmp_path, what):
    before = count_responses(home)
    load_file(home, write_export(tmp_path / "october.csv", what, 1, 12))
    load_file(home, write_export(tmp_path / "november.csv", what, 13, 24))
    assert count_responses(home) == before + 24


def test_ids_that_begin_at_one_again_are_no_rows_of_the_file_before(home, tmp_path):
    header, row = EXPORTS["microsoft forms"]
    load_file(home, write_export(tmp_path / "october.csv", "microsoft forms", 1, 12))
    other = write_table(
        tmp_path / "another form.csv", header, [row(n).replace("2026-10", "2026-11") for n in range(1, 13)]
    )
    assert not load_file(home, other).questions


def count_responses(home: Home) -> int:
    (total,) = (
        open_current(home).cursor().execute("select sum(value) from count_held where measure = 'responses'").fetchone()
    )
    return int(total or 0)
