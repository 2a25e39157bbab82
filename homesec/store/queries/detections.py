"""Detections and what further models said about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from homesec.store.queries.paging import Rows, Scope, Slice, newest_first, row, rows, within
from homesec.store.tables import Detection, EventDetection, Upload

COLUMNS = [column for column in Detection.__table__.c if column.name not in ("appearance", "enrichment_data")]


@dataclass(frozen=True)
class DetectionFilter:
    """What must hold of a detection; None and empty say nothing."""

    cameras: Scope = None
    object_types: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    min_confidence: float | None = None
    upload_id: int | None = None
    event_id: int | None = None
    track_id: int | None = None
    excluded: bool | None = None

    def apply(self, statement: Rows) -> Rows:
        statement = statement.where(*within(Detection.camera_id, self.cameras))
        if self.object_types:
            statement = statement.where(*within(Detection.object_type, self.object_types))
        if self.since is not None:
            statement = statement.where(Detection.detected_at >= self.since)
        if self.until is not None:
            statement = statement.where(Detection.detected_at < self.until)
        if self.min_confidence is not None:
            statement = statement.where(Detection.confidence >= self.min_confidence)
        if self.upload_id is not None:
            statement = statement.where(Detection.upload_id == self.upload_id)
        if self.track_id is not None:
            statement = statement.where(Detection.track_id == self.track_id)
        if self.excluded is not None:
            reason = Detection.excluded_because
            statement = statement.where(reason.is_not(None) if self.excluded else reason.is_(None))
        if self.event_id is not None:
            statement = statement.join(EventDetection, EventDetection.detection_id == Detection.id).where(
                EventDetection.event_id == self.event_id
            )
        return statement


async def detections(connection: AsyncConnection, wanted: DetectionFilter, part: Slice) -> Sequence[RowMapping]:
    statement = newest_first(wanted.apply(select(*COLUMNS)), Detection.detected_at, Detection.id, part)
    return await rows(connection, statement)


async def detection(connection: AsyncConnection, detection_id: int) -> RowMapping | None:
    """With its event, and what finds the bytes of its upload."""
    event = select(EventDetection.event_id).where(EventDetection.detection_id == Detection.id).limit(1)
    statement = (
        select(
            *COLUMNS,
            Detection.enrichment_data,
            event.scalar_subquery().label("event_id"),
            Upload.volume,
            Upload.path,
            Upload.size,
            Upload.sha256,
        )
        .join(Upload, Upload.id == Detection.upload_id)
        .where(Detection.id == detection_id)
    )
    return await row(connection, statement)


async def of_event(connection: AsyncConnection, event_id: int, limit: int) -> Sequence[RowMapping]:
    """The first detections of an event, in order of time."""
    statement = (
        select(*COLUMNS)
        .join(EventDetection, EventDetection.detection_id == Detection.id)
        .where(EventDetection.event_id == event_id)
        .order_by(Detection.detected_at, Detection.id)
        .limit(limit)
    )
    return await rows(connection, statement)
