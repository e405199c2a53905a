"""The chart alone, for its browser tests and benchmark: made-up values on the places in MAP_APP_PLACES (GeoParquet or GeoJSON).

`?flat=1` gives every place the class chosen under “Values” and no ring; `?text=…` stands in every title.
"""

from __future__ import annotations

import os

import geopandas
import numpy as np
import pandas as pd
import shapely
import streamlit as st

from pages.ui.asset_routes import asset_routes
from pages.ui.chart.map import (
    HIDDEN_VALUE,
    ChartPayload,
    Fill,
    HoverField,
    Rings,
    chart_map,
    chart_view,
    side_by_side,
    single_view,
)
from soundings.geometry import prepare_geometry
from soundings.home import find_home

app = st.App(__file__, routes=asset_routes(find_home()))


@st.cache_resource(show_spinner=False)
def read_geometry(path: str):
    """Prepared geometry of a file with place_code, name, parent_code (or the wards' own columns), kept in the home."""
    frame = geopandas.read_parquet(path) if path.endswith(".parquet") else geopandas.read_file(path)
    frame = frame.rename(
        columns={"WD25CD": "place_code", "WD25NM": "name", "LAD25CD": "parent_code", "LAD25NM": "parent_name"}
    )
    points = shapely.point_on_surface(frame.geometry.to_numpy())
    columns = [c for c in ("place_code", "name", "parent_code", "parent_name") if c in frame]
    rows = pd.DataFrame(frame[columns]).assign(
        lon=shapely.get_x(points), lat=shapely.get_y(points), geometry=frame.geometry.to_wkb()
    )
    prepared = prepare_geometry(rows)
    folder = find_home().geometry
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{prepared.hash}.json.gz").write_bytes(prepared.payload)
    return prepared


def make_values(count: int, seed: int) -> tuple[list[float | None], list[float | None], list[int]]:
    """Made-up depth (None, 0, few to many), made-up breadth, and the classes of the depth."""
    random = np.random.default_rng(seed)
    depth = np.round(random.gamma(1.1, 4.5, count))
    breadth = np.round(random.gamma(1.6, 42, count) * np.where(depth > 6, 0.45, 1.25))
    kind = random.random(count)
    edges = [0, 1, 3, 6, 10, 17]
    figures: list[float | None] = [float(v) for v in depth]
    classes = [int(np.searchsorted(edges, v, side="left")) if v else 0 for v in depth]
    rings: list[float | None] = [float(v) for v in breadth]
    for i in range(count):
        classes[i] = min(classes[i], 5)
        if kind[i] < 0.1:
            figures[i], classes[i] = None, -1
        elif kind[i] < 0.13:
            figures[i], classes[i], rings[i] = None, -2, HIDDEN_VALUE
        elif kind[i] > 0.96:
            rings[i] = None
    return figures, rings, classes


def sum_parents(geometry, parents: list[str | None], values: list[float | None]) -> list[float | None]:
    """Made-up parent figures: the sum of what its places say."""
    totals: dict[str, float] = {}
    for parent, value in zip(parents, values, strict=True):
        if parent and value is not None and value >= 0:
            totals[parent] = totals.get(parent, 0) + value
    return [totals.get(code) for code in geometry.parent_codes]


def draw_app() -> None:
    st.set_page_config(layout="wide")
    path = os.environ["MAP_APP_PLACES"]
    geometry = read_geometry(path)
    hostile = st.query_params.get("text")
    left, right = st.columns(2)
    view = left.radio("View", ["chart", "side by side", "single"], horizontal=True, key="view")
    seed = right.number_input("Values", 1, 99, 1, key="seed")
    figures, ring_values, classes = make_values(len(geometry.place_codes), int(seed))
    if "flat" in st.query_params:
        classes = [int(seed)] * len(classes)
        ring_values = [None] * len(classes)
        figures = [None] * len(classes)
    parents = read_parents(path)
    labels = ["0 recorded", "1", "2 to 3", "4 to 6", "7 to 10", "11 to 28"]
    parent_figures = sum_parents(geometry, parents, figures)
    spread = sorted(v for v in parent_figures if v) or [1.0]
    highs = [spread[min(len(spread) - 1, (i + 1) * len(spread) // 5)] for i in range(5)]
    fill = Fill(
        "depth",
        hostile or "Continuing groups, where people met",
        labels,
        classes,
        figures,
        parent_figures=parent_figures,
        parent_classes=[
            -1 if v is None else 0 if v == 0 else min(5, 1 + int(np.searchsorted(highs, v))) for v in parent_figures
        ],
        parent_labels=["0 recorded", *(f"up to {high:,.0f}" for high in highs)],
    )
    rings = Rings(
        hostile or "Ballot entries, where people live",
        ring_values,
        parent_values=sum_parents(geometry, parents, ring_values),
    )
    wide = Fill(
        "breadth",
        "Ballot entries, where people live",
        ["0 recorded", "1 to 20", "21 to 45", "46 to 80", "81 to 130", "131 or more"],
        [
            -1 if v is None else -2 if v < 0 else int(np.searchsorted([0, 20, 45, 80, 130], v, side="left"))
            for v in ring_values
        ],
        [v if v is None or v >= 0 else None for v in ring_values],
    )
    panels = {"chart": chart_view(fill, rings), "side by side": side_by_side(wide, fill), "single": single_view(fill)}[
        view
    ]
    payload = ChartPayload(
        geometry,
        panels,
        title=hostile or "Colour: continuing groups, where people met. Rings: ballot entries, where people live.",
        subtitle="Made-up values. A big ring on pale paper: many counted, little joint work recorded. Deep blue with a small ring: few people, a long way down.",
        summary="Continuing groups are recorded in most of these places.",
        selected=st.session_state.get("place"),
        extra=(HoverField("Residents", [1000.0 + i for i in range(len(geometry.place_codes))]),),
    )
    chosen = chart_map(payload, key="map")
    if chosen is not None and (chosen or None) != st.session_state.get("place"):
        st.session_state["place"] = chosen or None
        st.rerun()
    st.text(f"Selected: {st.session_state.get('place')}")


@st.cache_resource(show_spinner=False)
def read_parents(path: str) -> list[str | None]:
    """Each place's parent code, in order of place code."""
    frame = geopandas.read_parquet(path) if path.endswith(".parquet") else geopandas.read_file(path)
    code, parent = ("WD25CD", "LAD25CD") if "WD25CD" in frame else ("place_code", "parent_code")
    return frame.sort_values(code)[parent].tolist()


if st.runtime.exists():
    draw_app()
