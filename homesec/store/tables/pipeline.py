"""The truth of the pipeline: what was uploaded, how far it got, and what was said about it."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from homesec.store.base import Base, BigId, Created, EmptyDict, not_negative, one_of, sha256_sized

UPLOAD_STATES = ("pending", "detected", "done", "rejected", "failed", "expired")
MEDIA_TYPES = ("image", "video")
TIME_SOURCES = ("exif", "container", "name", "mtime", "arrival")
BATCH_STATUSES = ("open", "closed")
CLOSE_REASONS = ("idle", "window", "size", "tracks_ended", "stopped")


class Upload(Base):
    """One file that a camera uploaded, known by the hash of its content, and how far it got."""

    __tablename__ = "uploads"

    id: Mapped[BigId]
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id", ondelete="CASCADE"))
    volume: Mapped[str] = mapped_column(comment="Stable id of the disk that holds the file")
    path: Mapped[bytes] = mapped_column(LargeBinary, comment="Relative to the volume; file names are bytes")
    size: Mapped[int] = mapped_column(BigInteger)
    mtime_ns: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[bytes | None] = mapped_column(LargeBinary, comment="Null only for a rejected file that was not read")
    media_type: Mapped[str | None]
    captured_at: Mapped[datetime] = mapped_column(comment="Event time")
    time_source: Mapped[str]
    clock_ahead: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="The camera's clock was ahead, so arrival counts as capture"
    )
    received_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(server_default="pending")
    detected_on: Mapped[datetime | None] = mapped_column(comment="Wall time at which the state became 'detected'")
    next_frame: Mapped[int] = mapped_column(server_default="0", comment="Clips are taken by chunks")
    error: Mapped[str | None] = mapped_column(comment="Why it was rejected or failed, in words")
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    repeats: Mapped[int] = mapped_column(server_default="0", comment="How often the same bytes came again")
    last_repeat_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("camera_id", "sha256"),
        one_of("state", UPLOAD_STATES),
        one_of("media_type", MEDIA_TYPES),
        one_of("time_source", TIME_SOURCES),
        CheckConstraint("sha256 IS NOT NULL OR state = 'rejected'", name="hashed"),
        CheckConstraint("media_type IS NOT NULL OR state = 'rejected'", name="sniffed"),
        CheckConstraint("error IS NOT NULL OR state NOT IN ('rejected', 'failed')", name="reason"),
        *sha256_sized("sha256"),
        *not_negative("size", "next_frame", "attempts", "repeats"),
        Index("ix_uploads_unfinished", "camera_id", "state", "captured_at", postgresql_where=text(
            "state IN ('pending', 'detected')")),
        Index("ix_uploads_camera_received", "camera_id", text("received_at DESC"), text("id DESC")),
        Index("ix_uploads_received", text("received_at DESC"), text("id DESC")),
        Index("ix_uploads_state_received", "state", text("received_at DESC"), text("id DESC"), postgresql_where=text(
            "state IN ('rejected', 'failed', 'expired')")),
        Index("ix_uploads_received_brin", "received_at", postgresql_using="brin"),
    )  # fmt: skip


class UploadPath(Base):
    """Where the bytes of an upload were seen last: what the rescan compares the folders with."""

    __tablename__ = "upload_paths"

    volume: Mapped[str] = mapped_column(primary_key=True)
    path: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    mtime_ns: Mapped[int] = mapped_column(BigInteger)
    upload_id: Mapped[int] = mapped_column(ForeignKey("uploads.id", ondelete="CASCADE"), index=True)


class Batch(Base):
    """Detections of one camera that belong together in time."""

    __tablename__ = "batches"

    id: Mapped[BigId]
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id", ondelete="CASCADE"))
    status: Mapped[str] = mapped_column(server_default="open")
    started_at: Mapped[datetime]
    last_at: Mapped[datetime]
    close_reason: Mapped[str | None]
    revision: Mapped[int] = mapped_column(server_default="1", comment="Raised by every growth and by the close")
    analysed_revision: Mapped[int] = mapped_column(server_default="0")
    enriched_revision: Mapped[int] = mapped_column(
        server_default="0", comment="To this revision further models have looked at all they were to look at"
    )
    senses_revision: Mapped[int] = mapped_column(
        server_default="0", comment="Raised by all that is learned of it beyond its detections"
    )
    judged_senses: Mapped[int] = mapped_column(
        server_default="0", comment="The senses_revision that its event was judged with"
    )
    eventful: Mapped[bool] = mapped_column(server_default=text("false"), comment="Its evidence is worth an event")
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0", comment="Failed analyses of this revision")
    error: Mapped[str | None]
    state: Mapped[EmptyDict] = mapped_column(comment="Windows and tracker, for a restart")

    __table_args__ = (
        one_of("status", BATCH_STATUSES),
        one_of("close_reason", CLOSE_REASONS),
        CheckConstraint("last_at >= started_at", name="span"),
        CheckConstraint("analysed_revision <= revision", name="revision"),
        CheckConstraint("enriched_revision <= revision", name="enriched"),
        CheckConstraint("judged_senses <= senses_revision", name="senses"),
        *not_negative("analysed_revision", "enriched_revision", "judged_senses", "attempts"),
        CheckConstraint("(status = 'closed') = (close_reason IS NOT NULL)", name="closed"),
        Index("ix_batches_last", text("last_at DESC"), text("id DESC")),
        Index("ix_batches_camera_last", "camera_id", "last_at"),
        Index("ix_batches_open", "camera_id", postgresql_where=text("status = 'open'")),
        Index("ix_batches_unanalysed", "id", postgresql_where=text(
            "eventful AND (analysed_revision < revision OR judged_senses < senses_revision)")),
        Index("ix_batches_unenriched", text("last_at DESC"), text("id DESC"), postgresql_where=text(
            "eventful AND enriched_revision < revision")),
    )


class OutboxHead(Base):
    """The number of the newest message: one row, updated last in each transaction, so that numbers are dense."""

    __tablename__ = "outbox_head"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger, server_default="0")

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)


class OutboxMessage(Base):
    """What sockets and other readers are told, in the order of the commits. Ids only, no names."""

    __tablename__ = "outbox"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    topic: Mapped[str]
    type: Mapped[str]
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[Created]

    __table_args__ = (Index("ix_outbox_created_brin", "created_at", postgresql_using="brin"),)


class OutboxReader(Base):
    """How far a lasting reader of the outbox has come."""

    __tablename__ = "outbox_readers"

    name: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, server_default="0")
    updated_at: Mapped[Created]
