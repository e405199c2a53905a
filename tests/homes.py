"""Homes to look at: Tidewell made once and copied for those who write, and small ones of square wards."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

import pytest

from etl.demo.illustrating import add_demo
from etl.loading import load_file
from etl.places.loading import add_places
from soundings.home import Home
from tests.making import ward_code, write_contributions, write_places, write_rows

TODAY = "2026-11-23"


@pytest.fixture(scope="session")
def tidewell(tmp_path_factory) -> Home:
    """The illustrative demo place, for reading only."""
    home = Home(tmp_path_factory.mktemp("tidewell"))
    add_demo(home)
    return home


@pytest.fixture
def own_tidewell(tidewell, tmp_path) -> Home:
    """A copy of the demo place that a test may write to."""
    return copy_home(tidewell, tmp_path / "own")


def copy_home(home: Home, root: Path) -> Home:
    shutil.copytree(home.root, root)
    return Home(root)


def make_wards_home(root: Path, *, has_records: bool = True) -> Home:
    """Three square wards and, unless told otherwise, 12 answers in them and 4 that name no loaded ward. Made once, then copied."""
    made = _make_wards(has_records)
    shutil.copytree(made, root, dirs_exist_ok=True)
    return Home(root / "home")


@cache
def _make_wards(has_records: bool) -> Path:
    kept = tempfile.mkdtemp(prefix="soundings-wards-")
    atexit.register(shutil.rmtree, kept, ignore_errors=True)
    root = Path(kept)
    home = Home(root / "home")
    add_places(home, write_places(root / "wards.geojson"), "ward")
    if has_records:
        load_file(home, write_contributions(root / "answers.csv"), "contributions")
        lost = [["2025-04-01", "", "Parks"], ["2025-04-02", "E05777777", "Parks"]] * 2
        load_file(home, write_rows(root / "lost.csv", lost), "contributions")
    return root


__all__ = ["TODAY", "copy_home", "make_wards_home", "own_tidewell", "tidewell", "ward_code"]
