"""When something is practically never in a zone, learned within a budget of false alarms."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from homesec.domain.baselines import MIN_SAMPLES, Floats, Ints
from homesec.domain.evidence import kind

ALARMS_A_WEEK = 0.25  # false ones that all zones of a camera together may cost
_REACHES = (1, 2, 3)  # hours to both sides that speak for an hour, from sharp to careful
_MOST_DAYS = 0.03  # what is there on a larger share of the days is not unusual at its hour
_UNSEEN = {"vehicle": 0.1, "animal": 0.1}  # false alarms to expect besides those counted: they come at any whim
_ORDER = ("person", "vehicle", "animal", "thing")  # where the budget is spent first

ZoneClass = tuple[int, str]
"""Zone id and object class."""


@dataclass(frozen=True)
class RareHours:
    """When a class is practically never in a zone."""

    near: Mapping[ZoneClass, Floats]
    """On how many days it was there round each local hour, shape (24,), where that is known well enough."""
    limits: Mapping[ZoneClass, int]
    """On so many days, and it still is rare."""
    strangers: frozenset[str]
    """Kinds of which something new in a zone is rare at any hour."""
    days: float

    def days_near(self, zone_id: int, object_class: str, hour: int) -> int | None:
        """On how many days it was there round a local hour that is rare; None: it is not, or too little is known."""
        if self.days < MIN_SAMPLES:
            return None
        key = (zone_id, object_class)
        if key not in self.limits:
            return 0 if kind(object_class) in self.strangers and key not in self.near else None
        seen = int(self.near[key][hour])
        return seen if seen <= self.limits[key] else None


def rare_hours(seen: Mapping[ZoneClass, Ints], days: float) -> RareHours:
    """Learn when what is rare. `seen`: the local hours since 1970 in which a class was in a zone, in `days` days.

    What that costs in false alarms is measured by leaving each day out: had it been judged by all others, would it have
    been called rare? For hours without any other day that is the estimate of Good and Turing (1953) for what was never
    seen. Hours further away speak too where that costs less. The zones that cost least share the budget, persons first.
    """
    weeks = max(days / 7.0, 1e-9)
    budget = ALARMS_A_WEEK
    near: dict[ZoneClass, Floats] = {}
    limits: dict[ZoneClass, int] = {}
    strangers = set()
    for name in _ORDER:
        own = {key: np.unique(hours) for key, hours in seen.items() if kind(key[1]) == name}
        once = sum(len(np.unique(day_of(hours))) == 1 for hours in own.values())
        unseen = _UNSEEN.get(name, 0.0)
        choices: list[tuple[float, int, ZoneClass | None]] = [((once + unseen) / weeks, 0, None)]
        for key, hours in own.items():
            alarms, limit, near[key] = min((_learned(hours, reach, days) for reach in _REACHES), key=lambda one: one[0])
            choices.append(((alarms + unseen) / weeks, limit, key))
        for cost, limit, chosen in sorted(choices, key=lambda choice: choice[0]):
            if cost > budget:
                break
            budget -= cost
            if chosen is None:
                strangers.add(name)
            else:
                limits[chosen] = limit
    return RareHours(near, limits, frozenset(strangers), days)


def _learned(hours: Ints, reach: int, days: float) -> tuple[int, int, Floats]:
    """False alarms, the highest limit that costs no more, and the days near each hour."""
    near = _days_near(hours, reach)
    left_out = _least_a_day(hours, near - 1.0)
    alarms = int((left_out <= 0).sum())
    limit = max(limit for limit in range(int(_MOST_DAYS * days) + 1) if int((left_out <= limit).sum()) == alarms)
    return alarms, limit, near


def day_of(local_hour: Ints) -> Ints:
    """The day of a local hour since 1970. It changes at noon, so that no night is cut."""
    return (local_hour - 12) // 24


def _days_near(hours: Ints, reach: int) -> Floats:
    """On how many days something was there within `reach` hours of each local hour."""
    near = (hours[:, None] + np.arange(-reach, reach + 1)).ravel() % 24
    day = np.repeat(day_of(hours), 2 * reach + 1)
    return np.bincount(np.unique(day * 24 + near) % 24, minlength=24).astype(np.float64)


def _least_a_day(hours: Ints, by_hour: Floats) -> Floats:
    """Of the hours of each day the value of the lowest: a day is one alarm."""
    _, day = np.unique(day_of(hours), return_inverse=True)
    least = np.full(int(day.max(initial=-1)) + 1, np.inf)
    np.minimum.at(least, day, by_hour[hours % 24])
    return least
