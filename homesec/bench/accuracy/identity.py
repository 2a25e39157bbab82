"""Whether one object is one track: IDF1, MOTA and identity switches by the field's own evaluator, py-motmetrics.

E. Ristani et al., "Performance Measures and a Data Set for Multi-Target, Multi-Camera Tracking", 2016, for IDF1;
K. Bernardin and R. Stiefelhagen, "The CLEAR MOT Metrics", 2008, for the others. What is too small or too hidden to be
asked for is ignored, and so is who is taken for it.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import motmetrics
import numpy as np

from homesec.bench.accuracy.expected import Expected, TrueThing
from homesec.bench.accuracy.matching import HIT
from homesec.bench.accuracy.stored import Said
from homesec.domain.boxes import overlap
from homesec.sim.view.silhouette import Box

AWAY = timedelta(seconds=10)  # who was not seen for so long is somebody new, but what stands where it stood
AWAY_PICTURES = 4  # or for so many pictures
_FIGURES = {
    "idf1": "IDF1", "mota": "MOTA", "num_switches": "switches", "num_fragmentations": "fragments",
    "num_unique_objects": "objects", "num_misses": "missed", "num_false_positives": "made_up",
}  # fmt: skip


@dataclass
class Appearance:
    """One thing on one camera without a break: what should be one track."""

    number: int
    came_at: datetime
    seen_at: datetime
    box: Box
    tracks: set[int] = field(default_factory=set)


@dataclass
class Identities:
    """Filled picture by picture, in the order of time."""

    every: timedelta
    """The usual time between two pictures of a camera."""
    appearances: list[tuple[str, TrueThing, Appearance]] = field(default_factory=list)
    """With the camera, and the thing when it came."""
    _now: dict[tuple[str, str], Appearance] = field(default_factory=dict)
    _books: defaultdict[str, motmetrics.MOTAccumulator] = field(
        default_factory=lambda: defaultdict(lambda: motmetrics.MOTAccumulator(auto_id=True))
    )

    def add(self, expected: Expected, said: Sequence[Said]) -> None:
        """One picture, and what was said of it; detections without a track count nowhere."""
        asked = [thing for thing in expected.things if thing.asked]
        ignored = [thing for thing in expected.things if not thing.asked]
        appearances = [self._appearance(expected, thing) for thing in asked]
        told = [one for one in said if one.track is not None and not _is_about(one, asked, ignored)]
        distance = np.full((len(asked), len(told)), np.nan)
        for row, thing in enumerate(asked):
            for column, one in enumerate(told):
                if (share := overlap(thing.box, one.box)) >= HIT:
                    distance[row, column] = 1.0 - share
                    appearances[row].tracks.add(one.track or 0)
        numbers = [one.number for one in appearances]
        self._books[expected.shot.camera].update(numbers, [one.track for one in told], distance)

    def figures(self) -> dict[str, dict[str, Any]]:
        """IDF1, MOTA and what they are made of, for each camera and for `all`."""
        names = sorted(self._books)
        if not names:
            return {}
        table = motmetrics.metrics.create().compute_many(
            [self._books[name] for name in names], names=names, metrics=list(_FIGURES), generate_overall=True
        )
        rows = {
            str(name): {_FIGURES[key]: round(float(value), 4) for key, value in row.items()}
            for name, row in table.iterrows()
        }
        return {name: rows[name] for name in names} | {"all": rows["OVERALL"]}

    def torn(self, most: int) -> list[str]:
        """What became the most tracks, worst first, in words."""
        worst = sorted(self.appearances, key=lambda row: -len(row[2].tracks))[:most]
        return [
            f"{camera} {thing.thing} {one.came_at:%m-%d %H:%M:%S}Z until {one.seen_at:%H:%M:%S}Z: "
            f"{len(one.tracks)} tracks {sorted(one.tracks)[:5]}, {thing.story}"
            for camera, thing, one in worst
            if len(one.tracks) > 1
        ]

    def mixed(self, most: int) -> list[str]:
        """The tracks of the most things, worst first, in words."""
        told: defaultdict[int, list[tuple[str, TrueThing, Appearance]]] = defaultdict(list)
        for row in self.appearances:
            for track in row[2].tracks:
                told[track].append(row)
        worst = sorted(told.items(), key=lambda line: (-len(line[1]), line[0]))[:most]
        return [
            f"{rows[0][0]} track {track}: {len(rows)} things, {', '.join(thing.thing for _, thing, _ in rows[:4])}, "
            f"from {rows[0][2].came_at:%m-%d %H:%M:%S}Z until {rows[-1][2].seen_at:%m-%d %H:%M:%S}Z"
            for track, rows in worst
            if len(rows) > 1
        ]

    @property
    def idf1(self) -> float | None:
        """Over all cameras; None when no picture was added."""
        figures = self.figures()
        return float(figures["all"]["IDF1"]) if figures else None

    def _appearance(self, expected: Expected, thing: TrueThing) -> Appearance:
        camera, at = expected.shot
        one = self._now.get((camera, thing.thing))
        patience = max(AWAY, AWAY_PICTURES * self.every)
        if one is None or (at - one.seen_at > patience and overlap(one.box, thing.box) < HIT):
            one = Appearance(len(self.appearances) + 1, at, at, thing.box)
            self.appearances.append((camera, thing, one))
            self._now[camera, thing.thing] = one
        one.seen_at, one.box = at, thing.box
        return one


def _is_about(one: Said, asked: Sequence[TrueThing], ignored: Sequence[TrueThing]) -> bool:
    """Whether it rather means something that is not asked for."""
    best = _best(one, ignored)
    return best >= HIT and best > _best(one, asked)


def _best(one: Said, things: Sequence[TrueThing]) -> float:
    return max((overlap(one.box, thing.box) for thing in things), default=0.0)
