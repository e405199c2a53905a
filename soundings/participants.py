"""What people who took part are asked, how their answers are said, and where they and the organiser's record disagree."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from soundings.publication import POOLED, PUBLISHED, Published

PATH = Path(__file__).resolve().parent.parent / "data" / "participants.toml"
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True)
class Question:
    """One question with its answers, in the order of the form. `note` explains its words, or is empty."""

    id: str
    text: str
    answers: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class Contrast:
    """A fact as recorded, the answers that do not fit it and those that do, and each side in words."""

    question: str
    fact: str
    recorded: str
    against: tuple[str, ...]
    fitting: tuple[str, ...]
    record_says: str
    people_say: str


@dataclass(frozen=True)
class Texts:
    """Everything of data/participants.toml."""

    version: str
    questions: tuple[Question, ...]
    labels: Mapping[str, str]
    contrasts: tuple[Contrast, ...]
    form: Mapping[str, str]
    statement: Mapping[str, str]
    page: Mapping[str, str]


@cache
def read_texts(path: Path = PATH) -> Texts:
    """The questions, their answers and every text around them, as reviewed."""
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    usual = tuple(told["answers"]["usual"])
    questions = tuple(
        Question(one["id"], one["text"], (*one.get("answers", usual), *one.get("also", ())), one.get("note", ""))
        for one in told["question"]
    )
    contrasts = tuple(
        Contrast(
            one["question"],
            one["fact"],
            one["recorded"],
            tuple(one["against"]),
            tuple(one["with"]),
            one["record_says"],
            one["people_say"],
        )
        for one in told["disagreement"]
    )
    return Texts(told["version"], questions, told["labels"], contrasts, told["form"], told["statement"], told["page"])


def check_answers(answers: Mapping[str, str | None]) -> dict[str, str]:
    """The answers that were given, by question; what is no question or no answer of this form is left out."""
    return {one.id: answers[one.id] for one in read_texts().questions if answers.get(one.id) in one.answers}


def find_disagreements(answers: Mapping[str, str], published: Sequence[Published]) -> list[str]:
    """A sentence for each recorded fact that most who answered contradict. `answers`: fact → yes, no or not_known.

    Most is more than half of all who answered, those who left the question out too. Pools speak for no single activity.
    """
    sentences = []
    for one in find_own(published):
        for contrast in read_texts().contrasts:
            count = count_of(one, contrast.question, contrast.against)
            if answers.get(contrast.fact) == contrast.recorded and is_most(one, count):
                sentences.append(
                    f"Recorded: {contrast.record_says}. Most who answered in {say_month(one.month)} said that "
                    f"{contrast.people_say} ({count} of {one.answered_count}). {read_texts().page['neither_corrects']}"
                )
    return sentences


def is_confirmed(answers: Mapping[str, str], published: Sequence[Published]) -> bool:
    """Whether people who took part bear out what is recorded: most agree with a recorded fact, and none is contradicted.

    Until then a name is “not yet confirmed by people who took part”.
    """
    agrees = any(
        answers.get(contrast.fact) == contrast.recorded
        and is_most(one, count_of(one, contrast.question, contrast.fitting))
        for one in find_own(published)
        for contrast in read_texts().contrasts
    )
    return agrees and not find_disagreements(answers, published)


def find_own(published: Sequence[Published]) -> list[Published]:
    """The askings whose answers are published and are of one activity alone."""
    return [one for one in published if one.state == PUBLISHED and one.answered_count]


def count_of(one: Published, question: str, answers: Sequence[str]) -> int:
    """How many gave one of these answers; 0 where the question is withheld."""
    return sum(one.counts.get(question, {}).get(answer, 0) for answer in answers)


def is_most(one: Published, count: int) -> bool:
    return 2 * count > (one.answered_count or 0)


def say_month(month: str) -> str:
    """“November 2026” from 2026-11."""
    year, _, number = month.partition("-")
    return f"{MONTHS[int(number) - 1]} {year}"


def say_asking(one: Published) -> str:
    """When people were asked and, where that may be said, how many were invited and answered."""
    when = f"Asked in {say_month(one.month)}."
    if one.state not in (PUBLISHED, POOLED):
        return when
    if one.invited_count is None:
        answered = f"{one.answered_count:,} answers."
    else:
        answered = f"{one.answered_count:,} of {one.invited_count:,} invited answered."
    groups = f" Pooled over {len(one.activity_ids)} groups, published once." if one.state == POOLED else ""
    return f"{when} {answered}{groups}"
