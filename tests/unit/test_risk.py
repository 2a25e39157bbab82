from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homesec.domain.evidence import Sighting, evidence
from homesec.domain.risk import BANDS, Evidence, assess, level, recompute

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


def sighting(
    object_type: str, seconds: float = 0, confidence: float = 0.9, frame: int = 0, number: int = 1
) -> Sighting:
    return Sighting(number, (frame, 0), NOON + timedelta(seconds=seconds), object_type, confidence)


def score(*sightings: Sighting, timezone: str = "UTC") -> int:
    return assess(evidence(sightings, timezone)).score


@pytest.mark.parametrize(
    ("scene", "least", "most"),
    [
        ([sighting("cat")], 0, 5),  # pet or wild animal
        ([sighting("bear", confidence=1.0)], 0, 5),
        ([sighting("car")], 0, 20),  # a vehicle parks
        ([sighting("person")], 20, 35),  # an unknown person passes by day
        ([sighting("person"), sighting("dog")], 20, 35),  # somebody with a dog is somebody
    ],
)
def test_scores_lie_in_the_ranges_that_owners_want(scene: list[Sighting], least: int, most: int) -> None:
    assert least <= score(*scene) <= most


def test_night_is_the_cameras_local_night() -> None:
    zones = ("UTC", "Asia/Tokyo", "Australia/Sydney")
    noon, evening, night = (score(sighting("person"), timezone=zone) for zone in zones)
    assert noon < evening < night  # noon UTC is 21:00 in Tokyo and 23:00 in Sydney


def test_who_stays_scores_higher_than_who_passes() -> None:
    assert score(sighting("person"), sighting("person", 80, frame=1)) > score(sighting("person"))


def test_a_group_is_counted_in_one_picture_not_over_many() -> None:
    one_in_ten_pictures = [sighting("person", second, frame=second) for second in range(10)]
    two_at_once = [sighting("person", frame=1, number=1), sighting("person", frame=1, number=2)]
    assert score(*one_in_ten_pictures) == score(sighting("person"))
    assert score(*two_at_once) > score(sighting("person"))


@pytest.mark.parametrize(
    ("number", "word"), [(0, "low"), (29, "low"), (30, "medium"), (59, "medium"), (60, "high"), (84, "high"),
                         (85, "critical"), (100, "critical")],
)  # fmt: skip
def test_the_level_is_the_band_of_the_score(number: int, word: str) -> None:
    assert level(number) == word
    assert word in dict((name, least) for least, name in BANDS)


def test_ten_weak_items_of_one_kind_do_not_add_up_to_an_alarm() -> None:
    weak = [Evidence("k", "one", "weak", 0.8) for _ in range(50)]
    spread = [Evidence("k", f"family {i}", "weak", 0.8) for i in range(50)]
    assert assess(weak).score <= 50
    assert assess(spread).score == 100


def test_a_floor_wins_over_a_ceiling() -> None:
    items = [Evidence("weapon", "threat", "a gun", 0.0, floor=85), Evidence("pet", "presence", "a cat", 0.0, ceiling=5)]
    assert assess(items).score == 85


item = st.builds(
    Evidence,
    kind=st.just("k"),
    family=st.sampled_from(["a", "b", "c"]),
    text=st.text(max_size=10),
    weight=st.floats(-5, 5),
    floor=st.none() | st.integers(0, 100),
    ceiling=st.none() | st.integers(0, 100),
)


@given(st.lists(item, max_size=12), st.floats(-5, 5))
def test_a_score_can_be_computed_again_from_what_is_stored(items: list[Evidence], prior: float) -> None:
    risk = assess(items, prior)
    assert 0 <= risk.score <= 100
    assert recompute([piece.to_json() for piece in risk.evidence], risk.prior) == risk.score


@given(st.lists(item, max_size=8), item)
def test_more_weight_never_lowers_a_score(items: list[Evidence], more: Evidence) -> None:
    free = [Evidence(i.kind, i.family, i.text, i.weight) for i in [*items, more]]
    heavier = [*free[:-1], Evidence(more.kind, more.family, more.text, abs(more.weight))]
    assert assess(heavier).score >= assess(free).score
