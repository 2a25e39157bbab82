from datetime import datetime, timedelta
from itertools import pairwise
from math import hypot, isclose, pi
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homesec.sim import looks
from homesec.sim.stories.cast import cast
from homesec.sim.stories.catalogue import STORYLINES
from homesec.sim.stories.driving import drive
from homesec.sim.stories.scene import Scene
from homesec.sim.stories.track import Track, carried
from homesec.sim.story import Key, Role, Story, Tampering, blended
from homesec.sim.values import ACTIONS, Thing

NOON = datetime(2026, 5, 5, 12, tzinfo=ZoneInfo("Europe/Berlin"))
SOMEBODY = Thing("stranger:1", looks.person(np.random.default_rng(1)))
PARCEL = Thing("package:1", looks.package(np.random.default_rng(2)))
FASTEST = {"person": 6.6, "bicycle": 7.0, "car": 12.5, "truck": 12.5, "bus": 12.5, "bird": 14.0}  # metres a second
CAST = cast(3)


def scene(seed: int, dark: bool = False) -> Scene:
    inside = frozenset(member.thing.id for member in CAST.members)
    return Scene(f"s{seed}", np.random.default_rng(seed), NOON, CAST, dark=dark, inside=inside)


def played(name: str, seed: int) -> Story:
    return STORYLINES[name].story(scene(seed))


def test_a_walker_moves_evenly_between_keys() -> None:
    role = Track((0.0, 0.0), speed=1.5).go((3.0, 0.0)).role(SOMEBODY)
    state = role.state(1.0)
    assert state is not None
    assert (state.x, state.y, state.heading) == (1.5, 0.0, 0.0)
    assert isclose(state.speed, 1.5)
    assert state.action == "walking"


def test_nobody_is_there_before_coming_or_after_going() -> None:
    role = Track((0.0, 0.0), at=5.0).go((3.0, 0.0)).role(SOMEBODY)
    assert role.state(4.9) is None
    assert role.state(role.until + 0.1) is None


def test_what_goes_there_stays_at_its_last_place() -> None:
    role = Track((0.0, 0.0)).go((3.0, 0.0)).role(SOMEBODY, goes="there")
    later = role.state(1e6)
    assert later is not None
    assert (later.x, later.y, later.speed) == (3.0, 0.0, 0.0)


def test_directions_change_smoothly() -> None:
    role = Track((0.0, 0.0), speed=1.0).go((3.0, 0.0), (3.0, 3.0)).role(SOMEBODY)
    headings = [state.heading for at in np.arange(2.0, 4.0, 0.02) if (state := role.state(float(at)))]
    assert headings[0] == 0.0
    assert isclose(headings[-1], pi / 2)
    assert all(abs(after - before) < 0.1 for before, after in pairwise(headings))


def test_a_car_in_reverse_looks_against_its_way() -> None:
    role = Role(SOMEBODY, tuple(drive([(0.0, 0.0), (0.0, -8.0)], 0.0, 8.0, backwards=True)))
    state = role.state(2.0)
    assert state is not None
    assert isclose(state.heading % (2 * pi), pi / 2)


def test_a_parcel_that_is_put_down_stays_and_one_that_is_taken_goes_along() -> None:
    bearer = Track((0.0, 0.0)).go((3.0, 0.0)).stay(3.0, "placing a parcel").go((0.0, 0.0)).role(SOMEBODY)
    left = carried(PARCEL, bearer, left=3.0, spot=(3.4, 0.1))
    assert left.goes == "there"
    assert (left.rest.x, left.rest.y, left.rest.z, left.rest.carrier) == (3.4, 0.1, 0.0, None)
    taken = carried(PARCEL, bearer, taken=4.0, spot=(3.4, 0.1))
    first, late = taken.state(0.0), taken.state(bearer.until - 0.5)
    assert first is not None
    assert late is not None
    assert (first.x, first.carrier) == (3.4, None)
    assert late.carrier == SOMEBODY.id
    assert late.z > 0.5


@given(st.floats(-10, 10), st.floats(-10, 10), st.floats(0, 1))
def test_a_blend_of_angles_takes_the_shorter_way(first: float, second: float, share: float) -> None:
    assert abs(blended(first, second, share) - first) <= pi + 1e-9


def test_a_camera_that_is_covered_is_set_right_again() -> None:
    one = Tampering("front_door", "covered", 10.0, 12.0, 100.0)
    assert [one.amount(at) for at in (5.0, 11.0, 50.0, 97.5, 101.0)] == [0.0, 0.5, 1.0, 0.5, 0.0]


@pytest.mark.parametrize("name", sorted(STORYLINES))
def test_every_storyline_keeps_to_the_order_of_time_and_to_known_actions(name: str) -> None:
    for seed in range(6):
        for role in played(name, seed).roles:
            assert all(after.at > before.at for before, after in pairwise(role.keys)), role.thing.id
            assert all(key.action in ACTIONS for key in role.keys)
            assert role.since >= 0


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(STORYLINES)), st.integers(0, 10_000))
def test_nobody_jumps_or_is_faster_than_can_be(name: str, seed: int) -> None:
    story = played(name, seed)
    for role in story.roles:
        limit = FASTEST.get(role.thing.kind, 7.0)
        before = role.state(role.since)
        for at in np.arange(role.since + 0.1, min(role.until - 1e-6, role.since + 400.0), 0.1):
            state = role.state(float(at))
            assert state is not None
            assert before is not None
            if state.carrier == before.carrier:
                assert hypot(state.x - before.x, state.y - before.y) / 0.1 < limit + 0.5, (role.thing.id, at)
            before = state


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(sorted(STORYLINES)), st.integers(0, 10_000))
def test_nobody_walks_through_the_house_the_shed_or_the_fence(name: str, seed: int) -> None:
    for role in played(name, seed).roles:
        if role.thing.kind in ("bird", "package", "backpack"):
            continue
        for at in np.arange(role.since, role.until - 1e-6, 0.15):
            state = role.state(float(at))
            assert state is not None
            assert not (-5.95 < state.x < 5.95 and 0.05 < state.y < 8.95), (role.thing.id, at, state.x, state.y)
            assert not (8.1 < state.x < 10.9 and 22.1 < state.y < 24.9), (role.thing.id, at, state.x, state.y)
        for key, after in pairwise(role.keys):
            for wall, low, high in ((-9.0, 0.0, 26.0), (12.0, 6.0, 26.0)):
                if (key.x - wall) * (after.x - wall) < 0 and min(key.z, after.z) < 0.1 and max(key.z, after.z) < 1.0:
                    y = key.y + (after.y - key.y) * (wall - key.x) / (after.x - key.x)
                    assert not low < y < high, (role.thing.id, key)
            if (key.y - 26.0) * (after.y - 26.0) < 0 and max(key.z, after.z) < 1.0:
                assert not -9.0 < key.x < 12.0, (role.thing.id, key)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(STORYLINES)), st.integers(0, 10_000))
def test_people_come_and_go_by_doors_fences_or_the_ends_of_the_street(name: str, seed: int) -> None:
    for role in played(name, seed).roles:
        if role.thing.kind != "person":
            continue
        for key, comes in ((role.keys[0], role.comes), (role.keys[-1], role.goes)):
            if comes == "inside":
                assert min(hypot(key.x - x, key.y - y) for x, y in ((-1, -0.3), (2, 9.1), (-2, 9.25))) < 0.3
            else:
                beside_a_vehicle = any(
                    hypot(key.x - other.x, key.y - other.y) < 4.5
                    for one in played(name, seed).roles
                    if one.thing.kind in ("car", "truck")
                    for other in one.keys
                )
                assert abs(key.x) > 57 or key.y > 26 or beside_a_vehicle, (name, role.thing.id, key)


def test_the_same_chance_gives_the_same_story_and_another_another() -> None:
    assert played("package theft", 7) == played("package theft", 7)
    assert played("package theft", 7) != played("package theft", 8)


def test_a_story_tells_who_is_there_and_ends_when_the_last_has_gone() -> None:
    story = played("leaves on foot", 1)
    assert [state.thing.id for state in story.states(NOON + timedelta(seconds=5))] == ["member:dora"]
    assert story.states(story.end + timedelta(seconds=1)) == []


def test_labels_and_ranges_fit_each_other() -> None:
    for storyline in STORYLINES.values():
        low, high = storyline.expect
        assert 0 <= low <= high <= 100
        assert (storyline.label == "incident") == (low >= 60)
        assert storyline.label != "benign" or high <= 35


def test_a_key_stands_for_what_follows_it() -> None:
    role = Role(SOMEBODY, (Key(0, 0, 0, action="ringing"), Key(2, 0, 0, action="waiting"), Key(4, 0, 0)))
    states = [role.state(at) for at in (1.0, 3.0)]
    assert [state.action for state in states if state] == ["ringing", "waiting"]
