from dataclasses import replace
from itertools import pairwise
from math import hypot

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from homesec.sim.draw.painter import paint
from homesec.sim.values import KINDS, Camera, State
from homesec.sim.view.optics import View
from homesec.sim.view.silhouette import Box, Silhouette, silhouettes
from tests.sim.cast import CAMERAS, before, states, thing

SIZE = (640, 360)
ODD = (255, 0, 255)  # no thing has this colour
ANYTHING = st.sampled_from(CAMERAS).flatmap(lambda camera: st.tuples(st.just(camera), states(KINDS, camera)))


def painted_box(view: View, *seen: State, depth: NDArray[np.float32] | None = None) -> NDArray[np.int64] | None:
    """Where a picture differs from its background, in pixels x0, y0, x1, y1."""
    picture = np.full((SIZE[1], SIZE[0], 3), ODD, dtype=np.uint8)
    paint(picture, view, seen, depth, shadow=0.0)
    rows, columns = np.nonzero(np.abs(picture.astype(int) - np.array(ODD)).sum(axis=2) > 100)
    return np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]) if len(rows) else None


def pixels(box: Box | None) -> NDArray[np.float64]:
    assert box is not None
    scaled: NDArray[np.float64] = np.array(box) * np.array([*SIZE, *SIZE])
    return scaled


def of(found: list[Silhouette], state: State) -> Silhouette:
    return next(silhouette for silhouette in found if silhouette.thing == state.thing)


def holds(outer: Box, inner: Box) -> bool:
    slack = 1e-9
    return all(outer[i] <= inner[i] + slack and inner[i + 2] <= outer[i + 2] + slack for i in (0, 1))


@given(ANYTHING)
@settings(max_examples=150, deadline=None)
def test_boxes_fit_what_is_painted_within_two_pixels(case: tuple[Camera, State]) -> None:
    camera, state = case
    if state.posture == "sitting":
        state = replace(state, posture="crouching")  # the chair is painted, and is no part of who sits on it
    view = View(camera)
    found = silhouettes(view, (state,))
    if not found or found[0].visible_share < 0.3:  # of slivers at the edge of the frame hardly a pixel is painted
        return
    painted = painted_box(view, state)
    assert painted is not None
    # Two pixels, and a third of one for the soft edge that counts as painted.
    assert np.abs(pixels(found[0].visible_box) - painted).max() <= 2.34


@given(ANYTHING)
@settings(max_examples=150, deadline=None)
def test_boxes_lie_in_the_frame_and_hold_the_visible_ones(case: tuple[Camera, State]) -> None:
    camera, state = case
    for found in silhouettes(View(camera), (state,)):
        assert found.box is not None
        assert found.visible_box is not None
        assert 0.0 <= found.box[0] < found.box[2] <= 1.0
        assert 0.0 <= found.box[1] < found.box[3] <= 1.0
        assert holds(found.box, found.visible_box)
        assert 0.0 < found.visible_share <= 1.0
        assert found.distance_m == pytest.approx(hypot(state.x - camera.x, state.y - camera.y))


@given(ANYTHING)
@settings(max_examples=60, deadline=None)
def test_a_coarser_raster_moves_no_edge_that_nothing_hides(case: tuple[Camera, State]) -> None:
    camera, state = case
    fine, coarse = (silhouettes(View(camera), (state,), raster=raster) for raster in ((320, 180), (64, 36)))
    for first, second in zip(fine, coarse, strict=True):
        if first.visible_share == 1.0:
            assert first.visible_box == second.visible_box


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_crowd_hides_one_another_and_nobody_gains_by_it(data: st.DataObject) -> None:
    camera = data.draw(st.sampled_from(CAMERAS))
    crowd = data.draw(
        st.lists(states(("person", "car", "dog"), camera), min_size=2, max_size=5, unique_by=lambda s: s.thing.id)
    )
    view = View(camera)
    together = silhouettes(view, crowd)
    for state in crowd:
        for alone in silhouettes(view, (state,)):
            among = of(together, state)
            assert among.visible_share <= alone.visible_share + 1e-9
            assert (among.visible_box is None) == (among.visible_share == 0.0)
            if among.visible_box and alone.visible_box:
                cell = 1 / 100
                assert np.all(np.array(among.visible_box[:2]) >= np.array(alone.visible_box[:2]) - cell)
                assert np.all(np.array(among.visible_box[2:]) <= np.array(alone.visible_box[2:]) + cell)


def test_the_nearest_comes_first() -> None:
    camera = CAMERAS[3]
    crowd = [State(thing("person", seed), *before(camera, 5.0 + 3 * seed, 0.02), 0.0) for seed in range(4)]
    distances = [found.distance_m for found in silhouettes(View(camera), crowd)]
    assert distances == sorted(distances)


def test_who_stands_behind_a_van_is_hidden_but_still_has_a_box() -> None:
    camera = Camera("low", 0.0, 0.0, 1.5, 0.0, 0.05, 1.2, False)
    van, behind = State(thing("truck"), 9.0, 0.0, np.pi / 2), State(thing("person", 3), 14.0, 0.0, 0.0)
    found = of(silhouettes(View(camera), (van, behind)), behind)
    assert found.box is not None
    assert found.visible_box is None
    assert found.visible_share == 0.0


def test_a_hedge_leaves_the_upper_half_and_its_box() -> None:
    camera = CAMERAS[1]
    view = View(camera)
    state = State(thing("person"), *before(camera, 7.0), 0.0)
    whole = of(silhouettes(view, (state,)), state)
    assert whole.box is not None
    assert whole.visible_share == 1.0
    middle = (whole.box[1] + whole.box[3]) / 2
    depth = np.full((360, 640), np.inf, dtype=np.float32)
    depth[int(middle * 360) :] = 2.0
    half = of(silhouettes(view, (state,), depth), state)
    assert half.box == pytest.approx(whole.box, abs=2 / 360)
    assert half.visible_box is not None
    assert half.visible_box[3] == pytest.approx(middle, abs=2 / 360)
    assert 0.3 < half.visible_share < 0.7
    painted = painted_box(view, state, depth=depth)
    assert painted is not None
    assert np.abs(pixels(half.visible_box) - painted).max() <= 2.34


def test_at_the_edge_of_the_frame_the_box_is_cut_and_the_share_falls() -> None:
    camera = CAMERAS[1]
    view = View(camera)
    shares = []
    for aside in np.linspace(0.4, 1.2, 33):
        x, y = before(camera, 9.0, float(aside))
        found = silhouettes(view, (State(thing("car"), x, y, camera.yaw + float(aside)),))
        shares.append(found[0].visible_share if found else 0.0)
        if found and shares[-1] < 0.98:
            assert found[0].box is not None
            assert found[0].box[0] == 0.0  # turned to the left of the view
    assert shares[0] == 1.0
    assert shares[-1] == 0.0
    assert all(later <= earlier + 0.03 for earlier, later in pairwise(shares))


def test_what_is_carried_is_reported_where_the_hands_are() -> None:
    camera = CAMERAS[1]
    carrier = State(thing("person", name="p"), *before(camera, 6.0), camera.yaw + np.pi)
    parcel = State(thing("package"), 50.0, 50.0, 0.0, carrier="p")
    found = of(silhouettes(View(camera), (carrier, parcel)), parcel)
    assert hypot(found.state.x - carrier.x, found.state.y - carrier.y) < 0.8
    assert found.thing == parcel.thing
    turned = of(silhouettes(View(camera), (replace(carrier, heading=camera.yaw), parcel)), parcel)
    assert turned.visible_share < 0.6 < found.visible_share


def test_what_a_person_only_pushes_is_no_part_of_its_box() -> None:
    camera = CAMERAS[2]
    walker = State(thing("person"), *before(camera, 8.0), camera.yaw + 1.57, speed=1.0, phase=0.5, action="mowing")
    view = View(camera)
    assert silhouettes(view, (walker,))[0].box == silhouettes(view, (replace(walker, holds="mower"),))[0].box


def test_the_ground_point_is_at_the_feet() -> None:
    camera = CAMERAS[1]
    found = silhouettes(View(camera), (State(thing("person"), *before(camera, 7.0), 0.3),))[0]
    assert found.box is not None
    assert found.box[0] < found.foot[0] < found.box[2]
    assert found.foot[1] == pytest.approx(found.box[3], abs=0.03)
