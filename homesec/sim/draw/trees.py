"""What grows: trees by season, the hedge, bushes, and the distant line of trees on the horizon."""

from math import cos, pi, sin
from typing import Literal

import numpy as np

from homesec.sim.draw.canvas import Easel
from homesec.sim.draw.texture import Field, leaf_clumps
from homesec.sim.property import TREES, Property
from homesec.sim.values import Colour, Points

Season = Literal["spring", "summer", "autumn", "winter"]
_AROUND: tuple[tuple[float, float, float], ...] = (
    (-33.0, -24.5, 8.5), (-15.5, -24.0, 7.0), (2.0, -24.5, 6.5), (19.0, -24.2, 8.0), (37.5, -25.0, 9.0),
    (-13.5, 31.0, 8.5), (-2.0, 33.5, 7.0), (9.5, 31.5, 9.0), (-24.0, 22.0, 8.0), (-27.0, -6.0, 6.5), (29.0, -6.0, 7.0),
    (-17.0, 15.0, 6.0), (20.0, 18.0, 7.5), (-52.0, -25.0, 9.0), (55.0, -24.0, 9.0),
)  # fmt: skip
"""Trees of the neighbours: x, y, height."""
_BARK = np.array((98.0, 82.0, 68.0), np.float32)


def season(month: int) -> Season:
    """The season of a month as plants have it in the middle of Europe."""
    if month in (12, 1, 2, 3):
        return "winter"
    return "autumn" if month in (10, 11) else "spring" if month in (4, 5) else "summer"


def grow(easel: Easel, home: Property, when: Season) -> None:
    """Draw all plants."""
    facade = home.facade
    for index, (x, y) in enumerate(TREES):
        rng = np.random.default_rng([home.seed, 0x40, index])
        _tree(easel, rng, (x, y), facade.tree_heights_m[index], facade.tree_leaves[index], when, 320)
    for index, (x, y, height) in enumerate(_AROUND):
        rng = np.random.default_rng([0x41, index])
        leaves = facade.tree_leaves[index % len(facade.tree_leaves)]
        _tree(easel, rng, (x, y), height, leaves, when, 110)
    rng = np.random.default_rng([home.seed, 0x42])
    _hedge(easel, rng, when)
    _bushes(easel, rng, when)


def skyline(azimuth: Field) -> Field:
    """How high, in metres for each metre away, distant trees rise above the horizon in each direction."""
    rise = 0.030 + 0.012 * np.sin(azimuth * 9 + 1) + 0.008 * np.sin(azimuth * 23) + 0.006 * np.sin(azimuth * 61 + 2)
    return (rise + 0.004 * np.sin(azimuth * 170) + 0.003 * np.sin(azimuth * 390)).astype(np.float32)


def _tree(
    easel: Easel,
    rng: np.random.Generator,
    at: tuple[float, float],
    height: float,
    leaves: Colour,
    when: Season,
    clumps: int,
) -> None:
    base, fork = np.array([*at, 0.0]), np.array([at[0], at[1], height * 0.32])
    bark = _BARK * float(rng.uniform(0.85, 1.15))
    easel.limb(base, fork, (height * 0.026, height * 0.018), bark)
    _branches(
        easel, rng, fork, np.array([0.0, 0.0, 1.0]), height * 0.26, height * 0.018, bark, 4 if when == "winter" else 2
    )
    if when == "winter":
        return
    centre = np.array([at[0], at[1], height * 0.64])
    reach = np.array([height * 0.33, height * 0.33, height * 0.36])
    colour = _leaf_colour(leaves, when, rng)
    sprites = leaf_clumps()
    # From the far side to the near side, so that near leaves lie on top.
    spots = rng.standard_normal((clumps, 3))
    spots /= np.linalg.norm(spots, axis=1, keepdims=True)
    out = rng.uniform(0.55, 1.0, clumps) ** 0.6
    lumps = 1 + 0.16 * np.sin(spots @ rng.uniform(-5, 5, 3)) + 0.1 * np.sin(spots @ rng.uniform(-9, 9, 3))
    places = centre + spots * reach * (out * lumps)[:, None]
    order = np.argsort(-np.linalg.norm(places - easel.view.position, axis=1))
    for i in order:
        shade = 0.62 + 0.38 * out[i] + 0.10 * rng.standard_normal()
        tone = colour * float(shade) * rng.uniform(0.94, 1.06, 3).astype(np.float32)
        size = height * 0.075 * float(rng.uniform(0.8, 1.35)) * (320 / clumps) ** 0.35
        easel.clump(places[i], size, sprites[int(rng.integers(len(sprites)))], tone, spots[i], True)


def _branches(
    easel: Easel,
    rng: np.random.Generator,
    start: Points,
    along: Points,
    length: float,
    radius: float,
    bark: Field,
    levels: int,
) -> None:
    if levels == 0:
        return
    count = 4 if levels > 2 else 3
    turn = rng.uniform(0, 2 * pi)
    for i in range(count):
        angle = turn + i * 2 * pi / count + rng.uniform(-0.4, 0.4)
        lean = rng.uniform(0.25, 0.6)
        aside = np.array([cos(angle), sin(angle), 0.35])
        heading = along * (1 - lean) + aside * lean
        heading /= np.linalg.norm(heading)
        end = start + heading * length * rng.uniform(0.8, 1.15)
        # Twigs are too thin to hide anybody.
        easel.limb(start, end, (radius * 0.75, radius * 0.45), bark, hides=levels > 2)
        _branches(easel, rng, end, heading, length * 0.72, radius * 0.5, bark, levels - 1)


def _leaf_colour(leaves: Colour, when: Season, rng: np.random.Generator) -> Field:
    colour = np.array(leaves, np.float32)
    if when == "autumn":
        gold = np.array(((196, 138, 52), (176, 84, 44), (190, 160, 70))[int(rng.integers(3))], np.float32)
        return colour * 0.25 + gold * 0.75
    if when == "spring":
        return colour * np.array((1.15, 1.2, 1.0), np.float32)
    return colour


def _hedge(easel: Easel, rng: np.random.Generator, when: Season) -> None:
    # Evergreen, so only a little browner in winter.
    colour = np.array((66, 94, 50) if when != "winter" else (72, 84, 54), np.float32)
    sprites = leaf_clumps()
    spots = []
    for _ in range(620):
        y = rng.uniform(-9.5, -1.0)
        side = rng.uniform(-1, 1)
        top = rng.random() < 0.4
        x = -9.0 + (side * 0.4 if top else np.sign(side) * 0.4)
        z = 1.05 if top else rng.uniform(0.08, 1.0)
        normal = np.array([0.0, 0.0, 1.0]) if top else np.array([np.sign(side), 0.0, 0.35])
        spots.append((np.array([x, y, z + 0.03 * rng.standard_normal()]), normal))
    spots.sort(key=lambda spot: -float(np.linalg.norm(spot[0] - easel.view.position)))
    for place, normal in spots:
        shade = (0.62 + 0.42 * place[2]) * (1 + 0.1 * rng.standard_normal())
        tone = colour * np.float32(shade)
        easel.clump(place, float(rng.uniform(0.15, 0.26)), sprites[int(rng.integers(len(sprites)))], tone, normal, True)


def _bushes(easel: Easel, rng: np.random.Generator, when: Season) -> None:
    sprites = leaf_clumps()
    blossoms = ((206, 96, 120), (224, 200, 92), (168, 120, 196), (226, 226, 220))
    beds = [(x, -0.45) for x in (-5.4, -4.5, -3.6, 2.9, 3.8, 4.9)] + [(x, 25.4) for x in np.arange(-8.2, 7.0, 1.35)]
    beds += [(-8.5, y) for y in np.arange(13.2, 24.5, 1.6)]
    for x, y in beds:
        radius = float(rng.uniform(0.26, 0.42))
        green = np.array(((84, 112, 58), (70, 104, 66), (104, 124, 70))[int(rng.integers(3))], np.float32)
        bloom = np.array(blossoms[int(rng.integers(len(blossoms)))], np.float32)
        if when == "winter":
            green, radius = np.array((96, 92, 64), np.float32), radius * 0.8
        for _ in range(26):
            spot = rng.standard_normal(3)
            spot /= np.linalg.norm(spot)
            spot[2] = abs(spot[2])
            flower = when in ("spring", "summer") and spot[2] > 0.45 and rng.random() < 0.35
            place = np.array([x, y, 0.05]) + spot * radius
            tone = (bloom if flower else green) * np.float32(0.7 + 0.3 * spot[2] + 0.08 * rng.standard_normal())
            size = radius * (0.28 if flower else 0.42)
            easel.clump(place, size, sprites[int(rng.integers(len(sprites)))], tone, spot, True)
