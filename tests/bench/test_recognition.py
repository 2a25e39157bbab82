"""How entities and strangers are held against the truth: by hand, right and wrong."""

from datetime import UTC, datetime, timedelta

from homesec.bench.accuracy.glimpses import Glimpse, equal_error_rate, trials
from homesec.bench.accuracy.recognition import recognised

AT = datetime(2025, 5, 5, 10, tzinfo=UTC)


def test_one_entity_for_each_thing_is_right() -> None:
    found = recognised([("ann", "a"), ("ann", "a"), ("ben", "b")])
    assert (found.tracks, found.things, found.entities, found.mixed) == (3, 2, 2, 0)
    assert (found.surplus, found.wrong, found.worst) == (0.0, 0.0, ())


def test_what_is_torn_or_merged_counts() -> None:
    torn = recognised([("ann", "a"), ("ann", "b"), ("ben", "c"), ("ben", "c")])
    assert (torn.surplus, torn.wrong) == (0.5, 0.0)
    assert torn.worst == ("ann: 2 entities",)
    merged = recognised([("ann", "a"), ("ann", "a"), ("ben", "a"), ("cleo", "c")])
    assert (round(merged.surplus, 3), merged.wrong) == (0.333, 0.25)


def test_strangers_are_tried_as_tracks_are_and_seldom_pass() -> None:
    seen = [
        Glimpse(f"person:{n % 40}", "door", AT + timedelta(minutes=15 * n), 0.2 + 0.02 * (n % 40)) for n in range(400)
    ]
    found = trials(seen, 3, ["member:ann", "member:ben"], 500)
    assert (found.strangers, found.members) == (500, 100)
    assert found.wrong < 0.01
    assert found.recall > 0.85
    assert 0.0 < equal_error_rate(seen, 3) < 0.1
