"""The newest picture of each camera, for the owner's overview; written beside the work, at most once a second each."""

import asyncio
import logging
from concurrent.futures import Executor
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from homesec.detect.frames import LAST_PICTURE_PX, last_picture_name
from homesec.errors import HomesecError
from homesec.media.pictures import thumbnail
from homesec.media.storage import Storage

EVERY_S = 1.0

log = logging.getLogger(__name__)


class LastPictures:
    """Keeps the newest picture that came in since the last round, by capture time; older ones never replace newer."""

    def __init__(self, storage: Storage, threads: Executor) -> None:
        self._storage, self._threads = storage, threads
        self._newest: dict[str, datetime] = {}
        self._waiting: dict[str, tuple[str, NDArray[np.uint8]]] = {}

    def offer(self, camera_id: str, volume: str, captured_at: datetime, image: NDArray[np.uint8]) -> None:
        newest = self._newest.get(camera_id)
        if newest is None or captured_at >= newest:
            self._newest[camera_id] = captured_at
            self._waiting[camera_id] = (volume, image)

    async def run(self) -> None:
        """For ever, until cancelled."""
        while True:
            await asyncio.sleep(EVERY_S)
            await self.write()

    async def write(self) -> None:
        """One round. A picture that cannot be written now is dropped: a newer one comes.

        Each waits until it is written, so that a round that is cancelled leaves the rest to the next one.
        """
        for camera_id, offered in list(self._waiting.items()):
            try:
                await self._write(camera_id, *offered)
            except HomesecError:
                pass  # the disk is away; the work itself waits for it and says so
            except Exception:  # these pictures' one loop: one that cannot be drawn must not end it
                log.exception("a camera's last picture cannot be shown", extra={"camera_id": camera_id})
            if self._waiting.get(camera_id) is offered:
                del self._waiting[camera_id]

    async def _write(self, camera_id: str, volume: str, image: NDArray[np.uint8]) -> None:
        loop = asyncio.get_running_loop()
        data = await loop.run_in_executor(self._threads, thumbnail, image, LAST_PICTURE_PX)
        await self._storage.write_media(volume, last_picture_name(camera_id), data)
