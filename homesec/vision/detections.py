"""What a detector says about one frame."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Detections:
    """Parallel arrays, one row an object, best first.

    `xyxy`: shape (n, 4), corners normalised to 0..1 of the frame; `confidence`: shape (n,), 0..1;
    `classes`: n names as COCO spells them; `appearance`: shape (n, d) float16, or None when the model has none.
    """

    xyxy: NDArray[np.float32]
    confidence: NDArray[np.float32]
    classes: tuple[str, ...]
    appearance: NDArray[np.float16] | None = None

    def __post_init__(self) -> None:
        count = len(self.classes)
        if self.xyxy.shape != (count, 4) or self.confidence.shape != (count,):
            raise ValueError(f"{count} classes, but boxes {self.xyxy.shape} and confidences {self.confidence.shape}")
        if self.appearance is not None and len(self.appearance) != count:
            raise ValueError(f"{count} classes, but {len(self.appearance)} appearance vectors")

    def __len__(self) -> int:
        return len(self.classes)

    @classmethod
    def empty(cls) -> "Detections":
        return cls(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), ())

    @classmethod
    def from_pixels(
        cls,
        xyxy: NDArray[np.floating],
        confidence: NDArray[np.floating],
        classes: tuple[str, ...],
        width_px: int,
        height_px: int,
        appearance: NDArray[np.float16] | None = None,
    ) -> "Detections":
        """From boxes in pixels; what reaches out of the frame is cut, what has no area left is dropped."""
        size = np.array([width_px, height_px, width_px, height_px], np.float32)
        boxes: NDArray[np.float32] = np.clip(np.asarray(xyxy, np.float32).reshape(-1, 4) / size, 0.0, 1.0)
        scores = np.asarray(confidence, np.float32).reshape(-1).clip(0.0, 1.0)
        keep = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1]) & np.isfinite(scores)
        order = np.flatnonzero(keep)[np.argsort(-scores[keep], kind="stable")]
        return cls(
            boxes[order],
            scores[order],
            tuple(classes[i] for i in order),
            None if appearance is None else appearance[order],
        )
