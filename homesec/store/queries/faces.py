"""Faces that were seen, and what of a sighting can be taken to know somebody by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from homesec.store.queries.paging import Scope, Slice, newest_first, row, rows, within
from homesec.store.tables import Detection, EventDetection, FaceDetectionEvent, Upload

_FACE = [column for column in FaceDetectionEvent.__table__.c if column.name != "embedding"]
_EVENT = (
    select(EventDetection.event_id)
    .where(EventDetection.detection_id == FaceDetectionEvent.detection_id)
    .order_by(EventDetection.event_id).limit(1).scalar_subquery().label("event_id")
)  # fmt: skip
_FILE = [Upload.volume, Upload.path, Upload.size, Upload.sha256, Upload.media_type, Detection.frame_no]
_OF_ONE = """
    detection.id = :detection_id OR detection.track_id = (SELECT track_id FROM detections WHERE id = :detection_id)
"""
_UPLOAD = "upload.volume, upload.path, upload.size, upload.sha256, upload.media_type, detection.frame_no"
_FACES = text(
    f"""
    SELECT face.id, face.bbox AS box, {_UPLOAD}
    FROM face_detection_events AS face JOIN detections AS detection ON detection.id = face.detection_id
        JOIN uploads AS upload ON upload.id = detection.upload_id
    WHERE ({_OF_ONE}) AND face.embedding IS NOT NULL AND NOT face.covered
    ORDER BY face.id = :face_id DESC, detection.id = :detection_id DESC, face.quality DESC, face.id LIMIT :limit
    """
)
_BODIES = text(
    f"""
    SELECT detection.id, ARRAY[x1, y1, x2, y2] AS box, {_UPLOAD}
    FROM reid_embeddings AS seen JOIN detections AS detection ON detection.id = seen.detection_id
        JOIN uploads AS upload ON upload.id = detection.upload_id
    WHERE ({_OF_ONE}) AND detection.object_type = 'person'
    ORDER BY detection.id = :detection_id DESC, (x2 - x1) * (y2 - y1) * confidence DESC, detection.id LIMIT :limit
    """
)
_PERSONS = text(
    """
    SELECT DISTINCT ON (coalesce(track_id, -id)) id FROM detections
    WHERE object_type = 'person' AND (upload_id = :upload_id
        OR id IN (SELECT detection_id FROM event_detections WHERE event_id = :event_id))
    ORDER BY coalesce(track_id, -id), (x2 - x1) * (y2 - y1) * confidence DESC, id
    """
)


@dataclass(frozen=True)
class FaceFilter:
    """What must hold of a face; None says nothing."""

    cameras: Scope = None
    person_id: int | None = None
    outcome: str | None = None
    since: datetime | None = None
    until: datetime | None = None


async def faces(connection: AsyncConnection, wanted: FaceFilter, part: Slice) -> Sequence[RowMapping]:
    """Newest first, without their vectors."""
    statement = select(*_FACE, _EVENT).where(*within(FaceDetectionEvent.camera_id, wanted.cameras))
    if wanted.person_id is not None:
        statement = statement.where(FaceDetectionEvent.matched_person_id == wanted.person_id)
    if wanted.outcome is not None:
        statement = statement.where(FaceDetectionEvent.outcome == wanted.outcome)
        if wanted.outcome == "unknown":
            statement = statement.where(FaceDetectionEvent.is_unknown)  # the index of the unknown is by this column
    if wanted.since is not None:
        statement = statement.where(FaceDetectionEvent.timestamp >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(FaceDetectionEvent.timestamp < wanted.until)
    return await rows(
        connection, newest_first(statement, FaceDetectionEvent.timestamp, FaceDetectionEvent.id, part)
    )


async def face(connection: AsyncConnection, face_id: int) -> RowMapping | None:
    """One face, with what finds the bytes of its upload (null without a detection)."""
    statement = (
        select(*_FACE, _EVENT, *_FILE)
        .outerjoin(Detection, Detection.id == FaceDetectionEvent.detection_id)
        .outerjoin(Upload, Upload.id == Detection.upload_id)
        .where(FaceDetectionEvent.id == face_id)
    )
    return await row(connection, statement)


async def persons_seen(connection: AsyncConnection, event_id: int | None, upload_id: int | None) -> Sequence[int]:
    """Of each person in an event or upload the detection that shows most."""
    values = {"event_id": event_id, "upload_id": upload_id}
    return (await connection.execute(_PERSONS, values)).scalars().all()


async def known_by(
    connection: AsyncConnection, detection_id: int, face_id: int | None, most: int
) -> tuple[Sequence[RowMapping], Sequence[RowMapping]]:
    """Faces and bodies of the person in a detection that have vectors, there and on the same track, the best first.

    Each with `id`, `box`, `frame_no` and what finds the bytes of its upload.
    """
    values = {"detection_id": detection_id, "face_id": face_id, "limit": most}
    seen = (await connection.execute(_FACES, values)).mappings().all()
    whole = (await connection.execute(_BODIES, values)).mappings().all()
    return seen, whole
