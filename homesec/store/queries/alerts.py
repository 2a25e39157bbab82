"""Alerts, their notifications, their rules, and the past on which a rule is tried."""

import asyncio
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, cast, select, text, tuple_
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import DateTime

from homesec.domain.alert_rule import Rule
from homesec.domain.alerts import Thing, excluded
from homesec.domain.backtest import Past, Trial
from homesec.store.happenings import THINGS, happening, thing
from homesec.store.queries.paging import Scope, row, rows, within
from homesec.store.tables import (
    Alert,
    AlertCooldown,
    AlertRule,
    Camera,
    Event,
    NotificationChannel,
    NotificationDelivery,
)

MOST_EVENTS = 20_000  # the newest: a trial reads no more
BUDGET_S = 8.0  # and takes no longer
_CHUNK = 500  # events whose things are read at once
_ALERTS = (
    select(
        *Alert.__table__.c, Event.camera_id, Event.incident_id, Event.summary, Event.risk_score, Event.started_at,
        Event.cover_detection_id, Event.snooze_until, Camera.name.label("camera_name"),
        AlertRule.name.label("rule_name"), AlertCooldown.until.label("silent_until"),
    )
    .join(Event, Event.id == Alert.event_id)
    .join(Camera, Camera.id == Event.camera_id)
    .outerjoin(AlertRule, AlertRule.id == Alert.rule_id)
    .outerjoin(AlertCooldown, AlertCooldown.dedup_key == Alert.dedup_key)
)  # fmt: skip
_PAST = text(
    """
    SELECT event.id, event.incident_id, event.camera_id, event.risk_score, event.started_at, event.ended_at,
        feedback.feedback_type,
        EXISTS (SELECT FROM alerts WHERE alerts.event_id = event.id
                AND alerts.rule_id IS DISTINCT FROM CAST(:rule_id AS uuid)) AS told_by_others
    FROM events AS event LEFT JOIN event_feedback AS feedback ON feedback.event_id = event.id
    WHERE event.started_at >= :since AND event.deleted_at IS NULL
    ORDER BY event.started_at DESC, event.id DESC LIMIT :limit
    """
)


@dataclass(frozen=True)
class AlertFilter:
    """What must hold of an alert; None and empty say nothing."""

    cameras: Scope = None
    statuses: Sequence[str] = ()
    severities: Sequence[str] = ()
    event: int | None = None
    incident: int | None = None
    rule: uuid.UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


async def alerts(
    connection: AsyncConnection, wanted: AlertFilter, limit: int, after: tuple[datetime, uuid.UUID] | None = None
) -> Sequence[RowMapping]:
    """Newest first, behind the key, and one more than the limit: it tells whether there is more."""
    statement = _ALERTS.where(Event.deleted_at.is_(None), *within(Event.camera_id, wanted.cameras))
    statement = statement.where(*within(Alert.status, wanted.statuses or None))
    statement = statement.where(*within(Alert.severity, wanted.severities or None))
    for column, value in ((Alert.event_id, wanted.event), (Event.incident_id, wanted.incident),
                          (Alert.rule_id, wanted.rule)):  # fmt: skip
        if value is not None:
            statement = statement.where(column == value)
    if wanted.since is not None:
        statement = statement.where(Alert.created_at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(Alert.created_at < wanted.until)
    if after is not None:
        key = tuple_(cast(after[0], DateTime(timezone=True)), cast(after[1], UUID))
        statement = statement.where(tuple_(Alert.created_at, Alert.id) < key)
    return await rows(connection, statement.order_by(Alert.created_at.desc(), Alert.id.desc()).limit(limit + 1))


async def alert(connection: AsyncConnection, alert_id: uuid.UUID) -> RowMapping | None:
    return await row(connection, _ALERTS.where(Alert.id == alert_id))


async def deliveries(connection: AsyncConnection, alert_id: uuid.UUID) -> Sequence[RowMapping]:
    """The notifications of an alert, in order."""
    statement = (
        select(*NotificationDelivery.__table__.c, NotificationChannel.name.label("channel_name"))
        .join(NotificationChannel, NotificationChannel.id == NotificationDelivery.channel_id)
        .where(NotificationDelivery.alert_id == alert_id)
        .order_by(NotificationDelivery.id)
    )
    return await rows(connection, statement)


async def rules(connection: AsyncConnection) -> Sequence[RowMapping]:
    """All, by name; there are never more than fit on one page."""
    return await rows(connection, select(*AlertRule.__table__.c).order_by(AlertRule.name, AlertRule.id))


async def rule(connection: AsyncConnection, rule_id: uuid.UUID) -> RowMapping | None:
    return await row(connection, select(*AlertRule.__table__.c).where(AlertRule.id == rule_id))


async def trial(connection: AsyncConnection, tried: Rule, since: datetime) -> tuple[Trial, datetime | None, bool]:
    """The rule on all events since then, with the start of the first that was looked at, and whether these are all.

    At most MOST_EVENTS and about BUDGET_S; what does not fit is the oldest.
    """
    ends = time.monotonic() + BUDGET_S
    values = {"rule_id": tried.id, "since": since, "limit": MOST_EVENTS + 1}
    found = (await connection.execute(_PAST, values)).mappings().all()
    past: list[Past] = []
    for part in _chunks(found[:MOST_EVENTS]):
        if past and time.monotonic() > ends:
            break
        things = await _things(connection, tried, part)
        past += [
            Past(happening(one, tuple(things.get(one["id"], ()))), one["feedback_type"], one["told_by_others"])
            for one in part
        ]
    result = await asyncio.to_thread(_tried, tried, past)
    first = found[len(past) - 1]["started_at"] if past else None
    return result, first, len(past) == len(found)


def _tried(rule: Rule, past: Sequence[Past]) -> Trial:
    result = Trial(rule)
    for one in sorted(past, key=lambda one: (one.happening.at, one.happening.event_id)):
        result.add(one)
    return result


async def _things(connection: AsyncConnection, tried: Rule, part: Sequence[RowMapping]) -> dict[int, list[Thing]]:
    """By event; read only where they decide."""
    if not tried.asks_for_a_thing:
        return {}
    found: dict[int, list[Thing]] = {one["id"]: [] for one in part if excluded(tried, happening(one)) is None}
    if found:
        for line in (await connection.execute(THINGS, {"ids": list(found)})).mappings():
            found[line["event_id"]].append(thing(line))
    return found


def _chunks(found: Sequence[RowMapping]) -> Iterator[Sequence[RowMapping]]:
    return (found[start : start + _CHUNK] for start in range(0, len(found), _CHUNK))


async def events_by_id(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, RowMapping]:
    """What a trial shows of its events."""
    columns = (
        Event.id, Event.incident_id, Event.camera_id, Event.summary, Event.risk_score, Event.risk_level,
        Event.started_at, Event.cover_detection_id, Camera.name.label("camera_name"),
    )  # fmt: skip
    statement: Any = select(*columns).join(Camera, Camera.id == Event.camera_id).where(Event.id.in_(list(ids)))
    return {one["id"]: one for one in await rows(connection, statement)}
