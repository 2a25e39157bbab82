"""Whom a vector is of, among the persons who are known."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
"""Shape (d,)."""
_ALIKE = 0.65  # cosine of a model that nobody has measured: rather nobody than somebody else
_LEAD = 0.05  # by which the best known person must lead the second


def matches(distance: float, model: str) -> bool:
    """Whether vectors of this model at this cosine distance, 0..2, are of the same person."""
    return 1.0 - distance >= _ALIKE


def pooled(enrolled: Iterable[tuple[int, Vector]]) -> dict[int, Vector]:
    """One vector of length 1 for each person, of all that were enrolled: the direction of their mean."""
    vectors: defaultdict[int, list[Vector]] = defaultdict(list)
    for person, vector in enrolled:
        vectors[person].append(_unit(vector))
    return {person: _unit(np.mean(ones, axis=0)) for person, ones in vectors.items()}


def recognised(vector: Vector, known: Mapping[int, Vector], model: str) -> tuple[int, float] | None:
    """The known person and the cosine; None when nobody is alike enough, or two are about as alike."""
    looked = _unit(vector)
    scores = sorted(
        ((float(looked @ mean), person) for person, mean in known.items() if len(mean) == len(looked)), reverse=True
    )
    if not scores or not matches(1.0 - scores[0][0], model):
        return None
    if len(scores) > 1 and scores[0][0] - scores[1][0] < _LEAD:
        return None
    return scores[0][1], scores[0][0]


def _unit(vector: NDArray[np.floating]) -> Vector:
    length = float(np.linalg.norm(vector))
    return np.asarray(vector / length if length else vector, np.float32)
