"""No personal data is kept: columns about people are refused, left out, or become an area, and each decision is told."""

from __future__ import annotations

import re
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from etl.inbox import read_batches
from etl.loading import load_file
from etl.locating.areas import AreaLookup, Boundaries
from etl.personal_data import suspect_column
from etl.screening import screen_sheets
from etl.types import Sheet
from soundings.model import BadFile
from tests.forms import ask
from tests.homes import make_wards_home
from tests.making import ward_code, write_rows

EMAILS = ["ada@example.org", "b.c+d@mail.example.co.uk", "e@example.com"]
PHONES = ["07700 900123", "+44 7700 900456", "(0113) 496 0000"]
NHS = ["943 476 5919", "4010232137", "987-654-4321"]
NO_NHS = ["9434765918", "4010232138", "9876543219"]
# Squares of made-up codes; the real middle of Leeds stands in the first, the real middle of Oxford in neither.
LEEDS = AreaLookup(
    (
        Boundaries(
            "lsoa",
            np.array(["E01999001", "E01999002"], dtype=object),
            np.array([box(-1.6, 53.75, -1.5, 53.85).wkb, box(-1.5, 53.75, -1.4, 53.85).wkb], dtype=object),
        ),
    )
)


class Lookup(AreaLookup):
    """Areas of made-up postcodes; of points those of the squares."""

    def find_postcodes(self, postcodes):
        return np.array([{"ZZ1 1AA": 0, "ZZ2 2BB": 1}.get(one, -1) for one in postcodes])


def make_sheet(**columns) -> Sheet:
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    return Sheet("people", table, pa.array(range(2, 2 + table.num_rows), pa.int32()))


def refusal(roles=None, drop=(), **columns) -> str:
    with pytest.raises(BadFile) as refused:
        screen_sheets([make_sheet(**columns)], roles or {}, drop=drop)
    return str(refused.value)


PERSONAL_HEADINGS = [
    *(
        "name",
        "Name",
        "NAMES",
        "name 2",
        "first_name",
        "FirstName",
        "Surname",
        "Full name",
        "participant name",
        "Name of child",
    ),
    *(
        "Your name",
        "contact-name",
        "Parent's name",
        "Names of attendees",
        "email",
        "E-mail",
        "e mail address",
        "ContactEmail",
    ),
    *(
        "Telephone",
        "phone_number",
        "Mobile no.",
        "WhatsApp",
        "DOB",
        "date_of_birth",
        "Birthday",
        "D.O.B.",
        "home address",
    ),
    *("Address line 1", "address", "NHS number", "nhs_no", "National Insurance number", "IP address", "Next of kin"),
]
OTHER_HEADINGS = [
    *("event_name", "ward_name", "project_name", "org name", "Organisation name", "venue name", "name_of_event", "file name"),
    *("school name", "partner_name", "ward_name_of_venue", "email_sent", "emails opened", "phone interviews"),
    *("telegraph road", "mobile library visits", "member_count", "first_session", "contact_hours", "venue address", "website address"),
    *("local_authority", "birth rate", "shipping", "tip", "telling", "first named", "site names"),
]  # fmt: skip


@pytest.mark.parametrize("heading", PERSONAL_HEADINGS)
def test_a_heading_about_people_is_refused(heading):
    said = refusal(**{heading: ["something", None], "ward": ["Harbour", "Lairs"]})
    assert f"'{heading}'" in said and f'--drop "{heading}"' in said and "ward" not in said


@pytest.mark.parametrize("heading", OTHER_HEADINGS)
def test_a_heading_about_other_things_is_kept(heading):
    sheet = make_sheet(**{heading: ["something", None]})
    assert screen_sheets([sheet], {}).sheets[0].table == sheet.table


@pytest.mark.parametrize("heading", ["name", "email", "phone", "address"])
def test_a_declared_column_is_kept_whatever_its_heading(heading):
    sheet = make_sheet(**{heading: ["Quay Fair"]})
    assert screen_sheets([sheet], {heading: "keep"}) == ([sheet], [])


def test_a_column_of_answers_or_figures_is_not_a_column_of_phones():
    sheet = make_sheet(phone=["yes", "no", None], mobile=["1", "2", "0"])
    assert screen_sheets([sheet], {}).decisions == []
    assert "dates of birth" in refusal(dob=["1980", "1975"])


def test_an_empty_column_about_people_holds_nothing_of_anybody():
    sheet = make_sheet(email=[None, None], ward=["Harbour", "Lairs"])
    assert screen_sheets([sheet], {}).sheets == [sheet]


@pytest.mark.parametrize(
    ("values", "what"),
    [
        (EMAILS, "e-mail"),
        (PHONES, "phone"),
        (NHS, "NHS"),
        (["ZZ1 1AA", "zz22bb"], "postcode"),
        (["1 Quay St, ZZ1 1AA", "x"], "address"),
    ],
)
def test_cells_about_people_are_refused_under_any_heading(values, what):
    said = refusal(reference=values)
    assert what in said and "by what is in it" in said
    assert not any(value in said for value in values)


@pytest.mark.parametrize(
    "values",
    [
        ["E05011400", "E05011401"], ["2025-05-03 18:30", "2025-05-04 09:00"], NO_NHS, ["LS1", "LS2"], ["53508", "12"],
        ["-1.5459939", "53.8014575"], ["430000", "434000"], ["1,000,000", "2.5"], ["@harbour", "meet @ 6"], ["SE 299 338", "TA 10 20"],
        ["1664000000", "1664000001"], ["00001234", "00001235"],
    ],
)  # fmt: skip
def test_codes_dates_and_figures_are_not_taken_for_personal_data(values):
    sheet = make_sheet(reference=values)
    assert screen_sheets([sheet], {}) == ([sheet], [])


def test_one_rare_mail_address_in_a_long_column_is_told_not_refused():
    sheet = make_sheet(comment=[*(f"more benches {at}" for at in range(500)), "write to ada@example.org"])
    screened = screen_sheets([sheet], {})
    assert screened.sheets == [sheet]
    assert "1 of its cells hold an e-mail address" in screened.decisions[0] and "ada" not in screened.decisions[0]


NAMES = ["Jane Smith", "Ali Khan", "Mary O'Neil"]
BARE_HEADINGS = [
    "Attendee", "Participant", "Participant(s)", "Contact", "Respondent", "Volunteers", "Resident", "Child", "Children",
    "Lead officer", "Attendees list", "Attendee 2", "Submitted by", "Created By", "Signed",
]  # fmt: skip


@pytest.mark.parametrize("heading", BARE_HEADINGS)
def test_a_heading_that_is_only_a_word_for_people_is_suspected_where_names_stand_below_it(heading):
    assert "names of people" in refusal(**{heading: NAMES})
    assert "names of people" in refusal(**{heading: ["jane", "ali", "zoë", None]})


@pytest.mark.parametrize("heading", BARE_HEADINGS)
@pytest.mark.parametrize(
    "values",
    [
        ["24", "1,200", "about 30", "10-15", "<5"], ["twelve", "Thirty-one"], ["Yes", "No", "yes"], [None, None],
        ["Older people", "Young people", "Carers group"], ["Harbour Primary School", "Tidewell Council"],
        ["primary", "secondary", "primary", "secondary", "primary"],
    ],
    ids=str,
)  # fmt: skip
def test_how_many_or_what_kind_of_people_came_is_not_taken_for_their_names(heading, values):
    sheet = make_sheet(**{heading: values})
    assert screen_sheets([sheet], {}) == ([sheet], [])


def test_a_column_that_the_template_does_not_have_is_told_and_nothing_below_its_heading_kept(tmp_path):
    home = make_wards_home(tmp_path, has_records=False)
    header = ["activity_id", "title", "place_code", "place_role", "Notes", "organisation", "Empty"]
    told = [[f"k{at}", "Talks", ward_code(1), "venue", f"met {at} of us", "Made-up Trust", ""] for at in range(9)]
    told[4][4] = "rang her on 07700 900123"
    wrong = [["k9", "", ward_code(1), "venue", "Jane came", "", ""]]
    result = load_file(home, write_rows(tmp_path / "activities.csv", told + wrong, header), "native")
    assert (result.rows_read, result.rows_accepted, result.rows_rejected) == (10, 9, 1)
    assert (
        "The column 'Notes' of activities is not used here, so nothing below its heading was kept." in result.decisions
    )
    kept = pq.read_table(read_batches(home)[-1].path / "sheet-0.parquet")
    assert kept["Notes"].null_count == 10 and kept["organisation"].to_pylist() == ["Made-up Trust"] * 9 + [None]
    lines = ask(home, "select column_name, reason from rejection where column_name in ('Notes', 'Empty')")
    assert sorted(name for name, _ in lines) == ["Empty", "Notes"] and all("was not used" in why for _, why in lines)


def test_a_column_of_another_sheet_of_the_template_is_not_kept_either(tmp_path):
    home = make_wards_home(tmp_path, has_records=False)
    write_rows(
        tmp_path / "activities.csv",
        [["k1", "Talks", ward_code(1), "venue"]],
        ["activity_id", "title", "place_code", "place_role"],
    )
    counts = [["k1", "people", "24", "2025-01-01", "said by the woman at number 4"]]
    folder = tmp_path / "counts.csv"
    load_file(home, tmp_path / "activities.csv", "native")
    load_file(home, write_rows(folder, counts, ["activity_id", "measure", "value", "period_start", "quote"]), "native")
    assert pq.read_table(read_batches(home)[-1].path / "sheet-0.parquet")["quote"].null_count == 1


def test_a_sheet_that_is_none_of_the_templates_is_left_out_and_told(tmp_path):
    home = make_wards_home(tmp_path, has_records=False)
    (tmp_path / "all").mkdir()
    header = ["activity_id", "title", "place_code", "place_role"]
    write_rows(tmp_path / "all" / "activities.csv", [["k1", "Talks", ward_code(1), "venue"]], header)
    write_rows(tmp_path / "all" / "rota.csv", [["Mondays", "Jane has the key"]], ["when", "what"])
    result = load_file(home, tmp_path / "all", "native")
    assert result.rows_accepted == 1 and "The sheet 'rota' was left out: it is not of this source." in result.decisions
    assert [path.name for path in read_batches(home)[-1].path.glob("sheet-*")] == ["sheet-0.parquet"]


def test_a_column_that_a_source_does_not_read_is_kept_without_phones_and_e_mails(tmp_path):
    home = make_wards_home(tmp_path, has_records=False)
    rows = [[f"2025-03-{day:02d}", ward_code(1), "Parks", f"more benches {day}"] for day in range(1, 20)]
    rows[3][3] = "ring 07700 900123 or write to ada@example.org"
    path = write_rows(tmp_path / "answers.csv", rows, ["date", "ward_code", "activity", "comment"])
    result = load_file(home, path, "contributions")
    kept = pq.read_table(read_batches(home)[-1].path / "sheet-0.parquet")["comment"].to_pylist()
    assert kept[3] == "ring [phone removed] or write to [e-mail removed]" and kept[0] == "more benches 1"
    assert result.rows_accepted == 19 and any("taken out of its text" in told for told in result.decisions)


@pytest.mark.parametrize(
    "part", ["a", "a.", "a@", "1 ", "LS1 ", "+44 ", "0113 ", "(0)", " ", "\u00a0", "9434765919 ", "a@b.1.1"], ids=repr
)
def test_a_long_cell_is_judged_with_work_that_grows_with_its_length_alone(part):
    def took(length: int) -> float:
        """Seconds of this process's own work, which other processes do not lengthen."""
        sheet = make_sheet(comment=[part * (length // len(part))])
        times = []
        for _ in range(3):
            start = time.process_time()
            screen_sheets([sheet], {"comment": "free_text"})
            suspect_column("comment", sheet.table["comment"])
            times.append(time.process_time() - start)
        return min(times)

    # Eight times as long: 64 times the work if each letter were read again from every other.
    assert took(80_000) < 0.1 + 24 * took(10_000)


def test_spaces_of_other_kinds_hide_no_phone_number():
    assert "phone numbers" in refusal(line=["0113\u00a0496\u00a00000", "07700\u2009900123"])


def test_every_suspect_column_is_named_at_once():
    said = refusal(email=EMAILS, dob=["1980-01-01", None, None], ward=["a", "b", "c"])
    assert "'email'" in said and "'dob'" in said and "these columns" in said


def test_columns_are_left_out_when_asked_and_told():
    sheet = make_sheet(Email=EMAILS, ward=["a", "b", "c"], secret=["x", "y", "z"])
    screened = screen_sheets([sheet], {"secret": "drop"}, drop=["email", "not there"])
    assert screened.sheets[0].table.column_names == ["ward"]
    assert len(screened.decisions) == 2 and "as asked" in screened.decisions[0] and "'secret'" in screened.decisions[1]


def test_free_text_loses_addresses_and_numbers_only():
    told = "Ring 0113 496 0000 or +44 7700 900123 by 03-05-2025 18:30, or write to ada@example.org. 12 came, E05011400."
    screened = screen_sheets([make_sheet(note=[told, None, "nothing"])], {"note": "free_text"})
    assert screened.sheets[0].table["note"].to_pylist() == [
        "Ring [phone removed] or [phone removed] by 03-05-2025 18:30, or write to [e-mail removed]. 12 came, E05011400.",
        None,
        "nothing",
    ]
    assert screened.decisions == [
        "The column 'note' of people had 1 e-mail address and 2 phone numbers taken out of its text."
    ]


def test_peoples_postcodes_become_the_smallest_area():
    sheet = make_sheet(
        activity=["a", "b", "c", "d"], home=["ZZ1 1AA", "ZZ9 9ZZ", None, "ZZ2 2BB"], day=["1", "2", "3", "4"]
    )
    screened = screen_sheets([sheet], {"home": "person_postcode"}, Lookup(LEEDS.levels))
    table = screened.sheets[0].table
    assert table.column_names == ["activity", "screened_area_code", "day"]
    assert table["screened_area_code"].to_pylist() == ["E01999001", None, None, "E01999002"]
    assert "2 of 3 rows" in screened.decisions[0] and "1 are in no loaded area" in screened.decisions[0]
    assert "ZZ" not in " ".join(screened.decisions)


def test_real_postcodes_are_found_offline():
    sheet = make_sheet(home=["LS1 1UR", "ls11ur", "OX1 1BX", "not one"])
    screened = screen_sheets([sheet], {"home": "person_postcode"}, LEEDS)
    assert screened.sheets[0].table["screened_area_code"].to_pylist() == ["E01999001", "E01999001", None, None]


def test_peoples_points_become_the_smallest_area():
    sheet = make_sheet(lon=["-1.55", " -1.45 ", "-1.55", "x", None], lat=["53.8", "+53.8", None, "53.8", None])
    for roles in ({"lon": "person_lon", "lat": "person_lat"}, {"lon": "person_point", "lat": "person_point"}):
        screened = screen_sheets([sheet], roles, LEEDS)
        assert screened.sheets[0].table.to_pydict() == {
            "screened_area_code": ["E01999001", "E01999002", None, None, None]
        }
        assert "2 of 4 rows" in screened.decisions[0]


def test_the_postcode_is_asked_before_the_point_and_the_grid():
    sheet = make_sheet(
        pc=["ZZ2 2BB", "ZZ9 9ZZ", None, None], lon=["-1.55", "-1.55", None, None], lat=["53.8", "53.8", None, None],
        east=[None, None, "430000", None], north=[None, None, "434000", None], grid=[None, None, None, "SE 300 340"],
    )  # fmt: skip
    roles = {
        "pc": "person_postcode",
        "lon": "person_lon",
        "lat": "person_lat",
        "east": "person_easting",
        "north": "person_northing",
    }
    screened = screen_sheets([sheet], roles | {"grid": "person_grid_reference"}, Lookup(LEEDS.levels))
    assert screened.sheets[0].table.to_pydict() == {
        "screened_area_code": ["E01999002", "E01999001", "E01999001", "E01999001"]
    }


def test_a_venues_postcode_stays_and_a_homes_goes_in_one_sheet():
    sheet = make_sheet(
        place_role=["venue", "Home ", "area", None],
        postcode=["ZZ1 1AA", "ZZ2 2BB", "ZZ1 1AA", "ZZ1 1AA"],
        value=["1", "2", "3", "4"],
    )
    screened = screen_sheets(
        [sheet], {"place_role": "keep", "postcode": "person_postcode", "value": "keep"}, Lookup(LEEDS.levels)
    )
    assert screened.sheets[0].table.to_pydict() == {
        "place_role": ["venue", "Home ", "area", None],
        "postcode": ["ZZ1 1AA", None, "ZZ1 1AA", None],
        "screened_area_code": [None, "E01999002", None, "E01999001"],
        "value": ["1", "2", "3", "4"],
    }


def test_a_declared_venue_postcode_stays():
    sheet = make_sheet(venue=["ZZ1 1AA", None])
    assert screen_sheets([sheet], {"venue": "venue_postcode"}) == ([sheet], [])


def test_peoples_postcodes_without_places_are_refused_with_what_to_do():
    said = refusal({"home": "person_postcode"}, home=["ZZ1 1AA"])
    assert "places add" in said and "ZZ1" not in said


def test_blank_columns_about_people_need_no_places():
    screened = screen_sheets([make_sheet(home=[None], ward=["a"])], {"home": "person_postcode"})
    assert (
        screened.sheets[0].table.to_pydict() == {"screened_area_code": [None], "ward": ["a"]} and not screened.decisions
    )


def test_a_column_with_our_own_name_is_refused():
    with pytest.raises(BadFile, match="screened_area_code"):
        screen_sheets(
            [make_sheet(home=["ZZ1 1AA"], screened_area_code=["E01"])],
            {"home": "person_postcode"},
            Lookup(LEEDS.levels),
        )


@given(st.lists(st.sampled_from(["ZZ1 1AA", "ZZ2 2BB", "ZZ9 9ZZ", "x", None]), min_size=1, max_size=30))
def test_no_postcode_of_a_person_survives_and_no_row_is_lost(homes):
    screened = screen_sheets(
        [make_sheet(home=homes, key=[str(at) for at in range(len(homes))])],
        {"home": "person_postcode"},
        Lookup(LEEDS.levels),
    )
    sheet = screened.sheets[0]
    assert sheet.table.num_rows == len(homes) and sheet.row_numbers.to_pylist() == list(range(2, 2 + len(homes)))
    kept = [cell for row in sheet.table.to_pylist() for cell in row.values() if cell] + screened.decisions
    assert not any(re.search(r"ZZ\d", text) for text in kept)


POINTS = {"lon": "person_lon", "lat": "person_lat"}


@pytest.mark.parametrize(
    ("lon", "lat", "question"),
    [
        (["53.8", "53.81", "-1.55"], ["-1.55", "-1.45", "53.8"], "look swapped"),
        (["430000", "431000"], ["434000", "434500"], "British National Grid"),
        (["-172000", "-161000"], ["7130000", "7131000"], "Web Mercator"),
    ],
)
def test_swapped_and_projected_points_of_people_are_asked_about(lon, lat, question):
    with pytest.raises(BadFile, match=question) as refused:
        screen_sheets([make_sheet(lon=lon, lat=lat)], POINTS, LEEDS)
    assert lat[0] not in str(refused.value)


def test_a_few_odd_points_of_people_are_said_and_left_blank():
    sheet = make_sheet(lon=["-1.55", "-1.45", "53.8"], lat=["53.8", "53.8", "-1.55"])
    screened = screen_sheets([sheet], POINTS, LEEDS)
    assert screened.sheets[0].table["screened_area_code"].to_pylist() == ["E01999001", "E01999002", None]
    assert any("1 of 3 points" in decision and "swapped" in decision for decision in screened.decisions)
