"""Light and weather of any moment, from a seed: the sun as it really stands, the rest invented, smooth in time."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import asin, atan2, cos, pi, radians, sin

import numpy as np

from homesec.sim.values import Conditions

LATITUDE = radians(52.5)  # Berlin; the same in every time zone, so that days are as long as the stories expect
WINTER_MONTHS = (12, 1, 2)  # the only ones with snow
_EPOCH = datetime(2000, 1, 1, 12, tzinfo=UTC)  # J2000.0, from which the Almanac's formula counts days
_CLOUDS, _SHOWERS, _WIND, _COLD, _GUSTS, _SPELL = range(6)


def conditions(seed: int, when: datetime) -> Conditions:
    """Sun and weather at a moment, which must carry its time zone."""
    altitude, azimuth = sun(when)
    hours = (when - _EPOCH) / timedelta(hours=1)
    spell = _wave(seed, _SPELL, hours / 60.0)  # settled and unsettled days follow one another
    clouds = _rise(0.65 * _wave(seed, _CLOUDS, hours / 5.0) + 0.35 * spell, 0.32, 0.72)
    wet = _rise(_wave(seed, _SHOWERS, hours / 3.0) * clouds, 0.55, 0.85) * _rise(spell, 0.35, 0.6)
    cold = _rise(_wave(seed, _COLD, hours / 96.0), 0.35, 0.6) * _winter(when)
    snow = wet * cold
    # Snow lies for as long as the cold spell lasts, and at least while it snows hard.
    cover = max(_rise(cold * (0.4 + 0.6 * _wave(seed, _COLD, hours / 96.0 - 0.5)), 0.35, 0.7), min(1.0, 1.2 * snow))
    wind = 0.08 + 0.35 * spell * _wave(seed, _WIND, hours / 4.0) + 0.15 * _rise(_wave(seed, _GUSTS, hours), 0.6, 1.0)
    storm = _rise(_wave(seed, _WIND, hours / 30.0), 0.8, 0.97)
    return Conditions(
        when=when,
        sun_altitude=altitude,
        sun_azimuth=azimuth,
        clouds=max(clouds, min(1.0, 2.5 * wet), 0.85 * storm),
        rain=wet * (1.0 - cold),
        snow=snow,
        snow_cover=cover if _winter(when) > 0 else 0.0,
        wind=min(1.0, wind + 0.7 * storm),
    )


def sun(when: datetime) -> tuple[float, float]:
    """Where the sun stands: altitude above the horizon and azimuth, radians, 0 = east, counter-clockwise.

    The low-precision formula of the Astronomical Almanac, as in J. J. Michalsky, Solar Energy 40 (1988) 227-235, good
    to 0.01 degrees. The longitude is that of the time zone's winter time, so that noon is about at 12 there.
    """
    days = (when - _EPOCH) / timedelta(days=1)
    anomaly = radians((357.528 + 0.9856003 * days) % 360)
    longitude = radians((280.460 + 0.9856474 * days + 1.915 * sin(anomaly) + 0.020 * sin(2 * anomaly)) % 360)
    tilt = radians(23.439 - 0.0000004 * days)
    ascension = atan2(cos(tilt) * sin(longitude), cos(longitude))
    declination = asin(sin(tilt) * sin(longitude))
    winter_offset = when.replace(month=1, day=1).utcoffset() or timedelta()
    utc_hour = ((when - _EPOCH) / timedelta(hours=1) + 12) % 24
    sidereal_hours = (6.697375 + 0.0657098242 * days + utc_hour) % 24
    hour_angle = radians(sidereal_hours * 15 + winter_offset / timedelta(hours=1) * 15) - ascension
    altitude = asin(
        sin(LATITUDE) * sin(declination) + cos(LATITUDE) * cos(declination) * cos(hour_angle),
    )
    east = -cos(declination) * sin(hour_angle)
    north = cos(LATITUDE) * sin(declination) - sin(LATITUDE) * cos(declination) * cos(hour_angle)
    return altitude, atan2(north, east)


def sun_direction(conditions: Conditions) -> tuple[float, float, float]:
    """Unit vector from the ground to the sun."""
    flat = cos(conditions.sun_altitude)
    return flat * cos(conditions.sun_azimuth), flat * sin(conditions.sun_azimuth), sin(conditions.sun_altitude)


def _winter(when: datetime) -> float:
    # 1 in the middle of winter, 0 outside the winter months, without a jump between.
    if when.month not in WINTER_MONTHS:
        return 0.0
    from_december = (when.replace(tzinfo=None) - datetime(when.year - (when.month < 12), 12, 1)) / timedelta(days=1)
    return _rise(45.0 - abs(from_december - 45.0), 0.0, 12.0)  # 45 days either side of mid-January


def _rise(value: float, low: float, high: float) -> float:
    share = min(1.0, max(0.0, (value - low) / (high - low)))
    return share * share * (3 - 2 * share)


def _wave(seed: int, channel: int, place: float) -> float:
    # Smooth noise in 0..1: random heights at whole numbers, a cosine between.
    before = int(place // 1)
    share = 0.5 - 0.5 * cos(pi * (place - before))
    return (1 - share) * _height(seed, channel, before) + share * _height(seed, channel, before + 1)


@lru_cache(maxsize=8192)
def _height(seed: int, channel: int, index: int) -> float:
    return float(np.random.default_rng([seed, 0x20, channel, index & 0xFFFFFFFF]).random())
