"""What the command line says: for people in words, for programs in JSON; progress goes to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict

from etl.added import join_words
from etl.questions.asking import order, say_question
from etl.results import LoadResult
from etl.undoing import RebuildResult, StateResult
from soundings.views import KIND_PLURAL

DONE, SOME_REJECTED, FAILED = 0, 1, 2
STATE_WORDS = {
    "located": "located",
    "outside": "outside the loaded places",
    "unlocated": "unlocated",
    "not_tied": "not tied to a place",
}
SHOWN = 12


@contextmanager
def progress(title: str) -> Iterator[Callable[[str], None]]:
    """Calls to tell each step as it begins; drawn as a moving line on a terminal, and nowhere else."""
    if not sys.stderr.isatty():
        yield lambda step: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda step: bar.update(task, description=f"{title}: {step.lower()}")


def print_json(value) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1, default=str))


def show_load(result: LoadResult, as_json: bool) -> int:
    """Prints what became of a file; the exit code is 1 where rows were rejected."""
    if as_json:
        print_json(asdict(result))
    else:
        print("\n".join(say_load(result)))
    return SOME_REJECTED if (result.rows_rejected and not result.already_loaded) or result.faults else DONE


def show_loads(results: list[LoadResult], as_json: bool) -> int:
    """Prints what became of several files (as JSON, a list); the exit code is the worst of theirs."""
    if as_json:
        print_json([asdict(result) for result in results])
    worst = DONE
    for result in results:
        worst = max(worst, SOME_REJECTED if result.rows_rejected and not result.already_loaded else DONE)
        if not as_json:
            print("\n".join(say_load(result)))
    return worst


def say_load(result: LoadResult) -> Iterator[str]:
    """The lines that tell a person what became of a file."""
    if result.already_loaded:
        yield f"{result.file_name} was loaded before, as batch {result.batch_id}; nothing was doubled."
        if result.stands_aside_for:
            yield f"It stands aside for batch {result.stands_aside_for}. To have it back: soundings undo {result.stands_aside_for}"
        elif result.is_undone:
            yield f"It is undone at present. To put it back: soundings redo {result.batch_id}"
        yield from result.faults
        return
    yield from say_outcome(result)
    yield from say_receipt(result)


def say_outcome(result: LoadResult) -> Iterator[str]:
    """What is in a file, row by row in sums, and what it leaves open."""
    yield f"{result.file_name}: {result.source_id}"
    for name, detected in result.detected.items():
        told = ", ".join(
            f"{key.replace('_', ' ')} {value!s}" for key, value in detected.items() if value not in ("", None)
        )
        if told:
            yield f"  {name}: {told}"
    for decision in result.decisions:
        yield f"  {decision}"
    for warning in result.warnings:
        if warning not in result.decisions:
            yield f"  {warning}"
    yield (
        f"{result.rows_read:,} rows read = {result.rows_accepted:,} accepted + {result.rows_rejected:,} rejected"
        + (f"; {result.values_set_aside:,} values set aside" if result.values_set_aside else "")
    )
    for line in result.left_out:
        yield f"  left out before that: {line}"
    for sheet in result.account:
        yield f"  {sheet.say()}"
    if result.added:
        yield f"{'It would add' if result.is_dry_run else 'It adds'} {join_words(result.added)}."
    if result.kind == "records" and not result.is_refused:
        yield "Records: " + " · ".join(f"{result.places.get(state, 0):,} {word}" for state, word in STATE_WORDS.items())
    for sentence in result.passed_over[:SHOWN]:
        yield f"  {sentence}"
    for reason in result.place_reasons[:SHOWN]:
        yield f"  {STATE_WORDS[reason.state]}: {reason.count:,} × {reason.reason}"
    for reason in result.reasons[:SHOWN]:
        did = "rejected" if reason.is_row_rejected else "set aside"
        yield f"  {did}: {reason.count:,} × {reason.column}: {reason.reason}"
    if len(result.reasons) > SHOWN:
        yield f"  … and {len(result.reasons) - SHOWN} more reasons"
    yield from say_questions(result)


def say_receipt(result: LoadResult) -> Iterator[str]:
    """What was done with a file, and how to undo it."""
    if result.rejected_file:
        yield f"What was rejected or set aside is in {result.rejected_file}"
    if result.demo_withdrawn:
        yield "The made-up district of Tidewell was withdrawn (soundings demo add brings it back)."
    if result.is_refused:
        was = "would be" if result.is_dry_run else "was"
        yield (
            f"No row could be taken in, so nothing {was} loaded. Put the rows right, or say which source the file is of: "
            "`soundings sources` lists them."
        )
    if result.is_dry_run:
        yield "This was a dry run: nothing was written."
    elif result.is_refused:
        return
    else:
        yield from result.faults
        yield f"Batch {result.batch_id}. To take it out again: soundings undo {result.batch_id}"


def say_questions(result: LoadResult) -> Iterator[str]:
    """What only a person knows about the file: what was taken for each question, and how to say otherwise."""
    if not result.questions:
        return
    if result.is_dry_run:
        yield "Only you can say this. Answer with:"
    else:
        yield "This was taken in as marked below. To say otherwise, load the file again with --read-again and:"
    for question in order(result.questions, result.answers):
        yield from (f"  {line}" for line in say_question(question, result.answers))


def show_state(result: StateResult, as_json: bool) -> int:
    """Prints the state of a batch after undo or redo."""
    if as_json:
        print_json(asdict(result))
        return DONE
    if not result.is_change:
        print(f"{result.file_name} (batch {result.batch_id}) is {result.state} already; nothing was changed.")
    elif result.state == "undone":
        print(f"{result.file_name} is undone. To put it back: soundings redo {result.batch_id}")
    elif result.state == "replaced":
        print(
            f"{result.file_name} is not undone any more, but stands aside: a new version of it is loaded. It comes back when that "
            "one is undone; `soundings status` lists the batches there are."
        )
    else:
        print(f"{result.file_name} is back. To take it out again: soundings undo {result.batch_id}")
    for warning in result.warnings:
        print(warning)
    return DONE


def show_rebuild(result: RebuildResult, as_json: bool) -> int:
    """Prints whether the store made again holds what it held; the exit code is 2 where it does not and should."""
    code = FAILED if result.agrees is False else DONE
    if as_json:
        print_json(asdict(result))
        return code
    print(f"Rebuilt from {result.batch_count:,} batches as generation {result.generation}: {result.content_hash}")
    if result.agrees:
        print("It holds exactly what the store before it held.")
    elif result.agrees is False:
        print(
            f"It does NOT hold what the store before it held ({result.content_hash_before}). The rebuilt one is now in use. "
            "This is a fault in Soundings, or someone changed the store or the inbox: please report it.",
            file=sys.stderr,
        )
    elif result.content_hash_before is None:
        print("There was no readable store to compare it with.")
    else:
        print(f"The store before lacked {len(result.added)} of these batches and had {len(result.dropped)} others.")
    return code


def show_status(told: dict, as_json: bool) -> int:
    """Prints the state of an installation; the exit code is 2 where the store is broken."""
    code = FAILED if told["store_state"] == "broken" else DONE
    if as_json:
        print_json(told)
        return code
    print(f"Home: {told['home']}")
    if told["problem"]:
        print(told["problem"], file=sys.stderr)
    elif told["store_state"] == "empty":
        print("Nothing is loaded yet. Start with: soundings places add FILE --kind ward")
    else:
        print(f"Generation {told['generation']}, content {told['content_hash'][:16]}…")
        if told["store_state"] == "behind":
            print("The store is behind the inbox; the next command that writes brings it up to date.")
        else:
            print("The store says what the inbox says.")
        print("Places: " + (", ".join(f"{count:,} of kind {kind}" for kind, count in told["places"].items()) or "none"))
        for kind, names in told["place_sets"].items():
            print(f"Sets of {KIND_PLURAL.get(kind, kind)}, newest first: {', '.join(names)}")
        for sentence in told["place_clashes"]:
            print(sentence)
        print("Records: " + " · ".join(f"{told['records'][state]:,} {word}" for state, word in STATE_WORDS.items()))
    for batch in told["batches"]:
        print(f"  {say_batch(batch)}")
    print("Disk: " + ", ".join(f"{name} {size / 1e6:,.1f} MB" for name, size in told["disk_bytes"].items()))
    return code


def say_batch(batch: dict) -> str:
    """One line about one batch."""
    counts = f", {batch['rows_accepted']:,} of {batch['rows_read']:,} rows" if batch["is_in_store"] else ""
    marks = (", illustrative" if batch["is_demo"] else "") + (", undone" if batch["state"] == "undone" else "")
    return (
        f"{batch['batch_id']}  {batch['accepted_at'][:10]}  {batch['file_name']} ({batch['source_id']}{counts}{marks})"
    )


def show_sources(specs: dict, own: set[str], as_json: bool) -> int:
    """Prints each source's id, what it is, and where it is from: it comes with Soundings, or stands in the home."""
    if as_json:
        told = [{"source_id": spec.id, "title": spec.title, "is_own": spec.id in own} for spec in specs.values()]
        print_json(told)
        return DONE
    width = max(map(len, specs), default=0)
    for spec in specs.values():
        print(f"{spec.id:<{width}}  {spec.title}" + (f" (your own: sources/{spec.id}.toml)" if spec.id in own else ""))
    print("All but your own come with Soundings." if own else "All of these come with Soundings.")
    return DONE
