"""The camera itself: noise of its sensor, the text it writes, and what people do to it."""

from datetime import datetime
from functools import lru_cache
from zlib import crc32

import cv2
import numpy as np
from numpy.typing import NDArray

from homesec.sim.draw.texture import noise
from homesec.sim.values import Camera, Mishap

_MARGIN = 128  # pixels by which stored noise is larger than the frame, so that it can be shifted at random


def noisy(picture: NDArray[np.uint8], deviation: float, seed: int) -> NDArray[np.uint8]:
    """The picture with the sensor's noise, of a deviation in steps of 0..255."""
    height, width = picture.shape[:2]
    rng = np.random.default_rng([seed, 0x70])
    y, x = (int(v) for v in rng.integers(0, _MARGIN, 2))
    grain = _grain(height, width, int(rng.integers(3)), round(deviation * 2))
    piece = grain[y : y + height, x : x + width]
    added: NDArray[np.uint8] = cv2.addWeighted(picture, 1.0, piece, 1.0, -128.0)  # type: ignore[assignment]
    return added


def grey(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture as an infrared camera gives it: three equal channels."""
    flat: NDArray[np.uint8] = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)  # type: ignore[assignment]
    return flat


def stamped(picture: NDArray[np.uint8], camera: Camera, when: datetime) -> NDArray[np.uint8]:
    """The picture with time and the camera's name written into its upper left corner."""
    height = picture.shape[0]
    scale = height / 360 * 0.42
    place = (round(height * 0.022), round(height * 0.052))
    text = f"{when:%Y-%m-%d %H:%M:%S}  {camera.overlay}".rstrip()
    thick, shift = max(1, height // 500), max(1, height // 400)
    # Its shadow, not a thicker outline: the letters of a thicker font are also wider.
    for offset, colour in ((shift, (20, 20, 20)), (0, (245, 245, 245))):
        corner = (place[0] + offset, place[1] + offset)
        cv2.putText(picture, text, corner, cv2.FONT_HERSHEY_SIMPLEX, scale, colour, thick, cv2.LINE_AA)
    return picture


def spoiled(picture: NDArray[np.uint8], mishap: Mishap, light: float) -> NDArray[np.uint8]:
    """The picture with a cloth drawn over the lens or paint sprayed on it; light 0..1 falls on either."""
    height, width = picture.shape[:2]
    story = crc32(mishap.story.encode())
    field = _cloth(height, width, story) if mishap.kind == "covered" else _spray(height, width, story)
    order, colour = field
    # At amount 1 all of the order is passed, at 0 nothing.
    share = np.clip((mishap.amount * 1.12 - order) * 14, 0, 1)[..., None]
    seen_through = 1.0 if mishap.kind == "covered" else 0.985
    blended = picture + (colour * np.float32(light) - picture) * (share * np.float32(seen_through))
    spoilt: NDArray[np.uint8] = np.clip(blended, 0, 255).astype(np.uint8)
    return spoilt


@lru_cache(maxsize=24)
def _grain(height: int, width: int, which: int, half_steps: int) -> NDArray[np.uint8]:
    rng = np.random.default_rng([0x71, which])
    tall, wide = height + _MARGIN, width + _MARGIN
    luma = rng.standard_normal((tall, wide, 1), dtype=np.float32)
    chroma = rng.standard_normal((tall // 2, wide // 2, 3), dtype=np.float32)
    # Noise of colours is coarser than that of brightness, for cameras store them at half the size.
    coarse = cv2.resize(chroma, (wide, tall), interpolation=cv2.INTER_LINEAR)
    grain = 128 + (0.85 * luma + 0.5 * coarse) * (half_steps / 2)
    return np.clip(np.rint(grain), 0, 255).astype(np.uint8)


@lru_cache(maxsize=8)
def _cloth(height: int, width: int, story: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    rng = np.random.default_rng([story, 0x72])
    v, u = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    slant, lift = rng.uniform(-0.35, 0.35), rng.uniform(0, 6)
    order = v * 0.8 + slant * (u - 0.5) + 0.06 * np.sin(u * 9 + lift) + 0.1
    tone = np.array(((46, 42, 44), (58, 54, 46), (40, 46, 58))[int(rng.integers(3))], np.float32)
    # Out of focus so near to the lens: broad folds, no weave.
    folds = 0.6 + 0.3 * np.sin(u * 13 + 4 * v + 2 * np.sin(v * 5 + lift)) + 0.15 * noise(u, v, 1.5)
    return np.clip(order, 0.02, 1.0).astype(np.float32), np.clip(folds, 0.25, 1.3)[..., None] * tone


@lru_cache(maxsize=8)
def _spray(height: int, width: int, story: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    rng = np.random.default_rng([story, 0x73])
    v, u = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    aspect = width / height
    order = np.full((height, width), 1.1, np.float32)
    # The can is led to and fro over the lens; later blobs come at larger amounts.
    for step in range(26):
        at = step / 26
        x = 0.5 + 0.42 * np.sin(step * 1.05 + rng.uniform(-0.2, 0.2))
        y = 0.12 + 0.8 * at + rng.uniform(-0.06, 0.06)
        away = np.hypot((u - x) * aspect, v - y) / rng.uniform(0.2, 0.34)
        order = np.minimum(order, at * 0.72 + 0.28 * away**1.5 + 0.015 * noise(u, v, 0.8, "grainy"))
    for _ in range(9):  # runs
        x, y, length = rng.random(), rng.uniform(0.2, 0.8), rng.uniform(0.1, 0.35)
        run = (np.abs(u - x) * aspect < 0.008) & (v > y) & (v < y + length)
        order = np.where(run, np.minimum(order, 0.45 + 0.4 * y), order)
    colour = np.array(((24, 24, 26), (150, 26, 30), (30, 56, 120))[int(rng.integers(3))], np.float32)
    tone = 1 + 0.1 * noise(u, v, 1.2)
    return np.clip(order, 0.02, 1.05).astype(np.float32), tone[..., None] * colour
