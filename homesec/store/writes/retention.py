"""What goes when it is old: what was seen, the vectors of strangers, and the system's own records.

Each unit takes at most `limit` rows, so that no commit is long; the job calls it until it finds nothing more. Files go
before their rows: an upload is marked 'expired', its files are deleted, and then its row, with all that hangs on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from homesec.store.writes.unit import Outcome

# The owner said something about it, or it is young: then it stays, and so do its pictures.
KEPT_EVENT = """
    (event.started_at >= :before OR greatest(event.ended_at, event.created_at) >= :before
        OR coalesce(event.notes, '') <> ''
        OR EXISTS (SELECT FROM event_feedback AS said WHERE said.event_id = event.id))
"""
OLD_EVENT = f"event.started_at < :before AND NOT {KEPT_EVENT}"
# Work that is unfinished has no age.
OLD_UPLOAD = f"""
    one.received_at < :before AND greatest(one.captured_at, one.last_repeat_at) < :before
        AND one.state IN ('done', 'rejected', 'failed', 'expired')
        AND NOT EXISTS (
            SELECT FROM detections AS seen
            JOIN event_detections AS link ON link.detection_id = seen.id
            JOIN events AS event ON event.id = link.event_id
            WHERE seen.upload_id = one.id AND {KEPT_EVENT})
"""
_STRANGER = """
    (entity.id IS NULL OR entity.trust_status = 'unknown' AND entity.name IS NULL
        AND NOT entity.entity_metadata ?| ARRAY['member_id', 'person_id'])
"""
_OF_STRANGER = f"""
    FROM detections AS seen
    LEFT JOIN tracks ON tracks.id = seen.track_id
    LEFT JOIN entities AS entity ON entity.id = tracks.entity_id
    WHERE seen.id = one.detection_id AND seen.object_type = 'person' AND seen.detected_at < :before AND {_STRANGER}
"""
_UNSEEN = "NOT EXISTS (SELECT FROM detections AS seen WHERE seen.{0} = one.id)"
# What goes by its age alone, in this order: the age's name in the settings, and which rows.
OLD_ROWS: dict[str, tuple[str, str]] = {
    "batches": ("events_days", f"""one.status = 'closed' AND one.last_at < :before AND {_UNSEEN.format("batch_id")}
        AND NOT EXISTS (SELECT FROM events WHERE events.batch_id = one.id)"""),
    "incidents": ("events_days", """one.last_at < :before
        AND NOT EXISTS (SELECT FROM events WHERE events.incident_id = one.id)"""),
    "zone_anomalies": ("events_days", "one.timestamp < :before"),
    "action_events": ("events_days", "one.timestamp < :before"),
    "face_detection_events": ("events_days", "one.timestamp < :before AND one.detection_id IS NULL"),
    "heatmap_data": ("events_days", "one.time_bucket < :before AND one.resolution = 'hourly'"),
    "alert_cooldowns": ("events_days", "one.until < :before"),
    "jobs": ("events_days", "one.completed_at < :before"),
    "tracks": ("tracks_days", f"one.last_seen < :before AND {_UNSEEN.format('track_id')}"),
    "entities": ("tracks_days", f"""one.last_seen_at < :before
        AND EXISTS (SELECT FROM entities AS entity WHERE entity.id = one.id AND {_STRANGER})
        AND NOT EXISTS (SELECT FROM tracks WHERE tracks.entity_id = one.id)"""),
    "reid_embeddings": ("strangers_days", f"EXISTS (SELECT {_OF_STRANGER})"),
    "demographics_results": ("strangers_days", f"EXISTS (SELECT {_OF_STRANGER})"),
    "logs": ("logs_days", "one.timestamp < :before"),
    "api_sessions": ("logs_days", "one.expires_at < :before"),
    "gpu_stats": ("gpu_stats_days", "one.recorded_at < :before"),
    # from the oldest on, so that numbers stay dense
    "outbox": ("outbox_days", "one.seq <= (SELECT max(seq) FROM outbox WHERE created_at < :before)"),
}  # fmt: skip
FACES_OF_STRANGERS = """
    one.timestamp < :before AND one.matched_person_id IS NULL
    AND (one.embedding IS NOT NULL OR one.age_estimate IS NOT NULL OR one.gender_estimate IS NOT NULL)
"""
_FORGET_FACES = text(
    f"""
    UPDATE face_detection_events SET embedding = NULL, embedding_model = NULL, age_estimate = NULL,
        gender_estimate = NULL
    WHERE id IN (SELECT id FROM face_detection_events AS one WHERE {FACES_OF_STRANGERS} ORDER BY id LIMIT :limit)
    """
)
_FORGET_ENTITIES = text(
    f"""
    UPDATE entities SET embedding = NULL, embedding_model = NULL WHERE id IN (
        SELECT id FROM entities AS entity WHERE entity_type = 'person' AND embedding IS NOT NULL
            AND last_seen_at < :before AND {_STRANGER} ORDER BY id LIMIT :limit)
    """
)
_DROP_EVENTS = text(
    f"DELETE FROM events WHERE id IN (SELECT id FROM events AS event WHERE {OLD_EVENT} ORDER BY id LIMIT :limit)"
)
_EXPIRE = text(
    f"""
    UPDATE uploads SET state = 'expired' WHERE id IN (
        SELECT id FROM uploads AS one
        WHERE {OLD_UPLOAD} AND (received_at, id) > (CAST(:after_at AS timestamptz), CAST(:after_id AS bigint))
        ORDER BY received_at, id LIMIT :limit FOR UPDATE)
    RETURNING id, received_at
    """
)
_PLACES = text(
    "SELECT upload_id, volume, path, size, mtime_ns FROM upload_paths WHERE upload_id = ANY(:ids) ORDER BY volume, path"
)
_THUMBNAILS = text(
    """
    SELECT DISTINCT uploads.id, uploads.volume, detections.thumbnail_path AS name
    FROM detections JOIN uploads ON uploads.id = detections.upload_id
    WHERE detections.upload_id = ANY(:ids) AND detections.thumbnail_path IS NOT NULL
    """
)
_DROP_UPLOADS = text("DELETE FROM uploads WHERE id = ANY(:ids) AND state = 'expired'")
_DROP_SCENES = text("DELETE FROM scene_changes WHERE id = ANY(:ids)")

Place = tuple[str, int]
"""An upload's time of arrival, as PostgreSQL reads it, and its id."""
FIRST: Place = ("-infinity", 0)


@dataclass(frozen=True)
class Expired:
    """Uploads that were marked, and their files."""

    ids: tuple[int, ...]
    after: Place
    files: tuple[tuple[int, str, bytes, int, int], ...]
    """Upload, volume, path, size and mtime_ns."""
    media: tuple[tuple[int, str, str], ...]
    """Upload, volume and name."""


@dataclass(frozen=True)
class DropEvents:
    """Delete old events. Result: how many."""

    before: datetime
    limit: int

    def apply(self, connection: Connection) -> Outcome:
        return Outcome(connection.execute(_DROP_EVENTS, {"before": self.before, "limit": self.limit}).rowcount)


@dataclass(frozen=True)
class ExpireUploads:
    """Mark old uploads; those that were marked and are still there come again. Result: Expired."""

    before: datetime
    after: Place
    limit: int

    def apply(self, connection: Connection) -> Outcome:
        values = {"before": self.before, "after_at": self.after[0], "after_id": self.after[1], "limit": self.limit}
        marked = sorted((row.received_at, row.id) for row in connection.execute(_EXPIRE, values))
        ids = {"ids": [upload_id for _, upload_id in marked]}
        after = (marked[-1][0].isoformat(), marked[-1][1]) if marked else self.after
        files = tuple(
            (row.upload_id, row.volume, bytes(row.path), row.size, row.mtime_ns)
            for row in connection.execute(_PLACES, ids)
        )
        media = tuple((row.id, row.volume, row.name) for row in connection.execute(_THUMBNAILS, ids))
        return Outcome(Expired(tuple(ids["ids"]), after, files, media))


@dataclass(frozen=True)
class DropUploads:
    """Delete uploads whose files are deleted, with their detections. Result: how many."""

    ids: Sequence[int]

    def apply(self, connection: Connection) -> Outcome:
        return Outcome(connection.execute(_DROP_UPLOADS, {"ids": list(self.ids)}).rowcount)


@dataclass(frozen=True)
class DropSceneChanges:
    """Delete changes of views whose pictures are deleted. Result: how many."""

    ids: Sequence[int]

    def apply(self, connection: Connection) -> Outcome:
        return Outcome(connection.execute(_DROP_SCENES, {"ids": list(self.ids)}).rowcount)


@dataclass(frozen=True)
class TrimRows:
    """Delete old rows of one of `OLD_ROWS`. Result: how many."""

    table: str
    before: datetime
    limit: int

    def apply(self, connection: Connection) -> Outcome:
        old = f"SELECT ctid FROM {self.table} AS one WHERE {OLD_ROWS[self.table][1]} {_order(self.table)} LIMIT :limit"
        values: dict[str, Any] = {"before": self.before, "limit": self.limit}
        return Outcome(connection.execute(text(f"DELETE FROM {self.table} WHERE ctid IN ({old})"), values).rowcount)


@dataclass(frozen=True)
class ForgetStrangers:
    """Empty the vectors of persons whom nobody named; that they were seen stays. Result: how many."""

    before: datetime
    limit: int

    def apply(self, connection: Connection) -> Outcome:
        values = {"before": self.before, "limit": self.limit}
        return Outcome(sum(connection.execute(one, values).rowcount for one in (_FORGET_FACES, _FORGET_ENTITIES)))


def _order(table: str) -> str:
    return "ORDER BY seq" if table == "outbox" else ""
