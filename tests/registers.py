"""A small register to name: the template's sheets as rows, loaded into a home, and what its activities are named."""

from __future__ import annotations

import csv
from pathlib import Path

from etl.loading import load_file
from etl.specs import read_specs
from etl.template.rows import name_activity
from etl.template.tables import TABLES
from soundings.content import content_hash
from soundings.generations import open_current
from soundings.home import Home

GROUP = {"activity_id": "group", "title": "Repairs group"}


def load(home: Home, name: str, **sheets: list[dict]) -> str:
    """The batch of a folder of the template's sheets, given as rows."""
    folder = home.root.parent / name
    write_sheets(folder, sheets)
    return load_file(home, folder, "native").batch_id


def write_sheets(folder: Path, sheets: dict[str, list[dict]]) -> None:
    folder.mkdir()
    for table in TABLES:
        if table.name in sheets:
            with (folder / f"{table.name}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, table.columns)
                writer.writeheader()
                writer.writerows(sheets[table.name])


def say_facts(key: str = "group", **answers: str) -> list[dict]:
    """Rows of the sheet of facts; `not_known` is “not known”."""
    return [
        {"activity_id": key, "fact": fact, "answer": answer.replace("_", " "), "evidence": "told us by the group"}
        for fact, answer in answers.items()
    ]


def meet(*days: str, returning: int | str = "", key: str = "group") -> list[dict]:
    """Rows of the sheet of sessions; who came back is said of every meeting but the first."""
    return [
        {
            "activity_id": key,
            "session_id": f"{key}{number}",
            "date": day,
            "returning_count": returning if number else "",
        }
        for number, day in enumerate(days)
    ]


def identify(key: str) -> str:
    return name_activity(read_specs()["native"], key)


def read(home: Home, sql: str, key: str = "group") -> list[tuple]:
    return open_current(home).cursor().execute(sql, {"id": identify(key)} if "$id" in sql else {}).fetchall()


def name_of(home: Home, key: str = "group") -> str:
    [(name,)] = read(home, "select name from classification_now where activity_id = $id", key)
    return name


def history(home: Home, key: str = "group") -> list[tuple[str, str]]:
    """(name, because) of every run of an activity, oldest first."""
    return read(home, "select name, because from classification where activity_id = $id order by run", key)


def inputs_of(home: Home, path: str, key: str = "group") -> object:
    """One of the things that a name was derived from."""
    [(told,)] = read(home, f"select inputs ->> '{path}' from classification_now where activity_id = $id", key)  # noqa: S608
    return told


def hash_of(home: Home) -> str:
    return content_hash(open_current(home).cursor())
