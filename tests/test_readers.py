"""Any file becomes sheets of text, or a sentence that says what is wrong with it; no row and no cell goes missing."""

from __future__ import annotations

import csv
import io
import os
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from etl.readers import read_sheets
from soundings.model import BadFile
from tests.messy import Kept, Refused, books, maps, texts

REAL = Path(os.environ.get("SOUNDINGS_REAL_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
ALL_KEPT = [*texts.KEPT, *books.KEPT, *maps.KEPT]
ALL_REFUSED = [*texts.REFUSED, *books.REFUSED, *maps.REFUSED]


@pytest.mark.parametrize("case", ALL_KEPT, ids=lambda case: case.what)
def test_a_messy_file_is_read_whole(case: Kept, tmp_path):
    sheets = read_sheets(case.make(tmp_path), **case.options)
    sheet = next((one for one in sheets if one.name == case.sheet), None) if case.sheet else sheets[0]
    assert sheet.table.column_names == case.columns
    rows = [list(row.values()) for row in sheet.table.to_pylist()]
    assert dict(zip(sheet.row_numbers.to_pylist(), rows, strict=True)) == case.rows
    assert {key: sheet.detected.get(key) for key in case.detected} == case.detected
    assert case.note in sheet.detected.get("notes", "")
    assert {str(field.type) for field in sheet.table.schema} <= {"string"} and str(sheet.row_numbers.type) == "int32"
    assert all(isinstance(value, str) for value in sheet.detected.values())


@pytest.mark.parametrize("case", ALL_REFUSED, ids=lambda case: case.what)
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(case: Refused, tmp_path):
    with pytest.raises(BadFile) as refusal:
        read_sheets(case.make(tmp_path), **case.options)
    said = str(refusal.value)
    assert all(words in said for words in case.words), said
    assert said.endswith(".") and str(tmp_path) not in said.replace(f"There is no file {tmp_path}", "")


def test_a_plain_file_has_no_notes(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(texts.PLAIN)
    assert "notes" not in read_sheets(path)[0].detected


def test_a_byte_past_the_sample_that_is_not_utf8_changes_the_encoding(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(texts.LONG_ASCII.encode() + "Lairs,caf\u00e9\n".encode("cp1252"))
    sheet = read_sheets(path)[0]
    assert sheet.detected["encoding"] == "cp1252"
    assert sheet.table["note"][-1].as_py() == "caf\u00e9" and sheet.row_numbers[-1].as_py() == 30_002


def test_one_ragged_row_far_down_keeps_its_cells(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(texts.LONG_ASCII + "Lairs,x,spare\n" + "Harbour,plain\n" * 10)
    sheet = read_sheets(path)[0]
    assert sheet.table.num_rows == 30_011
    at = sheet.row_numbers.to_pylist().index(30_002)
    assert sheet.table["column 3"][at].as_py() == "spare" and sheet.table["column 3"].null_count == 30_010


def test_every_sheet_of_a_workbook_is_read(tmp_path):
    make = books.workbook(("activities", [["a"], [1]]), ("counts", [["b"], [2]]))
    assert [sheet.name for sheet in read_sheets(make(tmp_path))] == ["activities", "counts"]


def test_a_point_inside_stands_for_a_crescent(tmp_path):
    ring = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 3], [3, 3], [3, 1], [0, 1], [0, 0]]
    make = maps.geojson(({"type": "Polygon", "coordinates": [ring]}, {"ward": "Bay"}))
    sheet = read_sheets(make(tmp_path))[0]
    lon, lat = float(sheet.table["lon"][0].as_py()), float(sheet.table["lat"][0].as_py())
    assert 0 <= lon <= 4 and 0 <= lat <= 4 and not (lon < 3 and 1 < lat < 3)


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0\x1f", exclude_categories=("Cs", "Cc")), max_size=12)
PLAIN_CELL = st.text(st.sampled_from("abcXYZ 019-,;|\t'\"\n\u00e9\u00a3\u2019"), max_size=12)
TABLES = st.integers(2, 5).flatmap(
    lambda width: st.lists(st.lists(PLAIN_CELL, min_size=width, max_size=width), min_size=1, max_size=12)
)


def write_text(rows: list[list[str]], delimiter: str, line_end: str, quoting: int) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=line_end, quoting=quoting).writerows(rows)
    return out.getvalue()


def read_text(data: bytes, **options):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.csv"
        path.write_bytes(data)
        return read_sheets(path, **options)[0]


def is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def as_kept(rows: list[list[str]]) -> dict[int, list[str | None]]:
    """What a reader must give, the boring way: row number → cells, blank rows left out, blank cells None."""
    cells = {at: [cell if cell.strip() else None for cell in row] for at, row in enumerate(rows, start=2)}
    return {at: row for at, row in cells.items() if any(row)}


@settings(max_examples=200, deadline=None)
@given(
    TABLES,
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
)
def test_what_the_csv_module_writes_is_read_back_equal(rows, delimiter, line_end, quoting, encoding):
    width = len(rows[0])
    rows = [[*(f"value {at}" for at in range(width))], *rows]
    header = [f"name {at}" for at in range(width)]
    data = write_text([header, *rows], delimiter, line_end, quoting).encode(encoding)
    assume(encoding != "cp1252" or data.isascii() or not is_utf8(data))  # bytes that are both are UTF-8
    sheet = read_text(data, delimiter=delimiter, header_row=1)
    assert sheet.table.column_names == header
    read = dict(zip(sheet.row_numbers.to_pylist(), ([*row.values()] for row in sheet.table.to_pylist()), strict=True))
    assert read == as_kept(rows)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(CELL, min_size=1, max_size=6), min_size=1, max_size=10), st.sampled_from(",;\t|"))
def test_no_row_and_no_cell_of_a_ragged_file_is_lost(rows, delimiter):
    rows = [["value", "other"], *rows]
    sheet = read_text(
        write_text([["a", "b", "c"], *rows], delimiter, "\n", csv.QUOTE_ALL).encode(), delimiter=delimiter, header_row=1
    )
    read = [[cell for cell in row.values() if cell is not None] for row in sheet.table.to_pylist()]
    assert read == [kept for row in rows if (kept := [cell for cell in row if cell.strip()])]


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.integers(2, 6), st.sampled_from([",", ";", "\t", "|"]), st.randoms(use_true_random=False))
def test_the_delimiter_is_found(height, width, delimiter, random):
    words = ["Harbour", "12", "2025-05-03", "less traffic, please", "3.5", "E05011400", "open; closed"]
    rows = [[random.choice(words) for _ in range(width)] for _ in range(height)]
    header = [f"column_{at}" for at in range(width)]
    sheet = read_text(write_text([header, *rows], delimiter, "\n", csv.QUOTE_MINIMAL).encode())
    assert sheet.table.column_names == header and [[*row.values()] for row in sheet.table.to_pylist()] == rows


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_never_a_crash(data):
    for name in ("made.csv", "made.xlsx", "made.geojson", "made.json", "made.pb"):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.write_bytes(data)
            try:
                sheets = read_sheets(path)
            except BadFile:
                continue
            assert sheets and any(sheet.table.num_rows for sheet in sheets)


@pytest.mark.parametrize("make", ['"a{}b\nc",ward\n1,2\n', "META{}x,ward\n1,2\n"], ids=["heading", "first line"])
@pytest.mark.parametrize("space", [" ", "\n"], ids=["spaces", "lines"])
def test_a_long_run_of_white_space_is_read_with_work_that_grows_with_its_length_alone(tmp_path, make, space):
    def took(length: int) -> float:
        """Seconds of this process's own work, which other processes do not lengthen."""
        path = tmp_path / f"{length}.csv"
        path.write_text(make.format(space * length), encoding="utf-8")
        times = []
        for _ in range(3):
            start = time.process_time()
            read_sheets(path)
            times.append(time.process_time() - start)
        return min(times)

    assert took(16_000) < 0.2 + 24 * took(2_000)


@pytest.mark.real_data
@pytest.mark.skipif(not REAL.exists(), reason="the folder of real data (SOUNDINGS_REAL_DATA) is not here")
@pytest.mark.parametrize(
    "name", ["leeds-2023/events_master.csv", "leeds-2023/schools_events.csv", "places/lookups/2019_population.csv"]
)
def test_a_real_file_has_the_rows_and_cells_that_the_csv_module_finds(name):
    sheet = read_sheets(REAL / name)[0]
    with (REAL / name).open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    assert sheet.table.column_names == [cell.strip() for cell in header]
    assert dict(
        zip(sheet.row_numbers.to_pylist(), ([*row.values()] for row in sheet.table.to_pylist()), strict=True)
    ) == as_kept(rows)
