"""The larger places that the places of a boundary file make up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

# Which kinds are made of whole smaller ones. LSOAs only fit wards at best, so wards are never drawn from them.
MADE_OF = {
    "msoa": ("lsoa",),
    "ward": ("neighbourhood",),
    "district": ("lsoa", "msoa", "ward", "neighbourhood"),
    "region": ("district",),
    "country": ("region",),
}

FINEST = 1e-9  # degrees, a tenth of a millimetre: shapes that GEOS cannot join as they are, it joins on a grid


def make_parents(frame: pd.DataFrame, kind: str, file: str, warnings: list[str]) -> pd.DataFrame:
    """The larger places that these make up, where code and name are given and the larger kind is made of whole smaller ones.

    One of which a part has no outline is made of the rest, which `warnings` say; its figures are of the whole.
    """
    has_parent = frame["parent_code"].notna() & frame["parent_name"].notna() & frame["parent_kind"].notna()
    rows = frame[has_parent]
    rows = rows[rows["parent_kind"].isin([larger for larger, parts in MADE_OF.items() if kind in parts])]
    made = []
    for (code, parent_kind), group in rows.groupby(["parent_code", "parent_kind"], sort=True):
        shapes = group["shape"].dropna().to_numpy(dtype=object)
        if not len(shapes):
            continue
        if len(shapes) < len(group):
            warnings.append(
                f"{sorted(group['parent_name'])[0]} ({code}), made of the places in {file}, is drawn without "
                f"{len(group) - len(shapes):,} of its {len(group):,} places, which have no outline."
            )
        population, population_date = _add_up(group, "population")
        households, households_date = _add_up(group, "households")
        made.append(
            {
                "place_code": code,
                "kind": parent_kind,
                "name": sorted(group["parent_name"])[0],
                "name_welsh": None,
                "parent_code": None,
                "vintage": frame["vintage"].iloc[0],
                "population": population,
                "population_date": population_date,
                "households": households,
                "households_date": households_date,
                "deprivation_decile": None,
                "deprivation_source": None,
                "area_km2": sum(group["area_km2"]) if group["area_km2"].notna().all() else None,
                "shape": join_shapes(shapes),
            }
        )
    return pd.DataFrame(made)


def _add_up(group: pd.DataFrame, field: str) -> tuple[int | None, str | None]:
    """The sum of a figure and its date; None where a place has none, or where the dates differ."""
    dates = group[f"{field}_date"].dropna().unique()
    if not group[field].notna().all() or len(dates) > 1:
        return None, None
    return sum(group[field]), dates[0] if len(dates) else None


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
    try:
        return shapely.union_all(shapes)
    except shapely.GEOSException:
        return shapely.union_all(shapes, grid_size=FINEST)
