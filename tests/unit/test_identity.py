"""Open-set matching, plates, visits and journeys."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from homesec.domain.identity import (
    Candidate,
    Impostors,
    Levels,
    are_one,
    best_crops,
    chosen,
    impostors,
    is_misread,
    known_by,
    plate_of,
    pooled,
    recognised,
    unit,
)
from homesec.domain.journeys import Sighting, legs
from homesec.domain.visits import MOST, again, remembered, visits

RNG = np.random.default_rng(7)
LEVELS = Levels(entity=0.4, recent=0.3, known=0.45, plate=0.2)
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def one(name: str, score: float | None, **more: object) -> Candidate:
    return Candidate(name, score, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("wrong", "candidates"), [(0.01, 1), (0.01, 20), (0.001, 5)])
def test_no_more_strangers_pass_than_were_allowed(wrong: float, candidates: int) -> None:
    known = np.array([unit(vector) for vector in RNG.standard_normal((candidates, 128))])
    strangers = RNG.standard_normal((40_000, 128))
    strangers /= np.linalg.norm(strangers, axis=1, keepdims=True)
    accept = impostors("sim-oracle-face").accept(wrong, candidates)
    passed = float((strangers @ known.T >= accept).any(axis=1).mean())
    assert 0.4 * wrong <= passed <= 1.6 * wrong


def test_the_level_rises_with_those_who_are_compared_and_falls_with_what_is_allowed() -> None:
    model = Impostors(0.2, 0.1)
    assert model.accept(0.5) == pytest.approx(0.2)
    assert model.accept(0.01) < model.accept(0.01, 10) < model.accept(0.0001, 10)
    assert impostors("a net nobody measured").accept(1e-3) > 0.7


def test_many_poor_vectors_make_a_good_one() -> None:
    true = unit(RNG.standard_normal(128))
    crops = np.array([unit(true + 1.3 * unit(RNG.standard_normal(128))) for _ in range(12)])
    alone = float((crops @ true).mean())
    assert float(pooled(crops) @ true) > alone + 0.2
    assert np.linalg.norm(pooled(crops)) == pytest.approx(1.0, abs=1e-5)
    clear, poor = unit(true + 0.1 * unit(RNG.standard_normal(128))), unit(RNG.standard_normal(128))
    both = np.array([clear, poor])
    assert best_crops(both, [0.9, 0.1]) @ true > pooled(both) @ true
    assert best_crops(both, [0.9, 0.1], most=1) == pytest.approx(clear, abs=1e-6)


@pytest.mark.parametrize(
    ("scores", "who"),
    [
        ({"ann": 0.7, "ben": 0.1}, "ann"),
        ({"ann": 0.3, "ben": 0.1}, None),  # nobody is alike enough
        ({"ann": 0.7, "ben": 0.68}, None),  # two are
        ({}, None),
    ],
)
def test_nobody_is_an_answer(scores: dict[str, float], who: str | None) -> None:
    assert recognised(scores, accept=0.5) == who
    assert known_by("sim-oracle-face", scores) == (who if scores.get("ann") != 0.3 else None)


@pytest.mark.parametrize(
    ("candidates", "said", "who"),
    [
        ([one("a", 0.5), one("b", 0.6)], {}, "b"),
        ([one("a", 0.39)], {}, None),
        ([one("a", 0.35, recent=True)], {}, "a"),  # few were there within the half hour
        ([one("a", 0.42, known=1)], {}, None),  # the trust of somebody known takes more
        ([one("a", 0.9, refused=True), one("b", 0.5)], {}, "b"),
        ([one("a", 0.6, ruled_out=0.58)], {}, None),  # as much like what the owner said it is not
        ([one("a", 0.6, ruled_out=0.5)], {}, "a"),
        ([one("a", None, known=7), one("b", 0.9)], {"known": 7}, "a"),  # the face counts, not the coat
        ([one("a", 0.9, known=8)], {"known": 7}, None),
        ([one("a", 0.9, known=8), one("b", 0.5)], {"known": 7}, "b"),
        ([one("a", 0.1, plate="BKT4821"), one("b", 0.9)], {"plate": "BKT4821"}, "a"),
        ([one("a", 0.25, plate="BKT4821")], {"plate": "8KT4821"}, "a"),  # one sign misread, and the look agrees
        ([one("a", 0.15, plate="BKT4821")], {"plate": "8KT4821"}, None),
        ([one("a", 0.9, plate="BKT4821")], {"plate": "HHAB123"}, None),
        ([one("a", 0.5, plate="BKT4821")], {}, "a"),
    ],
)
def test_which_entity_it_is(candidates: list[Candidate], said: dict[str, object], who: str | None) -> None:
    found = chosen(candidates, LEVELS, **said)  # type: ignore[arg-type]
    assert (found.id if found else None) == who


def test_two_entities_are_one_only_beyond_all_chance() -> None:
    levels = Levels.of("sim-oracle-reid", 200, 3, 4)
    assert levels.recent < levels.entity
    assert not are_one(levels.entity, "sim-oracle-reid", 200)
    assert are_one(0.6, "sim-oracle-reid", 200)


@pytest.mark.parametrize(
    ("read", "plate", "is_near"),
    [
        ("8KT4821", "BKT4821", True),
        ("BKT482I", "BKT4821", True),
        ("BKT4821", "BKT4821", False),  # the same
        ("BKT4822", "BKT4821", False),  # not alike
        ("8KT482I", "BKT4821", False),  # two
        ("BKT482", "BKT4821", False),
    ],
)
def test_a_plate_with_one_sign_that_looks_like_another_is_near(read: str, plate: str, is_near: bool) -> None:
    assert is_misread(read, plate) == is_near


def test_of_several_readings_the_surest_in_all_counts() -> None:
    assert plate_of([("8KT 4821", 0.9), ("B-KT 4821", 0.6), ("b kt4821", 0.5)]) == "BKT4821"
    assert plate_of([("--", 0.9)]) is None


def test_a_visit_begins_after_half_an_hour_unseen_in_whatever_order_sightings_come() -> None:
    spans = [(at(100), at(101)), (at(0), at(20)), (at(49), at(50)), (at(5), at(10))]
    assert visits(spans) == [at(0), at(100)]
    assert visits([]) == []


def test_visits_are_remembered_beyond_their_tracks() -> None:
    kept = remembered([at(-5000), at(-3000), at(1)], [(at(0), at(5)), (at(500), at(501))])
    assert kept == [at(-5000), at(-3000), at(0), at(500)]
    many = [(at(60 * number), at(60 * number + 1)) for number in range(MOST + 10)]
    assert remembered([], many) == [at(60 * number) for number in range(10, MOST + 10)]


def test_how_often_somebody_came_is_told_in_words() -> None:
    starts = [at(-60 * 24 * day) for day in (40, 20, 10, 5, 0)]
    assert again("unknown man", starts, at(1)) == "the same unknown man, fourth time within a month"
    assert again("unknown man", starts, at(-60 * 24 * 35)) is None
    assert again("cat", [at(-minute) for minute in range(0, 21 * 60, 60)], at(1)) == (
        "the same cat, 21st time within a month"
    )


def test_a_journey_has_legs_from_camera_to_camera_and_what_is_usual() -> None:
    seen = [
        Sighting(1, "gate", at(0), at(1)), Sighting(2, "door", at(1.5), at(2)), Sighting(3, "door", at(3), at(4)),
        Sighting(4, "yard", at(3.9), at(5)), Sighting(5, "gate", at(60), at(61)),
    ]  # fmt: skip
    found = legs(seen, {("gate", "door"): (25.0, 3), ("door", "yard"): (9.0, 2)})
    assert [(leg.from_track, leg.to_track, leg.seconds, leg.usual_s) for leg in found] == [
        (1, 2, 30.0, 25.0), (3, 4, -6.0, None)
    ]  # fmt: skip
