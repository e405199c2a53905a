"""The chart's colours stay apart for people with colour-vision deficiencies, by simulation."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from soundings.palette import CROSSED_DAY, CROSSED_NIGHT, DAY, NIGHT, crossed_colour

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
