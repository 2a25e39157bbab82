"""Faces that were seen: whose they are, whom nobody knows, and what the owner says of them."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime
from sqlalchemy import RowMapping
from starlette.requests import Request
from starlette.responses import Response

from homesec.api.caller import Author, Caller, Operator, Steward
from homesec.api.media import answer, is_known, picture, unchanged
from homesec.api.pages import Cursor, Limit, cut, place
from homesec.api.problems import responses
from homesec.api.routes.persons import ASKED_AGAIN
from homesec.api.schemas.access import CameraId
from homesec.api.schemas.common import MAX_ID, Page
from homesec.api.schemas.people import FaceCorrection, FaceSeenOut, Outcome, QueuedOut
from homesec.api.services import Services
from homesec.api.sightings import remove
from homesec.api.world import World
from homesec.errors import NotFound
from homesec.media.crops import crop
from homesec.store.queries import faces, outbox, reading
from homesec.store.queries.faces import FaceFilter
from homesec.store.writes.access import By
from homesec.store.writes.enrolment import CorrectFace
from homesec.store.writes.people import NoteView

router = APIRouter(prefix="/api/faces", tags=["people"])

FaceId = Annotated[int, Path(ge=1, le=MAX_ID)]
Cameras = Annotated[list[CameraId] | None, Query(max_length=200)]


@router.get("", responses=responses())
async def list_faces(
    services: World,
    caller: Operator,
    by: Author,
    limit: Limit = 50,
    cursor: Cursor = None,
    camera: Cameras = None,
    person: Annotated[int | None, Query(ge=1, le=MAX_ID)] = None,
    outcome: Outcome | None = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
) -> Page[FaceSeenOut]:
    """Newest first, by event time."""
    wanted = FaceFilter(caller.scope(camera), person, outcome, since, until)
    return await _page(services, by, wanted, limit, cursor)


@router.get("/unknown", responses=responses())
async def list_unknown(
    services: World, caller: Operator, by: Author, limit: Limit = 50, cursor: Cursor = None, camera: Cameras = None
) -> Page[FaceSeenOut]:
    """Faces that could be compared and are of nobody known, newest first."""
    return await _page(services, by, FaceFilter(caller.scope(camera), outcome="unknown"), limit, cursor)


@router.get("/{face_id}", responses=responses(404))
async def get_face(services: World, caller: Operator, by: Author, face_id: FaceId) -> FaceSeenOut:
    row = await _face(services, caller, face_id)
    await services.write(NoteView("face", face_id, by, {}))
    return FaceSeenOut.from_row(row)


@router.get(
    "/{face_id}/picture", response_class=Response, responses=responses(404, 410) | picture("image/jpeg")
)
async def face_picture(
    services: World, caller: Operator, by: Author, request: Request, face_id: FaceId
) -> Response:
    """The face, cut out of its picture."""
    row = await _face(services, caller, face_id)
    if row["volume"] is None:
        raise NotFound("this face has no picture")
    etag = f'"face-{face_id}"'
    if is_known(request, etag):
        return unchanged(etag, ASKED_AGAIN)
    await services.write(NoteView("face", face_id, by, {}))
    decoding = request.app.state.decoding
    async with decoding:
        data = await crop(services.storage, services.settings.uploads, row, row["bbox"])
    return answer(data, etag, ASKED_AGAIN)


@router.patch("/{face_id}", responses=responses(404))
async def correct_face(
    services: World, caller: Steward, by: Author, face_id: FaceId, body: FaceCorrection
) -> QueuedOut:
    """Say whose face it is, or that it is of nobody known: that stands, and history is matched again."""
    await _face(services, caller, face_id)
    done = await services.write(CorrectFace(face_id, body.person_id, by))
    await remove(services, done["crops"])
    return QueuedOut.model_validate(done)


async def _page(
    services: Services, by: By, wanted: FaceFilter, limit: int, cursor: str | None
) -> Page[FaceSeenOut]:
    part = place(cursor, limit)
    async with reading(services.database) as connection:
        seq = await outbox.head(connection)
        rows = await faces.faces(connection, wanted, part)
    page, next_cursor = cut(rows, limit, lambda row: (row["timestamp"], row["id"]))
    await services.write(NoteView("face", None, by, {"faces": len(page)}))
    return Page(items=[FaceSeenOut.from_row(row) for row in page], next_cursor=next_cursor, seq=seq)


async def _face(services: Services, caller: Caller, face_id: int) -> RowMapping:
    async with reading(services.database) as connection:
        row = await faces.face(connection, face_id)
    if row is None or not caller.sees(row["camera_id"]):
        raise NotFound("there is no such face")
    return row
