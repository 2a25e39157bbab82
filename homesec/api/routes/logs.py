"""What the parts of the system said."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from homesec.api.caller import Owner
from homesec.api.pages import Cursor, Limit, cut, place
from homesec.api.problems import responses
from homesec.api.schemas.access import CameraId
from homesec.api.schemas.common import MAX_ID, Page, Words
from homesec.api.schemas.system import LogOut
from homesec.api.world import World
from homesec.store.queries import logs, outbox, reading

router = APIRouter(prefix="/api/system", tags=["system"])


@router.get("/logs", responses=responses())
async def list_logs(
    services: World,
    caller: Owner,
    limit: Limit = 50,
    cursor: Cursor = None,
    level: Annotated[
        Literal["INFO", "WARNING", "ERROR", "CRITICAL"] | None, Query(description="This one or a worse one")
    ] = None,
    component: Annotated[Words | None, Query(max_length=100, description="Like detector:0")] = None,
    camera: CameraId | None = None,
    event_id: Annotated[int | None, Query(ge=1, le=MAX_ID)] = None,
    request_id: Annotated[Words | None, Query(max_length=100)] = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    words: Annotated[Words | None, Query(alias="q", min_length=1, max_length=500)] = None,
) -> Page[LogOut]:
    """Newest first. A few lines may be missing where much was said at once; the files in <data>/logs have them."""
    wanted = logs.LogFilter(level, component, camera, event_id, request_id, since, until, words)
    part = place(cursor, limit)
    async with reading(services.database) as connection:
        seq = await outbox.head(connection)
        rows = await logs.log_lines(connection, wanted, part)
    page, next_cursor = cut(rows, limit, lambda row: (row["timestamp"], row["id"]))
    return Page(items=[LogOut.from_row(row) for row in page], next_cursor=next_cursor, seq=seq)
