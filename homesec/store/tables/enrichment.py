"""What further models said about a detection or a track. A capability without weights writes nothing here."""

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, CheckConstraint, Float, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from homesec.store.base import Base, BigId, Created, EmptyDict, box, fraction, one_of

POSES = ("standing", "crouching", "bending_over", "arms_raised", "sitting", "lying_down", "unknown")
THREATS = ("gun", "knife", "grenade", "explosive", "weapon", "other")
SEVERITIES = ("low", "medium", "high", "critical")
AGE_RANGES = ("0-10", "11-20", "21-30", "31-40", "41-50", "51-60", "61-70", "71-80", "81+", "unknown")
GENDERS = ("male", "female", "unknown")


class PoseResult(Base):
    """How a person holds the body."""

    __tablename__ = "pose_results"

    id: Mapped[BigId]
    detection_id: Mapped[int] = mapped_column(ForeignKey("detections.id", ondelete="CASCADE"), unique=True)
    keypoints: Mapped[list[Any]] = mapped_column(comment="17 points of COCO: [x, y, confidence] in 0..1")
    pose_class: Mapped[str]
    confidence: Mapped[float]
    is_suspicious: Mapped[bool] = mapped_column(server_default=text("false"))
    model: Mapped[str] = mapped_column(comment="Which model said so")
    created_at: Mapped[Created]

    __table_args__ = (
        one_of("pose_class", POSES),
        *fraction("confidence"),
        CheckConstraint(
            "CASE WHEN jsonb_typeof(keypoints) = 'array' THEN jsonb_array_length(keypoints) = 17 ELSE false END",
            name="keypoints",
        ),
    )


class ThreatDetection(Base):
    """A weapon or the like that was found on a detection."""

    __tablename__ = "threat_detections"

    id: Mapped[BigId]
    detection_id: Mapped[int] = mapped_column(ForeignKey("detections.id", ondelete="CASCADE"), index=True)
    threat_type: Mapped[str]
    confidence: Mapped[float]
    severity: Mapped[str]
    bbox: Mapped[list[float]] = mapped_column(ARRAY(Float(53)), comment="x1, y1, x2, y2 in 0..1 of the frame")
    model: Mapped[str] = mapped_column(comment="Which model said so")
    created_at: Mapped[Created]

    __table_args__ = (
        one_of("threat_type", THREATS),
        one_of("severity", SEVERITIES),
        *fraction("confidence"),
        box("bbox"),
        Index("ix_threat_detections_created_brin", "created_at", postgresql_using="brin"),
    )


class DemographicsResult(Base):
    """Estimated age and gender of a person; off unless the owner turns it on."""

    __tablename__ = "demographics_results"

    id: Mapped[BigId]
    detection_id: Mapped[int] = mapped_column(ForeignKey("detections.id", ondelete="CASCADE"), unique=True)
    age_range: Mapped[str]
    age_confidence: Mapped[float]
    gender: Mapped[str]
    gender_confidence: Mapped[float]
    model: Mapped[str] = mapped_column(comment="Which model said so")
    created_at: Mapped[Created]

    __table_args__ = (
        one_of("age_range", AGE_RANGES),
        one_of("gender", GENDERS),
        *fraction("age_confidence", "gender_confidence"),
    )


class ActionResult(Base):
    """What a person does, from several frames of one track, shown at one detection."""

    __tablename__ = "action_results"

    id: Mapped[BigId]
    detection_id: Mapped[int] = mapped_column(ForeignKey("detections.id", ondelete="CASCADE"), unique=True)
    action: Mapped[str]
    confidence: Mapped[float]
    is_suspicious: Mapped[bool] = mapped_column(server_default=text("false"))
    all_scores: Mapped[EmptyDict] = mapped_column(comment="Action to score")
    model: Mapped[str] = mapped_column(comment="Which model said so")
    created_at: Mapped[Created]

    __table_args__ = (*fraction("confidence"),)


class ActionEvent(Base):
    """An action of a track that was sure enough to count."""

    __tablename__ = "action_events"

    id: Mapped[BigId]
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id", ondelete="CASCADE"))
    track_id: Mapped[int | None] = mapped_column(ForeignKey("tracks.id", ondelete="SET NULL"))
    action: Mapped[str]
    confidence: Mapped[float]
    is_suspicious: Mapped[bool] = mapped_column(server_default=text("false"))
    timestamp: Mapped[datetime] = mapped_column(comment="Event time of the last frame")
    frame_count: Mapped[int]
    all_scores: Mapped[EmptyDict] = mapped_column(comment="Action to score")
    model: Mapped[str] = mapped_column(comment="Which model said so")

    __table_args__ = (
        UniqueConstraint("track_id", "action", "timestamp"),
        *fraction("confidence"),
        CheckConstraint("frame_count > 0", name="frame_count"),
        Index("ix_action_events_timestamp", text("timestamp DESC"), text("id DESC")),
        Index("ix_action_events_camera_timestamp", "camera_id", text("timestamp DESC"), text("id DESC")),
        Index("ix_action_events_timestamp_brin", "timestamp", postgresql_using="brin"),
    )
