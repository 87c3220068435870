"""Colours mean the same everywhere, and can be distinguished without seeing red, green or blue."""

import json
import re
from collections import defaultdict
from itertools import combinations

import pytest

from dashboards.src.theme import PALETTE
from tests.dashboards.pages import PAGES, PANELS

HEX = re.compile(r'"#[0-9a-fA-F]{6}"')
RGB = tuple[float, float, float]
# Machado, Oliveira and Fernandes 2009, severity 1: what is left of linear RGB.
VISION = {
    "all": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "no red": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "no green": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "no blue": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
}
APART = 15.0  # of CIE 1976 Lab; 2 can just be seen side by side


def linear(color: str) -> RGB:
    values = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)
    return red, green, blue


def times(matrix: tuple[RGB, ...], color: RGB) -> list[float]:
    return [sum(a * b for a, b in zip(row, color, strict=True)) for row in matrix]


def lab(color: RGB) -> RGB:
    """sRGB's primaries under D65."""
    to_xyz = ((0.434, 0.376, 0.190), (0.213, 0.715, 0.072), (0.018, 0.109, 0.873))
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in times(to_xyz, color))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("vision", VISION)
def test_colours_can_be_distinguished(vision: str) -> None:
    """Each from each other, with all three kinds of cones or with two."""
    seen = {color: times(VISION[vision], linear(color)) for color in PALETTE}
    labs = {color: lab((max(r, 0), max(g, 0), max(b, 0))) for color, (r, g, b) in seen.items()}
    for one, other in combinations(PALETTE, 2):
        distance = sum((a - b) ** 2 for a, b in zip(labs[one], labs[other], strict=True)) ** 0.5
        assert distance >= APART, (one, other)


@pytest.mark.parametrize("uid", PAGES)
def test_only_the_palette_is_used(uid: str) -> None:
    """No panel brings a colour of its own."""
    assert {color.strip('"') for color in HEX.findall(json.dumps(PAGES[uid]))} <= set(PALETTE)


def test_a_state_has_one_colour() -> None:
    """The same text is never good here and bad there, but for yes and no."""
    colors = defaultdict(set)
    for panel in PANELS.values():
        for mapping in panel["fieldConfig"]["defaults"].get("mappings", []):
            for state in mapping["options"].values():
                colors[state["text"]].add(state["color"])
    assert {text for text, found in colors.items() if len(found) > 1} <= {"yes", "no", "on", "off"}
    assert len(colors) > 20


@pytest.mark.parametrize(
    "name", [name for name, panel in PANELS.items() if panel["type"] == "state-timeline"]
)
def test_a_state_has_a_word(name: str) -> None:
    """Timelines show words: every state has one, and no two of a panel are the same."""
    (mapping,) = PANELS[name]["fieldConfig"]["defaults"]["mappings"]
    words = [state["text"] for state in mapping["options"].values()]
    assert all(words) and len(set(words)) == len(words)
