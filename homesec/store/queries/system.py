"""What waits, what was given up, how much there is."""

from collections.abc import Sequence

from sqlalchemy import RowMapping, func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from homesec.store.queries.paging import Scope, Slice, newest_first, rows, within
from homesec.store.tables import Batch, Camera, Event, Upload
from homesec.store.writes.batches import MAX_ATTEMPTS

_UNFINISHED = ("pending", "detected")
IS_DUE = or_(Batch.analysed_revision < Batch.revision, Batch.judged_senses < Batch.senses_revision)
_GIVEN_UP = ("rejected", "failed", "expired")


async def ping(connection: AsyncConnection) -> None:
    await connection.scalar(select(literal(1)))


async def uploads_by_state(connection: AsyncConnection) -> dict[str, int]:
    """Those that are not simply done, from two small partial indexes."""
    counts = dict.fromkeys((*_UNFINISHED, *_GIVEN_UP), 0)
    for states in (_UNFINISHED, _GIVEN_UP):
        statement = select(Upload.state, func.count()).where(Upload.state.in_(states)).group_by(Upload.state)
        counts |= {state: count for state, count in await connection.execute(statement)}
    return counts


async def all_uploads(connection: AsyncConnection) -> int:
    return await connection.scalar(select(func.count()).select_from(Upload)) or 0


async def batches_due(connection: AsyncConnection) -> int:
    statement = select(func.count()).where(Batch.eventful, IS_DUE)
    return await connection.scalar(statement.select_from(Batch)) or 0


async def cameras_by_status(connection: AsyncConnection) -> dict[str, int]:
    statement = select(Camera.status, func.count()).where(Camera.deleted_at.is_(None)).group_by(Camera.status)
    return {status: count for status, count in await connection.execute(statement)}


async def events_by_level(connection: AsyncConnection) -> dict[str, int]:
    statement = select(Event.risk_level, func.count()).where(Event.deleted_at.is_(None)).group_by(Event.risk_level)
    return {level: count for level, count in await connection.execute(statement)}


async def dead_letters(connection: AsyncConnection, scope: Scope, part: Slice) -> Sequence[RowMapping]:
    """Failed uploads, and batches whose analysis failed too often. `place` makes ids of both kinds one order."""
    uploads = select(
        literal("upload").label("kind"), Upload.id, Upload.camera_id, Upload.error, Upload.attempts,
        Upload.received_at.label("at"), (Upload.id * 2).label("place"),
    ).where(Upload.state == "failed", *within(Upload.camera_id, scope))  # fmt: skip
    batches = select(
        literal("batch").label("kind"), Batch.id, Batch.camera_id, Batch.error, Batch.attempts,
        Batch.last_at.label("at"), (Batch.id * 2 + 1).label("place"),
    ).where(
        Batch.eventful, IS_DUE, Batch.attempts >= MAX_ATTEMPTS,
        *within(Batch.camera_id, scope),
    )  # fmt: skip
    letters = union_all(uploads, batches).subquery()
    statement = newest_first(select(*letters.c), letters.c.at, letters.c.place, part)
    return await rows(connection, statement)
