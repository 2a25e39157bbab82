"""Detections."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import Field

from homesec.api.schemas.common import Output


class Box(Output):
    """Corners in 0..1 of the frame."""

    x1: float
    y1: float
    x2: float
    y2: float


class DetectionOut(Output):
    """One object in one frame."""

    id: int
    upload_id: int
    camera_id: str
    frame_no: int
    ordinal: int
    detected_at: Annotated[datetime, Field(description="Event time of the frame")]
    object_type: str
    confidence: float
    box: Box
    frame_width: int
    frame_height: int
    media_type: str
    model: Annotated[str, Field(description="Which detector said so")]
    batch_id: int | None
    excluded_because: str | None
    track_id: int | None
    has_thumbnail: bool
    labels: list[str]

    @classmethod
    def from_row(cls, row: Mapping[Any, Any], **more: Any) -> Self:
        return super().from_row(
            row, box=Box.from_row(row), has_thumbnail=row["thumbnail_path"] is not None, **more
        )


class DetectionDetail(DetectionOut):
    """A detection with the event it belongs to."""

    event_id: int | None


class PoseOut(Output):
    keypoints: list[Any]
    pose_class: str
    confidence: float
    is_suspicious: bool
    model: str


class ThreatOut(Output):
    id: int
    threat_type: str
    confidence: float
    severity: str
    bbox: list[float]
    model: str


class DemographicsOut(Output):
    age_range: str
    age_confidence: float
    gender: str
    gender_confidence: float
    model: str


class ActionOut(Output):
    action: str
    confidence: float
    is_suspicious: bool
    all_scores: dict[str, Any]
    model: str


class EnrichmentOut(Output):
    """What further models said about a detection; null and empty where none said anything."""

    detection_id: int
    enrichment_data: dict[str, Any]
    labels: list[str]
    pose: PoseOut | None
    threats: list[ThreatOut]
    demographics: DemographicsOut | None
    action: ActionOut | None
