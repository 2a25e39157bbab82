"""Calling another actor by its name: looked up once, again after a death, with errors in homesec's own words."""

import asyncio
import contextlib
from typing import Any

import ray
from ray.exceptions import RayActorError, RayError

from actors import NAMESPACE
from homesec.errors import Unavailable


class Peer:
    """A named actor that may be rebuilt at any time."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._handle: Any = None
        self._hints: set[asyncio.Task[None]] = set()

    async def call(self, method: str, *arguments: Any, timeout_s: float = 60.0) -> Any:
        """Call and wait. Raises Unavailable when the actor is not there, dies on the way or does not answer in time."""
        try:
            if self._handle is None:
                self._handle = await asyncio.to_thread(ray.get_actor, self.name, namespace=NAMESPACE)
            return await asyncio.wait_for(getattr(self._handle, method).remote(*arguments), timeout_s)
        except (ValueError, RayActorError) as error:  # ValueError: no actor of that name
            self._handle = None
            raise Unavailable(f"the {self.name} is not there at the moment") from error
        except TimeoutError as error:
            raise Unavailable(f"the {self.name} does not answer") from error
        except RayError as error:
            self._handle = None
            raise Unavailable(f"the {self.name} cannot be asked: {type(error).__name__}") from error

    def tell(self, method: str, *arguments: Any) -> None:
        """Call without waiting: a hint, lost when the actor is not there."""
        task = asyncio.ensure_future(self._hint(method, *arguments))
        self._hints.add(task)
        task.add_done_callback(self._hints.discard)

    async def _hint(self, method: str, *arguments: Any) -> None:
        with contextlib.suppress(Unavailable):
            await self.call(method, *arguments)
