"""Which columns of a boundary file could hold codes and names, judged by their headings and values, as a command to run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from etl.readers.cells import text_of

GSS = re.compile(r"[A-Z]\d{8}")  # https://geoportal.statistics.gov.uk, Register of Geographic Codes
# Columns that map programs write for themselves.
OF_PROGRAMS = re.compile(
    r"(object|feature|global)?_?id(_\d+)?|o?gc?_?fid|fid(_\d+)?|gid|(shape|st|geo)?_*(area|length|leng|len|perimeter)(sh[ap]*)?\d*|"
    r"st_.*|(bng|east|north|x|y|lat|lon|long)(itude|ings?|_?[en])?(_?coord\w*)?|gml_id|timestamp|begin|end|altitudemode|tessellate|"
    r"extrude|visibility|draworder|icon|fill(-opacity)?|stroke(-width|-opacity)?|styleurl|stylehash|snippet|marker-\w+|area(_km2|_ha)?|"
    r"hectares|population\w*|households?\w*|pop\d*",
    re.IGNORECASE,
)
SAYS_NAME = re.compile(r"name|nom|naam|navn|namn|nimi|nombre|nome|label|libell|titl|bezeichn|called|nm$", re.IGNORECASE)
SAYS_CODE = re.compile(r"cod|cd$|^id|ident|_id$|insee|^ags|^ars|^nr|num|kenn|schl|nuts|gss|ref", re.IGNORECASE)


@dataclass(frozen=True)
class Proposal:
    """Columns that could hold the codes and the names, the likeliest first. `command`: the command as far as it was given."""

    codes: list[str]
    names: list[str]
    command: str

    def write_command(self, code: str, name: str) -> str:
        """The command with these two columns."""
        return f"{self.command} --code {shlex.quote(code)} --name {shlex.quote(name)}"


def start_command(path: Path, kind: str, options: dict[str, str | bool | None], figures: Sequence[Path]) -> str:
    """`soundings places add` with what was given; an option that is True stands without a value."""
    words = ["soundings", "places", "add", str(path), "--kind", kind]
    for name, value in options.items():
        if value is not None:
            words += [f"--{name.replace('_', '-')}", *([] if value is True else [str(value)])]
    for figure in figures:
        words += ["--figures", str(figure)]
    return shlex.join(words)


def propose(table: pd.DataFrame, command: str) -> Proposal:
    """What could be the codes and the names among the columns of a boundary file."""
    codes, names = [], []
    for column in table.columns:
        if OF_PROGRAMS.fullmatch(str(column).strip()):
            continue
        texts = [text.strip() for value in table[column].tolist() if (text := text_of(value))]
        is_whole = len(texts) > len(table) / 2 and len(set(texts)) == len(texts)
        if not is_whole or any(len(text) > 100 or text.startswith(("http", "<", "{")) for text in texts):
            continue
        if all(re.search(r"\d", text) and not re.search(r"\s|[.,]\d", text) and len(text) <= 20 for text in texts):
            codes.append(str(column))
        elif all(re.search(r"[^\W\d_]", text) for text in texts):
            names.append(str(column))
    return Proposal(
        sorted(codes, key=lambda column: not SAYS_CODE.search(column)),
        sorted(names, key=lambda column: not SAYS_NAME.search(column)),
        command,
    )


def find_gss_column(table: pd.DataFrame) -> str | None:
    """The one column of which every value is a GSS code of its own; None where there is none, or several."""
    found = []
    for column in table.columns:
        texts = [text_of(value) for value in table[column].tolist()]
        if len(texts) == len(set(texts)) and all(text and GSS.fullmatch(text.strip()) for text in texts):
            found.append(str(column))
    return found[0] if len(found) == 1 else None
