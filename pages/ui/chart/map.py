"""The chart as a piece of screen: colours for one measure, rings standing aside for another, restyled in the browser."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import streamlit as st

from pages.ui.asset_routes import OUR_FILES, find_base_path, read_assets
from pages.ui.explaining import escape
from pages.ui.keys import Extent
from soundings.geometry import PreparedGeometry
from soundings.model import SoundingsError
from soundings.palette import DAY, NIGHT, Palette

NOTHING_CLASS, HIDDEN_CLASS, NONE_CLASS = -1, -2, 0
HIDDEN_VALUE = -2.0
RING_NOTE = "A ring's area is the number. No ring: nothing recorded."
Corner = tuple[float, float]

WORDS = {
    "nothing": "Nothing recorded",
    "half": "One or both not recorded",
    "hidden": "Hidden for privacy",
    "elsewhere": "Recorded in another set of places alone",
    "none": "None took place (a recorded 0)",
    "figures": ["figure", "figures"],
    "place_marks": ["place's marks", "places' marks"],
    "parents": "figures of the larger areas",
    "parents_stand": "The figures and rings here are those of the larger areas; the colours are each place's own. Zoom in for each place's figures.",
    "parents_colour": "The colours, figures and rings here are those of the larger areas. Zoom in for each place's own.",
    "in_table": "All of them are in the table.",
    "zoom_for_them": "Zoom in to see them.",
    "hidden_ring": "A dashed ring: hidden for privacy.",
    "no_rings": "None recorded.",
    "not_loaded": "The chart has not loaded.",
    "see_table": "The same figures are in the table beneath.",
    "keys": "Arrow keys move the chart, plus and minus zoom, Enter chooses the place in the middle, Escape lets it go",
    "zoom_in": "Zoom in",
    "zoom_out": "Zoom out",
    "reset": "Reset the view",
    "move": "Move the chart with one finger",
    "wheel_hint": "Click the chart, or hold Ctrl, to zoom with the wheel",
    "touch_hint": "Use two fingers to move the chart",
    "draw_keys": "Arrow keys move the chart, plus and minus zoom, Enter sets a corner in the middle, Backspace takes the last one back",
    "draw_first": "Click the map at each corner of the area, going round it once.",
    "draw_more": "{count}. Three are needed.",
    "draw_enough": "{count}. Go on, or use this area.",
    "corner": "corner",
    "corners": "corners",
    "drawn": "This area is used. Change it by setting more corners, or start again.",
    "use_area": "Use this area",
    "take_back": "Take back the last corner",
    "start_again": "Start again",
}


@dataclass(frozen=True)
class Scale:
    """One side of a square key: what it measures, and its steps in words, lowest first."""

    title: str
    steps: Sequence[str]


@dataclass(frozen=True)
class Grid:
    """The two sides of a square key."""

    across: Scale
    up: Scale


@dataclass(frozen=True)
class Fill:
    """What the colour of each place says. All sequences follow the geometry's place codes, `parent_*` its parent codes.

    `classes`: NOTHING_CLASS (hatch), HIDDEN_CLASS (dots), ELSEWHERE_CLASS (dashes), NONE_CLASS (a recorded 0), else 1 to len(labels) - 1.
    `labels[k]` is class k in words, class 0 first. `figures`: None is nothing recorded.
    `texts`: what is printed in place of a figure ("1 to 9"), where not None.
    `parent_*` stand in where the places are too small to read; with `parent_classes` their colours do too.
    `colours`: a fill of its own kind, with a colour for each class by "day" and "night"; class 0 is then no recorded 0.
    `spoken`: what a place says in words when pointed at; `marks`: (shape, word) lines of the legend; `grid`: the classes
    stand in a square, row by row from the lowest.
    """

    family: str
    title: str
    labels: Sequence[str]
    classes: Sequence[int]
    figures: Sequence[float | None]
    texts: Sequence[str | None] | None = None
    parent_figures: Sequence[float | None] | None = None
    parent_texts: Sequence[str | None] | None = None
    parent_classes: Sequence[int] | None = None
    parent_labels: Sequence[str] = ()
    colours: dict[str, Sequence[str]] | None = None
    spoken: Sequence[str | None] | None = None
    marks: Sequence[tuple[str, str]] = ()
    grid: Grid | None = None


@dataclass(frozen=True)
class Rings:
    """What the ring of each place says: its area is the value. None is nothing recorded, HIDDEN_VALUE is hidden.

    `texts`: what is said in place of the number, where a place has one.
    """

    title: str
    values: Sequence[float | None]
    texts: Sequence[str | None] | None = None
    parent_values: Sequence[float | None] | None = None
    parent_texts: Sequence[str | None] | None = None
    note: str = RING_NOTE


@dataclass(frozen=True)
class Panel:
    """One sheet of the chart: a fill, with rings or without. `title` stands above a sheet where there are two."""

    fill: Fill
    rings: Rings | None = None
    title: str = ""


@dataclass(frozen=True)
class HoverField:
    """One more number that a place says when pointed at (population, say)."""

    label: str
    values: Sequence[float | None]
    texts: Sequence[str | None] | None = None


@dataclass(frozen=True)
class ChartPayload:
    """All that the chart shows: one panel, or two side by side moving together. `summary` is its sentence for screen readers.

    With an `extent` the chart keeps its centre and zoom in the address, and starts from what the address says. A chart that
    `is_small` stands beside other things. `areas`: outlines on top of the places, each the corners of a polygon as (lon, lat) in
    degrees; the chart opens on them. `drawing`: clicking sets the corners of an area in place of choosing a place; these are there
    at first.
    """

    geometry: PreparedGeometry
    panels: tuple[Panel, ...]
    title: str = ""
    subtitle: str = ""
    summary: str = ""
    selected: str | None = None
    extra: tuple[HoverField, ...] = ()
    extent: Extent | None = None
    is_small: bool = False
    areas: Sequence[Sequence[Corner]] | None = None
    drawing: Sequence[Corner] | None = None


def chart_view(fill: Fill, rings: Rings) -> tuple[Panel, ...]:
    """The signature view: colour and ring on one sheet."""
    return (Panel(fill, rings),)


def side_by_side(widely: Fill, deeply: Fill, how: str = "How deeply") -> tuple[Panel, ...]:
    """Two sheets that move together. `how` heads the second: contact is not called deep."""
    return (Panel(widely, title="How widely"), Panel(deeply, title=how))


def single_view(fill: Fill) -> tuple[Panel, ...]:
    """One measure alone."""
    return (Panel(fill),)


def chart_map(payload: ChartPayload, key: str, on_select: Callable[[], Any] | None = None) -> str | None:
    """The code of the place chosen on the chart in this very run ("" where it was let go); None where nothing was chosen.

    The geometry travels once for each place set; a run sends only small arrays. Raises SoundingsError where an array
    has another length than the places.
    """
    chosen = _mount(payload, key, on_select).selected
    return chosen if chosen == "" or chosen in payload.geometry.place_codes else None


def chart_to_draw_on(payload: ChartPayload, key: str) -> str | None:
    """The corners of an area finished in this very run, “lon lat, lon lat …” in degrees as the browser sends it; else None."""
    return _mount(payload, key, None).drawn or None


def _mount(payload: ChartPayload, key: str, on_select: Callable[[], Any] | None):
    component = _find_component()
    room = "chart_nook" if payload.is_small else "chart_room"  # holds its height while the chart is on its way
    with st.container(key=f"{room}_{key}"):
        mounted = component(
            key=key,
            data=encode_payload(payload),
            on_selected_change=on_select or _do_nothing,
            on_drawn_change=_do_nothing,
        )
    if undrawable := payload.geometry.say_undrawable():
        st.caption(escape(undrawable))
    return mounted


def encode_payload(payload: ChartPayload) -> dict[str, Any]:
    """The payload as JSON with its arrays in base64. Text is plain data: the browser sets it as text, never as HTML."""
    geometry = payload.geometry
    places, parents = len(geometry.place_codes), len(geometry.parent_codes)
    return {
        "base": find_base_path(),
        "version": read_assets().version,
        "geometry": geometry.hash,
        "title": payload.title,
        "subtitle": payload.subtitle,
        "summary": payload.summary,
        "selected": payload.selected,
        "is_small": payload.is_small,
        "areas": payload.areas and [[list(corner) for corner in area] for area in payload.areas],
        "drawing": None if payload.drawing is None else [list(corner) for corner in payload.drawing],
        "extent": payload.extent and {"visit": payload.extent.visit, "at": payload.extent.at},
        "words": WORDS,
        "palette": {"day": _screen_colours(DAY, is_night=False), "night": _screen_colours(NIGHT, is_night=True)},
        "panels": [
            {
                "title": panel.title,
                "fill": _encode_fill(panel.fill, places, parents),
                "ring": panel.rings and _encode_rings(panel.rings, places, parents),
            }
            for panel in payload.panels
        ],
        "extra": [
            {
                "label": field.label,
                "values": _pack_numbers(field.values, places, field.label),
                "words": _pack_texts(field.texts),
            }
            for field in payload.extra
        ],
    }


def _do_nothing() -> None:
    """Streamlit delivers a component's event only where a callback is named."""


def _find_component():
    """The registered component; registering again is what a fresh runtime needs and costs nothing."""
    return st.components.v2.component(
        "soundings_chart",
        html='<div class="soundings-chart"></div>',
        js=(OUR_FILES / "chart_shim.js").read_text(encoding="utf-8"),
    )


def _encode_fill(fill: Fill, places: int, parents: int) -> dict[str, Any]:
    return {
        "family": fill.family,
        "title": fill.title,
        "labels": list(fill.labels),
        "classes": _pack_classes(fill.classes, places, fill.title),
        "figures": _pack_numbers(fill.figures, places, fill.title),
        "words": _pack_texts(fill.texts),
        "spoken": _pack_texts(fill.spoken),
        "colours": fill.colours and {look: list(colours) for look, colours in fill.colours.items()},
        "marks": [list(mark) for mark in fill.marks],
        "grid": fill.grid and asdict(fill.grid),
        "parent_words": _pack_texts(fill.parent_texts),
        "parent_figures": _pack_numbers(fill.parent_figures, parents, fill.title),
        "parent_classes": _pack_classes(fill.parent_classes, parents, fill.title),
        "parent_labels": list(fill.parent_labels),
    }


def _encode_rings(rings: Rings, places: int, parents: int) -> dict[str, Any]:
    return {
        "title": rings.title,
        "note": rings.note,
        "values": _pack_numbers(rings.values, places, rings.title),
        "words": _pack_texts(rings.texts),
        "parent_words": _pack_texts(rings.parent_texts),
        "parent_values": _pack_numbers(rings.parent_values, parents, rings.title),
    }


def _pack_classes(classes: Sequence[int] | None, count: int, title: str) -> str | None:
    """8-bit whole numbers in base64."""
    if classes is None:
        return None
    if len(classes) != count:
        raise SoundingsError(f"“{title}” has classes for {len(classes)} places, and the chart has {count}.")
    return base64.b64encode(np.array(classes, dtype=np.int8).tobytes()).decode("ascii")


def _pack_numbers(values: Sequence[float | None] | None, count: int, title: str) -> str | None:
    """32-bit floats in base64, None as NaN."""
    if values is None:
        return None
    if len(values) != count:
        raise SoundingsError(f"“{title}” has {len(values)} numbers where the chart has {count} places.")
    return base64.b64encode(np.array(values, dtype="<f4").tobytes()).decode("ascii")


def _pack_texts(texts: Sequence[str | None] | None) -> dict[str, Any] | None:
    """Each different text once, and its number for each place (-1 for none)."""
    if texts is None or not any(texts):
        return None
    different = list(dict.fromkeys(text for text in texts if text is not None))
    number = {text: i for i, text in enumerate(different)}
    index = np.array([-1 if text is None else number[text] for text in texts], dtype="<i2")
    return {"texts": different, "index": base64.b64encode(index.tobytes()).decode("ascii")}


def _screen_colours(palette: Palette, is_night: bool) -> dict[str, Any]:
    """The palette under the chart's own names, with the few shades that only a screen needs."""
    shades = asdict(palette)
    return {
        "is_night": is_night,
        "land": shades["paper"],
        "sea": shades["sea"],
        "ink": shades["ink"],
        "quiet": shades["quiet_ink"],
        "border": shades["line"],
        "coast": shades["coast"],
        "none": shades["zero"],
        "hatch": shades["hatch"],
        "dots": shades["quiet_ink"],
        "ring": shades["amber"],
        "ring_ink": "#f0a63a" if is_night else "#8a4f00",
        "casing": shades["sea"] if is_night else "#fffdf8",
        "on_dark": "#ffffff",
        "on_light": "#101d27",
        "echo": "#2a4050" if is_night else "#b4c6c8",
        "parent_border": "rgb(160 180 192 / 75%)" if is_night else "rgb(70 84 94 / 70%)",
        "frame": "#3b5161" if is_night else "#bcc3c4",
        "focus": "#86c3e4" if is_night else "#17577f",
        "tip": "#182a37" if is_night else "#fffdf8",
        "depth": list(palette.depth),
        "contact": list(palette.contact),
        "breadth": list(palette.breadth),
    }
