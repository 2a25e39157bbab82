"""Batches and incidents."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from homesec.api.schemas.common import Output
from homesec.api.schemas.events import EventOut


class BatchOut(Output):
    """Detections of one camera that belong together in time."""

    id: int
    camera_id: str
    status: str
    started_at: datetime
    last_at: datetime
    close_reason: str | None
    revision: int
    analysed_revision: Annotated[int, Field(description="Below `revision`: an analysis is due")]
    eventful: bool
    attempts: int
    error: str | None
    event_id: int | None
    detection_count: int


class IncidentOut(Output):
    """Events near in time, place and identity. Events that this key may not see count in nothing here."""

    id: int
    started_at: datetime
    last_at: datetime
    max_score: int
    status: str
    event_ids: list[int]
    camera_ids: list[str]


class IncidentDetail(IncidentOut):
    """An incident with its events."""

    events: list[EventOut]
