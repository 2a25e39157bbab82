"""Who was erased, kept beside the backups: a backup made before an erasure cannot know of it, and a restore must.

Ids, times and hashes of vectors only. Who copies backups to another machine copies this file with them.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, text

from homesec.store.writes.jobs import queue_job

FILE = "erasures.jsonl"
_IS_THERE = text("SELECT to_regclass('erasures') IS NOT NULL")
_ADD = text(
    """
    INSERT INTO erasures (person_id, person_created_at, hashes) VALUES (:person_id, :created_at, :hashes)
    ON CONFLICT (person_id, person_created_at) DO UPDATE SET hashes = erasures.hashes || excluded.hashes
    """
)


@dataclass(frozen=True)
class Erased:
    """A person who is gone."""

    person_id: int
    created_at: datetime
    """With the id it tells a person from a later one."""
    hashes: tuple[bytes, ...]

    def to_line(self) -> str:
        words = [one.hex() for one in self.hashes]
        return json.dumps({"person_id": self.person_id, "created_at": self.created_at.isoformat(), "hashes": words})

    @classmethod
    def from_line(cls, line: str) -> "Erased":
        found = json.loads(line)
        hashes = tuple(bytes.fromhex(word) for word in found["hashes"])
        return cls(int(found["person_id"]), datetime.fromisoformat(found["created_at"]), hashes)


def note(folder: Path, one: Erased) -> None:
    """Add a line that is on the disk when this returns. The same person again does no harm."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / FILE).open("a", encoding="ascii") as file:
        file.write(one.to_line() + "\n")
        file.flush()
        os.fsync(file.fileno())


def noted(*folders: Path) -> list[Erased]:
    """All that are noted in these folders; a line that a power failure cut is of an erasure that goes on."""
    found = []
    for folder in dict.fromkeys(folders):
        path = folder / FILE
        for line in path.read_text(encoding="ascii").splitlines(keepends=True) if path.is_file() else ():
            if line.endswith("\n"):
                found.append(Erased.from_line(line))
    return found


def erase_again(connection: Connection, people: Sequence[Erased]) -> None:
    """Ask that whoever of them a restore brought back is erased again, when homesec starts next."""
    if not people or not connection.scalar(_IS_THERE):
        return
    for one in people:
        values = {"person_id": one.person_id, "created_at": one.created_at, "hashes": list(one.hashes)}
        connection.execute(_ADD, values)
    queue_job(connection, "erase", {})
