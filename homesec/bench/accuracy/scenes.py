"""How well changes of a camera's view are found: two weeks of pictures, drawn small, with tampering planted in them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from homesec.detect.views import seen_view
from homesec.domain.scenes import Kind, taken
from homesec.domain.views import HEIGHT, WIDTH, Light, Reference, View
from homesec.sim.draw.picture import picture
from homesec.sim.truth.frames import frame_truth
from homesec.sim.values import Camera
from homesec.sim.world import World

TIMEZONE = "Europe/Berlin"
SIZE = (160, 90)  # of the pictures; their noise counts more than that of large ones, which are averaged
EVERY = timedelta(minutes=30)  # a picture at ordinary times
BEFORE, AFTER = timedelta(seconds=10), timedelta(seconds=10)  # round a deed and its repair: a picture a second
IN_TIME = 5  # pictures of the changed view within which it must be found
EXPECTED: dict[str, tuple[Kind, ...]] = {
    "covered": ("view_blocked",),
    "sprayed": ("view_blocked", "view_tampered"),
    "turned": ("angle_changed",),
}


@dataclass
class SceneReport:
    """Counts over all cameras."""

    pictures: int = 0
    planted: int = 0
    found: int = 0
    """Within `IN_TIME` pictures."""
    named: int = 0
    """Of those, with a kind that fits."""
    false: int = 0
    """Changes that were told while nobody had touched the camera."""
    most_pictures: int = 0
    """That showed the whole change until it was told."""
    returned: int = 0
    """Repairs that ended their change."""

    def to_json(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass(frozen=True)
class _Deed:
    kind: str
    since: datetime
    full: datetime
    until: datetime


def scene_report(seed: int, days: float = 14.0, start: datetime | None = None) -> SceneReport:
    """Draw a world's views and judge them. About a minute of work for a week."""
    begins = start or datetime(2026, 1, 5, tzinfo=ZoneInfo(TIMEZONE))
    world = World(seed, begins, begins + timedelta(days=days), TIMEZONE)
    report = SceneReport()
    for camera in world.property.cameras:
        _watch(world, camera, report)
    return report


def _watch(world: World, camera: Camera, report: SceneReport) -> None:
    known: dict[Light, Reference] = {}
    deeds = _deeds(world, camera.id)
    report.planted += len(deeds)
    told: set[int] = set()
    shown: dict[int, int] = {}
    is_changed = False
    for when in _moments(world, deeds):
        deed = next((n for n, one in enumerate(deeds) if one.since <= when < one.until), None)
        if deed is not None and when >= deeds[deed].full and deed not in told:
            shown[deed] = shown.get(deed, 0) + 1
        result = taken(known, _view(world, camera, when), is_changed)
        report.pictures += 1
        if result.reference is not None:
            known[result.light] = result.reference
        if result.change is not None:
            is_changed = True
            if deed is None:
                report.false += 1
                continue
            told.add(deed)
            report.most_pictures = max(report.most_pictures, shown.get(deed, 0))
            report.found += shown.get(deed, 0) <= IN_TIME
            report.named += result.change.kind in EXPECTED[deeds[deed].kind]
        if result.is_over:
            is_changed = False
            report.returned += 1


def _deeds(world: World, camera_id: str) -> list[_Deed]:
    return [
        _Deed(one.kind, *(world.moment(story.began + second) for second in (one.since, one.full, one.until)))
        for story in world.stories
        for one in story.tampering
        if one.camera == camera_id and story.start < world.end
    ]


def _moments(world: World, deeds: list[_Deed]) -> list[datetime]:
    found = {world.start + EVERY * n for n in range(int((world.end - world.start) / EVERY))}
    for deed in deeds:
        for middle in (deed.full, deed.until):
            found |= {middle - BEFORE + timedelta(seconds=n) for n in range(int((BEFORE + AFTER).total_seconds()))}
    return sorted(found)


def _view(world: World, camera: Camera, when: datetime) -> View:
    image: NDArray[np.uint8] = picture(world.property, camera, world.at(when), *SIZE)
    seen = seen_view(image)
    grey = np.frombuffer(seen.grey, np.uint8).reshape(HEIGHT, WIDTH)
    boxes = tuple(one.box for one in frame_truth(world, camera.id, when).objects)
    return View(when, seen.light, grey, boxes)
