"""The first tables."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import Vector
from sqlalchemy.dialects import postgresql

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS vector")
    op.create_table(
        "alert_cooldowns",
        sa.Column("dedup_key", sa.String(), nullable=False),
        sa.Column(
            "until", sa.DateTime(timezone=True), nullable=False, comment="Event time; slides with each suppressed hit"
        ),
        sa.Column("severity", sa.String(), nullable=False),
        sa.CheckConstraint(
            "severity IN ('low', 'medium', 'high', 'critical')", name=op.f("ck_alert_cooldowns_severity")
        ),
        sa.PrimaryKeyConstraint("dedup_key", name=op.f("pk_alert_cooldowns")),
    )
    op.create_index(op.f("ix_alert_cooldowns_until"), "alert_cooldowns", ["until"])
    op.create_table(
        "alert_rules",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("severity", sa.String(), server_default="medium", nullable=False),
        sa.Column("risk_threshold", sa.SmallInteger(), nullable=True, comment="Null: any score"),
        sa.Column("object_types", sa.ARRAY(sa.Text()), nullable=True, comment="Null: any"),
        sa.Column("camera_ids", sa.ARRAY(sa.Text()), nullable=True, comment="Null: any"),
        sa.Column("zone_ids", sa.ARRAY(sa.BigInteger()), nullable=True, comment="Null: any"),
        sa.Column("min_confidence", sa.Float(precision=53), nullable=True),
        sa.Column(
            "schedule",
            postgresql.JSONB(),
            nullable=True,
            comment="{days, start, end, timezone}; may pass midnight",
        ),
        sa.Column(
            "conditions",
            postgresql.JSONB(),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
            comment="Pose, action, threat, dwell, identity",
        ),
        sa.Column("dedup_key_template", sa.String(), server_default="{rule}:{incident}", nullable=False),
        sa.Column("cooldown_seconds", sa.Integer(), server_default="300", nullable=False, comment="In event time"),
        sa.Column(
            "channels",
            sa.ARRAY(sa.BigInteger()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="Ids of notification_channels",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("severity IN ('low', 'medium', 'high', 'critical')", name=op.f("ck_alert_rules_severity")),
        sa.CheckConstraint("cooldown_seconds >= 0", name=op.f("ck_alert_rules_cooldown_seconds_not_negative")),
        sa.CheckConstraint("min_confidence BETWEEN 0 AND 1", name=op.f("ck_alert_rules_min_confidence_range")),
        sa.CheckConstraint("risk_threshold BETWEEN 0 AND 100", name=op.f("ck_alert_rules_risk_threshold_range")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_rules")),
        sa.UniqueConstraint("name", name=op.f("uq_alert_rules_name")),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("key_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("cameras", sa.ARRAY(sa.Text()), nullable=True, comment="Null: all cameras"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('admin', 'operator', 'viewer')", name=op.f("ck_api_keys_role")),
        sa.CheckConstraint("octet_length(key_sha256) = 32", name=op.f("ck_api_keys_key_sha256_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("key_sha256", name=op.f("uq_api_keys_key_sha256")),
    )
    op.create_table(
        "audit_logs",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("timestamp", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor", sa.String(), nullable=False, comment="key:<id>, cli or system"),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("resource_type", sa.String(), nullable=False),
        sa.Column("resource_id", sa.String(), nullable=True),
        sa.Column("ip", postgresql.INET(), nullable=True),
        sa.Column("user_agent", sa.String(), nullable=True),
        sa.Column(
            "details",
            postgresql.JSONB(),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
            comment="Ids, never names",
        ),
        sa.Column("status", sa.String(), server_default="ok", nullable=False),
        sa.Column("prev_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("status IN ('ok', 'denied', 'failed')", name=op.f("ck_audit_logs_status")),
        sa.CheckConstraint("octet_length(hash) = 32", name=op.f("ck_audit_logs_hash_length")),
        sa.CheckConstraint("octet_length(prev_hash) = 32", name=op.f("ck_audit_logs_prev_hash_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_logs")),
    )
    op.create_index(
        "ix_audit_logs_resource",
        "audit_logs",
        ["resource_type", "resource_id", sa.text("timestamp DESC"), sa.text("id DESC")],
    )
    op.create_index(
        "ix_audit_logs_timestamp",
        "audit_logs",
        [sa.text("timestamp DESC"), sa.text("id DESC")],
    )
    op.create_index("ix_audit_logs_timestamp_brin", "audit_logs", ["timestamp"], postgresql_using="brin")
    op.create_table(
        "cameras",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("folder_path", sa.String(), nullable=False, comment="Relative to the folder of all cameras"),
        sa.Column("status", sa.String(), server_default="unknown", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "deleted_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Soft delete: its files wait until it is restored",
        ),
        sa.Column("timezone", sa.String(), nullable=True),
        sa.Column("settings", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.CheckConstraint("id ~ '^[a-z0-9][a-z0-9_]{0,62}$'", name=op.f("ck_cameras_id")),
        sa.CheckConstraint("status IN ('online', 'offline', 'error', 'unknown')", name=op.f("ck_cameras_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cameras")),
        sa.UniqueConstraint("folder_path", name=op.f("uq_cameras_folder_path")),
    )
    op.create_table(
        "entities",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("entity_type", sa.String(), nullable=False),
        sa.Column("trust_status", sa.String(), server_default="unknown", nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("embedding", Vector(), nullable=True, comment="Running centroid of its sightings"),
        sa.Column("embedding_model", sa.String(), nullable=True),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detection_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "primary_detection_id", sa.BigInteger(), nullable=True, comment="The detection whose picture stands for it"
        ),
        sa.Column(
            "entity_metadata",
            postgresql.JSONB(),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
            comment="Cameras, colours, plate",
        ),
        sa.CheckConstraint(
            "entity_type IN ('person', 'vehicle', 'animal', 'package', 'other')", name=op.f("ck_entities_entity_type")
        ),
        sa.CheckConstraint(
            "trust_status IN ('trusted', 'untrusted', 'unknown')", name=op.f("ck_entities_trust_status")
        ),
        sa.CheckConstraint("(embedding IS NULL) = (embedding_model IS NULL)", name=op.f("ck_entities_embedding_model")),
        sa.CheckConstraint("detection_count >= 0", name=op.f("ck_entities_detection_count_not_negative")),
        sa.CheckConstraint("last_seen_at >= first_seen_at", name=op.f("ck_entities_span")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entities")),
    )
    op.create_index(
        "ix_entities_last_seen",
        "entities",
        [sa.text("last_seen_at DESC"), sa.text("id DESC")],
    )
    op.create_index("ix_entities_metadata", "entities", ["entity_metadata"], postgresql_using="gin")
    op.create_index(op.f("ix_entities_primary_detection_id"), "entities", ["primary_detection_id"])
    op.create_index(
        "ix_entities_trust_last_seen",
        "entities",
        ["trust_status", sa.text("last_seen_at DESC"), sa.text("id DESC")],
    )
    op.create_index(
        "ix_entities_type_last_seen",
        "entities",
        ["entity_type", sa.text("last_seen_at DESC"), sa.text("id DESC")],
    )
    op.create_table(
        "gpu_stats",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("gpu_index", sa.SmallInteger(), nullable=False),
        sa.Column("gpu_name", sa.String(), nullable=False),
        sa.Column("utilization", sa.Float(precision=53), nullable=True, comment="0..1"),
        sa.Column("memory_used", sa.BigInteger(), nullable=True, comment="Bytes"),
        sa.Column("memory_total", sa.BigInteger(), nullable=True, comment="Bytes"),
        sa.Column("temperature_c", sa.Float(precision=53), nullable=True),
        sa.Column("power_w", sa.Float(precision=53), nullable=True),
        sa.Column("sm_clock_mhz", sa.Integer(), nullable=True),
        sa.Column("memory_clock_mhz", sa.Integer(), nullable=True),
        sa.Column(
            "inference_fps", sa.Float(precision=53), nullable=True, comment="Pictures a second through our models on it"
        ),
        sa.CheckConstraint("gpu_index >= 0", name=op.f("ck_gpu_stats_gpu_index_not_negative")),
        sa.CheckConstraint("inference_fps >= 0", name=op.f("ck_gpu_stats_inference_fps_not_negative")),
        sa.CheckConstraint("memory_total >= 0", name=op.f("ck_gpu_stats_memory_total_not_negative")),
        sa.CheckConstraint("memory_used >= 0", name=op.f("ck_gpu_stats_memory_used_not_negative")),
        sa.CheckConstraint("power_w >= 0", name=op.f("ck_gpu_stats_power_w_not_negative")),
        sa.CheckConstraint("utilization BETWEEN 0 AND 1", name=op.f("ck_gpu_stats_utilization_range")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gpu_stats")),
    )
    op.create_index(
        "ix_gpu_stats_gpu_recorded",
        "gpu_stats",
        ["node", "gpu_index", sa.text("recorded_at DESC")],
    )
    op.create_index("ix_gpu_stats_recorded_brin", "gpu_stats", ["recorded_at"], postgresql_using="brin")
    op.create_table(
        "incidents",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("max_score", sa.SmallInteger(), nullable=False),
        sa.Column("status", sa.String(), server_default="open", nullable=False),
        sa.CheckConstraint("status IN ('open', 'closed')", name=op.f("ck_incidents_status")),
        sa.CheckConstraint("last_at >= started_at", name=op.f("ck_incidents_span")),
        sa.CheckConstraint("max_score BETWEEN 0 AND 100", name=op.f("ck_incidents_max_score_range")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
    )
    op.create_index(
        "ix_incidents_last",
        "incidents",
        [sa.text("last_at DESC"), sa.text("id DESC")],
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("job_type", sa.String(), nullable=False),
        sa.Column("status", sa.String(), server_default="queued", nullable=False),
        sa.Column(
            "params",
            postgresql.JSONB(),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
            comment="What was asked for",
        ),
        sa.Column("progress", sa.SmallInteger(), server_default="0", nullable=False, comment="Percent"),
        sa.Column("current_step", sa.String(), nullable=True),
        sa.Column(
            "checkpoint",
            postgresql.JSONB(),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
            comment="Where to go on after an interruption",
        ),
        sa.Column("cancel_requested", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("result", postgresql.JSONB(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status IN ('completed', 'failed', 'cancelled')) = (completed_at IS NOT NULL)",
            name=op.f("ck_jobs_completed"),
        ),
        sa.CheckConstraint("status <> 'failed' OR error IS NOT NULL", name=op.f("ck_jobs_reason")),
        sa.CheckConstraint(
            "status IN ('queued', 'running', 'completed', 'failed', 'cancelled')", name=op.f("ck_jobs_status")
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_jobs_attempts_not_negative")),
        sa.CheckConstraint("completed_at >= started_at", name=op.f("ck_jobs_span")),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name=op.f("ck_jobs_progress_range")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_index("ix_jobs_created", "jobs", [sa.text("created_at DESC"), sa.text("id DESC")])
    op.create_index("ix_jobs_type_created", "jobs", ["job_type", sa.text("created_at DESC")])
    op.create_index(
        "ix_jobs_unfinished",
        "jobs",
        ["created_at"],
        postgresql_where=sa.text("status IN ('queued', 'running')"),
    )
    op.create_table(
        "known_persons",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("btrim(name) <> ''", name=op.f("ck_known_persons_name")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_persons")),
    )
    op.create_index("ix_known_persons_name", "known_persons", ["name"])
    op.create_table(
        "logs",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("timestamp", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("component", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("camera_id", sa.String(), nullable=True),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("request_id", sa.String(), nullable=True),
        sa.Column("extra", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("search_vector", postgresql.TSVECTOR(), nullable=True),
        sa.CheckConstraint("level IN ('DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL')", name=op.f("ck_logs_level")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logs")),
    )
    op.create_index(
        "ix_logs_component_timestamp",
        "logs",
        ["component", sa.text("timestamp DESC"), sa.text("id DESC")],
    )
    op.create_index("ix_logs_event", "logs", ["event_id"], postgresql_where=sa.text("event_id IS NOT NULL"))
    op.create_index(
        "ix_logs_level_timestamp",
        "logs",
        ["level", sa.text("timestamp DESC"), sa.text("id DESC")],
    )
    op.create_index("ix_logs_request", "logs", ["request_id"], postgresql_where=sa.text("request_id IS NOT NULL"))
    op.create_index("ix_logs_search", "logs", ["search_vector"], postgresql_using="gin")
    op.create_index("ix_logs_timestamp", "logs", [sa.text("timestamp DESC"), sa.text("id DESC")])
    op.create_index("ix_logs_timestamp_brin", "logs", ["timestamp"], postgresql_using="brin")
    op.create_table(
        "notification_channels",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column(
            "settings",
            postgresql.JSONB(),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
            comment="What is no secret",
        ),
        sa.Column("secrets", sa.LargeBinary(), nullable=True, comment="Encrypted"),
        sa.Column(
            "quiet_hours",
            postgresql.JSONB(),
            nullable=True,
            comment="{days, start, end, timezone}",
        ),
        sa.Column(
            "escalation",
            postgresql.JSONB(),
            nullable=True,
            comment="Steps while nobody acknowledges",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('apprise', 'email', 'webhook', 'mqtt', 'web_push')", name=op.f("ck_notification_channels_kind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification_channels")),
        sa.UniqueConstraint("name", name=op.f("uq_notification_channels_name")),
    )
    op.create_table(
        "outbox",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_outbox")),
    )
    op.create_index("ix_outbox_created_brin", "outbox", ["created_at"], postgresql_using="brin")
    op.create_table(
        "outbox_head",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_outbox_head_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_head")),
    )
    op.create_table(
        "outbox_readers",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_outbox_readers")),
    )
    op.create_table(
        "prompt_versions",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("config", postgresql.JSONB(), nullable=False),
        sa.Column("change_description", sa.String(), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompt_versions")),
        sa.UniqueConstraint("model", "version", name=op.f("uq_prompt_versions_model_version")),
    )
    op.create_index(
        "ix_prompt_versions_active", "prompt_versions", ["model"], unique=True, postgresql_where=sa.text("is_active")
    )
    op.create_table(
        "activity_baselines",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("camera_id", sa.String(), nullable=False),
        sa.Column("hour", sa.SmallInteger(), nullable=False, comment="Local"),
        sa.Column("day_of_week", sa.SmallInteger(), nullable=False, comment="Local; Monday is 0"),
        sa.Column("avg_count", sa.Float(precision=53), nullable=False),
        sa.Column("variance", sa.Float(precision=53), nullable=False),
        sa.Column("sample_count", sa.Integer(), nullable=False, comment="Hours observed, empty ones too"),
        sa.Column("last_updated", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("avg_count >= 0", name=op.f("ck_activity_baselines_avg_count_not_negative")),
        sa.CheckConstraint("day_of_week BETWEEN 0 AND 6", name=op.f("ck_activity_baselines_day_of_week_range")),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name=op.f("ck_activity_baselines_hour_range")),
        sa.CheckConstraint("sample_count >= 0", name=op.f("ck_activity_baselines_sample_count_not_negative")),
        sa.CheckConstraint("variance >= 0", name=op.f("ck_activity_baselines_variance_not_negative")),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["cameras.id"], name=op.f("fk_activity_baselines_camera_id_cameras"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_baselines")),
        sa.UniqueConstraint(
            "camera_id", "day_of_week", "hour", name=op.f("uq_activity_baselines_camera_id_day_of_week_hour")
        ),
    )
    op.create_table(
        "api_sessions",
        sa.Column("token_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('session', 'token')", name=op.f("ck_api_sessions_kind")),
        sa.CheckConstraint("octet_length(token_sha256) = 32", name=op.f("ck_api_sessions_token_sha256_length")),
        sa.ForeignKeyConstraint(
            ["key_id"], ["api_keys.id"], name=op.f("fk_api_sessions_key_id_api_keys"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_api_sessions")),
    )
    op.create_index("ix_api_sessions_expires", "api_sessions", ["expires_at"])
    op.create_index(op.f("ix_api_sessions_key_id"), "api_sessions", ["key_id"])
    op.create_table(
        "batches",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("camera_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), server_default="open", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("close_reason", sa.String(), nullable=True),
        sa.Column(
            "revision",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="Raised by every growth and by the close",
        ),
        sa.Column("analysed_revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "eventful",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="Its evidence is worth an event",
        ),
        sa.Column(
            "attempts",
            sa.SmallInteger(),
            server_default="0",
            nullable=False,
            comment="Failed analyses of this revision",
        ),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column(
            "state",
            postgresql.JSONB(),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
            comment="Windows and tracker, for a restart",
        ),
        sa.CheckConstraint("(status = 'closed') = (close_reason IS NOT NULL)", name=op.f("ck_batches_closed")),
        sa.CheckConstraint(
            "close_reason IN ('idle', 'window', 'size', 'tracks_ended', 'stopped')",
            name=op.f("ck_batches_close_reason"),
        ),
        sa.CheckConstraint("status IN ('open', 'closed')", name=op.f("ck_batches_status")),
        sa.CheckConstraint("analysed_revision <= revision", name=op.f("ck_batches_revision")),
        sa.CheckConstraint("analysed_revision >= 0", name=op.f("ck_batches_analysed_revision_not_negative")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_batches_attempts_not_negative")),
        sa.CheckConstraint("last_at >= started_at", name=op.f("ck_batches_span")),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["cameras.id"], name=op.f("fk_batches_camera_id_cameras"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
    )
    op.create_index("ix_batches_camera_last", "batches", ["camera_id", "last_at"])
    op.create_index("ix_batches_last", "batches", [sa.text("last_at DESC"), sa.text("id DESC")])
    op.create_index("ix_batches_open", "batches", ["camera_id"], postgresql_where=sa.text("status = 'open'"))
    op.create_index(
        "ix_batches_unanalysed",
        "batches",
        ["id"],
        postgresql_where=sa.text("eventful AND analysed_revision < revision"),
    )
    op.create_table(
        "calibrations",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("camera_id", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("params", postgresql.JSONB(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["cameras.id"], name=op.f("fk_calibrations_camera_id_cameras"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibrations")),
        sa.UniqueConstraint(
            "camera_id", "version", name=op.f("uq_calibrations_camera_id_version"), postgresql_nulls_not_distinct=True
        ),
    )
    op.create_index(
        "ix_calibrations_active",
        "calibrations",
        ["camera_id"],
        unique=True,
        postgresql_where=sa.text("active"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "camera_zones",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("camera_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("zone_type", sa.String(), server_default="other", nullable=False),
        sa.Column("shape", sa.String(), server_default="polygon", nullable=False),
        sa.Column(
            "coordinates",
            postgresql.JSONB(),
            nullable=False,
            comment="[[x, y], ...] in 0..1; two points for a line",
        ),
        sa.Column(
            "direction",
            sa.String(),
            nullable=True,
            comment="Only for a line: crossing it towards this side, seen from its first point to its second, is 'in'",
        ),
        sa.Column("color", sa.String(), server_default="#3b82f6", nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column(
            "priority",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="Where zones overlap the highest counts",
        ),
        sa.Column("target_classes", sa.ARRAY(sa.Text()), nullable=True, comment="Null: all classes"),
        sa.Column(
            "loiter_seconds",
            sa.Float(precision=53),
            nullable=True,
            comment="A stay of this length is evidence; null: never",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(shape = 'line') = (direction IS NOT NULL)", name=op.f("ck_camera_zones_line_direction")),
        sa.CheckConstraint("(zone_type = 'line') = (shape = 'line')", name=op.f("ck_camera_zones_line")),
        sa.CheckConstraint(
            "CASE WHEN jsonb_typeof(coordinates) <> 'array' THEN false WHEN shape = 'line' THEN "
            "jsonb_array_length(coordinates) = 2 WHEN shape = 'rectangle' THEN "
            "jsonb_array_length(coordinates) = 4 ELSE jsonb_array_length(coordinates) >= 3 END",
            name=op.f("ck_camera_zones_points"),
        ),
        sa.CheckConstraint("color ~ '^#[0-9a-fA-F]{6}$'", name=op.f("ck_camera_zones_color")),
        sa.CheckConstraint("direction IN ('left', 'right')", name=op.f("ck_camera_zones_direction")),
        sa.CheckConstraint("shape IN ('rectangle', 'polygon', 'line')", name=op.f("ck_camera_zones_shape")),
        sa.CheckConstraint(
            "zone_type IN ('entry_point', 'driveway', 'sidewalk', 'yard', 'restricted', 'excluded', 'line', 'other')",
            name=op.f("ck_camera_zones_zone_type"),
        ),
        sa.CheckConstraint("loiter_seconds > 0", name=op.f("ck_camera_zones_loiter_seconds")),
        sa.CheckConstraint("priority >= 0", name=op.f("ck_camera_zones_priority_not_negative")),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["cameras.id"], name=op.f("fk_camera_zones_camera_id_cameras"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_camera_zones")),
        sa.UniqueConstraint("camera_id", "name", name=op.f("uq_camera_zones_camera_id_name")),
    )
    op.create_table(
        "class_baselines",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("camera_id", sa.String(), nullable=False),
        sa.Column("detection_class", sa.String(), nullable=False),
        sa.Column("hour", sa.SmallInteger(), nullable=False, comment="Local"),
        sa.Column("frequency", sa.Float(precision=53), nullable=False, comment="Objects an hour"),
        sa.Column("variance", sa.Float(precision=53), nullable=False),
        sa.Column("sample_count", sa.Integer(), nullable=False, comment="Hours observed, empty ones too"),
        sa.Column("last_updated", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("frequency >= 0", name=op.f("ck_class_baselines_frequency_not_negative")),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name=op.f("ck_class_baselines_hour_range")),
        sa.CheckConstraint("sample_count >= 0", name=op.f("ck_class_baselines_sample_count_not_negative")),
        sa.CheckConstraint("variance >= 0", name=op.f("ck_class_baselines_variance_not_negative")),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["cameras.id"], name=op.f("fk_class_baselines_camera_id_cameras"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_baselines")),
        sa.UniqueConstraint(
            "camera_id", "detection_class", "hour", name=op.f("uq_class_baselines_camera_id_detection_class_hour")
        ),
    )
    op.create_table(
        "face_embeddings",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("embedding", Vector(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("quality", sa.Float(precision=53), nullable=False),
        sa.Column("source_path", sa.String(), nullable=True, comment="The crop, relative to the media folder"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("quality BETWEEN 0 AND 1", name=op.f("ck_face_embeddings_quality_range")),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["known_persons.id"],
            name=op.f("fk_face_embeddings_person_id_known_persons"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_face_embeddings")),
    )
    op.create_index(op.f("ix_face_embeddings_person_id"), "face_embeddings", ["person_id"])
    op.create_table(
        "heatmap_data",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("camera_id", sa.String(), nullable=False),
        sa.Column("time_bucket", sa.DateTime(timezone=True), nullable=False, comment="Start of the span"),
        sa.Column("resolution", sa.String(), nullable=False),
        sa.Column("width", sa.SmallInteger(), server_default="64", nullable=False),
        sa.Column("height", sa.SmallInteger(), server_default="48", nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False, comment="zlib of float32, row by row"),
        sa.Column("total_detections", sa.Integer(), server_default="0", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("resolution IN ('hourly', 'daily', 'weekly')", name=op.f("ck_heatmap_data_resolution")),
        sa.CheckConstraint("total_detections >= 0", name=op.f("ck_heatmap_data_total_detections_not_negative")),
        sa.CheckConstraint("width > 0 AND height > 0", name=op.f("ck_heatmap_data_size")),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["cameras.id"], name=op.f("fk_heatmap_data_camera_id_cameras"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heatmap_data")),
        sa.UniqueConstraint(
            "camera_id", "time_bucket", "resolution", name=op.f("uq_heatmap_data_camera_id_time_bucket_resolution")
        ),
    )
    op.create_index("ix_heatmap_data_time_bucket_brin", "heatmap_data", ["time_bucket"], postgresql_using="brin")
    op.create_table(
        "household_members",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("known_person_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("trusted_level", sa.String(), nullable=False),
        sa.Column("typical_schedule", postgresql.JSONB(), nullable=True),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("btrim(name) <> ''", name=op.f("ck_household_members_name")),
        sa.CheckConstraint(
            "role IN ('resident', 'family', 'service_worker', 'frequent_visitor')",
            name=op.f("ck_household_members_role"),
        ),
        sa.CheckConstraint(
            "trusted_level IN ('full', 'partial', 'monitor')", name=op.f("ck_household_members_trusted_level")
        ),
        sa.ForeignKeyConstraint(
            ["known_person_id"],
            ["known_persons.id"],
            name=op.f("fk_household_members_known_person_id_known_persons"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_members")),
        sa.UniqueConstraint("known_person_id", name=op.f("uq_household_members_known_person_id")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("key_id", sa.BigInteger(), nullable=False),
        sa.Column("request_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("body", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("octet_length(request_sha256) = 32", name=op.f("ck_idempotency_keys_request_sha256_length")),
        sa.CheckConstraint("status BETWEEN 100 AND 599", name=op.f("ck_idempotency_keys_status")),
        sa.ForeignKeyConstraint(
            ["key_id"], ["api_keys.id"], name=op.f("fk_idempotency_keys_key_id_api_keys"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", "key_id", name=op.f("pk_idempotency_keys")),
    )
    op.create_index("ix_idempotency_keys_created", "idempotency_keys", ["created_at"])
    op.create_index(op.f("ix_idempotency_keys_key_id"), "idempotency_keys", ["key_id"])
    op.create_table(
        "scene_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("camera_id", sa.String(), nullable=False),
        sa.Column(
            "detected_at", sa.DateTime(timezone=True), nullable=False, comment="Event time of the first changed picture"
        ),
        sa.Column("change_type", sa.String(), server_default="unknown", nullable=False),
        sa.Column(
            "similarity_score", sa.Float(precision=53), nullable=False, comment="Of the new view to the reference"
        ),
        sa.Column("acknowledged", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "file_path", sa.String(), nullable=True, comment="The picture that shows it, relative to the media folder"
        ),
        sa.CheckConstraint(
            "change_type IN ('view_blocked', 'angle_changed', 'view_tampered', 'unknown')",
            name=op.f("ck_scene_changes_change_type"),
        ),
        sa.CheckConstraint("acknowledged = (acknowledged_at IS NOT NULL)", name=op.f("ck_scene_changes_acknowledged")),
        sa.CheckConstraint("similarity_score BETWEEN 0 AND 1", name=op.f("ck_scene_changes_similarity_score_range")),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["cameras.id"], name=op.f("fk_scene_changes_camera_id_cameras"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scene_changes")),
        sa.UniqueConstraint(
            "camera_id", "detected_at", "change_type", name=op.f("uq_scene_changes_camera_id_detected_at_change_type")
        ),
    )
    op.create_index(
        "ix_scene_changes_camera_detected",
        "scene_changes",
        ["camera_id", sa.text("detected_at DESC"), sa.text("id DESC")],
    )
    op.create_index("ix_scene_changes_detected_brin", "scene_changes", ["detected_at"], postgresql_using="brin")
    op.create_index(
        "ix_scene_changes_open",
        "scene_changes",
        ["camera_id"],
        postgresql_where=sa.text("NOT acknowledged"),
    )
    op.create_table(
        "scene_references",
        sa.Column("camera_id", sa.String(), nullable=False),
        sa.Column("light", sa.String(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False, comment="Grey statistics of 64 x 36 cells"),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("light IN ('day', 'infrared')", name=op.f("ck_scene_references_light")),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["cameras.id"], name=op.f("fk_scene_references_camera_id_cameras"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("camera_id", "light", name=op.f("pk_scene_references")),
    )
    op.create_table(
        "tracks",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("camera_id", sa.String(), nullable=False),
        sa.Column("session", sa.Uuid(), nullable=False, comment="Of the camera's tracker; survives restarts"),
        sa.Column("track_id", sa.Integer(), nullable=False, comment="Number within the session"),
        sa.Column("object_class", sa.String(), nullable=False, comment="By the vote of its detections"),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "trajectory",
            postgresql.JSONB(),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
            comment="[{x, y, at}] of the foot point, simplified and bounded",
        ),
        sa.Column(
            "total_distance",
            sa.Float(precision=53),
            server_default="0",
            nullable=False,
            comment="Frame widths; only grows",
        ),
        sa.Column(
            "avg_speed", sa.Float(precision=53), server_default="0", nullable=False, comment="Frame widths a second"
        ),
        sa.Column("entity_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("jsonb_typeof(trajectory) = 'array'", name=op.f("ck_tracks_trajectory")),
        sa.CheckConstraint("avg_speed >= 0", name=op.f("ck_tracks_avg_speed_not_negative")),
        sa.CheckConstraint("last_seen >= first_seen", name=op.f("ck_tracks_span")),
        sa.CheckConstraint("total_distance >= 0", name=op.f("ck_tracks_total_distance_not_negative")),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["cameras.id"], name=op.f("fk_tracks_camera_id_cameras"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["entities.id"], name=op.f("fk_tracks_entity_id_entities"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracks")),
        sa.UniqueConstraint("camera_id", "session", "track_id", name=op.f("uq_tracks_camera_id_session_track_id")),
    )
    op.create_index(
        "ix_tracks_camera_first_seen",
        "tracks",
        ["camera_id", sa.text("first_seen DESC"), sa.text("id DESC")],
    )
    op.create_index(
        "ix_tracks_class_first_seen",
        "tracks",
        ["object_class", sa.text("first_seen DESC"), sa.text("id DESC")],
    )
    op.create_index(op.f("ix_tracks_entity_id"), "tracks", ["entity_id"])
    op.create_index(
        "ix_tracks_first_seen",
        "tracks",
        [sa.text("first_seen DESC"), sa.text("id DESC")],
    )
    op.create_index("ix_tracks_first_seen_brin", "tracks", ["first_seen"], postgresql_using="brin")
    op.create_table(
        "uploads",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("camera_id", sa.String(), nullable=False),
        sa.Column("volume", sa.String(), nullable=False, comment="Stable id of the disk that holds the file"),
        sa.Column("path", sa.LargeBinary(), nullable=False, comment="Relative to the volume; file names are bytes"),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=True, comment="Null only for a rejected file that was not read"),
        sa.Column("media_type", sa.String(), nullable=True),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=False, comment="Event time"),
        sa.Column("time_source", sa.String(), nullable=False),
        sa.Column(
            "clock_ahead",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="The camera's clock was ahead, so arrival counts as capture",
        ),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), server_default="pending", nullable=False),
        sa.Column(
            "detected_on",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Wall time at which the state became 'detected'",
        ),
        sa.Column("next_frame", sa.Integer(), server_default="0", nullable=False, comment="Clips are taken by chunks"),
        sa.Column("error", sa.String(), nullable=True, comment="Why it was rejected or failed, in words"),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column(
            "repeats", sa.Integer(), server_default="0", nullable=False, comment="How often the same bytes came again"
        ),
        sa.Column("last_repeat_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("error IS NOT NULL OR state NOT IN ('rejected', 'failed')", name=op.f("ck_uploads_reason")),
        sa.CheckConstraint("media_type IN ('image', 'video')", name=op.f("ck_uploads_media_type")),
        sa.CheckConstraint("media_type IS NOT NULL OR state = 'rejected'", name=op.f("ck_uploads_sniffed")),
        sa.CheckConstraint("sha256 IS NOT NULL OR state = 'rejected'", name=op.f("ck_uploads_hashed")),
        sa.CheckConstraint(
            "state IN ('pending', 'detected', 'done', 'rejected', 'failed', 'expired')", name=op.f("ck_uploads_state")
        ),
        sa.CheckConstraint(
            "time_source IN ('exif', 'container', 'name', 'mtime', 'arrival')", name=op.f("ck_uploads_time_source")
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_uploads_attempts_not_negative")),
        sa.CheckConstraint("next_frame >= 0", name=op.f("ck_uploads_next_frame_not_negative")),
        sa.CheckConstraint("octet_length(sha256) = 32", name=op.f("ck_uploads_sha256_length")),
        sa.CheckConstraint("repeats >= 0", name=op.f("ck_uploads_repeats_not_negative")),
        sa.CheckConstraint("size >= 0", name=op.f("ck_uploads_size_not_negative")),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["cameras.id"], name=op.f("fk_uploads_camera_id_cameras"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
        sa.UniqueConstraint("camera_id", "sha256", name=op.f("uq_uploads_camera_id_sha256")),
    )
    op.create_index(
        "ix_uploads_camera_received",
        "uploads",
        ["camera_id", sa.text("received_at DESC"), sa.text("id DESC")],
    )
    op.create_index(
        "ix_uploads_received",
        "uploads",
        [sa.text("received_at DESC"), sa.text("id DESC")],
    )
    op.create_index("ix_uploads_received_brin", "uploads", ["received_at"], postgresql_using="brin")
    op.create_index(
        "ix_uploads_state_received",
        "uploads",
        ["state", sa.text("received_at DESC"), sa.text("id DESC")],
        postgresql_where=sa.text("state IN ('rejected', 'failed', 'expired')"),
    )
    op.create_index(
        "ix_uploads_unfinished",
        "uploads",
        ["camera_id", "state", "captured_at"],
        postgresql_where=sa.text("state IN ('pending', 'detected')"),
    )
    op.create_table(
        "action_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("camera_id", sa.String(), nullable=False),
        sa.Column("track_id", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("confidence", sa.Float(precision=53), nullable=False),
        sa.Column("is_suspicious", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("timestamp", sa.DateTime(timezone=True), nullable=False, comment="Event time of the last frame"),
        sa.Column("frame_count", sa.Integer(), nullable=False),
        sa.Column(
            "all_scores",
            postgresql.JSONB(),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
            comment="Action to score",
        ),
        sa.Column("model", sa.String(), nullable=False, comment="Which model said so"),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name=op.f("ck_action_events_confidence_range")),
        sa.CheckConstraint("frame_count > 0", name=op.f("ck_action_events_frame_count")),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["cameras.id"], name=op.f("fk_action_events_camera_id_cameras"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["track_id"], ["tracks.id"], name=op.f("fk_action_events_track_id_tracks"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_events")),
        sa.UniqueConstraint("track_id", "action", "timestamp", name=op.f("uq_action_events_track_id_action_timestamp")),
    )
    op.create_index(
        "ix_action_events_camera_timestamp",
        "action_events",
        ["camera_id", sa.text("timestamp DESC"), sa.text("id DESC")],
    )
    op.create_index(
        "ix_action_events_timestamp",
        "action_events",
        [sa.text("timestamp DESC"), sa.text("id DESC")],
    )
    op.create_index("ix_action_events_timestamp_brin", "action_events", ["timestamp"], postgresql_using="brin")
    op.create_table(
        "activity_hours",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("camera_id", sa.String(), nullable=False),
        sa.Column("zone_id", sa.BigInteger(), nullable=True, comment="Null: the whole picture"),
        sa.Column("object_class", sa.String(), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False, comment="Start of the hour, UTC"),
        sa.Column("tracks", sa.Integer(), server_default="0", nullable=False, comment="Objects, not frames"),
        sa.Column("crossings", sa.Integer(), server_default="0", nullable=False),
        sa.Column("dwell_sum", sa.Float(precision=53), server_default="0", nullable=False, comment="Seconds"),
        sa.Column(
            "dwell_square_sum",
            sa.Float(precision=53),
            server_default="0",
            nullable=False,
            comment="Square seconds, for the variance",
        ),
        sa.CheckConstraint("crossings >= 0", name=op.f("ck_activity_hours_crossings_not_negative")),
        sa.CheckConstraint("dwell_square_sum >= 0", name=op.f("ck_activity_hours_dwell_square_sum_not_negative")),
        sa.CheckConstraint("dwell_sum >= 0", name=op.f("ck_activity_hours_dwell_sum_not_negative")),
        sa.CheckConstraint("mod(extract(epoch FROM hour), 3600) = 0", name=op.f("ck_activity_hours_whole_hour")),
        sa.CheckConstraint("tracks >= 0", name=op.f("ck_activity_hours_tracks_not_negative")),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["cameras.id"], name=op.f("fk_activity_hours_camera_id_cameras"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["zone_id"], ["camera_zones.id"], name=op.f("fk_activity_hours_zone_id_camera_zones"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_hours")),
        sa.UniqueConstraint(
            "camera_id",
            "zone_id",
            "object_class",
            "hour",
            name=op.f("uq_activity_hours_camera_id_zone_id_object_class_hour"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index("ix_activity_hours_camera_hour", "activity_hours", ["camera_id", "hour"])
    op.create_index("ix_activity_hours_hour_brin", "activity_hours", ["hour"], postgresql_using="brin")
    op.create_index(op.f("ix_activity_hours_zone_id"), "activity_hours", ["zone_id"])
    op.create_table(
        "detections",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("upload_id", sa.BigInteger(), nullable=False),
        sa.Column("camera_id", sa.String(), nullable=False),
        sa.Column("file_path", sa.String(), nullable=False, comment="Readable form of the upload's path, for people"),
        sa.Column("frame_no", sa.Integer(), server_default="0", nullable=False),
        sa.Column("ordinal", sa.SmallInteger(), nullable=False, comment="Place within the frame"),
        sa.Column("detected_at", sa.DateTime(timezone=True), nullable=False, comment="Event time of the frame"),
        sa.Column("object_type", sa.String(), nullable=False),
        sa.Column("confidence", sa.Float(precision=53), nullable=False),
        sa.Column("x1", sa.Float(precision=53), nullable=False),
        sa.Column("y1", sa.Float(precision=53), nullable=False),
        sa.Column("x2", sa.Float(precision=53), nullable=False),
        sa.Column("y2", sa.Float(precision=53), nullable=False),
        sa.Column("frame_width", sa.Integer(), nullable=False),
        sa.Column("frame_height", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False, comment="Which detector said so"),
        sa.Column("appearance", sa.LargeBinary(), nullable=True, comment="float16 vector for association in tracks"),
        sa.Column("batch_id", sa.BigInteger(), nullable=True),
        sa.Column("excluded_because", sa.String(), nullable=True),
        sa.Column("track_id", sa.BigInteger(), nullable=True),
        sa.Column("thumbnail_path", sa.String(), nullable=True, comment="Relative to the media folder"),
        sa.Column(
            "enrichment_data",
            postgresql.JSONB(),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("labels", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.CheckConstraint("media_type IN ('image', 'video')", name=op.f("ck_detections_media_type")),
        sa.CheckConstraint(
            "0 <= x1 AND x1 <= x2 AND x2 <= 1 AND 0 <= y1 AND y1 <= y2 AND y2 <= 1", name=op.f("ck_detections_box")
        ),
        sa.CheckConstraint("batch_id IS NULL OR excluded_because IS NULL", name=op.f("ck_detections_batch_or_reason")),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name=op.f("ck_detections_confidence_range")),
        sa.CheckConstraint("frame_no >= 0", name=op.f("ck_detections_frame_no_not_negative")),
        sa.CheckConstraint("frame_width > 0 AND frame_height > 0", name=op.f("ck_detections_frame_size")),
        sa.CheckConstraint("ordinal >= 0", name=op.f("ck_detections_ordinal_not_negative")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_detections_batch_id_batches"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["cameras.id"], name=op.f("fk_detections_camera_id_cameras"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["track_id"], ["tracks.id"], name=op.f("fk_detections_track_id_tracks"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["uploads.id"], name=op.f("fk_detections_upload_id_uploads"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_detections")),
        sa.UniqueConstraint("upload_id", "frame_no", "ordinal", name=op.f("uq_detections_upload_id_frame_no_ordinal")),
    )
    op.create_index(op.f("ix_detections_batch_id"), "detections", ["batch_id"])
    op.create_index(
        "ix_detections_camera_time",
        "detections",
        ["camera_id", sa.text("detected_at DESC"), sa.text("id DESC")],
    )
    op.create_index(
        "ix_detections_class_time",
        "detections",
        ["object_type", sa.text("detected_at DESC"), sa.text("id DESC")],
    )
    op.create_index("ix_detections_detected_brin", "detections", ["detected_at"], postgresql_using="brin")
    op.create_index(
        "ix_detections_excluded",
        "detections",
        [sa.text("detected_at DESC"), sa.text("id DESC")],
        postgresql_where=sa.text("excluded_because IS NOT NULL"),
    )
    op.create_index(
        "ix_detections_time",
        "detections",
        [sa.text("detected_at DESC"), sa.text("id DESC")],
    )
    op.create_index(
        "ix_detections_track",
        "detections",
        ["track_id"],
        postgresql_where=sa.text("track_id IS NOT NULL"),
    )
    op.create_table(
        "dwell_time_records",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("zone_id", sa.BigInteger(), nullable=False),
        sa.Column("camera_id", sa.String(), nullable=False),
        sa.Column("session", sa.Uuid(), nullable=False),
        sa.Column("track_id", sa.Integer(), nullable=False, comment="Number within the session"),
        sa.Column("object_class", sa.String(), nullable=False),
        sa.Column("entry_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "exit_time",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was last seen inside; null while it stays",
        ),
        sa.Column("total_seconds", sa.Float(precision=53), server_default="0", nullable=False),
        sa.Column("direction", sa.String(), nullable=True, comment="Only for a line"),
        sa.Column(
            "triggered_alert",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="Loitering was said once",
        ),
        sa.CheckConstraint("direction IN ('in', 'out')", name=op.f("ck_dwell_time_records_direction")),
        sa.CheckConstraint("exit_time >= entry_time", name=op.f("ck_dwell_time_records_span")),
        sa.CheckConstraint("total_seconds >= 0", name=op.f("ck_dwell_time_records_total_seconds_not_negative")),
        sa.ForeignKeyConstraint(
            ["camera_id", "session", "track_id"],
            ["tracks.camera_id", "tracks.session", "tracks.track_id"],
            name="fk_dwell_time_records_track",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["cameras.id"], name=op.f("fk_dwell_time_records_camera_id_cameras"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["zone_id"],
            ["camera_zones.id"],
            name=op.f("fk_dwell_time_records_zone_id_camera_zones"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dwell_time_records")),
        sa.UniqueConstraint(
            "zone_id", "camera_id", "session", "track_id", "entry_time", name="uq_dwell_time_records_stay"
        ),
    )
    op.create_index("ix_dwell_time_records_entry_brin", "dwell_time_records", ["entry_time"], postgresql_using="brin")
    op.create_index(
        "ix_dwell_time_records_open",
        "dwell_time_records",
        ["zone_id", "camera_id", "session", "track_id"],
        unique=True,
        postgresql_where=sa.text("exit_time IS NULL"),
    )
    op.create_index("ix_dwell_time_records_track", "dwell_time_records", ["camera_id", "session", "track_id"])
    op.create_index(
        "ix_dwell_time_records_zone_entry",
        "dwell_time_records",
        ["zone_id", sa.text("entry_time DESC"), sa.text("id DESC")],
    )
    op.create_table(
        "object_interactions",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("track_id", sa.BigInteger(), nullable=False, comment="Of the person"),
        sa.Column("object_track_id", sa.BigInteger(), nullable=False, comment="Of the object"),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confidence", sa.Float(precision=53), nullable=False),
        sa.CheckConstraint("kind IN ('carried', 'left', 'taken')", name=op.f("ck_object_interactions_kind")),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name=op.f("ck_object_interactions_confidence_range")),
        sa.CheckConstraint("track_id <> object_track_id", name=op.f("ck_object_interactions_two_tracks")),
        sa.ForeignKeyConstraint(
            ["object_track_id"],
            ["tracks.id"],
            name=op.f("fk_object_interactions_object_track_id_tracks"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["track_id"], ["tracks.id"], name=op.f("fk_object_interactions_track_id_tracks"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_object_interactions")),
        sa.UniqueConstraint(
            "track_id", "object_track_id", "kind", name=op.f("uq_object_interactions_track_id_object_track_id_kind")
        ),
    )
    op.create_index("ix_object_interactions_at_brin", "object_interactions", ["at"], postgresql_using="brin")
    op.create_index(op.f("ix_object_interactions_object_track_id"), "object_interactions", ["object_track_id"])
    op.create_table(
        "registered_vehicles",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("license_plate", sa.String(), nullable=True, comment="Upper case letters and digits, no gaps"),
        sa.Column("vehicle_type", sa.String(), server_default="other", nullable=False),
        sa.Column("color", sa.String(), nullable=True),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("trusted", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("reid_embedding", Vector(), nullable=True),
        sa.Column("embedding_model", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "license_plate ~ '^[[:alnum:]]{1,20}$' AND license_plate = upper(license_plate)",
            name=op.f("ck_registered_vehicles_license_plate"),
        ),
        sa.CheckConstraint(
            "vehicle_type IN ('car', 'truck', 'motorcycle', 'suv', 'van', 'other')",
            name=op.f("ck_registered_vehicles_vehicle_type"),
        ),
        sa.CheckConstraint(
            "(reid_embedding IS NULL) = (embedding_model IS NULL)",
            name=op.f("ck_registered_vehicles_reid_embedding_model"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["household_members.id"],
            name=op.f("fk_registered_vehicles_owner_id_household_members"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registered_vehicles")),
        sa.UniqueConstraint("license_plate", name=op.f("uq_registered_vehicles_license_plate")),
    )
    op.create_index(op.f("ix_registered_vehicles_owner_id"), "registered_vehicles", ["owner_id"])
    op.create_table(
        "upload_paths",
        sa.Column("volume", sa.String(), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=False),
        sa.Column("upload_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["uploads.id"], name=op.f("fk_upload_paths_upload_id_uploads"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("volume", "path", name=op.f("pk_upload_paths")),
    )
    op.create_index(op.f("ix_upload_paths_upload_id"), "upload_paths", ["upload_id"])
    op.create_table(
        "zone_activity_baselines",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("zone_id", sa.BigInteger(), nullable=False),
        sa.Column("camera_id", sa.String(), nullable=False),
        sa.Column(
            "hourly_pattern", sa.ARRAY(sa.Float(precision=53)), nullable=False, comment="Mean tracks, by local hour"
        ),
        sa.Column("hourly_std", sa.ARRAY(sa.Float(precision=53)), nullable=False),
        sa.Column(
            "daily_pattern", sa.ARRAY(sa.Float(precision=53)), nullable=False, comment="Mean tracks a day, Monday first"
        ),
        sa.Column("daily_std", sa.ARRAY(sa.Float(precision=53)), nullable=False),
        sa.Column(
            "class_distribution",
            postgresql.JSONB(),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
            comment="Class to its share of the tracks",
        ),
        sa.Column("daily_count_mean", sa.Float(precision=53), server_default="0", nullable=False),
        sa.Column("daily_count_std", sa.Float(precision=53), server_default="0", nullable=False),
        sa.Column("daily_count_min", sa.Integer(), server_default="0", nullable=False),
        sa.Column("daily_count_max", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "crossing_rate_mean",
            sa.Float(precision=53),
            nullable=True,
            comment="Crossings an hour; null: never measured",
        ),
        sa.Column("crossing_rate_std", sa.Float(precision=53), nullable=True),
        sa.Column("dwell_mean", sa.Float(precision=53), nullable=True, comment="Seconds; null: never measured"),
        sa.Column("dwell_std", sa.Float(precision=53), nullable=True),
        sa.Column("sample_count", sa.Integer(), server_default="0", nullable=False, comment="Hours observed"),
        sa.Column("last_updated", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "cardinality(daily_pattern) = 7 AND array_position(daily_pattern, NULL) IS NULL",
            name=op.f("ck_zone_activity_baselines_daily_pattern_length"),
        ),
        sa.CheckConstraint(
            "cardinality(daily_std) = 7 AND array_position(daily_std, NULL) IS NULL",
            name=op.f("ck_zone_activity_baselines_daily_std_length"),
        ),
        sa.CheckConstraint(
            "cardinality(hourly_pattern) = 24 AND array_position(hourly_pattern, NULL) IS NULL",
            name=op.f("ck_zone_activity_baselines_hourly_pattern_length"),
        ),
        sa.CheckConstraint(
            "cardinality(hourly_std) = 24 AND array_position(hourly_std, NULL) IS NULL",
            name=op.f("ck_zone_activity_baselines_hourly_std_length"),
        ),
        sa.CheckConstraint(
            "crossing_rate_mean >= 0", name=op.f("ck_zone_activity_baselines_crossing_rate_mean_not_negative")
        ),
        sa.CheckConstraint(
            "crossing_rate_std >= 0", name=op.f("ck_zone_activity_baselines_crossing_rate_std_not_negative")
        ),
        sa.CheckConstraint(
            "daily_count_mean >= 0", name=op.f("ck_zone_activity_baselines_daily_count_mean_not_negative")
        ),
        sa.CheckConstraint(
            "daily_count_min <= daily_count_max", name=op.f("ck_zone_activity_baselines_daily_count_span")
        ),
        sa.CheckConstraint(
            "daily_count_min >= 0", name=op.f("ck_zone_activity_baselines_daily_count_min_not_negative")
        ),
        sa.CheckConstraint(
            "daily_count_std >= 0", name=op.f("ck_zone_activity_baselines_daily_count_std_not_negative")
        ),
        sa.CheckConstraint("dwell_mean >= 0", name=op.f("ck_zone_activity_baselines_dwell_mean_not_negative")),
        sa.CheckConstraint("dwell_std >= 0", name=op.f("ck_zone_activity_baselines_dwell_std_not_negative")),
        sa.CheckConstraint("sample_count >= 0", name=op.f("ck_zone_activity_baselines_sample_count_not_negative")),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["cameras.id"], name=op.f("fk_zone_activity_baselines_camera_id_cameras"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["zone_id"],
            ["camera_zones.id"],
            name=op.f("fk_zone_activity_baselines_zone_id_camera_zones"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone_activity_baselines")),
        sa.UniqueConstraint("zone_id", name=op.f("uq_zone_activity_baselines_zone_id")),
    )
    op.create_index(op.f("ix_zone_activity_baselines_camera_id"), "zone_activity_baselines", ["camera_id"])
    op.create_table(
        "zone_household_configs",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("zone_id", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("allowed_member_ids", sa.ARRAY(sa.BigInteger()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("allowed_vehicle_ids", sa.ARRAY(sa.BigInteger()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column(
            "access_schedules",
            postgresql.JSONB(),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
            comment="[{member_ids, cron, description}]",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "jsonb_typeof(access_schedules) = 'array'", name=op.f("ck_zone_household_configs_access_schedules")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["household_members.id"],
            name=op.f("fk_zone_household_configs_owner_id_household_members"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["zone_id"],
            ["camera_zones.id"],
            name=op.f("fk_zone_household_configs_zone_id_camera_zones"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone_household_configs")),
        sa.UniqueConstraint("zone_id", name=op.f("uq_zone_household_configs_zone_id")),
    )
    op.create_index(
        "ix_zone_household_configs_members",
        "zone_household_configs",
        ["allowed_member_ids"],
        postgresql_using="gin",
    )
    op.create_index(op.f("ix_zone_household_configs_owner_id"), "zone_household_configs", ["owner_id"])
    op.create_index(
        "ix_zone_household_configs_vehicles",
        "zone_household_configs",
        ["allowed_vehicle_ids"],
        postgresql_using="gin",
    )
    op.create_table(
        "action_results",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("detection_id", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("confidence", sa.Float(precision=53), nullable=False),
        sa.Column("is_suspicious", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "all_scores",
            postgresql.JSONB(),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
            comment="Action to score",
        ),
        sa.Column("model", sa.String(), nullable=False, comment="Which model said so"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name=op.f("ck_action_results_confidence_range")),
        sa.ForeignKeyConstraint(
            ["detection_id"],
            ["detections.id"],
            name=op.f("fk_action_results_detection_id_detections"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_results")),
        sa.UniqueConstraint("detection_id", name=op.f("uq_action_results_detection_id")),
    )
    op.create_table(
        "demographics_results",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("detection_id", sa.BigInteger(), nullable=False),
        sa.Column("age_range", sa.String(), nullable=False),
        sa.Column("age_confidence", sa.Float(precision=53), nullable=False),
        sa.Column("gender", sa.String(), nullable=False),
        sa.Column("gender_confidence", sa.Float(precision=53), nullable=False),
        sa.Column("model", sa.String(), nullable=False, comment="Which model said so"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "age_range IN ('0-10', '11-20', '21-30', '31-40', '41-50', '51-60', '61-70', '71-80', '81+', 'unknown')",
            name=op.f("ck_demographics_results_age_range"),
        ),
        sa.CheckConstraint("gender IN ('male', 'female', 'unknown')", name=op.f("ck_demographics_results_gender")),
        sa.CheckConstraint("age_confidence BETWEEN 0 AND 1", name=op.f("ck_demographics_results_age_confidence_range")),
        sa.CheckConstraint(
            "gender_confidence BETWEEN 0 AND 1", name=op.f("ck_demographics_results_gender_confidence_range")
        ),
        sa.ForeignKeyConstraint(
            ["detection_id"],
            ["detections.id"],
            name=op.f("fk_demographics_results_detection_id_detections"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demographics_results")),
        sa.UniqueConstraint("detection_id", name=op.f("uq_demographics_results_detection_id")),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("batch_revision", sa.Integer(), nullable=False, comment="An update only ever raises it"),
        sa.Column("incident_id", sa.BigInteger(), nullable=True),
        sa.Column("camera_id", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(), server_default="open", nullable=False),
        sa.Column("risk_score", sa.SmallInteger(), nullable=False),
        sa.Column("risk_level", sa.String(), nullable=False),
        sa.Column("risk_source", sa.String(), server_default="evidence", nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("reasoning", sa.String(), nullable=False),
        sa.Column("object_types", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("detection_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cover_detection_id", sa.BigInteger(), nullable=True, comment="Its picture stands for the event"),
        sa.Column("is_fast_path", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("reviewed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("snooze_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search_vector", postgresql.TSVECTOR(), nullable=True),
        sa.Column("embedding", Vector(), nullable=True),
        sa.Column("embedding_model", sa.String(), nullable=True),
        sa.Column(
            "revision", sa.Integer(), server_default="1", nullable=False, comment="Raised by every change anyone makes"
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("risk_level IN ('low', 'medium', 'high', 'critical')", name=op.f("ck_events_risk_level")),
        sa.CheckConstraint("risk_source IN ('evidence', 'llm')", name=op.f("ck_events_risk_source")),
        sa.CheckConstraint("status IN ('open', 'closed')", name=op.f("ck_events_status")),
        sa.CheckConstraint("(embedding IS NULL) = (embedding_model IS NULL)", name=op.f("ck_events_embedding_model")),
        sa.CheckConstraint("detection_count >= 0", name=op.f("ck_events_detection_count_not_negative")),
        sa.CheckConstraint("ended_at >= started_at", name=op.f("ck_events_span")),
        sa.CheckConstraint("risk_score BETWEEN 0 AND 100", name=op.f("ck_events_risk_score_range")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_events_batch_id_batches"), ondelete="NO ACTION"
        ),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["cameras.id"], name=op.f("fk_events_camera_id_cameras"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["cover_detection_id"],
            ["detections.id"],
            name=op.f("fk_events_cover_detection_id_detections"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_events_incident_id_incidents"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("batch_id", name=op.f("uq_events_batch_id")),
    )
    op.create_index("ix_events_camera_ended", "events", ["camera_id", "ended_at"])
    op.create_index(
        "ix_events_camera_started",
        "events",
        ["camera_id", sa.text("started_at DESC"), sa.text("id DESC")],
    )
    op.create_index(op.f("ix_events_cover_detection_id"), "events", ["cover_detection_id"])
    op.create_index(op.f("ix_events_incident_id"), "events", ["incident_id"])
    op.create_index(
        "ix_events_level_started",
        "events",
        ["risk_level", sa.text("started_at DESC"), sa.text("id DESC")],
    )
    op.create_index("ix_events_object_types", "events", ["object_types"], postgresql_using="gin")
    op.create_index(
        "ix_events_open",
        "events",
        [sa.text("started_at DESC"), sa.text("id DESC")],
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index("ix_events_search", "events", ["search_vector"], postgresql_using="gin")
    op.create_index(
        "ix_events_started",
        "events",
        [sa.text("started_at DESC"), sa.text("id DESC")],
    )
    op.create_index("ix_events_started_brin", "events", ["started_at"], postgresql_using="brin")
    op.create_index(
        "ix_events_unreviewed",
        "events",
        [sa.text("started_at DESC"), sa.text("id DESC")],
        postgresql_where=sa.text("reviewed IS false"),
    )
    op.create_table(
        "face_detection_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("camera_id", sa.String(), nullable=False),
        sa.Column("detection_id", sa.BigInteger(), nullable=True),
        sa.Column("timestamp", sa.DateTime(timezone=True), nullable=False, comment="Event time"),
        sa.Column("bbox", sa.ARRAY(sa.Float(precision=53)), nullable=False, comment="x1, y1, x2, y2 in 0..1"),
        sa.Column("model", sa.String(), nullable=False, comment="Which detector found the face"),
        sa.Column("embedding", Vector(), nullable=True),
        sa.Column("embedding_model", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column(
            "is_unknown", sa.Boolean(), nullable=False, comment="A face that could be compared and is nobody known"
        ),
        sa.Column("matched_person_id", sa.BigInteger(), nullable=True),
        sa.Column("match_confidence", sa.Float(precision=53), nullable=True),
        sa.Column("covered", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("quality", sa.Float(precision=53), nullable=False),
        sa.Column("age_estimate", sa.SmallInteger(), nullable=True),
        sa.Column("gender_estimate", sa.String(), nullable=True),
        sa.CheckConstraint(
            "gender_estimate IN ('male', 'female', 'unknown')", name=op.f("ck_face_detection_events_gender_estimate")
        ),
        sa.CheckConstraint("is_unknown = (outcome = 'unknown')", name=op.f("ck_face_detection_events_is_unknown")),
        sa.CheckConstraint(
            "outcome = 'match' OR matched_person_id IS NULL", name=op.f("ck_face_detection_events_matched")
        ),
        sa.CheckConstraint(
            "outcome IN ('match', 'unknown', 'not_identifiable')", name=op.f("ck_face_detection_events_outcome")
        ),
        sa.CheckConstraint(
            "(embedding IS NULL) = (embedding_model IS NULL)", name=op.f("ck_face_detection_events_embedding_model")
        ),
        sa.CheckConstraint("age_estimate BETWEEN 0 AND 130", name=op.f("ck_face_detection_events_age_estimate_range")),
        sa.CheckConstraint(
            "cardinality(bbox) = 4 AND array_position(bbox, NULL) IS NULL AND 0 <= ALL(bbox) AND 1 >= "
            "ALL(bbox) AND bbox[1] <= bbox[3] AND bbox[2] <= bbox[4]",
            name=op.f("ck_face_detection_events_bbox"),
        ),
        sa.CheckConstraint(
            "match_confidence BETWEEN 0 AND 1", name=op.f("ck_face_detection_events_match_confidence_range")
        ),
        sa.CheckConstraint("quality BETWEEN 0 AND 1", name=op.f("ck_face_detection_events_quality_range")),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["cameras.id"], name=op.f("fk_face_detection_events_camera_id_cameras"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["detection_id"],
            ["detections.id"],
            name=op.f("fk_face_detection_events_detection_id_detections"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["matched_person_id"],
            ["known_persons.id"],
            name=op.f("fk_face_detection_events_matched_person_id_known_persons"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_face_detection_events")),
    )
    op.create_index(
        "ix_face_detection_events_camera_timestamp",
        "face_detection_events",
        ["camera_id", sa.text("timestamp DESC"), sa.text("id DESC")],
    )
    op.create_index(op.f("ix_face_detection_events_detection_id"), "face_detection_events", ["detection_id"])
    op.create_index(
        "ix_face_detection_events_person",
        "face_detection_events",
        ["matched_person_id", sa.text("timestamp DESC"), sa.text("id DESC")],
        postgresql_where=sa.text("matched_person_id IS NOT NULL"),
    )
    op.create_index(
        "ix_face_detection_events_timestamp",
        "face_detection_events",
        [sa.text("timestamp DESC"), sa.text("id DESC")],
    )
    op.create_index(
        "ix_face_detection_events_timestamp_brin",
        "face_detection_events",
        ["timestamp"],
        postgresql_using="brin",
    )
    op.create_index(
        "ix_face_detection_events_unknown",
        "face_detection_events",
        [sa.text("timestamp DESC"), sa.text("id DESC")],
        postgresql_where=sa.text("is_unknown"),
    )
    op.create_table(
        "pose_results",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("detection_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "keypoints",
            postgresql.JSONB(),
            nullable=False,
            comment="17 points of COCO: [x, y, confidence] in 0..1",
        ),
        sa.Column("pose_class", sa.String(), nullable=False),
        sa.Column("confidence", sa.Float(precision=53), nullable=False),
        sa.Column("is_suspicious", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("model", sa.String(), nullable=False, comment="Which model said so"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "CASE WHEN jsonb_typeof(keypoints) = 'array' THEN jsonb_array_length(keypoints) = 17 ELSE false END",
            name=op.f("ck_pose_results_keypoints"),
        ),
        sa.CheckConstraint(
            "pose_class IN ('standing', 'crouching', 'bending_over', 'arms_raised', 'sitting', "
            "'lying_down', 'unknown')",
            name=op.f("ck_pose_results_pose_class"),
        ),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name=op.f("ck_pose_results_confidence_range")),
        sa.ForeignKeyConstraint(
            ["detection_id"],
            ["detections.id"],
            name=op.f("fk_pose_results_detection_id_detections"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pose_results")),
        sa.UniqueConstraint("detection_id", name=op.f("uq_pose_results_detection_id")),
    )
    op.create_table(
        "reid_embeddings",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("detection_id", sa.BigInteger(), nullable=False),
        sa.Column("embedding", Vector(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("embedding_hash", sa.LargeBinary(), nullable=False, comment="sha256 of the vector's float32 bytes"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("octet_length(embedding_hash) = 32", name=op.f("ck_reid_embeddings_embedding_hash_length")),
        sa.ForeignKeyConstraint(
            ["detection_id"],
            ["detections.id"],
            name=op.f("fk_reid_embeddings_detection_id_detections"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reid_embeddings")),
        sa.UniqueConstraint("detection_id", name=op.f("uq_reid_embeddings_detection_id")),
    )
    op.create_index("ix_reid_embeddings_created_brin", "reid_embeddings", ["created_at"], postgresql_using="brin")
    op.create_index("ix_reid_embeddings_hash", "reid_embeddings", ["embedding_hash"])
    op.create_table(
        "threat_detections",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("detection_id", sa.BigInteger(), nullable=False),
        sa.Column("threat_type", sa.String(), nullable=False),
        sa.Column("confidence", sa.Float(precision=53), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column(
            "bbox", sa.ARRAY(sa.Float(precision=53)), nullable=False, comment="x1, y1, x2, y2 in 0..1 of the frame"
        ),
        sa.Column("model", sa.String(), nullable=False, comment="Which model said so"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "severity IN ('low', 'medium', 'high', 'critical')", name=op.f("ck_threat_detections_severity")
        ),
        sa.CheckConstraint(
            "threat_type IN ('gun', 'knife', 'grenade', 'explosive', 'weapon', 'other')",
            name=op.f("ck_threat_detections_threat_type"),
        ),
        sa.CheckConstraint(
            "cardinality(bbox) = 4 AND array_position(bbox, NULL) IS NULL AND 0 <= ALL(bbox) AND 1 >= "
            "ALL(bbox) AND bbox[1] <= bbox[3] AND bbox[2] <= bbox[4]",
            name=op.f("ck_threat_detections_bbox"),
        ),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name=op.f("ck_threat_detections_confidence_range")),
        sa.ForeignKeyConstraint(
            ["detection_id"],
            ["detections.id"],
            name=op.f("fk_threat_detections_detection_id_detections"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_threat_detections")),
    )
    op.create_index("ix_threat_detections_created_brin", "threat_detections", ["created_at"], postgresql_using="brin")
    op.create_index(op.f("ix_threat_detections_detection_id"), "threat_detections", ["detection_id"])
    op.create_table(
        "zone_anomalies",
        sa.Column("id", sa.String(), nullable=False, comment="Made from what was found, so that it is found once"),
        sa.Column("zone_id", sa.BigInteger(), nullable=False),
        sa.Column("camera_id", sa.String(), nullable=False),
        sa.Column("anomaly_type", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("expected", sa.Float(precision=53), nullable=True),
        sa.Column("actual", sa.Float(precision=53), nullable=True),
        sa.Column("deviation", sa.Float(precision=53), nullable=True, comment="In standard deviations"),
        sa.Column("detection_id", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.String(), nullable=True),
        sa.Column("timestamp", sa.DateTime(timezone=True), nullable=False, comment="Event time"),
        sa.CheckConstraint(
            "anomaly_type IN ('unusual_time', 'unusual_frequency', 'unusual_dwell', 'unusual_entity')",
            name=op.f("ck_zone_anomalies_anomaly_type"),
        ),
        sa.CheckConstraint("severity IN ('info', 'warning', 'critical')", name=op.f("ck_zone_anomalies_severity")),
        sa.CheckConstraint("acknowledged = (acknowledged_at IS NOT NULL)", name=op.f("ck_zone_anomalies_acknowledged")),
        sa.CheckConstraint("deviation >= 0", name=op.f("ck_zone_anomalies_deviation_not_negative")),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["cameras.id"], name=op.f("fk_zone_anomalies_camera_id_cameras"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["detection_id"],
            ["detections.id"],
            name=op.f("fk_zone_anomalies_detection_id_detections"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["zone_id"], ["camera_zones.id"], name=op.f("fk_zone_anomalies_zone_id_camera_zones"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone_anomalies")),
    )
    op.create_index(
        "ix_zone_anomalies_camera_timestamp",
        "zone_anomalies",
        ["camera_id", sa.text("timestamp DESC"), sa.text("id DESC")],
    )
    op.create_index(op.f("ix_zone_anomalies_detection_id"), "zone_anomalies", ["detection_id"])
    op.create_index(
        "ix_zone_anomalies_open",
        "zone_anomalies",
        [sa.text("timestamp DESC")],
        postgresql_where=sa.text("NOT acknowledged"),
    )
    op.create_index(
        "ix_zone_anomalies_timestamp",
        "zone_anomalies",
        [sa.text("timestamp DESC"), sa.text("id DESC")],
    )
    op.create_index("ix_zone_anomalies_timestamp_brin", "zone_anomalies", ["timestamp"], postgresql_using="brin")
    op.create_index(
        "ix_zone_anomalies_zone_timestamp",
        "zone_anomalies",
        ["zone_id", sa.text("timestamp DESC"), sa.text("id DESC")],
    )
    op.create_table(
        "alerts",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=True),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("status", sa.String(), server_default="pending", nullable=False),
        sa.Column("dedup_key", sa.String(), nullable=False),
        sa.Column(
            "channels",
            sa.ARRAY(sa.BigInteger()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="Ids of notification_channels",
        ),
        sa.Column("metadata", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column(
            "late",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="Captured more than 15 minutes before it was known",
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False, comment="Raised by a rise in severity"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dismissed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("severity IN ('low', 'medium', 'high', 'critical')", name=op.f("ck_alerts_severity")),
        sa.CheckConstraint(
            "status <> 'acknowledged' OR acknowledged_at IS NOT NULL", name=op.f("ck_alerts_acknowledged")
        ),
        sa.CheckConstraint("status <> 'dismissed' OR dismissed_at IS NOT NULL", name=op.f("ck_alerts_dismissed")),
        sa.CheckConstraint(
            "status IN ('pending', 'delivered', 'acknowledged', 'dismissed')", name=op.f("ck_alerts_status")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_alerts_version")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_alerts_event_id_events"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["alert_rules.id"], name=op.f("fk_alerts_rule_id_alert_rules"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("event_id", "rule_id", name=op.f("uq_alerts_event_id_rule_id")),
    )
    op.create_index(
        "ix_alerts_created",
        "alerts",
        [sa.text("created_at DESC"), sa.text("id DESC")],
    )
    op.create_index("ix_alerts_created_brin", "alerts", ["created_at"], postgresql_using="brin")
    op.create_index("ix_alerts_dedup_key", "alerts", ["dedup_key", sa.text("created_at DESC")])
    op.create_index(op.f("ix_alerts_rule_id"), "alerts", ["rule_id"])
    op.create_index(
        "ix_alerts_severity_created",
        "alerts",
        ["severity", sa.text("created_at DESC"), sa.text("id DESC")],
    )
    op.create_index(
        "ix_alerts_status_created",
        "alerts",
        ["status", sa.text("created_at DESC"), sa.text("id DESC")],
    )
    op.create_table(
        "event_audits",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column(
            "cause", sa.String(), nullable=False, comment="batch:7, llm:7, enrich:7:pose, feedback, reanalyze:<job>"
        ),
        sa.Column("evidence", postgresql.JSONB(), nullable=False),
        sa.Column("prior", sa.Float(precision=53), nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=False),
        sa.Column("calibration_id", sa.BigInteger(), nullable=True),
        sa.Column("scorer", sa.String(), nullable=False, comment="Version of the scorer"),
        sa.Column(
            "models",
            postgresql.JSONB(),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
            comment="Which models contributed",
        ),
        sa.Column("prompt_version_id", sa.BigInteger(), nullable=True),
        sa.Column("prompt", sa.String(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("latency_s", sa.Float(precision=53), nullable=True),
        sa.Column("quality", postgresql.JSONB(), nullable=True, comment="Scores 1..5"),
        sa.Column("critique", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_event_audits_score_range")),
        sa.ForeignKeyConstraint(
            ["calibration_id"],
            ["calibrations.id"],
            name=op.f("fk_event_audits_calibration_id_calibrations"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_event_audits_event_id_events"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["prompt_version_id"],
            ["prompt_versions.id"],
            name=op.f("fk_event_audits_prompt_version_id_prompt_versions"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_audits")),
        sa.UniqueConstraint("event_id", "cause", name=op.f("uq_event_audits_event_id_cause")),
    )
    op.create_index(op.f("ix_event_audits_calibration_id"), "event_audits", ["calibration_id"])
    op.create_index("ix_event_audits_event_revision", "event_audits", ["event_id", "revision"])
    op.create_index(op.f("ix_event_audits_prompt_version_id"), "event_audits", ["prompt_version_id"])
    op.create_table(
        "event_detections",
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("detection_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["detection_id"],
            ["detections.id"],
            name=op.f("fk_event_detections_detection_id_detections"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_event_detections_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "detection_id", name=op.f("pk_event_detections")),
    )
    op.create_index(op.f("ix_event_detections_detection_id"), "event_detections", ["detection_id"])
    op.create_table(
        "event_feedback",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("feedback_type", sa.String(), nullable=False),
        sa.Column("expected_severity", sa.String(), nullable=True),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("actual_identity", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "expected_severity IN ('low', 'medium', 'high', 'critical')",
            name=op.f("ck_event_feedback_expected_severity"),
        ),
        sa.CheckConstraint(
            "feedback_type IN ('accurate', 'false_positive', 'missed_threat', 'severity_wrong')",
            name=op.f("ck_event_feedback_feedback_type"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_event_feedback_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_feedback")),
        sa.UniqueConstraint("event_id", name=op.f("uq_event_feedback_event_id")),
    )
    op.create_table(
        "person_embeddings",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("embedding", Vector(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("source_event_id", sa.BigInteger(), nullable=True),
        sa.Column("confidence", sa.Float(precision=53), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name=op.f("ck_person_embeddings_confidence_range")),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["household_members.id"],
            name=op.f("fk_person_embeddings_member_id_household_members"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["source_event_id"],
            ["events.id"],
            name=op.f("fk_person_embeddings_source_event_id_events"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_embeddings")),
    )
    op.create_index(op.f("ix_person_embeddings_member_id"), "person_embeddings", ["member_id"])
    op.create_index(op.f("ix_person_embeddings_source_event_id"), "person_embeddings", ["source_event_id"])
    op.create_table(
        "notification_deliveries",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("alert_version", sa.Integer(), nullable=False),
        sa.Column("step", sa.SmallInteger(), server_default="0", nullable=False, comment="Of the escalation"),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), server_default="pending", nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("next_try", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'delivered') = (delivered_at IS NOT NULL)", name=op.f("ck_notification_deliveries_delivered")
        ),
        sa.CheckConstraint("state <> 'failed' OR error IS NOT NULL", name=op.f("ck_notification_deliveries_reason")),
        sa.CheckConstraint(
            "state IN ('pending', 'delivered', 'failed', 'suppressed')", name=op.f("ck_notification_deliveries_state")
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_notification_deliveries_attempts_not_negative")),
        sa.CheckConstraint("step >= 0", name=op.f("ck_notification_deliveries_step_not_negative")),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alerts.id"], name=op.f("fk_notification_deliveries_alert_id_alerts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["notification_channels.id"],
            name=op.f("fk_notification_deliveries_channel_id_notification_channels"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification_deliveries")),
        sa.UniqueConstraint("alert_id", "alert_version", "step", "channel_id", name="uq_notification_deliveries_once"),
    )
    op.create_index(op.f("ix_notification_deliveries_channel_id"), "notification_deliveries", ["channel_id"])
    op.create_index(
        "ix_notification_deliveries_due",
        "notification_deliveries",
        ["next_try"],
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_notification_deliveries_failed",
        "notification_deliveries",
        [sa.text("created_at DESC")],
        postgresql_where=sa.text("state = 'failed'"),
    )
    # Detections point to tracks, tracks to entities, entities to detections: one key has to wait for all tables.
    op.create_foreign_key(
        op.f("fk_entities_primary_detection_id_detections"),
        "entities",
        "detections",
        ["primary_detection_id"],
        ["id"],
        ondelete="SET NULL",
        deferrable=True,
    )
    op.execute("INSERT INTO outbox_head (id, seq) VALUES (1, 0)")


def downgrade() -> None:
    """Drop all tables; the extension stays, it may serve others."""
    op.drop_constraint(op.f("fk_entities_primary_detection_id_detections"), "entities", type_="foreignkey")
    for table in (
        "notification_deliveries",
        "person_embeddings",
        "event_feedback",
        "event_detections",
        "event_audits",
        "alerts",
        "zone_anomalies",
        "threat_detections",
        "reid_embeddings",
        "pose_results",
        "face_detection_events",
        "events",
        "demographics_results",
        "action_results",
        "zone_household_configs",
        "zone_activity_baselines",
        "upload_paths",
        "registered_vehicles",
        "object_interactions",
        "dwell_time_records",
        "detections",
        "activity_hours",
        "action_events",
        "uploads",
        "tracks",
        "scene_references",
        "scene_changes",
        "idempotency_keys",
        "household_members",
        "heatmap_data",
        "face_embeddings",
        "class_baselines",
        "camera_zones",
        "calibrations",
        "batches",
        "api_sessions",
        "activity_baselines",
        "prompt_versions",
        "outbox_readers",
        "outbox_head",
        "outbox",
        "notification_channels",
        "logs",
        "known_persons",
        "jobs",
        "incidents",
        "gpu_stats",
        "entities",
        "cameras",
        "audit_logs",
        "api_keys",
        "alert_rules",
        "alert_cooldowns",
    ):
        op.drop_table(table)
