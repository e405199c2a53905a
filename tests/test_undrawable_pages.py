"""Pages of a home that was made before outlines were mended: whatever it holds, they open, name the place and draw the rest."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from etl.loading import load_file
from etl.places import boundaries, mended
from etl.places.loading import add_places
from etl.replay import sync
from soundings.home import Home
from soundings.mending import Mended
from soundings.store import open_writer
from tests.homes import TODAY
from tests.making import ward_code, write_contributions, write_places
from tests.pages import open_room, read_words_of
from tests.test_upload_page import drop

NOT_A_NUMBER = shapely.Polygon([(-1.6, 53.8), (np.nan, 53.9), (-1.5, 53.8)])
SLIVER = shapely.Polygon(
    [(-1.6, 53.8), (-1.5, 53.8), (-1.5, 53.9), (-1.6, 53.9)],
    [[(-1.56, 53.84), (-1.5592, 53.8406), (-1.5592 + 4e-16, 53.8406), (-1.56, 53.84)]],
)
IN_THE_ARCTIC = shapely.box(53.8, 88.0, 53.9, 88.1)
SPIKE = shapely.Polygon([(-1.6, 53.8), (3.0, 57.0), (-1.6, 53.8), (-1.5, 53.8), (-1.5, 53.9), (-1.6, 53.9)])
NAME = "Ward 1"


def make_old_home(monkeypatch: pytest.MonkeyPatch, root, outline: shapely.Geometry) -> Home:
    """A home of three wards, the first with this outline exactly as it came, and twelve answers in them."""

    def leave(shapes: np.ndarray) -> Mended:
        shapes = np.array(shapes, dtype=object)
        shapes[0] = outline
        return Mended(shapes, [()] * len(shapes), [None] * len(shapes))

    home = Home(root / "home")
    with monkeypatch.context() as before, np.errstate(invalid="ignore"):
        before.setattr(mended, "mend_outlines", leave)
        before.setattr(boundaries, "make_parents", lambda *told: [])
        add_places(home, write_places(root / "wards.geojson"), "ward")
    load_file(home, write_contributions(root / "answers.csv"), "contributions")
    for path in home.geometry.glob("*"):
        path.unlink()
    return home


@pytest.mark.parametrize(
    "outline", [NOT_A_NUMBER, SLIVER, IN_THE_ARCTIC, SPIKE], ids=["nan", "sliver", "arctic", "spike"]
)
def test_every_page_opens_and_names_what_it_cannot_draw(monkeypatch, tmp_path, outline):
    home = make_old_home(monkeypatch, tmp_path, outline)
    is_drawn = outline in (SLIVER, SPIKE)
    for page, address in (
        ("explore", {}),
        ("explore", {"view": "side"}),
        ("explore", {"view": "names"}),
        ("place", {"place": ward_code(1)}),
        ("place", {"place": ward_code(2)}),
        ("compare", {}),
        ("compare", {"place": ward_code(1)}),
        ("activities", {}),
        ("inbox", {}),
        ("add", {}),
        ("sources", {}),
    ):
        said = read_words_of(open_room(monkeypatch, home, page, address))
        if page == "explore":
            assert ("Not on the map:" in said) is not is_drawn, page


def test_a_file_can_be_uploaded_and_confirmed_beside_a_place_that_cannot_be_drawn(monkeypatch, tmp_path):
    home = make_old_home(monkeypatch, tmp_path, NOT_A_NUMBER)
    at = open_room(monkeypatch, home, "upload", {})
    text = f"date,ward_code,activity\n2025-06-01,{ward_code(1)},Paths\n2025-06-02,{ward_code(2)},Paths\n"
    at = drop(at, ("paths.csv", text))
    assert "Not on the map:" in read_words_of(at)
    next(button for button in at.button if button.label.startswith("Confirm")).click().run()
    assert not at.exception


def test_a_rebuild_of_such_a_home_takes_the_same_places(monkeypatch, tmp_path):
    home = make_old_home(monkeypatch, tmp_path, SLIVER)
    with open_writer(home) as writer:
        first = sync(writer)
        again = sync(writer, is_fresh=True)
    assert first.content_hash == again.content_hash and TODAY
