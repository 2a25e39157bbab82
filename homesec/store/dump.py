"""All rows of a database as files, and back: the safety net under a migration.

A dump is a folder: one gzip'd file of PostgreSQL's COPY text for each table, and `manifest.json` with the revision of
the tables. PostgreSQL's own pg_dump refuses servers newer than itself, and an owner's server may well be newer than
the embedded one.
"""

import gzip
import json
import shutil
import zlib
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
        with connection.begin():
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            with _driver(connection).cursor() as cursor:
                _write(cursor, part, revision)
        part.rename(folder)
        whole = sorted(entry for entry in to.iterdir() if (entry / MANIFEST).is_file())
        for old in whole[:-KEEP]:
            shutil.rmtree(old)
    except OSError as error:
        raise MigrationFailed(f"the dump before the migration cannot be written to {to}: {error}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return folder


def manifest(folder: Path) -> dict[str, Any]:
    """What a dump holds: revision, rows of each table, place of each sequence. Raises MigrationFailed."""
    try:
        found: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError) as error:
        raise MigrationFailed(f"{folder} is not a dump: {error}") from error
    return found


def load(connection: Connection, folder: Path) -> None:
    """Fill empty tables of the dump's revision with its rows, all or none. Raises MigrationFailed."""
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
    except (OSError, EOFError, zlib.error, psycopg.DataError, psycopg.IntegrityError) as error:
        raise MigrationFailed(f"the dump {folder} cannot be read back: {error}") from error


def _write(cursor: psycopg.Cursor[Any], folder: Path, revision: str) -> None:
    tables: dict[str, Any] = {}
    for (name,) in cursor.execute(_TABLES).fetchall():
        columns = [row[0] for row in cursor.execute(_COLUMNS, [name]).fetchall()]
        with gzip.open(_file(folder, name), "wb", compresslevel=3) as file:
            with cursor.copy(_copy(name, columns, "TO STDOUT")) as copy:
                for block in copy:
                    file.write(block)
        tables[name] = {"columns": columns, "rows": cursor.rowcount}
    sequences: dict[str, Any] = {}
    for (name,) in cursor.execute(_SEQUENCES).fetchall():
        query = sql.SQL("SELECT last_value, is_called FROM {}").format(sql.Identifier(name))
        sequences[name] = cursor.execute(query).fetchone()
    facts = {"revision": revision, "tables": tables, "sequences": sequences}
    (folder / MANIFEST).write_text(json.dumps(facts, indent=1))


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
