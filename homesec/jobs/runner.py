"""The runner: takes one job after another, keeps its lease, and writes how it ended."""

import asyncio
import logging
import shutil
import time
from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncEngine

from homesec.errors import HomesecError, Unavailable
from homesec.jobs.context import LEASE_S, Cancelled, Context, JobKind, Superseded, Write
from homesec.media.storage import Storage
from homesec.settings import Settings
from homesec.store.writes.access import By
from homesec.store.writes.jobs import MAX_ATTEMPTS, CreateJob, FinishJob, ReleaseJob, TakeJob, new_job_id

LOOK_S = 30.0  # between two looks for work when no hint comes
ASK_S = 600.0  # between two looks at what is due by itself, and at the disk
AGAIN_S = 3600.0  # between two runs of what frees the disk while it is nearly full
NEARLY_FULL = 0.05  # of the disk, or
NEARLY_FULL_BYTES = 5 * 2**30  # so much of it, whichever is less
MOST_WORDS = 1000  # characters of an error
SYSTEM = By("system")

log = logging.getLogger(__name__)


class Runner:
    """One job at a time. What it was doing when it died goes on from its checkpoint when its lease has run out."""

    def __init__(
        self,
        kinds: Mapping[str, JobKind],
        engine: AsyncEngine,
        write: Write,
        storage: Storage,
        settings: Settings,
        lease_s: float = LEASE_S,
    ) -> None:
        self._kinds, self._engine, self._write = kinds, engine, write
        self._storage, self._settings, self._lease_s = storage, settings, lease_s
        self._running: asyncio.Task[dict[str, Any]] | None = None
        self._stopping = False
        self._ask_at = 0.0
        self.job_id: str | None = None
        self.completed = self.failed = 0
        self.because: str | None = None
        """What the owner should know of the disk."""

    async def round(self) -> float:
        """Ask for what is due by itself, and run one job. Gives the seconds to wait before the next round.

        Raises Unavailable while PostgreSQL or the writer is away.
        """
        await self._ask()
        row = None if self._stopping else await self._write(TakeJob(tuple(self._kinds), self._lease_s))
        if row is None:
            return LOOK_S
        if row["attempts"] > MAX_ATTEMPTS:
            step = row["current_step"] or "none"
            await self._end(row, "failed", error=f"its runner died {MAX_ATTEMPTS} times; the last step was: {step}")
        else:
            await self._run(row)
        return 0.0

    def stop(self) -> None:
        """Interrupt the job that runs: it goes on at the next start."""
        self._stopping = True
        if self._running is not None:
            self._running.cancel()

    async def _ask(self) -> None:
        now = time.monotonic()
        if now < self._ask_at:
            return
        usage = await asyncio.to_thread(shutil.disk_usage, self._settings.data_dir)
        full = usage.free < min(usage.total * NEARLY_FULL, NEARLY_FULL_BYTES)
        self.because = f"the disk is nearly full: {usage.free / 2**30:.1f} GB are free" if full else None
        for kind in self._kinds.values():
            every_s = AGAIN_S if full and kind.frees_disk else kind.every_s
            if every_s is not None:
                await self._write(CreateJob(new_job_id(kind.name), kind.name, {}, SYSTEM, every_s))
        self._ask_at = now + ASK_S

    async def _run(self, row: Mapping[str, Any]) -> None:
        context = Context(row, self._engine, self._write, self._storage, self._settings, self._lease_s)
        log.info("a job runs", extra={"job_id": context.job_id, "attempt": context.attempt})
        self.job_id = context.job_id
        self._running = asyncio.ensure_future(self._kinds[row["job_type"]].run(context))
        pulse = asyncio.create_task(context.keep_alive())
        try:
            await self._end(row, "completed", await self._running)
        except asyncio.CancelledError:
            if not self._stopping:
                raise
            await self._write(ReleaseJob(context.job_id, context.attempt))
        except Cancelled:
            await self._end(row, "cancelled")
        except (Superseded, Unavailable):  # another runner has it, or will when the lease has run out
            raise
        except Exception as error:  # the runner outlives whatever a job meets
            words = str(error) if isinstance(error, HomesecError) else f"{type(error).__name__}: {error}"
            log.exception("a job failed", extra={"job_id": context.job_id})
            await self._end(row, "failed", error=words[:MOST_WORDS])
        finally:
            pulse.cancel()
            self.job_id = self._running = None

    async def _end(
        self,
        row: Mapping[str, Any],
        status: Literal["completed", "failed", "cancelled"],
        result: dict[str, Any] | None = None,
        error: str | None = None,
    ) -> None:
        self.completed += status == "completed"
        self.failed += status == "failed"
        await self._write(FinishJob(row["id"], row["attempts"], status, result, error))
