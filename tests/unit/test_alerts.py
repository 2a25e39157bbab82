"""Rules: what they ask for, when they hold, what cannot be read, and how often something is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from homesec.domain.alert_rule import Rule
from homesec.domain.alerts import Happening, Thing, decide, is_late, key, severity
from homesec.domain.backtest import Cooldowns, Past, Trial
from homesec.domain.hours import Hours
from homesec.errors import InvalidInput

T0 = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)  # a Tuesday
ENTITY = "00000000-0000-4000-8000-000000000001"
STRANGER = Thing("person", 0.9, {4: 40.0, 5: 0.0}, frozenset({(5, "in")}), "unknown",
                 poses=frozenset({"crouching"}), actions=frozenset({"trying a door"}))  # fmt: skip
RESIDENT = Thing("person", 0.95, {4: 5.0}, frozenset(), "trusted", ENTITY, 3)
DOG = Thing("dog", 0.8, {4: 90.0}, frozenset(), "unknown")
ARMED = replace(RESIDENT, threats=frozenset({"knife"}))


def rule(**changes: Any) -> Rule:
    return Rule.parse(stored(**changes))


def stored(**changes: Any) -> dict[str, Any]:
    return {
        "id": None, "severity": "medium", "risk_threshold": None, "object_types": None, "camera_ids": None,
        "zone_ids": None, "min_confidence": None, "schedule": None, "conditions": {},
        "dedup_key_template": "{rule}:{incident}", "cooldown_seconds": 300, "channels": [], **changes,
    }  # fmt: skip


def event(*things: Thing, score: int = 50, at: datetime = T0, number: int = 1, incident: int | None = 7) -> Happening:
    return Happening(number, incident, "door", score, at, things)


@pytest.mark.parametrize(
    ("asked", "things", "holds"),
    [
        ({}, (), True),  # nothing is asked for
        ({"risk_threshold": 50}, (), True),
        ({"risk_threshold": 51}, (STRANGER,), False),
        ({"camera_ids": ["yard"]}, (STRANGER,), False),
        ({"conditions": {"levels": ["medium"]}}, (), True),
        ({"conditions": {"levels": ["low", "high"]}}, (), False),
        ({"object_types": ["dog"]}, (STRANGER, DOG), True),
        ({"object_types": ["cat"]}, (STRANGER, DOG), False),
        ({"object_types": ["person"]}, (), False),
        ({"min_confidence": 0.93}, (STRANGER,), False),
        ({"zone_ids": [4]}, (STRANGER,), True),
        ({"zone_ids": [9]}, (STRANGER,), False),
        ({"zone_ids": [4], "conditions": {"dwell_seconds": 40}}, (STRANGER,), True),
        ({"object_types": ["person"], "conditions": {"dwell_seconds": 60}}, (STRANGER, DOG), False),  # the dog stayed
        ({"conditions": {"direction": "in"}}, (STRANGER,), True),
        ({"conditions": {"direction": "out"}}, (STRANGER,), False),
        ({"zone_ids": [4], "conditions": {"direction": "in"}}, (STRANGER,), False),  # it crossed another line
        ({"conditions": {"poses": ["crouching", "lying_down"]}}, (STRANGER,), True),
        ({"conditions": {"poses": ["crouching"]}}, (RESIDENT,), False),
        ({"conditions": {"actions": ["trying a door"]}}, (STRANGER,), True),
        ({"conditions": {"threats": ["any"]}}, (STRANGER,), False),
        ({"conditions": {"threats": ["any"]}}, (STRANGER, ARMED), True),
        ({"conditions": {"threats": ["gun"]}}, (ARMED,), False),
        ({"conditions": {"identity": ["not_trusted"]}}, (RESIDENT,), False),
        ({"conditions": {"identity": ["not_trusted"]}}, (RESIDENT, STRANGER), True),  # the trusted one hides nobody
        ({"conditions": {"identity": ["not_trusted"]}}, (RESIDENT, DOG), False),  # a dog is no stranger
        ({"conditions": {"identity": ["untrusted"]}}, (STRANGER,), False),
        ({"conditions": {"identity": ["member:3"]}}, (RESIDENT,), True),
        ({"conditions": {"identity": [f"entity:{ENTITY}"]}}, (RESIDENT,), True),
        ({"conditions": {"identity": ["member:4", "unknown"]}}, (RESIDENT,), False),
        # a stranger, and somebody who stays long: not the same one
        ({"zone_ids": [4], "conditions": {"identity": ["trusted"], "dwell_seconds": 30}}, (STRANGER, RESIDENT), False),
    ],
)
def test_a_rule_holds_when_one_thing_has_all_it_asks_for(
    asked: dict[str, Any], things: tuple[Thing, ...], holds: bool
) -> None:
    decision = decide(rule(**asked), event(*things))
    assert decision.holds == holds
    assert decision.why


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"conditions": {"weather": "rain"}}, "conditions.weather"),
        ({"conditions": {"identity": ["friend"]}}, "conditions.identity: 'friend'"),
        ({"conditions": {"identity": ["member:x"]}}, "conditions.identity"),
        ({"conditions": {"identity": ["entity:7"]}}, "conditions.identity"),
        ({"conditions": {"identity": []}}, "conditions.identity"),
        ({"conditions": {"poses": "crouching"}}, "conditions.poses"),
        ({"conditions": {"poses": ["flying"]}}, "conditions.poses"),
        ({"conditions": {"threats": ["pie"]}}, "conditions.threats"),
        ({"conditions": {"levels": ["severe"]}}, "conditions.levels"),
        ({"conditions": {"dwell_seconds": "long"}}, "conditions.dwell_seconds"),
        ({"conditions": {"dwell_seconds": 0}}, "conditions.dwell_seconds"),
        ({"conditions": {"direction": "up"}}, "conditions.direction"),
        ({"conditions": [1]}, "conditions"),
        ({"severity": "severe"}, "severity"),
        ({"dedup_key_template": "{rule}:{weekday}"}, "dedup_key_template: {weekday}"),
        ({"dedup_key_template": "{rule.id}"}, "dedup_key_template"),
        ({"dedup_key_template": "{rule!r}"}, "dedup_key_template"),
        ({"dedup_key_template": "{}"}, "dedup_key_template"),
        ({"dedup_key_template": "{rule"}, "dedup_key_template"),
        ({"dedup_key_template": " "}, "dedup_key_template"),
        ({"schedule": {"start": "22:00", "end": "6", "timezone": "UTC"}}, "schedule.end"),
        ({"schedule": {"start": "22:00", "end": "22:00", "timezone": "UTC"}}, "schedule.end"),
        ({"schedule": {"start": "22:00", "end": "06:00", "timezone": "Mars/Base"}}, "schedule.timezone"),
        ({"schedule": {"start": "22:00", "end": "06:00"}}, "schedule.timezone"),
        ({"schedule": {"days": ["noday"], "start": "22:00", "end": "06:00", "timezone": "UTC"}}, "schedule.days"),
        ({"schedule": {"from": "22:00"}}, "schedule.from"),
    ],
)
def test_what_cannot_be_read_is_an_error_and_never_allows_anything(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput) as error:
        rule(**changes)
    assert str(error.value).startswith(said)


@pytest.mark.parametrize(
    ("days", "start", "end", "local", "within"),
    [
        (None, "22:00", "06:00", "2026-03-03T23:30", True),
        (None, "22:00", "06:00", "2026-03-03T05:59", True),
        (None, "22:00", "06:00", "2026-03-03T06:00", False),
        (["fri"], "22:00", "06:00", "2026-03-07T02:00", True),  # Saturday night began on Friday
        (["fri"], "22:00", "06:00", "2026-03-06T02:00", False),  # and Friday's small hours on Thursday
        (["sun"], "22:00", "06:00", "2026-03-09T02:00", True),  # over the end of the week
        (["tue"], "08:00", "17:00", "2026-03-03T08:00", True),
        (["tue"], "08:00", "24:00", "2026-03-03T23:59", True),
        (["tue"], "08:00", "17:00", "2026-03-04T09:00", False),
        (None, "02:00", "03:00", "2026-03-29T03:30", False),  # the hour that the clocks leave out
    ],
)
def test_hours_of_the_week_in_their_own_time_zone(
    days: list[str] | None, start: str, end: str, local: str, within: bool
) -> None:
    hours = Hours.parse({"days": days, "start": start, "end": end, "timezone": "Europe/Berlin"})
    at = datetime.fromisoformat(local).replace(tzinfo=hours.zone)
    assert hours.hold(at.astimezone(UTC)) == within
    held = decide(rule(schedule={"days": days or [], "start": start, "end": end, "timezone": "Europe/Berlin"}),
                  event(at=at.astimezone(UTC)))  # fmt: skip
    assert held.holds == within


def test_an_alert_is_as_severe_as_its_rule_or_its_score() -> None:
    assert [severity(rule(severity="medium"), score) for score in (10, 59, 60, 85)] == [
        "medium", "medium", "high", "critical",
    ]  # fmt: skip
    assert severity(rule(severity="critical"), 0) == "critical"


def test_the_key_says_what_is_one_alert() -> None:
    every = rule(id="r", dedup_key_template="{rule}/{incident}/{camera}/{entity}/{level}")
    assert every.asks_for_a_thing
    assert key(every, event(), RESIDENT) == f"r/7/door/{ENTITY}/medium"
    assert key(every, event(incident=None), None) == "r/event-1/door/unknown/medium"


def test_what_is_known_too_late_is_late() -> None:
    assert not is_late(T0, T0 + timedelta(minutes=15))
    assert is_late(T0, T0 + timedelta(minutes=15, seconds=1))


def test_a_cooldown_slides_with_what_it_keeps_silent_and_lets_the_worse_through() -> None:
    cooldowns, lasts = Cooldowns(), timedelta(seconds=300)
    told = [
        cooldowns.take("a", T0 + timedelta(seconds=second), word, lasts)
        for second, word in [(0, "high"), (200, "high"), (450, "high"), (500, "critical"), (550, "high"), (900, "high")]
    ]
    assert told == [True, False, False, True, False, True]
    assert cooldowns.take("b", T0, "low", lasts)


def test_a_backtest_counts_alerts_and_finds_what_would_be_missed() -> None:
    trial = Trial(rule(object_types=["person"], risk_threshold=40))
    for number, (thing, score, incident, feedback, others) in enumerate(
        [
            (STRANGER, 50, 1, None, False),  # told
            (STRANGER, 55, 1, None, False),  # the same incident: once
            (STRANGER, 70, 1, "false_positive", False),  # worse: told again, and the owner called it false
            (DOG, 75, 2, None, True),  # missed, but another rule tells
            (STRANGER, 20, 3, "missed_threat", False),  # missed, as the owner said
            (STRANGER, 30, 4, None, False),  # nothing to tell
        ]
    ):
        at = T0 + timedelta(seconds=10 * number)
        happening = event(thing, score=score, at=at, number=number, incident=incident)
        trial.add(Past(happening, feedback, others))
    assert (trial.events, trial.held, trial.total, trial.false_positives) == (6, 3, 2, 1)
    assert [(alert.event_id, alert.severity) for alert in trial.alerts] == [(0, "medium"), (2, "high")]
    missed = [(past.happening.incident_id, by_others) for past, by_others in trial.missed()]
    assert missed == [(3, False), (2, True)]
