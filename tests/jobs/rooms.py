"""What stands in a home that is backed up."""

import os
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

from homesec.jobs.registry import KINDS
from homesec.store.sessions import driver_url
from tests.jobs.home import Home
from tests.store.rows import fill
from tests.store.test_dump import contents

ODD = os.fsdecode(b"cameras/Front Door/\xff.jpg")
BACKUP = {"backup": KINDS["backup"]}


def filled(url: str) -> dict[str, list[Any]]:
    """All rows of a database, after a row was put into every table."""
    engine = create_engine(driver_url(url))
    with engine.begin() as connection:
        fill(connection)
    engine.dispose()
    return contents(url)


def furnish(data_dir: Path, count: int = 3) -> None:
    """Put files there, one of them with a name that is no text."""
    for number in range(count):
        path = data_dir / f"media/thumbs/{number % 2}/{number}_0.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(50))
    odd = data_dir / ODD
    odd.parent.mkdir(parents=True, exist_ok=True)
    odd.write_bytes(b"picture")
    os.utime(odd, ns=(5, 5))


def files(data_dir: Path) -> dict[str, tuple[bytes, int]]:
    """Bytes and time of every file of the cameras and the media."""
    return {
        str(path.relative_to(data_dir)): (path.read_bytes(), path.stat().st_mtime_ns)
        for root in ("cameras", "media")
        for path in (data_dir / root).rglob("*")
        if path.is_file()
    }


async def backed_up(place: Home) -> Path:
    job_id = await place.ask("backup")
    await place.runner(BACKUP).round()
    job = await place.job(job_id)
    assert job["status"] == "completed", job["error"]
    return Path(place.settings.data_dir / job["result"]["folder"])
