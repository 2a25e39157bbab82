"""What a run of retention would delete, and pictures whose rows are old."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from homesec.store.writes.retention import FACES_OF_STRANGERS, OLD_EVENT, OLD_ROWS, OLD_UPLOAD

_EVENTS = text(f"SELECT count(*) FROM events AS event WHERE {OLD_EVENT}")
_UPLOADS = text(f"SELECT count(*), coalesce(sum(one.size), 0) FROM uploads AS one WHERE {OLD_UPLOAD}")
_FACES = text(f"SELECT count(*) FROM face_detection_events AS one WHERE {FACES_OF_STRANGERS}")
_SCENES = text(
    """
    SELECT id, volume, file_path, before_path FROM scene_changes WHERE ended_at < :before AND id > :after
    ORDER BY id LIMIT :limit
    """
)


async def old_events(connection: AsyncConnection, before: datetime) -> int:
    return await connection.scalar(_EVENTS, {"before": before}) or 0


async def old_uploads(connection: AsyncConnection, before: datetime) -> tuple[int, int]:
    """How many, and their bytes."""
    count, size = (await connection.execute(_UPLOADS, {"before": before})).one()
    return int(count), int(size)


async def faces_of_strangers(connection: AsyncConnection, before: datetime) -> int:
    return await connection.scalar(_FACES, {"before": before}) or 0


async def old_rows(connection: AsyncConnection, table: str, before: datetime) -> int:
    """Rows of one of `OLD_ROWS` that nothing holds any more."""
    count = text(f"SELECT count(*) FROM {table} AS one WHERE {OLD_ROWS[table][1]}")
    return await connection.scalar(count, {"before": before}) or 0


async def old_scene_changes(
    connection: AsyncConnection, before: datetime, after: int, limit: int
) -> Sequence[RowMapping]:
    """Changes of views that are over, with their pictures, by id."""
    values = {"before": before, "after": after, "limit": limit}
    return (await connection.execute(_SCENES, values)).mappings().all()
