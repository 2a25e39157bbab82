"""YOLO and RT-DETR weights through ultralytics, from files of this machine."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from homesec.errors import ModelUnavailable
from homesec.vision.appearance import appearance
from homesec.vision.coco import coco_name
from homesec.vision.detections import Detections
from homesec.vision.devices import device_errors
from homesec.vision.offline import go_offline

_TASKS = ("detect", "segment", "pose")  # whose answers have upright boxes
_MAX_OBJECTS = 300  # in one frame
_OVERLAP = 0.7  # IoU above which two boxes of one class are one object; the library's own default


class UltralyticsDetector:
    """A loaded model. Frames are scaled here, so that pictures of all cameras with one aspect share a batch."""

    def __init__(self, model: Any, name: str, device: str, image_size: int, min_confidence: float) -> None:
        self.name = name
        self._model = model
        self._names = {number: coco_name(str(label)) for number, label in model.names.items()}
        self._stretches = type(model).__name__ == "RTDETR"
        self._image_size = image_size
        self._options: dict[str, Any] = {
            "imgsz": image_size,
            "conf": min_confidence,
            "iou": _OVERLAP,
            "max_det": _MAX_OBJECTS,
            "device": "cuda:0" if device == "cuda" else "cpu",
            "verbose": False,
        }

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of its classes."""
        return tuple(self._names.values())

    def predict(self, frames: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        found = [Detections.empty()] * len(frames)
        for scaled in self._groups(frames).values():
            with device_errors():
                answers = self._model.predict([picture for _, picture in scaled], **self._options)
            for (number, _), answer in zip(scaled, answers, strict=True):
                found[number] = self._detections(answer, frames[number])
        return found

    def _groups(self, frames: Sequence[NDArray[np.uint8]]) -> dict[Any, list[tuple[int, NDArray[np.uint8]]]]:
        """Frames with their places, as BGR and scaled to the model's size, by their shape after that.

        The library pads a batch of one shape to the smallest rectangle, and one of several shapes to a square: so one
        shape goes in at a time, and a frame's answer never depends on its neighbours. RT-DETR's are stretched.
        """
        groups: dict[Any, list[tuple[int, NDArray[np.uint8]]]] = defaultdict(list)
        for number, frame in enumerate(frames):
            height, width = frame.shape[:2]
            scale = self._image_size / max(height, width)
            size = (max(1, round(width * scale)), max(1, round(height * scale)))
            if self._stretches:
                size = (self._image_size, self._image_size)
            small = frame if (width, height) == size else cv2.resize(frame, size, interpolation=cv2.INTER_LINEAR)
            groups[size].append((number, np.ascontiguousarray(small[..., ::-1])))
        return groups

    def _detections(self, answer: Any, frame: NDArray[np.uint8]) -> Detections:
        height, width = answer.orig_shape
        boxes = answer.boxes.cpu()
        found = Detections.from_pixels(
            boxes.xyxy.numpy(),
            boxes.conf.numpy(),
            tuple(self._names[int(number)] for number in boxes.cls.tolist()),
            width,
            height,
        )
        return Detections(found.xyxy, found.confidence, found.classes, appearance(frame, found.xyxy))


def load(weights: Path, models_dir: Path, device: str, image_size: int, min_confidence: float) -> UltralyticsDetector:
    """Load a weights file. Raises ModelUnavailable when the library is missing or the file is not what it needs."""
    go_offline(models_dir)
    try:
        from ultralytics.models import YOLO
    except ImportError as error:
        raise ModelUnavailable(f"{weights.name} needs the package ultralytics, which is not installed") from error
    try:
        with device_errors():
            model: Any = YOLO(str(weights))  # becomes an RTDETR by itself when the weights are one's
            task = model.task
            detector = UltralyticsDetector(model, f"ultralytics:{weights.stem}", device, image_size, min_confidence)
            if task in _TASKS:
                detector.predict([np.zeros((image_size, image_size, 3), np.uint8)])  # the slow first one, now
    except (OSError, RuntimeError, TypeError, ValueError, KeyError, AttributeError, EOFError, ImportError) as error:
        reason = str(error).partition("\n")[0]
        raise ModelUnavailable(f"{weights} cannot be loaded as YOLO or RT-DETR weights: {reason}") from error
    if task not in _TASKS:
        raise ModelUnavailable(f"{weights} are weights for {task}, which find no objects; detection weights are needed")
    return detector
