"""The light that falls on each place: sun and its shadows, sky, lamps, windows, and the camera's own infrared.

Light is counted in units of a clear noon and multiplies the reflected colour; the camera's exposure then brings it into
its range, as far as its gain goes. Colours are sRGB, so light enters them with the exponent 1 / 2.2.
"""

from dataclasses import dataclass
from math import cos, degrees, hypot, sin

import numpy as np
from numpy.typing import NDArray

from homesec.sim.draw.house import EAVES_M, PLOTS
from homesec.sim.draw.texture import Field, noise
from homesec.sim.property import LAMPS, TREES, Property
from homesec.sim.values import Camera, Conditions, State
from homesec.sim.weather import sun_direction

PORCH_LAMP = (-0.1, -0.2, 2.3)
_GAMMA = 1 / 2.2
_LARGEST_GAIN = 55.0  # of the colour camera by night, beyond it only noise would grow
_RANGE_M = 13.0  # at which the infrared lamps have lost three quarters of their light


@dataclass(frozen=True)
class Light:
    """The light of one moment for one camera."""

    home: Property
    camera: Camera
    conditions: Conditions
    leafless: bool

    @property
    def infrared(self) -> bool:
        """Whether the camera sees by its own infrared lamps now."""
        return self.camera.infrared and self.conditions.light == "night"

    @property
    def sun(self) -> NDArray[np.float64] | None:
        """Unit vector to the sun; None while it gives no shadows."""
        if self.conditions.sun_altitude < 0.01 or self.sun_strength < 0.12:
            return None
        return np.array(sun_direction(self.conditions))

    @property
    def sun_strength(self) -> float:
        """0..1: how strong the sun is against the sky."""
        rising = min(1.0, max(0.0, (degrees(self.conditions.sun_altitude) + 0.5) / 9))
        return rising * (1 - 0.97 * min(1.0, self.conditions.clouds * 1.05))

    @property
    def shadow(self) -> float:
        """0..1: how dark the shadows of things are on the ground."""
        return 0.25 + 0.7 * self.sun_strength if self.sun is not None else 0.6

    def at(self, place: Field, normal: Field | None = None) -> Field:
        """Light (h, w, 3) at places (h, w, 3); without normals as on something round."""
        if self.infrared:
            return self._own(place, normal)
        light = self._sky(place, normal) + self._lamps(place, normal)
        sun = self.sun
        if sun is not None:
            facing = np.float32(0.55) if normal is None else np.clip(normal @ sun.astype(np.float32), 0, 1)
            free = self.sunlit(place, normal)
            light = light + (facing * free * np.float32(self.sun_strength))[..., None] * self._sun_colour()
        return light.astype(np.float32)

    def sunlit(self, place: Field, normal: Field | None) -> Field:
        """0..1: how much of the sun's light reaches places."""
        sun = self.sun
        if sun is None:
            return np.zeros(place.shape[:-1], np.float32)
        start = place if normal is None else place + normal * np.float32(0.06)
        free = np.ones(place.shape[:-1], np.float32)
        for low, high in _casters():
            free *= 1 - _crosses(start, sun, low, high)
        # What lies in the plane across the rays decides where light falls through leaves.
        side = np.cross(sun, (0.0, 0.0, 1.0))
        side = (side / np.linalg.norm(side)).astype(np.float32)
        rise = np.cross(side, sun).astype(np.float32)
        gaps = noise((start @ side).astype(np.float32), (start @ rise).astype(np.float32), 5.0)
        thick = 0.35 if self.leafless else 1.0
        for (x, y), height in zip(TREES, self.home.facade.tree_heights_m, strict=True):
            centre = np.array((x, y, height * 0.64), np.float32)
            reach = np.array((height * 0.36, height * 0.36, height * 0.38), np.float32)
            away = (start - centre) / reach
            towards = (sun / reach).astype(np.float32)
            ahead = -(away @ towards) / np.float32(towards @ towards)
            nearest = ((away + ahead[..., None] * towards) ** 2).sum(axis=-1)
            shade = np.clip((1 - nearest) * 3 + 0.35 * gaps, 0, 1) * (nearest < 1.15) * (ahead > -0.02)
            free *= 1 - np.float32(0.85 * thick) * shade
        return free

    def thing(self, state: State, exposure: float) -> NDArray[np.float32]:
        """The factor (3,) on the colours of a thing, which stands in the light of its place."""
        middle = np.array((state.x, state.y, state.z + 0.5 * state.thing.look.height_m), np.float32)
        factor: NDArray[np.float32] = exposed(self.at(middle[None, None]), exposure)[0, 0].astype(np.float32)
        return factor

    def glare(self, states: tuple[State, ...]) -> tuple[NDArray[np.float64], list[float]]:
        """Places (n, 3) of the lamps that shine towards the camera, and how large each one's halo is at one metre."""
        places: list[tuple[float, float, float]] = []
        sizes: list[float] = []
        if degrees(self.conditions.sun_altitude) < 0:
            places += [PORCH_LAMP, *((x, y + 1.05, 5.45) for x, y in LAMPS)]
            sizes += [0.35, *(1.1 for _ in LAMPS)]
        for state in states:
            if not state.lights or state.thing.kind not in ("car", "truck", "bus"):
                continue
            look = state.thing.look
            ahead = (cos(state.heading), sin(state.heading))
            towards = (self.camera.x - state.x) * ahead[0] + (self.camera.y - state.y) * ahead[1]
            if towards < 0.2 * hypot(self.camera.x - state.x, self.camera.y - state.y):
                continue
            for side in (-0.38, 0.38):
                x = state.x + ahead[0] * look.length_m / 2 - ahead[1] * side * look.width_m
                y = state.y + ahead[1] * look.length_m / 2 + ahead[0] * side * look.width_m
                places.append((x, y, state.z + 0.42 * min(look.height_m, 1.6)))
                sizes.append(1.5)
        return np.array(places, np.float64).reshape(-1, 3), sizes

    def exposure(self, light: Field, seen: NDArray[np.bool_]) -> float:
        """The camera's gain for a picture with this light (h, w, 3), metered where something is `seen`."""
        level = float(np.percentile(light[seen].mean(axis=-1), 70)) if seen.any() else 1.0
        if self.infrared:
            return min(2.5, 0.55 / max(level, 0.05))
        # Cameras don't undo all of it: dull days stay a little dull and dusk stays dusky.
        wanted = 1.1 if level > 0.6 else 1.1 * (max(level, 1e-4) / 0.6) ** 0.30
        return min(_LARGEST_GAIN, wanted / max(level, 1e-4))

    def _sun_colour(self) -> NDArray[np.float32]:
        warm = min(1.0, max(0.0, 1 - degrees(self.conditions.sun_altitude) / 22))
        noon, low = np.array((1.0, 0.96, 0.88)), np.array((1.0, 0.66, 0.38))
        # Low sun lights the ground flatly, but walls and people fully.
        return ((noon * (1 - warm) + low * warm) * 0.95).astype(np.float32)

    def _sky(self, place: Field, normal: Field | None) -> Field:
        altitude = degrees(self.conditions.sun_altitude)
        day = min(1.0, max(0.0, (altitude + 9) / 15)) ** 2.2
        clouds = self.conditions.clouds
        blue, grey = np.array((0.25, 0.30, 0.38)), np.array((0.46, 0.47, 0.49))
        dim = 1 - 0.45 * max(self.conditions.rain, self.conditions.snow)
        colour = (blue * (1 - clouds) + grey * clouds * dim) * day
        # The town lights its sky, and snow throws everything back once more.
        town = np.array((0.0021, 0.0019, 0.0019)) * (1 + 0.7 * clouds + 1.5 * self.conditions.snow_cover)
        strength = (colour + town).astype(np.float32)
        open_sky = np.float32(0.85) if normal is None else 0.68 + 0.32 * normal[..., 2]
        light: Field = np.broadcast_to(open_sky, place.shape[:-1])[..., None] * strength
        return light

    def _lamps(self, place: Field, normal: Field | None) -> Field:
        light = np.zeros(place.shape, np.float32)
        if degrees(self.conditions.sun_altitude) > 1.0:
            return light
        warm, white = np.array((1.0, 0.76, 0.48), np.float32), np.array((1.0, 0.88, 0.70), np.float32)
        lamps = [(PORCH_LAMP, warm * np.float32(0.16))] + [
            ((x, y + 1.2, 5.4), white * np.float32(0.55)) for x, y in LAMPS
        ]
        for where, power in lamps:
            to_lamp = np.array(where, np.float32) - place
            square = (to_lamp**2).sum(axis=-1)
            facing = np.float32(0.6)
            if normal is not None:
                facing = np.clip(0.12 + 0.88 * (normal * to_lamp).sum(axis=-1) / np.sqrt(square + 1e-6), 0, 1)
            # The house keeps the light of its front to the front.
            open_side = np.where(place[..., 1] < 0.4, 1.0, 0.02)
            light += (open_side * facing / (square + 0.35))[..., None].astype(np.float32) * power
        return light

    def _own(self, place: Field, normal: Field | None) -> Field:
        to_camera = np.array((self.camera.x, self.camera.y, self.camera.z), np.float32) - place
        away = np.sqrt((to_camera**2).sum(axis=-1))
        facing = np.float32(1.25)  # clothes throw more of the near infrared back than of what one sees
        if normal is not None:
            facing = 0.35 + 0.65 * np.clip((normal * to_camera).sum(axis=-1) / (away + 1e-6), 0, 1)
        strength = facing / (1 + (away / _RANGE_M) ** 2) ** 1.6 * 1.3
        strength = strength * (1 + 0.8 / (0.4 + away)) + 0.012
        return np.broadcast_to(strength[..., None], place.shape).astype(np.float32)


def exposed(light: Field, exposure: float) -> Field:
    """Light as the factor on sRGB colours, with the soft shoulder of a camera above 1."""
    gain = np.maximum(light * np.float32(exposure), 0) ** np.float32(_GAMMA)
    over = np.maximum(gain - 0.9, 0)
    return np.asarray(np.where(gain > 0.9, 0.9 + over / (1 + 1.4 * over), gain), np.float32)


def beams(place: Field, states: tuple[State, ...]) -> Field | None:
    """Light (h, w) of the headlights of vehicles at places (h, w, 3); None if there are none."""
    light: Field | None = None
    for state in states:
        if not state.lights or state.thing.kind not in ("car", "truck", "bus"):
            continue
        ahead = np.array((np.cos(state.heading), np.sin(state.heading)), np.float32)
        front = np.array((state.x, state.y), np.float32) + ahead * np.float32(state.thing.look.length_m / 2)
        way = place[..., :2] - front
        along = way @ ahead
        aside = way[..., 0] * -ahead[1] + way[..., 1] * ahead[0]
        spreading = 0.9 + 0.24 * np.maximum(along, 0)
        low = np.clip(1.6 - place[..., 2] * 0.9, 0, 1)  # dipped
        beam = np.exp(-((aside / spreading) ** 2)) * np.clip(along * 2, 0, 1) * low * np.exp(-np.maximum(along, 0) / 12)
        light = beam if light is None else light + beam
    return light


def _casters() -> list[tuple[tuple[float, float, float], tuple[float, float, float]]]:
    boxes = [
        ((-6.0, 0.0, 0.0), (6.0, 9.0, EAVES_M)),
        ((-6.3, 1.5, 0.0), (6.3, 7.5, 6.5)),
        ((-6.3, 3.0, 0.0), (6.3, 6.0, 7.5)),
        ((6.1, 0.1, 2.6), (11.9, 6.1, 2.75)),
        ((8.05, 22.05, 0.0), (10.95, 24.95, 2.1)),
        ((-9.4, -9.4, 0.0), (-8.6, -1.1, 0.95)),
        ((-2.2, -9.7, 0.95), (-1.8, -9.5, 1.28)),
        ((-2.04, -9.64, 0.0), (-1.96, -9.56, 1.0)),
        ((-9.02, 0.0, 0.0), (-8.98, 26.0, 1.8)),
        ((-9.0, 25.98, 0.0), (12.0, 26.02, 1.8)),
        ((11.98, 6.0, 0.0), (12.02, 26.0, 1.8)),
    ]
    for x, y, width, depth, eaves, ridge in PLOTS:
        boxes.append(((x, y, 0.0), (x + width, y + depth, eaves)))
        boxes.append(((x, y + depth / 3, 0.0), (x + width, y + depth * 2 / 3, eaves + (ridge - eaves) * 0.62)))
    return boxes


def _crosses(
    start: Field, sun: NDArray[np.float64], low: tuple[float, ...], high: tuple[float, ...]
) -> NDArray[np.bool_]:
    # The slab test of Kay and Kajiya (1986), for rays that all run towards the sun.
    enter: Field | float = 0.0
    leave: Field | float = np.inf
    for axis in range(3):
        step = sun[axis] if abs(sun[axis]) > 1e-6 else 1e-6
        one = (low[axis] - start[..., axis]) * np.float32(1 / step)
        other = (high[axis] - start[..., axis]) * np.float32(1 / step)
        enter, leave = np.maximum(enter, np.minimum(one, other)), np.minimum(leave, np.maximum(one, other))
    crossed: NDArray[np.bool_] = np.asarray(leave) > np.asarray(enter) + 1e-3
    return crossed
