"""Boundaries, names, parents and figures of places, as rows of the table `place`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyproj
import shapely

from etl.boundary_files import BoundaryFile, read_boundary_file
from etl.figures import (
    KIND_OF_PREFIX,
    Figures,
    find_code_column,
    find_parent_column,
    parse_count,
    parse_decile,
    read_figures,
)
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
GENERIC_NAMES = ("place_name", "ward_name", "area_name", "lsoa_name", "msoa_name", "name")
GENERIC_PARENTS = ("parent_code", "parent", "within_code", "district_code", "lad_code", "authority_code")
GENERIC_PARENT_NAMES = ("parent_name", "within_name", "district_name", "lad_name", "authority_name")
PARENT_KIND = {
    "lsoa": "district",
    "neighbourhood": "ward",
    "msoa": "district",
    "ward": "district",
    "district": "region",
}
# Which kinds are made of whole smaller ones. LSOAs only fit wards at best, so wards are never drawn from them.
MADE_OF = {
    "msoa": ("lsoa",),
    "ward": ("neighbourhood",),
    "district": ("lsoa", "msoa", "ward", "neighbourhood"),
    "region": ("district",),
    "country": ("region",),
}
GOES_WITH = {"population_date": "population", "deprivation_source": "deprivation_decile"}
SHOWN = 5


@dataclass(frozen=True)
class PlacesRead:
    """What a boundary file becomes. `table`: the columns of `place` without batch_id, in order of kind and code.

    `detected`: format, crs, and which columns were taken for what. `warnings`: sentences for the person who adds it.
    """

    table: pa.Table
    detected: dict[str, str]
    warnings: list[str] = field(default_factory=list)


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
    with_parents: bool = True,
) -> PlacesRead:
    """The places of a boundary file, and (`with_parents`) the larger places they make up where their names are given.

    `code`, `name`, `parent` name columns where the detected ones are wrong; `vintage` the boundaries' year. `figures` are
    CSV files of population, deprivation decile or parents, matched by code. Raises BadFile with a sentence that asks.
    """
    if kind not in PLACE_KINDS:
        raise BadFile(f"“{kind}” is not a kind of place. Expected one of {', '.join(PLACE_KINDS)}.")
    read = read_boundary_file(path, crs=crs, layer=layer)
    warnings = list(read.warnings)
    columns = _find_columns(read, Path(path).name, kind, code, name, parent, warnings)
    frame = _read_rows(read, columns, kind, Path(path).name, warnings)
    detected = {**read.detected, **{what: column for what, column in columns.items() if column}}
    for figures_path in figures:
        _add_figures(frame, read_figures(figures_path, kind), Path(path).name, warnings)
    frame["vintage"] = vintage or _guess_vintage(columns["code"])
    if frame["vintage"].iloc[0]:
        detected["vintage"] = frame["vintage"].iloc[0]
    tables = [_measure(frame, is_derived=False)]
    if with_parents:
        parents = _make_parents(frame, kind)
        if len(parents):
            detected["parents_made"] = f"{len(parents)} of kind {parents['kind'].iloc[0]}"
            tables.append(_measure(parents, is_derived=True))
    return PlacesRead(pa.concat_tables(tables), detected, warnings)


def _find_columns(
    read: BoundaryFile, file: str, kind: str, code, name, parent, warnings: list[str]
) -> dict[str, str | None]:
    """Which column is the code, the name, the Welsh name, the parent's code and name, and figures in the same file."""
    columns = [str(column) for column in read.columns.columns]
    by_name = {column.strip().lower(): column for column in columns}
    for option, asked in (("--code", code), ("--name", name), ("--parent", parent)):
        if asked is not None and asked not in columns:
            raise BadFile(f"{file} has no column {asked} ({option}). Its columns are {', '.join(columns)}.")
    if code is None:
        code, doubt = find_code_column(columns, kind)
        warnings += doubt
    if code is None:
        raise BadFile(
            f"{file} has no column that is known to hold the places' codes. Its columns are {', '.join(columns)}. Which one is it? "
            "Name it with --code."
        )

    def beside(column: str | None, ending: str) -> str | None:
        found = column and re.sub(r"CD$", ending, column.strip(), flags=re.IGNORECASE)
        return by_name.get(found.lower()) if found and found != column.strip() else None

    def first(wanted: Sequence[str]) -> str | None:
        return next((by_name[one] for one in wanted if one in by_name), None)

    name = name or beside(code, "NM") or first([re.sub("code$", "name", code.strip().lower()), *GENERIC_NAMES])
    if name is None or name == code:
        raise BadFile(
            f"{file} has no column that is known to hold the places' names. Its columns are {', '.join(columns)}. Which one is it? "
            "Name it with --name."
        )
    parent_name, parent_kind = None, PARENT_KIND.get(kind)
    if parent is None:
        found = find_parent_column(columns, kind)
        parent, parent_name, parent_kind = found if found else (first(GENERIC_PARENTS), None, parent_kind)
    if parent and parent_name is None:
        parent_name = beside(parent, "NM") or first([re.sub("code$", "name", parent.lower()), *GENERIC_PARENT_NAMES])
        prefix = re.match(r"[A-Za-z]+?(?=\d|CD)", parent)
        parent_kind = KIND_OF_PREFIX.get(prefix[0].upper(), parent_kind) if prefix else parent_kind
    return {
        "code": code,
        "name": name,
        "name_welsh": beside(code, "NMW") or first(["name_welsh", "welsh_name"]),
        "parent": parent,
        "parent_name": parent_name if parent_name != parent else None,
        "parent_kind": parent_kind if parent else None,
        "population": first(["population", "pop", "total_population"]),
        "population_date": first(["population_date", "population_year"]),
        "deprivation_decile": first(["deprivation_decile", "imd_decile", "uk_imd_e_pop_decile"]),
        "deprivation_source": first(["deprivation_source"]),
        "area_km2": first(["area_km2"]),
    }


def _read_rows(
    read: BoundaryFile, columns: dict[str, str | None], kind: str, file: str, warnings: list[str]
) -> pd.DataFrame:
    """One row per place: text columns as in `place`, figures of the same file, and `shape`, valid and polygonal."""

    def texts(what: str) -> pd.Series:
        column = columns[what]
        if column is None:
            return pd.Series([None] * len(read.shapes), dtype=object)
        return pd.Series([_to_text(value) for value in read.columns[column].tolist()], dtype=object)

    frame = pd.DataFrame({"place_code": texts("code"), "kind": kind, "name": texts("name")})
    for what in ("name_welsh", "population_date", "deprivation_source"):
        frame[what] = texts(what)
    frame["parent_code"], frame["parent_name"] = texts("parent"), texts("parent_name")
    frame["parent_kind"] = columns["parent_kind"]
    _check_codes(frame, columns["code"], file)
    is_unnamed = frame["name"].isna()
    if is_unnamed.any():
        warnings.append(
            f"{int(is_unnamed.sum()):,} places in {file} have no name in {columns['name']} and go by their code: "
            f"{_list(frame.loc[is_unnamed, 'place_code'])}."
        )
        frame.loc[is_unnamed, "name"] = frame.loc[is_unnamed, "place_code"]
    for what, parse in (("population", parse_count), ("deprivation_decile", parse_decile), ("area_km2", _parse_number)):
        said = texts(what)
        frame[what] = pd.Series([parse(text) if text else None for text in said], dtype=object)
        unread = said.notna() & frame[what].isna()
        if unread.any():
            warnings.append(
                f"{int(unread.sum()):,} values of {columns[what]} in {file} could not be read and are left empty: "
                f"{_list(said[unread])}."
            )
    frame["shape"] = _mend(read.shapes, frame["place_code"], file, warnings)
    return frame


def _to_text(value: object) -> str | None:
    """A cell as text; whole numbers without “.0”; blank is None."""
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() or None


def _parse_number(text: str) -> float | None:
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        return None
    return value if np.isfinite(value) and value > 0 else None


def _list(values) -> str:
    """The first few of the values, for a sentence."""
    values = list(values)
    return ", ".join(str(value) for value in values[:SHOWN]) + (" …" if len(values) > SHOWN else "")


def _check_codes(frame: pd.DataFrame, column: str, file: str) -> None:
    """Raises BadFile where a place has no code or shares it with another."""
    blank = np.flatnonzero(frame["place_code"].isna())
    if len(blank):
        raise BadFile(
            f"{len(blank):,} of {len(frame):,} places in {file} have no code in {column} (place {_list(blank + 1)} in the file). "
            "Every place needs a code of its own; is another column the code? Name it with --code."
        )
    twice = frame["place_code"][frame["place_code"].duplicated()].unique()
    if len(twice):
        raise BadFile(
            f"{len(twice):,} codes in {column} of {file} stand there more than once: {_list(twice)}. Every place needs a code of "
            "its own. Is another column the code (--code)? If one place is in several pieces, join them into one first."
        )


def _mend(shapes: np.ndarray, codes: pd.Series, file: str, warnings: list[str]) -> np.ndarray:
    """Valid polygons. Invalid ones are mended and said so; a place without an area is an error."""
    shapes = np.array(shapes, dtype=object)
    is_missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if is_missing.any():
        raise BadFile(
            f"{int(is_missing.sum()):,} places in {file} have no boundary: {_list(codes[is_missing])}. Take these rows out, or "
            "download the file again."
        )
    is_bad = ~shapely.is_valid(shapes)
    if is_bad.any():
        shapes[is_bad] = shapely.make_valid(shapes[is_bad], method="structure", keep_collapsed=False)
        warnings.append(
            f"{int(is_bad.sum()):,} boundaries in {file} crossed or touched themselves and were mended: {_list(codes[is_bad])}."
        )
    is_flat = ~np.isin(shapely.get_type_id(shapes), (3, 6)) | shapely.is_empty(shapes)
    if is_flat.any():
        raise BadFile(
            f"{int(is_flat.sum()):,} places in {file} are not areas but points or lines: {_list(codes[is_flat])}. Expected the "
            "places' boundaries as polygons."
        )
    return shapes


def _guess_vintage(code_column: str) -> str | None:
    """The year in a column such as WD25CD, None where there is none."""
    found = re.fullmatch(r"[A-Z]+(\d\d)CD", code_column.strip(), re.IGNORECASE)
    if not found:
        return None
    # The ONS has used these names since 2001; two digits beyond the sixties are last century's.
    return f"{'20' if int(found[1]) < 70 else '19'}{found[1]}"


def _add_figures(frame: pd.DataFrame, figures: Figures, file: str, warnings: list[str]) -> None:
    """Puts figures and parents into the rows by code, and says how many codes did not match, in each direction."""
    warnings += figures.warnings
    here, there = set(frame["place_code"]), figures.codes
    for column, values in figures.values.items():
        new = frame["place_code"].map(values)
        # A date or source goes with its figure: a new figure without one does not keep the old one's.
        is_told = frame["place_code"].isin(figures.values.get(GOES_WITH.get(column, column), {}))
        frame[column] = new.where(is_told, frame[column]).astype(object)
    if figures.parents:
        for position, column in enumerate(("parent_code", "parent_name", "parent_kind")):
            new = frame["place_code"].map({code: parent[position] for code, parent in figures.parents.items()})
            is_matched = frame["place_code"].isin(set(figures.parents))
            frame[column] = new.where(is_matched, frame[column]).astype(object)
    without = sorted(here - there)
    if without:
        none = "None" if len(without) == len(here) else f"{len(here) - len(without):,}"
        warnings.append(
            f"{none} of the {len(here):,} places in {file} {'is' if none == 'None' else 'are'} in {figures.file}; without a figure "
            f"from it: {_list(without)}. Codes change from year to year: are both of the same year?"
        )
    if there - here:
        warnings.append(
            f"{len(there - here):,} of the {len(there):,} codes in {figures.file} are not in {file} and were left out."
        )


def _make_parents(frame: pd.DataFrame, kind: str) -> pd.DataFrame:
    """The larger places that these make up, where code and name are given and the larger kind is made of whole smaller ones."""
    has_parent = frame["parent_code"].notna() & frame["parent_name"].notna() & frame["parent_kind"].notna()
    rows = frame[has_parent]
    rows = rows[rows["parent_kind"].isin([larger for larger, parts in MADE_OF.items() if kind in parts])]
    made = []
    for (code, parent_kind), group in rows.groupby(["parent_code", "parent_kind"], sort=True):
        dates = group["population_date"].dropna().unique()
        is_complete = group["population"].notna().all() and len(dates) <= 1
        made.append(
            {
                "place_code": code,
                "kind": parent_kind,
                "name": sorted(group["parent_name"])[0],
                "name_welsh": None,
                "parent_code": None,
                "vintage": frame["vintage"].iloc[0],
                "population": sum(group["population"]) if is_complete else None,
                "population_date": dates[0] if is_complete and len(dates) else None,
                "deprivation_decile": None,
                "deprivation_source": None,
                "area_km2": sum(group["area_km2"]) if group["area_km2"].notna().all() else None,
                "shape": join_shapes(group["shape"].to_numpy(dtype=object)),
            }
        )
    return pd.DataFrame(made)


def join_shapes(shapes: np.ndarray) -> shapely.Geometry:
    """The union of neighbouring shapes: fast where their edges fit exactly, the careful way where they do not."""
    if len(shapes) == 1:
        return shapes[0]
    try:
        joined = shapely.coverage_union_all(shapes)
    except shapely.GEOSException:
        joined = None
    area = shapely.area(shapes).sum()
    if joined is not None and joined.is_valid and abs(joined.area - area) <= 1e-9 * area:
        return joined
    return shapely.union_all(shapes)


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
