"""Vectors of the oracle: the same for the same, alike for one thing, poorer and fewer of what is seen badly."""

from datetime import timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from homesec.sim.looks import VEHICLES
from homesec.sim.truth.vectors import FACE, REID, SIGHTING_S, SIZE, vector
from homesec.sim.truth.vehicle_looks import KINDS, colour_name, vehicle_look
from homesec.store.tables.people import VEHICLE_TYPES
from tests.sim.worlds import START

CLEAR = 0.9
Looks = list[NDArray[np.float32]]


def looks(thing: str, clear: float, number: int = 60, model: str = REID, apart_s: float = SIGHTING_S) -> Looks:
    told = [vector(5, model, thing, "door", START + timedelta(seconds=apart_s * n), clear) for n in range(number)]
    return [one.values for one in told if one is not None]


def likeness(one: Looks, other: Looks) -> float:
    return float(np.mean([a @ b for n, a in enumerate(one) for m, b in enumerate(other) if n != m]))


def test_a_vector_has_unit_length_and_is_the_same_each_time() -> None:
    one, again = (vector(5, REID, "member:ann", "door", START, CLEAR) for _ in range(2))
    assert one is not None
    assert one == again
    assert one.values.shape == (SIZE,)
    assert np.linalg.norm(one.values) == pytest.approx(1.0, abs=1e-5)
    assert vector(5, FACE, "member:ann", "door", START, CLEAR) != one


def test_one_thing_is_like_itself_and_others_are_not() -> None:
    ann, ben = looks("member:ann", CLEAR), looks("member:ben", CLEAR)
    assert likeness(ann, ann) > 0.3
    assert abs(likeness(ann, ben)) < 0.15
    assert abs(likeness(ann, looks("member:ann", CLEAR, model=FACE))) < 0.15
    assert likeness(*[looks("member:ann", CLEAR, apart_s=1.0)] * 2) > likeness(ann, ann) + 0.1  # one sighting


def test_of_what_is_seen_badly_there_are_fewer_and_poorer_vectors() -> None:
    clear, dim = looks("member:ann", 1.0, 300), looks("member:ann", 0.3, 300)
    assert len(clear) == 300
    assert 100 < len(dim) < 200
    assert likeness(dim, dim) < likeness(clear, clear) - 0.05


def test_a_vehicle_has_a_kind_of_the_tables_and_a_colour_with_a_name() -> None:
    assert set(KINDS) == set(VEHICLES)
    assert set(KINDS.values()) <= set(VEHICLE_TYPES)
    assert (colour_name((36, 70, 128)), colour_name((232, 232, 228)), colour_name((28, 30, 34))) == (
        "blue", "white", "black",
    )  # fmt: skip
    told = [vehicle_look("suv", (152, 30, 34), CLEAR, False, np.random.default_rng([n])) for n in range(300)]
    right = [one for one in told if one is not None and (one.kind, one.color) == ("suv", "red")]
    assert 0.85 < len(right) / len(told) < 1.0
    dark = vehicle_look("suv", (152, 30, 34), 1.0, True, np.random.default_rng(1))
    assert dark is not None
    assert dark.color == "unknown"
