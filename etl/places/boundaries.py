"""Boundaries, names, parents and figures of places, as rows of the table `place`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyproj
import shapely

from etl.places.columns import find_columns
from etl.places.figures import AskedColumns, read_figures
from etl.places.files import read_boundary_file
from etl.places.left_out import LeftOut
from etl.places.near import Bounds
from etl.places.parents import make_parents
from etl.places.proposing import start_command
from etl.places.rows import add_figures, read_rows
from soundings.model import PLACE_KINDS, BadFile

PLACE = pa.schema(
    [
        ("place_code", pa.string()),
        ("kind", pa.string()),
        ("name", pa.string()),
        ("name_welsh", pa.string()),
        ("parent_code", pa.string()),
        ("vintage", pa.string()),
        ("population", pa.int64()),
        ("population_date", pa.string()),
        ("households", pa.int64()),
        ("households_date", pa.string()),
        ("deprivation_decile", pa.float64()),
        ("deprivation_source", pa.string()),
        ("lon", pa.float64()),
        ("lat", pa.float64()),
        ("area_km2", pa.float64()),
        ("geometry", pa.binary()),
        ("is_derived", pa.bool_()),
    ]
)
EQUAL_AREA = 6933  # EASE-Grid 2.0: equal-area over the whole world, metres


@dataclass(frozen=True)
class PlacesRead:
    """What a boundary file becomes. `table`: the columns of `place` without batch_id, in order of kind and code.

    `detected`: format, crs, and which columns were taken for what. `warnings`: sentences for the person who adds it.
    `left_out`: the places that could not be taken in. `has_made_codes`: the codes were made of the names. `faults`: why a file of
    figures was not taken, by its position among those given.
    """

    table: pa.Table
    detected: dict[str, str]
    warnings: list[str] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    has_made_codes: bool = False
    faults: dict[int, str] = field(default_factory=dict)


def read_places(
    path: Path,
    kind: str,
    *,
    code: str | None = None,
    name: str | None = None,
    parent: str | None = None,
    crs: str | None = None,
    vintage: str | None = None,
    figures: Sequence[Path] = (),
    layer: str | None = None,
    swap: bool = False,
    near: Bounds | None = None,
    population: str | None = None,
    households: str | None = None,
    deprivation: str | None = None,
    with_parents: bool = True,
) -> PlacesRead:
    """The places of a boundary file, and (`with_parents`) the larger places they make up where their names are given.

    `code`, `name`, `parent` name columns where the detected ones are wrong; `vintage` the boundaries' year. `figures` are tables of
    population, households, deprivation decile or parents, matched by code; one that is wrong stops nothing and is told in `faults`.
    `population`, `households`, `deprivation` name columns of the boundary file or of those. `swap` reads
    latitude first; `near`: the bounds of the places loaded before. Raises BadFile with a sentence that asks.
    """
    if kind not in PLACE_KINDS:
        raise BadFile(f"“{kind}” is not a kind of place. Expected one of {', '.join(PLACE_KINDS)}.")
    read = read_boundary_file(path, crs=crs, layer=layer, swap=swap, near=near)
    warnings = list(read.warnings)
    given = {"parent": parent, "crs": crs, "vintage": vintage, "layer": layer}
    given |= {"swap": swap or None, "population": population, "households": households, "deprivation": deprivation}
    asked = AskedColumns(population, households, deprivation)
    command = start_command(Path(path), kind, given, figures)
    columns = find_columns(read, Path(path).name, kind, code, name, parent, warnings, command, asked)
    left_out: list[LeftOut] = []
    frame = read_rows(read, columns, kind, Path(path).name, warnings, left_out)
    detected = {**read.detected, **{what: column for what, column in columns.items() if column}}
    made = frozenset() if columns["code"] else frozenset(frame["place_code"].dropna())
    asked, faults = replace(asked, code=columns["code"], made_codes=made), {}
    found = {column for column in columns.values() if column}
    for position, figures_path in enumerate(figures):
        try:
            told = read_figures(figures_path, kind, asked)
        except BadFile as error:
            faults[position] = str(error)
        else:
            add_figures(frame, told, Path(path).name, warnings)
            found |= set(told.detected.values())
    if not faults:
        _require_found(asked, found, Path(path).name, [Path(one).name for one in figures])
    frame["vintage"] = vintage or _guess_vintage(columns["code"])
    if frame["vintage"].iloc[0]:
        detected["vintage"] = frame["vintage"].iloc[0]
    tables = [_measure(frame[frame["place_code"].notna() & frame["shape"].notna()], is_derived=False)]
    if with_parents:
        parents = make_parents(frame, kind, Path(path).name, warnings)
        if len(parents):
            detected["parents_made"] = f"{len(parents)} of kind {parents['kind'].iloc[0]}"
            tables.append(_measure(parents, is_derived=True))
    return PlacesRead(pa.concat_tables(tables), detected, warnings, left_out, columns["code"] is None, faults)


def _require_found(asked: AskedColumns, found: set[str], file: str, figures: list[str]) -> None:
    """Raises BadFile where a column of figures that was named stands in no file."""
    for option in ("population", "households", "deprivation"):
        column = getattr(asked, option)
        if column is not None and column not in found:
            raise BadFile(
                f"No column is called {column} (--{option}) in {' or '.join([file, *figures])}. Check the name."
            )


def _guess_vintage(code_column: str | None) -> str | None:
    """The year in a column such as WD25CD, None where there is none."""
    found = re.fullmatch(r"[A-Z]+(\d\d)CD", (code_column or "").strip(), re.IGNORECASE)
    if not found:
        return None
    # The ONS has used these names since 2001; two digits beyond the sixties are last century's.
    return f"{'20' if int(found[1]) < 70 else '19'}{found[1]}"


def _measure(frame: pd.DataFrame, *, is_derived: bool) -> pa.Table:
    """The rows as `place` has them, with a point inside each and its area, in order of code."""
    frame = frame.sort_values("place_code", kind="stable")
    shapes = frame["shape"].to_numpy(dtype=object)
    inside = shapely.point_on_surface(shapes)
    to_metres = pyproj.Transformer.from_crs(4326, EQUAL_AREA, always_xy=True)
    areas = shapely.area(shapely.transform(shapes, lambda x, y: to_metres.transform(x, y), interleaved=False)) / 1e6
    said = frame["area_km2"].tolist()
    values = {
        **{name: frame[name].tolist() for name in frame.columns if name in PLACE.names},
        "lon": shapely.get_x(inside),
        "lat": shapely.get_y(inside),
        "area_km2": [
            float(round(area, 4)) if told is None or pd.isna(told) else told
            for told, area in zip(said, areas, strict=True)
        ],
        "geometry": shapely.to_wkb(shapes),
        "is_derived": [is_derived] * len(frame),
    }
    return pa.table([pa.array(_without_nan(values[field.name]), type=field.type) for field in PLACE], schema=PLACE)


def _without_nan(values) -> list:
    return [None if isinstance(value, float) and np.isnan(value) else value for value in values]
