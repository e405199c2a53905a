"""The import rule of the house: what the product means knows no Streamlit, no file format and no page."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FORBIDDEN = {
    "soundings": {"etl", "pages", "streamlit", "folium", "streamlit_folium"},
    "etl": {"pages", "streamlit", "folium", "streamlit_folium"},
}
MODULES = sorted(path for folder in ("soundings", "etl", "pages") for path in (ROOT / folder).rglob("*.py")) + [
    ROOT / "dashboard.py"
]


def imports_of(path: Path) -> set[str]:
    """Top-level names a module imports, wherever in the file."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add((node.module or "").split(".")[0])
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_what_its_room_may(path):
    room = path.relative_to(ROOT).parts[0]
    assert not imports_of(path) & FORBIDDEN.get(room, set())


@pytest.mark.parametrize(
    "path",
    [path for path in MODULES if "pages" in path.parts or path.name == "dashboard.py"],
    ids=lambda path: path.name,
)
def test_no_sql_in_a_page(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"(?i)\bselect\s+[\w*,\s.]+\s+from\s+\w+|\.execute\(", text)


def test_only_the_shared_pieces_of_screen_touch_caches():
    rooms = [path for path in MODULES if "rooms" in path.parts]
    assert rooms
    for path in rooms:
        assert "cache_data" not in path.read_text(encoding="utf-8") and "cache_resource" not in path.read_text(
            encoding="utf-8"
        )


# Their HTML is constant text of their own, or (participants/parts) reviewed words of data/, escaped, and counts: never a user's.
CONSTANT_HTML = (
    "focusing.py",
    "frame.py",
    "participants/say_form.py",
    "add/style.py",
    "upload/style.py",
    "participants/parts.py",
)
CONSTANT = re.compile(r"st\.html\((?:STYLE|DARK_STYLE)\)|st\.html\((?:TO_TOP|LEAD)\.replace\(")
ESCAPED = ("st.html(f'<div class=\"answered\">{tables}</div>')",)


def test_user_text_never_meets_unsafe_html():
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        assert "unsafe_allow_html" not in text, path
        if "st.html(" in text:
            assert path.relative_to(ROOT / "pages" / "ui").as_posix() in CONSTANT_HTML, path
            for one in ESCAPED:
                text = text.replace(one, "")
            assert "st.html(" not in CONSTANT.sub("", text), path
