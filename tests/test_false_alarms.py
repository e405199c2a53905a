"""A clean file is asked nothing, and a messy one at most three things."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.questions.asking import MOST_AT_ONCE, check_sheets
from etl.questions.types import Context
from etl.readers import read_bytes, read_sheets
from etl.specs import find_sheets, read_specs
from etl.types import Sheet
from etl.uploads.guessing import propose_columns
from etl.uploads.mapping import ACTIVITY, MEETING, ColumnMapping
from tests.messy import books, maps, texts
from tests.test_upload_corpus import upload_of

GOLDEN = sorted(path.parent for path in (Path(__file__).parent / "golden").glob("*/expected.json"))
KEPT = [*texts.KEPT, *books.KEPT, *maps.KEPT]


def propose(sheets: list[Sheet], each_row: str) -> ColumnMapping | None:
    """The columns of the first sheet as they are proposed; the first of no known kind is the title."""
    table = max(sheets, key=lambda sheet: sheet.table.num_rows).table
    found = {one.column: one.field for one in propose_columns(table.column_names, table.slice(0, 50).to_pylist())}
    if "title" not in found.values():
        free = next((name for name, field in found.items() if field is None), None)
        found |= {free: "title"} if free else {}
    columns = tuple((column, field) for column, field in found.items() if field)
    return ColumnMapping(columns, "Harbour Hub", each_row) if columns else None


@pytest.mark.parametrize("folder", GOLDEN, ids=lambda folder: folder.name)
def test_a_golden_file_is_asked_nothing(folder):
    inputs = [path for path in folder.iterdir() if path.name != "expected.json"]
    sheets = read_sheets(inputs[0])
    spec = read_specs()[folder.name]
    assert find_sheets(spec, sheets)
    assert not check_sheets(sheets, Context(spec=spec, file_name=inputs[0].name)).questions


@pytest.mark.parametrize("each_row", [ACTIVITY, MEETING])
@pytest.mark.parametrize("case", KEPT, ids=lambda case: case.what)
def test_a_messy_file_is_asked_three_things_at_most(case, each_row, tmp_path):
    name, content = upload_of(case.make(tmp_path), tmp_path)
    sheets = read_bytes(content, name, **case.options)
    mapping = propose(sheets, each_row)
    if mapping is not None:
        assert len(check_sheets(sheets, Context(mapping=mapping, file_name=name)).questions) <= MOST_AT_ONCE
