"""Which detections of a batch are worth a closer look: the best few of every while, never each frame."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from homesec.domain.evidence import kind
from homesec.domain.insights import Sight

WHILE_S = 3.0  # of event time, counted from 1970 as a batch may begin earlier later on; shorter than most deeds
MOST_AT_ONCE = 4  # persons, or vehicles, of one frame
WORTH = ("person", "vehicle")  # what further models know something about


@dataclass(frozen=True)
class Choice:
    """What to look at now, and whether the batch has more that is not ripe yet."""

    sights: tuple[Sight, ...]
    more: bool


def chosen(sights: Sequence[Sight], looked_at: Collection[int], settled: bool) -> Choice:
    """Of each while and each kind, the frame that shows most: its persons or its vehicles.

    A while in which something was looked at already is done. The newest one waits, unless the batch is `settled`
    (closed, or quiet for a moment): a better picture may be on its way.
    """
    whiles: defaultdict[tuple[int, str], list[Sight]] = defaultdict(list)
    for sight in sights:
        if kind(sight.object_type) in WORTH:
            whiles[int(sight.at.timestamp() // WHILE_S), kind(sight.object_type)].append(sight)
    newest = max((number for number, _ in whiles), default=0)
    found: list[Sight] = []
    more = False
    for (number, _), candidates in sorted(whiles.items(), key=lambda item: item[0]):
        if any(sight.detection_id in looked_at for sight in candidates):
            continue
        if number == newest and not settled:
            more = True
        else:
            found += _best_frame(candidates)
    return Choice(tuple(found), more)


def _best_frame(candidates: Sequence[Sight]) -> list[Sight]:
    frames: defaultdict[tuple[int, int], list[Sight]] = defaultdict(list)
    for sight in candidates:
        frames[sight.frame].append(sight)
    best = max(frames.items(), key=lambda item: (sum(_shown(sight) for sight in item[1]), item[0]))[1]
    return sorted(best, key=_shown, reverse=True)[:MOST_AT_ONCE]


def _shown(sight: Sight) -> float:
    """How much there is to see of it: sure and large, where size helps less and less."""
    return float(sight.confidence * min(sight.area, 0.1) ** 0.5)
