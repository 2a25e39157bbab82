"""Detectors for tests and benches, chosen by name like real ones; health says that they are none."""

import hashlib
import os
import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from homesec.vision.appearance import appearance
from homesec.vision.detections import Detections

STAND_IN = "This detector is a fake for tests and benches: what it says has nothing to do with the pictures."

_PERSON = Detections(
    np.array([[0.4, 0.2, 0.6, 0.9]], np.float32),
    np.array([0.9], np.float32),
    ("person",),
    np.full((1, 36), 1 / 6, np.float16),
)
_CLASSES = ("person", "car", "dog", "cat", "truck", "bicycle")


class NullDetector:
    """Takes no time; sees nothing, or the same person in every frame."""

    def __init__(self, person: bool) -> None:
        self.name = "null:person" if person else "null"
        self._answer = _PERSON if person else Detections.empty()

    def predict(self, frames: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        return [self._answer] * len(frames)


class SleepingDetector:
    """Takes a fixed time for each frame, as a model on a device of its own would, and sees the same person."""

    def __init__(self, image_s: float) -> None:
        self.name = f"fake:sleep:{image_s * 1000:g}"
        self._image_s = image_s

    def predict(self, frames: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        time.sleep(self._image_s * len(frames))
        return [_PERSON] * len(frames)


class HashDetector:
    """Sees up to three objects that follow from the pixels alone: equal pictures, equal answers."""

    name = "fake:hash"

    def predict(self, frames: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        return [hash_detections(frame) for frame in frames]


class CrashingDetector:
    """Sees the same person, but a red picture kills the process, and a green one is an error."""

    name = "fake:crash"

    def predict(self, frames: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        for frame in frames:
            red, green, blue = frame.reshape(-1, 3).mean(axis=0)
            if red > 150 and green < 60 and blue < 60:
                os._exit(3)
            if green > 150 and red < 60 and blue < 60:
                raise ValueError("a green picture")
        return [_PERSON] * len(frames)


def hash_detections(frame: NDArray[np.uint8]) -> Detections:
    """What `fake:hash` sees in a frame."""
    sample = np.ascontiguousarray(frame[::8, ::8])
    digest = hashlib.blake2b(sample.tobytes(), digest_size=32, key=repr(sample.shape).encode()).digest()
    count = digest[0] % 4
    numbers = np.frombuffer(digest[1 : 1 + 6 * count], np.uint8).reshape(count, 6).astype(np.float32)
    x1, y1 = numbers[:, 0] / 400, numbers[:, 1] / 400
    xyxy = np.stack([x1, y1, x1 + 0.05 + numbers[:, 2] / 1000, y1 + 0.05 + numbers[:, 3] / 1000], axis=1)
    classes = tuple(_CLASSES[int(number) % len(_CLASSES)] for number in numbers[:, 5])
    found = Detections.from_pixels(xyxy, 0.3 + numbers[:, 4] / 400, classes, 1, 1)
    return Detections(found.xyxy, found.confidence, found.classes, appearance(frame, found.xyxy))
