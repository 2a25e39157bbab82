"""Tracks."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import Field

from homesec.api.schemas.common import Output
from homesec.api.schemas.detections import Box
from homesec.domain.following import Following
from homesec.domain.path import Point, direction
from homesec.domain.track import Track


class PathPoint(Output):
    """Where the foot point was, in 0..1 of the frame."""

    x: float
    y: float
    at: datetime


class TrackOut(Output):
    """One object that was followed through the pictures of one camera."""

    id: Annotated[int, Field(description="Its detections: `/api/detections?track=`")]
    camera_id: str
    session: uuid.UUID
    track_id: Annotated[int, Field(description="Number within the session")]
    object_class: str
    first_seen: datetime
    last_seen: datetime
    trajectory: list[PathPoint]
    total_distance: Annotated[float, Field(description="Frame widths")]
    avg_speed: Annotated[float, Field(description="Frame widths a second")]
    direction: Annotated[
        float | None, Field(description="From its first to its last place: degrees, 0 = right, 90 = up; null: nowhere")
    ]
    entity_id: uuid.UUID | None

    @classmethod
    def from_row(cls, row: Mapping[Any, Any], **more: Any) -> Self:
        path = [Point(0.0, point["x"], point["y"]) for point in row["trajectory"]]
        return super().from_row(row, direction=direction(path), **more)


class PresentTrack(Output):
    """An object as its camera saw it last."""

    track_id: Annotated[int, Field(description="Number within the session")]
    object_class: str
    first_seen: datetime
    last_seen: datetime
    stationary: Annotated[bool, Field(description="Parked or left: it is in no batch until it moves")]
    box: Box


class Presence(Output):
    """What a camera's tracker remembers: what moves, and what stands there."""

    camera_id: str
    session: uuid.UUID
    at: Annotated[datetime, Field(description="Event time of the newest picture")]
    tracks: list[PresentTrack]

    @classmethod
    def from_row(cls, row: Mapping[Any, Any], **more: Any) -> Self:
        following = Following.from_json(row["state"])
        seen = [_present(track) for track in following.tracker.tracks if track.confirmed]
        return super().from_row(row, session=following.session, tracks=seen, **more)


def _present(track: Track) -> dict[str, Any]:
    return {
        "track_id": track.number,
        "object_class": track.object_class,
        "first_seen": track.first,
        "last_seen": track.last,
        "stationary": track.is_stationary,
        "box": dict(zip(("x1", "y1", "x2", "y2"), track.box, strict=True)),
    }
