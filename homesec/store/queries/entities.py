"""Entities: who or what was seen again, where and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import DateTime, RowMapping, Uuid, bindparam, cast, func, select, text, tuple_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from homesec.store.queries.paging import Rows, Scope, row, rows, within
from homesec.store.tables import Detection, Entity, EntityRuling, ReidEmbedding, Track

_ENTITY = [column for column in Entity.__table__.c if column.name != "embedding"]
_RULING = [column for column in EntityRuling.__table__.c if column.name != "embedding"]
_SIGHTING = (
    Track.id.label("track_id"), Track.camera_id, Track.object_class, Track.first_seen, Track.last_seen,
    select(func.min(Detection.batch_id)).where(Detection.track_id == Track.id).scalar_subquery().label("batch_id"),
)  # fmt: skip
# What an entity needs from one camera to the next, of all of its type: the median of what was seen.
_TRANSITS = text(
    """
    WITH steps AS (
        SELECT tracks.camera_id, lead(tracks.camera_id) OVER own AS next_camera,
            extract(epoch FROM lead(tracks.first_seen) OVER own - tracks.last_seen) AS seconds
        FROM tracks JOIN entities AS entity ON entity.id = tracks.entity_id
        WHERE entity.entity_type = :type AND tracks.first_seen >= :since
        WINDOW own AS (PARTITION BY tracks.entity_id ORDER BY tracks.first_seen, tracks.id))
    SELECT camera_id, next_camera, count(*) AS times,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS median_s
    FROM steps WHERE camera_id <> next_camera AND seconds <= :longest_s
    GROUP BY camera_id, next_camera ORDER BY camera_id, next_camera
    """
)


@dataclass(frozen=True)
class EntityFilter:
    """What must hold of an entity; None and empty say nothing."""

    scope: Scope = None
    """Only those that no other camera has seen."""
    types: Sequence[str] = ()
    trust: Sequence[str] = ()
    camera: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Seen between these."""

    def apply(self, statement: Rows) -> Rows:
        cameras = Entity.entity_metadata["cameras"]
        if self.scope is not None:
            statement = statement.where(cameras.op("<@")(cast(list(self.scope), JSONB)))
        statement = statement.where(*within(Entity.entity_type, self.types or None))
        statement = statement.where(*within(Entity.trust_status, self.trust or None))
        if self.camera is not None:
            statement = statement.where(cameras.op("@>")(cast([self.camera], JSONB)))
        if self.since is not None:
            statement = statement.where(Entity.last_seen_at >= self.since)
        if self.until is not None:
            statement = statement.where(Entity.first_seen_at < self.until)
        return statement


async def entities(
    connection: AsyncConnection, wanted: EntityFilter, limit: int, after: tuple[datetime, str] | None
) -> Sequence[RowMapping]:
    """By when they were seen last, newest first, and one more than the limit."""
    statement = wanted.apply(select(*_ENTITY))
    if after is not None:
        at, last_id = after
        key = tuple_(
            cast(bindparam("after_at", at), DateTime(timezone=True)), cast(bindparam("after_id", last_id), Uuid)
        )
        statement = statement.where(tuple_(Entity.last_seen_at, Entity.id) < key)
    return await rows(connection, statement.order_by(Entity.last_seen_at.desc(), Entity.id.desc()).limit(limit + 1))


async def entity(connection: AsyncConnection, entity_id: str, scope: Scope) -> RowMapping | None:
    """None also for one that a camera outside the scope has seen."""
    return await row(connection, EntityFilter(scope).apply(select(*_ENTITY)).where(Entity.id == entity_id))


async def sightings(
    connection: AsyncConnection,
    entity_id: str,
    limit: int,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Sequence[RowMapping]:
    """Its tracks, the newest first; those that were seen in the time asked for."""
    statement = select(*_SIGHTING).where(Track.entity_id == entity_id)
    if since is not None:
        statement = statement.where(Track.last_seen >= since)
    if until is not None:
        statement = statement.where(Track.first_seen < until)
    return await rows(connection, statement.order_by(Track.first_seen.desc(), Track.id.desc()).limit(limit))


async def rulings(connection: AsyncConnection, entity_id: str, limit: int) -> Sequence[RowMapping]:
    """What the owner said of it, the newest first."""
    statement = select(*_RULING).where(EntityRuling.entity_id == entity_id)
    return await rows(connection, statement.order_by(EntityRuling.id.desc()).limit(limit))


async def vectors(connection: AsyncConnection, entity_id: str) -> int:
    """How many vectors of its looks are stored."""
    seen = select(Detection.id).join(Track, Track.id == Detection.track_id).where(Track.entity_id == entity_id)
    counted = select(func.count()).select_from(ReidEmbedding).where(ReidEmbedding.detection_id.in_(seen))
    return int(await connection.scalar(counted) or 0)


async def transits(
    connection: AsyncConnection, entity_type: str, since: datetime, longest_s: float
) -> dict[tuple[str, str], tuple[float, int]]:
    """By two cameras: the median of the seconds from one to the other, below zero where both see it at once, and how
    often that was seen. Longer than `longest_s` it is no way but a stay.
    """
    found = await connection.execute(_TRANSITS, {"type": entity_type, "since": since, "longest_s": longest_s})
    return {(line.camera_id, line.next_camera): (float(line.median_s), line.times) for line in found}
