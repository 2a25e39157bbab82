"""The words by which events are found, made again."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from homesec.store.tables.core import SEARCH_CONFIG
from homesec.store.writes.unit import Outcome

# of the same words as SaveEvent's
_RESET = text(
    f"""
    UPDATE events AS event SET search_vector = to_tsvector('{SEARCH_CONFIG}', concat_ws(' ', event.summary,
        event.reasoning, array_to_string(event.object_types, ' '), camera.name))
    FROM cameras AS camera
    WHERE camera.id = event.camera_id AND event.id IN (
        SELECT id FROM events WHERE camera_id = :camera_id AND id > :after ORDER BY id LIMIT :limit)
    RETURNING event.id
    """
)


@dataclass(frozen=True)
class ResetSearchWords:
    """Of the next events of a camera that has another name now. Result: how many, and the last one's id."""

    camera_id: str
    after: int
    limit: int

    def apply(self, connection: Connection) -> Outcome:
        values = {"camera_id": self.camera_id, "after": self.after, "limit": self.limit}
        ids = connection.execute(_RESET, values).scalars().all()
        return Outcome((len(ids), max(ids, default=self.after)))
