"""Who carried, left or took what, in scenes made by hand: each thing that must be told, beside what looks like it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from homesec.domain.followed import Box, Followed
from homesec.domain.hands import Hands, Interaction

T0 = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)
PERSON, OTHER, PARCEL = 1, 2, 9
DOOR = (0.5, 0.8)  # where somebody stands who is at the door

Seen = tuple[int, str, Box]


def person(x: float, foot: float = DOOR[1], track: int = PERSON, height: float = 0.4) -> Seen:
    return track, "person", (x - height / 6, foot - height, x + height / 6, foot)


def parcel(x: float, bottom: float = DOOR[1], track: int = PARCEL, kind: str = "package") -> Seen:
    return track, kind, (x - 0.04, bottom - 0.06, x + 0.04, bottom)


def told(frames: Iterable[list[Seen]], step_s: float = 1.0, uncounted: tuple[str, ...] = ()) -> list[Interaction]:
    """What a camera's frames tell, without these classes. The state is stored and read again after every one."""
    hands, found = Hands(), []
    for n, frame in enumerate(frames):
        at = T0 + timedelta(seconds=n * step_s)
        seen = [Followed(track, kind, at, box, 100 * n + track, 0.9, False, True) for track, kind, box in frame]
        found += hands.step(at, seen, [one.detection_id for one in seen if one.object_class in uncounted])
        hands = Hands.from_json(hands.to_json())
    return found


def kinds(frames: Iterable[list[Seen]], step_s: float = 1.0) -> list[tuple[str, int, int]]:
    return [(one.kind, one.person, one.thing) for one in told(frames, step_s)]


def path(start: float, end: float, steps: int) -> list[float]:
    return [start + (end - start) * n / (steps - 1) for n in range(steps)]


EMPTY: list[list[Seen]] = [[]] * 4
COMES, GOES = path(0.05, 0.5, 6), path(0.5, 0.95, 6)
AT_DOOR: list[list[Seen]] = [[person(0.5)]] * 2
LIES: list[list[Seen]] = [[parcel(0.55)]] * 6
CARRIES: list[list[Seen]] = [[person(x), parcel(x + 0.02, 0.62)] for x in COMES]
CARRIES_OFF: list[list[Seen]] = [[person(x), parcel(x + 0.02, 0.62)] for x in GOES]
WALKS_TO: list[list[Seen]] = [[person(x)] for x in COMES]
WALKS_OFF: list[list[Seen]] = [[person(x)] for x in GOES]
BESIDE: list[list[Seen]] = [[person(0.5), parcel(0.55)]] * 3
LEAVES: list[list[Seen]] = [[person(x), parcel(0.55)] for x in GOES]
PASSES: list[list[Seen]] = [[person(x), parcel(0.55)] for x in COMES]


def test_a_courier_carries_a_parcel_and_leaves_it() -> None:
    found = told([*EMPTY, *CARRIES, *BESIDE, *LEAVES, *LIES])
    assert [(one.kind, one.person, one.thing) for one in found] == [
        ("carried", PERSON, PARCEL), ("left", PERSON, PARCEL),
    ]  # fmt: skip
    assert found[1].at == T0 + timedelta(seconds=10), "when it was put down"


def test_a_parcel_that_is_only_seen_on_the_ground_was_left_too() -> None:
    assert kinds([*EMPTY, *WALKS_TO, *AT_DOOR, *BESIDE, *LEAVES, *LIES]) == [("left", PERSON, PARCEL)]


def test_of_what_counts_nowhere_nothing_is_told_and_it_hides_what_is_behind_it() -> None:
    frames = [*EMPTY, *WALKS_TO, *AT_DOOR, *BESIDE, *LEAVES, *LIES]
    assert told(frames, uncounted=("person",)) == told(frames, uncounted=("package",)) == []
    hidden: list[list[Seen]] = [[(3, "car", (0.4, 0.6, 0.7, 0.9))]] * 6
    assert told([*LIES, *PASSES, *BESIDE, *hidden, *LEAVES, *LIES], uncounted=("car",)) == []


def test_who_is_still_beside_it_has_not_left_it() -> None:
    assert kinds([*EMPTY, *WALKS_TO, *AT_DOOR, *BESIDE * 6]) == []


def test_what_lay_there_when_the_camera_began_was_left_by_nobody() -> None:
    assert kinds([*BESIDE, *LEAVES, *LIES]) == []


def test_what_the_tracker_remembers_as_parked_is_not_left_by_who_stands_there() -> None:
    hands, found = Hands(), []
    for n, frame in enumerate([*EMPTY, *WALKS_TO, *AT_DOOR, *BESIDE, *LEAVES, *LIES]):
        at = T0 + timedelta(seconds=n)
        parked = [Followed(track, kind, at, box, n, 0.9, track == PARCEL, True) for track, kind, box in frame]
        found += hands.step(at, parked)
    assert found == []


def test_what_appears_without_anybody_was_left_by_nobody() -> None:
    assert kinds([*EMPTY, *LIES, *PASSES, *LEAVES, *LIES]) == []


def test_a_thief_takes_a_parcel() -> None:
    frames = [*LIES, *PASSES, *AT_DOOR, *WALKS_OFF, *EMPTY, *EMPTY]
    assert kinds(frames) == [("taken", PERSON, PARCEL)]


def test_a_thief_is_seen_with_the_parcel() -> None:
    assert set(kinds([*LIES, *PASSES, *BESIDE, *CARRIES_OFF, *EMPTY])) == {
        ("carried", PERSON, PARCEL), ("taken", PERSON, PARCEL),
    }  # fmt: skip


def test_a_parcel_behind_somebody_is_not_taken() -> None:
    hidden: list[list[Seen]] = [[person(0.55)]] * 20
    assert kinds([*LIES, *PASSES, *hidden, *LEAVES, *LIES]) == []


def test_a_parcel_behind_somebody_that_comes_back_under_another_number_is_neither_taken_nor_left() -> None:
    again: list[list[Seen]] = [[parcel(0.55, track=PARCEL + 1)]] * 8
    assert kinds([*LIES, *PASSES, *[[person(0.55)]] * 5, *WALKS_OFF[3:5], *again]) == []


def test_a_parcel_that_flickers_is_not_taken() -> None:
    flickers: list[list[Seen]] = [[parcel(0.55)] if n % 3 == 0 else [] for n in range(30)]
    passer: list[list[Seen]] = [
        [person(x), *([parcel(0.55)] if n % 2 else [])] for n, x in enumerate(path(0.05, 0.95, 14))
    ]
    assert kinds([*LIES, *flickers, *passer, *flickers]) == []


def test_a_parcel_that_vanishes_with_nobody_there_was_taken_by_nobody() -> None:
    assert kinds([*LIES, *EMPTY, *EMPTY, *WALKS_TO, *WALKS_OFF]) == []


def test_who_walks_past_in_the_distance_takes_nothing() -> None:
    far: list[list[Seen]] = [[person(x, foot=0.55, height=0.2)] for x in path(0.2, 0.9, 8)]
    assert kinds([*LIES, *far, *EMPTY, *EMPTY]) == []


def test_who_walks_past_a_parcel_does_not_carry_it() -> None:
    assert kinds([*LIES, *PASSES, *LEAVES, *LIES]) == []


def test_of_two_who_walk_side_by_side_one_carries_the_bag() -> None:
    both = [[person(x), parcel(x, 0.62, kind="backpack"), person(x + 0.12, track=OTHER)] for x in COMES]
    assert kinds(both) == [("carried", PERSON, PARCEL)]


@pytest.mark.parametrize("kind", ["car", "dog", "chair"])
def test_what_nobody_can_carry_is_never_told(kind: str) -> None:
    frames = [[person(x), parcel(x, 0.62, kind=kind)] for x in COMES]
    assert kinds([*EMPTY, *frames, *EMPTY]) == []


@pytest.mark.parametrize("step_s", [0.5, 1.0, 2.0])
def test_it_is_told_at_any_rhythm(step_s: float) -> None:
    frames = [*EMPTY, *CARRIES, *BESIDE, *LEAVES, *LIES, *LIES]
    assert [kind for kind, _, _ in kinds(frames, step_s)] == ["carried", "left"]
