"""Several actors that only coordinate, in one process.

Each process of Ray looks for signals a hundred times a second, about 1 % of a core, even when it has nothing to do. On
one machine that would be most of what an idle homesec takes.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from actors import COORDINATOR
from actors.lane import set_up_logging
from homesec.settings import Settings

log = logging.getLogger(__name__)


class CoordinatorActor:
    """Hosts shells by name, side by side on one loop. They die together, and Ray starts them together again."""

    async def __init__(  # type: ignore[misc]  # Ray awaits it, on the loop that the shells need
        self, settings: Settings, shells: Mapping[str, tuple[type, tuple[Any, ...]]]
    ) -> None:
        self._settings, self._kinds = settings, shells
        self._shells: dict[str, Any] = {}
        self._making = asyncio.Lock()
        for name in shells:
            try:
                await self._shell(name)
            except Exception:  # this shell's own failure, which its next call meets again, is none of the others'
                log.exception("a shell could not be made", extra={"actor": name})

    async def call(self, name: str, method: str, *arguments: Any) -> Any:
        """A method of one of them."""
        return await getattr(await self._shell(name), method)(*arguments)

    async def _shell(self, name: str) -> Any:
        async with self._making:
            if name not in self._shells:
                kind, arguments = self._kinds[name]
                shell: Any = object.__new__(kind)
                try:
                    await shell.__init__(*arguments)  # as Ray does where it hosts a single one
                finally:
                    set_up_logging(self._settings, COORDINATOR)  # each shell set up the log of a process of its own
                self._shells[name] = shell
        return self._shells[name]
