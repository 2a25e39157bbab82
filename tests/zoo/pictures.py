"""Crops for tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from homesec.domain.insights import Sight
from homesec.vision.zoo.crop import Crop, cut

AT = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)


def picture(height: int, width: int, seed: int) -> NDArray[np.uint8]:
    """Soft blotches."""
    coarse = np.random.default_rng(seed).integers(0, 255, (height // 20 + 1, width // 20 + 1, 3), np.uint8)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def sight(number: int, box: tuple[float, float, float, float] = (0.25, 0.2, 0.5, 0.9), **other: Any) -> Sight:
    values: dict[str, Any] = {"object_type": "person", **other}
    return Sight(
        number, "door", (number, 0), AT + timedelta(seconds=number), values.pop("object_type"), 0.9, box, 360, **values
    )


def crop(number: int = 1, **other: Any) -> Crop:
    """Of a frame of 640 x 360."""
    return cut(sight(number, **other), picture(360, 640, number))
