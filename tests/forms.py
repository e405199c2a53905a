"""Forms filled in and sent: what a test of the form Add activity starts from, and what it asks of the store afterwards."""

from __future__ import annotations

from datetime import date

from etl.form.checking import find_problems
from etl.form.drafts import Draft, make_draft_id
from etl.form.records import activity_id_of, send_form
from soundings.generations import open_current
from soundings.home import Home
from tests.making import ward_code

TODAY = date(2026, 11, 23)
FOUR = {
    "title": "Parks survey", "method": "survey", "where_how": "place", "place_code": ward_code(1), "start_day": "3",
    "start_month": "May", "start_year": "2026", "c1_basis": "about", "c1_value": "1,200", "c1_measure": "responses",
}  # fmt: skip
MEETINGS = {"meetings": "3"} | {
    f"m{n}_{part}": value
    for n in (1, 2, 3)
    for part, value in (
        ("day", "3"),
        ("month", str(n)),
        ("year", "2026"),
        ("minutes", "90"),
        ("came", "8"),
        ("back", "6" if n > 1 else ""),
    )
}


def ask(home: Home, sql: str, *bound):
    return open_current(home).cursor().execute(sql, list(bound)).fetchall()


def make_draft(**answers: str) -> Draft:
    return Draft(make_draft_id(), {**FOUR, **answers})


def send(home: Home, draft: Draft):
    return send_form(home, open_current(home).cursor(), draft, TODAY, who="kit")


def problems_of(home: Home, draft: Draft) -> dict[str, str]:
    return {one.field: one.sentence for one in find_problems(open_current(home).cursor(), draft)}


def where_of(home: Home, draft: Draft) -> list[tuple]:
    return ask(
        home,
        "select l.kind, l.code, l.said, s.state, p.precision from activity_place p join location l using (location_id) "
        "join location_state s using (location_id) where activity_id = $1",
        activity_id_of(draft),
    )
