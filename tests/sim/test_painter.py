from dataclasses import replace
from math import pi, radians

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray

from homesec.sim.draw.painter import Canvas, paint
from homesec.sim.values import KINDS, Camera, Kind, State
from homesec.sim.view.optics import View
from tests.sim.cast import CAMERAS, before, states, thing

VIEW = View(CAMERAS[1])
GROUND = (150, 160, 140)
SUN = (0.5, -0.5, 0.707)


def canvas(width: int = 640, height: int = 360) -> Canvas:
    return np.full((height, width, 3), GROUND, dtype=np.uint8)


def painted(*seen: State, depth: NDArray[np.float32] | None = None, shadow: float = 0.0) -> Canvas:
    picture = canvas()
    paint(picture, VIEW, seen, depth, SUN, shadow=shadow)
    return picture


def changed(picture: Canvas) -> NDArray[np.bool_]:
    difference: NDArray[np.bool_] = (picture != np.array(GROUND, dtype=np.uint8)).any(axis=2)
    return difference


def standing(kind: Kind, distance_m: float = 8.0, aside: float = 0.0, seed: int = 0) -> State:
    return State(thing(kind, seed), *before(CAMERAS[1], distance_m, aside), 0.4)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_thing_shows_in_more_than_one_colour(kind: Kind) -> None:
    picture = painted(standing(kind))
    assert changed(picture).sum() > 20
    assert len(np.unique(picture[changed(picture)], axis=0)) > 5


def test_the_same_things_give_the_same_bytes_and_others_give_others() -> None:
    first = painted(standing("person"), standing("car", 12.0))
    assert first.tobytes() == painted(standing("person"), standing("car", 12.0)).tobytes()
    assert first.tobytes() != painted(standing("person", seed=3), standing("car", 12.0)).tobytes()


@given(states(KINDS, CAMERAS[1], near_m=-1.0))
@settings(max_examples=120, deadline=None)
def test_nothing_anywhere_breaks_the_painter(state: State) -> None:
    paint(canvas(160, 90), VIEW, (state,), None, SUN)


def test_what_is_behind_the_camera_or_beside_its_view_is_not_painted() -> None:
    camera = CAMERAS[1]
    behind = replace(standing("person"), x=before(camera, -5.0)[0], y=before(camera, -5.0)[1])
    assert not changed(painted(behind, standing("car", 12.0, aside=pi / 2))).any()


def test_fixed_things_hide_what_is_behind_them_and_not_what_is_before_them() -> None:
    state = standing("person")
    depth = np.full((360, 640), np.inf, dtype=np.float32)
    everything = changed(painted(state))
    columns = np.flatnonzero(everything.any(axis=0))
    middle = int(columns.mean())
    depth[:, :middle] = 4.0
    half = changed(painted(state, depth=depth))
    assert not half[:, :middle].any()
    assert (half[:, middle:] == everything[:, middle:]).all()
    depth[:, :middle] = 20.0
    assert (changed(painted(state, depth=depth)) == everything).all()


def test_the_nearer_thing_covers_the_farther_one() -> None:
    near = standing("person", 4.0)
    alone, together = painted(near), painted(standing("truck", 12.0), near)
    # Away from its soft edge, the near one looks the same before the truck.
    inside = cv2.erode(changed(alone).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert inside.sum() > 100
    assert (alone[inside] == together[inside]).all()


def test_shadows_darken_the_ground_on_the_side_away_from_the_sun() -> None:
    state = replace(standing("person"), heading=0.0)
    with_shadow, without = painted(state, shadow=1.0), painted(state)
    darker = with_shadow.astype(int).sum(axis=2) < without.astype(int).sum(axis=2) - 20
    assert darker.sum() > 60
    rows, columns = np.nonzero(darker)
    ground = VIEW.ground(np.column_stack([(columns + 0.5) / 640, (rows + 0.5) / 360]))
    away = (np.nanmean(ground, axis=0) - np.array([state.x, state.y])) @ np.array(SUN[:2])
    assert away < -0.2


def test_a_fixed_thing_that_stands_before_the_ground_gets_no_shadow() -> None:
    depth = np.full((360, 640), 1.0, dtype=np.float32)
    assert not changed(painted(standing("person"), depth=depth, shadow=1.0)).any()


def test_tints_darken_people_but_not_lamps() -> None:
    camera = Camera("c", 0.0, 0.0, 1.6, 0.0, 0.1, radians(60), False)
    coming = State(thing("car"), 8.0, 0.0, pi, lights=True)
    dark = canvas()
    paint(dark, View(camera), (coming,), tints=[np.full(3, 0.05, np.float32)], shadow=0.0)
    seen = changed(dark)
    assert dark[seen].mean() < 40
    assert dark[seen].max() > 200


def test_number_plates_can_be_read_when_they_are_near() -> None:
    camera = Camera("c", 0.0, 0.0, 1.2, 0.0, 0.15, radians(40), False)

    def face(plate: str | None) -> Canvas:
        which = thing("car")
        state = State(replace(which, look=replace(which.look, plate=plate)), 6.0, 0.0, pi)
        picture = canvas()
        paint(picture, View(camera), (state,), shadow=0.0)
        return picture

    blank, first, second = face(None), face("B-AB 1234"), face("B-CD 5678")
    difference = (first != second).any(axis=2)
    assert 10 < difference.sum() < 2000
    assert ((blank != first).any(axis=2) | ~difference).all()


def test_a_canvas_of_another_aspect_is_refused() -> None:
    with pytest.raises(ValueError, match="400x400"):
        paint(canvas(400, 400), VIEW, ())


def test_any_size_shows_the_same_picture() -> None:
    small, large = canvas(), canvas(1280, 720)
    for picture in (small, large):
        paint(picture, VIEW, (standing("car"), standing("person", 5.0)), shadow=0.0)
    shrunk = cv2.resize(large, (640, 360), interpolation=cv2.INTER_AREA)
    assert np.abs(shrunk.astype(int) - small.astype(int)).mean() < 2.0
