"""Batches, for whoever looks after the pipeline, and incidents."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query

from homesec.api.caller import Viewer
from homesec.api.pages import Cursor, Limit, cut, place
from homesec.api.problems import responses
from homesec.api.schemas.access import CameraId
from homesec.api.schemas.batches import BatchOut, IncidentDetail, IncidentOut
from homesec.api.schemas.common import MAX_ID, Page
from homesec.api.schemas.events import EventOut
from homesec.api.world import World
from homesec.errors import NotFound
from homesec.store.queries import batches, outbox, reading

router = APIRouter(prefix="/api")

Id = Annotated[int, Path(ge=1, le=MAX_ID)]
Cameras = Annotated[list[CameraId] | None, Query(max_length=200)]
_SHOWN = 200  # events that come with one incident


@router.get("/batches", tags=["batches"], responses=responses())
async def list_batches(
    services: World,
    caller: Viewer,
    limit: Limit = 50,
    cursor: Cursor = None,
    camera: Cameras = None,
    status: Literal["open", "closed"] | None = None,
) -> Page[BatchOut]:
    """Newest first, by their last detection."""
    part = place(cursor, limit)
    async with reading(services.database) as connection:
        seq = await outbox.head(connection)
        rows = await batches.batches(connection, caller.scope(camera), status, part)
    page, next_cursor = cut(rows, limit, lambda row: (row["last_at"], row["id"]))
    return Page(items=[BatchOut.from_row(row) for row in page], next_cursor=next_cursor, seq=seq)


@router.get("/batches/{batch_id}", tags=["batches"], responses=responses(404))
async def get_batch(services: World, caller: Viewer, batch_id: Id) -> BatchOut:
    async with reading(services.database) as connection:
        row = await batches.batch(connection, batch_id)
    if row is None or not caller.sees(row["camera_id"]):
        raise NotFound("there is no such batch")
    return BatchOut.from_row(row)


@router.get("/incidents", tags=["incidents"], responses=responses())
async def list_incidents(
    services: World, caller: Viewer, limit: Limit = 50, cursor: Cursor = None, camera: Cameras = None
) -> Page[IncidentOut]:
    """Newest first, by their last event."""
    part = place(cursor, limit)
    async with reading(services.database) as connection:
        seq = await outbox.head(connection)
        rows = await batches.incidents(connection, caller.scope(camera), part)
    page, next_cursor = cut(rows, limit, lambda row: (row["place"], row["id"]))
    return Page(items=[IncidentOut.from_row(row) for row in page], next_cursor=next_cursor, seq=seq)


@router.get("/incidents/{incident_id}", tags=["incidents"], responses=responses(404))
async def get_incident(services: World, caller: Viewer, incident_id: Id) -> IncidentDetail:
    """With its first 200 events, in order of time."""
    async with reading(services.database) as connection:
        row = await batches.incident(connection, caller.cameras, incident_id)
        if row is None:
            raise NotFound("there is no such incident")
        its_events = await batches.incident_events(connection, caller.cameras, incident_id, _SHOWN)
    return IncidentDetail.from_row(row, events=[EventOut.from_row(one) for one in its_events])
