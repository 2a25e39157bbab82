"""What a camera would upload: the world at one moment as it sees it, as pixels and as JPEG."""

from datetime import datetime
from io import BytesIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from homesec.sim.draw.backdrop import Backdrop, backdrop
from homesec.sim.draw.lens import grey, noisy, spoiled, stamped
from homesec.sim.draw.light import beams, exposed
from homesec.sim.draw.painter import paint
from homesec.sim.draw.precipitation import drops, fall
from homesec.sim.property import Property
from homesec.sim.values import Camera, Snapshot, State

_COARSE = 4  # headlights have soft edges: their light is computed for one pixel in sixteen
_EXIF_TIME, _EXIF_OFFSET = 0x9003, 0x9011  # DateTimeOriginal, OffsetTimeOriginal


def picture(
    home: Property,
    camera: Camera,
    snapshot: Snapshot,
    width: int = 640,
    height: int = 360,
    stamp: datetime | None = None,
) -> NDArray[np.uint8]:
    """The picture (height, width, 3) RGB that a camera takes of a moment.

    `stamp` is the time on the camera's own clock, which it writes into the picture, if that is not the true one.
    """
    mishaps = [mishap for mishap in snapshot.mishaps if mishap.camera == camera.id and mishap.amount > 0]
    turned = max((mishap.amount for mishap in mishaps if mishap.kind == "turned"), default=0.0)
    behind = backdrop(home, camera, snapshot.conditions, turned, width, height)
    seed = snapshot.seed ^ (sum(camera.id.encode()) << 8)
    canvas = behind.swaying(snapshot.when, snapshot.conditions.wind)
    canvas = _with_beams(canvas, behind, snapshot.states)
    view = behind.scene.view
    tints = [behind.light.thing(state, behind.exposure) for state in snapshot.states]
    paint(canvas, view, snapshot.states, behind.scene.hiding, behind.light.sun, tints, behind.light.shadow)
    canvas = _with_lamps(canvas, behind, snapshot.states)
    brightness = min(1.0, float(canvas[:: height // 12, :: width // 16].mean()) / 130)
    canvas = fall(canvas, snapshot.conditions, seed, max(0.35, brightness))
    canvas = drops(canvas, snapshot.conditions, len(camera.id))
    for mishap in mishaps:
        if mishap.kind != "turned":
            canvas = spoiled(canvas, mishap, max(0.06, brightness))
    canvas = noisy(canvas, behind.noise, seed)
    if behind.light.infrared:
        canvas = grey(canvas)
    return stamped(canvas, camera, stamp or snapshot.when)


def encode(image: NDArray[np.uint8], quality: int = 82, exif_time: datetime | None = None) -> bytes:
    """A picture as JPEG; with `exif_time` (with its time zone) as the time and offset at which it says it was taken."""
    out = BytesIO()
    exif = Image.Exif()
    if exif_time is not None:
        offset = f"{exif_time:%z}"
        tags = exif.get_ifd(0x8769)
        tags[_EXIF_TIME] = f"{exif_time:%Y:%m:%d %H:%M:%S}"
        if offset:
            tags[_EXIF_OFFSET] = f"{offset[:3]}:{offset[3:5]}"
    Image.fromarray(image).save(out, "JPEG", quality=quality, exif=exif)
    return out.getvalue()


def _with_beams(canvas: NDArray[np.uint8], behind: Backdrop, states: tuple[State, ...]) -> NDArray[np.uint8]:
    if behind.light.conditions.light == "day":
        return canvas
    light = beams(behind.scene.place[_COARSE // 2 :: _COARSE, _COARSE // 2 :: _COARSE], states)
    if light is None or float(light.max()) < 0.02:
        return canvas
    height, width = canvas.shape[:2]
    strength = exposed(light[..., None] * np.array((1.0, 0.96, 0.86), np.float32), 1.5)
    gain = cv2.resize(
        np.clip(np.rint(strength * 200), 0, 255).astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR
    )
    lit = cv2.multiply(behind.albedo, gain, scale=1 / 200)
    # The brighter light wins; the sum of both would be hardly brighter on a sensor's scale.
    brighter: NDArray[np.uint8] = cv2.max(canvas, lit)  # type: ignore[assignment]
    return brighter


def _with_lamps(canvas: NDArray[np.uint8], behind: Backdrop, states: tuple[State, ...]) -> NDArray[np.uint8]:
    """Add the glare of the lamps that shine into the lens."""
    conditions = behind.light.conditions
    if conditions.light == "day":
        return canvas
    places, sizes = behind.light.glare(states)
    if not len(places):
        return canvas
    height, width = canvas.shape[:2]
    uv, depths = behind.scene.view.project(places)
    for (u, v), depth, size in zip(uv, depths, sizes, strict=True):
        if depth < 0.5 or not (-0.1 < u < 1.1 and -0.1 < v < 1.1):
            continue
        x, y = int(u * width), int(v * height)
        if 0 <= x < width and 0 <= y < height and behind.scene.hiding[y, x] < depth - 0.5:
            continue
        _glare(canvas, x, y, int(np.clip(size / depth * height, 3, height * 0.16)))
    return canvas


def _glare(canvas: NDArray[np.uint8], x: int, y: int, radius: int) -> None:
    height, width = canvas.shape[:2]
    left, right, top, bottom = max(0, x - radius), min(width, x + radius), max(0, y - radius), min(height, y + radius)
    if right <= left or bottom <= top:
        return
    away = np.hypot(*np.meshgrid(np.arange(left, right) - x, np.arange(top, bottom) - y)) / radius
    halo = (np.clip(1 - away, 0, 1) ** 3 * 170 + np.exp(-((away * 7) ** 2)) * 220)[..., None]
    piece = canvas[top:bottom, left:right]
    canvas[top:bottom, left:right] = np.clip(piece + halo * np.array((1.0, 0.93, 0.78)), 0, 255).astype(np.uint8)
