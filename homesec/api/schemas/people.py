"""Persons, members of the household, vehicles, faces, strangers. Vectors are never shown."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from homesec.api.schemas.common import MAX_ID, Input, Output, Words
from homesec.domain.plates import normal_plate
from homesec.domain.schedules import parse_spans
from homesec.errors import InvalidInput

Id = Annotated[int, Field(ge=1, le=MAX_ID)]
Role = Literal["resident", "family", "service_worker", "frequent_visitor"]
Trust = Literal["full", "partial", "monitor"]
VehicleType = Literal["car", "truck", "motorcycle", "suv", "van", "other"]
Outcome = Literal["match", "unknown", "not_identifiable"]


def _schedule(words: str) -> str:
    try:
        parse_spans(words)
    except InvalidInput as error:
        raise PydanticCustomError("invalid", "{message}", {"message": str(error)}) from error
    return words.strip()


def _plate(words: str) -> str:
    try:
        return normal_plate(words)
    except InvalidInput as error:
        raise PydanticCustomError("invalid", "{message}", {"message": str(error)}) from error


Name = Annotated[Words, Field(min_length=1, max_length=100, pattern=r"\S"), AfterValidator(str.strip)]
Notes = Annotated[Words | None, Field(max_length=2000)]
Schedule = Annotated[
    Annotated[Words, Field(max_length=300), AfterValidator(_schedule)] | None,
    Field(
        description="When usually at home, local time: daily, weekdays, weekends or days, and hours; several with `;`",
        examples=["weekdays 17:00-08:00; sat,sun 09:00-12:00"],
    ),
]
Plate = Annotated[
    Annotated[Words, Field(max_length=40), AfterValidator(_plate)] | None,
    Field(description="Kept as upper case letters and digits without gaps"),
]


class PersonIn(Input):
    """Somebody the owner knows."""

    name: Name
    notes: Notes = None


class PersonChange(Input):
    """What is given is changed, the rest stays."""

    name: Name | None = None
    notes: Notes = None

    def changes(self) -> dict[str, Any]:
        return _given(self, keeps=("name",))


class PersonOut(Output):
    """A known person."""

    id: int
    name: str
    notes: str | None
    created_at: datetime
    updated_at: datetime | None
    member_id: Annotated[int | None, Field(description="Null: no member of the household")] = None
    faces: Annotated[int, Field(description="How many faces the person is known by")] = 0
    last_seen_at: datetime | None = None


class MemberIn(Input):
    """A new member of the household: a new person, or (by id) one who is known already."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Ann",
                    "role": "resident",
                    "trusted_level": "full",
                    "typical_schedule": "weekdays 17:00-08:00; weekends",
                }
            ]
        }
    )

    name: Name
    role: Role
    trusted_level: Trust
    typical_schedule: Schedule = None
    notes: Notes = None
    known_person_id: Annotated[Id | None, Field(description="Null: a person who was not known before")] = None

    def values(self) -> dict[str, Any]:
        return _stored(self.model_dump(exclude={"known_person_id"}))


class MemberChange(Input):
    """What is given is changed, the rest stays."""

    name: Name | None = None
    role: Role | None = None
    trusted_level: Trust | None = None
    typical_schedule: Schedule = None
    notes: Notes = None

    def changes(self) -> dict[str, Any]:
        return _stored(_given(self, keeps=("name", "role", "trusted_level")))


class MemberOut(Output):
    """A known person who belongs to the house or comes regularly."""

    id: int
    known_person_id: int
    name: str
    role: Role
    trusted_level: Trust
    typical_schedule: str | None
    notes: str | None
    created_at: datetime
    updated_at: datetime | None
    faces: Annotated[int, Field(description="How many faces the person is known by")] = 0
    bodies: Annotated[int, Field(description="How many whole bodies the person is known by")] = 0
    last_seen_at: datetime | None = None

    @classmethod
    def from_row(cls, row: Mapping[Any, Any], **more: Any) -> Self:
        schedule = row["typical_schedule"]
        return super().from_row(row, **more, typical_schedule=None if schedule is None else schedule.get("text"))


class LookOut(Output):
    """A face or a whole body that somebody is known by."""

    id: int
    quality: float
    model: str
    created_at: datetime
    has_picture: bool

    @classmethod
    def from_row(cls, row: Mapping[Any, Any], **more: Any) -> Self:
        return super().from_row(row, has_picture=row["source_path"] is not None, **more)


class LooksOut(Output):
    """All of them, newest first; never more than fit on one page."""

    items: list[LookOut]


class Sighting(Input):
    """Where the person was seen: exactly one of these. An event or upload must show one person only."""

    detection_id: Id | None = None
    face_id: Id | None = None
    event_id: Id | None = None
    upload_id: Id | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if sum(value is not None for value in self.model_dump().values()) != 1:
            raise ValueError("give one of detection_id, face_id, event_id and upload_id")
        return self


class EnrolledOut(Output):
    """What somebody is known by from now on."""

    faces: Annotated[list[int], Field(description="Ids of the added faces")]
    bodies: Annotated[list[int], Field(description="Ids of the added whole bodies")]
    job_id: Annotated[str | None, Field(description="The job that matches history again; null: nothing was new")]


class QueuedOut(Output):
    """Work that goes on in the background."""

    job_id: str | None


class ErasureOut(Output):
    """A person who was erased: ids alone are kept, so that a restored backup cannot bring anybody back."""

    id: int
    person_id: int
    asked_at: datetime
    done_at: Annotated[datetime | None, Field(description="Null: the name is still being erased from old texts")]


class VehicleIn(Input):
    """A vehicle the owner knows."""

    description: Annotated[Words, Field(min_length=1, max_length=200, pattern=r"\S")]
    license_plate: Plate = None
    vehicle_type: VehicleType = "other"
    color: Annotated[Words | None, Field(max_length=50)] = None
    owner_id: Annotated[Id | None, Field(description="Of a member of the household")] = None
    trusted: bool = True

    def values(self) -> dict[str, Any]:
        return self.model_dump()


class VehicleChange(Input):
    """What is given is changed, the rest stays."""

    description: Annotated[Words | None, Field(min_length=1, max_length=200, pattern=r"\S")] = None
    license_plate: Plate = None
    vehicle_type: VehicleType | None = None
    color: Annotated[Words | None, Field(max_length=50)] = None
    owner_id: Id | None = None
    trusted: bool | None = None

    def changes(self) -> dict[str, Any]:
        return _given(self, keeps=("description", "vehicle_type", "trusted"))


class VehicleSighting(Input):
    """A detection of the vehicle."""

    detection_id: Id


class VehicleOut(Output):
    """A vehicle the owner knows."""

    id: int
    description: str
    license_plate: str | None
    vehicle_type: VehicleType
    color: str | None
    owner_id: int | None
    trusted: bool
    is_known_by_look: Annotated[bool, Field(description="Also recognised without its plate")]
    created_at: datetime
    updated_at: datetime | None

    @classmethod
    def from_row(cls, row: Mapping[Any, Any], **more: Any) -> Self:
        return super().from_row(row, is_known_by_look=row["embedding_model"] is not None, **more)


class FaceSeenOut(Output):
    """A face that was seen."""

    id: int
    camera_id: str
    detection_id: int | None
    event_id: int | None
    timestamp: Annotated[datetime, Field(description="Event time")]
    bbox: Annotated[list[float], Field(description="x1, y1, x2, y2 in 0..1 of the frame")]
    outcome: Annotated[Outcome, Field(description="match, unknown (nobody known), or not_identifiable")]
    matched_person_id: int | None
    match_confidence: float | None
    by_owner: Annotated[bool, Field(description="The owner said so")]
    covered: bool
    quality: float
    model: Annotated[str, Field(description="Which detector found the face")]


class FaceCorrection(Input):
    """Whose face it is; null: of nobody who is known."""

    person_id: Id | None


class StrangerOut(Output):
    """Somebody whom nobody has named, known from their sightings."""

    id: UUID
    first_seen_at: datetime
    last_seen_at: datetime
    detection_count: int
    primary_detection_id: Annotated[int | None, Field(description="The detection whose picture shows them")]
    trust_status: str
    cameras: list[str]
    visits: Annotated[list[datetime], Field(description="When each visit began, newest last")]


class StrangersOut(Output):
    """Those who came last first."""

    items: list[StrangerOut]


def _given(change: Input, keeps: tuple[str, ...]) -> dict[str, Any]:
    """What was sent; null empties a column, but not those that must hold something."""
    given = change.model_dump(exclude_unset=True)
    return {name: value for name, value in given.items() if value is not None or name not in keeps}


def _stored(values: dict[str, Any]) -> dict[str, Any]:
    """A schedule as its column has it."""
    if values.get("typical_schedule") is not None:
        values["typical_schedule"] = {"text": values["typical_schedule"]}
    return values
