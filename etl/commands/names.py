"""The commands about names: `soundings classify` and `soundings thresholds`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from soundings.home import find_home

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]

thresholds_app = typer.Typer(
    help="The numbers that make a continuing relationship, and the log of their changes.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def classify_command(
    facts: Annotated[
        Path | None,
        typer.Argument(metavar="FACTS.json", help="One activity's facts as a JSON object; “-” reads standard input."),
    ] = None,
    register: Annotated[
        bool, typer.Option("--register", help="Name every activity in the store again, and say what changed and why.")
    ] = False,
    everything: Annotated[
        bool, typer.Option("--everything", help="With --register: also where neither facts nor rubric changed.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Name one activity from its facts, or the whole register again."""
    from etl.commands.printing_names import show_classification, show_name_changes
    from soundings.model import SoundingsError

    if (facts is None) != register:
        raise SoundingsError(
            "Say what to name: a file of one activity's facts (soundings classify FACTS.json), or --register for every activity "
            "in the store. One of the two."
        )
    if register:
        from etl.commands.printing import progress
        from etl.naming import rerun_register

        with progress("Naming activities"):
            changes = rerun_register(find_home(), everything=everything)
        return show_name_changes(changes, as_json)
    from soundings.thresholds import find_rubric

    return show_classification(read_json(facts), str(facts), find_rubric(find_home()), as_json)


def read_json(path: Path) -> object:
    """What a JSON file holds. Raises BadFile where it cannot be read."""
    import sys

    from soundings.facts_file import parse_facts
    from soundings.model import BadFile

    try:
        told = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
        text = told.decode("utf-8-sig")
    except OSError as error:
        raise BadFile(
            f"{path} cannot be read ({error.strerror}). Give a JSON file in UTF-8 with one object of facts."
        ) from error
    except UnicodeDecodeError as error:
        raise BadFile(
            f"{path} is not in UTF-8 (byte {error.start + 1:,} is of another encoding). Save it as JSON in UTF-8."
        ) from error
    return parse_facts(text, str(path))


@thresholds_app.command("show")
def show_thresholds_command(as_json: AsJson = False) -> int:
    """The thresholds in force, and who changed what, when and why."""
    from etl.commands.printing_names import show_thresholds

    return show_thresholds(find_home(), as_json)


@thresholds_app.command("set")
def set_threshold_command(
    threshold: Annotated[str, typer.Argument(help="continuing_sessions, continuing_months or continuing_returning.")],
    value: Annotated[int, typer.Argument(help="The new number.")],
    why: Annotated[str, typer.Option(help="The reason, for everyone to read.")],
    who: Annotated[str | None, typer.Option(help="Who decided it; else this account's name.")] = None,
    as_json: AsJson = False,
) -> int:
    """Change a threshold here, in the open: the change is logged, every activity is named again."""
    from etl.accepting import say_who
    from etl.commands.printing_names import show_name_changes
    from etl.naming import set_threshold

    return show_name_changes(set_threshold(find_home(), threshold, value, who or say_who(), why), as_json)
