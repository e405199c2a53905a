"""The chart's colours stay apart for people with colour-vision deficiencies, by simulation."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from soundings.palette import CROSSED_DAY, CROSSED_NIGHT, DAY, NAME_HUES, NAME_SHAPES, NIGHT, crossed_colour
from soundings.rubric import read_rubric

# Machado, Oliveira and Fernandes, “A Physiologically-based Model for Simulation of Color Vision Deficiency”,
# IEEE TVCG 15(6), 2009, table of matrices at severity 1.0, applied to linear RGB.
DEFICIENCIES = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def linear(colour: str) -> np.ndarray:
    """sRGB hex as linear RGB (IEC 61966-2-1)."""
    channels = np.array([int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """Linear RGB as CIE L*a*b*, D65."""
    matrix = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    )
    xyz = matrix @ np.clip(rgb, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def difference(one: str, other: str, deficiency: str) -> float:
    """CIE76 colour difference as seen with a deficiency; about 2.3 is just noticeable."""
    matrix = DEFICIENCIES[deficiency]
    return float(np.linalg.norm(lab(matrix @ linear(one)) - lab(matrix @ linear(other))))


def contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2.2."""
    weights = np.array([0.2126, 0.7152, 0.0722])
    light, dark = sorted((float(weights @ linear(one)), float(weights @ linear(other))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
@pytest.mark.parametrize("palette", [DAY, NIGHT], ids=["day", "night"])
@pytest.mark.parametrize("family", ["depth", "contact", "breadth"])
def test_steps_of_a_family_stay_apart(palette, family, deficiency):
    steps = [palette.zero, *palette.fills(family)]
    for one, other in itertools.pairwise(steps):
        assert difference(one, other, deficiency) > 8, (one, other)


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
@pytest.mark.parametrize("palette", [DAY, NIGHT], ids=["day", "night"])
def test_amber_is_never_taken_for_a_step_of_blue_or_slate(palette, deficiency):
    for step in (*palette.depth, *palette.contact, palette.zero):
        assert difference(palette.amber, step, deficiency) > 18, step


@pytest.mark.parametrize("palette", [DAY, NIGHT], ids=["day", "night"])
def test_a_family_runs_in_one_direction_of_lightness(palette):
    for family in ("depth", "contact", "breadth"):
        lightness = [lab(linear(step))[0] for step in (palette.zero, *palette.fills(family))]
        assert lightness == sorted(lightness) or lightness == sorted(lightness, reverse=True)


@pytest.mark.parametrize("palette", [DAY, NIGHT], ids=["day", "night"])
def test_text_and_rings_have_contrast_on_paper(palette):
    assert contrast(palette.ink, palette.paper) >= 7
    assert contrast(palette.quiet_ink, palette.paper) >= 4.5
    assert contrast(palette.amber, palette.paper) >= 3
    assert contrast(palette.amber, palette.zero) >= 3


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
@pytest.mark.parametrize("colours", [CROSSED_DAY, CROSSED_NIGHT], ids=["day", "night"])
def test_the_nine_crossed_colours_stay_apart(colours, deficiency):
    apart = [difference(one, other, deficiency) for one, other in itertools.combinations(colours, 2)]
    assert min(apart) > 20


def test_crossed_colours_of_fewer_steps_are_the_outer_ones():
    assert crossed_colour(0, 2, 1, 2, is_night=False) == CROSSED_DAY[2]
    assert crossed_colour(1, 2, 0, 3, is_night=False) == CROSSED_DAY[6]
    assert crossed_colour(0, 1, 2, 3, is_night=True) == CROSSED_NIGHT[2]


def oklch(colour: str) -> tuple[float, float, float]:
    """(lightness, chroma, hue in degrees) in OKLCH: Björn Ottosson, “A perceptual color space for image processing”, 2020."""
    lms = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    ) @ linear(colour)
    lightness, a, b = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    ) @ np.cbrt(lms)
    return float(lightness), math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360


def apart(one: float, other: float) -> float:
    """Degrees between two hues, the short way round."""
    return min((one - other) % 360, (other - one) % 360)


def test_every_name_has_a_hue_and_a_shape_of_its_own():
    rules = {rule.id for rule in read_rubric().rules}
    assert set(NAME_HUES) == set(NAME_SHAPES) == rules
    assert len(set(NAME_HUES.values())) == len(rules)
    assert (
        len({icon for icon, _ in NAME_SHAPES.values()}) == len({char for _, char in NAME_SHAPES.values()}) == len(rules)
    )


def test_all_names_are_equally_light_and_equally_strong():
    lightness, chroma, _ = zip(*map(oklch, NAME_HUES.values()), strict=True)
    assert max(lightness) - min(lightness) < 0.01
    assert max(chroma) - min(chroma) < 0.01


@pytest.mark.parametrize("palette", [DAY, NIGHT], ids=["day", "night"])
def test_the_shape_of_every_name_has_contrast_by_day_and_by_night(palette):
    for rule, hue in NAME_HUES.items():
        assert contrast(hue, palette.paper) >= 3, rule


@pytest.mark.parametrize("palette", [DAY, NIGHT], ids=["day", "night"])
def test_no_name_has_the_blue_amber_or_slate_of_the_chart(palette):
    slate = max(oklch(step)[1] for step in palette.contact)
    for rule, hue in NAME_HUES.items():
        _, chroma, angle = oklch(hue)
        assert chroma > 2 * slate, rule
        assert all(apart(angle, oklch(step)[2]) > 15 for step in (*palette.depth[1:], palette.amber)), rule


def test_no_name_has_the_red_amber_or_green_of_a_traffic_light():
    for rule, hue in NAME_HUES.items():
        _, chroma, angle = oklch(hue)
        assert chroma < 0.12, rule  # none shouts
        for light in ("#ff0000", "#ffbf00", "#00a000"):
            assert apart(angle, oklch(light)[2]) > 20, (rule, light)


def test_hues_of_names_do_not_run_with_the_order_of_the_rules():
    angles = [oklch(NAME_HUES[rule.id])[2] for rule in read_rubric().rules]
    ranks = np.argsort(np.argsort(angles))
    assert abs(np.corrcoef(ranks, range(len(ranks)))[0, 1]) < 0.3
