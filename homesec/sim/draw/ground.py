"""The ground of the property and its street: grass, slabs, asphalt, beds; and snow over it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from homesec.sim.draw.texture import Field, Mask, cell, fine, joints, mixed, noise, slabs, tinted
from homesec.sim.property import TREES, Facade

_Box = tuple[float, float, float, float]
_HOUSES: tuple[_Box, ...] = ((-6.0, 0.0, 6.0, 9.0), (-24.0, 0.5, -12.5, 9.5), (15.0, 0.0, 27.0, 9.0))
"""Footprints x0, y0, x1, y1 of this house and of its neighbours."""


@dataclass(frozen=True)
class Ground:
    """The texture of the ground plane: called with places x, y in metres and how far a pixel spreads."""

    facade: Facade

    def __call__(self, x: Field, y: Field, spread: Field) -> Field:
        colour = _grass(x, y, spread)
        for region, material in self._layers():
            inside = region(x, y)
            rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
            if not len(rows):
                continue
            piece = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
            colour[piece] = np.where(
                inside[piece][..., None], material(x[piece], y[piece], spread[piece]), colour[piece]
            )
        return colour * _contact(x, y)[..., None]

    def _layers(self) -> tuple[tuple[Callable[[Field, Field], Mask], Callable[[Field, Field, Field], Field]], ...]:
        def box(x0: float, y0: float, x1: float, y1: float) -> Callable[[Field, Field], Mask]:
            return lambda x, y: np.asarray((x > x0) & (x < x1) & (y > y0) & (y < y1))

        def wavy(x0: float, y0: float, x1: float, y1: float) -> Callable[[Field, Field], Mask]:
            def inside(x: Field, y: Field) -> Mask:
                sway = 0.12 * noise(x, y, 5.0)
                return np.asarray((x + sway > x0) & (x + sway < x1) & (y + sway > y0) & (y + sway < y1))

            return inside

        def discs(places: tuple[tuple[float, float], ...], radius: float) -> Callable[[Field, Field], Mask]:
            def inside(x: Field, y: Field) -> Mask:
                wobble = radius * (1 + 0.15 * noise(x, y, 4.0))
                nearest = np.minimum.reduce([np.hypot(x - px, y - py) for px, py in places])
                return np.asarray(nearest < wobble)

            return inside

        drive = {"asphalt": _asphalt, "paving": _paving, "gravel": _gravel}[self.facade.drive]
        stones = tuple((1.6 + 0.25 * (i % 2), 12.7 + 0.75 * i) for i in range(9))
        return (
            (discs(TREES, 0.75), _soil),
            (wavy(-6.0, -0.9, -2.7, 0.1), _soil),
            (wavy(1.7, -0.9, 6.0, 0.1), _soil),
            (wavy(-9.0, 24.9, 12.0, 26.0), _soil),
            (wavy(-9.0, 12.5, -8.1, 25.0), _soil),
            (discs(stones, 0.24), lambda x, y, s: slabs(x, y, s, (150, 146, 138), 3.0)),
            (box(-1.2, -10.0, 0.2, -2.0), lambda x, y, s: slabs(x - 0.2, y, s, (172, 164, 152), 0.7, 0.02)),
            (box(-2.5, -2.0, 1.5, 0.0), lambda x, y, s: slabs(x, y, s, (158, 146, 134), 0.5)),
            (box(-1.0, 9.0, 5.0, 12.0), lambda x, y, s: slabs(x, y, s, (176, 160, 140), 0.5)),
            (box(6.5, -10.0, 11.5, 9.0), drive),
            (box(-20.0, -10.0, -16.5, 4.0), _asphalt),
            (box(21.0, -10.0, 24.5, 4.0), _paving),
            (box(-1e9, -12.0, 1e9, -10.0), lambda x, y, s: slabs(x, y, s, (164, 160, 154), 0.5)),
            (box(-1e9, -21.0, 1e9, -19.0), lambda x, y, s: slabs(x, y, s, (160, 157, 152), 0.5)),
            (box(-1e9, -19.0, 1e9, -12.0), _street),
        )


def snowed(albedo: Field, place: Field, upward: Field, cover: float) -> Field:
    """Colours (h, w, 3) 0..255 under a cover of snow 0..1, which lies where surfaces face upward (0..1)."""
    x, y = place[..., 0], place[..., 1]
    patches = 0.5 + 0.28 * noise(x, y, 16.0) + 0.12 * noise(x, y, 1.5)
    street = (y < -12.2) & (y > -18.8)
    walked = (np.abs(x + 0.5) < 0.7) & (y < -2) & (y > -12) | ((y > -11.6) & (y < -10.4))
    # It melts first where one drives and walks.
    lanes = np.minimum(np.abs(np.abs(y + 15.5) - 0.95), np.abs(np.abs(y + 15.5) - 2.5)) < 0.35
    drive = (x > 6.5) & (x < 11.5) & (y > -10) & (np.abs(np.abs(x - 9.0) - 0.8) < 0.25)
    less = np.where(street, np.where(lanes, 1.15, 0.65), np.where(walked | drive, 0.75, 0.0))
    share = np.clip((1.35 * cover - less - patches * 0.8) * 4 + 0.5, 0, 1) * upward * min(1.0, 3 * cover)
    white = np.array((232.0, 236.0, 244.0), np.float32) * (0.95 + 0.035 * noise(x, y, 2.5))[..., None]
    return mixed(albedo, white.astype(np.float32), share.astype(np.float32))


def _grass(x: Field, y: Field, spread: Field) -> Field:
    blades = noise(x, y, 0.9, "grainy") * fine(spread, 0.03)
    tufts = noise(x, y, 2.2) * fine(spread, 0.25)
    patches = noise(x, y, 14.0)
    gain = 1 + 0.12 * blades + 0.07 * tufts + 0.035 * patches
    mown = np.where((np.mod(x + 0.2 * np.sin(y), 1.1) < 0.55) & (y < 0), 0.035, -0.02) * fine(spread, 0.8)
    green = tinted((98, 128, 60), (gain + mown).astype(np.float32))
    straw = tinted((146, 142, 84), gain)
    clover = tinted((70, 112, 56), gain)
    dry = np.clip(noise(x + 50, y, 23.0) * 0.22 - 0.05, 0, 0.45)
    colour = mixed(mixed(green, straw, dry), clover, np.clip(noise(x, y + 31, 7.0) * 0.25 - 0.1, 0, 0.4))
    # A few daisies, where one could see them.
    daisies = (noise(x, y, 3.0, "grainy") > 3.4) & (spread < 0.02)
    return np.where(daisies[..., None], np.float32(225), colour)


def _soil(x: Field, y: Field, spread: Field) -> Field:
    clods = noise(x, y, 0.8, "grainy") * fine(spread, 0.04)
    return tinted((98, 78, 60), 1 + 0.18 * clods + 0.1 * noise(x, y, 3.0))


def _asphalt(x: Field, y: Field, spread: Field) -> Field:
    grain = noise(x, y, 1.0, "grainy") * fine(spread, 0.02)
    stains = np.clip(noise(x, y + 9, 8.0) - 1.0, 0, 1)
    crack = (np.abs(noise(x, y, 11.0)) < 0.03) * fine(spread, 0.04)
    return tinted((104, 104, 107), 1 + 0.09 * grain + 0.05 * noise(x, y, 6.0) - 0.14 * stains - 0.22 * crack)


def _paving(x: Field, y: Field, spread: Field) -> Field:
    row = np.floor(y / 0.1)
    shifted = x + np.mod(row, 2) * 0.1
    joint = np.maximum(joints(shifted, 0.2, 0.008, spread), joints(y, 0.1, 0.008, spread)) * 0.4
    tone = 0.14 * cell(shifted, 0.2, row.astype(np.int64)) * fine(spread, 0.2)
    return tinted((148, 122, 108), (1 + tone + 0.06 * noise(x, y, 5.0)) * (1 - joint))


def _gravel(x: Field, y: Field, spread: Field) -> Field:
    pebbles = noise(x, y, 0.7, "grainy") * fine(spread, 0.04) + 0.5 * noise(x, y, 1.9, "grainy") * fine(spread, 0.1)
    tracks = np.exp(-(((np.abs(x - 9.0) - 0.75) / 0.25) ** 2)) * 0.06
    return tinted((172, 162, 146), 1 + 0.12 * pebbles + 0.05 * noise(x, y, 5.0) - tracks)


def _street(x: Field, y: Field, spread: Field) -> Field:
    colour = _asphalt(x, y, spread) * np.float32(0.9)
    patch = (np.abs(x - 4.2) < 1.6) & (np.abs(y + 16.6) < 0.7)
    worn = np.exp(-(((np.abs(np.abs(y + 15.5) - 1.7) - 0.75) / 0.3) ** 2)) * 0.06
    colour = colour * (1 + worn - 0.16 * patch)[..., None].astype(np.float32)
    for at in (-9.0, 13.0):  # manholes
        away = np.hypot(x - at, y + 14.6)
        colour = np.where((away < 0.34)[..., None], colour * np.where(away < 0.29, 0.72, 0.5)[..., None], colour)
    soft = np.maximum(spread, 0.01)
    dash = np.clip((0.06 + soft - np.abs(y + 15.5)) / (2 * soft), 0, 1) * np.clip(0.12 / soft, 0, 1)
    dash = dash * (np.mod(x, 7.5) < 3.0) * (0.85 + 0.1 * noise(x, y, 1.5))
    kerb = ((y > -12.16) | (y < -18.84)).astype(np.float32)
    gutter = (((y > -12.45) & (y < -12.16)) | ((y < -18.55) & (y > -18.84))).astype(np.float32)
    # Kerbs are flush where driveways come in.
    low = ((x > 6.0) & (x < 12.0)) & (y > -15)
    colour = mixed(colour, tinted((220, 220, 214), np.ones_like(x)), np.clip(dash, 0, 0.9).astype(np.float32))
    colour = colour * (1 - 0.2 * gutter)[..., None]
    stone = tinted((182, 178, 172), 1 + 0.05 * cell(x, 1.0) - 0.35 * joints(x, 1.0, 0.02, spread))
    return mixed(colour, stone, kerb * np.where(low, 0.4, 1.0).astype(np.float32))


def _contact(x: Field, y: Field) -> Field:
    # Ground near walls gets less light from the sky.
    gain = np.ones_like(x)
    for x0, y0, x1, y1 in _HOUSES:
        away = np.hypot(np.maximum(np.maximum(x0 - x, x - x1), 0), np.maximum(np.maximum(y0 - y, y - y1), 0))
        gain *= 1 - 0.4 * np.exp(-away / 0.5)
    for fence in (np.where((y > 0) & (y < 26), np.abs(x + 9.0), 9), np.where((x > -9) & (x < 12), np.abs(y - 26), 9)):
        gain *= 1 - 0.35 * np.exp(-fence / 0.3)
    hedge = np.where((y > -9.6) & (y < -0.9), np.maximum(np.abs(x + 9.0) - 0.4, 0), 9)
    shed = np.hypot(np.maximum(np.maximum(8 - x, x - 11), 0), np.maximum(np.maximum(22 - y, y - 25), 0))
    return (gain * (1 - 0.4 * np.exp(-hedge / 0.3)) * (1 - 0.4 * np.exp(-shed / 0.4))).astype(np.float32)
