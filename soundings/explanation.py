"""Why an activity has its name, in sentences made from the facts alone: never free text, and never pushing upward."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from soundings.classify import AGREE, DIFFER, NOT_YET, Classification, Recorded, list_missing
from soundings.rubric import Rubric, Rule

NEUTRAL = "Both are real ways of working."
AGREED = "The name and the record agree."
NOT_LAWFULNESS = "This says nothing about whether the consultation was lawful."
UNCONFIRMED = "Recorded by the organiser; not yet confirmed by people who took part."
# Under several names at once: what people said stands on the page of each activity.
UNCONFIRMED_EACH = UNCONFIRMED.removesuffix(".") + ", unless its own page says that they have."
DO_NOT_TARGET = "Do not set targets on these names: they describe ways of working, and none is better than another."


@dataclass(frozen=True)
class Explanation:
    """The sentences of an explanation. `needs` is empty but where the name differs from what it is called."""

    called: str
    fits: str
    verdict: str
    stages: str
    needs: str
    statutory: str

    @property
    def text(self) -> str:
        """All of it as one paragraph."""
        return " ".join(
            part for part in (self.called, self.fits, self.verdict, self.stages, self.needs, self.statutory) if part
        )


def explain(recorded: Recorded, made: Classification, rubric: Rubric) -> Explanation:
    """Why an activity has its name: what is met, what else the called name would need, and what is asked next."""
    claimed = rubric.find_rule(made.claimed_rule_id) if made.claimed_rule_id else None
    return Explanation(
        called=say_called(recorded),
        fits=say_fits(recorded, made, rubric),
        verdict={AGREE: AGREED, DIFFER: NEUTRAL}.get(made.comparison, ""),
        stages=f"Stages: {say_stages(made.stages)}." if made.rule_id == "co_production" else "",
        needs=say_needs(claimed, recorded, made, rubric) if claimed and made.missing else "",
        statutory=say_statutory(made, rubric),
    )


def say_called(recorded: Recorded) -> str:
    """What it's called, and since when; empty where nobody has called it anything."""
    claim = recorded.claim
    if claim is None:
        return ""
    return f"Called “{claim.called}”" + (f" ({say_day(claim.on)})." if claim.on else ".")


def say_fits(recorded: Recorded, made: Classification, rubric: Rubric) -> str:
    """Which name the record fits, and the facts it rests on with where each can be seen."""
    if made.conflicts:
        return " ".join(say_conflict(fact, made, rubric) for fact in made.conflicts)
    if made.next_question:
        opening = (
            "What's recorded is not enough to name it yet."
            if made.comparison == NOT_YET
            else "Not enough is recorded to name this yet."
        )
        return f"{opening} Next question: {rubric.facts[made.next_question].question}"
    clauses = "; ".join(say_fact(fact, recorded, made, rubric) for fact in made.met)
    return f"What's recorded fits {say_name(rubric.find_rule(made.rule_id))}: {clauses}."


def say_conflict(fact: str, made: Classification, rubric: Rubric) -> str:
    """Two answers that cannot both hold, and the question which one does."""
    by = next(by for implied, by in rubric.implied if implied == fact)
    said = "; ".join(rubric.facts[name].met for name in by if made.answers[name] == "yes")
    return f"Two answers do not fit together: {said}; and yet {rubric.facts[fact].not_so}. Which holds? {rubric.facts[fact].question}"


def say_fact(fact: str, recorded: Recorded, made: Classification, rubric: Rubric) -> str:
    """The clause of a fact as answered, with where someone could see it."""
    told = rubric.facts[fact]
    clause = told.met if made.answers[fact] == "yes" else told.not_so
    seen = [
        text
        for text in (say_start_dates(recorded) if fact == "in_from_start" else "", recorded.evidence.get(fact))
        if text
    ]
    return f"{clause} ({'; '.join(seen)})" if seen else clause


def say_needs(rule: Rule, recorded: Recorded, made: Classification, rubric: Rubric) -> str:
    """What a name would also need, as one sentence; empty where everything it needs is there."""
    lacking = list_missing(rule, made.answers)
    if not lacking:
        return ""
    either = [fact for fact in lacking if fact in rule.any]
    clauses = [say_lack(fact, recorded, rule, rubric) for fact in lacking if fact not in either]
    if either:
        clauses.append(" or ".join(say_lack(fact, recorded, rule, rubric) for fact in either))
    return f"{rule.name} would also need: {'; '.join(clauses)}."


def say_lack(fact: str, recorded: Recorded, rule: Rule, rubric: Rubric) -> str:
    """What is lacking of one fact; the two dates where they are what decided it."""
    told = rubric.facts[fact]
    if fact in rule.no:
        return f"knowing that {told.not_so}"
    dates = say_start_dates(recorded) if fact == "in_from_start" else ""
    return f"{told.missing} ({dates})" if dates else told.missing


def say_start_dates(recorded: Recorded) -> str:
    """The two dates of “in from the start”, where both are known."""
    helped, settled = recorded.first_helped_date, recorded.settled_date
    return f"settled {say_day(settled)}, first helped {say_day(helped)}" if helped and settled else ""


def say_statutory(made: Classification, rubric: Rubric) -> str:
    """What a public body's consultation has not recorded here, and what is not due while it is live."""
    parts = []
    if made.not_recorded_here:
        absent = "; ".join(rubric.facts[fact].missing for fact in made.not_recorded_here)
        parts.append(f"Not recorded here: {absent}. {NOT_LAWFULNESS}")
    if made.not_due_yet:
        parts.append(f"Not due yet: {'; '.join(rubric.facts[fact].missing for fact in made.not_due_yet)}.")
    return " ".join(parts)


def say_stages(stages: dict[str, str]) -> str:
    """The stage strip: `frame with · commission for · …`."""
    return " · ".join(f"{stage} {sharing}" for stage, sharing in stages.items())


def say_name(rule: Rule) -> str:
    """A name inside a sentence: lower case."""
    return rule.name[0].lower() + rule.name[1:]


@lru_cache(maxsize=10_000)
def say_day(day: date) -> str:
    """A day as people write it: 3 May 2024."""
    return f"{day.day} {day:%B %Y}"
