"""The command line, `soundings`. Each command imports what it needs, so that `--help` answers at once."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from etl.commands.invites import invite_command
from etl.commands.names import classify_command, thresholds_app
from etl.commands.waves import wave_app
from soundings.home import find_home
from soundings.model import SoundingsError

DONE, SOME_REJECTED, FAILED = 0, 1, 2

app = typer.Typer(
    name="soundings",
    help="Maps where people were asked and where they were worked with, and never confuses the two.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
places_app = typer.Typer(help="Boundaries and codes of places.", no_args_is_help=True, rich_markup_mode=None)
sources_app = typer.Typer(help="The sources that files are recognised as, one's own too.", rich_markup_mode=None)
demo_app = typer.Typer(help="The made-up district of Tidewell.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(places_app, name="places")
app.add_typer(demo_app, name="demo")
app.add_typer(sources_app, name="sources")
app.add_typer(thresholds_app, name="thresholds")
app.add_typer(wave_app, name="wave")
app.command("classify")(classify_command)
app.command("invite")(invite_command)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Kind = Annotated[str, typer.Option(help="Kind of place: lsoa, neighbourhood, msoa, ward, district, region, country.")]
Crs = Annotated[str | None, typer.Option(help="Coordinate reference system, where the file does not say: EPSG:27700.")]
Replaces = Annotated[
    list[str] | None,
    typer.Option(
        "--replaces", help="A batch of places of this kind whose place these take, until undone; may be repeated."
    ),
]
Beside = Annotated[
    bool, typer.Option("--beside", help="These stand beside those they lie over, as a set of their own.")
]
SetName = Annotated[str | None, typer.Option("--set", help="The name of the set that these are of, such as 2024.")]
Batch = Annotated[str, typer.Argument(help="The batch's id, or its first four characters or more.")]


@app.command()
def load(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="Files, or a folder with the template's sheets.")
    ],
    source: Annotated[str | None, typer.Option(help="The source's id; else it is recognised by its columns.")] = None,
    sheet: Annotated[str | None, typer.Option(help="The sheet of a workbook to read.")] = None,
    header_row: Annotated[int | None, typer.Option(help="The row that holds the column names, from 1.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Such as utf-8 or cp1252.")] = None,
    delimiter: Annotated[str | None, typer.Option(help="What stands between cells; “tab” for a tab.")] = None,
    crs: Crs = None,
    drop: Annotated[list[str] | None, typer.Option(help="A column to leave out; may be repeated.")] = None,
    date_order: Annotated[
        str | None, typer.Option(help="How dates such as 3/4/2024 are meant: day-first or month-first.")
    ] = None,
    epoch: Annotated[int | None, typer.Option(help="1904 for a workbook that counts its days from then.")] = None,
    decimal: Annotated[
        str | None, typer.Option(help="“comma” for a file whose numbers have a comma as their decimal point: -1,593.")
    ] = None,
    replaces: Annotated[
        str | None, typer.Option(help="The batch that this file corrects; it stands aside until this one is undone.")
    ] = None,
    read_again: Annotated[
        bool,
        typer.Option(
            "--read-again", help="This very file is loaded, read in another way: take the place of that reading."
        ),
    ] = False,
    answer: Annotated[
        list[str] | None,
        typer.Option(
            help="QUESTION=CHOICE: an answer to what the file leaves open, as the load shows it; may be repeated."
        ),
    ] = None,
    match: Annotated[
        bool,
        typer.Option(
            "--match", help="Ask here what each column of a file is that no source knows, and keep the answers."
        ),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would come of it; write nothing.")] = False,
    as_json: AsJson = False,
) -> int:
    """Load a file of activity, or several. Each is a batch of its own; one that fails does not stop the next."""
    from etl.commands.printing import progress, show_load, show_loads
    from etl.loading import ReadOptions, load_file
    from etl.questions.asking import parse_answers

    answers = parse_answers(answer or ())
    options = ReadOptions(
        sheet, header_row, encoding, delimiter, crs, tuple(drop or ()), date_order, epoch, answers, decimal
    )
    said = {"dry_run": dry_run, "options": options, "replaces": replaces, "read_again": read_again}
    if match:
        from etl.commands.matching import load_matched

        return load_matched(find_home(), files, source, as_json=as_json, **said)
    results, failures = [], []
    for file in files:
        try:
            with progress(f"Loading {file.name}") as report:
                results.append(load_file(find_home(), file, source, report=report, **said))
        except SoundingsError as error:
            if len(files) == 1:
                raise
            failures.append(f"{file.name}: {error}")
    code = show_load(results[0], as_json) if len(files) == 1 else show_loads(results, as_json)
    for failure in failures:
        print(failure, file=sys.stderr)
    return FAILED if failures else code


@places_app.command("add")
def add_places_command(
    file: Annotated[
        Path, typer.Argument(help="GeoJSON, GeoPackage, zipped Shapefile, GeoParquet, KML, KMZ or FlatGeobuf.")
    ],
    kind: Kind,
    code: Annotated[str | None, typer.Option(help="The column with the places' codes.")] = None,
    name: Annotated[str | None, typer.Option(help="The column with the places' names.")] = None,
    parent: Annotated[str | None, typer.Option(help="The column with the code of the place around each.")] = None,
    crs: Crs = None,
    vintage: Annotated[str | None, typer.Option(help="The year of the boundaries, such as 2025.")] = None,
    layer: Annotated[
        str | None, typer.Option(help="The layer of a GeoPackage, or the folder of a KML file, to read.")
    ] = None,
    swap: Annotated[
        bool, typer.Option("--swap", help="Read latitude first, where longitude and latitude are swapped.")
    ] = False,
    licence: Annotated[str | None, typer.Option(help="The licence of the boundaries, as it is to be shown.")] = None,
    attribution: Annotated[str | None, typer.Option(help="Who is to be named with the boundaries.")] = None,
    figures: Annotated[
        list[Path] | None,
        typer.Option(help="A table with population, households or deprivation by code; may be repeated."),
    ] = None,
    population: Annotated[str | None, typer.Option(help="The column with the number of residents.")] = None,
    households: Annotated[str | None, typer.Option(help="The column with the number of households.")] = None,
    deprivation: Annotated[
        str | None, typer.Option(help="The column with the deprivation decile, 1 the most deprived tenth.")
    ] = None,
    replaces: Replaces = None,
    beside: Beside = False,
    set_name: SetName = None,
    as_json: AsJson = False,
) -> int:
    """Add the boundaries of places. Where they lie over others of their kind, say what they are to those."""
    from etl.commands.printing import progress, show_load
    from etl.places.loading import add_places
    from etl.places.sets import Answer

    said = {"code": code, "name": name, "parent": parent, "crs": crs, "vintage": vintage, "layer": layer}
    said |= {"licence": licence, "attribution": attribution, "swap": swap}
    said |= {"population": population, "households": households, "deprivation": deprivation}
    with progress("Adding places") as report:
        answer = Answer(tuple(replaces or ()), beside, set_name)
        result = add_places(find_home(), file, kind, figures=tuple(figures or ()), answer=answer, report=report, **said)
    return show_load(result, as_json)


@places_app.command("fetch")
def fetch_places_command(
    code: Annotated[str, typer.Argument(help="A local authority's code, such as E08000035.")],
    kind: Kind = "ward",
    layer: Annotated[str | None, typer.Option(help="Another boundary layer of the ONS's service.")] = None,
    replaces: Replaces = None,
    beside: Beside = False,
    set_name: SetName = None,
    as_json: AsJson = False,
) -> int:
    """Fetch an authority's boundaries and population from the ONS and Nomis (needs a network), and add them."""
    from etl.commands.printing import progress, show_load
    from etl.places.loading import fetch_and_add
    from etl.places.sets import Answer

    with progress("Fetching places") as report:
        answer = Answer(tuple(replaces or ()), beside, set_name)
        result = fetch_and_add(find_home(), code, kind, layer=layer, answer=answer, report=report)
    return show_load(result, as_json)


@places_app.command("history")
def add_history_command(
    file: Annotated[Path, typer.Argument(help="A CSV with old_code, new_code (and kind, changed).")],
    as_json: AsJson = False,
) -> int:
    """Add a list of superseded codes and the codes that took over from them."""
    from etl.commands.printing import show_load
    from etl.places.loading import add_history

    return show_load(add_history(find_home(), file), as_json)


@places_app.command("alias")
def add_aliases_command(
    file: Annotated[Path, typer.Argument(help="A CSV with alias, place_code (and within_code).")],
    as_json: AsJson = False,
) -> int:
    """Add a reviewed list of other names that places go by."""
    from etl.commands.printing import show_load
    from etl.places.loading import add_aliases

    return show_load(add_aliases(find_home(), file), as_json)


@app.command()
def undo(batch: Batch, as_json: AsJson = False) -> int:
    """Take a batch's rows out of the store. The batch stays in the inbox and can be put back."""
    from etl.commands.printing import progress, show_state
    from etl.loading import undo as undo_batch

    with progress("Undoing"):
        result = undo_batch(find_home(), batch)
    return show_state(result, as_json)


@app.command()
def redo(batch: Batch, as_json: AsJson = False) -> int:
    """Put an undone batch back."""
    from etl.commands.printing import progress, show_state
    from etl.loading import redo as redo_batch

    with progress("Putting back"):
        result = redo_batch(find_home(), batch)
    return show_state(result, as_json)


@app.command()
def rebuild(as_json: AsJson = False) -> int:
    """Make the store again from the inbox, and check that it holds the same."""
    from etl.commands.printing import progress, show_rebuild
    from etl.loading import rebuild as rebuild_store

    with progress("Rebuilding"):
        result = rebuild_store(find_home())
    return show_rebuild(result, as_json)


@app.command()
def status(as_json: AsJson = False) -> int:
    """Show what is loaded, and whether the store says what the inbox says."""
    from etl.commands.printing import show_status
    from etl.status import status as read_status

    return show_status(read_status(find_home()), as_json)


@app.command()
def table(
    measure: Annotated[str, typer.Option(help="The measure's id, such as entries; docs/measures.md lists them.")],
    kind: Kind,
    source: Annotated[str | None, typer.Option(help="Count this source's own rows only.")] = None,
    parent: Annotated[str | None, typer.Option(help="Only places inside the place with this code.")] = None,
    role: Annotated[str | None, typer.Option(help="venue, home or area; needed where there are several.")] = None,
    set_name: Annotated[
        str | None, typer.Option("--set", help="The set of places, where there are several; else the newest.")
    ] = None,
    format: Annotated[str, typer.Option(help="csv or json.")] = "csv",
) -> int:
    """Print a measure by place: exactly the rows of the page's table."""
    from soundings.export import table_csv, table_json
    from soundings.queries import read_table
    from soundings.store import open_current
    from soundings.views import say_set

    if format not in ("csv", "json"):
        raise SoundingsError(f"There is no format “{format}”. Choose csv or json.")
    home = find_home()
    generation = open_current(home)
    if generation is None:
        raise SoundingsError(
            f"Nothing is loaded in {home.root} yet. Add boundaries with: soundings places add FILE --kind {kind}"
        )
    asked = {"measure": measure, "kind": kind, "source": source, "parent": parent, "role": role, "place_set": set_name}
    found = read_table(generation.cursor(), **asked)
    for sentence in say_set(found):
        print(sentence, file=sys.stderr)
    sys.stdout.write(table_csv(found) if format == "csv" else table_json(found) + "\n")
    return DONE


@sources_app.callback(invoke_without_command=True)
def list_sources_command(context: typer.Context, as_json: AsJson = False) -> int:
    """List the sources that files are recognised as, and where each is from."""
    from etl.commands.printing import show_sources
    from etl.specs import list_own, read_home_specs

    if context.invoked_subcommand is not None:
        return DONE
    home = find_home()
    return show_sources(read_home_specs(home), {path.stem for path in list_own(home)}, as_json)


@sources_app.command("check")
def check_source_command(
    spec: Annotated[Path, typer.Argument(metavar="SPEC", help="The source's spec, a TOML file.")],
    file: Annotated[Path | None, typer.Argument(help="A file to read with it; nothing is kept.")] = None,
    as_json: AsJson = False,
) -> int:
    """Check a source's spec, and show what would come of a file that is read with it."""
    from etl.commands.printing import progress, show_load
    from etl.loading import load_file
    from etl.specs import check_own, read_spec_file

    checked = check_own(read_spec_file(spec))
    if file is None:
        print(f"{spec.name} is a spec that can be used. To use it, put it into {find_home().sources}.")
        return DONE
    with progress(f"Reading {file.name}") as report:
        result = load_file(find_home(), file, spec=checked, dry_run=True, report=report)
    return show_load(result, as_json)


@app.command()
def template(
    directory: Annotated[Path, typer.Argument(help="Where to write; made if it is not there.")] = Path("."),
    format: Annotated[str, typer.Option(help="csv (a file for each sheet) or xlsx (one workbook).")] = "csv",
) -> int:
    """Write empty sheets to fill in."""
    from etl.template.files import write_template

    for path in write_template(directory, format):
        print(path)
    return DONE


@demo_app.command("add")
def add_demo_command() -> int:
    """Load Tidewell, a made-up district, to look around in."""
    from etl.commands.printing import progress
    from etl.demo.illustrating import add_demo

    with progress("Making Tidewell") as report:
        results = add_demo(find_home(), report=report)
    print(
        f"Tidewell is loaded, in {len(results)} batches. It is made up; “illustrative” stands on every page that shows it."
    )
    return DONE


@demo_app.command("remove")
def remove_demo_command() -> int:
    """Take Tidewell out again."""
    from etl.demo.illustrating import remove_demo

    removed = remove_demo(find_home())
    print(f"Tidewell's {len(removed)} batches are out of the store." if removed else "Tidewell was not loaded.")
    return DONE


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 8501,
    host: Annotated[str, typer.Option(help="The address to listen on; localhost is this machine only.")] = "localhost",
) -> int:
    """Open the dashboard in a browser. An empty home gets the made-up district of Tidewell first."""
    from etl.serving import serve as serve_dashboard

    return serve_dashboard(find_home(), host, port)


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0 done, 1 done but some rows were rejected, 2 failed, with one sentence on stderr."""
    from typer.exceptions import TyperException

    from etl.sparing import spare_pandas

    try:
        with spare_pandas():
            return int(app(args=arguments, standalone_mode=False) or DONE)
    except TyperException as error:  # an unknown command or option: Typer says which, and what there is
        error.show()
    except SoundingsError as error:
        print(error, file=sys.stderr)
    except (KeyboardInterrupt, typer.Abort):
        print("Stopped. What was acknowledged is kept; nothing else was.", file=sys.stderr)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:  # noqa: BLE001 — the last border: a person gets one sentence, a developer asks for more
        if os.environ.get("SOUNDINGS_TRACEBACK"):
            raise
        print(
            f"Soundings met something it does not know how to handle ({type(error).__name__}: {error}). This is a fault in "
            "Soundings: please report it, with what SOUNDINGS_TRACEBACK=1 before the command prints.",
            file=sys.stderr,
        )
    return FAILED
