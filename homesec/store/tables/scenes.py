"""What the camera itself looks at: whether its view changed, and where in it things happen."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from homesec.store.base import Base, BigId, Created, EmptyDict, fraction, not_negative, one_of

CHANGE_TYPES = ("view_blocked", "angle_changed", "view_tampered", "unknown")
LIGHTS = ("day", "infrared")
RESOLUTIONS = ("hourly", "daily", "weekly")


class SceneChange(Base):
    """A lasting change of what a camera sees: covered, turned or tampered with."""

    __tablename__ = "scene_changes"

    id: Mapped[BigId]
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id", ondelete="CASCADE"))
    detected_at: Mapped[datetime] = mapped_column(comment="Event time of the first changed picture")
    change_type: Mapped[str] = mapped_column(server_default="unknown")
    similarity_score: Mapped[float] = mapped_column(comment="Of the new view to the reference")
    acknowledged: Mapped[bool] = mapped_column(server_default=text("false"))
    acknowledged_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None] = mapped_column(
        comment="Event time from which the view was as before, or the new one counted as usual"
    )
    volume: Mapped[str | None] = mapped_column(comment="Disk of the two pictures")
    file_path: Mapped[str | None] = mapped_column(comment="The picture that shows it, relative to the media folder")
    before_path: Mapped[str | None] = mapped_column(comment="The last picture before it, relative to the media folder")

    __table_args__ = (
        UniqueConstraint("camera_id", "detected_at", "change_type"),
        one_of("change_type", CHANGE_TYPES),
        *fraction("similarity_score"),
        CheckConstraint("acknowledged = (acknowledged_at IS NOT NULL)", name="acknowledged"),
        Index("ix_scene_changes_camera_detected", "camera_id", text("detected_at DESC"), text("id DESC")),
        Index("ix_scene_changes_open", "camera_id", postgresql_where=text("NOT acknowledged")),
        Index("ix_scene_changes_lasting", "camera_id", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("ix_scene_changes_detected_brin", "detected_at", postgresql_using="brin"),
    )


class SceneReference(Base):
    """What a camera usually sees in one kind of light; scene changes are measured against it."""

    __tablename__ = "scene_references"

    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id", ondelete="CASCADE"), primary_key=True)
    light: Mapped[str] = mapped_column(primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary, comment="Directions of the edges in 64 x 36 cells, float16")
    state: Mapped[EmptyDict] = mapped_column(comment="How it was learned, and what is thought of the last pictures")
    updated_at: Mapped[Created]

    __table_args__ = (one_of("light", LIGHTS),)


class SceneView(Base):
    """A picture made small, until the scene check has taken it."""

    __tablename__ = "scene_views"

    upload_id: Mapped[int] = mapped_column(ForeignKey("uploads.id", ondelete="CASCADE"), primary_key=True)
    frame_no: Mapped[int] = mapped_column(primary_key=True)
    taken_at: Mapped[datetime] = mapped_column(comment="Event time")
    light: Mapped[str]
    grey: Mapped[bytes] = mapped_column(LargeBinary, comment="64 x 36 bytes, row by row")

    __table_args__ = (one_of("light", LIGHTS), CheckConstraint("octet_length(grey) = 2304", name="grey_length"))


class Heatmap(Base):
    """Where in a camera's picture objects stood in one span of time."""

    __tablename__ = "heatmap_data"

    id: Mapped[BigId]
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id", ondelete="CASCADE"))
    time_bucket: Mapped[datetime] = mapped_column(comment="Start of the span")
    resolution: Mapped[str]
    width: Mapped[int] = mapped_column(SmallInteger, server_default="64")
    height: Mapped[int] = mapped_column(SmallInteger, server_default="48")
    data: Mapped[bytes] = mapped_column(LargeBinary, comment="zlib of float32, row by row")
    total_detections: Mapped[int] = mapped_column(server_default="0")
    updated_at: Mapped[Created]

    __table_args__ = (
        UniqueConstraint("camera_id", "time_bucket", "resolution"),
        one_of("resolution", RESOLUTIONS),
        CheckConstraint("width > 0 AND height > 0", name="size"),
        *not_negative("total_detections"),
        Index("ix_heatmap_data_time_bucket_brin", "time_bucket", postgresql_using="brin"),
    )
