"""What the keeper reads: counts by hour. Hours are whole hours since 1970."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection


def _hour(column: str) -> str:
    return f"CAST(floor(extract(epoch FROM {column}) / 3600) AS bigint)"


SELDOM = 0.03  # share of the stays in a zone: when more than that were told as too long, such stays are a habit now
_CAMERAS = text("SELECT id, timezone FROM cameras WHERE deleted_at IS NULL ORDER BY id")
_ZONES = text("SELECT id, camera_id, name, shape = 'line' AS is_line FROM camera_zones ORDER BY id")
_LEDGER = text(
    f"""
    SELECT camera_id, zone_id, object_class, {_hour("hour")} AS hour, tracks, crossings, dwell_sum, dwell_square_sum
    FROM activity_hours WHERE hour >= :since ORDER BY hour
    """
)
_UPLOADS = text(
    f"""
    SELECT DISTINCT camera_id, {_hour("captured_at")} AS hour FROM uploads
    WHERE captured_at >= :since AND captured_at < :until
    """
)
_TRACKS = text(
    f"""
    SELECT camera_id, object_class, {_hour("first_seen")} AS hour, count(*) AS tracks FROM tracks
    WHERE first_seen >= :since AND first_seen < :until GROUP BY 1, 2, 3
    """
)
_STAYS = text(
    f"""
    SELECT camera_id, zone_id, object_class, {_hour("entry_time")} AS hour,
        count(DISTINCT (session, track_id)) AS tracks, count(direction) AS crossings,
        coalesce(round(CAST(sum(total_seconds) FILTER (WHERE exit_time IS NOT NULL AND direction IS NULL) AS numeric),
            3), 0) AS dwell_sum,
        coalesce(round(CAST(sum(total_seconds ^ 2) FILTER (WHERE exit_time IS NOT NULL AND direction IS NULL)
            AS numeric), 3), 0) AS dwell_square_sum
    FROM dwell_time_records WHERE entry_time >= :since AND entry_time < :until GROUP BY 1, 2, 3, 4
    """
)
_QUANTILES = "percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (ORDER BY ln(greatest(total_seconds, 1)))"
_STAY_HABITS = text(
    f"""
    SELECT camera_id, zone_id, object_class, count(*) AS stays,
        CASE WHEN count(*) FILTER (WHERE told) <= {SELDOM} * count(*)
            THEN {_QUANTILES} FILTER (WHERE NOT told) ELSE {_QUANTILES} END AS quantiles
    FROM dwell_time_records AS stay CROSS JOIN LATERAL (
        SELECT EXISTS (
            SELECT FROM zone_anomalies
            WHERE zone_anomalies.zone_id = stay.zone_id AND timestamp = stay.entry_time
                AND anomaly_type = 'unusual_dwell' AND NOT acknowledged) AS told) AS anomaly
    WHERE entry_time >= :since AND entry_time < :until AND exit_time IS NOT NULL AND direction IS NULL GROUP BY 1, 2, 3
    """
)
_NEW_STAYS = text(
    """
    SELECT stay.id, stay.zone_id, stay.camera_id, stay.object_class, stay.entry_time, stay.direction, stay.track_id,
        CAST(stay.session AS text) AS session,
        greatest(stay.total_seconds, extract(epoch FROM coalesce(stay.exit_time, tracks.last_seen) - stay.entry_time))
            AS seconds
    FROM dwell_time_records AS stay
    JOIN tracks ON tracks.camera_id = stay.camera_id AND tracks.session = stay.session
        AND tracks.track_id = stay.track_id
    WHERE stay.entry_time < :until AND (stay.exit_time IS NULL OR stay.entry_time >= :since
        OR (stay.exit_time >= :since AND stay.entry_time >= CAST(:since AS timestamptz) - interval '1 day'))
    """
)
_SEEN = text(
    f"""
    SELECT camera_id, {_hour("detected_at")} AS hour, count(*) AS detections FROM detections
    WHERE detected_at >= :since AND detected_at < :until AND excluded_because IS NULL GROUP BY 1, 2
    """
)
_MAPPED = text(
    f"""
    SELECT camera_id, {_hour("time_bucket")} AS hour, total_detections FROM heatmap_data
    WHERE resolution = 'hourly' AND time_bucket >= :since AND time_bucket < :until
    """
)
_FEET = text(
    f"""
    SELECT {_hour("detected_at")} AS hour, (x1 + x2) / 2 AS x, y2 AS y FROM detections
    WHERE camera_id = :camera_id AND detected_at >= :since AND detected_at < :until AND excluded_because IS NULL
    """
)
_MAPS = text(
    """
    SELECT time_bucket, width, height, data, total_detections FROM heatmap_data
    WHERE camera_id = :camera_id AND resolution = :resolution AND time_bucket >= :since AND time_bucket < :until
    """
)

Rows = Sequence[RowMapping]


async def _read(connection: AsyncConnection, statement: TextClause, **values: Any) -> Rows:
    return (await connection.execute(statement, values)).mappings().all()


async def cameras(connection: AsyncConnection) -> Rows:
    return await _read(connection, _CAMERAS)


async def zones(connection: AsyncConnection) -> Rows:
    return await _read(connection, _ZONES)


async def ledger(connection: AsyncConnection, since: datetime) -> Rows:
    return await _read(connection, _LEDGER, since=since)


async def uploads(connection: AsyncConnection, since: datetime, until: datetime) -> Rows:
    """The hours in which each camera uploaded anything."""
    return await _read(connection, _UPLOADS, since=since, until=until)


async def tracks(connection: AsyncConnection, since: datetime, until: datetime) -> Rows:
    """By class, in the hour in which they were first seen: what stays is counted once."""
    return await _read(connection, _TRACKS, since=since, until=until)


async def stays(connection: AsyncConnection, since: datetime, until: datetime) -> Rows:
    """By zone and class, in the hour in which they began; seconds only of those that ended."""
    return await _read(connection, _STAYS, since=since, until=until)


async def stay_habits(connection: AsyncConnection, since: datetime, until: datetime) -> Rows:
    """By zone and class. What was told as too long is no habit, unless it is not seldom or the owner has seen it."""
    return await _read(connection, _STAY_HABITS, since=since, until=until)


async def new_stays(connection: AsyncConnection, since: datetime, until: datetime) -> Rows:
    """Stays and crossings that began since then, or a day before and ended since then; and those that go on."""
    return await _read(connection, _NEW_STAYS, since=since, until=until)


async def seen(connection: AsyncConnection, since: datetime, until: datetime) -> Rows:
    """Detections that count, by camera and hour."""
    return await _read(connection, _SEEN, since=since, until=until)


async def mapped(connection: AsyncConnection, since: datetime, until: datetime) -> Rows:
    """Detections in the hourly heatmaps that are stored."""
    return await _read(connection, _MAPPED, since=since, until=until)


async def feet(connection: AsyncConnection, camera_id: str, since: datetime, until: datetime) -> Rows:
    """Where those that count stood in which hour: the middle of the lower edge of their boxes."""
    return await _read(connection, _FEET, camera_id=camera_id, since=since, until=until)


async def maps(
    connection: AsyncConnection, camera_id: str, resolution: str, since: datetime, until: datetime
) -> Rows:
    return await _read(connection, _MAPS, camera_id=camera_id, resolution=resolution, since=since, until=until)
