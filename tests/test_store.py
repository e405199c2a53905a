"""Generations: immutable, numbered once, published whole, and read while others write."""

import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import duckdb
import pytest

from soundings.content import content_hash, read_columns
from soundings.generations import generation_path, list_generations, open_current, pointer_path, read_pointer
from soundings.home import Home
from soundings.model import BrokenStore, Busy, OtherVersion, SoundingsError
from soundings.store import open_writer, publish
from tests.waiting import HANGING


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


def add(batch_id: str, values: list[float], sequence: int = 1, accepted_at: str = "2026-11-01"):
    """A change that adds a batch with one count for each value, all at one place."""

    def change(connection):
        connection.execute(
            """insert into batch values ($1, $1 || 'ff', $2, 'records', 'native', 'f.csv', 'aa', false, $3, 'kit',
            $4, $4, 0, null, null, '{}', null)""",
            [batch_id, sequence, accepted_at, len(values)],
        )
        connection.execute(
            "insert into location (batch_id, location_id, kind, code) values ($1, $1 || '-1', 'code', 'T1')", [batch_id]
        )
        connection.execute(
            "insert into location_state values ($1, $1 || '-1', 'outside', 'code', null, null)", [batch_id]
        )
        for number, value in enumerate(values):
            connection.execute(
                """insert into activity_count values ($1, $1 || '-' || $2, 'a', 'responses', $3, null, 'exact', null, null,
                $1 || '-1', 'home', 1, [$2::integer], null, null)""",
                [batch_id, str(number + 2), value],
            )
        return [batch_id]

    return change


def current_hash(home: Home) -> str:
    return content_hash(open_current(home).cursor())


def read_values(home: Home) -> list[float]:
    return [
        row[0]
        for row in open_current(home).cursor().execute("select value from activity_count order by all").fetchall()
    ]


def test_a_home_that_nothing_was_published_in_has_no_generation_and_is_not_made(home):
    assert open_current(home) is None
    assert not home.root.exists()


def test_published_rows_are_what_readers_see_and_nothing_is_left_beside_them(home):
    assert publish(home, add("a" * 12, [1, 2])) == 1
    assert read_values(home) == [1, 2]
    assert sorted(path.name for path in home.store.iterdir()) == ["current", "g00000001.duckdb"]


def test_a_reader_sees_the_next_generation_at_its_next_call_and_may_keep_the_old_one(home):
    publish(home, add("a" * 12, [1]))
    old = open_current(home)
    publish(home, add("b" * 12, [2]))
    assert old.cursor().execute("select count(*) from activity_count").fetchone() == (1,)
    assert open_current(home).number == 2
    assert read_values(home) == [1, 2]


def test_one_connection_serves_a_generation_until_the_next(home):
    publish(home, add("a" * 12, [1]))
    assert open_current(home) is open_current(home)


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs Linux's /proc to see open files")
def test_an_old_generation_is_closed_when_nobody_holds_it(home):
    publish(home, add("a" * 12, [1]))
    old, cursor = open_current(home), open_current(home).cursor()
    publish(home, add("b" * 12, [2]))
    open_current(home)
    assert is_open(generation_path(home, 1))
    del old
    assert cursor.execute("select count(*) from activity_count").fetchone() == (1,)
    del cursor
    assert not is_open(generation_path(home, 1))


def is_open(path) -> bool:
    links = []
    for name in os.listdir("/proc/self/fd"):
        try:
            links.append(os.readlink(f"/proc/self/fd/{name}"))
        except FileNotFoundError:
            continue
    return str(path) in links


def test_many_threads_read_while_generations_are_published(home):
    publish(home, add("0" * 12, [1]))
    stop = threading.Event()

    def read() -> int:
        reads = 0
        while not (stop.is_set() and reads):
            rows, batches = (
                open_current(home)
                .cursor()
                .execute("select (select count(*) from activity_count), (select count(*) from batch)")
                .fetchone()
            )
            assert rows == batches >= 1
            reads += 1
        return reads

    with ThreadPoolExecutor(6) as pool:
        readers = [pool.submit(read) for _ in range(6)]
        for number in range(1, 8):
            publish(home, add(f"{number:012d}", [number], number))
        stop.set()
        assert all(reader.result(timeout=HANGING) > 0 for reader in readers)


def test_a_failed_change_leaves_the_old_generation_and_no_file(home):
    publish(home, add("a" * 12, [1]))
    before = sorted(path.name for path in home.store.iterdir())

    def fail(connection):
        add("b" * 12, [2])(connection)
        raise ValueError("half way")

    for _ in range(3):
        with pytest.raises(ValueError, match="half way"):
            publish(home, fail)
    assert sorted(path.name for path in home.store.iterdir()) == before
    assert read_values(home) == [1]


def test_a_batch_whose_rows_do_not_add_up_is_not_published(home):
    def change(connection):
        add("a" * 12, [1, 2])(connection)
        connection.execute("update batch set rows_rejected = 5")
        return ["a" * 12]

    with pytest.raises(BrokenStore, match="read 2 rows"):
        publish(home, change)
    assert open_current(home) is None


def test_a_location_without_a_state_is_not_published(home):
    def change(connection):
        add("a" * 12, [1])(connection)
        connection.execute("delete from location_state")
        return ["a" * 12]

    with pytest.raises(BrokenStore, match="no state"):
        publish(home, change)


def test_a_full_disk_is_one_sentence_and_changes_nothing(home):
    publish(home, add("a" * 12, [1]))

    def fill(connection):
        raise OSError(28, "No space left on device")

    with pytest.raises(SoundingsError, match="could not be written"):
        publish(home, fill)
    assert read_values(home) == [1]


def test_a_second_writer_waits_and_then_says_busy(home):
    with open_writer(home):
        with ThreadPoolExecutor(1) as pool, pytest.raises(Busy, match="Nothing was changed"):
            pool.submit(publish, home, add("a" * 12, [1]), timeout=0.2).result()
    assert publish(home, add("a" * 12, [1])) == 1


def test_the_newest_three_and_the_young_are_kept(home):
    now = 1_800_000_000.0
    for number in range(1, 8):
        with open_writer(home, clock=lambda now=now: now) as writer:
            writer.publish(add(f"{number:012d}", [number], number))
        os.utime(generation_path(home, number), (now, now))
        now += 60
    assert list_generations(home) == [1, 2, 3, 4, 5, 6, 7]
    now += 400
    with open_writer(home, clock=lambda: now) as writer:
        writer.publish(add("f" * 12, [8], 8))
    assert list_generations(home) == [5, 6, 7, 8]


def test_numbers_are_never_used_again(home):
    for number in range(1, 4):
        publish(home, add(f"{number:012d}", [number], number))
    for path in home.store.iterdir():
        path.unlink()
    home.store.rmdir()
    with pytest.raises(BrokenStore, match="soundings rebuild"):
        open_current(home)
    with open_writer(home) as writer:
        assert writer.publish(add("a" * 12, [1]), is_fresh=True) == 4


def test_a_file_that_was_never_pointed_at_is_removed_and_its_number_skipped(home):
    publish(home, add("a" * 12, [1]))
    generation_path(home, 2).write_bytes(b"half")
    assert publish(home, add("b" * 12, [2])) == 3
    assert list_generations(home) == [1, 3]


def test_leaving_a_batch_out_removes_its_text_from_the_file(home):
    def change(connection):
        connection.execute("update location set said = 'SECRET-PLACE-OF-MEETING' where batch_id = $1", ["b" * 12])
        return ["b" * 12]

    publish(home, add("a" * 12, [1]))
    without_b = current_hash(home)
    publish(home, add("b" * 12, [2], 2))
    publish(home, change)
    assert b"SECRET-PLACE-OF-MEETING" in generation_path(home, 3).read_bytes()
    with open_writer(home) as writer:
        writer.publish(lambda connection: [], without=["b" * 12])
    assert b"SECRET-PLACE-OF-MEETING" not in generation_path(home, 4).read_bytes()
    assert current_hash(home) == without_b


def test_the_content_hash_ignores_time_order_and_number(home, tmp_path):
    publish(home, add("a" * 12, [1, 2], 1))
    publish(home, add("b" * 12, [3], 2))
    other = Home(tmp_path / "other")
    publish(other, add("b" * 12, [3], 7, "2020-01-01"))
    publish(other, add("a" * 12, [1, 2], 8, "2021-01-01"))
    publish(other, lambda connection: [])
    assert current_hash(home) == current_hash(other)


def test_the_content_hash_sees_a_changed_a_doubled_and_a_missing_row(home):
    publish(home, add("a" * 12, [1, 2]))
    seen = {current_hash(home)}
    for statement in (
        "update activity_count set value = 4 where value = 2",
        "insert into activity_count select * replace (uuid()::varchar as count_id) from activity_count",
        "insert into activity_count select * replace (uuid()::varchar as count_id) from activity_count",
        "delete from activity_count where value = 1",
        "update location set said = 'elsewhere'",
    ):
        publish(home, lambda connection, statement=statement: connection.execute(statement) and ["a" * 12])
        seen.add(current_hash(home))
    assert len(seen) == 6


def test_every_table_of_the_schema_but_the_derived_names_carries_its_batch():
    assert all("batch_id" in columns for table, columns in read_columns().items() if table != "classification")


@pytest.mark.parametrize("damage", ["missing", "truncated", "empty", "overwritten", "no pointer", "torn pointer"])
def test_a_damaged_store_says_to_rebuild(home, damage):
    publish(home, add("a" * 12, list(range(2000))))
    path = generation_path(home, 1)
    if damage == "missing":
        path.unlink()
    elif damage == "truncated":
        os.truncate(path, path.stat().st_size // 2)
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "overwritten":
        path.write_bytes(b"x" * path.stat().st_size)
    elif damage == "no pointer":
        pointer_path(home).unlink()
    else:
        pointer_path(home).write_text('{"number": 1, "by')
    for attempt in (lambda: open_current(home), lambda: publish(home, lambda connection: [])):
        with pytest.raises(BrokenStore, match="soundings rebuild"):
            attempt()


def test_a_generation_swapped_for_another_is_noticed(home, tmp_path):
    publish(home, add("a" * 12, [1]))
    pointer = json.loads(pointer_path(home).read_text())
    path = generation_path(home, 1)
    path.unlink()
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table batch (batch_id varchar)")
    pointer["byte_count"] = path.stat().st_size
    pointer_path(home).write_text(json.dumps(pointer))
    with pytest.raises(BrokenStore, match="soundings rebuild"):
        open_current(home)


def test_readers_reach_no_other_file(home, tmp_path):
    (tmp_path / "other.csv").write_text("a\n1\n")
    publish(home, add("a" * 12, [1]))
    with pytest.raises(duckdb.Error, match="disabled"):
        open_current(home).cursor().execute(f"from read_csv('{tmp_path / 'other.csv'}')")
    with pytest.raises(duckdb.Error, match="read-only"):
        open_current(home).cursor().execute("delete from batch")


def test_the_pointer_names_what_was_published(home):
    publish(home, add("a" * 12, [1]))
    pointer = read_pointer(home)
    assert (pointer.number, pointer.content_hash) == (1, current_hash(home))


def test_a_store_of_another_version_says_so_and_is_built_again(tmp_path):
    home = Home(tmp_path)
    publish(home, lambda connection: [])
    pointer = home.store / "current"
    said = json.loads(pointer.read_text(encoding="utf-8"))
    pointer.write_text(json.dumps({**said, "format": "older"}), encoding="utf-8")
    with pytest.raises(OtherVersion, match="another version.*soundings rebuild"):
        open_current(home)
