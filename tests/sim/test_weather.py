"""Sun and weather of the simulated world."""

from datetime import UTC, datetime, timedelta
from math import degrees
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homesec.sim.weather import conditions, sun, sun_direction

BERLIN = ZoneInfo("Europe/Berlin")
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)).map(lambda when: when.replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("when", "altitude"),
    [
        (datetime(2026, 6, 21, 13, tzinfo=BERLIN), 60.9),  # 90 - 52.5 + 23.44
        (datetime(2026, 12, 21, 12, tzinfo=BERLIN), 14.1),  # 90 - 52.5 - 23.44
        (datetime(2026, 3, 20, 18, tzinfo=BERLIN), 0.8),  # the day on which it sets at six
    ],
)
def test_the_sun_stands_as_high_as_the_season_says(when: datetime, altitude: float) -> None:
    assert degrees(sun(when)[0]) == pytest.approx(altitude, abs=0.6)


def test_the_sun_goes_from_east_over_south_to_west() -> None:
    day = datetime(2026, 3, 20, tzinfo=BERLIN)
    morning, noon, evening = (sun_direction(conditions(1, day.replace(hour=h))) for h in (8, 12, 17))
    assert morning[0] > 0.7
    assert noon[1] < -0.7
    assert evening[0] < -0.7


def test_summer_nights_are_short_and_winter_nights_long() -> None:
    assert conditions(1, datetime(2026, 6, 21, 20, tzinfo=BERLIN)).light == "day"
    assert conditions(1, datetime(2026, 12, 21, 17, tzinfo=BERLIN)).light == "night"


@given(seed=st.integers(0, 50), when=MOMENTS)
def test_weather_stays_in_its_bounds_and_changes_smoothly(seed: int, when: datetime) -> None:
    here, next_minute = conditions(seed, when), conditions(seed, when + timedelta(minutes=1))
    for name in ("clouds", "rain", "snow", "snow_cover", "wind"):
        value = getattr(here, name)
        assert 0.0 <= value <= 1.0
        assert abs(getattr(next_minute, name) - value) < 0.06
    assert here == conditions(seed, when)


@given(seed=st.integers(0, 50), when=MOMENTS)
def test_it_snows_in_winter_only(seed: int, when: datetime) -> None:
    here = conditions(seed, when)
    if 3 <= when.month <= 11:
        assert here.snow == here.snow_cover == 0.0


def test_a_year_has_all_kinds_of_weather() -> None:
    start = datetime(2026, 1, 1, tzinfo=BERLIN)
    for seed in (1, 2, 3):
        hours = [conditions(seed, start + timedelta(hours=h)) for h in range(0, 365 * 24, 2)]
        wet = np.mean([h.rain > 0.1 for h in hours])
        assert 0.01 < wet < 0.25
        assert any(h.snow_cover > 0.5 for h in hours)
        assert any(h.wind > 0.7 for h in hours)
        assert np.mean([h.clouds < 0.2 for h in hours]) > 0.1


def test_seeds_have_different_weather() -> None:
    start = datetime(2026, 5, 1, tzinfo=BERLIN)
    assert [conditions(1, start + timedelta(hours=h)).clouds for h in range(48)] != [
        conditions(2, start + timedelta(hours=h)).clouds for h in range(48)
    ]
