"""Cameras, what was detected in their pictures, and the events that came of it."""

from datetime import datetime
from typing import Any

from pgvector.sqlalchemy import Vector
from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from homesec.store.base import Base, BigId, Created, EmptyDict, fraction, not_negative, one_of, with_model
from homesec.store.tables.pipeline import MEDIA_TYPES

CAMERA_STATUSES = ("online", "offline", "error", "unknown")
RISK_LEVELS = ("low", "medium", "high", "critical")
EVENT_STATUSES = ("open", "closed")
SEARCH_CONFIG = "english"  # how words are cut down, the same where search_vector is made and where it is asked


class Camera(Base):
    """A camera, known by the folder it uploads into."""

    __tablename__ = "cameras"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    folder_path: Mapped[str] = mapped_column(unique=True, comment="Relative to the folder of all cameras")
    status: Mapped[str] = mapped_column(server_default="unknown")
    created_at: Mapped[Created]
    last_seen_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None] = mapped_column(comment="Soft delete: its files wait until it is restored")
    timezone: Mapped[str | None]
    settings: Mapped[EmptyDict]

    __table_args__ = (
        one_of("status", CAMERA_STATUSES),
        CheckConstraint("id ~ '^[a-z0-9][a-z0-9_]{0,62}$'", name="id"),
    )


class Detection(Base):
    """One object in one frame."""

    __tablename__ = "detections"

    id: Mapped[BigId]
    upload_id: Mapped[int] = mapped_column(ForeignKey("uploads.id", ondelete="CASCADE"))
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id", ondelete="CASCADE"))
    file_path: Mapped[str] = mapped_column(comment="Readable form of the upload's path, for people")
    frame_no: Mapped[int] = mapped_column(server_default="0")
    ordinal: Mapped[int] = mapped_column(SmallInteger, comment="Place within the frame")
    detected_at: Mapped[datetime] = mapped_column(comment="Event time of the frame")
    object_type: Mapped[str]
    confidence: Mapped[float]
    x1: Mapped[float]
    y1: Mapped[float]
    x2: Mapped[float]
    y2: Mapped[float]
    frame_width: Mapped[int]
    frame_height: Mapped[int]
    media_type: Mapped[str]
    model: Mapped[str] = mapped_column(comment="Which detector said so")
    appearance: Mapped[bytes | None] = mapped_column(LargeBinary, comment="float16 vector for association in tracks")
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batches.id", ondelete="SET NULL"), index=True)
    excluded_because: Mapped[str | None]
    track_id: Mapped[int | None] = mapped_column(ForeignKey("tracks.id", ondelete="SET NULL"))
    thumbnail_path: Mapped[str | None] = mapped_column(comment="Relative to the media folder")
    enrichment_data: Mapped[EmptyDict]
    labels: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))

    __table_args__ = (
        UniqueConstraint("upload_id", "frame_no", "ordinal"),
        one_of("media_type", MEDIA_TYPES),
        *fraction("confidence"),
        CheckConstraint("0 <= x1 AND x1 <= x2 AND x2 <= 1 AND 0 <= y1 AND y1 <= y2 AND y2 <= 1", name="box"),
        CheckConstraint("frame_width > 0 AND frame_height > 0", name="frame_size"),
        *not_negative("frame_no", "ordinal"),
        CheckConstraint("batch_id IS NULL OR excluded_because IS NULL", name="batch_or_reason"),
        Index("ix_detections_camera_time", "camera_id", text("detected_at DESC"), text("id DESC")),
        Index("ix_detections_time", text("detected_at DESC"), text("id DESC")),
        Index("ix_detections_class_time", "object_type", text("detected_at DESC"), text("id DESC")),
        Index("ix_detections_track", "track_id", postgresql_where=text("track_id IS NOT NULL")),
        Index(
            "ix_detections_excluded",
            text("detected_at DESC"),
            text("id DESC"),
            postgresql_where=text("excluded_because IS NOT NULL"),
        ),
        Index("ix_detections_detected_brin", "detected_at", postgresql_using="brin"),
    )


class Incident(Base):
    """Events near in time, place and identity: what the owner is told about once."""

    __tablename__ = "incidents"

    id: Mapped[BigId]
    started_at: Mapped[datetime]
    last_at: Mapped[datetime]
    max_score: Mapped[int] = mapped_column(SmallInteger)
    status: Mapped[str] = mapped_column(server_default="open")

    __table_args__ = (
        one_of("status", EVENT_STATUSES),
        CheckConstraint("max_score BETWEEN 0 AND 100", name="max_score_range"),
        CheckConstraint("last_at >= started_at", name="span"),
        Index("ix_incidents_last", text("last_at DESC"), text("id DESC")),
    )


class Event(Base):
    """What happened, how worrying it is and why; at most one for each batch."""

    __tablename__ = "events"

    id: Mapped[BigId]
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id", ondelete="NO ACTION"), unique=True)
    batch_revision: Mapped[int] = mapped_column(comment="An update only ever raises it")
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id", ondelete="SET NULL"), index=True)
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id", ondelete="CASCADE"))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(server_default="open")
    risk_score: Mapped[int] = mapped_column(SmallInteger)
    risk_level: Mapped[str]
    risk_source: Mapped[str] = mapped_column(server_default="evidence")
    summary: Mapped[str]
    reasoning: Mapped[str]
    object_types: Mapped[list[str]] = mapped_column(ARRAY(Text))
    detection_count: Mapped[int] = mapped_column(server_default="0")
    cover_detection_id: Mapped[int | None] = mapped_column(
        ForeignKey("detections.id", ondelete="SET NULL"), index=True, comment="Its picture stands for the event"
    )
    is_fast_path: Mapped[bool] = mapped_column(server_default=text("false"))
    reviewed: Mapped[bool] = mapped_column(server_default=text("false"))
    notes: Mapped[str | None]
    snooze_until: Mapped[datetime | None]
    search_vector: Mapped[Any | None] = mapped_column(TSVECTOR)
    embedding: Mapped[Any | None] = mapped_column(Vector())
    embedding_model: Mapped[str | None]
    revision: Mapped[int] = mapped_column(server_default="1", comment="Raised by every change anyone makes")
    created_at: Mapped[Created]
    deleted_at: Mapped[datetime | None]
    embedded_revision: Mapped[int | None] = mapped_column(comment="The revision of which embedding is; null: due")

    __table_args__ = (
        one_of("status", EVENT_STATUSES),
        one_of("risk_level", RISK_LEVELS),
        one_of("risk_source", ("evidence", "llm")),
        CheckConstraint("ended_at >= started_at", name="span"),
        CheckConstraint("risk_score BETWEEN 0 AND 100", name="risk_score_range"),
        with_model("embedding", "embedding_model"),
        *not_negative("detection_count"),
        Index("ix_events_started", text("started_at DESC"), text("id DESC")),
        Index("ix_events_camera_started", "camera_id", text("started_at DESC"), text("id DESC")),
        Index("ix_events_camera_ended", "camera_id", "ended_at"),  # which event is near: the newest are asked for
        Index(
            "ix_events_unreviewed", text("started_at DESC"), text("id DESC"), postgresql_where=text("reviewed IS false")
        ),
        Index("ix_events_open", text("started_at DESC"), text("id DESC"), postgresql_where=text("status = 'open'")),
        Index("ix_events_level_started", "risk_level", text("started_at DESC"), text("id DESC")),
        Index("ix_events_object_types", "object_types", postgresql_using="gin"),
        Index("ix_events_search", "search_vector", postgresql_using="gin"),
        Index("ix_events_unembedded", "id", postgresql_where=text("embedded_revision IS DISTINCT FROM revision")),
        Index("ix_events_started_brin", "started_at", postgresql_using="brin"),
    )


class EventDetection(Base):
    """Which detections an event rests on."""

    __tablename__ = "event_detections"

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), primary_key=True)
    detection_id: Mapped[int] = mapped_column(
        ForeignKey("detections.id", ondelete="CASCADE"), primary_key=True, index=True
    )
