"""An embedded PostgreSQL and Redis for a bench that runs parts of the system without `homesec up`."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from homesec.local.postgres import Postgres
from homesec.local.redis import Redis
from homesec.store.migrate import migrate


@dataclass(frozen=True)
class Stores:
    """Where they are."""

    database_url: str
    redis_url: str


@contextmanager
def stores(data_dir: Path) -> Iterator[Stores]:
    """Started, migrated, and ended after the block; with the settings that `homesec up` uses."""
    with ExitStack() as stack:
        postgres, redis = Postgres(data_dir), Redis(data_dir)
        stack.callback(postgres.stop)
        database_url = postgres.start()
        stack.callback(redis.stop)
        redis_url = redis.start()
        migrate(database_url)
        yield Stores(database_url, redis_url)
