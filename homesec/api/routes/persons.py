"""Persons the owner knows, the faces they are known by, matching again, and erasing.

Who may see who people are: operators whose key is not limited to cameras. Every look and every change is logged.
"""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path
from sqlalchemy import RowMapping
from starlette.requests import Request
from starlette.responses import Response

from homesec.api.caller import Author, Owner, Steward
from homesec.api.media import answer, is_known, picture, unchanged
from homesec.api.pages import Cursor, Limit, cut, place
from homesec.api.problems import responses
from homesec.api.schemas.common import MAX_ID, Page
from homesec.api.schemas.people import (
    EnrolledOut,
    ErasureOut,
    LookOut,
    LooksOut,
    PersonChange,
    PersonIn,
    PersonOut,
    QueuedOut,
    Sighting,
)
from homesec.api.services import Services
from homesec.api.sightings import enrol, remove
from homesec.api.world import Posted, World
from homesec.errors import NotFound
from homesec.store.queries import outbox, people, reading
from homesec.store.writes.access import By
from homesec.store.writes.enrolment import ForgetLook, MatchAgain
from homesec.store.writes.erasure import AskErasure
from homesec.store.writes.people import CreatePerson, NoteView, UpdatePerson

router = APIRouter(prefix="/api/persons", tags=["people"])

PersonId = Annotated[int, Path(ge=1, le=MAX_ID)]
LookId = Annotated[int, Path(ge=1, le=MAX_ID)]
ASKED_AGAIN = "private, no-cache"  # who was erased is not shown from a browser's memory either


@router.get("", responses=responses())
async def list_persons(
    services: World, caller: Steward, by: Author, limit: Limit = 50, cursor: Cursor = None
) -> Page[PersonOut]:
    """Newest first."""
    part = place(cursor, limit)
    async with reading(services.database) as connection:
        seq = await outbox.head(connection)
        rows = await people.persons(connection, part)
    page, next_cursor = cut(rows, limit, lambda row: (row["created_at"], row["id"]))
    await services.write(NoteView("person", None, by, {"ids": [row["id"] for row in page]}))
    return Page(items=[PersonOut.from_row(row) for row in page], next_cursor=next_cursor, seq=seq)


@router.post("", status_code=201, responses=responses())
async def create_person(caller: Steward, by: Author, posted: Posted, body: PersonIn) -> PersonOut:
    """Known by name at first; faces are added from what cameras saw."""
    return PersonOut.from_row((await posted.write(CreatePerson(body.name, body.notes, by), 201)).body)


@router.get("/erasures", responses=responses())
async def list_erasures(services: World, caller: Owner, limit: Limit = 50, cursor: Cursor = None) -> Page[ErasureOut]:
    """Who was erased, by ids alone, newest first."""
    part = place(cursor, limit)
    async with reading(services.database) as connection:
        seq = await outbox.head(connection)
        rows = await people.erasures(connection, part)
    page, next_cursor = cut(rows, limit, lambda row: (row["asked_at"], row["id"]))
    return Page(items=[ErasureOut.from_row(row) for row in page], next_cursor=next_cursor, seq=seq)


@router.get("/{person_id}", responses=responses(404))
async def get_person(services: World, caller: Steward, by: Author, person_id: PersonId) -> PersonOut:
    found = await _person(services, person_id)
    await services.write(NoteView("person", person_id, by, {}))
    return found


@router.patch("/{person_id}", responses=responses(404))
async def change_person(
    services: World, caller: Steward, by: Author, person_id: PersonId, body: PersonChange
) -> PersonOut:
    """Who is a member of the household has the new name there too."""
    await services.write(UpdatePerson(person_id, body.changes(), by))
    return await _person(services, person_id)


@router.get("/{person_id}/faces", responses=responses(404))
async def list_faces(services: World, caller: Steward, by: Author, person_id: PersonId) -> LooksOut:
    """The faces the person is known by, newest first."""
    await _person(services, person_id)
    async with reading(services.database) as connection:
        rows = await people.faces(connection, person_id)
    await services.write(NoteView("person", person_id, by, {"faces": len(rows)}))
    return LooksOut(items=[LookOut.from_row(row) for row in rows])


@router.post("/{person_id}/faces", status_code=201, responses=responses(404, 409))
async def add_faces(
    services: World, caller: Steward, by: Author, posted: Posted, person_id: PersonId, body: Sighting
) -> EnrolledOut:
    """Know the person by the best faces of a sighting; history is matched again."""
    if (before := await posted.earlier()) is not None:
        return EnrolledOut.model_validate(before)
    await _person(services, person_id)
    added = await enrol(services, by, person_id, False, body)
    await posted.remember(added.model_dump(), 201)
    return added


@router.get(
    "/{person_id}/faces/{look_id}/picture",
    response_class=Response,
    responses=responses(404) | picture("image/jpeg"),
)
async def face_picture(
    services: World, caller: Steward, by: Author, request: Request, person_id: PersonId, look_id: LookId
) -> Response:
    async with reading(services.database) as connection:
        rows = await people.faces(connection, person_id)
    return await look_picture(services, by, request, [row for row in rows if row["id"] == look_id], "face_embedding")


@router.delete("/{person_id}/faces/{look_id}", status_code=204, responses=responses(404))
async def delete_face(services: World, caller: Steward, by: Author, person_id: PersonId, look_id: LookId) -> None:
    """The person is no longer known by this face; history is matched again."""
    done = await services.write(ForgetLook(person_id, look_id, False, by))
    await remove(services, done["crops"])


@router.post("/{person_id}/relabel", status_code=202, responses=responses(404))
async def relabel(caller: Steward, by: Author, posted: Posted, person_id: PersonId) -> QueuedOut:
    """Match what was seen so far with what is known now."""
    return QueuedOut.model_validate((await posted.write(MatchAgain(person_id, by), 202)).body)


@router.post("/{person_id}/erase", status_code=202, responses=responses(404))
async def erase(caller: Owner, by: Author, posted: Posted, person_id: PersonId) -> QueuedOut:
    """Erase name, vectors and crops of the person everywhere, for good. From now on nobody is taken for them."""
    return QueuedOut.model_validate((await posted.write(AskErasure(person_id, by), 202)).body)


async def look_picture(services: Services, by: By, request: Request, rows: Sequence[RowMapping], kind: str) -> Response:
    """The crop of one look. Raises NotFound."""
    if not rows or rows[0]["source_path"] is None:
        raise NotFound("there is no such picture")
    [row] = rows
    etag = f'"look-{kind}-{row["id"]}"'
    if is_known(request, etag):
        return unchanged(etag, ASKED_AGAIN)
    await services.write(NoteView(kind, row["id"], by, {}))
    return answer(await services.storage.read_media(row["volume"], row["source_path"]), etag, ASKED_AGAIN)


async def _person(services: Services, person_id: int) -> PersonOut:
    async with reading(services.database) as connection:
        row = await people.person(connection, person_id)
    if row is None:
        raise NotFound("there is no such person")
    return PersonOut.from_row(row)
