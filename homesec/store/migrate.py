"""Brings a database to the tables of this version: Alembic's scripts in `migrations/`, under a lock, after a dump.

A migration is one transaction, so a failure leaves the database as it was. How a new script is made stands in
`docs/data-model.md`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from homesec.errors import MigrationFailed
from homesec.store import tables  # noqa: F401  (fills the metadata)
from homesec.store.base import Base
from homesec.store.dump import dump, has_data, load, manifest
from homesec.store.sessions import database_errors, driver_url
from homesec.store.writer import LOCK_KEY as WRITER_LOCK

SCRIPTS = Path(__file__).resolve().parents[2] / "migrations"  # beside the package, in the checkout that is installed
OLDEST_SERVER = 15  # NULLS NOT DISTINCT
OLDEST_VECTOR = (0, 5)  # HNSW
_LOCK = 0x686F6D65_7365636D  # "homesecm"; any constant, the same for every migration of a database
_OWNERS = ("cameras", "known_persons", "registered_vehicles")  # all that anyone wants back hangs on a row of these
_HNSW = "hnsw_"  # indexes of one model's vectors, made when the model is registered, are no part of the metadata


def migrate(url: str, dumps: Path | None = None) -> Path | None:
    """Bring the database to the newest revision. One that is there is left alone; a second call waits for the first.

    A database that holds data is dumped first, into a new folder below `dumps` (None: no dump), whose path is returned.
    Raises MigrationFailed, in words, when this database cannot be migrated, and Unavailable.
    """
    with connected(url) as connection:
        _lock(connection, _LOCK, wait="10min", otherwise="another migration of this database does not end")
        revision = _revision(connection)
        _refuse_unknown(revision)
        if revision == head():
            return None
        _refuse_unfit(connection)
        if revision is None:
            _refuse_foreign(connection)
        _lock(connection, WRITER_LOCK, wait="15s", otherwise="homesec runs on this database: end it first")
        saved = dump(connection, dumps, revision) if dumps and revision and has_data(connection) else None
        upgrade(connection)
        return saved


def current(url: str) -> str | None:
    """The database's revision; None when it has none of our tables."""
    with connected(url) as connection:
        return _revision(connection)


def needs_migration(url: str) -> bool:
    """Whether `migrate` would change the database. Raises MigrationFailed when a newer version did already."""
    revision = current(url)
    _refuse_unknown(revision)
    return revision != head()


def restore(url: str, folder: Path, after: Callable[[Connection], None] | None = None) -> None:
    """Fill an empty database with the dump in `folder`, at the dump's own revision; `migrate` goes on from there.

    Empty is also one in which no camera, person or vehicle was ever known. `after` belongs to the transaction of the
    rows. Raises MigrationFailed, and Unavailable.
    """
    facts = manifest(folder)
    with connected(url) as connection:
        _lock(connection, _LOCK, wait="10min", otherwise="another migration of this database does not end")
        _lock(connection, WRITER_LOCK, wait="15s", otherwise="homesec runs on this database: end it first")
        _refuse_unknown(facts["revision"])
        _refuse_unfit(connection)
        if _revision(connection) is None:
            _refuse_foreign(connection)
        else:
            refuse_full(connection)
            with connection.begin():
                command.downgrade(_config_for(connection), "base")
        upgrade(connection, facts["revision"])
        load(connection, folder, after)


def refuse_full(connection: Connection) -> None:
    """Raises MigrationFailed when the database holds what a restore would destroy."""
    with connection.begin():
        there = set(inspect(connection).get_table_names()) & set(_OWNERS)
        full = [name for name in sorted(there) if connection.scalar(text(f"SELECT EXISTS (SELECT FROM {name})"))]
    if full:
        raise MigrationFailed(f"the database is not empty, its rows are in the way: {', '.join(full)}")


def head() -> str:
    """The newest revision of this version."""
    newest = ScriptDirectory.from_config(alembic_config()).get_current_head()
    if newest is None:
        raise MigrationFailed(f"there are no migrations in {SCRIPTS}")
    return newest


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run the scripts up to `revision` in one transaction. `migrate` is the careful way."""
    try:
        with connection.begin():
            command.upgrade(_config_for(connection), revision)
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        raise MigrationFailed(f"the server refused the migration: {str(error.orig).strip()}") from error


def alembic_config() -> Config:
    """Alembic's configuration without a file; the scripts take `attributes["connection"]`."""
    if not (SCRIPTS / "env.py").is_file():
        raise MigrationFailed(
            f"the migrations are not in {SCRIPTS}: install homesec from its checkout (pip install --editable .)"
        )
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    return config


def _config_for(connection: Connection) -> Config:
    config = alembic_config()
    config.attributes["connection"] = connection
    return config


def is_ours(name: str | None, kind: str, parents: Any) -> bool:
    """Whether a name in the database is compared with the metadata; the form is Alembic's `include_name`."""
    return not (kind == "index" and name is not None and name.startswith(_HNSW))


def unfit(server: int, vector: str | None) -> str | None:
    """Why a server of this major version with this version of pgvector cannot be used; None when it can."""
    if server < OLDEST_SERVER:
        return f"the server is PostgreSQL {server}; homesec needs {OLDEST_SERVER} or newer"
    if vector is None:
        return f"the server has no pgvector; on Debian it is the package postgresql-{server}-pgvector"
    if tuple(int(part) for part in vector.split(".")[:2]) < OLDEST_VECTOR:
        oldest = ".".join(str(part) for part in OLDEST_VECTOR)
        return f"the database has pgvector {vector}; homesec needs {oldest} or newer (ALTER EXTENSION vector UPDATE)"
    return None


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """One connection of its own, with the session's locks until the end."""
    connect = {
        "application_name": "homesec-migrate",
        "connect_timeout": 5,
        "options": "-c timezone=UTC -c lock_timeout=60s",
    }
    engine = create_engine(driver_url(url), poolclass=NullPool, connect_args=connect)
    with database_errors(), engine.connect() as connection:
        yield connection


def _lock(connection: Connection, key: int, wait: str, otherwise: str) -> None:
    try:
        with connection.begin():
            connection.execute(text(f"SET LOCAL lock_timeout = '{wait}'"))
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": key})
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) == "55P03":  # lock_not_available
            raise MigrationFailed(otherwise) from error
        raise


def _revision(connection: Connection) -> str | None:
    with connection.begin():
        return MigrationContext.configure(connection).get_current_revision()


def _refuse_unknown(revision: str | None) -> None:
    if revision is None:
        return
    try:
        ScriptDirectory.from_config(alembic_config()).get_revision(revision)
    except CommandError as error:
        raise MigrationFailed(
            f"the database is at revision {revision}, which this version of homesec does not know: a newer version "
            "migrated it. Use that version, or restore the dump that was made before its migration"
        ) from error


def _refuse_unfit(connection: Connection) -> None:
    query = "SELECT coalesce(installed_version, default_version) FROM pg_available_extensions WHERE name = 'vector'"
    with connection.begin():
        server = int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10_000
        reason = unfit(server, connection.scalar(text(query)))
    if reason:
        raise MigrationFailed(reason)


def _refuse_foreign(connection: Connection) -> None:
    with connection.begin():
        foreign = set(inspect(connection).get_table_names()) & set(Base.metadata.tables)
    if foreign:
        names = ", ".join(sorted(foreign))
        raise MigrationFailed(f"the database has tables that are in the way: {names}. Give homesec one of its own")
