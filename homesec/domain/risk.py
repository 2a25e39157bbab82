"""Risk from named evidence: a score of 0..100 that can be computed again from what is stored.

score = 100 * sigmoid(prior + sum over families of the saturated sum of weights), within floors and ceilings.
Weights are log-odds. Why evidence adds up in log-odds: I. J. Good, "Probability and the Weighing of Evidence", 1950.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

SCORER = "evidence-1"
PRIOR = -3.0  # log-odds that something which is worth a look is worrying, before anything is known about it
BANDS = ((85, "critical"), (60, "high"), (30, "medium"), (0, "low"))
FAMILY_CAP = 3.0  # log-odds: ten weak items of one kind do not add up to an alarm


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

    @property
    def level(self) -> str:
        return level(self.score)


def level(score: int) -> str:
    """The band of a score: the only place where a score becomes a word."""
    return next(word for least, word in BANDS if score >= least)


def assess(evidence: Iterable[Evidence], prior: float = PRIOR) -> Risk:
    """Weigh evidence. A floor wins over a ceiling: what is dangerous is never talked down."""
    items = tuple(evidence)
    families: defaultdict[str, float] = defaultdict(float)
    for item in items:
        families[item.family] += item.weight
    logit = prior + sum(FAMILY_CAP * math.tanh(total / FAMILY_CAP) for total in families.values())
    score = round(100.0 / (1.0 + math.exp(-logit)))
    ceiling = min((item.ceiling for item in items if item.ceiling is not None), default=100)
    floor = max((item.floor for item in items if item.floor is not None), default=0)
    return Risk(max(min(score, ceiling), floor), prior, items)


def recompute(stored: Sequence[dict[str, Any]], prior: float) -> int:
    """The score that the stored evidence gives; equals the stored score, or one of the two was tampered with."""
    return assess((Evidence.from_json(item) for item in stored), prior).score
