"""Only what took place is counted: what was cancelled, postponed or is still to come stands in the record and in no figure."""

from __future__ import annotations

import json
import tomllib
from datetime import date

import pyarrow as pa
import pytest

from etl.loading import ReadOptions, load_file
from etl.parsing import Unreadable
from etl.questions.statuses import READ_STATUS, check_statuses
from etl.questions.types import Context
from etl.took_place import FILE, find_heading, make_plain, read_took_place, read_vocabulary
from etl.types import Sheet
from etl.undoing import rebuild, redo, undo
from etl.uploads.guessing import propose_columns
from etl.uploads.mapping import MEETING, ColumnMapping
from etl.uploads.preview import preview_upload
from etl.uploads.uploading import Wanted as Uploaded
from etl.uploads.uploading import confirm_upload, prepare_upload
from soundings.activities import read_place_activities
from soundings.activity.figures import find_medians, glance, say_meetings
from soundings.activity.story import read_activity_story
from soundings.filters import EVERYTHING
from soundings.generations import open_current
from soundings.home import Home
from soundings.measures import read_measures
from soundings.model import NONE_TOOK_PLACE, NOTHING_RECORDED, TOOK_PLACE, VALUE
from soundings.naming import naming_sql
from soundings.queries import read_roles, read_rows, read_table
from soundings.register import Wanted, make_register, read_found, read_lines
from soundings.thresholds import find_rubric
from soundings.tracing import read_traces
from soundings.views import say_figure
from tests.forms import ask
from tests.homes import make_wards_home
from tests.making import ward_code, write_rows
from tests.sheets import added, as_csv, as_xlsx, look

TODAY = date(2026, 11, 23)
ACTIVITIES = ["activity_id", "title", "start_date", "took_place", "place_code", "place_role"]
MEETINGS = ["session_id", "activity_id", "date", "took_place", "minutes", "attendance_count", "returning_count", "place_code", "place_role"]  # fmt: skip
COUNTS = ["activity_id", "measure", "value", "period_start", "place_code", "place_role"]


@pytest.fixture
def home(tmp_path, monkeypatch) -> Home:
    """Three square wards, and a day on which everything is handed in."""
    monkeypatch.setenv("SOUNDINGS_TODAY", TODAY.isoformat())
    return make_wards_home(tmp_path, has_records=False)


def load(home: Home, name: str, header: list[str], rows: list[list[str]]):
    folder = home.root.parent / "files"
    folder.mkdir(exist_ok=True)
    return load_file(home, write_rows(folder / name, rows, header), "native")


def meet(key: str, day: str, took_place: str, came: str = "", ward: int = 1, back: str = "", minutes: str = "60"):
    return [key, "g", day, took_place, minutes, came, back, ward_code(ward), "venue"]


def load_group(home: Home, *meetings: list[str], name: str = "sessions.csv"):
    """A group with these meetings."""
    if not ask(home, "select 1 from activity"):
        load(home, "activities.csv", ["activity_id", "title"], [["g", "Garden group"]])
    return load(home, name, MEETINGS, list(meetings))


def read_ward(home: Home, measure: str, ward: int = 1, role: str = "venue"):
    """The table's row of one ward."""
    table = read_table(open_current(home).cursor(), measure=measure, kind="ward", role=role, today=TODAY)
    return next(row for row in table.rows if row.place_code == ward_code(ward))


def read_group(home: Home, key: str = "native"):
    (activity_id,) = ask(home, "select activity_id from activity_now where title = 'Garden group'")[0]
    return read_activity_story(open_current(home).cursor(), activity_id, rubric=find_rubric(home), today=TODAY)


# ---- Words ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "heading", "outcome"),
    [
        ("Held", "Status", "yes"),
        ("CANCELLED", "Status", "cancelled"),
        ("canceled", "Meeting status", "cancelled"),
        ("Cancelled (burst pipe)", "Status", "cancelled"),
        ("Re-scheduled", "Status", None),
        ("Rescheduled to 4 May", "Status", "postponed"),
        ("did not take place", "Status", "cancelled"),
        ("Withdrawn", "State", "cancelled"),
        ("Scheduled", "Status", "planned"),
        ("Gohiriwyd", "Statws", "postponed"),
        ("Canslwyd", "Statws", "cancelled"),
        ("abgesagt", "Zustand", "cancelled"),
        ("fällt aus", "Zustand", "cancelled"),
        ("durchgeführt", "Status", "yes"),
        ("Verschoben auf 3. Mai", "Status", "postponed"),
        ("Annulée", "Statut", "cancelled"),
        ("reporté", "Statut", "postponed"),
        ("n’a pas eu lieu", "Statut", "cancelled"),
        ("aplazada", "Estado", "postponed"),
        ("Rinviato", "Stato", "postponed"),
        ("Afgelast", "Status", "cancelled"),
        ("Não realizado", "Situação", "cancelled"),
        ("Yes", "Cancelled?", "cancelled"),
        ("no", "Cancelled?", "yes"),
        ("x", "Abgesagt", "cancelled"),
        ("2026-03-04", "Cancelled on", "cancelled"),
        ("nein", "Stattgefunden?", "cancelled"),
        ("oui", "A eu lieu", "yes"),
        ("yes", "Postponed", "postponed"),
        ("", "Status", None),
        ("n/a", "Status", None),
        ("not known", "Status", "not known"),
    ],
)
def test_what_a_cell_says_is_read_in_its_own_language(cell, heading, outcome):
    if outcome is None and cell.startswith("Re-"):
        pytest.raises(Unreadable, read_took_place, cell, heading)
    else:
        assert find_heading(heading) and read_took_place(cell, heading) == outcome


@pytest.mark.parametrize(
    "cell",
    ["Suspended", "Moved online", "1", "held, then cancelled", "cancelled but met anyway", "no longer cancelled"],
)
def test_a_word_that_leaves_it_open_is_never_guessed(cell):
    with pytest.raises(Unreadable, match="in no figure"):
        read_took_place(cell, "Status")


def test_no_word_says_two_things():
    for outcome in read_vocabulary().words.values():
        assert outcome in TOOK_PLACE
    raw = tomllib.loads(FILE.read_text(encoding="utf-8"))
    headings = [make_plain(word) for words in raw.pop("headings").values() for word in words]
    assert len(headings) == len(set(headings))
    raw.pop("answers")
    said: dict[str, str] = {}
    for words in raw.values():
        for outcome, listed in words.items():
            for word in listed:
                assert said.setdefault(make_plain(word), outcome) == outcome, word
    assert {"en", "cy", "de", "fr", "es", "it", "nl", "pt"} <= raw.keys()


# ---- Figures --------------------------------------------------------------------------------------------------------


def test_only_the_meeting_that_took_place_is_counted(home):
    load_group(
        home,
        meet("1", "2026-03-14", "yes", "12"),
        meet("2", "2026-04-11", "Cancelled"),
        meet("3", "2026-05-09", "Postponed"),
    )
    assert read_ward(home, "group_sessions").value == 1
    assert read_ward(home, "contact_hours").value == 12 * 60 / 60
    assert read_ward(home, "group_size").value == 12
    assert read_ward(home, "continuing_groups").value is None
    assert rebuild(home).agrees


def test_figures_of_a_group_are_those_of_its_meetings_that_took_place(home):
    """Three were held over two months, and two of the seven that came back came to one that was then struck out."""
    load_group(
        home,
        meet("1", "2026-01-10", "", "8", back="0", minutes="60"),
        meet("2", "2026-02-10", "yes", "9", back="5", minutes="90"),
        meet("3", "2026-03-12", "held", "6", back="4", minutes="60"),
        meet("4", "2026-04-12", "cancelled", "7", back="7", minutes="120"),
        meet("5", "2026-09-12", "postponed", minutes="60"),
        meet("6", "2027-01-12", "planned", "20", back="20"),
        meet("7", "2026-06-12", "not known", "30", back="30"),
    )
    expected = {
        "group_sessions": 3,
        "contact_hours": (8 * 60 + 9 * 90 + 6 * 60) / 60,
        "group_size": 8,
        "continuing_groups": 1,
        "people_returning": 5,
        "months_together": 2,
    }
    assert {measure: read_ward(home, measure).value for measure in expected} == expected
    (inputs,) = ask(home, naming_sql() + " select inputs from naming_input")[0]  # noqa: S608 — the queries of naming.sql
    told = json.loads(inputs)
    assert (told["session_count"], told["months"], told["returning_count"], told["is_complete"]) == (3, 2, 5, True)
    cursor = open_current(home).cursor()
    traces = read_traces(
        cursor, measure="group_sessions", role="venue", kind="ward", place_code=ward_code(1), today=TODAY
    )
    assert sorted(trace.source_rows[0] for trace in traces) == [2, 3, 4]
    (line,) = read_lines(make_register(cursor), Wanted(), today=TODAY)
    assert (line.session_count, line.typical_count, line.returning_count, line.unheld_count) == (3, 8, 5, 4)
    assert line.last_day == date(2026, 3, 12)


def test_without_what_did_not_take_place_every_figure_is_the_same(home, tmp_path, monkeypatch):
    held = [meet("1", "2026-01-10", "yes", "8", back="0"), meet("2", "2026-02-10", "yes", "9", ward=2, back="5")]
    off = [
        meet("3", "2026-04-12", "cancelled", "7", ward=1, back="7"),
        meet("4", "2026-04-13", "postponed", "70", ward=2, back="70"),
    ]
    (tmp_path / "other").mkdir()
    other = make_wards_home(tmp_path / "other", has_records=False)
    load_group(home, *held, *off)
    load_group(other, *held)

    def read_all(of: Home) -> dict:
        cursor = open_current(of).cursor()
        return {
            (measure, role): [
                row[:5]
                for row in read_rows(cursor, measure=measure, kind="ward", role=role, filters=EVERYTHING, today=TODAY)
            ]
            for measure in read_measures()
            for role in read_roles(cursor, measure, today=TODAY)
        }

    assert read_all(home) == read_all(other)


def test_where_all_was_cancelled_none_took_place_which_is_no_zero_and_no_gap(home):
    load_group(
        home,
        meet("1", "2026-03-14", "yes", "12", ward=1),
        meet("2", "2026-04-11", "Cancelled", ward=2),
        meet("3", "2026-05-09", "Postponed", ward=2),
    )
    held, off, blank = (read_ward(home, "group_sessions", ward) for ward in (1, 2, 3))
    assert (held.state, off.state, blank.state) == (VALUE, NONE_TOOK_PLACE, NOTHING_RECORDED)
    assert off.value is None and off.rate_per_1000 is None
    assert say_figure(off) == "none took place"
    assert read_ward(home, "group_size", 2).state == NONE_TOOK_PLACE
    lines = read_place_activities(open_current(home).cursor(), ward_code(2), today=TODAY)
    assert [(line.title, line.unheld_count) for line in lines] == [("Garden group", 2)]


SAID_OF_NOBODY = ("contact_hours", "group_size", "continuing_groups", "people_returning", "months_together")


@pytest.mark.parametrize("measure", SAID_OF_NOBODY)
def test_beside_a_meeting_that_was_held_what_nobody_recorded_is_not_none(home, measure):
    load_group(
        home,
        meet("1", "2026-03-14", "yes", minutes=""),
        meet("2", "2026-04-11", "cancelled", minutes=""),
        meet("3", "2026-04-18", "cancelled", ward=2, minutes=""),
    )
    assert (read_ward(home, "group_sessions").value, read_ward(home, "group_sessions", 2).state) == (1, NONE_TOOK_PLACE)
    assert read_ward(home, measure).state == NOTHING_RECORDED
    assert read_ward(home, measure, 2).state == NONE_TOOK_PLACE


def test_where_nothing_took_place_anywhere_the_layer_is_still_found(home):
    load_group(home, meet("1", "2026-04-11", "cancelled", ward=2))
    cursor = open_current(home).cursor()
    assert read_roles(cursor, "group_sessions", today=TODAY) == {"venue": 0}
    table = read_table(cursor, measure="group_sessions", kind="ward", today=TODAY)
    assert [row.state for row in table.rows] == [NOTHING_RECORDED, NONE_TOOK_PLACE, NOTHING_RECORDED]
    assert table.total is None and table.recorded.activities == table.recorded.of == 0


def test_whether_it_took_place_is_not_said_for_them_where_nobody_knows(home):
    load_group(home, meet("1", "2026-04-11", "cancelled", ward=2), meet("2", "2026-04-12", "not known", ward=2))
    assert read_ward(home, "group_sessions", 2).state == NOTHING_RECORDED


def test_the_counts_of_a_cancelled_activity_are_in_no_figure(home):
    load(
        home,
        "activities.csv",
        ACTIVITIES,
        [
            ["a", "Fair", "2026-05-01", "yes", ward_code(1), "venue"],
            ["b", "Fete", "2026-05-02", "cancelled", ward_code(1), "venue"],
            ["c", "Parade", "2026-05-03", "postponed", ward_code(2), "venue"],
            ["d", "Picnic", "2026-05-04", "Cancelled", ward_code(3), "venue"],
        ],
    )
    load(
        home, "counts.csv", COUNTS,
        [[key, "attendances", value, "2026-05-01", ward_code(ward), "venue"] for key, value, ward in (("a", "40", 1), ("b", "300", 1), ("c", "50", 2))],
    )  # fmt: skip
    assert read_ward(home, "attendances", 1).value == 40
    assert read_ward(home, "attendances", 2).state == NONE_TOOK_PLACE
    assert read_ward(home, "attendances", 3).state == NONE_TOOK_PLACE
    register = make_register(open_current(home).cursor())
    lines = {line.title: line for line in read_lines(register, Wanted(), today=TODAY)}
    assert {title: line.took_place for title, line in lines.items()} == {
        "Fair": None, "Fete": "cancelled", "Parade": "postponed", "Picnic": "cancelled",
    }  # fmt: skip
    assert lines["Fete"].figures == [] and lines["Fair"].figures[0].low == 40
    found = read_found(register, Wanted(), today=TODAY)
    assert (found.total, found.unheld) == (4, 3)


def test_a_cancelled_activity_shows_its_record_and_has_no_big_figure_and_no_name(home):
    load(home, "activities.csv", ACTIVITIES, [["g", "Garden group", "2026-05-02", "cancelled", ward_code(1), "venue"]])
    load(home, "counts.csv", COUNTS, [["g", "attendances", "300", "2026-05-02", ward_code(1), "venue"]])
    facts = [
        ["g", fact, "yes", "the minutes"]
        for fact in ("joint_decision", "decision_open", "response_considered", "can_reply")
    ]
    load(home, "facts.csv", ["activity_id", "fact", "answer", "evidence"], facts)
    outcome = [["g", "A gate was built", "the group"]]
    load(home, "outcomes.csv", ["activity_id", "what_changed", "who_decided"], outcome)
    story = read_group(home)
    assert [(count.value, count.took_place) for count in story.counts] == [(300, "cancelled")]
    assert glance(story) == []
    assert story.made.rule_id == "not_enough_recorded"
    assert read_ward(home, "joint_decisions").value is None and read_ward(home, "changes_made").value is None
    assert rebuild(home).agrees


def test_a_meeting_that_says_so_itself_took_place_though_its_activity_was_cancelled(home):
    load(home, "activities.csv", ACTIVITIES, [["g", "Garden group", "2026-05-02", "cancelled", ward_code(1), "venue"]])
    load_group(home, meet("1", "2026-05-02", "held", "9"), meet("2", "2026-05-09", "", "8"))
    assert read_ward(home, "group_sessions").value == 1
    assert [meeting.took_place for meeting in read_group(home).meetings] == ["yes", "cancelled"]


# ---- What is still to come ------------------------------------------------------------------------------------------


def test_a_meeting_in_the_future_is_planned_and_counts_once_a_later_file_tells_of_it(home, monkeypatch):
    first, second = meet("1", "2026-11-20", "", "9"), meet("2", "2026-12-04", "", "30")
    load_group(home, first, second)
    assert read_ward(home, "group_sessions").value == 1
    story = read_group(home)
    middle = find_medians(story.meetings, TODAY)
    assert (middle.met, middle.planned, middle.unheld) == (1, 1, ())
    later = find_medians(story.meetings, date(2026, 12, 20))
    assert (later.met, later.planned, later.unheld) == (1, 0, (("not known", 1),))
    assert "Of others, of 1 it is not known. They are in no figure." in say_meetings(later)
    monkeypatch.setenv("SOUNDINGS_TODAY", "2026-12-20")
    assert read_ward(home, "group_sessions").value == 1, "a day that passes says nothing of what took place"
    again = load_group(home, first, meet("2", "2026-12-04", "", "28"), name="again.csv")
    assert read_ward(home, "group_sessions").value == 2
    undo(home, again.batch_id)
    assert read_ward(home, "group_sessions").value == 1
    redo(home, again.batch_id)
    assert read_ward(home, "group_sessions").value == 2
    assert rebuild(home).agrees and read_ward(home, "group_sessions").value == 2


@pytest.mark.parametrize("day", ["2026-12-04", "2026-12-19", "2027-01-15"])
def test_a_file_read_again_after_the_day_leaves_planned_what_was_planned(home, monkeypatch, day):
    load_group(home, meet("1", "2026-11-20", "", "9"), meet("2", day, "", "30"))
    path = home.root.parent / "files" / "sessions.csv"
    monkeypatch.setenv("SOUNDINGS_TODAY", "2027-02-01")
    load_file(home, path, "native", options=ReadOptions(date_order="month-first"), read_again=True)
    assert read_ward(home, "group_sessions").value == 1
    assert rebuild(home).agrees and read_ward(home, "group_sessions").value == 1


def test_a_meeting_told_again_is_listed_once_on_its_page(home):
    load_group(home, meet("1", "2026-11-20", "", "9"))
    load_group(home, meet("1", "2026-11-20", "", "12"), name="again.csv")
    assert [one.came for one in read_group(home).meetings] == [12]


def test_held_is_not_believed_of_a_day_that_had_not_come(home):
    load_group(home, meet("1", "2027-03-01", "yes", "9"))
    assert read_ward(home, "group_sessions").value is None
    assert ask(home, "select took_place from session_now") == [("planned",)]


def test_a_later_file_that_says_nothing_of_it_leaves_a_cancelled_meeting_cancelled(home):
    load_group(home, meet("1", "2026-03-14", "cancelled"))
    load_group(home, meet("1", "2026-03-14", "", "12"), name="again.csv")
    assert read_ward(home, "group_sessions").value is None
    load_group(home, meet("1", "2026-03-14", "yes", "12"), name="put right.csv")
    assert read_ward(home, "group_sessions").value == 1


def test_people_cannot_have_come_to_what_is_still_to_come(home):
    load(home, "activities.csv", ["activity_id", "title"], [["g", "Garden group"]])
    rows = [["g", measure, "50", "2027-02-01", ward_code(1), "venue"] for measure in ("attendances", "tickets")]
    load(home, "counts.csv", COUNTS, rows)
    assert read_ward(home, "attendances").value is None and read_ward(home, "attendances").state == NONE_TOOK_PLACE
    assert read_ward(home, "tickets").value == 50, "tickets are sold ahead"


# ---- The template ---------------------------------------------------------------------------------------------------


def test_a_word_that_is_not_known_is_told_and_in_no_figure(home):
    result = load_group(home, meet("1", "2026-03-14", "Suspended", "12"), meet("2", "2026-03-21", "ja", "7"))
    assert (result.rows_accepted, result.rows_rejected, result.values_set_aside) == (2, 0, 1)
    assert "Suspended" in result.reasons[0].reason and "in no figure" in result.reasons[0].reason
    assert read_ward(home, "group_sessions").value == 1
    assert ask(home, "select took_place from session order by row_number") == [("not known",), ("yes",)]


def test_people_who_came_to_a_cancelled_meeting_are_asked_about(home):
    result = load_group(home, meet("1", "2026-03-14", "cancelled", "12"))
    assert [one.reason for one in result.reasons] == [
        "It is cancelled, yet people came; it is in no figure until one of the two is put right."
    ]


def test_the_meetings_that_did_not_take_place_are_listed_in_words(home):
    load_group(
        home,
        meet("1", "2026-03-14", "yes", "12"),
        meet("2", "2026-04-11", "cancelled"),
        meet("3", "2026-05-09", "postponed"),
    )
    story = read_group(home)
    assert [(meeting.day.month, meeting.took_place) for meeting in story.meetings] == [
        (3, "yes"),
        (4, "cancelled"),
        (5, "postponed"),
    ]
    said = " ".join(say_meetings(find_medians(story.meetings, TODAY)))
    assert "Of others, 2 did not (1 cancelled, 1 postponed). They are in no figure." in said


# ---- Files of other people ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (["Event name", "Date", "Status", "Ward", "Attendance"], ["Held", "Cancelled", "Postponed"]),
        (["Termin", "Datum", "Zustand", "Ward", "Teilnehmende"], ["durchgeführt", "abgesagt", "verschoben"]),
        (["Titre", "Date", "Statut", "Ward", "Participants"], ["tenue", "Annulé", "reporté"]),
        (["Event name", "Date", "Cancelled?", "Ward", "Attendance"], ["no", "yes", "yes"]),
    ],
)
def test_a_matched_file_counts_only_the_meeting_that_took_place(home, header, status):
    rows = [
        ["Ward forum", f"2026-0{n + 3}-14", word, "Ward 1", "12" if n == 0 else None] for n, word in enumerate(status)
    ]
    proposals = propose_columns(header, [dict(zip(header, row, strict=True)) for row in rows])
    assert proposals[2].field == "took_place"
    fields = ("title", "start_date", "took_place", "place_name", "attendance_count")
    mapping = ColumnMapping(tuple(zip(header, fields, strict=True)), "", MEETING, "venue")
    columns = {name: pa.array(cells, pa.string()) for name, cells in zip(header, zip(*rows, strict=True), strict=True)}
    sheet = Sheet("Sheet1", pa.table(columns), pa.array([2, 3, 4], pa.int32()))
    prepared = prepare_upload(home, "meetings.csv", "0" * 64, [sheet], Uploaded(mapping=mapping))
    confirm_upload(home, prepared)
    assert read_ward(home, "group_sessions").value == 1
    assert sum(word == "yes" for (word,) in ask(home, "select took_place from session_now")) == 1
    assert rebuild(home).agrees


def read_left_out(home: Home, heading: str, cells: list[str | None], **answers: str | tuple[str, str]):
    """A file of meetings whose column of statuses was not matched, taken in with these answers, of that question unless another is named."""
    rows = [[f"2026-03-{at + 3:02d}", cell, "Ward 1"] for at, cell in enumerate(cells)]
    columns = dict(
        zip(("Event name", "Date", heading, "Ward"), ([*"x" * len(rows)], *zip(*rows, strict=True)), strict=True)
    )
    table = pa.table({name: pa.array(list(said), pa.string()) for name, said in columns.items()})
    fields = (("Event name", "title"), ("Date", "start_date"), ("Ward", "place_name"))
    sheet = Sheet("Sheet1", table, pa.array(range(2, len(rows) + 2), pa.int32()))
    wanted = Uploaded(
        options=ReadOptions(
            answers=tuple(
                said if isinstance(said, tuple) else (f"status-column:{heading}", said) for said in answers.values()
            )
        ),
        mapping=ColumnMapping(fields, "", MEETING, "venue"),
    )
    return prepare_upload(home, "meetings.csv", "0" * 64, [sheet], wanted)


LEFT_OUT = [
    ("Status", ["Held", "Cancelled", "Held"], 2),
    ("Cancelled?", ["no", "yes", None], 2),
    ("Zustand", ["durchgeführt", "verschoben", "abgesagt"], 1),
    ("Statut", ["tenue", "annulé", "en souffrance"], 1),
]


@pytest.mark.parametrize(("heading", "cells", "held"), LEFT_OUT)
def test_a_column_of_statuses_that_was_not_matched_is_asked_about_and_counts_until_then(home, heading, cells, held):
    prepared = read_left_out(home, heading, cells)
    question = prepared.questions[0]
    assert (question.id, question.moves, question.assumed) == (f"status-column:{heading}", 3 - held, "use-it")
    confirm_upload(home, prepared)
    assert read_ward(home, "group_sessions").value == held
    assert ask(home, "select count(*) from session") == [(3,)] and rebuild(home).agrees


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("Status", ["Minuted", "Cancelled", "Minuted"]),
        ("Statws", ["Cafwyd", "Canslwyd", "Cafwyd"]),
        ("Etat", ["ok", "reporté", "ok"]),
        ("Meeting status", ["Quorate", "Void", "Quorate"]),
        ("Veranstaltungsstatus", ["lief", "abgesagt", "lief"]),
    ],
)
def test_one_known_word_of_what_was_not_held_brings_the_question_and_one_for_each_other_word(home, heading, cells):
    other = f"status:{cells[0]}"
    left = read_left_out(home, heading, cells)
    assert [(one.id, one.moves) for one in left.questions] == [(f"status-column:{heading}", 3), (other, 2)]
    told = read_left_out(home, heading, cells, other=(other, "took-place"))
    confirm_upload(home, told)
    assert read_ward(home, "group_sessions").value == 2 and rebuild(home).agrees


def test_a_column_of_notes_under_such_a_heading_is_no_column_of_statuses(home):
    cells = [*(f"{number} chairs were moved" for number in range(13)), "cancelled"]
    assert read_left_out(home, "Status", cells).questions == ()


def test_a_column_of_statuses_that_says_something_else_is_left_out_when_a_person_says_so(home):
    confirm_upload(home, read_left_out(home, "Status", ["Held", "Cancelled", "Held"], say="leave-it-out"))
    assert read_ward(home, "group_sessions").value == 3 and rebuild(home).agrees


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("Status", ["Held", "Completed", "Held"]),
        ("Status", ["member", "guest", "member"]),
        ("Cancelled?", ["no", None, "no"]),
        ("Host", ["cancelled", "cancelled", "held"]),
    ],
)
def test_a_column_that_says_nothing_of_what_did_not_take_place_is_not_asked_about(home, heading, cells):
    assert read_left_out(home, heading, cells).questions == ()


def test_a_sheet_without_the_column_of_statuses_keeps_all_its_meetings():
    mapping = ColumnMapping((("Name", "title"),), "", MEETING, "venue")
    tables = [pa.table({"Name": ["a", "b"], "Status": ["Held", "Postponed"]}), pa.table({"Name": ["c"]})]
    sheets = [
        Sheet(name, table, pa.array([2, 3][: table.num_rows], pa.int32()))
        for name, table in zip("mn", tables, strict=True)
    ]
    checked = check_statuses(sheets, Context(mapping=mapping))
    assert [sheet.table[READ_STATUS].to_pylist() for sheet in checked.sheets] == [["yes", "postponed"], [None]]


def test_a_word_that_only_the_person_knows_is_asked_about():
    mapping = ColumnMapping((("Name", "title"), ("Status", "took_place")), "", MEETING, "venue")
    table = pa.table({"Name": ["a", "b", "c"], "Status": ["Held", "Suspended", "Suspended"]})
    sheet = Sheet("Sheet1", table, pa.array([2, 3, 4], pa.int32()))
    left = check_statuses([sheet], Context(mapping=mapping))
    assert [(one.id, one.moves, one.assumed) for one in left.questions] == [("status:Suspended", 2, "not-known")]
    assert left.sheets[0].table["Status"].to_pylist() == ["Held", "not known", "not known"]
    answered = check_statuses([sheet], Context(mapping=mapping, answers={"status:Suspended": "took-place"}))
    assert answered.sheets[0].table["Status"].to_pylist() == ["Held", "yes", "yes"]


@pytest.mark.parametrize("word", ["Abgesagt", "reporté", "cancelled"])
def test_what_a_file_adds_is_the_sum_of_what_took_place(home, word):
    rows = [
        ["Choir", "2026-03-01", "held", "12"],
        ["Choir", "2026-03-08", word, "30"],
        ["Choir", "2026-12-30", "", "7"],
    ]
    columns = {"What": "title", "When": "start_date", "State": "took_place", "Came": "attendance_count"}
    for name, content in {
        "a.xlsx": as_xlsx({"s": [list(columns), *rows]}),
        "a.csv": as_csv([list(columns), *rows]),
    }.items():
        prepared = look(home, content, name, columns, each_row=MEETING)
        said = added(home, prepared)
        _, meetings, came = said
        assert meetings.startswith("3 meetings, of which 1 took place, 1 did not (") and meetings.endswith(
            "1 is planned"
        )
        assert came == "12 attendances at the 1 that took place"
    assert confirm_upload(home, prepared).added == said


def test_a_figure_of_what_did_not_take_place_is_in_no_sum(home):
    columns = {"What": "title", "State": "took_place", "People": "people"}
    rows = [list(columns), ["Fair", "", "40"], ["Walk", "cancelled", "25"]]
    prepared = look(home, as_csv(rows), "fairs.csv", columns)
    assert added(home, prepared)[1] == "40 people (and 25 of what did not take place, or is still to come)"


@pytest.mark.parametrize("by_replaces", [False, True])
def test_a_file_read_again_months_later_holds_nothing_that_it_planned(home, monkeypatch, by_replaces):
    rows = [meet("s1", "2026-11-02", "", "8"), meet("s2", "2026-12-14", ""), meet("s3", "2026-12-21", "")]
    first = load_group(home, *rows)
    sql = "select start_date, took_place from session_now order by 1"
    before = ask(home, sql)
    monkeypatch.setenv("SOUNDINGS_TODAY", "2027-05-03")
    again = {"replaces": first.batch_id} if by_replaces else {"read_again": True}
    options = ReadOptions(encoding="cp1252")
    load_file(home, home.root.parent / "files" / "sessions.csv", "native", options=options, **again)
    assert ask(home, sql) == before
    assert [outcome for _, outcome in before] == ["yes", "planned", "planned"]
    assert rebuild(home).agrees


def test_a_later_export_in_the_place_of_an_earlier_one_has_a_day_of_its_own(home, monkeypatch):
    first = load_group(home, meet("s1", "2026-11-02", "", "8"), meet("s2", "2026-12-14", ""))
    monkeypatch.setenv("SOUNDINGS_TODAY", "2027-05-03")
    path = write_rows(home.root.parent / "files" / "later.csv", [meet("s2", "2026-12-14", "", "9")], MEETINGS)
    load_file(home, path, "native", replaces=first.batch_id)
    assert ask(home, "select attendance_count from session_held") == [(9,)]


@pytest.mark.parametrize("word", ["cancelled", "postponed", "not known"])
def test_a_file_that_differs_in_what_took_place_alone_is_not_the_same_rows(home, word):
    columns = {"What": "title", "When": "date", "State": "took_place"}
    rows = [["Quay walk", "2026-05-04", "held"], ["Net mending", "2026-05-11", "held"]]
    changed = [rows[0], [*rows[1][:2], word]]
    first = confirm_upload(
        home, look(home, as_csv([["What", "When", "State"], *rows]), "a.csv", columns, each_row=MEETING)
    )
    same = look(home, as_csv([["What", "When", "State"], *reversed(rows)]), "b.csv", columns, each_row=MEETING)
    other = look(home, as_csv([["What", "When", "State"], *changed]), "c.csv", columns, each_row=MEETING)
    assert preview_upload(home, same).same_rows == first.batch_id
    assert preview_upload(home, other).same_rows is None
