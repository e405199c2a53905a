"""Exports of other tools: what they become, and that nothing about a person in them is ever kept."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from etl.loading import ReadOptions, load_file, rebuild
from etl.places.loading import add_places
from etl.specs import read_specs, recognise_source
from soundings.content import content_hash
from soundings.home import Home
from soundings.model import BadFile
from soundings.store import open_current
from tests.golden_form import find_input, read_input
from tests.making import ward_code, write_places, write_rows

GOLDEN = Path(__file__).parent / "golden"
CONNECTORS = [spec.id for spec in read_specs().values() if spec.others == "drop"]
# Every made-up person in the golden files: names, accounts, e-mails, phones, addresses, postcodes, computers, words they wrote.
WORDS = [
    "marlow", "perrin", "invented", "@example", "example.org/profiles", "7946 0018", "07700", "192.0.2", "zz1 1a", "fathom",
    "slow the traffic", "café", "a ramp", "running, with", "markets", "longer hours", "more benches", "not safe", "1980",
]  # fmt: skip


@pytest.fixture
def home(tmp_path) -> Home:
    home = Home(tmp_path / "home")
    add_places(home, write_places(tmp_path / "wards.geojson", first=0), "ward")
    return home


def ask(home: Home, question: str) -> list[tuple]:
    return open_current(home).cursor().execute(question).fetchall()


def all_kept(home: Home) -> str:
    """Every cell of the inbox and of the store, and every manifest, as one text in lower case."""
    cursor = open_current(home).cursor()
    tables = [
        name for (name,) in cursor.execute("select table_name from duckdb_tables() where not internal").fetchall()
    ]
    said = [str(pq.read_table(path).to_pylist()) for path in sorted(home.inbox.rglob("*.parquet"))]
    said += [path.read_text(encoding="utf-8") for path in sorted(home.inbox.rglob("manifest.json"))]
    said += [str(cursor.execute(f"select * from {name}").fetchall()) for name in tables if name != "place"]  # noqa: S608
    return "\n".join(said).casefold()


@pytest.mark.parametrize("source", CONNECTORS)
def test_no_cell_about_a_person_reaches_the_inbox_or_the_store(home, source):
    given = find_input(GOLDEN / source)
    raw = str([sheet.table.to_pylist() for sheet in read_input(given)]).casefold()
    result = load_file(home, given)
    assert result.source_id == source and result.rows_read == result.rows_accepted + result.rows_rejected
    kept = all_kept(home)
    mapping = read_specs()[source].text.casefold()  # a spec's own words are no person's
    assert [word for word in WORDS if word in raw] or source == "pabulib"
    assert [word for word in WORDS if word in kept and word not in mapping] == []


@pytest.mark.parametrize("source", CONNECTORS)
def test_what_was_loaded_is_rebuilt_from_the_inbox_alone(home, source):
    load_file(home, find_input(GOLDEN / source))
    held = content_hash(open_current(home).cursor())
    rebuild(home)
    assert content_hash(open_current(home).cursor()) == held


@pytest.mark.parametrize("source", ["decidim-proposals", "commonplace-comments", "kobotoolbox"])
def test_a_persons_point_becomes_its_ward_and_is_kept_nowhere(home, source):
    load_file(home, find_input(GOLDEN / source))
    assert (ward_code(0),) in ask(home, "select place_code from location_place where kind = 'ward'")
    (kept,) = [path for path in home.inbox.rglob("sheet-*.parquet") if "place_code" not in pq.read_schema(path).names]
    columns = pq.read_schema(kept).names
    assert "screened_area_code" in columns and not [name for name in columns if "itude" in name.casefold()]


def test_votes_keep_no_age_sex_number_or_neighbourhood_of_a_voter(home):
    load_file(home, find_input(GOLDEN / "pabulib"))
    (kept,) = [path for path in home.inbox.rglob("sheet-*.parquet") if "vote" in pq.read_schema(path).names]
    assert not {"voter_id", "age", "sex", "voting_method", "neighborhood"} & set(pq.read_schema(kept).names)


def grants_as_json(path: Path) -> Path:
    """The golden grants as 360Giving's JSON."""
    with open(GOLDEN / "360giving-grants" / "grants.csv", encoding="cp1252", newline="") as file:
        rows = list(csv.DictReader(file))
    grants = [
        {
            "id": row["Identifier"],
            "title": row["Title"],
            "description": row["Description"],
            "currency": row["Currency"],
            "amountAwarded": int(row["Amount Awarded"]),
            "awardDate": row["Award Date"],
            "recipientOrganization": [{"name": row["Recipient Org:Name"], "postalCode": "ZZ1 1AA"}],
            "recipientIndividual": {"name": row["Recipient Ind:Name"]},
            "fundingOrganization": [{"id": row["Funding Org:Identifier"], "name": row["Funding Org:Name"]}],
            "grantProgramme": [{"title": row["Grant Programme:Title"]}],
            "beneficiaryLocation": [
                {
                    "name": row[f"Beneficiary Location:{n}:Name"],
                    "geoCode": row[f"Beneficiary Location:{n}:Geographic Code"],
                }
                for n in (0, 1)
            ],
        }
        for row in rows
    ]
    path.write_text(json.dumps({"version": "1.3", "grants": grants}), encoding="utf-8")
    return path


def test_grants_are_the_same_from_json_as_from_csv(home, tmp_path):
    question = "select activity_id, title, summary, organisation, programme, cost, start_date from activity order by 1"
    places = "select activity_id, l.code, l.name from activity_place join location l using (batch_id, location_id) order by 1, 2, 3"
    first = load_file(home, find_input(GOLDEN / "360giving-grants"))
    from_csv = ask(home, question), ask(home, places)
    other = Home(tmp_path / "other")
    again = load_file(other, grants_as_json(tmp_path / "grants.json"))
    assert (ask(other, question), ask(other, places)) == from_csv
    assert (again.source_id, again.rows_rejected) == ("360giving-grants", first.rows_rejected)


def test_decidims_json_has_the_names_of_its_csv(home, tmp_path):
    meeting = {
        "id": 1,
        "participatory_space": {"id": 3, "url": "https://decidim.example.org/processes/quay"},
        "title": {"ca": "Passeig", "en": "Walk"},
        "start_time": "2024-05-02 18:00:00 UTC",
        "end_time": "2024-05-02 20:00:00 UTC",
        "attendees": 12,
        "contributions": 0,
        "url": "https://decidim.example.org/processes/quay/f/1/meetings/1",
    }
    path = tmp_path / "meetings.json"
    path.write_text(json.dumps([meeting]), encoding="utf-8")
    assert load_file(home, path).source_id == "decidim-meetings"
    assert ask(home, "select title, attendance_count from session join activity using (activity_id)") == [("Walk", 12)]


def test_a_form_is_told_by_its_first_columns_only(tmp_path):
    specs = read_specs()
    forms = write_rows(
        tmp_path / "a.csv", [["1", "2024-01-01", "2024-01-01", "x"]], ["Id", "Start time", "Completion time", "Q"]
    )
    assert recognise_source(read_input(forms), specs).id == "microsoft-forms"
    moved = write_rows(
        tmp_path / "b.csv", [["x", "1", "2024-01-01", "2024-01-01"]], ["Q", "ID", "Start time", "Completion time"]
    )
    with pytest.raises(
        BadFile, match="closest to microsoft-forms.*ID, Start time, Completion time as its first columns"
    ):
        recognise_source(read_input(moved), specs)
    log = write_rows(tmp_path / "c.csv", [["5", "2024-01-01"]], ["level", "Timestamp"])
    with pytest.raises(BadFile, match="Timestamp as its first column"):
        recognise_source(read_input(log), specs)


def test_a_file_of_another_source_that_begins_with_a_timestamp_stays_that_sources(tmp_path):
    header = ["Timestamp", "date", "activity", "ward_code"]
    path = write_rows(tmp_path / "a.csv", [["2024-01-01", "2024-01-01", "Parks", ward_code(1)]], header)
    assert recognise_source(read_input(path), read_specs()).id == "contributions"


def kobo_with_two_points(path: Path) -> Path:
    header = ["_home_latitude", "_home_longitude", "_bench_latitude", "_bench_longitude"]
    header += ["_id", "_uuid", "_submission_time", "_validation_status", "_index"]
    row = ["53.0512", "-1.95", "53.0512", "-1.75", "1", "a", "2024-08-01T09:00:00", "", "1"]
    return write_rows(path, [row], header)


def test_a_form_with_two_points_asks_which_and_keeps_neither(home, tmp_path):
    path = kobo_with_two_points(tmp_path / "two.csv")
    with pytest.raises(
        BadFile, match="several columns that could be the latitude.*_home_latitude.*_bench_latitude.*--drop"
    ):
        load_file(home, path)
    options = ReadOptions(drop=("_home_latitude", "_home_longitude"))
    load_file(home, path, options=options)
    assert ask(home, "select place_code from location_place where kind = 'ward'") == [(ward_code(2),)]
    assert "53.0512" not in all_kept(home)


def test_sheets_that_are_not_of_the_source_are_left_out_and_said(home, tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "Form responses 1"
    book.active.append(["Timestamp", "What would you like?"])
    book.active.append(["2024-03-01 09:00:00", "Trees"])
    notes = book.create_sheet("Who said what")
    notes.append(["Name", "Said"])
    notes.append(["Marlow Invented", "Trees"])
    book.save(tmp_path / "Trees (Responses).xlsx")
    result = load_file(home, tmp_path / "Trees (Responses).xlsx")
    assert result.source_id == "google-forms" and "invented" not in all_kept(home)
    assert any("'Who said what' was left out" in decision for decision in result.decisions)
    assert ask(home, "select title from activity") == [("Trees",)]


def test_a_day_that_may_be_a_month_is_read_once_somebody_says_which(home):
    given = find_input(GOLDEN / "google-forms")
    result = load_file(home, given, options=ReadOptions(date_order="day-first"))
    assert result.rows_rejected == 1  # the row without a time
    assert ask(home, "select cast(sum(value) as int) from activity_count") == [(5,)]


def test_nothing_is_counted_for_meetings_whose_attendance_nobody_wrote_down(home):
    load_file(home, find_input(GOLDEN / "decidim-meetings"))
    found = ask(
        home,
        "select a.title, s.attendance_count from session_held s join activity a using (activity_id) order by s.start_date",
    )
    assert found == [("Walk along the quay", 23), ("Online evening", None), ("Meeting", None)]
    assert ask(home, "select start_date::varchar, took_place from session_now where took_place <> 'yes'") == [
        ("2024-05-16", "cancelled")
    ]


def test_only_those_checked_in_attended(home):
    load_file(home, find_input(GOLDEN / "eventbrite-attendees"))
    found = ask(home, "select measure, cast(sum(value) as int) from count_held group by 1 order by 1")
    assert found == [("attendances", 2), ("tickets", 6)]
    assert ask(home, "select sum(value) from activity_count where measure = 'tickets'") == [
        (10,)
    ]  # of one cancelled and of a draft too


def test_a_meeting_with_half_a_point_stands_nowhere_and_says_why(home, tmp_path):
    given = find_input(GOLDEN / "decidim-meetings").read_text(encoding="utf-8").replace(";longitude;", ";far;", 1)
    path = tmp_path / "half.csv"
    path.write_text(given, encoding="utf-8")
    load_file(home, path)
    assert ("refused", "The longitude or latitude is blank or not a number.") in ask(
        home, "select kind, reason from location"
    )
