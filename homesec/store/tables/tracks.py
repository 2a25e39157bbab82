"""Objects followed over time: their paths, their stays in zones, and what they carried, left or took."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from homesec.store.base import Base, BigId, EmptyList, fraction, not_negative, one_of

INTERACTIONS = ("carried", "left", "taken")


class Track(Base):
    """One object that was followed through the pictures of one camera."""

    __tablename__ = "tracks"

    id: Mapped[BigId]
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id", ondelete="CASCADE"))
    session: Mapped[uuid.UUID] = mapped_column(comment="Of the camera's tracker; survives restarts")
    track_id: Mapped[int] = mapped_column(comment="Number within the session")
    object_class: Mapped[str] = mapped_column(comment="By the vote of its detections")
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]
    trajectory: Mapped[EmptyList] = mapped_column(comment="[{x, y, at}] of the foot point, simplified and bounded")
    total_distance: Mapped[float] = mapped_column(server_default="0", comment="Frame widths; only grows")
    avg_speed: Mapped[float] = mapped_column(server_default="0", comment="Frame widths a second")
    entity_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("entities.id", ondelete="SET NULL"), index=True)

    __table_args__ = (
        UniqueConstraint("camera_id", "session", "track_id"),
        CheckConstraint("last_seen >= first_seen", name="span"),
        CheckConstraint("jsonb_typeof(trajectory) = 'array'", name="trajectory"),
        *not_negative("total_distance", "avg_speed"),
        Index("ix_tracks_first_seen", text("first_seen DESC"), text("id DESC")),
        Index("ix_tracks_camera_first_seen", "camera_id", text("first_seen DESC"), text("id DESC")),
        Index("ix_tracks_class_first_seen", "object_class", text("first_seen DESC"), text("id DESC")),
        Index("ix_tracks_first_seen_brin", "first_seen", postgresql_using="brin"),
    )


class TrackerState(Base):
    """What following a camera's objects goes on from: the newest state, and older ones for pictures that come late."""

    __tablename__ = "tracker_states"

    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True, comment="Event time of its newest frame")
    version: Mapped[int] = mapped_column(BigInteger, comment="Of the camera's states; raised by every write")
    state: Mapped[dict[str, Any]]

    __table_args__ = (CheckConstraint("jsonb_typeof(state) = 'object'", name="state"),)


class DwellTimeRecord(Base):
    """One stay of one track in one zone, or (entry = exit) one crossing of a line."""

    __tablename__ = "dwell_time_records"

    id: Mapped[BigId]
    zone_id: Mapped[int] = mapped_column(ForeignKey("camera_zones.id", ondelete="CASCADE"))
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id", ondelete="CASCADE"))
    session: Mapped[uuid.UUID]
    track_id: Mapped[int] = mapped_column(comment="Number within the session")
    object_class: Mapped[str]
    entry_time: Mapped[datetime]
    exit_time: Mapped[datetime | None] = mapped_column(comment="When it was last seen inside; null while it stays")
    total_seconds: Mapped[float] = mapped_column(server_default="0")
    direction: Mapped[str | None] = mapped_column(comment="Only for a line")
    triggered_alert: Mapped[bool] = mapped_column(server_default=text("false"), comment="Loitering was said once")

    __table_args__ = (
        ForeignKeyConstraint(
            ["camera_id", "session", "track_id"],
            ["tracks.camera_id", "tracks.session", "tracks.track_id"],
            name="fk_dwell_time_records_track",
            ondelete="CASCADE",
        ),
        UniqueConstraint(
            "zone_id", "camera_id", "session", "track_id", "entry_time", name="uq_dwell_time_records_stay"
        ),
        one_of("direction", ("in", "out")),
        CheckConstraint("exit_time >= entry_time", name="span"),
        *not_negative("total_seconds"),
        Index(
            "ix_dwell_time_records_open", "zone_id", "camera_id", "session", "track_id",
            unique=True, postgresql_where=text("exit_time IS NULL"),
        ),
        Index("ix_dwell_time_records_zone_entry", "zone_id", text("entry_time DESC"), text("id DESC")),
        Index("ix_dwell_time_records_track", "camera_id", "session", "track_id"),
        Index("ix_dwell_time_records_entry_brin", "entry_time", postgresql_using="brin"),
    )  # fmt: skip


class ObjectInteraction(Base):
    """A person who carried, left or took an object."""

    __tablename__ = "object_interactions"

    id: Mapped[BigId]
    track_id: Mapped[int] = mapped_column(ForeignKey("tracks.id", ondelete="CASCADE"), comment="Of the person")
    object_track_id: Mapped[int] = mapped_column(
        ForeignKey("tracks.id", ondelete="CASCADE"), index=True, comment="Of the object"
    )
    kind: Mapped[str]
    at: Mapped[datetime]
    confidence: Mapped[float]

    __table_args__ = (
        UniqueConstraint("track_id", "object_track_id", "kind"),
        one_of("kind", INTERACTIONS),
        CheckConstraint("track_id <> object_track_id", name="two_tracks"),
        *fraction("confidence"),
        Index("ix_object_interactions_at", text("at DESC"), text("id DESC")),
    )
