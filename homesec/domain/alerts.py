"""Alerts: whether a rule holds of an event, how severe that is, and under which key it is told once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from homesec.domain.alert_rule import ANY_THREAT, NOT_TRUSTED, SEVERITIES, Rule
from homesec.domain.evidence import kind
from homesec.domain.risk import level

LATE = timedelta(minutes=15)  # what was captured longer ago than this when it became known is no news any more


@dataclass(frozen=True)
class Thing:
    """One person, vehicle, animal or object of an event, with all that is known of it."""

    object_type: str
    confidence: float
    stays: Mapping[int, float]
    """Zones it was in, with seconds; a line that it crossed counts with none."""
    crossings: frozenset[tuple[int, str]]
    """Lines it crossed, each with `in` or `out`."""
    trust: str
    """`trusted`, `untrusted` or `unknown`."""
    entity_id: str | None = None
    member_id: int | None = None
    poses: frozenset[str] = frozenset()
    actions: frozenset[str] = frozenset()
    threats: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Happening:
    """An event as a rule sees it."""

    event_id: int
    incident_id: int | None
    camera_id: str
    score: int
    at: datetime
    """Its last detection, event time."""
    things: tuple[Thing, ...] = ()


class Decision(NamedTuple):
    """Whether a rule holds, and why (not), in words for the owner."""

    holds: bool
    why: str
    thing: Thing | None = None
    """Of which it holds, when it asks for one."""


def decide(rule: Rule, happening: Happening) -> Decision:
    """Whether the rule holds of the event."""
    if (against := excluded(rule, happening)) is not None:
        return Decision(False, against)
    said = f"score {happening.score}"
    if not rule.asks_for_a_thing:
        return Decision(True, said)
    nearest = "nothing was seen"
    for thing in sorted(happening.things, key=lambda one: -one.confidence):
        lacking = _lacking(rule, thing)
        if lacking is None:
            return Decision(True, f"{said}, {_told(rule, thing)}", thing)
        nearest = lacking
    return Decision(False, nearest)


def excluded(rule: Rule, happening: Happening) -> str | None:
    """What speaks against the rule before its things are looked at; None: nothing."""
    if rule.camera_ids is not None and happening.camera_id not in rule.camera_ids:
        return "another camera"
    if rule.risk_threshold is not None and happening.score < rule.risk_threshold:
        return f"score {happening.score} is below {rule.risk_threshold}"
    if rule.levels is not None and level(happening.score) not in rule.levels:
        return f"level {level(happening.score)}"
    if rule.hours is not None and not rule.hours.hold(happening.at):
        return "outside its hours"
    return None


def severity(rule: Rule, score: int) -> str:
    """The rule's own, or the level of the score when that is higher."""
    return max(rule.severity, level(score), key=rank)


def rank(word: str) -> int:
    return SEVERITIES.index(word)


def key(rule: Rule, happening: Happening, thing: Thing | None) -> str:
    """Alerts of one key within the cooldown are one."""
    incident = happening.incident_id
    return rule.key.format(
        rule=rule.id or "draft",
        incident=f"event-{happening.event_id}" if incident is None else incident,
        camera=happening.camera_id,
        entity="unknown" if thing is None or thing.entity_id is None else thing.entity_id,
        level=level(happening.score),
    )


def is_late(at: datetime, known_at: datetime) -> bool:
    return known_at - at > LATE


def _lacking(rule: Rule, thing: Thing) -> str | None:
    """What the thing lacks of all that the rule asks for."""
    if rule.object_types is not None and thing.object_type not in rule.object_types:
        return f"a {thing.object_type}, not one of its classes"
    if rule.min_confidence is not None and thing.confidence < rule.min_confidence:
        return f"{thing.object_type} with confidence {thing.confidence:.2f} only"
    if rule.identity is not None and not _is_one_of(rule.identity, thing):
        return f"{thing.object_type} of another identity"
    zones = set(thing.stays) if rule.zone_ids is None else set(thing.stays) & rule.zone_ids
    if rule.zone_ids is not None and not zones:
        return f"{thing.object_type} in none of its zones"
    if rule.dwell_seconds is not None and not any(thing.stays[zone] >= rule.dwell_seconds for zone in zones):
        return f"{thing.object_type} not long enough in a zone"
    if rule.direction is not None and not any((zone, rule.direction) in thing.crossings for zone in zones):
        return f"{thing.object_type} crossed no line {rule.direction}"
    if rule.poses is not None and not rule.poses & thing.poses:
        return f"{thing.object_type} in another pose"
    if rule.actions is not None and not rule.actions & thing.actions:
        return f"{thing.object_type} doing something else"
    if rule.threats is not None and not (thing.threats if ANY_THREAT in rule.threats else rule.threats & thing.threats):
        return f"{thing.object_type} without such a threat"
    return None


def _is_one_of(identity: frozenset[str], thing: Thing) -> bool:
    if kind(thing.object_type) not in ("person", "vehicle"):
        return False
    names = {thing.trust, f"member:{thing.member_id}", f"entity:{thing.entity_id}"}
    return bool(identity & names) or (NOT_TRUSTED in identity and thing.trust != "trusted")


def _told(rule: Rule, thing: Thing) -> str:
    parts = [thing.object_type]
    if rule.identity is not None:
        parts.append(f"({thing.trust})")
    zones = [zone for zone in thing.stays if rule.zone_ids is None or zone in rule.zone_ids]
    if (rule.zone_ids is not None or rule.dwell_seconds is not None) and zones:
        longest = max(zones, key=lambda zone: thing.stays[zone])
        parts.append(f"in zone {longest} for {thing.stays[longest]:.0f} s")
    for asked, found in ((rule.poses, thing.poses), (rule.actions, thing.actions), (rule.threats, thing.threats)):
        if asked is not None:
            parts.append(", ".join(sorted(found if ANY_THREAT in asked else asked & found)))
    return " ".join(parts)
