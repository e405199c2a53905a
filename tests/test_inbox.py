"""The inbox: what is acknowledged is whole and stays; undo and redo are remembered."""

import json

import pyarrow as pa
import pytest

from etl.inbox import (
    LogLine,
    accept,
    append_log,
    clear_staged,
    encode_tables,
    identify_batch,
    log_path,
    read_batches,
    read_log,
    stage,
)
from soundings.home import Home
from soundings.model import BrokenStore


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


def make_manifest(name: str) -> dict:
    return {"batch_sha256": identify_batch(name, "native", {}), "kind": "records", "file_name": f"{name}.csv"}


def make_tables() -> dict[str, pa.Table]:
    return {"counts": pa.table({"value": ["1", None, "3"], "__row__": pa.array([2, 3, 4], pa.int32())})}


def test_an_accepted_batch_reads_back_as_it_was(home):
    accept(home, make_manifest("one"), make_tables())
    (batch,) = read_batches(home)
    assert batch.is_active and batch.sequence == 1
    assert batch.read_manifest()["file_name"] == "one.csv"
    assert batch.read_tables()["counts"].equals(make_tables()["counts"])


def test_batches_are_read_in_order_of_acceptance(home):
    for name in ("one", "two", "three"):
        accept(home, make_manifest(name), make_tables())
    assert [batch.read_manifest()["file_name"] for batch in read_batches(home)] == ["one.csv", "two.csv", "three.csv"]
    assert [batch.sequence for batch in read_batches(home)] == [1, 2, 3]


def test_the_same_file_source_and_options_are_the_same_batch():
    assert identify_batch("ab", "native", {"a": 1, "b": 2}) == identify_batch("ab", "native", {"b": 2, "a": 1})
    assert identify_batch("ab", "native", {}) != identify_batch("ab", "contributions", {})
    assert identify_batch("ab", "native", {}) != identify_batch("ab", "native", {"encoding": "cp1252"})


def test_what_was_staged_and_not_accepted_is_not_seen_and_is_cleared(home):
    stage(home, "0123456789ab", encode_tables(make_tables()))
    assert read_batches(home) == []
    clear_staged(home)
    assert list(home.inbox.iterdir()) == []


def test_undo_and_redo_decide_the_state(home):
    accept(home, make_manifest("one"), make_tables())
    batch_id = read_batches(home)[0].batch_id
    append_log(home, [LogLine("2026-11-01T10:00:00", "kit", "undone", batch_id)])
    assert not read_batches(home)[0].is_active
    append_log(home, [LogLine("2026-11-01T10:05:00", "kit", "redone", batch_id)])
    assert read_batches(home)[0].is_active
    assert [line.what for line in read_log(home)] == ["undone", "redone"]


def test_a_torn_last_line_of_the_log_is_ignored_and_written_over(home):
    append_log(home, [LogLine("2026-11-01T10:00:00", "kit", "undone", "0123456789ab")])
    with open(log_path(home), "ab") as file:
        file.write(b'{"at": "2026-11-01T10:01')
    assert len(read_log(home)) == 1
    append_log(home, [LogLine("2026-11-01T10:02:00", "kit", "redone", "0123456789ab")])
    assert [line.what for line in read_log(home)] == ["undone", "redone"]
    assert all(json.loads(line) for line in log_path(home).read_text().splitlines())


def test_an_unreadable_line_in_the_middle_of_the_log_is_reported(home):
    append_log(home, [LogLine("2026-11-01T10:00:00", "kit", "undone", "0123456789ab")])
    log_path(home).write_text("nonsense\n" + log_path(home).read_text())
    with pytest.raises(BrokenStore, match="Line 1"):
        read_log(home)


def test_a_changed_file_in_the_inbox_is_reported_not_used(home):
    path = accept(home, make_manifest("one"), make_tables())
    kept = path / "sheet-0.parquet"
    kept.write_bytes(kept.read_bytes()[:-1] + b"?")
    with pytest.raises(BrokenStore, match="not what was accepted"):
        read_batches(home)[0].read_tables()


def test_an_unreadable_manifest_is_reported(home):
    path = accept(home, make_manifest("one"), make_tables())
    (path / "manifest.json").write_text("{")
    with pytest.raises(BrokenStore, match="manifest.json"):
        read_batches(home)[0].read_manifest()
