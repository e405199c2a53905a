"""One activity in full: what is recorded of it, the name that gives it today, why, and what is not recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import duckdb

from soundings.activity.links import Linked, read_linked
from soundings.activity.records import (
    Calling,
    Count,
    Exchange,
    Head,
    Meeting,
    Naming,
    Outcome,
    Perspective,
    Quote,
    Stage,
    Statement,
    Where,
)
from soundings.activity.rows import (
    STAFF,
    count_held_in_totals,
    read_answers,
    read_callings,
    read_counts,
    read_exchanges,
    read_head,
    read_meetings,
    read_namings,
    read_outcomes,
    read_perspectives,
    read_quotes,
    read_stages,
    read_statements,
    read_where,
)
from soundings.classify import NOT_KNOWN, Classification, Recorded, classify, derive_facts
from soundings.explanation import Explanation, explain, say_needs, say_start_dates
from soundings.model import PLANNED
from soundings.naming import naming_sql, read_inputs, with_evidence
from soundings.rubric import Fact, Rubric

# Until it is over, nobody can have answered people yet.
NOT_OVER = ("planned", "live")


@dataclass(frozen=True)
class FactLine:
    """One question, its answer today (yes, no or not_known), where that can be seen, and in `how` what answered it if nobody did.

    `is_conflict`: it does not fit together with another answer.
    """

    fact: Fact
    answer: str
    evidence: str | None
    how: str
    is_conflict: bool


@dataclass(frozen=True)
class ActivityStory:
    """Everything a page shows of one activity, as `audience` may read it on `today`.

    `held_count`: how many of its meetings are among a total of meetings too, and count once.
    """

    head: Head
    where: list[Where]
    counts: list[Count]
    meetings: list[Meeting]
    stages: dict[str, Stage]
    outcomes: list[Outcome]
    perspectives: list[Perspective]
    exchanges: list[Exchange]
    quotes: list[Quote]
    statements: list[Statement]
    linked: Linked
    callings: list[Calling]
    namings: list[Naming]
    recorded: Recorded
    made: Classification
    explanation: Explanation
    facts: list[FactLine]
    rubric: Rubric
    today: date
    held_count: int = 0


def read_activity_story(
    connection: duckdb.DuckDBPyConnection, activity_id: str, *, rubric: Rubric, today: date, audience: str = STAFF
) -> ActivityStory | None:
    """One activity in full; None where no activity has this id. The name is derived anew, from what is recorded now.

    `audience` is public, funders or staff: only stories whose consent covers them are in it.
    """
    head = read_head(connection, activity_id, today)
    if head is None:
        return None
    answers = read_answers(connection, activity_id)
    recorded = read_recorded(connection, activity_id, answers, is_live=head.status in NOT_OVER)
    made = classify(recorded, rubric)
    return ActivityStory(
        head=head,
        where=read_where(connection, activity_id),
        counts=read_counts(connection, activity_id),
        meetings=read_meetings(connection, activity_id),
        stages=read_stages(connection, activity_id),
        outcomes=read_outcomes(connection, activity_id),
        perspectives=read_perspectives(connection, activity_id),
        exchanges=read_exchanges(connection, activity_id),
        quotes=read_quotes(connection, activity_id, audience),
        statements=read_statements(connection, activity_id),
        linked=read_linked(connection, head),
        callings=read_callings(connection, activity_id),
        namings=read_namings(connection, activity_id),
        recorded=recorded,
        made=made,
        explanation=explain(recorded, made, rubric),
        facts=list_facts(answers, recorded, made, rubric, is_held=head.took_place in (None, PLANNED)),
        rubric=rubric,
        today=today,
        held_count=count_held_in_totals(connection, activity_id),
    )


def read_recorded(
    connection: duckdb.DuckDBPyConnection,
    activity_id: str,
    answers: Mapping[str, tuple[str, str | None]],
    *,
    is_live: bool,
) -> Recorded:
    """What the activity's name is derived from, with where each answer can be seen."""
    (inputs,) = connection.execute(
        f"{naming_sql()} select inputs from naming_input where activity_id = $activity_id",  # noqa: S608 — the queries of naming.sql
        {"activity_id": activity_id},
    ).fetchone()
    evidence = {fact: seen for fact, (_, seen) in answers.items() if seen}
    return with_evidence(read_inputs(inputs), evidence, is_live=is_live)


def list_facts(
    answers: Mapping[str, tuple[str, str | None]],
    recorded: Recorded,
    made: Classification,
    rubric: Rubric,
    *,
    is_held: bool = True,
) -> list[FactLine]:
    """Every question of the rubric, in its order, with its answer and what gave it; what did not take place answers none."""
    derived = derive_facts(recorded, rubric)
    clashing = {name for implied, by in rubric.implied if implied in made.conflicts for name in (implied, *by)}
    lines = []
    for name, fact in rubric.facts.items():
        told, evidence = answers.get(name, (NOT_KNOWN, None))
        told = told.replace(" ", "_")
        answer = made.answers[name]
        if name in derived:
            how = say_derived(name, recorded) + (
                "" if told in (NOT_KNOWN, answer) else f"; the answer given was {told}"
            )
        elif name == "reciprocity" and answer == "yes" and told != "yes":
            how = "both sides of give and take are filled in"
        elif answer != told and not is_held:
            how = f"{told} was answered; it did not take place, so it is not used"
        elif answer != told:
            how = say_implied(name, made, rubric)
        else:
            how = ""
        is_conflict = name in made.conflicts or (name in clashing and answer == "yes")
        lines.append(FactLine(fact, answer, evidence, how, is_conflict))
    return lines


def say_derived(name: str, recorded: Recorded) -> str:
    """The dates or counts that answer a question, whatever was ticked."""
    if name == "in_from_start":
        return f"from two dates: {say_start_dates(recorded)}"
    back = recorded.returning_count or 0
    parts = [
        f"{recorded.session_count or 0} {'meeting' if recorded.session_count == 1 else 'meetings'}",
        *(
            [f"{recorded.months:g} whole {'month' if recorded.months == 1 else 'months'}"]
            if recorded.months is not None
            else []
        ),
        f"{back:g} who came back at most" if back else "nobody recorded as coming back",
    ]
    return f"from counts: {', '.join(parts)}"


def say_implied(name: str, made: Classification, rubric: Rubric) -> str:
    """Which other answers say that this one is yes."""
    by = next(by for implied, by in rubric.implied if implied == name)
    said = [f"“{rubric.facts[other].label}”" for other in by if made.answers[other] == "yes"]
    return f"follows from {', '.join(said[:-1])} and {said[-1]}" if len(said) > 1 else f"follows from {said[0]}"


def list_other_names(story: ActivityStory) -> dict[str, str]:
    """Names that could be asked about, by rule id, in the order of the alphabet: all but today's and “Not enough recorded”."""
    others = [rule for rule in story.rubric.rules if rule.id != story.made.rule_id and not rule.is_last]
    return {rule.id: rule.name for rule in sorted(others, key=lambda rule: rule.name.casefold())}


def say_other_name(story: ActivityStory, rule_id: str) -> str:
    """What a name would also need, and where nothing is lacking, why the record is named otherwise all the same."""
    rule = story.rubric.find_rule(rule_id)
    if needs := say_needs(rule, story.recorded, story.made, story.rubric):
        return needs
    if story.made.conflicts:
        return f"Everything {rule.name} needs is recorded; two answers do not fit together, and that is asked first."
    return (
        f"Everything {rule.name} needs is recorded too. {story.made.name} is asked about before it, "
        "and an activity has the first name that fits."
    )


def find_activities(connection: duckdb.DuckDBPyConnection, words: str, limit: int = 12) -> list[tuple[str, str]]:
    """(id, title) of activities with these words in their title, newest first; of all where no words are given."""
    return connection.execute(
        """
        select activity_id, title
        from activity_now
        where contains(lower(title), lower($words))
        order by coalesce(end_date, start_date) desc nulls last, title, activity_id
        limit $limit
        """,
        {"words": words.strip(), "limit": limit},
    ).fetchall()
