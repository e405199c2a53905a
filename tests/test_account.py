"""The account of a file: every row of every sheet is in it once, wherever it is shown."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from etl.account import SheetAccount, find_own, read_account
from etl.inbox import read_batches
from etl.loading import rebuild
from etl.readers import read_sheets
from etl.uploads.mapping import MEETING
from etl.uploads.uploading import Wanted, confirm_upload, prepare_upload
from soundings.generations import open_current
from soundings.home import Home
from tests.account import check_account
from tests.homes import make_wards_home
from tests.sheets import as_ods, as_xlsx, look_at

GOLDEN = sorted(path.parent for path in (Path(__file__).parent / "golden").glob("*/expected.json"))
MEETINGS = [
    ["group", "held on", "came", "area"],
    ["Knitters", "2025-03-01", "8", "Ward 1"],
    ["Knitters", "2025-03-08", "9", "Ward 1"],
    ["Gardeners", "2025-03-02", "12", "Nowhere known"],
    ["Gardeners", "2025-03-09", "some", None],
    ["Gardeners", "31/02/2025", "7", "Ward 2"],
    ["Total", None, "36", None],
]
AGAIN = [MEETINGS[0], *MEETINGS[1:4]]
NOTES = [["who to ask", "telephone"], ["the office", "weekdays"]]
COLUMNS = {"group": "title", "held on": "start_date", "came": "attendance_count", "area": "place_name"}


@pytest.fixture
def home(tmp_path) -> Home:
    return make_wards_home(tmp_path, has_records=False)


@pytest.mark.parametrize(("name", "write"), [("log.xlsx", as_xlsx), ("log.ods", as_ods)])
def test_each_row_of_each_sheet_is_counted_once_and_the_same_everywhere(home, name, write):
    content = write({"All": MEETINGS, "March": AGAIN, "Notes": NOTES})
    prepared, sheets, wanted = look_at(home, content, name, COLUMNS, each_row=MEETING)
    account = check_account(home, prepared, sheets, wanted)
    everything, march, notes = account
    assert (everything.rows, everything.left_out, everything.repeated) == (6, 0, 0)
    assert everything.unplaced == 2  # one has a name that is no place here, one says nothing of where
    assert (march.rows, march.taken_in, march.repeated) == (3, 0, 3)
    assert march.say() == "March: 3 rows = 0 taken in + 3 repeated"
    assert notes.say() == "Notes: 1 row, not read: it lacks a column that was matched"
    assert "meetings" in everything.say() and "2 rows without a place" in everything.say()
    result = confirm_upload(home, prepared)
    assert result.account == account
    rebuild(home)
    manifest = next(one for one in read_batches(home) if one.batch_id == prepared.batch_id).read_manifest()
    assert read_account(open_current(home).cursor(), manifest) == account


def test_rows_left_out_as_here_already_are_repeated(home):
    content = as_xlsx({"All": MEETINGS[:4]})
    _, sheets, wanted = look_at(home, content, "log.xlsx", COLUMNS, each_row=MEETING)
    wanted = Wanted(options=wanted.options, mapping=wanted.mapping, left_out=(("All", 2), ("All", 3)))
    prepared = prepare_upload(home, "log.xlsx", hashlib.sha256(content).hexdigest(), sheets, wanted)
    (one,) = check_account(home, prepared, sheets, wanted)
    assert (one.rows, one.taken_in, one.repeated) == (3, 1, 2)


@pytest.mark.parametrize("folder", GOLDEN, ids=lambda folder: folder.name)
def test_the_account_of_a_known_source_adds_up(home, folder):
    path = next(path for path in sorted(folder.iterdir()) if path.name != "expected.json")
    sheets = read_sheets(path)
    wanted = Wanted(source=folder.name)
    prepared = prepare_upload(home, path.name, "0" * 64, sheets, wanted)
    if prepared.mapped is not None and prepared.mapped.rows_accepted:
        account = check_account(home, prepared, sheets, wanted)
        assert sum(one.taken_in + one.refused for one in account) == prepared.mapped.rows_read


def test_a_batch_that_kept_nothing_of_its_sheets_has_no_account():
    assert read_account(None, {"batch_sha256": "0" * 64}) == ()


def test_an_account_says_what_became_of_the_rows():
    one = SheetAccount("Log", 48, 40, 3, 2, 3, 3, ("40 meetings",), ("a sum of other rows",))
    assert one.say() == (
        "Log: 48 rows = 40 taken in (40 meetings; 3 rows without a place) + 3 not taken in "
        "+ 2 left out (a sum of other rows) + 3 repeated"
    )


@pytest.mark.parametrize(
    ("label", "own"),
    [
        ("log.xlsx: sessions of May", "May"),
        ("activities of Late May", "Late May"),
        ("a.zip: b/May", "May"),
        ("June", None),
        (None, None),
    ],
)
def test_a_label_means_the_sheet_that_it_ends_with(label, own):
    assert find_own(label, ["May", "Late May"]) == own
    assert find_own(label, ["May"]) == "May"
