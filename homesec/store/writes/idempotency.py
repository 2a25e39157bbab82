"""A request that is repeated with its Idempotency-Key is done once and answered as the first time."""

from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb
from pydantic_core import to_jsonable_python
from sqlalchemy import Connection, text

from homesec.errors import InvalidInput
from homesec.store.writes.unit import Outcome, Unit

_KEPT = text("DELETE FROM idempotency_keys WHERE created_at < now() - interval '24 hours'")
_FIND = text("SELECT request_sha256, body FROM idempotency_keys WHERE key = :key AND key_id = :key_id")
_INSERT = text(
    """
    INSERT INTO idempotency_keys (key, key_id, request_sha256, status, body)
    VALUES (:key, :key_id, :request_sha256, :status, :body)
    """
)


@dataclass(frozen=True)
class Answer:
    """The result of the unit, and whether it is that of an earlier request."""

    body: dict[str, Any]
    repeated: bool


@dataclass(frozen=True)
class Once:
    """The unit and the memory of its answer in one transaction: `body`, or the unit's own result.

    `unit` None only remembers. Raises InvalidInput when the key came with another request before. Result: Answer.
    """

    key: str
    key_id: int
    request_sha256: bytes
    status: int
    unit: Unit | None
    body: dict[str, Any] | None = None

    def apply(self, connection: Connection) -> Outcome:
        connection.execute(_KEPT)
        names = {"key": self.key, "key_id": self.key_id}
        before = connection.execute(_FIND, names).one_or_none()
        if before is not None:
            if bytes(before.request_sha256) != self.request_sha256:
                raise InvalidInput("this Idempotency-Key was used for another request")
            return Outcome(Answer(before.body, repeated=True))
        outcome = self.unit.apply(connection) if self.unit is not None else Outcome()
        body = to_jsonable_python(outcome.result if self.body is None else self.body)
        connection.execute(
            _INSERT, {**names, "request_sha256": self.request_sha256, "status": self.status, "body": Jsonb(body)}
        )
        return Outcome(Answer(body, repeated=False), outcome.messages)
