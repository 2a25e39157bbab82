"""Number plates through fast-alpr, when that package is installed; from files of this machine alone."""

import importlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from homesec.domain.insights import Insight, Plate
from homesec.errors import ModelUnavailable
from homesec.vision.offline import go_offline
from homesec.vision.zoo.crop import Crop

DETECTOR, READER, READER_CONFIG = "detector.onnx", "ocr.onnx", "ocr.yaml"
MIN_CONFIDENCE = 0.4  # of the plate's detection
LEAST_LETTERS = 3  # a shorter text is no plate


class Plates:
    """A loaded reader: the surest plate on a vehicle is its plate."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader

    def say(self, crops: Sequence[Crop]) -> list[Insight]:
        return [Insight(crop.sight.detection_id, plate=self._plate(crop)) for crop in crops]

    def _plate(self, crop: Crop) -> Plate | None:
        answers = self._reader.predict(np.ascontiguousarray(crop.image[..., ::-1]))
        plates = [plate for one in answers if one.ocr is not None and (plate := read(one.ocr)) is not None]
        return max(plates, key=lambda plate: plate.confidence, default=None)


def read(answer: Any) -> Plate | None:
    """A plate from `text` and `confidence`, which is one number or one for each letter."""
    letters = re.sub(r"[^A-Z0-9]", "", answer.text.upper())
    confidence = float(np.mean(answer.confidence))
    return Plate(letters, round(min(max(confidence, 0.0), 1.0), 4)) if len(letters) >= LEAST_LETTERS else None


def load(folder: str, models_dir: Path, device: str) -> Plates:
    """Raises ModelUnavailable. All three files must be there, or the library would fetch its own."""
    go_offline(models_dir)
    files = [Path(folder) / name for name in (DETECTOR, READER, READER_CONFIG)]
    missing = [file.name for file in files if not file.is_file()]
    try:
        library = importlib.import_module("fast_alpr")
        finder = importlib.import_module("open_image_models.detection.core.yolo_v9.inference")
    except ImportError as error:
        raise ModelUnavailable("plates need the package fast-alpr, which is not installed") from error
    if missing:
        raise ModelUnavailable(f"{folder} has no {', '.join(missing)} (nothing is downloaded by itself)")
    try:
        detector = finder.YoloV9ObjectDetector(files[0], ["License Plate"], conf_thresh=MIN_CONFIDENCE)
        reader = library.ALPR(
            detector=detector, ocr_model=None, ocr_device=device, ocr_model_path=files[1], ocr_config_path=files[2]
        )
    except (OSError, RuntimeError, ValueError, TypeError, KeyError) as error:
        raise ModelUnavailable(f"{folder} cannot be loaded by fast-alpr: {str(error).partition(chr(10))[0]}") from error
    return Plates(reader)
