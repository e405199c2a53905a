"""The rules against tick-box gaming, held over the code and over every page as it is drawn."""

from __future__ import annotations

import re
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from etl.template.files import write_template
from pages.ui.naming import mark
from soundings.classify import AGREE, DIFFER, Claim, Recorded, classify
from soundings.explanation import AGREED, explain
from soundings.generations import open_current
from soundings.home import PROJECT
from soundings.palette import NAME_HUES, NAME_SHAPES
from soundings.rubric import read_rubric
from tests import drawn
from tests.homes import TODAY
from tests.waiting import HANGING

RUBRIC = read_rubric()
ROOMS = sorted(path.stem for path in (PROJECT / "pages" / "rooms").glob("*.py"))
CODE = [
    path
    for folder in ("soundings", "pages", "etl")
    for path in sorted((PROJECT / folder).rglob("*"))
    if path.suffix in (".py", ".sql", ".css", ".js", ".toml")
]
BAD_PAGES = {
    drawn.find_scores: [
        "st.metric('Engagement score', 71)",
        "st.markdown('Harbour ranks second of twelve wards.')",
        "st.dataframe(pd.DataFrame({'Ward': ['A'], 'Participation rating': [3]}))",
        "st.caption('Silver tier')",
    ],
    drawn.find_composites: [
        "st.dataframe(pd.DataFrame({'People': [1, 2, 5], 'Continuing groups': [2, 7, 1], 'Both': [3, 9, 6]}))",
        "st.dataframe(pd.DataFrame({'Responses': [1.0, 2, 5], 'Group sessions': [2.0, 7, 1], 'x': [2.0, 14, 5]}))",
    ],
    drawn.find_ranks: [
        "for rule in RULES: st.markdown(mark(rule.id))",
        "st.selectbox('Name', [rule.name for rule in reversed(RULES)])",
        "st.dataframe(pd.DataFrame({'Name': [[rule.name] for rule in RULES]}))",
        "st.dataframe(pd.DataFrame({'Rank': [1, 2], 'Name': ['Dialogue', 'Involvement']}))",
        "st.dataframe(pd.DataFrame({'Name': ['Dialogue', 'Co-design', 'Informing', 'Community-led'], 'n': [8, 4, 11, 1]}))",
        "st.vega_lite_chart({'data': {'values': []}, 'mark': 'bar', 'encoding': {'y': {'field': 'n', 'sort': [r.name for r in RULES]}}})",
    ],
    drawn.find_lights: [
        "st.markdown(':green[Co-production]')",
        "st.markdown(':orange-badge[Consultation]')",
        "st.badge('Co-design')",
        "st.success('Co-production')",
        "st.warning('What is recorded fits Informing.')",
        "st.markdown('🟢 Dialogue')",
        "st.markdown(':material/emoji_events: Co-production')",
        "st.html('<style>.good { color: #1a9850 } .bad { color: #d73027 }</style>')",
        "st.vega_lite_chart({'data': {'values': []}, 'mark': 'bar', 'encoding': {'color': {'scale': {'range': ['#d73027', '#1a9850']}}}})",
    ],
    drawn.find_shares: [
        "st.metric('Co-production', '3')",
        "st.markdown('12% of activities are co-production.')",
        "st.markdown('Co-design: 40 per cent')",
        "st.markdown('7 of 41 activities are co-produced')",
        "st.dataframe(pd.DataFrame({'Name': ['Co-design', 'Dialogue'], 'Share': [0.4, 0.6]}))",
    ],
    drawn.find_unlike_marks: [
        "st.markdown('# ' + mark('co_production'))",
        "st.markdown('**' + mark('co_production') + '**')",
        "st.caption(mark('informing'))",
        "st.markdown(':small[' + mark('informing') + ']')",
        "st.markdown(mark('co_production').replace('2b', 'ff'))",
    ],
    drawn.find_leading_questions: [
        "st.checkbox('Co-production')",
        "st.radio('Is it co-production?', ['Yes', 'No'])",
        "st.selectbox('Was this co-designed or co-produced?', ['Yes', 'No'])",
    ],
    drawn.find_pushes: [
        "st.markdown('The name and the record agree. Co-production would also need: a decision that needed agreement.')",
    ],
}  # fmt: skip
GOOD_PAGE = """
from datetime import date
st.title('Activities')
for rule in sorted(RULES, key=lambda rule: rule.name):
    st.markdown(f"{mark(rule.id)} {rule.definition}")
st.markdown('There is no score and no rank. 41 of 60 activities have their facts recorded.')
st.markdown('**What it is called:** co-production. Both are real ways of working. Co-production would also need: a decision.')
st.selectbox('What do you call it?', ['a survey', 'co-production'])
st.checkbox('Was a named decision or proposal open to influence?')
st.dataframe(pd.DataFrame({'People': [1, 2, 5], 'Continuing groups': [2, 7, 1], 'Residents': [700, 600, 900]}))
st.dataframe(pd.DataFrame({'Name': [[rule.name] for rule in sorted(RULES, key=lambda rule: rule.name)], 'People': range(12)}))
with st.expander('Show what co-production would also need'):
    st.markdown('Co-production would also need: people coming back.')
"""
FRAME = """
import pandas as pd
import streamlit as st
from pages.ui.naming import mark
from soundings.rubric import read_rubric
RULES = read_rubric().rules
"""


def draw_script(body: str) -> list[drawn.Piece]:
    return drawn.draw(AppTest.from_string(FRAME + body, default_timeout=HANGING).run())


# ---- Every page, as it is drawn -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pages(tidewell) -> dict[str, list[drawn.Piece]]:
    """Every page on the illustrative home, each rule of Words, and an activity of every name that the home holds."""
    told = open_current(tidewell).cursor().execute(
        "select rule_id, comparison, any_value(activity_id) from classification group by all order by all"
    ).fetchall()  # fmt: skip
    addresses = [(room, {}) for room in ROOMS]
    addresses += [("words", {"rule": rule.id}) for rule in RUBRIC.rules]
    addresses += [("activity", {"activity": activity}) for _, _, activity in told]
    drawn_pages = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOUNDINGS_HOME", str(tidewell.root))
        patch.setenv("SOUNDINGS_TODAY", TODAY)
        for room, address in addresses:
            at = AppTest.from_file(str(PROJECT / "dashboard.py"), default_timeout=HANGING)
            if room != "explore":
                at.switch_page(f"pages/rooms/{room}.py")
            for name, value in address.items():
                at.query_params[name] = value
            drawn_pages[" ".join((room, *address.values()))] = drawn.draw(at.run())
    return drawn_pages


@pytest.mark.parametrize("check", drawn.CHECKS, ids=lambda check: check.__name__)
def test_no_page_of_the_illustrative_home_shows(check, pages):
    problems = [f"{page}: {problem}" for page, pieces in pages.items() for problem in check(pieces)]
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize(
    ("check", "body"),
    [(check, body) for check, bodies in BAD_PAGES.items() for body in bodies],
    ids=lambda said: getattr(said, "__name__", str(said)),
)
def test_each_check_sees_a_page_that_breaks_it(check, body):
    assert check(draw_script(body))


@pytest.mark.parametrize("check", drawn.CHECKS, ids=lambda check: check.__name__)
def test_each_check_lets_a_fair_page_be(check):
    assert not check(draw_script(GOOD_PAGE))


def test_every_page_was_drawn_and_names_stand_on_them(pages):
    assert set(BAD_PAGES) == set(drawn.CHECKS)
    assert {page.split()[0] for page in pages} == set(ROOMS)
    marked = {
        rule.id for rule in RUBRIC.rules for pieces in pages.values() for one in pieces if mark(rule.id) in one.said
    }
    assert marked == set(NAME_HUES)


def test_every_name_set_beside_what_it_is_called_has_its_way_to_disagree(pages):
    for page, pieces in pages.items():
        if page.startswith("activity ") and any("What's recorded" in piece.said for piece in pieces):
            assert any("Disagree with this rule?" in piece.said for piece in pieces), page


# ---- One mark for all -------------------------------------------------------------------------------------------------


def test_all_names_have_the_same_markup_but_for_shape_hue_and_word():
    def bare(rule_id: str) -> str:
        text = (
            mark(rule_id).replace(NAME_HUES[rule_id], "HUE").replace(f":material/{NAME_SHAPES[rule_id][0]}:", "SHAPE")
        )
        return text.replace(RUBRIC.find_rule(rule_id).name, "NAME")

    assert {bare(rule.id) for rule in RUBRIC.rules} == {
        ':color[:color[SHAPE]{foreground="HUE"} NAME]{background="HUE2b"}'
    }


PAIR = """
from datetime import date
import pages.ui.naming as naming
own = naming.link_to_rule
naming.link_to_rule = lambda rule_id: st.markdown('way to disagree')
try:
    naming.show_pair({called!r}, date(2024, 5, 3), {rule_id!r}, {comparison!r}, 'one')
finally:
    naming.link_to_rule = own
"""


def test_a_survey_whose_facts_agree_earns_the_same_as_co_production():
    def drawn_pair(called: str, rule_id: str) -> list[tuple[str, str]]:
        pieces = draw_script(PAIR.format(called=called, rule_id=rule_id, comparison=AGREE))
        name = RUBRIC.find_rule(rule_id)
        return [
            (piece.kind, piece.said.replace(mark(rule_id), "MARK").replace(drawn_called(called), "CALLED")
             .split(f"**{name.name}.**")[0])
            for piece in pieces
        ]  # fmt: skip

    survey, co_production = drawn_pair("survey", "gathering_views"), drawn_pair("co-production", "co_production")
    assert survey == co_production
    assert any(AGREED in said for _, said in survey)


def drawn_called(called: str) -> str:
    from pages.ui.naming import mark_called

    return mark_called(called)


def test_a_survey_called_a_survey_agrees_with_its_record():
    made = classify(Recorded({"answers_collected": "yes", "decision_open": "no"}, claim=Claim("survey")), RUBRIC)
    assert (made.name, made.comparison) == ("Gathering views", AGREE)


# ---- Facts before names, and no push ------------------------------------------------------------------------------------

ANSWERS = st.dictionaries(st.sampled_from(sorted(RUBRIC.facts)), st.sampled_from(["yes", "no", "not_known"]))
CALLED = st.none() | st.sampled_from([rule.name for rule in RUBRIC.rules[:-1]] + ["our own words"])


def asks_for_a_name(text: str) -> bool:
    """Whether a text asks if something is one of the names."""
    return bool(
        re.search(rf"\b(is|was) (it|this)\b[^.?\n]*({drawn.ANY_NAME}|{drawn.CO_PRODUCED})", text, re.IGNORECASE)
    )


def test_no_question_of_the_rubric_asks_for_a_name():
    assert asks_for_a_name("Was this co-produced?")
    for fact in RUBRIC.facts.values():
        assert not asks_for_a_name(fact.question)
        assert not re.search(rf"{drawn.CO_PRODUCED}|co-?design|co-?deliver", fact.question, re.IGNORECASE)


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_no_sheet_to_fill_in_asks_whether_it_is_co_production(tmp_path, format_):
    for path in write_template(tmp_path, format_):
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                text = "\n".join(
                    book.read(name).decode("utf-8", "replace") for name in book.namelist() if name.endswith(".xml")
                )
        else:
            text = path.read_text(encoding="utf-8-sig")
        assert not asks_for_a_name(re.sub(r"<[^>]+>", "\n", text)), path.name


@given(ANSWERS, CALLED)
def test_what_a_name_would_also_need_is_said_only_where_the_called_name_differs(facts, called):
    recorded = Recorded(facts, claim=Claim(called) if called else None)
    made = classify(recorded, RUBRIC)
    explanation = explain(recorded, made, RUBRIC)
    said = "would also need" in explanation.text
    assert said == bool(explanation.needs)
    if said:
        assert made.claimed_rule_id != made.rule_id
        assert made.comparison in (DIFFER, "not yet")


@given(ANSWERS)
def test_blanks_neither_help_nor_harm(facts):
    made = classify(Recorded(facts), RUBRIC)
    answered = {fact: answer for fact, answer in facts.items() if answer != "not_known"}
    assert classify(Recorded(answered), RUBRIC) == made
    assert classify(Recorded({fact: facts.get(fact, "not_known") for fact in RUBRIC.facts}), RUBRIC) == made
    rule = RUBRIC.find_rule(made.rule_id)
    assert all(made.answers[fact] == "yes" for fact in rule.yes)
    assert all(made.answers[fact] == "no" for fact in rule.no)


# ---- The code -----------------------------------------------------------------------------------------------------------

ORDERED_BY_RULE = re.compile(
    r"order by[^\n;]*\b(c\.|n\.|a\.)?rule\b|sort_values\([^)]*\brule\b|sort(ed)?\([^\n]*key=lambda[^\n]*\.(rule|number)\b",
    re.IGNORECASE,
)


def test_no_code_puts_names_in_the_order_of_the_rules():
    assert ORDERED_BY_RULE.search("select name from classification order by rule")
    assert ORDERED_BY_RULE.search("rows = sorted(lines, key=lambda line: line.rule)")
    assert not ORDERED_BY_RULE.search("order by fold(a.name)")
    found = [
        f"{path.name}: {one.group()}" for path in CODE for one in ORDERED_BY_RULE.finditer(path.read_text("utf-8"))
    ]
    assert not found


def test_no_file_has_the_red_and_the_green_of_a_traffic_light():
    assert drawn.find_light_colours("bad", "GOOD = '#1a9850'; BAD = '#d73027'")
    assert not [problem for path in CODE for problem in drawn.find_light_colours(path.name, path.read_text("utf-8"))]


SINGLED_OUT = re.compile(
    r"(rule|name|mark|chip)s?[-_.:=\[\"' ]*("
    + "|".join(rule.id for rule in RUBRIC.rules)
    + r")\b|\bco_production\b|\bco-production\b"
)


def test_the_hues_of_names_stand_in_one_file_and_no_style_singles_out_a_name():
    assert SINGLED_OUT.search('.chip[data-rule="dialogue"] { font-weight: 700 }')
    assert SINGLED_OUT.search(".mark-informing { font-size: 2rem }")
    for path in CODE:
        text = path.read_text("utf-8")
        if path.name != "palette.py":
            assert not [hue for hue in NAME_HUES.values() if hue in text], path.name
        if path.suffix in (".css", ".js"):
            assert not SINGLED_OUT.search(text), path.name
