"""What an export holds of one event beside its row."""

from collections.abc import Sequence

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

_PICTURES = text(
    """
    SELECT DISTINCT ON (seen.detected_at, seen.upload_id, seen.frame_no) seen.id, seen.thumbnail_path, uploads.volume
    FROM event_detections AS link
    JOIN detections AS seen ON seen.id = link.detection_id
    JOIN uploads ON uploads.id = seen.upload_id
    WHERE link.event_id = :event_id AND seen.thumbnail_path IS NOT NULL
    ORDER BY seen.detected_at, seen.upload_id, seen.frame_no LIMIT :limit
    """
)


async def pictures(connection: AsyncConnection, event_id: int, limit: int) -> Sequence[RowMapping]:
    """One detection of each of its frames that has a thumbnail, in order of time."""
    return (await connection.execute(_PICTURES, {"event_id": event_id, "limit": limit})).mappings().all()
