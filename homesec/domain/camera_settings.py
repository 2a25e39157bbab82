"""What the owner set for a camera: which objects count, how sure the detector must be, whether it looks at all."""

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

MIN_CONFIDENCE = 0.4  # of cameras that set none: most false alarms of a good detector lie below


@dataclass(frozen=True)
class CameraSettings:
    """A value made from the `settings` column of `cameras`."""

    classes: tuple[str, ...] | None = None
    """The classes that count; None = all."""
    min_confidence: float = MIN_CONFIDENCE
    class_confidence: dict[str, float] = field(default_factory=dict)
    """Thresholds of single classes; they win over `min_confidence`."""
    enabled: bool = True
    """False: its pictures are registered and kept, and no model looks at them."""
    snooze_until: datetime | None = None
    """Until then its events raise no alerts."""

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "CameraSettings":
        """Read leniently: a row that another version wrote never breaks the pipeline.

        Unknown keys are ignored, and what cannot be read counts as not set; the API is where input is judged.
        """
        classes = stored.get("classes")
        by_class = stored.get("class_confidence")
        return cls(
            classes=tuple(str(name) for name in classes) if isinstance(classes, list | tuple) else None,
            min_confidence=_fraction(stored.get("min_confidence"), MIN_CONFIDENCE),
            class_confidence={
                str(name): _fraction(value, MIN_CONFIDENCE) for name, value in by_class.items() if _is_fraction(value)
            }
            if isinstance(by_class, dict)
            else {},
            enabled=stored.get("enabled") is not False,
            snooze_until=_time(stored.get("snooze_until")),
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "classes": None if self.classes is None else list(self.classes),
            "min_confidence": self.min_confidence,
            "class_confidence": dict(self.class_confidence),
            "enabled": self.enabled,
            "snooze_until": None if self.snooze_until is None else self.snooze_until.isoformat(),
        }

    def exclusion(self, object_type: str, confidence: float) -> str | None:
        """Why a detection of this camera counts nowhere, in words that are stored with it; None = it counts."""
        if not self.enabled:
            return "the camera is switched off"
        if self.classes is not None and object_type not in self.classes:
            return f"{object_type} is not among the classes of this camera"
        needed = self.class_confidence.get(object_type, self.min_confidence)
        if confidence < needed:
            return f"confidence below {needed:g}"
        return None


def _is_fraction(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and 0 <= value <= 1


def _fraction(value: Any, default: float) -> float:
    return float(value) if _is_fraction(value) else default


def _time(value: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return at if at.tzinfo is not None else None
