"""Which channels an alert goes to, which stay quiet, and who is told next while nobody acknowledges."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, text

from homesec.domain.alerts import rank
from homesec.domain.hours import Hours
from homesec.errors import InvalidInput
from homesec.store.writes.unit import Outcome

LATE, QUIET, TOLD = "late", "quiet hours", "told already"
"""Why a notification is suppressed."""
# With the highest severity that the channel was told of the same incident; what was kept quiet at night was not told.
_CHANNELS = text(
    f"""
    SELECT channel.id, channel.quiet_hours,
        (SELECT max(array_position(ARRAY['low', 'medium', 'high', 'critical'], other.severity)) - 1
         FROM notification_deliveries AS before
            JOIN alerts AS other ON other.id = before.alert_id AND other.version = before.alert_version
            JOIN events AS event ON event.id = other.event_id
         WHERE before.channel_id = channel.id AND event.incident_id = :incident_id
            AND (before.state <> 'suppressed' OR before.error = '{LATE}')) AS told
    FROM notification_channels AS channel
    WHERE channel.enabled AND (cardinality(CAST(:ids AS bigint[])) = 0 OR channel.id = ANY(CAST(:ids AS bigint[])))
    ORDER BY channel.id
    """
)
_INSERT = text(
    """
    INSERT INTO notification_deliveries (alert_id, alert_version, step, channel_id, state, error, next_try)
    VALUES (:alert_id, :version, :step, :channel_id, :state, :reason, :at)
    ON CONFLICT DO NOTHING RETURNING id
    """
)
_REMEMBER = text("UPDATE alerts SET channels = :channels WHERE id = :id")
# Notifications whose channel says who comes next, as long as the alert is what it was then and nobody has seen it.
_UNSEEN = text(
    """
    SELECT delivery.alert_id, delivery.alert_version AS version, max(delivery.step) + 1 AS step, alert.severity,
        next.id AS channel_id, next.quiet_hours
    FROM notification_deliveries AS delivery
        JOIN alerts AS alert ON alert.id = delivery.alert_id AND alert.version = delivery.alert_version
        JOIN notification_channels AS channel ON channel.id = delivery.channel_id
        JOIN notification_channels AS next ON next.enabled AND channel.escalation -> 'channels' @> to_jsonb(next.id)
    WHERE alert.status IN ('pending', 'delivered') AND delivery.state <> 'suppressed'
        AND jsonb_typeof(channel.escalation -> 'after_s') = 'number'
        AND delivery.created_at > CAST(:now AS timestamptz) - interval '1 day'
        AND delivery.created_at + make_interval(secs => (channel.escalation ->> 'after_s')::float8) <= :now
        AND NOT EXISTS (SELECT FROM notification_deliveries AS other WHERE other.alert_id = delivery.alert_id
            AND other.alert_version = delivery.alert_version AND other.channel_id = next.id)
    GROUP BY delivery.alert_id, delivery.alert_version, alert.severity, next.id, next.quiet_hours
    ORDER BY delivery.alert_id, next.id
    """
)

log = logging.getLogger(__name__)


def deliver(
    connection: Connection, channel_ids: Sequence[int], alert: RowMapping, incident_id: int | None, now: datetime
) -> None:
    """Step 0 of an alert's version: through these channels, or all when none is named, as far as they are enabled.

    An incident is told once through each channel, unless it gets worse.
    """
    found = connection.execute(_CHANNELS, {"ids": list(channel_ids), "incident_id": incident_id}).mappings().all()
    for channel in found:
        if channel["told"] is not None and channel["told"] >= rank(alert["severity"]):
            reason: str | None = TOLD
        elif alert["late"] and alert["severity"] != "critical":
            reason = LATE
        else:
            reason = QUIET if _is_quiet(channel, alert["severity"], now) else None
        _insert(connection, alert["id"], alert["version"], 0, channel["id"], reason, now)
    if found:
        connection.execute(_REMEMBER, {"id": alert["id"], "channels": [channel["id"] for channel in found]})


@dataclass(frozen=True)
class Escalate:
    """Tell the next channels of what nobody acknowledged in time. Result: how many notifications were added.

    Channels say `{"after_s": 300, "channels": [2]}`; the next ones may say so in turn. No channel is told twice.
    """

    now: datetime

    def apply(self, connection: Connection) -> Outcome:
        added = 0
        for row in connection.execute(_UNSEEN, {"now": self.now}).mappings().all():
            reason = QUIET if _is_quiet(row, row["severity"], self.now) else None
            added += _insert(
                connection, row["alert_id"], row["version"], row["step"], row["channel_id"], reason, self.now
            )
        return Outcome(added)


def _is_quiet(channel: RowMapping, severity: str, now: datetime) -> bool:
    """Critical alerts are told at any hour, and so is everything when the hours cannot be read."""
    if severity == "critical" or channel["quiet_hours"] is None:
        return False
    try:
        return Hours.parse(channel["quiet_hours"]).hold(now)
    except InvalidInput as error:
        log.error("quiet hours cannot be read", extra={"why": str(error)})
        return False


def _insert(
    connection: Connection, alert_id: Any, version: int, step: int, channel_id: int, reason: str | None, at: datetime
) -> bool:
    values = {"alert_id": alert_id, "version": version, "step": step, "channel_id": channel_id, "reason": reason}
    state = "pending" if reason is None else "suppressed"
    return connection.execute(_INSERT, {**values, "state": state, "at": at}).one_or_none() is not None
