"""Zones, lines, who belongs there, and stays."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self, cast

from pydantic import AfterValidator, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from homesec.api.schemas.cameras import ClassName
from homesec.api.schemas.common import MAX_ID, Input, Output, Words
from homesec.domain.geometry import MAX_POINTS, points
from homesec.domain.schedules import Schedule
from homesec.errors import InvalidInput

ZoneType = Literal["entry_point", "driveway", "sidewalk", "yard", "restricted", "excluded", "line", "other"]
Shape = Literal["rectangle", "polygon", "line"]
Direction = Literal["left", "right"]
Point = Annotated[list[float], Field(min_length=2, max_length=2)]
Id = Annotated[int, Field(ge=1, le=MAX_ID)]


def _cron(expression: str) -> str:
    try:
        Schedule.parse(expression)
    except InvalidInput as error:
        raise _wrong(str(error)) from error
    return expression


def _wrong(message: str) -> PydanticCustomError:
    return PydanticCustomError("invalid", "{message}", {"message": message})


Cron = Annotated[Words, Field(min_length=1, max_length=200), AfterValidator(_cron)]


class ZoneIn(Input):
    """A zone or line as the owner wants it, whole."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Porch",
                    "zone_type": "entry_point",
                    "shape": "polygon",
                    "coordinates": [[0.1, 0.5], [0.4, 0.5], [0.4, 0.9], [0.1, 0.9]],
                    "priority": 10,
                    "target_classes": ["person"],
                    "loiter_seconds": 30,
                },
                {
                    "name": "Gate",
                    "zone_type": "line",
                    "shape": "line",
                    "coordinates": [[0.2, 0.6], [0.7, 0.6]],
                    "direction": "right",
                },
            ]
        }
    )

    name: Annotated[Words, Field(min_length=1, max_length=100, pattern=r"\S")]
    zone_type: ZoneType = "other"
    shape: Annotated[
        Shape, Field(validate_default=True, description="`line` belongs to the zone type `line`, and to no other")
    ] = "polygon"
    coordinates: Annotated[
        list[Point],
        Field(
            max_length=MAX_POINTS,
            description="[x, y] in 0..1 of the picture, y down; a polygon does not cross itself, a rectangle has 4 "
            "corners, a line 2 ends",
        ),
    ]
    direction: Annotated[
        Direction | None,
        Field(
            validate_default=True,
            description="Of a line, and only of it: crossing it towards this side, seen from its first point to its "
            "second, is `in`",
        ),
    ] = None
    color: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] = "#3b82f6"
    enabled: bool = True
    priority: Annotated[int, Field(ge=0, le=1000, description="Where zones overlap the highest names the place")] = 0
    target_classes: Annotated[
        list[ClassName] | None, Field(min_length=1, max_length=100, description="Null: all classes")
    ] = None
    loiter_seconds: Annotated[
        float | None, Field(gt=0, le=86400, allow_inf_nan=False, description="A stay of this length is evidence")
    ] = None

    @field_validator("shape")
    @classmethod
    def _fits_the_type(cls, shape: str, known: ValidationInfo) -> str:
        if "zone_type" in known.data and (shape == "line") != (known.data["zone_type"] == "line"):
            raise _wrong("a zone of the type line, and no other, has the shape line")
        return shape

    @field_validator("coordinates")
    @classmethod
    def _make_a_shape(cls, coordinates: list[list[float]], known: ValidationInfo) -> list[list[float]]:
        if "shape" in known.data:
            try:
                points(known.data["shape"], coordinates)
            except InvalidInput as error:
                raise _wrong(str(error)) from error
        return coordinates

    @field_validator("direction")
    @classmethod
    def _is_of_a_line(cls, direction: str | None, known: ValidationInfo) -> str | None:
        if "shape" in known.data and (direction is not None) != (known.data["shape"] == "line"):
            raise _wrong("a line, and nothing else, has a direction")
        return direction

    def values(self) -> dict[str, Any]:
        """All columns that the owner sets."""
        return self.model_dump()


class ZoneOut(Output):
    """A zone, or a line that is crossed."""

    id: int
    camera_id: str
    name: str
    zone_type: ZoneType
    shape: Shape
    coordinates: list[list[float]]
    direction: Direction | None
    color: str
    enabled: bool
    priority: int
    target_classes: list[str] | None
    loiter_seconds: float | None
    created_at: datetime
    updated_at: datetime | None


class ZonesOut(Output):
    """All zones of a camera; there are never more than fit on one page."""

    items: list[ZoneOut]


class AccessSchedule(Input):
    """Members who may be in the zone in every minute that the expression matches, in the camera's local time."""

    member_ids: Annotated[list[Id], Field(min_length=1, max_length=100)]
    cron: Annotated[Cron, Field(description="minute hour day month weekday", examples=["* 8-17 * * mon-fri"])]
    description: Annotated[Words, Field(max_length=200)] = ""


class ZoneHouseholdIn(Input):
    """Whose zone it is, and who may be there, whole."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "owner_id": 1,
                    "allowed_member_ids": [1, 2],
                    "allowed_vehicle_ids": [1],
                    "access_schedules": [{"member_ids": [3], "cron": "* 8-11 * * tue", "description": "Cleaning"}],
                }
            ]
        }
    )

    owner_id: Id | None = None
    allowed_member_ids: Annotated[list[Id], Field(default_factory=list, max_length=100, description="At any time")]
    allowed_vehicle_ids: Annotated[list[Id], Field(default_factory=list, max_length=100)]
    access_schedules: Annotated[list[AccessSchedule], Field(default_factory=list, max_length=50)]


class AccessScheduleOut(Output):
    """As it was saved."""

    member_ids: list[int]
    cron: str
    description: str


class ZoneHouseholdOut(Output):
    """Whose zone it is, and who may be there; empty until the owner says it."""

    zone_id: int
    owner_id: int | None = None
    allowed_member_ids: list[int] = Field(default_factory=list)
    allowed_vehicle_ids: list[int] = Field(default_factory=list)
    access_schedules: list[AccessScheduleOut] = Field(default_factory=list)
    updated_at: datetime | None = None


class StayOut(Output):
    """One stay of one track in the zone, or one crossing of the line (entry = exit)."""

    id: int
    zone_id: int
    camera_id: str
    track: Annotated[str, Field(description="Session and number of the track")]
    object_class: str
    entry_time: datetime
    exit_time: Annotated[datetime | None, Field(description="When it was last seen inside; null while it stays")]
    total_seconds: Annotated[float, Field(description="With the parts of the way before and after that lie inside")]
    direction: Literal["in", "out"] | None
    loitered: bool

    @classmethod
    def from_row(cls, row: Any, **more: Any) -> Self:
        track = f"{row['session']}:{row['track_id']}"
        return super().from_row(row, track=track, loitered=row["triggered_alert"], **more)


class StayCounts(Output):
    """What happened in a zone or on a line in one span."""

    stays: int
    ins: Annotated[int, Field(description="Crossings towards the line's direction")]
    outs: int
    loitering: int
    seconds: float


class DayCounts(StayCounts):
    """The same for one day of the camera's local time."""

    day: date


class StayCountsOut(StayCounts):
    """The whole span, and its days as far as something happened."""

    days: list[DayCounts]

    @classmethod
    def of(cls, rows: Any) -> Self:
        days = [DayCounts.from_row(row) for row in rows]
        names = ("stays", "ins", "outs", "loitering", "seconds")
        return cls(days=days, **{name: sum(cast(int, getattr(day, name)) for day in days) for name in names})
