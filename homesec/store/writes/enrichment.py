"""Writes of the enricher: what further models said about the detections of a batch, and who it is."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, text

from homesec.domain.identity import LEAST_QUALITY
from homesec.domain.insights import ACTION_FROM, Action, Face, Insight
from homesec.store.vectors import ensure_index, to_text
from homesec.store.writes.identification import identify
from homesec.store.writes.known import People
from homesec.store.writes.senses import more_is_known
from homesec.store.writes.strangers import unusual_entities
from homesec.store.writes.unit import Message, Outcome

_BATCH = text("SELECT started_at, last_at FROM batches WHERE id = :id FOR UPDATE")
# The mark of the model takes a detection, in the transaction of what the model said: who comes second finds it there.
_TAKE = text(
    """
    UPDATE detections SET enrichment_data = enrichment_data || line.said
    FROM unnest(CAST(:ids AS bigint[]), CAST(:said AS jsonb[])) AS line(id, said)
    WHERE detections.id = line.id AND batch_id = :batch_id AND NOT enrichment_data ? :model
    RETURNING detections.id, detections.camera_id, detections.track_id, detections.detected_at
    """
)
_ENRICHED = text(
    "UPDATE batches SET enriched_revision = :revision WHERE id = :id AND enriched_revision < :revision"
)
_POSE = text(
    """
    INSERT INTO pose_results (detection_id, keypoints, pose_class, confidence, is_suspicious, model)
    VALUES (:id, :keypoints, :name, :confidence, :is_suspicious, :model) ON CONFLICT (detection_id) DO NOTHING
    """
)
_ACTION = text(
    """
    INSERT INTO action_results (detection_id, action, confidence, is_suspicious, all_scores, model)
    VALUES (:id, :name, :confidence, :is_suspicious, :scores, :model) ON CONFLICT (detection_id) DO NOTHING
    """
)
_THREAT = text(
    """
    INSERT INTO threat_detections (detection_id, threat_type, confidence, severity, bbox, model)
    VALUES (:id, :name, :confidence, :severity, :box, :model)
    """
)
_DEMOGRAPHICS = text(
    """
    INSERT INTO demographics_results (detection_id, age_range, age_confidence, gender, gender_confidence, model)
    VALUES (:id, :age_range, :age_confidence, :gender, :gender_confidence, :model)
    ON CONFLICT (detection_id) DO NOTHING
    """
)
_FACE = text(
    """
    INSERT INTO face_detection_events (camera_id, detection_id, timestamp, bbox, model, embedding, embedding_model,
        outcome, is_unknown, matched_person_id, match_confidence, covered, quality, age_estimate, gender_estimate)
    VALUES (:camera_id, :id, :at, :box, :model, CAST(CAST(:vector AS text) AS vector), :vector_model,
        CAST(:outcome AS text), CAST(:outcome AS text) = 'unknown', :person_id, :likeness, :covered, :quality, :age,
        :gender)
    """
)
_APPEARANCES = text(
    """
    INSERT INTO reid_embeddings (detection_id, embedding, model, embedding_hash)
    SELECT line.id, CAST(line.vector AS vector), line.model, line.hash
    FROM unnest(CAST(:ids AS bigint[]), CAST(:vectors AS text[]), CAST(:models AS text[]), CAST(:hashes AS bytea[]))
        AS line(id, vector, model, hash)
    ON CONFLICT (detection_id) DO NOTHING
    """
)
# What is done on for a while is one event that grows: of the same track, or of no track and within the same batch.
_GROW_ACTION = text(
    """
    UPDATE action_events SET frame_count = frame_count + :frames, timestamp = greatest(timestamp, :at),
        all_scores = CASE WHEN :confidence > confidence THEN :scores ELSE all_scores END,
        confidence = greatest(confidence, :confidence)
    WHERE id = (
        SELECT id FROM action_events
        WHERE camera_id = :camera_id AND action = :name AND model = :model AND timestamp BETWEEN :since AND :until
            AND track_id IS NOT DISTINCT FROM :track_id
        ORDER BY timestamp DESC, id DESC LIMIT 1)
    RETURNING id
    """
)
_ADD_ACTION = text(
    """
    INSERT INTO action_events (camera_id, track_id, action, confidence, is_suspicious, timestamp, frame_count,
        all_scores, model)
    VALUES (:camera_id, :track_id, :name, :confidence, :is_suspicious, :at, :frames, :scores, :model)
    """
)
_EVENT = text(
    """
    SELECT id AS event_id, camera_id, incident_id, revision, risk_score, risk_level, status FROM events
    WHERE batch_id = :id AND deleted_at IS NULL
    """
)


@dataclass(frozen=True)
class _Taken:
    """A detection that this unit took, and what was said about it."""

    insight: Insight
    camera_id: str
    track_id: int | None
    at: datetime


@dataclass(frozen=True)
class SaveEnrichment:
    """What one model said about some detections of a batch. A detection that this model was asked about is passed over.

    `revision` is given when the model has looked at all that this revision of the batch has for it. Result: the ids of
    the detections that were taken.
    """

    batch_id: int
    revision: int | None
    model: str
    insights: tuple[Insight, ...]

    def apply(self, connection: Connection) -> Outcome:
        batch = connection.execute(_BATCH, {"id": self.batch_id}).one_or_none()
        if batch is None:  # gone with its camera
            return Outcome([])
        taken = self._taken(connection)
        people = People(connection)
        for one in taken:
            self._save(connection, one, people)
        self._save_appearances(connection, taken)
        self._save_actions(connection, taken, batch.started_at, batch.last_at)
        if self.revision is not None:
            connection.execute(_ENRICHED, {"id": self.batch_id, "revision": self.revision})
        ids = [one.insight.detection_id for one in taken]
        unusual = unusual_entities(connection, identify(connection, self.batch_id, ids))
        said = [one for one in taken if one.insight != Insight(one.insight.detection_id)]
        if said or unusual:
            more_is_known(connection, [self.batch_id])
        return Outcome(ids, [*(self._messages(connection) if said else ()), *unusual])

    def _taken(self, connection: Connection) -> list[_Taken]:
        if not self.insights:
            return []
        rows = connection.execute(
            _TAKE,
            {
                "ids": [insight.detection_id for insight in self.insights],
                "said": [Jsonb(self._mark(insight)) for insight in self.insights],
                "batch_id": self.batch_id,
                "model": self.model,
            },
        )
        found = {row.id: row for row in rows}
        return [
            _Taken(insight, row.camera_id, row.track_id, row.detected_at)
            for insight in self.insights
            if (row := found.get(insight.detection_id)) is not None
        ]

    def _mark(self, insight: Insight) -> dict[str, Any]:
        """What stands in the detection itself: that the model was asked, and what has no table of its own."""
        kinds = ("pose", "action", "threats", "demographics", "face", "plate", "vehicle", "appearance")
        mark: dict[str, Any] = {self.model: [name for name in kinds if getattr(insight, name)]}
        if insight.plate is not None:
            plate = insight.plate
            mark["plate"] = {"text": plate.text, "confidence": plate.confidence, "model": self.model}
        if insight.vehicle is not None:
            mark["vehicle"] = {**asdict(insight.vehicle), "model": self.model}
        return mark

    def _save(self, connection: Connection, one: _Taken, people: People) -> None:
        insight = one.insight
        common = {"id": insight.detection_id, "model": self.model}
        if (pose := insight.pose) is not None:
            points = Jsonb([list(point) for point in pose.keypoints])
            connection.execute(_POSE, {**common, **_named(pose), "keypoints": points})
        if (action := insight.action) is not None:
            connection.execute(_ACTION, {**common, **_named(action), "scores": Jsonb(dict(action.scores))})
        for threat in insight.threats:
            values = {"name": threat.name, "confidence": threat.confidence, "severity": threat.severity}
            connection.execute(_THREAT, {**common, **values, "box": list(threat.box)})
        if (person := insight.demographics) is not None:
            values = {"age_range": person.age_range, "age_confidence": person.age_confidence}
            values |= {"gender": person.gender, "gender_confidence": person.gender_confidence}
            connection.execute(_DEMOGRAPHICS, {**common, **values})
        if (face := insight.face) is not None:
            values = {"camera_id": one.camera_id, "at": one.at, "box": list(face.box), "covered": face.covered}
            told = {"age": None if person is None else person.age, "gender": None if person is None else person.gender}
            connection.execute(_FACE, {**common, **values, **told, **_whose(face, people), "quality": face.quality})

    def _save_appearances(self, connection: Connection, taken: Sequence[_Taken]) -> None:
        told = [(one.insight.detection_id, one.insight.appearance) for one in taken]
        seen = [(detection_id, look) for detection_id, look in told if look is not None]
        if not seen:
            return
        for model, size in {(look.model, len(look.values)) for _, look in seen}:
            ensure_index(connection, "reid_embeddings", model, size)
        connection.execute(
            _APPEARANCES,
            {
                "ids": [detection_id for detection_id, _ in seen],
                "vectors": [to_text(look.values) for _, look in seen],
                "models": [look.model for _, look in seen],
                "hashes": [hashlib.sha256(look.values.tobytes()).digest() for _, look in seen],
            },
        )

    def _save_actions(
        self, connection: Connection, taken: Sequence[_Taken], since: datetime, until: datetime
    ) -> None:
        seen: defaultdict[tuple[int | None, str], list[tuple[_Taken, Action]]] = defaultdict(list)
        for one in taken:
            if one.insight.action is not None and one.insight.action.confidence >= ACTION_FROM:
                seen[one.track_id, one.insight.action.name].append((one, one.insight.action))
        for (track_id, _), ones in seen.items():
            surest = max((action for _, action in ones), key=lambda action: action.confidence)
            values = {
                **_named(surest),
                "camera_id": ones[0][0].camera_id,
                "track_id": track_id,
                "at": max(one.at for one, _ in ones),
                "frames": len(ones),
                "scores": Jsonb(dict(surest.scores)),
                "model": self.model,
                "since": since,
                "until": until,
            }
            if connection.execute(_GROW_ACTION, values).first() is None:
                connection.execute(_ADD_ACTION, values)

    def _messages(self, connection: Connection) -> list[Message]:
        event = connection.execute(_EVENT, {"id": self.batch_id}).mappings().one_or_none()
        return [] if event is None else [Message("event.updated", dict(event))]


def _whose(face: Face, people: People) -> dict[str, Any]:
    """Outcome and vector of a face. What is covered, too poor or has no vector cannot be compared with anybody's."""
    vector = face.embedding
    said: dict[str, Any] = {"vector": None, "vector_model": None, "person_id": None, "likeness": None}
    if vector is not None:
        said |= {"vector": to_text(vector.values), "vector_model": vector.model}
    if vector is None or face.covered or face.quality < LEAST_QUALITY:
        return {**said, "outcome": "not_identifiable"}
    person, likeness = people.told("face", vector.model, vector.values)
    if person is None:
        return {**said, "outcome": "unknown"}
    return {**said, "outcome": "match", "person_id": person, "likeness": min(max(likeness, 0.0), 1.0)}


def _named(said: Any) -> dict[str, Any]:
    return {"name": said.name, "confidence": said.confidence, "is_suspicious": said.is_suspicious}
