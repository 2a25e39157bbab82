"""Migrations: up, down, no drift, one at a time, and refusals in words."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url

from homesec.errors import MigrationFailed, Unavailable
from homesec.store import migrate as migrations
from homesec.store.base import Base
from homesec.store.migrate import alembic_config, current, head, is_ours, migrate, needs_migration, unfit
from homesec.store.sessions import driver_url
from homesec.store.writer import Writer
from tests.store.catalog import catalog

pytestmark = pytest.mark.timeout(60)


def downgrade(url: str, revision: str = "base") -> None:
    config = alembic_config()
    engine = create_engine(driver_url(url))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
    engine.dispose()


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True, "include_name": is_ours}
    )
    return list(compare_metadata(context, Base.metadata))


def tables_of(url: str) -> set[str]:
    return {name.partition(".")[0] for name in catalog(url) if ":" not in name}


def test_an_empty_database_goes_up_and_down_and_up_again(empty_url: str) -> None:
    assert current(empty_url) is None
    assert needs_migration(empty_url)
    migrate(empty_url)
    first = catalog(empty_url)
    assert tables_of(empty_url) == set(Base.metadata.tables)
    assert current(empty_url) == head()
    assert not needs_migration(empty_url)
    downgrade(empty_url)
    assert catalog(empty_url) == {}
    assert needs_migration(empty_url)
    migrate(empty_url)
    assert catalog(empty_url) == first


def test_autogenerate_finds_nothing_to_change(database_url: str) -> None:
    engine = create_engine(driver_url(database_url))
    with engine.begin() as connection:
        assert differences(connection) == []
        connection.execute(text("ALTER TABLE cameras ADD COLUMN colour text"))
        assert len(differences(connection)) == 1  # it does look
        connection.rollback()
    engine.dispose()


def test_migrations_make_exactly_what_the_metadata_says(database_url: str, empty_url: str) -> None:
    """Alembic compares no checks, no comments and no expressions of indexes: PostgreSQL's catalog has them all."""
    engine = create_engine(driver_url(empty_url))
    with engine.begin() as connection:
        connection.execute(text("CREATE EXTENSION vector"))
        Base.metadata.create_all(connection)
    engine.dispose()
    made, meant = catalog(database_url), catalog(empty_url)
    assert len(meant) > 500
    assert {name: made.get(name) for name in meant if made.get(name) != meant[name]} == {}
    assert set(made) - set(meant) == set()


def test_an_index_of_one_models_vectors_is_no_drift(database_url: str) -> None:
    engine = create_engine(driver_url(database_url))
    with engine.begin() as connection:
        connection.execute(
            text(
                "CREATE INDEX hnsw_reid_embeddings_a ON reid_embeddings "
                "USING hnsw ((embedding::vector(3)) vector_cosine_ops) WHERE model = 'a'"
            )
        )
        assert differences(connection) == []
    engine.dispose()


def test_the_first_message_number_stands_ready(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT id, seq FROM outbox_head").fetchall() == [(1, 0)]


def test_of_two_migrations_at_once_the_second_waits_and_does_nothing(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[int] = []
    inside, go_on = threading.Event(), threading.Event()
    upgrade = migrations.upgrade

    def slow(connection: Connection, revision: str = "head") -> None:
        runs.append(1)
        inside.set()
        assert go_on.wait(30)
        upgrade(connection, revision)

    monkeypatch.setattr(migrations, "upgrade", slow)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(migrate, empty_url)
        assert inside.wait(30)
        second = pool.submit(migrate, empty_url)
        wait_for_a_waiting_lock(empty_url)
        assert not second.done()
        go_on.set()
        first.result(30)
        second.result(30)
    assert runs == [1]
    assert current(empty_url) == head()


def wait_for_a_waiting_lock(url: str) -> None:
    waiting = (
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    with psycopg.connect(url, autocommit=True) as connection:
        for _ in range(600):
            if connection.execute(waiting).fetchone() == (1,):
                return
            connection.execute("SELECT pg_sleep(0.05)")
    raise AssertionError("the second migration never waited")


def test_a_database_of_a_newer_version_is_refused_in_words(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(MigrationFailed, match=r"revision 9999.*newer version"):
        migrate(database_url)
    with pytest.raises(MigrationFailed, match="newer version"):
        needs_migration(database_url)
    assert current(database_url) == "9999"


def test_a_running_writer_keeps_the_migration_out(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = migrations._lock
    monkeypatch.setattr(
        migrations, "_lock", lambda connection, key, wait, otherwise: lock(connection, key, "200ms", otherwise)
    )
    writer = Writer(empty_url)
    try:
        writer.apply([])
        with pytest.raises(MigrationFailed, match="homesec runs on this database"):
            migrate(empty_url)
    finally:
        writer.close()
    migrate(empty_url)
    assert current(empty_url) == head()


def test_tables_of_somebody_else_are_refused_in_words(empty_url: str) -> None:
    with psycopg.connect(empty_url) as connection:
        connection.execute("CREATE TABLE cameras (id int)")
    with pytest.raises(MigrationFailed, match=r"tables that are in the way: cameras\."):
        migrate(empty_url)
    assert tables_of(empty_url) == {"cameras"}


def test_a_user_without_rights_is_refused_in_words_and_changes_nothing(empty_url: str) -> None:
    guest = f"guest_{uuid4().hex[:12]}"  # roles are the whole server's
    with psycopg.connect(empty_url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {guest} LOGIN PASSWORD 'guest'")
        try:
            url = make_url(empty_url).set(username=guest, password="guest")
            with pytest.raises(MigrationFailed, match="permission denied"):
                migrate(url.render_as_string(hide_password=False))
        finally:
            connection.execute(f"DROP ROLE {guest}")
    assert tables_of(empty_url) == set()


def test_a_failed_migration_leaves_the_database_as_it_was(empty_url: str) -> None:
    with psycopg.connect(empty_url) as connection:
        connection.execute("CREATE TYPE outbox AS ENUM ('in the way of the table')")
    with pytest.raises(MigrationFailed, match="already exists"):
        migrate(empty_url)
    assert tables_of(empty_url) == set()
    assert current(empty_url) is None


def test_a_server_that_is_away_is_unavailable(empty_url: str) -> None:
    away = make_url(empty_url).set(port=1).render_as_string(hide_password=False)
    with pytest.raises(Unavailable):
        migrate(away)


def test_missing_scripts_are_said_in_words(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "SCRIPTS", tmp_path / "migrations")
    with pytest.raises(MigrationFailed, match="install homesec from its checkout"):
        migrate(database_url)


@pytest.mark.parametrize(
    ("server", "vector", "reason"),
    [
        (16, "0.8.5", None),
        (15, "0.5.0", None),  # the oldest of both
        (18, "1.0", None),
        (14, "0.8.5", "PostgreSQL 14; homesec needs 15"),
        (15, None, "no pgvector"),
        (17, "0.4.4", "pgvector 0.4.4; homesec needs 0.5"),
        (17, "0.10.0", None),  # ten is more than five, though not as text
    ],
)
def test_old_servers_are_refused(server: int, vector: str | None, reason: str | None) -> None:
    said = unfit(server, vector)
    assert said is None if reason is None else reason in str(said)


def test_an_unfit_server_is_refused_before_anything_is_made(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "OLDEST_SERVER", 99)
    with pytest.raises(MigrationFailed, match="homesec needs 99 or newer"):
        migrate(empty_url)
    assert tables_of(empty_url) == set()
