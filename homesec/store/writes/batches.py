"""Writes of the aggregator: batches grow, uploads are done, objects are followed, batches close; and failed analyses
are counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, text

from homesec.domain.batches import Growth, Span
from homesec.errors import Conflict
from homesec.store.writes.tracks import SaveTracks
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
_PLACE = text(
    """
    UPDATE detections SET batch_id = coalesce(detections.batch_id, line.batch_id), track_id = tracks.id,
        excluded_because = CASE WHEN line.judged THEN line.reason ELSE detections.excluded_because END
    FROM unnest(CAST(:ids AS bigint[]), CAST(:batch_ids AS bigint[]), CAST(:numbers AS int[]),
            CAST(:judged AS boolean[]), CAST(:reasons AS text[])) AS line(id, batch_id, number, judged, reason)
        LEFT JOIN tracks ON tracks.camera_id = :camera_id AND tracks.session = :session
            AND tracks.track_id = line.number
    WHERE detections.id = line.id
    """
)

# What somebody left or took is often told when they are gone, and their batch is over: it is judged anew.
_REVISE = text(
    """
    UPDATE batches SET revision = revision + 1, attempts = 0, error = NULL
    WHERE id IN (SELECT batch_id FROM detections WHERE track_id = ANY(:tracks)) AND id <> ALL(:saved)
    RETURNING id, eventful
    """
)


class Placed(NamedTuple):
    """Where a detection belongs, besides the batch that it may be placed in."""

    detection_id: int
    track: int | None
    """Number within the camera's session."""
    judged: bool = False
    """False: its reason stays what it is."""
    reason: str | None = None
    """Why it is in no batch."""


@dataclass(frozen=True)
class SaveBatches:
    """One round of the aggregator for one camera: these uploads are done, these batches grew or closed, and so were
    its objects followed.

    Raises Conflict, and changes nothing, when an upload was already done or a batch or the state of the tracks is
    another than the aggregator saw: it reads again and decides again. Result: [(batch id, eventful)] of the changed
    batches, first those of `growths`.
    """

    camera_id: str
    upload_ids: tuple[int, ...]
    growths: tuple[Growth, ...]
    placed: tuple[Placed, ...] = ()
    tracks: SaveTracks | None = None

    def apply(self, connection: Connection) -> Outcome:
        if self.upload_ids:
            taken = connection.execute(_TAKE_UPLOADS, {"ids": list(self.upload_ids)}).scalars().all()
            if len(taken) != len(self.upload_ids):
                raise Conflict("an upload of this round is already done")
        persons = [] if self.tracks is None else self.tracks.apply(connection)
        saved: list[tuple[int, bool]] = []
        batch_of: dict[int, int] = {}
        for growth in self.growths:
            batch_id = self._save(connection, growth.span)
            saved.append((batch_id, growth.span.is_eventful))
            batch_of |= dict.fromkeys(growth.detection_ids, batch_id)
        self._place(connection, batch_of)
        if persons:
            values = {"tracks": persons, "saved": [batch_id for batch_id, _ in saved]}
            saved += [(row.id, row.eventful) for row in connection.execute(_REVISE, values)]
        return Outcome(saved)

    def _place(self, connection: Connection, batch_of: dict[int, int]) -> None:
        placed = {one.detection_id: one for one in self.placed}
        lines = [*self.placed, *(Placed(number, None) for number in batch_of if number not in placed)]
        if lines:
            values = {
                "camera_id": self.camera_id,
                "session": None if self.tracks is None else self.tracks.session,
                "ids": [line.detection_id for line in lines],
                "batch_ids": [batch_of.get(line.detection_id) for line in lines],
                "numbers": [line.track for line in lines],
                "judged": [line.judged for line in lines],
                "reasons": [line.reason for line in lines],
            }
            connection.execute(_PLACE, values)

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
                    "AND revision = :revision AND (analysed_revision < revision OR judged_senses < senses_revision) "
                    "RETURNING attempts"
                ),
                {"id": self.batch_id, "revision": self.revision, "error": self.error},
            )
            .scalars()
            .all()
        )
        return Outcome(attempts[0] if attempts else 0)
