from collections import defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from math import hypot

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homesec.sim.life.days import Plant
from homesec.sim.story import Role, Story
from homesec.sim.view.sight import FARTHEST_M, in_view, merged
from homesec.sim.world import World
from tests.sim.worlds import START, TWO_WEEKS, world

VEHICLES = ("car", "truck", "bus", "bicycle")
SECONDS = TWO_WEEKS.total_seconds()
moments = st.floats(0, SECONDS - 1).map(lambda second: START + timedelta(seconds=second))


def lives() -> dict[str, list[tuple[Story, Role]]]:
    """All roles of every thing, in the order of time."""
    found: defaultdict[str, list[tuple[Story, Role]]] = defaultdict(list)
    for story in world().stories:
        for role in story.roles:
            found[role.thing.id].append((story, role))
    return {name: sorted(roles, key=lambda one: one[0].began + one[1].since) for name, roles in found.items()}


@settings(max_examples=200, deadline=None)
@given(moments)
def test_nobody_is_in_two_places(when: datetime) -> None:
    names = [state.thing.id for state in world().at(when).states]
    assert len(names) == len(set(names))


def test_a_thing_plays_in_one_story_at_a_time() -> None:
    for name, roles in lives().items():
        for (before, first), (after, second) in pairwise(roles):
            assert before.began + first.until <= after.began + second.since + 1e-6, (name, before.id, after.id)


def test_whoever_is_out_cannot_leave_the_house_again() -> None:
    for name, roles in lives().items():
        for (before, first), (after, second) in pairwise(roles):
            assert first.goes == second.comes, (name, before.id, after.id)


def test_residents_begin_at_home_and_their_cars_on_the_driveway() -> None:
    for name, roles in lives().items():
        if name.startswith("member:"):
            assert roles[0][1].comes == "inside"
        if name in ("vehicle:ann", "vehicle:ben"):
            assert roles[0][1].comes == "there"


def test_what_stands_somewhere_is_where_it_was_left() -> None:
    for name, roles in lives().items():
        for (before, first), (_, second) in pairwise(roles):
            if first.goes == "there":
                left, found = first.keys[-1], second.keys[0]
                assert hypot(left.x - found.x, left.y - found.y) < 0.01, (name, before.id)


def test_a_parcel_that_was_taken_is_gone() -> None:
    theft = next(story for story in world().stories if story.name == "package theft")
    parcel = next(role.thing.id for role in theft.roles if role.thing.kind == "package")
    before = {state.thing.id for state in world().at(theft.start - timedelta(seconds=1)).states}
    after = {state.thing.id for state in world().at(theft.end + timedelta(seconds=1)).states}
    assert parcel in before
    assert parcel not in after


def test_no_two_vehicles_are_in_one_place() -> None:
    # From time to time on all busy days: the middles of two vehicles are never nearer than their widths.
    for number in range(14 * 2000):
        when = START + timedelta(days=number // 2000, hours=6, seconds=29 * (number % 2000))
        states = [one for one in world().at(when).states if one.thing.kind in VEHICLES]
        for index, one in enumerate(states):
            for other in states[:index]:
                apart = hypot(one.x - other.x, one.y - other.y)
                wide = (one.thing.look.width_m + other.thing.look.width_m) / 2
                bikes = "bicycle" in (one.thing.kind, other.thing.kind)
                assert apart > (0.8 if bikes else 0.95) * wide, (when, one, other)


@settings(max_examples=100, deadline=None)
@given(moments)
def test_who_is_in_view_is_announced(when: datetime) -> None:
    snapshot = world().at(when)
    for camera in world().property.cameras:
        announced = world().active(camera.id, when, when)
        for state in snapshot.states:
            if state.thing.kind == "person" and state.thing.id in snapshot.stories:
                margin = np.array([[state.x, state.y, state.z, -0.3]])
                if in_view(camera, margin, FARTHEST_M - 2.0)[0]:
                    assert announced, (camera.id, state)


def test_active_spans_lie_in_order_and_apart() -> None:
    for camera in world().property.cameras:
        spans = world().active(camera.id, world().start, world().end)
        assert spans
        assert all(since <= until for since, until in spans)
        assert all(before[1] < after[0] for before, after in pairwise(spans))


def test_nothing_is_announced_for_an_hour_in_which_nobody_comes() -> None:
    spans = world().active("back_yard", START, START + TWO_WEEKS)
    gaps = [(before[1], after[0]) for before, after in pairwise(spans) if after[0] - before[1] > timedelta(hours=2)]
    assert gaps
    assert world().active("back_yard", gaps[0][0] + timedelta(seconds=1), gaps[0][1] - timedelta(seconds=1)) == []


@given(st.lists(st.tuples(st.floats(0, 1000), st.floats(0, 50)).map(lambda one: (one[0], one[0] + one[1]))))
def test_merged_spans_cover_what_they_are_made_of(spans: list[tuple[float, float]]) -> None:
    found = merged(spans)
    assert all(any(a <= since and until <= b for a, b in found) for since, until in spans)
    assert all(before[1] < after[0] for before, after in pairwise(found))


def test_a_covered_camera_is_told_of() -> None:
    story = next(story for story in world().stories if story.name == "camera covered")
    later = world().at(story.start + timedelta(seconds=story.tampering[0].full + 10))
    assert [(one.camera, one.kind, one.amount) for one in later.mishaps] == [("front_door", "covered", 1.0)]


def test_a_storm_bends_the_trees() -> None:
    stormy = World(3, START, START + timedelta(days=1), plants=[Plant("storm", START + timedelta(hours=13))])
    story = next(story for story in stormy.stories if story.name == "storm")
    middle = stormy.at(story.start + timedelta(seconds=story.lasts / 2)).conditions
    assert middle.wind == 1.0
    assert middle.rain >= 0.8


def test_the_same_seed_gives_the_same_world_and_another_another() -> None:
    day = timedelta(days=1)
    assert World(6, START, START + day).stories == World(6, START, START + day).stories
    assert World(6, START, START + day).stories != World(7, START, START + day).stories


def test_a_longer_world_begins_like_a_shorter_one() -> None:
    short = World(6, START, START + timedelta(days=1), plants=()).stories
    long = World(6, START, START + timedelta(days=2), plants=()).stories
    assert long[: len(short)] == short


def test_times_need_a_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        World(1, START.replace(tzinfo=None), START.replace(tzinfo=None))
