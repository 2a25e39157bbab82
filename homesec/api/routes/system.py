"""The system: queues, settings, log of changes, dead letters."""

import contextlib
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query

from homesec.api.caller import Author, Operator, Overseer, Owner, Viewer
from homesec.api.pages import Cursor, Limit, cut, place
from homesec.api.problems import responses
from homesec.api.schemas.access import AuditLogOut, ChainOut
from homesec.api.schemas.common import MAX_ID, Page, Words
from homesec.api.schemas.system import DeadLetter, Done, QueueOut, QueuesOut, SettingsOut
from homesec.api.services import Services
from homesec.api.world import Posted, World
from homesec.bus import ANALYSIS_QUEUE, DETECTION_BACKLOG, QUEUES
from homesec.errors import NotFound, Unavailable
from homesec.settings import Settings
from homesec.store.queries import access, batches, outbox, reading, system, uploads
from homesec.store.sessions import database_errors
from homesec.store.writes.access import verify
from homesec.store.writes.owner import DropBatch, DropUpload, RequeueBatch, RequeueUpload

router = APIRouter(prefix="/api/system", tags=["system"])

Kind = Literal["upload", "batch"]
Id = Annotated[int, Path(ge=1, le=MAX_ID)]
_HIDDEN = "set, not shown"


@router.get("/queues", responses=responses())
async def queues(services: World, caller: Overseer) -> QueuesOut:
    """What waits. The rows are the truth; the queues only point at them."""
    async with reading(services.database) as connection:
        by_state = await system.uploads_by_state(connection)
        due = await system.batches_due(connection)
    return QueuesOut(queues=await depths(services), uploads=by_state, batches_due=due)


async def depths(services: Services) -> list[QueueOut]:
    found: list[QueueOut] = []
    for name in QUEUES:
        depth = None
        with contextlib.suppress(Unavailable):
            depth = await services.bus.depth(name)
        found.append(QueueOut(name=name, depth=depth))
    return found


@router.get("/dead-letters", responses=responses())
async def dead_letters(services: World, caller: Viewer, limit: Limit = 50, cursor: Cursor = None) -> Page[DeadLetter]:
    """Uploads and analyses that were given up after three failures, newest first."""
    part = place(cursor, limit)
    async with reading(services.database) as connection:
        seq = await outbox.head(connection)
        rows = await system.dead_letters(connection, caller.cameras, part)
    page, next_cursor = cut(rows, limit, lambda row: (row["at"], row["place"]))
    return Page(items=[DeadLetter.from_row(row) for row in page], next_cursor=next_cursor, seq=seq)


@router.post("/dead-letters/{kind}/{letter_id}/requeue", responses=responses(404, 409))
async def requeue(
    services: World, caller: Operator, by: Author, posted: Posted, kind: Kind, letter_id: Id
) -> Done:
    """Try it again, from the beginning."""
    await _find(services, caller, kind, letter_id)
    done = Done(kind=kind, id=letter_id, action="requeue")
    unit = RequeueUpload(letter_id, by) if kind == "upload" else RequeueBatch(letter_id, by)
    await posted.write(unit, body=done.model_dump())
    with contextlib.suppress(Unavailable):  # a hint: the sweep finds the row within half a minute anyway
        if kind == "upload":
            await services.bus.add(DETECTION_BACKLOG, [{"upload_id": letter_id}])
        else:
            await services.bus.add(ANALYSIS_QUEUE, [{"batch_id": letter_id}])
    return done


@router.delete("/dead-letters/{kind}/{letter_id}", status_code=204, responses=responses(404, 409))
async def drop(services: World, caller: Operator, by: Author, kind: Kind, letter_id: Id) -> None:
    """Give it up for good; the file itself stays where it is."""
    await _find(services, caller, kind, letter_id)
    await services.write(DropUpload(letter_id, by) if kind == "upload" else DropBatch(letter_id, by))


async def _find(services: Services, caller: Operator, kind: Kind, letter_id: int) -> None:
    async with reading(services.database) as connection:
        one = uploads.upload if kind == "upload" else batches.batch
        row = await one(connection, letter_id)
    if row is None or not caller.sees(row["camera_id"]):
        raise NotFound(f"there is no such {kind}")


@router.get("/audit-logs", responses=responses())
async def audit_logs(
    services: World,
    caller: Owner,
    limit: Limit = 50,
    cursor: Cursor = None,
    resource_type: Annotated[Words | None, Query(max_length=100)] = None,
    resource_id: Annotated[Words | None, Query(max_length=100)] = None,
) -> Page[AuditLogOut]:
    """Every change, newest first: who, what, from where."""
    part = place(cursor, limit)
    async with reading(services.database) as connection:
        seq = await outbox.head(connection)
        rows = await access.audit_logs(connection, part, resource_type, resource_id)
    page, next_cursor = cut(rows, limit, lambda row: (row["timestamp"], row["id"]))
    return Page(items=[AuditLogOut.from_row(row) for row in page], next_cursor=next_cursor, seq=seq)


@router.get("/audit-logs/verify", responses=responses())
async def verify_audit_logs(services: World, caller: Owner) -> ChainOut:
    """Compute every hash of the log again."""
    with database_errors():
        async with services.database.connect() as connection:  # in a transaction: the rows come through a cursor
            chain = await connection.run_sync(verify)
    return ChainOut(
        ok=chain.broken_at is None, rows=chain.rows, broken_at=chain.broken_at, trimmed=chain.trimmed
    )


@router.get("/settings", responses=responses())
async def settings(services: World, caller: Owner) -> SettingsOut:
    """What is in force, defaults included, without passwords."""
    return SettingsOut(settings=shown(services.settings))


def shown(settings: Settings) -> dict[str, Any]:
    """All settings as JSON; addresses with passwords and passwords only say that they are set."""
    values = settings.model_dump(mode="json")
    for name in ("database_url", "redis_url"):
        values[name] = _HIDDEN if values[name] else None
    values["ftp"]["users"] = dict.fromkeys(values["ftp"]["users"], _HIDDEN)
    return values
