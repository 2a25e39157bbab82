"""Heatmaps of hours whose detections changed, and of the local days and weeks that these belong to."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import groupby

import numpy as np
from sqlalchemy.ext.asyncio import AsyncConnection

from homesec.domain.baselines import day_start, local, moment_of
from homesec.domain.heatmaps import heatmap, packed, total, unpacked
from homesec.store.queries import keeping
from homesec.store.writes.heatmaps import Bucket

_HOUR = timedelta(hours=1)


async def changed_heatmaps(
    connection: AsyncConnection, cameras: Mapping[str, tuple[int, str]], until: int
) -> list[list[Bucket]]:
    """By camera the heatmaps to store. `cameras`: from which hour on to look, and the time zone.

    An hour changed when other than its map's number of detections count in it now.
    """
    first, last = moment_of(min(since for since, _ in cameras.values())), moment_of(until)
    seen = {(row["camera_id"], row["hour"]): row["detections"] for row in await keeping.seen(connection, first, last)}
    known = {(row["camera_id"], row["hour"]): row["total_detections"]
             for row in await keeping.mapped(connection, first, last)}  # fmt: skip
    changed: defaultdict[str, list[int]] = defaultdict(list)
    for name, hour in sorted({*seen, *known}):
        if name in cameras and hour >= cameras[name][0] and seen.get((name, hour), 0) != known.get((name, hour), 0):
            changed[name].append(hour)
    return [await _of_camera(connection, name, hours, cameras[name][1]) for name, hours in changed.items()]


async def _of_camera(connection: AsyncConnection, camera_id: str, hours: list[int], timezone: str) -> list[Bucket]:
    """The changed hours, then their days from all hours, then their weeks from all days."""
    new: dict[int, Bucket] = {}
    for _, some in groupby(hours, key=lambda hour: hour // 24):  # after days of rest a query for each day
        together = list(some)
        feet: dict[int, list[tuple[float, float]]] = {hour: [] for hour in together}
        for row in await keeping.feet(connection, camera_id, moment_of(together[0]), moment_of(together[-1] + 1)):
            if row["hour"] in feet:
                feet[row["hour"]].append((row["x"], row["y"]))
        for hour, places in feet.items():
            grid = heatmap(np.array(places, np.float64).reshape(-1, 2))
            new[hour] = Bucket(camera_id, moment_of(hour), "hourly", packed(grid), len(places))
    days = sorted({date.fromordinal(day) for day in local(np.array(hours), timezone).day.tolist()})
    daily: dict[date, Bucket] = {}
    for day in days:
        begins, ends = day_start(day, timezone), day_start(day + timedelta(days=1), timezone)
        stored = await _stored(connection, camera_id, "hourly", begins - _HOUR, ends)
        parts = {bucket.start: bucket for bucket in [*stored, *new.values()]}
        mine = [bucket for start, bucket in parts.items() if begins <= start + _HOUR / 2 < ends]
        daily[day] = _together(camera_id, begins, "daily", mine)
    weekly = []
    for monday in sorted({day - timedelta(days=day.weekday()) for day in days}):
        begins, ends = day_start(monday, timezone), day_start(monday + timedelta(days=7), timezone)
        stored = await _stored(connection, camera_id, "daily", begins, ends)
        parts = {bucket.start: bucket for bucket in [*stored, *daily.values()]}
        mine = [bucket for start, bucket in parts.items() if begins <= start < ends]
        weekly.append(_together(camera_id, begins, "weekly", mine))
    return [*new.values(), *daily.values(), *weekly]


async def _stored(
    connection: AsyncConnection, camera_id: str, resolution: str, since: datetime, until: datetime
) -> list[Bucket]:
    return [
        Bucket(camera_id, row["time_bucket"], resolution, bytes(row["data"]), row["total_detections"])
        for row in await keeping.maps(connection, camera_id, resolution, since, until)
    ]


def _together(camera_id: str, start: datetime, resolution: str, parts: list[Bucket]) -> Bucket:
    ordered = sorted(parts, key=lambda part: part.start)
    grid = total(unpacked(part.data) for part in ordered)
    return Bucket(camera_id, start, resolution, packed(grid), sum(part.detections for part in ordered))
