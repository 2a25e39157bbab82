"""The machine itself: its GPUs, what its parts said, and its work in the background."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, SmallInteger, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from homesec.store.base import Base, BigId, Created, EmptyDict, fraction, not_negative, one_of

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOG_SEARCH = "simple"  # names and numbers are looked for as they stand
JOB_STATUSES = ("queued", "running", "completed", "failed", "cancelled")


class GpuStat(Base):
    """One reading of one GPU. No GPU, no rows."""

    __tablename__ = "gpu_stats"

    id: Mapped[BigId]
    recorded_at: Mapped[Created]
    node: Mapped[str]
    gpu_index: Mapped[int] = mapped_column(SmallInteger)
    gpu_name: Mapped[str]
    utilization: Mapped[float | None] = mapped_column(comment="0..1")
    memory_used: Mapped[int | None] = mapped_column(BigInteger, comment="Bytes")
    memory_total: Mapped[int | None] = mapped_column(BigInteger, comment="Bytes")
    temperature_c: Mapped[float | None]
    power_w: Mapped[float | None]
    sm_clock_mhz: Mapped[int | None]
    memory_clock_mhz: Mapped[int | None]
    inference_fps: Mapped[float | None] = mapped_column(comment="Pictures a second through our models on it")

    __table_args__ = (
        *fraction("utilization"),
        *not_negative("gpu_index", "memory_used", "memory_total", "power_w", "inference_fps"),
        Index("ix_gpu_stats_gpu_recorded", "node", "gpu_index", text("recorded_at DESC")),
        Index("ix_gpu_stats_recorded_brin", "recorded_at", postgresql_using="brin"),
    )


class LogEntry(Base):
    """One line a part of the system said. Refers to no other row, so that it outlives what it speaks of."""

    __tablename__ = "logs"

    id: Mapped[BigId]
    timestamp: Mapped[Created]
    level: Mapped[str]
    component: Mapped[str]
    message: Mapped[str]
    camera_id: Mapped[str | None]
    event_id: Mapped[int | None] = mapped_column(BigInteger)
    request_id: Mapped[str | None]
    extra: Mapped[EmptyDict]
    search_vector: Mapped[Any | None] = mapped_column(TSVECTOR)

    __table_args__ = (
        one_of("level", LOG_LEVELS),
        Index("ix_logs_timestamp", text("timestamp DESC"), text("id DESC")),
        Index("ix_logs_level_timestamp", "level", text("timestamp DESC"), text("id DESC")),
        Index("ix_logs_component_timestamp", "component", text("timestamp DESC"), text("id DESC")),
        Index("ix_logs_request", "request_id", postgresql_where=text("request_id IS NOT NULL")),
        Index("ix_logs_event", "event_id", postgresql_where=text("event_id IS NOT NULL")),
        Index("ix_logs_search", "search_vector", postgresql_using="gin"),
        Index("ix_logs_timestamp_brin", "timestamp", postgresql_using="brin"),
    )


class Job(Base):
    """One piece of work in the background: backup, restore, export, retention and their like."""

    __tablename__ = "jobs"

    id: Mapped[str] = mapped_column(primary_key=True)
    job_type: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="queued")
    params: Mapped[EmptyDict] = mapped_column(comment="What was asked for")
    progress: Mapped[int] = mapped_column(SmallInteger, server_default="0", comment="Percent")
    current_step: Mapped[str | None]
    checkpoint: Mapped[EmptyDict] = mapped_column(comment="Where to go on after an interruption")
    cancel_requested: Mapped[bool] = mapped_column(server_default=text("false"))
    result: Mapped[dict[str, Any] | None]
    error: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(
        SmallInteger, server_default="0", comment="How often it was taken; tells one runner from the next"
    )
    lease_until: Mapped[datetime | None] = mapped_column(comment="A running job's runner is dead after this moment")
    created_at: Mapped[Created]
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("status", JOB_STATUSES),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress_range"),
        CheckConstraint("completed_at >= started_at", name="span"),
        CheckConstraint("status <> 'failed' OR error IS NOT NULL", name="reason"),
        CheckConstraint(
            "(status IN ('completed', 'failed', 'cancelled')) = (completed_at IS NOT NULL)", name="completed"
        ),
        CheckConstraint("(status = 'running') = (lease_until IS NOT NULL)", name="lease"),
        *not_negative("attempts"),
        Index("ix_jobs_created", text("created_at DESC"), text("id DESC")),
        Index("ix_jobs_type_created", "job_type", text("created_at DESC")),
        Index("ix_jobs_unfinished", "created_at", postgresql_where=text("status IN ('queued', 'running')")),
    )
