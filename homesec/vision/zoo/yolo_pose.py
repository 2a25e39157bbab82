"""Poses through YOLO weights of ultralytics."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from homesec.domain.boxes import overlap
from homesec.domain.insights import Insight, Pose
from homesec.errors import ModelUnavailable
from homesec.vision.devices import device_errors
from homesec.vision.offline import go_offline
from homesec.vision.zoo.crop import Crop
from homesec.vision.zoo.vitpose import POINTS, pose

SIZE_PX = 320  # of the square a crop is scaled to: one person fills it
LEAST_OVERLAP = 0.3  # with the detection; less is somebody else in the crop
MIN_CONFIDENCE = 0.2


class YoloPose:
    """Loaded weights. Crops go in one by one shape, so that no answer depends on its neighbours."""

    def __init__(self, model: Any, device: str) -> None:
        self._model = model
        self._options: dict[str, Any] = {
            "imgsz": SIZE_PX,
            "conf": MIN_CONFIDENCE,
            "device": "cuda:0" if device == "cuda" else "cpu",
            "verbose": False,
        }

    def say(self, crops: Sequence[Crop]) -> list[Insight]:
        return [Insight(crop.sight.detection_id, pose=self._pose(crop)) for crop in crops]

    def _pose(self, crop: Crop) -> Pose | None:
        with device_errors():
            (answer,) = self._model.predict([np.ascontiguousarray(crop.image[..., ::-1])], **self._options)
        found, points = answer.boxes.cpu().numpy(), answer.keypoints.data.cpu().numpy()
        overlaps = [overlap(crop.box, tuple(box)) for box in found.xyxyn]
        if not overlaps or max(overlaps) < LEAST_OVERLAP:
            return None
        best = points[int(np.argmax(overlaps))]
        return pose(crop, best[:, :2], best[:, 2])


def load(weights: Path, models_dir: Path, device: str) -> YoloPose:
    """Raises ModelUnavailable."""
    model = yolo(weights, models_dir, "pose")
    if list(model.model.kpt_shape) != [POINTS, 3]:
        raise ModelUnavailable(f"{weights} tell {model.model.kpt_shape} numbers of a body; [{POINTS}, 3] are needed")
    return YoloPose(model, device)


def yolo(weights: Path, models_dir: Path, task: str) -> Any:
    """Weights of ultralytics for this task. Raises ModelUnavailable."""
    go_offline(models_dir)
    try:
        from ultralytics.models import YOLO
    except ImportError as error:
        raise ModelUnavailable(f"{weights.name} needs the package ultralytics, which is not installed") from error
    try:
        model: Any = YOLO(str(weights))
        found = model.task
    except (OSError, RuntimeError, TypeError, ValueError, KeyError, AttributeError, EOFError, ImportError) as error:
        reason = str(error).partition("\n")[0]
        raise ModelUnavailable(f"{weights} cannot be loaded as YOLO weights: {reason}") from error
    if found != task:
        raise ModelUnavailable(f"{weights} are weights for {found}; for {task} are needed")
    return model
