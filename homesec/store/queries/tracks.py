"""Tracks, and what the trackers know now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from homesec.store.queries.paging import Scope, Slice, newest_first, row, rows, within
from homesec.store.tables import Camera, Track, TrackerState


@dataclass(frozen=True)
class TrackFilter:
    """What must hold of a track; None and empty say nothing."""

    cameras: Scope = None
    object_classes: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    entity: UUID | None = None


async def tracks(connection: AsyncConnection, wanted: TrackFilter, part: Slice) -> Sequence[RowMapping]:
    """Newest first, by when they were first seen; those that were seen in the time asked for."""
    statement = select(*Track.__table__.c).where(*within(Track.camera_id, wanted.cameras))
    if wanted.object_classes:
        statement = statement.where(*within(Track.object_class, wanted.object_classes))
    if wanted.since is not None:
        statement = statement.where(Track.last_seen >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(Track.first_seen < wanted.until)
    if wanted.entity is not None:
        statement = statement.where(Track.entity_id == wanted.entity)
    return await rows(connection, newest_first(statement, Track.first_seen, Track.id, part))


async def track(connection: AsyncConnection, track_id: int) -> RowMapping | None:
    return await row(connection, select(*Track.__table__.c).where(Track.id == track_id))


async def newest_states(connection: AsyncConnection, scope: Scope) -> Sequence[RowMapping]:
    """Of each camera the state of its tracker after its newest frame."""
    statement = (
        select(TrackerState.camera_id, TrackerState.at, TrackerState.state)
        .join(Camera, Camera.id == TrackerState.camera_id)
        .where(Camera.deleted_at.is_(None), *within(TrackerState.camera_id, scope))
        .ext(distinct_on(TrackerState.camera_id))
        .order_by(TrackerState.camera_id, TrackerState.at.desc())
    )
    return await rows(connection, statement)
