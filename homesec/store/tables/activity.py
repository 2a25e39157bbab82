"""How much happens at which hour: the ledger of counted hours, and the habits that are computed from it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from homesec.store.base import Base, BigId, Created, not_negative

_HOUR_OF_DAY = "hour BETWEEN 0 AND 23"


class ActivityHour(Base):
    """What was counted in one hour at one camera or in one of its zones: the ledger behind all baselines.

    A line of the class `*` says that the camera was there in that hour, and counts all classes together.
    """

    __tablename__ = "activity_hours"

    id: Mapped[BigId]
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id", ondelete="CASCADE"))
    zone_id: Mapped[int | None] = mapped_column(
        ForeignKey("camera_zones.id", ondelete="CASCADE"), index=True, comment="Null: the whole picture"
    )
    object_class: Mapped[str]
    hour: Mapped[datetime] = mapped_column(comment="Start of the hour, UTC")
    tracks: Mapped[int] = mapped_column(server_default="0", comment="Objects, not frames")
    crossings: Mapped[int] = mapped_column(server_default="0")
    dwell_sum: Mapped[float] = mapped_column(server_default="0", comment="Seconds")
    dwell_square_sum: Mapped[float] = mapped_column(server_default="0", comment="Square seconds, for the variance")

    __table_args__ = (
        UniqueConstraint("camera_id", "zone_id", "object_class", "hour", postgresql_nulls_not_distinct=True),
        CheckConstraint("mod(extract(epoch FROM hour), 3600) = 0", name="whole_hour"),
        *not_negative("tracks", "crossings", "dwell_sum", "dwell_square_sum"),
        Index("ix_activity_hours_camera_hour", "camera_id", "hour"),
        Index("ix_activity_hours_hour_brin", "hour", postgresql_using="brin"),
    )


class ActivityBaseline(Base):
    """How many objects a camera usually sees in one hour of one weekday; 168 slots a camera."""

    __tablename__ = "activity_baselines"

    id: Mapped[BigId]
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id", ondelete="CASCADE"))
    hour: Mapped[int] = mapped_column(SmallInteger, comment="Local")
    day_of_week: Mapped[int] = mapped_column(SmallInteger, comment="Local; Monday is 0")
    avg_count: Mapped[float]
    variance: Mapped[float]
    sample_count: Mapped[int] = mapped_column(comment="Hours observed, empty ones too")
    last_updated: Mapped[Created]

    __table_args__ = (
        UniqueConstraint("camera_id", "day_of_week", "hour"),
        CheckConstraint(_HOUR_OF_DAY, name="hour_range"),
        CheckConstraint("day_of_week BETWEEN 0 AND 6", name="day_of_week_range"),
        *not_negative("avg_count", "variance", "sample_count"),
    )


class ClassBaseline(Base):
    """How many objects of one class a camera usually sees in one hour of the day."""

    __tablename__ = "class_baselines"

    id: Mapped[BigId]
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id", ondelete="CASCADE"))
    detection_class: Mapped[str]
    hour: Mapped[int] = mapped_column(SmallInteger, comment="Local")
    frequency: Mapped[float] = mapped_column(comment="Objects an hour")
    variance: Mapped[float]
    sample_count: Mapped[int] = mapped_column(comment="Hours observed, empty ones too")
    last_updated: Mapped[Created]

    __table_args__ = (
        UniqueConstraint("camera_id", "detection_class", "hour"),
        CheckConstraint(_HOUR_OF_DAY, name="hour_range"),
        *not_negative("frequency", "variance", "sample_count"),
    )
