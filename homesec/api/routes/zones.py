"""Zones and lines of a camera, who belongs there, and who stayed or crossed."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from homesec.api.caller import Author, Caller, Operator, Viewer
from homesec.api.pages import Cursor, Limit, cut, place
from homesec.api.problems import responses
from homesec.api.routes.cameras import CameraId
from homesec.api.schemas.common import MAX_ID, Page, Words
from homesec.api.schemas.zones import (
    StayCountsOut,
    StayOut,
    ZoneHouseholdIn,
    ZoneHouseholdOut,
    ZoneIn,
    ZoneOut,
    ZonesOut,
)
from homesec.api.world import Posted, World
from homesec.errors import InvalidInput, NotFound
from homesec.store.queries import cameras, outbox, reading, zones
from homesec.store.queries.zones import StayFilter
from homesec.store.writes.zones import CreateZone, DeleteZone, ReplaceZone, SaveZoneHousehold

router = APIRouter(prefix="/api", tags=["zones"])

ZoneId = Annotated[int, Path(ge=1, le=MAX_ID)]
_COUNTED = timedelta(days=30)  # when nobody says since when
_LONGEST = timedelta(days=366)


@router.get("/cameras/{camera_id}/zones", responses=responses(404))
async def list_zones(services: World, caller: Viewer, camera_id: CameraId) -> ZonesOut:
    """All of them, the highest priority first."""
    caller.find(camera_id)
    async with reading(services.database) as connection:
        await cameras.existing(connection, camera_id)
        rows = await zones.zones_of(connection, camera_id)
    return ZonesOut(items=[ZoneOut.from_row(row) for row in rows])


@router.post("/cameras/{camera_id}/zones", status_code=201, responses=responses(404, 409))
async def create_zone(caller: Operator, by: Author, posted: Posted, camera_id: CameraId, body: ZoneIn) -> ZoneOut:
    """It counts from the camera's next picture on."""
    caller.find(camera_id)
    return ZoneOut.from_row((await posted.write(CreateZone(camera_id, body.values(), by), 201)).body)


@router.get("/zones/{zone_id}", responses=responses(404))
async def get_zone(services: World, caller: Viewer, zone_id: ZoneId) -> ZoneOut:
    async with reading(services.database) as connection:
        return ZoneOut.from_row(await _zone(connection, caller, zone_id))


@router.put("/zones/{zone_id}", responses=responses(404, 409))
async def replace_zone(services: World, caller: Operator, by: Author, zone_id: ZoneId, body: ZoneIn) -> ZoneOut:
    """All of it, from the camera's next picture on; what was recorded stays."""
    await _find(services, caller, zone_id)
    return ZoneOut.from_row(await services.write(ReplaceZone(zone_id, body.values(), by)))


@router.delete("/zones/{zone_id}", status_code=204, responses=responses(404))
async def delete_zone(services: World, caller: Operator, by: Author, zone_id: ZoneId) -> None:
    """For good, with its records; `enabled: false` keeps them."""
    await _find(services, caller, zone_id)
    await services.write(DeleteZone(zone_id, by))


@router.get("/zones/{zone_id}/household", responses=responses(404))
async def get_household(services: World, caller: Viewer, zone_id: ZoneId) -> ZoneHouseholdOut:
    """Whose zone it is, and who may be there when."""
    async with reading(services.database) as connection:
        await _zone(connection, caller, zone_id)
        row = await zones.household(connection, zone_id)
    return ZoneHouseholdOut(zone_id=zone_id) if row is None else ZoneHouseholdOut.from_row(row)


@router.put("/zones/{zone_id}/household", responses=responses(404))
async def save_household(
    services: World, caller: Operator, by: Author, zone_id: ZoneId, body: ZoneHouseholdIn
) -> ZoneHouseholdOut:
    """All of it. A schedule is five fields of cron, and holds in every minute that it matches."""
    await _find(services, caller, zone_id)
    unit = SaveZoneHousehold(
        zone_id,
        body.owner_id,
        tuple(body.allowed_member_ids),
        tuple(body.allowed_vehicle_ids),
        tuple(schedule.model_dump() for schedule in body.access_schedules),
        by,
    )
    return ZoneHouseholdOut.from_row(await services.write(unit))


@router.get("/zones/{zone_id}/dwell", responses=responses(404))
async def list_stays(
    services: World,
    caller: Viewer,
    zone_id: ZoneId,
    limit: Limit = 50,
    cursor: Cursor = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    object_class: Annotated[Words | None, Query(alias="class", max_length=100)] = None,
) -> Page[StayOut]:
    """Stays in the zone or crossings of the line, newest first."""
    part = place(cursor, limit)
    async with reading(services.database) as connection:
        seq = await outbox.head(connection)
        await _zone(connection, caller, zone_id)
        rows = await zones.stays(connection, StayFilter(zone_id, since, until, object_class), part)
    page, next_cursor = cut(rows, limit, lambda row: (row["entry_time"], row["id"]))
    return Page(items=[StayOut.from_row(row) for row in page], next_cursor=next_cursor, seq=seq)


@router.get("/zones/{zone_id}/dwell/counts", responses=responses(404))
async def count_stays(
    services: World,
    caller: Viewer,
    zone_id: ZoneId,
    since: Annotated[AwareDatetime | None, Query(description="Default: 30 days before `until`")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Default: now")] = None,
) -> StayCountsOut:
    """Stays, crossings in and out, loitering and seconds: in all and by the camera's local day."""
    until = until or datetime.now(UTC)
    since = since or until - _COUNTED
    if not since < until <= since + _LONGEST:
        raise InvalidInput(f"since: must lie before until, by at most {_LONGEST.days} days")
    async with reading(services.database) as connection:
        zone = await _zone(connection, caller, zone_id)
        timezone = zone["timezone"] or services.settings.timezone
        return StayCountsOut.of(await zones.counts(connection, zone_id, timezone, since, until))


async def _zone(connection: AsyncConnection, caller: Caller, zone_id: int) -> RowMapping:
    row = await zones.zone(connection, zone_id)
    if row is None or not caller.sees(row["camera_id"]):
        raise NotFound("there is no such zone")
    return row


async def _find(services: World, caller: Caller, zone_id: int) -> None:
    async with reading(services.database) as connection:
        await _zone(connection, caller, zone_id)
