"""The household: members and how they are known, their vehicles, and strangers who come by."""

from typing import Annotated

from fastapi import APIRouter, Path
from sqlalchemy import RowMapping
from starlette.requests import Request
from starlette.responses import Response

from homesec.api.caller import Author, Steward
from homesec.api.media import picture
from homesec.api.pages import Cursor, Limit, cut, place
from homesec.api.problems import responses
from homesec.api.routes.persons import LookId, look_picture
from homesec.api.schemas.common import MAX_ID, Page
from homesec.api.schemas.people import (
    EnrolledOut,
    LookOut,
    LooksOut,
    MemberChange,
    MemberIn,
    MemberOut,
    Sighting,
    StrangerOut,
    StrangersOut,
    VehicleChange,
    VehicleIn,
    VehicleOut,
    VehicleSighting,
)
from homesec.api.services import Services
from homesec.api.sightings import enrol, remove
from homesec.api.world import Posted, World
from homesec.errors import NotFound
from homesec.store.queries import outbox, people, reading
from homesec.store.writes.enrolment import ForgetLook
from homesec.store.writes.people import CreateMember, DeleteMember, NoteView, UpdateMember
from homesec.store.writes.vehicles import CreateVehicle, DeleteVehicle, EnrolVehicle, UpdateVehicle

router = APIRouter(prefix="/api/household", tags=["people"])

MemberId = Annotated[int, Path(ge=1, le=MAX_ID)]
VehicleId = Annotated[int, Path(ge=1, le=MAX_ID)]


@router.get("/members", responses=responses())
async def list_members(
    services: World, caller: Steward, by: Author, limit: Limit = 50, cursor: Cursor = None
) -> Page[MemberOut]:
    """Newest first."""
    part = place(cursor, limit)
    async with reading(services.database) as connection:
        seq = await outbox.head(connection)
        rows = await people.members(connection, part)
    page, next_cursor = cut(rows, limit, lambda row: (row["created_at"], row["id"]))
    await services.write(NoteView("household_member", None, by, {"ids": [row["id"] for row in page]}))
    return Page(items=[MemberOut.from_row(row) for row in page], next_cursor=next_cursor, seq=seq)


@router.post("/members", status_code=201, responses=responses(404, 409))
async def create_member(caller: Steward, by: Author, posted: Posted, body: MemberIn) -> MemberOut:
    """A member is a known person: one is made, or the given one is named so."""
    unit = CreateMember(body.known_person_id, body.values(), by)
    return MemberOut.from_row((await posted.write(unit, 201)).body)


@router.get("/members/{member_id}", responses=responses(404))
async def get_member(services: World, caller: Steward, by: Author, member_id: MemberId) -> MemberOut:
    found = await _member(services, member_id)
    await services.write(NoteView("household_member", member_id, by, {}))
    return MemberOut.from_row(found)


@router.patch("/members/{member_id}", responses=responses(404))
async def change_member(
    services: World, caller: Steward, by: Author, member_id: MemberId, body: MemberChange
) -> MemberOut:
    """A new name is the known person's too; trust counts from the next event on."""
    await services.write(UpdateMember(member_id, body.changes(), by))
    return MemberOut.from_row(await _member(services, member_id))


@router.delete("/members/{member_id}", status_code=204, responses=responses(404))
async def delete_member(services: World, caller: Steward, by: Author, member_id: MemberId) -> None:
    """No longer of the household; the person stays known until erased."""
    await remove(services, await services.write(DeleteMember(member_id, by)))


@router.post("/members/{member_id}/enrol", status_code=201, responses=responses(404, 409))
async def enrol_member(
    services: World, caller: Steward, by: Author, posted: Posted, member_id: MemberId, body: Sighting
) -> EnrolledOut:
    """Know the member by the best faces and bodies of a sighting; history is matched again."""
    if (before := await posted.earlier()) is not None:
        return EnrolledOut.model_validate(before)
    member = await _member(services, member_id)
    added = await enrol(services, by, member["known_person_id"], True, body)
    await posted.remember(added.model_dump(), 201)
    return added


@router.get("/members/{member_id}/bodies", responses=responses(404))
async def list_bodies(services: World, caller: Steward, by: Author, member_id: MemberId) -> LooksOut:
    """The whole bodies the member is known by, newest first."""
    await _member(services, member_id)
    async with reading(services.database) as connection:
        rows = await people.bodies(connection, member_id)
    await services.write(NoteView("household_member", member_id, by, {"bodies": len(rows)}))
    return LooksOut(items=[LookOut.from_row(row) for row in rows])


@router.get(
    "/members/{member_id}/bodies/{look_id}/picture",
    response_class=Response,
    responses=responses(404) | picture("image/jpeg"),
)
async def body_picture(
    services: World, caller: Steward, by: Author, request: Request, member_id: MemberId, look_id: LookId
) -> Response:
    async with reading(services.database) as connection:
        rows = await people.bodies(connection, member_id)
    return await look_picture(services, by, request, [row for row in rows if row["id"] == look_id], "person_embedding")


@router.delete("/members/{member_id}/bodies/{look_id}", status_code=204, responses=responses(404))
async def delete_body(services: World, caller: Steward, by: Author, member_id: MemberId, look_id: LookId) -> None:
    """The member is no longer known by this body; history is matched again."""
    member = await _member(services, member_id)
    done = await services.write(ForgetLook(member["known_person_id"], look_id, True, by))
    await remove(services, done["crops"])


@router.get("/vehicles", responses=responses())
async def list_vehicles(
    services: World, caller: Steward, by: Author, limit: Limit = 50, cursor: Cursor = None
) -> Page[VehicleOut]:
    """Newest first."""
    part = place(cursor, limit)
    async with reading(services.database) as connection:
        seq = await outbox.head(connection)
        rows = await people.vehicles(connection, part)
    page, next_cursor = cut(rows, limit, lambda row: (row["created_at"], row["id"]))
    await services.write(NoteView("vehicle", None, by, {"ids": [row["id"] for row in page]}))
    return Page(items=[VehicleOut.from_row(row) for row in page], next_cursor=next_cursor, seq=seq)


@router.post("/vehicles", status_code=201, responses=responses(409))
async def create_vehicle(caller: Steward, by: Author, posted: Posted, body: VehicleIn) -> VehicleOut:
    """Recognised by its plate; 409 when another has it."""
    return VehicleOut.from_row((await posted.write(CreateVehicle(body.values(), by), 201)).body)


@router.get("/vehicles/{vehicle_id}", responses=responses(404))
async def get_vehicle(services: World, caller: Steward, by: Author, vehicle_id: VehicleId) -> VehicleOut:
    async with reading(services.database) as connection:
        row = await people.vehicle(connection, vehicle_id)
    if row is None:
        raise NotFound("there is no such vehicle")
    await services.write(NoteView("vehicle", vehicle_id, by, {}))
    return VehicleOut.from_row(row)


@router.patch("/vehicles/{vehicle_id}", responses=responses(404, 409))
async def change_vehicle(
    services: World, caller: Steward, by: Author, vehicle_id: VehicleId, body: VehicleChange
) -> VehicleOut:
    return VehicleOut.from_row(await services.write(UpdateVehicle(vehicle_id, body.changes(), by)))


@router.delete("/vehicles/{vehicle_id}", status_code=204, responses=responses(404))
async def delete_vehicle(services: World, caller: Steward, by: Author, vehicle_id: VehicleId) -> None:
    """For good; zones that allowed it forget it."""
    await services.write(DeleteVehicle(vehicle_id, by))


@router.post("/vehicles/{vehicle_id}/enrol", responses=responses(404, 409))
async def enrol_vehicle(
    caller: Steward, by: Author, posted: Posted, vehicle_id: VehicleId, body: VehicleSighting
) -> VehicleOut:
    """Know it by its look too, where its plate cannot be read."""
    return VehicleOut.from_row((await posted.write(EnrolVehicle(vehicle_id, body.detection_id, by))).body)


@router.get("/strangers", responses=responses())
async def list_strangers(services: World, caller: Steward, by: Author) -> StrangersOut:
    """Persons whom nobody has named, and how often they came: those who came last, up to 60."""
    async with reading(services.database) as connection:
        rows = await people.strangers(connection)
    await services.write(NoteView("entity", None, by, {"strangers": len(rows)}))
    return StrangersOut(items=[StrangerOut.from_row(row) for row in rows])


async def _member(services: Services, member_id: int) -> RowMapping:
    async with reading(services.database) as connection:
        row = await people.member(connection, member_id)
    if row is None:
        raise NotFound("there is no such member of the household")
    return row
