"""Entities: who or what was seen again, and what the owner says about who is who.

Every change and every view is in the log. A key that is limited to cameras sees those that no other camera has seen.
"""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import AwareDatetime
from sqlalchemy import RowMapping

from homesec.api.caller import Author, Caller, Operator, Viewer
from homesec.api.pages import Cursor, Limit, decode, encode
from homesec.api.problems import responses
from homesec.api.schemas.access import CameraId
from homesec.api.schemas.common import Page
from homesec.api.schemas.entities import (
    EntityChange,
    EntityDetail,
    EntityMerge,
    EntityOut,
    EntityReject,
    EntitySighting,
    EntitySplit,
    EntityType,
    JourneyOut,
    LegOut,
    RulingOut,
    Trust,
)
from homesec.api.services import Services
from homesec.api.world import Posted, World
from homesec.domain.journeys import LONGEST_S, Sighting, legs
from homesec.errors import InvalidInput, NotFound
from homesec.store.queries import entities, outbox, reading
from homesec.store.queries.entities import EntityFilter
from homesec.store.writes.access import By
from homesec.store.writes.entities import MergeEntities, NoteEntityView, SplitEntity, UpdateEntity

router = APIRouter(prefix="/api/entities", tags=["entities"])

_SHOWN = 200  # sightings and rulings that come with one entity
_LONGEST = 1000  # sightings of one journey
_LEARNED = timedelta(days=30)  # from so far back are the usual times between cameras


async def _id(entity_id: Annotated[str, Path(max_length=36)]) -> str:
    try:
        return str(uuid.UUID(entity_id))
    except ValueError as error:
        raise NotFound("there is no such entity") from error


EntityId = Annotated[str, Depends(_id)]


@router.get("", responses=responses())
async def list_entities(
    services: World,
    caller: Viewer,
    by: Author,
    limit: Limit = 50,
    cursor: Cursor = None,
    entity_type: Annotated[list[EntityType] | None, Query(alias="type")] = None,
    trust: Annotated[list[Trust] | None, Query()] = None,
    camera: CameraId | None = None,
    since: Annotated[AwareDatetime | None, Query(description="Seen at or after")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Seen before")] = None,
) -> Page[EntityOut]:
    """By when they were seen last, newest first."""
    wanted = EntityFilter(caller.cameras, entity_type or (), trust or (), camera, since, until)
    after = None if cursor is None else _after(cursor)
    async with reading(services.database) as connection:
        seq = await outbox.head(connection)
        rows = await entities.entities(connection, wanted, limit, after)
    items = [EntityOut.from_row(row) for row in rows[:limit]]
    await services.write(NoteEntityView(tuple(str(one.id) for one in items), by))
    more = encode(items[-1].last_seen_at.isoformat(), str(items[-1].id)) if len(rows) > limit else None
    return Page(items=items, next_cursor=more, seq=seq)


@router.get("/{entity_id}", responses=responses(404))
async def get_entity(services: World, caller: Viewer, by: Author, entity_id: EntityId) -> EntityDetail:
    """With its newest sightings, and what the owner said of it."""
    return await _detail(services, caller, by, entity_id)


@router.get("/{entity_id}/journey", responses=responses(404))
async def journey(
    services: World,
    caller: Viewer,
    by: Author,
    entity_id: EntityId,
    since: Annotated[AwareDatetime | None, Query(description="Default: its newest 1000 sightings")] = None,
    until: AwareDatetime | None = None,
) -> JourneyOut:
    """Where it was, in order of time, and how long it took from camera to camera."""
    one = await _entity(services, caller, entity_id)
    async with reading(services.database) as connection:
        rows = await entities.sightings(connection, entity_id, _LONGEST, since, until)
        learned = datetime.now(UTC) - _LEARNED if not rows else rows[0]["first_seen"] - _LEARNED
        usual = await entities.transits(connection, one["entity_type"], learned, LONGEST_S)
    await services.write(NoteEntityView((entity_id,), by))
    seen = [Sighting(row["track_id"], row["camera_id"], row["first_seen"], row["last_seen"]) for row in reversed(rows)]
    return JourneyOut(
        entity_id=uuid.UUID(entity_id),
        sightings=[EntitySighting.from_row(row) for row in reversed(rows)],
        legs=[LegOut.from_row(vars(leg)) for leg in legs(seen, usual)],
    )


@router.patch("/{entity_id}", responses=responses(404))
async def change_entity(
    services: World, caller: Operator, by: Author, entity_id: EntityId, body: EntityChange
) -> EntityDetail:
    """Trust and name; what the owner says of trust stands, whomever it is taken for."""
    await _entity(services, caller, entity_id)
    await services.write(UpdateEntity(entity_id, body.changes(), by))
    return await _detail(services, caller, by, entity_id)


@router.post("/{entity_id}/merge", responses=responses(404, 409))
async def merge_entities(
    services: World, caller: Operator, by: Author, posted: Posted, entity_id: EntityId, body: EntityMerge
) -> EntityDetail:
    """The others were this one all along, and so are later sightings that look like any of them."""
    if await posted.earlier() is None:  # else the others are gone
        for one in (entity_id, *body.other_ids):
            await _entity(services, caller, str(one))
    others = tuple(str(other) for other in body.other_ids)
    await posted.write(MergeEntities(entity_id, others, by), body={"entity_id": entity_id})
    return await _detail(services, caller, by, entity_id)


@router.post("/{entity_id}/split", responses=responses(404, 409))
async def split_entity(
    services: World, caller: Operator, by: Author, posted: Posted, entity_id: EntityId, body: EntitySplit
) -> EntityDetail:
    """Some sightings are of another; gives that one."""
    await _entity(services, caller, entity_id)
    tracks = tuple(dict.fromkeys(body.track_ids))
    return await _taken_out(services, caller, by, posted, SplitEntity(entity_id, tracks, by))


@router.post("/{entity_id}/reject", responses=responses(404, 409))
async def reject_sighting(
    services: World, caller: Operator, by: Author, posted: Posted, entity_id: EntityId, body: EntityReject
) -> EntityDetail:
    """Not this one; gives the entity that the sighting belongs to now."""
    await _entity(services, caller, entity_id)
    instead = None if body.entity_id is None else str(body.entity_id)
    if instead is not None:
        await _entity(services, caller, instead)
    unit = SplitEntity(entity_id, (body.track_id,), by, instead, "reject")
    return await _taken_out(services, caller, by, posted, unit)


async def _taken_out(services: Services, caller: Caller, by: By, posted: Posted, unit: SplitEntity) -> EntityDetail:
    answer = await posted.write(unit)
    return await _detail(services, caller, by, str(answer.body["entity_id"]))


async def _detail(services: Services, caller: Caller, by: By, entity_id: str) -> EntityDetail:
    row = await _entity(services, caller, entity_id)
    async with reading(services.database) as connection:
        seen = await entities.sightings(connection, entity_id, _SHOWN)
        said = await entities.rulings(connection, entity_id, _SHOWN)
        vectors = await entities.vectors(connection, entity_id)
    await services.write(NoteEntityView((entity_id,), by))
    return EntityDetail.from_row(
        row,
        sightings=[EntitySighting.from_row(one) for one in seen],
        rulings=[RulingOut.from_row(one) for one in said],
        vectors=vectors,
    )


async def _entity(services: Services, caller: Caller, entity_id: str) -> RowMapping:
    async with reading(services.database) as connection:
        row = await entities.entity(connection, entity_id, caller.cameras)
    if row is None:
        raise NotFound("there is no such entity")
    return row


def _after(cursor: str) -> tuple[datetime, str]:
    at, last_id = decode(cursor, str, str)
    try:
        when, last = datetime.fromisoformat(at), str(uuid.UUID(last_id))
    except ValueError as error:
        raise InvalidInput("cursor: not one of this list") from error
    if when.tzinfo is None:
        raise InvalidInput("cursor: not one of this list")
    return when, last
