"""Cameras: list, one, make, change, delete, restore, last picture."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from homesec.api.caller import Admin, Author, Operator, Viewer
from homesec.api.media import answer, is_known, picture, unchanged
from homesec.api.pages import Cursor, Limit, decode, encode
from homesec.api.problems import responses
from homesec.api.schemas.cameras import CameraChange, CameraIn, CameraOut
from homesec.api.schemas.common import CAMERA_ID, Page
from homesec.api.world import Posted, World
from homesec.domain.camera_id import camera_id as folded
from homesec.errors import Forbidden, InvalidInput, NotFound
from homesec.store.queries import cameras, outbox, reading
from homesec.store.writes.cameras import CreateCamera, DeleteCamera, RestoreCamera, UpdateCamera

router = APIRouter(prefix="/api/cameras", tags=["cameras"])

CameraId = Annotated[str, Path(pattern=CAMERA_ID)]
_ASKED_AGAIN = "private, no-cache"  # the last picture changes behind its address
_MAX_FOLDER = 255  # bytes of a file name, the limit of common file systems


@router.get("", responses=responses())
async def list_cameras(
    services: World,
    caller: Viewer,
    limit: Limit = 50,
    cursor: Cursor = None,
    include_deleted: Annotated[bool, Query()] = False,
) -> Page[CameraOut]:
    """In the order of their ids."""
    after = None if cursor is None else decode(cursor, str)[0]
    async with reading(services.database) as connection:
        seq = await outbox.head(connection)
        rows = await cameras.cameras(connection, caller.cameras, include_deleted, limit, after)
    items = [CameraOut.from_row(row) for row in rows[:limit]]
    return Page(items=items, next_cursor=encode(items[-1].id) if len(rows) > limit else None, seq=seq)


@router.post("", status_code=201, responses=responses(409))
async def create_camera(services: World, caller: Admin, by: Author, posted: Posted, body: CameraIn) -> CameraOut:
    """Its id comes from the folder's name: lower case, words joined by `_`."""
    folder = body.name if body.folder is None else body.folder
    new_id = folded(folder)
    if body.folder is None:
        folder = new_id
    if len(folder.encode()) > _MAX_FOLDER:
        raise InvalidInput("the name of the folder is too long")
    if not caller.sees(new_id):
        raise Forbidden("this key is limited to other cameras")
    unit = CreateCamera(new_id, body.name, folder, body.timezone, body.stored_settings(), by)
    return CameraOut.from_row((await posted.write(unit, 201)).body)


@router.get("/{camera_id}", responses=responses(404))
async def get_camera(services: World, caller: Viewer, camera_id: CameraId) -> CameraOut:
    """Also a deleted one, which says so in `deleted_at`."""
    caller.find(camera_id)
    async with reading(services.database) as connection:
        return CameraOut.from_row(await cameras.existing(connection, camera_id))


@router.patch("/{camera_id}", responses=responses(404))
async def change_camera(
    services: World, caller: Operator, by: Author, camera_id: CameraId, body: CameraChange
) -> CameraOut:
    """Settings are merged into those that are there."""
    caller.find(camera_id)
    unit = UpdateCamera(camera_id, by, body.changes(), body.stored_settings())
    return CameraOut.from_row(await services.write(unit))


@router.delete("/{camera_id}", status_code=204, responses=responses(404))
async def delete_camera(services: World, caller: Admin, by: Author, camera_id: CameraId) -> None:
    """Softly: what it saw stays, and files it still uploads wait until it is restored."""
    caller.find(camera_id)
    await services.write(DeleteCamera(camera_id, by))


@router.post("/{camera_id}/restore", responses=responses(404))
async def restore_camera(caller: Admin, by: Author, posted: Posted, camera_id: CameraId) -> CameraOut:
    """Undo the deletion; files that waited are taken."""
    caller.find(camera_id)
    return CameraOut.from_row((await posted.write(RestoreCamera(camera_id, by))).body)


@router.get("/{camera_id}/snapshot", response_class=Response, responses=responses(404) | picture("image/jpeg"))
async def snapshot(services: World, caller: Viewer, request: Request, camera_id: CameraId) -> Response:
    """The camera's last picture, at most a second old when it was taken."""
    caller.find(camera_id)
    async with reading(services.database) as connection:
        volume = await cameras.last_volume(connection, camera_id)
    if volume is None:
        raise NotFound("this camera has no picture yet")
    data = await services.storage.read_media(volume, f"last/{camera_id}.jpg")
    etag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    if is_known(request, etag):
        return unchanged(etag, _ASKED_AGAIN)
    return answer(data, etag, _ASKED_AGAIN)
