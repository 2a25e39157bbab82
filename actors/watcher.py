"""The watcher of one node's upload folders, and the FTP door into them."""

import asyncio
import contextlib
import logging
from dataclasses import asdict
from typing import Any

from actors import WATCHER
from actors.lane import set_up_logging
from actors.writer import Client
from homesec.bus import Bus
from homesec.errors import SettingsError, Unavailable
from homesec.ftp import Door
from homesec.media.local_storage import LocalStorage
from homesec.settings import Settings
from homesec.store.sessions import async_engine
from homesec.watch.folders import folders_by_camera
from homesec.watch.watcher import Watcher

AGAIN_S = 1.0  # after a mistake in the program ended the watcher, or while the database is away
STOP_S = 12.0  # for writing what is examined

log = logging.getLogger(__name__)


class WatcherActor:
    """Runs where the folders are. What it was doing when it died is found again by its first scan."""

    async def __init__(  # type: ignore[misc]  # Ray awaits it, on the loop that the task needs
        self, settings: Settings, database_url: str, redis_url: str
    ) -> None:
        set_up_logging(settings, WATCHER)
        self._settings = settings
        self._engine = async_engine(database_url, WATCHER, pool=2)
        self._bus = Bus(redis_url, WATCHER)
        self._storage = LocalStorage.open(settings.cameras_dir, settings.media_dir)
        self._watcher = self._made()
        self._errors = 0
        self._door: Door | None = None
        self._door_because: str | None = None
        self._tasks = [asyncio.create_task(self._run())]
        if settings.ftp.port is not None:
            self._tasks.append(asyncio.create_task(self._open_door()))

    def _made(self) -> Watcher:
        return Watcher(self._settings, self._storage, self._bus, Client(), self._engine)

    async def _run(self) -> None:
        while True:
            try:
                await self._watcher.run()
                return
            except Exception:  # the one loop of this actor: files wait on the disk for the next watcher
                self._errors += 1
                log.exception("the watcher failed")
                await asyncio.sleep(AGAIN_S)
                self._watcher = self._made()

    async def _open_door(self) -> None:
        """As soon as the database tells which camera has which folder."""
        while True:
            try:
                folders = await folders_by_camera(self._engine)
                break
            except Unavailable as error:
                self._door_because = str(error)
                await asyncio.sleep(AGAIN_S)
        uploads, ftp = self._settings.uploads, self._settings.ftp
        try:
            limit = max(uploads.max_image_bytes, uploads.max_video_bytes)
            door = await asyncio.to_thread(Door, ftp, self._settings.data_dir, self._storage, limit, folders)
            port = await asyncio.to_thread(door.open)
        except SettingsError as error:
            self._door_because = str(error)
            log.error("the FTP door stays closed", extra={"reason": str(error)})
            return
        self._door, self._door_because = door, None
        log.info("the FTP door is open", extra={"port": port})

    async def ping(self) -> str:
        return "ok"

    async def health(self) -> dict[str, Any]:
        facts = asdict(self._watcher.health())
        if self._settings.ftp.port is not None:
            closed = {"state": "down", "because": self._door_because or "being opened"}
            facts["ftp"] = closed if self._door is None else self._door.health()
        return {"state": "waiting" if facts["mode"] == "waiting" else "ok", **facts, "errors": self._errors}

    async def stop(self) -> None:
        """Take nothing more in; what is examined is still registered."""
        if self._door is not None:
            await asyncio.to_thread(self._door.close)
        self._watcher.stop()
        await asyncio.wait(self._tasks[:1], timeout=STOP_S)
        for task in self._tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._bus.close()
        await self._engine.dispose()
