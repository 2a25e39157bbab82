"""What rules of alerts see of events: the things in them, with zones, identity and what further models said."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from homesec.domain.alerts import Happening, Thing

SURE = 0.5  # a threat of less confidence weighs in the score, and is no fact that a rule may name

# One line for each track of each event; detections that are of no track are one thing for each class.
THINGS = text(
    f"""
    WITH seen AS (
        SELECT link.event_id, one.track_id, one.object_type, one.id, one.confidence
        FROM event_detections AS link JOIN detections AS one ON one.id = link.detection_id
        WHERE link.event_id = ANY(CAST(:ids AS bigint[]))),
    things AS (
        SELECT event_id, track_id, mode() WITHIN GROUP (ORDER BY object_type) AS object_type,
            max(confidence) AS confidence, array_agg(id) AS ids
        FROM seen GROUP BY event_id, track_id, CASE WHEN track_id IS NULL THEN object_type END)
    SELECT things.event_id, coalesce(track.object_class, things.object_type) AS object_type, things.confidence,
        entity.id AS entity_id, member.id AS member_id,
        CASE WHEN entity.trust_status = 'untrusted' THEN 'untrusted'
            WHEN entity.trust_status = 'trusted' OR member.trusted_level IN ('full', 'partial') OR vehicle.trusted
            THEN 'trusted' ELSE 'unknown' END AS trust,
        (SELECT jsonb_agg(jsonb_build_array(stay.zone_id, stay.total_seconds, stay.direction))
         FROM dwell_time_records AS stay
         WHERE stay.camera_id = track.camera_id AND stay.session = track.session AND stay.track_id = track.track_id
            AND stay.entry_time <= event.ended_at
            AND (stay.exit_time IS NULL OR stay.exit_time >= event.started_at)) AS stays,
        ARRAY(SELECT DISTINCT pose_class FROM pose_results WHERE detection_id = ANY(things.ids)) AS poses,
        ARRAY(SELECT DISTINCT threat_type FROM threat_detections
              WHERE detection_id = ANY(things.ids) AND confidence >= {SURE}) AS threats,
        ARRAY(SELECT DISTINCT action FROM action_events
              WHERE camera_id = event.camera_id AND track_id = things.track_id
                AND timestamp BETWEEN event.started_at AND event.ended_at) AS actions
    FROM things
    JOIN events AS event ON event.id = things.event_id
    LEFT JOIN tracks AS track ON track.id = things.track_id
    LEFT JOIN entities AS entity ON entity.id = track.entity_id
    LEFT JOIN household_members AS member ON CAST(member.id AS text) = entity.entity_metadata ->> 'member_id'
    LEFT JOIN registered_vehicles AS vehicle ON CAST(vehicle.id AS text) = entity.entity_metadata ->> 'vehicle_id'
    """
)


def happening(row: Mapping[Any, Any], things: tuple[Thing, ...] = ()) -> Happening:
    """From a row of events."""
    return Happening(
        row["id"], row["incident_id"], row["camera_id"], row["risk_score"], row["ended_at"], things
    )


def thing(row: Mapping[Any, Any]) -> Thing:
    """From a row of THINGS."""
    stays: dict[int, float] = {}
    crossings = set()
    for zone_id, seconds, direction in row["stays"] or ():
        stays[zone_id] = stays.get(zone_id, 0.0) + seconds
        if direction is not None:
            crossings.add((zone_id, direction))
    return Thing(
        object_type=row["object_type"],
        confidence=float(row["confidence"]),
        stays=stays,
        crossings=frozenset(crossings),
        trust=row["trust"],
        entity_id=None if row["entity_id"] is None else str(row["entity_id"]),
        member_id=row["member_id"],
        poses=frozenset(row["poses"]),
        actions=frozenset(row["actions"]),
        threats=frozenset(row["threats"]),
    )
