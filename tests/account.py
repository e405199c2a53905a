"""Holds the account of a file against the file: every sheet stands in it, and every row of each is counted once."""

from __future__ import annotations

from etl.account import SheetAccount
from etl.questions.rows import leave_rows
from etl.types import Sheet
from etl.uploads.preview import preview_upload
from etl.uploads.sheets import choose_sheets
from etl.uploads.troubles import list_coming, read_left_out
from etl.uploads.uploading import Prepared, Wanted, apply_fixes
from soundings.home import Home


def check_account(home: Home, prepared: Prepared, sheets: list[Sheet], wanted: Wanted) -> tuple[SheetAccount, ...]:
    """The account as the preview has it. `sheets`: as they were read."""
    account = preview_upload(home, prepared).result.account
    assert [(one.sheet, one.rows) for one in account] == [(sheet.name, sheet.table.num_rows) for sheet in sheets]
    rows = {row for sheet in sheets for row in sheet.row_numbers.to_pylist()}
    used = [sheet for sheet in sheets if not {one.sheet: one for one in account}[sheet.name].not_read]
    used = leave_rows(used, read_left_out(prepared))
    used = apply_fixes(choose_sheets(used, wanted.mapping), wanted) if wanted.mapping else used
    coming = list_coming(prepared, wanted, used, rows)
    for one in account:
        assert one.not_read or one.rows == one.taken_in + one.refused + one.left_out + one.repeated
        assert min(one.taken_in, one.refused, one.left_out, one.repeated) >= 0 and one.unplaced <= one.taken_in
        assert one.taken_in == sum(sheet == one.sheet for sheet, _ in coming), one.say()
    return account
