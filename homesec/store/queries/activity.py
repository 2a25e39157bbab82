"""Habits and what was seen beside them, anomalies of zones, heatmaps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import DateTime, Integer, RowMapping, Text, bindparam, cast, func, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from homesec.domain.ledger import EVERY
from homesec.store.queries.paging import Rows, Scope, row, rows, within
from homesec.store.tables import (
    ActivityBaseline,
    ActivityHour,
    CameraZone,
    ClassBaseline,
    DwellTimeRecord,
    Heatmap,
    Track,
    ZoneActivityBaseline,
    ZoneAnomaly,
)

_ZONE = (CameraZone.id, CameraZone.camera_id, CameraZone.name)
_SURPRISE = text(
    """
    SELECT habit.id, habit.frequency, habit.variance, habit.sample_count, (
        SELECT count(*) FROM tracks WHERE tracks.camera_id = :camera_id AND tracks.object_class = :object_class
            AND tracks.first_seen >= date_trunc('hour', CAST(:at AS timestamptz)) AND tracks.first_seen <= :at) AS seen
    FROM class_baselines AS habit
    WHERE habit.camera_id = :camera_id AND habit.detection_class = :object_class AND habit.hour = :local_hour
    """
)


@dataclass(frozen=True)
class AnomalyFilter:
    """What must hold of an anomaly; None and empty say nothing."""

    cameras: Scope = None
    zone_id: int | None = None
    kinds: Sequence[str] = ()
    severities: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    acknowledged: bool | None = None

    def apply(self, statement: Rows) -> Rows:
        statement = statement.where(*within(ZoneAnomaly.camera_id, self.cameras))
        statement = statement.where(*within(ZoneAnomaly.anomaly_type, self.kinds or None))
        statement = statement.where(*within(ZoneAnomaly.severity, self.severities or None))
        if self.zone_id is not None:
            statement = statement.where(ZoneAnomaly.zone_id == self.zone_id)
        if self.since is not None:
            statement = statement.where(ZoneAnomaly.timestamp >= self.since)
        if self.until is not None:
            statement = statement.where(ZoneAnomaly.timestamp < self.until)
        if self.acknowledged is not None:
            statement = statement.where(ZoneAnomaly.acknowledged.is_(self.acknowledged))
        return statement


async def anomalies(
    connection: AsyncConnection, wanted: AnomalyFilter, limit: int, after: tuple[datetime, str] | None
) -> Sequence[RowMapping]:
    """Newest first, one more than `limit` if there are more. Their ids are words, so the key is (time, words)."""
    statement = wanted.apply(select(*ZoneAnomaly.__table__.c))
    if after is not None:
        when, last_id = after
        key = tuple_(
            cast(bindparam("after_at", when), DateTime(timezone=True)), cast(bindparam("after_id", last_id), Text)
        )
        statement = statement.where(tuple_(ZoneAnomaly.timestamp, ZoneAnomaly.id) < key)
    statement = statement.order_by(ZoneAnomaly.timestamp.desc(), ZoneAnomaly.id.desc())
    return await rows(connection, statement.limit(limit + 1))


async def anomaly(connection: AsyncConnection, anomaly_id: str) -> RowMapping | None:
    return await row(connection, select(*ZoneAnomaly.__table__.c).where(ZoneAnomaly.id == anomaly_id))


async def zone(connection: AsyncConnection, zone_id: int) -> RowMapping | None:
    return await row(connection, select(*_ZONE).where(CameraZone.id == zone_id))


async def zone_baseline(connection: AsyncConnection, zone_id: int) -> RowMapping | None:
    statement = select(*ZoneActivityBaseline.__table__.c).where(ZoneActivityBaseline.zone_id == zone_id)
    return await row(connection, statement)


async def camera_slots(connection: AsyncConnection, camera_id: str) -> Sequence[RowMapping]:
    """The 168 slots, Monday's first hour first; none before the first hour is counted."""
    columns = ActivityBaseline.__table__.c
    statement = select(*columns).where(ActivityBaseline.camera_id == camera_id)
    return await rows(connection, statement.order_by(ActivityBaseline.day_of_week, ActivityBaseline.hour))


async def class_slots(connection: AsyncConnection, camera_id: str) -> Sequence[RowMapping]:
    """24 hours of each class."""
    statement = select(*ClassBaseline.__table__.c).where(ClassBaseline.camera_id == camera_id)
    return await rows(connection, statement.order_by(ClassBaseline.detection_class, ClassBaseline.hour))


async def seen_at_camera(
    connection: AsyncConnection, camera_id: str, since: datetime, until: datetime
) -> dict[tuple[str, int], int]:
    """Tracks by class and hour (since 1970) in which they were first seen."""
    hour = cast(func.floor(func.extract("epoch", Track.first_seen) / 3600), Integer).label("hour")
    statement = (
        select(Track.object_class, hour, func.count().label("tracks"))
        .where(Track.camera_id == camera_id, Track.first_seen >= since, Track.first_seen < until)
        .group_by(Track.object_class, hour)
    )
    return {(one["object_class"], one["hour"]): one["tracks"] for one in await rows(connection, statement)}


async def seen_in_zone(connection: AsyncConnection, zone_id: int, since: datetime, until: datetime) -> dict[int, int]:
    """Tracks that came into a zone, by hour since 1970."""
    hour = cast(func.floor(func.extract("epoch", DwellTimeRecord.entry_time) / 3600), Integer).label("hour")
    tracks = func.count(func.distinct(tuple_(DwellTimeRecord.session, DwellTimeRecord.track_id))).label("tracks")
    statement = (
        select(hour, tracks)
        .where(DwellTimeRecord.zone_id == zone_id, DwellTimeRecord.entry_time >= since,
               DwellTimeRecord.entry_time < until)
        .group_by(hour)
    )  # fmt: skip
    return {one["hour"]: one["tracks"] for one in await rows(connection, statement)}


async def observed_hours(connection: AsyncConnection, camera_id: str, since: datetime, until: datetime) -> set[int]:
    """The hours (since 1970) that are over, and in which the camera was there."""
    hour = cast(func.extract("epoch", ActivityHour.hour) / 3600, Integer).label("hour")
    statement = select(hour).where(
        ActivityHour.camera_id == camera_id, ActivityHour.zone_id.is_(None), ActivityHour.object_class == EVERY,
        ActivityHour.hour >= since, ActivityHour.hour < until, ActivityHour.hour <= func.now() - timedelta(hours=1),
    )  # fmt: skip
    return {one["hour"] for one in await rows(connection, statement)}


async def heatmap(
    connection: AsyncConnection, camera_id: str, resolution: str, at: datetime | None
) -> RowMapping | None:
    """The newest heatmap of this resolution, or the newest that had begun by then."""
    statement = select(*Heatmap.__table__.c).where(Heatmap.camera_id == camera_id, Heatmap.resolution == resolution)
    if at is not None:
        statement = statement.where(Heatmap.time_bucket <= at)
    return await row(connection, statement.order_by(Heatmap.time_bucket.desc()).limit(1))


async def surprise(
    connection: AsyncConnection, camera_id: str, object_class: str, at: datetime, local_hour: int
) -> RowMapping | None:
    """What is usual of a class at this hour, and how many were seen since the hour began; None: nothing is known."""
    values: dict[str, Any] = {
        "camera_id": camera_id, "object_class": object_class, "at": at, "local_hour": local_hour,
    }  # fmt: skip
    return (await connection.execute(_SURPRISE, values)).mappings().one_or_none()
