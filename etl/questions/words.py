"""The reviewed words that say what a sheet, a row or a column of somebody's file is (`data/sheet_words.toml`)."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache

from soundings.home import PROJECT

WORDS = PROJECT / "data" / "sheet_words.toml"


@cache
def read_words(kind: str) -> frozenset[str]:
    """The words of one kind, in every language."""
    told = tomllib.loads(WORDS.read_text(encoding="utf-8"))[kind]
    return frozenset(word for words in told.values() for word in words)


def plain_words(text: str | None) -> str:
    """A text in lower case, without accents and punctuation: “Réunions (n°)” → “reunions n”."""
    apart = unicodedata.normalize("NFKD", text or "").casefold()
    return " ".join(re.sub(r"[\W_]+", " ", "".join(sign for sign in apart if not unicodedata.combining(sign))).split())


def has_word(text: str | None, kind: str) -> bool:
    """Whether one of the words of a kind stands in a text, as whole words."""
    plain = f" {plain_words(text)} "
    return any(f" {word} " in plain for word in read_words(kind))
