"""The truth about what a camera sees at a moment: every thing in its frame, where it is, what it does and carries."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homesec.sim.draw.backdrop import scene
from homesec.sim.draw.trees import Season, season
from homesec.sim.life.days import STANDING
from homesec.sim.property import Property
from homesec.sim.truth.chronicle import story_truth
from homesec.sim.truth.dwell import zones_at
from homesec.sim.truth.features import can_read_plate, face, pose
from homesec.sim.values import Camera, Colour, Face, Snapshot, State
from homesec.sim.view.optics import View
from homesec.sim.view.sight import in_view
from homesec.sim.view.silhouette import Box, Silhouette, silhouettes
from homesec.sim.world import World

RASTER = (320, 180)  # cells on which is judged what hides what
SMALLEST = 0.011  # of the frame's height: four pixels of 360; what is smaller is nothing to be told
FEWEST_SHARE = 0.03  # less of a thing than this is nothing to be told either
BLOCKED_FROM = {"covered": 0.6, "sprayed": 0.75}  # so much of the view is gone that nothing can be made out
FAR_M = 90.0  # to the end of the street
THREATS = ("knife", "gun", "crowbar")


@dataclass(frozen=True)
class ObjectTruth:
    """One thing as a camera sees it."""

    thing: str
    """Its id, the same on all cameras and days."""
    kind: str
    box: Box
    """Round its visible part: x0, y0, x1, y1 as shares of the frame."""
    whole_box: Box
    """Round all of it inside the frame, hidden or not."""
    visible_share: float
    """Visible area over all its area, what is beyond the frame included."""
    ground: tuple[float, float]
    """Metres."""
    foot: tuple[float, float]
    """Its ground point in the frame; may be hidden or beyond it."""
    distance_m: float
    zones: tuple[str, ...]
    """Those that its ground point is in."""
    moving: bool
    pose: str
    action: str
    carrier: str | None
    carries: tuple[str, ...]
    face: Face | None
    """None of what is no person; `none`: turned away, hidden or too far."""
    plate: str | None
    """As far as this camera can read it."""
    threat: str | None
    colours: tuple[Colour, ...]
    """Those of its look."""
    age: int | None
    gender: str | None
    story: str | None
    """In which it plays now; None of what only stands there."""


@dataclass(frozen=True)
class FrameTruth:
    """All that one picture of a camera shows."""

    camera: str
    at: datetime
    objects: tuple[ObjectTruth, ...]
    """From near to far."""
    light: str
    infrared: bool
    mishaps: Mapping[str, float]
    """Kind and amount of what is wrong with the view."""

    def to_json(self) -> dict[str, Any]:
        """As JSON lines tell it; numbers are rounded, so that equal worlds give equal bytes."""
        row: dict[str, Any] = asdict(self)
        row["at"] = self.at.isoformat(timespec="milliseconds")
        row["objects"] = [_rounded(asdict(one)) for one in self.objects]
        row["mishaps"] = {name: round(amount, 3) for name, amount in self.mishaps.items()}
        return row


def frame_truth(world: World, camera_id: str, when: datetime) -> FrameTruth:
    """The truth about the picture that this camera would take at this moment."""
    camera = world.property.camera(camera_id)
    snapshot = world.at(when)
    mishaps: dict[str, float] = {one.kind: one.amount for one in snapshot.mishaps if one.camera == camera_id}
    blocked = any(mishaps.get(kind, 0.0) >= amount for kind, amount in BLOCKED_FROM.items())
    objects = () if blocked else _objects(world.property, camera, snapshot, mishaps.get("turned", 0.0))
    light = snapshot.conditions.light
    return FrameTruth(camera_id, when, objects, light, camera.infrared and light == "night", mishaps)


def truth_lines(
    world: World, step_s: float, since: datetime | None = None, until: datetime | None = None
) -> Iterator[str]:
    """JSON lines: of the stories in order, then camera by camera of the moments at which something moves.

    The same world gives the same bytes.
    """
    since, until = since or world.start, until or world.end
    for story in world.stories:
        if story.name != STANDING and story.start < until and story.end >= since:
            yield _line({"type": "story", **story_truth(world, story).to_json()})
    for camera in world.property.cameras:
        for when in world.moments(camera.id, step_s, since, until):
            yield _line({"type": "frame", **frame_truth(world, camera.id, when).to_json()})


def _line(row: Mapping[str, Any]) -> str:
    return json.dumps(row, separators=(",", ":"), sort_keys=True)


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    def brief(value: Any) -> Any:
        if isinstance(value, float):
            return round(value, 5)
        return [brief(one) for one in value] if isinstance(value, tuple) else value

    return {name: brief(value) for name, value in row.items()}


def _objects(home: Property, camera: Camera, snapshot: Snapshot, turned: float) -> tuple[ObjectTruth, ...]:
    states = _candidates(camera, snapshot.states, turned)
    carries: dict[str, list[str]] = {}
    for state in states:
        if state.carrier is not None:
            carries.setdefault(state.carrier, []).append(state.thing.id)
    return tuple(
        _object(camera, seen, snapshot, tuple(carries.get(seen.thing.id, ())), home)
        for seen in _seen(home, camera, season(snapshot.conditions.when.month), turned, states, snapshot.stories)
        if _is_told(seen)
    )


def _seen(
    home: Property, camera: Camera, when: Season, turned: float, states: list[State], stories: Mapping[str, str]
) -> list[Silhouette]:
    if turned not in (0.0, 1.0):
        # While somebody turns the camera, nothing that is built hides anything: it lasts for seconds.
        return silhouettes(_view(camera, round(turned, 2)), states, None, RASTER)
    playing = [state for state in states if state.thing.id in stories]
    resting = tuple(state for state in states if state.thing.id not in stories)
    view, hiding = _view(camera, turned), _hiding(home, camera, when, turned)
    still = _still(home, camera, when, turned, resting)
    seen = silhouettes(view, playing, hiding, RASTER) if playing else []
    # What only stands there looks as ever, but where something that plays comes near it in the frame.
    touched = [one for one in still if any(_meet(one, other) for other in seen)]
    if touched:
        round_about = [one for one in still if any(_meet(one, other) for other in touched)]
        again = silhouettes(view, [*playing, *(one.state for one in round_about)], hiding, RASTER)
        names = {one.thing.id for one in touched} | {state.thing.id for state in playing}
        seen = [one for one in again if one.thing.id in names]
        still = tuple(one for one in still if one.thing.id not in names)
    return sorted([*seen, *still], key=lambda one: one.distance_m)


@lru_cache(maxsize=64)
def _still(
    home: Property, camera: Camera, when: Season, turned: float, states: tuple[State, ...]
) -> tuple[Silhouette, ...]:
    return tuple(silhouettes(_view(camera, turned), states, _hiding(home, camera, when, turned), RASTER))


def _meet(first: Silhouette, second: Silhouette) -> bool:
    one, other = first.box, second.box
    if one is None or other is None:
        return False
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _candidates(camera: Camera, states: Iterable[State], turned: float) -> list[State]:
    if turned:
        return list(states)
    states = list(states)
    if not states:
        return []
    rows = [(state.x, state.y, state.z, 1.0 + state.thing.look.length_m / 2) for state in states]
    return [state for state, seen in zip(states, in_view(camera, np.array(rows), FAR_M), strict=True) if seen]


def _is_told(seen: Silhouette) -> bool:
    box = seen.visible_box
    return (
        box is not None
        and seen.visible_share >= FEWEST_SHARE
        and box[3] - box[1] >= SMALLEST
        and box[2] - box[0] >= SMALLEST / 2
    )


@lru_cache(maxsize=32)
def _view(camera: Camera, turned: float) -> View:
    return View(camera, turned=turned)


def _hiding(home: Property, camera: Camera, when: Season, turned: float) -> NDArray[np.float32]:
    return scene(home, camera, when, turned, *RASTER).hiding


def _object(
    camera: Camera, seen: Silhouette, snapshot: Snapshot, carries: tuple[str, ...], home: Property
) -> ObjectTruth:
    state, look = seen.state, seen.thing.look
    assert seen.visible_box is not None
    assert seen.box is not None
    person = look.kind == "person"
    return ObjectTruth(
        thing=seen.thing.id,
        kind=look.kind,
        box=seen.visible_box,
        whole_box=seen.box,
        visible_share=seen.visible_share,
        ground=(state.x, state.y),
        foot=seen.foot,
        distance_m=seen.distance_m,
        zones=zones_at(home, state.x, state.y),
        moving=state.speed > 0.05,
        pose=pose(state) if person else state.posture,
        action=state.action,
        carrier=state.carrier,
        carries=carries,
        face=face(camera, seen) if person else None,
        plate=look.plate if can_read_plate(camera, seen, snapshot.conditions) else None,
        threat=state.holds if state.holds in THREATS else None,
        colours=look.colours,
        age=look.age,
        gender=look.gender,
        story=snapshot.stories.get(seen.thing.id),
    )
