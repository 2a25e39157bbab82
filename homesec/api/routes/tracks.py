"""Tracks: the ways of objects, and what is there now."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime

from homesec.api.caller import Viewer
from homesec.api.pages import Cursor, Limit, cut, place
from homesec.api.problems import responses
from homesec.api.schemas.access import CameraId
from homesec.api.schemas.common import MAX_ID, Page, Words
from homesec.api.schemas.tracks import Presence, TrackOut
from homesec.api.world import World
from homesec.errors import NotFound
from homesec.store.queries import outbox, reading, tracks

router = APIRouter(prefix="/api/tracks", tags=["tracks"])

TrackId = Annotated[int, Path(ge=1, le=MAX_ID)]
Cameras = Annotated[list[CameraId] | None, Query(max_length=200)]


@router.get("", responses=responses())
async def list_tracks(
    services: World,
    caller: Viewer,
    limit: Limit = 50,
    cursor: Cursor = None,
    camera: Cameras = None,
    object_class: Annotated[list[Words] | None, Query(alias="class", max_length=100)] = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    entity: UUID | None = None,
) -> Page[TrackOut]:
    """Newest first, by when they were first seen; with times, those that were there between them."""
    wanted = tracks.TrackFilter(caller.scope(camera), object_class or (), since, until, entity)
    part = place(cursor, limit)
    async with reading(services.database) as connection:
        seq = await outbox.head(connection)
        rows = await tracks.tracks(connection, wanted, part)
    page, next_cursor = cut(rows, limit, lambda row: (row["first_seen"], row["id"]))
    return Page(items=[TrackOut.from_row(row) for row in page], next_cursor=next_cursor, seq=seq)


@router.get("/present", responses=responses())
async def present(services: World, caller: Viewer, camera: Cameras = None) -> list[Presence]:
    """What each camera saw last: what moves there, and the parked cars and left things that it remembers."""
    async with reading(services.database) as connection:
        rows = await tracks.newest_states(connection, caller.scope(camera))
    return [Presence.from_row(row) for row in rows]


@router.get("/{track_id}", responses=responses(404))
async def get_track(services: World, caller: Viewer, track_id: TrackId) -> TrackOut:
    async with reading(services.database) as connection:
        row = await tracks.track(connection, track_id)
    if row is None or not caller.sees(row["camera_id"]):
        raise NotFound("there is no such track")
    return TrackOut.from_row(row)
