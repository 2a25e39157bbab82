from collections import Counter
from datetime import UTC, datetime, timedelta
from math import sqrt
from zoneinfo import ZoneInfo

import pytest

from homesec.sim.life.days import DAYTIME, STANDING, Plant, plants_for, stories
from homesec.sim.life.habits import APPOINTMENTS, CHANCES, expected
from homesec.sim.life.rates import appearances, expected_rate
from homesec.sim.stories.cast import cast
from homesec.sim.stories.catalogue import PLANTED, STORYLINES
from homesec.sim.stories.driving import drive
from homesec.sim.story import Story
from homesec.sim.world import World
from tests.sim.worlds import BERLIN, START, TWO_WEEKS, world

CAST = cast(5)


def told(start: datetime, days: float, plants: tuple[Plant, ...] = (), zone: ZoneInfo = BERLIN) -> list[Story]:
    return stories(5, CAST, start, start + timedelta(days=days), zone, plants)


def test_every_name_of_habits_is_in_the_catalogue() -> None:
    names = {chance.storyline for chance in CHANCES} | {one.storyline for one in APPOINTMENTS}
    names |= {after.storyline for one in APPOINTMENTS for after in one.then}
    assert names <= set(STORYLINES)


def test_ids_are_unique_and_stories_in_order() -> None:
    ids = [story.id for story in world().stories]
    assert len(ids) == len(set(ids))
    starts = [story.start for story in world().stories]
    assert starts == sorted(starts)


def test_every_incident_is_planted_as_often_as_asked() -> None:
    planted = Counter(plant.storyline for plant in world().plants)
    happened = Counter(story.name for story in world().stories)
    assert planted == dict.fromkeys(PLANTED, 2)
    for name, number in planted.items():
        assert happened[name] == number, name


def test_incidents_happen_at_hours_that_suit_them() -> None:
    for plant in plants_for(9, START, START + 10 * TWO_WEEKS, BERLIN, 1.0):
        hour = plant.when.hour + plant.when.minute / 60
        low, high = DAYTIME.get(plant.storyline, (22.5, 28.5))
        assert low - 0.02 <= hour <= high + 0.02 or low - 0.02 <= hour + 24 <= high + 0.02, plant


def test_without_plants_life_is_ordinary() -> None:
    assert {story.label for story in told(START, 7)} == {"benign"}


def test_a_plant_happens_at_its_moment() -> None:
    when = START + timedelta(hours=11)
    found = {story.name: story for story in told(START, 1, (Plant("package theft", when),))}
    theft = found["package theft"]
    assert abs(theft.start - when) < timedelta(minutes=15)
    thing = next(role.thing.id for role in theft.roles if role.thing.kind == "package")
    left = [story for story in told(START, 1, (Plant("package theft", when),)) if thing in _things(story)]
    assert [story.name for story in left] == ["courier on foot", "package theft"]


@pytest.mark.parametrize("day", [datetime(2026, 3, 29), datetime(2026, 10, 25)])
def test_days_on_which_the_clock_is_changed_are_days_like_others(day: datetime) -> None:
    found = told(day.replace(tzinfo=BERLIN), 1.0)
    assert len(found) > 60
    local = [story.start.astimezone(BERLIN) for story in found[1:]]
    assert all(one.date() == day.date() for one in local[:-3])
    assert [one.astimezone(UTC) for one in local] == sorted(one.astimezone(UTC) for one in local)


def test_residents_keep_to_their_days_in_another_time_zone() -> None:
    zone = ZoneInfo("America/New_York")
    start = datetime(2026, 5, 4, tzinfo=zone)
    hours = [story.start.hour for story in told(start, 5, (), zone) if story.name == "off to school"]
    assert hours
    assert set(hours) <= {7, 8}


def test_stories_happen_as_often_as_their_rates_say() -> None:
    # Four weeks in May; five standard deviations, and a little for those that must wait or are left out.
    span = timedelta(days=28)
    happened = Counter(story.name for story in told(START, 28))
    for name in STORYLINES:
        if name in PLANTED or name == STANDING:
            continue
        mean = sum(expected(name, (START + timedelta(hours=n)).weekday(), n % 24, 5) for n in range(28 * 24))
        assert abs(happened[name] - mean) < 5 * sqrt(mean) + 0.08 * mean + 3, (name, happened[name], mean, span)


def test_what_comes_into_view_fits_the_expected_rates() -> None:
    quiet = World(8, START, START + TWO_WEEKS, plants=0.0)
    for camera in ("front_door", "street_side", "driveway"):
        for kind in ("person", "car", "dog"):
            seen = appearances(quiet, camera, kind, quiet.start, quiet.end)
            mean = sum(2 * expected_rate(quiet, camera, kind, day, hour) for day in range(7) for hour in range(24))
            total = sum(seen.values())
            assert abs(total - mean) < 5 * sqrt(mean) + 0.1 * mean + 2, (camera, kind, total, mean)


def test_more_happens_by_day_than_by_night() -> None:
    by_day = sum(expected_rate(world(), "street_side", "person", 2, hour) for hour in range(7, 20))
    by_night = sum(expected_rate(world(), "street_side", "person", 2, hour) for hour in (22, 23, 0, 1, 2, 3, 4, 5))
    assert by_day > 5 * by_night


def test_a_drive_starts_and_ends_at_rest_where_it_is_told_to() -> None:
    keys = drive([(0.0, 0.0), (60.0, 0.0)], 3.0, 9.0, first=0.0, last=0.0)
    assert keys[0].at == 3.0
    assert (keys[-1].x, keys[-1].y) == (60.0, 0.0)
    # Never faster than told, and slower on the whole because of its ends.
    assert 60.0 / 9.0 + 3 < keys[-1].at - keys[0].at < 60.0 / 9.0 + 8


def _things(story: Story) -> set[str]:
    return {role.thing.id for role in story.roles}
