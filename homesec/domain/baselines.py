"""What is usual at which local hour, computed from a ledger of counted hours, and how unlikely a count is.

Hours are whole hours since 1970 (UTC). An hour belongs to the weekday and hour that the clock on the wall shows in its
middle, so a local hour that occurs twice counts twice and one that the clock skips does not count.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

HALF_LIFE_H = 28 * 24  # what was usual four weeks ago counts half
KEPT_H = 16 * 7 * 24  # beyond, an hour would weigh less than a sixteenth
MIN_SAMPLES = 10  # hours observed before anything is said of a slot
SLOTS = 7 * 24
_WEEKEND = np.array([False, False, False, False, False, True, True])
_RHYTHM_H = 7 * 24  # how far back a camera's longest silence is looked for
_UNKNOWN_SILENCE_H = 24  # a camera that is not known for that long may be silent for a day
_PRIOR_SAMPLES = 10.0  # samples that the common dispersion weighs beside those of one slot
_MIN_SPREAD = 1e-3  # squared relative difference between like weekdays: never certain that they are quite alike


@dataclass(frozen=True)
class Clock:
    """Local weekday (Monday 0), hour and day of some hours."""

    slot: Ints
    """weekday * 24 + hour."""
    day: Ints
    """Ordinal of the local date."""

    @property
    def hour(self) -> Ints:
        return self.slot % 24


@dataclass(frozen=True)
class Habit:
    """Mean and variance of what is counted in an hour, and how many hours that rests on; arrays of one shape."""

    mean: Floats
    variance: Floats
    samples: Ints


def local(hours: Ints, timezone: str) -> Clock:
    """What the wall's clock shows in the middle of these hours."""
    shown = np.array([_wall(hour, timezone) for hour in hours.tolist()], np.int64).reshape(-1, 2)
    return Clock(shown[:, 0], shown[:, 1])


@lru_cache(maxsize=1 << 15)  # the same sixteen weeks are asked for every hour
def _wall(hour: int, timezone: str) -> tuple[int, int]:
    moment = datetime.fromtimestamp(hour * 3600 + 1800, ZoneInfo(timezone))
    return moment.weekday() * 24 + moment.hour, moment.toordinal()


def day_start(day: date, timezone: str) -> datetime:
    """The moment (UTC) at which a local day begins, also where the clock skips midnight."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(timezone)).astimezone(UTC)


def observed(uploads: Ints, until: int) -> Ints:
    """The hours before `until` in which a camera was there, from the (sorted) hours in which it uploaded.

    A camera that uploads on motion may rest for long. A silence longer than three times its longest one in the week
    before is an outage, and none of its hours counts; so is one of more than a day while less than a week is known.
    The last silence is not over yet: it counts until it is too long.
    """
    if not len(uploads):
        return np.empty(0, np.int64)
    there = [uploads]
    bounds = np.append(uploads, until)
    gaps = np.diff(bounds) - 1
    for place in np.flatnonzero(gaps > 0):
        begins = uploads[place]
        first = np.searchsorted(uploads, begins - _RHYTHM_H)
        longest = int(gaps[first:place].max(initial=0))
        known = begins - uploads[0] >= _RHYTHM_H
        if gaps[place] <= (3 * max(longest, 1) if known else _UNKNOWN_SILENCE_H):
            there.append(np.arange(begins + 1, bounds[place + 1]))
    hours = np.sort(np.concatenate(there))
    return hours[hours < until]


def weights(hours: Ints, now: int) -> Floats:
    """Exponential forgetting, scaled so that weights add up to the number of samples they are worth (Kish, 1965)."""
    weight = 0.5 ** ((now - hours) / HALF_LIFE_H)
    return np.asarray(weight * (weight.sum() / np.square(weight).sum()) if len(weight) else weight)


def weekly(slot: Ints, weight: Floats, at: Ints, counts: Floats) -> Habit:
    """By weekday and hour, shape (7, 24). `slot` and `weight` are of all hours; `counts` happened in the hours `at`.

    A slot has few samples, so it is shrunk towards the mean of its hour on all workdays, or on the weekend: the more,
    the less the weekdays of this ledger differ. Empirical Bayes by moments, as in Robbins (1956) and Bühlmann (1967).
    """
    exposure = np.bincount(slot, weight, SLOTS).reshape(7, 24)
    total = np.bincount(slot[at], weight[at] * counts, SLOTS).reshape(7, 24)
    like = np.empty((7, 24))
    days = np.empty((7, 24))
    for group in (_WEEKEND, ~_WEEKEND):
        seen = exposure[group].sum(axis=0)
        like[group] = total[group].sum(axis=0) / np.maximum(seen, 1e-9)
        days[group] = np.maximum((exposure[group] > 0).sum(axis=0), 1)
    there = exposure > 0
    own = np.divide(total, exposure, out=like.copy(), where=there)
    dispersion = _dispersion(slot, weight, at, counts, own)
    noise = np.divide(dispersion * like, exposure, out=np.zeros((7, 24)), where=there) * (days - 1) / days
    differ = float((np.square(own - like) - noise)[there].sum() / max(np.square(like[there]).sum(), 1e-9))
    prior = dispersion / (max(differ, _MIN_SPREAD) * np.maximum(like, 1e-9))
    mean = (total + prior * like) / (exposure + prior)
    return Habit(mean, _variance(slot, weight, at, counts, mean, dispersion), _samples(slot, 7 * 24).reshape(7, 24))


def like_days(samples: Ints) -> Ints:
    """Hours that an estimate of `weekly` rests on: those of like weekdays too; shape (7, 24)."""
    found = np.empty_like(samples)
    for group in (_WEEKEND, ~_WEEKEND):
        found[group] = samples[group].sum(axis=0)
    return found


def daily(slot: Ints, weight: Floats, at: Ints, counts: Floats) -> Habit:
    """By hour of the day, shape (24,)."""
    hour = slot % 24
    exposure = np.bincount(hour, weight, 24)
    mean = np.bincount(hour[at], weight[at] * counts, 24) / np.maximum(exposure, 1e-9)
    dispersion = _dispersion(hour, weight, at, counts, mean)
    return Habit(mean, _variance(hour, weight, at, counts, mean, dispersion), _samples(hour, 24))


def spread(weight: Floats, values: Floats) -> tuple[float, float]:
    """Weighted mean and standard deviation; zeros for nothing."""
    whole = max(float(weight.sum()), 1e-9)
    mean = float((weight * values).sum()) / whole
    return mean, math.sqrt(max(float((weight * np.square(values)).sum()) / whole - mean * mean, 0.0))


def tail(count: int, mean: float, variance: float, samples: int) -> float | None:
    """How likely so many or more are in an hour with this habit; None until the habit rests on enough hours.

    The habit itself is uncertain: half an event is added to what was seen, and the variance of the mean to that of a
    count. The count is negative binomial with these moments, or Poisson without overdispersion.
    """
    if samples < MIN_SAMPLES:
        return None
    mean = mean + 0.5 / samples
    return upper_tail(count, mean, max(variance, mean) * (1.0 + 1.0 / samples))


def upper_tail(count: int, mean: float, variance: float) -> float:
    """P(X >= count) of a negative binomial of these moments; of a Poisson where the variance is not above the mean."""
    if count <= 0:
        return 1.0
    if variance <= mean * (1.0 + 1e-9):
        log_term = count * math.log(mean) - mean - math.lgamma(count + 1)
        size, share = math.inf, 0.0
    else:
        size, share = mean * mean / (variance - mean), (variance - mean) / variance
        log_term = (
            math.lgamma(count + size) - math.lgamma(size) - math.lgamma(count + 1)
            + size * math.log1p(-share) + count * math.log(share)
        )  # fmt: skip
    term, total, k = math.exp(log_term), 0.0, count
    while term > total * 1e-12 and total < 1.0:  # each term is the one before times a ratio that falls towards `share`
        total += term
        term *= mean / (k + 1) if math.isinf(size) else share * (k + size) / (k + 1)
        k += 1
    return min(total, 1.0)


def _dispersion(slot: Ints, weight: Floats, at: Ints, counts: Floats, mean: Floats) -> float:
    """Variance over mean, common to all slots: Pearson's statistic over its degrees of freedom; at least Poisson's."""
    squares = _squares(slot, weight, at, counts, mean)
    filled = np.bincount(slot, weight, mean.size)
    free = np.clip(filled - 1.0, 0.0, None)  # each slot's own mean costs one sample
    expected = float((mean.ravel() * free).sum())
    return max(float(squares.sum()) / expected, 1.0) if expected > 1.0 else 1.0


def _variance(
    slot: Ints, weight: Floats, at: Ints, counts: Floats, mean: Floats, dispersion: float
) -> Floats:
    """Of each slot, shrunk towards the common dispersion."""
    squares = _squares(slot, weight, at, counts, mean).reshape(mean.shape)
    exposure = np.bincount(slot, weight, mean.size).reshape(mean.shape)
    return np.asarray((squares + _PRIOR_SAMPLES * dispersion * mean) / (exposure + _PRIOR_SAMPLES))


def _squares(slot: Ints, weight: Floats, at: Ints, counts: Floats, mean: Floats) -> Floats:
    """Weighted sum of squared distances from the mean, by slot; hours in which nothing was counted are zeros."""
    level = mean.ravel()
    exposure = np.bincount(slot, weight, level.size)
    total = np.bincount(slot[at], weight[at] * counts, level.size)
    square = np.bincount(slot[at], weight[at] * np.square(counts), level.size)
    return np.asarray(np.clip(square - 2.0 * level * total + level * level * exposure, 0.0, None))


def _samples(slot: Ints, size: int) -> Ints:
    return np.bincount(slot, minlength=size).astype(np.int64)


def hour_of(moment: datetime) -> int:
    return int(moment.timestamp() // 3600)


def moment_of(hour: int) -> datetime:
    return datetime.fromtimestamp(hour * 3600, UTC)


def rounded(values: Sequence[float] | Floats) -> list[float]:
    """As it is stored: digits that mean something, so that a rerun finds the same."""
    return [round(float(value), 4) for value in np.asarray(values).ravel()]
