"""The small records that a store holds of one activity: what it is, where, what was counted, met, changed and said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from soundings.measures import Measure
from soundings.model import HELD


@dataclass(frozen=True)
class Head:
    """The activity's own row, as the batch accepted last tells it, and its status today (None: its dates do not say).

    `took_place`: the word for why it did not take place; None where it did, or nobody said.
    """

    activity_id: str
    title: str
    summary: str | None
    method: str | None
    mode: str | None
    theme: str | None
    organisation: str | None
    programme: str | None
    start_date: date | None
    end_date: date | None
    status: str | None
    decision_at_stake: str | None
    not_open_to_influence: str | None
    promise: str | None
    local_term: str | None
    parent_activity_id: str | None
    role_mailbox: str | None
    cost: str | None
    is_statutory: bool
    outline: str | None
    source_id: str
    file_name: str
    row_number: int
    sheet: str | None = None
    took_place: str | None = None


@dataclass(frozen=True)
class Where:
    """One place in one role. `place_code` is None where no loaded place holds it; `said` is then what the file wrote, if anything."""

    role: str
    state: str
    place_code: str | None
    name: str | None
    kind: str | None
    said: str | None


@dataclass(frozen=True)
class Count:
    """One figure: exact, an estimate or a band up to `value_high`. `rows` are of `file_name`, as a person sees them, each in the
    one of `sheets` where its number alone does not say enough. What did not take place is in no figure."""

    measure: Measure
    value: float
    value_high: float | None
    basis: str
    period_start: date | None
    period_end: date | None
    where: Where
    source_id: str
    file_name: str
    rows: list[int]
    sheets: list[str | None] | None = None
    took_place: str = HELD


@dataclass(frozen=True)
class Meeting:
    """One session. None is not recorded. `is_elsewhere`: another source holds the same meeting and it is counted there.

    `took_place`: one of TOOK_PLACE; only what did is counted. `is_estimate`: the file says about how many came.
    """

    day: date | None
    minutes: float | None
    came: float | None
    came_back: float | None
    is_elsewhere: bool
    source_id: str
    file_name: str
    row_number: int
    sheet: str | None = None
    took_place: str = HELD
    is_estimate: bool = False

    @property
    def contact_hours(self) -> float | None:
        return None if self.minutes is None or self.came is None else self.minutes * self.came / 60


@dataclass(frozen=True)
class Stage:
    """How one stage was shared, who had which right over which decision, and why a part was not shared."""

    stage: str
    sharing: str
    decision_right: str | None
    named_decision: str | None
    why_not_shared: str | None


@dataclass(frozen=True)
class Outcome:
    """One thing that changed, and whether the people who took part were told."""

    what_changed: str
    who_decided: str | None
    changed_date: date | None
    told_back_due_date: date | None
    told_back_date: date | None


@dataclass(frozen=True)
class Perspective:
    """Whose knowledge was in the room: lived, local or professional."""

    knowledge: str
    who: str
    people_count: float | None


@dataclass(frozen=True)
class Exchange:
    """What people gave and what they got; None where that side was left blank."""

    gave: str | None
    got: str | None


@dataclass(frozen=True)
class Quote:
    """A story told with consent: who may read it, and until when it can be withdrawn."""

    words: str
    told_by: str | None
    consent_scope: str
    consent_date: date | None
    withdraw_by: date | None


@dataclass(frozen=True)
class Statement:
    """A right of reply, or what a group has read and agreed."""

    kind: str
    words: str
    said_month: str | None


@dataclass(frozen=True)
class Calling:
    """What it was called, by whom, from when; `recorded_at` is when we were told."""

    called: str
    called_by: str | None
    called_date: date | None
    recorded_at: datetime


@dataclass(frozen=True)
class Naming:
    """One run that derived a name, and what had changed since the run before."""

    made_at: datetime
    name: str
    rule_id: str
    rubric_version: str
    because: str
