"""A scene: what a storyline is told when it begins, and the ways people take on the property."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any
from zlib import crc32

import numpy as np

from homesec.sim import looks
from homesec.sim.property import PLACES
from homesec.sim.stories.cast import Cast
from homesec.sim.stories.driving import EAST_EVADING, EAST_LANE, WEST_EVADING, WEST_LANE
from homesec.sim.stories.track import Spot, Track
from homesec.sim.story import Key, Role, Tampering
from homesec.sim.values import Kind, Thing

SILL: Spot = (-1.0, -0.3)  # on the threshold of the front door, where people appear and disappear
BACK_SILL: Spot = (2.0, 9.1)
RING: Spot = (-0.75, -0.85)  # before the door, beside its bell
PARCEL: Spot = PLACES["porch_parcel"]
GATE: Spot = PLACES["walk_end"]
STALLS: tuple[Spot, Spot] = (PLACES["car_spot_1"], PLACES["car_spot_2"])
STAND: Spot = (6.75, 4.6)  # where Ben's bicycle stands, at the top of the driveway


@dataclass(frozen=True)
class Lying:
    """A thing that stands or lies somewhere between stories."""

    thing: Thing
    key: Key


@dataclass(frozen=True)
class Scene:
    """Everything a storyline builds upon. All its chance comes from `rng`."""

    id: str
    rng: np.random.Generator
    start: datetime
    cast: Cast
    dark: bool = False
    kerb_taken: bool = False
    """Somebody is parked at the kerb: westbound traffic drives round."""
    lying: Mapping[str, Lying] = field(default_factory=dict)
    """By thing id, what is left where at the start."""
    inside: frozenset[str] = frozenset()
    """Ids of those who are in the house."""
    strangers: Iterator[int] = field(default_factory=count)

    @property
    def west_lane(self) -> float:
        return WEST_EVADING if self.kerb_taken else WEST_LANE

    def lane(self, east: bool) -> float:
        """The middle of the lane in this direction, y in metres."""
        if not east:
            return self.west_lane
        return EAST_EVADING if self.kerb_taken else EAST_LANE

    def coin(self, probability: float = 0.5) -> bool:
        return bool(self.rng.random() < probability)

    def between(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def near(self, place: Spot, spread: float = 0.25) -> Spot:
        """A spot close to a place, metres."""
        return place[0] + self.between(-spread, spread), place[1] + self.between(-spread, spread)

    def pace(self) -> float:
        """A walking speed, metres a second."""
        return self.between(1.22, 1.55)

    def new_id(self, prefix: str) -> str:
        """An id that no other thing of the world has."""
        return f"{prefix}:{crc32(f'{self.id}/{next(self.strangers)}'.encode()):08x}"

    def stranger(self, age_group: looks.AgeGroup = "adult", **fixed: Any) -> Thing:
        return Thing(self.new_id("stranger"), looks.person(self.rng, age_group, **fixed))

    def vehicle(self, style: str | None = None) -> Thing:
        look = looks.vehicle(self.rng, style)
        return Thing(self.new_id("bicycle" if look.kind == "bicycle" else "vehicle"), look)

    def animal(self, kind: Kind) -> Thing:
        return Thing(self.new_id("animal"), looks.animal(self.rng, kind))

    def package(self) -> Thing:
        return Thing(self.new_id("package"), looks.package(self.rng))

    def backpack(self) -> Thing:
        return Thing(self.new_id("backpack"), looks.backpack(self.rng))

    @property
    def parcels(self) -> list[Lying]:
        """Packages that lie on the porch, the oldest first."""
        return [lying for lying in self.lying.values() if lying.thing.kind == "package"]


def pavement_end(scene: Scene, east: bool, far: bool = False) -> Spot:
    """Where the pavement leaves the world."""
    return (60.0 if east else -60.0), (-20.0 if far else -11.0) + scene.between(-0.55, 0.55)


def from_pavement(scene: Scene, east: bool, speed: float | None = None, holds: str | None = None) -> Track:
    """Somebody comes along the pavement, from the east or the west, up to the gate."""
    start = pavement_end(scene, east)
    track = Track(start, speed=speed or scene.pace(), holds=holds)
    return track.go((GATE[0] + (1.0 if east else -1.0), start[1]), GATE)


def to_door(scene: Scene, track: Track) -> Track:
    """From the gate along the walk to the bell."""
    return track.go(scene.near((-0.5, -6.0), 0.2), (-0.5, -2.4), RING)


def to_gate(scene: Scene, track: Track) -> Track:
    """From the porch along the walk to the gate."""
    return track.go((-0.55, -2.4), scene.near((-0.5, -6.0), 0.2), GATE)


def away(scene: Scene, track: Track, east: bool, speed: float | None = None) -> Track:
    """From the gate along the pavement out of the world."""
    end = pavement_end(scene, east)
    return track.go((GATE[0] + (0.8 if east else -0.8), end[1]), end, speed=speed)


def out_of_door(scene: Scene, speed: float | None = None, at: float = 0.0) -> Track:
    """Somebody steps out of the front door."""
    return Track(SILL, at, speed or scene.pace()).go((-0.9, -0.9))


def to_car(track: Track, stall: Spot) -> Track:
    """From the porch over the lawn to the driver's door of a car on the driveway."""
    track.go((0.2, -2.7), (6.4, -3.2))
    if stall == STALLS[1]:
        # Between the two cars there is room for a door, not for a walk.
        return track.go((6.9, -5.1), (9.1, -5.1), (9.1, -4.6))
    return track.go((stall[0] - 1.1, stall[1] - 0.4))


def from_car(stall: Spot, at: float, speed: float) -> Track:
    """From the driver's door of a car on the driveway to the porch."""
    if stall == STALLS[1]:
        track = Track((9.1, -4.6), at, speed).go((9.1, -5.1), (6.9, -5.1))
    else:
        track = Track((stall[0] - 1.1, stall[1] - 0.4), at, speed)
    return track.go((6.4, -3.2), (0.2, -2.7), (-0.9, -0.9), SILL)


@dataclass(frozen=True)
class Plot:
    """What happens in a scene: a story without its name and its judgement."""

    roles: tuple[Role, ...] = ()
    tampering: tuple[Tampering, ...] = ()
    storm: tuple[float, float] | None = None


def into_drive(track: Track) -> Track:
    """From the pavement up the edge of the driveway, between the house and the cars, to its top."""
    return track.go((6.7, -9.6), (6.5, -0.5), (7.6, 2.6))


def through_passage(track: Track) -> Track:
    """From the top of the driveway through the side gate into the back yard."""
    return track.go((8.3, 5.2), (8.3, 8.2), (7.6, 10.0))


def back_through_passage(track: Track) -> Track:
    """From the back yard through the side gate and down the driveway to the pavement."""
    return track.go((7.6, 10.0), (8.3, 8.2), (8.3, 5.2), (7.6, 2.6), (6.5, -0.5), (6.7, -9.6), (6.4, -11.0))


def drive_mouth(scene: Scene, east: bool, speed: float | None = None, holds: str | None = None) -> Track:
    """Somebody comes along the pavement up to the mouth of the driveway."""
    start = pavement_end(scene, east)
    return Track(start, speed=speed or scene.pace(), holds=holds).go((6.9 if east else 6.1, start[1]), (6.7, -9.9))


def off_from_drive(scene: Scene, track: Track, east: bool, speed: float | None = None) -> Track:
    """From the mouth of the driveway along the pavement out of the world."""
    end = pavement_end(scene, east)
    return track.go((7.6 if east else 5.4, end[1]), end, speed=speed)
