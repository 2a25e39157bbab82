"""The second lane of the writer: what may be lost, logs and readings of GPUs, on a connection beside its commits.

It holds no lock and sends no messages, never repeats, and says nothing: what it logged would be written by itself.
"""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from homesec.store.sessions import database_errors, sync_engine
from homesec.store.writes.unit import Unit

# a commit waits for no disk, and a statement that hangs is given up
_QUICKLY = text("SELECT set_config('synchronous_commit', 'off', true), set_config('statement_timeout', '5s', true)")


class Lane:
    """For one thread."""

    def __init__(self, url: str) -> None:
        self._engine = sync_engine(url, "lane", pool=1)

    def apply(self, units: Sequence[Unit]) -> int:
        """Commit those that can be; gives how many were refused. Raises Unavailable: then none is written."""
        refused = 0
        with database_errors(), self._engine.begin() as connection:
            connection.execute(_QUICKLY)
            for unit in units:
                try:
                    with connection.begin_nested():
                        unit.apply(connection)
                except SQLAlchemyError:
                    if connection.invalidated:
                        raise
                    refused += 1
        return refused

    def close(self) -> None:
        self._engine.dispose()
