"""Every word that needs a definition: names, facts, stages and ways of sharing from the rubric, measures, and data/words.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from soundings.home import PROJECT
from soundings.measures import read_measures
from soundings.model import SoundingsError
from soundings.rubric import Rubric, Rule, Source, tidy_word

PATH = PROJECT / "data" / "words.toml"
# The kinds of word, in the order of the page.
NAME, FACT, STAGE, SHARING, TERM, MEASURE = KINDS = ("name", "fact", "stage", "sharing", "term", "measure")


@dataclass(frozen=True)
class Cited:
    """Where a definition comes from: a source, and the place in it (may be empty)."""

    source: Source
    where: str = ""


@dataclass(frozen=True)
class Word:
    """A word as people read it, what it means in a sentence, and where that comes from; no source means that it is ours.

    `note`: where the word is used otherwise elsewhere; often empty.
    """

    id: str
    kind: str
    label: str
    definition: str
    cited: tuple[Cited, ...] = ()
    group: str = ""
    note: str = ""


@dataclass(frozen=True)
class Vocabulary:
    """What data/words.toml holds: terms in their order, and the sources that the rubric does not have."""

    terms: tuple[dict, ...]
    sources: dict[str, Source]


@cache
def read_vocabulary(path: Path = PATH) -> Vocabulary:
    """The file as reviewed. Raises SoundingsError where an id stands twice."""
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    ids = [term["id"] for term in told["term"]]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise SoundingsError(f"{path.name} defines {', '.join(twice)} more than once; give each term one definition.")
    return Vocabulary(
        terms=tuple(told["term"]),
        sources={name: Source(name, **values) for name, values in told["sources"].items()},
    )


def read_words(rubric: Rubric) -> dict[str, Word]:
    """Every word by id, in the order of the page: names, facts, stages, ways of sharing, terms, measures.

    Under a rubric with local thresholds, the facts say those. Raises SoundingsError where a source is not defined.
    """
    vocabulary = read_vocabulary()
    sources = rubric.sources | vocabulary.sources
    words = [
        *(
            Word(rule.id, NAME, rule.name, rule.definition, cite_all(rule.sources, sources), note=rule.note)
            for rule in rubric.rules
        ),
        *(
            Word(
                fact.id, FACT, fact.label, fact.question, tuple(cite(c.source, c.where, sources) for c in fact.sources)
            )
            for fact in rubric.facts.values()
        ),
        *(
            Word(name, STAGE, label, question, cite_all(("write_up" if name == "frame" else "four_cos",), sources))
            for name, (label, question) in rubric.stages.items()
        ),
        *(
            Word(name, SHARING, name.capitalize(), begin_sentence(plain), cite_sharing(name, sources))
            for name, plain in rubric.sharing.items()
        ),
        *(make_term(term, sources) for term in vocabulary.terms),
        *(Word(one.id, MEASURE, one.label, one.definition, group=one.family) for one in read_measures().values()),
    ]
    found = {word.id: word for word in words}
    if len(found) < len(words):
        ids = [word.id for word in words]
        twice = ", ".join(sorted({name for name in ids if ids.count(name) > 1}))
        raise SoundingsError(f"Two words are called {twice}. Give the one in {PATH.name} another id.")
    return found


def find_word(term: str, rubric: Rubric) -> Word:
    """The word with this id. Raises SoundingsError where no file defines it."""
    word = read_words(rubric).get(term)
    if word is None:
        raise SoundingsError(
            f"“{term}” has no definition. Define it in data/words.toml, or use the id of a name, fact, stage or measure."
        )
    return word


def list_needs(rule: Rule, rubric: Rubric) -> list[str]:
    """What must be recorded for a name, one clause each; empty for the last rule, which everything else falls to."""
    needs = [rubric.facts[fact].met for fact in rule.yes]
    if rule.any:
        needs.append(", or ".join(rubric.facts[fact].met for fact in rule.any))
    return needs + [rubric.facts[fact].not_so for fact in rule.no]


def holds(word: Word, wanted: str, rubric: Rubric) -> bool:
    """Whether a word is what someone looks for: in its label, its definition, its sources, or another word for a name."""
    also = rubric.find_rule(word.id).also_called if word.kind == NAME else ()
    cited = [f"{one.source.title} {one.source.by} {one.where}" for one in word.cited]
    return tidy_word(wanted) in tidy_word(" ".join((word.label, word.definition, word.group, *also, *cited)))


def begin_sentence(clause: str) -> str:
    """A clause as a sentence."""
    return f"{clause[0].upper()}{clause[1:]}."


def cite(source: str, where: str, sources: dict[str, Source]) -> Cited:
    if source not in sources:
        raise SoundingsError(
            f"A definition cites “{source}”, which is not defined. Add it under [sources] of data/words.toml or data/rubric.toml."
        )
    return Cited(sources[source], where)


def cite_all(names: tuple[str, ...], sources: dict[str, Source]) -> tuple[Cited, ...]:
    return tuple(cite(name, "", sources) for name in names)


def cite_sharing(word: str, sources: dict[str, Source]) -> tuple[Cited, ...]:
    """Doing to, for and with are from the literature; the rest are ours."""
    return cite_all(("slay_stephens",), sources) if word in ("to", "for", "with") else ()


def make_term(told: dict, sources: dict[str, Source]) -> Word:
    """A term of data/words.toml."""
    cited = tuple(cite(line["source"], line.get("where", ""), sources) for line in told.get("sources", []))
    return Word(told["id"], TERM, told["label"], told["definition"], cited, told["group"])
