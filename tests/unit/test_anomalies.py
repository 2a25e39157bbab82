"""What is unusual in a zone, and what is not yet, or never was."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from homesec.domain.anomalies import (
    Hour,
    Stay,
    StayHabit,
    unusual_dwell,
    unusual_frequency,
    unusual_time,
)
from homesec.domain.baselines import hour_of
from homesec.domain.rare_hours import RareHours, rare_hours

AT = datetime(2026, 3, 3, 3, 20, tzinfo=UTC)
USUAL = StayHabit(200, float(np.log(20)), float(np.log(60)))


def stay(seconds: float = 20.0, at: datetime = AT, kind: str = "person", zone: int = 1) -> Stay:
    return Stay(1, zone, kind, at, seconds, ("00000000-0000-4000-8000-000000000005", 7))


def by_day(days: int, hours: range = range(8, 20)) -> np.ndarray:
    """Local hours since 1970 of something that comes at each of these hours of each day."""
    return np.array([day * 24 + hour for day in range(days) for hour in hours])


def learned(days: int = 56, *more: int, kind: str = "person") -> RareHours:
    return rare_hours({(1, kind): np.concatenate([by_day(days), np.array(more, np.int64)])}, days)


def test_an_hour_without_anything_for_weeks_is_rare() -> None:
    found = unusual_time(stay(), learned(), "Porch", "UTC")
    assert found is not None
    assert (found.anomaly_type, found.expected, found.actual, found.severity) == ("unusual_time", 0.0, 1.0, "info")
    assert found.description == "A person was in Porch at 03:20; round that hour it was so never in 56 days."
    assert found.track == stay().track


@pytest.mark.parametrize(
    ("at", "timezone", "rare"),
    [
        ("2026-03-03T12:00", "UTC", False),
        ("2026-03-03T20:30", "UTC", False),  # next to a usual hour
        ("2026-03-03T22:30", "UTC", True),
        ("2026-03-03T22:30", "America/New_York", False),  # 17:30 there
    ],
)
def test_the_clock_on_the_wall_decides(at: str, timezone: str, rare: bool) -> None:
    seen = stay(at=datetime.fromisoformat(at).replace(tzinfo=UTC))
    assert (unusual_time(seen, learned(), "Porch", timezone) is not None) == rare


def test_nothing_is_rare_in_the_first_days() -> None:
    assert unusual_time(stay(), learned(9), "Porch", "UTC") is None
    assert unusual_time(stay(), learned(10), "Porch", "UTC") is not None


def test_a_night_is_said_once_and_the_next_one_again() -> None:
    times = (AT, AT + timedelta(hours=1), AT - timedelta(hours=4, minutes=30), AT + timedelta(days=1))
    ids = [found.id for at in times if (found := unusual_time(stay(at=at), learned(), "Porch", "UTC"))]
    assert len(ids) == 4
    assert ids[0] == ids[1] == ids[2] != ids[3]


def test_where_nights_are_restless_a_visit_at_night_is_not_rare() -> None:
    restless = [day * 24 + (day * 5) % 7 for day in range(0, 56, 4)]  # now and then, at any hour of the night
    assert unusual_time(stay(), learned(56, *restless), "Porch", "UTC") is None


def test_one_visit_in_two_months_leaves_the_hours_far_from_it_rare() -> None:
    once = learned(56, 20 * 24 + 23)
    assert unusual_time(stay(), once, "Porch", "UTC") is not None


def test_a_class_that_was_never_there_is_rare_where_new_ones_seldom_come() -> None:
    assert unusual_time(stay(kind="truck"), learned(), "Porch", "UTC") is not None
    often_new = {(1, name): np.array([24 * day]) for day, name in enumerate(("car", "bus", "truck", "boat"))}
    assert unusual_time(stay(kind="train"), rare_hours(often_new, 56), "Porch", "UTC") is None


def test_few_false_alarms_where_things_come_by_chance() -> None:
    """Three zones with rates that fall towards the night: eight weeks learned, eight weeks judged."""
    rng = np.random.default_rng(11)
    rates = np.clip(np.cos((np.arange(24) - 14) / 24 * 2 * np.pi) + 0.3, 0.002, None)
    counts = {(zone, "person"): rng.poisson(rates, (112, 24)) for zone in (1, 2, 3)}
    hours = {key: np.flatnonzero(found) for key, found in counts.items()}
    rare = rare_hours({key: at[at < 56 * 24] for key, at in hours.items()}, 56)
    start = datetime(1970, 1, 1, tzinfo=UTC)
    found = {
        alarm.id
        for (zone, _), at in hours.items()
        for hour in at[at >= 56 * 24].tolist()
        if (alarm := unusual_time(stay(at=start + timedelta(hours=hour), zone=zone), rare, "Porch", "UTC"))
    }
    assert rare.limits
    assert len(found) <= 8  # one a week


def hour(tracks: int, mean: float = 2.0, variance: float = 2.0, samples: int = 40) -> Hour:
    return Hour(1, "person", hour_of(AT), tracks, mean, variance, samples)


@pytest.mark.parametrize(
    ("one", "found"),
    [
        (hour(5), False),
        (hour(14), True),
        (hour(14, variance=20.0), False),  # where bursts are usual
        (hour(14, samples=9), False),  # not learned yet
        (hour(3, mean=0.0, variance=0.0, samples=400), False),  # three are never too many
        (hour(6, mean=0.0, variance=0.0, samples=400), True),
    ],
)
def test_too_many_are_far_beyond_what_chance_brings(one: Hour, found: bool) -> None:
    alarms = unusual_frequency([one], 10, {1: "Porch"}, "UTC")
    assert bool(alarms) == found
    if alarms:
        assert alarms[0].description.startswith(f"{one.tracks} of class person came to Porch in the hour from 03:00")
        assert alarms[0].deviation > 3


def test_the_more_is_judged_the_rarer_it_must_be() -> None:
    assert unusual_frequency([hour(11)], 1, {1: "Porch"}, "UTC")
    assert not unusual_frequency([hour(11)], 10_000, {1: "Porch"}, "UTC")


@pytest.mark.parametrize(
    ("seconds", "habit", "found"),
    [
        (90.0, USUAL, False),  # too short to be too long
        (140.0, StayHabit(200, float(np.log(70)), float(np.log(80))), False),  # less than twice what is usual
        (900.0, USUAL, True),
        (900.0, None, False),
        (900.0, StayHabit(9, USUAL.median, USUAL.longest), False),  # not learned yet
        (900.0, StayHabit(200, float(np.log(600)), float(np.log(1800))), False),  # people sit there
    ],
)
def test_too_long_a_stay_is_far_beyond_the_zones_habit(seconds: float, habit: StayHabit | None, found: bool) -> None:
    assert (unusual_dwell(stay(seconds), habit, 100.0, "Porch") is not None) == found


def test_a_stay_that_grows_is_one_anomaly_and_gets_no_new_id() -> None:
    first, later = (unusual_dwell(stay(seconds), USUAL, 100.0, "Porch") for seconds in (900.0, 4000.0))
    assert first is not None
    assert later is not None
    assert first.id == later.id
    assert later.deviation > first.deviation
    assert first.description == "A person stays in Porch for 15 min and longer; half of all such stays end within 20 s."


def test_animals_and_vehicles_are_rare_only_after_longer_than_persons() -> None:
    for name, weeks, expected in (("person", 2, 0), ("dog", 2, None), ("dog", 8, 0), ("car", 2, None)):
        hours = np.arange(7 * weeks, dtype=np.int64) * 24 + 12  # each day at noon
        rare = rare_hours({(zone, name): hours for zone in range(6)}, 7.0 * weeks)
        assert rare.days_near(5, name, 2) == expected
