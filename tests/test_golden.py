"""Every source: the made-up file beside expected.json becomes exactly what a person checked by eye."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from etl.specs import read_specs
from tests.golden_form import map_golden

GOLDEN = sorted(path.parent for path in (Path(__file__).parent / "golden").glob("*/expected.json"))


@pytest.mark.parametrize("folder", GOLDEN, ids=lambda folder: folder.name)
def test_file_becomes_what_was_checked_by_eye(folder: Path) -> None:
    source_id, readable = map_golden(folder)
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    assert source_id == folder.name
    assert list(readable) == list(expected)
    for part, rows in expected.items():
        assert readable[part] == rows, part


@pytest.mark.parametrize("folder", GOLDEN, ids=lambda folder: folder.name)
def test_every_row_read_is_accepted_or_rejected(folder: Path) -> None:
    rows = map_golden(folder)[1]["rows"]
    assert rows["read"] == rows["accepted"] + rows["rejected"]


def test_every_source_has_a_golden_folder() -> None:
    assert {folder.name for folder in GOLDEN} == set(read_specs())
