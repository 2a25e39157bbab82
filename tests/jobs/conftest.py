"""One backup of a home with a row in every table, to be spoilt in copies, and databases to restore it into."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.engine import make_url

from tests.jobs.home import home
from tests.jobs.rooms import backed_up, filled, furnish
from tests.store.conftest import empty_url

__all__ = ["empty_url"]


@contextmanager
def database(server: str, template: str) -> Iterator[str]:
    name = f"jobs_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        try:
            yield make_url(server).set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def backup(postgres_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder; read-only for tests."""
    data_dir = tmp_path_factory.mktemp("home")

    async def run(url: str) -> Path:
        async with home(data_dir, url) as place:
            filled(url)
            furnish(data_dir)
            return await backed_up(place)

    with database(postgres_url, template) as url:
        return asyncio.run(run(url))


@pytest.fixture(scope="module")
def untouched_url(postgres_url: str) -> Iterator[str]:
    """A database without any table, for what is refused."""
    with database(postgres_url, "template0") as url:
        yield url
