"""Which detections get a closer look, and what the values of an insight say of themselves."""

from datetime import UTC, datetime, timedelta

import pytest

from homesec.domain.closer_look import MOST_AT_ONCE, WHILE_S, chosen
from homesec.domain.insights import Action, Demographics, Pose, Sight, Threat

AT = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)  # the beginning of a while: WHILE_S divides it


def sight(number: int, seconds: float, name: str = "person", confidence: float = 0.9, size: float = 0.2) -> Sight:
    """A detection of a frame of its own second, unless several have the same."""
    frame = (int(seconds * 10) + 1, 0)
    at = AT + timedelta(seconds=seconds)
    return Sight(number, "door", frame, at, name, confidence, (0.1, 0.1, 0.1 + size, 0.1 + size), 360)


def ids(sights: list[Sight], looked_at: tuple[int, ...] = (), settled: bool = True) -> list[int]:
    return [one.detection_id for one in chosen(sights, looked_at, settled).sights]


def test_of_each_while_the_largest_and_surest_is_looked_at() -> None:
    seen = [sight(1, 0.0, size=0.1), sight(2, 0.5, size=0.3), sight(3, 1.0, size=0.3, confidence=0.5)]
    later = [sight(4, WHILE_S + 0.5), sight(5, 2 * WHILE_S + 0.1)]
    assert ids([*seen, *later]) == [2, 4, 5]


def test_all_persons_of_one_frame_are_looked_at_but_not_a_crowd() -> None:
    group = [sight(number, 1.0) for number in range(1, 4)]
    assert sorted(ids([sight(9, 0.0), *group])) == [1, 2, 3]
    crowd = [sight(number, 1.0) for number in range(1, 20)]
    assert len(ids(crowd)) == MOST_AT_ONCE


def test_persons_and_vehicles_are_looked_at_and_what_no_model_knows_is_not() -> None:
    seen = [sight(1, 0.0), sight(2, 0.5, "car"), sight(3, 0.5, "dog"), sight(4, 0.5, "package")]
    assert sorted(ids(seen)) == [1, 2]


def test_a_while_that_was_looked_at_is_done_also_when_a_better_picture_comes_late() -> None:
    seen = [sight(1, 0.0, size=0.1), sight(2, 0.5, size=0.3), sight(3, WHILE_S)]
    assert ids(seen, looked_at=(1,)) == [3]


def test_the_newest_while_waits_until_the_batch_is_quiet() -> None:
    seen = [sight(1, 0.0), sight(2, WHILE_S)]
    early = chosen(seen, (), settled=False)
    assert [one.detection_id for one in early.sights] == [1]
    assert early.more
    assert not chosen(seen, (), settled=True).more
    assert not chosen(seen, (1, 2), settled=False).more


def test_nothing_to_look_at_is_nothing_to_wait_for() -> None:
    assert ids([]) == []
    assert not chosen([sight(1, 0.0, "dog")], (), settled=False).more


@pytest.mark.parametrize(
    ("age", "band"),
    [(0, "0-10"), (10, "0-10"), (11, "11-20"), (30, "21-30"), (80, "71-80"), (81, "81+"), (110, "81+")],
)
def test_ages_fall_into_bands(age: int, band: str) -> None:
    assert Demographics(age, 0.5, "female", 0.5).age_range == band


@pytest.mark.parametrize(
    ("name", "confidence", "severity"),
    [
        ("gun", 0.9, "critical"),
        ("gun", 0.4, "high"),  # not sure: one step less
        ("knife", 0.9, "high"),
        ("weapon", 0.9, "high"),
        ("weapon", 0.3, "medium"),
        ("other", 0.9, "medium"),
    ],
)
def test_a_threat_is_as_severe_as_what_it_is_and_how_sure(name: str, confidence: float, severity: str) -> None:
    assert Threat(name, confidence, (0, 0, 1, 1)).severity == severity


def test_what_is_suspicious_in_itself_says_so() -> None:
    assert Action("climbing", 0.9, {}).is_suspicious
    assert not Action("walking", 0.9, {}).is_suspicious
    assert Pose((), "crouching", 0.9).is_suspicious
    assert not Pose((), "standing", 0.9).is_suspicious
