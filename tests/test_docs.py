"""The docs are tested: what the code has, the docs name."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from soundings.measures import read_measures

ROOT = Path(__file__).resolve().parent.parent
DOCS = "\n".join(
    path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def package_names() -> list[str]:
    wanted = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]
    return [re.match(r"[A-Za-z0-9_.-]+", line).group() for line in wanted]


def test_every_dependency_has_a_line_and_every_line_a_dependency():
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| ([a-z0-9-]+) \|", text, re.M)) - {"package"}
    assert documented == set(package_names())


@pytest.mark.parametrize("name", list(read_measures()))
def test_every_measure_stands_in_the_docs(name):
    assert f"`{name}`" in DOCS


@pytest.mark.parametrize("path", sorted((ROOT / "data" / "sources").glob("*.toml")), ids=lambda path: path.stem)
def test_every_source_stands_in_the_docs(path):
    assert tomllib.loads(path.read_text(encoding="utf-8"))["id"] in DOCS


def test_every_command_stands_in_the_docs():
    from typer.main import get_command

    from etl.cli import app

    def walk(command, words):
        children = getattr(command, "commands", None)
        if children:
            return [name for child, sub in children.items() for name in walk(sub, [*words, child])]
        return [" ".join(words)]

    missing = [name for name in walk(get_command(app), ["soundings"]) if name not in DOCS]
    assert not missing


def test_every_setting_stands_in_the_docs():
    used = set()
    for folder in ("soundings", "etl", "pages"):
        for path in (ROOT / folder).rglob("*.py"):
            used |= set(re.findall(r"[\"'`](SOUNDINGS_[A-Z_]+)[\"'`]", path.read_text(encoding="utf-8")))
    assert used and not [name for name in sorted(used) if name not in DOCS]


def test_the_project_speaks_of_itself_alone():
    """No path of anyone's machine in a tracked text; real places are only ever named by their licence lines."""
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        if not path.is_file() or parts[0] in {".git", ".venv", "data"} and parts[:2] != ("data", "sources"):
            continue
        if path.suffix in {".py", ".md", ".toml", ".sh", ".js", ".css", ".sql"} and path.name != "test_docs.py":
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"/(root|home/[a-z]+|work)/", text), path


def test_every_folder_of_the_house_has_its_line_and_every_name_in_it_is_there():
    text = (ROOT / "docs" / "house.md").read_text(encoding="utf-8")
    folders = {
        f"{path.parent.relative_to(ROOT).as_posix()}/"
        for room in ("soundings", "etl", "pages")
        for path in (ROOT / room).rglob("*.py")
    } - {"soundings/", "etl/"}
    assert not {name for name in folders if f"| `{name}` |" not in text}
    named = set(re.findall(r"`((?:soundings|etl|pages|data|tests)/[\w/.*-]+)`", text))
    assert named and not {name for name in named if not list(ROOT.glob(name))}
