"""Uploads: send a file, and see what became of those that were sent."""

import hashlib
import re
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Query
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from homesec.api.caller import Operator, Viewer
from homesec.api.pages import Cursor, Limit, cut, place
from homesec.api.problems import responses
from homesec.api.routes.cameras import CameraId
from homesec.api.schemas.access import CameraId as CameraName
from homesec.api.schemas.common import MAX_ID, Page
from homesec.api.schemas.uploads import Received, UploadDetail, UploadOut
from homesec.api.world import Posted, World
from homesec.errors import Conflict, InvalidInput, NotFound
from homesec.store.queries import cameras, outbox, reading, uploads

router = APIRouter(tags=["uploads"])

UploadId = Annotated[int, Path(ge=1, le=MAX_ID)]
State = Literal["pending", "detected", "done", "rejected", "failed", "expired"]
_SUFFIXES = {
    "image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",), "image/webp": (".webp",),
    "video/mp4": (".mp4", ".m4v", ".mov"), "video/x-matroska": (".mkv",), "video/x-msvideo": (".avi",),
    "video/quicktime": (".mov",),
}  # fmt: skip
_UNSAID = ("", "application/octet-stream", "application/x-www-form-urlencoded")  # what clients send who say nothing
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {name: {"schema": {"type": "string", "format": "binary"}} for name in _SUFFIXES},
    }
}


@router.post(
    "/api/cameras/{camera_id}/uploads",
    status_code=202,
    tags=["cameras"],
    responses=responses(404, 409, 413, 415),
    openapi_extra=_BODY,
)
async def upload(
    services: World,
    caller: Operator,
    posted: Posted,
    request: Request,
    camera_id: CameraId,
    content_type: Annotated[str, Header()] = "",
    filename: Annotated[
        str | None, Query(max_length=150, description="A time in it counts as capture time; default: that of arrival")
    ] = None,
) -> Received:
    """Put a picture or clip (the raw body) into the camera's folder, whole or not at all; the pipeline takes it up."""
    caller.find(camera_id)
    name = _file_name(filename, content_type)
    if before := await posted.earlier():
        return await _repeated(Received.model_validate(before), _Body(request))
    async with reading(services.database) as connection:
        camera = await cameras.camera(connection, camera_id)
    if camera is not None and camera["deleted_at"] is not None:
        raise Conflict("this camera is deleted; restore it first")
    if camera is None and not services.settings.uploads.auto_create_cameras:
        raise NotFound("there is no such camera")
    folder = camera_id if camera is None else camera["folder_path"]  # the watcher makes cameras from new folders
    body = _Body(request)
    stored = await services.storage.write_upload(folder, name, body.chunks())
    received = Received(camera_id=camera_id, name=stored, size=body.size, sha256=body.sha256.hexdigest())
    await posted.remember(received.model_dump(), 202)
    return received


async def _repeated(before: Received, body: "_Body") -> Received:
    """The first answer, if the same bytes came again; others would be lost in silence. Raises InvalidInput."""
    async for _ in body.chunks():
        continue
    if body.sha256.hexdigest() != before.sha256:
        raise InvalidInput("this Idempotency-Key was used for another request")
    return before


class _Body:
    """The body on its way: counted and hashed."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self.size = 0
        self.sha256 = hashlib.sha256()

    async def chunks(self) -> AsyncIterator[bytes]:
        """Raises InvalidInput for an empty or broken-off body, so that nothing is stored."""
        try:
            async for chunk in self._request.stream():
                self.size += len(chunk)
                self.sha256.update(chunk)
                if chunk:
                    yield chunk
        except ClientDisconnect as error:
            raise InvalidInput("the upload broke off") from error
        if not self.size:
            raise InvalidInput("the upload is empty")


def _file_name(given: str | None, content_type: str) -> str:
    """A name of harmless characters, and an end that fits the content type. Raises InvalidInput, 415."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind in _SUFFIXES:
        suffixes = _SUFFIXES[kind]
    elif kind in _UNSAID and given is not None:
        suffixes = tuple(suffix for some in _SUFFIXES.values() for suffix in some)
    else:
        raise HTTPException(415, "Content-Type must be one of " + ", ".join(_SUFFIXES))
    if given is None:
        return f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(3)}{suffixes[0]}"
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", re.split(r"[/\\]", given)[-1]).lstrip(".")
    stem, dot, suffix = name.rpartition(".")
    if not stem or dot + suffix.lower() not in suffixes:
        raise InvalidInput(f"filename: must be a name that ends in {', '.join(dict.fromkeys(suffixes))}")
    return name


@router.get("/api/uploads", responses=responses())
async def list_uploads(
    services: World,
    caller: Viewer,
    limit: Limit = 50,
    cursor: Cursor = None,
    camera: Annotated[list[CameraName] | None, Query(max_length=200)] = None,
    state: Annotated[list[State] | None, Query()] = None,
) -> Page[UploadOut]:
    """Newest first, by arrival."""
    part = place(cursor, limit)
    async with reading(services.database) as connection:
        seq = await outbox.head(connection)
        rows = await uploads.uploads(connection, caller.scope(camera), state or (), part)
    page, next_cursor = cut(rows, limit, lambda row: (row["received_at"], row["id"]))
    return Page(items=[UploadOut.from_row(row) for row in page], next_cursor=next_cursor, seq=seq)


@router.get("/api/uploads/{upload_id}", responses=responses(404))
async def get_upload(services: World, caller: Viewer, upload_id: UploadId) -> UploadDetail:
    """With what came of it."""
    async with reading(services.database) as connection:
        row = await uploads.upload(connection, upload_id)
        if row is None or not caller.sees(row["camera_id"]):
            raise NotFound("there is no such upload")
        count, event_ids = await uploads.came_of(connection, upload_id)
    return UploadDetail.from_row(row, detection_count=count, event_ids=event_ids)
