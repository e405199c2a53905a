"""A question about a file, its choices, and what a check of the file came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from etl.types import Mapped, Sheet
from soundings.home import Home

if TYPE_CHECKING:
    from etl.spec_types import Spec
    from etl.uploads.mapping import ColumnMapping

TAKES_PLACE = "takes-its-place"  # the choice by which a file replaces the batches that a question is about


@dataclass(frozen=True)
class Choice:
    """One answer. `id`: lower-case words joined by hyphens, which `--answer` takes; `label`: what a person reads."""

    id: str
    label: str


@dataclass(frozen=True)
class Question:
    """Something about a file that only a person knows.

    `id` is the same each time the file is looked at, such as "status:Status"; `assumed` is the id of the choice that holds
    when the question is left; `moves` is how many records the answer moves, and orders the questions; `evidence` names the
    rows, cells or places it is about. `must_answer`: nothing is taken in before a person chose. `batches`: the loaded batches it
    is about, which the answer "takes-its-place" replaces.
    """

    id: str
    sentence: str
    choices: tuple[Choice, ...]
    assumed: str
    moves: int
    evidence: tuple[str, ...] = ()
    must_answer: bool = False
    batches: tuple[str, ...] = ()

    def find_choice(self, answers: Mapping[str, str]) -> Choice:
        """What holds: the choice that was made, or the assumed one."""
        known = {choice.id: choice for choice in self.choices}
        return known.get(answers.get(self.id), known[self.assumed])

    def is_open(self, answers: Mapping[str, str]) -> bool:
        """Whether the file waits for this answer."""
        return self.must_answer and self.id not in answers


@dataclass(frozen=True)
class LeftOut:
    """Rows of a sheet that are not taken in, as a check found or a person answered, with the reason in words.

    `is_repeat`: they say what another row, sheet or file says already.
    """

    sheet: str
    rows: tuple[int, ...]
    reason: str
    is_repeat: bool = False


@dataclass(frozen=True)
class Context:
    """What a check of sheets may look at besides them. `mapping`: how a person matched the columns, where that was needed."""

    spec: Spec | None = None
    mapping: ColumnMapping | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    file_name: str = ""


@dataclass(frozen=True)
class Checked:
    """What a check of sheets came to: the sheets as they go on, its questions (answered ones too), and what it decided.

    `decisions` are sentences that stay with the batch; `left_out` are rows that the sheets no longer have.
    """

    sheets: list[Sheet]
    questions: tuple[Question, ...] = ()
    decisions: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True)
class RecordContext:
    """What a check of records may look at: the mapped batch, its manifest, the home with the loaded places, the answers so far, and
    the `sheets` as the inbox keeps them."""

    home: Home
    spec: Spec
    manifest: dict
    mapped: Mapped
    answers: Mapping[str, str] = field(default_factory=dict)
    sheets: Sequence[Sheet] = ()
