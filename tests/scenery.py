"""Small grey views of one house, made by hand: by day and by night, covered, turned, snowed in."""

from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
from numpy.typing import NDArray

from homesec.domain.scenes import Taken, taken
from homesec.domain.views import HEIGHT, WIDTH, Light, Reference, View

T0 = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)


def house(brightness: float = 1.0, seed: int = 0, shadow: int = 0, fog: float = 0.0) -> NDArray[np.uint8]:
    """Walls, a door, windows, a path and a fence; `shadow` columns of it lie in shadow, `fog` 0..1 takes contrast."""
    scene = np.full((HEIGHT, WIDTH), 150.0)
    scene[:8] = 210  # the sky
    scene[8:22, 6:40] = 110
    scene[11:16, 10:16] = scene[11:16, 30:36] = 60
    scene[12:22, 20:26] = 70
    scene[22:, 19:28] = 185
    scene[18:26, 44:] = 120
    scene[18:26, 44::4] = 70
    scene[26:30, 2:16] = 95
    scene[:, :shadow] *= 0.7
    scene = scene * (1 - fog) + 190 * fog
    return _exposed(scene * brightness, seed)


def covered(seed: int = 0) -> NDArray[np.uint8]:
    """A cloth, out of focus, with broad folds."""
    x = np.arange(WIDTH)[None, :]
    y = np.arange(HEIGHT)[:, None]
    return _exposed(25 + 6 * np.sin(x / 9 + y / 15), seed)


def turned(seed: int = 0) -> NDArray[np.uint8]:
    """The same world, looked at from elsewhere."""
    return np.ascontiguousarray(np.roll(house(seed=seed), (11, 23), (0, 1))[:, ::-1])


def view(grey: NDArray[np.uint8], at_s: float, light: Light = "day", **more: object) -> View:
    return View(T0 + timedelta(seconds=at_s), light, grey, **more)  # type: ignore[arg-type]


def learned(light: Light = "day") -> dict[Light, Reference]:
    """References after a day with a picture of the house every half hour, dark by night."""
    return {light: _learned(light)}


@cache
def _learned(light: Light) -> Reference:
    known: dict[Light, Reference] = {}
    for n in range(48):
        look(known, view(house(0.35 + 0.6 * abs(np.cos(n / 15)), n, shadow=n % 30), (n - 48) * 1800.0, light))
    return known[light]


def look(known: dict[Light, Reference], seen: View, is_changed: bool = False) -> Taken:
    """Take one view, and remember what it leaves."""
    result = taken(known, seen, is_changed)
    if result.reference is not None:
        known[result.light] = result.reference
    return result


def _exposed(scene: NDArray[np.float64], seed: int) -> NDArray[np.uint8]:
    noise = np.random.default_rng(seed).normal(0, 1.2, scene.shape)
    return np.clip(np.rint(scene + noise), 0, 255).astype(np.uint8)
