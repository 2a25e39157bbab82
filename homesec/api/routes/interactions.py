"""Who carried, left or took what."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from homesec.api.caller import Viewer
from homesec.api.pages import Cursor, Limit, cut, place
from homesec.api.problems import responses
from homesec.api.schemas.access import CameraId
from homesec.api.schemas.common import MAX_ID, Page
from homesec.api.schemas.interactions import InteractionKind, InteractionOut
from homesec.api.world import World
from homesec.store.queries import interactions, outbox, reading

router = APIRouter(prefix="/api/interactions", tags=["tracks"])


@router.get("", responses=responses())
async def list_interactions(
    services: World,
    caller: Viewer,
    limit: Limit = 50,
    cursor: Cursor = None,
    camera: Annotated[list[CameraId] | None, Query(max_length=200)] = None,
    kind: Annotated[list[InteractionKind] | None, Query(max_length=3)] = None,
    track: Annotated[int | None, Query(ge=1, le=MAX_ID, description="Of the person or of the thing")] = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
) -> Page[InteractionOut]:
    """Newest first, by when they happened."""
    wanted = interactions.InteractionFilter(caller.scope(camera), kind or (), track, since, until)
    part = place(cursor, limit)
    async with reading(services.database) as connection:
        seq = await outbox.head(connection)
        rows = await interactions.interactions(connection, wanted, part)
    page, next_cursor = cut(rows, limit, lambda row: (row["at"], row["id"]))
    return Page(items=[InteractionOut.from_row(row) for row in page], next_cursor=next_cursor, seq=seq)
