"""A file with several sheets of one kind: each row counts once, stands where its own sheet says, and can be found again."""

from __future__ import annotations

import hashlib
import io
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from etl.approval.foreseeing import foresee
from etl.approval.waiting import approve, need_sent
from etl.loading import ReadOptions, load_file
from etl.undoing import rebuild
from etl.uploads.mapping import ACTIVITY, MEETING, ColumnMapping
from etl.uploads.preview import preview_upload
from etl.uploads.troubles import rows_of
from etl.uploads.uploading import Wanted, confirm_upload, prepare_upload, read_upload
from soundings.activity.rows import read_counts, read_head, read_meetings
from soundings.generations import open_current
from soundings.home import Home
from soundings.model import BrokenStore
from soundings.queries import read_table
from soundings.store import publish
from soundings.tracing import read_traces, say_origin, say_sheets
from tests.forms import ask
from tests.homes import make_wards_home
from tests.making import ward_code, write_rows

TODAY = date(2026, 11, 23)
Sheets = dict[str, list[list]]


def write_book(path: Path, sheets: Sheets) -> Path:
    """A workbook; the first row of each sheet is its header."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made = io.BytesIO()
    book.save(made)
    path.write_bytes(made.getvalue())
    return path


def make_both(home_path: Path) -> Path:
    """One row of every kind for each of two activities, in sheets of their own and in the same line; the kinds have the usual
    columns."""
    head = ["activity_id", "title", "start_date", "place_code", "place_role"]
    sheets: Sheets = {}
    for year, key, ward, people, came, changed in (("2023", "k1", 1, 100, 10, "yes"), ("2024", "k2", 2, 7, 20, "no")):
        sheets |= {
            f"activities {year}": [head, [key, f"Group {key}", "2025-01-01", ward_code(ward), "venue"]],
            f"counts {year}": [["activity_id", "measure", "value"], [key, "people", people]],
            f"sessions {year}": [
                ["activity_id", "session_id", "date", "minutes", "attendance_count"],
                [key, f"s{key}", f"2025-01-0{ward}", 60, came],
            ],
            f"outcomes {year}": [["activity_id", "what_changed"], [key, f"A crossing of {key}"]],
            f"facts {year}": [["activity_id", "fact", "answer"], [key, "joint_decision", changed]],
            f"stages {year}": [
                ["activity_id", "stage", "sharing"],
                [key, "design", "with" if changed == "yes" else "to"],
            ],
        }
    return write_book(home_path / "years.xlsx", sheets)


def read_figures(home: Home, measure: str) -> tuple[dict[str, float], float | None]:
    """(ward → figure of those that have one, the total)."""
    table = read_table(open_current(home).cursor(), measure=measure, kind="ward", today=TODAY)
    return {row.place_name: row.value for row in table.rows if row.value is not None}, table.total


def read_origins(home: Home, measure: str, ward: int, role: str = "venue") -> list[str]:
    told = {"measure": measure, "role": role, "kind": "ward", "place_code": ward_code(ward), "today": TODAY}
    return [say_origin(trace, measure) for trace in read_traces(open_current(home).cursor(), **told)]


@pytest.fixture
def home(tmp_path) -> Home:
    return make_wards_home(tmp_path, has_records=False)


@pytest.mark.parametrize(
    ("measure", "first", "second", "total"),
    [
        ("people", 100, 7, 107),
        ("group_sessions", 1, 1, 2),
        ("contact_hours", 10, 20, 30),
        ("group_size", 10, 20, 15),
        ("changes_made", 1, 1, 2),
        ("joint_decisions", 1, 0, 1),
        ("stages_shared", 1, 0, 1),
    ],
)
def test_each_row_of_two_sheets_counts_once_in_its_own_ward(home, tmp_path, measure, first, second, total):
    result = load_file(home, make_both(tmp_path), None)
    assert (result.rows_read, result.rows_accepted) == (12, 12)
    assert read_figures(home, measure) == ({"Ward 1": first, "Ward 2": second}, total)
    assert rebuild(home).agrees


def test_a_figure_names_the_sheet_of_its_rows(home, tmp_path):
    load_file(home, make_both(tmp_path), None)
    assert read_origins(home, "people", 1) == ["counts 2023, row 2"]
    assert read_origins(home, "people", 2) == ["counts 2024, row 2"]


@pytest.mark.parametrize("year", ["2023", "2024"])
def test_an_activity_names_the_sheet_of_its_own_row_its_figures_and_its_meetings(home, tmp_path, year):
    load_file(home, make_both(tmp_path), None)
    cursor = open_current(home).cursor()
    found = cursor.execute("select activity_id from activity_now where sheet = $1", [f"activities {year}"]).fetchall()
    ((activity_id,),) = found
    head = read_head(cursor, activity_id, TODAY)
    (count,), (meeting,) = read_counts(cursor, activity_id), read_meetings(cursor, activity_id)
    assert (head.sheet, head.row_number) == (f"activities {year}", 2)
    assert (count.sheets, count.rows) == ([f"counts {year}"], [2])
    assert (meeting.sheet, meeting.row_number) == (f"sessions {year}", 2)
    assert say_sheets(count.source_id, count.measure.id, count.rows, count.sheets) == f"counts {year}, row 2"
    assert read_origins(home, "group_sessions", 2) == ["sessions 2024, row 2"]
    assert read_origins(home, "changes_made", 1) == ["outcomes 2023, row 2"]
    assert read_origins(home, "joint_decisions", 2) == ["facts 2024, row 2"]
    assert read_origins(home, "stages_shared", 1) == ["stages 2023, row 2"]


def test_ids_of_a_file_with_one_sheet_of_each_kind_name_no_sheet(home, tmp_path):
    path = write_book(
        tmp_path / "one.xlsx",
        {
            "activities": [["activity_id", "title"], ["k1", "Group"]],
            "counts": [["activity_id", "measure", "value"], ["k1", "people", 5]],
            "sessions": [["activity_id", "session_id", "date"], ["k1", "s1", "2025-01-01"]],
        },
    )
    batch = load_file(home, path, None).batch_id
    assert ask(home, "select count_id, source_sheets from activity_count") == [(f"{batch}-2-people", None)]
    assert ask(home, "select session_id, sheet, session_key from session") == [(f"{batch}-session-2", None, "s1")]


def test_an_id_used_again_in_the_same_line_of_another_sheet_is_refused(home, tmp_path):
    head, meetings = ["activity_id", "title"], ["activity_id", "session_id", "date"]
    path = write_book(
        tmp_path / "again.xlsx",
        {
            "activities 2023": [head, ["k1", "Walk"]],
            "activities 2024": [head, ["k1", "Talk"]],
            "sessions 2023": [meetings, ["k1", "s1", "2023-05-01"]],
            "sessions 2024": [meetings, ["k1", "s1", "2024-05-01"]],
        },
    )
    result = load_file(home, path, None)
    assert (result.rows_accepted, result.rows_rejected) == (2, 2)
    assert ask(home, "select title from activity") == [("Walk",)]
    assert sorted(ask(home, "select file, row_number, reason from rejection")) == [
        (
            f"again.xlsx: {kind} 2024",
            2,
            f"“{key}” was already used in row 2 of “{kind} 2023”. Give each its own.",
        )
        for kind, key in (("activities", "k1"), ("sessions", "s1"))
    ]


def test_of_answers_in_two_sheets_that_of_the_last_sheet_speaks(home, tmp_path):
    answers, shared = ["activity_id", "fact", "answer"], ["activity_id", "stage", "sharing"]
    path = write_book(
        tmp_path / "answers.xlsx",
        {
            "activities": [["activity_id", "title"], ["k1", "Walk"]],
            "facts 2024": [answers, ["k1", "joint_decision", "yes"]],
            "facts 2023": [answers, ["k2", "joint_decision", "no"], ["k1", "joint_decision", "no"]],
            "stages 2024": [shared, ["k1", "design", "with"]],
            "stages 2023": [shared, ["k2", "design", "to"], ["k1", "design", "to"]],
        },
    )
    key = load_file(home, path, None) and ask(home, "select activity_id from activity")[0][0]
    assert ask(home, "select answer from fact_now where activity_id = $1", key) == [("yes",)]
    assert ask(home, "select sharing from stage_now where activity_id = $1", key) == [("with",)]


MONTHS = {
    "January": [["What", "When", "Ward", "People"], ["Walk", "2025-01-10", ward_code(1), "100"]],
    "February": [["What", "When", "Ward", "People"], ["Talk", "2025-02-10", ward_code(2), "7"]],
}
COLUMNS = (("What", "title"), ("When", "start_date"), ("Ward", "place_code"), ("People", "people"))


@pytest.mark.parametrize("each_row", [ACTIVITY, MEETING])
def test_a_sheet_for_each_month_counts_once_in_its_own_ward(home, tmp_path, each_row):
    content = write_book(tmp_path / "year.xlsx", MONTHS).read_bytes()
    sheets = read_upload("year.xlsx", content, ReadOptions())
    wanted = Wanted(mapping=ColumnMapping(COLUMNS, "Org", each_row, "venue"))
    result = confirm_upload(
        home, prepare_upload(home, "year.xlsx", hashlib.sha256(content).hexdigest(), sheets, wanted)
    )
    assert result.rows_rejected == 0
    assert read_figures(home, "people") == ({"Ward 1": 100, "Ward 2": 7}, 107)
    assert read_origins(home, "people", 1) == ["people of January, row 2"]
    assert read_origins(home, "people", 2) == ["people of February, row 2"]
    if each_row == MEETING:
        assert read_figures(home, "group_sessions") == ({"Ward 1": 1, "Ward 2": 1}, 2)
    assert rebuild(home).agrees


def test_a_figure_of_rows_in_several_sheets_names_each(home, tmp_path):
    head = ["date", "ward_code", "activity"]
    row, other = ["2025-03-01", ward_code(1), "Parks"], ["2025-03-01", ward_code(2), "Parks"]
    path = write_book(tmp_path / "answers.xlsx", {"June": [head, row, other], "May": [head, other, row, row]})
    load_file(home, path, "contributions")
    assert read_figures(home, "responses") == ({"Ward 1": 3, "Ward 2": 2}, 5)
    assert read_origins(home, "responses", 1, "home") == ["June, row 2; May, rows 3–4"]
    assert read_origins(home, "responses", 2, "home") == ["June, row 3; May, row 2"]


@pytest.mark.parametrize(("table", "name"), [("activity_count", "count_id"), ("session", "session_id")])
def test_an_id_that_stands_twice_is_never_published(home, tmp_path, table, name):
    batch = load_file(home, make_both(tmp_path), None).batch_id
    before = read_figures(home, "people")

    def repeat(connection):
        connection.execute(f"insert into {table} select * from {table} where batch_id = $1 limit 1", [batch])  # noqa: S608
        return [batch]

    with pytest.raises(BrokenStore, match=f"{name} .* more than once"):
        publish(home, repeat)
    assert read_figures(home, "people") == before


@pytest.mark.parametrize(("title", "ward", "day"), [("Walk", 1, "2025-01-10"), ("Talk", 2, "2025-02-10")])
def test_what_is_here_already_is_left_out_of_its_own_sheet(home, tmp_path, title, ward, day):
    """Both stand in the same line; what a steward, or the sender, leaves out is the one that is here."""
    here = [["h1", title, day, ward_code(ward), "venue"]]
    head = ["activity_id", "title", "start_date", "place_code", "place_role"]
    load_file(home, write_rows(tmp_path / "here.csv", here, head), "native")
    content = write_book(tmp_path / "year.xlsx", MONTHS).read_bytes()
    sheets = read_upload("year.xlsx", content, ReadOptions())
    wanted = Wanted(mapping=ColumnMapping(COLUMNS, "Org", ACTIVITY, "venue"), invited="Org")
    prepared = prepare_upload(home, "year.xlsx", hashlib.sha256(content).hexdigest(), sheets, wanted, who="Org")
    twins = preview_upload(home, prepared).twins
    assert rows_of(prepared, sheets, wanted, twins) == (("January" if title == "Walk" else "February", 2),)
    sent = confirm_upload(home, prepared, "a-made-up-id")
    (twin,) = foresee(home, need_sent(home, sent.batch_id), TODAY).preview.twins
    assert (twin.title, twin.row) == (title, 2)
    approve(home, sent.batch_id, left_out=(twin.own_id,))
    assert ask(home, "select title from activity order by title") == [("Talk",), ("Walk",)]
    left = {"Walk": ({"Ward 2": 7}, 7), "Talk": ({"Ward 1": 100}, 100)}
    assert read_figures(home, "people") == left[title]
    assert rebuild(home).agrees


def test_a_grant_that_is_here_already_is_left_out_of_its_own_sheet(home, tmp_path):
    """A source whose rows are activities, named by sheet and row alone."""
    head = [
        "Identifier",
        "Title",
        "Amount Awarded",
        "Award Date",
        "Funding Org:Name",
        "Beneficiary Location:Geographic Code",
    ]
    rows = {"2023": ["360G-x-1", "Garden", "10", "2025-01-10", "A fund", ward_code(1)]}
    rows["2024"] = ["360G-x-2", "Bench", "20", "2025-02-10", "A fund", ward_code(2)]
    here = [["h1", "Bench", "2025-02-10", ward_code(2), "area"]]
    load_file(
        home,
        write_rows(tmp_path / "here.csv", here, ["activity_id", "title", "start_date", "place_code", "place_role"]),
        "native",
    )
    path = write_book(tmp_path / "grants.xlsx", {name: [head, row] for name, row in rows.items()})
    sheets = read_upload("grants.xlsx", path.read_bytes(), ReadOptions())
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    prepared = prepare_upload(home, "grants.xlsx", sha256, sheets, Wanted(invited="Org"), who="Org")
    twins = preview_upload(home, prepared).twins
    assert rows_of(prepared, sheets, Wanted(), twins) == (("2024", 2),)
    sent = confirm_upload(home, prepared, "a-made-up-id")
    (twin,) = foresee(home, need_sent(home, sent.batch_id), TODAY).preview.twins
    approve(home, sent.batch_id, left_out=(twin.own_id,))
    assert ask(home, "select title from activity order by title") == [("Bench",), ("Garden",)]
    assert rebuild(home).agrees


def test_all_meetings_of_a_group_that_is_here_are_left_out_and_no_other(home, tmp_path):
    here = [["h1", "Walk", "2025-01-10", ward_code(1), "venue"]]
    head = ["activity_id", "title", "start_date", "place_code", "place_role"]
    load_file(home, write_rows(tmp_path / "here.csv", here, head), "native")
    columns = ["What", "When", "Ward"]
    walks = [
        ["Walk", "2025-01-10", ward_code(1)],
        ["Talk", "2025-01-11", ward_code(2)],
        ["Walk", "2025-01-17", ward_code(1)],
    ]
    talks = [["Talk", "2025-02-10", ward_code(2)], ["Walk", "2025-02-11", ward_code(1)]]
    path = write_book(tmp_path / "year.xlsx", {"January": [columns, *walks], "February": [columns, *talks]})
    sheets = read_upload("year.xlsx", path.read_bytes(), ReadOptions())
    wanted = Wanted(mapping=ColumnMapping(COLUMNS[:3], "Org", MEETING, "venue"))
    prepared = prepare_upload(home, "year.xlsx", hashlib.sha256(path.read_bytes()).hexdigest(), sheets, wanted)
    twins = preview_upload(home, prepared).twins
    assert rows_of(prepared, sheets, wanted, twins) == (("January", 2), ("January", 4), ("February", 3))
