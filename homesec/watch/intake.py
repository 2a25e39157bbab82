"""From noticed paths to examined files: threads read, the loop only hands out and gathers."""

import asyncio
import logging
import os
import stat
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from homesec.errors import Unavailable
from homesec.ingest import FoundFile, Origin, Unfinished, examine, refused
from homesec.media.local_storage import LocalStorage
from homesec.patience import Patience
from homesec.settings import UploadSettings
from homesec.store.writes.uploads import NewUpload
from homesec.watch.folders import Folders
from homesec.watch.lines import Lines, Quiet
from homesec.watch.register import Register, folder_of
from homesec.watch.room import FULL_S, Room
from homesec.watch.scan import fingerprint

THREADS = 2  # reading and hashing let go of the interpreter; more would only take the detectors' cores
CHUNK = 16  # files that one thread examines before they go on
HEAVY_BYTES = 64 * 2**20  # a larger file takes so long to read that small ones must not stand behind it
READY = 1024  # examined files that may wait for the writer

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Folder:
    """The path is that of a folder."""


@dataclass(frozen=True)
class _Heavy:
    """The path is that of a large file, which has a thread of its own."""


Answer = NewUpload | Unfinished | _Folder | _Heavy | None
"""None: nothing to do."""


class Intake:
    """Examines what is noticed, as long as the queue has room, and gives what is whole to the register."""

    def __init__(
        self,
        storage: LocalStorage,
        folders: Folders,
        register: Register,
        room: Room,
        patience: Patience,
        limits: UploadSettings,
        clock: Callable[[], datetime],
        on_folder: Callable[[bytes], None],
    ) -> None:
        self._storage, self._folders, self._register = storage, folders, register
        self._room, self._patience, self._limits = room, patience, limits
        self._clock, self._on_folder = clock, on_folder
        self._lines = Lines(limits.settle_s)
        self._wake = asyncio.Event()
        self._over = False
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="examine")
        self._heavy: asyncio.Queue[tuple[bytes, Quiet | None] | None] = asyncio.Queue()
        self._heavy_thread = ThreadPoolExecutor(1, thread_name_prefix="examine-heavy")

    def __len__(self) -> int:
        """Files that were noticed and are not examined."""
        return len(self._lines)

    def notice(self, paths: Iterable[bytes]) -> None:
        """Something happened at these paths just now."""
        self._lines.add_live(paths)
        self._wake.set()

    def offer(self, files: Iterable[FoundFile]) -> None:
        """A scan found these."""
        live_ns = (self._clock().timestamp() - self._limits.live_s) * 1e9
        fresh = [file for file in files if not self._lines.knows(file)]
        self._lines.add_live(file.path for file in fresh if file.ctime_ns >= live_ns)
        self._lines.add_backlog(file.path for file in fresh if file.ctime_ns < live_ns)
        self._wake.set()

    def end(self) -> None:
        """Finish what is being read; the rest is found again by the next scan."""
        self._over = True
        self._wake.set()
        self._heavy.put_nowait(None)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._heavy_thread.shutdown(wait=False, cancel_futures=True)

    async def run(self) -> None:
        await asyncio.gather(self._look_at_heavy(), *(self._look() for _ in range(THREADS)))

    async def _look(self) -> None:
        while not self._over:
            self._wake.clear()
            live, backlog = await self._places()
            taken = self._lines.take(min(CHUNK, live), min(CHUNK, backlog), time.monotonic())
            if not taken:
                await self._pause()
                continue
            self._room.took(len(taken))
            await self._examine(self._threads, taken, HEAVY_BYTES)

    async def _look_at_heavy(self) -> None:
        while (heavy := await self._heavy.get()) is not None and not self._over:
            await self._examine(self._heavy_thread, [heavy], None)

    async def _examine(
        self, threads: ThreadPoolExecutor, taken: list[tuple[bytes, Quiet | None]], most_bytes: int | None
    ) -> None:
        moment = time.monotonic()
        zones = {folder: self._folders.zone(folder) for folder in {folder_of(path) for path, _ in taken}}
        answers = await asyncio.get_running_loop().run_in_executor(
            threads, self._examined, taken, zones, moment, most_bytes
        )
        for (path, before), answer in zip(taken, answers, strict=True):
            self._sort(path, before, answer, moment)
        self._wake.set()  # a path noticed again while it was in our hands waits for this

    async def _places(self) -> tuple[int, int]:
        """How many live and how many backlog files may be taken now."""
        if len(self._register) >= READY:
            return 0, 0
        try:
            places = await self._room.left(self._lines.busy + len(self._register))
        except Unavailable as error:
            self._patience.trouble["room"] = str(error)
            return 0, 0
        self._patience.trouble.pop("room", None)
        return places

    async def _pause(self) -> None:
        """Until something is noticed, an unfinished file is due, or room may have come."""
        if self._lines.is_waited_for:
            await self._patience.pause(FULL_S)
            return
        due = self._lines.next_due()
        try:
            async with asyncio.timeout(None if due is None else max(0.005, due - time.monotonic())):
                await self._wake.wait()
        except TimeoutError:
            return

    def _examined(
        self,
        taken: list[tuple[bytes, Quiet | None]],
        zones: dict[str, ZoneInfo],
        moment: float,
        most_bytes: int | None,
    ) -> list[Answer]:
        """In a thread; an answer a path."""
        return [self._one(path, before, zones[folder_of(path)], moment, most_bytes) for path, before in taken]

    def _one(self, path: bytes, before: Quiet | None, zone: ZoneInfo, moment: float, most_bytes: int | None) -> Answer:
        root, now = os.fsencode(self._storage.cameras_dir), self._clock()
        try:
            status = os.lstat(os.path.join(root, path))
        except OSError:
            return None
        if stat.S_ISDIR(status.st_mode):
            return _Folder()
        if b"/" not in path or fingerprint(path, status.st_size, status.st_mtime_ns) in self._register.known:
            return None  # a file outside all folders is told by the scan
        if most_bytes is not None and status.st_size > most_bytes:
            return _Heavy()
        file = FoundFile.from_stat(path, status)
        quiet_s = moment - before.since + 1e-3 if before is not None and before.file == file else 0.0  # rounding
        origin = Origin("", self._storage.volume, zone)
        try:
            return examine(self._storage, file, origin, self._limits, quiet_s, now)
        except Exception as error:  # the watcher's one loop: a file that breaks a parser must not end it
            log.exception("a file broke its reader", extra={"path": os.fsdecode(path)})
            return refused(file, origin, now, None, f"the file broke its reader ({type(error).__name__})")

    def _sort(self, path: bytes, before: Quiet | None, answer: Answer, moment: float) -> None:
        if isinstance(answer, _Heavy):
            self._heavy.put_nowait((path, before))
        elif isinstance(answer, Unfinished):
            self._lines.wait(answer.file, before, moment)
        else:
            self._lines.done(path)
            if isinstance(answer, NewUpload):
                self._register.add(answer)
            elif isinstance(answer, _Folder):
                self._on_folder(path)
