"""The analysts' two views as fills of the chart: one breadth and one depth measure crossed, and the names present in each place."""

from __future__ import annotations

from pages.ui.chart.map import Fill, Grid, Scale
from soundings.bivariate import Crossed, Steps, say_step
from soundings.geometry import PreparedGeometry
from soundings.model import ROLE_LABEL
from soundings.name_places import NamedPlaces
from soundings.palette import DAY, NAME_SHAPES, NIGHT, crossed_colour
from soundings.rubric import read_rubric
from soundings.views import NO_CLASS


def make_crossed_fill(crossed: Crossed, geometry: PreparedGeometry, title: str) -> Fill:
    """Each place in the colour of its class of both measures; a hatch where either is not recorded."""
    rows, columns = len(crossed.depth_steps.highs), len(crossed.breadth_steps.highs)
    classes = [crossed.classes.get(code, NO_CLASS) for code in geometry.place_codes]
    is_blank = all(number < 0 for number in classes)  # steps of nothing would read as a recorded 0
    colours = {
        look: [crossed_colour(d, rows, b, columns, is_night=look == "night") for d, b in crossed.list_classes()]
        for look in ("day", "night")
    }
    return Fill(
        family="crossed",
        title=title,
        labels=[] if is_blank else [f"{label[0].upper()}{label[1:]}" for label in crossed.labels()],
        classes=classes,
        figures=[None] * len(geometry.place_codes),
        colours=colours,
        grid=None
        if is_blank
        else Grid(
            Scale(crossed.breadth.label, say_steps(crossed.breadth_steps)),
            Scale(crossed.depth.label, say_steps(crossed.depth_steps)),
        ),
    )


def say_steps(steps: Steps) -> list[str]:
    """Each step as a word and its numbers: “few: 0 to 12”."""
    words = [say_step(steps, number) for number in range(len(steps.highs))]
    return [f"{'none' if word == 'no' else word}: {steps.say(number)}" for number, word in enumerate(words)]


def make_names_fill(named: NamedPlaces, geometry: PreparedGeometry) -> Fill:
    """The shapes of the names present in each place, all of one size and one ink; a hatch where none is recorded."""
    rubric = read_rubric()
    here = {place.place_code: place.rule_ids for place in named.places}
    present = sorted(
        {rule_id for rules in here.values() for rule_id in rules}, key=lambda rule_id: rubric.find_rule(rule_id).name
    )
    order = [here.get(code, ()) for code in geometry.place_codes]
    return Fill(
        family="names",
        title=f"Names present, {ROLE_LABEL.get(named.role or '', 'nothing recorded')}",
        labels=[],
        classes=[0 if rules else NO_CLASS for rules in order],
        figures=[None] * len(order),
        texts=[" ".join(NAME_SHAPES[rule_id][1] for rule_id in rules) or None for rules in order],
        spoken=[", ".join(rubric.find_rule(rule_id).name for rule_id in rules) or None for rules in order],
        colours={"day": [DAY.paper], "night": [NIGHT.paper]},
        marks=[(NAME_SHAPES[rule_id][1], rubric.find_rule(rule_id).name) for rule_id in present],
    )
