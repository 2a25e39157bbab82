"""What is usual at a camera or in a zone, hour by hour, against what was seen."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from math import sqrt
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import numpy as np
from fastapi import APIRouter, Query

from homesec.api.caller import Viewer
from homesec.api.problems import responses
from homesec.api.routes.cameras import CameraId
from homesec.api.routes.zones import ZoneId
from homesec.api.schemas.activity import (
    CameraBaseline,
    ClassHabit,
    HourOut,
    Seen,
    SeenHour,
    SlotOut,
    ZoneBaseline,
)
from homesec.api.world import World
from homesec.domain.baselines import Ints, day_start, hour_of, like_days, local, moment_of, tail
from homesec.errors import NotFound
from homesec.store.queries import activity, cameras, reading

router = APIRouter(prefix="/api", tags=["baselines"])

Day = Annotated[date | None, Query(description="The local day to compare with what is usual; default: today")]


@router.get("/cameras/{camera_id}/baseline", responses=responses(404))
async def camera_baseline(services: World, caller: Viewer, camera_id: CameraId, day: Day = None) -> CameraBaseline:
    """The 168 hours of a week, 24 of each class, and one day hour by hour."""
    caller.find(camera_id)
    async with reading(services.database) as connection:
        camera = await cameras.existing(connection, camera_id)
        timezone = camera["timezone"] or services.settings.timezone
        slots = await activity.camera_slots(connection, camera_id)
        classes = await activity.class_slots(connection, camera_id)
        hours, since, until = _day(day, timezone)
        tracks = await activity.seen_at_camera(connection, camera_id, since, until)
        there = await activity.observed_hours(connection, camera_id, since, until)
    usual = {(one["day_of_week"], one["hour"]): one for one in slots}
    rests_on = _rests_on(usual)
    by_class: dict[str, dict[int, Mapping[Any, Any]]] = {}
    for one in classes:
        by_class.setdefault(one["detection_class"], {})[one["hour"]] = one
    clock = local(hours, timezone)
    lines = []
    for hour, slot in zip(hours.tolist(), clock.slot.tolist(), strict=True):
        weekday, of_day = divmod(slot, 24)
        seen = {name: count for (name, at), count in tracks.items() if at == hour}
        habit = usual.get((weekday, of_day))
        names = sorted(set(seen) | set(by_class))
        kinds = [_seen(name, by_class.get(name, {}).get(of_day), seen.get(name, 0)) for name in names]
        expected = chance = None
        if habit is not None:
            expected = habit["avg_count"]
            chance = tail(sum(seen.values()), expected, habit["variance"], rests_on[slot])
        lines.append(
            SeenHour(
                start=moment_of(hour), hour=of_day, observed=hour in there, seen=sum(seen.values()),
                expected=expected, tail_probability=chance, by_class=kinds,
            )
        )  # fmt: skip
    return CameraBaseline(
        camera_id=camera_id,
        timezone=timezone,
        last_updated=max((one["last_updated"] for one in slots), default=None),
        slots=[SlotOut.from_row(one, mean=one["avg_count"], **_spread(one)) for one in slots],
        by_class=[
            ClassHabit(
                object_class=name,
                hours=[HourOut.from_row(one, mean=one["frequency"], **_spread(one)) for one in habits.values()],
            )
            for name, habits in by_class.items()
        ],
        day=lines,
    )


@router.get("/zones/{zone_id}/baseline", responses=responses(404))
async def zone_baseline(services: World, caller: Viewer, zone_id: ZoneId, day: Day = None) -> ZoneBaseline:
    """Its hours, days, classes, crossings and stays, and one day hour by hour."""
    async with reading(services.database) as connection:
        zone = await activity.zone(connection, zone_id)
        if zone is None or not caller.sees(zone["camera_id"]):
            raise NotFound("there is no such zone")
        camera = await cameras.camera(connection, zone["camera_id"])
        timezone = (camera and camera["timezone"]) or services.settings.timezone
        habit = await activity.zone_baseline(connection, zone_id)
        hours, since, until = _day(day, timezone)
        tracks = await activity.seen_in_zone(connection, zone_id, since, until)
        there = await activity.observed_hours(connection, zone["camera_id"], since, until)
    samples = 0 if habit is None else habit["sample_count"] // 24
    lines = []
    for hour, of_day in zip(hours.tolist(), local(hours, timezone).hour.tolist(), strict=True):
        seen = tracks.get(hour, 0)
        expected = chance = None
        if habit is not None:
            expected = habit["hourly_pattern"][of_day]
            chance = tail(seen, expected, habit["hourly_std"][of_day] ** 2, samples)
        lines.append(
            SeenHour(
                start=moment_of(hour), hour=of_day, observed=hour in there, seen=seen, expected=expected,
                tail_probability=chance,
            )
        )  # fmt: skip
    if habit is None:
        return ZoneBaseline(zone_id=zone_id, camera_id=zone["camera_id"], timezone=timezone, day=lines)
    patterns = zip(habit["hourly_pattern"], habit["hourly_std"], strict=True)
    usual = [HourOut(hour=hour, mean=mean, std=std, samples=samples) for hour, (mean, std) in enumerate(patterns)]
    return ZoneBaseline.from_row(habit, timezone=timezone, hours=usual, day=lines)


def _day(day: date | None, timezone: str) -> tuple[Ints, datetime, datetime]:
    """The hours of a local day, of today those that began; and their span."""
    now = datetime.now(UTC)
    wanted = day or now.astimezone(ZoneInfo(timezone)).date()
    begins, ends = day_start(wanted, timezone), day_start(wanted + timedelta(days=1), timezone)
    hours = np.arange(hour_of(begins - timedelta(minutes=30)), hour_of(ends) + 1)
    hours = hours[(local(hours, timezone).day == wanted.toordinal()) & (hours <= hour_of(now))]
    if not len(hours):
        return hours, begins, begins
    return hours, moment_of(int(hours[0])), moment_of(int(hours[-1]) + 1)


def _rests_on(usual: Mapping[tuple[int, int], Mapping[Any, Any]]) -> list[int]:
    samples = np.zeros((7, 24), np.int64)
    for (weekday, hour), one in usual.items():
        samples[weekday, hour] = one["sample_count"]
    return [int(count) for count in like_days(samples).ravel()]


def _seen(name: str, habit: Mapping[Any, Any] | None, seen: int) -> Seen:
    if habit is None:
        return Seen(object_class=name, expected=0.0, seen=seen, tail_probability=None)
    chance = tail(seen, habit["frequency"], habit["variance"], habit["sample_count"])
    return Seen(object_class=name, expected=habit["frequency"], seen=seen, tail_probability=chance)


def _spread(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {"std": round(sqrt(row["variance"]), 4), "samples": row["sample_count"]}
