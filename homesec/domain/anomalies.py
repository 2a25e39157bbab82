"""What is far from the habits of a zone: something at an hour at which it is never there, too many, too long a stay.

Each kind has a budget of false alarms, so that all zones and hours of a camera together say something false at most
three times in four weeks. Nothing is said before the habit rests on enough.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import NormalDist
from zoneinfo import ZoneInfo

import numpy as np

from homesec.domain.baselines import MIN_SAMPLES, moment_of, tail
from homesec.domain.rare_hours import ALARMS_A_WEEK, RareHours, day_of

HOURS_A_WEEK = 7 * 24
LEAST_MANY = 4  # fewer are never too many
_LEAST_MINUTES = 2.0  # a shorter stay is never too long
_LEAST_TIMES = 2.0  # the longest of a hundred stays, also where all last about as long
_LEAST_SPREAD = 0.35  # standard deviation of the logarithm of stays: people never are alike
_MOST_CHANCE = 1e-3  # also where little is judged
_WARNING, _CRITICAL = 2.5, 5.0  # standard deviations
_STRANGERS_ARE_RARE = 0.1  # share of the stays in a zone, from which one more stranger is nothing unusual
_NORMAL = NormalDist()
_LONGEST = _NORMAL.inv_cdf(0.99)
_FARTHEST = 9.0  # standard deviations: beyond, a tail probability says no more


@dataclass(frozen=True)
class Anomaly:
    """One finding, as it is stored."""

    id: str
    """Made from what was found, so that it is found once."""
    zone_id: int
    anomaly_type: str
    severity: str
    title: str
    description: str
    expected: float
    actual: float
    deviation: float
    """In standard deviations."""
    at: datetime
    track: tuple[str, int] | None = None
    """Session and number of the track that shows it."""


@dataclass(frozen=True)
class Stay:
    """A stay in a zone, or a crossing of a line."""

    id: int
    zone_id: int
    object_class: str
    entry: datetime
    seconds: float
    track: tuple[str, int]


@dataclass(frozen=True)
class StayHabit:
    """How long stays of one class in one zone last: the logarithms of two quantiles of their seconds."""

    stays: int
    median: float
    longest: float
    """Of a hundred stays one is longer."""

    @property
    def spread(self) -> float:
        """Standard deviation of the logarithm, if stays were log-normal between these two."""
        return max((self.longest - self.median) / _LONGEST, _LEAST_SPREAD)


def unusual_time(stay: Stay, rare: RareHours, zone_name: str, timezone: str) -> Anomaly | None:
    """Something is in a zone at an hour at which it is practically never there."""
    local = stay.entry.astimezone(ZoneInfo(timezone))
    days = rare.days_near(stay.zone_id, stay.object_class, local.hour)
    if days is None:
        return None
    deviation = _deviation((days + 0.5) / (rare.days + 1.0))
    day = day_of(np.array(local.toordinal() * 24 + local.hour))
    often = f"on {days} of {rare.days:.0f} days" if days else f"never in {rare.days:.0f} days"
    return Anomaly(
        id=f"unusual_time:{stay.zone_id}:{stay.object_class}:{day}",
        zone_id=stay.zone_id,
        anomaly_type="unusual_time",
        severity=_severity(deviation),
        title=f"{_capital(stay.object_class)} at an unusual hour: {zone_name}",
        description=f"A {stay.object_class} was in {zone_name} at {local:%H:%M}; round that hour it was so {often}.",
        expected=round(days / rare.days, 4),
        actual=1.0,
        deviation=deviation,
        at=stay.entry,
        track=stay.track,
    )


@dataclass(frozen=True)
class Hour:
    """What was counted of one class in one zone in one hour, and what is usual then."""

    zone_id: int
    object_class: str
    hour: int
    tracks: int
    mean: float
    variance: float
    samples: int


def unusual_frequency(hours: Sequence[Hour], tests: int, names: Mapping[int, str], timezone: str) -> list[Anomaly]:
    """Hours with far more than usual. `tests` is how many zones and classes of this camera are judged in each hour.

    The bound is Bonferroni's over all that is judged in a week.
    """
    bound = min(ALARMS_A_WEEK / (HOURS_A_WEEK * max(tests, 1)), _MOST_CHANCE)
    found = []
    for one in hours:
        chance = tail(one.tracks, one.mean, one.variance, one.samples)
        if chance is None or chance > bound or one.tracks < LEAST_MANY:
            continue
        begins = moment_of(one.hour)
        local = begins.astimezone(ZoneInfo(timezone))
        name, deviation = names[one.zone_id], _deviation(chance)
        found.append(
            Anomaly(
                id=f"unusual_frequency:{one.zone_id}:{one.object_class}:{begins:%Y%m%dT%H}",
                zone_id=one.zone_id,
                anomaly_type="unusual_frequency",
                severity=_severity(deviation),
                title=f"Unusually many: {one.object_class}, {name}",
                description=f"{one.tracks} of class {one.object_class} came to {name} in the hour from {local:%H:%M}; "
                f"usual are {one.mean:.1f}.",
                expected=round(one.mean, 4),
                actual=float(one.tracks),
                deviation=deviation,
                at=begins,
            )
        )
    return found


def unusual_dwell(stay: Stay, habit: StayHabit | None, a_week: float, zone_name: str) -> Anomaly | None:
    """A stay far beyond the zone's habit. `a_week`: stays of this camera in a week, all of which are judged.

    Above the longest of a hundred, stays are taken as log-normal: many zones know short and long ones, and a few very
    long ones of before move neither quantile.
    """
    if habit is None or habit.stays < MIN_SAMPLES or stay.seconds < _LEAST_MINUTES * 60:
        return None
    if stay.seconds < _LEAST_TIMES * math.exp(habit.longest):
        return None
    spread = habit.spread * math.sqrt(1.0 + 2.0 / habit.stays)
    deviation = _LONGEST + (math.log(stay.seconds) - habit.longest) / spread
    chance = 1.0 - _NORMAL.cdf(deviation)
    if chance > min(ALARMS_A_WEEK / max(a_week, 1.0), _MOST_CHANCE):
        return None
    usual, deviation = math.exp(habit.median), round(min(deviation, _FARTHEST), 2)
    return Anomaly(
        id=f"unusual_dwell:{stay.zone_id}:{stay.track[0]}:{stay.track[1]}:{stay.entry:%Y%m%dT%H%M%S}",
        zone_id=stay.zone_id,
        anomaly_type="unusual_dwell",
        severity=_severity(deviation),
        title=f"Unusually long stay: {stay.object_class}, {zone_name}",
        description=f"A {stay.object_class} stays in {zone_name} for {_span(stay.seconds)} and longer; "
        f"half of all such stays end within {_span(usual)}.",
        expected=round(usual, 1),
        actual=round(stay.seconds, 1),
        deviation=deviation,
        at=stay.entry,
        track=stay.track,
    )


@dataclass(frozen=True)
class Newcomer:
    """An entity that the owner does not know, in a zone that is somebody's or restricted, for the first time."""

    entity_id: str
    zone_id: int
    zone_name: str
    restricted: bool
    object_class: str
    entry: datetime
    track: tuple[str, int]
    stays: int
    """In the zone within four weeks, of anybody of this class who was told apart; this one is not counted."""
    by_strangers: int
    """Of them, those of others whom the owner does not know."""


def unusual_entity(one: Newcomer) -> Anomaly | None:
    """Somebody or something unknown where it never was. In a restricted zone it always counts; in a zone that is
    somebody's, where strangers are rare, once enough stays tell so.
    """
    chance = (one.by_strangers + 0.5) / (one.stays + 1.0)
    if not one.restricted and (one.stays < MIN_SAMPLES or chance > _STRANGERS_ARE_RARE):
        return None
    deviation = _deviation(chance)
    return Anomaly(
        id=f"unusual_entity:{one.zone_id}:{one.entity_id}",
        zone_id=one.zone_id,
        anomaly_type="unusual_entity",
        severity="warning" if one.restricted and deviation < _CRITICAL else _severity(deviation),
        title=f"Unknown {one.object_class} where it never was: {one.zone_name}",
        description=f"Nobody knows this {one.object_class}, and it was never in {one.zone_name} before; "
        f"of {one.stays} stays there within four weeks {one.by_strangers} were of strangers.",
        expected=round(one.by_strangers / max(one.stays, 1), 4),
        actual=1.0,
        deviation=deviation,
        at=one.entry,
        track=one.track,
    )


def _deviation(chance: float) -> float:
    """The standard deviations beyond which a normal distribution has this chance."""
    return _FARTHEST if chance < 1e-18 else round(min(max(-_NORMAL.inv_cdf(chance), 0.0), _FARTHEST), 2)


def _severity(deviation: float) -> str:
    return "critical" if deviation >= _CRITICAL else "warning" if deviation >= _WARNING else "info"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
