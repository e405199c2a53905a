"""What may be published of people's answers: the rules that keep any one person's answer from being worked out.

Sources: the product's own rubric (fewer than ten answers: nothing; pools of three or more groups; unanimous answers and
askings that could be subtracted from each other withheld; the month alone). Pure functions: what was published before is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from soundings.model import FEWEST_ANSWERS

PUBLISHED, PRIVATE, WITHHELD, POOLED = "published", "private", "withheld", "pooled"
STATES = (PUBLISHED, PRIVATE, WITHHELD, POOLED)
FEWEST_GROUPS = 3
# Each asking is held against every sum and difference of the earlier ones (3 ** 6 of them); after that nothing more is published.
MOST_OF_ONE_ACTIVITY = 6


@dataclass(frozen=True)
class Asking:
    """One closed asking of one activity's people. `answers`: one mapping (question → answer) for each person who answered.

    `invited_count` None: a shared code, and nobody knows how many saw it.
    """

    wave_id: str
    activity_id: str
    month: str
    is_one_each: bool
    invited_count: int | None
    answers: tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class Published:
    """All that may be known of an asking or of a pool. `counts`: question → answer → how many; a withheld question is absent.

    `invited_count` and `answered_count` are None unless the state is published or pooled.
    """

    wave_id: str
    activity_ids: tuple[str, ...]
    month: str
    state: str
    is_one_each: bool
    invited_count: int | None = None
    answered_count: int | None = None
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def is_shown(self) -> bool:
        return self.state in (PUBLISHED, POOLED)


def decide(
    asking: Asking, earlier: Sequence[Published], questions: Mapping[str, Sequence[str]], fewest: int = FEWEST_ANSWERS
) -> Published:
    """What may be published of one asking. `earlier` is everything ever decided in this home, what was undone too.

    `questions`: id → its answers. The rules in their order: fewer answers than `fewest` are private; an activity whose people
    are in a published pool, or whose counts come too close to those of earlier askings, is withheld; and so is each question
    whose answers are unanimous, or would be once earlier ones are taken away.
    """
    answered = len(asking.answers)
    if answered < fewest:
        return make(asking, PRIVATE)
    before = [one for one in earlier if one.is_shown and asking.activity_id in one.activity_ids]
    if any(one.state == POOLED for one in before) or len(before) >= MOST_OF_ONE_ACTIVITY:
        return make(asking, WITHHELD)
    if is_near(answered, [one.answered_count for one in before], fewest):
        return make(asking, WITHHELD)
    if asking.invited_count is not None:
        invited = [one.invited_count for one in before if one.invited_count is not None]
        if is_near(asking.invited_count, invited, fewest):
            return make(asking, WITHHELD)
    counted = count_answers(asking.answers, questions)
    counts = {question: told for question, told in counted.items() if is_safe(question, told, before, fewest)}
    return make(asking, PUBLISHED, asking.invited_count, answered, counts)


def make(asking: Asking, state: str, *known) -> Published:
    return Published(asking.wave_id, (asking.activity_id,), asking.month, state, asking.is_one_each, *known)


def decide_pool(
    wave_id: str,
    askings: Sequence[Asking],
    earlier: Sequence[Published],
    questions: Mapping[str, Sequence[str]],
    fewest: int = FEWEST_ANSWERS,
) -> Published | None:
    """Several groups' answers as one, or None where they may not be published together.

    Three or more activities, each once and each with answers, ten or more answers in all, and nothing published before of any
    of these activities, alone or in a pool: else one could be taken from the other.
    """
    activities = [one.activity_id for one in askings]
    answers = tuple(answer for one in askings for answer in one.answers)
    if len(set(activities)) < FEWEST_GROUPS or len(set(activities)) < len(activities) or len(answers) < fewest:
        return None
    if not all(one.answers for one in askings):
        return None
    if any(one.is_shown and set(activities) & set(one.activity_ids) for one in earlier):
        return None
    counted = count_answers(answers, questions)
    invited = [one.invited_count for one in askings]
    return Published(
        wave_id=wave_id,
        activity_ids=tuple(sorted(activities)),
        month=max(one.month for one in askings),
        state=POOLED,
        is_one_each=all(one.is_one_each for one in askings),
        invited_count=None if None in invited else sum(invited),
        answered_count=len(answers),
        counts={question: told for question, told in counted.items() if is_safe(question, told, [], fewest)},
    )


def count_answers(
    answers: Sequence[Mapping[str, str]], questions: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, int]]:
    """Question → answer → how many gave it, zeros too. What a person left out counts nowhere."""
    counted = {question: Counter(one[question] for one in answers if question in one) for question in questions}
    return {question: {answer: counted[question][answer] for answer in told} for question, told in questions.items()}


def is_near(count: int, before: Sequence[int], fewest: int) -> bool:
    """Whether a count comes within `fewest` of what earlier counts, added and taken away, can make."""
    return any(
        abs(count + sum(n * sign for n, sign in zip(before, signs, strict=True))) < fewest for signs in mix(before)
    )


def is_safe(question: str, told: Mapping[str, int], before: Sequence[Published], fewest: int) -> bool:
    """Whether one question's answers may be shown beside the earlier askings of the same activity.

    Not where fewer than `fewest` answered it, all gave the same answer, or that is so of the rest once earlier askings are
    added or taken away; and not where an earlier asking withheld it, for that says something about its answers.
    """
    if any(question not in one.counts for one in before):
        return False
    if is_telling(list(told.values()), fewest):
        return False
    earlier = [[one.counts[question].get(answer, 0) for answer in told] for one in before]
    return not any(
        is_telling(
            [n + sum(s * e[i] for s, e in zip(signs, earlier, strict=True)) for i, n in enumerate(told.values())],
            fewest,
        )
        for signs in mix(earlier)
    )


def is_telling(counts: Sequence[int], fewest: int) -> bool:
    """Whether counts are of too few people, or of people who all gave one answer (or would, seen from the other side)."""
    if abs(sum(counts)) < fewest:
        return True
    return sum(n != 0 for n in counts) < 2


def mix(before: Sequence) -> Iterator[tuple[int, ...]]:
    """Every way to add, take away or leave out each of these, but leaving out them all."""
    return (signs for signs in product((-1, 0, 1), repeat=len(before)) if any(signs))
