"""The second half of the intake: examined files become rows, many in one write, and then queue entries."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from homesec.bus import DETECTION_BACKLOG, DETECTION_QUEUE, Bus
from homesec.errors import HomesecError, Unavailable
from homesec.patience import Patience
from homesec.store.writes.uploads import NewUpload, Registered, RegisterUploads
from homesec.watch.folders import Folders, Write
from homesec.watch.scan import fingerprint

BATCH = 256  # files of one write

log = logging.getLogger(__name__)


class Register:
    """Gathers files while the previous write runs, and never waits for more."""

    def __init__(
        self,
        folders: Folders,
        bus: Bus,
        write: Write,
        patience: Patience,
        live_s: float,
        clock: Callable[[], datetime],
    ) -> None:
        self._folders, self._bus, self._write, self._patience = folders, bus, write, patience
        self._live, self._clock = timedelta(seconds=live_s), clock
        self.known: set[int] = set()
        """Fingerprints of files that are registered, or on their way to be."""
        self._unread: set[int] = set()
        self._ready: list[NewUpload] = []
        self._in_write = 0
        self._wake = asyncio.Event()
        self._over = False
        self.new = self.rejected = self.repeated = 0

    def __len__(self) -> int:
        """Files that are examined and not enqueued."""
        return len(self._ready) + self._in_write

    def add(self, file: NewUpload) -> None:
        if file.sha256 is None and mark(file) in self._unread:
            return  # refused unread, and still so
        self.known.add(mark(file))
        self._ready.append(file)
        self._wake.set()

    def end(self) -> None:
        """No more files come: `run` returns when the last one is written."""
        self._over = True
        self._wake.set()

    async def run(self) -> None:
        while True:
            self._wake.clear()
            batch, self._ready = self._ready[:BATCH], self._ready[BATCH:]
            if batch:
                self._in_write = len(batch)
                await self._persist(batch)
                self._in_write = 0
            elif self._over:
                return
            else:
                await self._wake.wait()

    async def _persist(self, batch: list[NewUpload]) -> None:
        tries = 0

        def register() -> Awaitable[Any]:
            nonlocal tries
            tries += 1
            return self._write(RegisterUploads(tuple(files)))

        try:
            files = await self._owned(batch)
            if not files:
                return
            answers = await self._patience.insist("database", register)
        except Unavailable:  # at the end only: the scan of the next start finds them
            return
        except HomesecError as error:
            answers = [error] * len(files)
        registered = [self._counted(file, answer) for file, answer in zip(files, answers, strict=True)]
        newest = self._clock() - self._live
        entries: dict[str, list[dict[str, int]]] = {DETECTION_QUEUE: [], DETECTION_BACKLOG: []}
        for file, row in zip(files, registered, strict=True):
            # a repeated write may have been committed the first time, and then nothing is new in the second
            if row is None or row.upload_id is None or row.state != "pending":
                continue
            if row.is_new or row.revived or tries > 1:
                queue = DETECTION_QUEUE if file.received_at >= newest else DETECTION_BACKLOG
                entries[queue].append({"upload_id": row.upload_id})
        for queue, bodies in entries.items():
            if bodies:
                await self._enqueue(queue, bodies)

    async def _enqueue(self, queue: str, bodies: list[dict[str, int]]) -> None:
        try:
            await self._patience.insist("queue", lambda: self._bus.add(queue, bodies))
        except Unavailable:  # at the end only: the sweep makes the entries from the rows
            return

    async def _owned(self, batch: list[NewUpload]) -> list[NewUpload]:
        """The files whose folder has a camera that takes them; the others wait where they are."""
        cameras: dict[str, str | None] = {}
        owned: list[NewUpload] = []
        for file in batch:
            folder = folder_of(file.path)
            if folder not in cameras:
                cameras[folder] = await self._patience.insist("database", partial(self._folders.camera, folder))
            camera_id = cameras[folder]
            if camera_id is None:
                self.known.discard(mark(file))
            else:
                owned.append(replace(file, camera_id=camera_id))
        return owned

    def _counted(self, file: NewUpload, answer: Any) -> Registered | None:
        if isinstance(answer, list):  # the unit was split: a list for each part
            answer = answer[0]
        if isinstance(answer, HomesecError):
            log.error("a file was not registered", extra={"path": os.fsdecode(file.path), "reason": str(answer)})
            self.known.discard(mark(file))  # the next scan tries again
            return None
        row: Registered = answer
        if row.upload_id is None:
            self.known.discard(mark(file))
            self._folders.forget(folder_of(file.path))
            return row
        if file.sha256 is None:  # it may become readable without a change that a scan could see
            self.known.discard(mark(file))
            self._unread.add(mark(file))
        if row.is_new:
            self.new += 1
            self.rejected += row.state == "rejected"
        else:
            self.repeated += 1
        return row


def folder_of(path: bytes) -> str:
    """The camera folder that a path lies in."""
    return path.partition(b"/")[0].decode("utf-8", "surrogateescape")


def mark(file: NewUpload) -> int:
    return fingerprint(file.path, file.size, file.mtime_ns)
