"""The one loop of an actor: a step again and again, woken early by hints, backing off while something is away."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from homesec.errors import Unavailable

BACK_OFF_S = (0.2, 0.5, 1.0, 2.0)  # while PostgreSQL, Redis or a peer is away

log = logging.getLogger(__name__)


class Loop:
    """Runs `step`, which gives the seconds to wait before the next one."""

    def __init__(self, step: Callable[[], Awaitable[float]]) -> None:
        self._step = step
        self._hint = asyncio.Event()
        self.stopping = False
        self.because: str | None = None
        self.errors = 0
        self._task = asyncio.create_task(self._run())

    def wake(self) -> None:
        self._hint.set()

    async def _run(self) -> None:
        failures = 0
        while not self.stopping:
            try:
                wait_s = await self._step()
                failures, self.because = 0, None
            except Exception as error:  # the loop outlives whatever a step meets: it says so and tries again
                self.because = str(error)
                self.errors += not isinstance(error, Unavailable)
                if not isinstance(error, Unavailable):
                    log.exception("a step failed")
                wait_s = BACK_OFF_S[min(failures, len(BACK_OFF_S) - 1)]
                failures += 1
            if wait_s > 0 and not self.stopping:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._hint.wait(), wait_s)
            self._hint.clear()

    def health(self) -> dict[str, Any]:
        return {"state": "waiting" if self.because else "ok", "because": self.because, "errors": self.errors}

    async def stop(self, within_s: float = 10.0) -> None:
        """Let the step that runs finish, but not for ever."""
        self.stopping = True
        self._hint.set()
        with contextlib.suppress(TimeoutError, asyncio.CancelledError):
            await asyncio.wait_for(self._task, within_s)
