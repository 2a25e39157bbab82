"""What a detector is shown in one step of its training: some pictures, cut, mirrored and in a light of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from homesec.sim.draw.lens import spoiled
from homesec.sim.training.samples import Sample, crop, strip
from homesec.sim.values import KINDS, Mishap

SQUARES = 8  # at once: many small steps learn more in a short time than few large ones
STRIPS, STRIP_SHARE = 2, 0.25  # of the lessons are so many pictures in their whole width: what is large, and all round
SOUGHT_SHARE = 0.75  # of the squares are cut round a thing of a kind that was drawn by lot
SOUGHT = {"person": 2.0, "bicycle": 1.5, "dog": 2.0, "cat": 1.5, "bird": 1.5, "backpack": 2.0, "package": 1.2}
"""How often kinds are sought, where others are once: those that are small, much alike or what matters most."""
EMPTY_SHARE = 0.2  # of the cuts that show nothing are used; more would teach nothing new
BLIND_SHARE = 0.05  # of the pictures are of a covered or sprayed lens: what has no features is no truck
BLIND_FORMS = 3  # of cloth and paint: few enough that they are drawn once
GAIN, SHIFT = 0.2, 18  # brightness and contrast change by so much at most, of 1 and of 255


@dataclass(frozen=True)
class Lesson:
    """Pictures of one size, and what they show."""

    images: NDArray[np.uint8]
    """RGB (n, h, w, 3)."""
    owners: NDArray[np.int64]
    """(m,) by label, the picture that it belongs to."""
    classes: NDArray[np.int64]
    """(m,) indices of `KINDS`."""
    boxes: NDArray[np.float64]
    """(m, 4) middle x, middle y, width and height as shares of the picture."""


class Shelf:
    """Pictures, and where the things of every kind are in them."""

    def __init__(self, pictures: Sequence[Sample]) -> None:
        """Raises ValueError if no picture shows anything."""
        self.pictures = pictures
        self._things: list[list[tuple[int, int]]] = [[] for _ in KINDS]
        for number, picture in enumerate(pictures):
            for thing in np.flatnonzero(picture.clear):
                self._things[picture.classes[thing]].append((number, int(thing)))
        weights = [SOUGHT.get(kind, 1.0) if things else 0.0 for kind, things in zip(KINDS, self._things, strict=True)]
        if not any(weights):
            raise ValueError("there is nothing to learn from pictures that show nothing")
        self._shares = np.array(weights) / sum(weights)

    def square(self, rng: np.random.Generator) -> Sample:
        """A cut round a thing of some kind, or a cut from anywhere."""
        if rng.random() >= SOUGHT_SHARE:
            return crop(self._any(rng), rng)
        things = self._things[int(rng.choice(len(KINDS), p=self._shares))]
        number, thing = things[int(rng.integers(len(things)))]
        return crop(self.pictures[number], rng, thing)

    def strip(self, rng: np.random.Generator) -> Sample:
        return strip(self._any(rng), rng)

    def _any(self, rng: np.random.Generator) -> Sample:
        return self.pictures[int(rng.integers(len(self.pictures)))]


def lesson(shelf: Shelf, rng: np.random.Generator) -> Lesson:
    """A lesson by chance."""
    cut, count = (shelf.strip, STRIPS) if rng.random() < STRIP_SHARE else (shelf.square, SQUARES)
    images: list[NDArray[np.uint8]] = []
    labels: list[tuple[NDArray[np.int64], NDArray[np.float64]]] = []
    while len(images) < count:
        sample = cut(rng)
        if rng.random() < BLIND_SHARE:
            images.append(_in_other_light(_blind(sample.image, rng), rng))
            labels.append((np.empty(0, np.int64), np.empty((0, 4))))
            continue
        if not sample.clear.any() and rng.random() >= EMPTY_SHARE:
            continue
        image, box = sample.image, sample.boxes[sample.clear]
        height, width = image.shape[:2]
        if rng.random() < 0.5:
            image = image[:, ::-1]
            box = np.column_stack([width - box[:, 2], box[:, 1], width - box[:, 0], box[:, 3]])
        middles = np.column_stack([(box[:, :2] + box[:, 2:]) / 2, box[:, 2:] - box[:, :2]])
        images.append(_in_other_light(image, rng))
        labels.append((sample.classes[sample.clear], middles / (width, height, width, height)))
    return Lesson(
        images=np.stack(images),
        owners=np.repeat(np.arange(count), [len(classes) for classes, _ in labels]),
        classes=np.concatenate([classes for classes, _ in labels]),
        boxes=np.concatenate([boxes for _, boxes in labels]),
    )


def _blind(image: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    kind: Literal["covered", "sprayed"] = "covered" if rng.random() < 0.5 else "sprayed"
    light = float(rng.choice((0.02, 0.3, 0.6, 1.0)))
    if rng.random() < 0.3:
        plain = np.broadcast_to(rng.integers(0, 256, 3) * light, image.shape)  # cloth right before the lens
        return np.asarray(plain + rng.normal(0, 2.0, (*image.shape[:2], 1)), np.float32).clip(0, 255).astype(np.uint8)
    return spoiled(image, Mishap("", kind, 1.0, f"blind:{int(rng.integers(BLIND_FORMS))}"), light)


def _in_other_light(image: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    # Brighter or darker, and with the white balance of another sensor.
    gain = 1 + rng.uniform(-GAIN, GAIN) + rng.uniform(-GAIN / 4, GAIN / 4, 3)
    table = np.clip(np.arange(256)[:, None] * gain + rng.uniform(-SHIFT, SHIFT), 0, 255).astype(np.uint8)
    changed: NDArray[np.uint8] = cv2.LUT(np.ascontiguousarray(image), table[None])  # type: ignore[assignment]
    return changed
