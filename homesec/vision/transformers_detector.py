"""Detectors of transformers (RT-DETR v2, RT-DETR, D-FINE, RF-DETR, DETR ...), from files of this machine."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homesec.vision import pretrained
from homesec.vision.appearance import appearance
from homesec.vision.coco import coco_name
from homesec.vision.detections import Detections
from homesec.vision.devices import device_errors


class TransformersDetector:
    """A loaded model with the processor that scales its pictures."""

    def __init__(self, model: Any, processor: Any, name: str, device: str, min_confidence: float) -> None:
        self.name = name
        self._model, self._processor, self._device = model, processor, device
        self._min_confidence = min_confidence
        self._names = {int(number): coco_name(str(label)) for number, label in model.config.id2label.items()}
        # Most stretch every picture to one square. Those that pad would let a frame's answer depend on its neighbours.
        self._pads = bool(getattr(processor, "do_pad", False))

    def predict(self, frames: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        groups: dict[Any, list[int]] = defaultdict(list)
        for number, frame in enumerate(frames):
            groups[frame.shape if self._pads else None].append(number)
        found = [Detections.empty()] * len(frames)
        for numbers in groups.values():
            for number, answer in zip(numbers, self._answers([frames[n] for n in numbers]), strict=True):
                found[number] = self._detections(answer, frames[number])
        return found

    def _answers(self, frames: list[NDArray[np.uint8]]) -> list[dict[str, Any]]:
        import torch

        with device_errors(), torch.inference_mode():
            inputs = self._processor(images=frames, input_data_format="channels_last", return_tensors="pt")
            outputs = self._model(**inputs.to(self._device))
            answers: list[dict[str, Any]] = self._processor.post_process_object_detection(
                outputs, threshold=self._min_confidence
            )  # without target sizes boxes stay in 0..1
        return answers

    def _detections(self, answer: dict[str, Any], frame: NDArray[np.uint8]) -> Detections:
        found = Detections.from_pixels(
            answer["boxes"].float().cpu().numpy(),
            answer["scores"].float().cpu().numpy(),
            tuple(self._names[int(number)] for number in answer["labels"].tolist()),
            1,
            1,
        )
        return Detections(found.xyxy, found.confidence, found.classes, appearance(frame, found.xyxy))


def load(folder: str, models_dir: Path, device: str, min_confidence: float) -> TransformersDetector:
    """Load a folder, or a name in the local cache. Raises ModelUnavailable."""
    classes = ("AutoModelForObjectDetection", "AutoImageProcessor")
    network, processor = pretrained.load(folder, models_dir, device, classes, "a detector")
    return TransformersDetector(network, processor, f"transformers:{Path(folder).name}", device, min_confidence)
