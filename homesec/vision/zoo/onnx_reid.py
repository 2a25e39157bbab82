"""Re-identification through any ONNX network that takes a batch of pictures and gives a vector each (OSNet and others).

OpenCV runs it, on the processor.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from homesec.domain.insights import Embedding, Insight
from homesec.errors import ModelUnavailable
from homesec.vision.zoo.crop import Crop, Image
from homesec.vision.zoo.embeddings import unit

SIZE_PX = (128, 256)  # width and height that networks for persons are made for
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)  # of ImageNet, with which such networks are trained
_SPREAD = np.array([0.229, 0.224, 0.225], np.float32)


class OnnxReid:
    """A loaded network."""

    def __init__(self, network: Any, name: str, size_px: tuple[int, int]) -> None:
        self._network, self._name, self._size = network, name, size_px

    def say(self, crops: Sequence[Crop]) -> list[Insight]:
        return [
            Insight(crop.sight.detection_id, appearance=Embedding(self._name, self.vector(crop.tight)))
            for crop in crops
        ]

    def vector(self, picture: Image) -> Any:
        """Shape (d,), length 1. One at a time: many such files are made for a batch of one."""
        small = cv2.resize(picture, self._size, interpolation=cv2.INTER_LINEAR).astype(np.float32) / 255
        self._network.setInput(np.ascontiguousarray(((small - _MEAN) / _SPREAD).transpose(2, 0, 1)[None]))
        return unit(np.asarray(self._network.forward()).reshape(-1))


def load(weights: Path, name: str, size_px: tuple[int, int]) -> OnnxReid:
    """Raises ModelUnavailable when OpenCV cannot read or run the file."""
    try:
        model = OnnxReid(cv2.dnn.readNetFromONNX(str(weights)), name, size_px)
        length = len(model.vector(np.zeros((*size_px[::-1], 3), np.uint8)))
    except cv2.error as error:
        raise ModelUnavailable(
            f"{weights} cannot be run as a network that takes pictures of {size_px[0]}x{size_px[1]} pixels: "
            f"{str(error.err).strip()} (another size is given as {name.partition('@')[0]}@<width>x<height>)"
        ) from error
    if length < 2:
        raise ModelUnavailable(f"{weights} gives {length} number for a picture, which is no vector")
    return model
