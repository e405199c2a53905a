"""The seam between the page that takes files and loading: read in memory, recognise, screen, map, and only then accept."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pyarrow as pa

from etl.accepting import say_now, say_who
from etl.account import SHEETS_FOUND, list_asked_out, list_found
from etl.approval.invited import INVITED
from etl.approval.waiting import Waiting, send_or_load
from etl.decimals import read_decimals
from etl.inbox import ID_LENGTH, RECORDS, encode_tables, identify_batch
from etl.loading import (
    LoadResult,
    ReadOptions,
    ask,
    choose_kept,
    choose_replaced,
    choose_spec,
    map_rows,
    say_left_out,
    screen,
)
from etl.questions.asking import check_sheets, require_answers
from etl.questions.meeting_totals import match_counted
from etl.questions.names import list_activity_names
from etl.questions.statuses import match_status
from etl.questions.types import Context, Question
from etl.rejects import take_notes_off
from etl.replacing import date_reading, find_same_reading
from etl.replay import pack_sheets
from etl.specs import WAY_ON, find_sheets, read_sound_specs
from etl.types import Mapped, Sheet
from etl.uploads.mapping import NATIVE, ColumnMapping
from etl.uploads.process import read_sheets_apart
from etl.uploads.sheets import apply_mapping, leave_refused
from soundings.home import Home, find_today
from soundings.model import BadFile

if TYPE_CHECKING:
    from etl.screening import Suspect
    from etl.specs import Spec

MOST_BYTES = 25 * 1024 * 1024
MOST_ROWS = 200_000
TOO_LARGE = (
    "{name} is {size:.1f} MB; this page takes files of up to 25 MB. Split it into smaller files, or load it with the command "
    "line, which takes more: soundings load FILE."
)
TOO_MANY_ROWS = (
    "{name} has {rows:,} rows; this page takes up to 200,000. Split it into smaller files, or load it with the command line, "
    "which takes more: soundings load FILE."
)


@dataclass(frozen=True)
class Fix:
    """One cell as a person put it right. `row` is the row's number in the file; `value` None is a blank cell."""

    sheet: str
    row: int
    column: str
    value: str | None


@dataclass(frozen=True)
class Wanted:
    """All that a person said about one file. `left_out`: (sheet, row) of rows that are not to be loaded.

    `invited`: the organisation whose invitation it comes with. `rereads`: the batches of this very file of which this reading takes
    the place; they are no part of the way it is read.
    """

    source: str | None = None
    options: ReadOptions = field(default_factory=ReadOptions)
    mapping: ColumnMapping | None = None
    fixes: tuple[Fix, ...] = ()
    left_out: tuple[tuple[str, int], ...] = ()
    invited: str | None = None
    rereads: tuple[str, ...] = ()

    def said(self) -> dict:
        """What makes the batch another than the same file's without it. Corrections count by their hash: they may hold
        what screening takes out."""
        said = self.options.said()
        if self.mapping:
            said["columns"] = self.mapping.said()
        if self.fixes:
            told = repr(sorted((fix.sheet, fix.row, fix.column, fix.value or "") for fix in self.fixes))
            said["corrections_sha256"] = hashlib.sha256(told.encode()).hexdigest()
        if self.left_out:
            said["left_out"] = [list(one) for one in sorted(self.left_out)]
        if self.invited:
            said[INVITED] = self.invited
        return said


@dataclass(frozen=True)
class Prepared:
    """One upload ready to be looked at and confirmed. With `personal` columns nothing was kept and there is no `mapped`.

    `questions`: all that the file raises, answered or not, in no order.
    """

    spec: Spec
    manifest: dict
    sheets: list[Sheet]
    personal: list[Suspect]
    mapped: Mapped | None
    questions: tuple[Question, ...] = ()

    @property
    def batch_id(self) -> str:
        return self.manifest["batch_sha256"][:ID_LENGTH]


def read_upload(name: str, content: bytes, options: ReadOptions) -> list[Sheet]:
    """Every sheet of an uploaded file, read in a process of its own. Raises BadFile, also past the limits of the page."""
    if len(content) > MOST_BYTES:
        raise BadFile(TOO_LARGE.format(name=name, size=len(content) / 1024**2))
    said = {
        key: value
        for key, value in options.said().items()
        if key not in ("drop", "date_order", "epoch", "answers", "decimal")
    }
    sheets = [take_notes_off(sheet) for sheet in read_sheets_apart(name, content, said)]
    rows = sum(sheet.table.num_rows for sheet in sheets)
    if rows > MOST_ROWS:
        raise BadFile(TOO_MANY_ROWS.format(name=name, rows=rows))
    return sheets


def list_fitting(home: Home, sheets: list[Sheet]) -> list[str]:
    """The ids of the sources whose columns a file has, those that ask for most first: one is recognised, several are asked about."""
    fitting = [spec for spec in read_sound_specs(home)[0].values() if find_sheets(spec, sheets)]
    most = max((len(spec.recognise) for spec in fitting), default=0)
    return [spec.id for spec in fitting if len(spec.recognise) == most]


def prepare_upload(
    home: Home, name: str, file_sha256: str, sheets: list[Sheet], wanted: Wanted, who: str | None = None
) -> Prepared:
    """What would be loaded of a file, with the corrections in it. Nothing is written. Raises BadFile as loading does."""
    native = NATIVE if wanted.mapping else wanted.source
    decisions = [*say_mapping(wanted.mapping), *say_fixes(wanted)]
    fixed = apply_fixes(read_decimals(sheets, wanted.options.decimal), wanted)
    answers = dict(wanted.options.answers)
    known = None if wanted.mapping else choose_spec(home, fixed, native, wanted.options)
    context = Context(known, wanted.mapping, answers, name)
    found = list_found(sheets, context)
    checked = check_sheets(fixed, context)
    checked = replace(checked, left_out=(*checked.left_out, *list_asked_out(wanted.left_out)))
    decisions += checked.decisions
    raw = sheets = checked.sheets
    if wanted.mapping:
        sheets = apply_mapping(sheets, match_status(match_counted(wanted.mapping, sheets), sheets))
    spec = known or choose_spec(home, sheets, native, wanted.options)
    kept, roles, _ = choose_kept(spec, sheets, [*spec.drop, *wanted.options.drop])
    not_people = list_activity_names(checked.questions, answers)
    personal = list_suspects(raw, kept, roles, wanted, [*spec.drop, *wanted.options.drop], not_people)
    said = wanted.said()
    manifest = {
        "batch_sha256": identify_batch(file_sha256, spec.id, said, spec.raw),
        "kind": RECORDS,
        "source_id": spec.id,
        "file_name": name,
        "file_sha256": file_sha256,
        "is_demo": False,
        "accepted_at": say_now(),
        "recorded_date": find_today().isoformat(),
        "accepted_by": who or say_who(),
        "options": said,
        "detected": {sheet.name: sheet.detected for sheet in kept},
        "decisions": decisions,
        "licence": spec.licence,
        "attribution": spec.attribution,
        "mapping": spec.raw,
        SHEETS_FOUND: found,
        **say_left_out(checked),
    }
    if wanted.rereads:
        manifest = date_reading(home, manifest | {"replaces": list(wanted.rereads)})
    if personal:
        return Prepared(spec, manifest, [], personal, None, checked.questions)
    screened, decided = screen(home, sheets, spec, wanted.options)
    manifest |= {"detected": {sheet.name: sheet.detected for sheet in screened}, "decisions": [*decisions, *decided]}
    left = list(screened)

    def leave(refused: set[tuple[str, int]]) -> list[Sheet]:
        left[:] = leave_refused(screened, refused, wanted.mapping)
        return left

    mapped = map_rows(spec, screened, manifest, leave if wanted.mapping else None)
    manifest, mapped, questions = ask(home, spec, manifest, mapped, checked, answers, screened)
    return Prepared(spec, manifest, left, [], mapped, questions)


def list_refused(mapped: Mapped, sheets: list[Sheet]) -> set[tuple[str, int]]:
    """(sheet, row) of every row that was rejected."""
    lines = mapped.rejections.filter(mapped.rejections["is_row_rejected"])
    told = set(zip(lines["file"].to_pylist(), lines["row_number"].to_pylist(), strict=True))
    names = {label: find_sheet(label, sheets) for label in {label for label, _ in told}}
    return {(names[label], row) for label, row in told}


def find_sheet(label: str, sheets: list[Sheet]) -> str:
    """The name of the sheet that a rejection's label ends with; of a single sheet its own."""
    names = [sheet.name for sheet in sheets]
    if len(names) == 1:
        return names[0]
    return max((name for name in names if label.endswith((f": {name}", f"/{name}"))), key=len, default=label)


def confirm_upload(
    home: Home, prepared: Prepared, invitation_id: str | None = None, replaces: str | None = None
) -> LoadResult | Waiting:
    """The upload, accepted: into the inbox first, then into the store. The same upload again changes nothing.

    `replaces`: the id of a batch that it corrects, which stands aside until this one is undone.

    With an invitation it waits in the inbox until a steward approves it.

    Raises BadFile where the same file is loaded already in another way, Busy, BrokenStore.
    """
    require_answers(prepared.questions, prepared.manifest["options"].get("answers", {}), prepared.manifest["file_name"])
    manifest = prepared.manifest | {"accepted_at": say_now()}
    if replaces:
        corrected = choose_replaced(home, replaces, manifest["source_id"])
        replaced = list(dict.fromkeys([*(manifest.get("replaces") or ()), corrected]))
        manifest = date_reading(home, manifest | {"replaces": replaced})
    files = encode_tables(pack_sheets(prepared.sheets))
    return send_or_load(home, manifest, files, prepared.mapped, prepared.sheets, invitation_id=invitation_id)


def find_state(home: Home, prepared: Prepared) -> str | None:
    """“active”, “undone” or “replaced” where exactly this upload was accepted before, else None."""
    batch = find_same_reading(home, prepared.manifest)
    return batch.state if batch else None


def list_suspects(
    raw: list[Sheet], kept: list[Sheet], roles: dict[str, str], wanted: Wanted, drop: list[str], not_people: list[str]
) -> list[Suspect]:
    """The columns that look personal. Of matched columns those count that are used, whatever they were matched with.

    `not_people`: the columns of which a person said that their names are those of activities.
    """
    from etl.screening import find_personal

    if wanted.mapping is None:
        return find_personal(kept, roles, drop)
    return find_personal(raw, dict.fromkeys((*wanted.mapping.exempt(raw), *not_people), "keep"), drop)


def apply_fixes(sheets: list[Sheet], wanted: Wanted) -> list[Sheet]:
    """The sheets with the corrected cells in place of what stood there, and without the rows that were left out."""
    return [leave_out(correct(sheet, wanted.fixes), wanted.left_out) for sheet in sheets]


def correct(sheet: Sheet, fixes: tuple[Fix, ...]) -> Sheet:
    """The sheet with its corrected cells."""
    columns = sheet.table.column_names
    own = [fix for fix in fixes if fix.sheet == sheet.name and fix.column in columns]
    if not own:
        return sheet
    position = {number: at for at, number in enumerate(sheet.row_numbers.to_pylist())}
    table = sheet.table
    for name in dict.fromkeys(fix.column for fix in own):
        cells = table[name].to_pylist()
        for fix in own:
            if fix.column == name and fix.row in position:
                cells[position[fix.row]] = fix.value
        table = table.set_column(columns.index(name), name, pa.array(cells, pa.string()))
    return replace(sheet, table=table)


def leave_out(sheet: Sheet, left_out: tuple[tuple[str, int], ...]) -> Sheet:
    """The sheet without some of its rows; the others keep their numbers."""
    gone = {row for name, row in left_out if name == sheet.name}
    if not gone:
        return sheet
    kept = pa.array([number not in gone for number in sheet.row_numbers.to_pylist()], pa.bool_())
    return replace(sheet, table=sheet.table.filter(kept), row_numbers=sheet.row_numbers.filter(kept))


def say_mapping(mapping: ColumnMapping | None) -> list[str]:
    """What was decided about columns, in sentences."""
    if mapping is None:
        return []
    return [f"The columns were matched to the template by a person: {mapping.sentence()}."]


def say_fixes(wanted: Wanted) -> list[str]:
    """Which cells were put right and which rows were left out, never with what stood in them."""
    said = []
    for fix in wanted.fixes:
        said.append(f"Row {fix.row} of {fix.sheet}: the cell '{fix.column}' was put right by hand before loading.")
    for sheet, row in wanted.left_out:
        said.append(f"Row {row} of {sheet} was left out, as asked: it looked like one that was here already.")
    return said


def say_without_flags(sentence: str) -> str:
    """A sentence of the command line's as the page says it: without its flags, which are buttons here."""
    plain = re.sub(r" \((?:--|`?soundings )[^)]*\)", "", sentence)
    plain = plain.replace(WAY_ON, "Match its columns below.")
    plain = plain.replace("Say which with --source.", "Choose which one below.")
    return re.sub(r"[Ss]ay it with crs: ", "Choose it under “Put this right”: ", plain)
