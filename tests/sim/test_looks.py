import re

import numpy as np
import pytest

from homesec.sim import looks
from homesec.sim.values import KINDS, Look


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng([seed])


def crowd(age_group: looks.AgeGroup) -> list[Look]:
    return [looks.person(rng(seed), age_group) for seed in range(60)]


def test_the_same_seed_gives_the_same_people_and_another_seed_gives_others() -> None:
    assert [looks.person(rng(7)) for _ in range(3)] == [looks.person(rng(7)) for _ in range(3)]
    assert len({looks.person(rng(seed)) for seed in range(40)}) == 40


@pytest.mark.parametrize(
    ("age_group", "ages", "heights_m"),
    [
        ("child", (6, 13), (1.0, 1.65)),
        ("adult", (19, 64), (1.45, 2.05)),
        ("elder", (66, 87), (1.4, 1.95)),
    ],
)
def test_people_of_an_age_group_are_as_old_and_as_tall_as_such_people_are(
    age_group: looks.AgeGroup, ages: tuple[int, int], heights_m: tuple[float, float]
) -> None:
    for look in crowd(age_group):
        assert look.age is not None
        assert ages[0] <= look.age <= ages[1]
        assert heights_m[0] < look.height_m < heights_m[1]
        assert look.style.startswith(f"{age_group}-")
        assert len(look.colours) == 5


def test_what_is_fixed_is_not_left_to_chance() -> None:
    look = looks.person(rng(), gender="male", garment="hoodie", covered_face=True, top=(1, 2, 3), height_m=1.9)
    assert look.gender == "male"
    assert look.style.startswith("adult-hoodie")
    assert look.covered_face
    assert look.colours[2] == (1, 2, 3)
    assert look.height_m == 1.9


def test_a_person_has_no_part_that_the_palettes_do_not_know() -> None:
    with pytest.raises(TypeError, match="wings"):
        looks.person(rng(), wings=2)


@pytest.mark.parametrize("style", looks.VEHICLES)
def test_every_vehicle_has_its_kind_and_all_but_bicycles_a_number_plate(style: str) -> None:
    look = looks.vehicle(rng(), style)
    assert look.kind == looks.VEHICLES[style][0]
    assert look.length_m > look.width_m
    if look.kind == "bicycle":
        assert look.plate is None
    else:
        assert look.plate is not None
        assert re.fullmatch(r"[A-Z]{1,3}-[A-Z]{2} \d{3,4}", look.plate)


def test_private_cars_come_in_all_their_styles() -> None:
    assert {looks.vehicle(rng(seed)).style for seed in range(60)} == {"sedan", "hatchback", "suv", "pickup"}


def test_a_courier_s_van_can_be_painted() -> None:
    assert looks.vehicle(rng(), "van", (238, 196, 54)).colours[0] == (238, 196, 54)


def test_dogs_cats_and_birds_have_breeds_and_cars_have_none() -> None:
    for kind in ("dog", "cat", "bird"):
        assert looks.animal(rng(), kind).kind == kind
    assert looks.animal(rng(), "dog", "terrier").style == "terrier"
    with pytest.raises(ValueError, match="car"):
        looks.animal(rng(), "car")


def test_together_the_looks_cover_every_kind_of_the_world() -> None:
    made = [looks.person(rng()), looks.package(rng()), looks.backpack(rng())]
    made += [looks.vehicle(rng(), style) for style in looks.VEHICLES]
    made += [looks.animal(rng(), "dog"), looks.animal(rng(), "cat"), looks.animal(rng(), "bird")]
    assert {look.kind for look in made} == set(KINDS)
