"""Interactions of persons with things."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from homesec.api.schemas.common import Output

InteractionKind = Literal["carried", "left", "taken"]


class InteractionOut(Output):
    """A person carried, left or took a thing."""

    id: int
    camera_id: str
    kind: InteractionKind
    track_id: Annotated[int, Field(description="Of the person: `/api/tracks/{id}`")]
    object_track_id: Annotated[int, Field(description="Of the thing: `/api/tracks/{id}`")]
    object_class: Annotated[str, Field(description="Of the thing")]
    at: Annotated[datetime, Field(description="When it was put down, last seen in its place, or first carried")]
    confidence: float
