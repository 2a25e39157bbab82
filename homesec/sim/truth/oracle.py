"""The oracle: a stand-in for models that no small net can be, which looks the truth up and adds noise and misses.

It knows nothing but the simulated household. A detection is found in the truth by camera, capture time and overlap; how
often the answer is silent or wrong follows from how much there is to see: height in pixels, what hides it, the light.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from zlib import crc32

import numpy as np

from homesec.domain.closer_look import WORTH
from homesec.domain.evidence import kind
from homesec.domain.insights import Box, Embedding, Face, Insight, Pose, Sight, Threat
from homesec.sim.body import keypoints
from homesec.sim.body.burden import arranged
from homesec.sim.marker import Simulation
from homesec.sim.truth.frames import FrameTruth, ObjectTruth, frame_truth
from homesec.sim.truth.guesses import action, clarity, demographics, plate, pose_name, threat_name
from homesec.sim.truth.vectors import FACE, REID, vector
from homesec.sim.truth.vehicle_looks import vehicle_look
from homesec.sim.values import Points, State
from homesec.sim.view.optics import View
from homesec.sim.world import World

NAME = "sim-oracle"
STAND_IN = (
    "the sim-oracle looks up what the simulated household knows about itself; in front of real cameras there is no "
    "model for poses, actions, threats, faces, looks, ages and plates yet"
)
LATER_S = (0.0, 0.5, 0.25, 0.75, 0.1, 0.9, 0.35, 0.6)  # cameras write whole seconds: the truth lies within the next one
SECOND = timedelta(seconds=1)
CERTAIN = 0.85  # mean overlap from which no better moment is looked for
LEAST_OVERLAP = 0.4  # below, a detection is of something else, or of nothing
SKULL = 0.09  # of a person's height: from the middle of the face to its edges
RIGHT_WRIST, FACE_POINTS, HEAD = 10, 5, slice(0, 5)


@dataclass(frozen=True)
class Match:
    """A detection and what it is of."""

    sight: Sight
    seen: ObjectTruth
    state: State
    frame: FrameTruth


class Oracle:
    """Answers about detections of one simulated data folder. The same detection gets the same answer."""

    name = NAME
    stand_in = STAND_IN

    def __init__(self, simulation: Simulation, ages: bool = False) -> None:
        """`ages`: whether to tell age and gender."""
        self._simulation, self._ages = simulation, ages

    @cached_property
    def _world(self) -> World:
        return self._simulation.world()

    @cached_property
    def _cameras(self) -> dict[str, View]:
        return {camera.id: View(camera) for camera in self._world.property.cameras}

    def wants(self, sight: Sight) -> bool:
        """Whatever is worth a closer look at all."""
        return kind(sight.object_type) in WORTH

    def look(self, sights: Sequence[Sight]) -> list[Insight]:
        """What there is to say, sight by sight; an empty insight of what is in no truth."""
        frames: defaultdict[tuple[int, int], list[Sight]] = defaultdict(list)
        for sight in sights:
            frames[sight.frame].append(sight)
        matches = (match for ones in frames.values() for match in self._match(ones))
        found = {match.sight.detection_id: self._insight(match) for match in matches}
        return [found.get(sight.detection_id, Insight(sight.detection_id)) for sight in sights]

    def _match(self, sights: Sequence[Sight]) -> list[Match]:
        """The detections of one frame and what they are of, at the moment of the second at which they fit best."""
        camera_id, at = sights[0].camera_id, sights[0].at
        if camera_id not in self._cameras or not self._world.start - SECOND <= at <= self._world.end:
            return []
        best: tuple[float, list[Match]] = (0.0, [])
        for later in LATER_S:
            moment = at + timedelta(seconds=later)
            frame = frame_truth(self._world, camera_id, moment)
            pairs = _pairs(sights, frame.objects)
            score = sum(overlap for overlap, _, _ in pairs)
            if score > best[0]:
                best = score, self._matches(moment, frame, pairs)
            if score >= CERTAIN * len(sights):
                break
        return best[1]

    def _matches(
        self, moment: datetime, frame: FrameTruth, pairs: Sequence[tuple[float, Sight, ObjectTruth]]
    ) -> list[Match]:
        states = {state.thing.id: state for state, _ in arranged(self._world.at(moment).states)}
        return [Match(sight, seen, states[seen.thing], frame) for _, sight, seen in pairs]

    def _insight(self, match: Match) -> Insight:
        seen, frame = match.seen, match.frame
        height_px = (seen.box[3] - seen.box[1]) * match.sight.frame_height
        clear = clarity(height_px, seen.visible_share, frame.light, frame.infrared)
        rng = np.random.default_rng(
            [self._simulation.seed, crc32(seen.thing.encode()), crc32(frame.camera.encode()), _milliseconds(match)]
        )
        if seen.kind == "person":
            return self._person(match, clear, rng)
        if kind(seen.kind) == "vehicle":
            return self._vehicle(match, clear, rng)
        return Insight(match.sight.detection_id)

    def _vehicle(self, match: Match, clear: float, rng: np.random.Generator) -> Insight:
        seen = match.seen
        return Insight(
            detection_id=match.sight.detection_id,
            plate=None if seen.plate is None else plate(seen.plate, clear, rng),
            vehicle=vehicle_look(match.state.thing.look.style, seen.colours[0], clear, match.frame.infrared, rng),
            appearance=self._vector(REID, match, clear),
        )

    def _vector(self, model: str, match: Match, clear: float) -> Embedding | None:
        return vector(self._simulation.seed, model, match.seen.thing, match.frame.camera, match.frame.at, clear)

    def _person(self, match: Match, clear: float, rng: np.random.Generator) -> Insight:
        seen, state = match.seen, match.state
        points = self._points(match)
        pose = pose_name(seen.pose, clear, rng)
        threat = threat_name(state.holds, seen.threat is not None and _inside(points[RIGHT_WRIST]), clear, rng)
        shows_face = seen.face in ("visible", "covered") and rng.random() < 0.3 + 0.68 * clear
        look = seen.face == "visible" and shows_face and self._ages
        return Insight(
            detection_id=match.sight.detection_id,
            pose=None if pose is None else Pose(_told(points, match, clear, rng), *pose),
            action=action(seen.action, clear, rng),
            threats=() if threat is None else (Threat(*threat, _hand(points, seen)),),
            demographics=demographics(seen.age or 0, seen.gender or "unknown", clear, rng) if look else None,
            face=self._face(match, points, clear, rng) if shows_face else None,
            appearance=self._vector(REID, match, clear),
        )

    def _face(self, match: Match, points: Points, clear: float, rng: np.random.Generator) -> Face | None:
        """A face that is covered is found, but cannot be compared with anybody's."""
        face = _face(points, match.seen, clear, rng)
        if face is None or face.covered:
            return face
        return replace(face, embedding=self._vector(FACE, match, clear))

    def _points(self, match: Match) -> Points:
        """The 17 points of COCO in the frame, (17, 2); nan behind the lens."""
        turned = match.frame.mishaps.get("turned", 0.0)
        view = self._cameras[match.frame.camera]
        points, _ = (View(view.camera, turned=turned) if turned else view).project(keypoints(match.state))
        return points


def _pairs(
    sights: Sequence[Sight], objects: Sequence[ObjectTruth]
) -> list[tuple[float, Sight, ObjectTruth]]:
    """Overlap, detection and thing, one to one, the best first."""
    candidates = sorted(_candidates(sights, objects), key=lambda pair: -pair[0])
    taken: set[int | str] = set()
    found = []
    for overlap, sight, seen in candidates:
        if sight.detection_id not in taken and seen.thing not in taken:
            taken |= {sight.detection_id, seen.thing}
            found.append((overlap, sight, seen))
    return found


def _candidates(
    sights: Sequence[Sight], objects: Sequence[ObjectTruth]
) -> Iterator[tuple[float, Sight, ObjectTruth]]:
    for sight in sights:
        for seen in objects:
            if kind(sight.object_type) == kind(seen.kind):
                overlap = max(_iou(sight.box, seen.box), _iou(sight.box, seen.whole_box))
                if overlap >= LEAST_OVERLAP:
                    yield overlap, sight, seen


def _iou(one: Box, other: Box) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    if wide <= 0 or high <= 0:
        return 0.0
    both = wide * high
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return both / (areas - both)


def _told(
    points: Points, match: Match, clear: float, rng: np.random.Generator
) -> tuple[tuple[float, float, float], ...]:
    """The points as a model would give them: shaken, unsure where they are hidden, nothing beyond the frame."""
    x0, y0, x1, y1 = match.seen.box
    shaken = points + rng.normal(0.0, 0.008 * (1.6 - clear), points.shape) * np.array([x1 - x0, y1 - y0])
    sure = np.clip(0.5 + 0.45 * clear + rng.normal(0.0, 0.05, len(points)), 0.05, 0.99)
    hidden = (points[:, 0] < x0) | (points[:, 0] > x1) | (points[:, 1] < y0) | (points[:, 1] > y1)
    hidden[:FACE_POINTS] |= match.seen.face == "none"
    sure = np.where(hidden, sure * 0.4, sure)
    return tuple(
        (float(round(x, 4)), float(round(y, 4)), float(round(confidence, 3))) if _inside((x, y)) else (0.0, 0.0, 0.0)
        for (x, y), confidence in zip(shaken, sure, strict=True)
    )


def _face(points: Points, seen: ObjectTruth, clear: float, rng: np.random.Generator) -> Face | None:
    if not np.isfinite(points[HEAD]).all():
        return None
    box = _round(points[HEAD].mean(axis=0), SKULL * _size(seen), 1.15 * SKULL * _size(seen))
    quality = clear * (0.35 if seen.face == "covered" else 1.0) + float(rng.normal(0.0, 0.05))
    return None if box is None else Face(box, seen.face == "covered", round(min(max(quality, 0.01), 0.99), 3))


def _hand(points: Points, seen: ObjectTruth) -> Box:
    """Round what the right hand holds; all of the person when the hand is not in the frame."""
    hand = points[RIGHT_WRIST]
    reach = 0.13 * _size(seen)
    return (_round(hand, reach, reach) if np.isfinite(hand).all() else None) or seen.box


def _size(seen: ObjectTruth) -> float:
    """Height of a person in frame heights, also while only a part of it is seen."""
    return seen.whole_box[3] - seen.whole_box[1]


def _round(middle: Points, wide: float, high: float) -> Box | None:
    """A box round a place, `wide` and `high` to each side in frame heights, cut at the frame; None beyond it."""
    across = wide * 9 / 16
    x0, x1 = max(float(middle[0]) - across, 0.0), min(float(middle[0]) + across, 1.0)
    y0, y1 = max(float(middle[1]) - high, 0.0), min(float(middle[1]) + high, 1.0)
    return (round(x0, 5), round(y0, 5), round(x1, 5), round(y1, 5)) if x1 > x0 and y1 > y0 else None


def _inside(place: Sequence[float] | Points) -> bool:
    return bool(0.0 <= place[0] <= 1.0 and 0.0 <= place[1] <= 1.0)


def _milliseconds(match: Match) -> int:
    return int(match.frame.at.timestamp() * 1000)
