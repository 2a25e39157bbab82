"""Which files the database knows already, in just the state in which they lie there."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from homesec.ingest import FoundFile
from homesec.store.sessions import database_errors
from homesec.watch.scan import fingerprint

PAGE = 5000  # paths asked for in one query

# A file that was refused unread is not known: it may have become readable without any change that a scan sees.
_KNOWN = text(
    """
    SELECT known.path, known.size, known.mtime_ns
    FROM upload_paths known JOIN uploads ON uploads.id = known.upload_id
    WHERE known.volume = :volume AND known.path = ANY(:paths) AND uploads.sha256 IS NOT NULL
    """
)


async def registered(engine: AsyncEngine, volume: str, files: Sequence[FoundFile]) -> set[int]:
    """Fingerprints of files at these paths as they were registered. Raises Unavailable."""
    known: set[int] = set()
    with database_errors():
        async with engine.connect() as connection:
            for start in range(0, len(files), PAGE):
                paths = [file.path for file in files[start : start + PAGE]]
                rows = await connection.execute(_KNOWN, {"volume": volume, "paths": paths})
                known.update(fingerprint(bytes(row.path), row.size, row.mtime_ns) for row in rows)
    return known
