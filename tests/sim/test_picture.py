"""What the pictures of the simulated cameras are like."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from math import pi
from typing import Any
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from homesec.sim import looks
from homesec.sim.draw.backdrop import backdrop
from homesec.sim.draw.picture import encode, picture
from homesec.sim.property import household
from homesec.sim.values import Camera, Conditions, Mishap, Snapshot, State, Thing
from homesec.sim.weather import conditions

BERLIN = ZoneInfo("Europe/Berlin")
HOME = household(4)
FRONT, DRIVE, BACK, STREET = HOME.cameras
NOON = datetime(2026, 6, 10, 11, tzinfo=BERLIN)
NIGHT = datetime(2026, 6, 10, 23, 50, tzinfo=BERLIN)
SIZE = (240, 136)


def weather(when: datetime, **different: Any) -> Conditions:
    calm: dict[str, Any] = {"clouds": 0.2, "rain": 0.0, "snow": 0.0, "snow_cover": 0.0, "wind": 0.0}
    return replace(conditions(4, when), **{**calm, **different})


def seen(
    camera: Camera,
    when: datetime,
    states: Sequence[State] = (),
    mishaps: Sequence[Mishap] = (),
    size: tuple[int, int] = SIZE,
    **different: Any,
) -> NDArray[np.uint8]:
    moment = Snapshot(when, weather(when, **different), tuple(states), tuple(mishaps))
    return picture(HOME, camera, moment, *size)


def visitor(x: float = -0.6, y: float = -4.0) -> State:
    look = looks.person(np.random.default_rng(3))
    return State(Thing("stranger:1", look), x, y, pi / 2, action="walking", speed=1.2, phase=0.4)


def car(lights: bool) -> State:
    look = looks.vehicle(np.random.default_rng(5), "sedan")
    return State(Thing("vehicle:1", look), 9.0, -8.5, pi / 2, speed=2.0, action="driving", lights=lights)


def apart(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return float(np.abs(one.astype(int) - other).mean())


def test_the_same_moment_gives_the_same_bytes_and_another_time_other_noise() -> None:
    one, again = (encode(seen(FRONT, NOON, [visitor()]), exif_time=NOON) for _ in range(2))
    assert one == again
    assert encode(seen(FRONT, NOON.replace(second=1), [visitor()])) != one


def test_another_seed_is_another_house() -> None:
    other = household(5)
    moment = Snapshot(NOON, weather(NOON), ())
    assert apart(picture(HOME, FRONT, moment, *SIZE), picture(other, FRONT, moment, *SIZE)) > 2


@pytest.mark.parametrize("size", [(240, 136), (320, 180), (200, 150)])
def test_pictures_have_the_size_that_is_asked_for(size: tuple[int, int]) -> None:
    image = seen(BACK, NOON, size=size)
    assert image.shape == (size[1], size[0], 3)
    assert image.dtype == np.uint8


@pytest.mark.parametrize("camera", HOME.cameras, ids=lambda camera: camera.id)
def test_a_day_is_bright_and_has_contrast(camera: Camera) -> None:
    image = seen(camera, NOON)
    assert 70 < image.mean() < 190
    assert image.std() > 25


def test_a_visitor_changes_the_picture_where_he_is_and_nowhere_else() -> None:
    change = np.abs(seen(FRONT, NOON, [visitor()]).astype(int) - seen(FRONT, NOON)).max(axis=-1) > 0
    assert 0.003 < change.mean() < 0.15


def test_who_stands_behind_the_hedge_shows_less_of_himself() -> None:
    def shown(x: float) -> float:
        with_, without = seen(FRONT, NOON, [visitor(x, -6.0)], clouds=1.0), seen(FRONT, NOON, clouds=1.0)
        return float((np.abs(with_.astype(int) - without).max(axis=-1) > 12).sum())

    assert shown(-10.4) < 0.75 * shown(-7.6)


def test_by_night_infrared_cameras_are_grey_and_the_others_coloured() -> None:
    grey, coloured = seen(DRIVE, NIGHT), seen(FRONT, NIGHT)
    assert (grey[..., 0] == grey[..., 1]).all()
    assert (grey[..., 1] == grey[..., 2]).all()
    assert float(np.ptp(coloured.astype(int), axis=-1).mean()) > 8
    assert grey.mean() < seen(DRIVE, NOON).mean()


def test_the_porch_lamp_lights_the_porch_and_not_the_far_lawn() -> None:
    lit = backdrop(HOME, FRONT, weather(NIGHT), 0.0, *SIZE)
    place = lit.scene.place
    porch = (np.abs(place[..., 0] + 0.5) < 1) & (np.abs(place[..., 1] + 1) < 0.8) & (place[..., 2] < 0.1)
    lawn = (place[..., 0] < -3) & (place[..., 1] < -6) & (place[..., 1] > -9) & (place[..., 2] < 0.1)
    assert lit.picture[porch].mean() > 1.6 * lit.picture[lawn].mean()


def test_headlights_light_the_ground_before_the_car() -> None:
    camera = replace(DRIVE, infrared=False)
    ahead = seen(camera, NIGHT, [car(lights=True)]).astype(int) - seen(camera, NIGHT, [car(lights=False)])
    assert (ahead.max(axis=-1) > 15).mean() > 0.02


def test_shadows_move_with_the_sun() -> None:
    morning, evening = (weather(NOON.replace(hour=hour), clouds=0.0) for hour in (8, 19))
    shade = [backdrop(HOME, DRIVE, light, 0.0, *SIZE).picture.mean(axis=-1) for light in (morning, evening)]
    assert (np.abs(shade[0] - shade[1]) > 25).mean() > 0.03


def test_snow_is_white_and_rain_is_drawn() -> None:
    winter = datetime(2026, 1, 20, 12, tzinfo=BERLIN)
    bare, white = seen(BACK, winter, clouds=1.0), seen(BACK, winter, clouds=1.0, snow_cover=1.0)
    assert white.mean() > bare.mean() + 15
    assert apart(seen(STREET, NOON, clouds=1.0), seen(STREET, NOON, clouds=1.0, rain=0.9)) > 4


def test_small_pictures_show_hard_rain_too() -> None:
    """A drop on the lens is a pixel at least."""
    assert seen(STREET, NOON, size=(64, 36), clouds=1.0, rain=1.0).shape == (36, 64, 3)


def test_trees_sway_in_the_wind_and_stand_still_without() -> None:
    lit = backdrop(HOME, DRIVE, weather(NOON), 0.0, *SIZE)
    later = NOON.replace(second=1)
    assert np.array_equal(lit.swaying(NOON, 0.0), lit.swaying(later, 0.0))
    assert not np.array_equal(lit.swaying(NOON, 0.9), lit.swaying(later, 0.9))


def test_a_covered_camera_is_dark_and_flat() -> None:
    covered = seen(FRONT, NOON, mishaps=[Mishap("front_door", "covered", 1.0, "s")])
    below = covered[SIZE[1] // 5 :]
    assert below.mean() < 60
    assert cv2.Laplacian(cv2.GaussianBlur(below, (5, 5), 0), cv2.CV_64F).std() < 4


@pytest.mark.parametrize("kind", ["covered", "sprayed", "turned"])
def test_mishaps_grow_with_their_amount_and_leave_other_cameras_alone(kind: Any) -> None:
    clean = seen(FRONT, NOON)
    little, much = (seen(FRONT, NOON, mishaps=[Mishap("front_door", kind, amount, "s")]) for amount in (0.15, 0.9))
    assert 0 < apart(clean, little) < apart(clean, much)
    assert np.array_equal(clean, seen(FRONT, NOON, mishaps=[Mishap("driveway", kind, 1.0, "s")]))


def test_jpegs_carry_the_time_of_the_camera_with_its_offset() -> None:
    with Image.open(BytesIO(encode(seen(FRONT, NOON), exif_time=NOON))) as image:
        tags = image.getexif().get_ifd(0x8769)
        assert image.size == SIZE
    assert tags[0x9003] == "2026:06:10 11:00:00"
    assert tags[0x9011] == "+02:00"


def test_a_wrong_clock_is_written_into_the_picture() -> None:
    moment = Snapshot(NOON, weather(NOON), ())
    right, wrong = (
        picture(HOME, FRONT, moment, *SIZE, stamp=stamp) for stamp in (None, datetime(2001, 1, 1, tzinfo=BERLIN))
    )
    change = np.abs(right.astype(int) - wrong).max(axis=-1) > 0
    assert change[: SIZE[1] // 8].any()
    assert not change[SIZE[1] // 8 :].any()
