"""What matching history again found: faces that are somebody else's now, and entities that are of a known person."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, text

from homesec.store.writes.ties import tie, untie
from homesec.store.writes.unit import Outcome

# What the owner said stands, and somebody who is erased meanwhile is matched by nobody.
_FACE = text(
    """
    UPDATE face_detection_events AS face SET matched_person_id = line.person_id,
        match_confidence = line.confidence, is_unknown = line.person_id IS NULL,
        outcome = CASE WHEN line.person_id IS NULL THEN 'unknown' ELSE 'match' END
    FROM unnest(CAST(:ids AS bigint[]), CAST(:persons AS bigint[]), CAST(:confidences AS double precision[]))
        AS line(id, person_id, confidence)
    WHERE face.id = line.id AND NOT face.by_owner AND face.embedding IS NOT NULL
        AND (line.person_id IS NULL
            OR line.person_id IN (SELECT id FROM known_persons WHERE erasing_since IS NULL))
    """
)


@dataclass(frozen=True)
class NewMatch:
    """Whose face it is now; nobody's when `person_id` is None."""

    face_id: int
    person_id: int | None
    confidence: float | None


@dataclass(frozen=True)
class SaveMatches:
    """Result: how many faces changed."""

    matches: tuple[NewMatch, ...]

    def apply(self, connection: Connection) -> Outcome:
        values = {
            "ids": [match.face_id for match in self.matches],
            "persons": [match.person_id for match in self.matches],
            "confidences": [match.confidence for match in self.matches],
        }
        return Outcome(connection.execute(_FACE, values).rowcount)


@dataclass(frozen=True)
class SaveTies:
    """Entities and the persons they are of (None: of nobody who is known). Result: how many changed."""

    ties: tuple[tuple[UUID, int | None], ...]

    def apply(self, connection: Connection) -> Outcome:
        changed = 0
        for person_id in sorted({person for _, person in self.ties if person is not None}):
            theirs = [entity for entity, person in self.ties if person == person_id]
            changed += len(tie(connection, theirs, person_id, "match"))
        changed += len(untie(connection, [entity for entity, person in self.ties if person is None]))
        return Outcome(changed)
