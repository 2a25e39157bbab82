"""What ties entities, which are known from their sightings, to persons and vehicles that the owner knows by name."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, text

from homesec.store.writes.senses import more_is_known_of

# `tied_by` says who made the tie: what the owner said is not undone by matching. `trust_by`: nor is their own trust.
_TIE = text(
    """
    WITH person AS (
        SELECT known_persons.id, known_persons.name, member.id AS member_id,
            CASE WHEN member.trusted_level = 'full' THEN 'trusted' ELSE 'unknown' END AS trust,
            jsonb_strip_nulls(
                jsonb_build_object('person_id', known_persons.id, 'member_id', member.id)) AS ids
        FROM known_persons LEFT JOIN household_members AS member ON member.known_person_id = known_persons.id
        WHERE known_persons.id = :person_id AND erasing_since IS NULL)
    UPDATE entities SET name = person.name,
        trust_status = CASE WHEN entity_metadata ? 'trust_by' THEN trust_status ELSE person.trust END,
        entity_metadata = (entity_metadata - 'member_id') || person.ids || jsonb_build_object(
            'tied_by', coalesce(CAST(:tied_by AS text), entity_metadata ->> 'tied_by', 'match'))
    FROM person
    WHERE entities.id = ANY(CAST(:ids AS uuid[])) AND entity_type = 'person'
        AND (entities.name, entity_metadata ? 'trust_by' OR trust_status = person.trust,
                entity_metadata -> 'member_id', entity_metadata -> 'person_id', entity_metadata ->> 'tied_by')
            IS DISTINCT FROM (person.name, true, to_jsonb(person.member_id), to_jsonb(person.id),
                coalesce(CAST(:tied_by AS text), entity_metadata ->> 'tied_by', 'match'))
    RETURNING entities.id
    """
)
_UNTIE = text(
    """
    UPDATE entities SET name = NULL,
        trust_status = CASE WHEN entity_metadata ? 'trust_by' THEN trust_status ELSE 'unknown' END,
        entity_metadata = entity_metadata - CAST(:keys AS text[])
    WHERE id = ANY(CAST(:ids AS uuid[])) RETURNING id
    """
)
_TIED = text("SELECT id FROM entities WHERE entity_metadata @> :wanted")
_OF_DETECTIONS = text(
    """
    SELECT DISTINCT entity_id FROM tracks
    WHERE entity_id IS NOT NULL AND id IN (SELECT track_id FROM detections WHERE id = ANY(:ids))
    """
)
_TIE_VEHICLE = text(
    """
    UPDATE entities SET name = vehicle.description,
        trust_status = CASE WHEN entity_metadata ? 'trust_by' THEN trust_status
            WHEN vehicle.trusted THEN 'trusted' ELSE 'unknown' END,
        entity_metadata = entity_metadata || jsonb_build_object('vehicle_id', vehicle.id)
    FROM registered_vehicles AS vehicle
    WHERE vehicle.id = :vehicle_id AND entity_type = 'vehicle'
        AND (entity_metadata @> jsonb_build_object('vehicle_id', vehicle.id)
            OR entity_metadata @> jsonb_build_object('plate', vehicle.license_plate)
            OR entities.id IN (
                SELECT tracks.entity_id FROM tracks JOIN detections ON detections.track_id = tracks.id
                WHERE detections.id = ANY(:detections)))
    RETURNING entities.id
    """
)


def tie(connection: Connection, entities: Sequence[UUID], person_id: int, tied_by: str | None = None) -> list[UUID]:
    """Name the entities after the person and trust them as the owner trusts that one. Result: those that changed.

    `tied_by` is `owner` or `match`; None leaves it as it is.
    """
    values = {"ids": list(entities), "person_id": person_id, "tied_by": tied_by}
    changed = list(connection.execute(_TIE, values).scalars())
    more_is_known_of(connection, changed)
    return changed


def untie(connection: Connection, entities: Sequence[UUID]) -> list[UUID]:
    """They are of nobody that is known."""
    keys = ["person_id", "member_id", "tied_by"]
    changed = list(connection.execute(_UNTIE, {"ids": list(entities), "keys": keys}).scalars())
    more_is_known_of(connection, changed)
    return changed


def tied(connection: Connection, **ids: Any) -> list[UUID]:
    """The entities of this `person_id`, `member_id` or `vehicle_id`."""
    return list(connection.execute(_TIED, {"wanted": Jsonb(ids)}).scalars())


def of_detections(connection: Connection, detection_ids: Sequence[int]) -> list[UUID]:
    """The entities of the tracks that these detections belong to."""
    return list(connection.execute(_OF_DETECTIONS, {"ids": list(detection_ids)}).scalars())


def tie_vehicle(connection: Connection, vehicle_id: int, detection_ids: Sequence[int] = ()) -> None:
    """Tie the entities of this plate, those of these detections, and those that are tied already."""
    values = {"vehicle_id": vehicle_id, "detections": list(detection_ids)}
    more_is_known_of(connection, list(connection.execute(_TIE_VEHICLE, values).scalars()))


def untie_vehicle(connection: Connection, vehicle_id: int) -> None:
    ids = tied(connection, vehicle_id=vehicle_id)
    connection.execute(_UNTIE, {"ids": ids, "keys": ["vehicle_id"]})
    more_is_known_of(connection, ids)
