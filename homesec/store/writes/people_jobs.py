"""Work that follows from what the owner does with persons, asked for in the transaction of the change."""

import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from homesec.store.base import Base
from homesec.store.writes.unit import Message

_JOBS = Base.metadata.tables["jobs"]


def queue_job(connection: Connection, kind: str, params: Mapping[str, Any]) -> list[Message]:
    """Ask for a job in the transaction of another unit."""
    job_id = f"{kind}-{secrets.token_hex(8)}"
    connection.execute(_JOBS.insert().values(id=job_id, job_type=kind, params=dict(params)))
    payload = {"job_id": job_id, "kind": kind, "status": "queued", "progress": 0, "step": None}
    return [Message("job.progress", payload)]
