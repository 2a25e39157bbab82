from datetime import UTC, datetime, timedelta

import pytest

from homesec.domain.evidence import Sighting, evidence
from homesec.domain.hand_evidence import Handling, hand_evidence
from homesec.domain.place_evidence import Visit, place_evidence
from homesec.domain.risk import assess

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
PORCH = Visit(3, "Porch", "entry_point", "person", NOON, 5.0, None, False)


def handling(kind: str, object_class: str = "package", second: float = 0, **how: int) -> Handling:
    rows = {"record_id": 7, "person": 1, "thing": 2} | how
    return Handling(
        kind=kind, object_class=object_class, at=NOON + timedelta(seconds=second), confidence=0.9, **rows
    )


def score(handlings: list[Handling], hours: float = 0) -> int:
    at = NOON + timedelta(hours=hours)
    seen = [Sighting(1, (1, 0), at, "person", 0.9), Sighting(2, (1, 0), at, "package", 0.8)]
    return assess([*evidence(seen, "UTC"), *place_evidence([PORCH]), *hand_evidence(handlings)]).score


@pytest.mark.parametrize(
    ("kinds", "hours", "least", "most"),
    [
        (["carried", "left"], 0, 0, 20),  # a delivery
        (["taken"], 0, 70, 90),  # a package is taken by an unknown person
        (["taken", "carried"], 12, 70, 90),  # at night
    ],
)
def test_scores_lie_in_the_ranges_that_owners_want(kinds: list[str], hours: float, least: int, most: int) -> None:
    assert least <= score([handling(kind) for kind in kinds], hours) <= most


def test_an_item_says_who_did_what_and_where_it_stands() -> None:
    [item] = hand_evidence([handling("taken", "umbrella", record_id=9)])
    assert (item.text, item.value) == ("a person takes an umbrella", "taken:umbrella")
    assert (item.source, item.at) == ("object_interactions:9", NOON.isoformat())
    assert 0 < item.weight < hand_evidence([handling("taken")])[0].weight


def test_carrying_weighs_nothing() -> None:
    assert [item.weight for item in hand_evidence([handling("carried"), handling("left", "handbag")])] == [0, 0]


def test_two_packages_weigh_as_one() -> None:
    assert score([handling("left"), handling("left", thing=3)]) == score([handling("left")])


def test_who_takes_what_they_left_takes_nothing() -> None:
    own = [handling("left", "backpack"), handling("taken", "backpack", 9, record_id=8)]
    assert [item.value for item in hand_evidence(own)] == ["left:backpack"]
    other = [own[0], handling("taken", "backpack", 9, record_id=8, person=5)]
    assert [item.value for item in hand_evidence(other)] == ["left:backpack", "taken:backpack"]


def test_a_courier_does_not_make_up_for_a_thief() -> None:
    both = [handling("left"), handling("taken", second=5, record_id=8, person=5)]
    assert score(both) == score([handling("taken")])
