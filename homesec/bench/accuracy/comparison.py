"""The tables against the truth: all figures of one run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import psycopg

from homesec.bench.accuracy import stored
from homesec.bench.accuracy.expected import Expected
from homesec.bench.accuracy.happenings import Happenings
from homesec.bench.accuracy.matching import matched
from homesec.bench.accuracy.precision import Sample, average_precision, mean
from homesec.bench.accuracy.stored import StoredEvent
from homesec.bench.accuracy.tally import Tally
from homesec.bench.rounds import summary
from homesec.sim.story import Story
from homesec.sim.values import KINDS
from homesec.sim.world import World

CONDITIONS = ("day", "dusk", "night", "infrared", "rain", "snow")


@dataclass(frozen=True)
class Comparison:
    """What the system said, compared."""

    world: World
    days: float
    tally: Tally
    happenings: Happenings
    sample: Sample
    events: Sequence[StoredEvent]
    states: Mapping[str, int]
    expected: int
    """Pictures that were taken."""

    @cached_property
    def stories(self) -> dict[str, Story]:
        """By their ids."""
        return {story.id: story for story in self.world.stories}

    @property
    def lost(self) -> int:
        """Pictures of which the system is not done."""
        return self.expected - self.tally.pictures

    @property
    def camera_days(self) -> float:
        return self.days * len(self.world.property.cameras)

    @property
    def false_a_camera_day(self) -> float:
        """Events about nothing."""
        return self.happenings.about_nothing(self.events)[0] / self.camera_days

    def person_recall(self, condition: str) -> float | None:
        return self.tally.persons[condition].recall

    def mean_precision(self, condition: str) -> float | None:
        """mAP50 of the pictures under a condition; None when there are none that show anything."""
        precisions = average_precision(self.sample.of(condition))
        return mean(precisions) if precisions else None

    def to_json(self) -> dict[str, Any]:
        """Everything in the world's own time, rounded for reading."""
        nothing, standing = self.happenings.about_nothing(self.events)
        precisions = average_precision(self.sample)
        by_kind = {
            kind: {
                "pictures": self.tally.by_kind[kind].pictures,
                "AP50": _digits(precisions.get(kind)),
                "recall": _digits(self.tally.by_kind[kind].recall),
                "false_per_1000": _per_1000(self.tally.by_kind[kind].mistakes, self.tally.pictures),
            }
            for kind in KINDS
            if kind in self.tally.by_kind
        }
        by_condition = {name: self._condition(name) for name in CONDITIONS if self.tally.by_condition[name].pictures}
        return {
            "pictures": self.tally.pictures,
            "uploads": dict(self.states),
            "mAP50": _digits(mean(precisions)),
            "kinds": by_kind,
            "conditions": by_condition,
            "false_detections_per_1000": round(self.tally.false_per_1000, 2),
            "false_by_mistake_per_1000": self.tally.to_json(),
            "events": len(self.events),
            "events_of_stories": self.happenings.recall(self.stories),
            "storylines_without_event": dict(self.happenings.unseen(self.stories).most_common(8)),
            "false_events_a_camera_day": round(nothing / self.camera_days, 3),
            "standing_events_a_camera_day": round(standing / self.camera_days, 3),
            "appearance_to_event_s": told(self.happenings.delays_s()),
            "batching": self.happenings.batching(self.events),
            "scores": self.happenings.scores(self.stories, self.events),
        }

    def _condition(self, name: str) -> dict[str, Any]:
        found, persons = self.tally.by_condition[name], self.tally.persons[name]
        return {
            "pictures": found.pictures,
            "mAP50": _digits(self.mean_precision(name)),
            "recall": _digits(found.recall),
            "person_recall": _digits(persons.recall),
            "false_per_1000": _per_1000(found.mistakes, found.pictures),
        }


def compare(database: psycopg.Connection, world: World, days: float, expected: Mapping[str, Expected]) -> Comparison:
    """Read the tables. `expected` are all pictures that were taken, by their paths."""
    tally, happenings, sample = Tally(), Happenings(), Sample()
    every = Sample.every(len(expected))
    for number, (picture, said) in enumerate(stored.pictures(database, expected)):
        result = matched(said, picture.things)
        tally.add(picture, result)
        happenings.add(picture, result)
        if number % every == 0:
            sample.add(picture, said)
    return Comparison(
        world, days, tally, happenings, sample, stored.events(database), stored.states(database), len(expected)
    )


def told(seconds: Sequence[float]) -> dict[str, float]:
    """The summary of times; of none only that there are none."""
    return summary(seconds) if seconds else {"count": 0}


def _per_1000(mistakes: int, pictures: int) -> float:
    return round(1000 * mistakes / pictures, 2) if pictures else 0.0


def _digits(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
