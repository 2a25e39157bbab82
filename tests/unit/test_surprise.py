"""How surprising an hour is, as evidence."""

import pytest

from homesec.domain.risk import Evidence
from homesec.domain.surprise import surprise


def item(seen: int, mean: float, samples: int = 50) -> Evidence | None:
    return surprise("person", seen, mean, max(mean, 0.01), samples, "class_baselines:4", "2026-03-03T03:00:00+00:00")


def test_nothing_is_said_until_the_habit_is_learned() -> None:
    assert item(1, 0.0, samples=9) is None


@pytest.mark.parametrize(
    ("seen", "mean", "low", "high"),
    [
        (1, 3.0, -0.35, -0.2),  # as usual
        (0, 3.0, -0.35, -0.2),  # the one that is asked about counts, counted yet or not
        (1, 0.0, 0.2, 0.6),  # never seen at this hour
        (9, 1.0, 0.9, 1.05),  # far too many
    ],
)
def test_the_rarer_the_more_it_weighs(seen: int, mean: float, low: float, high: float) -> None:
    found = item(seen, mean)
    assert found is not None
    assert low <= found.weight <= high
    assert (found.kind, found.family, found.source) == ("baseline", "habit", "class_baselines:4")


def test_what_says_nothing_either_way_is_left_out() -> None:
    assert item(2, 0.5) is None


def test_it_speaks_to_the_owner() -> None:
    rare, usual = item(1, 0.0), item(2, 3.0)
    assert rare is not None
    assert rare.text == "a person: unusual at this hour, almost none is usual"
    assert usual is not None
    assert usual.text == "2 of class person in this hour: nothing unusual at this hour, 3.0 an hour are usual"
