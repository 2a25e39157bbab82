"""Tracks, zones and hands of one run, against the truth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import psycopg

from homesec.bench.accuracy import stored
from homesec.bench.accuracy.expected import Expected
from homesec.bench.accuracy.hands import judged_hands
from homesec.bench.accuracy.identity import Identities
from homesec.bench.accuracy.plan import Plan, world_of
from homesec.bench.accuracy.stays import Told, judged_crossings, judged_stays
from homesec.bench.accuracy.watched import Watched
from homesec.bench.report import Check, at_least, at_most
from homesec.sim.drawn_zones import DrawnZone, is_on_edge, leads_over
from homesec.sim.truth.chronicle import interactions
from homesec.sim.truth.dwell import crossings, stays

FAST, SLOW = 5.0, 0.5  # pictures a second for which there are targets
IDF1 = {FAST: 0.85, SLOW: 0.70}
CROSSINGS, STAYS, HANDS, FALSE_HANDS = 0.97, 0.95, 0.90, 0.02
SHOWN = 8
ENOUGH = 20  # of a sort, from which on its share is held against its target


@dataclass(frozen=True)
class Following:
    """What was made of movements at one rate of pictures."""

    fps: float
    identities: Identities
    crossings: Told
    stays: Told
    hands: Told

    def checks(self) -> list[Check]:
        rate = f"{self.fps:g}/s"
        found = []
        if (target := IDF1.get(self.fps)) is not None and (value := self.identities.idf1) is not None:
            found.append(at_least(f"IDF1, {rate}", value, target))
        targets = {"crossings": (self.crossings, CROSSINGS), "stays": (self.stays, STAYS)}
        for name, (told, target) in (targets | {"left and taken": (self.hands, HANDS)}).items():
            if told.recall is not None and told.asked >= ENOUGH:
                found.append(at_least(f"{name} right, {rate}", told.recall, target))
        if self.crossings.precision is not None and self.crossings.said >= ENOUGH:
            found.append(at_least(f"crossings said that were, {rate}", self.crossings.precision, CROSSINGS))
        if self.hands.precision is not None and self.hands.said >= ENOUGH:
            found.append(at_most(f"left and taken made up, {rate}", 1.0 - self.hands.precision, FALSE_HANDS))
        return found

    def to_json(self) -> dict[str, Any]:
        return {
            "identity": self.identities.figures(),
            "torn": self.identities.torn(SHOWN),
            "mixed": self.identities.mixed(SHOWN),
            "crossings": self.crossings.to_json(),
            "stays": self.stays.to_json(),
            "left_and_taken": self.hands.to_json(),
        }


def followed(
    database: psycopg.Connection, plan: Plan, zones: Sequence[DrawnZone], expected: Mapping[str, Expected]
) -> Following:
    """Read the tables. `expected` are all pictures that were taken, by their paths."""
    world = world_of(plan)
    every = timedelta(seconds=1.0 / plan.fps)
    identities, watched = Identities(every), Watched()
    for picture, said in stored.pictures(database, expected):
        identities.add(picture, said)
        watched.add(picture, said)
    rows = stored.stays(database)
    on_edge, leads = partial(is_on_edge, world), partial(leads_over, world)
    cameras = [camera.id for camera in world.property.cameras]
    return Following(
        plan.fps,
        identities,
        judged_crossings(crossings(world, plan.start, plan.end), rows, zones, watched, every, on_edge, leads),
        judged_stays(stays(world, plan.start, plan.end), rows, zones, watched, every, on_edge),
        judged_hands(interactions(world, plan.start, plan.end), stored.interactions(database), cameras, watched),
    )
