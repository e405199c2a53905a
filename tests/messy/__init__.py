"""Hostile and messy files, made at test time by code: what people really send, and what they should get for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Kept:
    """A file that is read: `make(folder)` gives its path; `rows` are row number → cells of the (first or named) sheet."""

    what: str
    make: Callable[[Path], Path]
    columns: list[str]
    rows: dict[int, list[str | None]]
    detected: dict[str, str] = field(default_factory=dict)
    note: str = ""
    options: dict = field(default_factory=dict)
    sheet: str | None = None


@dataclass(frozen=True)
class Refused:
    """A file that is refused, and words that the sentence must hold."""

    what: str
    make: Callable[[Path], Path]
    words: list[str]
    options: dict = field(default_factory=dict)


def written(name: str, content: bytes | str, encoding: str = "utf-8") -> Callable[[Path], Path]:
    """A maker of one file with these bytes, or this text in an encoding."""

    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
        return path

    return make
