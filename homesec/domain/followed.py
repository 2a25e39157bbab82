"""What is followed through the pictures of one camera: the values that tracks, stays in zones and hands share."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

Box = tuple[float, float, float, float]
"""x1, y1, x2, y2 in 0..1 of the frame."""


@dataclass(frozen=True)
class Sighting:
    """One detection of one frame, as far as following is concerned."""

    detection_id: int
    object_class: str
    confidence: float
    box: Box
    appearance: NDArray[np.float32] | None
    """Of unit length; None when the detector gave none."""
    counts: bool = True
    """False: less sure than its camera asks for, so it may go on with a track and never begins one."""


@dataclass(frozen=True)
class Frame:
    """All that was detected in one picture, or in one frame of a clip; may be empty."""

    at: datetime
    """Event time, aware."""
    key: tuple[int, int]
    """Upload id and frame number."""
    sightings: tuple[Sighting, ...]
    aspect: float = 16 / 9
    """Width over height."""


@dataclass(frozen=True)
class Followed:
    """Where one track is in one frame."""

    track: int
    """Number within the camera's session."""
    object_class: str
    """By the vote so far."""
    at: datetime
    box: Box
    detection_id: int
    confidence: float
    stationary: bool
    """Parked or left: it has not moved for a while."""
    confirmed: bool
    """Seen often or surely enough to be an object."""

    @property
    def foot(self) -> tuple[float, float]:
        return foot(self.box)


def foot(box: Box) -> tuple[float, float]:
    """Bottom centre: where it stands."""
    return (box[0] + box[2]) / 2, box[3]
