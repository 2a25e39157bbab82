"""What was unusual in a zone: found once, told once, acknowledged by the owner."""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, text

from homesec.domain.anomalies import Anomaly
from homesec.errors import NotFound
from homesec.store.writes.access import By, audit_by
from homesec.store.writes.senses import more_is_known_around
from homesec.store.writes.unit import Message, Outcome

_INSERT = text(
    """
    INSERT INTO zone_anomalies (id, zone_id, camera_id, anomaly_type, severity, title, description, expected, actual,
        deviation, timestamp, detection_id)
    SELECT line.id, line.zone_id, zone.camera_id, line.anomaly_type, line.severity, line.title, line.description,
        line.expected, line.actual, line.deviation, line.at, (
            SELECT detections.id FROM detections JOIN tracks ON tracks.id = detections.track_id
            WHERE tracks.camera_id = zone.camera_id AND tracks.session = line.session AND tracks.track_id = line.track
                AND detections.detected_at >= line.at
            ORDER BY detections.detected_at, detections.id LIMIT 1)
    FROM jsonb_to_recordset(:lines) AS line(id text, zone_id bigint, anomaly_type text, severity text, title text,
        description text, expected float, actual float, deviation float, at timestamptz, session uuid, track int)
    JOIN camera_zones AS zone ON zone.id = line.zone_id
    ON CONFLICT (id) DO NOTHING
    RETURNING id, zone_id, camera_id, anomaly_type, severity, detection_id, timestamp
    """
)
_ACKNOWLEDGE = text(
    """
    UPDATE zone_anomalies SET acknowledged = true, acknowledged_at = now(), acknowledged_by = :by
    WHERE id = :id AND NOT acknowledged RETURNING id
    """
)


@dataclass(frozen=True)
class SaveAnomalies:
    """Anomalies of zones; what was found before is left as it is. Result: the ids of the new ones."""

    found: Sequence[Anomaly]

    def apply(self, connection: Connection) -> Outcome:
        new = connection.execute(_INSERT, {"lines": Jsonb([_line(one) for one in self.found])}).mappings().all()
        for row in new:
            more_is_known_around(connection, row["camera_id"], row["timestamp"])
        told = [
            Message(
                "zone.anomaly",
                {
                    "anomaly_id": row["id"],
                    "zone_id": row["zone_id"],
                    "camera_id": row["camera_id"],
                    "anomaly_type": row["anomaly_type"],
                    "severity": row["severity"],
                    "detection_id": row["detection_id"],
                },
            )
            for row in new
        ]
        return Outcome([row["id"] for row in new], told)


def _line(one: Anomaly) -> dict[str, object]:
    session, track = one.track or (None, None)
    return {
        "id": one.id,
        "zone_id": one.zone_id,
        "anomaly_type": one.anomaly_type,
        "severity": one.severity,
        "title": one.title,
        "description": one.description,
        "expected": one.expected,
        "actual": one.actual,
        "deviation": one.deviation,
        "at": one.at.isoformat(),
        "session": session,
        "track": track,
    }


@dataclass(frozen=True)
class AcknowledgeAnomaly:
    """The owner has seen it. Raises NotFound. Done twice, the first stands."""

    anomaly_id: str
    by: By

    def apply(self, connection: Connection) -> Outcome:
        done = connection.scalar(_ACKNOWLEDGE, {"id": self.anomaly_id, "by": self.by.actor})
        if done is not None:
            audit_by(connection, self.by, "acknowledge", "zone_anomaly", self.anomaly_id)
        elif not connection.scalar(text("SELECT true FROM zone_anomalies WHERE id = :id"), {"id": self.anomaly_id}):
            raise NotFound("there is no such anomaly")
        return Outcome(self.anomaly_id)
