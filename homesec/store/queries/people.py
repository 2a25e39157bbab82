"""The persons and vehicles the owner knows, by what they are known, and strangers who come again."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping, Select, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from homesec.store.queries.paging import Slice, newest_first, row, rows
from homesec.store.tables import (
    Entity,
    Erasure,
    FaceDetectionEvent,
    FaceEmbedding,
    HouseholdMember,
    KnownPerson,
    PersonEmbedding,
    RegisteredVehicle,
)

_SHOWN = ("id", "created_at", "model", "source_path", "volume")
_FACE = [*(FaceEmbedding.__table__.c[name] for name in _SHOWN), FaceEmbedding.quality]
_BODY = [*(PersonEmbedding.__table__.c[name] for name in _SHOWN), PersonEmbedding.confidence.label("quality"),
         PersonEmbedding.source_event_id]  # fmt: skip
_VEHICLE = [column for column in RegisteredVehicle.__table__.c if column.name != "reid_embedding"]
_FACES = (
    select(func.count()).select_from(FaceEmbedding).where(FaceEmbedding.person_id == KnownPerson.id).scalar_subquery()
)
_BODIES = (
    select(func.count()).select_from(PersonEmbedding)
    .where(PersonEmbedding.member_id == HouseholdMember.id).scalar_subquery()
)  # fmt: skip
_LAST_SEEN = func.greatest(
    select(func.max(FaceDetectionEvent.timestamp))
    .where(FaceDetectionEvent.matched_person_id == KnownPerson.id).scalar_subquery(),
    select(func.max(Entity.last_seen_at))
    .where(Entity.entity_metadata.contains(func.jsonb_build_object("person_id", KnownPerson.id))).scalar_subquery(),
).label("last_seen_at")  # fmt: skip
_PERSONS: Select[Any] = (
    select(
        KnownPerson.id, KnownPerson.name, KnownPerson.notes, KnownPerson.created_at, KnownPerson.updated_at,
        HouseholdMember.id.label("member_id"), _FACES.label("faces"), _LAST_SEEN,
    )
    .outerjoin(HouseholdMember, HouseholdMember.known_person_id == KnownPerson.id)
    .where(KnownPerson.erasing_since.is_(None))
)  # fmt: skip
_MEMBERS: Select[Any] = (
    select(*HouseholdMember.__table__.c, _FACES.label("faces"), _BODIES.label("bodies"), _LAST_SEEN)
    .join(KnownPerson, KnownPerson.id == HouseholdMember.known_person_id)
    .where(KnownPerson.erasing_since.is_(None))
)
_STRANGERS = text(
    """
    SELECT id, first_seen_at, last_seen_at, detection_count, primary_detection_id, trust_status,
        ARRAY(SELECT jsonb_array_elements_text(entity_metadata -> 'cameras')
              WHERE jsonb_typeof(entity_metadata -> 'cameras') = 'array') AS cameras,
        ARRAY(SELECT CAST(visit AS timestamptz) FROM jsonb_array_elements_text(entity_metadata -> 'visits') AS visit
              WHERE jsonb_typeof(entity_metadata -> 'visits') = 'array') AS visits
    FROM entities
    WHERE entity_type = 'person' AND name IS NULL AND NOT entity_metadata ? 'person_id'
    ORDER BY last_seen_at DESC, id DESC LIMIT :limit
    """
)
STRANGERS = 60  # who came last; more than that nobody looks through


async def persons(connection: AsyncConnection, part: Slice) -> Sequence[RowMapping]:
    """Newest first, with how many faces each is known by and when they were seen last."""
    return await rows(connection, newest_first(_PERSONS, KnownPerson.created_at, KnownPerson.id, part))


async def person(connection: AsyncConnection, person_id: int) -> RowMapping | None:
    return await row(connection, _PERSONS.where(KnownPerson.id == person_id))


async def members(connection: AsyncConnection, part: Slice) -> Sequence[RowMapping]:
    """Newest first, with how many faces and bodies each is known by and when they were seen last."""
    return await rows(connection, newest_first(_MEMBERS, HouseholdMember.created_at, HouseholdMember.id, part))


async def member(connection: AsyncConnection, member_id: int) -> RowMapping | None:
    return await row(connection, _MEMBERS.where(HouseholdMember.id == member_id))


async def faces(connection: AsyncConnection, person_id: int) -> Sequence[RowMapping]:
    """The faces a person is known by, newest first; never the vectors."""
    statement = select(*_FACE).where(FaceEmbedding.person_id == person_id)
    return await rows(connection, statement.order_by(FaceEmbedding.id.desc()))


async def bodies(connection: AsyncConnection, member_id: int) -> Sequence[RowMapping]:
    """The whole bodies a member is known by, newest first; never the vectors."""
    statement = select(*_BODY).where(PersonEmbedding.member_id == member_id)
    return await rows(connection, statement.order_by(PersonEmbedding.id.desc()))


async def vehicles(connection: AsyncConnection, part: Slice) -> Sequence[RowMapping]:
    """Newest first."""
    statement = select(*_VEHICLE)
    return await rows(connection, newest_first(statement, RegisteredVehicle.created_at, RegisteredVehicle.id, part))


async def vehicle(connection: AsyncConnection, vehicle_id: int) -> RowMapping | None:
    return await row(connection, select(*_VEHICLE).where(RegisteredVehicle.id == vehicle_id))


async def erasures(connection: AsyncConnection, part: Slice) -> Sequence[RowMapping]:
    """Who was erased, by ids alone, newest first."""
    statement = select(Erasure.id, Erasure.person_id, Erasure.asked_at, Erasure.done_at)
    return await rows(connection, newest_first(statement, Erasure.asked_at, Erasure.id, part))


async def strangers(connection: AsyncConnection) -> Sequence[RowMapping]:
    """Persons whom nobody has named, who came last first, with when each visit began."""
    found: Sequence[RowMapping] = (await connection.execute(_STRANGERS, {"limit": STRANGERS})).mappings().all()
    return found
