"""Entities: who or what was seen again."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field

from homesec.api.schemas.common import MAX_ID, Input, Output, Words
from homesec.domain.visits import again

EntityType = Literal["person", "vehicle", "animal", "package", "other"]
Trust = Literal["trusted", "untrusted", "unknown"]
TrackId = Annotated[int, Field(ge=1, le=MAX_ID)]


class EntityOut(Output):
    """One person, vehicle, animal or thing that is known from its sightings; without the vector."""

    id: uuid.UUID
    entity_type: EntityType
    trust_status: Trust
    name: str | None
    embedding_model: Annotated[str | None, Field(description="By which it is recognised; null: not by its look")]
    first_seen_at: datetime
    last_seen_at: datetime
    detection_count: Annotated[int, Field(description="Pictures of it that were looked at closer")]
    primary_detection_id: Annotated[int | None, Field(description="Its picture: `/api/detections/{id}/image`")]
    cameras: list[str]
    colours: list[str]
    plate: str | None
    visits: Annotated[list[datetime], Field(description="When each of the newest began; the newest last")]
    person_id: Annotated[int | None, Field(description="The known person that it is")]
    member_id: int | None
    vehicle_id: Annotated[int | None, Field(description="The registered vehicle that it is")]
    again: Annotated[str | None, Field(description="How often it came within a month, in words; null: once")]

    @classmethod
    def from_row(cls, row: Mapping[Any, Any], **more: Any) -> Self:
        metadata = {"plate": None, "colours": [], "cameras": [], "visits": []} | row["entity_metadata"]
        ties = {name: metadata.get(name) for name in ("person_id", "member_id", "vehicle_id")}
        known = row["name"] is not None or any(value is not None for value in ties.values())
        who = row["entity_type"] if known else f"unknown {row['entity_type']}"
        starts = [datetime.fromisoformat(start) for start in metadata["visits"]]
        shown = {name: metadata[name] for name in ("plate", "colours", "cameras")}
        said = {"visits": starts, "again": again(who, starts, row["last_seen_at"])}
        return super().from_row(row, **shown, **ties, **said, **more)


class EntitySighting(Output):
    """One track of an entity."""

    track_id: Annotated[int, Field(description="`/api/tracks/{id}`")]
    camera_id: str
    object_class: str
    first_seen: datetime
    last_seen: datetime
    batch_id: int | None


class RulingOut(Output):
    """What the owner said: that a look is this entity, or never is."""

    id: int
    kind: Literal["same", "different"]
    track_id: int | None
    created_at: datetime
    created_by: str


class EntityDetail(EntityOut):
    """With its newest sightings, and what the owner said of it."""

    sightings: list[EntitySighting]
    rulings: list[RulingOut]
    vectors: Annotated[int, Field(description="How many vectors of its looks are stored")]


class LegOut(Output):
    """From one sighting to the next, on another camera."""

    from_track: int
    to_track: int
    from_camera: str
    to_camera: str
    seconds: Annotated[float, Field(description="Below zero while both saw it")]
    usual_s: Annotated[float | None, Field(description="Median of all such ways within a month; null: too few")]


class JourneyOut(Output):
    """Where an entity was, in order of time."""

    entity_id: uuid.UUID
    sightings: list[EntitySighting]
    legs: list[LegOut]


def _name(words: str) -> str:
    if not words.strip():
        raise ValueError("a name has letters; null takes it away")
    return words.strip()


class EntityChange(Input):
    """What the owner knows of it; what is left out stays."""

    trust_status: Trust | None = None
    name: Annotated[Annotated[Words, Field(max_length=100), AfterValidator(_name)] | None, Field()] = None

    def changes(self) -> dict[str, Any]:
        told = self.model_dump(exclude_unset=True)
        return {name: value for name, value in told.items() if name == "name" or value is not None}


class EntityMerge(Input):
    """The others were this one all along."""

    other_ids: Annotated[list[uuid.UUID], Field(min_length=1, max_length=50)]


class EntitySplit(Input):
    """These sightings are of another, who becomes an entity of their own."""

    track_ids: Annotated[list[TrackId], Field(min_length=1, max_length=500)]


class EntityReject(Input):
    """Not this one: the sighting is of nobody known yet, or of another entity."""

    track_id: TrackId
    entity_id: Annotated[uuid.UUID | None, Field(description="Who it is instead; null: a new entity")] = None
