"""Stays in zones and crossings of lines, against where things truly were on the ground while a camera saw them."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from homesec.bench.accuracy.identity import AWAY, AWAY_PICTURES
from homesec.bench.accuracy.stored import StoredStay
from homesec.bench.accuracy.watched import Watched
from homesec.sim.drawn_zones import DrawnZone
from homesec.sim.truth.dwell import Crossing, Stay

AT_LEAST = timedelta(seconds=1)  # what a box says about the ground, nobody knows better: a step
SHOWN = 6  # kinds of mistakes, and examples of them
NEAR = 3  # pictures before and after a crossing in which its thing must be seen, to ask for it
UNSEEN = timedelta(seconds=30)  # longest time between two pictures of one who is still the same
LIVING = ("person", "dog", "cat")  # a parked car stays on when its story is over


@dataclass
class Told:
    """How much was right."""

    asked: int = 0
    found: int = 0
    said: int = 0
    right: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    """What was missed or made up, by camera, zone and kind."""
    examples: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float | None:
        return self.found / self.asked if self.asked else None

    @property
    def precision(self) -> float | None:
        return self.right / self.said if self.said else None

    def miss(self, sort: str, what: str) -> None:
        self.wrong[sort] += 1
        self.examples.append(f"{sort}: {what}")

    def to_json(self) -> dict[str, Any]:
        return {
            "asked": self.asked, "found": _digits(self.recall), "said": self.said, "right": _digits(self.precision),
            "most_wrong": dict(self.wrong.most_common(SHOWN)),
            "examples": self.examples[:: max(1, len(self.examples) // SHOWN)],
        }  # fmt: skip


OnEdge = Callable[[str, str, datetime], bool]
"""Whether a thing was so near to the edge of a zone, at a moment, that nobody can tell on which side."""


LeadsOver = Callable[[str, str, datetime, datetime], bool | None]
"""Whether the straight way of a thing between two moments cuts a line; None: it passes an end too near to tell."""


def judged_crossings(
    true: Iterable[Crossing],
    said: Sequence[StoredStay],
    zones: Sequence[DrawnZone],
    watched: Watched,
    every: timedelta,
    on_edge: OnEdge,
    leads_over: LeadsOver,
) -> Told:
    """Each crossing that a camera saw before and after must be said once, with its direction, at about its time.

    Between two pictures nobody knows the way, and slow cameras see a corner as a straight line: it is no mistake to say
    a crossing that the straight way makes. What is said of those who walk along a line is neither right nor wrong.
    """
    told = Told()
    near = NEAR * every
    slack = max(2 * every, 2 * AT_LEAST)
    left = defaultdict(list)
    for one in said:
        if one.direction is not None and one.kind != "bird":
            left[one.zone, one.camera, watched.thing_of(one.track), one.direction].append(one)
            told.said += 1
    for crossing in (one for one in true if one.kind != "bird"):  # whoever flies over a line does not cross it
        for zone in (zone for zone in zones if zone.name == crossing.line):
            before = watched.between(zone.camera, crossing.thing, crossing.at - near, crossing.at)
            after = watched.between(zone.camera, crossing.thing, crossing.at, crossing.at + near)
            candidates = left[crossing.line, zone.camera, crossing.thing, crossing.direction]
            match = min(candidates, key=lambda one: abs(one.since - crossing.at), default=None)
            hit = match is not None and abs(match.since - crossing.at) <= slack + near
            if hit and match is not None:
                candidates.remove(match)
                told.right += 1
            if before and after:
                told.asked += 1
                told.found += hit
                if not hit:
                    told.miss(
                        f"missed {zone.camera}/{zone.name}/{crossing.kind}",
                        f"{crossing.thing} {crossing.direction} {crossing.at:%m-%d %H:%M:%S} {crossing.story}",
                    )
    for rest in left.values():
        for one in rest:
            thing = watched.thing_of(one.track)
            on_line = thing is not None and on_edge(thing, one.zone, one.since)
            if on_line or (thing is not None and _seems(thing, one, watched, leads_over)):
                told.said -= 1
                continue
            told.miss(
                f"made up {one.camera}/{one.zone}/{one.kind}",
                f"{one.direction} {one.since:%m-%d %H:%M:%S}Z track {one.track} of {thing}",
            )
    return told


def _seems(thing: str, one: StoredStay, watched: Watched, leads_over: LeadsOver) -> bool:
    """Whether a thing that did not cross a line seems to do so in the two pictures before and after."""
    before = watched.glimpses(one.camera, thing, one.since - UNSEEN, one.since)[-2:]
    after = watched.glimpses(one.camera, thing, one.since, one.since + UNSEEN)[:2]
    return any(leads_over(thing, one.zone, *ends) is not False for ends in pairwise([*before, *after]))


def judged_stays(
    true: Iterable[Stay],
    said: Sequence[StoredStay],
    zones: Sequence[DrawnZone],
    watched: Watched,
    every: timedelta,
    on_edge: OnEdge,
) -> Told:
    """The seconds of each stay, as far as a camera saw it, must be right within a picture interval.

    What shows too little of somebody to ask for them, and pauses in which they were out of sight, may count or not: at
    least the seconds must be said in which they were seen well, and no more than from the first to the last glimpse.
    A stay that a camera saw in one picture only, or of somebody who walked along the zone's edge, is not asked for,
    and no mistake when it is said.
    """
    told = Told()
    slack = max(every, AT_LEAST)
    records = defaultdict(list)
    for one in said:
        if one.direction is None and one.kind in LIVING:
            records[one.zone, one.camera, watched.thing_of(one.track)].append(one)
            told.said += 1
    drawn = defaultdict(list)
    for zone in zones:
        drawn[zone.name].append(zone.camera)
    used: set[StoredStay] = set()
    for stay in true:
        for camera in drawn[stay.zone] if stay.kind in LIVING else ():
            seen = watched.between(camera, stay.thing, stay.since - every, stay.until + every)
            inside = [at for at in seen if stay.since <= at <= stay.until]
            since, until = (max(stay.since, seen[0]), min(stay.until, seen[-1])) if seen else (stay.since, stay.until)
            about = [
                one for one in records[stay.zone, camera, stay.thing]
                if one.since <= stay.until + 2 * slack and one.until >= stay.since - 2 * slack
            ]  # fmt: skip
            used.update(about)
            if len(inside) < 2 or until - since <= slack or on_edge(stay.thing, stay.zone, since + (until - since) / 2):
                continue
            told.asked += 1
            glimpses = watched.glimpses(camera, stay.thing, stay.since - every, stay.until + every)
            most = (min(stay.until, glimpses[-1]) - max(stay.since, glimpses[0])).total_seconds()
            least = (until - since - _pauses(seen, every)).total_seconds()
            seconds = sum(one.seconds for one in about)
            if least - slack.total_seconds() <= seconds <= most + slack.total_seconds():
                told.found += 1
            else:
                told.miss(
                    f"wrong {camera}/{stay.zone}/{stay.kind}",
                    f"{stay.thing} {seconds:.1f} s in {len(about)} stays, not {least:.1f} to {most:.1f} s, "
                    f"from {since:%m-%d %H:%M:%S} {stay.story}",
                )
    told.right = len(used)
    for rest in records.values():
        for one in (one for one in rest if one not in used):
            thing = watched.thing_of(one.track)
            if thing is not None and on_edge(thing, one.zone, one.since + (one.until - one.since) / 2):
                told.said -= 1
                continue
            told.miss(
                f"made up {one.camera}/{one.zone}/{one.kind}",
                f"{one.seconds:.1f} s from {one.since:%m-%d %H:%M:%S}Z track {one.track} of {thing}",
            )
    return told


def _pauses(seen: Sequence[datetime], every: timedelta) -> timedelta:
    """The time between pictures that are too far apart to know that it is still the same stay."""
    patience = max(AWAY, AWAY_PICTURES * every)
    return sum((after - one for one, after in pairwise(seen) if after - one > patience), timedelta())


def _digits(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
