"""Unusual things, planted into weeks of ordinary life, and which anomalies the system made of them and of nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from homesec.bench.accuracy.stays import Told
from homesec.bench.accuracy.unusual import FIRST_DAY, planted
from homesec.sim.story import Story
from homesec.sim.truth.chronicle import story_truth
from homesec.sim.truth.dwell import stays
from homesec.sim.world import World

ROUND = timedelta(hours=1)  # an hour is judged when it is over, and by its start
LONG = timedelta(seconds=150)  # on the porch nobody stays so long
class StoredAnomaly(NamedTuple):
    """An anomaly as the tables tell it."""

    camera: str
    zone: str
    kind: str
    at: datetime
    title: str


@dataclass(frozen=True)
class Oddity:
    """Something unusual that happened, and the cameras that could see it."""

    name: str
    since: datetime
    until: datetime
    cameras: frozenset[str]

    def explains(self, anomaly: StoredAnomaly) -> bool:
        return anomaly.camera in self.cameras and self.since - ROUND <= anomaly.at <= self.until + ROUND


def oddities(world: World) -> list[Oddity]:
    """What was planted and did happen, and stays that were far too long, as far as they lie in zones."""
    found = []
    plants = planted(world.start, world.end, world.zone)
    own = {f"{plant.storyline}/{int(plant.when.timestamp())}": plant for plant in plants}
    groups: dict[tuple[str, int], list[Story]] = {}
    for story in world.stories:
        if (plant := own.get(story.id)) is not None:
            groups.setdefault((plant.storyline, plant.when.toordinal()), []).append(story)
    in_zones = {stay.story: stay for stay in stays(world, world.start, world.end) if stay.story in own}
    for (name, _), told in groups.items():
        seen = [story for story in told if story.id in in_zones]
        if seen:
            found.append(_oddity(world, f"{len(told)} x {name}", seen))
    first = world.start + timedelta(days=FIRST_DAY)
    for stay in stays(world, first, world.end):
        if stay.kind == "person" and stay.zone == "porch" and stay.until - stay.since >= LONG:
            found.append(_oddity(world, "long on the porch", [world.story(stay.story)]))
    return found


def excused(world: World) -> list[Oddity]:
    """What may be told as unusual though nobody asks for it: all that no owner would call ordinary."""
    return [_oddity(world, story.name, [story]) for story in world.stories if story.label != "benign"]


def judged_anomalies(said: Sequence[StoredAnomaly], asked: Sequence[Oddity], excuses: Iterable[Oddity]) -> Told:
    """Each oddity must be told by one of the cameras that see it; what nothing explains is false."""
    told = Told(asked=len(asked), said=len(said))
    for one in asked:
        if any(one.explains(anomaly) for anomaly in said):
            told.found += 1
        else:
            told.miss(f"missed {one.name}", f"{one.since:%m-%d %H:%M}")
    everything = [*asked, *excuses]
    for anomaly in said:
        if any(one.explains(anomaly) for one in everything):
            told.right += 1
        else:
            told.miss(f"made up {anomaly.kind}", f"{anomaly.camera} {anomaly.at:%m-%d %H:%M}Z {anomaly.title}")
    return told


def _oddity(world: World, name: str, stories: Sequence[Story]) -> Oddity:
    cameras = {camera for story in stories for camera in story_truth(world, story).cameras}
    return Oddity(name, min(one.start for one in stories), max(one.end for one in stories), frozenset(cameras))
