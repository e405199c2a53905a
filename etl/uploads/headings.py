"""The words of a heading, so that two ways of writing the same one compare equal."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from soundings.home import PROJECT

HEADING_WORDS = PROJECT / "data" / "heading_words.toml"
SPLIT_CASES = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
BRACKETS = re.compile(r"[(\[{][^)\]}]*[)\]}]?")
NUMBER_SIGN = re.compile(r"#|[nN][º°]")
NUMBER = "number"


@dataclass(frozen=True)
class Heading:
    """A heading taken apart. `words`: those that tell it from others, in order; small words, languages and brackets are gone, and
    every word for a figure is “number”. `beside`: the words in its brackets."""

    text: str
    words: tuple[str, ...]
    beside: tuple[str, ...] = ()

    @property
    def all_words(self) -> frozenset[str]:
        return frozenset((*self.words, *self.beside))


@cache
def read_heading_words(path: Path = HEADING_WORDS) -> dict[str, frozenset[str]]:
    """Every list of words by its name."""
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: frozenset(said.split() if isinstance(said, str) else said) for name, said in told.items()}


def parse_heading(text: str) -> Heading:
    """A heading taken apart into its words."""
    known = read_heading_words()
    plain = NUMBER_SIGN.sub(" number ", text)
    bracketed = [word for found in BRACKETS.findall(plain) for word in split_words(found)]
    words = split_words(BRACKETS.sub(" ", plain)) or bracketed
    while len(words) > 1 and words[-1] in known["languages"]:
        words.pop()
    telling = [word for word in words if word not in known["small"]] or words
    if len(telling) > 1:
        telling = [NUMBER if word in known["number"] else word for word in telling]
    return Heading(text, tuple(dict.fromkeys(telling)), tuple(bracketed))


def split_words(text: str) -> list[str]:
    """The words of a text in lower case and without accents: “Réunion-ID” → reunion, id."""
    parted = unicodedata.normalize("NFKD", SPLIT_CASES.sub(" ", text)).casefold()
    plain = "".join(sign for sign in parted if not unicodedata.combining(sign))
    return re.sub(r"[\W_]+", " ", plain).split()
