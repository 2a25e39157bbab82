"""Events: list, counts, one with its evidence, and what the owner does with them."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Query
from pydantic import AwareDatetime
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from homesec.api.caller import Author, Caller, Operator, Viewer
from homesec.api.pages import Cursor, Limit, cut, place
from homesec.api.problems import responses
from homesec.api.schemas.access import CameraId
from homesec.api.schemas.alerts import AlertOut
from homesec.api.schemas.common import MAX_ID, Page, Words
from homesec.api.schemas.detections import ActionEventOut, DetectionOut, EnrichmentOut, EventEnrichment
from homesec.api.schemas.events import (
    AuditList,
    AuditOut,
    EventChange,
    EventDetail,
    EventOut,
    EventStats,
    RevisionOut,
)
from homesec.api.services import Services
from homesec.api.world import Posted, World
from homesec.errors import InvalidInput, NotFound
from homesec.store.queries import alerts, detections, events, outbox, reading
from homesec.store.queries import enrichment as further
from homesec.store.queries.alerts import AlertFilter
from homesec.store.queries.events import EventFilter
from homesec.store.writes.owner import SetEventDeleted, UpdateEvent

router = APIRouter(prefix="/api/events", tags=["events"])

EventId = Annotated[int, Path(ge=1, le=MAX_ID)]
Score = Annotated[int | None, Query(ge=0, le=100)]
Level = Literal["low", "medium", "high", "critical"]
_SHOWN = 200  # detections and revisions that come with one event; lists have the rest


async def _wanted(
    caller: Viewer,
    camera: Annotated[list[CameraId] | None, Query(max_length=200)] = None,
    level: Annotated[list[Level] | None, Query()] = None,
    min_score: Score = None,
    max_score: Score = None,
    object_type: Annotated[list[Words] | None, Query(alias="class", max_length=100)] = None,
    since: Annotated[AwareDatetime | None, Query(description="Started at or after")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Started before")] = None,
    reviewed: bool | None = None,
    status: Literal["open", "closed"] | None = None,
    include_deleted: bool = False,
    entity: Annotated[UUID | None, Query(description="Who or what is seen in it")] = None,
) -> EventFilter:
    return EventFilter(
        caller.scope(camera), level or (), min_score, max_score, object_type or (), since, until, reviewed, status,
        include_deleted, entity,
    )  # fmt: skip


Wanted = Annotated[EventFilter, Depends(_wanted)]


@router.get("", responses=responses())
async def list_events(services: World, wanted: Wanted, limit: Limit = 50, cursor: Cursor = None) -> Page[EventOut]:
    """Newest first, by start."""
    part = place(cursor, limit)
    async with reading(services.database) as connection:
        seq = await outbox.head(connection)
        rows = await events.events(connection, wanted, part)
    page, next_cursor = cut(rows, limit, lambda row: (row["started_at"], row["id"]))
    return Page(items=[EventOut.from_row(row) for row in page], next_cursor=next_cursor, seq=seq)


@router.get("/stats", responses=responses())
async def event_stats(services: World, wanted: Wanted) -> EventStats:
    """Counts of the events that the filter leaves."""
    async with reading(services.database) as connection:
        return EventStats.model_validate(await events.stats(connection, wanted))


@router.get("/{event_id}", responses=responses(404))
async def get_event(services: World, caller: Viewer, event_id: EventId, response: Response) -> EventDetail:
    """With evidence, detections and revisions; also a deleted one, which says so in `deleted_at`."""
    return await _detail(services, caller, event_id, response)


@router.get("/{event_id}/enrichment", responses=responses(404))
async def event_enrichment(services: World, caller: Viewer, event_id: EventId) -> EventEnrichment:
    """What further models said about its best detections, and what was done while it lasted."""
    async with reading(services.database) as connection:
        event = await _event(connection, caller, event_id)
        rows = await further.looked_at(connection, event_id, _SHOWN)
        said = await further.of_detections(connection, [row["id"] for row in rows])
        actions = await further.actions(connection, event["camera_id"], event["started_at"], event["ended_at"])
    return EventEnrichment(
        event_id=event_id,
        detections=[EnrichmentOut.from_row(row, detection_id=row["id"], **said[row["id"]]) for row in rows],
        actions=[ActionEventOut.from_row(row) for row in actions],
    )


@router.patch("/{event_id}", responses=responses(404, 412))
async def change_event(
    services: World,
    caller: Operator,
    by: Author,
    event_id: EventId,
    body: EventChange,
    response: Response,
    if_match: Annotated[str | None, Header(max_length=50, description="The ETag, to change only what was seen")] = None,
) -> EventDetail:
    """Review, note or snooze it."""
    await _find(services, caller, event_id)
    await services.write(UpdateEvent(event_id, body.changes(), _revision(if_match), by))
    return await _detail(services, caller, event_id, response)


@router.delete("/{event_id}", status_code=204, responses=responses(404))
async def delete_event(services: World, caller: Operator, by: Author, event_id: EventId) -> None:
    """Softly: it can be restored."""
    await _find(services, caller, event_id)
    await services.write(SetEventDeleted(event_id, True, by))


@router.post("/{event_id}/restore", responses=responses(404))
async def restore_event(
    services: World, caller: Operator, by: Author, posted: Posted, event_id: EventId, response: Response
) -> EventDetail:
    """Undo the deletion."""
    await _find(services, caller, event_id)
    await posted.write(SetEventDeleted(event_id, False, by), body={"event_id": event_id})
    return await _detail(services, caller, event_id, response)


@router.get("/{event_id}/audit", responses=responses(404))
async def event_audit(services: World, caller: Viewer, event_id: EventId) -> AuditList:
    """All that each score was computed from, newest first: the newest 200 revisions."""
    async with reading(services.database) as connection:
        await _event(connection, caller, event_id)
        rows = await events.audits(connection, event_id, _SHOWN)
    return AuditList(items=[AuditOut.from_row(row) for row in rows])


async def _event(connection: AsyncConnection, caller: Caller, event_id: int) -> RowMapping:
    row = await events.event(connection, event_id)
    if row is None or not caller.sees(row["camera_id"]):
        raise NotFound("there is no such event")
    return row


async def _find(services: Services, caller: Caller, event_id: int) -> None:
    async with reading(services.database) as connection:
        await _event(connection, caller, event_id)


async def _detail(services: Services, caller: Caller, event_id: int, response: Response) -> EventDetail:
    async with reading(services.database) as connection:
        row = await _event(connection, caller, event_id)
        audits = await events.audits(connection, event_id, _SHOWN)
        seen = await detections.of_event(connection, event_id, _SHOWN)
        told = await alerts.alerts(connection, AlertFilter(event=event_id), _SHOWN)
    response.headers["ETag"] = f'"{row["revision"]}"'
    return EventDetail.from_row(
        row,
        evidence=audits[0]["evidence"] if audits else [],
        detections=[DetectionOut.from_row(one) for one in seen],
        alerts=[AlertOut.from_row(one) for one in told[:_SHOWN]],
        revisions=[RevisionOut.from_row(one) for one in audits],
    )


def _revision(if_match: str | None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    digits = if_match.strip().removeprefix("W/").strip('"')
    if not digits.isdecimal() or len(digits) > 9:
        raise InvalidInput("If-Match: must be the ETag of the event")
    return int(digits)
