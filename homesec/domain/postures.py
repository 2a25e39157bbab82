"""How a person holds the body, told from the 17 points of COCO by angles and lengths alone."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SURE = 0.3  # confidence from which a point counts as seen
_WRISTS = slice(9, 11)
_SHOULDERS, _HIPS, _KNEES, _ANKLES = slice(5, 7), slice(11, 13), slice(13, 15), slice(15, 17)
_LYING_DEG, _BENT_DEG = 60.0, 32.0  # of the trunk from upright
_RAISED = 0.25  # trunk lengths that both wrists are above the shoulders
_CROUCHED, _SEATED = 0.62, 0.55  # trunk lengths: hip over ankle, and hip over knee, below which legs are folded
UNKNOWN = ("unknown", 0.0)


def posture(points: Sequence[tuple[float, float, float]], aspect: float) -> tuple[str, float]:
    """standing, crouching, bending_over, arms_raised, sitting, lying_down or unknown, and how sure that is, 0..1.

    `points`: x, y and confidence in 0..1 of the frame; `aspect`: its width over its height. What is not seen is not
    guessed: without shoulders and hips the answer is unknown, and folded legs are told only where knees are seen.
    """
    seen = np.asarray(points, np.float64)
    shoulders, hips = _middle(seen, _SHOULDERS, aspect), _middle(seen, _HIPS, aspect)
    if shoulders is None or hips is None:
        return UNKNOWN
    trunk = hips - shoulders
    length = float(np.hypot(*trunk))
    if length < 1e-6:
        return UNKNOWN
    leans = math.degrees(math.atan2(abs(trunk[0]), trunk[1]))  # 0 upright, 90 level, more: head down
    knees, ankles = _middle(seen, _KNEES, aspect), _middle(seen, _ANKLES, aspect)
    name = _name(leans, length, hips, knees, ankles)
    if name == "standing" and _arms_raised(seen, shoulders, length):
        name = "arms_raised"
    used = [part for part in (_SHOULDERS, _HIPS, _KNEES, _ANKLES) if seen[part, 2].max() >= SURE]
    sure = float(np.mean([seen[part, 2].max() for part in used]))
    return name, round(min(max(sure * len(used) / 4 if name == "standing" else sure, 0.0), 1.0), 3)


def _name(
    leans: float, length: float, hips: NDArray[np.float64], knees: NDArray[np.float64] | None,
    ankles: NDArray[np.float64] | None,
) -> str:  # fmt: skip
    legs_down = ankles is not None and ankles[1] - hips[1] > length * 0.9
    if leans >= _LYING_DEG and not legs_down:
        return "lying_down"
    if ankles is not None and ankles[1] - hips[1] < _CROUCHED * length:
        return "crouching"
    if leans >= _BENT_DEG:
        return "bending_over"
    if knees is not None and knees[1] - hips[1] < _SEATED * length:
        return "sitting"
    return "standing"


def _arms_raised(seen: NDArray[np.float64], shoulders: NDArray[np.float64], length: float) -> bool:
    wrists = seen[_WRISTS]
    return bool((wrists[:, 2] >= SURE).all() and (wrists[:, 1] < shoulders[1] - _RAISED * length).all())


def _middle(seen: NDArray[np.float64], part: slice, aspect: float) -> NDArray[np.float64] | None:
    """The middle of those of a pair that are seen, in frame heights."""
    ones = seen[part]
    ones = ones[ones[:, 2] >= SURE]
    return None if not len(ones) else ones[:, :2].mean(axis=0) * np.array([aspect, 1.0])
