"""The values of the simulated world: who and what there is, how it is at one moment, and what a camera is.

Metres on one ground plane: x to the east, y to the north, z up. Angles are radians, 0 = east, counter-clockwise.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""Shape (n, 3), metres; or (n, 2) where a docstring says so."""
Colour = tuple[int, int, int]
"""RGB, 0..255."""

Kind = Literal["person", "bicycle", "car", "truck", "bus", "dog", "cat", "bird", "backpack", "package"]
KINDS: tuple[Kind, ...] = (
    "person", "bicycle", "car", "truck", "bus", "dog", "cat", "bird", "backpack", "package",
)  # fmt: skip
Posture = Literal["standing", "crouching", "bending_over", "arms_raised", "sitting", "lying_down"]
Label = Literal["benign", "suspicious", "incident"]
Face = Literal["visible", "covered", "none"]


@dataclass(frozen=True)
class Look:
    """How a thing looks for all its life."""

    kind: Kind
    length_m: float
    """Along its heading; of persons the depth of the body."""
    width_m: float
    height_m: float
    colours: tuple[Colour, ...]
    """Persons: skin, hair, top, bottom, shoes. Vehicles: body, trim. Animals: coat, mark. Others: body, band."""
    style: str
    """Persons: adult, elder, child with coat, hoodie, shirt or dress and the form of their hair, as `adult-coat-long`;
    vehicles: sedan, hatchback, suv, van, pickup, box_truck, city_bus, bicycle; animals: their size or breed; others:
    their form."""
    gait_hz: float = 1.8
    """Steps a second at usual speed."""
    covered_face: bool = False
    plate: str | None = None
    age: int | None = None
    gender: str | None = None


@dataclass(frozen=True)
class Thing:
    """One person, animal, vehicle or object; its id lasts over days and cameras, as in `member:ann`, `vehicle:ann`,
    `stranger:3f2a`, `package:81bc`."""

    id: str
    look: Look

    @property
    def kind(self) -> Kind:
        return self.look.kind


@dataclass(frozen=True)
class State:
    """A thing at one moment."""

    thing: Thing
    x: float
    y: float
    heading: float
    z: float = 0.0
    """Height of its lowest point above the ground: birds, climbers, what is carried."""
    speed: float = 0.0
    """Metres a second."""
    phase: float = 0.0
    """Steps walked so far; drives the gait. Of vehicles: metres driven, drives the wheels."""
    posture: Posture = "standing"
    action: str = "standing"
    """One of `ACTIONS`."""
    holds: str | None = None
    """knife, gun, crowbar, spray_can, phone, leash, mower, ball: drawn, but no class of its own."""
    carrier: str | None = None
    """Id of the person who carries it (package, backpack) or rides it (bicycle); x, y, z are then where it is
    carried."""
    lights: bool = False
    """Headlights on."""
    reach: float = 0.0
    """0..1: how far the arms are stretched out to what the action is about."""


ACTIONS = (
    "standing", "walking", "running", "waiting", "ringing", "placing a parcel", "picking up a parcel",
    "trying a door handle", "looking into a car", "breaking in", "climbing", "spraying", "threatening", "lingering",
    "mowing", "gardening", "playing", "talking", "cycling", "driving", "parked", "lying", "flying", "unloading",
    "covering a camera",
)  # fmt: skip


@dataclass(frozen=True)
class Mishap:
    """What is wrong with a camera's view at one moment."""

    camera: str
    kind: Literal["covered", "turned", "sprayed"]
    amount: float
    """0..1: how much of the view is gone, or how far it is turned of its full turn."""
    story: str


@dataclass(frozen=True)
class Conditions:
    """Light and weather at one moment."""

    when: datetime
    """With its time zone: the property's local time."""
    sun_altitude: float
    """Radians above the horizon; negative by night."""
    sun_azimuth: float
    """Radians, 0 = east, counter-clockwise: where the sun stands."""
    clouds: float = 0.0
    rain: float = 0.0
    snow: float = 0.0
    """Falling, 0..1."""
    snow_cover: float = 0.0
    wind: float = 0.1
    """0..1; trees sway."""

    @property
    def light(self) -> Literal["day", "dusk", "night"]:
        if self.sun_altitude > 0.10:
            return "day"
        return "dusk" if self.sun_altitude > -0.08 else "night"


@dataclass(frozen=True)
class Camera:
    """A camera of the property: a pinhole without distortion, level with the horizon."""

    id: str
    x: float
    y: float
    z: float
    yaw: float
    pitch: float
    """Downwards is positive."""
    hfov: float
    infrared: bool
    """Switches to infrared by night: a grey picture, lit from the camera. Without: colour, lit by lamps, noisy."""
    overlay: str = ""
    """Name that it writes into its pictures."""


@dataclass(frozen=True)
class Zone:
    """A polygon on the ground with the zone types of the tables, or a line (two points; crossing from left to right of
    first -> second is `in`)."""

    name: str
    zone_type: str
    """entry_point, driveway, sidewalk, yard, restricted, other, line."""
    ground: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Snapshot:
    """The world at one moment."""

    when: datetime
    conditions: Conditions
    states: tuple[State, ...]
    mishaps: tuple[Mishap, ...] = ()
    stories: dict[str, str] = field(default_factory=dict)
    """Thing id to the id of the story in which it plays at this moment."""

    @property
    def seed(self) -> int:
        """What may look random at this moment, such as noise and drops, follows from its time alone."""
        return int(self.when.timestamp() * 1000) & 0xFFFFFFFF


@dataclass(frozen=True)
class Part:
    """A piece of a body in the world, to be projected: for pictures, silhouettes and boxes alike."""

    form: Literal["capsule", "hull", "polygon"]
    points: Points
    """capsule: (2, 3) axis; hull: (n, 3) centres of the balls that it wraps; polygon: (n, 3) flat, counter-clockwise
    from outside."""
    colour: Colour
    radii: tuple[float, ...] = (0.0, 0.0)
    """Metres. capsule: at both ends; hull: of every ball."""
    one_sided: bool = False
    """A polygon that is only seen from its outside."""
    glow: float = 0.0
    """0..1: how much it shines by itself (lamps)."""
    solid: bool = True
    """Belongs to the silhouette of the thing (false: painted only, such as a leash)."""
    layer: int = 0
    """A thing is painted layer by layer, within a layer from far to near: windows lie on doors."""
