"""Zones and lines of a camera: their shape, their habits, who may be there, and what was unusual in them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Float, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from homesec.store.base import Base, BigId, Created, EmptyDict, EmptyList, UuidId, not_negative, one_of

ZONE_TYPES = ("entry_point", "driveway", "sidewalk", "yard", "restricted", "excluded", "line", "other")
SHAPES = ("rectangle", "polygon", "line")
ANOMALY_TYPES = ("unusual_time", "unusual_frequency", "unusual_dwell", "unusual_entity")
ANOMALY_SEVERITIES = ("info", "warning", "critical")


def _of_length(column: str, length: int) -> CheckConstraint:
    condition = f"cardinality({column}) = {length} AND array_position({column}, NULL) IS NULL"
    return CheckConstraint(condition, name=f"{column}_length")


class CameraZone(Base):
    """A part of a camera's picture, or a line across it, drawn by the owner."""

    __tablename__ = "camera_zones"

    id: Mapped[BigId]
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id", ondelete="CASCADE"))
    name: Mapped[str]
    zone_type: Mapped[str] = mapped_column(server_default="other")
    shape: Mapped[str] = mapped_column(server_default="polygon")
    coordinates: Mapped[list[Any]] = mapped_column(comment="[[x, y], ...] in 0..1; two points for a line")
    direction: Mapped[str | None] = mapped_column(
        comment="Only for a line: crossing it towards this side, seen from its first point to its second, is 'in'"
    )
    color: Mapped[str] = mapped_column(server_default="#3b82f6")
    enabled: Mapped[bool] = mapped_column(server_default=text("true"))
    priority: Mapped[int] = mapped_column(server_default="0", comment="Where zones overlap the highest counts")
    target_classes: Mapped[list[str] | None] = mapped_column(ARRAY(Text), comment="Null: all classes")
    loiter_seconds: Mapped[float | None] = mapped_column(comment="A stay of this length is evidence; null: never")
    created_at: Mapped[Created]
    updated_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("camera_id", "name"),
        one_of("zone_type", ZONE_TYPES),
        one_of("shape", SHAPES),
        one_of("direction", ("left", "right")),
        CheckConstraint("(zone_type = 'line') = (shape = 'line')", name="line"),
        CheckConstraint("(shape = 'line') = (direction IS NOT NULL)", name="line_direction"),
        CheckConstraint(
            "CASE WHEN jsonb_typeof(coordinates) <> 'array' THEN false"
            " WHEN shape = 'line' THEN jsonb_array_length(coordinates) = 2"
            " WHEN shape = 'rectangle' THEN jsonb_array_length(coordinates) = 4"
            " ELSE jsonb_array_length(coordinates) >= 3 END",
            name="points",
        ),
        CheckConstraint("color ~ '^#[0-9a-fA-F]{6}$'", name="color"),
        CheckConstraint("loiter_seconds > 0", name="loiter_seconds"),
        *not_negative("priority"),
    )


class ZoneActivityBaseline(Base):
    """What is usual in a zone: its hours, days, classes, crossings and stays."""

    __tablename__ = "zone_activity_baselines"

    id: Mapped[UuidId]
    zone_id: Mapped[int] = mapped_column(ForeignKey("camera_zones.id", ondelete="CASCADE"), unique=True)
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id", ondelete="CASCADE"), index=True)
    hourly_pattern: Mapped[list[float]] = mapped_column(ARRAY(Float(53)), comment="Mean tracks, by local hour")
    hourly_std: Mapped[list[float]] = mapped_column(ARRAY(Float(53)))
    daily_pattern: Mapped[list[float]] = mapped_column(ARRAY(Float(53)), comment="Mean tracks a day, Monday first")
    daily_std: Mapped[list[float]] = mapped_column(ARRAY(Float(53)))
    class_distribution: Mapped[EmptyDict] = mapped_column(comment="Class to its share of the tracks")
    daily_count_mean: Mapped[float] = mapped_column(server_default="0")
    daily_count_std: Mapped[float] = mapped_column(server_default="0")
    daily_count_min: Mapped[int] = mapped_column(server_default="0")
    daily_count_max: Mapped[int] = mapped_column(server_default="0")
    crossing_rate_mean: Mapped[float | None] = mapped_column(comment="Crossings an hour; null: never measured")
    crossing_rate_std: Mapped[float | None]
    dwell_mean: Mapped[float | None] = mapped_column(comment="Seconds; null: never measured")
    dwell_std: Mapped[float | None]
    sample_count: Mapped[int] = mapped_column(server_default="0", comment="Hours observed")
    last_updated: Mapped[Created]

    __table_args__ = (
        _of_length("hourly_pattern", 24),
        _of_length("hourly_std", 24),
        _of_length("daily_pattern", 7),
        _of_length("daily_std", 7),
        CheckConstraint("daily_count_min <= daily_count_max", name="daily_count_span"),
        *not_negative(
            "daily_count_mean", "daily_count_std", "daily_count_min", "crossing_rate_mean", "crossing_rate_std",
            "dwell_mean", "dwell_std", "sample_count",
        ),
    )  # fmt: skip


class ZoneAnomaly(Base):
    """Something in a zone that is far from its habits."""

    __tablename__ = "zone_anomalies"

    id: Mapped[str] = mapped_column(primary_key=True, comment="Made from what was found, so that it is found once")
    zone_id: Mapped[int] = mapped_column(ForeignKey("camera_zones.id", ondelete="CASCADE"))
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id", ondelete="CASCADE"))
    anomaly_type: Mapped[str]
    severity: Mapped[str]
    title: Mapped[str]
    description: Mapped[str]
    expected: Mapped[float | None]
    actual: Mapped[float | None]
    deviation: Mapped[float | None] = mapped_column(comment="In standard deviations")
    detection_id: Mapped[int | None] = mapped_column(ForeignKey("detections.id", ondelete="SET NULL"), index=True)
    acknowledged: Mapped[bool] = mapped_column(server_default=text("false"))
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None]
    timestamp: Mapped[datetime] = mapped_column(comment="Event time")

    __table_args__ = (
        one_of("anomaly_type", ANOMALY_TYPES),
        one_of("severity", ANOMALY_SEVERITIES),
        CheckConstraint("acknowledged = (acknowledged_at IS NOT NULL)", name="acknowledged"),
        *not_negative("deviation"),
        Index("ix_zone_anomalies_timestamp", text("timestamp DESC"), text("id DESC")),
        Index("ix_zone_anomalies_zone_timestamp", "zone_id", text("timestamp DESC"), text("id DESC")),
        Index("ix_zone_anomalies_camera_timestamp", "camera_id", text("timestamp DESC"), text("id DESC")),
        Index("ix_zone_anomalies_open", text("timestamp DESC"), postgresql_where=text("NOT acknowledged")),
        Index("ix_zone_anomalies_timestamp_brin", "timestamp", postgresql_using="brin"),
    )


class ZoneHouseholdConfig(Base):
    """Whose zone it is, and who may be there when."""

    __tablename__ = "zone_household_configs"

    id: Mapped[BigId]
    zone_id: Mapped[int] = mapped_column(ForeignKey("camera_zones.id", ondelete="CASCADE"), unique=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("household_members.id", ondelete="SET NULL"), index=True)
    allowed_member_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default=text("'{}'"))
    allowed_vehicle_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default=text("'{}'"))
    access_schedules: Mapped[EmptyList] = mapped_column(comment="[{member_ids, cron, description}]")
    created_at: Mapped[Created]
    updated_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("jsonb_typeof(access_schedules) = 'array'", name="access_schedules"),
        Index("ix_zone_household_configs_members", "allowed_member_ids", postgresql_using="gin"),
        Index("ix_zone_household_configs_vehicles", "allowed_vehicle_ids", postgresql_using="gin"),
    )
