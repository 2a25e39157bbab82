"""What was left and taken, against what truly was."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from homesec.bench.accuracy.stays import Told
from homesec.bench.accuracy.stored import StoredInteraction
from homesec.bench.accuracy.watched import Watched
from homesec.sim.truth.chronicle import Interaction

SLACK = timedelta(seconds=30)  # it is known a while later what was left
LIES = timedelta(minutes=2)  # so long after it was left, or before it was taken, it must be seen where it lies
KINDS = ("left", "taken")


def judged_hands(
    true: Iterable[Interaction], said: Sequence[StoredInteraction], cameras: Sequence[str], watched: Watched
) -> Told:
    """What a camera saw of hands must be said with the person and the object it was; where it is not seen, it may."""
    told = Told()
    left = [one for one in said if one.kind in KINDS]
    told.said = len(left)
    for one in (one for one in true if one.kind in KINDS):
        since, until = (one.at, one.at + LIES) if one.kind == "left" else (one.at - LIES, one.at)
        for camera in cameras:
            match = next(
                (row for row in left
                 if (row.kind, row.camera, watched.thing_of(row.track), watched.thing_of(row.object_track))
                 == (one.kind, camera, one.person, one.thing) and abs(row.at - one.at) <= SLACK),
                None,
            )  # fmt: skip
            if match is not None:
                left.remove(match)
                told.right += 1
            by = watched.between(camera, one.person, one.at - SLACK / 6, one.at + SLACK / 6)
            if by and len(watched.between(camera, one.thing, since, until)) >= 2:
                told.asked += 1
                told.found += match is not None
                if match is None:
                    told.miss(f"missed {camera}/{one.kind}", f"{one.thing} {one.at:%m-%d %H:%M:%S} {one.story}")
    for row in left:
        person, thing = watched.thing_of(row.track), watched.thing_of(row.object_track)
        told.miss(f"made up {row.camera}/{row.kind}", f"{row.at:%m-%d %H:%M:%S}Z {thing} by {person}")
    return told
