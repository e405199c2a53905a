"""The colours of the chart: one blue (depth), one slate (contact), one amber (breadth), on chart paper by day or by night.

Depth and contact run from pale to deep by day and from deep to pale by night, so that more always stands out from the paper.
`tests/test_palette.py` holds the steps apart under simulated protanopia, deuteranopia and tritanopia.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """Hex colours. `depth` and `contact` have five steps for classes 1 to 5; `zero` fills a recorded 0."""

    paper: str
    sea: str
    ink: str
    quiet_ink: str
    line: str
    coast: str
    zero: str
    hatch: str
    amber: str
    breadth: tuple[str, str, str, str, str]
    depth: tuple[str, str, str, str, str]
    contact: tuple[str, str, str, str, str]

    def fills(self, family: str) -> tuple[str, str, str, str, str]:
        """The five steps of a family's colour."""
        return {"depth": self.depth, "contact": self.contact, "breadth": self.breadth}[family]


DAY = Palette(
    paper="#fbf8f0",
    sea="#eef3f3",
    ink="#1f2d38",
    quiet_ink="#566470",
    line="#ffffff",
    coast="#7d8a92",
    zero="#f7f4ea",
    hatch="#cbc3b2",
    amber="#b86a00",
    breadth=("#f8e3bd", "#eec47c", "#dc9c3c", "#b86a00", "#7a4300"),
    depth=("#cfe3ef", "#9cc6de", "#5a9cc2", "#22699a", "#0b3a63"),
    contact=("#dde1e3", "#b9c1c6", "#8d989f", "#5f6c75", "#333f48"),
)

NIGHT = Palette(
    paper="#10202c",
    sea="#0b1822",
    ink="#eef2f4",
    quiet_ink="#a9b7c0",
    line="#0b1822",
    coast="#5f7481",
    zero="#182a37",
    hatch="#34475a",
    amber="#f0a63a",
    breadth=("#4a3312", "#7d5516", "#b47a1e", "#e0a03a", "#ffd28a"),
    depth=("#1f4a68", "#2c6e98", "#4c9bc8", "#86c3e4", "#cfe9f7"),
    contact=("#37444d", "#53616b", "#7a8891", "#a7b2b9", "#d9dfe2"),
)

# The marks of names. One lightness and one chroma (OKLCH 0.58, 0.095), by day and by night, so that no name stands out; none is
# the chart's blue, amber or slate, and none reads as stop, wait or go. They do not run with the order of the rules. Twelve hues
# cannot all be told apart, so the shape and the word always stand with them.
NAME_HUES = {
    "community_led": "#96669a",
    "co_production": "#1d8c83",
    "decision_handed_over": "#827e35",
    "co_design": "#7c6fae",
    "co_delivery": "#1d889d",
    "involvement": "#a0638c",
    "consultation": "#6b75b2",
    "dialogue": "#75823d",
    "gathering_views": "#2f8c74",
    "taking_part": "#a7627c",
    "informing": "#138b90",
    "not_enough_recorded": "#8a6ba6",
}
# A name's shape: the Material symbol drawn on a page, and the like of it as a character, for tables. All are outlines of one size.
NAME_SHAPES = {
    "community_led": ("pentagon", "⬠"),
    "co_production": ("square", "▢"),
    "decision_handed_over": ("grid_view", "⊞"),
    "co_design": ("hexagon", "⬡"),
    "co_delivery": ("view_column_2", "◫"),
    "involvement": ("workspaces", "∴"),
    "consultation": ("circle", "◯"),
    "dialogue": ("adjust", "⊙"),
    "gathering_views": ("rectangle", "▭"),
    "taking_part": ("change_history", "△"),
    "informing": ("details", "◬"),
    "not_enough_recorded": ("asterisk", "∗"),
}

# One breadth and one depth measure crossed: nine colours, breadth growing fastest, depth by threes. Amber alone is much breadth,
# blue alone much depth; `tests/test_palette.py` holds all nine apart under each deficiency.
CROSSED_DAY = (
    "#f6f2e4", "#f5bf95", "#dc8135",
    "#a2bad3", "#987e77", "#7c4523",
    "#3679af", "#3e4259", "#29110d",
)  # fmt: skip
CROSSED_NIGHT = (
    "#2b1f0c", "#7a4b19", "#d47d21",
    "#474d6d", "#9d827e", "#f1bc8d",
    "#4181dc", "#acbdeb", "#fefdf7",
)  # fmt: skip
CROSSED_SIDE = 3


def crossed_colour(depth_step: int, depth_count: int, breadth_step: int, breadth_count: int, *, is_night: bool) -> str:
    """The colour of a crossed class; with fewer than three steps the outer colours are taken."""
    row, column = (
        0 if count == 1 else round(step * (CROSSED_SIDE - 1) / (count - 1))
        for step, count in ((depth_step, depth_count), (breadth_step, breadth_count))
    )
    return (CROSSED_NIGHT if is_night else CROSSED_DAY)[row * CROSSED_SIDE + column]
