"""When the owner is told: rules, alerts, what keeps them quiet, and the way of each notification."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from homesec.store.base import Base, BigId, Created, EmptyDict, UuidId, fraction, not_negative, one_of
from homesec.store.tables.enrichment import SEVERITIES

ALERT_STATUSES = ("pending", "delivered", "acknowledged", "dismissed")
CHANNEL_KINDS = ("apprise", "email", "webhook", "mqtt", "web_push")
DELIVERY_STATES = ("pending", "delivered", "failed", "suppressed")


class AlertRule(Base):
    """When an event becomes an alert."""

    __tablename__ = "alert_rules"

    id: Mapped[UuidId]
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str | None]
    enabled: Mapped[bool] = mapped_column(server_default=text("true"))
    severity: Mapped[str] = mapped_column(server_default="medium")
    risk_threshold: Mapped[int | None] = mapped_column(SmallInteger, comment="Null: any score")
    object_types: Mapped[list[str] | None] = mapped_column(ARRAY(Text), comment="Null: any")
    camera_ids: Mapped[list[str] | None] = mapped_column(ARRAY(Text), comment="Null: any")
    zone_ids: Mapped[list[int] | None] = mapped_column(ARRAY(BigInteger), comment="Null: any")
    min_confidence: Mapped[float | None]
    schedule: Mapped[dict[str, Any] | None] = mapped_column(comment="{days, start, end, timezone}; may pass midnight")
    conditions: Mapped[EmptyDict] = mapped_column(comment="Pose, action, threat, dwell, identity")
    dedup_key_template: Mapped[str] = mapped_column(server_default="{rule}:{incident}")
    cooldown_seconds: Mapped[int] = mapped_column(server_default="300", comment="In event time")
    channels: Mapped[list[int]] = mapped_column(
        ARRAY(BigInteger), server_default=text("'{}'"), comment="Ids of notification_channels"
    )
    created_at: Mapped[Created]
    updated_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("severity", SEVERITIES),
        CheckConstraint("risk_threshold BETWEEN 0 AND 100", name="risk_threshold_range"),
        *fraction("min_confidence"),
        *not_negative("cooldown_seconds"),
    )


class Alert(Base):
    """An event that a rule found worth telling; written in the event's own transaction."""

    __tablename__ = "alerts"

    id: Mapped[UuidId]
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    rule_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("alert_rules.id", ondelete="SET NULL"), index=True)
    severity: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="pending")
    dedup_key: Mapped[str]
    channels: Mapped[list[int]] = mapped_column(
        ARRAY(BigInteger), server_default=text("'{}'"), comment="Ids of notification_channels"
    )
    details: Mapped[EmptyDict] = mapped_column("metadata")
    late: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="Captured more than 15 minutes before it was known"
    )
    version: Mapped[int] = mapped_column(server_default="1", comment="Raised by a rise in severity")
    created_at: Mapped[Created]
    updated_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    dismissed_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("event_id", "rule_id"),
        one_of("severity", SEVERITIES),
        one_of("status", ALERT_STATUSES),
        CheckConstraint("status <> 'acknowledged' OR acknowledged_at IS NOT NULL", name="acknowledged"),
        CheckConstraint("status <> 'dismissed' OR dismissed_at IS NOT NULL", name="dismissed"),
        CheckConstraint("version >= 1", name="version"),
        Index("ix_alerts_created", text("created_at DESC"), text("id DESC")),
        Index("ix_alerts_status_created", "status", text("created_at DESC"), text("id DESC")),
        Index("ix_alerts_severity_created", "severity", text("created_at DESC"), text("id DESC")),
        Index("ix_alerts_dedup_key", "dedup_key", text("created_at DESC")),
        Index("ix_alerts_created_brin", "created_at", postgresql_using="brin"),
    )


class AlertCooldown(Base):
    """Until when alerts of one key stay silent; taken by one conditional upsert."""

    __tablename__ = "alert_cooldowns"

    dedup_key: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime] = mapped_column(index=True, comment="Event time; slides with each suppressed hit")
    severity: Mapped[str]

    __table_args__ = (one_of("severity", SEVERITIES),)


class NotificationChannel(Base):
    """A way to reach the owner."""

    __tablename__ = "notification_channels"

    id: Mapped[BigId]
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    enabled: Mapped[bool] = mapped_column(server_default=text("true"))
    settings: Mapped[EmptyDict] = mapped_column(comment="What is no secret")
    secrets: Mapped[bytes | None] = mapped_column(LargeBinary, comment="Encrypted")
    quiet_hours: Mapped[dict[str, Any] | None] = mapped_column(comment="{days, start, end, timezone}")
    escalation: Mapped[dict[str, Any] | None] = mapped_column(comment="Steps while nobody acknowledges")
    created_at: Mapped[Created]
    updated_at: Mapped[datetime | None]

    __table_args__ = (one_of("kind", CHANNEL_KINDS),)


class NotificationDelivery(Base):
    """One notification of one alert through one channel; inserted with the alert."""

    __tablename__ = "notification_deliveries"

    id: Mapped[BigId]
    alert_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("alerts.id", ondelete="CASCADE"))
    alert_version: Mapped[int]
    step: Mapped[int] = mapped_column(SmallInteger, server_default="0", comment="Of the escalation")
    channel_id: Mapped[int] = mapped_column(ForeignKey("notification_channels.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(server_default="pending")
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    next_try: Mapped[Created]
    error: Mapped[str | None]
    created_at: Mapped[Created]
    delivered_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("alert_id", "alert_version", "step", "channel_id", name="uq_notification_deliveries_once"),
        one_of("state", DELIVERY_STATES),
        CheckConstraint("state <> 'failed' OR error IS NOT NULL", name="reason"),
        CheckConstraint("(state = 'delivered') = (delivered_at IS NOT NULL)", name="delivered"),
        *not_negative("step", "attempts"),
        Index("ix_notification_deliveries_due", "next_try", postgresql_where=text("state = 'pending'")),
        Index("ix_notification_deliveries_failed", text("created_at DESC"), postgresql_where=text("state = 'failed'")),
    )
