"""A backup: one folder with all rows as they were at one moment, all files of the cameras, and the hashes of both.

    manifest.json      what it is, and the hashes of the two lists below
    tables/            a dump (homesec.store.dump) with its own manifest
    files.jsonl        one line a file: path, size, time, sha256
    files/cameras/...  the uploads
    files/media/...    the pictures made of them

The folder is named `<time>.part` until all of it was read back and is right. Settings, keys and models are not in it.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from homesec.errors import HomesecError, Unavailable
from homesec.jobs.archive import FILES, FORMAT, LIST, MANIFEST, ROOTS, TABLES, FileLine, lines, sha256_of, verified
from homesec.jobs.context import Context, Superseded
from homesec.media.local_storage import VOLUME_FILE
from homesec.store.dump import write
from homesec.store.migrate import connected, head
from homesec.threads import stepwise, to_the_end

SPARE_BYTES = 2**30  # are to be free when the backup is done: a full disk loses uploads
_BLOCK = 2**20  # bytes
_AT_ONCE = 64  # files of one turn of a thread
_AT_ONCE_BYTES = 64 * 2**20


class NoRoom(HomesecError):
    """The disk has no room for the backup."""


async def backup(context: Context) -> dict[str, Any]:
    """Write and check a backup below `<data>/backups`. Result: its folder, and how much is in it.

    A failed or cancelled one leaves nothing behind; an interrupted one goes on with the file after the last one.
    """
    home = context.settings.backups_dir
    name = context.checkpoint.get("folder") or f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
    folder, part = home / name, home / f"{name}.part"
    if folder.exists():  # all was done, and only the end was not written
        return await _result(folder)
    try:
        await to_the_end(_clear, home, part)
        if not context.checkpoint.get("tables"):
            await context.progress(0, "tables", {"folder": name})
            await _tables(context, part)
            await context.progress(20, "files", {"folder": name, "tables": True})
        await _files(context, part)
        await to_the_end(_close, part)
        async for share, step in stepwise(verified(part)):
            await context.progress(70 + 29 * share, f"checking {step}")
        await to_the_end(part.rename, folder)
    except (Superseded, Unavailable):
        raise
    except (HomesecError, OSError) as error:
        await to_the_end(shutil.rmtree, part, True)
        if isinstance(error, OSError):
            raise HomesecError(f"the backup cannot be written: {error.strerror}") from error
        raise
    return await _result(folder)


def _clear(home: Path, part: Path) -> None:
    """Make the folder, for this user alone; what an earlier backup left half-done goes."""
    home.mkdir(mode=0o700, exist_ok=True)
    for other in home.glob("*.part"):
        if other != part:
            shutil.rmtree(other)
    part.mkdir(mode=0o700, exist_ok=True)


async def _tables(context: Context, part: Path) -> None:
    """All rows, in one snapshot: it ends with this process, so an interrupted dump begins anew."""
    folder = part / TABLES
    await to_the_end(shutil.rmtree, folder, True)
    folder.mkdir()
    with ExitStack() as stack:
        url = context.engine.url.render_as_string(hide_password=False)
        connection = await to_the_end(stack.enter_context, connected(url))
        tables = write(connection, folder, head())
        stack.callback(tables.close)
        try:
            async for name, share in stepwise(tables):
                await context.progress(20 * share, f"table {name}")
        except psycopg.OperationalError as error:
            raise Unavailable("PostgreSQL closed the connection") from error


async def _files(context: Context, part: Path) -> None:
    """Copy what is not in the list yet. One that vanishes meanwhile is left out; its row says where it was."""
    done, last = await to_the_end(_resume, part)
    total = await to_the_end(lambda: sum(found.stat().st_size for _, found in _walk(context.settings.data_dir)))
    free = shutil.disk_usage(part).free
    if total - done + SPARE_BYTES > free:
        raise NoRoom(f"the backup needs {(total - done) / 2**30:.1f} GB more and {free / 2**30:.1f} GB are free")
    walk = _walk(context.settings.data_dir, last)
    while (copied := await to_the_end(_copy_some, walk, part)) is not None:
        done += copied
        await context.progress(20 + 50 * min(1.0, done / max(1, total)), "files")


def _resume(part: Path) -> tuple[int, tuple[str, ...]]:
    """How many bytes the list knows, and its last path; a line that was not finished goes."""
    done = 0
    last: tuple[str, ...] = ()
    with (part / LIST).open("a+b") as file:
        file.seek(0)
        whole = 0
        for line in file:
            if not line.endswith(b"\n"):
                break
            known = FileLine.read(line)
            done, last, whole = done + known.size, known.path, whole + len(line)
        file.truncate(whole)
    return done, last


def _walk(data_dir: Path, after: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], os.DirEntry[str]]]:
    """All regular files of the cameras and the media in the order of their paths, from one path on."""
    for root in ROOTS:
        if (root,) >= after[:1]:
            yield from _below(data_dir / root, (root,), after)


def _below(
    folder: Path, place: tuple[str, ...], after: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], os.DirEntry[str]]]:
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    for entry in entries:
        path = (*place, entry.name)
        if path < after[: len(path)] or (entry.name.startswith(".") and path != (ROOTS[0], VOLUME_FILE)):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _below(folder / entry.name, path, after)
        elif entry.is_file(follow_symlinks=False) and path > after:
            yield path, entry


def _copy_some(walk: Iterator[tuple[tuple[str, ...], os.DirEntry[str]]], part: Path) -> int | None:
    """Copy the next files, then write their lines. Gives their bytes; None when there are no more."""
    copied: list[FileLine] = []
    size = 0
    for path, entry in walk:
        try:
            copied.append(_copied(path, Path(entry.path), part / FILES))
        except FileNotFoundError:
            continue
        size += copied[-1].size
        if len(copied) >= _AT_ONCE or size >= _AT_ONCE_BYTES:
            break
    with (part / LIST).open("ab") as file:
        file.writelines(line.written() for line in copied)
    return size if copied else None


def _copied(path: tuple[str, ...], source: Path, root: Path) -> FileLine:
    """Copy one file, with its time; what is hashed is what was copied."""
    target = root.joinpath(*path)
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as file, target.open("wb") as copy:
        mtime_ns = os.fstat(file.fileno()).st_mtime_ns
        while block := file.read(_BLOCK):
            digest.update(block)
            copy.write(block)
            size += len(block)
    os.utime(target, ns=(mtime_ns, mtime_ns))
    return FileLine(path, size, mtime_ns, digest.hexdigest())


def _close(part: Path) -> None:
    """The manifest, and all of it on the disk."""
    known = list(lines(part))
    facts = {
        "format": FORMAT,
        "created_at": datetime.now(UTC).isoformat(),
        "tables_sha256": sha256_of(part / TABLES / MANIFEST),
        "files_sha256": sha256_of(part / LIST),
        "files": len(known),
        "bytes": sum(line.size for line in known),
    }
    (part / MANIFEST).write_text(json.dumps(facts, indent=1))
    os.sync()


async def _result(folder: Path) -> dict[str, Any]:
    facts = json.loads(await to_the_end((folder / MANIFEST).read_text))
    tables = json.loads(await to_the_end((folder / TABLES / MANIFEST).read_text))["tables"]
    rows = sum(table["rows"] for table in tables.values())
    return {
        "folder": f"backups/{folder.name}", "tables": len(tables), "rows": rows,
        "files": facts["files"], "bytes": facts["bytes"],
    }  # fmt: skip
