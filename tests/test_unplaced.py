"""Every record that was taken in is in the account of where records stand: those that say no place at all, too."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import openpyxl
import pytest

from etl.cli import main
from etl.loading import ReadOptions, load_file
from etl.status import status
from etl.uploads.mapping import ColumnMapping
from etl.uploads.preview import preview_upload
from etl.uploads.troubles import list_unplaced
from etl.uploads.uploading import Wanted, confirm_upload, prepare_upload, read_upload
from soundings.generations import open_current
from soundings.home import Home
from soundings.sources import PlaceReason, read_batches, read_place_reasons
from tests.homes import make_wards_home
from tests.pages import open_room, words_of

NO_PLACE = PlaceReason("unlocated", "No place was given.", 3)
POINTS = (
    "What,When,Lon,Lat\nNet mending,2025-05-14,0.25,50.5\nTide walk,2025-05-21,,\nChoir,2025-06-18,,\nGo,2025-06-19,,\n"
)
CODES = "What;When;Ward code\nNet mending;2025-05-14;E05000001\nTide walk;2025-05-21;\nChoir;;\nGo;;\n"


@pytest.fixture
def home(tmp_path) -> Home:
    return make_wards_home(tmp_path, has_records=False)


def as_workbook(text: str) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for line in text.splitlines():
        book.active.append([cell or None for cell in line.split(",")])
    book.save(out)
    return out.getvalue()


CASES = {
    "points.csv": (POINTS.encode(), (("What", "title"), ("When", "start_date"), ("Lon", "lon"), ("Lat", "lat"))),
    "points.xlsx": (as_workbook(POINTS), (("What", "title"), ("When", "start_date"), ("Lon", "lon"), ("Lat", "lat"))),
    "codes.csv": (CODES.encode(), (("What", "title"), ("When", "start_date"), ("Ward code", "place_code"))),
}


@pytest.mark.parametrize("name", CASES)
def test_rows_without_any_place_are_counted_and_the_reason_is_given(name, home, monkeypatch):
    content, columns = CASES[name]
    sheets = read_upload(name, content, ReadOptions())
    wanted = Wanted(mapping=ColumnMapping(columns, "Harbour Hub"))
    prepared = prepare_upload(home, name, hashlib.sha256(content).hexdigest(), sheets, wanted)
    before = preview_upload(home, prepared).result
    receipt = confirm_upload(home, prepared)
    for told in (before, receipt):
        assert sum(told.places.values()) == 4 and told.places["unlocated"] == 3
        assert NO_PLACE in told.place_reasons
    assert status(home)["records"]["unlocated"] == 3
    stored = open_current(home).cursor()
    (line,) = (one for one in read_batches(stored) if one.kind == "records")
    assert (line.located + line.outside, line.unlocated) == (1, 3)
    assert NO_PLACE in read_place_reasons(stored, line.batch_id)
    page = open_room(monkeypatch, home, "sources", {})
    said = words_of(page)
    assert "**3** accepted records have no place recorded" in said and "3 no place recorded" in said


def test_the_template_says_on_the_command_line_how_many_have_no_place(home, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("SOUNDINGS_HOME", str(home.root))
    path = tmp_path / "activities.csv"
    path.write_text(
        "activity_id,title,place_code,place_role\na,Tide walk,,\nb,Choir,,\nc,Nets,E05000001,venue\nd,Go,,\n"
    )
    assert main(["load", str(path)]) == 0
    said = capsys.readouterr().out
    assert "3 unlocated" in said and "unlocated: 3 × No place was given." in said
    assert "It adds 4 activities." in said


def test_an_activity_whose_figures_or_meetings_say_where_is_no_record_without_a_place(home, tmp_path):
    folder = tmp_path / "template"
    folder.mkdir()
    (folder / "activities.csv").write_text("activity_id,title\na,Tide walk\nb,Choir\nc,Decoy\n")
    (folder / "counts.csv").write_text("activity_id,measure,value,place_code,place_role\na,people,12,E05000001,venue\n")
    (folder / "sessions.csv").write_text(
        "session_id,activity_id,date,attendance_count,place_code\n1,b,2025-05-01,7,E05000001\n2,b,2025-06-01,,E05000001\n"
    )
    told = load_file(home, folder)
    assert (told.places["located"] + told.places["outside"], told.places["unlocated"]) == (3, 1)
    assert told.added == (
        "3 activities",
        "2 meetings",
        "7 attendances at the 1 that says how many came",
        "12 people",
    )


def test_the_sums_of_a_file_are_in_its_receipt(home, tmp_path):
    path = Path(tmp_path / "sessions.csv")
    rows = [(day, 11 + day) for day in range(1, 29)]
    lines = [f"{day},group,2025-02-{day:02d},{came},E05000001" for day, came in rows]
    path.write_text("\n".join(["session_id,activity_id,date,attendance_count,place_code", *lines]) + "\n")
    told = load_file(home, path)
    assert told.added == ("28 meetings", f"{sum(came for _, came in rows)} attendances at these meetings")


def test_a_row_that_stands_by_its_point_is_not_listed_for_words_that_another_row_shares(home):
    text = "What,When,Where,Lon,Lat\nTea,2025-05-14,Hall 9,-1.85,53.05\nWalk,2025-05-21,Hall 9,,\nChoir,2025-06-18,Ward 1,,\n"
    columns = (("What", "title"), ("When", "start_date"), ("Where", "place_name"), ("Lon", "lon"), ("Lat", "lat"))
    for name, content in {"w.csv": text.encode(), "w.xlsx": as_workbook(text)}.items():
        sheets = read_upload(name, content, ReadOptions())
        wanted = Wanted(mapping=ColumnMapping(columns, "Harbour Hub"))
        prepared = prepare_upload(home, name, hashlib.sha256(content).hexdigest(), sheets, wanted)
        preview = preview_upload(home, prepared)
        lost = list_unplaced(prepared, sheets, wanted, preview.unplaced, preview.lost_rows)
        assert [(one.row, [column for column, _ in one.wrong]) for one in lost] == [(3, ["Where"])]
