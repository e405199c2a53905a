"""What the form reads back from the store: the places to choose from, and a recorded activity as answers to change."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date

import duckdb

from etl.form.answers import BY_DRAWING, BY_NAME, BY_POSTCODE, CHANGE, KEPT_BACK, MEETING, NOT_COUNTED, NOT_TIED
from etl.form.drafts import Draft, make_draft_id
from etl.form.places import usual_precision
from etl.form.records import COPIED, FORM, NATIVE, read_statements
from etl.parsing import parse_list
from soundings.model import HELD
from soundings.place_sets import read_sets

MOST_CHOICES = 4000
OFFERED = ("district", "ward", "neighbourhood", "msoa", "region", "country")
RECORDED = ("activity", "activity_count", "session", "stage", "fact", "outcome", "reciprocity", "perspective", "story", "claim",
            "instrument")  # fmt: skip
BASIS = {"exact": "exact", "estimate": "about", "band": "between"}


@dataclass(frozen=True)
class PlaceChoice:
    """One place to choose, under its own name or another that people use for it."""

    place_code: str
    label: str


@dataclass(frozen=True)
class Known:
    """A recorded activity that a meeting can be added to. `where` are the template's cells for where it meets."""

    activity_id: str
    key: str
    title: str
    where: dict[str, str]
    last_meeting: date | None


def read_choices(connection: duckdb.DuckDBPyConnection, within: str | None = None) -> list[PlaceChoice]:
    """Every loaded place with its other names, by name; only those inside `within`, where given. Empty where they are too many."""
    found = connection.execute(
        """
        with recursive inside as (
            select place_code from place_now where place_code = $within
            union
            select p.place_code from place_now p join inside i on p.parent_code = i.place_code
        ),
        offered as (
            select place_code, name, kind, place_set, parent_code
            from place_now
            where list_contains($kinds, kind) and ($within is null or place_code in (select place_code from inside))
        )
        select o.place_code, o.name, o.kind, o.place_set, q.name, null
        from offered o left join place_now q on q.place_code = o.parent_code
        union all
        select o.place_code, o.name, o.kind, o.place_set, q.name, a.alias
        from (select distinct place_code, alias from place_alias) a
        join offered o using (place_code)
        left join place_now q on q.place_code = o.parent_code
        order by 2, 3, 1, 6 nulls first
        limit $most
        """,
        {"within": within, "kinds": list(OFFERED), "most": MOST_CHOICES + 1},
    ).fetchall()
    if len(found) > MOST_CHOICES:
        return []
    # Of a kind in several sets each place says which it is of.
    several = {
        (kind, one.key): f"{kind} of {one.name}"
        for kind in {row[2] for row in found}
        for one in read_sets(connection, kind)
        if not one.is_alone
    }
    return [
        PlaceChoice(code, say_choice(name, several.get((kind, key), kind), around, alias))
        for code, name, kind, key, around, alias in found
    ]


def say_choice(name: str, kind: str, around: str | None, alias: str | None) -> str:
    where = f"{kind} in {around}" if around else kind
    return f"{alias.title()} ({name}, {where})" if alias else f"{name} ({where})"


def read_place_name(connection: duckdb.DuckDBPyConnection, place_code: str) -> str:
    """A place's name with its kind; the code itself where it is not loaded."""
    row = connection.execute("select name, kind from place_now where place_code = $1", [place_code]).fetchone()
    return f"{row[0]} ({row[1]})" if row else place_code


def read_place_names(connection: duckdb.DuckDBPyConnection, place_codes: str) -> str:
    """The names of the places of a template's cell, in words: “Harbour and Cockle Row (ward)”."""
    names = [read_place_name(connection, code) for code in parse_list(place_codes) or ()]
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def read_native(connection: duckdb.DuckDBPyConnection, activity_id: str) -> Known | None:
    """The activity, where it came by the form or the template and a meeting can be added to it; None for any other."""
    row = connection.execute(
        "select activity_key, title from activity_now where activity_id = $1 and source_id = $2", [activity_id, NATIVE]
    ).fetchone()
    if row is None:
        return None
    last = connection.execute(
        "select max(start_date) from session_held where activity_id = $1", [activity_id]
    ).fetchone()[0]
    return Known(activity_id, row[0], row[1], read_where(connection, activity_id), last)


def read_where(connection: duckdb.DuckDBPyConnection, activity_id: str) -> dict[str, str]:
    """The template's cells that say again where the activity stands; where it says nothing, that no place was given."""
    rows = connection.execute(
        """
        with way as (
            select batch_id, location_id, 1 as position, kind, said, code, name, within_code, lon, lat from location
            union all
            select batch_id, location_id, position, kind, said, code, name, within_code, lon, lat from location_way
        )
        select l.kind, l.said, l.code, l.name, l.within_code, l.lon, l.lat, p.role
        from activity_place p
        join way l using (batch_id, location_id)
        join activity_now a using (batch_id, activity_id)
        where p.activity_id = $1
        order by l.location_id, l.position
        """,
        [activity_id],
    ).fetchall()
    if not rows:
        return {}
    role = rows[0][-1]
    codes = "; ".join(dict.fromkeys(code for kind, _, code, *_ in rows if kind == "code"))
    cells: dict[str, str] = {}
    for kind, said, _, name, within, lon, lat, _ in rows:
        cells = {
            "code": {"place_code": codes},
            "name": {"place_name": name, "place_within": within or ""},
            "postcode": {"postcode": said},
            "point": {"lon": repr(lon), "lat": repr(lat)},
            "not_tied": {"not_tied_to_place": "yes"},
        }.get(kind, {}) | cells
    cells = cells or {"place_name": "prefer not to say"}
    return cells if "not_tied_to_place" in cells else {"place_role": role if role != "home" else "venue", **cells}


def start_meeting(connection: duckdb.DuckDBPyConnection, activity_id: str) -> Draft | None:
    """A draft of one more meeting of a recorded activity; None where it did not come by the form or the template."""
    known = read_native(connection, activity_id)
    if known is None:
        return None
    about = {
        "what": MEETING,
        "activity": activity_id,
        "key": known.key,
        "title": known.title,
        "where": json.dumps(known.where),
    }
    return Draft(make_draft_id(), {}, about)


def find_form_batches(connection: duckdb.DuckDBPyConnection, activity_id: str) -> list[str] | None:
    """The batches that hold this activity, where each came by the form; None where any came in a file."""
    parts = " union ".join(f"select batch_id from {table} where activity_id = $1" for table in RECORDED)  # noqa: S608
    found = connection.execute(
        f"select batch_id, file_name, source_id from batch where batch_id in ({parts}) order by sequence",  # noqa: S608
        [activity_id],
    ).fetchall()
    ours = [batch_id for batch_id, file_name, source_id in found if file_name == FORM and source_id == NATIVE]
    return ours if ours and len(ours) == len(found) else None


def start_change(connection: duckdb.DuckDBPyConnection, activity_id: str) -> Draft | None:
    """A draft filled in with what is recorded, to be sent as a new version; None where the activity did not come by the form."""
    known, batches = read_native(connection, activity_id), find_form_batches(connection, activity_id)
    if known is None or batches is None:
        return None
    answers = read_answers(connection, activity_id)
    about = {
        "what": CHANGE, "activity": activity_id, "key": known.key, "title": known.title, "replaces": json.dumps(batches),
        "claims": json.dumps(read_claims(connection, activity_id, answers)),
    }  # fmt: skip
    draft = Draft(make_draft_id(), answers, about)
    return replace(draft, about={**about, "statements": json.dumps(read_statements(connection, draft))})


def read_row(connection: duckdb.DuckDBPyConnection, sql: str, activity_id: str) -> list[dict]:
    """The rows of a query about one activity, each by column."""
    found = connection.execute(sql, [activity_id])
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def read_answers(connection: duckdb.DuckDBPyConnection, activity_id: str) -> dict[str, str]:
    """The form's answers that would record what is recorded of an activity now."""
    answers: dict[str, str] = {}
    (activity,) = read_row(connection, "select * from activity_now where activity_id = $1", activity_id)
    for name in ("title", "method", *COPIED):
        answers[name] = activity.get(name) or ""
    statutory = activity["is_statutory"]
    answers["statutory"] = "" if statutory is None else "yes" if statutory else "no"
    for column, name in (
        ("start_date", "start"), ("end_date", "end"), ("first_helped_date", "helped"), ("settled_date", "settled"),
    ):  # fmt: skip
        put_day(answers, name, activity[column])
    answers["outcome"] = activity["took_place"] or ""
    if activity["end_date"]:
        answers["lasted"] = "yes"
    put_where(connection, answers, activity_id)
    put_counts(connection, answers, activity_id)
    put_meetings(connection, answers, activity_id)
    for row in read_row(connection, "select * from stage_now where activity_id = $1", activity_id):
        answers[f"stage_{row['stage']}"] = row["sharing"]
        answers[f"why_{row['stage']}"] = row["why_not_shared"] or ""
    for row in read_row(connection, "select * from fact_now where activity_id = $1", activity_id):
        answers[f"fact_{row['fact']}"], answers[f"seen_{row['fact']}"] = row["answer"], row["evidence"] or ""
    put_changes(connection, answers, activity_id)
    for row in read_row(connection, "select * from reciprocity where activity_id = $1", activity_id):
        answers["gave"], answers["got"] = row["gave"] or "", row["got"] or ""
    for row in read_row(connection, "select * from perspective where activity_id = $1", activity_id):
        answers[row["knowledge"]] = row["who"]
    for row in read_row(connection, "select * from claim_now where activity_id = $1", activity_id):
        answers["called"], answers["called_by"] = row["called"], row["called_by"] or ""
        put_day(answers, "since", row["called_date"])
    if answers.get("precision"):  # what is recorded was chosen for these answers, and for no others
        answers["precision_over"] = usual_precision(answers)
    return {name: value for name, value in answers.items() if value}


def put_day(answers: dict[str, str], name: str, day: date | None) -> None:
    if day:
        answers |= {f"{name}_day": str(day.day), f"{name}_month": str(day.month), f"{name}_year": str(day.year)}


def put_where(connection: duckdb.DuckDBPyConnection, answers: dict[str, str], activity_id: str) -> None:
    """Where it was, as closely as was recorded: a place once widened cannot be told more closely again."""
    where = read_where(connection, activity_id)
    rows = read_row(
        connection, "select precision, role from activity_place where activity_id = $1 limit 1", activity_id
    )
    if rows:
        answers |= {"precision": rows[0]["precision"] or "", "place_role": rows[0]["role"]}
    if "not_tied_to_place" in where:
        answers["where_how"] = NOT_TIED
    elif "postcode" in where:
        answers |= {"where_how": BY_POSTCODE, "postcode": where["postcode"]}
    elif outline := connection.execute(
        "select outline from activity_now where activity_id = $1", [activity_id]
    ).fetchone()[0]:
        answers |= {"where_how": BY_DRAWING, "outline": outline}
    elif ";" in where.get("place_code", ""):
        answers |= {"where_how": BY_DRAWING, "area_codes": where["place_code"]}
    elif "place_code" in where:
        answers |= {"where_how": BY_NAME, "place_code": where["place_code"]}
    elif rows and rows[0]["precision"] == KEPT_BACK:
        answers["where_how"] = KEPT_BACK


def put_counts(connection: duckdb.DuckDBPyConnection, answers: dict[str, str], activity_id: str) -> None:
    rows = read_row(connection, "select * from activity_count where activity_id = $1 order by count_id", activity_id)
    for number, row in enumerate(rows, start=1):
        answers |= {f"c{number}_measure": row["measure"], f"c{number}_basis": BASIS[row["basis"]]}
        answers[f"c{number}_value"] = f"{row['value']:.15g}"
        if row["value_high"] is not None:
            answers[f"c{number}_high"] = f"{row['value_high']:.15g}"
    if rows:
        answers["counts"] = str(len(rows))
    else:
        answers["c1_basis"] = NOT_COUNTED


# Each meeting once, however many batches tell it; whether it took place as was said of itself, and not of the whole activity.
MEETINGS = """
select
    m.*,
    (
        select arg_max(s.took_place, b.sequence)
        from session s
        join batch b using (batch_id)
        where s.session_id = m.session_id or s.session_id in (select unnest(m.told_before))
    ) as said_outcome
from session_now m
where m.activity_id = $1
order by m.start_date nulls last, m.session_id
"""


def put_meetings(connection: duckdb.DuckDBPyConnection, answers: dict[str, str], activity_id: str) -> None:
    rows = read_row(connection, MEETINGS, activity_id)
    for number, row in enumerate(rows, start=1):
        put_day(answers, f"m{number}", row["start_date"])
        answers[f"m{number}_outcome"] = row["said_outcome"] or ""
        if row["said_outcome"] not in (None, HELD):
            continue  # what an earlier batch said of those who came is over
        for part, column in (("minutes", "minutes"), ("came", "attendance_count"), ("back", "returning_count")):
            answers[f"m{number}_{part}"] = "" if row[column] is None else f"{row[column]:.0f}"
    if rows:
        answers["meetings"] = str(len(rows))


def put_changes(connection: duckdb.DuckDBPyConnection, answers: dict[str, str], activity_id: str) -> None:
    rows = read_row(connection, "select * from outcome where activity_id = $1 order by row_number", activity_id)
    for number, row in enumerate(rows, start=1):
        answers[f"o{number}_what"], answers[f"o{number}_who"] = row["what_changed"], row["who_decided"] or ""
        for part, column in (("on", "changed_date"), ("due", "told_back_due_date"), ("told", "told_back_date")):
            put_day(answers, f"o{number}_{part}", row[column])
    if rows:
        answers["changes"] = str(len(rows))


def read_claims(
    connection: duckdb.DuckDBPyConnection, activity_id: str, answers: dict[str, str]
) -> list[dict[str, str]]:
    """Everything it has been called so far, for the new version to carry on: what it was called is never overwritten."""
    rows = read_row(
        connection, "select * from claim where activity_id = $1 order by called_date nulls first", activity_id
    )
    told = {
        (row["called"], row["called_by"] or "", row["called_date"].isoformat() if row["called_date"] else "")
        for row in rows
    }
    return [
        {"called": called, "called_by": by, "called_date": on}
        for called, by, on in sorted(told, key=lambda one: one[2])
    ]
