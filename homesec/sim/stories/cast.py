"""Who lives in the household and who comes by again and again: the same faces over weeks."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from homesec.sim import looks
from homesec.sim.values import Thing


@dataclass(frozen=True)
class Member:
    """A resident as the household's settings describe one."""

    thing: Thing
    name: str
    trust: str
    schedule: str
    """When usually at home, as scenario files write it."""


@dataclass(frozen=True)
class Cast:
    """Everybody whose id lasts."""

    members: tuple[Member, ...]
    """Ann drives to work, Ben cycles to work and shops by car, Cleo goes to school, Dora is old and at home."""
    cars: tuple[Thing, ...]
    """Ann's, then Ben's."""
    bicycle: Thing
    satchel: Thing
    """Cleo's backpack."""
    cat: Thing
    neighbours: tuple[Thing, ...]
    neighbour_dogs: tuple[Thing, ...]
    """Of the first and of the second neighbour."""
    couriers: tuple[Thing, ...]
    courier_vans: tuple[Thing, ...]
    postman: Thing
    gardener: Thing
    gardener_van: Thing
    friends: tuple[Thing, ...]
    children: tuple[Thing, ...]
    """Cleo's friends."""

    def member(self, name: str) -> Thing:
        """The resident of this name; `KeyError` if there is none."""
        for member in self.members:
            if member.name == name:
                return member.thing
        raise KeyError(name)

    def __iter__(self) -> Iterator[Thing]:
        yield from (member.thing for member in self.members)
        yield from (*self.cars, self.bicycle, self.satchel, self.cat, *self.neighbours, *self.neighbour_dogs)
        yield from (*self.couriers, *self.courier_vans, self.postman, self.gardener, self.gardener_van)
        yield from (*self.friends, *self.children)


def cast(seed: int) -> Cast:
    """The cast that follows from a seed."""
    rng = np.random.default_rng([seed, 0xCA57])

    def person(name: str, age_group: looks.AgeGroup = "adult", **fixed: object) -> Thing:
        return Thing(name, looks.person(rng, age_group, **fixed))

    return Cast(
        members=(
            Member(person("member:ann", gender="female", age=38), "Ann", "full", "weekdays 17:00-08:00"),
            Member(person("member:ben", gender="male", age=41), "Ben", "full", "weekdays 16:00-09:00"),
            Member(person("member:cleo", "child", gender="female", age=10), "Cleo", "full", "weekdays 13:00-08:00"),
            Member(person("member:dora", "elder", gender="female", age=72), "Dora", "full", "daily"),
        ),
        cars=(
            Thing("vehicle:ann", looks.vehicle(rng, "hatchback")),
            Thing("vehicle:ben", looks.vehicle(rng, "suv")),
        ),
        bicycle=Thing("bicycle:ben", looks.vehicle(rng, "bicycle")),
        satchel=Thing("backpack:cleo", looks.backpack(rng)),
        cat=Thing("pet:mia", looks.animal(rng, "cat")),
        neighbours=tuple(
            person(f"neighbour:{name}", "elder" if name == "ida" else "adult") for name in ("ida", "jan", "kim", "lea")
        ),
        neighbour_dogs=tuple(Thing(f"pet:{name}", looks.animal(rng, "dog")) for name in ("rex", "bella")),
        couriers=tuple(
            person(f"courier:{name}", garment="shirt", hair_form="cap", top=top)
            for name, top in (("max", (206, 160, 52)), ("nia", (112, 74, 46)))
        ),
        courier_vans=(
            Thing("vehicle:parcels-1", looks.vehicle(rng, "van", (238, 196, 54))),
            Thing("vehicle:parcels-2", looks.vehicle(rng, "van", (112, 74, 46))),
        ),
        postman=person("postman:otto", garment="coat", top=(38, 76, 138)),
        gardener=person("gardener:pia", garment="shirt", hair_form="cap", top=(46, 112, 78)),
        gardener_van=Thing("vehicle:gardener", looks.vehicle(rng, "pickup")),
        friends=tuple(person(f"friend:{name}") for name in ("quinn", "rosa", "sam", "tom", "uma", "vera")),
        children=tuple(person(f"friend:{name}", "child") for name in ("will", "yara", "zoe")),
    )
