"""Names on a page: one mark of one weight for every name, what it's called beside what's recorded, and what a word means."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from pages.ui.explaining import escape
from soundings.classify import AGREE, DIFFER, NOT_CALLED, NOT_YET, OWN_WORDS
from soundings.explanation import AGREED, NEUTRAL, UNCONFIRMED, say_day
from soundings.home import find_home
from soundings.palette import NAME_HUES, NAME_SHAPES
from soundings.rubric import Rubric, read_rubric
from soundings.thresholds import find_rubric
from soundings.words import Cited, find_word

WORDS_PAGE = "pages/rooms/words.py"
CALLED, RECORDED = "What it's called", "What's recorded"
# How much of a hue lies behind the word: thin enough for the theme's own ink to be read on it, by day and by night.
VEIL = "2b"
CHIP_VEIL = "55"
CLAIM_VEIL = "#8d989f2b"
VERDICTS = {
    AGREE: AGREED,
    DIFFER: NEUTRAL,
    OWN_WORDS: "Called by words of its own; both stand.",
    NOT_CALLED: "No one has said what they call it.",
    NOT_YET: "Not enough is recorded to set a name beside it.",
}


def mark(rule_id: str) -> str:
    """A name as Markdown: its shape and its word on a thin veil of its hue, the same for every name. Our own constant text."""
    icon, _ = NAME_SHAPES[rule_id]
    hue = NAME_HUES[rule_id]
    name = read_rubric().find_rule(rule_id).name
    return f':color[:color[:material/{icon}:]{{foreground="{hue}"}} {name}]{{background="{hue}{VEIL}"}}'


def mark_called(called: str) -> str:
    """What an organiser calls it as Markdown: their words as typed, in the weight of a mark, with no hue of ours."""
    return f':color[{escape(called)}]{{background="{CLAIM_VEIL}"}}'


def show_pair(
    called: str | None,
    called_on: date | None,
    rule_id: str,
    comparison: str,
    key: str,
    activity_title: str | None = None,
    is_confirmed: bool = False,
) -> None:
    """Draws what it's called beside what's recorded, in one size and weight, the neutral sentence, and the way to disagree.

    `comparison` is of `soundings.classify`; `called` is a user's text and is shown as typed.
    """
    with st.container(key=f"pair_{key}"):
        if activity_title:
            st.markdown(f"**{escape(activity_title)}**")
        left, right = st.columns(2, gap="small")
        with left:
            st.markdown(f"**{CALLED}**  \n{mark_called(called) if called else 'Not recorded'}", help=help_for("claim"))
            if called and called_on:
                st.caption(f"Since {say_day(called_on)}")
        with right:
            st.markdown(f"**{RECORDED}**  \n{mark(rule_id)}", help=help_for(rule_id))
        st.markdown(VERDICTS[comparison])
        if not is_confirmed:
            st.caption(UNCONFIRMED)
        link_to_rule(rule_id)


def link_to_rule(rule_id: str, label: str = "Disagree with this rule?") -> None:
    """Draws “Disagree with this rule?” (a list of names may say it shorter), which leads to the rule on the page Words."""
    st.page_link(WORDS_PAGE, label=label, icon=":material/arrow_forward:", query_params={"rule": rule_id})


def rubric_here() -> Rubric:
    """The rubric under this home's thresholds."""
    return find_rubric(find_home())


def help_for(term: str) -> str:
    """What a word means and where that comes from, as Markdown for a tooltip.

    `term`: the id of a fact, rule, stage, way of sharing, measure, measure family, or term of data/words.toml.
    """
    word = find_word(term, rubric_here())
    sources = "; ".join(say_cited(cited) for cited in word.cited)
    return "  \n".join(part for part in (f"**{word.label}.** {word.definition}", word.note, sources) if part)


def say_cited(cited: Cited) -> str:
    """A source as Markdown: its title, as a link where it has one, and the place in it."""
    source = cited.source
    title = f"[{source.title}]({source.link})" if source.link else source.title
    return f"{title} ({cited.where})" if cited.where else title


def name_column(rule_ids: Sequence[str], label: str = RECORDED):
    """A table column that shows names as chips of one weight. Each cell is a list of names as people read them, usually of one.

    `rule_ids`: the names that may stand in it, in any order; `label` heads it.
    """
    rubric = read_rubric()
    shapes = {rubric.find_rule(rule_id).name: NAME_SHAPES[rule_id][1] for rule_id in rule_ids}
    return st.column_config.MultiselectColumn(
        label,
        options=list(shapes),
        color=[f"{NAME_HUES[rule_id]}{CHIP_VEIL}" for rule_id in rule_ids],
        format_func=lambda name: f"{shapes.get(name, '')} {name}",
    )
