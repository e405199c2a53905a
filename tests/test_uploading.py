"""An upload is read in memory, matched, corrected and looked at before anything is kept; then it is one batch that can be undone."""

from __future__ import annotations

import hashlib
import io
import json
import socket
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from etl.confining import read_confined
from etl.inbox import read_batches
from etl.loading import ReadOptions, load_file, rebuild, redo, undo
from etl.places.loading import add_places
from etl.readers import read_sheets
from etl.replacing import find_readings
from etl.uploads.guessing import propose_columns
from etl.uploads.mapping import MEETING, ColumnMapping, read_fields
from etl.uploads.preview import preview_upload
from etl.uploads.saved import find_mapping, mappings_path, save_mapping
from etl.uploads.starter import make_starter
from etl.uploads.troubles import RowCount, count_rows, list_troubles, list_two_ways, list_unplaced, rows_of
from etl.uploads.uploading import (
    MOST_BYTES,
    Fix,
    Prepared,
    Wanted,
    confirm_upload,
    list_fitting,
    prepare_upload,
    read_upload,
    say_without_flags,
)
from soundings.content import content_hash
from soundings.generations import open_current
from soundings.home import PROJECT, Home
from soundings.model import BadFile
from tests.homes import copy_home, make_wards_home
from tests.making import write_contributions, write_places, write_rows

pytestmark = pytest.mark.apart

EVENTS = """Harbour Hub: what we did,,,,,
Event name,Held on,Ward,Number attended,People,Contact e-mail
Tea and talk,14/03/2025,Ward 1,12,10,hello@hub.example
,15/03/2025,Ward 2,9,,hello@hub.example
Lantern walk,31/02/2025,Ward 9,40,lots,other@hub.example
"""
PLAIN = Wanted()
MAPPING = ColumnMapping(
    (
        ("Event name", "title"),
        ("Held on", "start_date"),
        ("Ward", "place_name"),
        ("Number attended", "attendance_count"),
        ("People", "people"),
    ),
    "Harbour Hub",
)
FIXES = (
    Fix("events", 4, "Event name", "Net mending"),
    Fix("events", 5, "Held on", "28/02/2025"),
    Fix("events", 5, "People", "35"),
    Fix("events", 5, "Ward", "Ward 3"),
)


@pytest.fixture(scope="module")
def wards(tmp_path_factory) -> Home:
    """Three wards and 16 answers, for reading only."""
    return make_wards_home(tmp_path_factory.mktemp("wards"))


@pytest.fixture
def home(wards, tmp_path) -> Home:
    """A copy of it that a test may write to."""
    return copy_home(wards, tmp_path / "own")


def prepare(home: Home, text: str | bytes, wanted: Wanted = PLAIN, name: str = "events.csv"):
    """(what would be loaded, the sheets as they were read)."""
    content = text.encode() if isinstance(text, str) else text
    sheets = read_upload(name, content, replace(wanted.options, date_order=None))
    return prepare_upload(home, name, hashlib.sha256(content).hexdigest(), sheets, wanted, "a test"), sheets


def hash_of(home: Home) -> str:
    return content_hash(open_current(home).cursor())


def native(*lines: str) -> str:
    return "\n".join(["activity_id,title,start_date,place_name,place_role", *lines, ""])


def test_an_upload_is_read_as_the_command_line_reads_it_and_leaves_nothing_on_the_disk(tmp_path, wards):
    path = write_contributions(tmp_path / "answers.csv")
    before = sorted(tmp_path.rglob("*"))
    (ours,) = read_upload("answers.csv", path.read_bytes(), ReadOptions())
    (theirs,) = read_sheets(path)
    assert (
        ours.table.equals(theirs.table)
        and ours.row_numbers.equals(theirs.row_numbers)
        and ours.detected == theirs.detected
    )
    prepared, _ = prepare(wards, path.read_bytes(), name="answers.csv")
    dry = load_file(wards, path, dry_run=True)
    assert dry.already_loaded and prepared.batch_id == dry.batch_id
    assert sorted(tmp_path.rglob("*")) == before


def test_a_file_past_the_limits_is_refused_with_what_to_do():
    with pytest.raises(BadFile, match=r"up to 25 MB.*soundings load FILE"):
        read_upload("big.csv", b"x" * (MOST_BYTES + 1), ReadOptions())
    with pytest.raises(BadFile, match="200,001 rows; this page takes up to 200,000"):
        read_upload("long.csv", b"date,n\n" + b"2025-01-01,1\n" * 200_001, ReadOptions())


def test_shapes_of_too_many_corners_are_refused_and_as_many_points_are_not():
    ring = [[x / 300_000, 0.1] for x in range(250_001)] + [[x / 300_000, 0.2] for x in range(250_000, -1, -1)]
    ring.append(ring[0])
    area = {"type": "Feature", "properties": {"n": 1}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    with pytest.raises(BadFile, match=r"500,003 corners; the limit is 500,000\. Simplify them"):
        read_upload(
            "area.geojson", json.dumps({"type": "FeatureCollection", "features": [area]}).encode(), ReadOptions()
        )


def test_a_process_that_reads_an_upload_reaches_no_network_where_the_system_can_say_so():
    """The probe's word is tried out: a server of this machine that is there before is not there after."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        tries = f"""
import socket
from etl.confining import confine
socket.create_connection(("127.0.0.1", {server.getsockname()[1]}), 5).close()
print(confine().network)
try:
    socket.create_connection(("127.0.0.1", {server.getsockname()[1]}), 5)
    print("reached")
except OSError:
    print("nothing there")
"""
        told = subprocess.run([sys.executable, "-c", tries], capture_output=True, text=True, cwd=PROJECT, check=True)
    expected = ["True", "nothing there"] if read_confined().network else ["False", "reached"]
    assert told.stdout.split("\n")[:2] == expected


def test_a_bomb_costs_a_message():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"0" * 30_000_000)
    with pytest.raises(BadFile, match="100 times its size"):
        read_upload("bomb.zip", packed.getvalue(), ReadOptions())


def test_every_column_is_proposed_at_most_one_field_and_says_why():
    headers = ["Event name", "Noted down", "Ward", "Attendence", "Shoe size", "Date"]
    rows = [
        {
            "Event name": "Tea",
            "Noted down": "3 May 2025",
            "Ward": "Ward 1",
            "Attendence": "4",
            "Shoe size": "39",
            "Date": "4 May 2025",
        }
    ]
    proposed = {one.column: one for one in propose_columns(headers, rows)}
    assert [proposed[name].field for name in headers] == [
        "title",
        None,
        "place_name",
        "attendance_count",
        None,
        "start_date",
    ]
    assert "attendance" in proposed["Attendence"].why and all(one.why for one in proposed.values())
    assert {one.field for one in proposed.values()} - {None} <= set(read_fields())


def test_a_column_called_name_is_no_title_by_its_heading_for_it_may_be_a_persons():
    fields = {one.column: one.field for one in propose_columns(["Name", "Kind", "People came"], [])}
    assert fields == {"Name": None, "Kind": "method", "People came": "attendance_count"}


def test_matched_rows_become_activities_meetings_and_figures_with_their_own_row_numbers(home):
    prepared, sheets = prepare(home, EVENTS, Wanted(mapping=MAPPING))
    assert list_fitting(home, sheets) == []
    assert [sheet.name for sheet in prepared.sheets] == ["activities", "people", "sessions"]
    assert [sheet.row_numbers.to_pylist() for sheet in prepared.sheets] == [[3, 4, 5], [3, 5], [3, 5]]
    kept = "".join(str(sheet.table.to_pylist()) for sheet in prepared.sheets)
    assert "hub.example" not in kept  # the column that was matched with nothing
    mapped = prepared.mapped
    assert mapped.rows_read == mapped.rows_accepted + mapped.rows_rejected == 7
    assert preview_upload(home, prepared).added == (
        "2 activities",
        "2 meetings",
        "52 attendances at these meetings",
        "10 people",
    )


def months() -> bytes:
    """A workbook with a sheet for each of two months, and one with other columns."""
    book = openpyxl.Workbook()
    heading = ["Event name", "Held on", "Ward", "Number attended"]
    for name, rows in {
        "January": [
            heading,
            ["Tea and talk", "14/01/2025", "Ward 1", "12"],
            ["Lantern walk", "31/02/2025", "Ward 2", "40"],
        ],
        "February": [
            heading,
            ["Tea and talk", "14/02/2025", "Ward 1", "9"],
            ["Net mending", "15/02/2025", "Ward 9", "4"],
        ],
        "Lists": [["Kinds"], ["Drop-in"]],
    }.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.remove(book.worksheets[0])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def test_every_sheet_with_the_columns_is_read_and_what_is_wrong_is_told_in_its_own_sheet(home):
    mapping = replace(MAPPING, columns=MAPPING.columns[:4], each_row=MEETING)
    wanted = Wanted(mapping=mapping)
    prepared, sheets = prepare(home, months(), wanted, "year.xlsx")
    found = prepared.mapped
    assert sorted(found.tables["activity"]["title"].to_pylist()) == ["Lantern walk", "Net mending", "Tea and talk"]
    assert sorted(filter(None, found.tables["session"]["attendance_count"].to_pylist())) == [4, 9, 12, 40]
    assert found.rows_read == found.rows_accepted + found.rows_rejected
    (wrong,) = list_troubles(prepared, sheets, wanted)
    assert (wrong.sheet, wrong.row, [column for column, _ in wrong.wrong]) == ("January", 3, ["Held on"])
    preview = preview_upload(home, prepared)
    (lost,) = list_unplaced(prepared, sheets, wanted, preview.unplaced, preview.lost_rows)
    assert (lost.sheet, lost.row) == ("February", 3)
    fixes = (Fix("January", 3, "Held on", "28/01/2025"), Fix("February", 3, "Ward", "Ward 3"))
    mended, _ = prepare(home, months(), replace(wanted, fixes=fixes), "year.xlsx")
    assert not mended.mapped.rows_rejected and not preview_upload(home, mended).unplaced
    result = confirm_upload(home, mended)
    before = hash_of(home)
    assert result.rows_rejected == 0 and rebuild(home).agrees and hash_of(home) == before


def test_a_double_in_one_of_two_sheets_is_left_out_there_alone(home):
    wanted = Wanted(mapping=replace(MAPPING, columns=MAPPING.columns[:4]))
    confirm_upload(home, prepare(home, native("a1,Tea and talk,2025-02-14,Ward 1,venue"))[0])
    prepared, sheets = prepare(home, months(), wanted, "year.xlsx")
    twins = preview_upload(home, prepared).twins
    assert rows_of(prepared, sheets, wanted, twins) == (("February", 2),)


def test_rows_with_one_title_can_be_meetings_of_one_activity(home):
    text = "Event name,Held on,Ward\nChoir,1 May 2025,Ward 1\nChoir,8 May 2025,Ward 2\nTea,9 May 2025,Ward 2\n"
    mapping = ColumnMapping(
        (("Event name", "title"), ("Held on", "start_date"), ("Ward", "place_name")), "Hub", MEETING
    )
    prepared, _ = prepare(home, text, Wanted(mapping=mapping))
    preview = preview_upload(home, prepared)
    assert preview.added == ("2 activities", "3 meetings")
    assert preview.by_place["ward"] == {"E05999901": 1, "E05999902": 2}


def test_a_matched_column_of_people_is_still_refused(home):
    mapping = replace(MAPPING, columns=(*MAPPING.columns, ("Contact e-mail", "organisation")))
    prepared, _ = prepare(home, EVENTS, Wanted(mapping=mapping))
    assert [one.column for one in prepared.personal] == ["Contact e-mail"] and prepared.mapped is None


def test_each_column_that_looks_personal_is_named_and_can_be_left_out(home):
    text = "date,ward_code,activity,email,phone\n2025-05-01,E05999901,Paths,a@b.example,07700 900123\n"
    prepared, _ = prepare(home, text)
    assert [(one.column, one.what.split(",")[0]) for one in prepared.personal] == [
        ("email", "e-mail addresses"),
        ("phone", "phone numbers"),
    ]
    prepared, _ = prepare(home, text, Wanted(options=ReadOptions(drop=("email", "phone"))))
    assert not prepared.personal and prepared.mapped.rows_accepted == 1


def test_every_cell_to_put_right_is_told_as_the_persons_own_file_has_it(home):
    wanted = Wanted(mapping=MAPPING)
    prepared, sheets = prepare(home, EVENTS, wanted)
    troubles = list_troubles(prepared, sheets, wanted)
    assert [(one.sheet, one.row, [column for column, _ in one.wrong], one.is_rejected) for one in troubles] == [
        ("events", 4, ["Event name"], True),
        ("events", 5, ["Held on", "People"], False),  # it comes in without its day and its figure
    ]
    assert count_rows(troubles, 3) == RowCount(read=3, refused=1, incomplete=1, cells=2)
    preview = preview_upload(home, prepared)
    (lost,) = list_unplaced(prepared, sheets, wanted, preview.unplaced, preview.lost_rows)
    assert (lost.row, lost.wrong[0][0], lost.is_unplaced) == (5, "Ward", True) and "Ward 9" in lost.wrong[0][1]


def test_every_row_in_a_place_that_nobody_knows_is_listed_however_many_there_are(home):
    text = native(*(f"a{number},Tea,2025-03-10,Hall {number},venue" for number in range(1_200)), "b,Tea,,Ward 1,venue")
    prepared, sheets = prepare(home, text)
    preview = preview_upload(home, prepared)
    lost = list_unplaced(prepared, sheets, PLAIN, preview.unplaced, preview.lost_rows)
    assert [one.row for one in lost] == list(range(2, 1_202))
    assert len(make_starter(prepared, sheets, PLAIN, lost).splitlines()) == 1_202


def test_each_row_that_says_the_same_wrong_thing_is_told(home):
    wrong = [f"a{number},Tea,31/02/2025,Ward 1,somewhere" for number in range(3)]
    mapped = prepare(home, native(*wrong, "b,Tea,2025-03-10,Ward 1,venue"))[0].mapped
    told = {(one["row_number"], one["column_name"]) for one in mapped.rejections.to_pylist()}
    assert told == {(row, column) for row in (2, 3, 4) for column in ("start_date", "place_role")}
    assert (mapped.rows_rejected, mapped.tables["activity"].num_rows) == (3, 1)


def test_corrected_rows_come_in_with_the_rest_and_the_correction_is_written_down(home):
    before = hash_of(home)
    prepared, sheets = prepare(home, EVENTS, Wanted(mapping=MAPPING, fixes=FIXES))
    assert not list_troubles(prepared, sheets, Wanted(mapping=MAPPING, fixes=FIXES))
    result = confirm_upload(home, prepared)
    assert (result.rows_rejected, result.places["located"]) == (0, 5)  # 3 meetings, 2 figures
    manifest = read_batches(home)[-1].read_manifest()
    assert sum("put right by hand" in one for one in manifest["decisions"]) == len(FIXES)
    assert "Net mending" not in str(manifest)
    after = hash_of(home)
    assert rebuild(home).agrees
    undo(home, prepared.batch_id)
    assert hash_of(home) == before
    redo(home, prepared.batch_id)
    assert hash_of(home) == after


def test_a_correction_is_screened_like_any_cell(home):
    fixes = (Fix("events", 2, "title", "Ask jo.bloggs@home.example"),)
    confirm_upload(home, prepare(home, native("a1,,2025-03-10,Ward 1,venue"), Wanted(fixes=fixes))[0])
    kept = b"".join(path.read_bytes() for path in home.inbox.rglob("*.json"))
    assert b"jo.bloggs" not in kept
    titles = [title for (title,) in open_current(home).cursor().execute("select title from activity").fetchall()]
    assert "Ask [e-mail removed]" in titles


def test_a_date_of_two_readings_is_asked_about_and_never_guessed(home):
    text = "date,ward_code,activity\n03/04/2025,E05999901,Paths\n13/04/2025,E05999901,Paths\n"
    prepared, sheets = prepare(home, text)
    assert list_two_ways(list_troubles(prepared, sheets, Wanted())) == ["03/04/2025"]
    assert (prepared.mapped.rows_accepted, prepared.mapped.rows_rejected) == (1, 1)
    answered = Wanted(options=ReadOptions(date_order="month-first"))
    prepared, sheets = prepare(home, text, answered)
    days = prepared.mapped.tables["activity_count"]["period_start"].to_pylist()
    assert sorted(map(str, days)) == ["2025-03-04", "2025-04-13"]


def test_the_same_rows_saved_again_in_another_order_are_noticed(home, tmp_path):
    path = write_contributions(tmp_path / "again.csv")
    lines = path.read_text().splitlines()
    (first,) = [batch for batch in read_batches(home) if batch.file_name == "answers.csv"]
    shuffled, _ = prepare(home, "\r\n".join([lines[0], *lines[:0:-1]]), name="re-saved.csv")
    assert preview_upload(home, shuffled).same_rows == first.batch_id
    one_less, _ = prepare(home, "\r\n".join(lines[:-1]), name="one-less.csv")
    assert preview_upload(home, one_less).same_rows is None
    (reading,) = find_readings(home, hashlib.sha256(path.read_bytes()).hexdigest())
    assert reading.batch_id == first.batch_id


def test_an_activity_of_the_same_title_place_and_week_is_shown_and_can_be_left_out(home):
    confirm_upload(home, prepare(home, native("a1,Tea and talk,2025-03-10,Ward 1,venue"))[0])
    text = native(
        "b1,tea and Talk ,2025-03-12,Ward 1,venue",  # the same week, a Wednesday
        "b2,Tea and talk,2025-03-12,Ward 2,venue",
        "b3,Tea and talk,2025-03-19,Ward 1,venue",
        "b4,Lantern walk,2025-03-12,Ward 1,venue",
    )
    prepared, sheets = prepare(home, text, name="more.csv")
    (twin,) = preview_upload(home, prepared).twins
    assert (twin.row, twin.place, twin.file_name) == (2, "Ward 1", "events.csv")
    gone = rows_of(prepared, sheets, Wanted(), [twin])
    left, _ = prepare(home, text, Wanted(left_out=gone), name="more.csv")
    assert left.mapped.rows_read == 3 and not preview_upload(home, left).twins
    assert any("Row 2 of more was left out" in one for one in left.manifest["decisions"])


def test_the_same_upload_sent_ten_times_at_once_is_one_batch(home):
    prepared: Prepared = prepare(home, EVENTS, Wanted(mapping=MAPPING, fixes=FIXES))[0]
    count = len(read_batches(home))
    with ThreadPoolExecutor(10) as crowd:
        results = list(crowd.map(lambda _: confirm_upload(home, prepared), range(10)))
    assert len(read_batches(home)) == count + 1
    assert sum(not result.already_loaded for result in results) == 1
    assert {result.batch_id for result in results} == {prepared.batch_id}


def test_a_file_that_is_loaded_is_not_loaded_again_in_another_way(home):
    confirm_upload(home, prepare(home, EVENTS, Wanted(mapping=MAPPING))[0])
    with pytest.raises(BadFile, match="Nothing was doubled"):
        confirm_upload(home, prepare(home, EVENTS, Wanted(mapping=MAPPING, fixes=FIXES))[0])


def test_a_matching_is_offered_for_the_same_columns_in_any_order_and_case(tmp_path):
    home = Home(tmp_path)
    headers = ["Event name", "Held on", "Ward", "Number attended", "People", "Contact e-mail"]
    assert find_mapping(home, headers) is None
    save_mapping(home, headers, MAPPING)
    found = find_mapping(home, [header.upper() for header in reversed(headers)])
    assert found.organisation == "Harbour Hub" and dict(found.columns)["EVENT NAME"] == "title"
    assert find_mapping(home, [*headers, "One more"]) is None


@pytest.mark.parametrize("name", ["../../etc/passwd", "Общество", "a" * 400, "CON:", "."])
def test_an_organisations_name_never_reaches_outside_its_folder(tmp_path, name):
    home = Home(tmp_path)
    save_mapping(home, ["A"], ColumnMapping((("A", "title"),), name))
    assert mappings_path(home, name).is_file()
    assert {path.parent for path in tmp_path.rglob("*.json")} == {tmp_path / "drafts" / "mappings"}
    assert find_mapping(home, ["a"]).organisation == name


def test_a_damaged_matching_only_costs_its_proposal(tmp_path):
    home = Home(tmp_path)
    save_mapping(home, ["A"], ColumnMapping((("A", "title"),), "Hub"))
    mappings_path(home, "Hub").write_text("[{")
    assert find_mapping(home, ["A"]) is None


def test_the_pages_words_hold_no_flags_of_the_command_line():
    said = say_without_flags(
        'Leave it out while loading (--drop "email"). Say which with --source. Say it with crs: EPSG:27700.'
    )
    assert "--" not in said and "EPSG:27700" in said


def test_a_map_file_is_read_from_memory(tmp_path):
    path: Path = write_places(tmp_path / "squares.geojson")
    (sheet,) = read_upload("squares.geojson", path.read_bytes(), ReadOptions())
    assert sheet.table.equals(read_sheets(path)[0].table)


def test_an_upload_into_an_empty_home_waits_for_its_places(tmp_path):
    home = Home(tmp_path / "home")
    path = write_rows(tmp_path / "a.csv", [["2025-03-01", "E05999901", "Paths"]])
    prepared, _ = prepare(home, path.read_bytes(), name="a.csv")
    assert preview_upload(home, prepared).result.places["outside"] == 1
    confirm_upload(home, prepared)
    add_places(home, write_places(tmp_path / "w.geojson"), "ward")
    states = open_current(home).cursor().execute("select state from location_state").fetchall()
    assert states == [("located",)]
