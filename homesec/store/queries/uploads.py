"""Uploads."""

from collections.abc import Sequence

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from homesec.store.queries.paging import Scope, Slice, newest_first, row, rows, within
from homesec.store.tables import Detection, EventDetection, Upload

_COLUMNS = Upload.__table__.c


async def uploads(
    connection: AsyncConnection, scope: Scope, states: Sequence[str], part: Slice
) -> Sequence[RowMapping]:
    statement = select(*_COLUMNS).where(*within(Upload.camera_id, scope))
    if states:
        statement = statement.where(Upload.state.in_(list(states)))
    statement = newest_first(statement, Upload.received_at, Upload.id, part)
    return await rows(connection, statement)


async def upload(connection: AsyncConnection, upload_id: int) -> RowMapping | None:
    statement = select(*_COLUMNS).where(Upload.id == upload_id)
    return await row(connection, statement)


async def came_of(connection: AsyncConnection, upload_id: int) -> tuple[int, list[int]]:
    """How many detections the upload has, and in which events they are."""
    statement = (
        select(
            func.count(Detection.id.distinct()).label("detections"),
            func.array_agg(EventDetection.event_id.distinct())
            .filter(EventDetection.event_id.is_not(None))
            .label("events"),
        )
        .select_from(Detection)
        .outerjoin(EventDetection, EventDetection.detection_id == Detection.id)
        .where(Detection.upload_id == upload_id)
    )
    row = (await connection.execute(statement)).one()
    return row.detections, sorted(row.events or [])
