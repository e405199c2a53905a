"""One filter object that holds what was asked, as bound SQL and as a human sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from soundings.model import SoundingsError

WHEN = ("planned", "live", "past", "paused")
WHEN_LABEL = {"planned": "planned", "live": "live now", "past": "past", "paused": "paused"}

# What an activity is today: what its file says, else what its dates say.
STATUS_SQL = """
    coalesce(
        a.record_status,
        case
            when a.start_date > $today then 'planned'
            when a.end_date is null and a.time_pattern in ('series', 'continuing') then null
            when coalesce(a.end_date, a.start_date) >= $today then 'live'
            when coalesce(a.end_date, a.start_date) is not null then 'past'
        end
    )
"""
# What is live and has no end goes on until today.
IS_GOING_ON = f"(a.end_date is null and {STATUS_SQL} = 'live')"


def in_period_sql(first: str, last: str, is_going_on: str = IS_GOING_ON) -> str:
    """SQL for whether what lasted from `first` to `last` (SQL of dates) touches the period; what has no date is in no period.

    `is_going_on`: SQL for whether it goes on until today, by what alias a (activity_now) says.
    """
    return f"""(
        ($period_start is null and $period_end is null)
        or (
            {first} is not null
            and ($period_start is null or {last} >= $period_start or ({is_going_on} and $today >= $period_start))
            and ($period_end is null or {first} <= $period_end)
        )
    )"""


# A record that has its activity's dates, as it has none of its own, lasts as long as the activity does.
RECORD_IN_PERIOD = in_period_sql(
    "coalesce(r.start_date, r.end_date)",
    "coalesce(r.end_date, r.start_date)",
    f"(r.has_activity_dates and {IS_GOING_ON})",
)
# Every activity as a record that lasts as long as it does: alias r of `Filters.where`, from the clause `known`.
LASTING = "select activity_id, first_day as start_date, last_day as end_date, true as has_activity_dates from known"


@dataclass(frozen=True)
class Filters:
    """What a reader narrowed the figures to. `None` means no narrowing. Dates are inclusive.

    Raises SoundingsError for a period that ends before it starts: nothing could be in it, and that would read as a gap.
    """

    period_start: date | None = None
    period_end: date | None = None
    organisation: str | None = None
    method: str | None = None
    theme: str | None = None
    source: str | None = None
    when: str | None = None

    def __post_init__(self) -> None:
        if self.period_start and self.period_end and self.period_end < self.period_start:
            raise SoundingsError(
                f"The period {say_date(self.period_start)} to {say_date(self.period_end)} ends before it starts. "
                "Give the earlier day first."
            )

    def where(self) -> str:
        """SQL over aliases r (record, or LASTING) and a (activity_now); true where nothing is narrowed. Values are bound by `bindings`."""
        return f"""
            {RECORD_IN_PERIOD}
            and ($organisation is null or a.organisation = $organisation)
            and ($method is null or a.method = $method)
            and ($theme is null or a.theme = $theme)
            and ($when is null or {STATUS_SQL} = $when)
        """

    def bindings(self, today: date) -> dict:
        """Every name that `where` and records.sql bind, except the measure."""
        return {
            "period_start": self.period_start,
            "period_end": self.period_end,
            "organisation": self.organisation,
            "method": self.method,
            "theme": self.theme,
            "source": self.source,
            "when": self.when,
            "today": today,
        }

    def sentence(self) -> str:
        """What the filters say in words, for example “from 1 March 2024, method survey”; empty where nothing is narrowed."""
        parts = []
        if self.period_start and self.period_end:
            parts.append(f"{say_date(self.period_start)} to {say_date(self.period_end)}")
        elif self.period_start:
            parts.append(f"from {say_date(self.period_start)}")
        elif self.period_end:
            parts.append(f"up to {say_date(self.period_end)}")
        if self.when:
            parts.append(f"{WHEN_LABEL[self.when]} only")
        for label, value in (
            ("organisation", self.organisation),
            ("method", self.method),
            ("theme", self.theme),
            ("source", self.source),
        ):
            if value:
                parts.append(f"{label} “{value}”")
        return ", ".join(parts)


EVERYTHING = Filters()


def say_date(day: date) -> str:
    """A date in words: 3 May 2024."""
    return f"{day.day} {day:%B %Y}"
