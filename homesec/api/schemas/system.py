"""The system itself: health, queues, dead letters, settings."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from homesec.api.schemas.common import Output

State = Literal["ok", "waiting", "down", "absent"]


class Live(Output):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Ready(Output):
    """Everything that an event needs on its way is there."""

    status: Literal["ok"] = "ok"


class PartOut(Output):
    """One part of the system."""

    name: str
    state: State
    detail: Annotated[dict[str, Any], Field(description="What the part says of itself; for a detector its model")]


class HealthOut(Output):
    """Every part, and what it all comes to."""

    status: Annotated[Literal["ok", "degraded", "down"], Field(description="down: nothing can be stored")]
    version: str
    parts: list[PartOut]
    notices: Annotated[list[str], Field(description="What the owner should know, in sentences")]


class QueueOut(Output):
    """One queue; depth is null while Redis is away."""

    name: str
    depth: int | None


class QueuesOut(Output):
    """What waits: entries in Redis, and the rows that are the truth behind them."""

    queues: list[QueueOut]
    uploads: Annotated[dict[str, int], Field(description="Unfinished and failed uploads by state")]
    batches_due: Annotated[int, Field(description="Eventful batches whose newest revision is not analysed yet")]


class DeadLetter(Output):
    """Work that was given up: an upload or a batch, with the reason."""

    kind: Literal["upload", "batch"]
    id: int
    camera_id: str
    error: str | None
    attempts: int
    at: datetime


class Done(Output):
    """What was done to a dead letter."""

    kind: Literal["upload", "batch"]
    id: int
    action: Literal["requeue", "drop"]


class SettingsOut(Output):
    """All settings in force, without secrets."""

    settings: dict[str, Any]


class GpuPoint(Output):
    """One GPU at one time; in a history the mean of a short span. Null: it does not tell."""

    at: datetime
    utilization: Annotated[float | None, Field(description="0..1")]
    memory_used: Annotated[float | None, Field(description="Bytes")]
    memory_total: float | None
    temperature_c: float | None
    power_w: float | None
    sm_clock_mhz: float | None
    memory_clock_mhz: float | None
    inference_fps: float | None


class GpuOut(Output):
    """One GPU of one node."""

    node: str
    gpu_index: int
    gpu_name: str
    recorded_at: datetime
    is_now: Annotated[bool, Field(description="False: it was not read lately")]
    utilization: Annotated[float | None, Field(description="0..1")]
    memory_used: Annotated[int | None, Field(description="Bytes")]
    memory_total: int | None
    temperature_c: float | None
    power_w: float | None
    sm_clock_mhz: int | None
    memory_clock_mhz: int | None
    inference_fps: float | None
    history: list[GpuPoint]


class GpuList(Output):
    """All GPUs."""

    items: list[GpuOut]


class LogOut(Output):
    """One line of the log."""

    id: int
    timestamp: datetime
    level: str
    component: str
    message: str
    camera_id: str | None
    event_id: int | None
    request_id: str | None
    extra: dict[str, Any]
