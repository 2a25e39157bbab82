"""Where in a camera's picture things stand."""

import asyncio
import hashlib
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime
from sqlalchemy import RowMapping
from starlette.requests import Request
from starlette.responses import Response

from homesec.api.caller import Caller, Viewer
from homesec.api.media import answer, is_known, picture, unchanged
from homesec.api.problems import responses
from homesec.api.routes.cameras import CameraId
from homesec.api.schemas.activity import HeatmapOut
from homesec.api.services import Services
from homesec.api.world import World
from homesec.domain.heatmaps import unpacked
from homesec.errors import NotFound
from homesec.media.heat_pictures import blended, overlay
from homesec.store.queries import activity, cameras, reading

router = APIRouter(prefix="/api/cameras", tags=["heatmaps"])

Resolution = Literal["hourly", "daily", "weekly"]
At = Annotated[AwareDatetime | None, Query(description="The span that had begun by then; default: the newest")]
_ASKED_AGAIN = "private, no-cache"  # a span that goes on changes


@router.get("/{camera_id}/heatmap", responses=responses(404))
async def heatmap(
    services: World,
    caller: Viewer,
    request: Request,
    response: Response,
    camera_id: CameraId,
    resolution: Resolution = "weekly",
    at: At = None,
) -> HeatmapOut:
    """As numbers."""
    row = await _heatmap(services, caller, camera_id, resolution, at)
    response.headers["ETag"], response.headers["Cache-Control"] = _etag(row), _ASKED_AGAIN
    grid = unpacked(bytes(row["data"]), row["width"], row["height"])
    return HeatmapOut.from_row(row, values=[[round(float(cell), 4) for cell in line] for line in grid])


@router.get(
    "/{camera_id}/heatmap.png", response_class=Response, responses=responses(404) | picture("image/png")
)
async def heatmap_picture(
    services: World,
    caller: Viewer,
    request: Request,
    camera_id: CameraId,
    resolution: Resolution = "weekly",
    at: At = None,
    over: Annotated[
        Literal["picture"] | None, Query(description="Laid over the camera's last picture; default: transparent")
    ] = None,
) -> Response:
    """As colours: to lay over the camera's picture, or over it already."""
    row = await _heatmap(services, caller, camera_id, resolution, at)
    below = None if over is None else await _last_picture(services, camera_id)
    etag = _etag(row, below or b"")
    if is_known(request, etag):
        return unchanged(etag, _ASKED_AGAIN)
    grid = unpacked(bytes(row["data"]), row["width"], row["height"])
    painted = overlay(grid) if below is None else await asyncio.to_thread(blended, grid, below)
    return answer(painted, etag, _ASKED_AGAIN)


async def _heatmap(
    services: Services, caller: Caller, camera_id: str, resolution: str, at: AwareDatetime | None
) -> RowMapping:
    caller.find(camera_id)
    async with reading(services.database) as connection:
        row = await activity.heatmap(connection, camera_id, resolution, at)
    if row is None:
        raise NotFound("this camera has no heatmap yet")
    return row


async def _last_picture(services: Services, camera_id: str) -> bytes:
    async with reading(services.database) as connection:
        volume = await cameras.last_volume(connection, camera_id)
    if volume is None:
        raise NotFound("this camera has no picture yet")
    return await services.storage.read_media(volume, f"last/{camera_id}.jpg")


def _etag(row: RowMapping, below: bytes = b"") -> str:
    known = f"{row['id']} {row['time_bucket'].isoformat()} ".encode()
    return f'"{hashlib.sha256(known + bytes(row["data"]) + below).hexdigest()[:32]}"'
