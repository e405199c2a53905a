"""The file to put right holds the whole file: corrected and dropped again, it takes the place of the first and nothing is lost or doubled."""

from __future__ import annotations

import csv
import hashlib
import io

import openpyxl
import pytest

from etl.loading import ReadOptions, rebuild, redo, undo
from etl.uploads.mapping import MEETING, ColumnMapping
from etl.uploads.preview import preview_upload
from etl.uploads.saved import find_mapping, save_mapping
from etl.uploads.starter import CSV, WORKBOOK, make_starter, name_starter
from etl.uploads.troubles import count_rows, list_troubles
from etl.uploads.uploading import Wanted, confirm_upload, list_fitting, prepare_upload, read_upload
from soundings.content import content_hash
from soundings.generations import open_current
from soundings.home import Home
from tests.homes import copy_home, make_wards_home

CLUB = """Event,Date,Ward,People,E-mail
Tea,14/05/2026,Ward 1,10,a@hub.example
Walk,15/05/2026,Ward 2,lots,b@hub.example
-Talk,16/05/2026,Ward 3,20,c@hub.example
Chat,31/02/2026,Ward 1,40,d@hub.example
"""
MAPPING = ColumnMapping(
    (("Event", "title"), ("Date", "start_date"), ("Ward", "place_name"), ("People", "people")), "Harbour Hub"
)
MATCHED, PLAIN = Wanted(mapping=MAPPING), Wanted()
NATIVE = """activity_id,title,start_date,place_name,place_role
a1,Tea,2026-05-14,Ward 1,venue
a2,,2026-05-15,Ward 2,venue
a3,Talk,31/02/2026,Ward 3,venue
"""


@pytest.fixture(scope="module")
def wards(tmp_path_factory) -> Home:
    return make_wards_home(tmp_path_factory.mktemp("wards"), has_records=False)


@pytest.fixture
def home(wards, tmp_path) -> Home:
    return copy_home(wards, tmp_path / "own")


def prepare(home: Home, content: str | bytes, wanted: Wanted, name: str = "club.csv"):
    """(what would be loaded, the sheets as they were read, what is wrong)."""
    content = content.encode() if isinstance(content, str) else content
    sheets = read_upload(name, content, ReadOptions())
    prepared = prepare_upload(home, name, hashlib.sha256(content).hexdigest(), sheets, wanted, "a test")
    return prepared, sheets, list_troubles(prepared, sheets, wanted)


def take(home: Home, content: str | bytes, wanted: Wanted, name: str = "club.csv") -> tuple[str, bytes]:
    """(the batch of a file that was taken in, its starter)."""
    prepared, sheets, troubles = prepare(home, content, wanted, name)
    confirm_upload(home, prepared)
    return prepared.batch_id, make_starter(prepared, sheets, wanted, troubles)


def correct(starter: bytes, *changes: tuple[str, str, str]) -> bytes:
    """The CSV with cells changed: (what stands in its first column, the column, the new cell)."""
    rows = list(csv.DictReader(io.StringIO(starter.decode("utf-8-sig"))))
    first = next(iter(rows[0]))
    for key, column, cell in changes:
        for row in rows:
            if row[first] == key:
                row[column] = cell
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def hash_of(home: Home) -> str:
    return content_hash(open_current(home).cursor())


def ask(home: Home, sql: str) -> list[tuple]:
    return open_current(home).cursor().execute(sql).fetchall()


def held(home: Home) -> tuple[list[tuple], list[tuple]]:
    """(the activities with their days, their figures) of a store."""
    return (
        ask(home, "select title, start_date::varchar from activity order by all"),
        ask(home, "select title, measure, value from activity_count join activity using (activity_id) order by all"),
    )


def test_a_corrected_starter_takes_the_place_of_its_file_and_nothing_is_lost_or_doubled(home):
    empty = hash_of(home)
    batch_id, starter = take(home, CLUB, MATCHED)
    partly = hash_of(home)
    assert [title for title, _ in held(home)[0]] == ["-Talk", "Chat", "Tea", "Walk"]
    corrected = correct(starter, ("Walk", "People", "30"), ("Chat", "Date", "28/02/2026"))
    prepared, _, troubles = prepare(home, corrected, MATCHED, "to-correct-club.csv")
    (earlier,) = preview_upload(home, prepared).earlier
    assert (earlier.batch_id, earlier.is_origin, troubles) == (batch_id, True, [])
    confirm_upload(home, prepared, replaces=earlier.batch_id)
    assert held(home) == (
        [("-Talk", "2026-05-16"), ("Chat", "2026-02-28"), ("Tea", "2026-05-14"), ("Walk", "2026-05-15")],
        [("-Talk", "people", 20), ("Chat", "people", 40), ("Tea", "people", 10), ("Walk", "people", 30)],
    )
    whole = hash_of(home)
    assert rebuild(home).agrees and hash_of(home) == whole
    undo(home, prepared.batch_id)
    assert hash_of(home) == partly
    redo(home, prepared.batch_id)
    assert hash_of(home) == whole
    undo(home, prepared.batch_id)
    undo(home, batch_id)
    assert hash_of(home) == empty


def test_a_starter_is_known_even_where_no_activity_is_the_same(home):
    batch_id, starter = take(home, "Event,Date,Ward,People\nChat,31/02/2026,Ward 1,40\n", MATCHED)
    prepared, _, _ = prepare(home, correct(starter, ("Chat", "Date", "28/02/2026")), MATCHED, "other.csv")
    (earlier,) = preview_upload(home, prepared).earlier
    assert (earlier.batch_id, earlier.count, earlier.is_origin) == (batch_id, 0, True)


def test_a_starter_holds_what_is_used_as_the_file_has_it_and_what_is_wrong_beside_it(home):
    prepared, sheets, troubles = prepare(home, CLUB, MATCHED)
    assert name_starter(prepared, sheets, MATCHED) == ("to-correct-club.csv", CSV)
    rows = list(csv.DictReader(io.StringIO(make_starter(prepared, sheets, MATCHED, troubles).decode("utf-8-sig"))))
    assert "hub.example" not in str(rows) and [row["Event"] for row in rows] == ["Tea", "Walk", "'-Talk", "Chat"]
    assert [row["Soundings: value"] for row in rows] == ["", "lots", "", "31/02/2026"]
    assert [row["Soundings: row taken in"] for row in rows] == ["", "yes", "", "yes"]


def test_the_matching_of_a_file_is_offered_for_its_starter(home):
    headers = ["Event", "Date", "Ward", "People", "E-mail"]
    save_mapping(home, headers, MAPPING)
    assert find_mapping(home, headers[:4]) is None
    assert find_mapping(home, headers[:4], is_part=True) == MAPPING
    assert find_mapping(home, ["Date", "Ward"], is_part=True) is None
    assert find_mapping(home, [*headers[:4], "Notes"], is_part=True) is None


def test_a_starter_of_the_template_comes_back_whole(home):
    batch_id, starter = take(home, NATIVE, PLAIN)
    corrected = correct(starter, ("a2", "title", "Walk"), ("a3", "start_date", "2026-05-16"))
    prepared, sheets, troubles = prepare(home, corrected, PLAIN, "again.csv")
    assert list_fitting(home, sheets) == ["native"] and not troubles
    assert [one.batch_id for one in preview_upload(home, prepared).earlier if one.is_origin] == [batch_id]
    confirm_upload(home, prepared, replaces=batch_id)
    assert held(home)[0] == [("Talk", "2026-05-16"), ("Tea", "2026-05-14"), ("Walk", "2026-05-15")]
    assert rebuild(home).agrees


def test_a_starter_of_a_file_of_a_known_kind_comes_back_whole(home):
    text = "date,ward_code,activity\n2026-05-01,E05999901,Paths\n2026-05-40,E05999902,Paths\n"
    batch_id, starter = take(home, text, PLAIN)
    prepared, sheets, troubles = prepare(home, correct(starter, ("2026-05-40", "date", "2026-05-04")), PLAIN, "b.csv")
    assert list_fitting(home, sheets) == ["contributions"] and not troubles
    confirm_upload(home, prepared, replaces=batch_id)
    assert ask(home, "select sum(value) from activity_count") == [(2,)]


def book(**sheets: list[list[str]]) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
        if name.startswith("hidden"):
            sheet.sheet_state = "hidden"
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


HEAD = ["Event", "Date", "Ward", "People"]


def test_a_starter_of_several_sheets_is_a_workbook_with_the_same_sheets(home):
    content = book(
        May=[HEAD, ["Tea", "14/05/2026", "Ward 1", "10"], ["Walk", "15/05/2026", "Ward 2", "lots"]],
        June=[HEAD, ["Tea", "14/06/2026", "Ward 1", "12"]],
    )
    batch_id, starter = take(home, content, MATCHED, "year.xlsx")
    prepared, sheets, _ = prepare(home, content, MATCHED, "year.xlsx")
    assert name_starter(prepared, sheets, MATCHED) == ("to-correct-year.xlsx", WORKBOOK)
    opened = openpyxl.load_workbook(io.BytesIO(starter))
    assert opened.sheetnames == ["May", "June"]
    opened["May"]["D3"] = 30
    corrected = io.BytesIO()
    opened.save(corrected)
    again, _, troubles = prepare(home, corrected.getvalue(), MATCHED, "to-correct-year.xlsx")
    assert not troubles
    confirm_upload(home, again, replaces=batch_id)
    assert ask(home, "select count(*), sum(value) from activity_count") == [(3, 52)]


@pytest.mark.parametrize("each_row", ["activity", MEETING])
@pytest.mark.parametrize("title", ["Total", "TOTALS:", "Sub-total", "Grand total", "sum"])
def test_a_row_of_totals_is_set_aside_with_the_reason_and_counts_nothing(home, each_row, title):
    mapping = ColumnMapping((*MAPPING.columns, ("Came", "attendance_count")), "Harbour Hub", each_row)
    text = f"{','.join(HEAD)},Came\nTea,14/05/2026,Ward 1,10,8\nWalk,15/05/2026,Ward 2,30,9\n,,,,\n{title},,,40,17\n"
    prepared, _, troubles = prepare(home, text, Wanted(mapping=mapping))
    (total,) = troubles
    assert (total.row, total.is_rejected, total.wrong[0][0]) == (5, True, "Event")
    assert "looks like a total" in total.wrong[0][1] and count_rows(troubles, 3).taken_in == 2
    mapped = prepared.mapped
    assert mapped.rows_read == mapped.rows_accepted + mapped.rows_rejected
    assert preview_upload(home, prepared).added == (
        "2 activities",
        "2 meetings",
        "17 attendances at these meetings",
        "40 people",
    )


@pytest.mark.parametrize("row", ["Total,16/05/2026,,60", "Total,,Ward 1,60", "Total Place,,,60", "Summer fair,,,60"])
def test_an_activity_with_a_day_a_place_or_a_fuller_title_is_no_total(home, row):
    prepared, _, troubles = prepare(home, f"{','.join(HEAD)}\nTea,14/05/2026,Ward 1,10\n{row}\n", MATCHED)
    assert not troubles and prepared.mapped.rows_rejected == 0


def test_a_row_of_totals_in_the_template_is_set_aside_too(home):
    prepared, _, (total,) = prepare(
        home, "activity_id,title,start_date,place_name,place_role\na1,Tea,2026-05-14,Ward 1,venue\na2,Total,,,\n", PLAIN
    )
    assert (total.row, total.is_rejected) == (3, True) and "looks like a total" in total.wrong[0][1]
    assert (prepared.mapped.rows_read, prepared.mapped.rows_accepted) == (2, 1)


def test_a_figure_of_a_row_whose_activity_is_refused_does_not_come_in(home):
    mapping = ColumnMapping((*MAPPING.columns, ("No", "activity_id")), "Harbour Hub")
    text = f"{','.join(HEAD)},No\nTea,14/05/2026,Ward 1,10,1\nWalk,15/05/2026,Ward 2,30,1\n"
    prepared, _, (walk,) = prepare(home, text, Wanted(mapping=mapping))
    assert (walk.row, walk.is_rejected) == (3, True)
    assert preview_upload(home, prepared).added == ("1 activity", "10 people")
    confirm_upload(home, prepared)
    assert ask(home, "select sum(value) from activity_count") == [(10,)] and rebuild(home).agrees


def test_a_hidden_sheet_is_left_out_unless_it_is_all_there_is(home):
    rows = [HEAD, ["Tea", "14/05/2026", "Ward 1", "10"]]
    both, _, _ = prepare(home, book(May=rows, hidden_June=rows), MATCHED, "year.xlsx")
    alone, _, _ = prepare(home, book(hidden_June=rows, Lists=[["Kinds"], ["Walk"]]), MATCHED, "one.xlsx")
    for prepared in (both, alone):
        assert preview_upload(home, prepared).added == ("1 activity", "10 people")
