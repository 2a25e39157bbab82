"""Where the things of the world are in a camera's frame."""

from dataclasses import replace
from math import pi

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homesec.sim.property import PLACES, household
from homesec.sim.values import Camera
from homesec.sim.view.optics import NEAR_M, View

CAMERAS = household(1).cameras
LEVEL = Camera("level", 0.0, 0.0, 2.0, pi / 2, 0.0, pi / 2, False)


def test_what_is_straight_ahead_is_in_the_middle_and_its_depth_is_its_distance() -> None:
    uv, depth = View(LEVEL).project(np.array([[0.0, 7.0, 2.0]]))
    assert uv[0] == pytest.approx([0.5, 0.5])
    assert depth[0] == pytest.approx(7.0)


def test_right_is_right_and_down_is_down() -> None:
    uv, _ = View(LEVEL).project(np.array([[10.0, 10.0, 2.0], [0.0, 10.0, 0.0]]))
    assert uv[0] == pytest.approx([1.0, 0.5])  # 45 degrees to the east of a camera that looks north over 90 degrees
    assert uv[1, 0] == pytest.approx(0.5)
    assert uv[1, 1] > 0.5


@given(u=st.floats(0, 1), v=st.floats(0.6, 1), which=st.integers(0, len(CAMERAS) - 1), turned=st.floats(0, 1))
def test_a_place_on_the_ground_is_found_again_from_where_it_is_seen(
    u: float, v: float, which: int, turned: float
) -> None:
    view = View(CAMERAS[which], turned=turned)
    ground = view.ground(np.array([[u, v]]))
    uv, depth = view.project(np.column_stack([ground, [0.0]]))
    assert uv[0] == pytest.approx([u, v], abs=1e-9)
    assert depth[0] > 0


def test_there_is_no_ground_above_the_horizon() -> None:
    assert np.isnan(View(LEVEL).ground(np.array([[0.5, 0.5], [0.2, 0.1]]))).all()


def test_what_is_behind_the_lens_is_nowhere_in_the_frame() -> None:
    uv, depth = View(LEVEL).project(np.array([[0.0, -3.0, 2.0]]))
    assert np.isnan(uv).all()
    assert depth[0] == pytest.approx(-3.0)


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9), st.floats(0, 4)), min_size=3, max_size=6))
def test_a_clipped_polygon_is_all_in_front_of_the_lens(corners: list[tuple[float, float, float]]) -> None:
    view = View(LEVEL)
    _, depth = view.project(view.clip_polygon(np.array(corners)))
    assert (depth >= NEAR_M - 1e-9).all()


@pytest.mark.parametrize(
    ("camera", "zone"),
    [
        ("front_door", "porch"),
        ("front_door", "walk"),
        ("front_door", "sidewalk"),
        ("front_door", "front_lawn"),
        ("driveway", "driveway"),
        ("driveway", "sidewalk"),
        ("back_yard", "back_yard"),
        ("back_yard", "back_door"),
        ("street_side", "sidewalk"),
        ("street_side", "front_lawn"),
    ],
)
def test_cameras_see_the_zones_that_they_are_there_for(camera: str, zone: str) -> None:
    home = household(1)
    seen = View(home.camera(camera)).ground_polygon(np.array(home.zone(zone).ground))
    assert len(seen) >= 3
    assert seen.min() >= 0.0
    assert seen.max() <= 1.0


@pytest.mark.parametrize(
    ("camera", "place"),
    [
        ("front_door", "door"),
        ("front_door", "porch"),
        ("front_door", "gate"),
        ("driveway", "car_spot_1"),
        ("driveway", "car_spot_2"),
        ("driveway", "drive_mouth"),
        ("back_yard", "back_door"),
        ("back_yard", "back_window"),
        ("back_yard", "fence_north"),
        ("back_yard", "fence_west"),
        ("street_side", "lawn_west"),
    ],
)
def test_a_person_at_a_place_is_seen_from_waist_to_head(camera: str, place: str) -> None:
    x, y = PLACES[place]
    uv, _ = View(household(1).camera(camera)).project(np.array([[x, y, 1.0], [x, y, 1.7]]))
    assert uv.min() >= 0.0
    assert uv.max() <= 1.0


def test_the_front_door_and_the_driveway_see_one_piece_of_ground_together() -> None:
    home = household(1)
    spot = np.array([[1.7, -11.0, 0.0], [1.7, -11.0, 1.75]])
    for name in ("front_door", "driveway"):
        uv, _ = View(home.camera(name)).project(spot)
        assert ((uv > 0) & (uv < 1)).all()


def test_a_turned_camera_sees_something_else() -> None:
    camera = CAMERAS[1]
    spot = np.array([[*PLACES["car_spot_1"], 0.5]])
    straight, _ = View(camera).project(spot)
    turned, _ = View(camera, turned=1.0).project(spot)
    assert abs(float(turned[0, 0] - straight[0, 0])) > 0.3


def test_zones_of_lines_and_polygons_have_names_of_their_own() -> None:
    names = [zone.name for zone in household(1).zones]
    assert len(set(names)) == len(names)


def test_seeds_change_the_looks_but_not_the_plan() -> None:
    one, other = household(1), household(2)
    assert one.facade != other.facade
    assert replace(one, facade=other.facade, seed=2) == other
