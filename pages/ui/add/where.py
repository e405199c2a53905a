"""The question where it was: a place by name or on the map, a venue's postcode, or an area drawn; and how closely it may be told."""

from __future__ import annotations

import streamlit as st

from etl.form.answers import (
    AS_DRAWN,
    AUTHORITY,
    BY_DRAWING,
    BY_NAME,
    BY_POSTCODE,
    KEPT_BACK,
    NOT_TIED,
    POINT,
    WARD,
    Answers,
    is_small,
    tidy,
)
from etl.form.drawn_areas import list_corners, parse_drawn, read_corners, write_outline
from etl.form.places import (
    CLOSEST_FIRST,
    chosen_precision,
    explain_kept_back,
    find_postcode,
    list_precisions,
    say_figures_place,
    say_where,
    usual_precision,
)
from etl.form.reading import PlaceChoice, read_choices, read_place_names
from etl.parsing import Unreadable
from pages.ui import keys
from pages.ui.access import Reader, kinds_of, names_of, read_once
from pages.ui.add.asking import Asking
from pages.ui.add.questions import YES_NO
from pages.ui.chart.chart import find_geometry
from pages.ui.chart.map import ChartPayload, Fill, chart_map, chart_to_draw_on, single_view
from pages.ui.explaining import escape
from soundings.geometry import PreparedGeometry

GROUND = {"day": ["#ebe5d6"], "night": ["#223441"]}  # no measure stands on it
HOW = {
    BY_NAME: "Search for a place, or click the map",
    BY_POSTCODE: "Type the venue’s postcode",
    BY_DRAWING: "Draw the area on a map",
    NOT_TIED: "It is not tied to a place",
    KEPT_BACK: "I would rather not say where",
}
PRECISION = {
    POINT: "The exact point",
    AS_DRAWN: "The area as drawn",
    WARD: "The ward it is in",
    AUTHORITY: "The council area",
    KEPT_BACK: "Nothing: keep it out",
}
ROLES = {"venue": "It happened there", "area": "It was about that area"}


def ask_where(ask: Asking, reader: Reader) -> None:
    """Where it was, and how closely that may be told."""
    how = ask.choose("where_how", "How would you like to say where it was?", HOW)
    if how == BY_NAME:
        ask_place(ask, reader)
    elif how == BY_POSTCODE:
        ask_postcode(ask)
    elif how == BY_DRAWING:
        ask_area(ask, reader)
    if how not in (BY_NAME, BY_POSTCODE, BY_DRAWING):
        return
    ask.choose("place_role", "What does that place stand for?", ROLES, usual="venue")
    ask.choose(
        "sensitive", "Could it put anyone at risk if people knew where this was?", YES_NO, usual="no",
        note="For example domestic abuse, asylum, or a group that has been targeted.",
    )  # fmt: skip
    ask_precision(ask)
    cells, wrong = say_where(reader.connection, ask.answers)
    if not wrong:
        st.caption(f"What will be recorded of where it was: {escape(say_cells(reader, cells))}.")
        if why := explain_kept_back(ask.answers, cells):
            st.caption(why)
        if around := say_figures_place(reader.connection, cells):
            name = read_place_names(reader.connection, around["place_code"])
            st.caption(f"How many took part will stand in {escape(name)}: a figure is never split between places.")


def ask_precision(ask: Asking) -> None:
    """How closely the place may be told; the usual answer follows from the others until the person chooses."""
    usual = usual_precision(ask.answers)
    offered = {precision: PRECISION[precision] for precision in list_precisions(ask.answers)}
    start = chosen_precision(ask.answers)
    value = ask.buttons(f"precision_{usual}_{len(offered)}", "How closely may the map show it?", offered, start)
    if value is not None and value != start:
        ask.keep("precision", value)
        ask.keep("precision_over", usual)
    if care := say_care(ask.answers):
        st.caption(care)


def say_care(answers: Answers) -> str:
    """Why the place is told less closely than it could be; or that it is told more closely than is usual, where that was chosen."""
    usual, chosen = usual_precision(answers), chosen_precision(answers)
    if answers.get("sensitive") == "yes":
        why, least = "it could put someone at risk", "only the council area is recorded"
    elif is_small(answers):
        why, least = "fewer than ten people took part", "no more than the ward is recorded"
    else:
        return ""
    if chosen == usual:
        return f"Because {why}, {least} unless you choose otherwise."
    if CLOSEST_FIRST.index(chosen) > CLOSEST_FIRST.index(usual):
        return f"Less was chosen than is usual where {why}."
    return f"“{PRECISION[chosen]}” was chosen, and will be recorded, although {why}."


def say_cells(reader: Reader, cells: dict[str, str]) -> str:
    """In words what the record will hold of where it was."""
    if "place_code" in cells:
        names = read_place_names(reader.connection, cells["place_code"])
        return f"the area as you drew it, in {names}" if "place_outline" in cells else names
    if "postcode" in cells:
        return f"the point of {cells['postcode']}"
    return "it is not tied to a place" if "not_tied_to_place" in cells else "nothing"


def ask_place(ask: Asking, reader: Reader) -> None:
    """A loaded place, by name or on the map."""
    clicked = st.session_state.pop(keys.ADD_CLICKED, None)
    choices = read_once(reader, read_choices)
    if not choices:
        districts = names_of(reader, "district")
        within = ask.select("within", "Which council area is it in?", list(districts), say=districts.get)
        choices = read_once(reader, read_choices, within=within) if within else []
    labels = label_choices(choices)
    codes = list(labels)
    if clicked in labels:
        st.session_state[ask.name_box("place_choice")] = clicked
    kept = ask.answers.get("place_code", "")
    ask.answers.setdefault("place_choice", kept if kept in labels else "")
    choice = ask.select("place_choice", "Which place?", codes, say=labels.get, note="Type a few letters of its name")
    if "place_code" in ask.problems:
        st.markdown(f":material/error: **{escape(ask.problems['place_code'])}**")
    ask.keep("place_code", choice.split("\t")[0])
    with st.expander("Or click it on the map", key="add_map", on_change="rerun") as panel:
        if panel.open:
            draw_map(ask, reader)


def label_choices(choices: list[PlaceChoice]) -> dict[str, str]:
    """Each choice's label by its code; another name of a place has a key of its own."""
    labels: dict[str, str] = {}
    for one in choices:
        labels[one.place_code if one.place_code not in labels else f"{one.place_code}\t{one.label}"] = one.label
    return labels


def draw_map(ask: Asking, reader: Reader) -> None:
    """The wards (or the smallest kind there is in their stead) to click on."""
    chosen = ask.answers.get("place_code")
    payload = plain_map(ask, reader, "Click the place it was in", chosen)
    clicked = chart_map(payload, key="add_where_map")
    if clicked and clicked != chosen:
        st.session_state[keys.ADD_CLICKED] = clicked
        st.rerun()


def plain_map(ask: Asking, reader: Reader, title: str, chosen: str | None = None, corners=None) -> ChartPayload:
    """The places and their names without any figure; to draw on where there are `corners`."""
    geometry = find_geometry(reader, kind_to_show(reader), ask.answers.get("within"))
    return ChartPayload(
        geometry=geometry,
        panels=single_view(plain_fill(geometry, title)),
        title=title,
        summary="A map to choose a place on. The same places are in the list above."
        if corners is None
        else "A map to draw on.",
        selected=chosen if chosen in geometry.place_codes else None,
        drawing=corners,
    )


def kind_to_show(reader: Reader) -> str:
    """Wards, or the first kind there is."""
    kinds = kinds_of(reader)
    return "ward" if "ward" in kinds else next(iter(kinds))


def plain_fill(geometry: PreparedGeometry, title: str) -> Fill:
    """Every place as plain ground, with its name."""
    count = len(geometry.place_codes)
    return Fill("ground", title, labels=[], classes=[0] * count, figures=[None] * count, colours=GROUND)


def ask_area(ask: Asking, reader: Reader) -> None:
    """An area that people recognise, drawn corner by corner; what was drawn before is there to change."""
    if not read_once(reader, read_choices):
        districts = names_of(reader, "district")
        if not ask.select("within", "Which council area is it in?", list(districts), say=districts.get):
            return
    with ask.hold("outline"):
        ask.say_problem("outline")
        st.caption(
            "An estate, a high street, a valley: what people there would call one place, whatever wards it lies in."
        )
        try:
            corners = list_corners(ask.answers.get("outline"))
        except Unreadable:
            corners = []
        payload = plain_map(ask, reader, "Draw the area", corners=corners)
        drawn = chart_to_draw_on(payload, key=ask.name_box(f"area_{ask.answers.get('within', '')}"))
        if drawn is None:
            return
        try:
            ask.keep("outline", write_outline(read_corners(parse_drawn(drawn))))
            ask.keep("area_codes", "")
        except Unreadable as error:
            st.markdown(f":material/error: **{escape(str(error))}**")


def ask_postcode(ask: Asking) -> None:
    """The venue's postcode, looked up on this machine."""
    ask.text(
        "postcode",
        "Postcode of the venue",
        note="Of the building it was in, never of a person’s home.",
        width=200,
        limit=12,
    )
    if tidy(ask.answers, "postcode") and "postcode" not in ask.problems:
        point, reason = find_postcode(tidy(ask.answers, "postcode"))
        if point is None:
            st.markdown(f":material/help: {escape(reason)}")
