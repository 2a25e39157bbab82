"""Things to draw in tests: one of every kind, anywhere."""

from math import cos, hypot, pi, sin
from typing import get_args

import numpy as np
from hypothesis import strategies as st

from homesec.sim import looks
from homesec.sim.property import household
from homesec.sim.values import ACTIONS, Camera, Kind, Look, Posture, State, Thing

CAMERAS = household(1).cameras
HELD = (None, "knife", "gun", "crowbar", "spray_can", "phone", "ball")


def look(kind: Kind, seed: int = 0) -> Look:
    rng = np.random.default_rng([seed, 77])
    match kind:
        case "person":
            return looks.person(rng, ("adult", "elder", "child")[seed % 3])
        case "car":
            return looks.vehicle(rng)
        case "truck":
            return looks.vehicle(rng, ("van", "box_truck")[seed % 2])
        case "bus":
            return looks.vehicle(rng, "city_bus")
        case "bicycle":
            return looks.vehicle(rng, "bicycle")
        case "package":
            return looks.package(rng)
        case "backpack":
            return looks.backpack(rng)
        case _:
            return looks.animal(rng, kind)


def thing(kind: Kind, seed: int = 0, name: str | None = None) -> Thing:
    return Thing(name or f"{kind}:{seed}", look(kind, seed))


def before(camera: Camera, distance_m: float, aside: float = 0.0) -> tuple[float, float]:
    """A ground point so far from a camera, at so many radians from the middle of its view."""
    return camera.x + distance_m * cos(camera.yaw + aside), camera.y + distance_m * sin(camera.yaw + aside)


@st.composite
def states(draw: st.DrawFn, kinds: tuple[Kind, ...], camera: Camera, near_m: float = 3.0) -> State:
    """A thing anywhere in front of a camera, in any posture."""
    kind = draw(st.sampled_from(kinds))
    which = thing(kind, draw(st.integers(0, 40)))
    is_person = kind == "person"
    # The whole of a long vehicle stays away from the lens.
    nearest = near_m + hypot(which.look.length_m, which.look.width_m) / 2
    x, y = before(camera, draw(st.floats(nearest, 24.0)), draw(st.floats(-0.6, 0.6)))
    return State(
        which,
        x,
        y,
        draw(st.floats(-pi, pi)),
        speed=draw(st.sampled_from((0.0, 1.3, 3.5))),
        phase=draw(st.floats(0.0, 50.0)),
        posture=draw(st.sampled_from(get_args(Posture))) if is_person else "standing",
        action=draw(st.sampled_from(ACTIONS)) if is_person else "standing",
        holds=draw(st.sampled_from(HELD)) if is_person else None,
        reach=draw(st.floats(0.0, 1.0)),
    )
