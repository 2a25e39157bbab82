"""The property of the household: its house, its ground, its cameras and their zones.

The house stands at x -6..6, y 0..9 with its front to the south; a street runs along y -19..-12.
"""

from dataclasses import dataclass
from math import radians
from typing import Literal

import numpy as np

from homesec.sim.values import Camera, Colour, Zone

PLACES: dict[str, tuple[float, float]] = {
    "door": (-1.0, -0.7),
    "porch": (-0.5, -1.4),
    "porch_parcel": (-2.0, -0.6),
    "walk_top": (-0.5, -2.4),
    "walk_end": (-0.5, -10.2),
    "gate": (-0.5, -9.8),
    "mailbox": (-2.0, -9.6),
    "front_window": (3.5, -0.8),
    "lawn_west": (-5.5, -5.0),
    "lawn_east": (3.5, -5.5),
    "drive_top": (9.0, 3.0),
    "drive_mouth": (9.0, -9.8),
    "car_spot_1": (8.0, -2.0),
    "car_spot_2": (10.2, -2.0),
    "side_gate": (9.0, 7.5),
    "side_passage": (7.5, 7.5),
    "back_door": (2.0, 9.8),
    "back_window": (-2.0, 9.8),
    "patio": (1.5, 11.2),
    "yard": (0.0, 17.0),
    "shed": (7.4, 23.5),
    "fence_west": (-9.0, 17.0),
    "fence_north": (0.0, 26.0),
    "fence_east": (12.0, 17.0),
    "pavement_west": (-40.0, -11.0),
    "pavement_gate": (-0.5, -11.0),
    "pavement_drive": (9.0, -11.0),
    "pavement_east": (40.0, -11.0),
    "far_pavement_west": (-40.0, -20.0),
    "far_pavement_east": (40.0, -20.0),
    "kerb_gate": (-0.5, -13.1),
    "street_west": (-60.0, -13.8),
    "street_east": (60.0, -13.8),
    "street_eastbound_west": (-60.0, -17.2),
    "street_eastbound_east": (60.0, -17.2),
}
"""Named places on the ground, metres (x, y). Westbound traffic drives on y -13.8, eastbound on y -17.2."""

TREES: tuple[tuple[float, float], ...] = ((-6.0, 20.0), (-14.5, -4.5), (17.5, -5.0), (4.0, 24.0))
LAMPS: tuple[tuple[float, float], ...] = ((-18.0, -19.6), (6.0, -19.6), (30.0, -19.6))
"""Street lamps on the far pavement."""


@dataclass(frozen=True)
class Facade:
    """How this house and its ground look, by seed."""

    wall: Colour
    wall_material: Literal["render", "brick", "boards"]
    roof: Colour
    door: Colour
    trim: Colour
    fence: Colour
    drive: Literal["asphalt", "paving", "gravel"]
    tree_heights_m: tuple[float, ...]
    """One for each of `TREES`."""
    tree_leaves: tuple[Colour, ...]
    neighbours: tuple[Colour, ...]
    """Walls of the houses round about."""


@dataclass(frozen=True)
class Property:
    """A household's property: what is built, where its cameras hang and what their zones are."""

    cameras: tuple[Camera, ...]
    zones: tuple[Zone, ...]
    timezone: str
    seed: int
    facade: Facade

    def camera(self, camera_id: str) -> Camera:
        """The camera of this id; `KeyError` if there is none."""
        for camera in self.cameras:
            if camera.id == camera_id:
                return camera
        raise KeyError(camera_id)

    def zone(self, name: str) -> Zone:
        """The zone of this name; `KeyError` if there is none."""
        for zone in self.zones:
            if zone.name == name:
                return zone
        raise KeyError(name)


def household(seed: int, timezone: str = "Europe/Berlin") -> Property:
    """The property that follows from a seed: the plan is always the same, colours and materials differ."""
    return Property(cameras=_cameras(), zones=_zones(), timezone=timezone, seed=seed, facade=_facade(seed))


def _cameras() -> tuple[Camera, ...]:
    # The two by the doors hang on brackets off the wall, so that they look along it and see who stands at the door.
    return (
        Camera("front_door", 2.4, -0.4, 2.6, radians(-138), radians(25), radians(104), False, "FRONT DOOR"),
        Camera("driveway", 6.1, -0.1, 3.8, radians(-68), radians(22), radians(100), True, "DRIVEWAY"),
        Camera("back_yard", 5.8, 9.6, 3.4, radians(132), radians(20), radians(108), True, "BACK YARD"),
        Camera("street_side", -6.0, -0.1, 4.5, radians(-112), radians(15), radians(80), True, "STREET SIDE"),
    )


def _zones() -> tuple[Zone, ...]:
    def box(x0: float, y0: float, x1: float, y1: float) -> tuple[tuple[float, float], ...]:
        return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))

    yard = ((-9.0, 9.0), (-1.0, 9.0), (-1.0, 10.5), (5.0, 10.5), (5.0, 9.0), (12.0, 9.0), (12.0, 26.0), (-9.0, 26.0))
    lawn = ((-9.0, -10.0), (-1.2, -10.0), (-1.2, -2.0), (-2.5, -2.0), (-2.5, 0.0), (-9.0, 0.0))
    east_lawn = ((0.2, -10.0), (6.5, -10.0), (6.5, 0.0), (1.5, 0.0), (1.5, -2.0), (0.2, -2.0))
    return (
        Zone("porch", "entry_point", box(-2.5, -2.0, 1.5, 0.0)),
        Zone("walk", "other", box(-1.2, -10.0, 0.2, -2.0)),
        Zone("driveway", "driveway", box(6.5, -10.0, 11.5, 6.0)),
        Zone("sidewalk", "sidewalk", box(-60.0, -12.0, 60.0, -10.0)),
        Zone("front_lawn", "yard", lawn),
        Zone("east_lawn", "yard", east_lawn),
        Zone("back_yard", "yard", yard),
        Zone("back_door", "entry_point", box(-1.0, 9.0, 5.0, 10.5)),
        Zone("side_gate", "restricted", box(6.5, 6.0, 10.5, 9.0)),
        # From east to west, so that those who come from the street cross from left to right: `in`.
        Zone("gate", "line", ((0.2, -9.8), (-1.2, -9.8))),
        Zone("drive_line", "line", ((11.5, -9.8), (6.5, -9.8))),
    )


def _facade(seed: int) -> Facade:
    rng = np.random.default_rng([seed, 0x10])
    material: Literal["render", "brick", "boards"] = ("render", "brick", "boards")[int(rng.integers(3))]
    walls: dict[str, tuple[Colour, ...]] = {
        "render": ((226, 215, 196), (233, 228, 216), (217, 197, 160), (204, 213, 214)),
        "brick": ((158, 84, 64), (142, 76, 62), (176, 112, 84)),
        "boards": ((120, 142, 152), (196, 190, 172), (150, 62, 52), (108, 128, 104)),
    }
    roofs: tuple[Colour, ...] = ((128, 62, 48), (84, 78, 76), (108, 74, 58))
    doors: tuple[Colour, ...] = ((120, 36, 36), (34, 66, 98), (40, 82, 58), (94, 62, 38), (60, 62, 66))
    fences: tuple[Colour, ...] = ((150, 118, 84), (128, 104, 82), (168, 140, 104))
    leaves: tuple[Colour, ...] = ((72, 108, 48), (84, 118, 52), (58, 96, 50), (98, 120, 56))
    around: tuple[Colour, ...] = ((214, 204, 186), (176, 98, 76), (190, 196, 198), (222, 210, 170), (150, 140, 126))
    drive: Literal["asphalt", "paving", "gravel"] = ("asphalt", "paving", "gravel")[int(rng.integers(3))]
    return Facade(
        wall=walls[material][int(rng.integers(len(walls[material])))],
        wall_material=material,
        roof=roofs[int(rng.integers(len(roofs)))],
        door=doors[int(rng.integers(len(doors)))],
        trim=(238, 236, 230),
        fence=fences[int(rng.integers(len(fences)))],
        drive=drive,
        tree_heights_m=tuple(float(rng.uniform(5.5, 8.5)) for _ in TREES),
        tree_leaves=tuple(leaves[int(rng.integers(len(leaves)))] for _ in TREES),
        neighbours=tuple(around[int(i)] for i in rng.permutation(len(around))),
    )
