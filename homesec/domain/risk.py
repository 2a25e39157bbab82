"""Risk from named evidence: a score of 0..100 that can be computed again from what is stored.

score = 100 * calibration(sigmoid(prior + sum over families of the saturated sum of weights)), within floors and
ceilings, which no calibration moves.
Weights are log-odds. Why evidence adds up in log-odds: I. J. Good, "Probability and the Weighing of Evidence", 1950.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from homesec.domain.calibration import IDENTITY, Calibration

SCORER = "evidence-2"
PRIOR = -3.0  # log-odds that something which is worth a look is worrying, before anything is known about it
BANDS = ((85, "critical"), (60, "high"), (30, "medium"), (0, "low"))
FAMILY_CAP = 3.0  # log-odds: ten weak items of one kind do not add up to an alarm
CAPS = {  # of families that may say more, or less
    "presence": 8.0,
    "interaction": 5.0,
    "threat": 8.0,  # one weapon is enough
    "action": 6.0,  # so is one deed
    "manner": 1.5,  # night, face, pose and number are circumstances of all that happens
    "duration": 1.5,
    "habit": 1.2,
}


@dataclass(frozen=True)
class Evidence:
    """One named item: what was seen, where that is written down, and how much it weighs."""

    kind: str
    family: str
    text: str
    """One short sentence for the owner."""
    weight: float
    """Log-odds; positive raises the score."""
    value: float | str | None = None
    source: str | None = None
    """Table and row, as in `detections:17`."""
    at: str | None = None
    """RFC 3339 time of what it rests on."""
    floor: int | None = None
    ceiling: int | None = None

    def to_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Evidence":
        return cls(**stored)


@dataclass(frozen=True)
class Risk:
    """A score and all it rests on."""

    score: int
    prior: float
    evidence: tuple[Evidence, ...]
    calibration_id: int | None = None

    @property
    def level(self) -> str:
        return level(self.score)


def level(score: int) -> str:
    """The band of a score: the only place where a score becomes a word."""
    return next(word for least, word in BANDS if score >= least)


def assess(evidence: Iterable[Evidence], prior: float = PRIOR, calibration: Calibration = IDENTITY) -> Risk:
    """Weigh evidence. A floor wins over a ceiling: what is dangerous is never talked down."""
    items = tuple(evidence)
    score = round(100.0 * calibration(1.0 / (1.0 + math.exp(-log_odds(items, prior)))))
    ceiling = min((item.ceiling for item in items if item.ceiling is not None), default=100)
    floor = max((item.floor for item in items if item.floor is not None), default=0)
    return Risk(max(min(score, ceiling), floor), prior, items, calibration.id)


def log_odds(items: Iterable[Evidence], prior: float = PRIOR) -> float:
    """What the evidence adds up to, before calibration, floors and ceilings."""
    families: defaultdict[str, float] = defaultdict(float)
    for item in items:
        families[item.family] += item.weight
    return prior + sum(_saturated(total, CAPS.get(name, FAMILY_CAP)) for name, total in families.items())


def _saturated(total: float, cap: float) -> float:
    return cap * math.tanh(total / cap)


def recompute(stored: Sequence[dict[str, Any]], prior: float, calibration: Calibration = IDENTITY) -> int:
    """The score that the stored evidence gives; equals the stored score, or one of the two was tampered with."""
    return assess((Evidence.from_json(item) for item in stored), prior, calibration).score
