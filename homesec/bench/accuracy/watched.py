"""Who was seen when by which camera, and which track means whom: what stays, crossings and hands are judged by."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from homesec.bench.accuracy.expected import Expected
from homesec.bench.accuracy.matching import HIT
from homesec.bench.accuracy.stored import Said
from homesec.domain.boxes import overlap


@dataclass
class Watched:
    """Filled picture by picture, in the order of time."""

    seen: defaultdict[tuple[str, str], list[datetime]] = field(default_factory=lambda: defaultdict(list))
    """By camera and thing: the pictures that show it well enough, with the place where it stands."""
    shown: defaultdict[tuple[str, str], list[datetime]] = field(default_factory=lambda: defaultdict(list))
    """The pictures that show anything of it."""
    _votes: defaultdict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, expected: Expected, said: Sequence[Said]) -> None:
        camera, at = expected.shot
        for thing in expected.things:
            self.shown[camera, thing.thing].append(at)
            if thing.asked and thing.foot_shown:
                self.seen[camera, thing.thing].append(at)
        for one in said:
            if one.track is None:
                continue
            best = max(expected.things, key=lambda thing: overlap(one.box, thing.box), default=None)
            hit = best is not None and overlap(one.box, best.box) >= HIT
            self._votes[one.track][best.thing if best and hit else ""] += 1

    def thing_of(self, track: int) -> str | None:
        """Whom most of a track's detections show; None: nobody."""
        votes = self._votes.get(track)
        return (votes.most_common(1)[0][0] or None) if votes else None

    def purity(self, track: int) -> float:
        """Share of a track's detections that show the thing that most of them show."""
        votes = self._votes.get(track)
        return votes.most_common(1)[0][1] / votes.total() if votes else 0.0

    def between(self, camera: str, thing: str, since: datetime, until: datetime) -> list[datetime]:
        """The pictures of a camera that show a thing well in a span, both ends included."""
        return _within(self.seen.get((camera, thing), []), since, until)

    def glimpses(self, camera: str, thing: str, since: datetime, until: datetime) -> list[datetime]:
        """Those that show anything of it."""
        return _within(self.shown.get((camera, thing), []), since, until)


def _within(pictures: Sequence[datetime], since: datetime, until: datetime) -> list[datetime]:
    return list(pictures[bisect_left(pictures, since) : bisect_right(pictures, until)])
