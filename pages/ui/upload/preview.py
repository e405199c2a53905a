"""What a file would become: its rows counted, the first records as they would be stored, and where they fall."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from etl.added import join_words
from etl.approval.foreseeing import choose_kind
from etl.results import LoadResult
from etl.uploads.uploading import Wanted
from pages.ui.access import Reader
from pages.ui.chart.chart import find_geometry
from pages.ui.chart.map import NONE_CLASS, NOTHING_CLASS, ChartPayload, Fill, chart_map, single_view
from pages.ui.explaining import escape
from pages.ui.upload.state import Seen, Upload
from soundings.geometry import PreparedGeometry
from soundings.measures import read_measures
from soundings.model import PLACE_STATES
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
    result, rows = seen.preview.result, seen.rows
    with st.container(key=upload.key("counts")):
        st.markdown(
            f"**{rows.read:,}** rows read = **{rows.taken_in:,}** to take in + **{rows.refused:,}** to put right first"
            + (f" + **{rows.left_out:,}** left out, as the questions above say" if rows.left_out else "")
        )
    show_account(result)
    if seen.preview.added:
        st.markdown(f"It adds {join_words(seen.preview.added)}.")
    if wanted.mapping is not None:
        st.caption(
            "A row of yours may become an activity, a meeting and a figure, each a row of the template. Sources and gaps counts those: "
            f"{result.rows_read:,} of them = {result.rows_accepted:,} to take in + {result.rows_rejected:,} not taken in."
        )
    if rows.incomplete:
        st.caption(
            f"{say_count(rows.cells, 'cells')} could not be read and would be left out; the rest of "
            f"{'that row' if rows.incomplete == 1 else f'those {rows.incomplete:,} rows'} comes in."
        )


def show_account(result: LoadResult) -> None:
    """Every row of the file, sheet by sheet, where the sum above does not say it all."""
    for sheet in result.account:
        st.caption(escape(sheet.say()))
    if result.left_out:
        with st.expander("Which rows are left out"):
            for line in result.left_out:
                st.markdown(f"- {escape(line)}")


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
    if result.passed_over:
        st.markdown("**What did not say where**")
        for sentence in result.passed_over[:REASONS_SHOWN]:
            st.markdown(f"- {escape(sentence)}")
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
    draw_fall(reader, kind, seen.preview.by_place[kind], key=upload.key(f"map_{kind}"), whose="this file")


def draw_fall(
    reader: Reader,
    kind: str,
    by_place: dict[str, int],
    *,
    key: str,
    whose: str,
    recorded: Collection[str] | None = None,
) -> None:
    """The small map of where records fall. With `recorded`, the places that have other records are told from those with none."""
    geometry = find_geometry(reader, kind)
    fill = make_fill(by_place, geometry, kind, whose, recorded)
    said = (
        f"Records of {whose} stand in {len(by_place):,} of {len(geometry.place_codes):,} {KIND_PLURAL.get(kind, kind)}."
    )
    if recorded is not None and (blank := sum(code not in recorded for code in by_place)):
        said += f" In {blank:,} of them nothing was recorded before."
    chart_map(ChartPayload(geometry=geometry, panels=single_view(fill), summary=said, is_small=True), key=key)


def make_fill(
    by_place: dict[str, int],
    geometry: PreparedGeometry,
    kind: str,
    whose: str,
    recorded: Collection[str] | None = None,
) -> Fill:
    """Each place by how many of the records stand in it; with `recorded`, a hatch where nothing stands with them or without."""
    values = [by_place.get(code) for code in geometry.place_codes]
    classes = make_classes([value and float(value) for value in values])
    labels = classes.labels()
    labels[0] = f"None of {whose}" if recorded is None else f"Other records, none of {whose}"

    def class_of(code: str, value: int | None) -> int:
        if value is not None:
            return classes.class_of(value)
        return NOTHING_CLASS if recorded is not None and code not in recorded else NONE_CLASS

    return Fill(
        family="upload",
        title=f"Records of {whose} by {kind}",
        labels=labels,
        classes=[class_of(code, value) for code, value in zip(geometry.place_codes, values, strict=True)],
        figures=[None if value is None else float(value) for value in values],
        colours={look: [stone[0], *spread(stone[1:], len(labels) - 1)] for look, stone in STONE.items()},
        spoken=None if recorded is None else [say_place(by_place, recorded, code) for code in geometry.place_codes],
    )


def say_place(by_place: dict[str, int], recorded: Collection[str], code: str) -> str | None:
    """What a place with records of a batch says when pointed at; None for the others."""
    if code not in by_place:
        return None
    beside = "beside others that are here" if code in recorded else "the first recorded here"
    return f"{by_place[code]:,}, {beside}"


def spread(colours: tuple[str, ...], count: int) -> list[str]:
    """So many of the colours, from the palest to the strongest."""
    if count < 2:
        return list(colours[2 : 2 + count])
    return [colours[round(at * (len(colours) - 1) / (count - 1))] for at in range(count)]
