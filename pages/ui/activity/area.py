"""The area of an activity as people drew it, on the places around it."""

from __future__ import annotations

from etl.form.drawn_areas import list_corners
from pages.ui.access import Reader, kinds_of
from pages.ui.add.where import plain_fill
from pages.ui.chart.chart import find_geometry
from pages.ui.chart.map import ChartPayload, chart_map, single_view
from soundings.activity.records import Head, Where

TITLE = "The area as the organiser drew it"


def show_area(reader: Reader, head: Head, where: list[Where]) -> None:
    """A small map with the outline; nothing where none is kept, or no places are loaded to see it against."""
    corners, kinds = list_corners(head.outline), kinds_of(reader)
    if not corners or not kinds:
        return
    kind = next((one.kind for one in where if one.kind in kinds), next(iter(kinds)))
    geometry = find_geometry(reader, kind)
    chart_map(
        ChartPayload(
            geometry=geometry,
            panels=single_view(plain_fill(geometry, TITLE)),
            title=TITLE,
            summary="An outline over the places around it. The places it reaches into are named above.",
            is_small=True,
            areas=(tuple(corners),),
        ),
        key="activity_area",
    )
