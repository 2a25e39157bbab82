"""Alerts: what the owner is told, and what they say to it."""

import uuid
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from homesec.api.caller import Author, Caller, Operator, Viewer
from homesec.api.pages import Cursor, Limit, decode, encode
from homesec.api.problems import responses
from homesec.api.schemas.access import CameraId
from homesec.api.schemas.alerts import AlertDetail, AlertOut, DeliveryOut, SettledOut, Severity, Status
from homesec.api.schemas.common import MAX_ID, Page
from homesec.api.services import Services
from homesec.api.world import Posted, World
from homesec.errors import InvalidInput, NotFound
from homesec.store.queries import alerts, batches, outbox, reading
from homesec.store.queries.alerts import AlertFilter
from homesec.store.writes.access import By
from homesec.store.writes.alerts import SettleAlerts

router = APIRouter(prefix="/api", tags=["alerts"])

AlertId = Annotated[str, Path(max_length=36)]
_TOGETHER = 1000  # alerts of one incident that are acknowledged at once


@router.get("/alerts", responses=responses())
async def list_alerts(
    services: World,
    caller: Viewer,
    limit: Limit = 50,
    cursor: Cursor = None,
    status: Annotated[list[Status] | None, Query()] = None,
    severity: Annotated[list[Severity] | None, Query()] = None,
    camera: Annotated[list[CameraId] | None, Query(max_length=200)] = None,
    event: Annotated[int | None, Query(ge=1, le=MAX_ID)] = None,
    incident: Annotated[int | None, Query(ge=1, le=MAX_ID)] = None,
    rule: uuid.UUID | None = None,
    since: Annotated[AwareDatetime | None, Query(description="Raised at or after")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Raised before")] = None,
) -> Page[AlertOut]:
    """Newest first, by the time at which they were raised."""
    wanted = AlertFilter(caller.scope(camera), status or (), severity or (), event, incident, rule, since, until)
    after = None if cursor is None else _after(cursor)
    async with reading(services.database) as connection:
        seq = await outbox.head(connection)
        rows = await alerts.alerts(connection, wanted, limit, after)
    items = [AlertOut.from_row(row) for row in rows[:limit]]
    more = encode(items[-1].created_at.isoformat(), str(items[-1].id)) if len(rows) > limit else None
    return Page(items=items, next_cursor=more, seq=seq)


@router.get("/alerts/{alert_id}", responses=responses(404))
async def get_alert(services: World, caller: Viewer, alert_id: AlertId) -> AlertDetail:
    """With its notifications."""
    return await _detail(services, caller, known_uuid(alert_id, "alert"))


@router.post("/alerts/{alert_id}/acknowledge", responses=responses(404))
async def acknowledge_alert(
    services: World, caller: Operator, by: Author, posted: Posted, alert_id: AlertId
) -> AlertDetail:
    """Somebody has seen it: nobody else is told. Done twice, the first stands."""
    return await _settle(services, caller, by, posted, alert_id, "acknowledged")


@router.post("/alerts/{alert_id}/dismiss", responses=responses(404))
async def dismiss_alert(
    services: World, caller: Operator, by: Author, posted: Posted, alert_id: AlertId
) -> AlertDetail:
    """It was nothing. Should it get worse, it comes back."""
    return await _settle(services, caller, by, posted, alert_id, "dismissed")


@router.post("/incidents/{incident_id}/acknowledge", responses=responses(404))
async def acknowledge_incident(
    services: World, caller: Operator, by: Author, posted: Posted, incident_id: Annotated[int, Path(ge=1, le=MAX_ID)]
) -> SettledOut:
    """All open alerts of an incident at once, as far as this key sees its cameras."""
    async with reading(services.database) as connection:
        if await batches.incident(connection, caller.cameras, incident_id) is None:
            raise NotFound("there is no such incident")
        wanted = AlertFilter(caller.cameras, ("pending", "delivered"), incident=incident_id)
        rows = await alerts.alerts(connection, wanted, _TOGETHER)
    unit = SettleAlerts([row["id"] for row in rows], "acknowledged", by)
    answer = await posted.write(unit, body={"changed": len(rows)})
    return SettledOut.model_validate(answer.body)


def known_uuid(text: str, name: str) -> uuid.UUID:
    """Raises NotFound for what is no id at all."""
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise NotFound(f"there is no such {name}") from error


async def _settle(
    services: Services, caller: Caller, by: By, posted: Posted, alert_id: str, status: str
) -> AlertDetail:
    known = known_uuid(alert_id, "alert")
    async with reading(services.database) as connection:
        await _alert(connection, caller, known)
    await posted.write(SettleAlerts([known], status, by), body={"alert_id": alert_id})
    return await _detail(services, caller, known)


async def _detail(services: Services, caller: Caller, alert_id: uuid.UUID) -> AlertDetail:
    async with reading(services.database) as connection:
        row = await _alert(connection, caller, alert_id)
        sent = await alerts.deliveries(connection, alert_id)
    return AlertDetail.model_validate(
        {**AlertOut.from_row(row).model_dump(), "deliveries": [DeliveryOut.from_row(one) for one in sent]}
    )


async def _alert(connection: AsyncConnection, caller: Caller, alert_id: uuid.UUID) -> RowMapping:
    row = await alerts.alert(connection, alert_id)
    if row is None or not caller.sees(row["camera_id"]):
        raise NotFound("there is no such alert")
    return row


def _after(cursor: str) -> tuple[datetime, uuid.UUID]:
    at, last_id = decode(cursor, str, str)
    try:
        when, last = datetime.fromisoformat(at), uuid.UUID(last_id)
    except ValueError as error:
        raise InvalidInput("cursor: not one of this list") from error
    if when.tzinfo is None:
        raise InvalidInput("cursor: not one of this list")
    return when, last
