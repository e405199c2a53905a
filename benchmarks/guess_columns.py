"""How many columns of public exports are guessed right, and how many wrong, beside `rapidfuzz` alone. Prints JSON.

    python -m benchmarks.guess_columns [--misses]

Reads `benchmarks/headings/*.toml`: headings of public exports with made-up cells, and the right answer for each. The guesses were
tuned on `tuned.toml`; `apart.toml` was written afterwards. A guess is wrong where the right answer is another field, or to leave the
column open. Of columns that have one right answer, `filled` counts those for which it is given. Beside them: the heading alone,
compared with the same lists of words by rapidfuzz's ratio, with no look at the cells.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz, process

from etl.uploads.guessing import propose_columns
from etl.uploads.mapping import read_fields

HEADINGS = Path(__file__).parent / "headings"
TUNED, APART = "tuned.toml", "apart.toml"
OPEN = "-"
BARS = {"wrong_share": 0.02, "filled_share": 0.70, "headings": 300}
RATIO = 84  # of 100, the likeness that a heading had to have before its cells were looked at
Guess = Callable[[list[str], list[dict[str, str | None]]], list[str | None]]


@dataclass(frozen=True)
class Export:
    """The columns of one export, the right answers for each (“-” leaves it open), and rows of sample cells."""

    name: str
    headings: list[str]
    answers: list[tuple[str, ...]]
    rows: list[dict[str, str | None]]


@dataclass(frozen=True)
class Miss:
    """A column that was not guessed right: filled in wrong, or left open although there is one right answer."""

    export: str
    heading: str
    guess: str | None
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Score:
    """What was guessed of some exports."""

    headings: int
    guessed: int
    wrong: int
    wanted: int
    filled: int
    misses: tuple[Miss, ...]

    @property
    def wrong_share(self) -> float:
        """Of the columns that were filled in."""
        return self.wrong / self.guessed if self.guessed else 0.0

    @property
    def filled_share(self) -> float:
        """Of the columns with one right answer."""
        return self.filled / self.wanted if self.wanted else 0.0

    def said(self) -> dict:
        """The figures, as JSON has them."""
        figures = {name: getattr(self, name) for name in ("headings", "guessed", "wrong", "wanted", "filled")}
        return figures | {"wrong_share": round(self.wrong_share, 4), "filled_share": round(self.filled_share, 4)}


def read_exports(*names: str) -> list[Export]:
    """The exports of these files, in their order."""
    return [make_export(one) for name in names for one in tomllib.loads((HEADINGS / name).read_text("utf-8"))["export"]]


def make_export(told: dict) -> Export:
    """An export as its file tells it."""
    columns = told["columns"]
    headings = [column[0] for column in columns]
    count = max(len(column) - 2 for column in columns)
    cells = [[cell or None for cell in column[2:]] + [None] * (count + 2 - len(column)) for column in columns]
    rows = [dict(zip(headings, row, strict=True)) for row in zip(*cells, strict=True)]
    return Export(told["name"], headings, [tuple(column[1].split("|")) for column in columns], rows)


def guess_with_cells(headings: list[str], rows: list[dict[str, str | None]]) -> list[str | None]:
    """The fields as the page Upload fills them in."""
    return [one.field for one in propose_columns(headings, rows)]


def guess_by_rapidfuzz(headings: list[str], rows: list[dict[str, str | None]]) -> list[str | None]:
    """The fields by likeness of the heading alone; no field twice."""
    field_of = {word.casefold(): field.id for field in read_fields().values() for word in (*field.words, field.id)}
    scored = []
    for at, heading in enumerate(headings):
        plain = heading.replace("_", " ").casefold()
        for word, ratio, _ in process.extract(plain, list(field_of), scorer=fuzz.ratio, score_cutoff=RATIO, limit=20):
            scored.append((ratio, -at, field_of[word]))
    found: dict[int, str] = {}
    for _, position, field in sorted(scored, reverse=True):
        if -position not in found and field not in found.values():
            found[-position] = field
    return [found.get(at) for at in range(len(headings))]


def score_guesses(exports: Sequence[Export], guess: Guess) -> Score:
    """What a way of guessing makes of the exports."""
    guessed = wrong = wanted = filled = 0
    misses = []
    for export in exports:
        for heading, answers, field in zip(
            export.headings, export.answers, guess(export.headings, export.rows), strict=True
        ):
            is_wrong = field is not None and field not in answers
            is_wanted = OPEN not in answers
            guessed += field is not None
            wrong += is_wrong
            wanted += is_wanted
            filled += is_wanted and field in answers
            if is_wrong or (is_wanted and field is None):
                misses.append(Miss(export.name, heading, field, answers))
    headings = sum(len(export.headings) for export in exports)
    return Score(headings, guessed, wrong, wanted, filled, tuple(misses))


def run() -> dict:
    """All scores, and whether the bars are met."""
    names = [path.name for path in sorted(HEADINGS.glob("*.toml"))]
    start = time.perf_counter()
    whole = score_guesses(read_exports(*names), guess_with_cells)
    seconds = time.perf_counter() - start
    return {
        "guesses": whole.said(),
        "by_file": {name: score_guesses(read_exports(name), guess_with_cells).said() for name in names},
        "rapidfuzz_alone": score_guesses(read_exports(*names), guess_by_rapidfuzz).said(),
        "seconds": round(seconds, 2),
        "bars": BARS,
        "met": {
            "headings": whole.headings >= BARS["headings"],
            "wrong_share": whole.wrong_share <= BARS["wrong_share"],
            "filled_share": whole.filled_share >= BARS["filled_share"],
        },
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--misses", action="store_true", help="list every column that was not guessed right")
    options = parser.parse_args()
    result = run()
    print(json.dumps(result, indent=2))
    if options.misses:
        names = [path.name for path in sorted(HEADINGS.glob("*.toml"))]
        for miss in score_guesses(read_exports(*names), guess_with_cells).misses:
            print(
                f"{miss.export}: {miss.heading!r} guessed {miss.guess}, right is {' or '.join(miss.answers)}",
                file=sys.stderr,
            )
    return 0 if all(result["met"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
