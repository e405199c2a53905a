"""How long naming 20,000 activities from nothing takes, reasons and all, beside names alone by one SQL statement. Prints JSON.

    python -m benchmarks.classify_register [--activities 20000] [--runs 7]

Bar: 2 s for `soundings.naming.classify_register`, which also writes each explanation, what is met and missing, the comparison with
what it's called, and the inputs. Beside it: the same rules as one DuckDB `case`, and a plain loop over the facts; both give the name
and nothing else. All three must agree. The facts are made up.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import pandas  # noqa: F401 — pyarrow imports it at its first array, which is no part of naming

from benchmarks.made_register import ACTIVITY_COUNT, write_sheets
from soundings.classify import classify
from soundings.content import schema_sql
from soundings.naming import classify_register, naming_sql, read_inputs
from soundings.rubric import Rubric, Rule, read_rubric

BARS = {"classify_s": 2.0}
MADE_AT = datetime(2026, 11, 23)
BATCH = "made"


def make_store(folder: Path, count: int) -> duckdb.DuckDBPyConnection:
    """A database with the made-up activities and what is told of them, and no name yet."""
    write_sheets(folder, ["E05900000"], count)
    connection = duckdb.connect()
    connection.execute(schema_sql())
    connection.execute(
        "insert into batch by name select $1 as batch_id, $1 as batch_sha256, 1 as sequence, 'records' as kind, 'native' as source_id, "
        "'made' as file_name, '' as file_sha256, false as is_demo, now()::timestamp as accepted_at, '' as accepted_by, "
        "0 as rows_read, 0 as rows_accepted, 0 as rows_rejected, '{}' as detected",
        [BATCH],
    )
    shared = "$batch as batch_id, row_number() over () + 1 as row_number"
    for table, sheet, columns in (
        ("activity", "activities", "activity_id, 'native' as source_id, title"),
        ("claim", "activities", "activity_id, called, called_date"),
        ("fact", "facts", "activity_id, fact, answer, evidence"),
        ("stage", "stages", "activity_id, stage, sharing"),
        ("session", "sessions", "activity_id, session_id, date as start_date, returning_count"),
    ):
        connection.execute(
            f"insert into {table} by name select {shared}, {columns} from read_csv($file) "  # noqa: S608 — constants above
            + ("where called is not null" if table == "claim" else ""),
            {"batch": BATCH, "file": str(folder / f"{sheet}.csv")},
        )
    return connection


def name_by_sql(connection: duckdb.DuckDBPyConnection, rubric: Rubric) -> dict[str, str]:
    """Name of every activity by the rubric's rules as one statement."""
    said = ", ".join(f"max(answer) filter (fact = '{fact}') as {fact}" for fact in rubric.facts)
    limits = rubric.thresholds
    implied, answers = [], {fact: f"coalesce(s.{fact}, 'not known')" for fact in rubric.facts}
    answers["in_from_start"] = (
        "case when a.first_helped_date is null or a.settled_date is null then coalesce(s.in_from_start, 'not known') "
        "when a.first_helped_date <= a.settled_date then 'yes' else 'no' end"
    )
    answers["continuing_relationship"] = (
        f"case when coalesce(m.returning_count, 0) >= {limits.continuing_returning} and (coalesce(m.session_count, 0) >= "
        f"{limits.continuing_sessions} or coalesce(m.months, 0) >= {limits.continuing_months}) then 'yes' "
        "when m.session_count is not null and m.months is not null and m.returning_count is not null then 'no' "
        "else coalesce(s.continuing_relationship, 'not known') end"
    )
    told = ", ".join(f"{sql} as {fact}" for fact, sql in answers.items())
    steps = [
        f"told as (select a.activity_id, {told} from activity_now a "  # noqa: S608
        "left join said s using (activity_id) left join meeting m using (activity_id))"
    ]
    before = "told"
    for number, (fact, by) in enumerate(rubric.implied):
        is_implied = " or ".join(f"{other} = 'yes'" for other in by)
        implied.append(f"conflict_{number}")
        steps.append(
            f"step_{number} as (select * replace (case when ({is_implied}) and {fact} = 'not known' then 'yes' else {fact} end as {fact}), "  # noqa: S608
            f"({is_implied}) and {fact} = 'no' as conflict_{number} from {before})"
        )
        before = f"step_{number}"
    rules = " ".join(f"when {say_rule(rule)} then '{rule.name}'" for rule in rubric.rules if not rule.is_last)
    last = rubric.rules[-1].name
    return dict(
        connection.execute(
            f"{naming_sql()}, said as (select activity_id, {said} from answer_now group by activity_id), {', '.join(steps)} "  # noqa: S608
            f"select activity_id, case when {' or '.join(implied)} then '{last}' {rules} else '{last}' end from {before}"
        ).fetchall()
    )


def say_rule(rule: Rule) -> str:
    """A rule's conditions as SQL."""
    parts = [f"{fact} = 'yes'" for fact in rule.yes] + [f"{fact} = 'no'" for fact in rule.no]
    if rule.any:
        parts.append("(" + " or ".join(f"{fact} = 'yes'" for fact in rule.any) + ")")
    return " and ".join(parts)


def name_by_loop(connection: duckdb.DuckDBPyConnection, rubric: Rubric) -> dict[str, str]:
    """Name of every activity by the pure function, one after another, without an explanation."""
    found = connection.execute(f"{naming_sql()} select activity_id, inputs from naming_input").fetchall()  # noqa: S608
    return {activity_id: classify(read_inputs(inputs), rubric).name for activity_id, inputs in found}


def time_runs(do: Callable[[], object], runs: int) -> list[float]:
    """Seconds of each run."""
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        do()
        seconds.append(time.perf_counter() - start)
    return seconds


def run(activities: int, runs: int) -> dict:
    """All measurements and whether the bar is met."""
    rubric = read_rubric()
    with tempfile.TemporaryDirectory() as folder:
        connection = make_store(Path(folder), activities)
        made = classify_register(connection, rubric, 1, MADE_AT)
        names = dict(zip(made["activity_id"].to_pylist(), made["name"].to_pylist(), strict=True))
        do_agree = names == name_by_sql(connection, rubric) == name_by_loop(connection, rubric)
        ours = time_runs(lambda: classify_register(connection, rubric, 1, MADE_AT), runs)
        by_sql = time_runs(lambda: name_by_sql(connection, rubric), runs)
        by_loop = time_runs(lambda: name_by_loop(connection, rubric), runs)
    classify_s = statistics.median(ours)
    return {
        "classify_s": classify_s,
        "bars": BARS,
        "met": {"classify_s": classify_s <= BARS["classify_s"], "all_three_agree": do_agree},
        "activities": len(names),
        "names": len(set(names.values())),
        "names_alone_by_sql_s": statistics.median(by_sql),
        "names_alone_by_a_loop_s": statistics.median(by_loop),
        "runs_s": ours,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--activities", type=int, default=ACTIVITY_COUNT)
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    result = run(options.activities, options.runs)
    print(json.dumps(result, indent=2))
    return 0 if all(result["met"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
