"""Whom a vector is of, among the persons who are known."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np

from homesec.domain import identity
from homesec.domain.identity import Vector


def pooled(enrolled: Iterable[tuple[int, Vector]]) -> dict[int, Vector]:
    """One vector of length 1 for each person, of all that were enrolled: the direction of their mean."""
    vectors: defaultdict[int, list[Vector]] = defaultdict(list)
    for person, vector in enrolled:
        vectors[person].append(identity.unit(vector))
    return {person: identity.pooled(np.stack(ones)) for person, ones in vectors.items()}


def recognised(vector: Vector, known: Mapping[int, Vector], model: str) -> tuple[int, float] | None:
    """The known person and the cosine; None when nobody is alike enough, or two are about as alike."""
    looked = identity.unit(vector)
    scores = {person: float(looked @ mean) for person, mean in known.items() if len(mean) == len(looked)}
    person = identity.known_by(model, scores)
    return None if person is None else (person, scores[person])
