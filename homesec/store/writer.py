"""The one place where rows are written: units in, one commit for many, dense message numbers out.

Synchronous and for one thread; the writer actor owns one. A session-level advisory lock on its only connection makes a
second writer impossible, also while a network or a node is split.
"""

import contextlib
import logging
from collections.abc import Callable, Sequence
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError

from homesec.errors import HomesecError, InvalidInput, Unavailable
from homesec.store.sessions import below, database_errors, sync_engine
from homesec.store.writes.unit import Message, Outcome, Unit

LOCK_KEY = 0x686F6D65_73656377  # "homesecw"; any constant, the same for every writer of a database
_LOCK = text("SELECT pg_try_advisory_lock(:key)")
_UNLOCK = text("SELECT pg_advisory_unlock(:key)")
_PUBLISH = """
    WITH head AS (UPDATE outbox_head SET seq = seq + %(n)s WHERE id = 1 RETURNING seq),
         lines AS (
             SELECT line ->> 0 AS topic, line ->> 1 AS type, line -> 2 AS payload, place
             FROM jsonb_array_elements(%(lines)s) WITH ORDINALITY AS every(line, place)),
         added AS (
             INSERT INTO outbox (seq, topic, type, payload)
             SELECT head.seq - %(n)s + lines.place, lines.topic, lines.type, lines.payload FROM head, lines)
    SELECT seq FROM head
"""

log = logging.getLogger(__name__)

Way = Callable[[Connection, Unit], Outcome | HomesecError]
"""How one unit is applied."""


class WriteRefused(InvalidInput):
    """The database refused the row."""


class Writer:
    """Applies units on one connection. After Unavailable nothing is known to be committed: send it again."""

    def __init__(self, url: str) -> None:
        self._engine = sync_engine(url, "writer", pool=1)
        self._connection: Connection | None = None

    def close(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(DBAPIError):  # a server sees a closed connection late, and the next writer waits
                self._connection.execute(_UNLOCK, {"key": LOCK_KEY})
                self._connection.commit()
        self._drop()
        self._engine.dispose()

    def apply(self, units: Sequence[Unit]) -> tuple[list[Any], int | None]:
        """Commit all units together. Gives each unit's result, or its error as a value, and the newest message number.

        Raises Unavailable when the database is away or another writer holds the lock; then no unit is applied, or all
        of them are (a lost answer to the commit): units are idempotent, so the caller repeats them.
        """
        try:
            with database_errors():
                connection = self._locked()
                try:
                    return _committed(connection, units, _plainly)
                except Exception as error:
                    if _is_the_servers(error) or connection.invalidated:
                        raise
                return _committed(connection, units, _in_savepoints)  # one of them is refused: the others stand
        except BaseException:
            self._drop()
            raise

    def _locked(self) -> Connection:
        if self._connection is None:
            connection = self._engine.connect()
            try:
                held = connection.scalar(_LOCK, {"key": LOCK_KEY})
                connection.commit()
            except BaseException:
                connection.invalidate()
                connection.close()
                raise
            if not held:
                connection.close()
                raise Unavailable("another writer still holds the database")
            self._connection = connection
        return self._connection

    def _drop(self) -> None:
        """Forget the connection, and with it the lock."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.invalidate()
            connection.close()


def _committed(connection: Connection, units: Sequence[Unit], way: Way) -> tuple[list[Any], int | None]:
    with connection.begin():
        results, messages = _all(connection, units, way)
        return results, _publish_and_commit(connection, messages)


def _all(connection: Connection, units: Sequence[Unit], way: Way) -> tuple[list[Any], list[Message]]:
    """Apply all units: their results or errors, and all messages. Units of a kind that can be are applied together."""
    kinds: dict[type, list[int]] = {}
    for place, unit in enumerate(units):
        kinds.setdefault(type(unit), []).append(place)
    results: list[Any] = [None] * len(units)
    messages: list[Message] = []
    for kind, places in kinds.items():
        together: Any = getattr(kind, "together", None)
        if together is not None and len(places) > 1:
            outcome = way(connection, together([units[place] for place in places]))
            found = outcome.result if isinstance(outcome, Outcome) else [outcome] * len(places)
            messages += outcome.messages if isinstance(outcome, Outcome) else ()
        else:
            outcomes = [way(connection, units[place]) for place in places]
            found = [item.result if isinstance(item, Outcome) else item for item in outcomes]
            messages += [line for item in outcomes if isinstance(item, Outcome) for line in item.messages]
        for place, result in zip(places, found, strict=True):
            results[place] = result
    return results, messages


def _plainly(connection: Connection, unit: Unit) -> Outcome:
    """Apply one unit; any error ends the whole transaction. Nearly all succeed, and a savepoint costs a millisecond."""
    return unit.apply(connection)


def _in_savepoints(connection: Connection, unit: Unit) -> Outcome | HomesecError:
    """Apply one unit in a savepoint. A refused unit of several parts is tried part by part."""
    try:
        with connection.begin_nested():
            return unit.apply(connection)
    except HomesecError as error:
        return error
    except SQLAlchemyError as error:
        if _is_the_servers(error) or connection.invalidated:
            raise
        parts: list[Unit] = getattr(unit, "split", list)()
        if len(parts) > 1:
            outcomes = [_in_savepoints(connection, part) for part in parts]
            good = [outcome for outcome in outcomes if isinstance(outcome, Outcome)]
            return Outcome(
                [item.result if isinstance(item, Outcome) else item for item in outcomes],
                [line for outcome in good for line in outcome.messages],
            )
        log.warning("a write was refused", extra={"unit": type(unit).__name__, "reason": str(error).partition("\n")[0]})
        return WriteRefused(str(getattr(error, "orig", error)).partition("\n")[0])
    except Exception as error:  # a mistake in one unit must not stop all others: they would repeat for ever
        log.exception("a unit failed", extra={"unit": type(unit).__name__})
        return WriteRefused(f"{type(unit).__name__} failed: {type(error).__name__}")


def _is_the_servers(error: Exception) -> bool:
    """Whether it is the server's trouble (away, disk full, out of memory) and no row's.

    Class 54, what is too large for an index or a page, comes as an OperationalError too: that is the row's.
    """
    if not isinstance(error, DBAPIError):
        return False
    too_large = (getattr(error.orig, "sqlstate", None) or "").startswith("54")
    return error.connection_invalidated or (isinstance(error, OperationalError | InterfaceError) and not too_large)


def _publish_and_commit(connection: Connection, messages: Sequence[Message]) -> int | None:
    """Number the messages and commit, in one round trip: nothing comes between, so numbers are in commit order."""
    if not messages:
        return None
    values = {"n": len(messages), "lines": Jsonb([(line.topic, line.type, line.payload) for line in messages])}
    with below(connection) as driver, driver.cursor() as cursor:
        with driver.pipeline():
            cursor.execute(_PUBLISH, values)
            driver.execute("COMMIT")
        [(seq,)] = cursor.fetchall()
    return int(seq)
