"""Rejected rows are written as a CSV that can be put right and loaded again, and that no spreadsheet runs."""

from __future__ import annotations

import csv

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.readers import read_sheets
from etl.rejects import HEADER, NOT_READ, take_notes_off, write_rejected_rows
from etl.rejects import SHEET as SHEET_NAME
from etl.types import Sheet

SHEET = Sheet(
    "counts",
    pa.table({"ward": ["Harbour", None, "Lairs"], "people": ["=1+1", "-5", "a \"b\",\nc"]}),
    pa.array([2, 5, 6], pa.int32()),
)  # fmt: skip


def reject(*rows: tuple) -> pa.Table:
    """A rejection table of (file, row, column, value, reason, is_row_rejected)."""
    names = ("file", "row_number", "column_name", "value", "reason", "is_row_rejected")
    types = (pa.string(), pa.int64(), pa.string(), pa.string(), pa.string(), pa.bool_())
    return pa.table(
        {
            name: pa.array([row[at] for row in rows], kind)
            for at, (name, kind) in enumerate(zip(names, types, strict=True))
        }
    )


def read_back(path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_each_rejection_stands_with_its_whole_row(tmp_path):
    path = tmp_path / "out.csv"
    rejections = reject(
        ("a.csv", 6, "people", "a", "Not a number.", True), ("a.csv", 5, "ward", None, "No ward.", False)
    )
    assert write_rejected_rows(path, rejections, [SHEET]) == 2
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert read_back(path) == [
        ["ward", "people", *HEADER],
        ["Lairs", 'a "b",\nc', "6", "people", "a", "Not a number.", "no"],
        ["", "-5", "5", "ward", "", "No ward.", "yes"],
    ]


def test_a_row_with_two_wrong_cells_stands_once(tmp_path):
    path = tmp_path / "out.csv"
    rejections = reject(
        ("a.csv", 6, "people", "a", "Not a number.", False), ("a.csv", 6, "ward", "Lairs", "No ward.", True)
    )
    assert write_rejected_rows(path, rejections, [SHEET]) == 2
    assert read_back(path)[1:] == [
        ["Lairs", 'a "b",\nc', "6", "people | ward", "a | Lairs", "Not a number. | No ward.", "no"]
    ]


def test_rows_of_several_sheets_are_told_apart(tmp_path):
    other = Sheet("stages", pa.table({"stage": ["frame"], "ward": ["Bay"]}), pa.array([2], pa.int32()))
    rejections = reject(
        ("book.xlsx: stages", 2, "stage", "x", "r", True), ("book.xlsx: counts", 2, "ward", "y", "r", True), ("book.xlsx", 2, "", None, "r", True)
    )  # fmt: skip
    assert write_rejected_rows(tmp_path / "out.csv", rejections, [SHEET, other]) == 3
    header, *rows = read_back(tmp_path / "out.csv")
    assert (header[:3], header[-1]) == (["ward", "people", "stage"], SHEET_NAME)
    assert [[row[-1], *row[:3]] for row in rows] == [
        ["stages", "Bay", "", "frame"],
        ["counts", "Harbour", "'=1+1", ""],
        ["", "", "", ""],
    ]


@pytest.mark.parametrize(
    "cell", ["=1+1", "+cmd", "-cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", " =1", "\r=1", "+44 7700", "-", "--5", "=5"]
)
def test_a_formula_becomes_text(cell, tmp_path):
    write_rejected_rows(tmp_path / "out.csv", reject(("a.csv", 2, cell, cell, cell, True)), [SHEET])
    assert read_back(tmp_path / "out.csv")[1][3:6] == [f"'{cell}"] * 3


@pytest.mark.parametrize(
    "cell", ["-5", "+5", "-1,234.5", "-1.5459939", "-1e5", "-.5", "-12%", "5", "a=b", "E05011400", "'quoted"]
)
def test_plain_numbers_and_words_stay_as_they_are(cell, tmp_path):
    write_rejected_rows(tmp_path / "out.csv", reject(("a.csv", 2, "x", cell, "r", True)), [SHEET])
    assert read_back(tmp_path / "out.csv")[1][4] == cell


def test_a_heading_that_is_a_formula_becomes_text(tmp_path):
    sheet = Sheet("a", pa.table({"=HYPERLINK()": ["x"]}), pa.array([2], pa.int32()))
    write_rejected_rows(tmp_path / "out.csv", reject(("a.csv", 2, "x", "x", "r", True)), [sheet])
    assert read_back(tmp_path / "out.csv")[0][0] == "'=HYPERLINK()"


def test_no_rejections_make_a_file_with_a_header_only(tmp_path):
    assert write_rejected_rows(tmp_path / "out.csv", reject(), [SHEET]) == 0
    assert read_back(tmp_path / "out.csv") == [["ward", "people", *HEADER]]


def test_the_file_can_be_read_again(tmp_path):
    write_rejected_rows(tmp_path / "out.csv", reject(("a.csv", 6, "people", "a", "r", True)), [SHEET])
    sheet = read_sheets(tmp_path / "out.csv")[0]
    assert sheet.table["people"].to_pylist() == ['a "b",\nc'] and sheet.detected["encoding"] == "utf-8-sig"


@pytest.mark.parametrize("cell", ["=1+1", "'=1+1", "@home", "'quoted", "-5", "'-5", " =1", "plain"])
def test_a_cell_of_the_file_is_read_again_as_it_was(cell, tmp_path):
    sheet = Sheet("a", pa.table({"ward": [cell], "=x": ["y"]}), pa.array([2], pa.int32()))
    write_rejected_rows(tmp_path / "out.csv", reject(("a.csv", 2, "ward", cell, "r", True)), [sheet])
    (read,) = (take_notes_off(one) for one in read_sheets(tmp_path / "out.csv"))
    assert read.table.to_pylist() == [{"ward": cell, "=x": "y"}] and NOT_READ in read.detected["notes"]


def test_a_sheet_that_is_not_ours_is_left_as_it_is():
    assert take_notes_off(SHEET) is SHEET


@given(
    st.lists(
        st.text(
            st.characters(codec="utf-8", exclude_characters="\0\r", exclude_categories=("Cs",)), min_size=1, max_size=12
        ),
        min_size=1,
    )
)
def test_every_cell_comes_back_with_at_most_an_apostrophe(tmp_path_factory, cells):
    path = tmp_path_factory.mktemp("rejects") / "out.csv"
    write_rejected_rows(path, reject(*(("a.csv", at, "x", cell, "r", True) for at, cell in enumerate(cells))), [SHEET])
    assert [
        row[4].removeprefix("'") if row[4] != cell else row[4]
        for row, cell in zip(read_back(path)[1:], cells, strict=True)
    ] == cells
