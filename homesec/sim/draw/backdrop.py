"""A camera's view of the place without anybody in it, in the light of a moment; what lasts is kept.

At 640x360 building a scene takes about a second and lighting it two tenths; afterwards a picture takes milliseconds.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from math import degrees, pi, radians, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from homesec.sim.draw.canvas import Easel, Scene
from homesec.sim.draw.ground import Ground, snowed
from homesec.sim.draw.house import built
from homesec.sim.draw.light import Light, exposed
from homesec.sim.draw.sky import horizon, sky
from homesec.sim.draw.texture import Field, mixed, noise
from homesec.sim.draw.trees import Season, grow, season
from homesec.sim.property import LAMPS, Property
from homesec.sim.values import Camera, Conditions
from homesec.sim.view.optics import View


@dataclass(frozen=True)
class Backdrop:
    """A lit scene, ready to be painted into."""

    scene: Scene
    light: Light
    picture: NDArray[np.uint8]
    """RGB (h, w, 3)."""
    albedo: NDArray[np.uint8]
    """Its colours without light, wet or snowed on as it is."""
    exposure: float
    noise: float
    """Deviation of the sensor's noise, in steps of 0..255."""

    def swaying(self, when: datetime, wind: float) -> NDArray[np.uint8]:
        """A copy of the picture in which the leaves are where the wind has them."""
        sway = _sway(self.scene) if wind > 0.02 else None
        if sway is None:
            return self.picture.copy()
        rows, columns, x, y, one, other = sway
        seconds = when.timestamp() % 3600
        gust = wind * (0.75 + 0.25 * sin(seconds * 0.7)) * 1.6
        across = x + one * np.float32(gust * sin(seconds * 2.1)) + other * np.float32(gust * sin(seconds * 3.3 + 1))
        along = y + other * np.float32(0.4 * gust * sin(seconds * 2.7))
        swayed = self.picture.copy()
        swayed[rows, columns] = cv2.remap(
            self.picture[rows, columns], across, along, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        )
        return swayed


def backdrop(
    home: Property, camera: Camera, conditions: Conditions, turned: float, width: int, height: int
) -> Backdrop:
    """The backdrop of a moment; the light is kept in steps too small to be seen as such."""
    return _lit(home, camera, _stepped(conditions), round(turned, 3), width, height)


def scene(home: Property, camera: Camera, when: Season, turned: float, width: int, height: int) -> Scene:
    """The scene of a camera in a season."""
    return _scene(home, camera, when, round(turned, 3), width, height)


@lru_cache(maxsize=8)  # some 10 MB each at 640x360
def _scene(home: Property, camera: Camera, when: Season, turned: float, width: int, height: int) -> Scene:
    easel = Easel(View(camera, width / height, turned), width, height)
    easel.ground(Ground(home.facade))
    for surface in built(home.facade):
        easel.surface(surface)
    for x, y in LAMPS:
        _street_lamp(easel, x, y)
    grow(easel, home, when)
    return easel.scene()


@lru_cache(maxsize=16)
def _lit(home: Property, camera: Camera, conditions: Conditions, turned: float, width: int, height: int) -> Backdrop:
    when = season(conditions.when.month)
    seen = _scene(home, camera, when, turned, width, height)
    light = Light(home, camera, conditions, leafless=when == "winter")
    solid = np.isfinite(seen.depth)
    falling = light.at(seen.place, seen.normal)
    exposure = light.exposure(falling, solid)
    albedo = _weathered(seen, conditions, light.infrared)
    colour: Field = albedo * exposed(falling, exposure)
    if not light.infrared:
        colour = _wet_shine(colour, seen, conditions)
        colour = _windows(colour, seen, conditions)
        colour = _hazed(colour, seen, conditions)
    rays = seen.place - seen.view.position.astype(np.float32)
    above = sky(rays, conditions, light.infrared)
    share = seen.sky[..., None]
    # Half-covered pixels at the edges were reduced together with black sky.
    colour = colour * np.where(solid[..., None], 1.0, 0.0) + np.where(solid[..., None], share, 1.0) * above
    colour = colour * _vignette(height, width)[..., None]
    if light.infrared:
        colour = np.repeat((colour @ np.array((0.30, 0.52, 0.18), np.float32))[..., None], 3, axis=-1)
    grain = 1.4 + 0.85 * max(0.0, float(np.log2(max(exposure, 1.0)))) + (2.6 if light.infrared else 0.0)
    return Backdrop(
        scene=seen,
        light=light,
        picture=np.clip(np.rint(colour), 0, 255).astype(np.uint8),
        albedo=np.clip(np.rint(albedo), 0, 255).astype(np.uint8),
        exposure=exposure,
        noise=grain,
    )


def _stepped(conditions: Conditions) -> Conditions:
    altitude = max(-12.0, degrees(conditions.sun_altitude))
    night = altitude < -8
    when = conditions.when
    # Lit windows change every half hour; by day the time itself plays no part but for the drift of clouds.
    when = when.replace(minute=when.minute // 30 * 30, second=0, microsecond=0)
    fine = 0.5 if abs(altitude) < 4 else 1.0 if altitude < 15 else 2.0
    light = conditions.light
    stepped = -12.0 if night else round(altitude / fine) * fine
    bounds = {
        "day": (radians(stepped), 0.1001, 2.0),
        "dusk": (radians(stepped), -0.0799, 0.1),
        "night": (radians(stepped), -2.0, -0.08),
    }
    value, low, high = bounds[light]
    return replace(
        conditions,
        when=when,
        sun_altitude=min(high, max(low, value)),
        sun_azimuth=0.0 if night else radians(round(degrees(conditions.sun_azimuth) / 3) * 3),
        clouds=round(conditions.clouds * 12) / 12,
        rain=round(conditions.rain * 5) / 5,
        snow=round(conditions.snow * 5) / 5,
        snow_cover=round(conditions.snow_cover * 10) / 10,
        wind=0.0,
    )


def _weathered(seen: Scene, conditions: Conditions, infrared: bool) -> Field:
    albedo: Field = seen.albedo.astype(np.float32)
    upward = np.clip(seen.normal[..., 2], 0, 1) ** 2
    if infrared:
        # Leaves and grass throw near infrared back.
        green = np.clip((albedo[..., 1] - albedo[..., 2]) / 60, 0, 1)
        albedo = albedo * (1 + 0.3 * green)[..., None]
    if conditions.rain > 0.1:
        wet = min(1.0, 2 * conditions.rain)
        stone = np.abs(albedo[..., 1] - albedo[..., 2]) < 26  # grass shows it less than what is grey
        albedo = albedo * (1 - wet * upward * np.where(stone, 0.36, 0.15))[..., None]
    if conditions.snow_cover > 0.02:
        cover = np.where(seen.leaves > 0.3, 0.7, 1.0).astype(np.float32)
        albedo = snowed(albedo, seen.place, upward * cover, conditions.snow_cover)
    return albedo


def _wet_shine(colour: Field, seen: Scene, conditions: Conditions) -> Field:
    if conditions.rain <= 0.1:
        return colour
    # Wet ground mirrors the sky at flat angles, puddles the most.
    x, y = seen.place[..., 0], seen.place[..., 1]
    puddles = np.clip(noise(x, y, 13.0) * 1.4 - 0.6, 0, 1)
    flat = np.clip(1 - seen.view.camera.z / np.maximum(seen.depth, 1e-3) * 1.3, 0, 1) ** 2
    grey = np.abs(seen.albedo[..., 1].astype(np.float32) - seen.albedo[..., 2]) < 26
    ground = (seen.normal[..., 2] > 0.95) & (seen.place[..., 2] < 0.05) & grey
    share = ground * min(1.0, 2 * conditions.rain) * (0.08 + 0.30 * flat + 0.32 * puddles)
    air = np.array(horizon(conditions), np.float32)
    return mixed(colour, np.broadcast_to(air, colour.shape), share.astype(np.float32))


def _windows(colour: Field, seen: Scene, conditions: Conditions) -> Field:
    altitude = degrees(conditions.sun_altitude)
    if altitude > 2:
        return colour
    hour = conditions.when.hour + conditions.when.minute / 60
    awake = 0.65 if 16 <= hour < 22.5 else 0.3 if hour >= 22.5 or 5.5 <= hour < 9 else 0.05
    step = conditions.when.toordinal() * 48 + int(hour * 2)
    lots = np.random.default_rng([step // 3, 0x50]).random(256)
    lots[0] = 1.0
    bright = (lots < awake).astype(np.float32)[seen.glow] * min(1.0, (2 - altitude) / 6)
    glass = np.clip(seen.albedo.astype(np.float32).mean(axis=-1) / 150, 0.55, 1.05)
    warm = np.broadcast_to(np.array((240, 190, 120), np.float32), colour.shape)
    return mixed(colour, warm, bright * glass * np.float32(0.85))


def _hazed(colour: Field, seen: Scene, conditions: Conditions) -> Field:
    thick = 1 / 420 + conditions.rain / 130 + conditions.snow / 60
    haze = 1 - np.exp(-np.minimum(seen.depth, 1e4) * np.float32(thick))
    air = np.broadcast_to(np.array(horizon(conditions), np.float32), colour.shape)
    return mixed(colour, air, haze * np.float32(0.62))


def _vignette(height: int, width: int) -> Field:
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    return np.asarray(1 - 0.13 * np.clip(x**2 + y**2 - 0.5, 0, None), np.float32)


def _street_lamp(easel: Easel, x: float, y: float) -> None:
    steel = np.array((112.0, 116.0, 120.0), np.float32)
    top, head = np.array([x, y, 5.5]), np.array([x, y + 1.3, 5.55])
    easel.limb(np.array([x, y, 0.0]), top, (0.08, 0.05), steel)
    easel.limb(top, head, (0.05, 0.05), steel)
    easel.limb(head - (0, 0.5, 0.05), head - (0, 0, 0.05), (0.1, 0.1), steel * np.float32(1.4))


_Sway = tuple[slice, slice, Field, Field, Field, Field]


@lru_cache(maxsize=8)
def _sway(seen: Scene) -> _Sway | None:
    near = np.where(np.isfinite(seen.depth), seen.depth, 1e4)
    focal = seen.view.focal[0] * seen.albedo.shape[1]
    # Leaves move by centimetres, more at the top; blurred, so that nothing tears at their edge.
    reach = seen.leaves * np.clip(seen.place[..., 2] - 0.3, 0, 6) * 0.022 * focal / near
    reach = cv2.GaussianBlur(np.clip(reach, 0, 7).astype(np.float32), (0, 0), 3.0)
    moving = reach > 0.15
    if not moving.any():
        return None
    rows, columns = np.flatnonzero(moving.any(axis=1)), np.flatnonzero(moving.any(axis=0))
    piece = (slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1))
    x, y = seen.place[piece][..., 0], seen.place[piece][..., 1] + seen.place[piece][..., 2]
    phase = noise(x, y, 9.0) * pi
    height, width = reach[piece].shape
    across, along = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return *piece, across, along, reach[piece] * np.cos(phase), reach[piece] * np.sin(phase)
