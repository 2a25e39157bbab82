"""What all tests share: an environment that calls nobody, one PostgreSQL and one Redis, a database for each test."""

import os
import shutil

from actors.surroundings import QUIET

for _name in [name for name in os.environ if name.startswith(("HOMESEC_", "PG")) or name == "RAY_ADDRESS"]:
    del os.environ[_name]  # the owner's running system is none of our business
os.environ.update(QUIET)
os.environ["RAY_AUTH_MODE"] = "disabled"  # a Ray of the tests' own; tests of `homesec up` set what it needs

# In memory, where there is room: a database is a thousand small files, and a disk takes ten times as long for them.
_MEMORY, _ROOM = "/dev/shm", 4 * 2**30
if os.path.isdir(_MEMORY) and shutil.disk_usage(_MEMORY).free >= _ROOM:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", _MEMORY)  # pytest makes its temporary folders there

# only now, since these libraries read the environment when they are imported
from collections.abc import Iterator  # noqa: E402
from pathlib import Path  # noqa: E402
from uuid import uuid4  # noqa: E402

import hypothesis  # noqa: E402
import psycopg  # noqa: E402
import pytest  # noqa: E402
import redis  # noqa: E402
from sqlalchemy.engine import make_url  # noqa: E402

from homesec.local.postgres import Postgres  # noqa: E402
from homesec.local.redis import Redis  # noqa: E402
from homesec.store.migrate import migrate  # noqa: E402

TEMPLATE = "migrated"

# In CI the same examples every time: a change is judged by what it changes, and new examples are sought at the desk.
hypothesis.settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("ci")


@pytest.fixture(scope="session")
def servers_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the tests' PostgreSQL and Redis."""
    return tmp_path_factory.mktemp("servers")


@pytest.fixture(scope="session")
def postgres_url(servers_dir: Path) -> Iterator[str]:
    """A PostgreSQL server for the whole session; its database homesec is empty."""
    server = Postgres(servers_dir)
    url = server.start()
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):  # only a power failure would tell
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
        yield url
    finally:
        server.stop()


@pytest.fixture(scope="session")
def template(postgres_url: str) -> str:
    """The name of a database that was migrated once, to be copied."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {TEMPLATE}")
    migrate(_database(postgres_url, TEMPLATE))
    return TEMPLATE


@pytest.fixture
def database_url(postgres_url: str, template: str) -> Iterator[str]:
    """A migrated database of the test's own."""
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        try:
            yield _database(postgres_url, name)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def redis_server_url(servers_dir: Path) -> Iterator[str]:
    """A Redis server for the whole session."""
    server = Redis(servers_dir)
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
def redis_url(redis_server_url: str) -> str:
    """The tests' Redis, emptied."""
    with redis.Redis.from_url(redis_server_url) as client:
        client.flushall()
    return redis_server_url


def _database(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)
