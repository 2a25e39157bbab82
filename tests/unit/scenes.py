"""Scenes for tests, in few words."""

from datetime import datetime
from typing import Any

from homesec.domain.judgement import judge
from homesec.domain.risk import Evidence
from homesec.domain.scene_facts import Identity, Member, Said, Scene, Stay, Track, Zone

NOON = datetime(2026, 6, 3, 12, 0)
NIGHT = datetime(2026, 6, 3, 2, 0)
UNKNOWN = Identity("unknown")
ANN = Member("Ann", "resident", "full")
ZONES = {
    name: Zone(name, kind)
    for name, kind in {"porch": "entry_point", "walk": "sidewalk", "lawn": "yard", "shed": "restricted"}.items()
}


def person(place: str = "porch", seconds: float = 10.0, **facts: Any) -> Track:
    return Track("person", 0.9, seconds, stays=(Stay(place, seconds),), **facts)


def member(name: str = "Ann", **facts: Any) -> Track:
    return person(identity=Identity("member", name), **facts)


def doing(words: str, confidence: float = 0.7) -> tuple[Said, ...]:
    return (Said(words, confidence),)


def scene(*tracks: Track, at: datetime | None = NOON, **facts: Any) -> Scene:
    return Scene(local_time=at, zones=ZONES, household={"Ann": ANN}, tracks=tracks, **facts)


def score(*tracks: Track, at: datetime | None = NOON, **facts: Any) -> int:
    return judge(scene(*tracks, at=at, **facts)).score


def items(*tracks: Track, at: datetime | None = NOON, **facts: Any) -> dict[str, Evidence]:
    """The evidence by kind."""
    return {item.kind: item for item in judge(scene(*tracks, at=at, **facts)).evidence}
