"""Which folder is which camera's: as the database has it, with new ones made on their first file."""

import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from homesec.domain.camera_id import camera_id
from homesec.errors import Conflict, InvalidInput
from homesec.store.sessions import database_errors
from homesec.store.writes.unit import Unit
from homesec.store.writes.uploads import CameraFolder, EnsureCamera

_CAMERAS = text("SELECT id, folder_path, deleted_at IS NOT NULL AS deleted, timezone FROM cameras")

log = logging.getLogger(__name__)

Write = Callable[[Unit], Awaitable[Any]]


@dataclass(frozen=True)
class Known:
    """A camera as far as the watcher needs it."""

    camera_id: str
    deleted: bool
    timezone: str | None


async def folders_by_camera(engine: AsyncEngine) -> dict[str, str]:
    """The folder of each camera. Raises Unavailable."""
    with database_errors():
        async with engine.connect() as connection:
            return {row.id: row.folder_path for row in await connection.execute(_CAMERAS)}


class Folders:
    """The cameras' folders. What is refused here waits on the disk."""

    def __init__(self, engine: AsyncEngine, write: Write, timezone: str, auto_create: bool) -> None:
        self._engine = engine
        self._write = write
        self._zone = ZoneInfo(timezone)
        self._auto_create = auto_create
        self._known: dict[str, Known] = {}
        self.refused: dict[str, str] = {}
        """Folders that are no camera's, each with its reason."""
        self.stale = True
        """What is known here proved wrong."""

    async def refresh(self) -> None:
        """Read all cameras anew, and try again what was refused. Raises Unavailable."""
        with database_errors():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(_CAMERAS)).all()
        self.stale = False
        self._known = {row.folder_path: Known(row.id, row.deleted, row.timezone) for row in rows}
        for folder in list(self.refused):
            if folder in self._known or await self._ensure(folder):
                del self.refused[folder]

    def keep(self, folders: Collection[str]) -> None:
        """Forget the refusal of folders that are no longer there."""
        self.refused = {folder: because for folder, because in self.refused.items() if folder in folders}

    @property
    def waiting(self) -> set[str]:
        """Folders whose files have to wait: refused ones, and those of soft-deleted cameras."""
        return {folder for folder, known in self._known.items() if known.deleted} | self.refused.keys()

    def zone(self, folder: str) -> ZoneInfo:
        known = self._known.get(folder)
        return ZoneInfo(known.timezone) if known and known.timezone else self._zone

    async def camera(self, folder: str) -> str | None:
        """The camera of the folder, made when it is new; None when its files have to wait. Raises Unavailable."""
        if folder in self.refused:
            return None
        known = self._known.get(folder) or await self._ensure(folder)
        return None if known is None or known.deleted else known.camera_id

    def forget(self, folder: str) -> None:
        """What is known of the folder proved wrong: its camera was deleted, softly or wholly."""
        self._known.pop(folder, None)
        self.stale = True

    async def _ensure(self, folder: str) -> Known | None:
        try:
            if not self._auto_create:
                raise Conflict("no camera has this folder, and uploads.auto_create_cameras is off")
            answer: CameraFolder = await self._write(EnsureCamera(camera_id(folder), folder, folder))
        except (Conflict, InvalidInput) as error:
            if self.refused.get(folder) != str(error):
                log.warning("a folder is refused", extra={"folder": folder, "reason": str(error)})
            self.refused[folder] = str(error)
            return None
        known = Known(answer.camera_id, answer.deleted, None)
        self._known[folder] = known
        if answer.created:
            log.info("a new camera", extra={"camera_id": answer.camera_id})
        return known
