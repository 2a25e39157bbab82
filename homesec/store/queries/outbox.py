"""The outbox: what readers are told, by dense number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from homesec.store.tables import OutboxHead, OutboxMessage


@dataclass(frozen=True)
class Line:
    """One message."""

    seq: int
    type: str
    at: datetime
    payload: dict[str, Any]


async def head(connection: AsyncConnection) -> int:
    """The number of the newest message; 0 before the first."""
    return await connection.scalar(select(OutboxHead.seq)) or 0


async def tail(connection: AsyncConnection) -> int | None:
    """The number of the oldest message that is kept."""
    return await connection.scalar(select(func.min(OutboxMessage.seq)))


async def lines(connection: AsyncConnection, after: int, limit: int) -> Sequence[Line]:
    """The messages after a number, in their order. Numbers are dense and in commit order: nothing is skipped."""
    statement = (
        select(OutboxMessage.seq, OutboxMessage.type, OutboxMessage.created_at, OutboxMessage.payload)
        .where(OutboxMessage.seq > after)
        .order_by(OutboxMessage.seq)
        .limit(limit)
    )
    return [Line(*row) for row in await connection.execute(statement)]
