"""Fact mode: what a good detector would say of a picture, made from the truth alone and without the picture.

It errs as detectors do: it overlooks what is small, hidden or in the dark, and the same hard thing again and again; it
places boxes a little off, takes one kind for another, and now and then sees what is not there.
"""

from dataclasses import dataclass
from math import exp
from typing import NamedTuple
from zlib import crc32

import numpy as np

from homesec.sim.truth import appearance
from homesec.sim.truth.frames import FrameTruth, ObjectTruth
from homesec.sim.values import KINDS
from homesec.sim.view.silhouette import Box

FRAME_PX = 360  # height of the pictures that the detector is thought to see
CONFUSED = {"car": "truck", "truck": "car", "bus": "truck", "dog": "cat", "cat": "dog", "package": "backpack",
            "backpack": "package", "bicycle": "person"}  # fmt: skip
_LIKELY_FALSE = ("person", "car", "bird", "package")  # what shadows, bushes and stones are taken for


@dataclass(frozen=True)
class Errors:
    """How much a detector errs; `Errors.none()` says the plain truth."""

    half_px: float = 5.0
    """A thing of this height is found every other time; each further one halves the misses."""
    hidden: float = 0.3
    """Of a thing of which so much is visible, a third of the chance is lost."""
    dark: float = 0.06
    """Share of misses that darkness adds; infrared adds half of it."""
    hard: float = 0.6
    """How much things differ in how easily they are found: what is missed once is missed again."""
    jitter: float = 0.03
    """Standard deviation of an edge, in sizes of the box."""
    blurred: float = 0.25
    """Standard deviation of each number of an appearance, in shares of it."""
    confused: float = 0.01
    """Share of things that are taken for another kind."""
    invented: float = 0.006
    """False detections a picture."""
    lowest: float = 0.05
    """Confidence below which nothing is said."""

    @classmethod
    def none(cls) -> "Errors":
        """No error of any kind."""
        return cls(
            half_px=0.0, hidden=0.0, dark=0.0, hard=0.0, jitter=0.0, blurred=0.0, confused=0.0, invented=0.0, lowest=0.0
        )


class Fact(NamedTuple):
    """A detection that needed no picture."""

    kind: str
    confidence: float
    box: Box
    appearance: bytes
    """float16 vector, as detectors make them of pictures."""


def facts(frame: FrameTruth, seed: int, errors: Errors | None = None) -> tuple[Fact, ...]:
    """What the detector says of this frame, best first. The same frame and seed give the same."""
    errors = errors or Errors()
    when = [seed, 0xFAC7, crc32(frame.camera.encode()), int(frame.at.timestamp() * 1000)]
    rng, looks = np.random.default_rng(when), np.random.default_rng([*when, 0x100C])
    found = [fact for one in frame.objects if (fact := _seen(frame, one, seed, errors, rng, looks)) is not None]
    found += [_invented(frame, errors, rng, looks) for _ in range(int(rng.poisson(errors.invented)))]
    return tuple(sorted(found, key=lambda fact: (-fact.confidence, fact.box)))


def _seen(
    frame: FrameTruth, one: ObjectTruth, seed: int, errors: Errors, rng: np.random.Generator, looks: np.random.Generator
) -> Fact | None:
    dice, doubt, other, *edges = (float(value) for value in rng.standard_normal(7))
    chance = _chance(frame, one, errors)
    if errors.hard:
        # What is hard about a thing stays with it on this camera; the rest is chance.
        hard = crc32(f"{seed}/{frame.camera}/{one.thing}".encode()) / 2**32 - 0.5
        chance -= errors.hard * (1.0 - chance) * (2 * hard + 0.5 * dice)
    chance = min(max(chance, 0.0), 1.0)
    spread = 0.0 if errors == Errors.none() else 0.06
    confidence = min(max(0.08 + 0.86 * chance + spread * doubt, 0.0), 0.99) if spread else 0.99
    if confidence <= max(errors.lowest, 0.0) or (errors.half_px > 0 and chance < 0.12):
        return None
    kind = one.kind
    if errors.confused and abs(other) > _quantile(errors.confused):
        kind, confidence = CONFUSED.get(kind, kind), confidence * 0.7
    looks_like = appearance.seen(frame, one, errors.blurred, looks)
    return Fact(kind, round(confidence, 4), _moved(one.box, edges, errors.jitter), looks_like)


def _chance(frame: FrameTruth, one: ObjectTruth, errors: Errors) -> float:
    """How likely it is found, 0..1."""
    chance = 1.0
    if errors.half_px:
        chance -= 0.5 ** ((one.box[3] - one.box[1]) * FRAME_PX / errors.half_px)
    if errors.hidden:
        chance *= 1.0 - 0.33 * exp(1.0 - max(one.visible_share, 0.01) / errors.hidden) if one.visible_share < 1 else 1.0
    if frame.light == "night":
        chance *= 1.0 - errors.dark * (0.5 if frame.infrared else 1.0)
    return max(chance, 0.0)


def _moved(box: Box, edges: list[float], jitter: float) -> Box:
    if not jitter:
        return box
    wide, tall = jitter * (box[2] - box[0]), jitter * (box[3] - box[1])
    x0, y0, x1, y1 = (
        min(max(edge + size * off, 0.0), 1.0)
        for edge, size, off in zip(box, (wide, tall, wide, tall), edges, strict=True)
    )
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _invented(frame: FrameTruth, errors: Errors, rng: np.random.Generator, looks: np.random.Generator) -> Fact:
    kind = _LIKELY_FALSE[int(rng.integers(len(_LIKELY_FALSE)))] if rng.random() < 0.8 else str(rng.choice(KINDS))
    confidence = float(rng.beta(2.0, 3.5))
    height = float(rng.uniform(0.03, 0.3))
    width = height * float(rng.uniform(0.2, 0.8))
    x, y = float(rng.uniform(0.0, 1.0 - width)), float(rng.uniform(0.2, 1.0 - height))
    box = (x, y, x + width, y + height)
    return Fact(kind, round(confidence, 4), box, appearance.nothing(frame, box, errors.blurred, looks))


def _quantile(share: float) -> float:
    """Where the two tails of the normal distribution hold this share (Abramowitz and Stegun 26.2.23)."""
    t = np.sqrt(-2.0 * np.log(share / 2.0))
    above = 2.515517 + 0.802853 * t + 0.010328 * t**2
    below = 1.0 + 1.432788 * t + 0.189269 * t**2 + 0.001308 * t**3
    return float(t - above / below)
