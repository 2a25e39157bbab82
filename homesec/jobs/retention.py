"""Retention: what is older than its age goes, in small steps, its files first. Nothing here is repeated or lost when it
breaks off: every step finds by itself what is still there.
"""

import asyncio
import time
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from homesec.errors import UploadAway
from homesec.jobs.context import Context
from homesec.media.storage import PlacedFile
from homesec.settings import RetentionSettings
from homesec.store.queries import reading, retention
from homesec.store.writes.access import By, TrimAudit
from homesec.store.writes.retention import (
    FIRST,
    OLD_ROWS,
    DropEvents,
    DropSceneChanges,
    DropUploads,
    Expired,
    ExpireUploads,
    ForgetStrangers,
    TrimRows,
)
from homesec.store.writes.unit import Unit

LIMIT = 200  # rows of one commit: with all that hangs on an upload or an event some thousands
MANY = 5000  # rows of one commit where nothing hangs on them
EVERY_S = 24 * 3600.0


async def keep_only_young(context: Context) -> dict[str, Any]:
    """Delete what is old. Result: how much of what, and the bytes that came free; with `dry_run` what it would be."""
    ages, now = context.settings.retention, datetime.now(UTC)
    if context.params.get("dry_run"):
        return await _foreseen(context, ages, now)
    done: Counter[str] = Counter(context.checkpoint)
    before = _before(ages, "events_days", now)
    await _repeated(context, done, 5, "events", DropEvents(before, LIMIT), LIMIT)
    await _uploads(context, done, before)
    await _scene_changes(context, done, before)
    strangers = ForgetStrangers(_before(ages, "strangers_days", now), MANY)
    await _repeated(context, done, 70, "vectors of strangers", strangers, 1)
    for number, (table, (age, _)) in enumerate(OLD_ROWS.items()):
        unit = TrimRows(table, _before(ages, age, now), MANY)
        await _repeated(context, done, 75 + 20 * number / len(OLD_ROWS), table, unit, MANY)
    trim = TrimAudit(_before(ages, "audit_days", now), By("system"), MANY)
    await _repeated(context, done, 96, "audit_logs", trim, MANY)
    done["exports"] += await asyncio.to_thread(_old_exports, context.settings.exports_dir, ages.exports_days)
    return {name: count for name, count in done.items() if count}


async def _foreseen(context: Context, ages: RetentionSettings, now: datetime) -> dict[str, Any]:
    before = _before(ages, "events_days", now)
    async with reading(context.engine) as connection:
        events = await retention.old_events(connection, before)
        uploads, size = await retention.old_uploads(connection, before)
        found = {"events": events, "uploads": uploads, "bytes": size}
        faces = await retention.faces_of_strangers(connection, _before(ages, "strangers_days", now))
        found["vectors of strangers"] = faces
        for table, (age, _) in OLD_ROWS.items():
            found[table] = await retention.old_rows(connection, table, _before(ages, age, now))
    return {"dry_run": True, **{name: count for name, count in found.items() if count}}


async def _repeated(context: Context, done: Counter[str], percent: float, name: str, unit: Unit, whole: int) -> None:
    """The unit again and again, until it finds fewer than a whole step has."""
    count = whole
    while count >= whole:
        await context.progress(percent, name)
        count = await context.write(unit)
        done[name] += count
        if count:
            await context.progress(percent, name, dict(done))


async def _uploads(context: Context, done: Counter[str], before: datetime) -> None:
    """Mark, delete the files, delete the rows. Those on a disk that is away stay marked, for the next run."""
    after = FIRST
    while True:
        expired: Expired = await context.write(ExpireUploads(before, after, LIMIT))
        if not expired.ids:
            return
        after = expired.after
        away = await _delete_files(context, done, expired)
        gone = [upload_id for upload_id in expired.ids if upload_id not in away]
        done["uploads"] += await context.write(DropUploads(gone))
        done["uploads on a disk that is away"] += len(away)
        await context.progress(10, "uploads and their files", dict(done))


async def _delete_files(context: Context, done: Counter[str], expired: Expired) -> set[int]:
    """Gives the uploads some of whose files could not be reached."""
    files: defaultdict[str, list[PlacedFile]] = defaultdict(list)
    media: defaultdict[str, list[str]] = defaultdict(list)
    owners: defaultdict[str, set[int]] = defaultdict(set)
    for upload_id, volume, path, size, mtime_ns in expired.files:
        files[volume].append(PlacedFile(path, size, mtime_ns))
        owners[volume].add(upload_id)
    for upload_id, volume, name in expired.media:
        media[volume].append(name)
        owners[volume].add(upload_id)
    away: set[int] = set()
    for volume, uploads in owners.items():
        try:
            done["bytes"] += await context.storage.remove(volume, files[volume], media[volume])
        except UploadAway:
            away |= uploads
    return away


async def _scene_changes(context: Context, done: Counter[str], before: datetime) -> None:
    after = 0
    while True:
        await context.progress(65, "changes of views")
        async with reading(context.engine) as connection:
            rows = await retention.old_scene_changes(connection, before, after, LIMIT)
        if not rows:
            return
        after, gone = rows[-1]["id"], []
        for row in rows:
            names = [name for name in (row["file_path"], row["before_path"]) if name is not None]
            try:
                if row["volume"] is not None:
                    done["bytes"] += await context.storage.remove(row["volume"], [], names)
                gone.append(row["id"])
            except UploadAway:
                continue
        done["changes of views"] += await context.write(DropSceneChanges(gone))


def _old_exports(folder: Path, days: float) -> int:
    old = [path for path in folder.glob("*") if path.stat().st_mtime < time.time() - days * 86_400]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _before(ages: RetentionSettings, age: str, now: datetime) -> datetime:
    days: float = getattr(ages, age)
    return now - timedelta(days=days)
