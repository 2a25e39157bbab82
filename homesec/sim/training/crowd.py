"""Crowds for training: who and what there can be, all at once, wherever a camera looks.

No story is told: rare things are as frequent as usual ones, in all postures and places that a picture may show.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import cos, hypot, pi, sin

import numpy as np

from homesec.sim import looks
from homesec.sim.values import Kind, Look, State, Thing
from homesec.sim.view.optics import View

Spot = tuple[float, float]
FARTHEST_M = 38.0  # what stands farther away is too small to be a sample
APART_M = 0.45  # people stand side by side, not in each other
LANES = ((-13.8, pi), (-17.2, 0.0))  # y and heading of westbound and eastbound traffic
PARKED_STYLES = ("sedan", "hatchback", "suv", "pickup", "van")
STALLS = ((8.0, -2.0), (10.2, -2.0))  # where cars stand on the driveway
VEHICLE_STYLES = ("sedan", "hatchback", "suv", "pickup", "van", "box_truck", "box_truck", "city_bus", "city_bus")
GROUPS = (
    ("person", 0.34), ("carrier", 0.12), ("hiker", 0.09), ("cyclist", 0.07), ("bicycle", 0.05), ("dog", 0.09),
    ("cat", 0.08), ("bird", 0.09), ("package", 0.05), ("backpack", 0.02),
)  # fmt: skip
"""What is added one by one, and how often: a carrier has a package in the arms, a hiker a backpack on the back."""
SMALL_GROUPS = (
    ("person", 0.08), ("carrier", 0.1), ("hiker", 0.2), ("cyclist", 0.07), ("bicycle", 0.1), ("dog", 0.16),
    ("cat", 0.09), ("bird", 0.1), ("package", 0.05), ("backpack", 0.05),
)  # fmt: skip
"""The same, where more is to be learned of small things and of what people have with them."""
DEEDS: tuple[tuple[str, str, float], ...] = (
    ("standing", "standing", 0.0), ("waiting", "standing", 0.0), ("ringing", "standing", 0.8),
    ("talking", "standing", 0.3), ("trying a door handle", "standing", 0.8), ("spraying", "standing", 0.9),
    ("threatening", "standing", 0.9), ("breaking in", "standing", 0.8), ("looking into a car", "bending_over", 0.4),
    ("placing a parcel", "bending_over", 0.8), ("gardening", "crouching", 0.5), ("standing", "crouching", 0.0),
    ("standing", "arms_raised", 0.0), ("standing", "sitting", 0.0), ("lying", "lying_down", 0.0),
    ("mowing", "standing", 0.5), ("playing", "standing", 0.5),
)  # fmt: skip
"""Action, posture and reach of those who do not walk."""
IN_HAND = {"threatening": ("knife", "gun"), "breaking in": ("crowbar",), "spraying": ("spray_can",)}
IN_HAND |= {"mowing": ("mower",), "playing": ("ball",)}


class Crowd:
    """A crowd in the making: everybody has a place of their own that the camera can see."""

    def __init__(
        self, rng: np.random.Generator, view: View, dark: bool, groups: Sequence[tuple[str, float]] = GROUPS
    ) -> None:
        self.rng, self.view, self.dark, self.groups = rng, view, dark, groups
        self.states: list[State] = []

    def gather(self, count: int) -> list[State]:
        """Vehicles on street and driveway, and so many groups of all else."""
        self._vehicles()
        names, shares = zip(*self.groups, strict=True)
        makers: dict[str, Callable[[Spot], object]] = {
            "person": self._person, "carrier": self._carrier, "hiker": self._hiker, "cyclist": self._cyclist,
            "bicycle": self._bicycle, "dog": self._dog, "cat": self._cat, "bird": self._bird,
            "package": self._package, "backpack": self._backpack,
        }  # fmt: skip
        for index in self.rng.choice(len(names), size=count, p=shares):
            small = names[index] in ("cat", "bird", "package", "backpack", "dog")
            spot = self._spot(14.0 if small else FARTHEST_M)
            if spot is not None:
                makers[names[index]](spot)
        return self.states

    def _spot(self, farthest: float) -> Spot | None:
        # Half of them evenly over the frame, so that there are enough near ones; half evenly over the ground.
        for _ in range(40):
            if self.rng.random() < 0.5:
                x, y = (float(v) for v in self.view.ground(self.rng.uniform((0.02, 0.05), (0.98, 1.15), (1, 2)))[0])
            else:
                x, y = self._point(farthest)
            if self._is_free(x, y, farthest):
                return x, y
        return None

    def _point(self, farthest: float) -> Spot:
        camera = self.view.camera
        away, turn = farthest * float(self.rng.random()) ** 0.6, float(self.rng.uniform(-0.5, 0.5)) * camera.hfov
        return camera.x + away * cos(camera.yaw + turn), camera.y + away * sin(camera.yaw + turn)

    def _is_free(self, x: float, y: float, farthest: float) -> bool:
        camera = self.view.camera
        if not np.isfinite(x) or not 0.9 < hypot(x - camera.x, y - camera.y) < farthest:
            return False
        if -6.3 < x < 6.3 and -0.25 < y < 9.25:
            return False  # inside the house
        for other in self.states:
            look = other.thing.look
            room = APART_M if look.length_m < 2.0 else 0.25
            dx, dy = x - other.x, y - other.y
            along = abs(dx * cos(other.heading) + dy * sin(other.heading)) - look.length_m / 2
            aside = abs(dy * cos(other.heading) - dx * sin(other.heading)) - look.width_m / 2
            if max(along, aside) < room:
                return False
        return True

    def _vehicles(self) -> None:
        rng = self.rng
        for x, y in STALLS:
            if rng.random() < 0.3:
                place = (x + rng.normal(0, 0.15), y + rng.normal(0, 1.5))
                self._vehicle(place, pi / 2 * float(rng.choice((-1, 1))), PARKED_STYLES)
        for y, heading in LANES:
            end = -42.0
            while (end := end + float(rng.exponential(22.0)) + 8.0) < 42.0:
                off = float(rng.choice((0.0, 0.0, 1.3))) * (1 if y > -15 else -1)  # some stand at the kerb
                self._vehicle((end, y + off + rng.normal(0, 0.2)), heading, VEHICLE_STYLES)

    def _vehicle(self, place: Spot, heading: float, styles: tuple[str, ...]) -> None:
        rng = self.rng
        look = looks.vehicle(rng, str(rng.choice(styles)))
        heading = heading + float(rng.normal(0, 0.05))
        action, lights = ("driving", self.dark or rng.random() < 0.2) if rng.random() < 0.6 else ("parked", False)
        self._add(look, place, heading=heading, action=action, lights=bool(lights), phase=float(rng.uniform(0, 3)))

    def _add(self, look: Look, place: Spot, **more: object) -> State:
        thing = Thing(f"crowd:{len(self.states)}", look)
        state = replace(State(thing, float(place[0]), float(place[1]), self._turn()), **more)  # type: ignore[arg-type]
        self.states.append(state)
        return state

    def _turn(self) -> float:
        return float(self.rng.uniform(-pi, pi))

    def _somebody(self) -> Look:
        rng = self.rng
        age = str(rng.choice(("adult", "adult", "adult", "elder", "child")))
        covered = bool(rng.random() < 0.12)
        return looks.person(rng, age, covered_face=covered)  # type: ignore[arg-type]

    def _person(self, place: Spot) -> State:
        rng = self.rng
        if rng.random() < 0.6:
            return self._walker(place)
        action, posture, reach = DEEDS[int(rng.integers(len(DEEDS)))]
        options = IN_HAND.get(action, (None, None, "phone"))
        holds = options[int(rng.integers(len(options)))]
        stretched = reach * float(rng.uniform(0.3, 1.1))
        return self._add(
            self._somebody(), place, action=action, posture=posture, reach=min(stretched, 1.0), holds=holds
        )

    def _walker(self, place: Spot) -> State:
        rng = self.rng
        speed = float(rng.choice((0.8, 1.3, 1.5, 3.0)))
        holds = "phone" if rng.random() < 0.08 else None
        return self._add(
            self._somebody(), place, speed=speed, phase=float(rng.uniform(0, 8)), holds=holds,
            action="running" if speed > 2 else "walking",
        )  # fmt: skip

    def _carrier(self, place: Spot) -> None:
        person = self._walker(place)
        self.states[-1] = replace(person, holds=None)
        self._add(looks.package(self.rng), place, carrier=person.thing.id, heading=person.heading)

    def _hiker(self, place: Spot) -> None:
        person = self._walker(place)
        self._add(looks.backpack(self.rng), place, carrier=person.thing.id, heading=person.heading)

    def _cyclist(self, place: Spot) -> None:
        rng = self.rng
        rides = {"speed": 4.0, "phase": float(rng.uniform(0, 8)), "heading": self._turn()}
        person = self._add(self._somebody(), place, action="cycling", **rides)
        look = looks.vehicle(rng, "bicycle")
        self._add(look, place, carrier=person.thing.id, action="cycling", **rides)

    def _bicycle(self, place: Spot) -> None:
        self._add(looks.vehicle(self.rng, "bicycle"), place, action="parked")

    def _dog(self, place: Spot) -> None:
        self._animal("dog", place)
        if self.rng.random() < 0.3:
            dog = self.states[-1]
            beside = dog.x + float(self.rng.uniform(-1.5, 1.5)), dog.y + float(self.rng.uniform(-1.5, 1.5))
            if self._is_free(*beside, FARTHEST_M):
                self.states[-1] = replace(self._walker(beside), holds="leash")

    def _cat(self, place: Spot) -> None:
        self._animal("cat", place)

    def _animal(self, kind: Kind, place: Spot) -> None:
        rng = self.rng
        posture = str(rng.choice(("standing", "standing", "standing", "sitting", "lying_down")))
        speed = float(rng.choice((0.0, 1.2, 2.0))) if posture == "standing" else 0.0
        action = "walking" if speed else "standing"
        self._add(
            looks.animal(rng, kind), place, posture=posture, speed=speed, phase=float(rng.uniform(0, 8)), action=action
        )

    def _bird(self, place: Spot) -> None:
        rng = self.rng
        flies = bool(rng.random() < 0.4)
        height = float(rng.uniform(0.4, 4.5)) if flies else 0.0
        self._add(
            looks.animal(rng, "bird"), place, z=height, speed=5.5 if flies else 0.0, phase=float(rng.uniform(0, 8)),
            action="flying" if flies else "standing",
        )  # fmt: skip

    def _package(self, place: Spot) -> None:
        self._add(looks.package(self.rng), place, action="lying")

    def _backpack(self, place: Spot) -> None:
        self._add(looks.backpack(self.rng), place, action="lying")
