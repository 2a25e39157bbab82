"""What a model would make of the truth: right most of the time, wrong in the ways such models are, or silent.

Every guess takes the clarity of what is seen, 0..1, and a random generator; the same of both give the same guess.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from homesec.domain.insights import Action, Demographics, Plate

SMALLEST_PX, CLEAR_PX = 24.0, 130.0  # height of somebody of whom nothing, and all, can be made out
LIGHTS = {"day": 1.0, "dusk": 0.92, "night": 0.82}  # what is left of clarity
INFRARED = 0.86
POSES = {  # what each pose is taken for when it is taken for another
    "standing": ("bending_over", "arms_raised"),
    "crouching": ("sitting", "bending_over"),
    "bending_over": ("crouching", "standing"),
    "arms_raised": ("standing",),
    "sitting": ("crouching", "standing"),
    "lying_down": ("crouching", "sitting"),
}
ACTIONS = {
    "standing": ("waiting", "talking"),
    "walking": ("running", "standing"),
    "running": ("walking",),
    "waiting": ("standing", "lingering"),
    "ringing": ("standing", "trying a door handle"),
    "placing a parcel": ("picking up a parcel", "standing"),
    "picking up a parcel": ("placing a parcel", "standing"),
    "trying a door handle": ("ringing", "standing"),
    "looking into a car": ("standing", "unloading"),
    "breaking in": ("trying a door handle", "standing"),
    "climbing": ("playing", "walking"),
    "spraying": ("standing", "gardening"),
    "threatening": ("standing", "talking"),
    "lingering": ("waiting", "standing"),
    "mowing": ("walking", "gardening"),
    "gardening": ("standing", "mowing"),
    "playing": ("running", "walking"),
    "talking": ("standing", "waiting"),
    "cycling": ("walking",),
    "unloading": ("standing", "picking up a parcel"),
    "covering a camera": ("standing", "spraying"),
}
THREATS = {"knife": "knife", "gun": "gun", "crowbar": "weapon"}
HARMLESS = ("phone", "spray_can")  # what is taken for a weapon now and then
ALIKE = {
    "0": "O8", "O": "0Q", "1": "I7", "I": "1", "8": "B3", "B": "8", "5": "S", "S": "5", "2": "Z", "Z": "2", "6": "G",
    "G": "6", "7": "1", "3": "8", "4": "A", "A": "4", "M": "N", "N": "M", "9": "0",
}  # fmt: skip
Random = np.random.Generator


def clarity(height_px: float, visible_share: float, light: str, infrared: bool) -> float:
    """How much can be made out of somebody or something, 0..1."""
    size = min(max((height_px - SMALLEST_PX) / (CLEAR_PX - SMALLEST_PX), 0.0), 1.0) ** 0.5
    return float(size * min(visible_share, 1.0) ** 0.5) * (INFRARED if infrared else LIGHTS[light])


def pose_name(true: str, clear: float, rng: Random) -> tuple[str, float] | None:
    """Name of a pose as the tables have it, and confidence."""
    return _one_of(POSES, "standing" if true in ("walking", "running") else true, clear, rng, errs=0.12)


def action(true: str, clear: float, rng: Random) -> Action | None:
    """The action with the scores of the three that come nearest."""
    guess = _one_of(ACTIONS, true, clear, rng, errs=0.16)
    if guess is None:
        return None
    name, confidence = guess
    others = [other for other in (true, *ACTIONS.get(true, ())) if other != name]
    shares = rng.dirichlet(np.ones(len(others) + 1))  # the last share is for all others together
    scores = {
        other: float(round(min((1 - confidence) * share, 0.9 * confidence), 4))
        for other, share in zip(others, shares, strict=False)
    }
    return Action(name, confidence, {name: confidence, **scores})


def threat_name(holds: str | None, is_seen: bool, clear: float, rng: Random) -> tuple[str, float] | None:
    """Kind of a weapon and confidence; a harmless thing in a hand may be taken for one."""
    draw, sure, error = rng.random(3)
    if holds in HARMLESS and draw < 0.012:
        return "weapon", _rounded(0.3 + 0.2 * sure)
    if holds not in THREATS or not is_seen or draw > 0.2 + 0.78 * clear:
        return None
    if error < 0.15 * (1 - clear):
        return "weapon", _rounded(0.35 + 0.3 * sure)
    return THREATS[holds], _rounded(0.5 + 0.4 * clear + 0.08 * sure)


def demographics(age: int, gender: str, clear: float, rng: Random) -> Demographics | None:
    """Age within some years and gender; nothing of somebody who is hardly seen."""
    if rng.random() > 1.2 * clear:
        return None
    guessed = round(age + float(rng.normal(0.0, 3.0 + 6.0 * (1 - clear))))
    is_right = rng.random() < 0.8 + 0.18 * clear
    other = {"male": "female", "female": "male"}.get(gender, "unknown")
    sure = float(rng.uniform(0.0, 0.08))
    return Demographics(
        age=min(max(guessed, 0), 110),
        age_confidence=_rounded(0.35 + 0.4 * clear + sure),
        gender=gender if is_right else other,
        gender_confidence=_rounded((0.6 if is_right else 0.52) + 0.3 * clear * is_right + sure),
    )


def plate(true: str, clear: float, rng: Random) -> Plate | None:
    """The plate without gaps, some signs taken for others that look alike."""
    if rng.random() > 0.3 + 0.65 * clear:
        return None
    text = "".join(sign for sign in true.upper() if sign.isalnum())
    errs = 0.01 + 0.07 * (1 - clear)
    read = "".join(_alike(sign, rng) if rng.random() < errs else sign for sign in text)
    return Plate(read, _rounded(0.55 + 0.4 * clear - 0.12 * (read != text) + float(rng.uniform(-0.05, 0.05))))


def _one_of(
    names: Mapping[str, Sequence[str]], true: str, clear: float, rng: Random, errs: float
) -> tuple[str, float] | None:
    """Silent of what is hardly seen; wrong as often as `errs` says of what is half seen, and less sure then."""
    draw, error, which, sure = rng.random(4)
    if draw > 0.35 + 0.63 * clear:
        return None
    others = names.get(true, ())
    if others and error < errs * 2 * (1.05 - clear):
        return others[int(which * len(others))], _rounded(0.3 + 0.25 * sure)
    return true, _rounded(0.45 + 0.42 * clear + 0.1 * sure)


def _alike(sign: str, rng: Random) -> str:
    others = ALIKE.get(sign, sign)
    return others[int(rng.integers(len(others)))]


def _rounded(confidence: float) -> float:
    return float(round(min(max(confidence, 0.01), 0.99), 3))
