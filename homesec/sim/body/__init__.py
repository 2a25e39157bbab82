"""Bodies of the things of the world: the parts of which pictures, silhouettes and boxes are made."""

from homesec.sim.body.animal import animal_parts
from homesec.sim.body.bicycle import bicycle_parts
from homesec.sim.body.item import backpack_parts, package_parts
from homesec.sim.body.person import person_keypoints, person_parts
from homesec.sim.body.vehicle import vehicle_parts
from homesec.sim.values import Part, Points, State

__all__ = ["keypoints", "parts"]


def parts(state: State) -> list[Part]:
    """What a thing consists of at one moment, in the world."""
    match state.thing.kind:
        case "person":
            return person_parts(state)
        case "car" | "truck" | "bus":
            return vehicle_parts(state)
        case "bicycle":
            return bicycle_parts(state)
        case "dog" | "cat" | "bird":
            return animal_parts(state)
        case "package":
            return package_parts(state)
        case "backpack":
            return backpack_parts(state)


def keypoints(state: State) -> Points:
    """The 17 points of COCO of a person, (17, 3) metres of the world, in COCO's order. Raises ValueError for others."""
    if state.thing.kind != "person":
        raise ValueError(f"{state.thing.kind} has no keypoints")
    return person_keypoints(state)
