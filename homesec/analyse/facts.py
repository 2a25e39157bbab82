"""What the tables know about a batch, read in one snapshot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from homesec.domain.evidence import kind
from homesec.store.queries import activity

Rows = Sequence[RowMapping]

BETTER_KNOWN = text(
    """
    SELECT id FROM batches WHERE eventful AND judged_senses < senses_revision AND attempts < :most
    ORDER BY id DESC LIMIT :limit
    """
)
_BATCH = text(
    """
    SELECT batches.id, batches.camera_id, batches.status, batches.started_at, batches.last_at, batches.revision,
        batches.analysed_revision, batches.senses_revision, batches.judged_senses, batches.eventful,
        coalesce(cameras.timezone, CAST(:timezone AS text)) AS timezone, cameras.name
    FROM batches JOIN cameras ON cameras.id = batches.camera_id WHERE batches.id = :id
    """
)
_DETECTIONS = text(
    """
    SELECT id, upload_id, frame_no, detected_at, object_type, confidence, model, track_id,
        enrichment_data <> '{}' AS looked_at
    FROM detections WHERE batch_id = :id ORDER BY detected_at, id
    """
)
_IN_BATCH = "(SELECT track_id FROM detections WHERE batch_id = :id)"
_TRACKS = text(
    f"""
    SELECT tracks.id, tracks.object_class, greatest(tracks.first_seen, :started_at) AS first_seen,
        least(tracks.last_seen, :last_at) AS last_seen, tracks.entity_id, entity.trust_status, entity.entity_metadata
    FROM tracks LEFT JOIN entities AS entity ON entity.id = tracks.entity_id
    WHERE tracks.id IN {_IN_BATCH} ORDER BY tracks.id
    """
)
# Stays and crossings of the batch's tracks, as far as they reach into its time.
_VISITS = text(
    f"""
    SELECT record.id, tracks.id AS track_id, record.zone_id, record.entry_time, record.total_seconds, record.direction
    FROM tracks JOIN dwell_time_records AS record ON record.camera_id = tracks.camera_id
        AND record.session = tracks.session AND record.track_id = tracks.track_id
    WHERE tracks.id IN {_IN_BATCH}
        AND record.entry_time <= :last_at AND (record.exit_time IS NULL OR record.exit_time >= :started_at)
    ORDER BY record.entry_time, record.id
    """
)
# What the batch's persons did with things by then; a thing may be seen a moment longer than who takes it.
_HANDLINGS = text(
    f"""
    SELECT one.id, one.kind, one.track_id, one.object_track_id, thing.object_class, one.at, one.confidence
    FROM object_interactions AS one JOIN tracks AS thing ON thing.id = one.object_track_id
    WHERE one.track_id IN {_IN_BATCH} AND one.at <= CAST(:last_at AS timestamptz) + interval '10 seconds'
    ORDER BY one.at, one.id
    """
)
_ZONES = text(
    """
    SELECT zone.id, zone.name, zone.zone_type, zone.loiter_seconds, habit.dwell_mean, habit.dwell_std,
        config.id AS config_id, config.owner_id, config.allowed_member_ids, config.access_schedules
    FROM camera_zones AS zone LEFT JOIN zone_activity_baselines AS habit ON habit.zone_id = zone.id
        LEFT JOIN zone_household_configs AS config ON config.zone_id = zone.id
    WHERE zone.camera_id = :camera_id
    """
)
_MEMBERS = text(
    "SELECT id, role, trusted_level, typical_schedule ->> 'text' AS schedule, known_person_id FROM household_members"
)
_VEHICLES = text("SELECT id FROM registered_vehicles WHERE trusted")
_SAID = {  # table and what of it is asked for
    "poses": ("pose_results", "one.pose_class AS name, one.confidence"),
    "actions": ("action_results", "one.action AS name, one.confidence"),
    "threats": ("threat_detections", "one.threat_type AS name, one.confidence"),
    "faces": (
        "face_detection_events", "one.covered, one.outcome, one.matched_person_id, one.quality AS confidence",
    ),
}  # fmt: skip
_ENRICHED = {
    name: text(
        f"""
        SELECT one.id, one.detection_id, {columns}, detections.track_id, detections.detected_at AS at
        FROM {table} AS one JOIN detections ON detections.id = one.detection_id
        WHERE detections.batch_id = :id ORDER BY confidence DESC, one.id
        """
    )
    for name, (table, columns) in _SAID.items()
}
_ELSEWHERE = text(
    """
    SELECT DISTINCT ON (entity_id, camera_id) id, entity_id, camera_id, last_seen FROM tracks
    WHERE entity_id = ANY(:entities) AND camera_id <> :camera_id
        AND last_seen BETWEEN CAST(:started_at AS timestamptz) - interval '10 minutes' AND :last_at
    ORDER BY entity_id, camera_id, last_seen DESC
    """
)
_CHANGE = text(
    """
    SELECT id, change_type, detected_at FROM scene_changes
    WHERE camera_id = :camera_id AND detected_at BETWEEN CAST(:started_at AS timestamptz) - interval '30 seconds'
        AND CAST(:last_at AS timestamptz) + interval '60 seconds'
    ORDER BY detected_at DESC LIMIT 1
    """
)
_ANOMALIES = text(
    """
    SELECT id, severity, title, timestamp FROM zone_anomalies
    WHERE camera_id = :camera_id AND anomaly_type <> 'unusual_frequency'
        AND (detection_id IN (SELECT id FROM detections WHERE batch_id = :id)
            OR timestamp BETWEEN :started_at AND :last_at)
    ORDER BY timestamp, id
    """
)
_CALIBRATION = text(
    """
    SELECT id, params FROM calibrations WHERE active AND (camera_id = :camera_id OR camera_id IS NULL)
    ORDER BY camera_id NULLS LAST LIMIT 1
    """
)
_LAST = text(
    """
    SELECT evidence, score FROM event_audits WHERE event_id = (SELECT id FROM events WHERE batch_id = :id)
    ORDER BY id DESC LIMIT 1
    """
)


@dataclass(frozen=True)
class Facts:
    """Rows of a batch at one moment."""

    batch: RowMapping
    detections: Rows
    tracks: Rows
    visits: Rows
    handlings: Rows
    zones: Rows
    members: Rows
    vehicles: frozenset[int]
    said: Mapping[str, Rows]
    """Poses, actions, threats and faces, the surest first."""
    elsewhere: Rows
    change: RowMapping | None
    anomalies: Rows
    usual: RowMapping | None
    calibration: RowMapping | None
    last: RowMapping | None
    """The newest judgement of its event."""


def source(name: str, row: RowMapping) -> str:
    """Where one of `said` is written down."""
    return f"{_SAID[name][0]}:{row['id']}"


async def batch(connection: AsyncConnection, batch_id: int, timezone: str) -> RowMapping | None:
    values = {"id": batch_id, "timezone": timezone}
    return (await connection.execute(_BATCH, values)).mappings().one_or_none()


async def facts(connection: AsyncConnection, of: RowMapping, local: datetime) -> Facts | None:
    """All that is known; None of a batch without detections. `local`: when it began, on the camera's clock."""
    values = {key: of[key] for key in ("id", "camera_id", "started_at", "last_at")}

    async def rows(statement: Any, **more: Any) -> Rows:
        return (await connection.execute(statement, {**values, **more})).mappings().all()

    async def row(statement: Any) -> RowMapping | None:
        return (await connection.execute(statement, values)).mappings().one_or_none()

    detections = await rows(_DETECTIONS)
    if not detections:
        return None
    tracks = await rows(_TRACKS)
    entities = [one["entity_id"] for one in tracks if one["entity_id"] is not None]
    is_looked_at = any(one["looked_at"] for one in detections)
    said = {name: await rows(_ENRICHED[name]) if is_looked_at else () for name in _SAID}
    leading = max(detections, key=lambda one: (kind(one["object_type"]) == "person", one["confidence"]))
    return Facts(
        batch=of,
        detections=detections,
        tracks=tracks,
        visits=await rows(_VISITS),
        handlings=await rows(_HANDLINGS),
        zones=await rows(_ZONES),
        members=await rows(_MEMBERS),
        vehicles=frozenset(one["id"] for one in await rows(_VEHICLES)),
        said=said,
        elsewhere=await rows(_ELSEWHERE, entities=entities) if entities else (),
        change=await row(_CHANGE),
        anomalies=await rows(_ANOMALIES),
        usual=await activity.surprise(
            connection, of["camera_id"], leading["object_type"], of["started_at"], local.hour
        ),
        calibration=await row(_CALIBRATION),
        last=await row(_LAST),
    )
