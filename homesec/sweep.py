"""The sweep: make again, from the rows, the queue entries of work that is unfinished and that nobody holds."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from homesec.bus import ANALYSIS_QUEUE, DETECTION_BACKLOG, DETECTION_QUEUE, Bus
from homesec.store.sessions import database_errors
from homesec.store.writes.batches import MAX_ATTEMPTS
from homesec.store.writes.camera_status import MarkSilentCameras
from homesec.store.writes.unit import Unit

EVERY_S = 30.0
_GRACE = timedelta(seconds=5)  # younger rows are just being enqueued by those who made them

_PENDING = text(
    """
    SELECT uploads.id, uploads.received_at > now() - CAST(:live AS interval) AS live
    FROM uploads JOIN cameras ON cameras.id = uploads.camera_id
    WHERE uploads.state = 'pending' AND cameras.deleted_at IS NULL
        AND uploads.received_at < now() - CAST(:grace AS interval)
    ORDER BY uploads.received_at, uploads.id LIMIT :limit
    """
)
_UNANALYSED = text(
    """
    SELECT id FROM batches WHERE eventful AND analysed_revision < revision AND attempts < :most
    ORDER BY id LIMIT :limit
    """
)


@dataclass(frozen=True)
class Swept:
    """How many entries one sweep made."""

    uploads: int
    batches: int


async def sweep(
    engine: AsyncEngine, bus: Bus, write: Callable[[Unit], Awaitable[Any]], queue_limit: int, live_s: float
) -> Swept:
    """One sweep. Raises Unavailable while PostgreSQL, Redis or the writer is away."""
    await write(MarkSilentCameras())
    # the queues are read before the rows: an entry finished in between belongs to a row that is finished by then
    held = await bus.bodies(DETECTION_QUEUE, "upload_id") | await bus.bodies(DETECTION_BACKLOG, "upload_id")
    analysing = await bus.bodies(ANALYSIS_QUEUE, "batch_id")
    with database_errors():
        async with engine.connect() as connection:
            pending = (
                await connection.execute(
                    _PENDING,
                    {"live": timedelta(seconds=live_s), "grace": _GRACE, "limit": queue_limit + len(held)},
                )
            ).all()
            unanalysed = (
                (await connection.execute(_UNANALYSED, {"most": MAX_ATTEMPTS, "limit": queue_limit})).scalars().all()
            )
    room = max(0, queue_limit - len(held))
    lost = [row for row in pending if row.id not in held][:room]
    for queue, live in ((DETECTION_QUEUE, True), (DETECTION_BACKLOG, False)):
        await bus.add(queue, [{"upload_id": row.id} for row in lost if row.live is live])
    unasked = [batch_id for batch_id in unanalysed if batch_id not in analysing]
    await bus.add(ANALYSIS_QUEUE, [{"batch_id": batch_id} for batch_id in unasked])
    return Swept(len(lost), len(unasked))
