"""When what plays in a story may be in view of a camera, roughly: to know when there is anything to look at."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import cos, pi, sin, tan

import numpy as np
from numpy.typing import NDArray

from homesec.sim.story import AHEAD_M, Role, Story
from homesec.sim.values import Camera

Span = tuple[float, float]
"""Since and until, seconds since 1970."""
FARTHEST_M = 45.0  # farther away nobody is taller than a few pixels
SAMPLE_S = {"car": 0.3, "truck": 0.3, "bus": 0.3, "bird": 0.4}
USUAL_SAMPLE_S = 0.8
MARGIN_M = 0.6  # a body is so wide; vehicles half their length
GAP_S = 2.0  # spans that lie nearer to each other are one


@dataclass(frozen=True)
class Sighting:
    """A thing that may be in view of a camera for a while, seconds since 1970."""

    camera: str
    story: Story
    role: Role
    since: float
    until: float


def sightings(cameras: Sequence[Camera], stories: Iterable[Story]) -> list[Sighting]:
    """When somebody or something that moves may be in view of which camera; not in the order of time."""
    playing = [
        (story, role)
        for story in stories
        for role in story.roles
        if len(role.keys) > 1 and role.thing.kind not in AHEAD_M
    ]
    if not playing:
        return []
    sampled = [samples(role) for _, role in playing]
    owner = np.repeat(np.arange(len(playing)), [len(times) for times, _ in sampled])
    moments = np.concatenate([times + story.began for (times, _), (story, _) in zip(sampled, playing, strict=True)])
    points = np.concatenate([way for _, way in sampled])
    found = []
    for camera in cameras:
        seen = np.flatnonzero(in_view(camera, points))
        for which, since, until in _runs(moments[seen], owner[seen], seen):
            found.append(Sighting(camera.id, *playing[which], since, until))
    return found


def spans_in_view(cameras: Sequence[Camera], stories: Iterable[Story]) -> dict[str, list[Span]]:
    """For each camera id the times in which somebody or something that moves may be in its view; not in order."""
    found: dict[str, list[Span]] = {camera.id: [] for camera in cameras}
    for one in sightings(cameras, stories):
        found[one.camera].append((one.since, one.until))
    return found


def samples(role: Role) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Seconds of the story (n,) and x, y, z and the margin (n, 4) of a role, without the time in which it is parked."""
    step = SAMPLE_S.get(role.thing.kind, USUAL_SAMPLE_S)
    knots = np.array(role.times)
    path = np.array([(key.x, key.y, key.z) for key in role.keys])
    at = np.append(np.arange(role.since, role.until, step), role.until)
    parked = np.array([key.action == "parked" for key in role.keys])
    if parked.any():
        at = at[~parked[np.clip(np.searchsorted(knots, at, side="right") - 1, 0, len(knots) - 1)]]
    margin = np.full(len(at), max(MARGIN_M, role.thing.look.length_m / 2))
    return at, np.column_stack([*(np.interp(at, knots, path[:, axis]) for axis in range(3)), margin])


def in_view(camera: Camera, points: NDArray[np.float64], farthest_m: float = FARTHEST_M) -> NDArray[np.bool_]:
    """Which of points (n, 4), x, y, z and margin in metres, may be in view of a camera."""
    east, north = points[:, 0] - camera.x, points[:, 1] - camera.y
    ahead = east * cos(camera.yaw) + north * sin(camera.yaw)
    aside = np.abs(east * sin(camera.yaw) - north * cos(camera.yaw))
    margin = points[:, 3]
    half = camera.hfov / 2
    # Looking down, the frame reaches further to the sides near the camera than straight ahead would.
    near = ahead * cos(camera.pitch) + camera.z * sin(camera.pitch)
    wide = aside <= near * tan(half) + margin / max(cos(half), 0.3)
    vertical = np.arctan(tan(half) * 9 / 16)
    lowest = camera.pitch + vertical
    # Heads come into view first: a little above the ground that the lower edge shows.
    starts = (camera.z - 1.9) / tan(lowest) if lowest < pi / 2 else 0.0
    inside: NDArray[np.bool_] = wide & (ahead > starts - margin) & (np.hypot(east, north) < farthest_m)
    return inside


def merged(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, those that overlap or nearly touch made one."""
    found: list[Span] = []
    for since, until in sorted(spans):
        if found and since - found[-1][1] < GAP_S:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        else:
            found.append((since, until))
    return found


def _runs(
    moments: NDArray[np.float64], owner: NDArray[np.intp], number: NDArray[np.intp]
) -> Iterator[tuple[int, float, float]]:
    # Runs of samples of one role that follow one another.
    if not len(moments):
        return
    breaks = np.flatnonzero((np.diff(owner) != 0) | (np.diff(number) > 1) | (np.diff(moments) > 2 * GAP_S)) + 1
    starts, ends = np.concatenate([[0], breaks]), np.concatenate([breaks, [len(moments)]]) - 1
    for first, last in zip(starts, ends, strict=True):
        yield int(owner[first]), float(moments[first]), float(moments[last])
