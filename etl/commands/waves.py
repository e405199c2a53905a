"""The commands that ask people who took part: `soundings wave open`, `close`, `list`, `pool` and `statement`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from soundings.home import find_home

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
WaveId = Annotated[str, typer.Argument(metavar="WAVE", help="The asking's id; `soundings wave list` shows it.")]

wave_app = typer.Typer(
    help="Ask the people who took part how it was. No command prints what anyone answered.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@wave_app.command("open")
def open_command(
    activity: Annotated[str, typer.Argument(help="The activity's id, or its title.")],
    reader: Annotated[str, typer.Option(help="Who reads the open box: a role outside this project.")],
    call: Annotated[str, typer.Option(help="The number to call if someone is at risk.")],
    address: Annotated[str, typer.Option(help="Where phones reach the dashboard: http://192.0.2.7:8501.")],
    people: Annotated[int | None, typer.Option(help="How many are invited: each gets a code.")] = None,
    shared: Annotated[
        bool, typer.Option("--shared", help="One code for everyone; one answer each is not assured.")
    ] = False,
    statement: Annotated[bool, typer.Option("--statement", help="Also a code for the group's own statement.")] = False,
    sheet: Annotated[Path | None, typer.Option(help="Where to write the sheet of codes; else codes-WAVE.html.")] = None,
) -> int:
    """Open an asking of one activity's people, and write the sheet of codes to print, cut up and shuffle."""
    from etl.commands.printing_waves import show_opened
    from etl.participants.wave_sheet import check_address, is_only_here, make_sheet
    from etl.participants.waves import open_wave
    from soundings.model import SoundingsError

    check_address(address)
    if sheet is not None:
        reserve_file(sheet)
    said = {"people": people, "reader": reader, "call": call, "is_shared": shared, "has_statement": statement}
    try:
        opened = open_wave(find_home(), activity, today=date.today(), **said)
    except SoundingsError:
        if sheet is not None:
            sheet.unlink()
        raise
    path = sheet or reserve_file(Path(f"codes-{opened.wave.wave_id}.html"))
    path.write_text(make_sheet(opened, address), encoding="utf-8")
    return show_opened(opened, path, is_only_here(address))


def reserve_file(path: Path) -> Path:
    """The path of a new, empty file that only its owner may read. Raises SoundingsError where there is one, or cannot be."""
    from soundings.model import SoundingsError

    try:
        path.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        raise SoundingsError(
            f"There is a file {path} already, and it may hold codes. Give another name with --sheet."
        ) from None
    except OSError as error:
        raise SoundingsError(f"{path} cannot be written ({error}). Give another place with --sheet.") from error
    return path


@wave_app.command("close")
def close_command(wave: WaveId, as_json: AsJson = False) -> int:
    """Close an asking: no more answers; what may be published goes into the store."""
    from etl.commands.printing_waves import show_decided
    from etl.participants.waves import close_wave

    return show_decided(close_wave(find_home(), wave), as_json)


@wave_app.command("list")
def list_command(as_json: AsJson = False) -> int:
    """List the askings and what became of each; never how many answered."""
    from etl.commands.printing_waves import show_waves
    from etl.participants.waves import list_waves

    return show_waves(list_waves(find_home()), as_json)


@wave_app.command("pool")
def pool_command(
    waves: Annotated[list[str], typer.Argument(metavar="WAVE WAVE WAVE …", help="Three closed askings or more.")],
    as_json: AsJson = False,
) -> int:
    """Publish several small groups' answers as one, once."""
    from etl.commands.printing_waves import show_decided
    from etl.participants.waves import pool_waves

    return show_decided(pool_waves(find_home(), waves), as_json)


@wave_app.command("statement")
def statement_command(
    activity: Annotated[str, typer.Argument(help="The activity's id, or its title.")],
    kind: Annotated[str, typer.Option(help="agreed statement, reply of people who took part, reply of the organiser.")],
    words: Annotated[str, typer.Option(help="What is to be published, word for word.")],
) -> int:
    """Add what a group has read and agreed, or a reply, to an activity."""
    from etl.participants.feedback import find_activity
    from etl.participants.statements import add_statement

    home = find_home()
    activity_id, title = find_activity(home, activity)
    accepted = add_statement(home, activity_id, kind, words, date.today())
    print(
        f"Added to {title} as batch {accepted.batch.batch_id}. To take it back: soundings undo {accepted.batch.batch_id}"
    )
    return 0
