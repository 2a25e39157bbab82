"""Changes of what a camera looks at: list, pictures of before and after, acknowledge."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from sqlalchemy import RowMapping
from starlette.requests import Request
from starlette.responses import Response

from homesec.api.caller import Author, Caller, Operator, Viewer
from homesec.api.media import answer, is_known, picture, unchanged
from homesec.api.pages import Cursor, Limit, cut, place
from homesec.api.problems import responses
from homesec.api.routes.cameras import CameraId
from homesec.api.schemas.common import MAX_ID, Page
from homesec.api.schemas.scenes import SceneChangeOut, SceneReferenceOut, SceneReferences
from homesec.api.world import Posted, World
from homesec.domain.views import READY
from homesec.errors import NotFound
from homesec.store.queries import cameras, outbox, reading, scenes
from homesec.store.writes.scenes import AcknowledgeSceneChange

router = APIRouter(prefix="/api/cameras/{camera_id}", tags=["cameras"])

ChangeId = Annotated[int, Path(ge=1, le=MAX_ID)]


@router.get("/scene-changes", responses=responses(404))
async def list_scene_changes(
    services: World,
    caller: Viewer,
    camera_id: CameraId,
    limit: Limit = 50,
    cursor: Cursor = None,
    acknowledged: Annotated[bool | None, Query()] = None,
) -> Page[SceneChangeOut]:
    """Newest first."""
    caller.find(camera_id)
    part = place(cursor, limit)
    async with reading(services.database) as connection:
        await cameras.existing(connection, camera_id)
        seq = await outbox.head(connection)
        rows = await scenes.changes(connection, camera_id, acknowledged, part)
    page, next_cursor = cut(rows, limit, lambda row: (row["detected_at"], row["id"]))
    return Page(items=[SceneChangeOut.from_row(row) for row in page], next_cursor=next_cursor, seq=seq)


@router.get("/scene-changes/{change_id}", responses=responses(404))
async def get_scene_change(
    services: World, caller: Viewer, camera_id: CameraId, change_id: ChangeId
) -> SceneChangeOut:
    return SceneChangeOut.from_row(await _change(services, caller, camera_id, change_id))


@router.get(
    "/scene-changes/{change_id}/before", response_class=Response, responses=responses(404) | picture("image/jpeg")
)
async def picture_before(
    services: World, caller: Viewer, request: Request, camera_id: CameraId, change_id: ChangeId
) -> Response:
    """The last picture that looked as usual."""
    row = await _change(services, caller, camera_id, change_id)
    return await _picture(services, request, row, "before_path")


@router.get(
    "/scene-changes/{change_id}/after", response_class=Response, responses=responses(404) | picture("image/jpeg")
)
async def picture_after(
    services: World, caller: Viewer, request: Request, camera_id: CameraId, change_id: ChangeId
) -> Response:
    """The picture that proved the change."""
    row = await _change(services, caller, camera_id, change_id)
    return await _picture(services, request, row, "file_path")


@router.post("/scene-changes/{change_id}/acknowledge", responses=responses(404))
async def acknowledge_scene_change(
    caller: Operator, by: Author, posted: Posted, camera_id: CameraId, change_id: ChangeId
) -> SceneChangeOut:
    """You know of it. A view that stays so for a day from the change on counts as usual then."""
    caller.find(camera_id)
    return SceneChangeOut.from_row((await posted.write(AcknowledgeSceneChange(camera_id, change_id, by))).body)


@router.get("/scene-references", responses=responses(404))
async def list_scene_references(services: World, caller: Viewer, camera_id: CameraId) -> SceneReferences:
    """What the view is compared with: the first pictures in a light only build its reference."""
    caller.find(camera_id)
    async with reading(services.database) as connection:
        await cameras.existing(connection, camera_id)
        rows = await scenes.references(connection, camera_id)
    items = []
    for row in rows:
        pictures = row["state"]["pictures"]
        items.append(SceneReferenceOut.from_row(row, pictures=pictures, ready=pictures >= READY))
    return SceneReferences(items=items)


async def _change(services: World, caller: Caller, camera_id: str, change_id: int) -> RowMapping:
    caller.find(camera_id)
    async with reading(services.database) as connection:
        row = await scenes.change(connection, camera_id, change_id)
    if row is None:
        raise NotFound("this camera has no such scene change")
    return row


async def _picture(services: World, request: Request, row: RowMapping, column: str) -> Response:
    """One that is kept as long as its change, whatever becomes of the upload."""
    if row[column] is None:
        raise NotFound("this picture of the scene change is not there")
    etag = f'"scene-{row["id"]}-{column}"'
    if is_known(request, etag):
        return unchanged(etag)
    return answer(await services.storage.read_media(row["volume"], row[column]), etag)
