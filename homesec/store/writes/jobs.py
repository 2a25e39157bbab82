"""Work in the background: asked for, taken by a runner, its progress and its end.

A runner holds a job by its attempt number: whoever takes the job later has a higher one, and then nothing that the
earlier runner says counts any more.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, RowMapping, text

from homesec.errors import Conflict, NotFound
from homesec.store.writes.access import By, audit_by
from homesec.store.writes.unit import Message, Outcome

MAX_ATTEMPTS = 5  # runners that may die over one job
_COLUMNS = (
    "id, job_type, status, params, progress, current_step, checkpoint, cancel_requested, result, error, attempts, "
    "created_at, started_at, completed_at"
)
_CREATE = text(
    f"""
    INSERT INTO jobs (id, job_type, params)
    SELECT :id, CAST(:kind AS text), CAST(:params AS jsonb) WHERE CAST(:unless_s AS float) IS NULL OR NOT EXISTS (
        SELECT FROM jobs WHERE job_type = :kind AND params = CAST(:params AS jsonb)
            AND (status IN ('queued', 'running') OR created_at > now() - make_interval(secs => :unless_s)))
    ON CONFLICT (id) DO NOTHING RETURNING {_COLUMNS}
    """
)
_FIND = text(f"SELECT {_COLUMNS} FROM jobs WHERE id = :id")
# Those whose runner died come first: they are older than all that is queued behind them.
_TAKE = text(
    f"""
    UPDATE jobs SET status = 'running', attempts = attempts + 1, started_at = coalesce(started_at, now()),
        lease_until = now() + make_interval(secs => :lease_s)
    WHERE id = (
        SELECT id FROM jobs AS due WHERE job_type = ANY(:kinds) AND (
            status = 'running' AND lease_until < now()
            OR status = 'queued' AND NOT EXISTS (
                SELECT FROM jobs AS other WHERE other.status = 'running' AND other.job_type = due.job_type))
        ORDER BY status = 'queued', created_at, id LIMIT 1)
    RETURNING {_COLUMNS}
    """
)
_PROGRESS = text(
    f"""
    UPDATE jobs SET lease_until = now() + make_interval(secs => :lease_s),
        progress = coalesce(CAST(:percent AS smallint), progress),
        current_step = coalesce(CAST(:step AS text), current_step),
        checkpoint = coalesce(CAST(:checkpoint AS jsonb), checkpoint)
    WHERE id = :id AND status = 'running' AND attempts = :attempt
    RETURNING {_COLUMNS}
    """
)
_FINISH = text(
    f"""
    UPDATE jobs SET status = CAST(:status AS text), lease_until = NULL, completed_at = now(), result = :result,
        error = :error, progress = CASE WHEN CAST(:status AS text) = 'completed' THEN 100 ELSE progress END
    WHERE id = :id AND status = 'running' AND attempts = :attempt
    RETURNING {_COLUMNS}
    """
)
_RELEASE = text(
    f"""
    UPDATE jobs SET status = 'queued', lease_until = NULL, attempts = attempts - 1
    WHERE id = :id AND status = 'running' AND attempts = :attempt
    RETURNING {_COLUMNS}
    """
)
_CANCEL = text(
    f"""
    UPDATE jobs SET cancel_requested = true,
        status = CASE WHEN status = 'queued' THEN 'cancelled' ELSE status END,
        completed_at = CASE WHEN status = 'queued' THEN now() END
    WHERE id = :id AND status IN ('queued', 'running') AND NOT cancel_requested
    RETURNING {_COLUMNS}
    """
)


def new_job_id(kind: str) -> str:
    """One that nobody has: its kind, its time, and something random."""
    return f"{kind}-{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


def queue_job(connection: Connection, kind: str, params: Mapping[str, Any]) -> list[Message]:
    """Ask for a job in the transaction of another unit."""
    values = {"id": new_job_id(kind), "kind": kind, "params": Jsonb(dict(params)), "unless_s": None}
    return [_message(connection.execute(_CREATE, values).mappings().one())]


@dataclass(frozen=True)
class CreateJob:
    """Ask for a job. Result: its row; None when `unless_s` kept it from being made."""

    job_id: str
    kind: str
    params: dict[str, Any]
    by: By
    unless_s: float | None = None
    """Not when the same was asked for within so many seconds, or is not finished."""

    def apply(self, connection: Connection) -> Outcome:
        values = {"id": self.job_id, "kind": self.kind, "params": Jsonb(self.params), "unless_s": self.unless_s}
        made = connection.execute(_CREATE, values).mappings().one_or_none()
        if made is None:
            found = connection.execute(_FIND, {"id": self.job_id}).mappings().one_or_none()
            return Outcome(None if found is None else dict(found))
        audit_by(connection, self.by, "create", "job", self.job_id, kind=self.kind)
        return _told(made)


@dataclass(frozen=True)
class TakeJob:
    """The oldest job that is due: queued while none of its kind runs, or one whose runner died. Result: its row."""

    kinds: Sequence[str]
    lease_s: float

    def apply(self, connection: Connection) -> Outcome:
        row = connection.execute(_TAKE, {"kinds": list(self.kinds), "lease_s": self.lease_s}).mappings().one_or_none()
        return Outcome(None) if row is None else _told(row)


@dataclass(frozen=True)
class Progress:
    """How far a job is; also renews the lease. Result: whether it is to go on, to be cancelled, or another's by now."""

    job_id: str
    attempt: int
    lease_s: float
    percent: int | None = None
    step: str | None = None
    checkpoint: dict[str, Any] | None = None

    def apply(self, connection: Connection) -> Outcome:
        values = {
            "id": self.job_id,
            "attempt": self.attempt,
            "lease_s": self.lease_s,
            "percent": self.percent,
            "step": self.step,
            "checkpoint": None if self.checkpoint is None else Jsonb(self.checkpoint),
        }
        row = connection.execute(_PROGRESS, values).mappings().one_or_none()
        if row is None:
            return Outcome("lost")
        said = self.percent is not None or self.step is not None
        return Outcome("cancel" if row["cancel_requested"] else "go on", [_message(row)] if said else ())


@dataclass(frozen=True)
class FinishJob:
    """The end of a job. Result: whether it was still this runner's."""

    job_id: str
    attempt: int
    status: Literal["completed", "failed", "cancelled"]
    result: dict[str, Any] | None = None
    error: str | None = None
    """In words; needed for a failed one."""

    def apply(self, connection: Connection) -> Outcome:
        result = None if self.result is None else Jsonb(self.result)
        values = {"id": self.job_id, "attempt": self.attempt, "status": self.status, "error": self.error}
        row = connection.execute(_FINISH, {**values, "result": result}).mappings().one_or_none()
        return Outcome(row is not None, () if row is None else [_message(row)])


@dataclass(frozen=True)
class ReleaseJob:
    """Its runner stops in order: another goes on from the checkpoint at once, and no death is counted."""

    job_id: str
    attempt: int

    def apply(self, connection: Connection) -> Outcome:
        row = connection.execute(_RELEASE, {"id": self.job_id, "attempt": self.attempt}).mappings().one_or_none()
        return Outcome(row is not None, () if row is None else [_message(row)])


@dataclass(frozen=True)
class CancelJob:
    """One that waits ends here, one that runs at its next step. Raises NotFound, and Conflict when it is over."""

    job_id: str
    by: By

    def apply(self, connection: Connection) -> Outcome:
        row = connection.execute(_CANCEL, {"id": self.job_id}).mappings().one_or_none()
        if row is not None:
            audit_by(connection, self.by, "cancel", "job", self.job_id)
            return _told(row)
        found = connection.execute(_FIND, {"id": self.job_id}).mappings().one_or_none()
        if found is None:
            raise NotFound("there is no such job")
        if not found["cancel_requested"]:
            raise Conflict(f"the job is {found['status']}")
        return Outcome(dict(found))


def _told(row: RowMapping) -> Outcome:
    return Outcome(dict(row), [_message(row)])


def _message(row: RowMapping) -> Message:
    payload = {
        "job_id": row["id"],
        "kind": row["job_type"],
        "status": row["status"],
        "progress": row["progress"],
        "step": row["current_step"],
    }
    return Message("job.progress", payload)
