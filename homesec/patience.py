"""Waiting for what is away (PostgreSQL, Redis, the writer): the same again, with growing pauses, until it is done."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from homesec.errors import Unavailable

FIRST_S, LONGEST_S = 0.1, 5.0  # pauses before the same is tried again

Answer = TypeVar("Answer")


class Patience:
    """What is away at the moment, by the part that waits for it, so that health can tell."""

    def __init__(self) -> None:
        self.trouble: dict[str, str] = {}
        self._over = asyncio.Event()

    @property
    def because(self) -> str | None:
        """What is waited for, in words; None = nothing."""
        return "; ".join(sorted(set(self.trouble.values()))) or None

    def end(self) -> None:
        """From now on nothing is waited for."""
        self._over.set()

    async def insist(self, part: str, call: Callable[[], Awaitable[Answer]]) -> Answer:
        """Call until it is no longer Unavailable. Raises Unavailable only after the end; other errors pass."""
        pause_s = FIRST_S
        while True:
            try:
                answer = await call()
            except Unavailable as error:
                self.trouble[part] = str(error)
                if self._over.is_set():
                    raise
                await self.pause(pause_s)
                pause_s = min(pause_s * 2, LONGEST_S)
            else:
                self.trouble.pop(part, None)
                return answer

    async def pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._over.wait()
        except TimeoutError:
            return
