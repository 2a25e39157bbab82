"""All rows of a database as files, and back: the safety net under a migration.

A dump is a folder: one gzip'd file of PostgreSQL's COPY text for each table, and `manifest.json` with the revision of
the tables. PostgreSQL's own pg_dump refuses servers newer than itself, and an owner's server may well be newer than
the embedded one.
"""

import errno
import gzip
import hashlib
import json
import shutil
import zlib
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Connection, text

from homesec.errors import MigrationFailed

MANIFEST = "manifest.json"
KEEP = 3  # older dumps beside a new one go: they hold what the owner may have erased since
_BLOCK = 2**20  # bytes
_OURS = "relnamespace = current_schema()::regnamespace AND relname <> 'alembic_version'"
_TABLES = f"SELECT relname FROM pg_class WHERE relkind = 'r' AND {_OURS} ORDER BY relname"
_SEQUENCES = f"SELECT relname FROM pg_class WHERE relkind = 'S' AND {_OURS} ORDER BY relname"
_COLUMNS = """
    SELECT attname FROM pg_attribute
    WHERE attrelid = to_regclass(quote_ident(%s)) AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
    ORDER BY attnum
"""
_PARENTS = """
    SELECT child.relname, parent.relname
    FROM pg_constraint AS key
    JOIN pg_class AS child ON child.oid = key.conrelid
    JOIN pg_class AS parent ON parent.oid = key.confrelid
    WHERE key.contype = 'f' AND NOT key.condeferrable AND child.oid <> parent.oid
        AND key.connamespace = current_schema()::regnamespace
"""


def has_data(connection: Connection) -> bool:
    """Whether any table holds a row that a migration did not put there."""
    with connection.begin():
        names = set(connection.scalars(text(_TABLES))) - {"outbox_head", "alert_rules"}
        return any(connection.scalar(text(f'SELECT EXISTS (SELECT 1 FROM "{name}")')) for name in sorted(names))


def dump(connection: Connection, to: Path, revision: str) -> Path:
    """Write all rows as they are at one moment into a new folder below `to`, which only this user may read.

    A folder is there whole or not at all. Raises MigrationFailed when the disk does not take it.
    """
    folder = to / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{revision}"
    part = folder.with_name(folder.name + ".part")
    try:
        part.mkdir(mode=0o700, parents=True)
        for _ in write(connection, part, revision):
            pass
        part.rename(folder)
        whole = sorted(entry for entry in to.iterdir() if (entry / MANIFEST).is_file())
        for old in whole[:-KEEP]:
            shutil.rmtree(old)
    except OSError as error:
        raise MigrationFailed(f"the dump before the migration cannot be written to {to}: {error}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return folder


def write(connection: Connection, folder: Path, revision: str) -> Generator[tuple[str, float], None, None]:
    """Write all rows as they are at one moment into this folder, the manifest last. Raises OSError.

    Yields each table before it is written, and the share of tables that are done. The snapshot ends with the iterator.
    """
    tables: dict[str, Any] = {}
    sequences: dict[str, Any] = {}
    with connection.begin():
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        with _driver(connection).cursor() as cursor:
            names = [name for (name,) in cursor.execute(_TABLES).fetchall()]
            for (name,) in cursor.execute(_SEQUENCES).fetchall():
                query = sql.SQL("SELECT last_value, is_called FROM {}").format(sql.Identifier(name))
                sequences[name] = cursor.execute(query).fetchone()
            for number, name in enumerate(names):
                yield name, number / len(names)
                tables[name] = _write_table(cursor, folder, name)
    facts = {"revision": revision, "tables": tables, "sequences": sequences}
    (folder / MANIFEST).write_text(json.dumps(facts, indent=1))


def check(folder: Path) -> dict[str, Any]:
    """The manifest of a dump whose files are all as they were written. Raises MigrationFailed naming the broken one."""
    facts = manifest(folder)
    try:
        known = {str(name): (str(table["sha256"]), int(table["rows"])) for name, table in facts["tables"].items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MigrationFailed(f"{folder / MANIFEST} is broken: it does not tell its tables") from error
    for name, (sha256, _) in known.items():
        path = _file(folder, name)
        try:
            if not name.isidentifier():
                raise FileNotFoundError(errno.ENOENT, "no table has such a name")
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise MigrationFailed(f"{path} cannot be read: {error.strerror}") from error
        if found != sha256:
            raise MigrationFailed(f"{path} is broken: its bytes are not those that were written")
    return facts


def manifest(folder: Path) -> dict[str, Any]:
    """What a dump holds: revision, rows of each table, place of each sequence. Raises MigrationFailed."""
    try:
        found: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError) as error:
        raise MigrationFailed(f"{folder} is not a dump: {error}") from error
    return found


def load(connection: Connection, folder: Path, after: Callable[[Connection], None] | None = None) -> None:
    """Fill empty tables of the dump's revision with its rows, all or none. Raises MigrationFailed.

    `after` belongs to the same transaction.
    """
    facts = manifest(folder)
    names = list(facts["tables"])
    try:
        with connection.begin(), _driver(connection).cursor() as cursor:
            cursor.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(sql.Identifier, names))))
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            for name in _parents_first(cursor, names):
                _read_table(cursor, folder, name, facts["tables"][name])
            for name, (last, is_called) in facts["sequences"].items():
                cursor.execute("SELECT setval(quote_ident(%s)::regclass, %s, %s)", [name, last, is_called])
            if after is not None:
                after(connection)
    except (OSError, EOFError, zlib.error, psycopg.DataError, psycopg.IntegrityError) as error:
        raise MigrationFailed(f"the dump {folder} cannot be read back: {error}") from error


def _write_table(cursor: psycopg.Cursor[Any], folder: Path, name: str) -> dict[str, Any]:
    columns = [row[0] for row in cursor.execute(_COLUMNS, [name]).fetchall()]
    path = _file(folder, name)
    with gzip.open(path, "wb", compresslevel=3) as file:
        with cursor.copy(_copy(name, columns, "TO STDOUT")) as copy:
            for block in copy:
                file.write(block)
    rows = cursor.rowcount
    with path.open("rb") as written:
        digest = hashlib.file_digest(written, "sha256").hexdigest()
    return {"columns": columns, "rows": rows, "sha256": digest}


def _read_table(cursor: psycopg.Cursor[Any], folder: Path, name: str, facts: dict[str, Any]) -> None:
    with gzip.open(_file(folder, name), "rb") as file:
        with cursor.copy(_copy(name, facts["columns"], "FROM STDIN")) as copy:
            while block := file.read(_BLOCK):
                copy.write(block)
    if cursor.rowcount != facts["rows"]:
        raise MigrationFailed(f"{_file(folder, name)} holds {cursor.rowcount} rows instead of {facts['rows']}")


def _parents_first(cursor: psycopg.Cursor[Any], names: list[str]) -> list[str]:
    """The tables in an order in which a row always finds what it points to; deferrable keys do not count."""
    order: TopologicalSorter[str] = TopologicalSorter({name: set() for name in names})
    for child, parent in cursor.execute(_PARENTS).fetchall():
        order.add(child, parent)
    return [name for name in order.static_order() if name in names]


def _copy(name: str, columns: list[str], direction: str) -> sql.Composed:
    fields = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("COPY {} ({}) {}").format(sql.Identifier(name), fields, sql.SQL(direction))


def _file(folder: Path, table: str) -> Path:
    return folder / f"{table}.copy.gz"


def _driver(connection: Connection) -> psycopg.Connection[Any]:
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    return driver
