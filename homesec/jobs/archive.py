"""The form of a backup's folder, and whether one is whole. Everything in it is hostile until it was checked."""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from homesec.errors import HomesecError
from homesec.store import dump

FORMAT = 1
MANIFEST = dump.MANIFEST
TABLES, FILES, LIST = "tables", "files", "files.jsonl"
ROOTS = ("cameras", "media")  # folders of the data folder that are in it, in the order of the list
_MOST_LINE = 64 * 2**10  # bytes; the longest path has 4096


class BackupBroken(HomesecError):
    """The backup is not as it was written."""


@dataclass(frozen=True)
class FileLine:
    """One file of a backup."""

    path: tuple[str, ...]
    """Its parts below the data folder; the first is one of `ROOTS`."""
    size: int
    mtime_ns: int
    sha256: str

    @classmethod
    def read(cls, line: bytes) -> "FileLine":
        """Raises BackupBroken for what is no line, or would lie anywhere else."""
        try:
            path, size, mtime_ns, sha256 = json.loads(line)
            parts = tuple(str(path).split("/"))
            found = cls(parts, int(size), int(mtime_ns), str(sha256))
        except (ValueError, TypeError) as error:
            raise BackupBroken(f"{LIST} is broken: {line[:80]!r}") from error
        if parts[0] not in ROOTS or len(parts) < 2 or any(part in ("", ".", "..") or "\0" in part for part in parts):
            raise BackupBroken(f"{LIST} names a file that would lie outside: {str(path)[:200]!r}")
        return found

    def written(self) -> bytes:
        return json.dumps(["/".join(self.path), self.size, self.mtime_ns, self.sha256]).encode() + b"\n"


def lines(folder: Path) -> Iterator[FileLine]:
    """The files that a backup names. Raises BackupBroken."""
    with (folder / LIST).open("rb") as file:
        while line := file.readline(_MOST_LINE):
            yield FileLine.read(line)


def verified(folder: Path) -> Iterator[tuple[float, str]]:
    """Read all of it back; yields the share that is done, and what is read. Raises BackupBroken naming the file."""
    facts = manifest(folder)
    for name, known in ((f"{TABLES}/{MANIFEST}", facts["tables_sha256"]), (LIST, facts["files_sha256"])):
        _compare(folder, name, known)
    yield 0.0, "tables"
    try:
        dump.check(folder / TABLES)
    except HomesecError as error:
        raise BackupBroken(str(error)) from error
    done = 0
    last: tuple[str, ...] = ()
    for line in lines(folder):
        if line.path <= last:
            raise BackupBroken(f"{LIST} is broken: {'/'.join(line.path)} stands in the wrong place")
        _compare(folder, "/".join((FILES, *line.path)), line.sha256)
        done, last = done + line.size, line.path
        yield min(1.0, done / max(1, facts["bytes"])), "files"


def manifest(folder: Path) -> dict[str, Any]:
    """What the backup says of itself. Raises BackupBroken."""
    try:
        facts = json.loads((folder / MANIFEST).read_bytes())
        known = {name: facts[name] for name in ("tables_sha256", "files_sha256", "created_at")}
        known |= {name: int(facts[name]) for name in ("format", "files", "bytes")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupBroken(f"{folder} is no backup: {MANIFEST} is missing or broken") from error
    if known["format"] != FORMAT:
        raise BackupBroken(f"{folder} was made by another version of homesec (format {known['format']})")
    return known


def sha256_of(path: Path) -> str:
    """Of a file that is no link. Raises OSError."""
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _compare(folder: Path, name: str, known: str) -> None:
    try:
        found = sha256_of(folder / name)
    except OSError as error:
        raise BackupBroken(f"{name} cannot be read: {error.strerror}") from error
    if found != known:
        raise BackupBroken(f"{name} is broken: its bytes are not those that were written")
