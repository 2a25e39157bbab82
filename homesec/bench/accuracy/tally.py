"""What was found, missed and made up in all pictures, by kind and by condition; and the worst of it."""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from homesec.bench.accuracy.expected import Expected, TrueThing
from homesec.bench.accuracy.matching import Matched
from homesec.bench.accuracy.stored import Said
from homesec.sim.view.silhouette import Box

WORST = 200  # mistakes of each sort that are kept; the picture of them shows the worst of different ones


@dataclass(frozen=True)
class Error:
    """One mistake, to be shown."""

    expected: Expected
    what: str
    kind: str
    box: Box
    weight: float
    """How bad: confidence of what was made up, area of what was missed."""
    about: str
    """Mistakes about the same are shown once."""


@dataclass
class Found:
    """Of one kind or under one condition."""

    asked: int = 0
    found: int = 0
    pictures: int = 0
    mistakes: int = 0

    @property
    def recall(self) -> float | None:
        return self.found / self.asked if self.asked else None


@dataclass
class Tally:
    """Filled picture by picture."""

    pictures: int = 0
    mistakes: Counter[str] = field(default_factory=Counter)
    by_kind: defaultdict[str, Found] = field(default_factory=lambda: defaultdict(Found))
    by_condition: defaultdict[str, Found] = field(default_factory=lambda: defaultdict(Found))
    """Of all kinds."""
    persons: defaultdict[str, Found] = field(default_factory=lambda: defaultdict(Found))
    """Persons by condition."""
    _worst: dict[str, list[tuple[float, int, Error]]] = field(default_factory=lambda: {"made up": [], "missed": []})
    _order: Iterator[int] = field(default_factory=count)

    def add(self, expected: Expected, result: Matched) -> None:
        self.pictures += 1
        for name in expected.conditions:
            self.by_condition[name].pictures += 1
        for kind in {thing.kind for thing in expected.things if thing.asked}:
            self.by_kind[kind].pictures += 1
        for _, thing in result.hits:
            if thing.asked:
                self._asked(expected, thing, found=1)
        for thing in result.missed:
            self._asked(expected, thing, found=0)
            self._note("missed", _missed(expected, thing))
        for said, mistake in result.mistakes:
            self.mistakes[mistake] += 1
            self.by_kind[said.kind].mistakes += 1
            for name in expected.conditions:
                self.by_condition[name].mistakes += 1
            self._note("made up", _made_up(expected, said, mistake))

    @property
    def false_per_1000(self) -> float:
        return 1000 * self.mistakes.total() / self.pictures if self.pictures else 0.0

    def worst(self, sort: str, most: int) -> list[Error]:
        """The worst mistakes of a sort, `made up` or `missed`, each about something else."""
        found: dict[str, Error] = {}
        for _, _, error in sorted(self._worst[sort], reverse=True):
            found.setdefault(error.about, error)
        return list(found.values())[:most]

    def to_json(self) -> dict[str, Any]:
        return {
            name: round(1000 * number / self.pictures, 2) if self.pictures else 0.0
            for name, number in sorted(self.mistakes.items())
        }

    def _asked(self, expected: Expected, thing: TrueThing, found: int) -> None:
        rows = [self.by_kind[thing.kind], *(self.by_condition[name] for name in expected.conditions)]
        if thing.kind == "person":
            rows += [self.persons[name] for name in expected.conditions]
        for row in rows:
            row.asked += 1
            row.found += found

    def _note(self, sort: str, error: Error) -> None:
        heap = self._worst[sort]
        line = (error.weight, next(self._order), error)
        if len(heap) < WORST:
            heapq.heappush(heap, line)
        else:
            heapq.heappushpop(heap, line)


def _missed(expected: Expected, thing: TrueThing) -> Error:
    area = (thing.box[2] - thing.box[0]) * (thing.box[3] - thing.box[1])
    about = f"{expected.shot.camera}/{thing.thing}"
    return Error(expected, "missed", thing.kind, thing.box, area, about)


def _made_up(expected: Expected, said: Said, mistake: str) -> Error:
    # The same stone at the same place is one mistake, however often it is made.
    about = f"{expected.shot.camera}/{said.kind}/{said.box[0]:.1f}/{said.box[1]:.1f}"
    return Error(expected, f"{mistake}, {said.confidence:.0%} sure", said.kind, said.box, said.confidence, about)
