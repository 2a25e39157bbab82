"""What a picture truly shows, as small values: a bench keeps those of hundreds of thousands of pictures."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from homesec.bench.accuracy.plan import Plan, Shot, Span, shots, world_of
from homesec.sim.draw.picture import encode, picture
from homesec.sim.truth.facts import Errors, Fact, facts
from homesec.sim.truth.frames import FrameTruth, frame_truth
from homesec.sim.values import Conditions
from homesec.sim.view.silhouette import Box
from homesec.sim.world import World

WIDTH, HEIGHT = 640, 360
LEAST_SHARE = 0.25  # what is hidden more than this can't be asked for, and is no mistake when it is found
LEAST_PX = 6.0  # nor what is less high in a picture of 360 pixels
WET = 0.15  # from here on it rains or snows visibly


class TrueThing(NamedTuple):
    """A thing that a picture shows."""

    kind: str
    box: Box
    thing: str
    story: str | None
    """None: it only stands there."""
    asked: bool
    """Large and visible enough that a detector should find it."""
    foot_shown: bool = True
    """Its place on the ground is within the picture."""


class Expected(NamedTuple):
    """A picture and what it shows."""

    shot: Shot
    things: tuple[TrueThing, ...]
    conditions: tuple[str, ...]
    """Of day, dusk, night, infrared, rain, snow: those that hold."""


def said(plan: Plan, errors: Errors, span: Span) -> list[tuple[Expected, tuple[Fact, ...]]]:
    """What all pictures of a span show, and what a detector that errs in this way says of them without looking."""
    return [(_expected(plan, frame), facts(frame, plan.seed, errors)) for frame in _frames(plan, span)]


def drawn(plan: Plan, span: Span) -> list[tuple[Expected, bytes]]:
    """What all pictures of a span show, and the pictures themselves, as JPEG."""
    return [
        (_expected(plan, frame), encode(seen(world_of(plan), frame.camera, frame.at))) for frame in _frames(plan, span)
    ]


def seen(world: World, camera_id: str, at: datetime) -> NDArray[np.uint8]:
    """The picture (h, w, 3) RGB; the camera's own clock goes by the property's time."""
    return picture(world.property, world.property.camera(camera_id), world.at(at.astimezone(world.zone)), WIDTH, HEIGHT)


def _frames(plan: Plan, span: Span) -> Iterator[FrameTruth]:
    world = world_of(plan)
    return (frame_truth(world, shot.camera, shot.at) for shot in shots(plan, *span))


def _expected(plan: Plan, frame: FrameTruth) -> Expected:
    things = tuple(
        TrueThing(
            one.kind, one.box, one.thing, one.story,
            one.visible_share >= LEAST_SHARE and (one.box[3] - one.box[1]) * HEIGHT >= LEAST_PX,
            0.0 <= one.foot[0] <= 1.0 and 0.0 <= one.foot[1] <= 1.0,
        )
        for one in frame.objects
    )  # fmt: skip
    conditions = world_of(plan).conditions(frame.at)
    return Expected(Shot(frame.camera, frame.at), things, _named(frame, conditions))


def _named(frame: FrameTruth, conditions: Conditions) -> tuple[str, ...]:
    names = ["infrared" if frame.infrared else frame.light]
    if conditions.rain > WET:
        names.append("rain")
    if conditions.snow > WET:
        names.append("snow")
    return tuple(names)
