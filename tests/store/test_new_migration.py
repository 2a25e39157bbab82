"""A new script is drafted from the difference between the tables and a database."""

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from homesec.errors import MigrationFailed
from homesec.store.migrate import current, head, migrate
from homesec.store.new_migration import draft
from tests.store.catalog import catalog

pytestmark = pytest.mark.timeout(60)


def test_a_draft_makes_what_the_database_lacks(database_url: str, scripts: Path) -> None:
    whole = catalog(database_url)
    with psycopg.connect(database_url) as connection:  # columns that the tables have and this database has not yet
        connection.execute("ALTER TABLE events DROP COLUMN snooze_until")
        connection.execute("ALTER TABLE reid_embeddings DROP COLUMN embedding")
    before = head()
    path = draft(database_url, "What was asleep")
    assert path == scripts / "versions" / f"{int(before) + 1:04d}_what_was_asleep.py"
    assert "Vector()" in path.read_text()
    assert head() == f"{int(before) + 1:04d}"
    migrate(database_url)
    assert current(database_url) == head()
    assert catalog(database_url) == whole


def test_a_database_that_is_behind_is_no_measure(empty_url: str, scripts: Path) -> None:
    before = head()
    with pytest.raises(MigrationFailed, match="migrate it first"):
        draft(empty_url, "Too early")
    assert head() == before


def test_without_arguments_the_command_says_what_it_needs() -> None:
    command = [sys.executable, "-m", "homesec.store.new_migration"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "URL is a database" in done.stderr
