"""Cameras."""

from collections.abc import Sequence

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from homesec.errors import NotFound
from homesec.store.queries.paging import Scope, row, rows, within
from homesec.store.tables import Camera, Upload

_COLUMNS = Camera.__table__.c


async def cameras(
    connection: AsyncConnection, scope: Scope, include_deleted: bool, limit: int, after: str | None
) -> Sequence[RowMapping]:
    """In the order of their ids, one more than `limit` if there are more."""
    statement = select(*_COLUMNS).where(*within(Camera.id, scope)).order_by(Camera.id).limit(limit + 1)
    if not include_deleted:
        statement = statement.where(Camera.deleted_at.is_(None))
    if after is not None:
        statement = statement.where(Camera.id > after)
    return await rows(connection, statement)


async def camera(connection: AsyncConnection, camera_id: str) -> RowMapping | None:
    statement = select(*_COLUMNS).where(Camera.id == camera_id)
    return await row(connection, statement)


async def existing(connection: AsyncConnection, camera_id: str) -> RowMapping:
    """The camera, also a deleted one. Raises NotFound."""
    found = await camera(connection, camera_id)
    if found is None:
        raise NotFound("there is no such camera")
    return found


async def last_volume(connection: AsyncConnection, camera_id: str) -> str | None:
    """The disk of the camera's newest upload: there lies its last picture too."""
    statement = (
        select(Upload.volume)
        .where(Upload.camera_id == camera_id)
        .order_by(Upload.received_at.desc(), Upload.id.desc())
        .limit(1)
    )
    found: str | None = await connection.scalar(statement)
    return found
