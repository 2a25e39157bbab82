"""What the owner does with events, and with work that was given up."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, text

from homesec.errors import Conflict, NotFound, Stale
from homesec.store.writes.access import By, audit_by
from homesec.store.writes.batches import MAX_ATTEMPTS
from homesec.store.writes.unit import Message, Outcome

_FACTS = "id, camera_id, incident_id, revision, risk_score, risk_level, status, reviewed, deleted_at"
_LOCK = text(f"SELECT {_FACTS}, notes, snooze_until FROM events WHERE id = :id FOR UPDATE")
_OWNED = ("reviewed", "notes", "snooze_until")


@dataclass(frozen=True)
class UpdateEvent:
    """The owner's own columns: reviewed, notes, snooze_until. Result: the event's revision.

    Raises NotFound; Stale when the event is no longer at `expected_revision` and the change is not already made.
    """

    event_id: int
    changes: dict[str, Any]
    expected_revision: int | None
    by: By

    def apply(self, connection: Connection) -> Outcome:
        before = _event(connection, self.event_id)
        if before["deleted_at"] is not None:
            raise NotFound("there is no such event")
        changed = [name for name in _OWNED if name in self.changes and self.changes[name] != before[name]]
        if not changed:
            return Outcome(before["revision"])
        if self.expected_revision not in (None, before["revision"]):
            raise Stale(f"the event is at revision {before['revision']} now")
        columns = ", ".join(f"{name} = :{name}" for name in changed)
        after = connection.execute(
            text(f"UPDATE events SET {columns}, revision = revision + 1 WHERE id = :id RETURNING {_FACTS}"),
            {"id": self.event_id, **{name: self.changes[name] for name in changed}},
        ).mappings()
        audit_by(connection, self.by, "update", "event", self.event_id, fields=changed)
        return _told(after.one())


@dataclass(frozen=True)
class SetEventDeleted:
    """Delete softly, or restore. Raises NotFound. Result: the event's revision."""

    event_id: int
    deleted: bool
    by: By

    def apply(self, connection: Connection) -> Outcome:
        before = _event(connection, self.event_id)
        if (before["deleted_at"] is not None) == self.deleted:
            return Outcome(before["revision"])
        after = connection.execute(
            text(
                "UPDATE events SET deleted_at = CASE WHEN :deleted THEN now() END, revision = revision + 1 "
                f"WHERE id = :id RETURNING {_FACTS}"
            ),
            {"id": self.event_id, "deleted": self.deleted},
        ).mappings()
        audit_by(connection, self.by, "delete" if self.deleted else "restore", "event", self.event_id)
        return _told(after.one())


def _event(connection: Connection, event_id: int) -> RowMapping:
    row = connection.execute(_LOCK, {"id": event_id}).mappings().one_or_none()
    if row is None:
        raise NotFound("there is no such event")
    return row


def _told(row: RowMapping) -> Outcome:
    payload = {
        "event_id": row["id"],
        "camera_id": row["camera_id"],
        "incident_id": row["incident_id"],
        "revision": row["revision"],
        "risk_score": row["risk_score"],
        "risk_level": row["risk_level"],
        "status": row["status"],
        "reviewed": row["reviewed"],
        "deleted": row["deleted_at"] is not None,
    }
    return Outcome(row["revision"], [Message("event.updated", payload)])


@dataclass(frozen=True)
class RequeueUpload:
    """Try a failed upload again. Raises NotFound, and Conflict unless it is failed. Result: its camera."""

    upload_id: int
    by: By

    def apply(self, connection: Connection) -> Outcome:
        camera_id = connection.scalar(
            text(
                "UPDATE uploads SET state = 'pending', attempts = 0, error = NULL "
                "WHERE id = :id AND state = 'failed' RETURNING camera_id"
            ),
            {"id": self.upload_id},
        )
        if camera_id is None:
            return Outcome(_state(connection, self.upload_id, ("pending", "detected", "done")))
        audit_by(connection, self.by, "requeue", "upload", self.upload_id)
        return Outcome(camera_id)


@dataclass(frozen=True)
class DropUpload:
    """Give a failed upload up for good: it counts as rejected, and what was seen in parts of it counts nowhere."""

    upload_id: int
    by: By

    def apply(self, connection: Connection) -> Outcome:
        camera_id = connection.scalar(
            text(
                "UPDATE uploads SET state = 'rejected', error = 'dropped by the owner after: ' || coalesce(error, '') "
                "WHERE id = :id AND state = 'failed' RETURNING camera_id"
            ),
            {"id": self.upload_id},
        )
        if camera_id is None:
            return Outcome(_state(connection, self.upload_id, ("rejected",)))
        connection.execute(
            text(
                "UPDATE detections SET excluded_because = 'its upload was dropped by the owner' "
                "WHERE upload_id = :id AND batch_id IS NULL AND excluded_because IS NULL"
            ),
            {"id": self.upload_id},
        )
        audit_by(connection, self.by, "drop", "upload", self.upload_id)
        return Outcome(camera_id)


@dataclass(frozen=True)
class RequeueBatch:
    """Try an analysis that failed too often again. Raises NotFound. Result: its camera."""

    batch_id: int
    by: By

    def apply(self, connection: Connection) -> Outcome:
        return _settle(connection, self.batch_id, "attempts = 0, error = NULL", "requeue", self.by)


@dataclass(frozen=True)
class DropBatch:
    """Let the event stay as it is (or not be): this revision of the batch is not analysed. Raises NotFound."""

    batch_id: int
    by: By

    def apply(self, connection: Connection) -> Outcome:
        change = "attempts = 0, analysed_revision = revision, judged_senses = senses_revision"
        return _settle(connection, self.batch_id, change, "drop", self.by)


def _settle(connection: Connection, batch_id: int, change: str, action: str, by: By) -> Outcome:
    camera_id = connection.scalar(
        text(
            f"UPDATE batches SET {change} WHERE id = :id AND attempts >= :most "
            "AND (analysed_revision < revision OR judged_senses < senses_revision) RETURNING camera_id"
        ),
        {"id": batch_id, "most": MAX_ATTEMPTS},
    )
    if camera_id is not None:
        audit_by(connection, by, action, "batch", batch_id)
        return Outcome(camera_id)
    camera_id = connection.scalar(text("SELECT camera_id FROM batches WHERE id = :id"), {"id": batch_id})
    if camera_id is None:
        raise NotFound("there is no such batch")
    return Outcome(camera_id)


def _state(connection: Connection, upload_id: int, settled: tuple[str, ...]) -> str:
    """The camera of an upload that is in one of these states already. Raises NotFound, Conflict."""
    found = connection.execute(text("SELECT camera_id, state FROM uploads WHERE id = :id"), {"id": upload_id})
    row = found.one_or_none()
    if row is None:
        raise NotFound("there is no such upload")
    if row.state not in settled:
        raise Conflict(f"the upload is {row.state}")
    return str(row.camera_id)
