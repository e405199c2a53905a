"""From the rows of tables to the chart on the screen."""

from __future__ import annotations

import streamlit as st

from pages.ui.access import Reader, kinds_of, read_once, rows_of
from pages.ui.chart.map import (
    HIDDEN_VALUE,
    RING_NOTE,
    ChartPayload,
    Fill,
    HoverField,
    Rings,
    chart_map,
    chart_view,
    side_by_side,
    single_view,
)
from pages.ui.chart.views import make_crossed_fill, make_names_fill
from pages.ui.controls import Choice
from pages.ui.keys import recall_extent, today
from soundings.bivariate import cross_tables
from soundings.geometry import PreparedGeometry, ensure_geometry
from soundings.measures import FAMILY_HOW
from soundings.model import HIDDEN, IN_ANOTHER_SET, ROLE_LABEL
from soundings.name_places import NamedPlaces, say_named_places
from soundings.place_sets import PlaceSet, read_sets
from soundings.queries import Row, Table
from soundings.views import classify_rows, is_none_held, say_coverage, say_figure, say_places, say_summary, say_title

# Up to here each place's own colour, figure and ring can be read; beyond, the larger areas stand in until one zooms in.
MANY_PLACES = 400


@st.cache_resource(max_entries=24, show_spinner="Preparing the outlines of the places (once for each set of places) …")
def _find_geometry(
    root: str, number: int, kind: str, parent: str | None, place_set: str | None, _reader: Reader
) -> PreparedGeometry:
    return ensure_geometry(_reader.home, _reader.connection, kind, parent, place_set)


def find_geometry(
    reader: Reader, kind: str, parent: str | None = None, place_set: str | None = None
) -> PreparedGeometry:
    """The outlines of one set of places of a kind (None: the newest), remembered for as long as their generation is current."""
    return _find_geometry(str(reader.home.root), reader.number, kind, parent, place_set, reader)


def draw_chart(
    reader: Reader, choice: Choice, area: str, fill: Table, ring: Table | None, selected: str | None
) -> str | None:
    """Draws the view that was chosen; returns the code of a place clicked on it in this very run, "" where it was let go."""
    geometry = find_geometry(reader, choice.kind, choice.parent, choice.place_set)
    parents = {table.measure.id: parent_rows(reader, choice, geometry, table) for table in (fill, ring) if table}
    deep = make_fill(fill, geometry, parents[fill.measure.id])
    if choice.view == "one" or ring is None:
        panels = single_view(deep)
    elif choice.view == "crossed":
        panels = single_view(
            make_crossed_fill(
                cross_tables(ring, fill, choice.steps), geometry, f"{ring.measure.label} × {fill.measure.label}"
            )
        )
    elif choice.view == "side":
        panels = side_by_side(
            make_fill(ring, geometry, parents[ring.measure.id]), deep, FAMILY_HOW[fill.measure.family].capitalize()
        )
    else:
        panels = chart_view(deep, make_rings(ring, geometry, parents[ring.measure.id]))
    payload = ChartPayload(
        geometry=geometry,
        panels=panels,
        title=say_title(area, choice.view, fill, ring) + say_of_set(fill.place_set),
        summary=" ".join(f"{say_summary(table)} {say_coverage(table)}" for table in (fill, ring) if table),
        selected=selected,
        extent=recall_extent(scope_of(choice), geometry.bounds),
        extra=(
            *([figures_of(table, geometry) for table in (ring, fill)] if choice.view == "crossed" else []),
            HoverField(
                "Residents",
                [row.denominator if row else None for row in in_order(fill_or(ring, fill), geometry.place_codes)],
            ),
        ),
    )
    return chart_map(payload, key=f"chart_{choice.view}")


def draw_names(reader: Reader, choice: Choice, area: str, named: NamedPlaces, selected: str | None) -> str | None:
    """Draws the names present in each place; returns the code of a place clicked on it in this very run, "" where it was let go."""
    geometry = find_geometry(reader, choice.kind, choice.parent, choice.place_set)
    fill = make_names_fill(named, geometry)
    payload = ChartPayload(
        geometry=geometry,
        panels=single_view(fill),
        title=f"{area}. {fill.title}.{say_of_set(named.place_set)}",
        summary=say_named_places(named),
        selected=selected,
        extent=recall_extent(scope_of(choice), geometry.bounds),
    )
    return chart_map(payload, key="chart_names")


def say_of_set(place_set: PlaceSet | None) -> str:
    """“ Wards of 2024.”, to stand after a title; empty where the kind has one set."""
    if place_set is None or place_set.is_alone:
        return ""
    said = say_places(place_set.kind, place_set)
    return f" {said[0].upper()}{said[1:]}."


def scope_of(choice: Choice) -> str:
    """The places drawn, in a word of its own: with others the part of the map that was looked at means nothing."""
    return " ".join(filter(None, (choice.kind, choice.place_set))) + f" {choice.parent or ''}"


def figures_of(table: Table, geometry: PreparedGeometry) -> HoverField:
    """A measure's figures as one more line of what a place says when pointed at."""
    rows = in_order(table, geometry.place_codes)
    return HoverField(table.measure.label, [value_of(row) for row in rows], say_bands(rows))


def fill_or(ring: Table | None, fill: Table) -> Table:
    """The table that knows the residents of its places: one with a denominator, where there is one."""
    return ring if ring is not None and ring.measure.denominator else fill


def in_order(table: Table, codes) -> list[Row | None]:
    """A table's rows in the order of these codes; None where it has none."""
    rows = {row.place_code: row for row in table.rows}
    return [rows.get(code) for code in codes]


def larger_kinds(reader: Reader, choice: Choice) -> list[str]:
    """The kinds whose places may stand in for the chosen ones; none where those are few enough to read."""
    kinds = kinds_of(reader)
    return [kind for kind in kinds if kind != choice.kind] if kinds[choice.kind] > MANY_PLACES else []


def parent_rows(reader: Reader, choice: Choice, geometry: PreparedGeometry, table: Table) -> list[Row | None] | None:
    """The rows of the larger areas, which stand in where the places are too small to read; None where there is only one."""
    if len(geometry.parent_codes) < 2 or len(geometry.place_codes) <= MANY_PLACES:
        return None
    for kind in larger_kinds(reader, choice):
        for one in read_once(reader, read_sets, kind=kind):
            rows = rows_of(reader, table.measure.id, kind, table.role, choice.filters, today(), one.name)
            above = {row.place_code: row for row in rows}
            if any(code in above for code in geometry.parent_codes):
                return [above.get(code) for code in geometry.parent_codes]
    return None


def value_of(row: Row | None) -> float | None:
    """A row's value; None where nothing is recorded."""
    return None if row is None else row.value


def ring_of(row: Row | None) -> float | None:
    """What a row's ring is as large as: its value, or its top where that may be 0, as a ring of nothing would not be seen."""
    if row is not None and row.state == HIDDEN:
        return HIDDEN_VALUE
    return row.known_top if row is not None and row.is_small else value_of(row)


def say_bands(rows: list[Row | None] | None) -> list[str | None] | None:
    """What is said of each place in place of its number: “0 to 4” where a band is recorded, “none took place”; None elsewhere."""
    return (
        None
        if rows is None
        else [say_figure(row) if row is not None and (row.is_band or is_none_held(row)) else None for row in rows]
    )


def make_fill(table: Table, geometry: PreparedGeometry, parents: list[Row | None] | None) -> Fill:
    """A measure as colours with printed figures."""
    rows = in_order(table, geometry.place_codes)
    classes, numbers = classify_rows(rows)
    parent_classes, parent_numbers = classify_rows(parents) if parents else (None, None)
    return Fill(
        family=table.measure.family,
        title=f"{table.measure.label}, {ROLE_LABEL.get(table.role or '', 'nothing recorded')}",
        labels=classes.labels(),
        classes=numbers,
        figures=[value_of(row) for row in rows],
        texts=say_bands(rows),
        parent_figures=[value_of(row) for row in parents] if parents else None,
        parent_texts=say_bands(parents),
        parent_classes=parent_numbers,
        parent_labels=parent_classes.labels() if parent_classes else (),
    )


def make_rings(table: Table, geometry: PreparedGeometry, parents: list[Row | None] | None) -> Rings:
    """A breadth measure as rings standing aside; a recorded 0 has no ring to draw and stands in the table."""
    rows = in_order(table, geometry.place_codes)
    return Rings(
        title=f"{table.measure.label}, {ROLE_LABEL.get(table.role or '', 'nothing recorded')}",
        values=[ring_of(row) for row in rows],
        texts=say_bands(rows),
        parent_values=[ring_of(row) for row in parents] if parents else None,
        parent_texts=say_bands(parents),
        note=note_rings(rows),
    )


def note_rings(rows: list[Row | None]) -> str:
    """What a ring and its absence say."""
    note = RING_NOTE
    if any(row and row.state == IN_ANOTHER_SET for row in rows):
        note = note.replace("nothing recorded.", "nothing recorded, or only in another set of places.")
    return f"{note} Of a band from 0, its top." if any(row and row.is_small for row in rows) else note
