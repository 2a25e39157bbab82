"""How people, vehicles, animals and objects of the household look: drawn from palettes of ordinary streets.

All chance comes from the generator that is passed in, so that the same seed gives the same street.
"""

from collections.abc import Mapping
from typing import Any, Literal, TypeVar

import numpy as np

from homesec.sim.values import Colour, Kind, Look

AgeGroup = Literal["adult", "elder", "child"]
_T = TypeVar("_T")

SKINS: tuple[Colour, ...] = (
    (241, 205, 178),
    (228, 184, 151),
    (205, 154, 118),
    (167, 116, 82),
    (122, 80, 56),
    (92, 61, 45),
)
HAIRS: tuple[Colour, ...] = ((38, 28, 24), (66, 44, 30), (104, 72, 44), (176, 136, 78), (214, 184, 122), (142, 62, 34))
GREY_HAIRS: tuple[Colour, ...] = ((206, 204, 200), (168, 166, 164), (128, 126, 124))
TOPS: tuple[Colour, ...] = (
    (176, 44, 46), (38, 76, 138), (46, 112, 78), (222, 216, 202), (44, 46, 54), (206, 160, 52),
    (118, 66, 122), (92, 140, 176), (212, 116, 74), (120, 124, 128), (196, 104, 132), (88, 78, 56),
)  # fmt: skip
COATS: tuple[Colour, ...] = (
    (52, 56, 66), (112, 84, 58), (146, 40, 44), (44, 66, 58), (176, 158, 128), (60, 74, 112),
    (214, 176, 60), (86, 88, 90),
)  # fmt: skip
BOTTOMS: tuple[Colour, ...] = ((46, 58, 88), (70, 86, 118), (38, 40, 46), (142, 124, 94), (92, 92, 96), (74, 68, 52))
SHOES: tuple[Colour, ...] = ((34, 30, 30), (92, 58, 36), (226, 224, 218), (62, 66, 74), (170, 50, 44))
BODIES: tuple[Colour, ...] = (
    (206, 208, 212), (232, 232, 228), (54, 58, 64), (28, 30, 34), (140, 146, 152), (36, 70, 128),
    (152, 30, 34), (66, 92, 74), (178, 142, 84), (96, 132, 168), (198, 92, 40),
)  # fmt: skip
LIVERIES: tuple[Colour, ...] = (
    (238, 196, 54),
    (236, 236, 232),
    (112, 74, 46),
    (40, 84, 150),
    (206, 60, 48),
    (70, 120, 92),
)
FRAMES: tuple[Colour, ...] = (
    (182, 40, 44),
    (38, 96, 150),
    (44, 46, 50),
    (56, 132, 88),
    (226, 224, 216),
    (224, 146, 44),
)
PACKS: tuple[Colour, ...] = ((52, 66, 98), (168, 48, 50), (60, 84, 62), (44, 46, 52), (206, 126, 52))

VEHICLES: Mapping[str, tuple[Kind, float, float, float]] = {
    "sedan": ("car", 4.7, 1.82, 1.45),
    "hatchback": ("car", 4.05, 1.76, 1.5),
    "suv": ("car", 4.65, 1.9, 1.7),
    "pickup": ("car", 5.3, 1.95, 1.82),
    "van": ("truck", 5.6, 2.02, 2.4),
    "box_truck": ("truck", 7.2, 2.35, 3.15),
    "city_bus": ("bus", 11.6, 2.55, 3.1),
    "bicycle": ("bicycle", 1.75, 0.56, 1.05),
}
"""Kind, length, width and height in metres of every style: middle sizes of the European market."""

BREEDS: Mapping[str, tuple[Kind, float, float, float]] = {
    "labrador": ("dog", 0.95, 0.3, 0.68),
    "shepherd": ("dog", 1.0, 0.3, 0.74),
    "terrier": ("dog", 0.55, 0.2, 0.42),
    "dachshund": ("dog", 0.68, 0.2, 0.36),
    "house_cat": ("cat", 0.48, 0.15, 0.33),
    "crow": ("bird", 0.46, 0.17, 0.34),
    "pigeon": ("bird", 0.34, 0.16, 0.28),
    "magpie": ("bird", 0.44, 0.15, 0.3),
}
COATS_OF_BREEDS: Mapping[str, tuple[tuple[Colour, Colour], ...]] = {
    "labrador": (((214, 180, 124), (238, 214, 170)), ((42, 38, 38), (66, 60, 58)), ((104, 66, 42), (136, 92, 62))),
    "shepherd": (((148, 108, 66), (46, 40, 38)), ((92, 76, 60), (40, 36, 36))),
    "terrier": (((232, 226, 214), (150, 98, 56)), ((176, 132, 88), (232, 222, 206)), ((96, 94, 96), (190, 188, 186))),
    "dachshund": (((108, 58, 34), (160, 98, 58)), ((42, 34, 32), (150, 92, 54))),
    "house_cat": (
        ((62, 58, 58), (226, 222, 216)), ((206, 134, 70), (242, 222, 194)), ((138, 132, 126), (84, 78, 74)),
        ((36, 34, 36), (52, 48, 50)),
    ),
    "crow": (((34, 36, 42), (58, 62, 74)),),
    "pigeon": (((132, 142, 156), (84, 112, 112)),),
    "magpie": (((34, 38, 50), (236, 238, 240)),),
}  # fmt: skip


def person(rng: np.random.Generator, age_group: AgeGroup = "adult", **fixed: Any) -> Look:
    """A person of an age group, in everyday clothes.

    `fixed` sets what is not left to chance: gender, age, height_m, width_m, garment (coat, hoodie, shirt, dress),
    hair_form (short, long, bun, bald, cap), skin, hair, top, bottom, shoes, gait_hz, covered_face.
    Raises TypeError for what is none of these.
    """
    gender = _choice(rng, ("female", "male"))
    gender = fixed.pop("gender", gender)
    garments = ("coat", "hoodie", "shirt", "shirt", *(("dress",) if gender == "female" else ()))
    forms = ("long", "long", "bun", "short") if gender == "female" else ("short", "short", "short", "cap", "bald")
    chance: dict[str, Any] = {"garment": _choice(rng, garments), "hair_form": _choice(rng, forms)}
    chance["skin"], chance["hair"] = _choice(rng, SKINS), _choice(rng, GREY_HAIRS if age_group == "elder" else HAIRS)
    tall = float(rng.normal(0.0, 0.055))
    stout = float(rng.uniform(0.92, 1.14))
    match age_group:
        case "child":
            chance["age"] = int(rng.integers(6, 14))
            chance["height_m"] = 1.12 + 0.055 * (chance["age"] - 6) + tall / 2
            chance["gait_hz"] = float(rng.uniform(2.0, 2.4))
        case "elder":
            chance["age"] = int(rng.integers(66, 88))
            chance["height_m"] = (1.60 if gender == "female" else 1.72) + tall
            chance["gait_hz"] = float(rng.uniform(1.3, 1.6))
        case _:
            chance["age"] = int(rng.integers(19, 65))
            chance["height_m"] = (1.67 if gender == "female" else 1.80) + tall
            chance["gait_hz"] = float(rng.uniform(1.7, 2.0))
    garment = fixed.get("garment", chance["garment"])
    chance["top"] = _choice(rng, COATS if garment == "coat" else TOPS)
    chance["bottom"], chance["shoes"] = _choice(rng, BOTTOMS), _choice(rng, SHOES)
    chance["covered_face"] = False
    height = float(fixed.get("height_m", chance["height_m"]))
    chance["width_m"] = 0.262 * height * stout
    if unknown := set(fixed) - set(chance):
        raise TypeError(f"no part of a person's look: {', '.join(sorted(unknown))}")
    look = chance | fixed
    return Look(
        kind="person",
        length_m=0.62 * float(look["width_m"]),
        width_m=float(look["width_m"]),
        height_m=height,
        colours=(look["skin"], look["hair"], look["top"], look["bottom"], look["shoes"]),
        style=f"{age_group}-{look['garment']}-{look['hair_form']}",
        gait_hz=float(look["gait_hz"]),
        covered_face=bool(look["covered_face"]),
        age=int(look["age"]),
        gender=str(gender),
    )


def vehicle(rng: np.random.Generator, style: str | None = None, colour: Colour | None = None) -> Look:
    """A vehicle of a style of `VEHICLES`; without one, a private car. Raises KeyError for an unknown style."""
    style = style or _choice(rng, ("sedan", "hatchback", "hatchback", "suv", "suv", "pickup"))
    kind, length, width, height = VEHICLES[style]
    size = float(rng.uniform(0.97, 1.03))
    palette = FRAMES if kind == "bicycle" else BODIES if kind == "car" else LIVERIES
    body = _choice(rng, palette)
    body = colour or body
    plate = number_plate(rng)
    trim: Colour = _choice(rng, ((44, 46, 50), (70, 74, 78), (30, 32, 36)))
    return Look(
        kind=kind,
        length_m=length * size,
        width_m=width,
        height_m=height * (1 + (size - 1) / 2),
        colours=(body, trim),
        style=style,
        plate=None if kind == "bicycle" else plate,
    )


def number_plate(rng: np.random.Generator) -> str:
    """A German number plate, as in `B-KT 4821`; letters that can be taken for digits are left out."""
    letters = "ACEFHJKLMNPRTUVWXY"
    district = _choice(rng, ("B", "B", "B", "P", "HVL", "LOS", "OHV", "HH", "L"))
    series = "".join(_choice(rng, tuple(letters)) for _ in range(2))
    return f"{district}-{series} {int(rng.integers(100, 9999))}"


def animal(rng: np.random.Generator, kind: Kind, breed: str | None = None) -> Look:
    """A dog, cat or bird. Raises KeyError for an unknown breed, ValueError for a kind that has none."""
    breeds = tuple(name for name, (of_kind, *_) in BREEDS.items() if of_kind == kind)
    if not breeds:
        raise ValueError(f"{kind} is no animal of this world")
    chosen = _choice(rng, breeds)
    breed = breed or chosen
    kind, length, width, height = BREEDS[breed]
    size = float(rng.uniform(0.92, 1.1))
    colours = _choice(rng, COATS_OF_BREEDS[breed])
    return Look(kind, length * size, width * size, height * size, colours, breed, gait_hz=float(rng.uniform(2.4, 3.2)))


def package(rng: np.random.Generator) -> Look:
    """A parcel of cardboard, from shoe box to moving box, with tape in the colour of its sender."""
    length = float(rng.uniform(0.3, 0.56))
    width, height = length * float(rng.uniform(0.6, 0.95)), length * float(rng.uniform(0.45, 0.9))
    board: Colour = _choice(rng, ((190, 146, 96), (176, 132, 84), (204, 164, 114), (214, 206, 194)))
    tape: Colour = _choice(rng, ((226, 206, 158), (62, 92, 140), (164, 66, 50), (60, 62, 66)))
    return Look("package", length, width, height, (board, tape), "box")


def backpack(rng: np.random.Generator) -> Look:
    """A backpack as people wear it."""
    colour = _choice(rng, PACKS)
    band: Colour = _choice(rng, ((36, 36, 40), (206, 200, 188), (120, 122, 126)))
    return Look("backpack", 0.22, 0.32, float(rng.uniform(0.44, 0.56)), (colour, band), "daypack")


def _choice(rng: np.random.Generator, options: tuple[_T, ...]) -> _T:
    return options[int(rng.integers(len(options)))]
