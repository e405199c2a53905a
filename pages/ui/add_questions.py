"""The four questions that are enough to send: what, where, when, and roughly how many."""

from __future__ import annotations

import streamlit as st

from etl.form_answers import (
    ABOUT,
    AUTHORITY,
    BETWEEN,
    BY_NAME,
    BY_POSTCODE,
    EXACT,
    KEPT_BACK,
    MOST_COUNTS,
    NOT_COUNTED,
    NOT_TIED,
    POINT,
    WARD,
    chosen_precision,
    count_entries,
    find_postcode,
    is_small,
    list_precisions,
    say_where,
    tidy,
    usual_precision,
)
from etl.form_reading import PlaceChoice, read_choices, read_place_name
from pages.ui import keys
from pages.ui.access import Reader, kinds_of, names_of, read_once
from pages.ui.add_asking import Asking
from pages.ui.chart_map import ChartPayload, Fill, chart_map, single_view
from pages.ui.explaining import escape
from soundings.activities import read_options
from soundings.geometry import PreparedGeometry, ensure_geometry
from soundings.measures import measures_of
from soundings.palette import DAY, NIGHT

METHODS = (
    "survey", "workshop", "group", "meeting", "drop-in", "event", "consultation", "panel", "citizens' assembly", "ballot",
    "interviews", "door-knocking", "online forum", "comment map", "newsletter",
)  # fmt: skip
OTHER = "another way"
HOW = {
    BY_NAME: "Search for a place, or click the map",
    BY_POSTCODE: "Type the venue’s postcode",
    NOT_TIED: "It is not tied to a place",
    KEPT_BACK: "I would rather not say where",
}
PRECISION = {
    POINT: "The exact point",
    WARD: "The ward it is in",
    AUTHORITY: "The council area",
    KEPT_BACK: "Nothing: keep it out",
}
BASIS = {EXACT: "Exactly", ABOUT: "About", BETWEEN: "Between two numbers", NOT_COUNTED: "We did not count"}
COUNTED = {
    "people": "Different people (someone who came twice counts once)",
    "responses": "Answers or forms sent in",
    "attendances": "Times people came (someone who came twice counts twice)",
    "entries": "Entries to a draw or ballot",
    "tickets": "Tickets",
    "reports": "Problems reported",
}
ROLES = {"venue": "It happened there", "area": "It was about that area"}
YES_NO = {"yes": "Yes", "no": "No"}


def ask_what(ask: Asking, reader: Reader) -> None:
    """What it was: its title, and how it was done."""
    ask.text(
        "title", "What do you call it, in a few words?", note="A title people would know it by, such as “Parks survey”."
    )
    known = read_once(reader, read_options).methods
    methods = list(dict.fromkeys([*METHODS, *known]))
    kept = ask.answers.get("method", "")
    ask.answers.setdefault("method_choice", (kept if kept in methods else OTHER) if kept else "")
    choice = ask.select(
        "method_choice", "How was it done?", [*methods, OTHER], note="Type a few letters, or choose one"
    )
    if choice == OTHER:
        with st.container(key="add_follow_method"):
            ask.text("method", "In your own word: how was it done?", limit=60)
    else:
        ask.say_problem("method")
        ask.keep("method", choice)


def ask_where(ask: Asking, reader: Reader) -> None:
    """Where it was, and how closely that may be told."""
    how = ask.choose("where_how", "How would you like to say where it was?", HOW)
    if how == BY_NAME:
        ask_place(ask, reader)
    elif how == BY_POSTCODE:
        ask_postcode(ask, reader)
    if how not in (BY_NAME, BY_POSTCODE):
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


def ask_precision(ask: Asking) -> None:
    """How closely the place may be told; the usual answer follows from the others until the person chooses."""
    usual = usual_precision(ask.answers)
    offered = {precision: PRECISION[precision] for precision in list_precisions(ask.answers)}
    key = ask.name_box(f"precision_{usual}_{len(offered)}")
    if key not in st.session_state:
        st.session_state[key] = chosen_precision(ask.answers)
    value = st.radio(
        "How closely may the map show it?", list(offered), key=key, format_func=offered.get, horizontal=True
    )
    ask.keep("precision", value if value != usual else "")
    if ask.answers.get("sensitive") == "yes":
        st.caption(
            "Because it could put someone at risk, only the council area is recorded unless you choose otherwise."
        )
    elif is_small(ask.answers):
        st.caption("Fewer than ten people took part, so no more than the ward is recorded unless you choose otherwise.")


def say_cells(reader: Reader, cells: dict[str, str]) -> str:
    """In words what the record will hold of where it was."""
    if "place_code" in cells:
        return read_place_name(reader.connection, cells["place_code"])
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


@st.cache_resource(max_entries=8, show_spinner="Preparing the outlines of the places …")
def _outlines_of(root: str, number: int, kind: str, parent: str | None, _reader: Reader) -> PreparedGeometry:
    return ensure_geometry(_reader.home, _reader.connection, kind, parent)


def draw_map(ask: Asking, reader: Reader) -> None:
    """The wards (or the smallest kind there is in their stead) to click on."""
    kinds = kinds_of(reader)
    kind = "ward" if "ward" in kinds else next(iter(kinds))
    geometry = _outlines_of(str(reader.home.root), reader.number, kind, ask.answers.get("within"), reader)
    count = len(geometry.place_codes)
    fill = Fill(
        family="names", title="Click the place it was in", labels=[], classes=[0] * count, figures=[None] * count,
        colours={"day": [DAY.paper], "night": [NIGHT.paper]},
    )  # fmt: skip
    chosen = ask.answers.get("place_code")
    payload = ChartPayload(
        geometry=geometry, panels=single_view(fill), title="Click the place it was in",
        summary="A map to choose a place on. The same places are in the list above.",
        selected=chosen if chosen in geometry.place_codes else None,
    )  # fmt: skip
    clicked = chart_map(payload, key="add_where_map")
    if clicked and clicked != chosen:
        st.session_state[keys.ADD_CLICKED] = clicked
        st.rerun()


def ask_postcode(ask: Asking, reader: Reader) -> None:
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


def ask_when(ask: Asking) -> None:
    """The day it was, or the first and last."""
    ask.day("start", "When did it happen, or start?")
    lasted = ask.choose("lasted", "Did it go on for more than a day?", YES_NO, usual="no")
    if lasted == "yes":
        with st.container(key="add_follow_end"):
            ask.day("end", "When did it end?", note="Leave it empty if it is still going on.")
    else:
        for part in ("day", "month", "year"):
            ask.answers.pop(f"end_{part}", None)


def ask_how_many(ask: Asking, number: int = 1) -> None:
    """A number, how exactly it is known, and what was counted."""
    name, nth = f"c{number}", "" if number == 1 else f" (figure {number})"
    basis = ask.choose(f"{name}_basis", f"How well do you know how many took part?{nth}", BASIS)
    if basis not in (EXACT, ABOUT, BETWEEN):
        return
    with st.container(key=f"add_follow_{name}"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            label = "From" if basis == BETWEEN else "How many"
            ask.text(f"{name}_value", f"{label}{nth}", width=140, limit=12)
            if basis == BETWEEN:
                ask.text(f"{name}_high", f"To{nth}", width=140, limit=12)
        counted = [measure.id for measure in measures_of("breadth")]
        usual = "responses" if ask.answers.get("method") in ("survey", "consultation", "comment map") else "people"
        ask.answers.setdefault(f"{name}_measure", usual)
        ask.select(f"{name}_measure", f"What was counted{nth}", counted, say=lambda one: COUNTED.get(one, one))


def ask_more_counts(ask: Asking) -> None:
    """Further figures, each with its own unit."""
    count = count_entries(ask.answers, "counts", MOST_COUNTS)
    for number in range(2, count + 1):
        ask_how_many(ask, number)
    if count < MOST_COUNTS and st.button("Add another figure", key="add_another_count", icon=":material/add:"):
        ask.answers["counts"] = str(count + 1)
        st.rerun()
