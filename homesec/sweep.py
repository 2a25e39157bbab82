"""The sweep: make again, from the rows, the queue entries of work that is unfinished and that nobody holds."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from homesec.bus import ANALYSIS_QUEUE, DETECTION_BACKLOG, DETECTION_QUEUE, Bus
from homesec.store.sessions import database_errors
from homesec.store.writes.batches import MAX_ATTEMPTS
from homesec.store.writes.camera_status import MarkSilentCameras
from homesec.store.writes.unit import Unit

EVERY_S = 30.0
_GRACE = timedelta(seconds=5)  # younger rows are just being enqueued by those who made them

Place = tuple[str, int]
"""An upload's time of arrival, as PostgreSQL reads it, and its id."""
FIRST: Place = ("-infinity", 0)
_LAST: Place = ("infinity", 0)

_PENDING = text(
    """
    SELECT uploads.id, uploads.received_at, uploads.received_at > now() - CAST(:live AS interval) AS live
    FROM uploads JOIN cameras ON cameras.id = uploads.camera_id
    WHERE uploads.state = 'pending' AND cameras.deleted_at IS NULL
        AND uploads.received_at < now() - CAST(:grace AS interval)
        AND (uploads.received_at, uploads.id) > (CAST(:after_at AS timestamptz), :after_id)
        AND (uploads.received_at, uploads.id) <= (CAST(:to_at AS timestamptz), :to_id)
    ORDER BY uploads.received_at, uploads.id LIMIT :limit
    """
)
_UNANALYSED = text(
    """
    SELECT id FROM batches
    WHERE eventful AND (analysed_revision < revision OR judged_senses < senses_revision) AND attempts < :most
    ORDER BY id LIMIT :limit
    """
)


@dataclass(frozen=True)
class Swept:
    """How many entries one sweep made."""

    uploads: int
    batches: int
    after: Place = FIRST
    """Where the next one goes on."""


async def sweep(
    engine: AsyncEngine,
    bus: Bus,
    write: Callable[[Unit], Awaitable[Any]],
    queue_limit: int,
    live_s: float,
    after: Place = FIRST,
) -> Swept:
    """One sweep. Raises Unavailable while PostgreSQL, Redis or the writer is away.

    It goes on where the one before had to end: files on a disk that is away stay pending whatever becomes of their
    entries, and, always taken first, would keep newer ones waiting for ever.
    """
    await write(MarkSilentCameras())
    # the queues are read before the rows: an entry finished in between belongs to a row that is finished by then
    held = await bus.bodies(DETECTION_QUEUE, "upload_id") | await bus.bodies(DETECTION_BACKLOG, "upload_id")
    analysing = await bus.bodies(ANALYSIS_QUEUE, "batch_id")
    with database_errors():
        async with engine.connect() as connection:
            limit = queue_limit + len(held)
            pending = await _pending(connection, live_s, after, _LAST, limit)
            if after != FIRST and len(pending) < limit:  # round to the oldest
                pending += await _pending(connection, live_s, FIRST, after, limit - len(pending))
            unanalysed = (
                (await connection.execute(_UNANALYSED, {"most": MAX_ATTEMPTS, "limit": queue_limit})).scalars().all()
            )
    room = max(0, queue_limit - len(held))
    lost = [row for row in pending if row.id not in held]
    seen_all = len(pending) < limit and len(lost) <= room
    lost = lost[:room]
    for queue, live in ((DETECTION_QUEUE, True), (DETECTION_BACKLOG, False)):
        await bus.add(queue, [{"upload_id": row.id} for row in lost if row.live is live])
    unasked = [batch_id for batch_id in unanalysed if batch_id not in analysing]
    await bus.add(ANALYSIS_QUEUE, [{"batch_id": batch_id} for batch_id in unasked])
    if seen_all:
        after = FIRST
    elif lost:
        after = (lost[-1].received_at.isoformat(), lost[-1].id)
    return Swept(len(lost), len(unasked), after)


async def _pending(connection: AsyncConnection, live_s: float, after: Place, to: Place, limit: int) -> list[Row[Any]]:
    """The oldest that arrived after the one place and not after the other."""
    given = {"live": timedelta(seconds=live_s), "grace": _GRACE, "limit": limit}
    places = {"after_at": after[0], "after_id": after[1], "to_at": to[0], "to_id": to[1]}
    return list((await connection.execute(_PENDING, {**given, **places})).all())
