"""Who or what it is, by vectors: open-set matching, in which "nobody known" is an answer.

All vectors have unit length; likeness is their cosine. The threshold follows from how alike two different things are to
a model and from the share of strangers that may be taken for somebody: the verification setting of P. Grother and
P. Phillips, "Models of Large Population Recognition Performance", 2004, where a search among N is N comparisons.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""Shape (n, d)."""
Vector = NDArray[np.float32]
"""Shape (d,)."""
Id = TypeVar("Id")

MOST_POOLED = 64  # vectors of which a centroid is made: of the newest, since looks change
FEW_CROPS = 8  # of a track: more of the same walk say little more
FOUNDING = 2  # crops of something new, from which on it is an entity: from one alone nobody is known again
WRONG_KNOWN = 2e-4  # share of strangers that may be taken for any known person, by one sense
WRONG_ENTITY = 2e-3  # share of things never seen before that may be taken for any that was
WRONG_PLATE = 0.05  # share of others that may pass as alike when a plate says the same but for one sign
MARGIN = 0.05  # by which the best known person must lead the second
BENEFIT = 0.05  # so much less alike may what the owner ruled out be, and still rule
LEAST_QUALITY = 0.2  # a face below is not compared with anybody's
_NORMAL = NormalDist()


@dataclass(frozen=True)
class Impostors:
    """How alike two different things are to one model: mean and standard deviation of their cosines."""

    mean: float
    deviation: float

    def accept(self, wrong: float, candidates: int = 1) -> float:
        """The cosine from which a match counts, when that share of strangers may pass for any of so many candidates.

        By the tail of a normal distribution, divided among the candidates (Bonferroni).
        """
        return self.mean + self.deviation * _NORMAL.inv_cdf(1.0 - wrong / max(candidates, 1))


# Directions that have nothing to do with each other: in d dimensions their cosines have mean 0 and variance 1 / d.
_SPHERE_128 = Impostors(0.0, 128**-0.5)
CAUTIOUS = Impostors(0.45, 0.11)
"""For models nobody measured: wide enough for vectors that share much, as re-identification nets without whitening."""
MODELS: Mapping[str, Impostors] = {"sim-oracle-reid": _SPHERE_128, "sim-oracle-face": _SPHERE_128}


def impostors(model: str) -> Impostors:
    """What is known of a model, or what is safe to think of it."""
    return MODELS.get(model, CAUTIOUS)


def unit(vector: NDArray[np.floating]) -> Vector:
    """The same direction, of length 1; zeros stay."""
    length = float(np.linalg.norm(vector))
    return (vector / length if length else vector).astype(np.float32)


def pooled(vectors: Vectors, weights: Sequence[float] | None = None) -> Vector:
    """One vector for many of the same thing: the direction of their weighted mean."""
    return unit(np.average(vectors, axis=0, weights=weights))


def best_crops(vectors: Vectors, shown: Sequence[float], most: int = FEW_CROPS) -> Vector:
    """One vector for a track: of its crops those that show most, weighted by how much they show (> 0)."""
    best = np.argsort(-np.asarray(shown, dtype=np.float64), kind="stable")[:most]
    return pooled(vectors[best], [shown[place] for place in best])


def recognised(scores: Mapping[Id, float], accept: float, margin: float = MARGIN) -> Id | None:
    """Who it is of those who are known, by cosine; None when nobody is alike enough, or two are about as alike."""
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    if not ranked or ranked[0][1] < accept:
        return None
    return None if len(ranked) > 1 and ranked[0][1] - ranked[1][1] < margin else ranked[0][0]


def known_by(model: str, scores: Mapping[Id, float]) -> Id | None:
    """Who of the known it is, by cosines with each of them, so that few strangers pass for any."""
    return recognised(scores, impostors(model).accept(WRONG_KNOWN, len(scores)))


@dataclass(frozen=True)
class Candidate:
    """An entity that it may be."""

    id: str
    score: float | None
    """Cosine with its centroid, or with what the owner said it is; the higher one. None: it has no vector."""
    ruled_out: float = -1.0
    """Cosine with what the owner said it is not."""
    refused: bool = False
    """The owner said of this very track that it is not this one, or it is elsewhere at the same time."""
    known: int | None = None
    """Of the known person or registered vehicle that it is tied to."""
    plate: str | None = None
    recent: bool = False
    """Seen within the same half hour, anywhere."""

    @property
    def is_open(self) -> bool:
        return not self.refused and (self.score is None or self.ruled_out + BENEFIT < self.score)


@dataclass(frozen=True)
class Levels:
    """Cosines from which a look counts."""

    entity: float
    recent: float
    """Among those who were seen within the same half hour, who are few."""
    known: float
    """For an entity that is tied to somebody known: nobody else may profit from their trust."""
    plate: float
    """Together with a plate that is the same but for one sign."""

    @classmethod
    def of(cls, model: str, entities: int, recent: int, known: int) -> "Levels":
        """For a model, and how many entities there are, of the same half hour, and tied to somebody known."""
        one = impostors(model)
        entity, by_time = one.accept(WRONG_ENTITY, entities), one.accept(WRONG_ENTITY, recent)
        return cls(entity, by_time, one.accept(WRONG_KNOWN, known), one.accept(WRONG_PLATE))

    def level(self, one: Candidate, near: bool) -> float:
        """For this candidate; `near`: the plate is the same but for one sign."""
        if near:
            return self.plate
        least = self.recent if one.recent else self.entity
        return least if one.known is None else max(least, self.known)


def chosen(
    candidates: Collection[Candidate], levels: Levels, known: int | None = None, plate: str | None = None
) -> Candidate | None:
    """The entity that it is; None: one that was never seen before.

    `known`: whom a face, a look or a plate told apart from all others; `plate`: as it was read, normalised.
    """
    free = [one for one in candidates if one.is_open]
    if known is not None and (tied := [one for one in free if one.known == known]):
        return max(tied, key=_likeness)
    if plate is not None and (same := [one for one in free if one.plate == plate]):
        return max(same, key=_likeness)
    fitting = []
    for one in free:
        if known is not None and one.known is not None:
            continue  # somebody else who is known
        near = plate is not None and one.plate is not None and is_misread(plate, one.plate)
        if plate is not None and one.plate is not None and not near:
            continue  # another plate
        if _likeness(one) >= levels.level(one, near):
            fitting.append((near, _likeness(one), one))
    return max(fitting, key=lambda item: item[:2])[2] if fitting else None


def are_one(score: float, model: str, entities: int) -> bool:
    """Whether two entities are the same: so alike that among all pairs of so many none would be by chance."""
    return score >= impostors(model).accept(WRONG_ENTITY, max(entities, 2) ** 2)


def _likeness(one: Candidate) -> float:
    return -1.0 if one.score is None else one.score


_ALIKE = frozenset(
    frozenset(pair)
    for pair in ("0O", "0Q", "0D", "OQ", "OD", "1I", "1L", "17", "IL", "8B", "83", "5S", "2Z", "6G", "4A", "MN", "90",
                 "UV", "VY", "CG", "EF", "PR", "HN")
)  # fmt: skip
"""Signs that cameras and readers take for each other."""


def plate_text(text: str) -> str:
    """A number plate as it is compared: upper case letters and digits, no gaps."""
    return "".join(sign for sign in text.upper() if sign.isalnum())


def plate_of(reads: Sequence[tuple[str, float]]) -> str | None:
    """The plate that was read most surely in all, from texts and confidences."""
    sums: dict[str, float] = {}
    for text, confidence in reads:
        if plain := plate_text(text):
            sums[plain] = sums.get(plain, 0.0) + confidence
    return max(sums, key=lambda plain: sums[plain]) if sums else None


def is_misread(read: str, plate: str) -> bool:
    """Whether one sign alone stands for another that looks like it."""
    if len(read) != len(plate):
        return False
    wrong = [pair for pair in zip(read, plate, strict=True) if pair[0] != pair[1]]
    return len(wrong) == 1 and frozenset(wrong[0]) in _ALIKE
