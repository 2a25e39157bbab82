"""Calling another actor by its name: looked up once, again after a death, with errors in homesec's own words."""

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Any

import ray
from ray.exceptions import RayActorError, RayError

from actors import NAMESPACE
from homesec.errors import Unavailable


@dataclass(frozen=True)
class Handle:
    """One that can be asked: an actor, or one of several that an actor hosts."""

    actor: Any
    name: str
    host: str | None = None
    """The name of the actor that hosts it."""

    def ask(self, method: str, *arguments: Any) -> Any:
        """The reference to the answer."""
        if self.host is None:
            return getattr(self.actor, method).remote(*arguments)
        return self.actor.call.remote(self.name, method, *arguments)


class Peer:
    """A named actor that may be rebuilt at any time."""

    def __init__(self, name: str, host: str | None = None) -> None:
        self.name, self._host = name, host
        self._handle: Handle | None = None
        self._hints: set[asyncio.Task[None]] = set()

    async def call(self, method: str, *arguments: Any, timeout_s: float = 60.0) -> Any:
        """Call and wait. Raises Unavailable when the actor is not there, dies on the way or does not answer in time."""
        try:
            if self._handle is None:
                actor = await asyncio.to_thread(ray.get_actor, self._host or self.name, namespace=NAMESPACE)
                self._handle = Handle(actor, self.name, self._host)
            return await asyncio.wait_for(self._handle.ask(method, *arguments), timeout_s)
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
