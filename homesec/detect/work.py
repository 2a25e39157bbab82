"""The rows behind queue entries: what is to be looked at, and how its owner wants it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from homesec.domain.camera_settings import CameraSettings
from homesec.media.storage import UploadFile
from homesec.store.sessions import database_errors

# Files of a soft-deleted camera wait until it is restored.
_PENDING = text(
    """
    SELECT u.id, u.camera_id, u.volume, u.path, u.size, u.sha256, u.media_type, u.captured_at, u.next_frame, u.attempts,
        c.settings
    FROM uploads AS u JOIN cameras AS c ON c.id = u.camera_id
    WHERE u.id = ANY(:ids) AND u.state = 'pending' AND c.deleted_at IS NULL
    """
)


@dataclass(frozen=True)
class Work:
    """An upload that waits to be looked at."""

    upload_id: int
    camera_id: str
    file: UploadFile
    is_clip: bool
    captured_at: datetime
    next_frame: int
    attempts: int
    """Failures so far; from the first one on it is worked on alone."""
    settings: CameraSettings

    @property
    def file_path(self) -> str:
        """For people: bytes that are no UTF-8 as escapes."""
        return self.file.path.decode("utf-8", "backslashreplace")


async def pending(engine: AsyncEngine, upload_ids: Iterable[int]) -> dict[int, Work]:
    """Those of the uploads that are still to be looked at, by id, in one query. Raises Unavailable."""
    with database_errors():
        async with engine.connect() as connection:
            rows = (await connection.execute(_PENDING, {"ids": list(upload_ids)})).all()
    return {
        row.id: Work(
            row.id,
            row.camera_id,
            UploadFile(row.volume, row.path, row.size, row.sha256),
            row.media_type == "video",
            row.captured_at,
            row.next_frame,
            row.attempts,
            CameraSettings.from_json(row.settings),
        )
        for row in rows
    }
