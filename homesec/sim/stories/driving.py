"""How vehicles move: along lanes, round corners, into the driveway and out of it, to the kerb and away."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from math import atan2, hypot, pi, sqrt

from homesec.sim.stories.track import Spot
from homesec.sim.story import Key

WEST_LANE, EAST_LANE = -13.8, -17.2
WEST_EVADING, EAST_EVADING = -15.35, -17.6  # the lanes while somebody is parked at the kerb
KERB = -13.05
END_M = 60.0  # where the world ends, to the east and to the west
QUICKENS, BRAKES = 1.8, 2.4  # metres a second squared: an unhurried driver
CORNERING_M_S = 3.2  # in bends and on the driveway
REVERSING_M_S = 1.8
CORNER_M = 4.4  # from where the bend begins to the corner
SAMPLE_M = 0.8


def drive(
    places: Sequence[Spot],
    at: float,
    cruise: float,
    first: float | None = None,
    last: float | None = None,
    lights: bool = False,
    backwards: bool = False,
    action: str = "driving",
    corner_m: float = CORNER_M,
) -> list[Key]:
    """Keys along a way with rounded corners; `first` and `last` are the speeds at its ends, usually `cruise`."""
    way, bent = _rounded(places, corner_m)
    top = REVERSING_M_S if backwards else cruise
    speeds = [min(top, CORNERING_M_S) if bend else top for bend in bent]
    speeds[0] = min(speeds[0], top if first is None else first)
    speeds[-1] = min(speeds[-1], top if last is None else last)
    gaps = [hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(way)]
    for index, gap in enumerate(gaps):
        speeds[index + 1] = min(speeds[index + 1], sqrt(speeds[index] ** 2 + 2 * QUICKENS * gap))
    for index in range(len(gaps) - 1, -1, -1):
        speeds[index] = min(speeds[index], sqrt(speeds[index + 1] ** 2 + 2 * BRAKES * gaps[index]))
    keys: list[Key] = []
    for index, place in enumerate(way):
        if index:
            at += 2 * gaps[index - 1] / (speeds[index - 1] + speeds[index])
            steady = index + 1 < len(way) and speeds[index - 1] == speeds[index] == speeds[index + 1]
            if steady and not (bent[index - 1] or bent[index] or bent[index + 1]):
                continue
        keys.append(Key(at, *place, backwards=backwards, action=action, lights=lights))
    return keys


def joined(*stretches: Sequence[Key]) -> list[Key]:
    """One chain of keys from several, each of which begins where and when the one before it ends."""
    keys: list[Key] = []
    for stretch in stretches:
        if keys and stretch and stretch[0].at - keys[-1].at < 1e-6:
            keys.pop()
        keys += stretch
    return keys


def parked(at: float, place: Spot, heading: float) -> Key:
    """A vehicle that stands without anybody in it."""
    return Key(at, *place, heading=heading, action="parked")


def pass_by(cruise: float, east: bool, lane: float, lights: bool) -> list[Key]:
    """Through the street from one end to the other."""
    start = -END_M if east else END_M
    return drive([(start, lane), (-start, lane)], 0.0, cruise, lights=lights)


def pull_in(spot: Spot, cruise: float, east: bool, lane: float, lights: bool) -> list[Key]:
    """From the end of the street, driving east or west, to a place on the driveway, nose to the north."""
    start = -END_M if east else END_M
    corner = CORNER_M + (1.5 if east else 0.0)
    keys = drive([(start, lane), (spot[0], lane), spot], 0.0, cruise, last=0.0, lights=lights, corner_m=corner)
    return [*keys[:-1], parked(keys[-1].at, spot, pi / 2)]


def pull_out(spot: Spot, at: float, cruise: float, east: bool, lane: float, lights: bool) -> list[Key]:
    """Backwards from the driveway into the lane, then away to the end of the street."""
    clear = spot[0] + (-7.5 if east else 7.5)
    back = drive([spot, (spot[0], lane), (clear, lane)], at, cruise, first=0.0, last=0.0, lights=lights, backwards=True)
    turned = (END_M if east else -END_M, lane)
    return joined(back, drive([(clear, lane), turned], back[-1].at, cruise, first=0.0, lights=lights))


def to_kerb(x: float, cruise: float, lights: bool, lane: float = WEST_LANE) -> list[Key]:
    """From the east end to the kerb in front of the property."""
    keys = drive(
        [(END_M, lane), (x + 11, lane), (x + 4, KERB), (x, KERB)], 0.0, cruise, last=0.0, lights=lights, corner_m=2.5
    )
    return [*keys[:-1], parked(keys[-1].at, (x, KERB), pi)]


def from_kerb(x: float, at: float, cruise: float, lights: bool, lane: float = WEST_LANE) -> list[Key]:
    """From the kerb away to the west end."""
    keys = drive(
        [(x, KERB), (x - 2, KERB), (x - 9, lane), (-END_M, lane)], at, cruise, first=0.0, lights=lights, corner_m=2.0
    )
    return [replace(keys[0], heading=pi), *keys[1:]]


def _rounded(places: Sequence[Spot], corner_m: float) -> tuple[list[Spot], list[bool]]:
    # Corners become quadratic Bézier curves; straights are sampled so that speeds can change along them.
    way: list[Spot] = [places[0]]
    bent = [False]
    for index in range(1, len(places)):
        corner = places[index]
        before = way[-1]
        if index == len(places) - 1:
            _straight(way, bent, corner)
            break
        after = places[index + 1]
        into, out = (hypot(*_minus(corner, before)), hypot(*_minus(after, corner)))
        turn = atan2(*_minus(corner, before)) - atan2(*_minus(after, corner))
        sharp = abs((turn + pi) % (2 * pi) - pi) > 0.5
        cut_in, cut_out = min(corner_m, into * 0.95), min(corner_m, out * (0.5 if index + 2 < len(places) else 0.95))
        first = _toward(corner, before, cut_in / into)
        last = _toward(corner, after, cut_out / out)
        _straight(way, bent, first)
        steps = max(4, round((cut_in + cut_out) / SAMPLE_M))
        for step in range(1, steps + 1):
            t = step / steps
            way.append(_toward(_toward(first, corner, t), _toward(corner, last, t), t))
            bent.append(sharp)
    return way, bent


def _straight(way: list[Spot], bent: list[bool], end: Spot) -> None:
    start = way[-1]
    steps = max(1, round(hypot(*_minus(end, start)) / SAMPLE_M))
    for step in range(1, steps + 1):
        way.append(_toward(start, end, step / steps))
        bent.append(False)


def _toward(start: Spot, end: Spot, share: float) -> Spot:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _minus(first: Spot, second: Spot) -> Spot:
    return first[0] - second[0], first[1] - second[1]
