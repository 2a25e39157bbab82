from datetime import UTC, datetime, timedelta

import pytest

from homesec.domain.evidence import Sighting, evidence
from homesec.domain.place_evidence import Visit, place_evidence
from homesec.domain.risk import assess

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


def visit(zone_type: str, seconds: float = 5.0, object_class: str = "person", **how: object) -> Visit:
    facts: dict[str, object] = {"record_id": 7, "zone": "Porch", "at": NOON, "direction": None, "loitered": False}
    return Visit(zone_type=zone_type, seconds=seconds, object_class=object_class, **{**facts, **how})  # type: ignore[arg-type]


def score(visits: list[Visit], seconds: float = 0) -> int:
    seen = [
        Sighting(1, (1, 0), NOON, "person", 0.9),
        Sighting(2, (2, 0), NOON + timedelta(seconds=seconds), "person", 0.9),
    ]
    return assess([*evidence(seen, "UTC"), *place_evidence(visits)]).score


@pytest.mark.parametrize(
    ("visits", "seconds", "least", "most"),
    [
        ([visit("sidewalk")], 5, 20, 35),  # an unknown person passes on the sidewalk
        ([visit("entry_point", 35, loitered=True)], 35, 45, 60),  # one lingers at an entry point
        ([visit("entry_point", 120, loitered=True)], 120, 45, 60),
    ],
)
def test_scores_lie_in_the_ranges_that_owners_want(
    visits: list[Visit], seconds: float, least: int, most: int
) -> None:
    assert least <= score(visits, seconds) <= most


def test_the_most_telling_zone_counts_and_says_where_it_stands() -> None:
    gate = visit("restricted", 2, record_id=9, zone="Side gate")
    [item] = place_evidence([visit("sidewalk", 60), gate, visit("yard")])
    assert (item.kind, item.value, item.source) == ("zone", "restricted", "dwell_time_records:9")
    assert item.text == "a person is in the zone Side gate (restricted)"
    assert item.at == NOON.isoformat()
    [named] = place_evidence([visit("sidewalk", 60, zone="Sidewalk")])
    assert named.text == "a person is in the zone Sidewalk"


def test_lingering_is_said_once_for_a_stay_with_its_length() -> None:
    items = place_evidence([visit("yard", 61.2, loitered=True), visit("yard", 3, record_id=8)])
    assert [(item.kind, item.value) for item in items] == [("zone", "yard"), ("loitering", 61.2)]


def test_a_line_is_said_once_a_direction_and_only_coming_in_weighs() -> None:
    ways = ["in", "out", "in"]
    items = place_evidence([visit("line", 0, direction=way, record_id=number) for number, way in enumerate(ways)])
    assert [(item.value, item.source) for item in items] == [
        ("Porch:in", "dwell_time_records:0"),
        ("Porch:out", "dwell_time_records:1"),
    ]
    assert items[0].weight > items[1].weight == 0


def test_cars_do_not_linger_and_cats_are_nowhere() -> None:
    assert [item.kind for item in place_evidence([visit("yard", 900, "car", loitered=True)])] == ["zone"]
    assert place_evidence([visit("restricted", 900, "cat", loitered=True)]) == []
