"""A rule of alerts: its conditions, judged when it is saved."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from string import Formatter
from typing import Any

from homesec.domain.hours import Hours
from homesec.domain.risk import BANDS
from homesec.errors import InvalidInput

SEVERITIES = tuple(word for _, word in reversed(BANDS))
"""Rising."""
KEY_FIELDS = ("rule", "incident", "camera", "entity", "level")
TRUST = ("trusted", "untrusted", "unknown")
NOT_TRUSTED = "not_trusted"  # somebody unknown, or known and not trusted
DIRECTIONS = ("in", "out")
POSES = ("standing", "crouching", "bending_over", "arms_raised", "sitting", "lying_down")
ANY_THREAT = "any"
THREATS = (ANY_THREAT, "gun", "knife", "grenade", "explosive", "weapon", "other")
CONDITIONS = ("levels", "identity", "dwell_seconds", "direction", "poses", "actions", "threats")


@dataclass(frozen=True)
class Rule:
    """When an event becomes an alert. None says nothing; all that is said must hold.

    What is said of classes, confidence, zones, identity, stays, poses, actions and threats must hold of one and the
    same thing: a trusted person never hides the stranger beside them, and a stranger on the sidewalk is not one on the
    porch.
    """

    id: str | None
    severity: str
    risk_threshold: int | None
    object_types: frozenset[str] | None
    camera_ids: frozenset[str] | None
    zone_ids: frozenset[int] | None
    min_confidence: float | None
    hours: Hours | None
    levels: frozenset[str] | None
    identity: frozenset[str] | None
    """Of TRUST, `not_trusted`, `member:<id>`, `entity:<id>`; holds of persons and vehicles only."""
    dwell_seconds: float | None
    """In one of the zones, or in any when none is named."""
    direction: str | None
    poses: frozenset[str] | None
    actions: frozenset[str] | None
    threats: frozenset[str] | None
    key: str
    cooldown: timedelta
    channels: tuple[int, ...]

    @classmethod
    def parse(cls, stored: Mapping[str, Any]) -> "Rule":
        """From the columns of a row. Raises InvalidInput, which names the field: what cannot be read allows nothing."""
        conditions = stored["conditions"]
        if not isinstance(conditions, Mapping):
            raise InvalidInput("conditions: must be an object")
        if unknown := sorted(set(conditions) - set(CONDITIONS)):
            raise InvalidInput(f"conditions.{unknown[0]}: there is no such condition")
        if stored["severity"] not in SEVERITIES:
            raise InvalidInput(f"severity: {stored['severity']!r} is none of {', '.join(SEVERITIES)}")
        return cls(
            id=None if stored.get("id") is None else str(stored["id"]),
            severity=stored["severity"],
            risk_threshold=stored["risk_threshold"],
            object_types=_set(stored["object_types"]),
            camera_ids=_set(stored["camera_ids"]),
            zone_ids=_set(stored["zone_ids"]),
            min_confidence=stored["min_confidence"],
            hours=_hours(stored["schedule"]),
            levels=_words(conditions, "levels", SEVERITIES),
            identity=_identity(conditions),
            dwell_seconds=_seconds(conditions),
            direction=_direction(conditions),
            poses=_words(conditions, "poses", POSES),
            actions=_words(conditions, "actions"),
            threats=_words(conditions, "threats", THREATS),
            key=checked_key(stored["dedup_key_template"]),
            cooldown=timedelta(seconds=stored["cooldown_seconds"]),
            channels=tuple(stored["channels"]),
        )

    @property
    def asks_for_a_thing(self) -> bool:
        """Whether it can be decided only with the things of an event."""
        return "{entity}" in self.key or any(
            asked is not None
            for asked in (
                self.object_types, self.zone_ids, self.min_confidence, self.identity, self.dwell_seconds,
                self.direction, self.poses, self.actions, self.threats,
            )
        )  # fmt: skip


def checked_key(template: str) -> str:
    """The template itself. Raises InvalidInput for one that is empty or names an unknown field."""
    try:
        parts = list(Formatter().parse(template))
    except ValueError as error:
        raise InvalidInput(f"dedup_key_template: {error}") from error
    for _, name, form, conversion in parts:
        if name is not None and (name not in KEY_FIELDS or form or conversion):
            fields = " ".join(f"{{{one}}}" for one in KEY_FIELDS)
            raise InvalidInput(f"dedup_key_template: {{{name}}} is none of {fields}")
    if not template.strip():
        raise InvalidInput("dedup_key_template: must not be empty")
    return template


def _set(values: Sequence[Any] | None) -> frozenset[Any] | None:
    return None if values is None else frozenset(values)


def _hours(stored: Mapping[str, Any] | None) -> Hours | None:
    try:
        return None if stored is None else Hours.parse(stored)
    except InvalidInput as error:
        raise InvalidInput(f"schedule.{error}") from error


def _words(conditions: Mapping[str, Any], name: str, known: Sequence[str] | None = None) -> frozenset[str] | None:
    words = conditions.get(name)
    if words is None:
        return None
    if not isinstance(words, list | tuple) or not words or not all(isinstance(word, str) and word for word in words):
        raise InvalidInput(f"conditions.{name}: must be a list of words, and not an empty one")
    for word in words:
        if known is not None and word not in known:
            raise InvalidInput(f"conditions.{name}: {word!r} is none of {', '.join(known)}")
    return frozenset(words)


def _identity(conditions: Mapping[str, Any]) -> frozenset[str] | None:
    words = _words(conditions, "identity")
    for word in words or ():
        sort, colon, name = word.partition(":")
        named = (sort == "member" and name.isascii() and name.isdigit()) or (sort == "entity" and _is_uuid(name))
        if not (named if colon else word in (*TRUST, NOT_TRUSTED)):
            raise InvalidInput(
                f"conditions.identity: {word!r} is none of {', '.join((*TRUST, NOT_TRUSTED))}, member:<id>, entity:<id>"
            )
    return words


def _is_uuid(name: str) -> bool:
    try:
        return str(uuid.UUID(name)) == name
    except ValueError:
        return False


def _seconds(conditions: Mapping[str, Any]) -> float | None:
    value = conditions.get("dwell_seconds")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 86400:
        raise InvalidInput("conditions.dwell_seconds: must be seconds in 0..86400")
    return float(value)


def _direction(conditions: Mapping[str, Any]) -> str | None:
    value: str | None = conditions.get("direction")
    if value is not None and value not in DIRECTIONS:
        raise InvalidInput(f"conditions.direction: {value!r} is neither in nor out")
    return value
