"""Cells: what is read, what is refused with a sentence, and that nothing else ever happens."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.loading import load_file
from etl.mapping.cells import NO_DAY, parse_distinct, read_plain_counts, read_plain_days
from etl.parsing import (
    COLUMN_KINDS,
    DAY_FIRST,
    MONTH_FIRST,
    Ambiguous,
    Amount,
    Unreadable,
    find_parser,
    parse_amount,
    parse_count,
    parse_date,
    parse_list,
    parse_measured,
    parse_number,
    parse_text,
    parse_word,
    parse_year,
    parse_yes_no,
)
from tests.forms import ask
from tests.homes import make_wards_home
from tests.making import ward_code, write_rows

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
CELLISH = st.text(alphabet="0123456789/.-,:T <>~–+%[]'\"abcjantmry;n", max_size=24)
PARSERS = [
    *(find_parser(kind) for kind in COLUMN_KINDS),
    parse_amount,
    parse_yes_no,
    lambda text: parse_word(text, ("to", "for")),
]


@given(st.none() | st.text() | CELLISH)
def test_a_parser_gives_a_value_or_its_own_error(text: str | None) -> None:
    for parse in PARSERS:
        try:
            parse(text)
        except Unreadable as error:
            assert str(error).endswith((".", "?"))


@given(DAYS)
def test_a_day_comes_back_from_each_way_of_writing_it(day: date) -> None:
    written = [
        day.isoformat(),
        f"{day:%Y-%m-%d} 10:00",
        f"{day:%Y-%m-%dT%H:%M:%S}Z",
        f"{day:%Y/%m/%d}",
        f"{day.day} {day:%B} {day.year}",
    ]
    written += [f"{day:%A} {day.day} {day:%b} {day.year}", f"{day:%B} {day.day}, {day.year}"]
    assert {parse_date(text) for text in written} == {day}
    assert parse_date(f"{day.day}/{day.month}/{day.year}", DAY_FIRST) == day
    assert parse_date(f"{day.month}/{day.day}/{day.year}", MONTH_FIRST) == day


@pytest.mark.parametrize(
    "text", ["Mar 04 2024 09:21:05 am", "March 4, 2024 at 09:21", "4 March 2024, 9:21", "Mon 4 Mar 2024 09:21 GMT"]
)
def test_a_time_after_a_month_in_words_is_left_out(text: str) -> None:
    assert parse_date(text) == date(2024, 3, 4)


@given(DAYS)
def test_a_day_and_month_that_could_be_swapped_are_asked_about(day: date) -> None:
    text = f"{day.day:02}/{day.month:02}/{day.year}"
    if day.day <= 12 and day.day != day.month:
        with pytest.raises(Ambiguous, match="date order"):
            parse_date(text)
    else:
        assert parse_date(text) == day


@given(st.integers(0, 10**12 - 1))
def test_a_whole_number_comes_back_with_and_without_separators(number: int) -> None:
    assert (
        parse_number(str(number))
        == parse_number(f"{number:,}")
        == parse_number(f"{number:,}".replace(",", " "))
        == number
    )


@given(st.lists(st.text(min_size=1).filter(lambda text: parse_text(text) is not None), min_size=1))
def test_a_list_literal_comes_back_tidied(items: list[str]) -> None:
    assert parse_list(repr(items)) == tuple(parse_text(item) for item in items)


@given(
    st.lists(
        st.integers(-(10**6), 10**12).map(str) | CELLISH | st.floats(0, 1e6).map(lambda number: f"{number:.3f}"),
        unique=True,
    )
)
def test_reading_many_plain_numbers_at_once_is_reading_each(texts: list[str]) -> None:
    values = np.full(len(texts) + 1, np.nan)
    left = read_plain_counts(pa.array(texts, pa.string()), values)
    each, _ = parse_distinct(texts, parse_count)
    for position in set(range(len(texts))) - set(left.tolist()):
        assert values[position] == each[position]


@given(
    st.lists(
        DAYS.map(str) | CELLISH | st.from_regex(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2})?", fullmatch=True),
        unique=True,
    )
)
def test_reading_many_plain_days_at_once_is_reading_each(texts: list[str]) -> None:
    values = np.full(len(texts) + 1, NO_DAY, dtype=np.int32)
    left = read_plain_days(pa.array(texts, pa.string()), values)
    each, _ = parse_distinct(texts, parse_date)
    for position in set(range(len(texts))) - set(left.tolist()):
        assert date.fromordinal(int(values[position]) + date(1970, 1, 1).toordinal()) == each[position]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1,204", Amount(1204)),
        (" 12.0 ", Amount(12)),
        ("<5", Amount(0, 4, "band")),
        ("<=5", Amount(0, 5, "band")),
        ("< 2.5", Amount(0, 2, "band")),
        ("<1", Amount(0, 0, "band")),
        ("fewer than 10", Amount(0, 9, "band")),
        ("10–15", Amount(10, 15, "band")),
        ("10 to 15", Amount(10, 15, "band")),
        ("about 1,200", Amount(1200, None, "estimate")),
        ("n/a", None),
        ("", None),
        (None, None),
    ],
)
def test_figures_are_exact_estimated_or_a_band(text: str | None, amount: Amount | None) -> None:
    assert parse_amount(text) == amount


@pytest.mark.parametrize(
    "text", ["45%", "1,23", "1.234,5", "-3", "12.5+", "> 20%", "15-10", "a dozen", "1e5", "inf", "١٢", "9" * 20]
)
def test_what_is_no_figure_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        parse_amount(text)


@pytest.mark.parametrize("text", ["1.200", "12.345", "about 1.200", "10–1.200", "<1.200", "1.200.000"])
def test_a_figure_that_may_have_points_between_its_thousands_is_asked_about(text: str) -> None:
    with pytest.raises(Unreadable, match=r"Is “[0-9.]+” [0-9,]+\? Then write [0-9]+\."):
        parse_amount(text)


def test_a_figure_of_people_is_whole_or_refused_with_what_to_write() -> None:
    with pytest.raises(Unreadable, match="Is “1.200” 1,200. Then write 1200"):
        parse_count("1.200")
    with pytest.raises(Unreadable, match="Is “12.000” 12,000. Then write 12000. If it is 12, write 12"):
        parse_count("12.000")
    for text in ("1.5", "0.25", "0.500", "1200.5"):
        with pytest.raises(Unreadable, match="not a whole number"):
            parse_count(text)
    assert [parse_count(text) for text in ("1,200", "12.0", "1200.00", "0")] == [1200, 12, 1200, 0]
    assert [parse_measured(text) for text in ("90", "92.5", "0.25")] == [90, 92.5, 0.25]
    with pytest.raises(Unreadable, match="below zero"):
        parse_measured("-1")


def test_figures_with_points_between_their_thousands_are_refused_row_by_row(tmp_path) -> None:
    home = make_wards_home(tmp_path, has_records=False)
    (tmp_path / "both").mkdir()
    activity = [["k1", "Talks", "2025-01-01", ward_code(1), "venue"]]
    header = ["activity_id", "title", "start_date", "place_code", "place_role"]
    write_rows(tmp_path / "both" / "activities.csv", activity, header)
    counts = [["k1", "people", value, "2025-01-01"] for value in ("1.200", "1,300", "24.5")]
    write_rows(tmp_path / "both" / "counts.csv", counts, ["activity_id", "measure", "value", "period_start"])
    sessions = [["k1", "s1", "2025-01-02", "92.5", "8"], ["k1", "s2", "2025-01-03", "60", "7.5"]]
    write_rows(tmp_path / "both" / "sessions.csv", sessions, ["activity_id", "session_id", "date", "minutes", "attendance_count"])  # fmt: skip
    result = load_file(home, tmp_path / "both", "native")
    assert (result.rows_read, result.rows_accepted, result.rows_rejected) == (6, 4, 2)
    assert ask(home, "select value from activity_count") == [(1300,)]
    assert ask(home, "select minutes, attendance_count from session order by start_date") == [(92.5, 8), (60, None)]
    reasons = dict(ask(home, "select value, reason from rejection"))
    assert set(reasons) == {"1.200", "24.5", "7.5"} and "write 1200" in reasons["1.200"]


@pytest.mark.parametrize(
    "text", ["2023-02-30", "4/5/23", "31/31/2023", "2023", "2023-04", "1066-10-14", "12345", "soon", "5 Ju 2023"]
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        parse_date(text)


def test_a_spreadsheets_day_number_is_counted_from_its_epoch() -> None:
    assert parse_date("45020") == date(2023, 4, 4)
    assert parse_date("45020.5") == date(2023, 4, 4)
    assert parse_date("43558", epoch=1904) == date(2023, 4, 4)


def test_a_year_is_four_digits() -> None:
    assert parse_year("2021.0") == date(2021, 1, 1)
    with pytest.raises(Unreadable, match="not a year"):
        parse_year("soon")


@pytest.mark.parametrize("text", ["['a'", "[1, [2]]", "[" * 5000, "[__import__('os')]", "[{}]"])
def test_what_only_starts_like_a_list_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        parse_list(text)


def test_text_that_is_no_list_is_one_item_or_split_at_semicolons() -> None:
    assert parse_list("Lock, Stock ") == ("Lock, Stock",)
    assert parse_list("a; b;") == ("a", "b")
    assert parse_list("[]") is None
    assert parse_list("['', None]") is None


def test_a_word_that_is_not_used_here_is_refused_with_those_that_are() -> None:
    assert parse_word("Not Known", ("to", "not known")) == "not known"
    with pytest.raises(Unreadable, match="to, for"):
        parse_word("beside", ("to", "for"))
