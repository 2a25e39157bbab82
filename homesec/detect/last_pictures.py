"""The newest picture of each camera, for the owner's overview; written beside the work, at most once a second each."""

import asyncio
import contextlib
from concurrent.futures import Executor
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from homesec.detect.frames import LAST_PICTURE_PX, last_picture_name
from homesec.errors import HomesecError
from homesec.media.pictures import thumbnail
from homesec.media.storage import Storage

EVERY_S = 1.0


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
        """One round. A picture that cannot be written now is dropped: a newer one comes."""
        waiting, self._waiting = self._waiting, {}
        loop = asyncio.get_running_loop()
        for camera_id, (volume, image) in waiting.items():
            data = await loop.run_in_executor(self._threads, thumbnail, image, LAST_PICTURE_PX)
            with contextlib.suppress(HomesecError):
                await self._storage.write_media(volume, last_picture_name(camera_id), data)
