"""Surfaces without pictures: noise, bricks, boards, slabs and leaves, computed from places on a surface in metres."""

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.floating[Any]]
"""A value for each pixel of a piece of the frame, (h, w); colours are (h, w, 3), 0..255."""
Mask = NDArray[np.bool_]
"""Yes or no for each pixel, (h, w)."""

_TILE = 512  # pixels; noise repeats after this many steps


@lru_cache(maxsize=4)
def noise_tile(kind: str) -> Field:
    """A tile of noise around 0 with deviation 1 that repeats seamlessly: `cloudy` (all sizes) or `grainy` (fine)."""
    rng = np.random.default_rng([0x30, len(kind)])
    tile = np.zeros((_TILE, _TILE), np.float32)
    for octave in range(1, 8) if kind == "cloudy" else range(6, 9):
        small = rng.standard_normal((2**octave, 2**octave)).astype(np.float32)
        wrapped = np.pad(small, 2, mode="wrap")
        grown = cv2.resize(wrapped, None, fx=_TILE / 2**octave, fy=_TILE / 2**octave, interpolation=cv2.INTER_CUBIC)
        edge = 2 * _TILE // 2**octave
        tile += grown[edge : edge + _TILE, edge : edge + _TILE] * (0.62**octave if kind == "cloudy" else 1.0)
    normal: Field = (tile - tile.mean()) / tile.std()
    return normal


def noise(x: Field, y: Field, size_m: float, kind: str = "cloudy") -> Field:
    """Noise over places (h, w): one tile is `size_m` wide."""
    scale = _TILE / size_m
    across = np.mod(x * scale, _TILE).astype(np.float32)
    along = np.mod(y * scale, _TILE).astype(np.float32)
    sampled = cv2.remap(noise_tile(kind), across, along, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    return np.asarray(sampled, np.float32)


def fine(spread: Field, size_m: float) -> Field:
    """1 where detail of this size can be seen, 0 where a pixel spreads over all of it: keeps distant surfaces calm."""
    seen: Field = np.clip(1.5 - spread * (1.5 / size_m), 0.0, 1.0)
    return seen


def tinted(colour: tuple[float, float, float], gain: Field) -> Field:
    """A colour with a brightness for each pixel."""
    return gain[..., None] * np.array(colour, np.float32)


def mixed(below: Field, above: Field, share: Field) -> Field:
    """`above` over `below` by share 0..1."""
    return below + (above - below) * share[..., None]


def joints(place: Field, period_m: float, width_m: float, spread: Field) -> Field:
    """1 in the joints of a regular pattern, 0 in its stones; softened by how much a pixel spreads over."""
    inside = np.mod(place, period_m)
    distance = np.minimum(inside, period_m - inside)
    soft = np.maximum(spread, 0.004)
    joint: Field = np.clip((width_m / 2 + soft - distance) / (2 * soft), 0, 1) * np.clip(width_m / soft, 0.0, 1.0)
    return joint


def cell(place: Field, period_m: float, other: Field | int = 0) -> Field:
    """A lasting random number -1..1 for each cell of a pattern."""
    index = np.floor(place / period_m).astype(np.int64) * 7919 + np.asarray(other, np.int64) * 104729
    scrambled = (index * 2654435761) & 0xFFFFFFFF
    scrambled = ((scrambled ^ (scrambled >> 15)) * 2246822519) & 0xFFFFFFFF
    lots: Field = ((scrambled >> 8) & 0xFFFF).astype(np.float32) / 32768.0 - 1.0
    return lots


def bricks(x: Field, z: Field, spread: Field, colour: tuple[int, int, int]) -> Field:
    """Brickwork, 24 by 7.5 centimetres, with pale mortar."""
    row = np.floor(z / 0.075)
    shifted = x + np.mod(row, 2) * 0.12
    mortar = np.maximum(joints(shifted, 0.24, 0.012, spread), joints(z, 0.075, 0.012, spread)) * 0.55
    gain = 1 + 0.13 * cell(shifted, 0.24, row.astype(np.int64)) * fine(spread, 0.2) + 0.05 * noise(x, z, 3.0)
    return mixed(tinted(colour, gain), tinted((186, 178, 166), np.ones_like(gain)), mortar)


def boards(
    x: Field, spread: Field, colour: tuple[int, int, int], width_m: float = 0.12, along: Field | None = None
) -> Field:
    """Boards side by side with dark gaps; `along` gives them grain."""
    gap = joints(x, width_m, 0.012, spread) * 0.6
    gain = 1 + 0.12 * cell(x, width_m) * fine(spread, width_m)
    if along is not None:
        gain = gain + 0.07 * noise(x * 6, along, 1.6) * fine(spread, 0.08)
    return tinted(colour, gain * (1 - gap))


def render(x: Field, z: Field, spread: Field, colour: tuple[int, int, int]) -> Field:
    """Plaster: nearly even, a little weathered."""
    gain = 1 + 0.02 * noise(x, z, 4.0) + 0.03 * noise(x, z, 0.8, "grainy") * fine(spread, 0.03)
    return tinted(colour, gain)


def slabs(
    x: Field, y: Field, spread: Field, colour: tuple[int, int, int], size_m: float, joint_m: float = 0.012
) -> Field:
    """Square slabs, each with a tone of its own."""
    joint = np.maximum(joints(x, size_m, joint_m, spread), joints(y, size_m, joint_m, spread)) * 0.45
    row = np.floor(y / size_m).astype(np.int64)
    tone = 0.06 * cell(x, size_m, row) * fine(spread, size_m)
    grain = 0.04 * noise(x, y, 1.1, "grainy") * fine(spread, 0.05)
    return tinted(colour, (1 + tone + grain + 0.05 * noise(x, y, 9.0)) * (1 - joint))


@lru_cache(maxsize=1)
def leaf_clumps() -> tuple[Field, ...]:
    """Small pictures of leafy twigs, (64, 64, 2): brightness around 1, and cover 0..1."""
    rng = np.random.default_rng([0x31])
    clumps = []
    for _ in range(10):
        picture = np.zeros((128, 128, 2), np.float32)
        picture[..., 0] = 0.55
        for _ in range(85):
            distance, angle = 52 * np.sqrt(rng.random()), rng.uniform(0, 2 * np.pi)
            centre = (int(64 + distance * np.cos(angle)), int(64 + distance * np.sin(angle)))
            axes = (int(rng.integers(5, 11)), int(rng.integers(2, 5)))
            # Upper leaves catch the light, lower ones lie in the shade of the others.
            shade = 1.0 + 0.28 * rng.standard_normal() * 0.6 - 0.35 * (centre[1] - 64) / 64
            cv2.ellipse(picture, centre, axes, float(rng.uniform(0, 180)), 0, 360, (float(shade), 1.0, 0, 0), -1)
        clumps.append(cv2.resize(picture, (64, 64), interpolation=cv2.INTER_AREA).astype(np.float32))
    return tuple(clumps)
