"""By what a person is known: faces and whole bodies taken from what cameras saw, and what the owner corrects."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, text

from homesec.errors import Conflict, NotFound
from homesec.store.writes.access import By, audit_by
from homesec.store.writes.jobs import queue_job
from homesec.store.writes.people import known_person
from homesec.store.writes.ties import of_detections, tie, tied, untie
from homesec.store.writes.unit import Outcome

MOST = 60  # vectors of one person of either kind: more tell no more, and each is compared with everybody who comes
_COUNTS = text(
    """
    SELECT (SELECT count(*) FROM face_embeddings WHERE person_id = :id) AS faces,
        (SELECT count(*) FROM person_embeddings
         WHERE member_id IN (SELECT id FROM household_members WHERE known_person_id = :id)) AS bodies
    """
)
_ADD_FACE = text(
    """
    INSERT INTO face_embeddings (person_id, embedding, model, quality, source_path, volume)
    SELECT :person_id, seen.embedding, seen.embedding_model, seen.quality, :path, :volume
    FROM face_detection_events AS seen
    WHERE seen.id = :id AND seen.embedding IS NOT NULL AND NOT EXISTS (
        SELECT FROM face_embeddings AS known WHERE known.person_id = :person_id
            AND known.model = seen.embedding_model AND known.embedding = seen.embedding)
    RETURNING id
    """
)
_ADD_BODY = text(
    """
    INSERT INTO person_embeddings (member_id, embedding, model, source_event_id, confidence, source_path, volume)
    SELECT member.id, seen.embedding, seen.model,
        (SELECT event_id FROM event_detections WHERE detection_id = :id ORDER BY event_id LIMIT 1),
        detection.confidence, :path, :volume
    FROM household_members AS member, reid_embeddings AS seen
        JOIN detections AS detection ON detection.id = seen.detection_id
    WHERE member.known_person_id = :person_id AND seen.detection_id = :id AND NOT EXISTS (
        SELECT FROM person_embeddings AS known WHERE known.member_id = member.id
            AND known.model = seen.model AND known.embedding = seen.embedding)
    RETURNING id
    """
)
_NAME_FACES = text(
    """
    UPDATE face_detection_events SET outcome = 'match', is_unknown = false, matched_person_id = :person_id,
        match_confidence = 1, by_owner = true
    WHERE id = ANY(:ids)
    """
)
_FIND_FACE = text(
    """
    SELECT id, detection_id, matched_person_id, by_owner, embedding IS NOT NULL AS comparable
    FROM face_detection_events WHERE id = :id FOR UPDATE
    """
)
_NOBODY = text(
    """
    UPDATE face_detection_events SET outcome = CASE WHEN embedding IS NULL THEN 'not_identifiable' ELSE 'unknown' END,
        is_unknown = embedding IS NOT NULL, matched_person_id = NULL, match_confidence = NULL, by_owner = true
    WHERE id = :id
    """
)
# What was enrolled of a face that is somebody else's makes others be taken for that person.
_FORGET_FACE = text(
    """
    DELETE FROM face_embeddings AS known USING face_detection_events AS seen
    WHERE seen.id = :id AND known.person_id = :person_id AND known.model = seen.embedding_model
        AND known.embedding = seen.embedding
    RETURNING known.volume, known.source_path
    """
)
_FORGET_BODY = text(
    """
    DELETE FROM person_embeddings AS known USING reid_embeddings AS seen, household_members AS member
    WHERE seen.detection_id = :detection_id AND member.known_person_id = :person_id AND known.member_id = member.id
        AND known.model = seen.model AND known.embedding = seen.embedding
    RETURNING known.volume, known.source_path
    """
)
_DELETE_FACE = text(
    "DELETE FROM face_embeddings WHERE id = :id AND person_id = :person_id RETURNING volume, source_path"
)
_DELETE_BODY = text(
    """
    DELETE FROM person_embeddings WHERE id = :id
        AND member_id IN (SELECT id FROM household_members WHERE known_person_id = :person_id)
    RETURNING volume, source_path
    """
)


@dataclass(frozen=True)
class Seen:
    """A face event or a detection whose vector is taken, and where its crop lies; a picture that is gone has none."""

    id: int
    volume: str | None = None
    path: str | None = None


@dataclass(frozen=True)
class Enrol:
    """Know a person by these faces and, if a member of the household, by these bodies; history is matched again.

    Result: ids of the added rows as `faces` and `bodies`, their `crops` [(volume, name)], which are to be written now,
    and the `job_id` of the matching (None: nothing was new).
    Raises NotFound, and Conflict when there is no room.
    """

    person_id: int
    faces: tuple[Seen, ...]
    bodies: tuple[Seen, ...]
    by: By

    def apply(self, connection: Connection) -> Outcome:
        known_person(connection, self.person_id)
        counts = connection.execute(_COUNTS, {"id": self.person_id}).one()
        if counts.faces + len(self.faces) > MOST or counts.bodies + len(self.bodies) > MOST:
            raise Conflict(f"a person is known by at most {MOST} faces and {MOST} bodies: delete some first")
        faces = self._added(connection, _ADD_FACE, self.faces)
        bodies = self._added(connection, _ADD_BODY, self.bodies)
        added = {
            "faces": [row_id for row_id, _ in faces],
            "bodies": [row_id for row_id, _ in bodies],
            "crops": [(seen.volume, seen.path) for _, seen in (*faces, *bodies) if seen.path is not None],
        }
        connection.execute(_NAME_FACES, {"person_id": self.person_id, "ids": [face.id for face in self.faces]})
        entities = of_detections(connection, [body.id for body in self.bodies])
        changed = tie(connection, entities, self.person_id, "owner")
        if not (faces or bodies or changed):
            return Outcome({**added, "job_id": None})
        audit_by(
            connection, self.by, "enrol", "person", self.person_id,
            faces=[face.id for face in self.faces], detections=[body.id for body in self.bodies],
        )  # fmt: skip
        return _matched_again(connection, added)

    def _added(self, connection: Connection, statement: Any, ones: tuple[Seen, ...]) -> list[tuple[int, Seen]]:
        added = []
        for one in ones:
            line = {"person_id": self.person_id, "id": one.id, "path": one.path, "volume": one.volume}
            row_id = connection.scalar(statement, line)
            if row_id is not None:
                added.append((row_id, one))
        return added


@dataclass(frozen=True)
class CorrectFace:
    """Say whose face it is, or (None) that it is nobody's who is known; history is matched again.

    Result: `crops` [(volume, name)] that are to be removed, and `job_id`. Raises NotFound.
    """

    face_id: int
    person_id: int | None
    by: By

    def apply(self, connection: Connection) -> Outcome:
        face = connection.execute(_FIND_FACE, {"id": self.face_id}).mappings().one_or_none()
        if face is None:
            raise NotFound("there is no such face")
        before = face["matched_person_id"]
        if face["by_owner"] and before == self.person_id:
            return Outcome({"crops": [], "job_id": None})
        crops = [] if before in (None, self.person_id) else self._forget(connection, before, face)
        if self.person_id is None:
            connection.execute(_NOBODY, {"id": self.face_id})
        else:
            known_person(connection, self.person_id)
            connection.execute(_NAME_FACES, {"person_id": self.person_id, "ids": [self.face_id]})
            if face["detection_id"] is not None:
                tie(connection, of_detections(connection, [face["detection_id"]]), self.person_id, "owner")
        audit_by(connection, self.by, "correct", "face", self.face_id, was=before, person_id=self.person_id)
        return _matched_again(connection, {"crops": crops})

    def _forget(self, connection: Connection, person_id: int, face: RowMapping) -> list[tuple[str, str]]:
        """Take away what this sighting taught of somebody whom it does not show."""
        values = {"id": self.face_id, "person_id": person_id, "detection_id": face["detection_id"]}
        rows = [*connection.execute(_FORGET_FACE, values), *connection.execute(_FORGET_BODY, values)]
        if face["detection_id"] is not None:
            theirs: set[UUID] = set(tied(connection, person_id=person_id))
            untie(connection, [one for one in of_detections(connection, [face["detection_id"]]) if one in theirs])
        return [(row.volume, row.source_path) for row in rows if row.source_path is not None]


@dataclass(frozen=True)
class ForgetLook:
    """No longer know a person by this face (or this body); history is matched again.

    Result as that of CorrectFace. Raises NotFound.
    """

    person_id: int
    look_id: int
    is_body: bool
    by: By

    def apply(self, connection: Connection) -> Outcome:
        known_person(connection, self.person_id)
        statement = _DELETE_BODY if self.is_body else _DELETE_FACE
        row = connection.execute(statement, {"id": self.look_id, "person_id": self.person_id}).one_or_none()
        if row is None:
            raise NotFound(f"this person has no such {'body' if self.is_body else 'face'}")
        kind = "person_embedding" if self.is_body else "face_embedding"
        audit_by(connection, self.by, "delete", kind, self.look_id, person_id=self.person_id)
        return _matched_again(connection, {"crops": [] if row.source_path is None else [tuple(row)]})


@dataclass(frozen=True)
class MatchAgain:
    """Match all of history again. Result: `job_id`. Raises NotFound without that person."""

    person_id: int
    by: By

    def apply(self, connection: Connection) -> Outcome:
        known_person(connection, self.person_id)
        audit_by(connection, self.by, "relabel", "person", self.person_id)
        return _matched_again(connection, {})


def _matched_again(connection: Connection, result: dict[str, Any]) -> Outcome:
    messages = queue_job(connection, "relabel", {})
    return Outcome({**result, "job_id": messages[0].payload["job_id"]}, messages)
