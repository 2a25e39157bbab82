"""The owner's first key: a file of the data folder, and a link that works once."""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from homesec.api.credentials import digest, new_secret
from homesec.errors import HomesecError, Unavailable
from homesec.store.writer import Writer
from homesec.store.writes.access import By
from homesec.store.writes.keys import CreateToken, RegisterAdminKey
from homesec.store.writes.unit import Unit

TOKEN_LIFE = timedelta(minutes=10)
LOCK_S = 15.0  # PostgreSQL notices within this time that a killed writer is gone


def first_key(data_dir: Path, database_url: str) -> tuple[str, str]:
    """The key of `<data>/admin.key`, made when it is missing or revoked, and a new one-time token.

    The writer's own lock is taken for a moment, so this belongs before the start of the writer actor.
    """
    writer = Writer(database_url)
    try:
        key = _key_of(data_dir)
        key_id = _applied(writer, RegisterAdminKey(digest(key)))
        if key_id is None:  # it was revoked: it must never open anything again
            (data_dir / "admin.key").unlink()
            key = _key_of(data_dir)
            key_id = _applied(writer, RegisterAdminKey(digest(key)))
        token = new_secret()
        _applied(writer, CreateToken(key_id, digest(token), datetime.now(UTC) + TOKEN_LIFE, By("cli")))
        return key, token
    finally:
        writer.close()


def _key_of(data_dir: Path) -> str:
    path = data_dir / "admin.key"
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(new_secret() + "\n")
    return path.read_text().strip()


def _applied(writer: Writer, unit: Unit) -> Any:
    deadline = time.monotonic() + LOCK_S
    while True:
        try:
            [result], _ = writer.apply([unit])
        except Unavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
            continue
        if isinstance(result, HomesecError):
            raise result
        return result
