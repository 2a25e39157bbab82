"""The watcher: kernel reports and scans notice files, the intake examines them, the register makes rows of them."""

import asyncio
import logging
import os
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from homesec.bus import Bus
from homesec.errors import Unavailable
from homesec.ingest import FoundFile
from homesec.media.local_storage import LocalStorage
from homesec.patience import Patience
from homesec.settings import Settings
from homesec.watch.folders import Folders, Write
from homesec.watch.health import WatchHealth
from homesec.watch.intake import Intake
from homesec.watch.kernel import KernelWatch
from homesec.watch.names import is_inside
from homesec.watch.register import Register, folder_of
from homesec.watch.registered import registered
from homesec.watch.room import Room
from homesec.watch.root import Root
from homesec.watch.scan import Scan, fingerprint, scan, scan_folder

SCAN_S = 60.0  # between two looks at everything while the kernel reports changes
SCAN_SHARE = 0.02  # of the time may be spent on them, so a million files are looked at more rarely
POLL_S = 1.0  # between two looks where the kernel reports nothing
POLL_SHARE = 0.05
REFRESH_S = 5.0  # how soon it is noticed that a camera was restored, or that a refused folder is all right
AGAIN_S = 1.0  # a new folder is looked at twice: files may come before the kernel watches it
LASTING_S = 600.0  # how soon watching is tried again when the kernel refuses it
DRAINED = 500  # noticed files; with fewer the next part of a long backlog is fetched
STOP_S = 10.0  # for writing what is examined

log = logging.getLogger(__name__)


class Watcher:
    """One for each folder of cameras. `run` goes on until `stop`."""

    def __init__(
        self,
        settings: Settings,
        storage: LocalStorage,
        bus: Bus,
        write: Write,
        engine: AsyncEngine,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        limits = settings.uploads
        self._storage, self._engine = storage, engine
        self._must_poll = limits.force_polling
        self._clock, self._kept = clock, timedelta(days=settings.retention.events_days)
        self._patience = Patience()
        self._folders = Folders(engine, write, settings.timezone, limits.auto_create_cameras)
        self._register = Register(self._folders, bus, write, self._patience, limits.live_s, clock)
        room = Room(bus, limits.queue_limit)
        self._intake = Intake(
            storage, self._folders, self._register, room, self._patience, limits, clock, self._folder_appeared
        )
        self._root = Root(storage)
        self._kernel: KernelWatch | None = None
        self._kernel_because = "uploads.force_polling is set" if limits.force_polling else ""
        self._kernel_again = 0.0
        self._heard = self._settled = False
        self._appeared: list[tuple[float, bytes]] = []
        self._wake = asyncio.Event()
        self._stopping = False
        self._scan_now = True
        self._scanned: Scan | None = None
        self._scan_s = 0.0
        self._refreshed_at = -SCAN_S
        self._last_error: str | None = None

    async def run(self) -> None:
        """Raises only what is a mistake in the program; whatever is away is waited for."""
        intake = asyncio.create_task(self._intake.run())
        register = asyncio.create_task(self._register.run())
        notice = asyncio.create_task(self._notice())
        try:
            done, _ = await asyncio.wait((intake, register, notice), return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            self._intake.end()
            with suppress(TimeoutError):
                async with asyncio.timeout(STOP_S):
                    await intake
                    self._register.end()
                    await register
        finally:
            for task in (intake, register, notice):
                task.cancel()
            await asyncio.gather(intake, register, notice, return_exceptions=True)
            self._unwatch()
            self._intake.close()

    def stop(self) -> None:
        """What is examined is still written; the rest is found again by the next start."""
        self._stopping = True
        self._patience.end()
        self._wake.set()

    def health(self) -> WatchHealth:
        trouble = next(iter(self._patience.trouble.values()), self._root.away)
        scanned = self._scanned or Scan()
        if trouble:
            mode, because = "waiting", trouble
        elif self._scanned is None:
            mode, because = "starting", None
        elif self._kernel is None:
            mode, because = "polling", self._kernel_because
        else:
            mode, because = "watching", None
        return WatchHealth(
            mode=mode,
            because=because,
            folders=len(scanned.folders),
            waiting_files=len(self._intake) + len(self._register) + scanned.held_back,
            new=self._register.new,
            rejected=self._register.rejected,
            repeated=self._register.repeated,
            settled=self._settled,
            last_scan_s=round(self._scan_s, 3),
            expired=scanned.expired,
            refused=scanned.problems | self._folders.refused,
            last_error=self._last_error,
        )

    # -- noticing

    async def _notice(self) -> None:
        next_scan = 0.0
        with suppress(Unavailable):  # raised only when it is time to stop
            while not self._stopping:
                self._wake.clear()
                if await asyncio.to_thread(self._root.check):
                    self._unwatch()
                    self._scan_now = True
                if self._root.away is None:
                    self._watch()
                    await self._refresh()
                    drained = self._scanned is not None and self._scanned.more and len(self._intake) < DRAINED
                    if self._scan_now or drained or time.monotonic() >= next_scan:
                        self._scan_now = False
                        await self._look_at_all()
                        next_scan = time.monotonic() + self._interval()
                    await self._look_at_appeared()
                await self._pause(next_scan)

    async def _pause(self, next_scan: float) -> None:
        seconds = 1.0 if self._root.away else min(1.0, max(0.01, next_scan - time.monotonic()))
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()

    def _interval(self) -> float:
        if self._kernel is None:
            return max(POLL_S, self._scan_s / POLL_SHARE)
        return max(SCAN_S, self._scan_s / SCAN_SHARE)

    async def _refresh(self) -> None:
        """Look again at the cameras: one may be deleted or restored, another folder be no longer refused."""
        before = self._folders.waiting
        age_s = time.monotonic() - self._refreshed_at
        if age_s < (REFRESH_S if before else SCAN_S) and not self._folders.stale:
            return
        await self._patience.insist("database", self._folders.refresh)
        self._refreshed_at = time.monotonic()
        self._scan_now |= bool(before - self._folders.waiting)

    async def _look_at_all(self) -> None:
        started, heard = time.monotonic(), self._heard
        known, held_back = self._register.known, self._folders.waiting
        try:
            oldest_ns = int((self._clock() - self._kept).timestamp() * 1e9)
            found = await asyncio.to_thread(scan, self._storage.cameras_dir, known, held_back, oldest_ns)
        except OSError as error:
            self._error(f"the cameras' folder cannot be read: {error.strerror}")
            return
        self._scanned = found
        self._settled = heard or self._kernel is None
        self._folders.keep(found.folders)
        # what was registered while the scan ran may be dropped here too: the next scan asks the database for it
        known.intersection_update(found.present)
        # all at once: cameras take turns only among those whose files are offered
        self._intake.offer([file for files in found.unknown.values() for file in await self._unregistered(files)])
        self._tell_renamed(found)
        self._scan_now |= bool(found.renamed)
        self._scan_s = time.monotonic() - started

    async def _look_at_appeared(self) -> None:
        now = time.monotonic()
        due = {path for at, path in self._appeared if at <= now}
        self._appeared = [(at, path) for at, path in self._appeared if at > now]
        for path in due:
            if folder_of(path) in self._folders.waiting:
                continue
            found = await asyncio.to_thread(scan_folder, self._storage.cameras_dir, path, self._register.known)
            self._tell_renamed(found)
            self._scan_now |= bool(found.renamed)
            for files in found.unknown.values():
                self._intake.offer(await self._unregistered(files))

    async def _unregistered(self, files: list[FoundFile]) -> list[FoundFile]:
        """What the database does not know in just this state."""
        known = await self._patience.insist(
            "database", lambda: registered(self._engine, self._storage.volume, files)
        )
        self._register.known |= known
        return [file for file in files if fingerprint(file.path, file.size, file.mtime_ns) not in known]

    def _folder_appeared(self, path: bytes) -> None:
        now = time.monotonic()
        self._appeared += [(now, path), (now + AGAIN_S, path)]
        self._wake.set()

    # -- the kernel's reports

    def _watch(self) -> None:
        if self._kernel is None and not self._must_poll and time.monotonic() >= self._kernel_again:
            self._heard = self._settled = False
            self._kernel = KernelWatch(self._storage.cameras_dir, self._changed, self._alive, self._ended)
            self._scan_now = True

    def _unwatch(self) -> None:
        if self._kernel is not None:
            self._kernel.stop()
            self._kernel = None

    def _changed(self, paths: set[bytes]) -> None:
        self._alive()
        root = os.fsencode(self._storage.cameras_dir) + b"/"
        waiting = self._folders.waiting
        inside = (path.removeprefix(root) for path in paths if path.startswith(root))
        self._intake.notice(path for path in inside if is_inside(path) and folder_of(path) not in waiting)

    def _alive(self) -> None:
        if not self._heard:  # now the watch is surely set up: look once more at what came before it was
            self._heard = self._scan_now = True
            self._wake.set()

    def _ended(self, because: str, lasting: bool) -> None:
        """Names that are not UTF-8 are changed by the scan; then watching is tried again."""
        self._kernel = None
        self._kernel_because = because
        self._kernel_again = time.monotonic() + (LASTING_S if lasting else max(POLL_S, self._scan_s / POLL_SHARE))
        self._scan_now = True
        self._error(because)
        self._wake.set()

    # -- words

    def _tell_renamed(self, found: Scan) -> None:
        for old, new in found.renamed:
            log.warning("a name was not UTF-8", extra={"old": repr(old), "new": new.decode("utf-8", "replace")})

    def _error(self, because: str) -> None:
        self._last_error = because
        log.warning("the watcher goes on in another way", extra={"reason": because})
