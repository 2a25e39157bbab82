"""The habits of a camera and of its zones, computed from its ledger: the rows of the baseline tables."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from homesec.domain.anomalies import Hour
from homesec.domain.baselines import (
    HALF_LIFE_H,
    Clock,
    Floats,
    Ints,
    daily,
    like_days,
    local,
    rounded,
    spread,
    weekly,
    weights,
)
from homesec.domain.ledger import EVERY, Ledger
from homesec.domain.rare_hours import RareHours, rare_hours

_WHOLE_DAY_H = 23  # hours observed that make a day whole; the shortest has no more
Row = dict[str, Any]


@dataclass(frozen=True)
class Habits:
    """A ledger up to an hour, seen through the clock on the wall."""

    ledger: Ledger
    timezone: str
    until: int
    """The first hour that does not count."""

    def camera_rows(self) -> tuple[list[Row], list[Row]]:
        """The 168 slots of the camera, and 24 hours of each class that it ever saw."""
        span = self._span()
        if not len(span.hours):
            return [], []
        at, tracks = span.of(None, EVERY)
        habit = weekly(span.clock.slot, span.weight, at, tracks)
        columns = zip(rounded(habit.mean), rounded(habit.variance), habit.samples.ravel().tolist(), strict=True)
        slots = [
            {"day_of_week": slot // 24, "hour": slot % 24, "mean": mean, "variance": variance, "samples": samples}
            for slot, (mean, variance, samples) in enumerate(columns)
        ]
        by_class: list[Row] = []
        for name in sorted(name for zone, name in self.ledger.keys if zone is None and name != EVERY):
            habit = daily(span.clock.slot, span.weight, *span.of(None, name))
            columns = zip(rounded(habit.mean), rounded(habit.variance), habit.samples.tolist(), strict=True)
            by_class += [
                {"detection_class": name, "hour": hour, "mean": mean, "variance": variance, "samples": samples}
                for hour, (mean, variance, samples) in enumerate(columns)
            ]
        return slots, by_class

    def zone_row(self, zone_id: int, is_line: bool) -> Row | None:
        """What is usual in a zone; None while nothing was ever there."""
        span = self._span(zone_id)
        names = [name for zone, name in self.ledger.keys if zone == zone_id]
        by_class = {name: span.of(zone_id, name) for name in names}
        by_class = {name: found for name, found in by_class.items() if len(found[0])}
        if not by_class:
            return None
        tracks = span.whole(zone_id, names, "tracks")
        at = np.arange(len(tracks))
        habit = daily(span.clock.slot, span.weight, at, tracks)
        counts = {name: float((span.weight[at] * some).sum()) for name, (at, some) in by_class.items()}
        seen = sum(counts.values())
        row: Row = {
            "zone_id": zone_id,
            "hourly_pattern": rounded(habit.mean),
            "hourly_std": rounded(np.sqrt(habit.variance)),
            "class_distribution": {name: round(count / seen, 4) for name, count in sorted(counts.items())},
            "sample_count": len(span.hours),
            **_days(span.clock, span.hours, tracks, self.until),
            **dict.fromkeys(("crossing_rate_mean", "crossing_rate_std", "dwell_mean", "dwell_std")),
        }
        if is_line:
            rate, deviation = spread(span.weight, span.whole(zone_id, names, "crossings"))
            row |= {"crossing_rate_mean": round(rate, 4), "crossing_rate_std": round(deviation, 4)}
        else:
            stays = float((span.weight * tracks).sum())
            mean = float((span.weight * span.whole(zone_id, names, "dwell")).sum()) / stays
            square = float((span.weight * span.whole(zone_id, names, "squares")).sum()) / stays
            row |= {"dwell_mean": round(mean, 2), "dwell_std": round(math.sqrt(max(square - mean * mean, 0.0)), 2)}
        return row

    def rare(self) -> RareHours:
        """When which class is practically never in which zone."""
        seen = {}
        for zone, name in self.ledger.keys:
            if zone is not None:
                clock = local(self._lines(zone, name)["hour"], self.timezone)
                if len(clock.day):
                    seen[zone, name] = clock.day * 24 + clock.hour
        zones = [line["hour"][0] for key in seen if len(line := self._lines(*key))]
        known = self._hours(min(zones, default=self.until))
        return rare_hours(seen, len(known) / 24)

    def counted(self, zone_id: int, name: str, hour: int, tracks: int) -> Hour:
        """A later hour of the same ledger beside what is usual then."""
        span = self._span(zone_id)
        habit = weekly(span.clock.slot, span.weight, *span.of(zone_id, name))
        slot = int(local(np.array([hour]), self.timezone).slot[0])
        return Hour(
            zone_id, name, hour, tracks, float(habit.mean.ravel()[slot]), float(habit.variance.ravel()[slot]),
            int(like_days(habit.samples).ravel()[slot]),
        )  # fmt: skip

    def _lines(self, zone: int | None, name: str) -> Any:
        lines = self.ledger.of((zone, name))
        return lines[lines["hour"] < self.until]

    def _hours(self, since: int) -> Ints:
        hours = self.ledger.hours
        return hours[(hours >= since) & (hours < self.until)]

    def _span(self, zone_id: int | None = None) -> "_Span":
        """The hours in which the camera, or (since something was there first) the zone was looked at."""
        since = 0
        if zone_id is not None:
            firsts = [self.ledger.of(key)["hour"][:1] for key in self.ledger.keys if key[0] == zone_id]
            since = int(min((first[0] for first in firsts if len(first)), default=self.until))
        hours = self._hours(since)
        return _Span(self.ledger, hours, local(hours, self.timezone), weights(hours, self.until))


@dataclass(frozen=True)
class _Span:
    ledger: Ledger
    hours: Ints
    clock: Clock
    weight: Floats

    def of(self, zone: int | None, name: str, what: str = "tracks") -> tuple[Ints, Floats]:
        """Places among the hours at which something was counted, and how much."""
        lines = self.ledger.of((zone, name))
        at = np.searchsorted(self.hours, lines["hour"])
        there = np.flatnonzero(np.append(self.hours, -1)[at] == lines["hour"])
        return at[there], lines[what][there].astype(np.float64)

    def whole(self, zone: int, names: list[str], what: str) -> Floats:
        """Of all classes together, one value an hour."""
        found = np.zeros(len(self.hours))
        for name in names:
            at, some = self.of(zone, name, what)
            found[at] += some
        return found


def _days(clock: Clock, hours: Ints, tracks: Floats, until: int) -> Row:
    """Tracks a day, from days that were observed as a whole, with the same forgetting."""
    days, of_day = np.unique(clock.day, return_inverse=True)
    size = len(days)
    whole = np.bincount(of_day, minlength=size) >= _WHOLE_DAY_H
    counts = np.bincount(of_day, tracks, size)[whole].astype(np.float64)
    last = np.zeros(size)
    last[of_day] = hours
    weight = 0.5 ** ((until - last[whole]) / HALF_LIFE_H)
    weekday = (days[whole] - 1) % 7  # ordinal 1 was a Monday
    by_day = [spread(weight[weekday == day], counts[weekday == day]) for day in range(7)]
    mean, deviation = spread(weight, counts)
    return {
        "daily_pattern": rounded([mean for mean, _ in by_day]),
        "daily_std": rounded([deviation for _, deviation in by_day]),
        "daily_count_mean": round(mean, 4),
        "daily_count_std": round(deviation, 4),
        "daily_count_min": int(counts.min()) if len(counts) else 0,
        "daily_count_max": int(counts.max(initial=0)),
    }
