"""The parts of the page Words: one rule to disagree with, the names, and the lists of facts, stages and terms."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import groupby

import streamlit as st

from pages.ui.explaining import escape
from pages.ui.naming import WORDS_PAGE, link_to_rule, mark, say_cited
from soundings.explanation import say_day
from soundings.rubric import Rubric, Rule
from soundings.thresholds import LABELS, ThresholdChange
from soundings.words import FACT, NAME, SHARING, STAGE, TERM, Cited, Word, begin_sentence, list_needs
from soundings.words import MEASURE as MEASURE_KIND

NOT_AN_ORDER = (
    "Names stand here by the alphabet. Rules are tried in a fixed order, and that is **order of matching, not of worth**: "
    "community members have been found to think less of consultation than of outreach, because it asks for work and promises nothing"
)
HEADINGS = {
    FACT: "Facts and the questions that ask for them",
    STAGE: "Stages",
    SHARING: "Who held a stage",
    TERM: "Other words",
    MEASURE_KIND: "Numbers",
}
FAMILY_GROUP = {"breadth": "Breadth", "contact": "Contact", "depth": "Depth"}


def show_rule(rule: Rule, words: dict[str, Word], rubric: Rubric, changes: list[ThresholdChange]) -> None:
    """One name's rule, where it comes from, the numbers in force, who changed them, and how to change them."""
    word = words[rule.id]
    with st.container(border=True, key="rule_panel"):
        st.markdown(f"{mark(rule.id)}  \n{word.definition}")
        show_conditions(rule, words, rubric)
        if word.cited:
            st.markdown(f"**Where the rule comes from:** {'; '.join(say_cited(cited) for cited in word.cited)}.")
        show_thresholds(rule, rubric, changes)
        st.markdown(
            "**If you disagree**, say so to whoever keeps this map. Rules stand in one reviewed file, `data/rubric.toml`. A change is "
            "a new version of it; every activity is then named again, and its history says why."
        )
    with st.container(horizontal=True, gap="small"):
        st.page_link(WORDS_PAGE, label="All names and words", icon=":material/arrow_back:", query_params={})
        st.page_link(
            "pages/rooms/activities.py",
            label=f"Activities whose record fits {rule.name}",
            icon=":material/list:",
            query_params={"recorded": rule.id},
        )


def show_conditions(rule: Rule, words: dict[str, Word], rubric: Rubric) -> None:
    """What must be recorded for a name, each with its question and source; and which rules are tried before it."""
    if rule.is_last:
        st.markdown("**It is given** when no other rule fits, and whenever two answers cannot both be so.")
        return
    st.markdown("**It is given when all of this is recorded:**")
    lines = [say_condition(fact, rubric.facts[fact].met, words, rubric) for fact in rule.yes]
    lines += [say_condition(fact, rubric.facts[fact].not_so, words, rubric) for fact in rule.no]
    if rule.any:
        lines.append("- At least one of these:")
        lines += [f"    {say_condition(fact, rubric.facts[fact].met, words, rubric)}" for fact in rule.any]
    st.markdown("\n".join(lines))
    before = [one.name for one in rubric.rules if one.number < rule.number]
    tried = f"Tried before it: {', '.join(before)}." if before else "No rule is tried before it."
    st.markdown(f"{tried} The first that fits gives the name. That is an order of matching, not of worth.")
    if rule.note:
        st.markdown(rule.note)


def say_condition(fact_id: str, clause: str, words: dict[str, Word], rubric: Rubric) -> str:
    """A condition as a line of a list, with the question that asks for it and where that comes from."""
    cited = "; ".join(cite_place(one, words) for one in words[fact_id].cited)
    return f"- {begin_sentence(clause)}  \n:small[Asked as: {rubric.facts[fact_id].question} {cited}]"


def show_thresholds(rule: Rule, rubric: Rubric, changes: list[ThresholdChange]) -> None:
    """The numbers in force, the dated log of their changes, and the command that changes one."""
    limits = rubric.thresholds
    st.markdown(
        f"**Thresholds in force** (rubric {rubric.version}): people came back where there were {limits.continuing_sessions} or more "
        f"meetings, or {limits.continuing_months} or more months, with at least {limits.continuing_returning} of the same people."
        + ("" if "continuing_relationship" in rule.yes else " This rule does not use them.")
    )
    if not changes:
        st.markdown("No threshold has been changed here.")
    for change in changes:
        st.markdown(
            f"- {say_log_day(change.at)}, {escape(change.who)}: {LABELS.get(change.threshold, '')} from {change.before} to "
            f"{change.after}. “{escape(change.why)}”"
        )
    st.markdown("**A threshold is changed in the open:** with a name, a date and a reason that everyone can read.")
    st.code(
        'soundings thresholds set continuing_sessions 4 --why "Our groups meet monthly."',
        language=None,
        wrap_lines=True,
    )


def say_log_day(at: str) -> str:
    """The day of an ISO timestamp as people write it."""
    return say_day(date.fromisoformat(at[:10]))


def show_names(shown: Iterable[Word], words: dict[str, Word], rubric: Rubric) -> None:
    """A card for each name, by the alphabet, two in a row."""
    cards = sorted(shown, key=lambda word: word.label)
    for start in range(0, len(cards), 2):
        for column, word in zip(st.columns(2, gap="small"), cards[start : start + 2], strict=False):
            with column:
                show_name(word, words, rubric)


def show_name(word: Word, words: dict[str, Word], rubric: Rubric) -> None:
    """One name: its mark, what it means, what it needs, the nearest words elsewhere, its sources, the way to disagree."""
    rule = rubric.find_rule(word.id)
    needs = list_needs(rule, rubric)
    with st.container(border=True, height="stretch", gap="small"):
        st.markdown(f"{mark(word.id)}  \n{word.definition}")
        lines = [f"**Needs:** {'; '.join(needs)}."] if needs else []
        if word.cited:
            lines.append(f"**Nearest elsewhere, approximately:** IAP2: {rule.iap2} · TLAP: {rule.tlap}")
            lines.append(f"**From:** {'; '.join(cite_briefly(cited, words) for cited in word.cited)}")
        if word.note:
            lines.append(word.note)
        if lines:
            st.caption("  \n".join(lines))
        link_to_rule(word.id)


def cite_briefly(cited: Cited, words: dict[str, Word]) -> str:
    """A source by the name that people know it by, as a link where it has one."""
    source = cited.source
    label = words[source.id].label if source.id in words else source.title
    return f"[{label}]({source.link})" if source.link else label


def cite_place(cited: Cited, words: dict[str, Word]) -> str:
    """A source by the name that people know it by, and the place in it."""
    return cite_briefly(cited, words) + (f" ({cited.where})" if cited.where else "")


def show_lists(shown: list[Word], words: dict[str, Word], is_open: bool) -> None:
    """Facts, stages, terms and numbers, each list behind its heading; open where someone searched."""
    for kind, heading in HEADINGS.items():
        mine = [word for word in shown if word.kind == kind]
        if mine:
            with st.expander(f"{heading} ({len(mine)})", expanded=is_open):
                show_list(mine, words)


def show_list(shown: list[Word], words: dict[str, Word]) -> None:
    """Words with their definitions and sources, under their groups."""
    for group, members in groupby(shown, key=lambda word: word.group):
        if group:
            st.markdown(f"**{FAMILY_GROUP.get(group, group)}**")
        st.markdown("\n".join(say_word(word, words) for word in members))


def say_word(word: Word, words: dict[str, Word]) -> str:
    """A word, its definition and its sources as one line of a list."""
    is_source = word.kind == TERM and any(one.source.id == word.id for one in word.cited)
    cited = "; ".join(say_cited(one) if is_source else cite_place(one, words) for one in word.cited)
    return f"- **{word.label}.** {word.definition}" + (f" :small[{cited}]" if cited else "")


def names_of(words: Iterable[Word]) -> list[Word]:
    return [word for word in words if word.kind == NAME]
