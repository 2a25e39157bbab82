"""Work in the background: list, one, ask for one, cancel it, and download what it made."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from sqlalchemy import RowMapping
from starlette.responses import FileResponse

from homesec.api.caller import Author, Caller, Operator, Owner, Viewer
from homesec.api.pages import Cursor, Limit, decode, encode, when
from homesec.api.problems import responses
from homesec.api.schemas.common import Page
from homesec.api.schemas.jobs import ExportIn, JobOut, NewJob
from homesec.api.services import Services
from homesec.api.world import Posted, World
from homesec.errors import NotFound
from homesec.jobs.export import export_file
from homesec.store.queries import jobs, outbox, reading
from homesec.store.writes.jobs import CancelJob, CreateJob, new_job_id

router = APIRouter(prefix="/api", tags=["jobs"])

JobId = Annotated[str, Path(max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]
Kind = Literal["backup", "erase", "export", "reanalyze", "relabel", "rename", "restore", "retention"]


@router.get("/system/jobs", responses=responses())
async def list_jobs(
    services: World, caller: Viewer, limit: Limit = 50, cursor: Cursor = None,
    kind: Annotated[Kind | None, Query()] = None,
) -> Page[JobOut]:  # fmt: skip
    """Newest first. A key that is limited to cameras sees the exports of these."""
    after = None
    if cursor is not None:
        at, job_id = decode(cursor, str, str)
        after = (when(at), job_id)
    async with reading(services.database) as connection:
        seq = await outbox.head(connection)
        rows = await jobs.jobs(connection, caller.cameras, kind, limit, after)
    items = [_out(row) for row in rows[:limit]]
    more = encode(items[-1].created_at.isoformat(), items[-1].id) if len(rows) > limit else None
    return Page(items=items, next_cursor=more, seq=seq)


@router.post("/system/jobs", status_code=202, responses=responses())
async def create_job(services: World, caller: Owner, by: Author, posted: Posted, body: NewJob) -> JobOut:
    """It waits until no other of its kind runs. A backup is put back by `homesec restore`, while nothing runs."""
    answer = await posted.write(CreateJob(new_job_id(body.kind), body.kind, body.params(), by), 202)
    services.hint_jobs()
    return _out(answer.body)


@router.post("/events/export", status_code=202, responses=responses(404))
async def export_events(services: World, caller: Operator, by: Author, posted: Posted, body: ExportIn) -> JobOut:
    """Events with their pictures as a ZIP with JSON and CSV: a job, whose result can be downloaded for a day."""
    for camera in body.cameras or ():
        caller.find(camera)
    params = body.params(caller.scope(body.cameras))
    answer = await posted.write(CreateJob(new_job_id("export"), "export", params, by), 202)
    services.hint_jobs()
    return _out(answer.body)


@router.get("/system/jobs/{job_id}", responses=responses(404))
async def get_job(services: World, caller: Viewer, job_id: JobId) -> JobOut:
    return _out(await _job(services, caller, job_id))


@router.post("/system/jobs/{job_id}/cancel", responses=responses(404, 409))
async def cancel_job(services: World, caller: Operator, by: Author, posted: Posted, job_id: JobId) -> JobOut:
    """One that waits is over at once, one that runs within seconds."""
    await _job(services, caller, job_id)
    return _out((await posted.write(CancelJob(job_id, by))).body)


@router.get(
    "/system/jobs/{job_id}/result",
    response_class=FileResponse,
    responses=responses(404) | {200: {"description": "The ZIP", "content": {"application/zip": {}}}},
)
async def job_result(services: World, caller: Viewer, job_id: JobId) -> FileResponse:
    """The file that an export made."""
    row = await _job(services, caller, job_id)
    if row["job_type"] != "export" or row["status"] != "completed":
        raise NotFound("this job has made no file")
    file = export_file(services.settings.exports_dir, row["id"])
    if not file.is_file():
        raise NotFound("the file of this job is gone: export again")
    return FileResponse(
        file, media_type="application/zip", filename=f"homesec-{row['id']}.zip", headers={"Cache-Control": "no-store"}
    )


async def _job(services: Services, caller: Caller, job_id: str) -> RowMapping:
    async with reading(services.database) as connection:
        row = await jobs.job(connection, job_id)
    if row is None or not _sees(caller, row):
        raise NotFound("there is no such job")
    return row


def _sees(caller: Caller, row: RowMapping) -> bool:
    if caller.cameras is None:
        return True
    cameras = row["params"].get("cameras")
    return row["job_type"] == "export" and cameras is not None and all(caller.sees(camera) for camera in cameras)


def _out(row: Mapping[Any, Any]) -> JobOut:
    return JobOut.from_row(row, kind=row["job_type"], step=row["current_step"])
