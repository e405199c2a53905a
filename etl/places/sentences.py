"""Short lists of places in a sentence."""

from __future__ import annotations

from collections.abc import Iterable

SHOWN = 5


def list_some(values: Iterable[object]) -> str:
    """The first few of the values, for a sentence."""
    told = list(values)
    return ", ".join(str(value) for value in told[:SHOWN]) + (" …" if len(told) > SHOWN else "")
