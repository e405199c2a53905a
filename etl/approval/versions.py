"""What a new version of batches that are here would change of them, in words and figures before and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from etl.form.heading import head_stored
from etl.inbox import ID_LENGTH, RECORDS
from soundings.content import read_columns
from soundings.filters import say_date
from soundings.measures import read_measures
from soundings.model import PLACE_KINDS
from soundings.views import say_amount

ACTIVITIES, MEETINGS, CAME, WHERE = "Activities", "Meetings", "People at its meetings", "Where"
NOT_HELD = "Meetings that did not take place, or not yet"
# The cells of an activity that are told before and after.
CELLS = {
    "title": "Title",
    "method": "How it was done",
    "start_date": "First day",
    "end_date": "Last day",
    "summary": "What it was",
    "mode": "In person or online",
    "time_pattern": "Once or again and again",
    "theme": "Theme",
    "organisation": "Who ran it",
    "programme": "Programme",
    "decision_at_stake": "The decision at stake",
    "not_open_to_influence": "What was not open to influence",
    "promise": "What was promised",
    "local_term": "Word used for it",
    "first_helped_date": "First helped on",
    "settled_date": "Settled on",
    "is_statutory": "Required by law",
    "cost": "Cost",
}
OF_ACTIVITY, OF_FIGURES = "what else is said of it", "how the figures were counted"
OF_MEETINGS, OF_PLACE = "what is said of the meetings", "the place as it was told"
# What is told only as changed, because it is many rows, or because the words of it above are the same before and after.
PARTS = {
    OF_ACTIVITY: ("activity",),
    OF_FIGURES: ("activity_count",),
    OF_MEETINGS: ("session",),
    OF_PLACE: ("location", "location_way", "activity_place"),
    "how decisions were made": ("stage", "fact"),
    "what changed": ("outcome",),
    "give and take": ("reciprocity",),
    "whose knowledge was in the room": ("perspective",),
    "what it is called": ("claim",),
    "replies and agreed statements": ("statement",),
    "stories": ("story",),
    "scores": ("instrument",),
}
# Of where a row came from, not of what it says; the days of a figure are those of its activity.
UNSAID = {"batch_id", "row_number", "sheet", "count_id", "session_id", "session_key", "location_id", "source_row_count",
          "source_rows", "source_sheets", "period_start", "period_end"}  # fmt: skip
PLACES = f"""
select distinct coalesce(p.name, l.said, l.name, case l.kind when 'not_tied' then 'not tied to a place' else 'no place' end)
from activity_place a
join location l using (batch_id, location_id)
left join (
    select batch_id, location_id, arg_min(place_code, list_position({list(PLACE_KINDS)}, kind)) as place_code
    from location_place
    where is_newest
    group by all
) s using (batch_id, location_id)
left join place_now p using (place_code)
where a.batch_id in (select unnest($1))
order by 1
"""  # noqa: S608 — fixed text


# As `session_now` has it, of the meetings that these batches tell, whatever a later one says of them.
MEETINGS_HELD = """
with meeting as (
    select
        s.attendance_count,
        case
            when s.took_place <> 'yes' then false
            when s.took_place is null and u.took_place <> 'planned' then false
            else not coalesce(s.start_date > b.recorded_date, false)
        end as is_held
    from session s
    join batch_day b using (batch_id)
    left join activity_unheld u using (activity_id)
    where batch_id in (select unnest($1))
)
select count(*) filter (is_held), count(*) filter (not is_held), sum(attendance_count) filter (is_held) from meeting
"""


@dataclass(frozen=True)
class Change:
    """One thing that a new version says otherwise, in words. None: nothing is said of it."""

    what: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Version:
    """What a batch is a new version of. `is_here`: whether all `batch_ids` are; else one was undone, or replaced by another.

    `name`: what the oldest of them is headed by. `also`: parts that change, and of which no figures are told.
    """

    batch_ids: tuple[str, ...]
    name: str = ""
    is_here: bool = False
    changes: tuple[Change, ...] = ()
    also: tuple[str, ...] = ()


def list_replaced(manifest: dict) -> tuple[str, ...]:
    """The batches that this one is a new version of; they stand aside for as long as it is not undone."""
    return tuple(manifest.get("replaces") or ()) if manifest["kind"] == RECORDS else ()


def find_version(before: duckdb.DuckDBPyConnection, after: duckdb.DuckDBPyConnection, manifest: dict) -> Version | None:
    """What the batch changes of those it is a new version of; None where it is of none. `after` holds it, `before` does not."""
    replaced = list_replaced(manifest)
    if not replaced:
        return None
    here = before.execute(
        "select batch_id, file_name, source_id from batch where batch_id in (select unnest($1)) order by sequence",
        [list(replaced)],
    ).fetchall()
    if len(here) < len(replaced):
        return Version(replaced)
    was, now = [batch_id for batch_id, *_ in here], [manifest["batch_sha256"][:ID_LENGTH]]
    old, new = read_words(before, was), read_words(after, now)
    if (ACTIVITIES in old) != (ACTIVITIES in new):  # one activity became several, or the other way round
        old, new = count_one(old), count_one(new)
    changes = compare_words(old, new)
    told = {one.what for one in changes}
    labels = {measure.label for measure in read_measures().values()}
    of_meetings = {MEETINGS, NOT_HELD, CAME}
    is_told = {OF_FIGURES: told & {*labels, WHERE}, OF_MEETINGS: told & of_meetings, OF_PLACE: told & {WHERE}}
    unsaid = UNSAID if ACTIVITIES in old | new else UNSAID | CELLS.keys()
    both = sorted(read_activities(before, was) & read_activities(after, now))
    also = tuple(
        part
        for part, tables in PARTS.items()
        if not is_told.get(part)
        and read_mark(before, was, tables, unsaid, both) != read_mark(after, now, tables, unsaid, both)
    )
    return Version(tuple(was), head_stored(before, *here[0]), True, changes, also)


def compare_words(before: dict[str, str], after: dict[str, str]) -> tuple[Change, ...]:
    """What is not said in the same words before and after."""
    return tuple(
        Change(what, before.get(what), after.get(what))
        for what in dict.fromkeys((*after, *before))
        if before.get(what) != after.get(what)
    )


def count_one(said: dict[str, str]) -> dict[str, str]:
    """What is said of a single activity as it is said of several: their number, and not its cells."""
    if ACTIVITIES in said:
        return said
    cells = set(CELLS.values())
    return {ACTIVITIES: "1", **{what: words for what, words in said.items() if what not in cells}}


def read_words(connection: duckdb.DuckDBPyConnection, batch_ids: list[str]) -> dict[str, str]:
    """What → what these batches say of it: figures, meetings, where and, of a single activity, its cells."""
    said = read_figures(connection, batch_ids)
    held, not_held, came = connection.execute(MEETINGS_HELD, [batch_ids]).fetchone()
    said |= {MEETINGS: f"{held:,}"} if held else {}
    said |= {NOT_HELD: f"{not_held:,}"} if not_held else {}
    said |= {CAME: f"{came:,.0f}"} if came is not None else {}
    places = [name for (name,) in connection.execute(PLACES, [batch_ids]).fetchall()]
    if places:
        said[WHERE] = ", ".join(places)
    cells = ", ".join(CELLS)
    rows = connection.execute(
        f"select {cells} from activity where batch_id in (select unnest($1)) limit 2",  # noqa: S608 — columns named above
        [batch_ids],
    ).fetchall()
    if len(rows) == 1:
        return said | {
            CELLS[name]: say_cell(value) for name, value in zip(CELLS, rows[0], strict=True) if value is not None
        }
    (total,) = connection.execute(
        "select count(*) from activity where batch_id in (select unnest($1))", [batch_ids]
    ).fetchone()
    return {ACTIVITIES: f"{total:,}", **said}


def read_figures(connection: duckdb.DuckDBPyConnection, batch_ids: list[str]) -> dict[str, str]:
    """Measure → its figure: “60”, “about 60”, “60 to 70”; the sum where there are several."""
    found = connection.execute(
        """
        select measure, count(*), sum(value), sum(
            case when value_high is null and basis = 'band' then 'infinity'::double else coalesce(value_high, value) end
        ), any_value(basis)
        from count_held
        where batch_id in (select unnest($1))
        group by measure
        order by measure
        """,
        [batch_ids],
    ).fetchall()
    measures = read_measures()
    return {
        measures[measure].label if measure in measures else measure: say_figure(*figure) for measure, *figure in found
    }


def say_figure(rows: int, low: float, high: float, basis: str) -> str:
    said = say_amount(low, high)
    if rows > 1:
        return f"{said} in all"
    return f"about {said}" if basis == "estimate" and low == high else said


def read_activities(connection: duckdb.DuckDBPyConnection, batch_ids: list[str]) -> set[str]:
    """The activities that these batches hold."""
    found = connection.execute(
        "select distinct activity_id from activity where batch_id in (select unnest($1))", [batch_ids]
    ).fetchall()
    return {activity_id for (activity_id,) in found}


def say_cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return say_date(value) if isinstance(value, date) else str(value)


def read_mark(
    connection: duckdb.DuckDBPyConnection,
    batch_ids: list[str],
    tables: tuple[str, ...],
    unsaid: set[str],
    both: list[str],
) -> list[tuple]:
    """For each table how many different rows these batches hold in it, but for the columns `unsaid`, and a sum of their hashes.

    Where there are activities in `both`, only what is said of those: another activity is told by their number.
    """
    marks = []
    for table in tables:
        columns = read_columns()[table]
        names = ", ".join(name for name in columns if name not in unsaid)
        of_both = "and activity_id in (select unnest($both))" if both and "activity_id" in columns else ""
        sql = (
            f"select count(*), sum(hash(row_of)) from "  # noqa: S608 — table and columns come from schema.sql
            f"(select distinct row({names}) as row_of from {table} where batch_id in (select unnest($ids)) {of_both})"
        )
        marks.append(connection.execute(sql, {"ids": batch_ids} | ({"both": both} if of_both else {})).fetchone())
    return marks
