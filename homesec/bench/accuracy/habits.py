"""Learned baselines against the rates by which the household lives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

import psycopg

from homesec.bench.accuracy.oddities import StoredAnomaly, excused, judged_anomalies, oddities
from homesec.bench.accuracy.plan import Plan, world_of
from homesec.bench.accuracy.stays import Told
from homesec.bench.report import Check, at_least, at_most
from homesec.sim.life.rates import expected_rate
from homesec.sim.values import KINDS

BUSY = 2.0  # things an hour, from which on a slot is compared
HALF_LIFE_DAYS = 28.0  # by which habits are forgotten
OFF, FALSE_A_WEEK, FOUND = 0.10, 1.0, 0.90
SHOWN = 12
_BASELINES = "SELECT camera_id, detection_class, hour, frequency FROM class_baselines"
_ANOMALIES = """
    SELECT zone_anomalies.camera_id, camera_zones.name, anomaly_type, timestamp, title
    FROM zone_anomalies JOIN camera_zones ON camera_zones.id = zone_id ORDER BY timestamp, zone_anomalies.id
"""
Slot = tuple[str, str, int]
"""Camera, kind and local hour."""


@dataclass(frozen=True)
class Compared:
    """Learned rates and the true ones of all busy slots."""

    rows: Sequence[tuple[Slot, float, float]] = field(default_factory=tuple)
    """Slot, truth, learned."""

    @property
    def off(self) -> float | None:
        """Sum of the differences over the sum of the true rates: a mean of shares that weighs busy slots more."""
        whole = sum(truth for _, truth, _ in self.rows)
        return sum(abs(learned - truth) for _, truth, learned in self.rows) / whole if whole else None

    @property
    def bias(self) -> float | None:
        """How much more is learned than there is, over all slots together."""
        whole = sum(truth for _, truth, _ in self.rows)
        return sum(learned for _, _, learned in self.rows) / whole - 1.0 if whole else None

    def to_json(self) -> dict[str, Any]:
        by_kind: dict[str, list[float]] = {}
        for (camera, kind, _), truth, learned in self.rows:
            sums = by_kind.setdefault(f"{camera}/{kind}", [0, 0.0, 0.0])
            sums[0], sums[1], sums[2] = sums[0] + 1, sums[1] + truth, sums[2] + learned
        return {
            "slots": len(self.rows),
            "off": None if self.off is None else round(self.off, 4),
            "bias": None if self.bias is None else round(self.bias, 4),
            "by_camera_and_kind": {
                name: {"slots": int(slots), "truth": round(truth / slots, 2), "learned": round(learned / slots, 2)}
                for name, (slots, truth, learned) in by_kind.items()
            },
            "worst": [
                f"{camera}/{kind} at {hour}: {learned:.2f} an hour, not {truth:.2f}"
                for (camera, kind, hour), truth, learned in sorted(self.rows, key=lambda row: -abs(row[2] - row[1]))
            ][:SHOWN],
        }


@dataclass(frozen=True)
class Habits:
    """What the system learned in some weeks, and what it found unusual."""

    camera_weeks: float
    baselines: Compared
    anomalies: Told

    def checks(self) -> list[Check]:
        found = []
        if self.baselines.off is not None:
            found.append(at_most("baselines off in busy hours", self.baselines.off, OFF))
        if self.anomalies.recall is not None:
            found.append(at_least("oddities found", self.anomalies.recall, FOUND))
        made_up = (self.anomalies.said - self.anomalies.right) / self.camera_weeks
        return [*found, at_most("false anomalies a camera-week", made_up, FALSE_A_WEEK)]

    def to_json(self) -> dict[str, Any]:
        return {"baselines": self.baselines.to_json(), "anomalies": self.anomalies.to_json()}


def learned(database: psycopg.Connection, plan: Plan) -> Habits:
    """Read the tables after a run of some weeks with the keeper."""
    world = world_of(plan)
    said = [StoredAnomaly(*row) for row in database.execute(_ANOMALIES).fetchall()]
    rates = {(row[0], row[1], row[2]): float(row[3]) for row in database.execute(_BASELINES).fetchall()}
    return Habits(
        len(world.property.cameras) * plan.days / 7,
        compared(rates, true_rates(plan)),
        judged_anomalies(said, oddities(world), excused(world)),
    )


def compared(rates: Mapping[Slot, float], truth: Mapping[Slot, float]) -> Compared:
    """The busy slots; what was not learned counts as 0."""
    return Compared([(slot, true, rates.get(slot, 0.0)) for slot, true in truth.items() if true >= BUSY])


def true_rates(plan: Plan) -> dict[Slot, float]:
    """Things an hour in ordinary life, the last weeks weighed as the habits weigh them."""
    world = world_of(plan)

    @cache
    def rate(camera: str, kind: str, weekday: int, hour: int, month: int) -> float:
        return expected_rate(world, camera, kind, weekday, hour, month)

    days = [plan.start + timedelta(days=number) for number in range(int(plan.days))]
    weights = [0.5 ** ((plan.end - day) / timedelta(days=HALF_LIFE_DAYS)) for day in days]
    return {
        (camera.id, kind, hour): sum(
            weight * rate(camera.id, kind, day.weekday(), hour, day.month)
            for day, weight in zip(days, weights, strict=True)
        )
        / sum(weights)
        for camera in world.property.cameras
        for kind in KINDS
        for hour in range(24)
    }
