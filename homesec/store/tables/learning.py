"""How each score came about, what the owner said of it, and what was learned."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from homesec.store.base import Base, BigId, Created, EmptyDict, one_of

FEEDBACK_TYPES = ("accurate", "false_positive", "missed_threat", "severity_wrong")


class PromptVersion(Base):
    """A version of the text and parameters that an LLM is asked with."""

    __tablename__ = "prompt_versions"

    id: Mapped[BigId]
    model: Mapped[str]
    version: Mapped[int]
    config: Mapped[dict[str, Any]]
    change_description: Mapped[str | None]
    is_active: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[Created]
    created_by: Mapped[str]

    __table_args__ = (
        UniqueConstraint("model", "version"),
        Index("ix_prompt_versions_active", "model", unique=True, postgresql_where=text("is_active")),
    )


class Calibration(Base):
    """A monotone curve from raw to calibrated risk, for one camera or (null) for all."""

    __tablename__ = "calibrations"

    id: Mapped[BigId]
    camera_id: Mapped[str | None] = mapped_column(ForeignKey("cameras.id", ondelete="CASCADE"))
    version: Mapped[int]
    params: Mapped[dict[str, Any]]
    active: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[Created]
    created_by: Mapped[str]

    __table_args__ = (
        UniqueConstraint("camera_id", "version", postgresql_nulls_not_distinct=True),
        Index("ix_calibrations_active", "camera_id", unique=True, postgresql_where=text("active"),
              postgresql_nulls_not_distinct=True),
    )  # fmt: skip


class EventAudit(Base):
    """One revision of an event's score with all it rests on, so that it can be computed again."""

    __tablename__ = "event_audits"

    id: Mapped[BigId]
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    revision: Mapped[int]
    cause: Mapped[str] = mapped_column(comment="batch:7, llm:7, enrich:7:pose, feedback, reanalyze:<job>")
    evidence: Mapped[list[Any]]
    prior: Mapped[float]
    score: Mapped[int] = mapped_column(SmallInteger)
    calibration_id: Mapped[int | None] = mapped_column(ForeignKey("calibrations.id", ondelete="SET NULL"), index=True)
    scorer: Mapped[str] = mapped_column(comment="Version of the scorer")
    models: Mapped[EmptyDict] = mapped_column(comment="Which models contributed")
    prompt_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("prompt_versions.id", ondelete="RESTRICT"), index=True
    )
    prompt: Mapped[str | None]
    answer: Mapped[str | None]
    latency_s: Mapped[float | None]
    quality: Mapped[dict[str, Any] | None] = mapped_column(comment="Scores 1..5")
    critique: Mapped[str | None]
    created_at: Mapped[Created]

    __table_args__ = (
        UniqueConstraint("event_id", "cause"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score_range"),
        Index("ix_event_audits_event_revision", "event_id", "revision"),
    )


class EventFeedback(Base):
    """What the owner said of an event."""

    __tablename__ = "event_feedback"

    id: Mapped[BigId]
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), unique=True)
    feedback_type: Mapped[str]
    expected_severity: Mapped[str | None]
    notes: Mapped[str | None]
    actual_identity: Mapped[str | None]
    created_at: Mapped[Created]
    updated_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("feedback_type", FEEDBACK_TYPES),
        one_of("expected_severity", ("low", "medium", "high", "critical")),
    )
