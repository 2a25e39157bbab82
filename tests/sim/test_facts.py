"""Fact mode: what a detector would say, made from the truth."""

from datetime import timedelta
from functools import lru_cache

import numpy as np
import pytest
from numpy.typing import NDArray

from homesec.sim.truth.facts import CONFUSED, Errors, Fact, facts
from homesec.sim.truth.frames import FrameTruth, frame_truth
from homesec.vision.appearance import SIZE
from tests.sim.worlds import START, world

SEED = 7
Vector = NDArray[np.float32]


@lru_cache(maxsize=1)
def frames() -> tuple[FrameTruth, ...]:
    """Some hundreds of frames of a morning."""
    home = world()
    since = START + timedelta(hours=7)
    return tuple(
        frame_truth(home, camera.id, when)
        for camera in home.property.cameras
        for when in home.moments(camera.id, 6.0, since, since + timedelta(hours=2))
    )


def said(errors: Errors | None = None, seed: int = SEED) -> list[tuple[Fact, ...]]:
    return [facts(frame, seed, errors) for frame in frames()]


def test_without_errors_the_plain_truth_is_said() -> None:
    for frame, found in zip(frames(), said(Errors.none()), strict=True):
        assert sorted((fact.kind, fact.box) for fact in found) == sorted((one.kind, one.box) for one in frame.objects)


def test_the_same_frame_and_seed_give_the_same_and_another_seed_differs() -> None:
    assert said() == said()
    assert said() != said(seed=SEED + 1)


def test_what_is_said_lies_in_the_frame_and_the_surest_comes_first() -> None:
    for found in said(Errors(jitter=0.3, invented=1.0)):
        assert [fact.confidence for fact in found] == sorted((fact.confidence for fact in found), reverse=True)
        for fact in found:
            x0, y0, x1, y1 = fact.box
            assert 0 <= x0 <= x1 <= 1
            assert 0 <= y0 <= y1 <= 1
            assert 0 <= fact.confidence <= 1


def test_most_is_found_and_some_is_missed() -> None:
    there = sum(len(frame.objects) for frame in frames())
    found = sum(len(found) for found in said())
    assert 0.7 * there < found < there


def test_small_things_are_missed_more_often_than_large_ones() -> None:
    def share(low: float, high: float) -> float:
        there = found = 0
        for frame, facts_of in zip(frames(), said(Errors(jitter=0.0, confused=0.0, invented=0.0)), strict=True):
            boxes = {fact.box for fact in facts_of if fact.confidence >= 0.4}
            for one in frame.objects:
                if low <= one.box[3] - one.box[1] < high:
                    there += 1
                    found += one.box in boxes
        assert there > 20
        return found / there

    assert share(0.0, 0.04) < share(0.08, 1.0)


def test_things_that_are_not_there_are_as_frequent_as_asked_for() -> None:
    none_there = [frame for frame in frames() if not frame.objects]
    count = sum(len(facts(frame, seed, Errors(invented=0.5))) for frame in none_there for seed in range(20))
    assert count / (20 * len(none_there)) == pytest.approx(0.5, rel=0.25)


def test_a_thing_is_taken_for_what_resembles_it() -> None:
    plain, confused = said(Errors(confused=0.0)), said(Errors(confused=0.5))
    changed = [
        (before.kind, after.kind)
        for first, second in zip(plain, confused, strict=True)
        for before, after in zip(sorted(first, key=_place), sorted(second, key=_place), strict=False)
        if before.box == after.box and before.kind != after.kind
    ]
    assert changed
    assert all(CONFUSED[before] == after for before, after in changed)


def test_a_thing_looks_more_like_itself_a_moment_later_than_like_others_of_its_kind() -> None:
    same, others = [], []
    plain = Errors(half_px=0.0, hidden=0.0, dark=0.0, hard=0.0, jitter=0.0, confused=0.0, invented=0.0)
    last: dict[tuple[str, str], tuple[FrameTruth, Vector]] = {}
    for frame in frames():
        looks = {
            fact.box: np.frombuffer(fact.appearance, np.float16).astype(np.float32)
            for fact in facts(frame, SEED, plain)
        }
        for one in (one for one in frame.objects if one.kind in ("person", "car")):
            vector = looks[one.box]
            assert vector.shape == (SIZE,)
            assert np.linalg.norm(vector) == pytest.approx(1.0, abs=0.01)
            others += [
                float(vector @ other)
                for (kind, thing), (_, other) in last.items()
                if kind == one.kind and thing != one.thing
            ]
            if (before := last.get((one.kind, one.thing))) and frame.at - before[0].at < timedelta(seconds=10):
                same.append(float(vector @ before[1]))
            last[one.kind, one.thing] = frame, vector
    assert len(same) > 50
    assert np.median(same) > 0.96
    assert 0.7 < np.median(others) < 0.9
    assert np.percentile(same, 10) > np.percentile(others, 75)


def _place(fact: Fact) -> tuple[float, ...]:
    return fact.box
