"""The detector that needs no weights: OpenCV's HOG persons (Dalal and Triggs 2005).

A stand-in until the owner has weights: it knows upright persons only, in whole view and of some size, and takes
now and then a bush for one.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from homesec.vision.appearance import appearance
from homesec.vision.detections import Detections

STAND_IN = (
    "OpenCV's HOG finds only upright persons in full view, misses many and invents some. Put YOLO or RT-DETR weights "
    "into the models folder and set detector.name to ultralytics:<file> or transformers:<folder>."
)

_SHORT_SIDE_PX = 352  # of ten variations of bus.jpg at nine sizes the best trade of found, invented and time (40 ms)
_LONG_SIDE_PX = 960  # of panoramas, which would take seconds
_STRIDE_PX, _PADDING_PX, _STEP = 8, 32, 1.05
_MARGIN_X, _MARGIN_Y = 0.17, 0.07  # of the 64 x 128 window is background, since the training persons were 96 high
_OVERLAP = 0.4  # two windows that share more of their union show one person
_MIDDLE, _SLOPE = 0.45, 4.0  # of the logistic that makes a confidence of the SVM's distance: inventions lie round 0.3


class HogPersons:
    """A loaded HOG detector."""

    name = "hog"

    def __init__(self, min_confidence: float) -> None:
        self._min_confidence = min_confidence
        self._hog = cv2.HOGDescriptor()
        self._hog.setSVMDetector(np.asarray(cv2.HOGDescriptor.getDefaultPeopleDetector(), np.float32))

    def predict(self, frames: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        return [self._persons(frame) for frame in frames]

    def _persons(self, frame: NDArray[np.uint8]) -> Detections:
        height, width = frame.shape[:2]
        scale = min(1.0, _SHORT_SIDE_PX / min(height, width), _LONG_SIDE_PX / max(height, width))
        size = (round(width * scale), round(height * scale))
        if size[0] < 64 or size[1] < 128:  # smaller than one window
            return Detections.empty()
        small = cv2.resize(frame, size, interpolation=cv2.INTER_AREA) if scale < 1 else frame
        found, distances = self._hog.detectMultiScale(
            small,
            hitThreshold=0.0,
            winStride=(_STRIDE_PX, _STRIDE_PX),
            padding=(_PADDING_PX, _PADDING_PX),
            scale=_STEP,
            groupThreshold=0,  # raw windows: grouping would lose their distances
        )
        confidence = confidences(np.asarray(distances, np.float64).reshape(-1))
        windows = np.asarray(found, np.float64).reshape(-1, 4)[confidence >= self._min_confidence]
        confidence = confidence[confidence >= self._min_confidence]
        x, y, w, h = windows.T
        boxes = np.stack(
            [x + _MARGIN_X * w, y + _MARGIN_Y * h, x + (1 - _MARGIN_X) * w, y + (1 - _MARGIN_Y) * h], axis=1
        )
        kept = best_of_overlapping(boxes, confidence, _OVERLAP)
        persons = Detections.from_pixels(boxes[kept], confidence[kept], ("person",) * len(kept), *size)
        return Detections(persons.xyxy, persons.confidence, persons.classes, appearance(frame, persons.xyxy))


def confidences(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    """0..1 from the SVM's distances, rising with them."""
    return 1 / (1 + np.exp(-_SLOPE * (distances - _MIDDLE)))


def best_of_overlapping(
    boxes: NDArray[np.float64], confidence: NDArray[np.float64], overlap: float
) -> NDArray[np.intp]:
    """Indices of the boxes that remain, best first, when each drops the lesser ones it overlaps by more (IoU)."""
    order = np.argsort(-confidence, kind="stable")
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    kept: list[int] = []
    while len(order):
        best, rest = order[0], order[1:]
        kept.append(int(best))
        sides = np.minimum(boxes[best, 2:], boxes[rest, 2:]) - np.maximum(boxes[best, :2], boxes[rest, :2])
        shared = sides.clip(0).prod(axis=1)
        order = rest[shared / (area[best] + area[rest] - shared) <= overlap]
    return np.array(kept, np.intp)
