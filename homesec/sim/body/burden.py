"""Who carries, rides and leads what: carried things go where the hands and the back of their carrier are."""

from collections.abc import Sequence
from dataclasses import replace
from math import cos, hypot, sin

import numpy as np

from homesec.sim.body.person import back_of, hands_of
from homesec.sim.values import Part, State, Thing

LEASH_M = 4.0  # a dog nearer than this to somebody with a leash is on it


def arranged(states: Sequence[State]) -> list[tuple[State, list[Part]]]:
    """Carried things where their carriers' hands and backs are, and leashes between hands and dogs."""
    people = {state.thing.id: state for state in states if state.thing.kind == "person"}
    burdens = {state.carrier: state for state in states if state.carrier in people}
    for carrier, burden in burdens.items():
        if carrier is None:
            continue
        person = people[carrier]
        if burden.thing.kind == "package" and person.holds is None:
            people[carrier] = replace(person, holds="parcel")
        elif burden.thing.kind == "bicycle" and burden.speed > 0.3:
            people[carrier] = replace(person, action="cycling", posture="standing")
    arranged: list[tuple[State, list[Part]]] = []
    for state in states:
        state = people.get(state.thing.id, state)
        extra: list[Part] = []
        carrier_state = people.get(state.carrier) if state.carrier is not None else None
        if carrier_state is not None:
            state = _carried(state, carrier_state)
        elif state.holds == "leash":
            extra = _leash(state, states)
        arranged.append((state, extra))
    return arranged


def _carried(state: State, carrier: State) -> State:
    look = state.thing.look
    match state.thing.kind:
        case "package":
            (x, y, z), _ = hands_of(carrier)
            out = look.length_m * 0.3
            return replace(
                state,
                x=float(x) + out * cos(carrier.heading),
                y=float(y) + out * sin(carrier.heading),
                z=max(float(z) - 0.4 * look.height_m, 0.0),
                heading=carrier.heading,
            )
        case "backpack":
            x, y, z = back_of(carrier)
            return replace(
                state, x=float(x), y=float(y), z=max(float(z) - look.height_m / 2, 0.0), heading=carrier.heading
            )
        case "bicycle" if carrier.action == "cycling":
            size = min(max(carrier.thing.look.height_m / 1.75, 0.7), 1.0)  # children ride smaller ones
            fitting = replace(look, height_m=look.height_m * size, length_m=look.length_m * size)
            return replace(
                state,
                thing=Thing(state.thing.id, fitting),
                x=carrier.x,
                y=carrier.y,
                heading=carrier.heading,
                phase=carrier.phase,
            )
    return state


def _leash(person: State, states: Sequence[State]) -> list[Part]:
    dogs = [
        state
        for state in states
        if state.thing.kind == "dog" and hypot(state.x - person.x, state.y - person.y) < LEASH_M
    ]
    if not dogs:
        return []
    dog = min(dogs, key=lambda state: hypot(state.x - person.x, state.y - person.y))
    look = dog.thing.look
    neck = np.array(
        [
            dog.x + 0.35 * look.length_m * cos(dog.heading),
            dog.y + 0.35 * look.length_m * sin(dog.heading),
            dog.z + 0.66 * look.height_m,
        ]
    )
    hand, _ = hands_of(person)
    middle = (hand + neck) / 2 - np.array([0.0, 0.0, 0.12])  # it sags
    return [
        Part("capsule", np.stack(pair), (150, 38, 40), (0.008, 0.008), solid=False)
        for pair in ((hand, middle), (middle, neck))
    ]
