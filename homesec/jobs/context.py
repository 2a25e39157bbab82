"""What a job that runs is given, and what its kind is."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from homesec.errors import HomesecError, Unavailable
from homesec.media.storage import Storage
from homesec.settings import Settings
from homesec.store.writes.jobs import Progress
from homesec.store.writes.unit import Unit

LEASE_S = 60.0  # a runner that says nothing for so long is dead
SAID_EVERY_S = 0.5  # progress without a checkpoint is written no more often

Write = Callable[[Unit], Awaitable[Any]]


class Cancelled(HomesecError):
    """The job was cancelled."""


class Superseded(HomesecError):
    """Another runner has taken the job: this one was silent for too long."""


class Context:
    """One job on its way: what was asked for, where it is to go on, and the world around it."""

    def __init__(
        self,
        row: Mapping[str, Any],
        engine: AsyncEngine,
        write: Write,
        storage: Storage,
        settings: Settings,
        lease_s: float = LEASE_S,
    ) -> None:
        self.job_id: str = row["id"]
        self.attempt: int = row["attempts"]
        self.params: dict[str, Any] = row["params"]
        self.checkpoint: dict[str, Any] = row["checkpoint"]
        """As it was said last; empty at the first start."""
        self.engine, self.write, self.storage, self.settings = engine, write, storage, settings
        self._lease_s = lease_s
        self._said: tuple[int, str] | None = None
        self._said_at = 0.0
        self._ordered: HomesecError | None = None
        """Why it must end."""

    async def progress(self, done: float, what: str, checkpoint: dict[str, Any] | None = None) -> None:
        """Say how far it is, in percent, and what it does; with a checkpoint a later runner goes on from there.

        Raises Cancelled and Superseded, after which nothing may be changed any more, and Unavailable.
        """
        if self._ordered is not None:
            raise self._ordered
        now, said = time.monotonic(), (max(0, min(99, int(done))), what)
        if checkpoint is None and now - self._said_at < SAID_EVERY_S:
            return
        self._said_at = now
        self.checkpoint = self.checkpoint if checkpoint is None else checkpoint
        percent, step = (None, None) if said == self._said else said  # said once
        self._said = said
        await self._tell(Progress(self.job_id, self.attempt, self._lease_s, percent, step, checkpoint))

    async def keep_alive(self) -> None:
        """Renew the lease for ever, also in a long step that says nothing."""
        while True:
            await asyncio.sleep(self._lease_s / 3)
            with contextlib.suppress(Cancelled, Superseded, Unavailable):  # the next `progress` raises it
                await self._tell(Progress(self.job_id, self.attempt, self._lease_s))

    async def _tell(self, unit: Progress) -> None:
        answer = await self.write(unit)
        if answer != "go on":
            self._ordered = Cancelled() if answer == "cancel" else Superseded()
            raise self._ordered


@dataclass(frozen=True)
class JobKind:
    """What a kind of job does. `run` gives the result, starts again from the checkpoint, and may run more than once."""

    name: str
    run: Callable[[Context], Awaitable[dict[str, Any]]]
    every_s: float | None = None
    """So often it is asked for by itself, without params."""
    frees_disk: bool = False
    """It is asked for more often while the disk is nearly full."""
