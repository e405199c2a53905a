"""Every made file of the corpus, as the page Upload takes it: a preview that accounts for every row, or a sentence to act on."""

from __future__ import annotations

import re
import tempfile
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from etl.loading import ReadOptions, map_rows
from etl.readers import read_bytes
from etl.specs import find_sheets, read_specs
from etl.types import Sheet
from etl.uploads.guessing import propose_columns
from etl.uploads.mapping import ACTIVITY, ColumnMapping
from etl.uploads.preview import preview_upload
from etl.uploads.sheets import apply_mapping
from etl.uploads.troubles import list_troubles
from etl.uploads.uploading import (
    Prepared,
    Wanted,
    leave_out,
    list_fitting,
    list_refused,
    prepare_upload,
    read_upload,
    say_without_flags,
)
from soundings.home import Home
from soundings.model import BadFile
from tests.account import check_account
from tests.homes import make_wards_home
from tests.messy import Kept, Refused, books, maps, texts

pytestmark = pytest.mark.apart

KEPT = [*texts.KEPT, *books.KEPT, *maps.KEPT]
REFUSED = [*texts.REFUSED, *books.REFUSED, *maps.REFUSED]
IN_A_PROCESS = {  # these also go through the process that the page starts
    "plain CSV",
    "XLS",
    "a GeoPackage layer in metres",
    "a zip of CSV files",
    "an XLS that asks for all memory",
    "GeoJSON in metres",
    "a zip with a password",
}
OF_THE_MACHINE = re.compile(
    r"/tmp|/dev/|/home/|site-packages|Traceback|<class|0x[0-9a-f]{6}|\b[A-Z]\w+(?:Error|Exception)\b|\bNoneType\b"
    r"|\b(?:pyarrow|pandas|numpy|duckdb|pyogrio|shapely|zipfile)\b"
)
FLAG = re.compile(r"(?<!\w)--\w|\(soundings ")
NO_DIGEST = "0" * 64


@pytest.fixture(scope="module")
def wards(tmp_path_factory) -> Home:
    """Three wards, for reading only."""
    return make_wards_home(tmp_path_factory.mktemp("wards"), has_records=False)


def upload_of(path: Path, folder: Path) -> tuple[str, bytes]:
    """(name, bytes) as a browser sends them: of a folder the zip someone makes of it, of a file that is gone nothing."""
    if path.is_dir():
        packed = folder / "packed.zip"
        with zipfile.ZipFile(packed, "w") as archive:
            for one in sorted(path.iterdir()):
                archive.write(one, one.name)
        return f"{path.name}.zip", packed.read_bytes()
    return path.name, path.read_bytes() if path.exists() else b""


def read_case(case: Kept | Refused, folder: Path) -> tuple[str, list[Sheet]]:
    """(the file's name, its sheets)."""
    name, content = upload_of(case.make(folder), folder)
    if case.what in IN_A_PROCESS:
        return name, read_upload(name, content, ReadOptions(**case.options))
    return name, read_bytes(content, name, **case.options)


def confirm_columns(sheets: list[Sheet]) -> ColumnMapping:
    """What is proposed, as a person confirms it; where no column is proposed as the title, the first one left is."""
    sheet = max(sheets, key=lambda one: one.table.num_rows)
    headers = sheet.table.column_names
    proposed = {one.column: one.field for one in propose_columns(headers, sheet.table.slice(0, 50).to_pylist())}
    if "title" not in proposed.values():
        proposed[next((name for name in headers if proposed[name] is None), headers[0])] = "title"
    return ColumnMapping(tuple((name, field) for name, field in proposed.items() if field), "Harbour Hub")


def prepare(home: Home, name: str, sheets: list[Sheet]) -> tuple[Prepared, Wanted]:
    """The upload as someone takes it through the page: columns about people are left out when they are named."""
    wanted = Wanted(mapping=None if list_fitting(home, sheets) else confirm_columns(sheets))
    prepared = prepare_upload(home, name, NO_DIGEST, sheets, wanted, "a test")
    if prepared.personal:
        dropped = {one.column for one in prepared.personal}
        if wanted.mapping:
            left = tuple(pair for pair in wanted.mapping.columns if pair[0] not in dropped)
            wanted = Wanted(mapping=ColumnMapping(left, wanted.mapping.organisation))
        else:
            wanted = Wanted(options=ReadOptions(drop=tuple(dropped)))
        prepared = prepare_upload(home, name, NO_DIGEST, sheets, wanted, "a test")
    return prepared, wanted


def check_every_row(home: Home, name: str, sheets: list[Sheet]) -> None:
    """Rows read are the rows that the reader gave, each taken in or rejected with its reason, but for those that are left out: each
    of them stands in the file and is named with its reason."""
    prepared, wanted = prepare(home, name, sheets)
    mapped = prepared.mapped
    left = tuple((one["sheet"], row) for one in prepared.manifest.get("left_out", ()) for row in one["rows"])
    rows = {(sheet.name, row) for sheet in sheets for row in sheet.row_numbers.to_pylist()}
    check_account(home, prepared, sheets, wanted)
    assert len(set(left)) == len(left) and set(left) <= rows
    assert all(one["reason"] for one in prepared.manifest.get("left_out", ()))
    sheets = [leave_out(sheet, left) for sheet in sheets]
    assert mapped.rows_read == mapped.rows_accepted + mapped.rows_rejected
    assert map_rows(prepared.spec, prepared.sheets, prepared.manifest) == mapped, "what is kept gives the same again"
    if wanted.mapping:
        made = apply_mapping(sheets, wanted.mapping)
        chosen = max(sheets, key=lambda one: one.table.num_rows)
        assert wanted.mapping.each_row == ACTIVITY
        assert made[0].row_numbers.to_pylist() == chosen.row_numbers.to_pylist()
        # A row's figures and meeting come in with its activity or not at all; the row is told of once, as an activity.
        refused_rows = {row for sheet, row in list_refused(mapped, prepared.sheets) if sheet == made[0].name}
        given_rows = made[0].table.num_rows + sum(
            row not in refused_rows for sheet in made[1:] for row in sheet.row_numbers.to_pylist()
        )
    else:
        spec = read_specs()[list_fitting(home, sheets)[0]]
        given_rows = sum(sheet.table.num_rows for sheet in find_sheets(spec, sheets))
    assert mapped.rows_read == given_rows
    rejected = {}
    for line in mapped.rejections.to_pylist():
        if line["is_row_rejected"]:
            rejected.setdefault((line["file"], line["row_number"]), []).append(line["reason"])
    assert len(rejected) == mapped.rows_rejected
    refused = sum(one.is_rejected for one in list_troubles(prepared, sheets, wanted))
    assert refused <= mapped.rows_rejected and (wanted.mapping or refused == mapped.rows_rejected)
    assert all(reason and reason.endswith((".", "?")) for reasons in rejected.values() for reason in reasons)
    result = preview_upload(home, prepared).result
    assert (result.rows_read, result.rows_accepted, result.rows_rejected) == (
        mapped.rows_read,
        mapped.rows_accepted,
        mapped.rows_rejected,
    )


def check_sentence(error: BadFile, folder: Path) -> None:
    """The refusal is a full sentence of ours, with what to do, and nothing of the machine."""
    said = say_without_flags(str(error))
    assert said.endswith(".") and said[0].isprintable() and len(said.split()) >= 8, said
    assert str(folder) not in said and not OF_THE_MACHINE.search(said) and not FLAG.search(said), said


@pytest.mark.parametrize("case", KEPT, ids=lambda case: case.what)
def test_every_row_of_a_messy_file_is_taken_in_or_told_why_not(case: Kept, wards, tmp_path):
    try:
        name, sheets = read_case(case, tmp_path)
        check_every_row(wards, name, sheets)
    except BadFile as error:
        check_sentence(error, tmp_path)


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.what)
def test_what_cannot_be_read_costs_a_sentence(case: Refused, wards, tmp_path):
    with pytest.raises(BadFile) as refusal:
        name, sheets = read_case(case, tmp_path)
        check_every_row(wards, name, sheets)
    check_sentence(refusal.value, tmp_path)


def test_the_corpus_is_whole():
    assert len(KEPT) + len(REFUSED) >= 166
    assert {case.what for case in (*KEPT, *REFUSED)} >= IN_A_PROCESS


HEADINGS = st.sampled_from(
    [
        "Event name", "Title", "Date", "End date", "Held on", "Ward", "Ward code", "Postcode", "Longitude", "Latitude",
        "Easting", "Northing", "Attendance", "Minutes", "People", "Responses", "Visits", "Tickets", "Id", "Notes",
        "E-mail", "Mode", "We call it", "date", "ward_code", "activity", "activity_id", "title", "measure", "value",
    ]
)  # fmt: skip
PLAUSIBLE = st.sampled_from(
    ["Tea", "12", "about 50", "10–15", "-1,55", "-1.95", "53.05", "2025-03-01", "3/4/2025", "31/02/2025", "E05999901",
     "Ward 1", "LS1 1UR", "in person", "consultation", "n/a", "['a', 'b']", "[", "1e400", "٣", "=1+1", "100%", "0", "-0"]
)  # fmt: skip
ANY_TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
CELL = st.one_of(st.none(), PLAUSIBLE, ANY_TEXT)
TABLES = st.lists(HEADINGS, min_size=1, max_size=7, unique_by=str.casefold).flatmap(
    lambda headings: st.lists(
        st.lists(CELL, min_size=len(headings), max_size=len(headings)), min_size=1, max_size=8
    ).map(lambda rows: {name: [row[at] for row in rows] for at, name in enumerate(headings)})
)


@settings(max_examples=150, deadline=None)
@given(TABLES)
@example({"End date": ["3/4/2025"], "Event name": ["Tea"], "Attendance": ["12"]})
@example(
    {"End date": ["3/4/2025", None], "Event name": ["Tea", "Run"], "Attendance": ["12", None], "People": ["4", "5"]}
)
def test_every_row_of_any_table_is_taken_in_or_told_why_not(wards, columns):
    table = pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})
    numbers = pa.array(range(2, 2 + table.num_rows), pa.int32())
    sheet = Sheet("made", table, numbers, {"format": "CSV"})
    try:
        check_every_row(wards, "made.csv", [sheet])
    except BadFile as error:
        check_sentence(error, Path(tempfile.gettempdir()))


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("sep=\u00f7\nward\u00f7people\nHarbour\u00f712\n", {}),
        ('sep="\nward;people\nHarbour;12\n', {}),
        ("ward\u00a7people\nHarbour\u00a712\n", {"delimiter": "\u00a7"}),
    ],
    ids=[
        "a first line that names a sign beyond ASCII",
        "a first line that names a quotation mark",
        "such a sign, said",
    ],
)
def test_an_odd_sign_between_cells_is_read(text, options):
    """The first of these was found by the benchmark that damages files (benchmarks/fuzz_uploads.py)."""
    (sheet,) = read_bytes(text.encode(), "a.csv", **options)
    assert sheet.table.to_pylist() == [{"ward": "Harbour", "people": "12"}]


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        (b"Transverse_Mercator", b"Transverse_MeYcator", "cannot be turned into longitude and latitude"),
        (b"British", b"B\x96itish", "may be damaged"),
    ],
    ids=["a projection that there is none of", "a name that is no text"],
)
def test_a_map_file_with_a_damaged_coordinate_system_costs_a_sentence(tmp_path, was, now, said):
    path = maps.shapefile("EPSG:27700")(tmp_path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["wards.prj"] = parts["wards.prj"].replace(was, now)
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(BadFile, match=said):
        read_bytes((tmp_path / "b.zip").read_bytes(), "b.zip")


def test_shapes_without_corners_are_counted_as_features_without_a_place(tmp_path):
    square = {"type": "Polygon", "coordinates": [[[-1.5, 53.8], [-1.4, 53.8], [-1.4, 53.9], [-1.5, 53.8]]]}
    blank = [{"type": kind, "coordinates": []} for kind in ("Polygon", "MultiPolygon", "LineString")]
    path = maps.geojson(*((shape, {"ward": "Harbour"}) for shape in [square, *blank]))(tmp_path)
    (sheet,) = read_bytes(path.read_bytes(), path.name)
    assert sheet.table["lon"].null_count == 3 and "3 features without geometry" in sheet.detected["notes"]


def test_a_zip_with_a_part_that_has_no_name_costs_no_more_than_that_part(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "ward,people\nHarbour,12\n")
        archive.writestr("nameless", "1,2\n")
    data = path.read_bytes().replace(b"nameless", b"\0ameless")  # zipfile ends a name there
    (sheet,) = read_bytes(data, "a.zip")
    assert sheet.table.to_pylist() == [{"ward": "Harbour", "people": "12"}]
