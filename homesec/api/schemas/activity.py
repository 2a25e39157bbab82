"""Habits of cameras and zones, what was seen beside them, anomalies, heatmaps."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from homesec.api.schemas.common import Output

Chance = Annotated[
    float | None, Field(description="How likely so many or more are at this hour; null until enough hours are known")
]


class SlotOut(Output):
    """One hour of the week."""

    day_of_week: Annotated[int, Field(description="Local; Monday is 0")]
    hour: Annotated[int, Field(description="Local")]
    mean: float
    std: float
    samples: Annotated[int, Field(description="Hours observed, empty ones too")]


class HourOut(Output):
    """One hour of the day."""

    hour: Annotated[int, Field(description="Local")]
    mean: float
    std: float
    samples: int


class ClassHabit(Output):
    """What is usual of one class."""

    object_class: str
    hours: list[HourOut]


class Seen(Output):
    """Expected against seen, of one class in one hour."""

    object_class: str
    expected: float
    seen: int
    tail_probability: Chance


class SeenHour(Output):
    """Expected against seen, in one hour of the day that was asked for."""

    start: datetime
    hour: Annotated[int, Field(description="Local; one that the clock repeats stands there twice")]
    observed: Annotated[bool, Field(description="False: the camera was away, or the hour is not over")]
    expected: float | None
    seen: int
    tail_probability: Chance
    by_class: list[Seen] = Field(default_factory=list)


class CameraBaseline(Output):
    """What a camera usually sees in an hour, and what it saw. Empty until an hour was counted."""

    camera_id: str
    timezone: str
    last_updated: datetime | None
    slots: list[SlotOut]
    by_class: list[ClassHabit]
    day: list[SeenHour]


class ZoneBaseline(Output):
    """What is usual in a zone, and what came into it. `samples` is 0 until something was there."""

    zone_id: int
    camera_id: str
    timezone: str
    last_updated: datetime | None = None
    hours: list[HourOut] = Field(default_factory=list)
    daily_pattern: list[float] = Field(default_factory=list, description="Mean tracks a day, Monday first")
    daily_std: list[float] = Field(default_factory=list)
    class_distribution: dict[str, float] = Field(default_factory=dict)
    daily_count_mean: float = 0.0
    daily_count_std: float = 0.0
    daily_count_min: int = 0
    daily_count_max: int = 0
    crossing_rate_mean: Annotated[float | None, Field(description="Crossings an hour; null: not a line")] = None
    crossing_rate_std: float | None = None
    dwell_mean: Annotated[float | None, Field(description="Seconds; null: a line, or nothing stayed")] = None
    dwell_std: float | None = None
    sample_count: Annotated[int, Field(description="Hours observed")] = 0
    day: list[SeenHour] = Field(default_factory=list)


class AnomalyOut(Output):
    """Something in a zone that is far from its habits."""

    id: str
    zone_id: int
    camera_id: str
    anomaly_type: str
    severity: str
    title: str
    description: str
    expected: float | None
    actual: float | None
    deviation: Annotated[float | None, Field(description="In standard deviations")]
    detection_id: int | None
    acknowledged: bool
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    timestamp: datetime


class HeatmapOut(Output):
    """Where things stood in a camera's picture."""

    camera_id: str
    time_bucket: Annotated[datetime, Field(description="Start of the hour, the local day or the local week")]
    resolution: str
    width: int
    height: int
    total_detections: int
    values: Annotated[list[list[float]], Field(description="Row by row from the top: detections in each cell")]
