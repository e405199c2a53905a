"""What people who took part in Tidewell answered, as askings that the usual rules of publication then judge."""

from __future__ import annotations

import tomllib
from itertools import zip_longest
from pathlib import Path

from etl.specs import read_specs
from etl.template.rows import name_activity
from soundings.publication import Asking


def read_askings(path: Path) -> list[Asking]:
    """Each asking of the file, with made-up answers of as many people as it says."""
    spec = read_specs()["native"]
    return [
        Asking(
            wave_id=wave["id"],
            activity_id=name_activity(spec, wave["of"]),
            month=wave["month"],
            is_one_each="invited" in wave,
            invited_count=wave.get("invited"),
            answers=tuple(spread_answers(wave["answers"], wave["answered"])),
        )
        for wave in tomllib.loads(path.read_text(encoding="utf-8"))["wave"]
    ]


def spread_answers(told: dict[str, dict[str, int]], answered: int) -> list[dict[str, str]]:
    """One mapping (question → answer) for each person, that come to these numbers. Raises ValueError where there are more."""
    columns = [[answer for answer, count in counts.items() for _ in range(count)] for counts in told.values()]
    if any(len(column) > answered for column in columns):
        raise ValueError(f"More answers than the {answered} people who answered.")
    rows = zip_longest(*columns)
    return [{question: answer for question, answer in zip(told, row, strict=True) if answer} for row in rows]
