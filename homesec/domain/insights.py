"""What further models are asked about a detection, and what they say: pose, action, threat, face, look, plate."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

Box = tuple[float, float, float, float]
"""x1, y1, x2, y2 in 0..1 of the frame."""
SUSPICIOUS_POSES = frozenset({"crouching", "arms_raised", "lying_down"})
SUSPICIOUS_ACTIONS = frozenset(
    {
        "trying a door handle", "looking into a car", "breaking in", "climbing", "spraying", "threatening",
        "lingering", "covering a camera",
    }
)  # fmt: skip
ACTION_FROM = 0.5  # confidence from which an action counts as an event of its own
SEVERITY = {"gun": "critical", "explosive": "critical", "grenade": "critical", "knife": "high"}
UNSURE = 0.5  # a threat below this confidence is one step less severe
_MILDER = {"critical": "high", "high": "medium", "medium": "low"}
_AGES = ("0-10", "11-20", "21-30", "31-40", "41-50", "51-60", "61-70", "71-80")


@dataclass(frozen=True)
class Sight:
    """A detection as a further model is asked about it."""

    detection_id: int
    camera_id: str
    frame: tuple[int, int]
    """Upload id and frame number: what was seen at once."""
    at: datetime
    object_type: str
    confidence: float
    box: Box
    frame_height: int
    """Pixels."""

    @property
    def area(self) -> float:
        """Share of the frame."""
        return (self.box[2] - self.box[0]) * (self.box[3] - self.box[1])


@dataclass(frozen=True)
class Pose:
    """How a person holds the body."""

    keypoints: tuple[tuple[float, float, float], ...]
    """17 of COCO: x, y, confidence, all in 0..1."""
    name: str
    confidence: float

    @property
    def is_suspicious(self) -> bool:
        return self.name in SUSPICIOUS_POSES


@dataclass(frozen=True)
class Action:
    """What a person does."""

    name: str
    confidence: float
    scores: Mapping[str, float]

    @property
    def is_suspicious(self) -> bool:
        return self.name in SUSPICIOUS_ACTIONS


@dataclass(frozen=True)
class Threat:
    """A weapon or the like."""

    name: str
    confidence: float
    box: Box

    @property
    def severity(self) -> str:
        """low, medium, high or critical: by what it is, and one step less when that is not sure."""
        severity = SEVERITY.get(self.name, "high" if self.name == "weapon" else "medium")
        return severity if self.confidence >= UNSURE else _MILDER[severity]


@dataclass(frozen=True)
class Demographics:
    """Estimated age and gender."""

    age: int
    age_confidence: float
    gender: str
    gender_confidence: float

    @property
    def age_range(self) -> str:
        """The band that the age falls into: 0-10, 11-20 ... 81+."""
        return "81+" if self.age > 80 else _AGES[max(self.age - 1, 0) // 10]


@dataclass(frozen=True, eq=False)
class Embedding:
    """A vector by which one thing is told from another. Vectors of two models are never compared."""

    model: str
    values: NDArray[np.float32]
    """Of unit length."""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Embedding):
            return NotImplemented
        return self.model == other.model and np.array_equal(self.values, other.values)

    def __hash__(self) -> int:
        return hash((self.model, self.values.tobytes()))


@dataclass(frozen=True)
class Face:
    """A face that is turned towards the camera."""

    box: Box
    covered: bool
    quality: float
    """0..1: how well it could be told from others."""
    embedding: Embedding | None = None


@dataclass(frozen=True)
class Plate:
    """A number plate as it was read: upper case letters and digits, no gaps."""

    text: str
    confidence: float


@dataclass(frozen=True)
class VehicleLook:
    """What a vehicle looks like."""

    kind: str
    """car, van, pickup and so on."""
    color: str
    confidence: float


@dataclass(frozen=True)
class Insight:
    """What one model says about one detection; empty where it says nothing."""

    detection_id: int
    pose: Pose | None = None
    action: Action | None = None
    threats: tuple[Threat, ...] = field(default=())
    demographics: Demographics | None = None
    face: Face | None = None
    plate: Plate | None = None
    vehicle: VehicleLook | None = None
    appearance: Embedding | None = None
    """The whole body or vehicle, for re-identification."""
    meaning: Embedding | None = None
    """The picture, for search by words."""
