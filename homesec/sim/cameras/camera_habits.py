"""How each camera of the household sends what it sees, and how often that goes wrong."""

from dataclasses import dataclass
from typing import Literal

Clock = Literal["exif", "exif local", "name", "file"]
"""Where a camera says when it took a picture: in EXIF with its offset, in EXIF in local time, in the file's name, or
nowhere but in the file's own time. Clips say it in their container."""


@dataclass(frozen=True)
class Habits:
    """One camera's ways."""

    camera: str
    folder: str
    """The name that its owner gave it."""
    every_s: float
    """From picture to picture while something moves, 0.2..5 s."""
    burst: int
    """So many pictures, `BURST_S` apart, when something begins to move."""
    clips: float
    """Share of the recordings that it sends as a clip instead."""
    clock: Clock
    renames: bool
    """Writes under a temporary name first."""


@dataclass(frozen=True)
class FaultRates:
    """How often something goes wrong."""

    pieces: float = 0.04
    """Of uploads: written slowly, piece by piece, under their own name."""
    late: float = 0.02
    """Of uploads: minutes late."""
    out_of_order: float = 0.03
    """Of uploads: a few seconds late, so that later ones come before."""
    twice: float = 0.015
    """Of uploads: sent again under another name."""
    truncated: float = 0.01
    """Of uploads: broken off; they can't be read."""
    clock_a_day: float = 0.15
    """Of a camera: its clock is wrong for a while, or was never set."""
    offline_a_day: float = 0.12
    """Of a camera: it is away for hours. What it keeps meanwhile, if it keeps anything, comes all at once."""


BURST_S = 0.25  # between the pictures of a burst
USUAL = FaultRates()
NONE = FaultRates(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
HABITS: tuple[Habits, ...] = (
    Habits("front_door", "Front door", 1.0, 3, 0.08, "exif", renames=True),
    Habits("driveway", "Driveway", 2.0, 1, 0.08, "name", renames=False),
    Habits("back_yard", "Back yard", 1.5, 2, 0.4, "exif local", renames=False),
    Habits("street_side", "Street side", 4.0, 1, 0.04, "file", renames=True),
)


def habits(camera_id: str) -> Habits:
    """Those of a camera of the household; `KeyError` if it has none."""
    for one in HABITS:
        if one.camera == camera_id:
            return one
    raise KeyError(camera_id)
