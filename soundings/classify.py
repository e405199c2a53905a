"""How an activity gets its name: a pure function of the facts recorded about it and the rubric."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from soundings.model import SHARING, STAGES
from soundings.rubric import Rubric, Rule

YES, NO, NOT_KNOWN = "yes", "no", "not_known"
STATUTORY_FACTS = ("informed_in_time", "response_considered")
DUE_LATER = "response_considered"

# How what it's called stands beside what's recorded.
AGREE, DIFFER, OWN_WORDS, NOT_CALLED, NOT_YET = "agree", "differ", "own words", "not called", "not yet"


@dataclass(frozen=True)
class Claim:
    """What the organiser calls it, and since when."""

    called: str
    on: date | None = None


@dataclass(frozen=True)
class Recorded:
    """What is recorded of one activity. A fact left out is not known; None is not known throughout.

    `is_complete`: the three figures of meetings are all there was; else they are “at least so many”, and never mean no.
    """

    facts: Mapping[str, str] = field(default_factory=dict)
    first_helped_date: date | None = None
    settled_date: date | None = None
    session_count: int | None = None
    months: float | None = None
    returning_count: int | None = None
    is_complete: bool = True
    claim: Claim | None = None
    stages: Mapping[str, str] = field(default_factory=dict)
    is_statutory: bool = False
    is_live: bool = False
    evidence: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Classification:
    """A name and why. `answers`: every fact after deriving and implying; `met`: the facts the name rests on.

    `missing`: facts not as the claimed name needs them, where its rule is earlier. `conflicts`: facts recorded as no that
    other answers imply. `not_recorded_here` and `not_due_yet` are of a public body's statutory consultation only.
    """

    name: str
    rule_id: str
    rule: int
    conflicts: tuple[str, ...]
    met: tuple[str, ...]
    missing: tuple[str, ...]
    not_recorded_here: tuple[str, ...]
    not_due_yet: tuple[str, ...]
    next_question: str | None
    stages: dict[str, str]
    comparison: str
    claimed_rule_id: str | None
    answers: dict[str, str]
    rubric_version: str


def classify(recorded: Recorded, rubric: Rubric) -> Classification:
    """The name of an activity, the rule that gave it and what it rests on. The same for the same facts and rubric."""
    said = {fact: recorded.facts.get(fact, NOT_KNOWN) for fact in rubric.facts}
    said |= derive_facts(recorded, rubric)
    answers, conflicts = imply_facts(said, rubric)
    rule = rubric.rules[-1] if conflicts else find_rule(answers, rubric)
    claimed = rubric.find_called(recorded.claim.called) if recorded.claim else None
    missing = list_missing(claimed, answers) if claimed and claimed.number < rule.number else ()
    absent = tuple(fact for fact in STATUTORY_FACTS if answers[fact] != YES) if recorded.is_statutory else ()
    not_due = tuple(fact for fact in absent if recorded.is_live and fact == DUE_LATER)
    return Classification(
        name=rule.name,
        rule_id=rule.id,
        rule=rule.number,
        conflicts=conflicts,
        met=list_met(rule, answers),
        missing=missing,
        not_recorded_here=tuple(fact for fact in absent if fact not in not_due),
        not_due_yet=not_due,
        next_question=find_next_question(rule, answers, conflicts),
        stages={stage: recorded.stages.get(stage, "not known") for stage in STAGES},
        comparison=compare(recorded.claim, claimed, rule),
        claimed_rule_id=claimed.id if claimed else None,
        answers=answers,
        rubric_version=rubric.version,
    )


def derive_facts(recorded: Recorded, rubric: Rubric) -> dict[str, str]:
    """The facts that dates and counts answer; they win over a tick."""
    found = {}
    if recorded.first_helped_date and recorded.settled_date:
        found["in_from_start"] = YES if recorded.first_helped_date <= recorded.settled_date else NO
    sessions, months, returning = recorded.session_count, recorded.months, recorded.returning_count
    limits = rubric.thresholds
    is_long = (sessions or 0) >= limits.continuing_sessions or (months or 0) >= limits.continuing_months
    if (returning or 0) >= limits.continuing_returning and is_long:
        found["continuing_relationship"] = YES
    elif recorded.is_complete and None not in (sessions, months, returning):
        found["continuing_relationship"] = NO
    return found


def imply_facts(said: dict[str, str], rubric: Rubric) -> tuple[dict[str, str], tuple[str, ...]]:
    """(answers with what they imply filled in, the facts recorded as no that other answers imply)."""
    answers, conflicts = dict(said), []
    for implied, by in rubric.implied:
        if any(answers[fact] == YES for fact in by):
            if answers[implied] == NO:
                conflicts.append(implied)
            elif answers[implied] == NOT_KNOWN:
                answers[implied] = YES
    return answers, tuple(conflicts)


def find_rule(answers: Mapping[str, str], rubric: Rubric) -> Rule:
    """The first rule that matches, from the top."""
    return next(rule for rule in rubric.rules if rule.is_last or fits(rule, answers))


def fits(rule: Rule, answers: Mapping[str, str]) -> bool:
    """Whether the answers meet every condition of a rule; “not known” meets none."""
    return (
        all(answers[fact] == YES for fact in rule.yes)
        and (not rule.any or any(answers[fact] == YES for fact in rule.any))
        and all(answers[fact] == NO for fact in rule.no)
    )


def list_met(rule: Rule, answers: Mapping[str, str]) -> tuple[str, ...]:
    """The facts that a rule rests on, as answered."""
    return (*rule.yes, *(fact for fact in rule.any if answers[fact] == YES), *rule.no)


def list_missing(rule: Rule, answers: Mapping[str, str]) -> tuple[str, ...]:
    """The facts that are not as a rule needs them; of facts where one is enough, all, and none where one is there."""
    wanting = [fact for fact in rule.yes if answers[fact] != YES]
    if not any(answers[fact] == YES for fact in rule.any):
        wanting += rule.any
    return (*wanting, *(fact for fact in rule.no if answers[fact] != NO))


def find_next_question(rule: Rule, answers: Mapping[str, str], conflicts: tuple[str, ...]) -> str | None:
    """The one fact to ask about next where not enough is recorded; None where the activity has a name."""
    if not rule.is_last:
        return None
    if conflicts:
        return conflicts[0]
    if answers["can_reply"] != YES:
        return "can_reply"
    return "decision_open" if answers["decision_open"] == NOT_KNOWN else "answers_collected"


def compare(claim: Claim | None, claimed: Rule | None, rule: Rule) -> str:
    """How what it's called stands beside what's recorded: neither is better."""
    if claim is None:
        return NOT_CALLED
    if rule.is_last:
        return NOT_YET
    if claimed is None:
        return OWN_WORDS
    return AGREE if claimed.id == rule.id else DIFFER


def check_stages(stages: Mapping[str, str]) -> list[str]:
    """A sentence for each stage or word that the rubric does not have."""
    wrong = [
        f"“{stage}” is not a stage; the stages are {', '.join(STAGES)}." for stage in stages if stage not in STAGES
    ]
    return wrong + [
        f"“{word}” is not a way of sharing; use one of {', '.join(SHARING)}."
        for word in stages.values()
        if word not in SHARING
    ]
