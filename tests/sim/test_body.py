from dataclasses import replace
from math import hypot, pi
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homesec.sim import looks
from homesec.sim.body import keypoints, parts
from homesec.sim.body.burden import arranged
from homesec.sim.body.order import far_to_near
from homesec.sim.values import ACTIONS, KINDS, Camera, Kind, Part, Posture, State
from homesec.sim.view.optics import View
from tests.sim.cast import CAMERAS, HELD, before, states, thing

NOSE, LEFT_SHOULDER, RIGHT_SHOULDER, LEFT_WRIST, RIGHT_WRIST = 0, 5, 6, 9, 10
LEFT_HIP, LEFT_KNEE, LEFT_ANKLE, RIGHT_ANKLE = 11, 13, 15, 16
ANYBODY = states(("person",), CAMERAS[0])


def lowest_m(made: list[Part]) -> float:
    return min(
        float(part.points[:, 2].min()) - (0.0 if part.form == "polygon" else max(part.radii))
        for part in made
        if part.solid
    )


def highest_m(made: list[Part]) -> float:
    return max(float(part.points[:, 2].max()) for part in made if part.solid)


@pytest.mark.parametrize("kind", KINDS)
def test_every_thing_stands_on_the_ground_and_is_about_as_tall_as_its_look_says(kind: Kind) -> None:
    for seed in range(6):
        state = State(thing(kind, seed), 3.0, -4.0, 0.7)
        made = parts(state)
        assert -0.06 < lowest_m(made) < 0.08
        assert 0.75 * state.thing.look.height_m < highest_m(made) < 1.2 * state.thing.look.height_m + 0.05


@pytest.mark.parametrize("kind", KINDS)
def test_parts_are_where_the_thing_is_and_turn_with_it(kind: Kind) -> None:
    state = State(thing(kind), 3.0, -4.0, 0.3)
    turned = replace(state, x=0.0, y=0.0, heading=0.3 + pi)
    for part, other in zip(parts(state), parts(turned), strict=True):
        aside = part.points - np.array([3.0, -4.0, 0.0])
        assert np.allclose(aside * np.array([-1.0, -1.0, 1.0]), other.points)


@given(ANYBODY)
@settings(max_examples=150, deadline=None)
def test_whatever_people_do_their_bones_keep_their_lengths_and_their_feet_stay_above_ground(state: State) -> None:
    points = keypoints(state)
    height = state.thing.look.height_m
    assert np.isfinite(points).all()
    thigh = float(np.linalg.norm(points[LEFT_HIP] - points[LEFT_KNEE]))
    shin = float(np.linalg.norm(points[LEFT_KNEE] - points[LEFT_ANKLE]))
    assert thigh == pytest.approx(0.245 * height, rel=0.03)
    assert shin == pytest.approx(0.235 * height, rel=0.03)
    assert points[:, 2].min() > -0.02
    assert np.hypot(points[:, 0] - state.x, points[:, 1] - state.y).max() < height


@given(ANYBODY)
@settings(max_examples=100, deadline=None)
def test_a_person_has_a_moderate_number_of_parts_in_valid_forms(state: State) -> None:
    made = parts(state)
    assert 15 <= len(made) <= 45
    for part in made:
        assert np.isfinite(part.points).all()
        assert part.form == "polygon" or len(part.radii) == len(part.points)


def test_left_is_left_and_the_nose_is_ahead_in_every_posture() -> None:
    for posture in get_args(Posture):
        # To the north: left is the west; who lies on the back with the head to the north has the left in the east.
        points = keypoints(State(thing("person"), 0.0, 0.0, pi / 2, posture=posture))
        if posture == "lying_down":
            assert points[LEFT_SHOULDER][0] > points[RIGHT_SHOULDER][0]
            assert points[NOSE][2] < 0.4
        else:
            assert points[LEFT_SHOULDER][0] < points[RIGHT_SHOULDER][0]
            assert points[NOSE][1] > points[LEFT_SHOULDER][1]


def test_postures_differ_as_their_names_say() -> None:
    def nose_m(posture: Posture) -> float:
        return float(keypoints(State(thing("person"), 0.0, 0.0, 0.0, posture=posture))[NOSE][2])

    standing = nose_m("standing")
    assert nose_m("lying_down") < 0.3 * standing
    assert nose_m("crouching") < 0.7 * standing
    assert nose_m("bending_over") < 0.75 * standing
    assert nose_m("sitting") < 0.85 * standing
    raised = keypoints(State(thing("person"), 0.0, 0.0, 0.0, posture="arms_raised"))
    assert raised[LEFT_WRIST][2] > raised[NOSE][2]
    assert raised[RIGHT_WRIST][2] > raised[NOSE][2]


@pytest.mark.parametrize(
    ("action", "holds", "ahead_m"),
    [
        ("ringing", None, 0.3),
        ("trying a door handle", None, 0.25),
        ("spraying", "spray_can", 0.3),
        ("threatening", "knife", 0.4),
        ("covering a camera", None, 0.15),
    ],
)
def test_who_reaches_for_something_stretches_the_right_arm_ahead(
    action: str, holds: str | None, ahead_m: float
) -> None:
    resting = State(thing("person", 1), 0.0, 0.0, 0.0, action=action, holds=holds)
    reaching = keypoints(replace(resting, reach=1.0))[RIGHT_WRIST][0]
    assert reaching > ahead_m
    assert reaching > keypoints(resting)[RIGHT_WRIST][0]


def test_legs_swing_against_each_other_with_every_step_and_come_back_after_two() -> None:
    walker = State(thing("person"), 0.0, 0.0, 0.0, speed=1.4, action="walking", phase=0.5)
    first, second = keypoints(walker), keypoints(replace(walker, phase=1.5))
    assert first[LEFT_ANKLE][0] > first[RIGHT_ANKLE][0] + 0.3
    assert second[RIGHT_ANKLE][0] > second[LEFT_ANKLE][0] + 0.3
    assert np.allclose(first, keypoints(replace(walker, phase=2.5)))


def test_only_people_have_keypoints() -> None:
    with pytest.raises(ValueError, match="dog"):
        keypoints(State(thing("dog"), 0.0, 0.0, 0.0))


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("holds", [*HELD, "leash", "mower", "parcel"])
def test_every_action_can_be_done_with_anything_in_the_hand(action: str, holds: str | None) -> None:
    assert parts(State(thing("person", 2), 0.0, 0.0, 0.0, action=action, holds=holds, reach=0.5))


@pytest.mark.parametrize("style", looks.VEHICLES)
def test_lamps_shine_only_when_they_are_on(style: str) -> None:
    which = replace(thing("car"), look=looks.vehicle(np.random.default_rng(1), style))
    state = State(which, 0.0, 0.0, 0.0)
    assert not any(part.glow for part in parts(state))
    assert any(part.glow for part in parts(replace(state, lights=True)))


@given(st.sampled_from(("package", "backpack", "bicycle")), st.floats(-pi, pi), st.floats(0.0, 9.0))
@settings(deadline=None)
def test_what_is_carried_or_ridden_stays_with_its_carrier(kind: Kind, heading: float, phase: float) -> None:
    carrier = State(thing("person", name="p"), 5.0, -3.0, heading, speed=1.2, phase=phase)
    burden = State(thing(kind), 5.5, -3.0, 0.0, z=0.2, carrier="p", speed=1.2)
    (_, _), (moved, _) = arranged((carrier, burden))
    assert hypot(moved.x - 5.0, moved.y + 3.0) < 0.75
    assert moved.heading == heading
    assert moved.z < 1.6


def test_a_parcel_is_in_the_hands_and_a_backpack_on_the_back() -> None:
    carrier = State(thing("person", name="p"), 0.0, 0.0, 0.0)
    _, (parcel, _), (pack, _) = arranged(
        (carrier, State(thing("package"), 0, 0, 0, carrier="p"), State(thing("backpack"), 0, 0, 0, carrier="p"))
    )
    assert parcel.x > 0.15
    assert pack.x < -0.1


def test_a_leash_goes_to_a_dog_that_is_near_and_to_none_that_is_far() -> None:
    walker = State(thing("person", name="p"), 0.0, 0.0, 0.0, holds="leash")
    for distance_m, pieces in ((1.5, 2), (9.0, 0)):
        (_, leash), _ = arranged((walker, State(thing("dog"), distance_m, 0.0, 0.0)))
        assert len(leash) == pieces
        assert not any(part.solid for part in leash)


@pytest.mark.parametrize(
    ("person", "is_nearer"),
    [
        # A long car across the view; its middle is nearer to the lens than those who stand before its ends.
        ((2.0, 6.5), True),
        ((-2.0, 6.5), True),
        ((2.0, 9.5), False),
        ((0.0, 9.5), False),
    ],
)
def test_what_stands_before_a_long_car_is_painted_after_it(person: tuple[float, float], is_nearer: bool) -> None:
    view = View(Camera("c", 0.0, 0.0, 3.0, pi / 2, 0.2, 1.5, False))
    car, somebody = State(thing("car"), 0.0, 8.0, 0.0), State(thing("person"), *person, 0.0)
    everywhere = (0.0, 0.0, 1.0, 1.0)
    assert far_to_near(view, (car, somebody), (everywhere, everywhere)) == ([0, 1] if is_nearer else [1, 0])


def test_the_nearer_of_two_people_is_painted_last() -> None:
    view = View(CAMERAS[0])
    near, far = (State(thing("person", index), *before(CAMERAS[0], 3.0 + index), 0.0) for index in (0, 1))
    everywhere = (0.0, 0.0, 1.0, 1.0)
    assert far_to_near(view, (near, far), (everywhere, everywhere)) == [1, 0]
