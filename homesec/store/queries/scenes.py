"""Scene changes, what a camera usually sees, and views that wait to be compared with it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from homesec.store.queries.paging import Slice, newest_first, row, rows
from homesec.store.tables import Detection, SceneChange, SceneReference, SceneView, Upload

_CHANGES = SceneChange.__table__.c


async def changes(
    connection: AsyncConnection, camera_id: str, acknowledged: bool | None, part: Slice
) -> Sequence[RowMapping]:
    statement = select(*_CHANGES).where(SceneChange.camera_id == camera_id)
    if acknowledged is not None:
        statement = statement.where(SceneChange.acknowledged.is_(acknowledged))
    return await rows(connection, newest_first(statement, SceneChange.detected_at, SceneChange.id, part))


async def change(connection: AsyncConnection, camera_id: str, change_id: int) -> RowMapping | None:
    statement = select(*_CHANGES).where(SceneChange.id == change_id, SceneChange.camera_id == camera_id)
    return await row(connection, statement)


async def lasting(connection: AsyncConnection, camera_id: str) -> RowMapping | None:
    """The change that is not over."""
    statement = select(*_CHANGES).where(SceneChange.camera_id == camera_id, SceneChange.ended_at.is_(None))
    return await row(connection, statement)


async def references(connection: AsyncConnection, camera_id: str) -> Sequence[RowMapping]:
    statement = select(*SceneReference.__table__.c).where(SceneReference.camera_id == camera_id)
    return await rows(connection, statement.order_by(SceneReference.light))


async def waiting_views(connection: AsyncConnection, limit: int) -> Sequence[RowMapping]:
    """In the order of event time."""
    statement = (
        select(*SceneView.__table__.c, Upload.camera_id)
        .join(Upload, Upload.id == SceneView.upload_id)
        .order_by(SceneView.taken_at, SceneView.upload_id, SceneView.frame_no)
        .limit(limit)
    )
    return await rows(connection, statement)


async def boxes(connection: AsyncConnection, frames: Sequence[tuple[int, int]]) -> Sequence[RowMapping]:
    """Upload id, frame number and boxes of all that was detected in these frames, whether it counts or not."""
    upload_id, frame_no = Detection.upload_id, Detection.frame_no
    corners: Any = func.array_agg(func.json_build_array(Detection.x1, Detection.y1, Detection.x2, Detection.y2))
    statement = (
        select(upload_id, frame_no, corners.label("boxes"))
        .where(tuple_(upload_id, frame_no).in_(list(frames)))
        .group_by(upload_id, frame_no)
    )
    return await rows(connection, statement)


async def files(connection: AsyncConnection, upload_ids: Sequence[int]) -> Sequence[RowMapping]:
    """What finds the bytes of uploads."""
    columns = (Upload.id, Upload.volume, Upload.path, Upload.size, Upload.sha256, Upload.media_type)
    return await rows(connection, select(*columns).where(Upload.id.in_(list(upload_ids))))
