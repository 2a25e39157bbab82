"""Which detections of a batch are worth a closer look: the best few of every while, never each frame."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from homesec.domain.evidence import kind
from homesec.domain.insights import Sight

WHILE_S = 3.0  # of event time, counted from 1970 as a batch may begin earlier later on; shorter than most deeds
MOST_AT_ONCE = 4  # persons, or vehicles, of one while
WORTH = ("person", "vehicle")  # what further models know something about
ALONG_S = 2.0  # to each side of a sight: long enough for a deed
MOST_ALONG = 16  # sights to each side: what the largest models for actions take


@dataclass(frozen=True)
class Choice:
    """What to look at now, and whether the batch has more that is not ripe yet."""

    sights: tuple[Sight, ...]
    more: bool


def chosen(sights: Sequence[Sight], looked_at: Collection[int], settled: bool) -> Choice:
    """Of each while and each track the picture that shows most; of what is not followed, the frame that shows most.

    A while in which a track was looked at already is done with that track. The newest while waits, unless the batch is
    `settled` (closed, or quiet for a moment): a better picture may be on its way.
    """
    whiles: defaultdict[tuple[int, str], list[Sight]] = defaultdict(list)
    for sight in sights:
        if kind(sight.object_type) in WORTH:
            whiles[int(sight.at.timestamp() // WHILE_S), kind(sight.object_type)].append(sight)
    newest = max((number for number, _ in whiles), default=0)
    found: list[Sight] = []
    more = False
    for (number, _), candidates in sorted(whiles.items(), key=lambda item: item[0]):
        done = [sight for sight in candidates if sight.detection_id in looked_at]
        tracks_done = {sight.track_id for sight in done}
        left = [sight for sight in candidates if sight.track_id not in tracks_done]
        if not left or len(done) >= MOST_AT_ONCE:
            continue
        if number == newest and not settled:
            more = True
        else:
            found += _best(left)[: MOST_AT_ONCE - len(done)]
    return Choice(tuple(found), more)


def with_neighbours(sight: Sight, track: Sequence[Sight]) -> Sight:
    """The sight with those of its track, oldest first, that lie closely around it."""
    place = next(number for number, one in enumerate(track) if one.detection_id == sight.detection_id)
    near = [
        one
        for one in track[max(place - MOST_ALONG, 0) : place + MOST_ALONG + 1]
        if one.detection_id != sight.detection_id and abs((one.at - sight.at).total_seconds()) <= ALONG_S
    ]
    return replace(sight, along=tuple(near))


def _best(candidates: Sequence[Sight]) -> list[Sight]:
    """The best sight of each track, and all of the best frame of those without one; what shows most first."""
    tracks: defaultdict[int, list[Sight]] = defaultdict(list)
    frames: defaultdict[tuple[int, int], list[Sight]] = defaultdict(list)
    for sight in candidates:
        if sight.track_id is None:
            frames[sight.frame].append(sight)
        else:
            tracks[sight.track_id].append(sight)
    found = [max(ones, key=lambda one: (_shown(one), one.detection_id)) for ones in tracks.values()]
    if frames:
        found += max(frames.items(), key=lambda item: (sum(_shown(sight) for sight in item[1]), item[0]))[1]
    return sorted(found, key=_shown, reverse=True)


def _shown(sight: Sight) -> float:
    """How much there is to see of it: sure and large, where size helps less and less."""
    return float(sight.confidence * min(sight.area, 0.1) ** 0.5)
