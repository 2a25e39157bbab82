"""What `homesec.vision.appearance` would make of a thing, from its colours alone and without a picture.

The shape is the same: in three bands the shares of eight hues and four greys, as square roots, of length 1. Cosines at
the percentiles 5, 50 and 95, from 955 boxes in 350 drawn pictures of two households (by day), and of these vectors:

    persons, the same a second later    0.92 0.98 1.00    here 0.90 0.98 1.00
    persons, others                     0.65 0.83 0.93    here 0.70 0.83 0.93
    vehicles, the same a second later   0.95 0.99 1.00    here 0.89 0.98 1.00
    vehicles, others                    0.61 0.81 0.97    here 0.64 0.79 0.97

In infrared, others are more alike: persons 0.65 0.86 0.98, here 0.77 0.87 0.96.
"""

from colorsys import rgb_to_hsv
from functools import lru_cache
from math import cos, exp, sin, sqrt

import numpy as np
from numpy.typing import NDArray

from homesec.sim.truth.frames import FrameTruth, ObjectTruth
from homesec.sim.values import Colour
from homesec.sim.view.silhouette import Box
from homesec.vision.appearance import SIZE

_BANDS, _HUES, _GREYS = 3, 8, 4
_PERSON = (((0, 0.2), (1, 0.35), (2, 0.45)), ((2, 0.75), (3, 0.15), (0, 0.1)), ((3, 0.8), (4, 0.2)))
_VEHICLE = (((0, 0.65), (2, 0.35)), ((0, 0.9), (1, 0.1)), ((0, 0.5), (2, 0.5)))
_OTHER = (((0, 0.8), (1, 0.2)), ((0, 0.8), (1, 0.2)), ((0, 0.8), (1, 0.2)))
"""Of each band the colours of a look, by their places, and their shares."""
_DARK: Colour = (38, 40, 44)  # windows and tyres
_SHADES = (0.7, 0.95, 1.05)  # of a body in the light from one side
_LIGHT = {"day": 1.0, "dusk": 0.7, "night": 0.4}
_LAWN: Colour = (96, 120, 70)
_PAVED: Colour = (140, 138, 132)
_AROUND = 0.15  # share of what is seen round about in a box


def seen(frame: FrameTruth, one: ObjectTruth, noise: float, rng: np.random.Generator) -> bytes:
    """The vector of a thing in this frame, float16. `noise`: standard deviation of a number's share."""
    kind = "vehicle" if one.kind in ("car", "truck", "bus") else one.kind
    body = _body(kind, one.colours, _LIGHT[frame.light], frame.infrared)
    return _vector(body + _AROUND * _around(one.ground, frame), noise, rng)


def nothing(frame: FrameTruth, box: Box, noise: float, rng: np.random.Generator) -> bytes:
    """The vector of a place where nothing is."""
    return _vector(_around((40.0 * box[0], 40.0 * box[3]), frame), noise, rng)


def _vector(shares: NDArray[np.float64], noise: float, rng: np.random.Generator) -> bytes:
    if noise:
        noise *= exp(0.5 * rng.standard_normal())  # some pictures are worse than others
        shares = np.maximum(shares * (1.0 + noise * rng.standard_normal(SIZE)), 0.0) + 0.002 * rng.random(SIZE)
    vector: NDArray[np.float16] = np.sqrt(shares / shares.sum()).astype(np.float16)
    return vector.tobytes()


@lru_cache(maxsize=4096)
def _body(kind: str, colours: tuple[Colour, ...], light: float, infrared: bool) -> NDArray[np.float64]:
    bands = {"person": _PERSON, "vehicle": _VEHICLE}.get(kind, _OTHER)
    colours = (*colours, _DARK) if kind == "vehicle" else colours
    return np.concatenate(
        [sum((share * _paint(colours[place], light, infrared) for place, share in band), np.zeros(_HUES + _GREYS))
         for band in bands]
    )  # fmt: skip


def _around(ground: tuple[float, float], frame: FrameTruth) -> NDArray[np.float64]:
    """Lawns and paths change every few metres; each band shows what lies further behind."""
    light = _LIGHT[frame.light]
    lawn, paved = _paint(_LAWN, light, frame.infrared), _paint(_PAVED, light, frame.infrared)
    x, y = ground
    greens = [0.5 + 0.5 * sin(0.5 * x + 1.0) * cos(0.4 * (y + 3.0 * band)) for band in range(_BANDS)]
    return np.concatenate([green * lawn + (1.0 - green) * paved for green in greens])


@lru_cache(maxsize=4096)
def _paint(colour: Colour, light: float, infrared: bool) -> NDArray[np.float64]:
    """Shares of hues and greys of a surface of one colour."""
    shares = np.zeros(_HUES + _GREYS)
    hue, saturation, value = rgb_to_hsv(*(part / 255 for part in colour))
    if infrared:
        saturation, value = 0.0, 0.15 + 0.85 * value
    for shade in _SHADES:
        bright = min(shade * (value if infrared else value * light), 1.0)
        coloured = saturation * sqrt(bright)
        _add(shares[:_HUES], hue * _HUES - 0.5, coloured, wraps=True)
        _add(shares[_HUES:], min(max(bright * _GREYS - 0.5, 0.0), _GREYS - 1.0), 1.0 - coloured, wraps=False)
    return shares / len(_SHADES)


def _add(shares: NDArray[np.float64], place: float, weight: float, wraps: bool) -> None:
    """A surface is not of one value alone: what lies between two bins is in both."""
    low = int(np.floor(place))
    part = place - low
    shares[low % len(shares)] += weight * (1.0 - part)
    if part and (wraps or low + 1 < len(shares)):
        shares[(low + 1) % len(shares)] += weight * part
