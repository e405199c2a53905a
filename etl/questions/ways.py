"""Asks which way of saying where is right, where two of the same record work and are of different places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import duckdb

from etl.locating.apart import copy_in, open_places
from etl.locating.locations import resolve_locations
from etl.locating.ways import DIFFER
from etl.questions.types import Choice, Question, RecordContext
from etl.types import Mapped
from soundings.standing import read_clauses

PREFIX, NEITHER = "ways-differ:", "neither"
# A kind of location → the id and the words of the answer that it is right.
KINDS = {
    "code": ("place-code", "The place code"),
    "name": ("place-name", "The place name"),
    "postcode": ("postcode", "The postcode"),
    "point": ("coordinates", "The coordinates"),
}
STORED = ("location", "location_way", "activity", "activity_count", "activity_place", "session", "session_place")
EXAMPLES = 5


def ask_which_way(context: RecordContext) -> tuple[Question, ...]:
    """A question for each two kinds of ways that are of different places. Left open, their records stand on no map."""
    if not context.mapped.tables["location_way"].num_rows:
        return ()
    with open_places(context.home) as connection:
        for table in STORED:
            copy_in(connection, table, context.mapped.tables[table])
        resolve_locations(connection, None)
        found = connection.execute(
            f"""
            with {read_clauses("stored_record.sql")},
            apart as (
                select l.batch_id, l.location_id, l.said, list_sort(string_split(substr(ls.method, $start), ', ')) as kinds
                from location_state ls
                join location l using (batch_id, location_id)
                where starts_with(ls.method, $differ)
            )
            select kinds[1], kinds[2], coalesce(sum(r.n), 0)::bigint, array_agg(distinct a.location_id order by a.location_id)[:$shown]
            from apart a
            left join stored_record r using (batch_id, location_id)
            group by kinds
            order by 3 desc
            """,  # noqa: S608 — the clause is a file of the project
            {"start": len(DIFFER) + 1, "differ": DIFFER, "shown": EXAMPLES},
        ).fetchall()
        return tuple(
            ask(first, second, count, give_examples(connection, examples)) for first, second, count, examples in found
        )


def ask(first: str, second: str, count: int, evidence: tuple[str, ...]) -> Question:
    """The question about two kinds of ways."""
    choices = tuple(Choice(*KINDS[kind]) for kind in KINDS if kind in (first, second))
    words = " and ".join(choice.label.replace("The ", "the ") for choice in choices)
    if first == second:
        words, choices = (
            f"two {choices[0].label.replace('The ', '')}s",
            (Choice(choices[0].id, "The first of the two"),),
        )
    of = "In 1 record" if count == 1 else f"In {count:,} records"
    return Question(
        f"{PREFIX}{'-'.join(choice.id for choice in choices)}",
        f"{of} {words} are of different places. Which is right?",
        (*choices, Choice(NEITHER, "I don't know: leave these records off the map")),
        NEITHER,
        count,
        evidence,
    )


def give_examples(connection: duckdb.DuckDBPyConnection, location_ids: list[str]) -> tuple[str, ...]:
    """What a few of the records say of where, in every way."""
    rows = connection.execute(
        """
        select string_agg('“' || said || '”', ' and ' order by position)
        from (
            select location_id, 1 as position, said from location
            union all
            select location_id, position, said from location_way
        )
        where location_id in (select unnest($1)) and said is not null
        group by location_id
        order by location_id
        """,
        [location_ids],
    ).fetchall()
    return tuple(said for (said,) in rows)


def settle_ways(mapped: Mapped, answers: Mapping[str, str]) -> Mapped:
    """The records with the way that a person said is right before the other, and taken without comparing them."""
    for question_id, choice in answers.items():
        kind = next((kind for kind, (answer, _) in KINDS.items() if answer == choice), None)
        if question_id.startswith(PREFIX) and kind:
            others = [
                other for other, (answer, _) in KINDS.items() if other != kind and answer in question_id[len(PREFIX) :]
            ]
            mapped = put_first(mapped, kind, others)
    return mapped


def put_first(mapped: Mapped, kind: str, others: list[str]) -> Mapped:
    """The records with ways of this kind before those of the others, wherever both say where."""
    with duckdb.connect(":memory:") as connection:
        connection.register("location", mapped.tables["location"])
        connection.register("location_way", mapped.tables["location_way"])
        connection.execute(
            """
            create temp table ordered as
            with way as (
                select * exclude (takes_first), 1 as position from location
                union all by name
                select * from location_way
            ),
            paired as (
                select location_id, min(position) filter (kind <> $kind and kind in (select unnest($others))) as before
                from way
                group by location_id
                having bool_or(kind = $kind) and bool_or(kind in (select unnest($others)))
            )
            select way.* exclude (position), paired.location_id is not null as takes_first,
                row_number() over (
                    partition by way.location_id
                    order by case when way.kind = $kind and position > before then before - 0.5 else position end
                )::integer as position
            from way
            left join paired using (location_id)
            """,
            {"kind": kind, "others": others or [kind]},
        )
        was = mapped.tables["location"].schema, mapped.tables["location_way"].schema
        names = ", ".join(f"o.{name}" for name in was[0].names if name != "takes_first")
        location = connection.execute(
            f"""select {names}, (o.takes_first or coalesce(l.takes_first, false)) as takes_first
            from ordered o join location l using (location_id) where o.position = 1 order by o.location_id"""  # noqa: S608
        ).to_arrow_table()
        ways = connection.execute(
            f"select {', '.join(was[1].names)} from ordered where position > 1 order by location_id, position"  # noqa: S608
        ).to_arrow_table()
    tables = {"location": location.select(was[0].names).cast(was[0]), "location_way": ways.cast(was[1])}
    return replace(mapped, tables=mapped.tables | tables)
