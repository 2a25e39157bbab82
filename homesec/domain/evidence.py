"""What kind of thing a class is, and the form in which evidence of a track is written."""

from homesec.domain.risk import Evidence

ANIMALS = frozenset(
    "cat dog bird horse sheep cow bear fox deer raccoon rabbit squirrel hedgehog coyote boar animal rat mouse badger "
    "skunk opossum possum owl duck goose chicken goat elephant zebra giraffe hare marten pigeon crow moose insect "
    "spider".split()
)
VEHICLES = frozenset(
    "bicycle car motorcycle bus train truck boat airplane van suv pickup scooter trailer tractor ambulance taxi "
    "vehicle lorry motorbike moped forklift".split()
)


def kind(object_type: str) -> str:
    """person, vehicle, animal or thing."""
    if object_type == "person":
        return "person"
    if object_type in VEHICLES:
        return "vehicle"
    return "animal" if object_type in ANIMALS else "thing"


def item(
    name: str,
    family: str,
    text: str,
    weight: float,
    value: float | str | None = None,
    source: str | None = None,
    at: str | None = None,
    floor: int | None = None,
    ceiling: int | None = None,
) -> Evidence:
    """One piece of evidence, with a weight that is written down as it counts."""
    return Evidence(name, family, text, round(weight, 4), value, source, at, floor, ceiling)


def article(noun: str) -> str:
    return f"{'an' if noun[:1] in tuple('aeiou') else 'a'} {noun}"
