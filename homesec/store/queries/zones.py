"""Zones and lines, who belongs there, and the stays and crossings that were recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from homesec.domain.zones import Zone
from homesec.store.queries.paging import Slice, newest_first, row, rows
from homesec.store.tables import Camera, CameraZone, DwellTimeRecord, ZoneHouseholdConfig

_ZONE = CameraZone.__table__.c
_RECORD = DwellTimeRecord.__table__.c
_ENABLED = text(
    """
    SELECT id, camera_id, name, zone_type, coordinates, direction, priority, target_classes, loiter_seconds
    FROM camera_zones WHERE enabled AND camera_id = ANY(:cameras) ORDER BY id
    """
)
_COUNTS = text(
    """
    SELECT CAST(entry_time AT TIME ZONE :timezone AS date) AS day,
        count(*) FILTER (WHERE direction IS NULL) AS stays,
        count(*) FILTER (WHERE direction = 'in') AS ins,
        count(*) FILTER (WHERE direction = 'out') AS outs,
        count(*) FILTER (WHERE triggered_alert) AS loitering,
        coalesce(sum(total_seconds), 0) AS seconds
    FROM dwell_time_records
    WHERE zone_id = :zone_id AND entry_time >= :since AND entry_time < :until
    GROUP BY day ORDER BY day
    """
)


@dataclass(frozen=True)
class StayFilter:
    """What must hold of a record of one zone; None says nothing."""

    zone_id: int
    since: datetime | None = None
    until: datetime | None = None
    object_class: str | None = None


async def zones_of(connection: AsyncConnection, camera_id: str) -> Sequence[RowMapping]:
    """By priority, then in the order of their ids."""
    statement = select(*_ZONE).where(CameraZone.camera_id == camera_id)
    return await rows(connection, statement.order_by(CameraZone.priority.desc(), CameraZone.id))


async def zone(connection: AsyncConnection, zone_id: int) -> RowMapping | None:
    """With the time zone of its camera; None also for zones of a deleted camera."""
    statement = select(*_ZONE, Camera.timezone).join(Camera, Camera.id == CameraZone.camera_id)
    return await row(connection, statement.where(CameraZone.id == zone_id, Camera.deleted_at.is_(None)))


async def enabled_zones(connection: AsyncConnection, cameras: Sequence[str]) -> dict[str, list[Zone]]:
    """What pictures are judged by: the enabled zones of these cameras, as values."""
    found: dict[str, list[Zone]] = {camera: [] for camera in cameras}
    for line in (await connection.execute(_ENABLED, {"cameras": list(cameras)})).mappings():
        found[line["camera_id"]].append(_zone(line))
    return found


async def household(connection: AsyncConnection, zone_id: int) -> RowMapping | None:
    statement = select(*ZoneHouseholdConfig.__table__.c).where(ZoneHouseholdConfig.zone_id == zone_id)
    return await row(connection, statement)


async def stays(connection: AsyncConnection, wanted: StayFilter, part: Slice) -> Sequence[RowMapping]:
    """Stays and crossings, newest first by entry."""
    statement = select(*_RECORD).where(DwellTimeRecord.zone_id == wanted.zone_id)
    if wanted.since is not None:
        statement = statement.where(DwellTimeRecord.entry_time >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(DwellTimeRecord.entry_time < wanted.until)
    if wanted.object_class is not None:
        statement = statement.where(DwellTimeRecord.object_class == wanted.object_class)
    return await rows(connection, newest_first(statement, DwellTimeRecord.entry_time, DwellTimeRecord.id, part))


async def counts(
    connection: AsyncConnection, zone_id: int, timezone: str, since: datetime, until: datetime
) -> Sequence[RowMapping]:
    """Stays, crossings both ways, loitering and seconds by local day; days without any are left out."""
    values = {"zone_id": zone_id, "timezone": timezone, "since": since, "until": until}
    found: Sequence[RowMapping] = (await connection.execute(_COUNTS, values)).mappings().all()
    return found


def _zone(line: Mapping[Any, Any]) -> Zone:
    classes = line["target_classes"]
    return Zone(
        line["id"], line["name"], line["zone_type"], tuple((float(x), float(y)) for x, y in line["coordinates"]),
        line["direction"], line["priority"], None if classes is None else frozenset(classes), line["loiter_seconds"],
    )  # fmt: skip
