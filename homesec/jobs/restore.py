"""A backup put back into an empty system that does not run. First all of it is checked; then files, then rows.

The rows come last and in one transaction: what breaks off before leaves an empty system, and the same again goes on.
"""

import os
import secrets
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, text

from homesec.errors import HomesecError
from homesec.jobs.archive import FILES, ROOTS, TABLES, BackupBroken, FileLine, lines, manifest, verified
from homesec.media.local_storage import VOLUME_FILE
from homesec.people.erased import Erased, erase_again, noted
from homesec.store import migrate
from homesec.store.writes.access import audit
from homesec.store.writes.jobs import new_job_id

GAP = 1_000_000  # more messages than were ever sent between a backup and its restore
_OURS = ((ROOTS[0], VOLUME_FILE), (ROOTS[1], "last"))  # made by every start; the backup's own take their place

Say = Callable[[float, str], None]
"""Told the percent that are done, and what is done now."""


class NotEmpty(HomesecError):
    """A backup is only put back into an empty system."""


def restore(database_url: str, data_dir: Path, folder: Path, say: Say) -> dict[str, Any]:
    """Check the backup in `folder`, and put it back. Result: how much was in it.

    Raises BackupBroken naming what is broken, NotEmpty and MigrationFailed: then nothing was written. `migrate` brings
    the database on to this version's tables.
    """
    facts = manifest(folder)
    for share, step in verified(folder):
        say(50 * share, f"checking {step}")
    with migrate.connected(database_url) as connection:
        migrate.refuse_full(connection)
    for line in lines(folder):
        _refuse_other(data_dir, line)
    done = 0
    for line in lines(folder):
        _put_back(folder, data_dir, line)
        done += line.size
        say(50 + 40 * min(1.0, done / max(1, facts["bytes"])), "files")
    say(90, "tables")
    result = {"made_at": facts["created_at"], "files": facts["files"], "bytes": facts["bytes"]}
    erased = noted(folder.parent, data_dir / "backups")
    migrate.restore(database_url, folder / TABLES, lambda connection: after_restore(connection, result, erased))
    say(100, "done")
    return result


def after_restore(connection: Connection, result: dict[str, Any], erased: Sequence[Erased]) -> None:
    """What rows of the past must not do in the present; in their transaction."""
    connection.execute(_SKIP_NUMBERS, {"gap": GAP})
    connection.execute(_END_JOBS)
    erase_again(connection, erased)
    audit(connection, "cli", "restore", "system", None, result)
    connection.execute(_NOTE, {"id": new_job_id("restore"), "result": Jsonb(result)})


# Messages get numbers that nobody has seen, so that every reader begins anew (`system.reset`).
_SKIP_NUMBERS = text("UPDATE outbox_head SET seq = seq + :gap")
# Also the backup itself, which was under way in its own snapshot.
_END_JOBS = text(
    """
    UPDATE jobs SET status = 'failed', error = 'it was under way when the backup was made', completed_at = now(),
        lease_until = NULL
    WHERE status IN ('queued', 'running')
    """
)
_NOTE = text(
    """
    INSERT INTO jobs (id, job_type, status, progress, result, started_at, completed_at)
    VALUES (:id, 'restore', 'completed', 100, :result, now(), now())
    """
)


def _refuse_other(data_dir: Path, line: FileLine) -> None:
    """Raises NotEmpty for a file that stands where another one is to come."""
    target = data_dir.joinpath(*line.path)
    root = (data_dir / line.path[0]).resolve()
    if not target.parent.resolve().is_relative_to(root):
        raise BackupBroken(f"{'/'.join(line.path)} would lie outside: a folder on its way is a link")
    if os.path.lexists(target) and line.path[:2] not in _OURS and not _is_there(target, line):
        raise NotEmpty(f"{target} is in the way: a backup is only put back into an empty system")


def _is_there(target: Path, line: FileLine) -> bool:
    """Whether an earlier try brought it."""
    found = target.lstat()
    return (found.st_size, found.st_mtime_ns) == (line.size, line.mtime_ns) and not target.is_symlink()


def _put_back(folder: Path, data_dir: Path, line: FileLine) -> None:
    target = data_dir.joinpath(*line.path)
    if os.path.lexists(target) and _is_there(target, line):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        shutil.copyfile(folder.joinpath(FILES, *line.path), part, follow_symlinks=False)
        os.utime(part, ns=(line.mtime_ns, line.mtime_ns))
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise HomesecError(f"{target} cannot be written: {error.strerror}") from error
