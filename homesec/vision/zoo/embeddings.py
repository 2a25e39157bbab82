"""Vectors of a picture through SigLIP, CLIP or DINOv2 of transformers: what somebody looks like, or what is shown."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from homesec.domain.insights import Embedding, Insight
from homesec.vision import pretrained
from homesec.vision.devices import device_errors
from homesec.vision.zoo.crop import Crop

Use = Literal["appearance", "meaning"]


class Embedder:
    """`appearance` is of the object alone, `meaning` of the crop with what is round it."""

    def __init__(self, network: Any, processor: Any, device: str, name: str, use: Use) -> None:
        self._network, self._processor, self._device = network, processor, device
        self._name, self._use = name, use

    def say(self, crops: Sequence[Crop]) -> list[Insight]:
        import torch

        tight = self._use == "appearance"
        pictures = [crop.tight if tight else crop.image for crop in crops]
        with device_errors(), torch.inference_mode():
            inputs = self._processor(images=pictures, input_data_format="channels_last", return_tensors="pt")
            inputs = inputs.to(self._device)
            features = getattr(self._network, "get_image_features", self._network)
            vectors = features(pixel_values=inputs["pixel_values"]).pooler_output.float().cpu().numpy()
        return [
            said(crop.sight.detection_id, self._use, Embedding(self._name, unit(vector)))
            for crop, vector in zip(crops, vectors, strict=True)
        ]


def said(detection_id: int, use: Use, embedding: Embedding) -> Insight:
    if use == "appearance":
        return Insight(detection_id, appearance=embedding)
    return Insight(detection_id, meaning=embedding)


def unit(vector: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
    """The vector at length 1."""
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12), np.float32)


def load(folder: str, models_dir: Path, device: str, name: str, use: Use) -> Embedder:
    """Raises ModelUnavailable."""
    network, processor = pretrained.load(
        folder, models_dir, device, ("AutoModel", "AutoImageProcessor"), "a network for vectors"
    )
    return Embedder(network, processor, device, name, use)
