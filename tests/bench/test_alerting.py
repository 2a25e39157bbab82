"""What the bench says of alerts: false ones, told incidents, delays; and a walk that is told once."""

from datetime import UTC, datetime, timedelta

import pytest

from homesec.bench.accuracy.alerting import Alerting, StoredAlert
from homesec.bench.accuracy.expected import Expected, TrueThing
from homesec.bench.accuracy.garden import walk, walk_checks, walked
from homesec.bench.accuracy.happenings import Happenings
from homesec.bench.accuracy.matching import matched
from homesec.bench.accuracy.plan import Shot
from homesec.bench.accuracy.stored import Said
from homesec.bench.stores import Stores
from homesec.sim.story import Story
from homesec.sim.values import Label

T0 = datetime(2025, 5, 5, 14, tzinfo=UTC)
BOX = (0.1, 0.1, 0.3, 0.6)


def story(name: str, label: Label) -> Story:
    return Story(name, name, label, (0, 20), T0, ())


def happenings(*shown: tuple[str, int | None, float]) -> Happenings:
    """Of each the story, the event that tells it, and the second of its picture."""
    found = Happenings()
    for name, event, second in shown:
        expected = Expected(
            Shot("door", T0 + timedelta(seconds=second)), (TrueThing("person", BOX, "t", name, True),), ("day",)
        )
        said = [] if event is None else [Said("person", 0.9, BOX, True, event)]
        found.add(expected, matched(said, expected.things))
    return found


def alert(event: int, second: float, notifications: int = 1) -> StoredAlert:
    return StoredAlert(event, T0 + timedelta(seconds=second), "high", notifications)


def test_what_is_told_is_held_against_the_stories() -> None:
    stories = {
        one.id: one
        for one in (
            story("courier", "benign"), story("loiterer", "suspicious"), story("break-in", "incident"),
            story("graffiti", "incident"), story("unseen", "incident"),
        )
    }  # fmt: skip
    seen = happenings(
        ("courier", 1, 0), ("loiterer", 2, 10), ("break-in", None, 100), ("break-in", 3, 104), ("graffiti", 4, 200),
        ("courier", 5, 300), ("loiterer", 5, 304),
    )  # fmt: skip
    told = [alert(1, 4), alert(2, 14), alert(3, 108), alert(3, 109, 0), alert(5, 310), alert(9, 400)]
    found = Alerting(told, seen, stories, days=2.0, cameras=4)
    assert found.notifications == 5
    assert found.false() == {"courier": 1, "nothing": 1}  # the courier beside the loiterer is no mistake
    assert (set(found.seen()), set(found.told())) == ({"break-in", "graffiti"}, {"break-in"})
    assert found.delays_s() == [8.0]
    assert [(check.value, check.ok) for check in found.checks()] == [(0.25, False), (0.5, False)]
    said = found.to_json()
    assert (said["alerts_a_day"], said["notifications_a_day"], said["appearance_to_alert_s"]) == (3.0, 2.5, 8.0)
    assert said["not_told_by_storyline"] == {"graffiti": 1}
    assert said["most_notifications_of_a_story"]["loiterer"] == 2


@pytest.mark.timeout(60)
def test_twenty_minutes_in_the_garden_are_one_notification(database_url: str, redis_url: str) -> None:
    assert sum(not facts for piece in walk(1) for _, facts in piece) > 50  # behind the shed
    notifications = walked(Stores(database_url, redis_url), 1)
    assert notifications == 1
    assert [check.ok for number in (0, 1, 2) for check in walk_checks(number)] == [False, True, False]
