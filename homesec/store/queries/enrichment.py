"""What further models said about detections and events."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from homesec.store.queries.paging import rows
from homesec.store.tables import (
    ActionEvent,
    ActionResult,
    DemographicsResult,
    Detection,
    EventDetection,
    FaceDetectionEvent,
    PoseResult,
    ThreatDetection,
)

MOST = 1000  # rows of one kind for one event: some twenty times what a long event has
_FACE = [column for column in FaceDetectionEvent.__table__.c if column.name != "embedding"]


async def of_detections(connection: AsyncConnection, detection_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """By detection: its pose, action and demographics, one or none each, and its threats and faces."""
    said: dict[int, dict[str, Any]] = {
        detection_id: {"pose": None, "action": None, "demographics": None, "threats": [], "faces": []}
        for detection_id in detection_ids
    }
    singles: dict[str, Any] = {"pose": PoseResult, "action": ActionResult, "demographics": DemographicsResult}
    for name, table in singles.items():
        statement = select(*table.__table__.c).where(table.detection_id.in_(detection_ids)).limit(MOST)
        for row in await rows(connection, statement):
            said[row["detection_id"]][name] = row
    threats = select(*ThreatDetection.__table__.c).where(ThreatDetection.detection_id.in_(detection_ids))
    for row in await rows(connection, threats.order_by(ThreatDetection.id).limit(MOST)):
        said[row["detection_id"]]["threats"].append(row)
    faces = select(*_FACE).where(FaceDetectionEvent.detection_id.in_(detection_ids))
    for row in await rows(connection, faces.order_by(FaceDetectionEvent.id).limit(MOST)):
        said[row["detection_id"]]["faces"].append(row)
    return said


async def looked_at(connection: AsyncConnection, event_id: int, limit: int) -> Sequence[RowMapping]:
    """The detections of an event of which further models said anything, in order of time."""
    statement = (
        select(Detection.id, Detection.enrichment_data, Detection.labels)
        .join(EventDetection, EventDetection.detection_id == Detection.id)
        .where(EventDetection.event_id == event_id, Detection.enrichment_data != {})
        .order_by(Detection.detected_at, Detection.id)
        .limit(limit)
    )
    return await rows(connection, statement)


async def actions(
    connection: AsyncConnection, camera_id: str, since: datetime, until: datetime
) -> Sequence[RowMapping]:
    """What was done in front of a camera in a span of time, the surest first."""
    statement = (
        select(*ActionEvent.__table__.c)
        .where(ActionEvent.camera_id == camera_id, ActionEvent.timestamp.between(since, until))
        .order_by(ActionEvent.confidence.desc(), ActionEvent.id)
        .limit(MOST)
    )
    return await rows(connection, statement)
