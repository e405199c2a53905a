"""The local thresholds: a dated, append-only log of who changed which number and why, and the rubric under them.

inbox/thresholds.jsonl      one line for each change
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace

from soundings.disk import append_lines
from soundings.home import Home
from soundings.model import BrokenStore, SoundingsError
from soundings.rubric import Rubric, Thresholds, read_rubric, with_thresholds

NAMES = tuple(field.name for field in fields(Thresholds))
LABELS = {
    "continuing_sessions": "meetings that make a continuing relationship",
    "continuing_months": "months that make a continuing relationship",
    "continuing_returning": "people coming back that make a continuing relationship",
}
FILE = "thresholds.jsonl"
LARGEST = 1000


@dataclass(frozen=True)
class ThresholdChange:
    """One change: `at` is ISO 8601 in UTC."""

    at: str
    who: str
    threshold: str
    before: int
    after: int
    why: str


def read_changes(home: Home) -> list[ThresholdChange]:
    """Every change of a local threshold, oldest first. Raises BrokenStore where the log cannot be read."""
    path = home.inbox / FILE
    try:
        written = path.read_bytes()
    except FileNotFoundError:
        return []
    try:
        changes = [ThresholdChange(**json.loads(line)) for line in written[: written.rfind(b"\n") + 1].splitlines()]
        for change in changes:
            check_change(change.threshold, change.after)
        return changes
    except (ValueError, TypeError, SoundingsError) as error:
        raise BrokenStore(
            f"{path}, the log of local thresholds, cannot be read ({error}). Put it back from a backup; names are derived from it."
        ) from error


def find_rubric(home: Home) -> Rubric:
    """The rubric under this home's thresholds: the file's own where nothing was changed, or changed back."""
    rubric = read_rubric()
    changes = read_changes(home)
    thresholds = replace(rubric.thresholds, **{change.threshold: change.after for change in changes})
    if thresholds == rubric.thresholds:
        return rubric
    return with_thresholds(rubric, thresholds, f"{rubric.version} with local change {len(changes)}")


def make_change(home: Home, threshold: str, value: int, who: str, why: str, at: str) -> ThresholdChange:
    """A change as it would be logged. Raises SoundingsError where the threshold, the number or the reason will not do."""
    check_change(threshold, value)
    if not why.strip() or not who.strip():
        raise SoundingsError(
            "A threshold is changed in the open: say who changes it and why, in a sentence that others will read."
        )
    before = getattr(find_rubric(home).thresholds, threshold)
    if before == value:
        raise SoundingsError(f"The number of {LABELS[threshold]} is {value} already; nothing was changed.")
    return ThresholdChange(at, who.strip(), threshold, before, value, why.strip())


def check_change(threshold: str, value: int) -> None:
    if threshold not in NAMES:
        raise SoundingsError(f"“{threshold}” is not a threshold; the thresholds are {', '.join(NAMES)}.")
    if not isinstance(value, int) or not 1 <= value <= LARGEST:
        raise SoundingsError(f"{threshold} cannot be {value}; give a whole number from 1 to {LARGEST:,}.")


def append_change(home: Home, change: ThresholdChange) -> None:
    """The change is on the disk; a last line torn by a crash is cut off first. The caller holds the writer's lock."""
    append_lines(home.inbox / FILE, [json.dumps(asdict(change), ensure_ascii=False).encode() + b"\n"])
