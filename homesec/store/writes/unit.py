"""The form of every write: a frozen value with `apply`, taken by the one writer, which may refuse it alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import Connection


@dataclass(frozen=True)
class Message:
    """One line of the outbox. `type` is one of api.md's; its part before the dot is the topic. Ids only, no names."""

    type: str
    payload: dict[str, Any]

    @property
    def topic(self) -> str:
        return self.type.partition(".")[0]


@dataclass(frozen=True)
class Outcome:
    """What a unit gives back to its caller, and what the world is told once it is committed."""

    result: Any = None
    messages: Sequence[Message] = field(default=())


class Unit(Protocol):
    """Idempotent: applied twice, the second changes no row and sends no message. When another unit of the commit is
    refused, all is rolled back and applied again, so `apply` uses nothing up and touches nothing but the database.

    Raises errors of homesec.errors for what the caller did wrong; any error rolls back this unit alone.
    A unit of several independent parts may have `split() -> list[Unit]`: the writer tries those one by one
    when the whole fails, so that one bad row fails alone. A kind of which many come at once may have a static
    `together(units) -> Unit`, whose result is the list of theirs and whose `split` gives them back: the writer
    applies those of one commit so.
    """

    def apply(self, connection: Connection) -> Outcome: ...
