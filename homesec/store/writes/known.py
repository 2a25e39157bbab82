"""Whom the owner knows: told by face, look or plate, or nobody. It only reads what was enrolled."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from sqlalchemy import Connection, text

from homesec.domain.identity import (
    WRONG_PLATE,
    Vector,
    impostors,
    is_misread,
    known_by,
    pooled,
)
from homesec.store.vectors import from_text

MOST = 5000  # enrolled vectors of one model that are compared
_FACES = text(
    "SELECT person_id AS id, CAST(embedding AS text) AS vector FROM face_embeddings WHERE model = :model "
    "ORDER BY id LIMIT :most"
)
_BODIES = text(
    """
    SELECT member.known_person_id AS id, CAST(one.embedding AS text) AS vector
    FROM person_embeddings AS one JOIN household_members AS member ON member.id = one.member_id
    WHERE one.model = :model ORDER BY one.id LIMIT :most
    """
)
_VEHICLES = text(
    """
    SELECT id, license_plate AS plate, color, CASE WHEN embedding_model = :model THEN CAST(reid_embedding AS text) END
        AS vector
    FROM registered_vehicles ORDER BY id LIMIT :most
    """
)
_SOURCES = {"face": _FACES, "body": _BODIES}


class People:
    """The known persons, as far as vectors tell of them; read once for each model and sense."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._enrolled: dict[tuple[str, str], dict[int, Vector]] = {}

    def told(self, sense: str, model: str, vector: Vector) -> tuple[int | None, float]:
        """The known person whose face (`sense` face) or whole body (body) this is, or None; and the best cosine."""
        enrolled = self._of(sense, model)
        scores = {person: float(vector @ mean) for person, mean in enrolled.items() if len(mean) == len(vector)}
        return known_by(model, scores), max(scores.values(), default=0.0)

    def _of(self, sense: str, model: str) -> dict[int, Vector]:
        if (sense, model) not in self._enrolled:
            vectors: defaultdict[int, list[Vector]] = defaultdict(list)
            for row in self._connection.execute(_SOURCES[sense], {"model": model, "most": MOST}):
                vectors[row.id].append(from_text(row.vector))
            self._enrolled[sense, model] = {person: pooled(np.array(rows)) for person, rows in vectors.items()}
        return self._enrolled[sense, model]


def known_vehicle(
    connection: Connection, plate: str | None, model: str | None, vector: Vector | None, colours: Sequence[str]
) -> int | None:
    """The registered vehicle that it is: by plate; by a plate with one sign misread when the look agrees; or by look.

    Looks agree by their vectors, or where there is none by colour.
    """
    rows = connection.execute(_VEHICLES, {"model": model, "most": MOST}).all()
    if plate is not None and (same := [row.id for row in rows if row.plate == plate]):
        return int(same[0])
    level = 1.0 if model is None else impostors(model).accept(WRONG_PLATE)
    scores: dict[int, float] = {}
    for row in rows:
        likeness = _likeness(vector, row.vector)
        if plate is not None and row.plate is not None:
            agrees = row.color in colours if likeness is None else likeness >= level
            if agrees and is_misread(plate, row.plate):
                return int(row.id)
        elif likeness is not None:
            scores[row.id] = likeness
    return None if model is None else known_by(model, scores)


def _likeness(vector: Vector | None, stored: str | None) -> float | None:
    enrolled = None if stored is None else from_text(stored)
    if vector is None or enrolled is None or len(vector) != len(enrolled):
        return None
    return float(vector @ enrolled)
