"""The plan of what the cameras of a world upload: which pictures and clips, when they arrive, and what goes wrong."""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import floor
from typing import Literal
from zlib import crc32

import numpy as np

from homesec.sim.cameras.camera_habits import BURST_S, HABITS, NONE, USUAL, FaultRates, Habits
from homesec.sim.cameras.clocks import Outage, clock_error, outages
from homesec.sim.view.motion import recordings
from homesec.sim.view.sight import Span
from homesec.sim.world import World

Fault = Literal["pieces", "late", "out of order", "twice", "truncated", "clock", "offline"]

CLIP_S = (10.0, 60.0)  # shortest and longest clip
SENDING_S = 0.3  # from the picture to its arrival, when nothing goes wrong
LATE_S = (60.0, 600.0)
OVERTAKEN_S = (3.0, 12.0)  # so much later comes what later pictures overtake
AGAIN_S = (5.0, 90.0)  # from the first arrival to the second
BACKLOG_S = 0.25  # from picture to picture when a camera is back and sends what it kept
JITTER = 0.1  # share by which the time from picture to picture differs


@dataclass(frozen=True)
class Upload:
    """A file that a camera sends."""

    camera: str
    folder: str
    name: str
    kind: Literal["picture", "clip"]
    captured_at: datetime
    """When it was truly taken; of a clip, its first picture."""
    lasts_s: float
    """0 of pictures."""
    stamp: datetime
    """The same by the camera's own clock."""
    arrives_at: datetime
    """In the world's time."""
    fault: Fault | None = None

    @property
    def is_broken(self) -> bool:
        """The world broke it, so that it has to be rejected."""
        return self.fault == "truncated"


@dataclass(frozen=True)
class _Shot:
    at: float
    lasts_s: float


Motion = Callable[[World, str, datetime, datetime], Iterable[Span]]
"""When a camera of a world is set off from one moment to another, in order; `motion.recordings`."""


def uploads(
    world: World, rates: FaultRates = USUAL, cameras: Sequence[Habits] = HABITS, motion: Motion = recordings
) -> Iterator[Upload]:
    """All uploads of a world in the order of their arrival; the same world and rates give the same ones.

    Every camera begins with a picture of its view; further ones need something that moves. They are found as they are
    asked for, so that the plan of a long world begins at once.
    """
    plans = (_in_order(world, camera, rates, motion) for camera in cameras)
    return heapq.merge(*plans, key=lambda upload: (upload.arrives_at, upload.camera, upload.name))


def _in_order(world: World, camera: Habits, rates: FaultRates, motion: Motion) -> Iterator[Upload]:
    rng = np.random.default_rng([world.seed, 0x0A, crc32(camera.camera.encode())])
    first = _upload(world, camera, NONE, _Shot(world.start.timestamp(), 0.0), 0, rng)
    waiting = [(first.arrives_at.timestamp(), first.name, first)]
    number, busy = 1, first.captured_at.timestamp() + BURST_S
    away = list(outages(world, camera.camera, rates.offline_a_day))
    for since, until in motion(world, camera.camera, world.start, world.end):
        # Nothing that is taken from now on arrives before now.
        while waiting and waiting[0][0] <= since:
            yield heapq.heappop(waiting)[2]
        span = (max(since, busy), until)  # a clip may last longer than what it shows, and into the next recording
        for upload in _uploads(world, camera, rates, away, span, number) if span[0] < until else ():
            number += 1
            busy = max(busy, upload.captured_at.timestamp() + upload.lasts_s + BURST_S)
            heapq.heappush(waiting, (upload.arrives_at.timestamp(), upload.name, upload))
    while waiting:
        upload = heapq.heappop(waiting)[2]
        if upload.arrives_at <= world.end:
            yield upload


def _uploads(
    world: World, camera: Habits, rates: FaultRates, away: Sequence[Outage], span: Span, number: int
) -> Iterator[Upload]:
    rng = np.random.default_rng([world.seed, 0x0B, crc32(camera.camera.encode()), int(span[0] * 1000)])
    kept = 0
    for shot in _shots(camera, span, rng):
        outage = next((one for one in away if one.since <= shot.at < one.until), None)
        if outage is not None and not outage.keeps:
            continue
        upload = _upload(world, camera, rates, shot, number, rng)
        number += 1
        if outage is not None:
            kept += 1
            back = world.moment(outage.until + kept * BACKLOG_S)
            yield replace(upload, fault="offline", arrives_at=max(back, upload.arrives_at))
            continue
        yield upload
        if upload.fault is None and rng.random() < rates.twice:
            stem, dot, suffix = upload.name.rpartition(".")
            again = upload.arrives_at + timedelta(seconds=float(rng.uniform(*AGAIN_S)))
            yield replace(upload, name=f"{stem}-again{dot}{suffix}", fault="twice", arrives_at=again)


def _shots(camera: Habits, span: Span, rng: np.random.Generator) -> Iterator[_Shot]:
    at, until = span
    if rng.random() < camera.clips:
        lasts = floor(min(max(until - at, CLIP_S[0]), CLIP_S[1]))
        yield _Shot(at, lasts)
        at += lasts + camera.every_s
    elif at < until:
        for number in range(camera.burst):
            yield _Shot(at + number * BURST_S, 0.0)
        at += (camera.burst - 1) * BURST_S + camera.every_s
    while at < until:
        yield _Shot(at, 0.0)
        at += camera.every_s * float(rng.uniform(1 - JITTER, 1 + JITTER))


def _upload(
    world: World, camera: Habits, rates: FaultRates, shot: _Shot, number: int, rng: np.random.Generator
) -> Upload:
    captured = world.moment(round(shot.at, 3))
    error = clock_error(world, camera.camera, shot.at, rates.clock_a_day)
    stamp = captured if error is None else error.shown(captured)
    delay, fault = _fault(rates, rng)
    return Upload(
        camera=camera.camera,
        folder=camera.folder,
        name=_name(camera, stamp, number, "mp4" if shot.lasts_s else "jpg"),
        kind="clip" if shot.lasts_s else "picture",
        captured_at=captured,
        lasts_s=shot.lasts_s,
        stamp=stamp,
        arrives_at=captured + timedelta(seconds=shot.lasts_s + SENDING_S + delay),
        fault="clock" if error is not None and fault is None else fault,
    )


def _fault(rates: FaultRates, rng: np.random.Generator) -> tuple[float, Fault | None]:
    # At most one of them, with the seconds that it costs.
    dice = float(rng.random())
    late, overtaken = float(rng.uniform(*LATE_S)), float(rng.uniform(*OVERTAKEN_S))
    kinds: tuple[tuple[float, float, Fault], ...] = (
        (rates.pieces, 0.0, "pieces"),
        (rates.late, late, "late"),
        (rates.out_of_order, overtaken, "out of order"),
        (rates.truncated, 0.0, "truncated"),
    )
    for share, delay, fault in kinds:
        if dice < share:
            return delay, fault
        dice -= share
    return 0.0, None


def _name(camera: Habits, stamp: datetime, number: int, suffix: str) -> str:
    if camera.clock == "name":
        return f"{camera.camera}_{stamp:%Y%m%d-%H%M%S}-{stamp.microsecond // 1000:03d}_n{number:06d}.{suffix}"
    if camera.clock == "file":
        return f"MDAlarm{number:07d}.{suffix}"
    return f"{'VID' if suffix == 'mp4' else 'IMG'}_{number:06d}.{suffix}"
