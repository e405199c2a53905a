"""The rubric of data/rubric.toml: facts, what they imply, the rules that give a name, thresholds and sources."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from pathlib import Path

from soundings.model import SoundingsError

PATH = Path(__file__).resolve().parent.parent / "data" / "rubric.toml"
NOT_ENOUGH = "not_enough_recorded"


@dataclass(frozen=True)
class Source:
    """A document that a criterion comes from. `link` is empty where there is none."""

    id: str
    title: str
    by: str
    link: str


@dataclass(frozen=True)
class Criterion:
    """Where a fact's criterion comes from: a source, and the place in it."""

    source: str
    where: str


@dataclass(frozen=True)
class Fact:
    """A question, and the clauses that stand for its answers in an explanation. Thresholds are filled in already."""

    id: str
    label: str
    question: str
    met: str
    not_so: str
    missing: str
    sources: tuple[Criterion, ...]


@dataclass(frozen=True)
class Rule:
    """One name and when it fits: every fact of `yes` is yes, one of `any` is, every fact of `no` is no. `number` from 1."""

    id: str
    number: int
    name: str
    definition: str
    yes: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    also_called: tuple[str, ...] = ()
    iap2: str = ""
    tlap: str = ""
    note: str = ""
    sources: tuple[str, ...] = ()

    @property
    def is_last(self) -> bool:
        return self.id == NOT_ENOUGH


@dataclass(frozen=True)
class Thresholds:
    """What makes a continuing relationship: so many meetings or months, with so many people coming back."""

    continuing_sessions: int
    continuing_months: int
    continuing_returning: int


@dataclass(frozen=True)
class Rubric:
    """The whole rubric, immutable. `version` carries the local thresholds' number where they differ from the file's."""

    version: str
    checked_on: date
    thresholds: Thresholds
    facts: dict[str, Fact]
    implied: tuple[tuple[str, tuple[str, ...]], ...]
    rules: tuple[Rule, ...]
    sources: dict[str, Source]
    stages: dict[str, tuple[str, str]]
    sharing: dict[str, str]

    def find_rule(self, rule_id: str) -> Rule:
        return next(rule for rule in self.rules if rule.id == rule_id)

    def find_called(self, called: str) -> Rule | None:
        """The rule whose name, or another word for it, is what an organiser calls an activity; None for words of their own."""
        return self.rules_by_word.get(tidy_word(called))

    @cached_property
    def rules_by_word(self) -> dict[str, Rule]:
        """Rules by their names and other words as `tidy_word` has them; of two with one word, the earlier."""
        return {tidy_word(word): rule for rule in reversed(self.rules) for word in (rule.name, *rule.also_called)}


# Hyphens, dashes and the minus sign are one; the soft hyphen and other marks that nobody sees are none.
DASHES = dict.fromkeys(map(ord, "-‐‑‒–—―−﹣－"), " ") | dict.fromkeys((0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))


def tidy_word(text: str) -> str:
    """A name to compare by: lower case, hyphens of every kind and runs of space as one space."""
    return " ".join(text.translate(DASHES).casefold().split())


@cache
def read_rubric() -> Rubric:
    """The rubric as reviewed, with the thresholds of the file. Raises SoundingsError where the file contradicts itself."""
    with PATH.open("rb") as file:
        told = tomllib.load(file)
    thresholds = Thresholds(**told["thresholds"])
    rubric = Rubric(
        version=told["version"],
        checked_on=told["checked_on"],
        thresholds=thresholds,
        facts={fact["id"]: make_fact(fact, thresholds) for fact in told["fact"]},
        implied=tuple((line["fact"], tuple(line["by"])) for line in told["implies"]),
        rules=tuple(
            Rule(
                number=number,
                **{key: tuple(value) if isinstance(value, list) else value for key, value in rule.items()},
            )
            for number, rule in enumerate(told["rule"], 1)
        ),
        sources={name: Source(name, **values) for name, values in told["sources"].items()},
        stages={stage["id"]: (stage["label"], stage["question"]) for stage in told["stage"]},
        sharing={word["id"]: word["plain"] for word in told["sharing"]},
    )
    check_rubric(rubric)
    return rubric


def make_fact(told: dict, thresholds: Thresholds) -> Fact:
    """A fact of the file, its clauses with the thresholds' numbers in them."""
    numbers = {"sessions": thresholds.continuing_sessions, "months": thresholds.continuing_months}
    texts = {name: told[name].format(**numbers) for name in ("label", "question", "met", "not_so", "missing")}
    return Fact(id=told["id"], sources=tuple(Criterion(**line) for line in told["sources"]), **texts)


def with_thresholds(rubric: Rubric, thresholds: Thresholds, version: str) -> Rubric:
    """The rubric under local thresholds, which its version names."""
    with PATH.open("rb") as file:
        told = tomllib.load(file)["fact"]
    return replace(
        rubric, version=version, thresholds=thresholds, facts={fact["id"]: make_fact(fact, thresholds) for fact in told}
    )


def check_rubric(rubric: Rubric) -> None:
    """Raises SoundingsError where a rule or an implication names a fact or source that the file does not have."""
    named = {fact for rule in rubric.rules for fact in (*rule.yes, *rule.any, *rule.no)}
    named |= {fact for implied, by in rubric.implied for fact in (implied, *by)}
    unknown = sorted(named - set(rubric.facts))
    cited = {line.source for fact in rubric.facts.values() for line in fact.sources}
    cited |= {source for rule in rubric.rules for source in rule.sources}
    unknown += sorted(cited - set(rubric.sources))
    if unknown or not rubric.rules[-1].is_last:
        raise SoundingsError(
            f"data/rubric.toml names {', '.join(unknown) or 'its last rule'}, which it does not define. "
            "Every fact and source a rule names must stand in the file, and the last rule is “Not enough recorded”."
        )
