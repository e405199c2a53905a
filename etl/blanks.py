"""What files say in place of a value: the reviewed words of data/no_figure.toml."""

from __future__ import annotations

import tomllib
from functools import cache

from soundings.home import PROJECT

DASHES = frozenset(("", "-", "–", "—", "--"))


@cache
def read_blank_words() -> frozenset[str]:
    """The words and dashes that mean no value in any column, in lower case; with the empty text."""
    return DASHES | _read("words")


@cache
def read_no_figure_words() -> frozenset[str]:
    """The words and marks that mean no figure in a column of figures, in lower case; with the empty text."""
    return read_blank_words() | _read("marks")


def is_blank(text: str) -> bool:
    """Whether a tidied text says that there is no value."""
    return text.casefold() in read_blank_words()


def is_no_figure(text: str) -> bool:
    """Whether a tidied text says that there is no figure."""
    return text.casefold() in read_no_figure_words()


def _read(section: str) -> frozenset[str]:
    told = tomllib.loads((PROJECT / "data" / "no_figure.toml").read_text(encoding="utf-8"))
    return frozenset(word.casefold() for words in told[section].values() for word in words)
