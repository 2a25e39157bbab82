"""Keys, sessions, the log of changes."""

from collections.abc import Sequence

from sqlalchemy import RowMapping, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from homesec.store.queries.paging import Slice, newest_first, row, rows
from homesec.store.tables import ApiKey, ApiSession, AuditLog, IdempotencyKey

_KEY = [column for column in ApiKey.__table__.c if column.name != "key_sha256"]
_LOG = [column for column in AuditLog.__table__.c if column.name not in ("ip", "prev_hash", "hash")]


async def holder(connection: AsyncConnection, sha256: bytes) -> RowMapping | None:
    """The valid key with this hash, or the valid key behind the live session with this hash (`session` is true)."""
    statement = (
        select(*_KEY, ApiSession.token_sha256.is_not(None).label("session"))
        .outerjoin(
            ApiSession,
            (ApiSession.key_id == ApiKey.id)
            & (ApiSession.token_sha256 == sha256)
            & (ApiSession.kind == "session")
            & (ApiSession.expires_at > func.now()),
        )
        .where(or_(ApiKey.key_sha256 == sha256, ApiSession.token_sha256 == sha256), ApiKey.revoked_at.is_(None))
    )
    return await row(connection, statement)


async def keys(connection: AsyncConnection, part: Slice) -> Sequence[RowMapping]:
    statement = newest_first(select(*_KEY), ApiKey.created_at, ApiKey.id, part)
    return await rows(connection, statement)


async def earlier_answer(connection: AsyncConnection, key_id: int, key: str) -> RowMapping | None:
    """What the request with this Idempotency-Key was answered."""
    statement = select(IdempotencyKey.request_sha256, IdempotencyKey.body).where(
        IdempotencyKey.key_id == key_id, IdempotencyKey.key == key
    )
    return await row(connection, statement)


async def audit_logs(
    connection: AsyncConnection, part: Slice, resource_type: str | None, resource_id: str | None
) -> Sequence[RowMapping]:
    statement = select(*_LOG, func.host(AuditLog.ip).label("ip"))
    if resource_type is not None:
        statement = statement.where(AuditLog.resource_type == resource_type)
    if resource_id is not None:
        statement = statement.where(AuditLog.resource_id == resource_id)
    statement = newest_first(statement, AuditLog.timestamp, AuditLog.id, part)
    return await rows(connection, statement)
