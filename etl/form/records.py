"""A form's answers as rows of Soundings' own template, sent as one batch through the inbox like any file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import duckdb
import pyarrow as pa

from etl.accepting import say_now, say_who
from etl.approval.invitations import Invitation
from etl.approval.invited import INVITED
from etl.approval.waiting import Waiting, send_or_load
from etl.form.answers import (
    ABOUT,
    BETWEEN,
    EXACT,
    MEETING,
    MOST_CHANGES,
    MOST_COUNTS,
    MOST_MEETINGS,
    NEW,
    REPLY,
    Answers,
    Problem,
    count_entries,
    read_day,
    tidy,
)
from etl.form.checking import find_problems
from etl.form.drafts import Draft
from etl.form.places import say_figures_place, say_where
from etl.inbox import RECORDS, encode_tables, identify_batch
from etl.loading import ReadOptions, map_rows, screen
from etl.replay import insert_batch, pack_sheets
from etl.results import LoadResult
from etl.spec_types import Spec
from etl.specs import read_specs
from etl.template.rows import name_activity
from etl.types import Sheet
from soundings.classify import Classification, Recorded, classify
from soundings.content import schema_sql
from soundings.explanation import Explanation, explain
from soundings.home import Home
from soundings.model import FACTS, KNOWLEDGE, ORGANISERS_REPLY, STAGES, BadFile
from soundings.naming import naming_sql, read_inputs, with_evidence
from soundings.thresholds import find_rubric

NATIVE = "native"
FORM = "the form on the page Add activity"
COPIED = ("summary", "theme", "organisation", "programme", "decision_at_stake", "not_open_to_influence", "promise",
          "local_term", "role_mailbox", "cost", "mode", "time_pattern", "statutory")  # fmt: skip
# Asked only where a decision was open.
INFLUENCE = ("decision_at_stake", "not_open_to_influence", "promise")


@dataclass(frozen=True)
class Preview:
    """What the form would record: its sheets, its name and why; `problems` where it cannot be sent yet (the rest is then None)."""

    problems: list[Problem]
    sheets: list[Sheet]
    recorded: Recorded | None = None
    made: Classification | None = None
    explanation: Explanation | None = None


def activity_key(draft: Draft) -> str:
    """The key of the activity that a draft is about: its own where it is recorded already, else one made from the draft's id."""
    return draft.about.get("key") or "form-" + hashlib.sha256(draft.draft_id.encode()).hexdigest()[:16]


def activity_id_of(draft: Draft) -> str:
    """The id of the activity that a draft is about, or will be."""
    return name_activity(native(), activity_key(draft))


def native() -> Spec:
    """The spec of Soundings' own template."""
    return read_specs()[NATIVE]


def make_sheets(connection: duckdb.DuckDBPyConnection, draft: Draft, today: date) -> list[Sheet]:
    """The template's sheets that the answers fill, each with its rows. The answers have no problems."""
    answers, key = draft.answers, activity_key(draft)
    if draft.about.get("what") == MEETING:
        where = json.loads(draft.about["where"])
        rows = [{**row, **where} for row in list_meetings(answers, key, draft.draft_id)]
        return [make_sheet("sessions", rows)]
    activity = make_activity_row(connection, answers, key, today)
    around = say_figures_place(connection, activity)
    tables = {
        "activities": [activity],
        "claims": list_claims(answers, draft, today),
        "counts": [{**row, **around} for row in list_counts(answers)],
        "sessions": list(list_meetings(answers, key, draft.draft_id)),
        "stages": list(list_stages(answers)),
        "facts": list(list_facts(answers)),
        "outcomes": list(list_changes(answers)),
        "reciprocity": [{"gave": tidy(answers, "gave"), "got": tidy(answers, "got")}],
        "perspectives": [{"knowledge": one, "who": tidy(answers, one)} for one in KNOWLEDGE if tidy(answers, one)],
        "statements": list_statements(connection, draft, today),
    }  # fmt: skip
    if not any(tables["reciprocity"][0].values()):
        tables["reciprocity"] = []
    return [make_sheet(name, [{"activity_id": key, **row} for row in rows]) for name, rows in tables.items() if rows]


def make_sheet(name: str, rows: list[dict[str, str]]) -> Sheet:
    """Rows of text as a sheet, a column for each name that any row has."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    arrays = [pa.array([row.get(column) or None for row in rows], pa.string()) for column in columns]
    table = pa.Table.from_arrays(arrays, names=columns)
    return Sheet(name, table, pa.array(range(2, len(rows) + 2), pa.int32()), {"format": "form"})


def make_activity_row(connection: duckdb.DuckDBPyConnection, answers: Answers, key: str, today: date) -> dict[str, str]:
    """The row of the activity itself, with where it was and what it is called."""
    row = {"activity_id": key, "title": tidy(answers, "title"), "method": tidy(answers, "method").lower()}
    row["took_place"] = answers.get("outcome", "")
    told = [name for name in COPIED if name not in INFLUENCE or answers.get("fact_decision_open") == "yes"]
    row |= {name: tidy(answers, name) for name in told if tidy(answers, name)}
    for column, name in (
        ("start_date", "start"),
        ("end_date", "end"),
        ("first_helped_date", "helped"),
        ("settled_date", "settled"),
    ):
        day, _ = read_day(answers, name, name)
        row[column] = day.isoformat() if day else ""
    return {**row, **say_where(connection, answers)[0]}


def list_claims(answers: Answers, draft: Draft, today: date) -> list[dict[str, str]]:
    """What it was called before, and what it is called now where that is new: a claim is added, never written over."""
    told = json.loads(draft.about.get("claims", "[]"))
    day, _ = read_day(answers, "since", "the date")
    now = {"called": tidy(answers, "called"), "called_by": tidy(answers, "called_by")}
    dates = {one["called_date"] for one in told}
    if not now["called"] or {**now, "called_date": day.isoformat() if day else ""} in told:
        return told
    # Another word under the date of the one before was meant from today on.
    on = today if day is None or day.isoformat() in dates else day
    return [*told, {**now, "called_date": on.isoformat()}]


def list_statements(connection: duckdb.DuckDBPyConnection, draft: Draft, today: date) -> list[dict[str, str]]:
    """What was replied before, and the reply of now where it is new: published words are added to, never taken back unsaid."""
    told = json.loads(draft.about["statements"]) if "statements" in draft.about else read_statements(connection, draft)
    words = draft.answers["reply"].strip() if draft.answers.get("finish") == REPLY else ""
    if not words or any((one["kind"], one["words"]) == (ORGANISERS_REPLY, words) for one in told):
        return told
    return [*told, {"kind": ORGANISERS_REPLY, "words": words, "said_month": f"{today:%Y-%m}"}]


def read_statements(connection: duckdb.DuckDBPyConnection, draft: Draft) -> list[dict[str, str]]:
    """The replies in the batches that a draft takes the place of. What people who took part said has a batch of its own and stays."""
    found = connection.execute(
        "select kind, words, said_month from statement where batch_id in (select unnest($1)) "
        "order by said_month nulls first, row_number, words",
        [read_replaced(draft)],
    ).fetchall()
    return [{"kind": kind, "words": words, "said_month": month or ""} for kind, words, month in dict.fromkeys(found)]


def read_replaced(draft: Draft) -> list[str]:
    """The ids of the batches that a draft takes the place of."""
    return json.loads(draft.about.get("replaces", "[]"))


def list_counts(answers: Answers) -> Iterator[dict[str, str]]:
    start, _ = read_day(answers, "start", "")
    end, _ = read_day(answers, "end", "")
    for number in range(1, count_entries(answers, "counts", MOST_COUNTS) + 1):
        basis = answers.get(f"c{number}_basis")
        if basis in (EXACT, ABOUT, BETWEEN) and tidy(answers, f"c{number}_value"):
            yield {
                "measure": answers.get(f"c{number}_measure") or "people",
                "value": tidy(answers, f"c{number}_value"),
                "value_high": tidy(answers, f"c{number}_high") if basis == BETWEEN else "",
                "basis": {EXACT: "exact", ABOUT: "estimate", BETWEEN: "band"}[basis],
                "period_start": start.isoformat() if start else "",
                "period_end": end.isoformat() if end else "",
            }


def list_meetings(answers: Answers, key: str, draft_id: str) -> Iterator[dict[str, str]]:
    apart = hashlib.sha256(draft_id.encode()).hexdigest()[:8]
    for number in range(1, count_entries(answers, "meetings", MOST_MEETINGS) + 1):
        day, _ = read_day(answers, f"m{number}", "")
        if day:
            yield {
                "session_id": f"{key}-{apart}-{number}",
                "activity_id": key,
                "date": day.isoformat(),
                "minutes": tidy(answers, f"m{number}_minutes"),
                "attendance_count": tidy(answers, f"m{number}_came"),
                "returning_count": tidy(answers, f"m{number}_back"),
                "took_place": answers.get(f"m{number}_outcome", ""),
            }


def list_stages(answers: Answers) -> Iterator[dict[str, str]]:
    for stage in STAGES:
        sharing, why = answers.get(f"stage_{stage}", ""), tidy(answers, f"why_{stage}")
        if sharing:
            yield {"stage": stage, "sharing": sharing, "why_not_shared": why if sharing in ("to", "for") else ""}


def list_facts(answers: Answers) -> Iterator[dict[str, str]]:
    for fact in FACTS:
        answer, seen = answers.get(f"fact_{fact}", ""), tidy(answers, f"seen_{fact}")
        if fact == "joint_decision" and answer == "yes" and tidy(answers, "named_decision"):
            seen = "; ".join(part for part in (tidy(answers, "named_decision"), seen) if part)
        if answer:
            yield {"fact": fact, "answer": answer, "evidence": seen if answer != "not known" else ""}


def list_changes(answers: Answers) -> Iterator[dict[str, str]]:
    for number in range(1, count_entries(answers, "changes", MOST_CHANGES) + 1):
        if tidy(answers, f"o{number}_what"):
            row = {"what_changed": tidy(answers, f"o{number}_what"), "who_decided": tidy(answers, f"o{number}_who")}
            for column, part in (("changed_date", "on"), ("told_back_due_date", "due"), ("told_back_date", "told")):
                day, _ = read_day(answers, f"o{number}_{part}", "")
                row[column] = day.isoformat() if day else ""
            yield row


def preview_form(home: Home, connection: duckdb.DuckDBPyConnection, draft: Draft, today: date) -> Preview:
    """What sending would record, worked out in memory; nothing is written."""
    problems = find_problems(connection, draft)
    if problems:
        return Preview(problems, [])
    sheets, manifest, mapped = prepare(home, connection, draft, today, "preview")
    if draft.about.get("what") == MEETING:
        return Preview([], sheets)
    with duckdb.connect(":memory:") as memory:
        memory.execute(schema_sql())
        insert_batch(memory, 1, manifest, mapped)
        (inputs,) = memory.execute(f"{naming_sql()} select inputs from naming_input").fetchone()  # noqa: S608 — naming.sql
        row = memory.execute("select start_date, end_date from activity").fetchone()
    evidence = {line["fact"]: line["evidence"] for line in mapped.tables["fact"].to_pylist() if line["evidence"]}
    is_live = row[0] <= today and (row[1] is None or row[1] >= today)
    recorded = with_evidence(read_inputs(inputs), evidence, is_live=is_live)
    rubric = find_rubric(home)
    made = classify(recorded, rubric)
    return Preview([], sheets, recorded, made, explain(recorded, made, rubric))


def prepare(
    home: Home,
    connection: duckdb.DuckDBPyConnection,
    draft: Draft,
    today: date,
    who: str,
    invited: str | None = None,
):
    """(the screened sheets, the manifest, what they become). The same answers of the same draft are the same batch."""
    spec = native()
    sheets, decisions = screen(home, make_sheets(connection, draft, today), spec, ReadOptions())
    told = json.dumps([draft.draft_id, dict(draft.answers), dict(draft.about)], sort_keys=True, ensure_ascii=False)
    file_sha256 = hashlib.sha256(told.encode()).hexdigest()
    options = {"form": draft.about.get("what") or NEW, "activity": name_activity(spec, activity_key(draft))}
    if invited is not None:
        options[INVITED] = invited
    manifest = {
        "batch_sha256": identify_batch(file_sha256, spec.id, options),
        "kind": RECORDS,
        "source_id": spec.id,
        "file_name": FORM,
        "file_sha256": file_sha256,
        "is_demo": False,
        "accepted_at": say_now(),
        "recorded_date": today.isoformat(),
        "accepted_by": who,
        "options": options,
        "detected": {sheet.name: sheet.detected for sheet in sheets},
        "decisions": decisions,
        "licence": spec.licence,
        "attribution": tidy(draft.answers, "organisation") or spec.attribution,
        "mapping": spec.raw,
        "replaces": read_replaced(draft),
    }
    mapped = map_rows(spec, sheets, manifest)
    if mapped.rows_rejected:
        reasons = " ".join(
            sorted({line["reason"] for line in mapped.rejections.to_pylist() if line["is_row_rejected"]})
        )
        raise BadFile(f"Nothing was sent, because a part of it could not be taken in: {reasons} Your draft is kept.")
    return sheets, manifest, mapped


def send_form(
    home: Home,
    connection: duckdb.DuckDBPyConnection,
    draft: Draft,
    today: date,
    *,
    is_demo: bool = False,
    who: str | None = None,
    invitation: Invitation | None = None,
) -> LoadResult | Waiting:
    """The batch of a form, acknowledged and in the store; with an invitation, waiting in the inbox until a steward approves it.

    Sent twice it is one batch. Raises BadFile, Busy, BrokenStore.
    The caller deletes the draft once this has returned: until then nothing typed can be lost.
    """
    problems = find_problems(connection, draft)
    if problems:
        raise BadFile(" ".join(problem.sentence for problem in problems))
    invited = invitation.organisation if invitation else None
    sheets, manifest, mapped = prepare(home, connection, draft, today, who or invited or say_who(), invited)
    manifest["is_demo"] = is_demo
    invitation_id = invitation.invitation_id if invitation else None
    return send_or_load(home, manifest, encode_tables(pack_sheets(sheets)), mapped, sheets, invitation_id=invitation_id)
