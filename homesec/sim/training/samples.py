"""Labelled pictures of the simulated cameras, to train a detector on and to judge one by.

Drawing into a scene takes milliseconds and a new scene a second: samples come scene by scene, light by light.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import cv2
import numpy as np
from numpy.typing import NDArray

from homesec.sim.draw.backdrop import scene
from homesec.sim.draw.picture import picture
from homesec.sim.draw.trees import season
from homesec.sim.property import Property, household
from homesec.sim.training.crowd import GROUPS, SMALL_GROUPS, Crowd
from homesec.sim.truth.frames import ObjectTruth, frame_truth
from homesec.sim.values import KINDS, Camera, Conditions, Kind, Snapshot, State
from homesec.sim.view.optics import View
from homesec.sim.view.silhouette import Box, silhouettes
from homesec.sim.weather import conditions
from homesec.sim.world import World

WIDTH, HEIGHT = 640, 360
CLEAREST = 0.25  # less of a thing is no label: nobody could say what it is
LOWEST_PX = 6.0  # neither are specks
LARGE_PX, LARGE_SHARE = 64.0, 0.08  # of what is this wide and high, less is enough: a car that fills the frame
LOOKED_AT_PX = 960  # as wide as pictures are scaled for the detector: most things are less than 20 px high before that
CROP_PX = 320
CROPS = (192, 213, 213, 240, 320)  # sides of cuts from the picture, which are then scaled to one size
STEP_PX = 32  # sides of what a detector looks at are multiples of it
RARE: tuple[Kind, ...] = ("bicycle", "truck", "bus", "dog", "cat", "bird", "backpack", "package")  # in stories
KEPT_SHARE = 0.3  # of a box that a cut goes through, to be a label still
Condition = Literal["day", "dusk", "night", "infrared", "rain", "snow"]
"""Rain and snow are by day or dusk; night is in colour."""


@dataclass(frozen=True)
class Sample:
    """A picture with what can be seen in it."""

    image: NDArray[np.uint8]
    """RGB (h, w, 3)."""
    classes: NDArray[np.int64]
    """(n,) indices of `KINDS`."""
    boxes: NDArray[np.float64]
    """(n, 4) pixels x0, y0, x1, y1."""
    clear: NDArray[np.bool_]
    """(n,) what is large and open enough to be found; the rest is neither a hit nor a miss."""
    condition: Condition


def crowds(seed: int, lights: int = 3, pictures: int = 6) -> Iterator[Sample]:
    """Whole pictures of crowds on one property: for each camera so many lights, for each light so many pictures."""
    return _crowds(seed, lights, pictures, GROUPS, (5, 13))


def smalls(seed: int, lights: int = 3, pictures: int = 6) -> Iterator[Sample]:
    """The same with denser crowds, most of which is small or carried."""
    return _crowds(seed, lights, pictures, SMALL_GROUPS, (9, 19))


def _crowds(
    seed: int, lights: int, pictures: int, groups: Sequence[tuple[str, float]], counts: tuple[int, int]
) -> Iterator[Sample]:
    home = household(seed)
    for number, camera in enumerate(home.cameras):
        rng = np.random.default_rng([seed, 0x5A3, number])
        month = int(rng.integers(1, 13))
        for number_of_light in range(lights):
            moment = _moment(rng, home, month, ("day", "night", "dusk", "day")[number_of_light % 4])
            for index in range(pictures):
                when = moment.when + timedelta(seconds=index)
                light = replace(moment, when=when, wind=float(rng.uniform(0.05, 0.7)))
                yield _crowd(rng, home, camera, light, groups, counts)


def frames(seed: int, spans: int = 4, pictures: int = 8) -> Iterator[Sample]:
    """Whole pictures of the stories of one day: for each camera so many spans of ten minutes, of each so many."""
    rng = np.random.default_rng([seed, 0x5A4])
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=int(rng.integers(365)))
    world = World(seed, start, start + timedelta(days=1), plants=14.0)
    for camera in world.property.cameras:
        moments = list(world.moments(camera.id, 2.0))
        if not moments:
            continue
        for first in sorted(int(v) for v in rng.integers(len(moments), size=spans)):
            near = [m for m in moments[first:] if m - moments[first] < timedelta(minutes=10)]
            for index in sorted(rng.choice(len(near), size=min(pictures, len(near)), replace=False)):
                yield frame(world, camera, near[int(index)])


def rarities(seed: int, each: int = 3, looks: int = 400) -> Iterator[Sample]:
    """Whole pictures of the stories of one day that show what few do: of each such kind so many a camera, if there are.

    Of all moments, so many at random are looked at for them.
    """
    rng = np.random.default_rng([seed, 0x5A5])
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=int(rng.integers(365)))
    world = World(seed, start, start + timedelta(days=1), plants=14.0)
    for camera in world.property.cameras:
        moments = list(world.moments(camera.id, 5.0))
        wanted: dict[str, int] = dict.fromkeys(RARE, each)
        chosen = []
        for index in rng.permutation(len(moments))[:looks]:
            shown = {one.kind for one in frame_truth(world, camera.id, moments[index]).objects if _is_plain(one)}
            if any(wanted.get(kind, 0) > 0 for kind in shown):
                wanted = {kind: count - (kind in shown) for kind, count in wanted.items()}
                chosen.append(moments[index])
        for when in sorted(chosen):
            yield frame(world, camera, when)


def _is_plain(thing: ObjectTruth) -> bool:
    return thing.visible_share >= CLEAREST and (thing.box[3] - thing.box[1]) * HEIGHT >= LOWEST_PX


def frame(world: World, camera: Camera, when: datetime) -> Sample:
    """The picture that a camera of a world takes at a moment, with the truth about it."""
    snapshot = world.at(when)
    truth = frame_truth(world, camera.id, when)
    return _sample(
        picture(world.property, camera, snapshot, WIDTH, HEIGHT),
        [(one.kind, one.box, one.visible_share) for one in truth.objects],
        condition(camera, snapshot.conditions),
    )


def crop(sample: Sample, rng: np.random.Generator, thing: int | None = None) -> Sample:
    """A square cut of a picture at random, or somewhere round the middle of a thing of it, scaled to `CROP_PX`."""
    side = min(int(rng.choice(CROPS)), *sample.image.shape[:2])
    return _scaled(_cut(sample, rng, side, side, thing), CROP_PX, CROP_PX)


def strip(sample: Sample, rng: np.random.Generator) -> Sample:
    """A picture in its whole width, scaled to `LOOKED_AT_PX` and as high as a detector's steps divide that."""
    height, width = sample.image.shape[:2]
    tall = int(height * LOOKED_AT_PX / width) // STEP_PX * STEP_PX
    return _scaled(_cut(sample, rng, width, tall * width // LOOKED_AT_PX), LOOKED_AT_PX, tall)


def _scaled(cut: Sample, wide: int, high: int) -> Sample:
    height, width = cut.image.shape[:2]
    if (width, height) == (wide, high):
        return cut
    image = cv2.resize(cut.image, (wide, high), interpolation=cv2.INTER_LINEAR)
    boxes = cut.boxes * (np.array([wide, high, wide, high]) / (width, height, width, height))
    return replace(cut, image=image, boxes=boxes)  # type: ignore[arg-type]


def _cut(sample: Sample, rng: np.random.Generator, wide: int, high: int, thing: int | None = None) -> Sample:
    height, width = sample.image.shape[:2]
    x, y = int(rng.integers(0, width - wide + 1)), int(rng.integers(0, height - high + 1))
    if thing is not None:
        x0, y0, x1, y1 = sample.boxes[thing]
        x = int(np.clip((x0 + x1) / 2 - rng.uniform(0.15, 0.85) * wide, 0, width - wide))
        y = int(np.clip((y0 + y1) / 2 - rng.uniform(0.15, 0.85) * high, 0, height - high))
    moved = sample.boxes - (x, y, x, y)
    boxes = np.clip(moved, 0, (wide, high, wide, high))
    kept = _area(boxes) > KEPT_SHARE * np.maximum(_area(moved), 1e-6)
    clear = sample.clear & ((boxes[:, 3] - boxes[:, 1]) >= LOWEST_PX) & ((boxes[:, 2] - boxes[:, 0]) >= LOWEST_PX / 2)
    image = np.ascontiguousarray(sample.image[y : y + high, x : x + wide])
    return Sample(image, sample.classes[kept], boxes[kept], clear[kept], sample.condition)


def condition(camera: Camera, of: Conditions) -> Condition:
    """Under what it is judged how well things are found."""
    if of.light == "night":
        return "infrared" if camera.infrared else "night"
    if of.snow_cover > 0.3:
        return "snow"
    return "rain" if of.rain > 0.15 else of.light


def _crowd(
    rng: np.random.Generator,
    home: Property,
    camera: Camera,
    light: Conditions,
    groups: Sequence[tuple[str, float]],
    counts: tuple[int, int],
) -> Sample:
    view = View(camera, WIDTH / HEIGHT)
    states = Crowd(rng, view, light.light != "day", groups).gather(int(rng.integers(*counts)))
    snapshot = Snapshot(light.when, light, tuple(states))
    return _sample(
        picture(home, camera, snapshot, WIDTH, HEIGHT), _seen(home, view, states, light), condition(camera, light)
    )


def _seen(home: Property, view: View, states: Sequence[State], light: Conditions) -> list[tuple[str, Box, float]]:
    hiding = scene(home, view.camera, season(light.when.month), 0.0, WIDTH, HEIGHT).hiding
    found = silhouettes(view, states, hiding)
    return [(one.thing.kind, one.visible_box, one.visible_share) for one in found if one.visible_box is not None]


def _sample(image: NDArray[np.uint8], seen: Sequence[tuple[str, Box, float]], under: Condition) -> Sample:
    height, width = image.shape[:2]
    boxes = np.array([box for _, box, _ in seen], np.float64).reshape(-1, 4) * (width, height, width, height)
    shares = np.array([share for *_, share in seen], np.float64)
    wide, tall = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    enough = np.where(np.minimum(wide, tall) >= LARGE_PX, LARGE_SHARE, CLEAREST)
    classes = np.array([KINDS.index(kind) for kind, *_ in seen], np.int64)
    return Sample(image, classes, boxes, (shares >= enough) & (tall >= LOWEST_PX), under)


def _moment(rng: np.random.Generator, home: Property, month: int, light: str) -> Conditions:
    zone = ZoneInfo(home.timezone)
    year, day = 2026, int(rng.integers(1, 28))
    for _ in range(400):
        when = datetime(year, month, day, int(rng.integers(24)), int(rng.integers(60)), tzinfo=zone)
        plain = conditions(home.seed, when)
        if plain.light == light:
            break
    wet = bool(rng.random() < 0.25)
    snowy = month in (12, 1, 2) and bool(rng.random() < 0.5)
    falling = float(rng.uniform(0.2, 1.0)) if wet else 0.0
    return replace(
        plain,
        clouds=float(rng.uniform(0.7, 1.0)) if wet else float(rng.random()),
        rain=0.0 if snowy else falling,
        snow=falling if snowy else 0.0,
        snow_cover=float(rng.uniform(0.5, 1.0)) if snowy else 0.0,
    )


def _area(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    area: NDArray[np.float64] = np.prod(np.maximum(boxes[:, 2:] - boxes[:, :2], 0), axis=1)
    return area
