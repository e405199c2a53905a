"""What is kept in memory of a generation says exactly what the store's own tables say."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path
from threading import Thread

import duckdb

from soundings.filters import EVERYTHING, Filters
from soundings.queries import read_roles, read_table
from soundings.standing import OWN, SHARED
from tests.building import SCHEMA, TODAY, Builder

MEASURES = ("responses", "group_sessions", "people_returning", "changes_made")
WARDS = ("W1", "W2", "W3", "W4", "W5")
FILTERS = (
    EVERYTHING,
    Filters(period_start=date(2025, 2, 1), period_end=date(2025, 4, 30)),
    Filters(organisation="Library", when="past"),
    Filters(source="community"),
)


def build_made_up(seed: int) -> Builder:
    """Activities of two sources that hold some of the same sessions, said in every way a place can be said."""
    chance = random.Random(seed)
    build = Builder()
    places = build.batch("places", "places")
    build.place(places, "D1", "Somewhere", kind="district", parent=None)
    for code in WARDS:
        build.place(places, code, f"Ward {code}", population=chance.choice([None, 900, 2000]))
    batches = {source: build.batch(source) for source in ("events", "community")}
    build.insert("source_repeat", batch_id=batches["community"], source_id="community", repeats_source_id="events")
    for source, batch in batches.items():
        said = [build.location(batch, ward, places={"ward": ward, "district": "D1"}) for ward in WARDS]
        said += [build.location(batch, "W1", places={"ward": "W1", "district": "D1"}, kind="name")]
        said += [build.location(batch, "D1", places={"district": "D1"}), build.location(batch, "E1", "outside")]
        said += [build.location(batch, None, state) for state in ("unlocated", "not_tied")]
        for number in range(12):
            day = date(2025, chance.randint(1, 6), 1)
            name = build.activity(
                batch, f"{source}{number}", source, organisation=chance.choice([None, "Library", "Council"]),
                start_date=chance.choice([None, day]), end_date=chance.choice([None, day]),
                time_pattern=chance.choice(["once", "series"]),
            )  # fmt: skip
            if chance.random() < 0.3:
                build.insert("activity_place", batch_id=batch, activity_id=name, location_id=said[0], role="venue")
            for _ in range(chance.randint(0, 5)):
                build.session(
                    batch, name, chance.sample(said, chance.randint(0, 3)), key=chance.choice([None, "k", "l"]),
                    day=chance.choice([None, day]), attendance=chance.choice([None, 0, 7]),
                    returning=chance.choice([None, 0, 3]),
                )  # fmt: skip
            for measure in ("responses", "attendances"):
                build.count(
                    batch, name, measure, chance.choice([0, 3, 40]), chance.choice(said),
                    role=chance.choice(["home", "venue"]), rows=chance.randint(1, 4), day=chance.choice([None, day]),
                )  # fmt: skip
            if chance.random() < 0.5:
                build.tell("outcome", batch, name, what_changed="a crossing", changed_date=chance.choice([None, day]))
                build.tell("fact", batch, name, fact="joint_decision", answer=chance.choice(["yes", "no", "not_known"]))
                build.tell("stage", batch, name, stage="frame", sharing=chance.choice(["with", "to", "not applicable"]))
    return build


def publish(build: Builder, path: Path) -> duckdb.DuckDBPyConnection:
    """The same rows in a file of their own, opened as a generation is: for reading."""
    with duckdb.connect(str(path)) as written:
        written.execute(SCHEMA.read_text(encoding="utf-8"))
        for (table,) in build.connection.execute("select table_name from duckdb_tables()").fetchall():
            rows = build.connection.execute(f"from {table}").to_arrow_table()  # noqa: S608, F841
            written.execute(f"insert into {table} from rows")  # noqa: S608
    return duckdb.connect(str(path), read_only=True, config={"enable_external_access": "false"})


def read_all(connection: duckdb.DuckDBPyConnection) -> dict:
    """The tables of a measure of each kind, in every role, for wards and districts, under every filter."""
    found = {}
    for measure in MEASURES:
        for filters in FILTERS:
            found[measure, filters] = read_roles(connection, measure, filters=filters, today=TODAY)
            for role in found[measure, filters]:
                for kind in ("ward", "district") if filters == EVERYTHING else ("ward",):
                    asked = {"measure": measure, "kind": kind, "role": role, "filters": filters, "today": TODAY}
                    found[measure, filters, role, kind] = read_table(connection, **asked)
    return found


def test_kept_figures_are_those_of_the_tables_asked_once_or_again(tmp_path):
    build = build_made_up(1)
    fresh = read_all(build.connection)
    generation = publish(build, tmp_path / "g.duckdb")
    assert read_all(generation.cursor()) == fresh
    assert read_all(generation.cursor()) == fresh
    assert {key[0] for key, table in fresh.items() if len(key) == 4 and table.total} == set(MEASURES)


def test_what_changes_is_never_kept():
    build = build_made_up(3)
    before = read_roles(build.connection, "responses", today=TODAY)
    batch = build.batch("native")
    build.activity(batch, "one more")
    build.count(batch, "one more", "responses", 1, build.location(batch, "W1"), role="home")
    assert read_roles(build.connection, "responses", today=TODAY)["home"] == before["home"] + 1


def test_readers_at_once_find_one_copy_and_the_same_figures(tmp_path):
    build = build_made_up(4)
    expected = read_table(build.connection, measure="group_sessions", kind="ward", role="venue", today=TODAY)
    generation = publish(build, tmp_path / "g.duckdb")
    found = []

    def read() -> None:
        cursor = generation.cursor()
        found.append(read_table(cursor, measure="group_sessions", kind="ward", role="venue", today=TODAY))

    threads = [Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 8
    held = generation.cursor().execute("select count(*) from kept.held").fetchone()[0]
    assert held == len(SHARED) + len(OWN)
