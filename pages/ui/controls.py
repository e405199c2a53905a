"""The controls of Explore: what to show, of which kind of place, narrowed how."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

import streamlit as st

from pages.ui import keys
from pages.ui.access import Reader, every_role_of, kinds_of, names_of, read_once, roles_of
from soundings.activities import read_options
from soundings.bivariate import fix_steps
from soundings.filters import EVERYTHING, WHEN, WHEN_LABEL, Filters
from soundings.measures import DEFAULT_CONTACT, DEFAULT_DEPTH, FAMILY_HOW, FAMILY_QUESTION, measures_of, read_measures
from soundings.model import ROLE_LABEL, SoundingsError
from soundings.place_sets import PlaceSet, read_sets
from soundings.places import read_districts_around
from soundings.views import KIND_PLURAL

VIEWS = {"chart": "Chart", "side": "Side by side", "one": "One measure", "crossed": "Crossed", "names": "Names"}
NO_RING = ("one", "names")
# What the two measures are called above their boxes, as the view draws them.
FILL_SIDE = {"side": "Right", "crossed": "Up"}
RING_SIDE = {"side": "Left", "crossed": "Across"}
ANY = ""
DEFAULT_RINGS = ("responses", "entries", "attendances", "people", "tickets", "reports")


@dataclass(frozen=True)
class Choice:
    """What a reader chose on Explore. `place_set`: the name of the set of places, None where the kind has one. `fill` and `ring` are measure ids, roles may be None where nothing is recorded."""

    view: str
    kind: str
    parent: str | None
    fill: str
    fill_role: str | None
    ring: str
    ring_role: str | None
    filters: Filters
    is_depth_recorded: bool
    steps: tuple[tuple[float, ...], tuple[float, ...]] | None = None
    place_set: str | None = None


def choose(reader: Reader, today: date) -> Choice:
    """Draws the controls and returns what they say."""
    kinds = kinds_of(reader)
    recorded = recorded_measures(reader, today)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="controls"):
        keys.recall("view", VIEWS, "chart", "the view")
        view = st.segmented_control("View", list(VIEWS), key="view", format_func=VIEWS.get, required=True)
        fill, fill_role, ring, ring_role = choose_measures(reader, recorded, view, today)
        kind = choose_kind(kinds)
        place_set = choose_set(reader, kind)
        steps = choose_steps() if view == "crossed" else None
        with st.popover("Filters", icon=":material/tune:"):
            filters = choose_filters(reader)
            parent = choose_parent(reader, kind, kinds, place_set)
    has_depth = any(measure.id in recorded for measure in measures_of("depth"))
    return Choice(view, kind, parent, fill, fill_role, ring, ring_role, filters, has_depth, steps, place_set)


def choose_measures(
    reader: Reader, recorded: dict[str, int], view: str, today: date
) -> tuple[str, str | None, str, str | None]:
    """(fill, its role, ring, its role): what the view asks for; the usual measures stand in for what it does not."""
    if view == "names":
        return default_fill(recorded), None, default_ring(recorded), None
    fill = choose_fill(recorded, view)
    fill_role = choose_role(reader, "fill_role", fill, f"{FILL_SIDE.get(view, 'Colour')}: whose places", today)
    if view in NO_RING:
        return fill, fill_role, default_ring(recorded), None
    side = RING_SIDE.get(view, "Rings")
    ring = choose_ring(recorded, f"{side}: how widely")
    return fill, fill_role, ring, choose_role(reader, "ring_role", ring, f"{side}: whose places", today)


def choose_steps() -> tuple[tuple[float, ...], tuple[float, ...]] | None:
    """Fixed tops of the lower steps of breadth and depth, as typed; None for thirds of the places."""
    keys.recall_text("steps")
    typed = st.text_input(
        "Steps", key="steps", placeholder="Thirds", width=150,
        help="Blank: each step holds about a third of the places. Or fixed tops of the lower steps, breadth then depth, such as "
        "100, 500 / 0, 2",
    )  # fmt: skip
    if not typed.strip():
        return None
    try:
        sides = [tuple(float(number) for number in side.split(",") if number.strip()) for side in typed.split("/")]
        for side in sides:
            fix_steps(side)
    except (ValueError, SoundingsError) as error:
        sides = []
        reason = str(error) if isinstance(error, SoundingsError) else "Only numbers can stand there."
    else:
        reason = "It takes two sides with a slash between them."
    if len(sides) != len(("breadth", "depth")):
        st.info(f"The steps were not understood, so thirds are shown. {reason}")
        return None
    return sides[0], sides[1]


def recorded_measures(reader: Reader, today: date) -> dict[str, int]:
    """How many records each measure has, by id; measures with none are left out."""
    counts = {name: sum(roles.values()) for name, roles in every_role_of(reader, today).items()}
    return {name: count for name, count in counts.items() if count}


def default_fill(recorded: dict[str, int]) -> str:
    """Continuing groups; where depth is not recorded, contact."""
    if DEFAULT_DEPTH in recorded:
        return DEFAULT_DEPTH
    return DEFAULT_CONTACT if DEFAULT_CONTACT in recorded else DEFAULT_DEPTH


def default_ring(recorded: dict[str, int]) -> str:
    """The first breadth measure, in the order below, that anything is recorded for: what people said before where they went."""
    return next((name for name in DEFAULT_RINGS if name in recorded), DEFAULT_RINGS[0])


def choose_fill(recorded: dict[str, int], view: str) -> str:
    """The measure that colours the places: depth first, contact after; any measure where one is shown alone."""
    families = {"one": ("depth", "contact", "breadth"), "crossed": ("depth",)}.get(view, ("depth", "contact"))
    options = [measure.id for family in families for measure in measures_of(family)]
    usual = default_fill(recorded)
    shown = keys.recall("fill", options, usual if usual in options else options[0], "the measure")
    return st.selectbox(
        "Measure" if view == "one" else f"{FILL_SIDE.get(view, 'Colour')}: {FAMILY_HOW[read_measures()[shown].family]}",
        options,
        key="fill",
        format_func=lambda name: label_measure(name, recorded),
        width=205,
    )


def choose_ring(recorded: dict[str, int], label: str = "Rings: how widely") -> str:
    """The breadth measure of the amber rings, or of another axis."""
    options = [measure.id for measure in measures_of("breadth")]
    keys.recall("ring", options, default_ring(recorded), "the measure")
    return st.selectbox(label, options, key="ring", format_func=lambda name: label_measure(name, recorded), width=150)


def label_measure(name: str, recorded: dict[str, int]) -> str:
    """A measure's label; says where nothing is recorded for it."""
    measure = read_measures()[name]
    family = "" if measure.family == "depth" else f" ({measure.family})" if measure.family == "contact" else ""
    return f"{measure.label}{family}" + ("" if name in recorded else " – nothing recorded")


def choose_kind(kinds: dict[str, int]) -> str:
    """The kind of place: wards where there are any."""
    default = "ward" if "ward" in kinds else next(iter(kinds))
    keys.recall("kind", kinds, default, "the kind of place")
    return st.selectbox(
        "Places",
        list(kinds),
        key="kind",
        format_func=lambda kind: f"{KIND_PLURAL.get(kind, kind)} ({kinds[kind]:,})",
        width=125,
    )


def choose_set(reader: Reader, kind: str) -> str | None:
    """The name of the set of places of a kind, the newest first; asked only where there is more than one, and else None."""
    sets = read_once(reader, read_sets, kind=kind)
    if len(sets) < 2:
        return None
    names = [one.name for one in sets]
    keys.recall("set", names, names[0], "the set of places")
    plural = KIND_PLURAL.get(kind, kind)
    return st.selectbox("Set", names, key="set", format_func=lambda name: f"{plural} of {name}", width=190)


def name_in_address(place_set: PlaceSet | None) -> dict[str, str]:
    """What an address says of a set of places: nothing where the kind has one."""
    return {} if place_set is None or place_set.is_alone else {"set": place_set.name}


def choose_role(reader: Reader, key: str, measure: str, label: str, today: date) -> str | None:
    """The role of a measure's records; asked only where there is more than one, never mixed."""
    roles = roles_of(reader, measure, EVERYTHING, today)
    keys.recall(key, roles, next(iter(roles), None), "the layer")
    if len(roles) < 2:
        return next(iter(roles), None)
    return st.selectbox(label, list(roles), key=key, format_func=ROLE_LABEL.get, width=172)


def choose_filters(reader: Reader) -> Filters:
    """Period by month, then organisation, method, theme, source and whether it is planned, live or past."""
    options = read_once(reader, read_options)
    months = list_months(options.first_day, options.last_day)
    first, last = choose_period(months)
    return Filters(
        period_start=date.fromisoformat(f"{first}-01") if first else None,
        period_end=month_end(last) if last else None,
        when=choose_one("when", "Planned, live or past (who is asking here now?)", list(WHEN), WHEN_LABEL.get),
        organisation=choose_one("organisation", "Organisation", options.organisations),
        method=choose_one("method", "Method", options.methods),
        theme=choose_one("theme", "Theme", options.themes),
        source=choose_one("source", "Source", options.sources),
    )


def choose_period(months: list[str]) -> tuple[str | None, str | None]:
    """The first and the last month; neither where the period would end before it starts, which an address or a reader may ask for."""
    is_from_address = not {"from", "to"} & set(st.session_state)
    first, last = (
        keys.recall(key, [ANY, *months], ANY, label) for key, label in (("from", "from"), ("to", "until the end of"))
    )
    if is_from_address and keys.is_backward(first, last):
        keys.note_backward(first, last)
        st.session_state["from"] = st.session_state["to"] = ANY
    first = choose_one("from", "From", months, say_month)
    last = choose_one("to", "Until the end of", months, say_month)
    if keys.is_backward(first, last):
        st.info(
            f"{say_month(last)} is before {say_month(first)}: the period ends before it starts, so every date is shown."
        )
        return None, None
    return first, last


def refuse_backward_address() -> None:
    """Notes a period of the address that ends before it starts, on a page that has no period to choose."""
    first, last = st.query_params.get("from"), st.query_params.get("to")
    if keys.is_backward(first, last):
        keys.note_backward(first, last)


def choose_one(key: str, label: str, options: list[str], say=str) -> str | None:
    """One option or any."""
    keys.recall(key, [ANY, *options], ANY, label.lower())
    return (
        st.selectbox(label, [ANY, *options], key=key, format_func=lambda value: say(value) if value else "Any") or None
    )


def choose_parent(reader: Reader, kind: str, kinds: dict[str, int], place_set: str | None = None) -> str | None:
    """One district, where several are loaded; of the districts around one of several sets of places."""
    if kind == "district" or (kinds.get("district", 0) < 2 and place_set is None):
        return None
    names = (
        names_of(reader, "district")
        if place_set is None
        else read_once(reader, read_districts_around, kind=kind, place_set=place_set)
    )
    if len(names) < 2:
        return None
    keys.recall("parent", [ANY, *names], ANY, "the district")
    return (
        st.selectbox("District", [ANY, *names], key="parent", format_func=lambda code: names.get(code, "Any")) or None
    )


def list_months(first: date | None, last: date | None) -> list[str]:
    """Every month from first to last as YYYY-MM; empty where nothing is dated."""
    if not first or not last:
        return []
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [f"{first.year + (first.month - 1 + n) // 12}-{(first.month - 1 + n) % 12 + 1:02d}" for n in range(count)]


def say_month(month: str) -> str:
    """2024-03 as “March 2024”."""
    return f"{date.fromisoformat(month + '-01'):%B %Y}"


def month_end(month: str) -> date:
    """The last day of YYYY-MM."""
    year, number = map(int, month.split("-"))
    return date(year, number, monthrange(year, number)[1])


def family_line(measure_id: str) -> str:
    """A measure with its family's question: “Responses · where people were asked”."""
    measure = read_measures()[measure_id]
    return f"{measure.label} · {FAMILY_QUESTION[measure.family]}"
