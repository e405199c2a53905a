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
    from etl.printing_names import show_classification, show_name_changes
    from soundings.model import SoundingsError

    if (facts is None) != register:
        raise SoundingsError(
            "Say what to name: a file of one activity's facts (soundings classify FACTS.json), or --register for every activity "
            "in the store. One of the two."
        )
    if register:
        from etl.naming import rerun_register
        from etl.printing import progress

        with progress("Naming activities"):
            changes = rerun_register(find_home(), everything=everything)
        return show_name_changes(changes, as_json)
    from soundings.thresholds import find_rubric

    return show_classification(read_json(facts), str(facts), find_rubric(find_home()), as_json)


def read_json(path: Path) -> object:
    """What a JSON file holds. Raises BadFile where it cannot be read."""
    import json
    import sys

    from soundings.model import BadFile

    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8-sig")
        return json.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(
            f"{path} cannot be read ({error}). Give a JSON file in UTF-8 with one object of facts."
        ) from error
    except ValueError as error:
        raise BadFile(
            f"{path} is not JSON ({error}). Give one object: a fact's id, then “yes”, “no” or “not_known”."
        ) from error


@thresholds_app.command("show")
def show_thresholds_command(as_json: AsJson = False) -> int:
    """The thresholds in force, and who changed what, when and why."""
    from etl.printing_names import show_thresholds

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
    from etl.naming import set_threshold
    from etl.printing_names import show_name_changes

    return show_name_changes(set_threshold(find_home(), threshold, value, who or say_who(), why), as_json)
