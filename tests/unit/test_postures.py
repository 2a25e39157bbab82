"""How a body is held, told from its points: drawn by hand, and of the simulated household's bodies."""

from collections import Counter
from datetime import timedelta

import numpy as np
import pytest

from homesec.domain.postures import UNKNOWN, posture
from homesec.sim.body import keypoints
from homesec.sim.body.burden import arranged
from homesec.sim.truth.features import pose
from homesec.sim.view.optics import View
from tests.sim.worlds import world

Points = list[tuple[float, float, float]]


def body(
    hips: tuple[float, float] = (0.5, 0.5), knees: tuple[float, float] = (0.5, 0.65),
    ankles: tuple[float, float] = (0.5, 0.8), shoulders: tuple[float, float] = (0.5, 0.3), wrists: float = 0.5,
) -> Points:  # fmt: skip
    """Both sides at one place; the face is above the shoulders."""
    face = [(shoulders[0], shoulders[1] - 0.06, 0.9)] * 5
    arms = [(*shoulders, 0.9)] * 2 + [(shoulders[0], 0.4, 0.9)] * 2 + [(shoulders[0], wrists, 0.9)] * 2
    return face + arms + [(*hips, 0.9)] * 2 + [(*knees, 0.9)] * 2 + [(*ankles, 0.9)] * 2


@pytest.mark.parametrize(
    ("points", "name"),
    [
        (body(), "standing"),
        (body(wrists=0.2), "arms_raised"),
        (body(wrists=0.28), "standing"),  # hardly above the shoulders
        (body(hips=(0.5, 0.7), knees=(0.55, 0.7), shoulders=(0.5, 0.5)), "crouching"),
        (body(hips=(0.5, 0.6), knees=(0.56, 0.62), shoulders=(0.5, 0.4)), "sitting"),
        (body(shoulders=(0.65, 0.4)), "bending_over"),
        (body(shoulders=(0.3, 0.76), hips=(0.5, 0.78), knees=(0.6, 0.79), ankles=(0.7, 0.8)), "lying_down"),
    ],
)
def test_a_drawn_body_is_held_as_it_was_drawn(points: Points, name: str) -> None:
    found, sure = posture(points, 16 / 9)
    assert found == name
    assert 0.8 <= sure <= 1


def test_what_is_not_seen_is_not_guessed() -> None:
    points = body()
    hidden = [(x, y, 0.1) for x, y, _ in points]
    assert posture(hidden, 1.0) == UNKNOWN
    assert posture(points[:11] + hidden[11:], 1.0) == UNKNOWN  # no hips
    name, sure = posture(points[:13] + hidden[13:], 1.0)  # no legs
    assert name == "standing"
    assert sure == pytest.approx(0.45)


def test_of_the_households_bodies_nine_in_ten_are_told_as_they_are() -> None:
    views = [View(camera) for camera in world().property.cameras]
    told: Counter[tuple[str, bool]] = Counter()
    for story in world().stories[::8]:
        for step in range(50):
            at = story.start + timedelta(seconds=6 * step)
            if at > story.end:
                break
            for state, _ in arranged(world().at(at).states):
                if state.thing.kind != "person":
                    continue
                truth = pose(state)
                for view in views:
                    points, _ = view.project(keypoints(state))
                    seen = np.isfinite(points).all() and points.min() >= 0 and points.max() <= 1
                    if seen and np.ptp(points[:, 1]) > 0.1:
                        found = posture([(x, y, 0.9) for x, y in points.tolist()], 16 / 9)[0]
                        told[truth, found == ("standing" if truth in ("walking", "running") else truth)] += 1
    right = sum(count for (_, is_right), count in told.items() if is_right)
    assert sum(told.values()) > 300
    assert right / sum(told.values()) > 0.9
    for name in ("crouching", "sitting"):
        assert told[name, True] > 2 * told[name, False], name
