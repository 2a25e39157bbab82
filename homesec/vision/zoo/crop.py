"""What a capability gets of a detection: the picture of it, with where that lies in its frame."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from homesec.domain.insights import Box, Sight

MARGIN = 0.15  # of the object's width and height, to each side: hands and what they hold reach out of the box
NARROWEST = 0.75  # width over height of a crop: networks for poses look at persons so
LARGEST_PX = 1280  # longest side of a crop: bounds memory, and leaves a plate on a car readable
Image = NDArray[np.uint8]


@dataclass(frozen=True)
class Crop:
    """A picture of one detection, with a margin."""

    sight: Sight
    image: Image
    """RGB, shape (height, width, 3)."""
    area: Box
    """Where the image lies in its frame, in 0..1 of it."""
    aspect: float
    """Width over height of the frame, in pixels."""
    moments: tuple[Image, ...] = field(default=())
    """The same place at several moments, oldest first, when more than one is known."""

    @cached_property
    def box(self) -> Box:
        """The object in 0..1 of the image."""
        x1, y1, x2, y2 = self.area
        wide, high = x2 - x1, y2 - y1
        left, top, right, bottom = self.sight.box
        return (
            max((left - x1) / wide, 0.0), max((top - y1) / high, 0.0),
            min((right - x1) / wide, 1.0), min((bottom - y1) / high, 1.0),
        )  # fmt: skip

    @cached_property
    def tight(self) -> Image:
        """The object without its margin."""
        return pixels(self.image, self.box)

    def point_in_frame(self, x: float, y: float) -> tuple[float, float]:
        """From 0..1 of the image to 0..1 of the frame, cut at its edges."""
        x1, y1, x2, y2 = self.area
        return _cut(x1 + x * (x2 - x1)), _cut(y1 + y * (y2 - y1))

    def in_frame(self, box: Sequence[float]) -> Box | None:
        """A box from 0..1 of the image to 0..1 of the frame; None when nothing of it is left."""
        (x1, y1), (x2, y2) = self.point_in_frame(box[0], box[1]), self.point_in_frame(box[2], box[3])
        return (x1, y1, x2, y2) if x2 > x1 and y2 > y1 else None


def cut(sight: Sight, frame: Image) -> Crop:
    """The crop of a sight from the RGB frame that shows it."""
    height, width = frame.shape[:2]
    area = widened(sight.box, width / height)
    return Crop(sight, _small(pixels(frame, area)), _snapped(area, width, height), width / height)


def widened(box: Box, aspect: float) -> Box:
    """A box with the margin round it, in a frame of this width over height."""
    wide, high = box[2] - box[0], box[3] - box[1]
    wide_enough = (1 + 2 * MARGIN) * max(wide, NARROWEST * high / aspect)
    across, down = (wide_enough - wide) / 2, MARGIN * high
    return (
        max(box[0] - across, 0.0), max(box[1] - down, 0.0), min(box[2] + across, 1.0), min(box[3] + down, 1.0)
    )  # fmt: skip


def around(boxes: Sequence[Box]) -> Box:
    """The smallest box that holds all of them."""
    x1, y1, x2, y2 = zip(*boxes, strict=True)
    return min(x1), min(y1), max(x2), max(y2)


def pixels(image: Image, box: Box) -> Image:
    """The part of an image, at least one pixel; a copy, so that the image itself can go."""
    height, width = image.shape[:2]
    x1, y1, x2, y2 = _edges(box, width, height)
    return np.ascontiguousarray(image[y1:y2, x1:x2])


def _edges(box: Box, width: int, height: int) -> tuple[int, int, int, int]:
    x1, y1 = min(int(box[0] * width), width - 1), min(int(box[1] * height), height - 1)
    return x1, y1, max(x1 + 1, round(box[2] * width)), max(y1 + 1, round(box[3] * height))


def _snapped(box: Box, width: int, height: int) -> Box:
    """The box along the edges of the pixels that were cut."""
    x1, y1, x2, y2 = _edges(box, width, height)
    return x1 / width, y1 / height, min(x2 / width, 1.0), min(y2 / height, 1.0)


def _small(image: Image) -> Image:
    scale = LARGEST_PX / max(image.shape[:2])
    if scale >= 1:
        return image
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _cut(place: float) -> float:
    return min(max(float(place), 0.0), 1.0)
