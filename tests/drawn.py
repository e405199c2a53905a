"""What a page drew, piece by piece, and what it may not show: each check returns a sentence for every problem it sees."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from google.protobuf.json_format import MessageToDict
from streamlit.testing.v1 import AppTest

from pages.ui.naming import VERDICTS, mark
from soundings.classify import NOT_YET
from soundings.explanation import NEUTRAL
from soundings.measures import read_measures
from soundings.palette import NAME_HUES
from soundings.rubric import read_rubric, tidy_word
from tests.test_palette import apart, oklch

RULES = {rule.id: rule for rule in read_rubric().rules}
BY_NAME = {rule.name: rule for rule in RULES.values()}
NUMBER = {rule.name: rule.number for rule in RULES.values()}
NAMED = [name for name in NUMBER if name != "Not enough recorded"]
ANY_NAME = "|".join(sorted((re.escape(name) for name in NAMED), key=len, reverse=True))
INPUTS = (
    "checkbox",
    "toggle",
    "radio",
    "selectbox",
    "multiselect",
    "text_input",
    "text_area",
    "number_input",
    "slider",
)
ALERTS = ("success", "warning", "error", "info", "alert")
# Not said on screen: code, ids, and the data of a chart's own data frames.
UNSAID = re.compile(
    r"^(id|key|formId|url|page|pageScriptHash|queryString|js\w*|css\w*|html\w*|componentName|spec|json|icon)$"
)


@dataclass(frozen=True)
class Piece:
    """One element: what it says, its options, its table, and what it hands to a drawing in the browser."""

    kind: str
    said: str
    options: tuple[str, ...] = ()
    table: pd.DataFrame | None = None
    handed: object = None
    inside: tuple[str, ...] = field(default=())


def draw(at: AppTest) -> list[Piece]:
    """Every piece of a page that was run, in the order it was drawn."""
    assert not at.exception, [error.message for error in at.exception]
    return list(walk(at._tree, ()))  # noqa: SLF001 — the only way to every element, in order


def walk(node, inside: tuple[str, ...]) -> Iterator[Piece]:
    for child in node.children.values():
        proto = getattr(child, "proto", None)
        told = MessageToDict(proto) if proto is not None and hasattr(proto, "DESCRIPTOR") else {}
        said = "\n".join(texts_of(told))
        kind = str(getattr(child, "type", "") or "")
        table = child.value if kind in ("arrow_data_frame", "dataframe", "table") else None
        handed = next((json.loads(told[name]) for name in ("json", "spec") if told.get(name)), None)
        if kind == "html":
            said = told.get("body", "")
        yield Piece(kind, said, tuple(map(str, told.get("options", []))), table, handed, inside)
        if hasattr(child, "children"):
            yield from walk(child, (*inside, f"{kind} {said}"))


def texts_of(told: object, key: str = "") -> Iterator[str]:
    """Every text of a message that people see."""
    if isinstance(told, dict):
        for name, value in told.items():
            if not UNSAID.match(name) and name != "options":
                yield from texts_of(value, name)
    elif isinstance(told, list):
        for value in told:
            yield from texts_of(value, key)
    elif isinstance(told, str):
        yield told


def texts_handed(handed: object) -> Iterator[str]:
    """Every text in what is handed to a drawing."""
    if isinstance(handed, dict):
        for value in handed.values():
            yield from texts_handed(value)
    elif isinstance(handed, list):
        for value in handed:
            yield from texts_handed(value)
    elif isinstance(handed, str):
        yield handed


def plain(text: str) -> str:
    """Text without the escapes of Markdown."""
    return re.sub(r"\\([^\w\s])", r"\1", text)


# ---- No score, no composite -------------------------------------------------------------------------------------------

SCORED = re.compile(
    r"\b(scores?|scored|scoring|ratings?|rated|composite|league|ranks?|ranked|rankings?|tiers?|medals?|badges?|graded?|grades"
    r"|best|worst|top \d+|gold|silver|bronze|leaderboard)\b",
    re.IGNORECASE,
)
DENIED = re.compile(r"\b(no|not|never|nor|without)\b[^.]*$", re.IGNORECASE)
INSTRUMENT = re.compile(r"\b(REST|PPEET|PEIRS)\b|instrument")


def find_scores(pieces: list[Piece]) -> list[str]:
    """Words of a score, a rank or a badge; not where a page says that there is none, nor of a validated instrument."""
    problems = []
    for piece in pieces:
        for line in (*plain(piece.said).splitlines(), *piece.options, *columns_of(piece)):
            for found in SCORED.finditer(line):
                if not DENIED.search(line[: found.start()]) and not INSTRUMENT.search(line):
                    problems.append(f"{piece.kind} says “{found.group()}” in “{line[:90]}”")
    return problems


def columns_of(piece: Piece) -> list[str]:
    return [] if piece.table is None else [str(name) for name in piece.table.columns]


def find_composites(pieces: list[Piece]) -> list[str]:
    """A column that is the sum, product, ratio or mean of a breadth column and one of contact or depth."""
    family = {measure.label: measure.family for measure in read_measures().values()}
    problems = []
    for table in (piece.table for piece in pieces if piece.table is not None):
        numbers = {name: column_of(table[name]) for name in table.columns}
        numbers = {name: values for name, values in numbers.items() if values is not None}
        broad = [name for name in numbers if family.get(name) == "breadth"]
        deep = [name for name in numbers if family.get(name) in ("contact", "depth")]
        for one, other, third in itertools.product(broad, deep, numbers):
            if third not in (one, other) and is_made_of(numbers[third], numbers[one], numbers[other]):
                problems.append(f"the column “{third}” is made of “{one}” and “{other}”")
    return problems


def column_of(values: pd.Series) -> np.ndarray | None:
    """A column as numbers; None where it holds something else."""
    if not pd.api.types.is_numeric_dtype(values):
        return None
    return pd.to_numeric(values, errors="coerce").astype("float64").to_numpy()


def is_made_of(third: np.ndarray, one: np.ndarray, other: np.ndarray) -> bool:
    """Whether a column follows from two others; of fewer than three rows nothing can be said."""
    with np.errstate(all="ignore"):
        made = (one + other, one * other, one / other, other / one, (one + other) / 2, one - other, other - one)
        for candidate in made:
            both = np.isfinite(candidate) & np.isfinite(third)
            if both.sum() >= 3 and len(set(third[both])) >= 3 and np.allclose(candidate[both], third[both], rtol=1e-3):
                return True
    return False


# ---- No rank of names ----------------------------------------------------------------------------------------------------


def find_ranks(pieces: list[Piece]) -> list[str]:
    """Four names or more in the order of the rules or its reverse, and columns that number names."""
    problems = [
        f"{where} stands in the order of the rules: {', '.join(names)}"
        for where, names in sequences_of(pieces)
        if is_ranked(names)
    ]
    for table in (piece.table for piece in pieces if piece.table is not None):
        problems += [
            f"a column is headed “{name}”"
            for name in table.columns
            if re.fullmatch(
                r"(rule|rank|ranking|position|place in order|level|rung|no\.?|#|tier)", str(name), re.IGNORECASE
            )
        ]
        problems += [f"“{name}” numbers the names" for name in table.columns if numbers_names(table, name)]
    return problems


def sequences_of(pieces: list[Piece]) -> Iterator[tuple[str, list[str]]]:
    """Names in the order they stand: marks of the page, options, columns, rows and scales of drawings."""
    marks = re.compile("|".join(re.escape(mark(rule)) for rule in RULES))
    by_mark = {mark(rule.id): rule.name for rule in RULES.values()}
    yield "the page", [by_mark[one] for piece in pieces for one in marks.findall(piece.said)]
    for piece in pieces:
        yield f"the list of a {piece.kind}", [name for text in piece.options if (name := find_name(text))]
        if piece.table is not None:
            for column in piece.table.columns:
                yield f"the column “{column}”", [name for cell in piece.table[column] if (name := find_name(cell))]
        for domain in domains_of(piece.handed):
            yield "a scale", [name for one in domain if (name := find_name(one))]
        if isinstance(piece.handed, dict) and isinstance(piece.handed.get("rows"), list):
            yield (
                "the rows",
                [name for row in piece.handed["rows"] for text in texts_handed(row) if (name := find_name(text))],
            )


def find_name(cell: object) -> str | None:
    """The name that a cell or an option is, with or without its shape; None where it is something else."""
    if isinstance(cell, list | tuple | np.ndarray):
        return find_name(cell[0]) if len(cell) == 1 else None
    if not isinstance(cell, str):
        return None
    bare = tidy_word(re.sub(r"^[^\w]+", "", plain(cell)))
    return next((name for name in NUMBER if tidy_word(name) == bare), None)


def domains_of(handed: object) -> Iterator[list]:
    """Every list of a scale's domain or of a sort, at any depth."""
    if isinstance(handed, dict):
        for name, value in handed.items():
            if name in ("domain", "sort") and isinstance(value, list):
                yield value
            yield from domains_of(value)
    elif isinstance(handed, list):
        for value in handed:
            yield from domains_of(value)


def is_ranked(names: Iterable[str]) -> bool:
    numbers = [NUMBER[name] for name in dict.fromkeys(names) if name in NAMED]
    return len(numbers) >= 4 and numbers in (sorted(numbers), sorted(numbers, reverse=True))


def numbers_names(table: pd.DataFrame, column: str) -> bool:
    """Whether a column of numbers runs with the rules of a column of names."""
    values = column_of(table[column])
    if values is None:
        return False
    for other in table.columns:
        pairs = {
            (NUMBER[name], value)
            for cell, value in zip(table[other], values, strict=True)
            if (name := find_name(cell)) in NAMED
        }
        steps = sorted(pairs)
        if len(pairs) >= 4 and len({number for number, _ in steps}) == len(steps):
            run = [value for _, value in steps]
            if len(set(run)) == len(run) and run in (sorted(run), sorted(run, reverse=True)):
                return True
    return False


# ---- No traffic lights ------------------------------------------------------------------------------------------------

HEX = re.compile(r"#[0-9a-fA-F]{6}\b")
LIGHTS = re.compile(r":(red|green|orange|yellow)(-background|-badge)?\[|:\w+-badge\[")
PRAISE = re.compile(
    "[🔴🟠🟡🟢🟥🟧🟨🟩🏆🥇🥈🥉⭐🌟👍👎]|"
    r":material/(star|trophy|emoji_events|workspace_premium|military_tech|verified|thumb_\w+|trending_\w+|social_leaderboard)\w*:"
)


def light_of(colour: str) -> str | None:
    """“red”, “amber” or “green” where a colour is as strong as a traffic light's; None else."""
    _, chroma, angle = oklch(colour)
    lights = {"red": "#ff0000", "amber": "#ffbf00", "green": "#00a000"}
    return next((name for name, hue in lights.items() if chroma > 0.1 and apart(angle, oklch(hue)[2]) < 16), None)


def find_lights(pieces: list[Piece]) -> list[str]:
    """Red, amber or green, a badge, a box of praise or blame, or a medal, on a name or anywhere on the page."""
    problems = []
    for piece in pieces:
        texts = [piece.said, *piece.options, *texts_handed(piece.handed)]
        problems += [f"{piece.kind} has {found.group()}" for text in texts for found in LIGHTS.finditer(text)]
        problems += [f"{piece.kind} has {found.group()}" for text in texts for found in PRAISE.finditer(text)]
        if piece.kind in ALERTS and re.search(ANY_NAME, plain(piece.said)):
            problems.append(f"a name stands in a box of {piece.kind}: “{piece.said[:60]}”")
        problems += find_light_colours(piece.kind, "\n".join(texts))
    return problems


def find_light_colours(where: str, text: str) -> list[str]:
    """Red and green in one drawing, one style or one file."""
    lights = {light_of(colour): colour for colour in HEX.findall(text)}
    return [f"{where} has {lights['red']} and {lights['green']}"] if {"red", "green"} <= set(lights) else []


# ---- No share of co-production ----------------------------------------------------------------------------------------

FIGURE = r"(?:\d[\d.,]*\s?(?:%|per ?cent\b|percent\b)|\bhalf\b|\b(?:two|three) (?:thirds|quarters)\b|\bshare of\b|\bproportion of\b)"
COUNTED = r"\b\d+ (?:of|out of|in) (?:the |every )?\d+\b"
CO_PRODUCED = r"co-?produc\w*"


def find_shares(pieces: list[Piece]) -> list[str]:
    """A percentage beside a name, a count of co-production out of all, a tile with a name on it, a column of shares."""
    problems = []
    beside = re.compile(rf"{FIGURE}[^.\n]*({ANY_NAME})|({ANY_NAME})[^.\n]*{FIGURE}", re.IGNORECASE)
    counted = re.compile(rf"{COUNTED}[^.\n]*{CO_PRODUCED}|{CO_PRODUCED}[^.\n]*{COUNTED}", re.IGNORECASE)
    for piece in pieces:
        for line in (*plain(piece.said).splitlines(), *piece.options, *texts_handed(piece.handed)):
            problems += [f"{piece.kind}: “{line[:90]}”" for shape in (beside, counted) if shape.search(line)]
        if piece.kind == "metric" and re.search(ANY_NAME, plain(piece.said), re.IGNORECASE):
            problems.append(f"a tile has a name on it: “{piece.said[:60]}”")
        if piece.table is not None and has_names(piece.table):
            problems += [
                f"“{name}” beside names"
                for name in columns_of(piece)
                if re.search(r"%|share|proportion|percent", name, re.IGNORECASE)
            ]
    return problems


def has_names(table: pd.DataFrame) -> bool:
    return any(find_name(cell) for name in table.columns for cell in table[name])


# ---- One weight for every name, and no push ---------------------------------------------------------------------------

COLOURED = re.compile(r":color\[(?:[^\[\]\\]|\\.|\[[^\[\]]*\]\{[^}]*\})*\]\{[^}]*\}")


def find_unlike_marks(pieces: list[Piece]) -> list[str]:
    """A coloured name that is not the one mark of that name, or one that stands larger, smaller or bolder."""
    problems, marks = [], {mark(rule) for rule in RULES}
    for piece in pieces:
        for found in COLOURED.finditer(piece.said):
            if "foreground" in found.group() and found.group() not in marks and re.search(ANY_NAME, found.group()):
                problems.append(f"another mark than the one for all: {found.group()[:90]}")
            if found.group() in marks and (piece.kind != "markdown" or is_weighted(piece.said, found.start())):
                problems.append(f"a mark stands out in a {piece.kind}: “{piece.said[:60]}”")
        for row in piece.handed.get("rows", []) if isinstance(piece.handed, dict) else []:
            name = row.get("recorded") if isinstance(row, dict) else None
            if isinstance(name, dict) and name.get("rule") and name.get("hue") != NAME_HUES[name["rule"]]:
                problems.append(f"another hue than its own: {name}")
    return problems


def is_weighted(text: str, at: int) -> bool:
    """Whether what stands at a place of a text is a heading, bold or small."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line.lstrip().startswith("#") or line.count("**") % 2 == 1 or ":small[" in line


def find_leading_questions(pieces: list[Piece]) -> list[str]:
    """An input that asks whether it is one of the names, or has a name to tick."""
    asked = re.compile(
        rf"\b(is|was|are|were) (it|this|that|they|these)\b[^.?\n]*({ANY_NAME}|{CO_PRODUCED})", re.IGNORECASE
    )
    problems = []
    for piece in pieces:
        if piece.kind in INPUTS or piece.kind == "button_group":
            label = plain(piece.said)
            is_tick = piece.kind in ("checkbox", "toggle") and re.search(ANY_NAME, label, re.IGNORECASE)
            if asked.search(label) or is_tick:
                problems.append(f"a {piece.kind} asks “{label[:90]}”")
    return problems


def find_pushes(pieces: list[Piece]) -> list[str]:
    """“Would also need” where the called name does not differ and nobody asked."""
    said = "\n".join(plain(piece.said) for piece in pieces)
    pushed = [
        piece for piece in pieces
        if re.search(r"\balso need", plain(piece.said)) and piece.kind in ("markdown", "caption", "text", "info", "html")
        and not any("Show what" in one for one in piece.inside)
    ]  # fmt: skip
    differs = NEUTRAL in said or VERDICTS[NOT_YET] in said
    return [] if differs else [f"“{piece.said[:90]}”" for piece in pushed]


CHECKS = (
    find_scores,
    find_composites,
    find_ranks,
    find_lights,
    find_shares,
    find_unlike_marks,
    find_leading_questions,
    find_pushes,
)
