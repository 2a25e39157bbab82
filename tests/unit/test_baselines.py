"""Habits from counted hours: local time, empty hours, forgetting, and how unlikely a count is."""

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from homesec.domain.baselines import (
    HALF_LIFE_H,
    Habit,
    Ints,
    daily,
    day_start,
    hour_of,
    like_days,
    local,
    moment_of,
    observed,
    tail,
    upper_tail,
    weekly,
    weights,
)

BERLIN = "Europe/Berlin"
MONDAY = hour_of(datetime(2026, 5, 4, tzinfo=UTC))


def spring() -> Ints:
    """The hours of the local Sunday on which Berlin's clocks skip 02:00."""
    return np.arange(hour_of(datetime(2026, 3, 28, 23, tzinfo=UTC)), hour_of(datetime(2026, 3, 29, 22, tzinfo=UTC)))


def autumn() -> Ints:
    """The hours of the local Sunday on which 02:00 comes twice."""
    return np.arange(hour_of(datetime(2026, 10, 24, 22, tzinfo=UTC)), hour_of(datetime(2026, 10, 25, 23, tzinfo=UTC)))


def habit_of(rates: np.ndarray, weeks: int, zone: str = "UTC", start: int = MONDAY) -> Habit:
    """What is learned from Poisson counts with these rates, shape (7, 24)."""
    rng = np.random.default_rng(7)
    hours = np.arange(start, start + weeks * 168)
    slot = local(hours, zone).slot
    counts = rng.poisson(rates.ravel()[slot]).astype(float)
    at = np.flatnonzero(counts)
    return weekly(slot, weights(hours, int(hours[-1]) + 1), at, counts[at])


def test_a_skipped_local_hour_is_none_and_a_repeated_one_counts_twice() -> None:
    assert len(spring()) == 23
    assert sorted(set(range(24)) - set(local(spring(), BERLIN).hour.tolist())) == [2]
    repeated = local(autumn(), BERLIN).hour.tolist()
    assert len(repeated) == 25
    assert repeated.count(2) == 2
    assert set(local(autumn(), BERLIN).slot // 24) == {6}


def test_where_clocks_differ_by_half_hours_an_hour_belongs_to_what_its_middle_shows() -> None:
    assert local(np.array([MONDAY]), "Asia/Kolkata").slot.tolist() == [6]  # 05:30 to 06:30


def test_a_day_begins_at_local_midnight_also_where_the_clock_skips_it() -> None:
    assert day_start(datetime(2026, 3, 29).date(), BERLIN) == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert day_start(datetime(2026, 9, 6).date(), "America/Santiago") == datetime(2026, 9, 6, 4, tzinfo=UTC)


def test_what_happens_at_a_local_hour_stays_there_when_the_clocks_change() -> None:
    start = hour_of(datetime(2026, 3, 9, tzinfo=UTC))  # three weeks before the change, five after
    hours = np.arange(start, start + 8 * 168)
    slot = local(hours, BERLIN).slot
    at = np.flatnonzero(slot % 24 == 7)
    habit = weekly(slot, weights(hours, int(hours[-1]) + 1), at, np.full(len(at), 4.0))
    assert habit.mean[:, 7] == pytest.approx(4.0)
    assert habit.mean[:, [6, 8]] == pytest.approx(0.0)


def test_empty_hours_count() -> None:
    hours = np.arange(MONDAY, MONDAY + 4 * 168)
    slot = local(hours, "UTC").slot
    weight = np.ones(len(hours))
    at = np.flatnonzero(slot == 34)[:2]  # Tuesday 10:00, on two of four Tuesdays
    habit = daily(slot, weight, at, np.array([3.0, 5.0]))
    assert habit.mean[10] == pytest.approx(8 / 28)
    assert habit.samples.tolist() == [28] * 24


@pytest.mark.parametrize(
    ("uploads", "until", "away"),
    [
        ([0, 5, 9], 12, set()),  # rests of hours, known for less than a day
        ([0, 40], 41, set(range(1, 40))),  # more than a day before the rhythm is known
        ([*range(0, 200, 4), 260], 261, set(range(197, 260))),  # a rhythm of four hours, then days of silence
        ([*range(0, 200, 4), 206], 207, set()),  # a silence as long as twice the usual one
        ([*range(200)], 203, set()),  # the last silence is not long yet
        ([*range(200)], 230, set(range(200, 230))),  # now it is
    ],
)
def test_outages_are_told_from_rest_by_the_cameras_rhythm(uploads: list[int], until: int, away: set[int]) -> None:
    there = observed(np.array(uploads), until)
    assert set(range(until)) - set(there.tolist()) == away
    assert there.tolist() == sorted(there.tolist())


def test_a_camera_that_never_uploaded_was_never_there() -> None:
    assert not len(observed(np.empty(0, np.int64), 100))


def test_after_a_half_life_an_hour_weighs_half() -> None:
    old, new = weights(np.array([0, HALF_LIFE_H]), HALF_LIFE_H)
    assert old / new == pytest.approx(0.5)
    assert weights(np.arange(10), 10).sum() == pytest.approx(10, rel=0.01)


def test_busy_hours_are_learned_within_a_tenth_in_eight_weeks() -> None:
    rates = np.full((7, 24), 0.1)
    rates[:5, 7:19] = 18.0
    rates[5:, 10:20] = 14.0
    rates[3, 10] = 30.0  # Thursdays are different
    mean = habit_of(rates, 8, BERLIN, hour_of(datetime(2026, 3, 9, tzinfo=UTC))).mean
    busy = rates >= 14
    assert (abs(mean - rates)[busy] / rates[busy] < 0.1).mean() > 0.85
    assert mean[3, 10] > 22


def test_weekdays_that_are_not_alike_are_not_made_alike() -> None:
    rates = np.full((7, 24), 1.0)
    rates[[0, 2, 5], 8:20] = 12.0
    mean = habit_of(rates, 10).mean
    assert mean[[1, 3], 8:20].mean() < 2.0
    assert mean[[0, 2], 8:20].mean() > 11.0


def test_learning_twice_gives_the_same() -> None:
    first, second = (habit_of(np.full((7, 24), 2.0), 3) for _ in range(2))
    assert (first.mean == second.mean).all()
    assert (first.variance == second.variance).all()


def test_bursts_make_the_variance_larger_than_the_mean() -> None:
    hours = np.arange(MONDAY, MONDAY + 8 * 168)
    slot = local(hours, "UTC").slot
    at = np.arange(0, len(hours), 5)
    habit = weekly(slot, weights(hours, int(hours[-1]) + 1), at, np.full(len(at), 12.0))
    assert habit.variance.mean() > 3 * habit.mean.mean()


def test_samples_of_like_weekdays_are_added() -> None:
    found = like_days(np.full((7, 24), 2))
    assert found[0, 0] == 10
    assert found[6, 23] == 4


def test_the_tail_is_exact() -> None:
    poisson = [math.exp(-3) * 3**k / math.factorial(k) for k in range(60)]
    assert upper_tail(5, 3.0, 3.0) == pytest.approx(sum(poisson[5:]))
    size, share = 2.0, 0.6  # of a negative binomial with mean 3 and variance 7.5
    binomial = [
        math.gamma(k + size) / math.gamma(size) / math.factorial(k) * (1 - share) ** size * share**k for k in range(100)
    ]
    assert upper_tail(5, 3.0, 7.5) == pytest.approx(sum(binomial[5:]), rel=1e-6)
    assert upper_tail(0, 3.0, 7.5) == 1.0
    assert upper_tail(40, 3.0, 3.0) < 1e-25


def test_nothing_is_said_before_ten_hours_are_known() -> None:
    assert tail(50, 1.0, 1.0, 9) is None
    assert tail(50, 1.0, 1.0, 10) is not None


def test_few_samples_make_everything_less_certain() -> None:
    few, many = tail(6, 1.0, 1.0, 10), tail(6, 1.0, 1.0, 500)
    assert few is not None
    assert many is not None
    assert few > 2 * many


def test_hours_are_whole_hours_since_1970() -> None:
    at = datetime(2026, 5, 4, 13, 59, tzinfo=UTC)
    assert moment_of(hour_of(at)) == at - timedelta(minutes=59)
