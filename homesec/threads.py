"""Work that blocks, in threads, so that whoever is cancelled leaves nothing running behind."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, TypeVar

Answer = TypeVar("Answer")


async def to_the_end(work: Callable[..., Answer], *arguments: Any) -> Answer:
    """In a thread. Who is cancelled meanwhile waits for its end: only then may the files it works on be closed."""
    running = asyncio.ensure_future(asyncio.to_thread(work, *arguments))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait({running})
        raise


async def stepwise(steps: Iterator[Answer]) -> AsyncIterator[Answer]:
    """Each step of an iterator in a thread."""
    while (step := await to_the_end(next, steps, None)) is not None:
        yield step
