"""What the owner does with alerts."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from homesec.store.writes.access import By, audit_by
from homesec.store.writes.unit import Message, Outcome

_OPEN = ("pending", "delivered")
_SETTLE = text(
    """
    UPDATE alerts SET status = CAST(:status AS text), updated_at = now(),
        acknowledged_at = CASE WHEN CAST(:status AS text) = 'acknowledged' THEN now() ELSE acknowledged_at END,
        dismissed_at = CASE WHEN CAST(:status AS text) = 'dismissed' THEN now() ELSE dismissed_at END
    FROM events AS event
    WHERE alerts.id = ANY(CAST(:ids AS uuid[])) AND event.id = alerts.event_id
        AND alerts.status = ANY(CAST(:from AS text[]))
    RETURNING alerts.id, alerts.event_id, alerts.rule_id, alerts.severity, alerts.status, alerts.version, alerts.late,
        event.camera_id, event.incident_id
    """
)
# Whoever has seen it need not be told any more.
_HUSH = text(
    """
    UPDATE notification_deliveries SET state = 'suppressed', error = :status
    WHERE alert_id = ANY(CAST(:ids AS uuid[])) AND state = 'pending'
    """
)


@dataclass(frozen=True)
class SettleAlerts:
    """Acknowledge alerts, or dismiss them. What is settled already stays as it is, but for what was acknowledged and
    is dismissed now. Result: how many changed.
    """

    alert_ids: Sequence[uuid.UUID]
    status: str
    """`acknowledged` or `dismissed`."""
    by: By

    def apply(self, connection: Connection) -> Outcome:
        before = [*_OPEN, "acknowledged"] if self.status == "dismissed" else [*_OPEN]
        ids = [str(one) for one in self.alert_ids]
        rows = connection.execute(_SETTLE, {"ids": ids, "status": self.status, "from": before}).mappings().all()
        connection.execute(_HUSH, {"ids": [str(row["id"]) for row in rows], "status": self.status})
        action = "acknowledge" if self.status == "acknowledged" else "dismiss"
        for row in rows:
            audit_by(connection, self.by, action, "alert", str(row["id"]), event_id=row["event_id"])
        return Outcome(len(rows), [told("alert.updated", row, row) for row in rows])



def told(type_: str, alert: Mapping[Any, Any], event: Mapping[Any, Any]) -> Message:
    """What the world hears of an alert; `event` has the columns camera_id and incident_id."""
    payload = {
        "alert_id": str(alert["id"]),
        "event_id": alert["event_id"],
        "camera_id": event["camera_id"],
        "incident_id": event["incident_id"],
        "rule_id": None if alert["rule_id"] is None else str(alert["rule_id"]),
        "severity": alert["severity"],
        "status": alert["status"],
        "version": alert["version"],
        "late": alert["late"],
    }
    return Message(type_, payload)
