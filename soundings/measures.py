"""The measures of `data/measures.toml`: what each number is, and which numbers may never be added."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from soundings.home import PROJECT
from soundings.model import SoundingsError

FAMILIES = ("breadth", "contact", "depth")
FAMILY_QUESTION = {
    "breadth": "where people were asked",
    "contact": "where people met",
    "depth": "where people worked together",
}
# The question that a measure of each family answers, as it heads a map or an axis. Meeting often is not sharing power.
FAMILY_HOW = {"breadth": "how widely", "contact": "where people met", "depth": "how deeply"}
FAMILY_COLOUR = {"breadth": "amber", "contact": "slate", "depth": "blue"}
DEFAULT_DEPTH = "continuing_groups"
DEFAULT_CONTACT = "group_sessions"
# What is given as a total of meetings. A total holds the meetings that are recorded one by one (records.sql).
MEETING_TOTALS = ("group_sessions", "contact_hours")
HOURS = ("contact_hours",)
MEASURES_FILE = PROJECT / "data" / "measures.toml"


@dataclass(frozen=True)
class Measure:
    """One definition. `aggregate` is sum or median; `denominator` is population or None; `noun` is lower case, plural, `noun_one` the same for a single one."""

    id: str
    label: str
    noun: str
    noun_one: str
    family: str
    definition: str
    aggregate: str
    null_means: str
    denominator: str | None = None
    no_total: str | None = None  # why a row of counts cannot carry it, in a sentence or two

    @property
    def takes_totals(self) -> bool:
        """Whether a row of counts may carry it: “1,204 responses”, “47 group sessions”."""
        return self.no_total is None

    @property
    def is_whole(self) -> bool:
        """Whether it comes in whole numbers; hours have decimals."""
        return self.id not in HOURS

    @property
    def plain_noun(self) -> str:
        """The noun without what is said after a comma, to stand within a sentence: “months together”."""
        return self.noun.split(",")[0]


@cache
def read_measures(path: Path = MEASURES_FILE) -> dict[str, Measure]:
    """Every measure by id, in the order of the file. Raises SoundingsError where a definition is incomplete."""
    measures = {}
    for measure_id, fields in tomllib.loads(path.read_text(encoding="utf-8")).items():
        try:
            measure = Measure(id=measure_id, **fields)
        except TypeError as error:
            raise SoundingsError(
                f"{path.name}, [{measure_id}]: a measure needs exactly the keys of Measure ({error})."
            ) from error
        if measure.family not in FAMILIES or measure.aggregate not in ("sum", "median"):
            raise SoundingsError(
                f"{path.name}, [{measure_id}]: family must be one of {FAMILIES} and aggregate sum or median."
            )
        measures[measure_id] = measure
    return measures


def find_measure(measure_id: str) -> Measure:
    """The measure with this id. Raises SoundingsError naming the ids there are."""
    measures = read_measures()
    if measure_id not in measures:
        raise SoundingsError(f"There is no measure “{measure_id}”. The measures are: {', '.join(measures)}.")
    return measures[measure_id]


def measures_of(family: str) -> list[Measure]:
    """The measures of one family, in the order of the file."""
    return [measure for measure in read_measures().values() if measure.family == family]


def list_countable() -> list[str]:
    """The ids of the measures that a row of counts may carry, in the order of the file."""
    return [measure.id for measure in read_measures().values() if measure.takes_totals]
