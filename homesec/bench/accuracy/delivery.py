"""Pictures of the household into the camera folders of a running system, no faster than it looks at them."""

import time
from collections.abc import Iterable
from pathlib import Path

import psycopg

from homesec.bench.accuracy.expected import Expected
from homesec.errors import HomesecError

WAITING = 32  # pictures on their way at once: enough for full batches, few enough that delays mean something
PATIENCE_S = 120.0  # without progress for so long the system is stuck
POLL_S = 0.05
_UNJUDGED = "SELECT count(*) FROM batches WHERE eventful AND analysed_revision < revision"


class Delivery:
    """Files into `<data>/cameras/<camera>/`, whole at once by a rename."""

    def __init__(self, data_dir: Path, database: psycopg.Connection) -> None:
        """`database` is in autocommit."""
        self._cameras, self._database = data_dir / "cameras", database
        self._staged = data_dir / "staged.jpg"
        self._sent = 0

    def send(self, pictures: Iterable[tuple[Expected, bytes]]) -> None:
        """Raises HomesecError when the system does not get on."""
        for expected, data in pictures:
            self._wait(self._sent - WAITING + 1)
            place = self._cameras / expected.shot.path
            place.parent.mkdir(parents=True, exist_ok=True)
            self._staged.write_bytes(data)
            self._staged.rename(place)
            self._sent += 1

    def end(self) -> None:
        """Wait until everything is done that can be. Raises HomesecError."""
        self._wait(self._sent)
        began = time.monotonic()
        while self._count(_UNJUDGED):
            if time.monotonic() - began > PATIENCE_S:
                raise HomesecError("the batches of the bench are not judged")
            time.sleep(POLL_S)

    def _wait(self, least: int) -> None:
        """Until so many pictures have come to an end, good or bad."""
        last, since = -1, time.monotonic()
        while (ended := self._count("SELECT count(*) FROM uploads WHERE state NOT IN ('pending', 'detected')")) < least:
            if ended > last:
                last, since = ended, time.monotonic()
            elif time.monotonic() - since > PATIENCE_S:
                raise HomesecError(f"of {self._sent} pictures the system has looked at {ended}, and gets no further")
            time.sleep(POLL_S)

    def _count(self, query: str) -> int:
        [(number,)] = self._database.execute(query.encode()).fetchall()
        return int(number)
