"""What the API needs of the world around it. Under Ray these are actors; without, plain objects."""

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from sqlalchemy.ext.asyncio import AsyncEngine

from homesec.bus import Bus
from homesec.domain.insights import Embedding
from homesec.media.storage import Storage
from homesec.settings import Settings
from homesec.store.writes.unit import Unit

PartState = Literal["ok", "waiting", "down", "absent"]


@dataclass(frozen=True)
class Part:
    """The health of one part. `detail` says more: a detector's model and why it is a stand-in, a watcher's mode."""

    name: str
    state: PartState
    detail: dict[str, Any] = field(default_factory=dict)


class Services(Protocol):
    """Reads go to the database directly, every write through `write`, files through the storage."""

    @property
    def settings(self) -> Settings: ...

    @property
    def database(self) -> AsyncEngine: ...

    @property
    def bus(self) -> Bus: ...

    @property
    def storage(self) -> Storage: ...

    async def write(self, unit: Unit) -> Any:
        """Commit the unit; its result, or its error raised. Raises Unavailable when the writer is away."""
        ...

    async def meaning(self, words: str) -> Embedding | None:
        """The words as a vector; None when no model is set, or when they say nothing. Raises Unavailable."""
        ...

    async def parts(self) -> list[Part]:
        """The health of every actor, without PostgreSQL and Redis. Raises nothing: what is away is `down`."""
        ...

    def hint_jobs(self) -> None:
        """Tell the runner that there is a job; it looks by itself twice a minute anyway."""
        ...

    async def start(self) -> None:
        """Prepare; never fails because something is away."""
        ...

    async def close(self) -> None:
        """Let go of everything."""
        ...
