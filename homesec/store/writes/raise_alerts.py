"""Alerts of an event, in its own transaction: which rules hold, what was told already, and who is to be notified."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, RowMapping, text

from homesec.domain.alert_rule import Rule
from homesec.domain.alerts import Decision, Happening, decide, excluded, is_late, key, rank, severity
from homesec.domain.camera_settings import CameraSettings
from homesec.errors import InvalidInput
from homesec.store.happenings import THINGS, happening, thing
from homesec.store.writes.alerts import told
from homesec.store.writes.deliveries import deliver
from homesec.store.writes.unit import Message

_EVENT = text(
    """
    SELECT event.id, event.incident_id, event.camera_id, event.risk_score, event.started_at, event.ended_at,
        event.deleted_at, event.snooze_until, camera.settings, now() AS known_at,
        (SELECT max(near.snooze_until) FROM events AS near WHERE near.incident_id = event.incident_id) AS quiet_until,
        (SELECT jsonb_agg(to_jsonb(rule)) FROM alert_rules AS rule WHERE rule.enabled) AS rules,
        (SELECT jsonb_agg(to_jsonb(alert)) FROM alerts AS alert WHERE alert.event_id = event.id) AS alerts
    FROM events AS event JOIN cameras AS camera ON camera.id = event.camera_id WHERE event.id = :id
    """
)
_RANK = "array_position(ARRAY['low', 'medium', 'high', 'critical'], {})"
# A row comes back only to the one who may tell; of ten at once it is one, since each waits for the row of the other.
_TAKE = text(
    f"""
    INSERT INTO alert_cooldowns AS cooldown (dedup_key, until, severity)
    VALUES (:key, CAST(:at AS timestamptz) + :lasts, :severity)
    ON CONFLICT (dedup_key) DO UPDATE SET until = excluded.until, severity = excluded.severity
        WHERE cooldown.until < :at OR {_RANK.format("cooldown.severity")} < {_RANK.format("excluded.severity")}
    RETURNING dedup_key
    """
)
_SLIDE = text(
    """
    UPDATE alert_cooldowns SET until = greatest(until, CAST(:at AS timestamptz) + :lasts) WHERE dedup_key = :key
    """
)
_INSERT = text(
    """
    INSERT INTO alerts (event_id, rule_id, severity, dedup_key, metadata, late)
    VALUES (:event_id, :rule_id, :severity, :key, :details, :late)
    ON CONFLICT (event_id, rule_id) DO NOTHING
    RETURNING id, event_id, rule_id, severity, status, version, late
    """
)
_RISE = text(
    """
    UPDATE alerts SET severity = :severity, version = version + 1, status = 'pending', metadata = metadata || :details,
        late = :late, updated_at = now(), acknowledged_at = NULL, dismissed_at = NULL, delivered_at = NULL
    WHERE id = :id RETURNING id, event_id, rule_id, severity, status, version, late
    """
)
_NOTE = text(
    """
    UPDATE alerts SET metadata = metadata || :details, updated_at = now()
    WHERE id = :id RETURNING id, event_id, rule_id, severity, status, version, late
    """
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Case:
    """A rule, what it says of the event, and the alert that it has raised of it before."""

    rule: Rule
    decision: Decision
    severity: str
    key: str
    before: dict[str, Any] | None


def raise_alerts(connection: Connection, event_id: int) -> list[Message]:
    """Judge the event as it is now by all rules. To be called by every unit that changes an event's score or facts.

    A deleted event, one of a snoozed incident and one of a snoozed camera stay silent.
    """
    event = connection.execute(_EVENT, {"id": event_id}).mappings().one()
    if not event["rules"] or event["deleted_at"] is not None or _is_snoozed(event):
        return []
    before = {str(alert["rule_id"]): alert for alert in event["alerts"] or ()}
    cases = _cases(connection, event, before)
    messages, loud = [], []
    for case in sorted(cases, key=lambda one: one.key):  # always locked in one order
        alert = _alert(connection, event, case)
        if alert is not None:
            messages.append(told("alert.created" if case.before is None else "alert.updated", alert, event))
            if case.before is None or alert["version"] > case.before["version"]:
                loud.append((case.rule, alert))
    for rule, alert in sorted(loud, key=lambda one: -rank(one[1]["severity"])):
        deliver(connection, rule.channels, alert, event["incident_id"], event["known_at"])
    return messages


def _is_snoozed(event: RowMapping) -> bool:
    untils = (event["quiet_until"], event["snooze_until"], CameraSettings.from_json(event["settings"]).snooze_until)
    return any(until is not None and until > event["known_at"] for until in untils)


def _cases(connection: Connection, event: RowMapping, before: dict[str, dict[str, Any]]) -> list[_Case]:
    """What holds, and what has an alert and holds no more. The things of the event are read only if a rule asks."""
    rules = _readable(event["rules"])
    seen = happening(event)
    if any(rule.asks_for_a_thing and excluded(rule, seen) is None for rule in rules):
        rows = connection.execute(THINGS, {"ids": [event["id"]]}).mappings().all()
        seen = happening(event, tuple(thing(row) for row in rows))
    return [case for rule in rules if (case := _case(rule, seen, before.get(str(rule.id)))) is not None]


def _case(rule: Rule, seen: Happening, before: dict[str, Any] | None) -> _Case | None:
    decision = decide(rule, seen)
    if not decision.holds and before is None:
        return None
    name = key(rule, seen, decision.thing) if before is None else before["dedup_key"]
    return _Case(rule, decision, severity(rule, seen.score), name, before)


def _readable(stored: Sequence[dict[str, Any]]) -> list[Rule]:
    """A rule that another version wrote and this one cannot read raises nothing, and stops nothing."""
    rules = []
    for row in stored:
        try:
            rules.append(Rule.parse(row))
        except (InvalidInput, KeyError, TypeError) as error:
            log.error("an alert rule cannot be read", extra={"rule_id": row["id"], "why": str(error)})
    return rules


def _alert(connection: Connection, event: RowMapping, case: _Case) -> RowMapping | None:
    """Make or change the alert; None when nothing is to be said."""
    if case.before is not None:
        return _changed(connection, event, case, case.before)
    if connection.execute(_TAKE, _cooldown(event, case)).one_or_none() is None:
        connection.execute(_SLIDE, _cooldown(event, case))
        return None
    values = {
        "event_id": event["id"],
        "rule_id": case.rule.id,
        "severity": case.severity,
        "key": case.key,
        "details": Jsonb({**_now(event, case), "at": event["ended_at"].isoformat(), "why": case.decision.why}),
        "late": is_late(event["ended_at"], event["known_at"]),
    }
    return connection.execute(_INSERT, values).mappings().one_or_none()


def _changed(connection: Connection, event: RowMapping, case: _Case, before: dict[str, Any]) -> RowMapping | None:
    now = _now(event, case)
    if case.decision.holds and rank(case.severity) > rank(before["severity"]):
        if connection.execute(_TAKE, _cooldown(event, case)).one_or_none() is None:
            connection.execute(_SLIDE, _cooldown(event, case))  # another event of the key is as severe: not news
        values = {"id": before["id"], "severity": case.severity, "late": is_late(event["ended_at"], event["known_at"])}
        details = Jsonb({**now, "why": case.decision.why})
        return connection.execute(_RISE, {**values, "details": details}).mappings().one()
    if case.decision.holds:
        connection.execute(_SLIDE, _cooldown(event, case))
    stored = before["metadata"]
    if (stored.get("severity"), stored.get("holds")) == (now["severity"], now["holds"]):
        return None
    return connection.execute(_NOTE, {"id": before["id"], "details": Jsonb(now)}).mappings().one()


def _cooldown(event: RowMapping, case: _Case) -> dict[str, Any]:
    return {"key": case.key, "at": event["ended_at"], "lasts": case.rule.cooldown, "severity": case.severity}


def _now(event: RowMapping, case: _Case) -> dict[str, Any]:
    """How the event stands at this moment; it may be less severe than the alert, which never falls."""
    return {"score": event["risk_score"], "severity": case.severity, "holds": case.decision.holds}
