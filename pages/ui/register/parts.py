"""The parts of the Activities page: search, order and filters, what was found in words, the rows, the download."""

from __future__ import annotations

from datetime import date

import streamlit as st

from pages.ui import keys
from pages.ui.access import Reader
from pages.ui.controls import ANY, choose_filters, choose_one
from pages.ui.explaining import escape
from pages.ui.naming import rubric_here
from soundings.explanation import DO_NOT_TARGET, UNCONFIRMED_EACH
from soundings.register import (
    NEWEST,
    ORDERS,
    PAGE_ROWS,
    Choices,
    Found,
    Register,
    Wanted,
    make_register,
    read_choices,
    read_lines,
)
from soundings.register_export import register_csv
from soundings.register_words import say_found, say_next, say_wanted

FILTER_KEYS = (
    "words", "recorded", "beside", "next", "within", "from", "to", "when", "organisation", "method", "theme", "source",
)  # fmt: skip
COMPARISONS = {
    "agree": "The name and the record agree",
    "differ": "Called one thing, recorded as another",
    "own words": "Called by words of its own",
    "not called": "Nobody has said what they call it",
    "not yet": "Called something, not enough recorded",
}
ASKED, TURNS = "register_asked", "register_turns"
SORT_LABELS = {
    "title": "Title", "called": "What it's called", "recorded": "What's recorded", "method": "Method", "stages": "Stages",
    "organisation": "Organisation", "place": "Place",
}  # fmt: skip
SORT_WORDS = {
    NEWEST: "Newest first", "period": "Oldest first", "-dialogue": "Most meetings first", "dialogue": "Fewest meetings first",
    "-people": "People, by unit, most first", "people": "People, by unit, fewest first",
}  # fmt: skip


@st.cache_resource(max_entries=3, show_spinner=False)
def _make_register(root: str, number: int, _connection) -> tuple[Register, Choices]:
    register = make_register(_connection)
    return register, read_choices(register)


def register_of(reader: Reader) -> tuple[Register, Choices]:
    """The register of this generation and what it can be narrowed to, remembered."""
    return _make_register(str(reader.home.root), reader.number, reader.connection)


def say_order(order: str) -> str:
    """An order in words: “Title, A to Z”."""
    if order in SORT_WORDS:
        return SORT_WORDS[order]
    return f"{SORT_LABELS[order.removeprefix('-')]}, {'Z to A' if order.startswith('-') else 'A to Z'}"


def choose_wanted(reader: Reader, choices: Choices) -> Wanted:
    """Draws the search, the order and the filters, and returns what they say."""
    rubric = rubric_here()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="controls"):
        keys.recall_text("words")
        words = st.text_input(
            "Search the title, summary, organisation, what it's called and place",
            key="words",
            type="search",
            placeholder="For example: a street, a group, a topic",
        )
        keys.recall("sort", ORDERS, NEWEST, "the order")
        order = st.selectbox("Order", ORDERS, key="sort", format_func=say_order, width=230)
        with st.popover("Filters", icon=":material/tune:"):
            recorded = choose_one("recorded", "What's recorded", list(choices.recorded), choices.recorded.get)
            beside = choose_one(
                "beside", "What it's called beside what's recorded", choices.comparisons, COMPARISONS.get
            )
            asked = choose_one(
                "next", "The next question", choices.next_questions, lambda fact: rubric.facts[fact].question
            )
            within = choose_one("within", "Place", list(choices.places), choices.places.get)
            filters = choose_filters(reader)
    return Wanted(words, recorded, beside, asked, within, filters, order)


def show_found(found: Found, wanted: Wanted, choices: Choices) -> None:
    """What was asked for, what is there and what the record lacks, and which question would name most."""
    rubric = rubric_here()
    narrowed = say_wanted(wanted, choices.recorded, choices.places.get(wanted.place or ""), COMPARISONS, rubric)
    if narrowed:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**Showing:** {escape(narrowed)}.", width="content")
            st.button("Show all", on_click=forget_filters, key="show_all", type="tertiary")
    st.markdown(" ".join(say_found(found, bool(narrowed))))
    with st.container(gap=None, key="next_questions"):
        for fact, sentence in say_next(found, rubric) if wanted.next_question is None else ():
            st.button(
                escape(sentence),
                on_click=ask_next,
                args=(fact,),
                key=f"ask_{fact}",
                type="tertiary",
                icon=":material/arrow_forward:",
            )


def forget_filters() -> None:
    """Empties the search and every filter."""
    for key in FILTER_KEYS:
        st.session_state[key] = ANY


def ask_next(fact: str) -> None:
    """Narrows to the activities whose next question this is."""
    st.session_state["next"] = fact


def recall_page(total: int, wanted: Wanted) -> int:
    """The page to show: the one chosen or addressed; the first for another question, the last where there are fewer."""
    pages = max(1, -(-total // PAGE_ROWS))
    kept = st.session_state.get("page")
    if kept is None:
        asked = st.query_params.get("page", "1")
        is_page = asked.isascii() and asked.isdigit() and len(asked) < 7 and 1 <= int(asked) <= pages
        if not is_page:
            keys.note_refused("the page", asked)
        page = int(asked) if is_page else 1
    else:
        page = min(kept, pages) if st.session_state.get(ASKED) == wanted else 1
    if page != kept:
        st.session_state[TURNS] = st.session_state.get(TURNS, 0) + 1  # a pager of its own, which starts at this page
    st.session_state["page"], st.session_state[ASKED] = page, wanted
    return page


def show_pager(total: int, page: int) -> None:
    """Which rows these are, and the way to the others."""
    pages = max(1, -(-total // PAGE_ROWS))
    first = (page - 1) * PAGE_ROWS
    key = f"pager_{st.session_state[TURNS]}"
    with st.container(horizontal=True, vertical_alignment="center", key="pager"):
        st.caption(f"{first + 1:,} to {min(first + PAGE_ROWS, total):,} of {total:,}", width="content")
        if pages > 1:
            st.pagination(pages, default=page, width="stretch", key=key, on_change=turn_page, args=(key,))


def turn_page(key: str) -> None:
    """Keeps the page that the pager was turned to."""
    st.session_state["page"] = st.session_state[key]


def show_download(register: Register, wanted: Wanted, today: date) -> None:
    """Every row of the filter as CSV, made when it is asked for, and how its names may not be used."""

    def make() -> bytes:
        # The mark tells spreadsheets that this is UTF-8.
        return register_csv(read_lines(register, wanted, today=today, page_rows=None)).encode("utf-8-sig")

    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Download all of these (CSV)",
            make,
            file_name="soundings-activities.csv",
            mime="text/csv",
            on_click="ignore",
            key="register_download",
            icon=":material/download:",
        )
        st.caption(f"{DO_NOT_TARGET} {UNCONFIRMED_EACH}")


def explain_no_activities() -> None:
    """The next step where places may be loaded and no activity is."""
    st.header("No activity is loaded yet")
    st.markdown(
        "A register needs a file of activity: a spreadsheet or CSV of what took place, or the sheets to fill in."
    )
    st.code("soundings load activities.csv\nsoundings template", language=None, wrap_lines=True)
