"""What sets a camera off: something that moves in its view, large enough to matter, and a while after it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from homesec.sim.truth.frames import FrameTruth, frame_truth
from homesec.sim.view.sight import Span
from homesec.sim.world import World

LOOK_S = 1.0  # between two looks of the trigger
HOLD_S = 4.0  # it goes on for so long after the last movement
SMALLEST = 0.04  # of the frame's height: smaller things do not set it off
LIFELESS = ("package", "backpack")


def recordings(world: World, camera_id: str, since: datetime, until: datetime) -> Iterator[Span]:
    """The times in which a camera records, in order and apart from each other, seconds since 1970.

    A parked car, a parcel on the doorstep or a tree in the wind sets nothing off; a person who stands still does.
    """
    begun = ended = 0.0
    for begins, ends in world.active(camera_id, since, until):
        for number in range(int((ends - begins).total_seconds() / LOOK_S) + 1):
            when = begins + timedelta(seconds=number * LOOK_S)
            if not stirs(frame_truth(world, camera_id, when)):
                continue
            second = when.timestamp()
            if second > ended:
                if ended:
                    yield begun, ended
                begun = second
            ended = second + HOLD_S
    if ended:
        yield begun, min(ended, until.timestamp())


def stirs(frame: FrameTruth) -> bool:
    """Whether what a camera sees at this moment sets it off."""
    if any(0.0 < amount < 1.0 for amount in frame.mishaps.values()):
        return True  # somebody tampers with it, or sets it right
    return any(
        one.box[3] - one.box[1] >= SMALLEST
        and one.kind not in LIFELESS
        and (one.moving or (one.kind == "person" and one.story is not None))
        for one in frame.objects
    )
