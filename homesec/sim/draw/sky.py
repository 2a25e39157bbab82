"""The sky in each direction: blue and clouds by day, colours at dusk, glow of the town and stars by night."""

from math import cos, degrees, sin

import numpy as np

from homesec.sim.draw.texture import Field, mixed, noise, tinted
from homesec.sim.draw.trees import skyline
from homesec.sim.values import Conditions


def sky(rays: Field, conditions: Conditions, infrared: bool) -> Field:
    """RGB 0..255 of the sky seen along rays (h, w, 3) of any length; distant trees stand on the horizon."""
    rays = rays / np.linalg.norm(rays, axis=-1, keepdims=True)
    up = np.clip(rays[..., 2], 0.0, 1.0)
    if infrared:
        # Nothing out there sends the camera's own light back.
        return tinted((9.0, 9.0, 9.0), 1 + 0.4 * (1 - up) ** 8)
    day, glow = _share(degrees(conditions.sun_altitude), -7, 6), _dusk(conditions)
    high = mixed(_flat(up, (13, 16, 27)), _flat(up, (104, 152, 208)), np.full_like(up, day))
    low = mixed(_flat(up, (38, 35, 38)), _flat(up, (198, 214, 228)), np.full_like(up, day))
    colour = mixed(high, low, (1 - up) ** 5)
    towards = rays[..., 0] * cos(conditions.sun_azimuth) + rays[..., 1] * sin(conditions.sun_azimuth)
    warm = glow * np.clip((1 - up) ** 6 * (0.45 + 0.55 * towards), 0, 1)
    colour = mixed(colour, _flat(up, (250, 162, 98)), (0.85 * warm).astype(np.float32))
    colour = _clouded(colour, rays, up, conditions, day, glow)
    near_sun = towards * np.cos(conditions.sun_altitude) * np.sqrt(1 - up**2) + up * sin(conditions.sun_altitude)
    if conditions.sun_altitude > -0.02:
        halo = np.exp((near_sun - 1) * 40) * 0.5 + np.exp((near_sun - 1) * 900) * 2.0
        colour = colour + (halo * (1 - 0.9 * conditions.clouds))[..., None] * np.array((120, 110, 90), np.float32)
    if day < 0.2 and conditions.clouds < 0.6:
        stars = noise(np.arctan2(rays[..., 1], rays[..., 0]) * 9, rays[..., 2] * 9, 2.0, "grainy") > 3.55
        colour = colour + (stars * (0.2 - day) * 5 * 90)[..., None]
    return np.clip(_with_trees(colour, rays, conditions, day), 0, 255).astype(np.float32)


def horizon(conditions: Conditions) -> tuple[float, float, float]:
    """RGB 0..255 of the air far away, into which distant things fade."""
    day = _share(degrees(conditions.sun_altitude), -7, 6)
    clear = np.array((34, 33, 38)) * (1 - day) + np.array((196, 208, 220)) * day
    grey = np.array((30, 30, 33)) * (1 - day) + np.array((188, 192, 196)) * day
    red, green, blue = clear * (1 - conditions.clouds) + grey * conditions.clouds
    return float(red), float(green), float(blue)


def _clouded(colour: Field, rays: Field, up: Field, conditions: Conditions, day: float, glow: float) -> Field:
    # Clouds lie on a plane: their noise shrinks towards the horizon. They drift with the time of day.
    drift = (conditions.when.hour * 60 + conditions.when.minute) * 0.02
    across, along = rays[..., 0] / (up + 0.09), rays[..., 1] / (up + 0.09)
    shape = noise(across.astype(np.float32) + drift, along.astype(np.float32), 9.0)
    detail = noise(across.astype(np.float32) + drift, along.astype(np.float32), 3.1)
    share = np.clip((shape + 0.35 * detail) * 0.5 + conditions.clouds * 3.2 - 1.25, 0, 1) * min(
        1.0, 4 * conditions.clouds
    )
    dark = np.clip(
        1.0 - 0.12 * shape - 0.1 * conditions.clouds - 0.28 * max(conditions.rain, conditions.snow), 0.4, 1.1
    )
    lit = np.array((236, 238, 240)) * (1 - 0.18 * conditions.clouds)
    tone = np.array((25, 25, 30)) * (1 - day) + lit * day
    tone = tone * (1 - 0.5 * glow) + np.array((214, 140, 120)) * 0.5 * glow * min(1.0, day + 0.3)
    return mixed(
        colour,
        tinted((float(tone[0]), float(tone[1]), float(tone[2])), dark.astype(np.float32)),
        share.astype(np.float32),
    )


def _with_trees(colour: Field, rays: Field, conditions: Conditions, day: float) -> Field:
    azimuth = np.arctan2(rays[..., 1], rays[..., 0])
    height = skyline(azimuth.astype(np.float32))
    hidden = np.clip((height - rays[..., 2]) * 180 + 0.5, 0, 1)
    air = np.array(horizon(conditions), np.float32)
    wood = np.array((70, 84, 66), np.float32) * (0.12 + 0.88 * day)
    tone = wood * 0.55 + air * 0.45
    grain = 1 + 0.06 * noise(azimuth.astype(np.float32) * 40, rays[..., 2] * 60, 6.0)
    return mixed(colour, tinted((float(tone[0]), float(tone[1]), float(tone[2])), grain), hidden.astype(np.float32))


def _flat(like: Field, colour: tuple[float, float, float]) -> Field:
    return np.broadcast_to(np.array(colour, np.float32), (*like.shape, 3))


def _dusk(conditions: Conditions) -> float:
    away = abs(degrees(conditions.sun_altitude) - 0.5)
    return max(0.0, 1 - away / 8) * (1 - 0.85 * conditions.clouds)


def _share(value: float, low: float, high: float) -> float:
    return min(1.0, max(0.0, (value - low) / (high - low)))
