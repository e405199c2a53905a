"""Small drawings of one activity beside another: an amber ring for those asked, a slate dot for each meeting."""

from __future__ import annotations

from math import sqrt

import streamlit as st

from pages.ui.naming import help_for
from soundings.activity.links import LinkedActivity
from soundings.palette import DAY, NIGHT

RING_PIXELS, SMALLEST_RING = 44, 8
DOTS_DRAWN, DOTS_A_ROW, DOT_PIXELS = 60, 12, 9


def draw_shape(one: LinkedActivity, largest: float) -> None:
    """A ring whose area is those asked, against the largest beside it, and a dot for each meeting, each with its words."""
    palette = NIGHT if st.context.theme.type == "dark" else DAY
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        if one.asked:
            share = sqrt(one.asked_count / largest) if largest else 0
            draw(ring_svg(share, palette.amber), RING_PIXELS, f"A ring the size of {one.asked}", one.asked, "breadth")
        if one.meeting_count:
            drawn = min(one.meeting_count, DOTS_DRAWN)
            said = f"{one.meeting_count:,} {'meeting' if one.meeting_count == 1 else 'meetings'}"
            wide = min(drawn, DOTS_A_ROW) * DOT_PIXELS
            draw(dots_svg(drawn, palette.contact[3]), wide, f"A dot for each of {said}", said, "contact")
        if not one.asked and not one.meeting_count:
            st.markdown("no figures recorded", width="content")


def draw(svg: str, width: int, alt: str, said: str, family: str) -> None:
    """A drawing with its words beside it, kept together."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", width="content"):
        st.image(svg, width=width, alt=alt)
        st.markdown(said, width="content", help=help_for(family))


def ring_svg(share: float, colour: str) -> str:
    """An open ring; `share` 1 fills the drawing. Holds no text of anyone's."""
    middle = RING_PIXELS / 2
    radius = max(share * (middle - 2), SMALLEST_RING / 2)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{RING_PIXELS}" height="{RING_PIXELS}">'
        f'<circle cx="{middle}" cy="{middle}" r="{radius:.1f}" fill="none" stroke="{colour}" stroke-width="3"/></svg>'
    )


def dots_svg(count: int, colour: str) -> str:
    """So many dots in rows. Holds no text of anyone's."""
    rows = -(-count // DOTS_A_ROW)
    wide = min(count, DOTS_A_ROW) * DOT_PIXELS
    dots = "".join(
        f'<circle cx="{number % DOTS_A_ROW * DOT_PIXELS + 4.5}" cy="{number // DOTS_A_ROW * DOT_PIXELS + 4.5}" r="3.2" fill="{colour}"/>'
        for number in range(count)
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{rows * DOT_PIXELS}">{dots}</svg>'
