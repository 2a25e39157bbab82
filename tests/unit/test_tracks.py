"""Who is who from picture to picture."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from homesec.domain.followed import Box, Frame, Sighting
from homesec.domain.tracks import Step, Tracker

T0 = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
RED, BLUE = (np.array(look, np.float32) for look in ([1, 0, 0, 0], [0, 0.6, 0.8, 0]))
PARKED = (0.4, 0.5, 0.6, 0.65)


class Camera:
    """Shows a tracker what a test says, and keeps whose each detection is."""

    def __init__(self) -> None:
        self.tracker, self.members, self.shown = Tracker(), dict[int, int](), 0
        self.stationary: set[int] = set()

    def sees(self, second: float, *sightings: Sighting) -> Step:
        stored = json.dumps(self.tracker.to_json())
        self.tracker = Tracker.from_json(json.loads(stored))  # a restart before each picture
        frame = Frame(T0 + timedelta(seconds=second), (self.shown, 0), sightings)
        step = self.tracker.step(frame)
        self.shown += 1
        self.members |= step.members
        self.stationary |= step.stationary
        return step


def one(
    number: int,
    box: Box,
    name: str = "person",
    confidence: float = 0.9,
    look: NDArray[np.float32] | None = None,
    counts: bool = True,
) -> Sighting:
    return Sighting(number, name, confidence, box, look, counts)


def standing(x: float, y: float = 0.8, height: float = 0.2) -> Box:
    """The box of a person whose foot point is here."""
    return x - height / 8, y - height, x + height / 8, y


def walk(every_s: float, seconds: float, speed: float = 0.04, start: float = 0.1) -> list[tuple[float, float]]:
    """Moments and places of somebody who walks to the right, frame widths a second."""
    return [(step * every_s, start + speed * step * every_s) for step in range(int(seconds / every_s) + 1)]


def test_a_state_that_was_written_down_stays_as_it_is() -> None:
    """A late picture goes back to it, however far the following went on meanwhile."""
    tracker = Tracker()
    tracker.step(Frame(T0, (0, 0), (one(1, standing(0.3), confidence=0.5),)))
    kept = tracker.to_json()
    written = json.dumps(kept)
    for second in range(1, 5):
        at = T0 + timedelta(seconds=second)
        tracker.step(Frame(at, (second, 0), (one(1 + second, standing(0.3 + 0.02 * second), confidence=0.5),)))
    assert json.dumps(kept) == written


@pytest.mark.parametrize("every_s", [0.1, 0.5, 2.0, 3.0])
def test_somebody_who_walks_through_is_one_track_at_every_rhythm(every_s: float) -> None:
    camera = Camera()
    for number, (second, x) in enumerate(walk(every_s, 18)):
        camera.sees(second, one(number, standing(x)))
    assert set(camera.members.values()) == {1}
    assert len(camera.members) == camera.shown
    [track] = camera.tracker.tracks
    assert track.path.distance == pytest.approx(0.72, abs=0.05)
    assert track.average_speed == pytest.approx(0.04, abs=0.005)


def test_two_who_meet_are_told_apart_by_where_they_go_and_how_they_look() -> None:
    camera = Camera()
    for step in range(21):
        left, right = standing(0.3 + 0.02 * step), standing(0.7 - 0.02 * step, 0.81)
        camera.sees(step * 0.5, one(step, left, look=RED), one(100 + step, right, look=BLUE))
    assert {camera.members[step] for step in range(21)} == {1}
    assert {camera.members[100 + step] for step in range(21)} == {2}


def test_weak_detections_go_on_with_a_track_and_begin_none() -> None:
    camera = Camera()
    camera.sees(0, one(1, standing(0.2), confidence=0.2, counts=False))
    assert not camera.tracker.tracks
    camera.sees(0.5, one(2, standing(0.2)))
    camera.sees(1.0, one(3, standing(0.21), confidence=0.2, counts=False))
    assert camera.members == {2: 1, 3: 1}


def test_what_was_seen_faintly_becomes_a_track_with_all_its_detections_once_it_is_sure() -> None:
    camera = Camera()
    faint = [camera.sees(step, one(step, standing(0.2), confidence=0.5)).members for step in range(3)]
    assert faint == [{}, {}, {0: 1, 1: 1, 2: 1}]


def test_a_person_is_not_taken_for_a_dog_but_a_car_may_be_called_a_truck() -> None:
    camera = Camera()
    camera.sees(0, one(1, PARKED, "car"), one(2, standing(0.1)))
    camera.sees(1, one(3, PARKED, "truck", 0.5), one(4, standing(0.1), "dog"))
    assert camera.members[3] == 1
    assert camera.members[4] == 3
    assert [track.object_class for track in camera.tracker.tracks] == ["car", "person", "dog"]


def test_a_car_that_is_seen_as_car_and_truck_at_once_is_one() -> None:
    camera = Camera()
    for step in range(20):
        camera.sees(step, one(step, PARKED, "car"), one(100 + step, (0.4, 0.5, 0.61, 0.65), "truck", 0.5))
    assert set(camera.members.values()) == {1}
    assert camera.stationary == {*range(10, 20), *range(110, 120)}


def test_a_parked_car_is_remembered_through_night_and_flicker() -> None:
    camera = Camera()
    rng = np.random.default_rng(3)
    moments = [float(second) for second in range(0, 24 * 3600, 600) if not 8 * 3600 < second < 18 * 3600]
    for number, second in enumerate(moments):
        x1, y1, x2, y2 = (edge + float(jitter) for edge, jitter in zip(PARKED, rng.normal(0, 0.004, 4), strict=True))
        seen = rng.random() < 0.6 or number == 0
        camera.sees(second, *([one(number, (x1, y1, x2, y2), "car", look=RED if second < 3600 else BLUE)] * seen))
    assert set(camera.members.values()) == {1}
    assert set(camera.members) - camera.stationary == {0}  # only the first one is news
    assert len(camera.members) > 30


def test_a_parked_car_that_a_slow_camera_sees_faintly_is_news_once() -> None:
    camera = Camera()
    for number in range(8):
        camera.sees(30.0 * number, one(number, PARKED, "car", confidence=0.5))
    assert set(camera.members.values()) == {1}
    assert set(camera.members) - camera.stationary == {0}


def test_a_parked_car_that_is_half_hidden_stays_parked_and_one_that_drives_off_is_news() -> None:
    camera = Camera()
    for second in range(20):
        camera.sees(second, one(second, PARKED, "car"))
    camera.sees(20, one(20, (0.52, 0.5, 0.6, 0.65), "car"))
    assert 20 in camera.stationary
    for step in range(1, 6):
        shift = 0.04 * step
        camera.sees(20 + step, one(20 + step, (0.4 + shift, 0.5, 0.6 + shift, 0.65), "car"))
    assert {camera.members[number] for number in range(26)} == {1}
    assert not {22, 23, 24, 25} & camera.stationary


def test_a_parked_car_that_is_seen_faintly_keeps_its_place_while_another_one_passes() -> None:
    camera = Camera()
    for second in range(20):
        camera.sees(second, one(second, PARKED, "car"))
    camera.sees(21, one(20, PARKED, "car", 0.2, counts=False), one(21, (0.55, 0.5, 0.75, 0.65), "car"))
    assert (camera.members[20], camera.members[21]) == (1, 2)


def test_the_place_of_a_car_that_left_unseen_takes_no_car_that_passes() -> None:
    camera = Camera()
    for second in range(0, 20, 2):
        camera.sees(second, one(second, PARKED, "car", look=RED))
    for second in range(100, 120, 2):  # it is gone
        camera.sees(second)
    for step in range(5):  # the third picture shows the other one right there
        x = 0.2 + 0.1 * step
        camera.sees(120 + 2 * step, one(120 + step, (x, 0.5, x + 0.2, 0.65), "car", look=RED))
    assert {camera.members[120 + step] for step in range(5)} == {2}


def test_what_came_between_two_pictures_and_was_seen_once_is_not_remembered_as_parked() -> None:
    camera = Camera()
    for number, second in enumerate((0, 600, 1200)):  # each time the street is watched, and a car comes last
        camera.sees(second)
        camera.sees(second + 2, one(number, PARKED, "car"))
    assert camera.members == {0: 1, 1: 2, 2: 3}
    assert not camera.stationary


def test_another_car_in_the_place_is_another_track_and_takes_it() -> None:
    camera = Camera()
    for second in range(20):
        camera.sees(second, one(second, PARKED, "car", look=RED))
    for second in range(20, 60):
        camera.sees(second)
    for second in range(60, 70):  # it drives in from the left
        x = 0.0 + (second - 60) * 0.4 / 9
        camera.sees(second, one(second, (x, 0.5, x + 0.2, 0.65), "car", look=BLUE))
    for second in range(70, 90):
        camera.sees(second, one(second, PARKED, "car", look=BLUE))
    assert {camera.members[number] for number in range(60, 90)} == {2}
    assert [track.number for track in camera.tracker.tracks] == [2]


def test_somebody_who_stands_still_is_never_stationary_and_is_forgotten_soon() -> None:
    camera = Camera()
    for second in range(40):
        camera.sees(second, one(second, standing(0.5)))
    assert camera.stationary == set()
    camera.sees(50)
    assert camera.tracker.tracks == []


def test_jitter_is_no_way() -> None:
    camera = Camera()
    rng = np.random.default_rng(5)
    for number in range(100):
        x1, y1, x2, y2 = (edge + float(off) for edge, off in zip(standing(0.5), rng.normal(0, 0.004, 4), strict=True))
        camera.sees(number * 0.2, one(number, (x1, y1, x2, y2)))
    assert camera.tracker.tracks[0].path.distance == 0.0
    assert len(camera.tracker.tracks) == 1


def test_who_comes_back_after_a_moment_behind_a_tree_is_the_same_and_after_a_minute_another() -> None:
    camera = Camera()
    for number, (second, x) in enumerate(walk(0.5, 20)):
        hidden = 5 < second < 8
        camera.sees(second, *([] if hidden else [one(number, standing(x), look=RED)]))
    camera.sees(80, one(999, standing(0.9), look=RED))
    assert {track for number, track in camera.members.items() if number != 999} == {1}
    assert camera.members[999] == 2


def test_only_those_that_move_about_are_waited_for() -> None:
    camera = Camera()
    for second in range(15):
        camera.sees(second, one(second, PARKED, "car"), one(100 + second, standing(0.1 + 0.01 * second)))
    now = (T0 + timedelta(seconds=14)).timestamp()
    assert [track.object_class for track in camera.tracker.active(now)] == ["person"]
    assert camera.tracker.active(now + 10) == []


def test_a_path_stays_short_however_long_the_way() -> None:
    camera = Camera()
    places: Sequence[float] = [0.5 + 0.4 * float(np.sin(step / 7)) for step in range(300)]
    for number, x in enumerate(places):
        camera.sees(number * 0.5, one(number, standing(x)))
    [track] = camera.tracker.tracks
    way = sum(abs(b - a) for a, b in pairwise(places))
    assert len(track.path.points) <= 64
    assert track.path.distance == pytest.approx(way, rel=0.1)
