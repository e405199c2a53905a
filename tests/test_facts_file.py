"""One activity's facts as JSON: what is not understood is refused in a sentence, and never passed over."""

from __future__ import annotations

import pytest

from soundings.classify import classify
from soundings.facts_file import parse_facts, read_recorded
from soundings.model import BadFile
from soundings.rubric import read_rubric

RUBRIC = read_rubric()


def read(text: str):
    return read_recorded(parse_facts(text, "facts.json"), "facts.json", RUBRIC)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not JSON"),
        ("[]", "holds a list, not an object"),
        ("null", "holds nothing (null), not an object"),
        ("[" * 100_000, "too deep in one another"),
        ('{"session_count": ' + "1" * 5_000 + "}", "a number too long"),
        ('{"session_count": NaN}', "session_count is “nan”"),
        ('{"months": Infinity}', "months is “inf”"),
        ('{"can_reply": "yes", "can_reply": "no"}', "answers “can_reply” twice"),
        ('{"can_reply": "yes", "facts": {"can_reply": "no"}}', "can_reply is answered twice"),
        ('{"claim": "\\ud800", "can_reply": "no"}', "half of a character"),
        ('{"can_reply": "ma\\u001b[31mybe\\nnot"}', "can_reply is “ma[31mybe not”; answer yes, no or not_known."),
        ('{"can_reply": {"a": 1}}', "answer yes, no or not_known"),
        ('{"settled_date": "20240301"}', "year-month-day"),
        ('{"settled_date": "2024-W09-5"}', "year-month-day"),
        ('{"settled_date": "2024-02-30"}', "year-month-day"),
        ('{"claim": {"name": "survey"}}', "claim holds “name”"),
        ('{"evidence": {"can_repyl": "the notes"}}', "“can_repyl” is not a fact of the rubric"),
        ('{"stages": ["with"]}', 'write for example {"design": "with"}'),
    ],
)
def test_what_is_not_understood_is_refused_in_a_sentence(text, said):
    with pytest.raises(BadFile) as problem:
        read(text)
    assert said in str(problem.value)
    assert str(problem.value).isprintable()


def test_many_unknown_ids_are_one_sentence():
    with pytest.raises(BadFile) as problem:
        read("{" + ", ".join(f'"k{n}": "yes"' for n in range(500)) + "}")
    assert str(problem.value).count("are not facts of the rubric") == 1
    assert "“k0”, “k1”, “k2” and 497 more" in str(problem.value)


def test_a_blank_stage_is_not_known_and_words_may_be_written_in_any_case():
    recorded = read('{"stages": {"frame": "With", "design": null, "deliver": "NOT_APPLICABLE"}, "can_reply": " NO "}')
    assert recorded.stages == {"frame": "with", "deliver": "not applicable"}
    assert recorded.facts == {"can_reply": "no"}


@pytest.mark.parametrize(
    "called", ["CO-DESIGN", "co‑design", "Co‐design", "co–design", " co\u00a0design ", "Co\u00addesign"]
)
def test_a_hyphen_of_any_kind_and_any_case_is_the_same_name(called):
    made = classify(read(f'{{"made_options": "yes", "decision_open": "yes", "claim": "{called}"}}'), RUBRIC)
    assert (made.name, made.comparison) == ("Co-design", "agree")


def test_a_claim_stays_on_one_line_without_what_a_terminal_would_obey():
    assert read('{"claim": "our\\u001b[31m\\n way"}').claim.called == "our[31m way"
