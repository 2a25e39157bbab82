"""The keeper without Ray: counts hours, learns habits from them, and finds what is far from a zone's habits.

At the end of each hour the last two days are counted again, and once a day the last three weeks: late data changes
hours that are over, and counting again changes nothing where nothing changed. All that is true stands in the tables;
what is kept in memory is the ledger, which a restart reads again.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from homesec.domain.anomalies import (
    LEAST_MANY,
    Anomaly,
    Stay,
    StayHabit,
    unusual_dwell,
    unusual_frequency,
    unusual_time,
)
from homesec.domain.baselines import KEPT_H, hour_of, moment_of, observed
from homesec.domain.habits import Habits
from homesec.domain.ledger import EVERY, Count, Key, Ledger
from homesec.keep_heatmaps import changed_heatmaps
from homesec.keep_ledger import LONG_H, Watched, counted_row
from homesec.store.queries import keeping, reading
from homesec.store.writes.activity import SaveBaselines, SaveHours
from homesec.store.writes.anomalies import SaveAnomalies
from homesec.store.writes.heatmaps import SaveHeatmaps
from homesec.store.writes.unit import Unit

LOOK_S = 5.0  # between two looks at new stays
RUNNING_S = 30.0  # between two counts of the hour that runs
_SHORT_H = 48  # so far back hours are counted again each hour
_SILENCE_H = 8 * 24  # uploads before, from which a camera's rhythm is known
_STAYS_H = 8 * 7 * 24  # of these stays a zone's habit is made
_OVERLAP = timedelta(hours=1)  # a stay may be written so long after it began
_JUDGED_AGAIN_H = 2  # hours that late data may still make unusual
_KEYS = ("camera_id", "zone_id", "detection_class", "day_of_week", "hour")  # know a row of a baseline table


class Keeper:
    """Takes rounds. `now` comes in as an argument: the wall's, or a simulation's."""

    def __init__(self, engine: AsyncEngine, write: Callable[[Unit], Awaitable[Any]], timezone: str) -> None:
        self._engine, self._write, self._timezone = engine, write, timezone
        self._cameras: dict[str, Watched] = {}
        self._zones: dict[int, RowMapping] = {}
        self._done: int | None = None
        """Hours before this one are counted; None: the ledger must be read first."""
        self._judged: int | None = None
        """Of hours before this one it is known whether they were unusual."""
        self._looked: datetime | None = None
        """Up to here new stays were looked at."""
        self._ran: datetime | None = None
        """When the hour that runs was counted."""
        self._told: set[str] = set()
        self._sent: dict[tuple[Any, ...], dict[str, Any]] = {}
        self.hours = self.anomalies = 0

    async def round(self, now: datetime) -> float:
        """Look at new stays, and count the hours that are over. Gives the seconds to wait before the next round.

        Raises Unavailable while PostgreSQL or the writer is away; what was not done is done by a later round.
        """
        hour = hour_of(now)
        async with reading(self._engine) as connection:
            await self._meet(connection)
            if self._done is None:
                await self._load(connection, hour)
            await self._look(connection, now)
            if self._done is None or hour > self._done:
                await self._count(connection, hour)
            if self._ran is None or not 0 <= (now - self._ran).total_seconds() < RUNNING_S:
                await self._run(connection, hour)
                self._ran = now
        return min(LOOK_S, max(0.1, (moment_of(hour + 1) - now).total_seconds()))

    async def _meet(self, connection: AsyncConnection) -> None:
        """Learn which cameras and zones there are. One more camera may have a ledger from before."""
        found = {row["id"]: row["timezone"] or self._timezone for row in await keeping.cameras(connection)}
        if set(found) - set(self._cameras):
            self._done = None
        self._cameras = {name: self._cameras.get(name) or Watched(zone) for name, zone in found.items()}
        for name, zone in found.items():
            self._cameras[name].timezone = zone
        self._zones = {row["id"]: row for row in await keeping.zones(connection) if row["camera_id"] in found}

    async def _load(self, connection: AsyncConnection, hour: int) -> None:
        """Read the ledger. After a restart the judging goes on where the ledger ends."""
        lines: defaultdict[str, list[tuple[tuple[Key, int], Count]]] = defaultdict(list)
        for row in await keeping.ledger(connection, moment_of(hour - KEPT_H)):
            lines[row["camera_id"]].append((((row["zone_id"], row["object_class"]), row["hour"]), counted_row(row)))
        newest = []
        for name, watched in self._cameras.items():
            watched.ledger = Ledger()
            watched.ledger.load(lines[name])
            newest += watched.ledger.hours[-1:].tolist()
        if self._judged is None or self._looked is None:
            self._judged = min(max(newest, default=hour - 24) + 1, hour)
            self._looked = moment_of(self._judged)
        await self._learn(connection, self._judged, True)

    async def _look(self, connection: AsyncConnection, now: datetime) -> None:
        """What is unusual about single stays is said at once."""
        since = max(min(self._looked or now, now) - _OVERLAP, now - timedelta(hours=LONG_H))
        found: list[Anomaly | None] = []
        for row in await keeping.new_stays(connection, since, now):
            watched, zone = self._cameras.get(row["camera_id"]), self._zones.get(row["zone_id"])
            if watched is None or zone is None:
                continue
            stay = Stay(
                row["id"], row["zone_id"], row["object_class"], row["entry_time"], float(row["seconds"]),
                (row["session"], row["track_id"]),
            )  # fmt: skip
            if watched.rare is not None and stay.entry >= since:
                found.append(unusual_time(stay, watched.rare, zone["name"], watched.timezone))
            if row["direction"] is None:
                habit = watched.stays.get((stay.zone_id, stay.object_class))
                found.append(unusual_dwell(stay, habit, watched.stays_a_week, zone["name"]))
        await self._tell([one for one in found if one is not None])
        self._looked = now

    async def _tell(self, found: Sequence[Anomaly]) -> None:
        new = {one.id: one for one in found if one.id not in self._told}
        if new:
            self.anomalies += len(await self._write(SaveAnomalies(tuple(new.values()))))
            self._told |= set(new)

    async def _count(self, connection: AsyncConnection, hour: int) -> None:
        """Count, judge and learn up to this hour. When it fails half-way, the ledger is read again."""
        done, self._done = self._done, None
        whole = done is None or hour // 24 != done // 24
        since = {name: watched.since(hour) if whole else hour - _SHORT_H for name, watched in self._cameras.items()}
        if since:
            counted = await self._counted(connection, since, hour, whole)
            units = self._corrected(since, counted)
            await self._tell(self._too_many(hour))
            for unit in units:
                await self._write(unit)
            await self._save_baselines(hour)
            await self._learn(connection, hour - _JUDGED_AGAIN_H, whole)
            places = {name: (since[name], watched.timezone) for name, watched in self._cameras.items()}
            for heatmaps in await changed_heatmaps(connection, places, hour):
                await self._write(SaveHeatmaps(heatmaps))
        if whole:
            self._told.clear()
            for watched in self._cameras.values():
                watched.ledger.forget(hour - KEPT_H)
                watched.uploads = {one for one in watched.uploads if one >= hour - LONG_H - _SILENCE_H}
        self.hours += 1
        self._done = self._judged = hour

    async def _run(self, connection: AsyncConnection, hour: int) -> None:
        """Count what there is of the hour that runs, and what came late of those before it.

        An hour is judged, and becomes a habit, when it is over; only the first habit of all is made of what there is.
        """
        done, self._done = self._done, None
        since = dict.fromkeys(self._cameras, hour - _JUDGED_AGAIN_H)
        if since:
            counted = await self._counted(connection, since, hour + 1, False)
            for name, watched in self._cameras.items():
                if hour not in watched.uploads:
                    counted[name].pop(((None, EVERY), hour), None)  # its silence may be an outage
            units = self._corrected(since, counted)
            for unit in units:
                await self._write(unit)
            if units:
                await self._save_baselines(hour)
            places = {name: (since[name], watched.timezone) for name, watched in self._cameras.items()}
            for heatmaps in await changed_heatmaps(connection, places, hour + 1):
                await self._write(SaveHeatmaps(heatmaps))
        self._done = done

    async def _counted(
        self, connection: AsyncConnection, since: dict[str, int], hour: int, whole: bool
    ) -> dict[str, dict[tuple[Key, int], Count]]:
        """What is to stand in the ledgers from `since` on, as far as it can still be counted."""
        first, until = min(since.values()), moment_of(hour)
        for row in await keeping.uploads(connection, moment_of(first - _SILENCE_H if whole else first), until):
            if row["camera_id"] in since:
                self._cameras[row["camera_id"]].uploads.add(row["hour"])
        for name, watched in self._cameras.items():
            oldest = min(watched.uploads, default=hour)
            if (watched.ledger.hours[:1] < oldest).any():  # what is older has expired, and that hour in part
                since[name] = max(since[name], oldest + 1)
        counted: dict[str, dict[tuple[Key, int], Count]] = {name: {} for name in since}
        in_all: defaultdict[str, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))
        for row in await keeping.tracks(connection, moment_of(first), until):
            if row["hour"] >= since.get(row["camera_id"], hour):
                counted[row["camera_id"]][(None, row["object_class"]), row["hour"]] = Count(row["tracks"])
                in_all[row["camera_id"]][row["hour"]] += row["tracks"]
        for row in await keeping.stays(connection, moment_of(first), until):
            if row["hour"] >= since.get(row["camera_id"], hour) and row["zone_id"] in self._zones:
                counted[row["camera_id"]][(row["zone_id"], row["object_class"]), row["hour"]] = counted_row(row)
                in_all[row["camera_id"]][row["hour"]] += 0
        for name, watched in self._cameras.items():
            there = observed(np.array(sorted(watched.uploads), np.int64), hour)
            for one in {*there[there >= since[name]].tolist(), *in_all[name]}:
                counted[name][(None, EVERY), one] = Count(in_all[name][one])
        return counted

    def _corrected(
        self, since: Mapping[str, int], counted: Mapping[str, Mapping[tuple[Key, int], Count]]
    ) -> list[SaveHours]:
        return [
            unit for name, lines in counted.items() for unit in self._cameras[name].correct(name, since[name], lines)
        ]

    def _too_many(self, hour: int) -> list[Anomaly]:
        """Hours that are over with unusually many in a zone, judged by what was usual before."""
        judged = max((self._judged or hour) - _JUDGED_AGAIN_H, hour - LONG_H)
        found: list[Anomaly] = []
        for watched in self._cameras.values():
            habits = Habits(watched.ledger, watched.timezone, judged)
            keys = [(zone, name) for zone, name in watched.ledger.keys if zone is not None and zone in self._zones]
            hours = []
            for zone, name in keys:
                lines = watched.ledger.of((zone, name))
                for line in lines[(lines["hour"] >= judged) & (lines["tracks"] >= LEAST_MANY)]:
                    hours.append(habits.counted(zone, name, int(line["hour"]), int(line["tracks"])))
            names = {zone: self._zones[zone]["name"] for zone, _ in keys}
            found += unusual_frequency(hours, len(keys), names, watched.timezone)
        return found

    async def _save_baselines(self, hour: int) -> None:
        """What changed since it was sent last."""
        weekly, by_class, zones = [], [], []
        until = {name: hour + bool((watched.ledger.hours == hour).all()) for name, watched in self._cameras.items()}
        for name, watched in self._cameras.items():
            slots, classes = Habits(watched.ledger, watched.timezone, until[name]).camera_rows()
            weekly += [{"camera_id": name, **row} for row in slots]
            by_class += [{"camera_id": name, **row} for row in classes]
        for zone_id, zone in self._zones.items():
            watched = self._cameras[zone["camera_id"]]
            habits = Habits(watched.ledger, watched.timezone, until[zone["camera_id"]])
            row = habits.zone_row(zone_id, zone["is_line"])
            zones += [] if row is None else [row]
        new = {tuple(row.get(name) for name in _KEYS): row for row in (*weekly, *by_class, *zones)}
        fresh = [[row for row in rows if self._sent.get(tuple(row.get(name) for name in _KEYS)) != row]
                 for rows in (weekly, by_class, zones)]  # fmt: skip
        if any(fresh):
            await self._write(SaveBaselines(moment_of(hour).isoformat(), *fresh))
        self._sent = new

    async def _learn(self, connection: AsyncConnection, until: int, stays_too: bool) -> None:
        """What single stays are judged by, from the hours before `until`."""
        for watched in self._cameras.values():
            watched.rare = Habits(watched.ledger, watched.timezone, until).rare()
        if not stays_too:
            return
        for watched in self._cameras.values():
            watched.stays = {}
        for row in await keeping.stay_habits(connection, moment_of(until - _STAYS_H), moment_of(until)):
            if row["camera_id"] in self._cameras:
                habit = StayHabit(row["stays"], *row["quantiles"])
                self._cameras[row["camera_id"]].stays[row["zone_id"], row["object_class"]] = habit
        for watched in self._cameras.values():
            hours = watched.ledger.hours
            known = int(((hours >= until - _STAYS_H) & (hours < until)).sum())
            watched.stays_a_week = sum(habit.stays for habit in watched.stays.values()) * 168 / max(known, 1)
