"""What a model needs and how it is loaded; the actor that owns it turns this into resources."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from homesec.vision.detections import Detections


class Detector(Protocol):
    """A loaded model that finds objects. Used by one thread at a time."""

    name: str
    """Stands in every row that it makes."""

    def predict(self, frames: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        """One answer a frame; frames are RGB, shape (height, width, 3), of any and different sizes."""
        ...


@dataclass(frozen=True)
class ModelSpec:
    """A model before it is loaded."""

    name: str
    load: Callable[[str], Detector]
    """Takes the device, "cpu" or "cuda". Raises ModelUnavailable in words a user understands."""
    gpu_gb: float
    """Measured or declared peak, with head-room."""
    max_batch: int
    stand_in: str | None = None
    """Why this is a poor stand-in and what to do about it; None for a real detector."""
