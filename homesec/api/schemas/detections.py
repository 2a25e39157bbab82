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


class FaceOut(Output):
    """A face, without the vector that it may be known by."""

    id: int
    bbox: list[float]
    outcome: Annotated[str, Field(description="match, unknown (nobody known), or not_identifiable")]
    covered: bool
    quality: float
    matched_person_id: int | None
    match_confidence: float | None
    age_estimate: int | None
    gender_estimate: str | None
    model: str


class EnrichmentOut(Output):
    """What further models said about a detection; null and empty where none said anything."""

    detection_id: int
    enrichment_data: Annotated[
        dict[str, Any], Field(description="By model: what it said anything about; plate: text, confidence, model")
    ]
    labels: list[str]
    pose: PoseOut | None
    threats: list[ThreatOut]
    faces: list[FaceOut]
    demographics: DemographicsOut | None
    action: ActionOut | None


class ActionEventOut(Output):
    """Something that was done for a while, sure enough to count."""

    id: int
    track_id: int | None
    action: str
    confidence: float
    is_suspicious: bool
    timestamp: Annotated[datetime, Field(description="Event time of the last frame")]
    frame_count: int
    all_scores: dict[str, Any]
    model: str


class EventEnrichment(Output):
    """What further models said about an event: about its best detections, and what was done."""

    event_id: int
    detections: Annotated[list[EnrichmentOut], Field(description="Those that were looked at, in order of time")]
    actions: Annotated[list[ActionEventOut], Field(description="By its camera while it lasted, the surest first")]
