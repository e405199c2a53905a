"""The names of every activity in a store: what each is derived from, which names changed, and why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from pathlib import Path

import duckdb
import pyarrow as pa

from soundings.classify import Claim, Classification, Recorded, classify
from soundings.explanation import explain, say_day, say_stages
from soundings.rubric import Rubric

NAMING_SQL = Path(__file__).with_name("naming.sql")
FIRST = "First named."

SCHEMA = pa.schema(
    [
        ("run", pa.int32()), ("made_at", pa.timestamp("us")), ("activity_id", pa.string()), ("rubric_version", pa.string()),
        ("name", pa.string()), ("rule", pa.int32()), ("rule_id", pa.string()), ("conflicts", pa.list_(pa.string())),
        ("met", pa.list_(pa.string())), ("missing", pa.list_(pa.string())), ("not_recorded_here", pa.list_(pa.string())),
        ("next_question", pa.string()), ("comparison", pa.string()), ("stages", pa.string()), ("explanation", pa.string()),
        ("inputs", pa.string()), ("because", pa.string()),
    ]
)  # fmt: skip


@cache
def naming_sql() -> str:
    """The shared queries, to be followed by a `select`."""
    return "with " + NAMING_SQL.read_text(encoding="utf-8").strip()


def classify_register(
    connection: duckdb.DuckDBPyConnection, rubric: Rubric, run: int, made_at: datetime, *, everything: bool = False
) -> pa.Table:
    """The rows of `classification` for every activity whose facts, or the rubric, differ from its last run. May be empty.

    `everything`: for all activities, also where nothing differs. Nothing is written.
    """
    found = connection.execute(
        f"""{naming_sql()}
        select i.activity_id, i.inputs, c.inputs, c.rubric_version, c.name
        from naming_input i
        left join classification_now c using (activity_id)
        where $everything or c.inputs is distinct from i.inputs or c.rubric_version is distinct from $version
        order by i.activity_id
        """,  # noqa: S608 — the queries of naming.sql
        {"everything": everything, "version": rubric.version},
    ).fetchall()
    rows = [make_row(rubric, run, made_at, *line) for line in found]
    columns = [pa.array([row[field.name] for row in rows], field.type) for field in SCHEMA]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def make_row(
    rubric: Rubric,
    run: int,
    made_at: datetime,
    activity_id: str,
    inputs: str,
    before: str | None,
    version: str | None,
    name: str | None,
) -> dict:
    """One row of `classification`, from an activity's inputs now and those of its last run."""
    recorded = read_inputs(inputs)
    made = classify(recorded, rubric)
    return {
        "run": run, "made_at": made_at, "activity_id": activity_id, "rubric_version": rubric.version,
        "name": made.name, "rule": made.rule, "rule_id": made.rule_id, "conflicts": made.conflicts, "met": made.met,
        "missing": made.missing, "not_recorded_here": made.not_recorded_here, "next_question": made.next_question,
        "comparison": made.comparison, "stages": say_stages(made.stages),
        "explanation": explain(recorded, made, rubric).text, "inputs": inputs,
        "because": say_because(rubric, made, inputs, before, version, name),
    }  # fmt: skip


def read_inputs(inputs: str) -> Recorded:
    """What is recorded of an activity, from the JSON that its name was derived from."""
    told = json.loads(inputs)
    claim = told["claim"]
    return Recorded(
        facts=told["facts"],
        first_helped_date=read_day(told["first_helped_date"]),
        settled_date=read_day(told["settled_date"]),
        session_count=told["session_count"],
        months=told["months"],
        returning_count=told["returning_count"],
        is_complete=told["is_complete"],
        claim=Claim(claim["called"], read_day(claim["date"])) if claim else None,
        stages=told["stages"],
        is_statutory=told["statutory"],
    )


def read_day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def say_because(
    rubric: Rubric, made: Classification, inputs: str, before: str | None, version: str | None, name: str | None
) -> str:
    """What changed since the last run, and what that did to the name, in sentences."""
    if before is None:
        return FIRST
    changes = list_changes(json.loads(before), json.loads(inputs), rubric)
    if version != rubric.version:
        changes.append(f"the rubric went from {version} to {rubric.version}")
    outcome = f"The name went from {name} to {made.name}." if made.name != name else "The name stayed the same."
    return (
        f"{'; '.join(changes)[:1].upper()}{'; '.join(changes)[1:]}. {outcome}" if changes else f"Run again. {outcome}"
    )


def list_changes(before: dict, now: dict, rubric: Rubric) -> list[str]:
    """Each thing that differs between two runs' inputs, as a clause."""
    changes = []
    for fact, told in rubric.facts.items():
        old, new = (said["facts"].get(fact, "not known") for said in (before, now))
        if old != new:
            changes.append(f"“{told.label}” went from {old} to {new}")
    for stage in rubric.stages:
        old, new = (said["stages"].get(stage, "not known") for said in (before, now))
        if old != new:
            changes.append(f"the stage {stage} went from {old} to {new}")
    for key, label in PLAIN.items():
        old, new = say_value(key, before.get(key)), say_value(key, now.get(key))
        if old != new:
            changes.append(f"{label} went from {old} to {new}")
    return changes


PLAIN = {
    "first_helped_date": "the day people first helped",
    "settled_date": "the day the question was settled",
    "session_count": "the number of meetings",
    "months": "the months from first to last meeting",
    "returning_count": "how many came back",
    "is_complete": "whether every meeting's record is complete",
    "claim": "what it is called",
    "statutory": "whether it is a public body's statutory consultation",
}


def say_value(key: str, value: object) -> str:
    """A value of the inputs as people read it."""
    if value is None:
        return "not recorded"
    if isinstance(value, Mapping):
        return f"“{value['called']}” ({say_value('called_date', value['date']) if value['date'] else 'no date'})"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return say_day(read_day(value)) if key.endswith("_date") else str(value)


def with_evidence(recorded: Recorded, evidence: Mapping[str, str], *, is_live: bool) -> Recorded:
    """What is recorded, with where each fact can be seen, and whether the activity is live today."""
    return replace(recorded, evidence=evidence, is_live=is_live)
