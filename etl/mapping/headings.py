"""The names a spec has for columns, found among the headings a file has: the same export says “Quantity” or “Ticket Quantity”."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import fields, replace

import pyarrow as pa
import pyarrow.compute as pc

from etl.spec_types import DROP, Spec, When, Words
from etl.types import Sheet
from soundings.model import BadFile

AREA_COLUMN = "screened_area_code"  # what screening makes of a person's postcode or point


def find_headings(spec: Spec, columns: Collection[str]) -> dict[str, list[str]]:
    """The spec's name → the file's headings for it, in the file's order; names that the file has as they stand are left out.

    Of the headings that a spec lists for a column the first that the file has is taken; `*` stands for any text.
    """
    left = [name for name in columns if name not in spec.heading]
    found: dict[str, list[str]] = {}
    for name, headings in spec.heading.items():
        if name in columns:
            continue
        for heading in (name, *headings):
            own = [column for column in left if matches(heading, column)]
            if own:
                found[name] = own
                left = [column for column in left if column not in own]
                break
    return found


def matches(heading: str, column: str) -> bool:
    """Whether a file's column is the one a heading describes, whatever its case."""
    pattern = ".*".join(re.escape(part) for part in heading.casefold().split("*"))
    return re.fullmatch(pattern, column.casefold(), re.DOTALL) is not None


def name_columns(spec: Spec, columns: Collection[str]) -> list[str]:
    """The columns of a file under the names that the spec has for them."""
    known = {own: name for name, headings in find_headings(spec, columns).items() for own in headings}
    return [known.get(column, column) for column in columns]


def rename_sheet(spec: Spec, sheet: Sheet) -> Sheet:
    """The sheet under the spec's names. Headings that share a name are read as one list where the spec says list.

    Raises BadFile with the question where they share one and are no list.
    """
    found = find_headings(spec, sheet.table.column_names)
    if not found:
        return sheet
    check_headings(spec, found, sheet.name)
    table = sheet.table
    for name, own in found.items():
        cells = table[own[0]] if len(own) == 1 else join_cells(table, own)
        table = table.set_column(table.column_names.index(own[0]), name, cells)
        table = table.drop_columns(own[1:]) if len(own) > 1 else table
    return replace(sheet, table=table)


def read_own(spec: Spec, sheets: list[Sheet]) -> dict[str, str]:
    """The spec's name → what the file calls that column, for the columns that go by another name in it."""
    found = [find_headings(spec, sheet.table.column_names) for sheet in sheets]
    return {name: ", ".join(own) for headings in found for name, own in headings.items()}


def join_cells(table: pa.Table, columns: list[str]) -> pa.Array:
    """The filled cells of several columns as one text with semicolons between them; null where all are blank."""
    cells = [pc.fill_null(table[name].combine_chunks().cast(pa.string()), "") for name in columns]
    joined = pc.binary_join_element_wise(*cells, "; ")  # a list passes over what is blank between semicolons
    return pc.if_else(pc.match_substring_regex(joined, r"[^;\s]"), joined, pa.scalar(None, pa.string()))


def check_headings(spec: Spec, found: dict[str, list[str]], where: str) -> None:
    """Raises BadFile with the question where several columns could be the one that the spec means."""
    for name, own in found.items():
        if len(own) > 1 and spec.find_column(name).read != "list":
            shown = " or ".join(f"“{heading}”" for heading in own)
            asked = " ".join(f'--drop "{heading}"' for heading in own[1:])
            raise BadFile(
                f"{where} has several columns that could be the {name} of {spec.title}: {shown}. Say which is meant by leaving "
                f"the others out, with their partners where they are of pairs ({asked}), or take them out of the file."
            )


def find_roles(spec: Spec, sheets: list[Sheet], drop: Collection[str] = ()) -> dict[str, str]:
    """What screening is told of each column, under the file's own headings; where the spec drops others, those it names are all that stays.

    `drop`: columns a person leaves out. Raises BadFile where several columns could be the one that the spec means.
    """
    unwanted = {name.casefold().strip() for name in drop}
    roles = dict(spec.screening)
    named = name_all(spec) if spec.others == DROP else None
    for sheet in sheets:
        columns = [name for name in sheet.table.column_names if name.casefold() not in unwanted]
        found = find_headings(spec, columns)
        check_headings(spec, found, sheet.name)
        known = {own: name for name, headings in found.items() for own in headings}
        for column in columns:
            name = known.get(column, column)
            if name in spec.screening:
                roles[column] = spec.screening[name]
            elif named is not None and name not in named:
                roles[column] = DROP
    return roles


def name_all(spec: Spec) -> set[str]:
    """Every column that the spec names, except those that it drops."""
    names = {part for choices in spec.recognise for choice in choices.split("|") for part in choice.split("+")}
    names |= {*spec.column, *(name for name, role in spec.screening.items() if role != DROP), AREA_COLUMN}
    if spec.activity:
        names |= columns_in(spec.activity)
    for part in (*spec.count, spec.session):
        names |= columns_in(part) if part else set()
    for way in spec.place.tries if spec.place else ():
        names |= {name for name in (way.column, way.lon, way.lat) if name}
    return names


COLUMN_FIELDS = ("column", "key", "start_date", "end_date", "date", "name", "returning", "minutes", "sum", "attendance")


def columns_in(part: object) -> set[str]:
    """The columns that a part of a spec (its activity, a count, the session) takes anything from."""
    names: set[str] = set()
    for field in fields(part):
        value = getattr(part, field.name)
        if isinstance(value, When | Words):
            names |= columns_in(value)
        elif isinstance(value, list) and value and isinstance(value[0], Words):
            names |= {name for words in value for name in columns_in(words)}
        elif field.name in COLUMN_FIELDS and value:
            names |= {value} if isinstance(value, str) else set(value)
    return names


def say_headings(spec: Spec, sheets: list[Sheet]) -> list[str]:
    """Which of a file's columns are read as one that the spec calls otherwise, each in a sentence."""
    own = {name: heading for name, heading in read_own(spec, sheets).items() if heading.casefold() != name.casefold()}
    return [f"“{heading}” is read as {name}." for name, heading in own.items()]
