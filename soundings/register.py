"""The register: every activity with what it's called, what's recorded and how many took part, searched, filtered, sorted, paged."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path

import duckdb

from soundings.filters import EVERYTHING, IS_GOING_ON, STATUS_SQL, Filters, in_period_sql
from soundings.measures import MEETING_TOTALS, measures_of
from soundings.model import PLACE_KINDS
from soundings.naming import naming_sql
from soundings.standing import records_sql

REGISTER_SQL = Path(__file__).with_name("register.sql")
PAGE_ROWS = 50

# What a row can be sorted by, and the SQL of it. Names sort by their letters alone: none comes before another by its worth.
# People sort by unit before number, because units do not compare.
SORTS = {
    "title": "a.title_key",
    "called": "fold(a.called)",
    "recorded": "fold(a.name)",
    "method": "fold(a.method)",
    "stages": "a.stages",
    "people": "list_position($counted, a.figures[1].measure) {direction} nulls last, a.figures[1].low",
    "dialogue": "a.session_count",
    "period": "a.last_day {direction} nulls last, a.first_day",
    "place": "fold(a.place_names[1])",
    "organisation": "fold(a.organisation)",
}
NEWEST = "-period"
ORDERS = (NEWEST, "period", *(f"{sign}{name}" for name in SORTS if name != "period" for sign in ("", "-")))

# Letters that lose no accent by being taken apart, and what is written without them.
FOLDED_LETTERS = (("łøđıþð", "lodipd"),)
FOLDED_PAIRS = (("æ", "ae"), ("œ", "oe"), ("ß", "ss"))
LEFT_OUT = "-‐‑–'’‘`\"“”"


@dataclass(frozen=True)
class Figures:
    """How many took part, in one unit and one layer. `high` differs from `low` where the source gives a band."""

    measure: str
    role: str
    low: float
    high: float
    is_estimate: bool


@dataclass(frozen=True)
class RegisterLine:
    """One activity of the register. None is nothing recorded, throughout.

    `name` and what follows it are of its last naming; None where the store holds none. `status` is as of the day asked for.
    `is_open_ended`: live with no end; `is_end_unknown`: it goes on, and nobody has said until when.
    `took_place`: the word for why it did not, else None; `unheld_count`: its meetings that did not, which are in no count.
    `place_state` is located | outside | unlocated | not_tied; `is_home`: the places are where people live.
    """

    activity_id: str
    title: str
    summary: str | None
    method: str | None
    theme: str | None
    organisation: str | None
    source_id: str
    called: str | None
    called_date: date | None
    name: str | None
    rule_id: str | None
    comparison: str | None
    next_question: str | None
    rubric_version: str | None
    stages: str | None
    figures: list[Figures]
    session_count: int | None
    typical_count: float | None
    returning_count: float | None
    first_day: date | None
    last_day: date | None
    is_open_ended: bool
    is_end_unknown: bool
    status: str | None
    place_names: list[str]
    is_home: bool
    place_state: str
    took_place: str | None = None
    unheld_count: int = 0


@dataclass(frozen=True)
class Wanted:
    """What a reader asks of the register. None is no narrowing; every word of `words` must be found."""

    words: str = ""
    recorded: str | None = None
    comparison: str | None = None
    next_question: str | None = None
    place: str | None = None
    filters: Filters = EVERYTHING
    order: str = NEWEST


@dataclass(frozen=True)
class Found:
    """How many activities fit, and what is recorded of them. `asked_next`: fact id → for how many it is the next question.

    `unheld`: how many of them did not take place, or none of whose meetings did.
    """

    total: int
    located: int
    not_tied: int
    unnamed: int
    asked_next: dict[str, int]
    undated: int
    repeats: int
    unheld: int = 0


@dataclass(frozen=True)
class Choices:
    """What the register can be narrowed to. `recorded`: rule id → name; `places`: code → name of every place that an activity touches."""

    total: int
    recorded: dict[str, str]
    comparisons: list[str]
    next_questions: list[str]
    places: dict[str, str]


@dataclass(frozen=True)
class Register:
    """One generation's register, held in memory; `cursor` for each call, as threads share it."""

    connection: duckdb.DuckDBPyConnection

    def cursor(self) -> duckdb.DuckDBPyConnection:
        return self.connection.cursor()


def fold_sql(text: str) -> str:
    """SQL for a text as it is compared: lower case, without accents, hyphens and apostrophes."""
    folded = f"lower({text})"
    for pair, plain in FOLDED_PAIRS:
        folded = f"replace({folded}, '{pair}', '{plain}')"
    for letters, plain in FOLDED_LETTERS:
        left_out = LEFT_OUT.replace("'", "''")
        folded = f"translate(strip_accents({folded}), '{letters}{left_out}', '{plain}')"
    return folded


@cache
def register_sql() -> str:
    """The shared `with` clauses, the register last."""
    words = "concat_ws(chr(10), a.title, a.summary, a.organisation, c.called, u.place_words)"
    own = REGISTER_SQL.read_text(encoding="utf-8").strip().replace("{folded}", fold_sql(words))
    return ",\n".join((records_sql(), naming_sql().removeprefix("with "), own))


def breadth() -> list[str]:
    """The measures of breadth, in their order."""
    return [measure.id for measure in measures_of("breadth")]


def counted() -> list[str]:
    """The measures that a line's figures are of: breadth, then totals of meetings."""
    return [*breadth(), *MEETING_TOTALS]


def make_register(connection: duckdb.DuckDBPyConnection) -> Register:
    """The register of what this connection reads, in a database of its own in memory: later calls do not touch the store."""
    rows = connection.execute(
        f"{register_sql()} select * from register",  # noqa: S608 — SQL of this package; every value is bound
        {"kinds": list(PLACE_KINDS), "counted": counted(), "source": None, "measure": None},
    ).to_arrow_table()
    held = duckdb.connect()
    held.register("rows", rows)
    held.execute(f"create macro fold(text) as {fold_sql('text')}")
    held.execute("create table register as select *, fold(title) as title_key from rows")
    held.unregister("rows")
    names = connection.execute("select place_code, name, kind from place_now").to_arrow_table()
    held.register("names", names)
    held.execute("create table place_name as select * from names")
    held.unregister("names")
    return Register(held)


def where(wanted: Wanted) -> str:
    """SQL over alias a (register) for what is wanted but the period; values are bound by `bindings`."""
    words = " and ".join(f"contains(a.words, fold($word_{n}))" for n in range(len(split_words(wanted.words)))) or "true"
    return f"""
        {words}
        and ($recorded is null or a.rule_id = $recorded)
        and ($comparison is null or a.comparison = $comparison)
        and ($next_question is null or a.next_question = $next_question)
        and ($place is null or list_contains(a.place_codes, $place))
        and ($organisation is null or a.organisation = $organisation)
        and ($method is null or a.method = $method)
        and ($theme is null or a.theme = $theme)
        and ($source is null or a.source_id = $source)
        and ($when is null or {STATUS_SQL} = $when)
    """


IN_PERIOD = in_period_sql("a.first_day", "a.last_day")
# A repeat of another source's meetings stands once, with that source; asked for by its own source, it is there.
STANDS = "(not a.is_repeat or $source is not null)"


def split_words(text: str) -> list[str]:
    """The words of a search; none that is nothing but marks that the search leaves out."""
    return [word for word in text.split() if word.strip(LEFT_OUT)]


def bindings(wanted: Wanted, today: date) -> dict:
    """Every name that `where`, IN_PERIOD and STANDS bind."""
    words = {f"word_{number}": word for number, word in enumerate(split_words(wanted.words))}
    return {
        "recorded": wanted.recorded,
        "comparison": wanted.comparison,
        "next_question": wanted.next_question,
        "place": wanted.place,
        **wanted.filters.bindings(today),
        **words,
    }


def read_found(register: Register, wanted: Wanted, *, today: date) -> Found:
    """How many activities fit, with what is and is not recorded of them."""
    cursor = register.cursor()
    cursor.execute(
        f"""
        create or replace temp table fitting as
        select a.place_state, a.rule_id, a.next_question, a.first_day is null as is_undated, {IN_PERIOD} as is_in, {STANDS} as stands,
            a.took_place is not null or (a.session_count is null and a.unheld_count > 0 and a.figures is null) as is_unheld
        from register a
        where {where(wanted)}
        """,  # noqa: S608
        bindings(wanted, today),
    )
    total, located, not_tied, unnamed, undated, repeats, unheld = cursor.execute(
        """
        select
            count(*) filter (is_in and stands),
            count(*) filter (is_in and stands and place_state = 'located'),
            count(*) filter (is_in and stands and place_state = 'not_tied'),
            count(*) filter (is_in and stands and (rule_id = 'not_enough_recorded' or rule_id is null)),
            count(*) filter (not is_in and stands and is_undated),
            count(*) filter (is_in and not stands),
            count(*) filter (is_in and stands and is_unheld)
        from fitting
        """
    ).fetchone()
    asked = cursor.execute(
        """
        select next_question, count(*) as n
        from fitting
        where is_in and stands and next_question is not null
        group by next_question
        order by n desc, next_question
        """
    ).fetchall()
    return Found(total, located, not_tied, unnamed, dict(asked), undated, repeats, unheld)


COLUMNS = ", ".join(
    {
        "status": f"{STATUS_SQL} as status",
        "is_open_ended": f"coalesce({IS_GOING_ON}, false) as is_open_ended",
        "is_home": "coalesce(a.is_home, false) as is_home",
    }.get(field.name, f"a.{field.name}")
    for field in fields(RegisterLine)
)


def order_sql(order: str) -> str:
    """SQL of one of ORDERS; what is not recorded comes last either way."""
    direction = "desc" if order.startswith("-") else "asc"
    sort = SORTS[order.removeprefix("-")].replace("{direction}", direction)
    return f"{sort} {direction} nulls last, a.title_key, a.activity_id"


def read_lines(
    register: Register, wanted: Wanted, *, today: date, page: int = 1, page_rows: int | None = PAGE_ROWS
) -> list[RegisterLine]:
    """One page of the activities that fit, in the order asked for; pages count from 1. `page_rows` None: all of them."""
    needs = {"counted": counted()} if "$counted" in order_sql(wanted.order) else {}
    found = (
        register.cursor()
        .execute(
            f"""
        select {COLUMNS}
        from register a
        where {where(wanted)} and {IN_PERIOD} and {STANDS}
        order by {order_sql(wanted.order)}
        limit $count offset $first
        """,  # noqa: S608
            {
                **bindings(wanted, today),
                **needs,
                "count": page_rows,
                "first": (page - 1) * page_rows if page_rows else 0,
            },
        )
        .fetchall()
    )
    return [make_line(row) for row in found]


def make_line(row: tuple) -> RegisterLine:
    """A line from its row, lists for nulls."""
    told = dict(zip([field.name for field in fields(RegisterLine)], row, strict=True))
    told["figures"] = [Figures(**figure) for figure in told["figures"] or []]
    told["place_names"] = told["place_names"] or []
    return RegisterLine(**told)


def read_choices(register: Register) -> Choices:
    """What the register can be narrowed to: only what stands in it, names by their letters."""
    cursor = register.cursor()

    def rows(sql: str) -> list[tuple]:
        return cursor.execute(sql).fetchall()

    return Choices(
        total=rows("select count(*) from register")[0][0],
        recorded=dict(rows("select distinct rule_id, name from register where name is not null order by name")),
        comparisons=[word for (word,) in rows("select distinct comparison from register order by 1") if word],
        next_questions=[fact for (fact,) in rows("select distinct next_question from register order by 1") if fact],
        places={
            code: f"{name} ({kind}, {code})" if same > 1 else f"{name} ({kind})"
            for code, name, kind, same in rows(
                """
                select place_code, name, kind, count(*) over (partition by name, kind)
                from place_name
                where place_code in (select unnest(place_codes) from register)
                order by fold(name), place_code
                """
            )
        },
    )
