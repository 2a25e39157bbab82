"""Writes of the aggregator: batches grow, uploads are done, batches close; and failed analyses are counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, text

from homesec.domain.batches import Growth, Span
from homesec.errors import Conflict
from homesec.store.writes.unit import Outcome

MAX_ATTEMPTS = 3  # failed analyses of one revision, after which the owner is asked

_TAKE_UPLOADS = text("UPDATE uploads SET state = 'done' WHERE id = ANY(:ids) AND state = 'detected' RETURNING id")
_INSERT = text(
    """
    INSERT INTO batches (camera_id, status, started_at, last_at, close_reason, revision, eventful, state)
    VALUES (:camera_id, :status, :started_at, :last_at, :close_reason, 1, :eventful, :state) RETURNING id
    """
)
_UPDATE = text(
    """
    UPDATE batches SET status = :status, started_at = :started_at, last_at = :last_at, close_reason = :close_reason,
        revision = revision + 1, eventful = :eventful, attempts = 0, error = NULL, state = :state
    WHERE id = :id AND revision = :revision RETURNING id
    """
)
_ASSIGN = text(
    """
    UPDATE detections SET batch_id = line.batch_id
    FROM unnest(CAST(:ids AS bigint[]), CAST(:batch_ids AS bigint[])) AS line(id, batch_id)
    WHERE detections.id = line.id AND detections.batch_id IS NULL AND detections.excluded_because IS NULL
    """
)


@dataclass(frozen=True)
class SaveBatches:
    """One round of the aggregator for one camera: these uploads are done, these batches grew or closed.

    Raises Conflict, and changes nothing, when an upload was already done or a batch has another revision than the
    aggregator saw: it reads again and decides again. Result: [(batch id, eventful)] of the changed batches.
    """

    camera_id: str
    upload_ids: tuple[int, ...]
    growths: tuple[Growth, ...]

    def apply(self, connection: Connection) -> Outcome:
        if self.upload_ids:
            taken = connection.execute(_TAKE_UPLOADS, {"ids": list(self.upload_ids)}).scalars().all()
            if len(taken) != len(self.upload_ids):
                raise Conflict("an upload of this round is already done")
        saved: list[tuple[int, bool]] = []
        detection_ids: list[int] = []
        batch_ids: list[int] = []
        for growth in self.growths:
            batch_id = self._save(connection, growth.span)
            saved.append((batch_id, growth.span.is_eventful))
            detection_ids += growth.detection_ids
            batch_ids += [batch_id] * len(growth.detection_ids)
        if detection_ids:
            connection.execute(_ASSIGN, {"ids": detection_ids, "batch_ids": batch_ids})
        return Outcome(saved)

    def _save(self, connection: Connection, span: Span) -> int:
        values = _columns(self.camera_id, span)
        batch_id = connection.scalar(_INSERT if span.id is None else _UPDATE, values)
        if batch_id is None:
            raise Conflict(f"batch {span.id} is no longer at revision {span.revision}")
        return int(batch_id)


def _columns(camera_id: str, span: Span) -> dict[str, Any]:
    return {
        "id": span.id,
        "camera_id": camera_id,
        "status": "open" if span.is_open else "closed",
        "started_at": span.started_at,
        "last_at": span.last_at,
        "close_reason": span.close_reason,
        "revision": span.revision,
        "eventful": span.is_eventful,
        "state": Jsonb({"touched_at": span.touched_at.isoformat(), "count": span.count, "doubt": span.doubt}),
    }


@dataclass(frozen=True)
class FailAnalysis:
    """An analysis of this revision failed for a reason of its own. Result: how many have failed now."""

    batch_id: int
    revision: int
    error: str

    def apply(self, connection: Connection) -> Outcome:
        attempts: Sequence[int] = (
            connection.execute(
                text(
                    "UPDATE batches SET attempts = attempts + 1, error = :error WHERE id = :id "
                    "AND revision = :revision AND analysed_revision < revision RETURNING attempts"
                ),
                {"id": self.batch_id, "revision": self.revision, "error": self.error},
            )
            .scalars()
            .all()
        )
        return Outcome(attempts[0] if attempts else 0)
