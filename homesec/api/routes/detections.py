"""Detections: list, one, its pictures, and what further models said."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from homesec.api.caller import Caller, Viewer
from homesec.api.media import answer, is_known, picture, unchanged
from homesec.api.pages import Cursor, Limit, cut, place
from homesec.api.problems import responses
from homesec.api.schemas.access import CameraId
from homesec.api.schemas.common import MAX_ID, Page, Words
from homesec.api.schemas.detections import DetectionDetail, DetectionOut, EnrichmentOut
from homesec.api.services import Services
from homesec.api.world import World
from homesec.errors import NotFound, UploadChanged
from homesec.media.clips import frames
from homesec.media.pictures import thumbnail as jpeg
from homesec.media.storage import UploadFile
from homesec.store.queries import detections, outbox, reading
from homesec.store.queries import enrichment as further
from homesec.store.queries.detections import DetectionFilter

router = APIRouter(prefix="/api/detections", tags=["detections"])

DetectionId = Annotated[int, Path(ge=1, le=MAX_ID)]
_FRAME_QUALITY = 90  # of a frame taken out of a clip
FRAMES_AT_ONCE = 2  # decoding is heavy: a page of clip frames must not take every core


@router.get("", responses=responses())
async def list_detections(
    services: World,
    caller: Viewer,
    limit: Limit = 50,
    cursor: Cursor = None,
    camera: Annotated[list[CameraId] | None, Query(max_length=200)] = None,
    object_type: Annotated[list[Words] | None, Query(alias="class", max_length=100)] = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    min_confidence: Annotated[float | None, Query(ge=0, le=1)] = None,
    upload: Annotated[int | None, Query(ge=1, le=MAX_ID)] = None,
    event: Annotated[int | None, Query(ge=1, le=MAX_ID)] = None,
    track: Annotated[int | None, Query(ge=1, le=MAX_ID)] = None,
    excluded: Annotated[bool | None, Query(description="true: only what counts nowhere; false: nothing of it")] = None,
) -> Page[DetectionOut]:
    """Newest first, by event time."""
    wanted = DetectionFilter(
        caller.scope(camera), object_type or (), since, until, min_confidence, upload, event, track, excluded
    )
    part = place(cursor, limit)
    async with reading(services.database) as connection:
        seq = await outbox.head(connection)
        rows = await detections.detections(connection, wanted, part)
    page, next_cursor = cut(rows, limit, lambda row: (row["detected_at"], row["id"]))
    return Page(items=[DetectionOut.from_row(row) for row in page], next_cursor=next_cursor, seq=seq)


@router.get("/{detection_id}", responses=responses(404))
async def get_detection(services: World, caller: Viewer, detection_id: DetectionId) -> DetectionDetail:
    async with reading(services.database) as connection:
        return DetectionDetail.from_row(await _detection(connection, caller, detection_id))


@router.get(
    "/{detection_id}/image",
    response_class=Response,
    responses=responses(404, 410) | picture("image/jpeg", "image/png", "image/webp"),
)
async def image(services: World, caller: Viewer, request: Request, detection_id: DetectionId) -> Response:
    """The very picture it was seen in (of a clip: the frame); 410 when the file was overwritten or is gone."""
    async with reading(services.database) as connection:
        row = await _detection(connection, caller, detection_id)
    etag = f'"{bytes(row["sha256"]).hex()[:32]}-{row["frame_no"]}"'
    if is_known(request, etag):
        return unchanged(etag)
    file = UploadFile(row["volume"], bytes(row["path"]), row["size"], bytes(row["sha256"]))
    if row["media_type"] == "video":
        return answer(await _frame(request, services, file, row["frame_no"]), etag)
    return answer(await services.storage.read_upload(file), etag)


@router.get(
    "/{detection_id}/thumbnail", response_class=Response, responses=responses(404) | picture("image/jpeg")
)
async def thumbnail(services: World, caller: Viewer, request: Request, detection_id: DetectionId) -> Response:
    """The frame it was seen in, 480 px at its longest side."""
    async with reading(services.database) as connection:
        row = await _detection(connection, caller, detection_id)
    if row["thumbnail_path"] is None:
        raise NotFound("this detection has no thumbnail")
    etag = f'"thumb-{row["upload_id"]}-{row["frame_no"]}"'
    if is_known(request, etag):
        return unchanged(etag)
    return answer(await services.storage.read_media(row["volume"], row["thumbnail_path"]), etag)


@router.get("/{detection_id}/enrichment", responses=responses(404))
async def enrichment(services: World, caller: Viewer, detection_id: DetectionId) -> EnrichmentOut:
    """What further models said about it."""
    async with reading(services.database) as connection:
        row = await _detection(connection, caller, detection_id)
        said = await further.of_detections(connection, [detection_id])
    return EnrichmentOut.from_row(row, detection_id=row["id"], **said[detection_id])


async def _detection(connection: AsyncConnection, caller: Caller, detection_id: int) -> RowMapping:
    row = await detections.detection(connection, detection_id)
    if row is None or not caller.sees(row["camera_id"]):
        raise NotFound("there is no such detection")
    return row


async def _frame(request: Request, services: Services, file: UploadFile, frame_no: int) -> bytes:
    """One frame of a clip as a JPEG."""
    settings = services.settings.uploads
    decoding: asyncio.Semaphore = request.app.state.decoding
    async with decoding, services.storage.open_upload(file) as path:

        def decoded() -> bytes:
            for frame in frames(path, settings.video_fps, frame_no, 1, settings.max_pixels):
                height, width, _ = frame.image.shape
                return jpeg(frame.image, max(height, width), _FRAME_QUALITY)
            raise UploadChanged("the clip has no such frame")

        return await asyncio.to_thread(decoded)
