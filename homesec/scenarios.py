"""Scenes written down as facts in a YAML file, read into what the pipeline judges too. Every error names its place."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import yaml

from homesec.domain.scene_facts import (
    Baseline,
    Crossing,
    Elsewhere,
    Identity,
    Member,
    Said,
    Scene,
    Stay,
    Track,
    Zone,
)
from homesec.domain.schedules import parse_spans
from homesec.errors import InvalidInput

_T = TypeVar("_T")
LABELS = ("benign", "suspicious", "incident")
_ZONE_TYPES = ("entry_point", "driveway", "sidewalk", "yard", "restricted", "excluded", "line", "other")
_ROLES = ("resident", "family", "service_worker", "frequent_visitor")
_TRUST = ("full", "partial", "monitor")
_POSES = ("standing", "crouching", "bending_over", "arms_raised", "sitting", "lying_down", "unknown")
_CHANGES = ("view_blocked", "angle_changed", "view_tampered", "unknown")
_THREATS = ("gun", "knife", "grenade", "explosive", "weapon", "other")


@dataclass(frozen=True)
class Scenario:
    """One scene of a file, and what its author thinks of it."""

    name: str
    scene: Scene
    label: str | None = None
    expect: tuple[int, int] | None = None


def read_scenarios(path: Path) -> list[Scenario]:
    """All scenes of a file. Raises InvalidInput, which says where in it something is wrong."""
    try:
        document = yaml.safe_load(path.read_text("utf-8"))
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise InvalidInput(f"{path} is no YAML: {str(error).splitlines()[0]}") from error
    scenes = _Place(document, path.name).items(_scenario)
    if not scenes:
        raise InvalidInput(f"{path} holds no scenes")
    return scenes


class _Place:
    """A value of the file and where it stands; reading it raises InvalidInput with that place."""

    def __init__(self, value: Any, where: str) -> None:
        self._value, self._where = value, where

    def wrong(self, expected: str) -> InvalidInput:
        return InvalidInput(f"{self._where}: {expected}, not {self._value!r}"[:300])

    def fields(self, known: Sequence[str]) -> dict[str, "_Place"]:
        if not isinstance(self._value, Mapping):
            raise self.wrong("must be a mapping")
        for key in self._value:
            if key not in known:
                raise InvalidInput(f"{self._where}: unknown key {key!r}; known are {', '.join(known)}")
        return self.entries()

    def entries(self) -> dict[str, "_Place"]:
        if not isinstance(self._value, Mapping):
            raise self.wrong("must be a mapping")
        found = {str(key): _Place(value, f"{self._where}.{key}") for key, value in self._value.items()}
        return {key: place for key, place in found.items() if place._value is not None}

    def items(self, read: Callable[["_Place"], _T]) -> list[_T]:
        if not isinstance(self._value, list):
            raise self.wrong("must be a list")
        return [read(_Place(value, self._named(number, value))) for number, value in enumerate(self._value, 1)]

    def _named(self, number: int, value: Any) -> str:
        name = value.get("name") if isinstance(value, Mapping) else None
        return f"{self._where}[{number}]" + (f" ({name})" if isinstance(name, str) else "")

    def text(self) -> str:
        if not isinstance(self._value, str) or not self._value.strip():
            raise self.wrong("must be text")
        return self._value

    def number(self, least: float = 0.0, most: float = float("inf")) -> float:
        if isinstance(self._value, bool) or not isinstance(self._value, int | float):
            raise self.wrong("must be a number")
        if not least <= self._value <= most:
            raise self.wrong(f"must be {least:g} or more" + (f" and at most {most:g}" if most < float("inf") else ""))
        return float(self._value)

    def whole(self, most: float = float("inf")) -> int:
        if not self.number(0, most).is_integer():
            raise self.wrong("must be a whole number")
        return int(self._value)

    def flag(self) -> bool:
        if not isinstance(self._value, bool):
            raise self.wrong("must be true or false")
        return self._value

    def one_of(self, words: Sequence[str]) -> str:
        if self._value not in words:
            raise self.wrong(f"must be one of {', '.join(words)}")
        return str(self._value)

    def moment(self) -> datetime:
        if isinstance(self._value, datetime):
            return self._value
        try:
            return datetime.fromisoformat(self.text())
        except ValueError as error:
            raise self.wrong("must be a time such as 2026-03-03T14:10") from error

    @property
    def is_mapping(self) -> bool:
        return isinstance(self._value, Mapping)

    @property
    def where(self) -> str:
        return self._where


def _scenario(place: _Place) -> Scenario:
    given = place.fields((
        "name", "label", "expect", "camera", "local_time", "dark", "zones", "household", "tracks", "threats",
        "baseline", "other_cameras", "scene_change",
    ))  # fmt: skip
    if "name" not in given:
        raise InvalidInput(f"{place.where}: needs a name")
    if "camera" in given:
        given["camera"].text()
    scene = Scene(
        local_time=given["local_time"].moment() if "local_time" in given else None,
        dark=given["dark"].flag() if "dark" in given else None,
        zones={n: _zone(n, p) for n, p in given["zones"].entries().items()} if "zones" in given else {},
        household={m.name: m for m in given["household"].items(_member)} if "household" in given else {},
        tracks=tuple(given["tracks"].items(_track)) if "tracks" in given else (),
        threats=tuple(given["threats"].items(_threat)) if "threats" in given else (),
        baseline=_baseline(given["baseline"]) if "baseline" in given else None,
        elsewhere=tuple(given["other_cameras"].items(_elsewhere)) if "other_cameras" in given else (),
        scene_change=Said(given["scene_change"].one_of(_CHANGES)) if "scene_change" in given else None,
    )
    _check_names(scene, place)
    expect = None
    if "expect" in given:
        bounds = given["expect"].items(lambda one: one.whole(100))
        if len(bounds) != 2 or bounds[0] > bounds[1]:
            raise given["expect"].wrong("must be the lowest and the highest score")
        expect = (bounds[0], bounds[1])
    label = given["label"].one_of(LABELS) if "label" in given else None
    return Scenario(given["name"].text(), scene, label, expect)


def _check_names(scene: Scene, place: _Place) -> None:
    """What a track names must be there: a slip of the pen would silently calm or alarm."""
    for number, track in enumerate(scene.tracks, 1):
        at = f"{place.where}.tracks[{number}]"
        for name in [stay.zone for stay in track.stays]:
            if name not in scene.zones:
                raise InvalidInput(f"{at}.zones: there is no zone {name!r}")
        who = track.identity
        if who is not None and who.kind == "member" and who.name not in scene.household:
            raise InvalidInput(f"{at}.identity: the household has no {who.name!r}")
    for zone in scene.zones.values():
        for name in zone.allowed or ():
            if name not in scene.household:
                raise InvalidInput(f"{place.where}.zones.{zone.name}.allowed: the household has no {name!r}")


def _zone(name: str, place: _Place) -> Zone:
    if not place.is_mapping:
        return Zone(name, place.one_of(_ZONE_TYPES))
    given = place.fields(("type", "allowed"))
    if "type" not in given:
        raise InvalidInput(f"{place.where}: needs a type")
    allowed = frozenset(given["allowed"].items(_Place.text)) if "allowed" in given else None
    return Zone(name, given["type"].one_of(_ZONE_TYPES), allowed)


def _member(place: _Place) -> Member:
    given = place.fields(("name", "role", "trust", "schedule"))
    for key in ("name", "role", "trust"):
        if key not in given:
            raise InvalidInput(f"{place.where}: needs a {key}")
    schedule = given["schedule"].text() if "schedule" in given else None
    if schedule is not None:
        try:
            parse_spans(schedule)
        except InvalidInput as error:
            raise InvalidInput(f"{place.where}: {error}") from error
    return Member(given["name"].text(), given["role"].one_of(_ROLES), given["trust"].one_of(_TRUST), schedule)


def _track(place: _Place) -> Track:
    given = place.fields((
        "class", "confidence", "seconds", "zones", "crosses", "identity", "seen_before", "face", "pose", "action",
        "carries", "leaves", "takes", "vehicle",
    ))  # fmt: skip
    if "class" not in given:
        raise InvalidInput(f"{place.where}: needs a class")
    stays = given["zones"].entries() if "zones" in given else {}

    def things(key: str) -> tuple[Said, ...]:
        return tuple(Said(name) for name in given[key].items(_Place.text)) if key in given else ()

    return Track(
        object_class=given["class"].text(),
        confidence=given["confidence"].number(0, 1) if "confidence" in given else 1.0,
        seconds=given["seconds"].number() if "seconds" in given else None,
        stays=tuple(Stay(zone, seconds.number()) for zone, seconds in stays.items()),
        crossings=tuple(given["crosses"].items(_crossing)) if "crosses" in given else (),
        identity=_identity(given["identity"]) if "identity" in given else None,
        seen_before=given["seen_before"].whole() if "seen_before" in given else None,
        face=Said(given["face"].one_of(("visible", "covered", "none"))) if "face" in given else None,
        pose=Said(given["pose"].one_of(_POSES)) if "pose" in given else None,
        actions=(_action(given["action"]),) if "action" in given else (),
        carries=things("carries"),
        leaves=things("leaves"),
        takes=things("takes"),
        vehicle=Said(given["vehicle"].one_of(("unknown", "registered"))) if "vehicle" in given else None,
    )


def _crossing(place: _Place) -> Crossing:
    line, colon, direction = place.text().rpartition(":")
    if not colon or not line or direction not in ("in", "out"):
        raise place.wrong("must be a line and its direction as gate:in")
    return Crossing(line, direction)


def _identity(place: _Place) -> Identity:
    words = place.text()
    kind, colon, name = words.partition(":")
    if words in ("unknown", "not_identifiable"):
        return Identity(words)
    if colon and name and kind in ("member", "entity"):
        return Identity("member" if kind == "member" else "visitor", name)
    raise place.wrong("must be unknown, not_identifiable, member:<name> or entity:<name>")


def _action(place: _Place) -> Said:
    given = place.fields(("name", "confidence"))
    if "name" not in given:
        raise InvalidInput(f"{place.where}: needs a name")
    return Said(given["name"].text(), given["confidence"].number(0, 1) if "confidence" in given else 1.0)


def _threat(place: _Place) -> Said:
    given = place.fields(("type", "confidence"))
    if "type" not in given:
        raise InvalidInput(f"{place.where}: needs a type")
    return Said(given["type"].one_of(_THREATS), given["confidence"].number(0, 1) if "confidence" in given else 1.0)


def _baseline(place: _Place) -> Baseline:
    given = place.fields(("expected_per_hour", "observed_this_hour", "class_seen_at_hour"))
    return Baseline(
        mean=given["expected_per_hour"].number() if "expected_per_hour" in given else None,
        seen=given["observed_this_hour"].whole() if "observed_this_hour" in given else None,
        class_seen=given["class_seen_at_hour"].flag() if "class_seen_at_hour" in given else None,
    )


def _elsewhere(place: _Place) -> Elsewhere:
    given = place.fields(("camera", "minutes_ago", "same_entity"))
    for key in ("camera", "minutes_ago"):
        if key not in given:
            raise InvalidInput(f"{place.where}: needs {key}")
    same = given["same_entity"].flag() if "same_entity" in given else False
    return Elsewhere(given["camera"].text(), given["minutes_ago"].number(), same)
