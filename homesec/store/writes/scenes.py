"""What the scene check takes and finds: views of pictures, references, changes; and what the owner says of those."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, RowMapping, text

from homesec.domain.scenes import Change
from homesec.domain.views import Light, Reference
from homesec.errors import Conflict, NotFound
from homesec.store.sessions import below
from homesec.store.writes.access import By, audit_by
from homesec.store.writes.senses import more_is_known_around
from homesec.store.writes.unit import Message, Outcome

_COPY_VIEWS = "COPY scene_views (upload_id, frame_no, taken_at, light, grey) FROM STDIN (FORMAT BINARY)"
_VIEW_TYPES = ("int8", "int4", "timestamptz", "text", "bytea")
_TAKE_VIEWS = text(
    """
    DELETE FROM scene_views USING unnest(CAST(:upload_ids AS bigint[]), CAST(:frames AS int[])) AS taken(id, frame_no)
    WHERE scene_views.upload_id = taken.id AND scene_views.frame_no = taken.frame_no RETURNING scene_views.upload_id
    """
)
_FORGET = text("DELETE FROM scene_references WHERE camera_id = :camera_id AND NOT light = ANY(CAST(:lights AS text[]))")
_REMEMBER = text(
    """
    INSERT INTO scene_references (camera_id, light, data, state) VALUES (:camera_id, :light, :data, :state)
    ON CONFLICT (camera_id, light) DO UPDATE SET data = excluded.data, state = excluded.state, updated_at = now()
    """
)
_CHANGE = text(
    """
    INSERT INTO scene_changes (camera_id, detected_at, change_type, similarity_score, volume, file_path, before_path)
    VALUES (:camera_id, :detected_at, :change_type, :similarity, :volume, :file_path, :before_path)
    ON CONFLICT DO NOTHING RETURNING id, camera_id, change_type, acknowledged, ended_at
    """
)
_END = text(
    """
    UPDATE scene_changes SET ended_at = :at WHERE camera_id = :camera_id AND ended_at IS NULL
    RETURNING id, camera_id, change_type, acknowledged, ended_at
    """
)
_ACKNOWLEDGE = text(
    """
    UPDATE scene_changes SET acknowledged = true, acknowledged_at = now() WHERE id = :id AND NOT acknowledged
    RETURNING id, camera_id, change_type, acknowledged, ended_at
    """
)
_FIND = text("SELECT * FROM scene_changes WHERE id = :id AND camera_id = :camera_id")


class SeenView(NamedTuple):
    """A picture made small, as the detector saw it."""

    light: Light
    grey: bytes
    """64 x 36, row by row."""
    frame_no: int = 0
    offset_s: float = 0.0
    """From the start of the clip."""


class ViewRow(NamedTuple):
    """A row of `scene_views`."""

    upload_id: int
    frame_no: int
    taken_at: datetime
    light: str
    grey: bytes


def copy_views(connection: Connection, rows: Iterable[ViewRow]) -> None:
    """Into `scene_views`, where they wait for the scene check. Nothing is sent when there are none."""
    waiting = list(rows)
    if not waiting:
        return
    with below(connection) as driver, driver.cursor() as cursor, cursor.copy(_COPY_VIEWS) as copy:
        copy.set_types(_VIEW_TYPES)
        for row in waiting:
            copy.write_row(row)


@dataclass(frozen=True)
class Shown:
    """Where the pictures of a change lie in the media folder; None where there is none any more."""

    volume: str | None = None
    after: str | None = None
    before: str | None = None


@dataclass(frozen=True)
class Began:
    """A view became another one."""

    change: Change
    shown: Shown


@dataclass(frozen=True)
class Ended:
    """The view is as it was, or counts as usual now."""

    at: datetime


@dataclass(frozen=True)
class SaveScene:
    """What the views of a camera said, in their order; they are gone with it.

    `references` are all that the camera has now. Raises Conflict, and changes nothing, when a view was already taken.
    """

    camera_id: str
    views: tuple[tuple[int, int], ...]
    """Upload id and frame number."""
    references: tuple[tuple[Light, Reference], ...]
    steps: tuple[Began | Ended, ...] = ()

    def apply(self, connection: Connection) -> Outcome:
        upload_ids, frames = [view[0] for view in self.views], [view[1] for view in self.views]
        taken = connection.execute(_TAKE_VIEWS, {"upload_ids": upload_ids, "frames": frames}).all()
        if len(taken) != len(self.views):
            raise Conflict("a view of this round is already taken")
        lights = [light for light, _ in self.references]
        connection.execute(_FORGET, {"camera_id": self.camera_id, "lights": lights})
        for light, reference in self.references:
            values = {"camera_id": self.camera_id, "light": light, "data": reference.data()}
            connection.execute(_REMEMBER, {**values, "state": Jsonb(reference.to_json())})
        rows = [row for step in self.steps if (row := self._stepped(connection, step)) is not None]
        return Outcome(len(taken), [_message(row) for row in rows])

    def _stepped(self, connection: Connection, step: Began | Ended) -> RowMapping | None:
        if isinstance(step, Ended):
            return connection.execute(_END, {"camera_id": self.camera_id, "at": step.at}).mappings().one_or_none()
        values = {
            "camera_id": self.camera_id,
            "detected_at": step.change.since,
            "change_type": step.change.kind,
            "similarity": step.change.similarity,
            "volume": step.shown.volume,
            "file_path": step.shown.after,
            "before_path": step.shown.before,
        }
        row = connection.execute(_CHANGE, values).mappings().one_or_none()
        if row is not None:
            more_is_known_around(connection, self.camera_id, step.change.since)
        return row


@dataclass(frozen=True)
class AcknowledgeSceneChange:
    """The owner knows. If the view stays so for a day, it is how things are. Raises NotFound. Result: its row."""

    camera_id: str
    change_id: int
    by: By

    def apply(self, connection: Connection) -> Outcome:
        values = {"id": self.change_id, "camera_id": self.camera_id}
        if connection.execute(_FIND, values).first() is None:
            raise NotFound("this camera has no such scene change")
        row = connection.execute(_ACKNOWLEDGE, {"id": self.change_id}).mappings().one_or_none()
        if row is not None:
            audit_by(connection, self.by, "acknowledge", "scene_change", str(self.change_id))
        now = connection.execute(_FIND, values).mappings().one()
        return Outcome(dict(now), [] if row is None else [_message(row)])


def _message(row: RowMapping) -> Message:
    payload = {
        "scene_change_id": row["id"],
        "camera_id": row["camera_id"],
        "change_type": row["change_type"],
        "acknowledged": row["acknowledged"],
        "ended": row["ended_at"] is not None,
    }
    return Message("scene.changed", payload)
