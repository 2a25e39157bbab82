"""More is known of a batch than when it was judged: what raises `senses_revision`, and what settles it.

Whoever writes facts that evidence rests on calls one of these in the same transaction, so that no crash loses the
judgement that follows; the sweep finds what nobody asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from homesec.store.writes.unit import Outcome

_RAISE = "UPDATE batches SET senses_revision = senses_revision + 1, attempts = 0, error = NULL WHERE eventful AND "
_OF_BATCHES = text(_RAISE + "id = ANY(:ids)")
# A scene change is told a while after what caused it.
_AROUND = text(
    _RAISE + "camera_id = :camera_id AND last_at >= CAST(:at AS timestamptz) - interval '60 seconds' "
    "AND started_at <= CAST(:at AS timestamptz) + interval '30 seconds'"
)
# Who was seen long ago is history: its scores stand as the owner was told them.
_OF_ENTITIES = text(
    _RAISE + """last_at > now() - interval '1 day' AND id IN (
        SELECT detections.batch_id FROM tracks JOIN detections ON detections.track_id = tracks.id
        WHERE tracks.entity_id = ANY(CAST(:ids AS uuid[])))"""
)
_SETTLE = text("UPDATE batches SET judged_senses = greatest(judged_senses, :senses) WHERE id = :id")


def more_is_known(connection: Connection, batch_ids: Sequence[int]) -> None:
    """Of these batches."""
    if batch_ids:
        connection.execute(_OF_BATCHES, {"ids": list(batch_ids)})


def more_is_known_around(connection: Connection, camera_id: str, at: datetime) -> None:
    """Of the batches of a camera at a moment."""
    connection.execute(_AROUND, {"camera_id": camera_id, "at": at})


def more_is_known_of(connection: Connection, entity_ids: Sequence[str | UUID]) -> None:
    """Of the batches of the last day in which these entities were seen."""
    if entity_ids:
        connection.execute(_OF_ENTITIES, {"ids": [str(one) for one in entity_ids]})


@dataclass(frozen=True)
class NothingNew:
    """What was learned of a batch since it was judged changes nothing."""

    batch_id: int
    senses_revision: int

    def apply(self, connection: Connection) -> Outcome:
        connection.execute(_SETTLE, {"id": self.batch_id, "senses": self.senses_revision})
        return Outcome()
