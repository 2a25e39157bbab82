"""How often what is seen where: the rates against which learned baselines can be checked."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

import numpy as np

from homesec.sim.life.days import STANDING
from homesec.sim.life.habits import expected
from homesec.sim.stories.cast import cast
from homesec.sim.stories.catalogue import STORYLINES
from homesec.sim.stories.scene import Scene
from homesec.sim.values import Camera
from homesec.sim.view.sight import sightings
from homesec.sim.world import World

TRIALS = 40  # of each storyline: enough for a hundredth of what is seen of it


def expected_rate(world: World, camera_id: str, kind: str, weekday: int, hour: int, month: int = 5) -> float:
    """Expected number of things of a kind that come into view of a camera in a local hour of ordinary life.

    Each thing counts once in each story; weekday 0 is Monday. How often stories happen is known exactly, but for the
    few that must wait or be left out; how much of them a camera sees is taken from trials. What lies or stands
    somewhere between stories does not count.
    """
    seen = _seen_by(world.property.cameras, world.seed)
    return sum(
        expected(name, weekday, hour, month) * counts.get((camera_id, kind), 0.0) for name, counts in seen.items()
    )


def appearances(world: World, camera_id: str, kind: str, since: datetime, until: datetime) -> Counter[tuple[int, int]]:
    """How many things of a kind did come into view of a camera, by (weekday, hour) of the story's start."""
    counts: Counter[tuple[int, int]] = Counter()
    told = [story for story in world.stories if story.name != STANDING and since <= story.start < until]
    seen = {
        (one.story.id, one.role.thing.id): one.story.start
        for one in sightings((world.property.camera(camera_id),), told)
        if one.role.thing.kind == kind
    }
    for start in seen.values():
        counts[start.weekday(), start.hour] += 1
    return counts


@lru_cache(maxsize=4)
def _seen_by(cameras: tuple[Camera, ...], seed: int) -> Mapping[str, Mapping[tuple[str, str], float]]:
    people = cast(seed)
    start = datetime(2026, 5, 4, 12, tzinfo=ZoneInfo("UTC"))
    inside = frozenset(member.thing.id for member in people.members)
    found: dict[str, Mapping[tuple[str, str], float]] = {}
    for name, storyline in STORYLINES.items():
        trials = []
        for trial in range(TRIALS):
            rng = np.random.default_rng([seed, 0xE4, trial])
            trials.append(storyline.story(Scene(f"{name}/{trial}", rng, start, people, inside=inside)))
        seen = {
            (one.camera, one.role.thing.kind, one.story.id, one.role.thing.id) for one in sightings(cameras, trials)
        }
        counts = Counter((camera, kind) for camera, kind, _, _ in seen)
        found[name] = MappingProxyType({key: number / TRIALS for key, number in counts.items()})
    return MappingProxyType(found)
