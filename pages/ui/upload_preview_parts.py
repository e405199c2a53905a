"""What a file would become: its rows counted, the first records as they would be stored, and where they fall."""

from __future__ import annotations

import streamlit as st

from etl.uploading import Wanted
from pages.ui.access import Reader
from pages.ui.chart import find_geometry
from pages.ui.chart_map import ChartPayload, Fill, chart_map, single_view
from pages.ui.explaining import escape
from pages.ui.upload_state import Seen, Upload
from soundings.geometry import PreparedGeometry
from soundings.measures import read_measures
from soundings.model import PLACE_KINDS, PLACE_STATES
from soundings.palette import DAY, NIGHT
from soundings.views import KIND_PLURAL, make_classes, say_count

# Warm stone by day, cool by night: records of one file are neither breadth, contact nor depth, so none of their colours.
STONE = {
    "day": (DAY.paper, "#e6dfcf", "#cbbfa6", "#a99a7c", "#857657", "#5c5038"),
    "night": (NIGHT.paper, "#3b3a35", "#5c584d", "#827b69", "#aca288", "#d8cdb0"),
}
PLACE_WORDS = {
    "located": "on the map",
    "outside": "outside the places loaded here",
    "unlocated": "with no place that can be found",
    "not_tied": "not tied to a place",
}
USUAL_KINDS = ("ward", "district")
REASONS_SHOWN = 8


def show_preview(reader: Reader | None, upload: Upload, seen: Seen, wanted: Wanted) -> None:
    """The counts, the first records, and the map."""
    preview = seen.preview
    st.subheader("What it would become", anchor=False)
    show_counts(upload, seen, wanted)
    if preview.result.is_refused:
        st.warning(
            "No row can be taken in as it is. Put the rows right below, or change what kind of file it is, above."
        )
        return
    show_first(upload, seen)
    left, right = st.columns([5, 6], gap="medium")
    with left:
        show_map(reader, upload, seen)
    with right:
        show_places(seen)
    with st.expander(f"What is decided about this file ({len(seen.prepared.manifest['decisions'])})"):
        if not seen.prepared.manifest["decisions"]:
            st.markdown("Nothing: it comes in as it is.")
        for decision in seen.prepared.manifest["decisions"]:
            st.markdown(f"- {escape(decision)}")
        st.caption("This is kept with the file, so that anyone can see what was done to it.")


def show_counts(upload: Upload, seen: Seen, wanted: Wanted) -> None:
    """Rows read = accepted + rejected, and what is added, in large type."""
    result = seen.preview.result
    total = f"**{result.rows_read:,}** rows read = **{result.rows_accepted:,}** to take in + **{result.rows_rejected:,}** to put right"
    with st.container(key=upload.key("counts")):
        if wanted.mapping is None:
            st.markdown(total)
        else:
            wrong = sum(one.is_rejected for one in seen.troubles)
            st.markdown(
                f"**{seen.rows_in_file:,}** rows read = **{seen.rows_in_file - wrong:,}** to take in + **{wrong:,}** to put right"
            )
    if seen.preview.added:
        st.markdown(f"It adds {join_words(seen.preview.added)}.")
    if wanted.mapping is not None:
        st.caption(
            "A row of yours may become an activity, a meeting and a figure, each a row of the template: "
            f"{result.rows_read:,} of them = {result.rows_accepted:,} to take in + {result.rows_rejected:,} to put right."
        )
    if result.values_set_aside:
        st.caption(
            f"{say_count(result.values_set_aside, 'values')} could not be read and would be left blank; the rest of their rows comes in."
        )


def join_words(parts: tuple[str, ...]) -> str:
    """“12 activities, 3 meetings and 40 people”."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]])) or "no records"


def show_first(upload: Upload, seen: Seen) -> None:
    """The first records of each kind as they would be stored."""
    preview = seen.preview
    names = list(preview.first)
    tabs = st.tabs([f"{name} ({preview.totals[name]:,})" for name in names])
    labels = {name: measure.label for name, measure in read_measures().items()}
    for tab, name in zip(tabs, names, strict=True):
        with tab:
            frame = preview.first[name].to_pandas()
            if "Figure" in frame:
                frame["Figure"] = frame["Figure"].map(lambda value: labels.get(value, value))
            st.dataframe(
                frame,
                hide_index=True,
                placeholder="–",
                key=upload.key(f"first_{name}"),
                column_config={day: st.column_config.DateColumn(format="D MMM YYYY") for day in ("From", "To", "Date")},
                alt=f"The first {len(frame)} of {preview.totals[name]:,} as they would be stored: {name.lower()}",
            )
            if preview.totals[name] > len(frame):
                st.caption(f"The first {len(frame)} of {preview.totals[name]:,}.")


def show_places(seen: Seen) -> None:
    """How many records stand where, and why others stand nowhere."""
    result = seen.preview.result
    total = sum(result.places.values())
    st.markdown(f"**Where they fall**, of {say_count(total, 'records')}")
    for state in PLACE_STATES:
        if result.places.get(state):
            st.markdown(f"- **{result.places[state]:,}** {PLACE_WORDS[state]}")
    if result.place_reasons:
        st.markdown("**Why some are not on the map**")
        for reason in result.place_reasons[:REASONS_SHOWN]:
            st.markdown(f"- {escape(reason.reason)} ({reason.count:,})")
        st.caption("They come in all the same, are counted, and are never put in a place by guessing.")


def show_map(reader: Reader | None, upload: Upload, seen: Seen) -> None:
    """Where the records fall, as one quiet colour."""
    kind = choose_kind(seen.preview.by_place)
    if reader is None or kind is None:
        st.info("No record falls on the loaded places, so there is no map to show.")
        return
    geometry = find_geometry(reader, kind)
    by_place = seen.preview.by_place[kind]
    with st.container(key="upload_map"):
        chart_map(
            ChartPayload(
                geometry=geometry,
                panels=single_view(make_fill(by_place, geometry, kind)),
                summary=f"Records of this file stand in {len(by_place):,} of {len(geometry.place_codes):,} {KIND_PLURAL.get(kind, kind)}.",
            ),
            key=upload.key(f"map_{kind}"),
        )


def choose_kind(by_place: dict[str, dict[str, int]]) -> str | None:
    """The kind of place to draw: the ward where records stand in wards, else the smallest kind that holds most of them."""
    if not by_place:
        return None
    most = max(sum(places.values()) for places in by_place.values())
    full = [kind for kind in by_place if 2 * sum(by_place[kind].values()) >= most]
    return next((kind for kind in (*USUAL_KINDS, *PLACE_KINDS) if kind in full), full[0])


def make_fill(by_place: dict[str, int], geometry: PreparedGeometry, kind: str) -> Fill:
    """Each place by how many of the file's records stand in it."""
    values = [by_place.get(code) for code in geometry.place_codes]
    classes = make_classes([value and float(value) for value in values])
    labels = classes.labels()
    labels[0] = "None of this file"
    return Fill(
        family="upload",
        title=f"Records of this file by {kind}",
        labels=labels,
        classes=[0 if value is None else classes.class_of(value) for value in values],
        figures=[None if value is None else float(value) for value in values],
        colours={look: [stone[0], *spread(stone[1:], len(labels) - 1)] for look, stone in STONE.items()},
    )


def spread(colours: tuple[str, ...], count: int) -> list[str]:
    """So many of the colours, from the palest to the strongest."""
    if count < 2:
        return list(colours[2 : 2 + count])
    return [colours[round(at * (len(colours) - 1) / (count - 1))] for at in range(count)]
