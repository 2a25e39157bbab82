"""Erasing a person: first all that anybody could be known by, then the name wherever it was written down.

Ids and hashes of vectors stay in `erasures`, so that a restore of an older backup erases the same person again.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from psycopg.types.json import Jsonb
from sqlalchemy import Connection, text

from homesec.errors import NotFound
from homesec.store.writes.access import By, audit_by
from homesec.store.writes.jobs import queue_job
from homesec.store.writes.ties import tied
from homesec.store.writes.unit import Outcome
from homesec.store.writes.zones import leave_zones

_PERSON = text("SELECT id, created_at, erasing_since FROM known_persons WHERE id = :id FOR UPDATE")
_MEMBER = text("SELECT id FROM household_members WHERE known_person_id = :id")
_FORGET = {
    "faces": text(
        """
        DELETE FROM face_embeddings WHERE person_id = :id
        RETURNING CAST(embedding AS real[]) AS vector, volume, source_path
        """
    ),
    "bodies": text(
        """
        DELETE FROM person_embeddings WHERE member_id IN (SELECT id FROM household_members WHERE known_person_id = :id)
        RETURNING CAST(embedding AS real[]) AS vector, volume, source_path
        """
    ),
}
_DELETE_MEMBER = text("DELETE FROM household_members WHERE known_person_id = :id")
_MARK = text("UPDATE known_persons SET erasing_since = now(), notes = NULL WHERE id = :id AND erasing_since IS NULL")
_UNNAME = text(
    """
    UPDATE entities SET name = NULL, trust_status = 'unknown'
    WHERE entity_metadata @> jsonb_build_object('person_id', CAST(:id AS bigint))
    """
)
_NOTE = text(
    """
    INSERT INTO erasures (person_id, person_created_at, hashes, crops)
    VALUES (:person_id, :created_at, :hashes, :crops)
    ON CONFLICT (person_id, person_created_at) DO UPDATE SET done_at = NULL,
        hashes = erasures.hashes || excluded.hashes, crops = erasures.crops || excluded.crops
    RETURNING id
    """
)
_MORE_HASHES = text("UPDATE erasures SET hashes = hashes || CAST(:hashes AS bytea[]) WHERE id = :id")
_CROPS_GONE = text("UPDATE erasures SET crops = '[]' WHERE id = :id AND crops = :crops")
_VECTORS = text(
    "SELECT CAST(embedding AS real[]) FROM face_detection_events WHERE id = ANY(:ids) AND embedding IS NOT NULL"
)
_FORGET_FACES = text(
    """
    UPDATE face_detection_events SET embedding = NULL, embedding_model = NULL, matched_person_id = NULL,
        match_confidence = NULL, outcome = 'not_identifiable', is_unknown = false, by_owner = false,
        age_estimate = NULL, gender_estimate = NULL
    WHERE id = ANY(:ids)
    """
)
_FORGET_DETECTIONS = text(
    """
    WITH gone AS (DELETE FROM reid_embeddings WHERE detection_id = ANY(:ids) RETURNING embedding_hash),
        looks AS (UPDATE detections SET appearance = NULL WHERE id = ANY(:ids) AND appearance IS NOT NULL),
        ages AS (DELETE FROM demographics_results WHERE detection_id = ANY(:ids))
    SELECT embedding_hash FROM gone
    """
)
_FORGET_ENTITIES = text(
    "DELETE FROM entities WHERE id = ANY(CAST(:ids AS uuid[])) RETURNING CAST(embedding AS real[]) AS vector"
)
_DELETE_PERSON = text("DELETE FROM known_persons WHERE id = :id AND erasing_since IS NOT NULL")
_DONE = text("UPDATE erasures SET done_at = now() WHERE id = :id AND crops = '[]' AND done_at IS NULL")


@dataclass(frozen=True)
class AskErasure:
    """Forget by what the person is known, at once, and have the rest erased in the background.

    Result: `erasure_id` and `job_id`. `by` None: a restore brought the person back, and its job erases again.
    Raises NotFound.
    """

    person_id: int
    by: By | None

    def apply(self, connection: Connection) -> Outcome:
        person = connection.execute(_PERSON, {"id": self.person_id}).mappings().one_or_none()
        if person is None:
            raise NotFound("there is no such person")
        hashes, crops = [], []
        for statement in _FORGET.values():
            for row in connection.execute(statement, {"id": self.person_id}):
                hashes.append(vector_hash(row.vector))
                if row.source_path is not None:
                    crops.append([row.volume, row.source_path])
        for member_id in connection.execute(_MEMBER, {"id": self.person_id}).scalars():
            leave_zones(connection, member_id)
        connection.execute(_DELETE_MEMBER, {"id": self.person_id})
        connection.execute(_MARK, {"id": self.person_id})
        connection.execute(_UNNAME, {"id": self.person_id})
        values = {"person_id": person["id"], "created_at": person["created_at"], "hashes": hashes}
        erasure_id = connection.execute(_NOTE, {**values, "crops": Jsonb(crops)}).scalar_one()
        if self.by is None:
            return Outcome({"erasure_id": erasure_id, "job_id": None})
        audit_by(connection, self.by, "erase", "person", self.person_id)
        messages = queue_job(connection, "erase", {"erasure_id": erasure_id})
        return Outcome({"erasure_id": erasure_id, "job_id": messages[0].payload["job_id"]}, messages)


@dataclass(frozen=True)
class CropsRemoved:
    """The files of these crops are gone."""

    erasure_id: int
    crops: tuple[tuple[str, str], ...]

    def apply(self, connection: Connection) -> Outcome:
        crops = Jsonb([list(crop) for crop in self.crops])
        connection.execute(_CROPS_GONE, {"id": self.erasure_id, "crops": crops})
        return Outcome()


@dataclass(frozen=True)
class ForgetSightings:
    """Take the vectors, matches and estimates out of these face events and detections, and note their hashes."""

    erasure_id: int
    face_ids: tuple[int, ...] = ()
    detection_ids: tuple[int, ...] = ()

    def apply(self, connection: Connection) -> Outcome:
        faces, detections = list(self.face_ids), list(self.detection_ids)
        hashes = [vector_hash(vector) for vector in connection.execute(_VECTORS, {"ids": faces}).scalars()]
        connection.execute(_FORGET_FACES, {"ids": faces})
        hashes += connection.execute(_FORGET_DETECTIONS, {"ids": detections}).scalars()
        connection.execute(_MORE_HASHES, {"id": self.erasure_id, "hashes": hashes})
        return Outcome()


@dataclass(frozen=True)
class ForgetEntities:
    """The person's entities go, once their sightings are forgotten."""

    erasure_id: int
    person_id: int

    def apply(self, connection: Connection) -> Outcome:
        ids = tied(connection, person_id=self.person_id)
        vectors = connection.execute(_FORGET_ENTITIES, {"ids": ids}).scalars()
        hashes = [vector_hash(vector) for vector in vectors if vector is not None]
        connection.execute(_MORE_HASHES, {"id": self.erasure_id, "hashes": hashes})
        return Outcome(len(ids))


@dataclass(frozen=True)
class EndErasure:
    """The last trace of the name goes."""

    erasure_id: int
    person_id: int

    def apply(self, connection: Connection) -> Outcome:
        connection.execute(_DELETE_PERSON, {"id": self.person_id})
        connection.execute(_DONE, {"id": self.erasure_id})
        return Outcome()


def vector_hash(vector: Sequence[float]) -> bytes:
    """sha256 of a vector's float32 bytes, as `reid_embeddings.embedding_hash` has it."""
    return hashlib.sha256(np.asarray(vector, "<f4").tobytes()).digest()
