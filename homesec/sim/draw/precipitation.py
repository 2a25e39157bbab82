"""What falls: streaks of rain, flakes of snow, and drops on the lens."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from homesec.sim.values import Conditions

_LAYERS = 4  # kinds of streaks or flakes, among which a picture chooses
_MARGIN = 160  # pixels by which a layer is larger than the frame, so that it can be shifted at random


def fall(picture: NDArray[np.uint8], conditions: Conditions, seed: int, brightness: float) -> NDArray[np.uint8]:
    """The picture with rain or snow in the air before it; brightness 0..1 is how much light there is on it."""
    height, width = picture.shape[:2]
    rng = np.random.default_rng([seed, 0x60])
    for kind, strength in (("rain", conditions.rain), ("snow", conditions.snow)):
        if strength < 0.04:
            continue
        layers = 2 if strength < 0.5 else 3
        for _ in range(layers):
            layer = _layer(kind, int(rng.integers(_LAYERS)), height, width, round(strength * 3))
            y, x = (int(v) for v in rng.integers(0, _MARGIN, 2))
            piece = layer[y : y + height, x : x + width]
            picture = cv2.addWeighted(picture, 1.0, piece, 0.35 + 0.65 * brightness, 0.0)  # type: ignore[assignment]
    return picture


def drops(picture: NDArray[np.uint8], conditions: Conditions, seed: int) -> NDArray[np.uint8]:
    """The picture through drops that sit on the lens in hard rain for some seconds; each shows it upside down."""
    if conditions.rain < 0.35:
        return picture
    height, width = picture.shape[:2]
    moment = int(conditions.when.timestamp() // 25)
    rng = np.random.default_rng([moment, seed, 0x61])
    for _ in range(int(2 + 5 * conditions.rain)):
        radius = max(1, int(height * rng.uniform(0.012, 0.04)))
        x, y = int(rng.uniform(radius, width - radius)), int(rng.uniform(radius, height - radius))
        reach = 3 * radius
        seen = picture[max(0, y - reach) : y + reach, max(0, x - reach) : x + reach]
        size = 2 * radius
        small = cv2.GaussianBlur(cv2.resize(seen[::-1], (size, size), interpolation=cv2.INTER_AREA), (0, 0), 1.0)
        mask, light = _drop(size)
        piece = picture[y - radius : y + radius, x - radius : x + radius]
        blended = piece * (1 - mask) + (small * light) * mask
        picture[y - radius : y + radius, x - radius : x + radius] = np.clip(blended, 0, 255).astype(np.uint8)
    return picture


@lru_cache(maxsize=32)
def _layer(kind: str, which: int, height: int, width: int, strength: int) -> NDArray[np.uint8]:
    rng = np.random.default_rng([0x62, which, strength, len(kind) + ord(kind[0])])
    tall, wide = height + _MARGIN, width + _MARGIN
    layer = np.zeros((tall, wide), np.uint8)
    unit = height / 360
    if kind == "rain":
        for _ in range(70 + 110 * strength):
            x, y = rng.uniform(0, wide), rng.uniform(-20, tall)
            length = rng.uniform(9, 34) * unit
            end = (int(x + length * (0.10 + 0.05 * which)), int(y + length))
            tone = int(rng.uniform(16, 62))
            cv2.line(layer, (int(x), int(y)), end, tone, 1 if length < 28 * unit else 2, cv2.LINE_AA)
        layer = cv2.GaussianBlur(layer, (3, 3), 0)  # type: ignore[assignment]
    else:
        for _ in range(60 + 130 * strength):
            near = rng.random() ** 3
            radius = (0.8 + 4.2 * near) * unit
            centre = (int(rng.uniform(0, wide) * 16), int(rng.uniform(0, tall) * 16))
            cv2.circle(
                layer,
                centre,
                max(8, int(radius * 16)),
                int(rng.uniform(90, 190) * (1 - 0.5 * near)),
                -1,
                cv2.LINE_AA,
                4,
            )
        layer = cv2.GaussianBlur(layer, (0, 0), 1.1 * unit)  # type: ignore[assignment]
    return np.repeat(layer[..., None], 3, axis=-1)


@lru_cache(maxsize=32)
def _drop(size: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    y, x = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j]
    away = np.hypot(x, y)
    mask = np.clip((0.96 - away) * size / 3, 0, 1)
    light = 1.1 - 0.45 * np.clip(away - 0.55, 0, 1) + 0.5 * np.exp(-((x + 0.35) ** 2 + (y + 0.4) ** 2) * 18)
    return mask[..., None].astype(np.float32), light[..., None].astype(np.float32)
