"""Who may ask, and what was changed by whom."""

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.orm import Mapped, mapped_column

from homesec.store.base import Base, BigId, Created, EmptyDict, one_of, sha256_sized

ROLES = ("admin", "operator", "viewer")


class ApiKey(Base):
    """A key to the API; only its hash is kept."""

    __tablename__ = "api_keys"

    id: Mapped[BigId]
    name: Mapped[str]
    role: Mapped[str]
    key_sha256: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    cameras: Mapped[list[str] | None] = mapped_column(ARRAY(Text), comment="Null: all cameras")
    created_at: Mapped[Created]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    __table_args__ = (one_of("role", ROLES), *sha256_sized("key_sha256"))


class ApiSession(Base):
    """A browser's session, or (kind 'token') the one-time token that is traded for one."""

    __tablename__ = "api_sessions"

    token_sha256: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    key_id: Mapped[int] = mapped_column(ForeignKey("api_keys.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    created_at: Mapped[Created]
    expires_at: Mapped[datetime]

    __table_args__ = (
        one_of("kind", ("session", "token")),
        *sha256_sized("token_sha256"),
        Index("ix_api_sessions_expires", "expires_at"),
    )


class IdempotencyKey(Base):
    """The answer that a POST with this Idempotency-Key got."""

    __tablename__ = "idempotency_keys"

    key: Mapped[str] = mapped_column(primary_key=True)
    key_id: Mapped[int] = mapped_column(ForeignKey("api_keys.id", ondelete="CASCADE"), primary_key=True, index=True)
    request_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int] = mapped_column(SmallInteger)
    body: Mapped[dict[str, Any]]
    created_at: Mapped[Created]

    __table_args__ = (
        *sha256_sized("request_sha256"),
        CheckConstraint("status BETWEEN 100 AND 599", name="status"),
        Index("ix_idempotency_keys_created", "created_at"),
    )


class AuditLog(Base):
    """One change or one look at identity data; each row carries the hash of the row before it."""

    __tablename__ = "audit_logs"

    id: Mapped[BigId]
    timestamp: Mapped[Created]
    actor: Mapped[str] = mapped_column(comment="key:<id>, cli or system")
    action: Mapped[str]
    resource_type: Mapped[str]
    resource_id: Mapped[str | None]
    ip: Mapped[str | None] = mapped_column(INET)
    user_agent: Mapped[str | None]
    details: Mapped[EmptyDict] = mapped_column(comment="Ids, never names")
    status: Mapped[str] = mapped_column(server_default="ok")
    prev_hash: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (
        one_of("status", ("ok", "denied", "failed")),
        *sha256_sized("prev_hash", "hash"),
        Index("ix_audit_logs_timestamp", text("timestamp DESC"), text("id DESC")),
        Index("ix_audit_logs_resource", "resource_type", "resource_id", text("timestamp DESC"), text("id DESC")),
        Index("ix_audit_logs_timestamp_brin", "timestamp", postgresql_using="brin"),
    )
