"""What a source spec may say, as frozen dataclasses; the keys of its TOML are their fields (docs/sources.md)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

ROWS, TEMPLATE = "rows", "template"
PER_ROW, PER_VALUE, PER_FILE = "row", "value", "file"
KEEP, DROP = "keep", "drop"


@dataclass(frozen=True)
class Column:
    """How a column is read. `required`: a blank or unreadable cell rejects its row.

    `blank`: words that say nothing in this column. `unique`: a row that repeats an earlier row's cell is rejected.
    """

    read: str = "text"
    required: bool = False
    blank: list[str] = field(default_factory=list)
    unique: bool = False


@dataclass(frozen=True)
class Words:
    """Text for a field: of a column, fixed, looked up, or put together. The first of these that is given is used.

    `holding`: [needle, …, text] rules, tried in order: every needle stands in the column's items.
    `file_name`: what the file is called, where nothing else says anything.
    """

    column: str | None = None
    text: str | None = None
    words: dict[str, str] = field(default_factory=dict)
    tidy: bool = False
    holding: list[list[str]] = field(default_factory=list)
    join: list[Words] = field(default_factory=list)
    between: str = " · "
    otherwise: str | None = None
    file_name: bool = False


@dataclass(frozen=True)
class Try:
    """One way of saying where: by code, name, postcode or point. `codes`: reviewed words of the file → place code."""

    code: str | None = None
    name: str | None = None
    postcode: str | None = None
    lon: str | None = None
    lat: str | None = None
    codes: dict[str, str] = field(default_factory=dict)
    within: str | None = None
    place_kind: str | None = None
    vintage: str | None = None

    @property
    def column(self) -> str | None:
        return self.code or self.name or self.postcode


@dataclass(frozen=True)
class Place:
    """Where records stand: the first of `tries` that says something; `nothing_said` is the reason where none does."""

    role: str
    tries: list[Try]
    nothing_said: str = "The file says no place here."
    sentinels: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class When:
    """Which rows: those where an item of the column starts with `starts`, or is one of `among`; or where none is one of `not_among`."""

    column: str
    starts: str | None = None
    among: list[str] = field(default_factory=list)
    not_among: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Activity:
    """How activities are made: one per row, per distinct value of `key`, or one for the file."""

    per: str
    title: Words
    key: str | None = None
    summary: Words | None = None
    method: Words | None = None
    mode: Words | None = None
    theme: Words | None = None
    organisation: Words | None = None
    programme: Words | None = None
    record_status: Words | None = None
    took_place: Words | None = None
    cost: Words | None = None
    start_date: str | None = None
    end_date: str | None = None
    has_place: bool = False


@dataclass(frozen=True)
class Count:
    """A measure of breadth, or a total of meetings or contact hours: `sum` adds columns (blank where all are), `rows` counts rows. Grouped by activity, place and period."""

    measure: str
    sum: list[str] = field(default_factory=list)
    rows: bool = False
    when: When | None = None
    start_date: str | None = None
    end_date: str | None = None


@dataclass(frozen=True)
class Session:
    """One meeting for each row (that `when` picks). `took_place`: which word of a column says whether it did."""

    date: str
    name: str
    when: When | None = None
    attendance: list[str] = field(default_factory=list)
    returning: str | None = None
    minutes: str | None = None
    took_place: Words | None = None


@dataclass(frozen=True)
class Fact:
    """Something true of every activity of the source, with where that can be seen."""

    fact: str
    answer: str
    evidence: str


@dataclass(frozen=True)
class Repeats:
    """The source whose sessions this one holds again, paired by name and day."""

    source: str
    key: list[str]


@dataclass(frozen=True)
class Spec:
    """One source. `shape` rows: one sheet read by the rules below; template: the sheets of Soundings' own template.

    `first_columns`: what a file of it begins with, where its columns alone are too common to tell it by. `heading`: other
    headings of a column. `others` drop: columns that the spec does not name are not kept.
    """

    id: str
    title: str
    licence: str
    attribution: str
    source_url: str = ""
    period: str = ""
    period_from_file_name: str | None = None
    authority: str | None = None
    shape: str = ROWS
    date_order: str | None = None
    epoch: int = 1900
    recognise: list[str] = field(default_factory=list)
    first_columns: list[str] = field(default_factory=list)
    heading: dict[str, list[str]] = field(default_factory=dict)
    others: str = KEEP
    screening: dict[str, str] = field(default_factory=dict)
    drop: list[str] = field(default_factory=list)
    column: dict[str, Column] = field(default_factory=dict)
    place: Place | None = None
    activity: Activity | None = None
    count: list[Count] = field(default_factory=list)
    session: Session | None = None
    repeats: Repeats | None = None
    fact: list[Fact] = field(default_factory=list)
    raw: dict[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """What people call the source."""
        return self.title

    @property
    def text(self) -> str:
        """The spec as one text that `parse_spec` reads back: what a manifest keeps."""
        return json.dumps(self.raw, ensure_ascii=False, sort_keys=True)

    def find_column(self, name: str) -> Column:
        """How a column is read; text where the spec does not say."""
        return self.column.get(name, Column())
