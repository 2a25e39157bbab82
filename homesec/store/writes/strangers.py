"""Whom the owner does not know, in a zone that is somebody's or restricted, for the first time."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection, text

from homesec.domain.anomalies import Newcomer, unusual_entity
from homesec.store.writes.anomalies import SaveAnomalies
from homesec.store.writes.unit import Message

HABIT = timedelta(weeks=4)  # of the zone, by which it is judged how rare strangers are

# Each stay of these tracks that is the first one of its entity in that zone, and nobody there may know it.
_NEWCOMERS = text(
    """
    SELECT CAST(entity.id AS text) AS entity_id, zone.id AS zone_id, zone.name AS zone_name,
        zone.zone_type = 'restricted' AS restricted, entity.entity_type AS object_class, stay.entry_time,
        CAST(stay.session AS text) AS session, stay.track_id,
        habit.stays, habit.by_strangers
    FROM tracks AS track
    JOIN entities AS entity ON entity.id = track.entity_id
    JOIN dwell_time_records AS stay ON stay.camera_id = track.camera_id AND stay.session = track.session
        AND stay.track_id = track.track_id AND stay.direction IS NULL
    JOIN camera_zones AS zone ON zone.id = stay.zone_id AND zone.enabled
    LEFT JOIN zone_household_configs AS config ON config.zone_id = zone.id
    CROSS JOIN LATERAL (
        SELECT count(*) AS stays, count(*) FILTER (WHERE who.trust_status <> 'trusted'
            AND NOT who.entity_metadata ?| ARRAY['person_id', 'vehicle_id']) AS by_strangers
        FROM dwell_time_records AS other
        JOIN tracks AS theirs ON theirs.camera_id = other.camera_id AND theirs.session = other.session
            AND theirs.track_id = other.track_id
        JOIN entities AS who ON who.id = theirs.entity_id AND who.entity_type = entity.entity_type
        WHERE other.zone_id = zone.id AND who.id <> entity.id AND other.entry_time < stay.entry_time
            AND other.entry_time > stay.entry_time - CAST(:habit AS interval)) AS habit
    WHERE track.id = ANY(:tracks) AND entity.trust_status <> 'trusted'
        AND NOT entity.entity_metadata ?| ARRAY['person_id', 'vehicle_id']
        AND (zone.zone_type = 'restricted' OR config.owner_id IS NOT NULL
            OR cardinality(config.allowed_member_ids) > 0)
        AND NOT EXISTS (
            SELECT FROM dwell_time_records AS before
            JOIN tracks AS own ON own.camera_id = before.camera_id AND own.session = before.session
                AND own.track_id = before.track_id
            WHERE before.zone_id = zone.id AND own.entity_id = entity.id AND before.entry_time < stay.entry_time)
    """
)


def unusual_entities(connection: Connection, tracks: Sequence[int]) -> list[Message]:
    """Store what is unusual about these tracks, once for each entity and zone; gives what is to be told."""
    if not tracks:
        return []
    rows = connection.execute(_NEWCOMERS, {"tracks": list(tracks), "habit": HABIT})
    found = [
        unusual_entity(
            Newcomer(
                row.entity_id, row.zone_id, row.zone_name, row.restricted, row.object_class, row.entry_time,
                (row.session, row.track_id), row.stays, row.by_strangers,
            )
        )
        for row in rows
    ]  # fmt: skip
    told = [one for one in found if one is not None]
    return list(SaveAnomalies(told).apply(connection).messages) if told else []
