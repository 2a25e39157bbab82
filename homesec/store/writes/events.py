"""Writes of the analyst: an event at a revision of its batch, its audit, its incident, and what the world is told."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, RowMapping, text

from homesec.domain.risk import SCORER, Risk
from homesec.store.tables.core import SEARCH_CONFIG
from homesec.store.writes.raise_alerts import raise_alerts
from homesec.store.writes.unit import Message, Outcome

INCIDENT_GAP = timedelta(seconds=120)  # events of one camera that are no further apart share an incident

_UPSERT = text(
    f"""
    INSERT INTO events AS event (batch_id, batch_revision, incident_id, camera_id, started_at, ended_at, status,
        risk_score, risk_level, risk_source, summary, reasoning, object_types, detection_count, cover_detection_id,
        search_vector)
    SELECT :batch_id, :batch_revision, :incident_id, camera.id, :started_at, :ended_at, :status, :risk_score,
        :risk_level, 'evidence', CAST(:summary AS text), CAST(:reasoning AS text), :object_types, :detection_count,
        :cover_detection_id,
        to_tsvector('{SEARCH_CONFIG}', concat_ws(' ', CAST(:summary AS text), CAST(:reasoning AS text),
            CAST(:words AS text), camera.name))
    FROM cameras AS camera WHERE camera.id = :camera_id
    ON CONFLICT (batch_id) DO UPDATE SET batch_revision = excluded.batch_revision,
        started_at = excluded.started_at, ended_at = excluded.ended_at, status = excluded.status,
        risk_score = excluded.risk_score, risk_level = excluded.risk_level, risk_source = excluded.risk_source,
        summary = excluded.summary, reasoning = excluded.reasoning, object_types = excluded.object_types,
        detection_count = excluded.detection_count, cover_detection_id = excluded.cover_detection_id,
        search_vector = excluded.search_vector, revision = event.revision + 1
        WHERE event.batch_revision <= excluded.batch_revision
    RETURNING id, incident_id, revision, deleted_at
    """
)
_BEFORE = text(
    """
    WITH batch AS (SELECT judged_senses FROM batches WHERE id = :batch_id FOR UPDATE),
    analysed AS (
        UPDATE batches SET analysed_revision = greatest(analysed_revision, :revision),
            judged_senses = greatest(judged_senses, :senses), attempts = 0, error = NULL
        WHERE id = :batch_id),
    event AS (
        SELECT id, incident_id, status, batch_revision FROM events WHERE batch_id = :batch_id FOR UPDATE)
    SELECT batch.judged_senses, event.* FROM batch LEFT JOIN event ON true
    """
)
_HAS_CAUSE = text("SELECT id FROM event_audits WHERE event_id = :event_id AND cause = :cause")
_NEAR = text(
    """
    SELECT incident_id FROM events WHERE camera_id = :camera_id AND incident_id IS NOT NULL
        AND ended_at >= :from AND started_at <= :to
    ORDER BY greatest(started_at - :ended_at, :started_at - ended_at), id LIMIT 1
    """
)
_DETAILS = text(
    """
    WITH linked AS (
        INSERT INTO event_detections (event_id, detection_id)
        SELECT :event_id, id FROM detections WHERE id = ANY(:ids) ON CONFLICT DO NOTHING)
    INSERT INTO event_audits (event_id, revision, cause, evidence, prior, score, calibration_id, scorer, models,
        latency_s)
    VALUES (:event_id, :revision, :cause, :evidence, :prior, :score, :calibration_id, :scorer, :models, :latency_s)
    ON CONFLICT (event_id, cause) DO NOTHING
    """
)
_INCIDENT = text(
    """
    UPDATE incidents AS incident SET started_at = least(incident.started_at, :started_at),
        last_at = greatest(incident.last_at, :ended_at), max_score = worst.score, status = worst.status
    FROM (SELECT max(risk_score) AS score,
                 CASE WHEN bool_or(status = 'open') THEN 'open' ELSE 'closed' END AS status
          FROM events WHERE incident_id = :id AND deleted_at IS NULL) AS worst
    WHERE incident.id = :id AND worst.score IS NOT NULL
        AND (incident.started_at, incident.last_at, incident.max_score, incident.status) IS DISTINCT FROM
            (least(incident.started_at, :started_at), greatest(incident.last_at, :ended_at), worst.score, worst.status)
    RETURNING incident.max_score, incident.status
    """
)


@dataclass(frozen=True)
class SaveEvent:
    """What the analyst says of a batch at one revision, with what was known of it by then. Nothing happens when as
    much or more is already stored.

    Result: the event's id, or None when it came too late.
    """

    batch_id: int
    batch_revision: int
    senses_revision: int
    cause: str
    """`batch:7`, `enrich:3:action,pose`: each is stored once."""
    camera_id: str
    started_at: datetime
    ended_at: datetime
    closed: bool
    risk: Risk
    summary: str
    reasoning: str
    object_types: tuple[str, ...]
    detection_ids: tuple[int, ...]
    cover_detection_id: int
    models: dict[str, Any]
    latency_s: float
    again: bool = False
    """Somebody asked for it: also when nothing is new."""

    def apply(self, connection: Connection) -> Outcome:
        seen = {"batch_id": self.batch_id, "revision": self.batch_revision, "senses": self.senses_revision}
        batch = connection.execute(_BEFORE, seen).mappings().one_or_none()
        if batch is None:  # gone with its camera
            return Outcome(None)
        before = None if batch["id"] is None else batch
        stored = (0, 0) if before is None else (before["batch_revision"], before["judged_senses"])
        settled = stored[0] == self.batch_revision and stored[1] >= self.senses_revision
        if stored[0] > self.batch_revision or (settled and not self._is_asked_for(connection, before)):
            return Outcome(None)
        incident_id = (before and before["incident_id"]) or self._incident(connection)
        event = connection.execute(_UPSERT, self._columns(incident_id)).mappings().one()
        connection.execute(_DETAILS, {**self._audit(event), "ids": list(self.detection_ids)})
        worst = connection.execute(
            _INCIDENT, {"id": event["incident_id"], "started_at": self.started_at, "ended_at": self.ended_at}
        ).one_or_none()
        alerts = raise_alerts(connection, event["id"])
        return Outcome(event["id"], [] if event["deleted_at"] else [*self._messages(event, before, worst), *alerts])

    def _is_asked_for(self, connection: Connection, before: RowMapping | None) -> bool:
        """Whether it is to be judged again though nothing is new, and was not yet for this cause."""
        if not self.again or before is None:
            return False
        return connection.scalar(_HAS_CAUSE, {"event_id": before["id"], "cause": self.cause}) is None

    def _incident(self, connection: Connection) -> int:
        near = connection.scalar(
            _NEAR,
            {
                "camera_id": self.camera_id,
                "from": self.started_at - INCIDENT_GAP,
                "to": self.ended_at + INCIDENT_GAP,
                "started_at": self.started_at,
                "ended_at": self.ended_at,
            },
        )
        if near is not None:
            return int(near)
        return int(
            connection.execute(
                text(
                    "INSERT INTO incidents (started_at, last_at, max_score, status) "
                    "VALUES (:started_at, :ended_at, :score, 'open') RETURNING id"
                ),
                {"started_at": self.started_at, "ended_at": self.ended_at, "score": self.risk.score},
            ).scalar_one()
        )

    def _columns(self, incident_id: int) -> dict[str, Any]:
        return {
            "batch_id": self.batch_id,
            "batch_revision": self.batch_revision,
            "incident_id": incident_id,
            "camera_id": self.camera_id,
            "started_at": self.started_at,
            "ended_at": self.ended_at,
            "status": "closed" if self.closed else "open",
            "risk_score": self.risk.score,
            "risk_level": self.risk.level,
            "summary": self.summary,
            "reasoning": self.reasoning,
            "object_types": list(self.object_types),
            "detection_count": len(self.detection_ids),
            "cover_detection_id": self.cover_detection_id,
            "words": " ".join(self.object_types),
        }

    def _audit(self, event: RowMapping) -> dict[str, Any]:
        return {
            "event_id": event["id"],
            "revision": event["revision"],
            "cause": self.cause,
            "evidence": Jsonb([item.to_json() for item in self.risk.evidence]),
            "prior": self.risk.prior,
            "score": self.risk.score,
            "calibration_id": self.risk.calibration_id,
            "scorer": SCORER,
            "models": Jsonb(self.models),
            "latency_s": self.latency_s,
        }

    def _messages(self, event: RowMapping, before: RowMapping | None, worst: Any) -> list[Message]:
        facts = {
            "event_id": event["id"],
            "camera_id": self.camera_id,
            "incident_id": event["incident_id"],
            "revision": event["revision"],
            "risk_score": self.risk.score,
            "risk_level": self.risk.level,
            "status": "closed" if self.closed else "open",
        }
        types = ["event.created"] if before is None else ["event.updated"]
        if self.closed and (before is None or before["status"] == "open"):
            types = [*types[: before is None], "event.closed"]
        lines = [Message(name, facts) for name in types]
        if worst is not None or before is None:
            lines.append(
                Message(
                    "incident.updated",
                    {
                        "incident_id": event["incident_id"],
                        "camera_id": self.camera_id,
                        "max_score": self.risk.score if worst is None else worst.max_score,
                    },
                )
            )
        return lines
