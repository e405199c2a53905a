"""Invitations and what is sent with them: who an invitation lets in, and that nothing reaches the store before approval."""

from __future__ import annotations

import hashlib
import shutil
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from etl.approval import invitations
from etl.approval.foreseeing import foresee
from etl.approval.invitations import EXPIRED, LIVE, REVOKED, UNKNOWN, invite, list_invitations, read_invitation, revoke
from etl.approval.invited import narrow_to
from etl.approval.waiting import (
    APPROVED,
    ASKED,
    DECLINED,
    WAITING,
    answer,
    approve,
    ask_back,
    decline,
    list_sent,
)
from etl.cli import main
from etl.loading import ReadOptions, load_file, rebuild, redo, undo
from etl.uploads.uploading import Wanted, confirm_upload, prepare_upload, read_upload
from soundings.content import content_hash, schema_sql
from soundings.generations import open_current
from soundings.home import Home
from soundings.model import BadFile, SoundingsError
from tests.building import TODAY as TODAY_HERE
from tests.homes import make_wards_home, ward_code

OURS, THEIRS = "Riverside Gardeners", "Hilltop Tenants"


@pytest.fixture
def home(tmp_path) -> Home:
    return make_wards_home(tmp_path, has_records=False)


def write_activities(*lines: tuple[str, str, str], start: str = "2026-03-02") -> bytes:
    """A template's sheet of activities: (key, title, organisation) each."""
    header = "activity_id,title,method,start_date,organisation,place_code,place_role\n"
    rows = [f"{key},{title},workshop,{start},{name},{ward_code(1)},venue\n" for key, title, name in lines]
    return (header + "".join(rows)).encode()


def send(home: Home, content: bytes, organisation: str = OURS, name: str = "activities.csv"):
    """The batch as the page Upload sends it for this organisation."""
    prepared = prepare(home, content, organisation, name)
    return confirm_upload(home, prepared, "a-made-up-id")


def write_book(path, **sheets: list[list]) -> None:
    """A workbook of the template's sheets."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)


def prepare(home: Home, content: bytes, invited: str | None, name: str = "activities.csv"):
    sheets = read_upload(name, content, ReadOptions())
    return prepare_upload(home, name, hashlib.sha256(content).hexdigest(), sheets, Wanted(invited=invited))


def titles(home: Home) -> list[str]:
    generation = open_current(home)
    return sorted(one for (one,) in generation.cursor().execute("select title from activity_now").fetchall())


def held(home: Home) -> str:
    return content_hash(open_current(home).cursor())


def test_an_invitation_opens_for_its_organisation_alone_until_its_day(home, monkeypatch):
    made, token = invite(home, f"  {OURS} ", days=2)
    assert read_invitation(home, token) == (LIVE, made) and made.organisation == OURS
    later = invitations.read_clock() + timedelta(days=2, seconds=1)
    monkeypatch.setattr(invitations, "read_clock", lambda: later)
    assert read_invitation(home, token)[0] == EXPIRED


def test_a_revoked_invitation_opens_nothing_and_the_others_still_do(home):
    (one, token), (_, other) = invite(home, OURS), invite(home, OURS)
    assert revoke(home, one.invitation_id).state == REVOKED
    assert (read_invitation(home, token)[0], read_invitation(home, other)[0]) == (REVOKED, LIVE)
    assert [line.state for line in list_invitations(home)] == [REVOKED, LIVE]


def test_what_was_not_signed_here_or_was_changed_opens_nothing(home, tmp_path):
    _, token = invite(home, OURS)
    elsewhere = Home(tmp_path / "elsewhere")
    _, foreign = invite(elsewhere, OURS)
    for said in ("", "x", "a.b.c", token[:-2], token[1:], "A" * 5000, foreign, token.swapcase(), "\udce9é☃"):
        assert read_invitation(home, said) == (UNKNOWN, None), said
    shutil.copy(home.root / "invitations.key", elsewhere.root / "invitations.key")
    assert read_invitation(elsewhere, token) == (UNKNOWN, None), "signed, but its line is not here"


def test_the_key_is_made_once_for_its_owner_alone_and_no_link_is_kept(home):
    _, token = invite(home, OURS)
    path = home.root / "invitations.key"
    before = path.read_bytes()
    invite(home, THEIRS)
    assert path.read_bytes() == before and stat.S_IMODE(path.stat().st_mode) == 0o600
    assert token not in (home.inbox / "invitations.jsonl").read_text(encoding="utf-8")


def test_a_torn_last_line_of_the_list_does_not_count(home):
    made, token = invite(home, OURS)
    with open(home.inbox / "invitations.jsonl", "ab") as file:
        file.write(b'{"what": "revoked", "id": "' + made.invitation_id.encode())
    assert read_invitation(home, token)[0] == LIVE
    revoke(home, made.invitation_id)
    assert read_invitation(home, token)[0] == REVOKED


@pytest.mark.parametrize(
    ("name", "days"), [("", 30), (" ", 30), ("x" * 121, 30), ("a\nb\x07", 30), (OURS, 0), (OURS, 400)]
)
def test_an_invitation_that_makes_no_sense_is_refused(home, name, days):
    with pytest.raises(SoundingsError):
        invite(home, name, days)
    assert list_invitations(home) == []


def test_the_command_invites_lists_and_revokes(home, monkeypatch, capsys):
    monkeypatch.setenv("SOUNDINGS_HOME", str(home.root))
    assert main(["invite", OURS, "--address", "http://192.0.2.7:8501/"]) == 0
    said = capsys.readouterr().out
    link = next(line for line in said.splitlines() if line.startswith("http"))
    assert link.startswith("http://192.0.2.7:8501/ours?invite=")
    state, made = read_invitation(home, link.partition("invite=")[2])
    assert (state, made.organisation) == (LIVE, OURS)
    assert main(["invite", "--list"]) == 0
    listed = capsys.readouterr().out
    assert made.invitation_id in listed and link.partition("invite=")[2] not in listed
    assert main(["invite", "--revoke", made.invitation_id]) == 0
    assert read_invitation(home, link.partition("invite=")[2])[0] == REVOKED
    assert main(["invite", "--revoke", "nothing"]) == 2 and main(["invite"]) == 2


def test_what_is_sent_waits_in_the_inbox_and_is_in_no_generation(home):
    before, number = held(home), open_current(home).number
    sent = send(home, write_activities(("g1", "Garden day", "")))
    assert sent.state == WAITING and sent.organisation == OURS
    assert (held(home), open_current(home).number, titles(home)) == (before, number, [])
    assert rebuild(home).agrees and titles(home) == []
    load_file(home, write_file(home, write_activities(("t1", "Tea", THEIRS))))
    assert titles(home) == ["Tea"]


def write_file(home: Home, content: bytes):
    path = home.root / "theirs.csv"
    path.write_bytes(content)
    return path


def test_approved_undone_redone_and_rebuilt_it_is_as_if_it_had_always_or_never_been(home):
    before = held(home)
    sent = send(home, write_activities(("g1", "Garden day", "")))
    approve(home, sent.batch_id)
    after = held(home)
    assert titles(home) == ["Garden day"] and after != before and rebuild(home).agrees
    assert [one.state for one in list_sent(home)] == [APPROVED]
    assert not (home.inbox / "waiting" / sent.batch_id).exists()
    undo(home, sent.batch_id)
    assert held(home) == before and titles(home) == []
    redo(home, sent.batch_id)
    assert held(home) == after and rebuild(home).agrees


def test_every_activity_sent_is_the_invitations_own_and_another_name_is_refused(home):
    send_and_approve = approve(home, send(home, write_activities(("g1", "Garden day", ""))).batch_id)
    assert send_and_approve.is_new
    owners = open_current(home).cursor().execute("select organisation from activity_now").fetchall()
    assert owners == [(OURS,)]
    approve(home, send(home, write_activities(("g2", "Compost", OURS.upper()))).batch_id)
    owners = open_current(home).cursor().execute("select distinct organisation from activity_now").fetchall()
    assert owners == [(OURS,)]
    with pytest.raises(BadFile, match=THEIRS):
        send(home, write_activities(("g3", "Tea", THEIRS)))


def test_an_invitation_cannot_change_or_add_to_what_is_anothers(home):
    load_file(home, write_file(home, write_activities(("t1", "Tea", THEIRS))))
    with pytest.raises(BadFile, match="not Riverside Gardeners's own"):
        send(home, write_activities(("t1", "Taken over", "")))
    with pytest.raises(BadFile, match="not Riverside Gardeners's own"):
        send(home, b"session_id,activity_id,date,attendance_count\ns1,t1,2026-03-09,12\n", name="sessions.csv")
    assert list_sent(home) == [] and titles(home) == ["Tea"]


def test_ten_at_once_are_one_batch(home):
    content = write_activities(("g1", "Garden day", ""))
    with ThreadPoolExecutor(10) as pool:
        sent = list(pool.map(lambda _: send(home, content), range(10)))
    assert len({one.batch_id for one in sent}) == 1 and len(list_sent(home)) == 1
    approve(home, sent[0].batch_id)
    assert send(home, content).state == APPROVED and titles(home) == ["Garden day"]


def test_an_approval_cut_short_is_found_approved(home):
    sent = send(home, write_activities(("g1", "Garden day", "")))
    folder = home.inbox / "waiting" / sent.batch_id
    kept = home.root / "kept"
    shutil.copytree(folder, kept)
    approve(home, sent.batch_id)
    kept.rename(folder)  # as it is where the process died before it tidied up
    assert [one.state for one in list_sent(home)] == [APPROVED]
    assert not approve(home, sent.batch_id).is_new and not folder.exists()
    assert titles(home) == ["Garden day"] and rebuild(home).agrees


def test_a_question_goes_back_and_its_answer_makes_it_wait_again(home):
    sent = send(home, write_activities(("g1", "Garden day", "")))
    assert ask_back(home, sent.batch_id, "Which garden?").state == ASKED
    with pytest.raises(SoundingsError):
        answer(home, sent.batch_id, "Mine", organisation=THEIRS)
    told = answer(home, sent.batch_id, "The one by the river", organisation=OURS)
    assert told.state == WAITING and [one.words for one in told.talk] == ["Which garden?", "The one by the river"]
    approve(home, sent.batch_id)
    assert titles(home) == ["Garden day"]


def test_what_is_declined_stays_out_with_its_reason(home):
    sent = send(home, write_activities(("g1", "Garden day", "")))
    told = decline(home, sent.batch_id, "It is next year's plan.")
    assert told.state == DECLINED and told.talk[-1].words == "It is next year's plan."
    for again in (lambda: approve(home, sent.batch_id), lambda: decline(home, sent.batch_id, "Again.")):
        with pytest.raises(SoundingsError, match="declined already"):
            again()
    assert titles(home) == [] and rebuild(home).agrees


def test_e_mail_addresses_and_phone_numbers_are_taken_out_of_the_talk_before_it_is_kept(home):
    private = "Ring Ada on 0113 496 0123 or write to ada@hub.example by 3 May 2026, 12 came"
    public = "Ring Ada on [phone removed] or write to [e-mail removed] by 3 May 2026, 12 came"
    sent = send(home, write_activities(("g1", "Garden day", "")))
    ask_back(home, sent.batch_id, private)
    answer(home, sent.batch_id, private, organisation=OURS)
    told = decline(home, sent.batch_id, private)
    assert [one.words for one in told.talk] == [public] * 3
    log = (home.inbox / "waiting" / "log.jsonl").read_text(encoding="utf-8")
    assert "496" not in log and "ada@" not in log


def test_approval_leaves_out_what_a_steward_says_is_here_already(home):
    content = write_activities(("g1", "Garden day", ""), ("g2", "Compost", ""))
    sent = send(home, content)
    gone = prepare(home, content, OURS).mapped.tables["activity"].to_pylist()[0]["activity_id"]
    approve(home, sent.batch_id, left_out=(gone,))
    assert titles(home) == ["Compost"] and rebuild(home).agrees
    line = (
        open_current(home)
        .cursor()
        .execute("select rows_read, rows_accepted, rows_rejected from batch where kind = 'records'")
    )
    assert line.fetchone() == (1, 1, 0)


@pytest.mark.parametrize("has_place", [False, True])
def test_a_twin_gives_its_meetings_and_figures_to_the_activity_that_is_here(home, has_place, tmp_path):
    load_file(home, write_file(home, write_activities(("t1", "Garden day", OURS))))
    before = held(home)
    path = tmp_path / "both.xlsx"
    write_book(
        path,
        activities=[
            ["activity_id", "title", "method", "start_date", "place_code", "place_role", "summary"],
            ["g1", "Garden day", "workshop", "2026-03-02", ward_code(1), "venue", "Told again"],
            ["g2", "Compost", "workshop", "2026-03-02", ward_code(2), "venue", None],
        ],
        counts=[["activity_id", "measure", "value"], ["g1", "people", "24"], ["g2", "people", "5"]],
        sessions=[
            [
                "session_id",
                "activity_id",
                "date",
                "attendance_count",
                *(["place_code", "place_role"] if has_place else []),
            ],
            ["s1", "g1", "2026-03-02", "8", *([ward_code(3), "venue"] if has_place else [])],
        ],
        facts=[["activity_id", "fact", "answer"], ["g1", "decision_open", "yes"]],
    )
    sent = send(home, path.read_bytes(), name="both.xlsx")
    foreseen = foresee(home, sent, TODAY_HERE)
    (here,) = foreseen.mergeable.values()
    assert [one.activity_id for one in foreseen.preview.twins] == [here]
    approve(home, sent.batch_id, merged=foreseen.mergeable)
    after, cursor = held(home), open_current(home).cursor()
    assert titles(home) == ["Compost", "Garden day"]
    assert cursor.execute("select summary from activity_now where activity_id = $1", [here]).fetchall() == [(None,)]
    assert cursor.execute("select value from activity_count where activity_id = $1", [here]).fetchall() == [(24,)]
    stood = cursor.execute(
        "select l.code, p.role from session join session_place p using (batch_id, session_id) join location l "
        "using (batch_id, location_id) where activity_id = $1", [here]
    ).fetchall()  # fmt: skip
    assert stood == [(ward_code(3 if has_place else 1), "venue")]
    assert cursor.execute("select count(*) from fact where activity_id = $1", [here]).fetchone() == (0,)
    assert "was said to be the same" in str(list_sent(home)[0].batch.read_manifest()["decisions"])
    assert rebuild(home).agrees and held(home) == after
    undo(home, sent.batch_id)
    assert held(home) == before
    redo(home, sent.batch_id)
    assert held(home) == after and rebuild(home).agrees


def test_nothing_is_added_to_an_activity_of_another_organisation(home):
    load_file(home, write_file(home, write_activities(("t1", "Garden day", THEIRS))))
    sent = send(home, write_activities(("g1", "Garden day", "")))
    foreseen = foresee(home, sent, TODAY_HERE)
    assert foreseen.preview.twins and not foreseen.mergeable
    (twin,) = foreseen.preview.twins
    with pytest.raises(BadFile, match="not of the organisation"):
        approve(home, sent.batch_id, merged={twin.own_id: twin.activity_id})
    assert titles(home) == ["Garden day"] and list_sent(home)[0].state == WAITING


def test_the_same_file_loaded_by_staff_is_not_doubled_by_approval(home):
    content = write_activities(("g1", "Garden day", OURS))
    sent = send(home, content)
    load_file(home, write_file(home, content))
    with pytest.raises(BadFile, match="is loaded already"):
        approve(home, sent.batch_id)
    assert titles(home) == ["Garden day"]


def test_the_store_of_a_visit_holds_the_organisations_own_records_alone(home):
    import duckdb

    load_file(home, write_file(home, write_activities(("t1", "Tea", THEIRS), ("t2", "Nobody's", ""))))
    approve(home, send(home, write_activities(("g1", "Garden day", ""))).batch_id)
    with duckdb.connect() as narrow:
        narrow.execute(schema_sql())
        narrow_to(open_current(home).cursor(), OURS, narrow)
        assert narrow.execute("select title from activity").fetchall() == [("Garden day",)]
        assert narrow.execute("select count(distinct place_code) from place_now").fetchone()[0] >= 3
        for (table,) in narrow.execute("select table_name from duckdb_tables() where not internal").fetchall():
            kept = narrow.execute(f"select * from {table}").fetchall()  # noqa: S608
            assert not any("Tea" in str(row) or THEIRS in str(row) or "theirs.csv" in str(row) for row in kept), table


def test_rows_that_cannot_be_taken_in_are_not_sent(home):
    with pytest.raises(BadFile, match="nothing was sent"):
        send(home, write_activities(("g1", "", "")))
    assert list_sent(home) == []
