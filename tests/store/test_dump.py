"""A dump is made only of data, holds all of it, and can be put back."""

import gzip
import json
import stat
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine

from homesec.errors import MigrationFailed
from homesec.store.base import Base
from homesec.store.dump import KEEP, dump, has_data, manifest
from homesec.store.migrate import current, head, migrate, restore
from homesec.store.sessions import driver_url
from tests.store.rows import ROWS, fill

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def filled_url(database_url: str) -> str:
    """A database with a row in every table."""
    engine = create_engine(driver_url(database_url))
    with engine.begin() as connection:
        fill(connection)
    engine.dispose()
    return database_url


def contents(url: str) -> dict[str, list[Any]]:
    with psycopg.connect(url) as connection:
        return {
            name: sorted(connection.execute(f"SELECT t::text FROM {name} AS t").fetchall())
            for name in Base.metadata.tables
        }


def one_more(scripts: Path) -> None:
    """A version with one more migration than this one."""
    (scripts / "versions" / "next.py").write_text(
        f"from alembic import op\nrevision = 'next'\ndown_revision = {head()!r}\n"
        "def upgrade():\n    op.execute('ALTER TABLE cameras ADD COLUMN colour text')\n"
        "def downgrade():\n    op.execute('ALTER TABLE cameras DROP COLUMN colour')\n"
    )


def test_every_table_has_a_good_row_to_test_with() -> None:
    assert {name for name, _ in ROWS} | {"outbox_head"} == set(Base.metadata.tables)


def test_without_data_no_dump_is_made(database_url: str, empty_url: str, tmp_path: Path, scripts: Path) -> None:
    assert migrate(empty_url, tmp_path / "dumps") is None
    one_more(scripts)
    assert migrate(database_url, tmp_path / "dumps") is None
    assert current(database_url) == "next"
    assert not (tmp_path / "dumps").exists()


def test_data_is_dumped_before_it_is_migrated_and_can_be_put_back(
    filled_url: str, empty_url: str, tmp_path: Path, scripts: Path
) -> None:
    before, revision = contents(filled_url), head()
    assert all(before.values())
    one_more(scripts)
    folder = migrate(filled_url, tmp_path / "dumps")
    assert folder is not None
    assert current(filled_url) == "next"
    assert manifest(folder)["revision"] == revision
    assert migrate(filled_url, tmp_path / "dumps") is None  # nothing to migrate, nothing to dump
    assert list((tmp_path / "dumps").iterdir()) == [folder]

    restore(empty_url, folder)
    assert current(empty_url) == revision
    assert contents(empty_url) == before
    migrate(empty_url)
    assert current(empty_url) == "next"


def test_new_rows_after_a_restore_get_ids_that_were_never_given(
    database_url: str, empty_url: str, tmp_path: Path
) -> None:
    insert = "INSERT INTO known_persons (name) VALUES ('Ann') RETURNING id"
    with psycopg.connect(database_url) as connection:
        connection.execute(insert)
        last = connection.execute(insert).fetchone()
        connection.execute("DELETE FROM known_persons WHERE id = 2")
    restore(empty_url, dumped(database_url, tmp_path))
    with psycopg.connect(empty_url) as connection:
        fresh = connection.execute(insert).fetchone()
    assert (last, fresh) == ((2,), (3,))


def dumped(url: str, to: Path) -> Path:
    engine = create_engine(driver_url(url))
    with engine.connect() as connection:
        folder = dump(connection, to, head())
    engine.dispose()
    return folder


def test_only_this_user_may_read_a_dump(filled_url: str, tmp_path: Path) -> None:
    assert stat.S_IMODE(dumped(filled_url, tmp_path).stat().st_mode) == 0o700


def test_old_dumps_go(filled_url: str, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()  # what is no dump stays
    made = [dumped(filled_url, tmp_path) for _ in range(KEEP + 2)]
    assert sorted(tmp_path.iterdir()) == [*made[-KEEP:], tmp_path / "mine"]


def test_a_disk_that_does_not_take_the_dump_stops_the_migration(filled_url: str, tmp_path: Path, scripts: Path) -> None:
    revision = head()
    one_more(scripts)
    (tmp_path / "dumps").write_text("a file where the folder should be")
    with pytest.raises(MigrationFailed, match="cannot be written"):
        migrate(filled_url, tmp_path / "dumps")
    assert current(filled_url) == revision


def test_a_torn_dump_is_refused_and_restores_nothing(filled_url: str, empty_url: str, tmp_path: Path) -> None:
    folder = dumped(filled_url, tmp_path)
    file = folder / "detections.copy.gz"
    whole = file.read_bytes()
    file.write_bytes(whole[:-12])
    with pytest.raises(MigrationFailed, match="cannot be read back"):
        restore(empty_url, folder)
    with psycopg.connect(empty_url) as connection:
        assert connection.execute("SELECT count(*) FROM cameras").fetchone() == (0,)
    file.write_bytes(gzip.compress(b""))
    with psycopg.connect(empty_url) as connection:
        connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    with pytest.raises(MigrationFailed, match="0 rows instead of 1"):
        restore(empty_url, folder)


def test_a_dump_goes_only_into_an_empty_database(filled_url: str, tmp_path: Path) -> None:
    folder = dumped(filled_url, tmp_path)
    with pytest.raises(MigrationFailed, match="in the way"):
        restore(filled_url, folder)


def test_a_dump_of_a_newer_version_is_refused(filled_url: str, empty_url: str, tmp_path: Path) -> None:
    folder = dumped(filled_url, tmp_path)
    facts = manifest(folder)
    (folder / "manifest.json").write_text(json.dumps({**facts, "revision": "9999"}))
    with pytest.raises(MigrationFailed, match="newer version"):
        restore(empty_url, folder)
    (folder / "manifest.json").write_text("{")
    with pytest.raises(MigrationFailed, match="is not a dump"):
        restore(empty_url, folder)


def test_data_is_what_no_migration_made(database_url: str) -> None:
    engine = create_engine(driver_url(database_url))
    with engine.connect() as connection:
        assert not has_data(connection)
        with connection.begin():
            connection.exec_driver_sql("INSERT INTO known_persons (name) VALUES ('Ann')")
        assert has_data(connection)
    engine.dispose()
