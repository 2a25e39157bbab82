"""What the owner does with cameras."""

from dataclasses import dataclass, field
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, RowMapping, text

from homesec.errors import Conflict, NotFound
from homesec.store.writes.access import By, audit_by
from homesec.store.writes.jobs import queue_job
from homesec.store.writes.unit import Message, Outcome

_COLUMNS = "id, name, folder_path, status, created_at, last_seen_at, deleted_at, timezone, settings"
_INSERT = text(
    f"""
    INSERT INTO cameras (id, name, folder_path, timezone, settings)
    VALUES (:id, :name, :folder_path, :timezone, :settings)
    ON CONFLICT DO NOTHING RETURNING {_COLUMNS}
    """
)
_IN_THE_WAY = text("SELECT id, deleted_at FROM cameras WHERE id = :id OR folder_path = :folder_path LIMIT 1")
_UPDATE = text(
    f"""
    UPDATE cameras SET
        name = CASE WHEN :has_name THEN :name ELSE name END,
        timezone = CASE WHEN :has_timezone THEN :timezone ELSE timezone END,
        settings = settings || :settings
    WHERE id = :id AND deleted_at IS NULL AND (
        (:has_name AND name IS DISTINCT FROM :name) OR (:has_timezone AND timezone IS DISTINCT FROM :timezone)
        OR settings IS DISTINCT FROM settings || :settings)
    RETURNING {_COLUMNS}
    """
)
_DELETE = text(f"UPDATE cameras SET deleted_at = now() WHERE id = :id AND deleted_at IS NULL RETURNING {_COLUMNS}")
_RESTORE = text(f"UPDATE cameras SET deleted_at = NULL WHERE id = :id AND deleted_at IS NOT NULL RETURNING {_COLUMNS}")
_NAME = text("SELECT name FROM cameras WHERE id = :id FOR UPDATE")
_FIND = text(f"SELECT {_COLUMNS} FROM cameras WHERE id = :id")


@dataclass(frozen=True)
class CreateCamera:
    """A camera before its first file. Raises Conflict when its id or folder is taken. Result: its row."""

    camera_id: str
    name: str
    folder_path: str
    timezone: str | None
    settings: dict[str, Any]
    by: By

    def apply(self, connection: Connection) -> Outcome:
        values = {"id": self.camera_id, "name": self.name, "folder_path": self.folder_path, "timezone": self.timezone}
        made = connection.execute(_INSERT, {**values, "settings": Jsonb(self.settings)}).mappings().one_or_none()
        if made is None:
            other = connection.execute(_IN_THE_WAY, values).one()
            hint = "; it is deleted and can be restored" if other.deleted_at else ""
            raise Conflict(f"there is already a camera {other.id}{hint}")
        audit_by(connection, self.by, "create", "camera", self.camera_id)
        return _told(made)


@dataclass(frozen=True)
class UpdateCamera:
    """Change name or time zone, and merge settings. Raises NotFound. Result: its row.

    Events are found by the name of their camera, so another name asks for a job that gives it to the old ones.
    """

    camera_id: str
    by: By
    changes: dict[str, Any] = field(default_factory=dict)
    """`name` and `timezone`, as far as they change."""
    settings: dict[str, Any] = field(default_factory=dict)

    def apply(self, connection: Connection) -> Outcome:
        values: dict[str, Any] = {"id": self.camera_id, "settings": Jsonb(self.settings)}
        for name in ("name", "timezone"):
            values |= {name: self.changes.get(name), f"has_{name}": name in self.changes}
        before = connection.scalar(_NAME, {"id": self.camera_id})
        row = connection.execute(_UPDATE, values).mappings().one_or_none()
        if row is None:
            return Outcome(dict(_found(connection, self.camera_id)))
        audit_by(
            connection, self.by, "update", "camera", self.camera_id, fields=sorted([*self.changes, *self.settings])
        )
        told = _told(row)
        if row["name"] == before:
            return told
        return Outcome(told.result, [*told.messages, *queue_job(connection, "rename", {"camera": self.camera_id})])


@dataclass(frozen=True)
class DeleteCamera:
    """Soft: what it saw stays, and files that it still uploads wait until it is restored. Raises NotFound."""

    camera_id: str
    by: By

    def apply(self, connection: Connection) -> Outcome:
        row = connection.execute(_DELETE, {"id": self.camera_id}).mappings().one_or_none()
        if row is None:
            return Outcome(dict(_found(connection, self.camera_id, deleted=True)))
        audit_by(connection, self.by, "delete", "camera", self.camera_id)
        return _told(row)


@dataclass(frozen=True)
class RestoreCamera:
    """Undo the deletion. Raises NotFound. Result: its row."""

    camera_id: str
    by: By

    def apply(self, connection: Connection) -> Outcome:
        row = connection.execute(_RESTORE, {"id": self.camera_id}).mappings().one_or_none()
        if row is None:
            return Outcome(dict(_found(connection, self.camera_id)))
        audit_by(connection, self.by, "restore", "camera", self.camera_id)
        return _told(row)


def _found(connection: Connection, camera_id: str, deleted: bool = False) -> RowMapping:
    """The row as it is. Raises NotFound; a deleted camera is there only for what concerns deleted ones."""
    row = connection.execute(_FIND, {"id": camera_id}).mappings().one_or_none()
    if row is None or (row["deleted_at"] is not None and not deleted):
        raise NotFound("there is no such camera")
    return row


def _told(row: RowMapping) -> Outcome:
    payload = {"camera_id": row["id"], "status": row["status"], "deleted": row["deleted_at"] is not None}
    return Outcome(dict(row), [Message("camera.status", payload)])
