"""Words: every term has one definition and a source that is defined, and the page says them with nothing loaded."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from etl.naming import set_threshold
from pages.ui.naming import help_for, mark
from soundings.classify import classify
from soundings.facts_file import read_recorded
from soundings.home import PROJECT, Home
from soundings.measures import FAMILIES, read_measures
from soundings.model import FIGURE_STATES, KNOWLEDGE, PLACE_STATES, ROLES, SHARING, STAGES, SoundingsError
from soundings.rubric import read_rubric
from soundings.words import KINDS, NAME, find_word, holds, list_needs, read_words
from tests.pages import words_of

RUBRIC = read_rubric()
WORDS = read_words(RUBRIC)
HOSTILE = "<script>window.__pwned=1</script>`${alert(1)}` $$\\LaTeX$$ [x](javascript:alert(1)) '\"{{}}"
NAMES_DOC = (PROJECT / "docs" / "names.md").read_text(encoding="utf-8")


@pytest.fixture
def open_words(open_page, tmp_path):
    """Opens the page as a new visitor with this address."""
    return lambda home=None, **address: open_page(home or Home(tmp_path / "none"), "words", **address)


def marks_of(at: AppTest) -> list[str]:
    """The ids of the names marked on a page, in the order of the page."""
    by_mark = {mark(rule.id): rule.id for rule in RUBRIC.rules}
    wanted = re.compile("|".join(map(re.escape, by_mark)))
    return [by_mark[text] for one in at.markdown for text in wanted.findall(one.value)]


@pytest.mark.parametrize(
    "wanted",
    [*RUBRIC.facts, *(rule.id for rule in RUBRIC.rules), *STAGES, *SHARING, *FAMILIES, *read_measures(), *ROLES,
     *sorted(set(PLACE_STATES) - {"located"}), *sorted(set(FIGURE_STATES) - {"value"}), *KNOWLEDGE,
     "claim", "fact", "evidence", "iap2", "arnstein", "tlap", "nef", "nihr", "gunning", "four_cos", "national_standards",
     "slay_stephens", "bovaird", "sanders_thompson"],
)  # fmt: skip
def test_every_word_on_screen_has_a_tooltip(wanted, monkeypatch, tmp_path):
    monkeypatch.setenv("SOUNDINGS_HOME", str(tmp_path))
    word = WORDS[wanted]
    assert word.label in help_for(wanted) and word.definition in help_for(wanted)
    for cited in word.cited:
        assert cited.source.title in help_for(wanted)


def test_a_word_that_no_file_defines_is_refused_with_what_to_do():
    with pytest.raises(SoundingsError, match=r"Define it in data/words\.toml"):
        find_word("synergy", RUBRIC)


def test_definitions_are_short_whole_sentences():
    for word in WORDS.values():
        assert word.kind in KINDS
        assert word.definition[-1] in ".?", word.id
        assert len(word.definition) < 200, word.id
        assert word.definition[0].isupper(), word.id


def test_every_link_is_a_secure_web_address_and_none_stands_twice():
    links = [cited.source.link for word in WORDS.values() for cited in word.cited]
    assert all(link == "" or re.fullmatch(r"https://[\w.-]+/?\S*", link) for link in links)
    sources = {cited.source.id: cited.source.link for word in WORDS.values() for cited in word.cited}
    linked = [link for link in sources.values() if link]
    assert len(linked) == len(set(linked))


def test_co_designs_tooltip_says_that_the_ladder_draws_it_more_tightly(monkeypatch, tmp_path):
    monkeypatch.setenv("SOUNDINGS_HOME", str(tmp_path))
    assert "TLAP's ladder draws co-design more tightly" in help_for("co_design")


@pytest.mark.parametrize("rule", RUBRIC.rules[:-1], ids=lambda rule: rule.id)
def test_what_a_name_needs_gives_that_name_or_one_tried_before_it(rule):
    facts = dict.fromkeys((*rule.yes, *rule.any[:1]), "yes") | dict.fromkeys(rule.no, "no")
    made = classify(read_recorded(facts, "here", RUBRIC), RUBRIC)
    assert made.rule_id == rule.id
    assert len(list_needs(rule, RUBRIC)) == len(rule.yes) + bool(rule.any) + len(rule.no)


def test_a_search_finds_names_by_other_words_for_them_and_words_by_their_source():
    found = {word.id for word in WORDS.values() if holds(word, "Questionnaire", RUBRIC)}
    assert found == {"gathering_views"}
    assert "joint_decision" in {word.id for word in WORDS.values() if holds(word, "arnstein", RUBRIC)}


def test_the_page_needs_no_store_and_makes_none(open_words, tmp_path):
    at = open_words()
    said = words_of(at)
    assert not (tmp_path / "none").exists()
    for rule in RUBRIC.rules:
        assert rule.definition in said
        assert rule.is_last or f"IAP2: {rule.iap2} · TLAP: {rule.tlap}" in said
    assert "Nearest elsewhere, approximately" in said
    assert "order of matching, not of worth" in said and "Sanders Thompson et al. 2020" in said
    for fact in RUBRIC.facts.values():
        assert fact.question in said


def test_names_stand_by_the_alphabet_each_with_a_way_to_disagree(open_words):
    at = open_words()
    by_label = sorted(RUBRIC.rules, key=lambda rule: rule.name)
    assert marks_of(at) == [rule.id for rule in by_label]
    links = [one for one in at.get("page_link") if one.proto.label == "Disagree with this rule?"]
    assert [one.proto.query_string for one in links] == [f"rule={rule.id}" for rule in by_label]


@pytest.mark.parametrize("rule", RUBRIC.rules, ids=lambda rule: rule.id)
def test_the_address_opens_at_a_rule_with_its_conditions_sources_and_thresholds(open_words, rule):
    at = open_words(rule=rule.id)
    said = words_of(at)
    assert at.title[0].value == f"Disagree with the rule for {rule.name}?"
    assert marks_of(at) == [rule.id]
    for fact in (*rule.yes, *rule.any, *rule.no):
        assert RUBRIC.facts[fact].question in said
    for source in rule.sources:
        assert RUBRIC.sources[source].title in said
    assert "3 or more meetings, or 3 or more months, with at least 1 of the same people" in said
    assert "No threshold has been changed here." in said
    assert "A threshold is changed in the open" in said
    assert "soundings thresholds set continuing_sessions" in said


def test_a_changed_threshold_stands_under_every_rule_with_who_when_and_why(open_words, own_tidewell):
    set_threshold(own_tidewell, "continuing_sessions", 5, "Ines <b>Rowan</b>", f"Our groups meet weekly. {HOSTILE}")
    at = open_words(own_tidewell, rule="co_production")
    said = words_of(at)
    assert "5 or more meetings" in said and "1.0 with local change 1" in said
    assert "from 3 to 5" in said and "Our groups meet weekly" in said
    assert f"{date.today().day} " in said
    assert "<script>" not in said and "<b>" not in said and "](javascript" not in said
    assert "No threshold has been changed here." not in said


def test_an_address_with_an_unknown_rule_is_told_as_typed_and_shows_every_name(open_words):
    at = open_words(rule=HOSTILE)
    said = words_of(at)
    assert "which is not here" in at.info[0].value
    assert "<script>" not in said
    assert len(marks_of(at)) == 12


def test_a_search_in_the_address_shows_what_holds_it_and_says_where_nothing_does(open_words):
    at = open_words(find="survey")
    assert marks_of(at) == ["gathering_views"]
    assert all(one.proto.expanded for one in at.expander)
    nothing = open_words(find=HOSTILE)
    assert "Nothing here holds" in nothing.info[0].value and "<script>" not in words_of(nothing)
    assert not marks_of(nothing)


def test_a_log_of_thresholds_that_cannot_be_read_is_said_and_nothing_guessed(open_words, own_tidewell):
    (own_tidewell.inbox / "thresholds.jsonl").write_text("{\n", encoding="utf-8")
    at = open_words(own_tidewell)
    assert "the log of local thresholds, cannot be read" in at.error[0].value
    assert not marks_of(at)


def test_the_example_of_the_docs_gives_what_the_docs_say(tmp_path):
    example = re.search(r"```json\n(.*?)```", NAMES_DOC, re.S).group(1)
    made = subprocess.run(
        [sys.executable, "-c", "from etl.cli import main; main()", "classify", "-", "--json"],
        input=example, capture_output=True, text=True, check=False, env={"SOUNDINGS_HOME": str(tmp_path)}, cwd=PROJECT,
    )  # fmt: skip
    told = json.loads(made.stdout)
    assert told["name"] == "Co-design" and told["comparison"] == "differ"
    assert "Co-production would also need" in told["explanation"]
    for key in told:
        assert f"`{key}`" in NAMES_DOC, key


def test_every_fact_and_threshold_stands_in_the_docs():
    for fact in RUBRIC.facts:
        assert f"| `{fact}` |" in NAMES_DOC
    for threshold in ("continuing_sessions", "continuing_months", "continuing_returning"):
        assert threshold in NAMES_DOC


def test_names_are_first_on_the_page_and_measures_last():
    assert KINDS[0] == NAME
    assert [word.kind for word in WORDS.values()] == sorted((w.kind for w in WORDS.values()), key=KINDS.index)
