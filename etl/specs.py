"""Source specs: what data/sources/*.toml say about a kind of file, checked, and which of them a file fits.

The format is written down in docs/sources.md. A spec is data: `Spec.raw` is what a manifest keeps, `parse_spec` reads it back.
"""

from __future__ import annotations

import json
import tomllib
import types
from dataclasses import MISSING, fields, replace
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from etl.mapping.headings import AREA_COLUMN, name_all, name_columns
from etl.parsing import COLUMN_KINDS, DATE_ORDERS
from etl.spec_types import DROP, KEEP, PER_FILE, PER_ROW, PER_VALUE, ROWS, TEMPLATE, Place, Spec, Words
from etl.template.tables import find_table
from etl.types import Sheet
from soundings.home import Home
from soundings.measures import list_countable, read_measures
from soundings.model import ANSWERS, FACTS, ROLES, TOOK_PLACE, BadFile, SoundingsError

WAY_ON = "Match its columns on the page Upload, or with `soundings load FILE --match`."
COLUMNS_NAMED = 6  # of a file that is of no source
ALIKE = 0.6  # as much of two ids must be the same for one to be suggested for the other
SOURCES = Path(__file__).resolve().parent.parent / "data" / "sources"


class BadSpec(SoundingsError):
    """A source spec that cannot be used; the sentence names its file and key."""


@cache
def read_shipped(folder: Path) -> dict[str, Spec]:
    return read_folder(folder)


def read_folder(folder: Path) -> dict[str, Spec]:
    """The specs of a folder by their ids. Raises BadSpec naming the file and key of a wrong one."""
    return {spec.id: spec for spec in map(read_spec_file, sorted(folder.glob("*.toml")))}


def read_spec_file(path: Path) -> Spec:
    """The spec in one file. Raises BadSpec naming the file and key."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadSpec(
            f"{path.name} cannot be read: {error.strerror}. Expected a source's spec, as docs/sources.md describes it."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSpec(f"{path.name} is not TOML that can be read: {error}.") from error
    spec = parse_spec(raw, path.name)
    if spec.id != path.stem:
        raise BadSpec(f"{path.name}: `id` is “{spec.id}”. Expected the file's own name, “{path.stem}”.")
    return spec


def read_specs(folder: Path = SOURCES) -> dict[str, Spec]:
    """Every source spec that comes with Soundings by its id, in order of id. Raises BadSpec naming the file and key of a wrong one."""
    return dict(read_shipped(folder))


def read_home_specs(home: Home) -> dict[str, Spec]:
    """Every source spec by its id: those that come with Soundings, then the home's own. Raises BadSpec as `read_specs` does, and
    where an own one has an id that comes with Soundings."""
    return read_specs() | {spec.id: check_own(spec) for spec in map(read_spec_file, list_own(home))}


def read_sound_specs(home: Home) -> tuple[dict[str, Spec], list[str]]:
    """The same without the own ones that are wrong, and a sentence for each of those."""
    specs, problems = read_specs(), []
    for path in list_own(home):
        try:
            spec = check_own(read_spec_file(path))
        except BadSpec as error:
            problems.append(str(error))
        else:
            specs[spec.id] = spec
    return specs, problems


def list_own(home: Home) -> list[Path]:
    """The files of a home's own sources, by name."""
    return sorted(home.sources.glob("*.toml"))


def check_own(spec: Spec) -> Spec:
    """The spec. Raises BadSpec where its id is one that comes with Soundings: a batch would not say which was meant."""
    if spec.id in read_specs():
        raise BadSpec(
            f"{spec.id}.toml: `id` is that of a source that comes with Soundings. Choose another, such as {spec.id}-ours."
        )
    return spec


def parse_spec(told: dict[str, Any] | str, where: str = "The mapping kept with this batch") -> Spec:
    """The spec of a table of TOML, or of a `Spec.text`. Raises BadSpec naming `where` and the key."""
    raw = json.loads(told) if isinstance(told, str) else told
    spec = build(Spec, {name: value for name, value in raw.items() if name != "raw"}, where, "")
    check_spec(spec, where)
    return replace(spec, raw=raw)


def with_options(spec: Spec, date_order: str | None = None, epoch: int | None = None) -> Spec:
    """The spec with a person's answers to what the file leaves open; they are part of `raw`, so a replay has them too."""
    answers = {"date_order": date_order, "epoch": epoch}
    given = {name: value for name, value in answers.items() if value is not None}
    return parse_spec({**spec.raw, **given}, spec.id) if given else spec


def check_spec(spec: Spec, where: str) -> None:
    """Raises BadSpec where parts of a spec do not fit together."""

    def refuse(key: str, sentence: str) -> None:
        raise BadSpec(f"{where}: `{key}` {sentence}")

    if spec.date_order not in (None, *DATE_ORDERS):
        refuse("date_order", f"is “{spec.date_order}”. Expected {' or '.join(DATE_ORDERS)}.")
    if spec.epoch not in (1900, 1904):
        refuse("epoch", f"is {spec.epoch}. Expected 1900 or 1904.")
    for name, column in spec.column.items():
        if column.read not in COLUMN_KINDS:
            refuse(f"column.{name}.read", f"is “{column.read}”. Expected one of: {', '.join(COLUMN_KINDS)}.")
    if spec.others not in (KEEP, DROP):
        refuse("others", f"is “{spec.others}”. Expected {KEEP} or {DROP}.")
    check_facts(spec, refuse)
    if spec.shape == TEMPLATE:
        return
    if spec.shape != ROWS:
        refuse("shape", f"is “{spec.shape}”. Expected {ROWS} or {TEMPLATE}.")
    if not spec.recognise:
        refuse("recognise", "is missing. Expected the columns that tell this source from others.")
    if gone := [name for name in spec.recognise if spec.screening.get(name) == DROP]:
        refuse("recognise", f"names {gone[0]}, which is not kept. Expected columns that a replay still has.")
    if spec.activity is None:
        refuse("activity", "is missing. Expected how activities are made.")
    if spec.activity.per not in (PER_ROW, PER_VALUE, PER_FILE):
        refuse("activity.per", f"is “{spec.activity.per}”. Expected {PER_ROW}, {PER_VALUE} or {PER_FILE}.")
    if spec.activity.per == PER_VALUE and not spec.activity.key:
        refuse("activity.key", "is missing. Expected the column whose distinct values are the activities.")
    if (spec.count or spec.session or spec.activity.has_place) and spec.place is None:
        refuse("place", "is missing. Expected where records stand, in order of preference.")
    if spec.place:
        check_place(spec.place, refuse)
    for key, part in (("activity.took_place", spec.activity), ("session.took_place", spec.session)):
        if part and part.took_place:
            check_took_place(part.took_place, key, refuse)
    for number, count in enumerate(spec.count):
        if count.measure not in list_countable():
            known = read_measures().get(count.measure)
            why = f"cannot be given as a total. {known.no_total}" if known else "is no measure."
            refuse(
                f"count[{number}].measure",
                f"is “{count.measure}”, which {why} Expected one of: {', '.join(list_countable())}.",
            )
        if count.rows == bool(count.sum):
            refuse(f"count[{number}]", "needs either `rows = true` or `sum` with columns to add.")


def check_took_place(rule: Words, key: str, refuse) -> None:
    """Raises BadSpec where what is to be said of whether it took place is none of the words for it."""
    if rule.column is None and rule.text is None:
        refuse(key, "needs `column`, or `text` where it is the same for all.")
    said = [*rule.words.values(), *(words for *_, words in rule.holding), rule.text, rule.otherwise]
    for word in said:
        if word is not None and word not in TOOK_PLACE:
            refuse(key, f"says “{word}”. Expected one of: {', '.join(TOOK_PLACE)}.")


def check_facts(spec: Spec, refuse) -> None:
    """Raises BadSpec where a fact of the whole source is none of the rubric's, stands twice or cannot be looked up."""
    if spec.fact and spec.shape == TEMPLATE:
        refuse("fact", "cannot be stated for the template, which has a sheet of facts for each activity's own.")
    for number, told in enumerate(spec.fact):
        if told.fact not in FACTS:
            refuse(f"fact[{number}].fact", f"is “{told.fact}”. Expected one of: {', '.join(FACTS)}.")
        if told.answer not in ANSWERS:
            refuse(f"fact[{number}].answer", f"is “{told.answer}”. Expected one of: {', '.join(ANSWERS)}.")
        if not told.evidence.strip():
            refuse(f"fact[{number}].evidence", "is blank. Expected where someone can see that this holds.")
        if told.fact in {earlier.fact for earlier in spec.fact[:number]}:
            refuse(f"fact[{number}].fact", f"is “{told.fact}”, which was answered above. Answer each fact once.")


def check_place(place: Place, refuse) -> None:
    """Raises BadSpec where a place rule could not be followed."""
    if place.role not in ROLES:
        refuse("place.role", f"is “{place.role}”. Expected one of: {', '.join(ROLES)}.")
    for number, way in enumerate(place.tries):
        named = [name for name in ("code", "name", "postcode", "lon") if getattr(way, name)]
        if len(named) != 1 or bool(way.lon) != bool(way.lat):
            refuse(f"place.tries[{number}]", "needs exactly one of code, name, postcode, or lon with lat.")
        if way.lon and number + 1 != len(place.tries):
            refuse(f"place.tries[{number}]", "is a point and must come last.")


def build(cls: type, raw: Any, where: str, key: str) -> Any:
    """A dataclass filled from a table of TOML. Raises BadSpec on unknown, missing and wrongly typed keys."""
    if not isinstance(raw, dict):
        raise BadSpec(f"{where}: `{key}` is {say(raw)}. Expected a table.")
    hints = get_type_hints(cls)
    known = [item.name for item in fields(cls) if item.name != "raw"]
    for name in raw:
        if name not in known:
            raise BadSpec(f"{where}: `{join(key, name)}` is not a key used here. Expected one of: {', '.join(known)}.")
    values = {}
    for item in fields(cls):
        if item.name in raw:
            values[item.name] = convert(hints[item.name], raw[item.name], where, join(key, item.name))
        elif item.default is MISSING and item.default_factory is MISSING:
            raise BadSpec(f"{where}: `{join(key, item.name)}` is missing.")
    return cls(**values)


def convert(hint: Any, value: Any, where: str, key: str) -> Any:
    """`value` as the type `hint`. A plain string where Words are expected is a column's name."""
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return convert(next(part for part in get_args(hint) if part is not type(None)), value, where, key)
    if origin is list and isinstance(value, list):
        return [convert(get_args(hint)[0], item, where, f"{key}[{number}]") for number, item in enumerate(value)]
    if origin is dict and isinstance(value, dict):
        return {name: convert(get_args(hint)[1], item, where, join(key, name)) for name, item in value.items()}
    if hint is Words and isinstance(value, str):
        return Words(column=value)
    if hasattr(hint, "__dataclass_fields__"):
        return build(hint, value, where, key)
    if hint is Any or (origin is None and isinstance(value, hint) and not (hint is int and isinstance(value, bool))):
        return value
    expected = {str: "text", bool: "true or false", int: "a whole number"}.get(
        hint, "a list" if origin is list else "a table"
    )
    raise BadSpec(f"{where}: `{key}` is {say(value)}. Expected {expected}.")


def join(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


def say(value: Any) -> str:
    kinds = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list", dict: "a table"}
    return kinds.get(type(value), "of another kind")


def fits(spec: Spec, columns: list[str]) -> bool:
    """Whether a sheet with these columns can be of this source. “a|b” is either; “a+b” is both."""
    return bool(spec.recognise) and not find_missing(spec, columns)


def find_missing(spec: Spec, columns: list[str]) -> list[str]:
    """What a sheet with these columns lacks to be of this source, in words."""
    known = name_columns(spec, columns)
    lacking = [
        wanted.replace("|", " or ").replace("+", " with ") for wanted in spec.recognise if not has_any(wanted, known)
    ]
    if not lacking and known[: len(spec.first_columns)] != spec.first_columns:
        lacking = [f"{', '.join(spec.first_columns)} as its first column{'s' if len(spec.first_columns) > 1 else ''}"]
    return lacking


def has_any(alternatives: str, columns: list[str]) -> bool:
    return any(all(part in columns for part in choice.split("+")) for choice in alternatives.split("|"))


def find_sheets(spec: Spec, sheets: list[Sheet]) -> list[Sheet]:
    """The sheets of a file that are of this source, in order of name."""
    if spec.shape == TEMPLATE:
        found = [sheet for sheet in sheets if find_table(sheet.table.column_names)]
    else:
        found = [sheet for sheet in sheets if fits(spec, sheet.table.column_names)]
    return sorted(found, key=lambda sheet: sheet.name)


def list_unused(spec: Spec, sheet: Sheet) -> list[str]:
    """The columns of a sheet that nothing is ever read from: the spec, or the template's table, does not name them."""
    columns = sheet.table.column_names
    if spec.shape == TEMPLATE:
        table = find_table(columns)
        return [name for name in columns if name not in (*(table.columns if table else ()), AREA_COLUMN)]
    used = name_all(spec) | set(spec.screening)
    return [own for own, name in zip(columns, name_columns(spec, columns), strict=True) if name not in used]


def recognise_source(sheets: list[Sheet], specs: dict[str, Spec]) -> Spec:
    """The one spec whose columns a file has; where several fit, the one that asks for most. Raises BadFile otherwise."""
    fitting = [spec for spec in specs.values() if find_sheets(spec, sheets)]
    most = max((len(spec.recognise) for spec in fitting), default=0)
    best = [spec for spec in fitting if len(spec.recognise) == most]
    if len(best) == 1:
        return best[0]
    if best:
        raise BadFile(
            f"This file could be of {len(best)} sources: {', '.join(spec.id for spec in best)}. Say which with --source."
        )
    raise BadFile(f"{say_unknown(sheets, specs)} {WAY_ON}")


def say_unknown(sheets: list[Sheet], specs: dict[str, Spec]) -> str:
    """That a file is of no source, with what it lacks for the nearest, in one sentence."""
    nearest, missing = find_nearest(sheets, specs)
    if nearest:
        return f"This file is of no known source: it comes closest to {nearest.id}, for which it lacks {join_words(missing)}."
    columns = list(dict.fromkeys(name for sheet in sheets for name in sheet.table.column_names))
    more = [f"{len(columns) - COLUMNS_NAMED} more"] if len(columns) > COLUMNS_NAMED else []
    named = join_words([*columns[:COLUMNS_NAMED], *more]) or "none"
    return f"This file is of no known source: no source is near its columns ({named})."


def find_spec(specs: dict[str, Spec], source: str) -> Spec:
    """The spec with this id. Raises BadFile with the ids that are most alike where there is none."""
    if source in specs:
        return specs[source]
    alike = get_close_matches(source.casefold(), list(specs), n=3, cutoff=ALIKE)
    meant = f" Did you mean {join_words(alike, 'or')}?" if alike else ""
    raise BadFile(f"There is no source “{source}”.{meant} `soundings sources` lists the sources there are.")


def join_words(words: list[str], last: str = "and") -> str:
    """“a”, “a and b”, “a, b and c”."""
    return f" {last} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def find_nearest(sheets: list[Sheet], specs: dict[str, Spec]) -> tuple[Spec | None, list[str]]:
    """The spec of which a sheet has most of the columns, half or more, and those it lacks."""
    best: tuple[float, Spec | None, list[str]] = (0.5, None, [])
    for sheet in sheets:
        for spec in specs.values():
            known = name_columns(spec, sheet.table.column_names)
            there = sum(has_any(wanted, known) for wanted in spec.recognise)
            share = there / len(spec.recognise) if spec.recognise else 0.0
            if share > best[0] or (share == best[0] and best[1] is None):
                best = (share, spec, find_missing(spec, sheet.table.column_names))
    return best[1], best[2]
