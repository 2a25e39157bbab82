"""A camera's status follows its own rhythm."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from homesec.store.writes.unit import Message, Outcome

_SILENT = text(
    """
    UPDATE cameras SET status = 'offline'
    FROM (
        SELECT camera_id, max(gap) AS longest FROM (
            SELECT camera_id, received_at - lag(received_at) OVER (PARTITION BY camera_id ORDER BY received_at) AS gap
            FROM uploads WHERE received_at > now() - interval '7 days'
        ) AS gaps GROUP BY camera_id
    ) AS rhythm
    WHERE cameras.id = rhythm.camera_id AND cameras.status = 'online' AND cameras.deleted_at IS NULL
        AND now() - cameras.last_seen_at > greatest(interval '1 hour', 3 * coalesce(rhythm.longest, interval '1 day'))
    RETURNING cameras.id
    """
)
_ANY = text(
    "SELECT EXISTS (SELECT 1 FROM cameras WHERE status = 'online' AND last_seen_at < now() - interval '1 hour')"
)


@dataclass(frozen=True)
class MarkSilentCameras:
    """Cameras that are silent for much longer than they ever were in the last week are offline.

    A camera that uploads only on motion may rest for hours: three times its longest gap, and an hour at least.
    """

    def apply(self, connection: Connection) -> Outcome:
        if not connection.scalar(_ANY):  # the cheap question first: the ledger of gaps reads a week of uploads
            return Outcome(0)
        silent = connection.execute(_SILENT).scalars().all()
        return Outcome(
            len(silent),
            [Message("camera.status", {"camera_id": camera_id, "status": "offline"}) for camera_id in silent],
        )
