"""An export: events with their pictures as one ZIP, to be downloaded.

    events.json    all facts, with the evidence of each score
    events.csv     the same as a table, for a spreadsheet
    pictures/<event>/cover.jpg, 001.jpg ...   the picture that stands for it, and its frames made small
"""

import csv
import io
import json
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from homesec.errors import HomesecError, NotFound, UploadAway, UploadChanged
from homesec.jobs.context import Context, Superseded
from homesec.jobs.wanted_events import wanted_events
from homesec.media.containers import kind
from homesec.media.storage import UploadFile
from homesec.store.queries import detections, events, exports, reading
from homesec.store.queries.paging import Slice
from homesec.threads import to_the_end

MOST_EVENTS = 10_000
MOST_FRAMES = 50  # of one event
_PAGE = 200
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would take for one
_TABLE = (
    "id", "camera_id", "camera_name", "started_at", "ended_at", "risk_score", "risk_level", "summary", "reasoning",
    "object_types", "detection_count", "reviewed", "notes",
)  # fmt: skip
_GONE = (NotFound, UploadAway, UploadChanged)


class TooMany(HomesecError):
    """An export holds at most 10,000 events; choose a shorter time or fewer cameras."""


async def export(context: Context) -> dict[str, Any]:
    """Make the ZIP in `<data>/exports`; an interrupted one is made anew. Result: what is in it."""
    folder = context.settings.exports_dir
    folder.mkdir(mode=0o700, exist_ok=True)
    whole, part = export_file(folder, context.job_id), folder / f"{context.job_id}.part"
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            result = await _fill(context, archive)
        await to_the_end(part.rename, whole)
    except Superseded:
        raise
    except (HomesecError, OSError) as error:
        part.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise HomesecError(f"the export cannot be written: {error.strerror}") from error
        raise
    return {**result, "bytes": whole.stat().st_size}


def export_file(folder: Path, job_id: str) -> Path:
    return folder / f"{job_id}.zip"


async def _fill(context: Context, archive: zipfile.ZipFile) -> dict[str, Any]:
    await context.progress(0, "events")
    found = await _events(context)
    pictures = missing = 0
    told = []
    for number, event in enumerate(found):
        await context.progress(100 * number / len(found), f"event {number + 1} of {len(found)}")
        async with reading(context.engine) as connection:
            audits = await events.audits(connection, event["id"], 1)
            cover = await _cover(connection, event)
            frames = await exports.pictures(connection, event["id"], MOST_FRAMES)
        told.append({**event, "evidence": audits[0]["evidence"] if audits else []})
        if cover is not None:
            added = await _add_cover(context, archive, event["id"], cover)
            pictures, missing = pictures + added, missing + (not added)
        for place, frame in enumerate(frames, 1):
            added = await _add_frame(context, archive, f"pictures/{event['id']}/{place:03}.jpg", frame)
            pictures, missing = pictures + added, missing + (not added)
    await to_the_end(archive.writestr, "events.json", json.dumps(told, indent=1, default=_plain))
    await to_the_end(archive.writestr, "events.csv", _csv(found))
    return {"events": len(found), "pictures": pictures, "missing pictures": missing}


async def _events(context: Context) -> list[RowMapping]:
    """Newest first. Raises TooMany."""
    wanted = wanted_events(context.params)
    found: list[RowMapping] = []
    part = Slice(_PAGE)
    async with reading(context.engine) as connection:
        while page := await events.events(connection, wanted, part):
            found += page[:_PAGE]
            if len(found) > MOST_EVENTS:
                raise TooMany
            if len(page) <= _PAGE:
                break
            part = Slice(_PAGE, (found[-1]["started_at"], found[-1]["id"]))
    return found


async def _cover(connection: AsyncConnection, event: RowMapping) -> RowMapping | None:
    cover_id = event["cover_detection_id"]
    return None if cover_id is None else await detections.detection(connection, cover_id)


async def _add_cover(context: Context, archive: zipfile.ZipFile, event_id: int, row: RowMapping) -> bool:
    """The picture itself; of a clip its frames made small must do. Whether it was there."""
    if row["media_type"] != "image":
        return True
    file = UploadFile(row["volume"], bytes(row["path"]), row["size"], bytes(row["sha256"]))
    try:
        data = await context.storage.read_upload(file)
    except _GONE:
        return False
    form = kind(data[:4096])
    name = f"pictures/{event_id}/cover.{form.value if form else 'jpg'}"
    await to_the_end(archive.writestr, zipfile.ZipInfo(name), data)
    return True


async def _add_frame(context: Context, archive: zipfile.ZipFile, name: str, row: RowMapping) -> bool:
    try:
        data = await context.storage.read_media(row["volume"], row["thumbnail_path"])
    except _GONE:
        return False
    await to_the_end(archive.writestr, zipfile.ZipInfo(name), data)
    return True


def _csv(found: list[RowMapping]) -> str:
    table = io.StringIO()
    lines = csv.writer(table)
    lines.writerow(_TABLE)
    lines.writerows([_cell(event[name]) for name in _TABLE] for event in found)
    return table.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        value = " ".join(value)
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value.isoformat() if isinstance(value, datetime) else value


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)
