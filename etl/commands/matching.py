"""Matching the columns of a file in the terminal, in plain lines: `soundings load FILE --match`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from etl.commands.printing import DONE, SOME_REJECTED, print_json, progress, say_load, say_outcome, say_receipt
from etl.earlier import find_earlier, find_origin
from etl.loading import ReadOptions, choose_replaced, hash_input, preview, read_input
from etl.parsing import DAY_FIRST, MONTH_FIRST
from etl.personal_data import PEOPLE_BY_HEADING
from etl.questions.asking import MOST_AT_ONCE, check_answers, order
from etl.questions.names import ACTIVITIES, PREFIX, find_question
from etl.questions.types import Question
from etl.replacing import check_current, check_same_file, find_readings, find_same_reading
from etl.results import LoadResult
from etl.types import Sheet
from etl.uploads.checking import EACH_ROW, NO_PLACES, ROLES, choose_sheet, find_problems, propose_saved
from etl.uploads.guessing import propose_columns, propose_place_role
from etl.uploads.mapping import PLACES, ColumnMapping, Proposal, read_fields
from etl.uploads.saved import find_mapping, save_mapping
from etl.uploads.sheets import choose_sheets
from etl.uploads.troubles import count_rows, list_troubles, list_two_ways, read_left_out
from etl.uploads.uploading import Prepared, Wanted, confirm_upload, prepare_upload
from soundings.generations import open_current
from soundings.home import Home
from soundings.model import BadFile
from soundings.views import say_count

SAMPLE, EXAMPLES, WIDTH = 50, 3, 40
LEAVE = "-"
YES, NO = ("y", "yes"), ("n", "no")
ORDERS = {DAY_FIRST: "The day", MONTH_FIRST: "The month"}
CORRECTION = "a-correction"
WHAT_IT_IS = {
    CORRECTION: "A correction: it takes the place of that file, which comes back when this one is undone",
    "more": "More about the same: both count, and a meeting of the same day once",
}
ENDED = "The answers ended at “{question}”. Nothing was loaded. Start again, and answer each question with a line."


@dataclass(frozen=True)
class Terminal:
    """Plain lines to a person, and a line back for each question. With `--json` the lines go to the error stream."""

    write: Callable[[str], object]
    read: Callable[[], str]

    def say(self, line: str = "") -> None:
        self.write(f"{line}\n")

    def ask(self, question: str) -> str:
        """The answer without spaces around it. Raises BadFile where the answers have ended."""
        self.write(f"{question} ")
        line = self.read()
        if not line:
            self.say()
            raise BadFile(ENDED.format(question=question))
        return line.strip()

    def choose(self, question: str, choices: dict[str, str], assumed: str | None) -> str:
        """The id of a choice, given by its number or id; Enter takes the assumed one. Asks again until it is one."""
        self.say(question)
        for number, (name, label) in enumerate(choices.items(), 1):
            self.say(f"  {number}  {label}{' (taken with Enter)' if name == assumed else ''}")
        ids = list(choices)
        while True:
            answer = self.ask("Number:")
            if not answer and assumed:
                return assumed
            if answer in ids or (answer.isdecimal() and 1 <= int(answer) <= len(ids)):
                return answer if answer in ids else ids[int(answer) - 1]
            self.say(f"“{answer}” is none of these. Write a number from 1 to {len(ids)}.")

    def agree(self, question: str) -> bool:
        """Whether a person says yes; Enter does."""
        while (answer := self.ask(f"{question} [Enter for yes, n for no]:").casefold()) not in ("", *YES, *NO):
            self.say(f"“{answer}” is neither. Press Enter for yes, or write n for no.")
        return answer not in NO


def load_matched(
    home: Home,
    files: Sequence[Path],
    source: str | None,
    *,
    options: ReadOptions,
    replaces: str | None,
    read_again: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Asks what each column is, shows the outcome, loads it and keeps the matching; the exit code.

    Raises BadFile where the answers end before all is said: then nothing is loaded.
    """
    if len(files) != 1 or source is not None:
        raise BadFile("--match takes one file, and no --source. Match the files one after the other.")
    path = files[0]
    if not path.exists():
        raise BadFile(f"There is no file {path}. Check the name, and the folder you are in.")
    out = sys.stderr if as_json else sys.stdout
    terminal = Terminal(out.write, lambda: (out.flush(), sys.stdin.readline())[1])
    with progress(f"Reading {path.name}"):
        sheets, file_sha256 = read_input(path, options), hash_input(path)
    headers = choose_sheet(sheets).table.column_names
    mapping = match_columns(home, sheets, terminal)
    rereads = tuple(one.batch_id for one in find_readings(home, file_sha256)) if read_again else ()
    prepared, wanted = ask_rest(
        home, path, file_sha256, sheets, Wanted(None, options, mapping, rereads=rereads), terminal
    )
    if find_same_reading(home, prepared.manifest) is None:
        told = prepared.manifest
        corrected = [choose_replaced(home, replaces, told["source_id"], told["file_sha256"])] if replaces else []
        check_same_file(home, told | {"replaces": [*(told.get("replaces") or ()), *corrected]})
        check_current(home, told)
        replaces = replaces or ask_earlier(home, prepared, terminal)
    result = preview(home, prepared.manifest, prepared.mapped)
    answers = dict(prepared.manifest["options"].get("answers", {}))
    check_answers(prepared.questions, answers)
    terminal.say()
    if not result.already_loaded:
        terminal.say(say_rows(prepared, sheets, wanted))
    for line in say_load(result) if result.already_loaded else say_outcome(result):
        terminal.say(line)
    if not (dry_run or result.already_loaded):
        wants = result.is_refused or terminal.agree("Take this in?")
        if not result.is_refused and find_origin([choose_sheet(sheets).detected]) is None:
            save_mapping(home, headers, mapping)  # as it was matched, also where a column about people was left out
        if not wants:
            terminal.say("Nothing was loaded. The matching is kept for next time.")
            return DONE
        result = confirm_upload(home, prepared, replaces=replaces)
    return finish(replace(result, questions=list(prepared.questions), answers=answers), terminal, as_json)


def say_rows(prepared: Prepared, sheets: list[Sheet], wanted: Wanted) -> str:
    """The account of the file's own rows, of which each may become an activity, a meeting and a figure."""
    read = sum(sheet.table.num_rows for sheet in choose_sheets(sheets, wanted.mapping))
    left_out = sum(map(len, read_left_out(prepared).values()))
    rows = count_rows(list_troubles(prepared, sheets, wanted), read, left_out)
    left = f" + {rows.left_out:,} left out" if rows.left_out else ""
    return (
        f"Rows of the file: {rows.read:,} read = {rows.taken_in:,} to take in + {rows.refused:,} refused{left}. "
        "A row may become an activity, a meeting and a figure; each of those is counted below."
    )


def finish(result: LoadResult, terminal: Terminal, as_json: bool) -> int:
    """Says what was done; the exit code is 1 where rows were rejected."""
    if as_json:
        print_json(asdict(result))
    elif not result.already_loaded:
        for line in say_receipt(result):
            terminal.say(line)
    return SOME_REJECTED if (result.rows_rejected and not result.already_loaded) or result.faults else DONE


def match_columns(home: Home, sheets: list[Sheet], terminal: Terminal) -> ColumnMapping:
    """The matching as a person said it; where these columns were matched before, that is proposed whole."""
    sheet = choose_sheet(sheets)
    headers, samples = sheet.table.column_names, sheet.table.slice(0, SAMPLE).to_pylist()
    saved = find_mapping(home, headers, is_part=find_origin([sheet.detected]) is not None)
    if saved:
        terminal.say(f"These columns were matched before, for {saved.organisation}:")
        for column, name in saved.columns:
            terminal.say(f"  {column}: {read_fields()[name].label}")
        terminal.say(f"  Each row: {EACH_ROW[saved.each_row]}")
        if {name for _, name in saved.columns} & set(PLACES):
            terminal.say(f"  Its places: {ROLES[saved.place_role]}")
        if terminal.agree("Match them in the same way?"):
            return saved
    proposals = propose_saved(headers, saved) if saved else propose_columns(headers, samples)
    role = saved.place_role if saved else propose_place_role(headers, proposals)
    return ask_matching(headers, samples, proposals, saved, role, terminal)


def ask_matching(
    headers: list[str],
    samples: list[dict],
    proposals: list[Proposal],
    saved: ColumnMapping | None,
    role: str | None,
    terminal: Terminal,
) -> ColumnMapping:
    """Every column asked about, then the file as a whole; once more where it does not fit together."""
    fields = read_fields()
    terminal.say("What is in each column? A column can be:")
    for number, (name, field) in enumerate(fields.items(), 1):
        terminal.say(f"  {number:>2}  {name}: {field.label}")
    terminal.say(
        "Write a number or a name; Enter takes what is proposed; - leaves the column out, and nothing of it is kept."
    )
    while True:
        chosen = [ask_column(one, samples, terminal) for one in proposals]
        each_row = terminal.choose("Each row is …", EACH_ROW, saved.each_row if saved else next(iter(EACH_ROW)))
        places = terminal.choose("Its places are …", ROLES, role) if set(chosen) & set(PLACES) else None
        known = saved.organisation if saved else ""
        organisation = terminal.ask(f"Which organisation is it from?{f' [{known}]' if known else ''}") or known
        problems = find_problems(headers, chosen, organisation, each_row, places)
        if not problems:
            pairs = tuple((header, field) for header, field in zip(headers, chosen, strict=True) if field)
            return ColumnMapping(pairs, organisation, each_row, places or NO_PLACES)
        terminal.say("There is something to put right. " + " ".join(problems))
        terminal.say("Enter now takes what you chose for each column.")
        proposals = [Proposal(one.column, field, "As chosen.") for one, field in zip(proposals, chosen, strict=True)]


def ask_column(proposal: Proposal, samples: list[dict], terminal: Terminal) -> str | None:
    """What one column is; None where it is left out."""
    fields = read_fields()
    examples = list(dict.fromkeys(row[proposal.column] for row in samples if row.get(proposal.column)))[:EXAMPLES]
    shown = " · ".join(one if len(one) <= WIDTH else f"{one[: WIDTH - 1]}…" for one in examples)
    terminal.say(f"{proposal.column} ({shown or 'no cell is filled'}). {proposal.why}")
    by_word = {word.casefold(): name for name, field in fields.items() for word in (name, field.label)}
    by_word |= {str(number): name for number, name in enumerate(fields, 1)}
    while True:
        answer = terminal.ask(f"“{proposal.column}” is [{proposal.field or LEAVE}]:").casefold()
        if not answer:
            return proposal.field
        if answer == LEAVE:
            return None
        if answer in by_word:
            return by_word[answer]
        terminal.say(
            f"“{answer}” is none of these. Write a number from 1 to {len(fields)}, a name, or - to leave it out."
        )


def ask_rest(
    home: Home, path: Path, file_sha256: str, sheets: list[Sheet], wanted: Wanted, terminal: Terminal
) -> tuple[Prepared, Wanted]:
    """(the file ready to be confirmed, with columns about people left out and its questions answered; all that was said). Nothing is kept yet."""
    asked: set[str] = set()
    while True:
        prepared = prepare_upload(home, path.name, file_sha256, sheets, wanted)
        if prepared.personal:
            wanted = settle_personal(prepared, wanted, terminal)
            continue
        if (order_of_dates := ask_date_order(prepared, sheets, wanted, terminal)) != wanted.options.date_order:
            wanted = replace(wanted, options=replace(wanted.options, date_order=order_of_dates))
            continue
        answers = dict(wanted.options.answers)
        waiting = [one for one in order(prepared.questions, answers) if one.id not in asked | answers.keys()]
        waiting = [one for one in waiting if not one.id.startswith(PREFIX)]
        if not waiting or (len(asked) >= MOST_AT_ONCE and not waiting[0].is_open(answers)):
            return prepared, wanted
        asked.add(waiting[0].id)
        choice = ask_question(waiting[0], terminal)
        if choice != waiting[0].assumed or waiting[0].must_answer:
            wanted = answer(wanted, waiting[0], choice)


def ask_date_order(prepared: Prepared, sheets: list[Sheet], wanted: Wanted, terminal: Terminal) -> str | None:
    """Which comes first in the file's dates: asked once, where one can be read in two ways and nobody has said."""
    if wanted.options.date_order is not None:
        return wanted.options.date_order
    two_ways = list_two_ways(list_troubles(prepared, sheets, wanted))
    if not two_ways:
        return None
    some = "1 date can" if len(two_ways) == 1 else f"{len(two_ways):,} dates can"
    return terminal.choose(
        f"{some} be read in two ways, such as “{two_ways[0]}”. Which comes first in the dates of this file?",
        ORDERS,
        None,
    )


def ask_earlier(home: Home, prepared: Prepared, terminal: Terminal) -> str | None:
    """The batch that the file takes the place of, as a person says of one that holds activities of it; None where it adds to it."""
    generation = open_current(home)
    if generation is None:
        return None
    found = find_earlier(generation.cursor(), prepared.manifest, prepared.mapped)
    if not found:
        return None
    others = f" {say_count(len(found) - 1, 'older files')} hold some, too." if found[1:] else ""
    chosen = terminal.choose(f"{found[0].say()}.{others} What is this file?", WHAT_IT_IS, None)
    return found[0].batch_id if chosen == CORRECTION else None


def ask_question(question: Question, terminal: Terminal) -> str:
    """The id of the choice that a person made; Enter takes what is assumed, unless it must be answered."""
    told = "\n".join([question.sentence, *(f"  {line}" for line in question.evidence)])
    choices = {choice.id: choice.label for choice in question.choices}
    return terminal.choose(told, choices, None if question.must_answer else question.assumed)


def settle_personal(prepared: Prepared, wanted: Wanted, terminal: Terminal) -> Wanted:
    """What was said, without the columns about people, each of which a person is asked to leave out. Raises BadFile where one is kept."""
    terminal.say(
        "Soundings keeps no names, e-mail addresses, phone numbers or home addresses. Nothing of this file has been kept."
    )
    for column in dict.fromkeys(one.column for one in prepared.personal):
        what = next(one.what for one in prepared.personal if one.column == column)
        if (question := find_question(column, prepared.questions)) and (
            choice := ask_question(question, terminal)
        ) == ACTIVITIES:
            wanted = answer(wanted, question, choice)
            continue
        if not terminal.agree(f"“{column}” looks like {what}. Leave this column out?"):
            way = (
                " Give it a heading that says what it holds, if it is not about people."
                if what == PEOPLE_BY_HEADING
                else ""
            )
            raise BadFile(f"“{column}” looks like {what}, and is never kept. Nothing was loaded.{way}")
        wanted = leave_out(wanted, column)
    if wanted.mapping.column_of("title") is None:
        raise BadFile(
            "No column is left that says what each activity was called. Nothing was loaded. Match the columns again."
        )
    return wanted


def leave_out(wanted: Wanted, column: str) -> Wanted:
    """What was said with a column left out, which is then matched with nothing, as on the page."""
    mapping = replace(wanted.mapping, columns=tuple(pair for pair in wanted.mapping.columns if pair[0] != column))
    drop = tuple(dict.fromkeys([*wanted.options.drop, column]))
    return replace(wanted, options=replace(wanted.options, drop=drop), mapping=mapping)


def answer(wanted: Wanted, question: Question, choice: str) -> Wanted:
    """What was said with one more answer."""
    answers = dict(wanted.options.answers) | {question.id: choice}
    return replace(wanted, options=replace(wanted.options, answers=tuple(answers.items())))
