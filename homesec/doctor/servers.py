"""PostgreSQL and Redis: the embedded ones, or the owner's own."""

from collections.abc import Iterator

import psycopg
import redis

from homesec.doctor.finding import Finding, ok, problem, warning
from homesec.errors import HomesecError
from homesec.local.postgres import Postgres, major, server_binaries
from homesec.local.redis import Redis, server_binary
from homesec.settings import Settings
from homesec.store.migrate import current, head, unfit
from homesec.store.sessions import driver_url

OLDEST_REDIS = (6, 2)


def examine(settings: Settings) -> Iterator[Finding]:
    yield from _postgres(settings)
    yield from _redis(settings)


def _postgres(settings: Settings) -> Iterator[Finding]:
    if settings.database_url:
        yield from _database(settings.database_url, "the server of database_url")
        return
    server = Postgres(settings.data_dir, settings.local.listen)
    try:
        ours = major(server_binaries())
        if url := server.running_url():
            yield from _database(url, "the embedded server")
            return
        server.refuse_foreign(ours)
        later = "does not run now" if server.written_by() else "makes its data at the first start"
        yield ok("PostgreSQL", f"embedded, version {ours}; {later}")
    except HomesecError as error:
        yield problem("PostgreSQL", str(error))


def _database(url: str, which: str) -> Iterator[Finding]:
    query = "SELECT coalesce(installed_version, default_version) FROM pg_available_extensions WHERE name = 'vector'"
    try:
        libpq = driver_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(libpq, connect_timeout=5) as connection:
            number = connection.info.server_version
            row = connection.execute(query).fetchone()
        vector = None if row is None else str(row[0])
        if reason := unfit(number // 10_000, vector):
            yield problem("PostgreSQL", f"{which}: {reason}")
            return
        said = f"{which} answers: version {number // 10_000}.{number % 10_000}, pgvector {vector}"
        revision = current(url)
    except (psycopg.Error, HomesecError) as error:
        words = " ".join(str(error).split())
        yield problem("PostgreSQL", f"{which} cannot be used: {words}. Is it running, and is database_url right?")
        return
    if revision not in (None, head()):
        yield warning("PostgreSQL", f"{said}; its tables are at revision {revision}, `homesec up` takes them on")
    else:
        yield ok("PostgreSQL", said)


def _redis(settings: Settings) -> Iterator[Finding]:
    url, which = settings.redis_url, "the server of redis_url"
    if not url:
        which = "the embedded server"
        try:
            server_binary()
            url = Redis(settings.data_dir, settings.local.listen).running_url()
        except HomesecError as error:
            yield problem("Redis", str(error))
            return
        if url is None:
            yield ok("Redis", "embedded; does not run now")
            return
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5, decode_responses=True) as client:
            facts = client.info()
            policy = client.config_get("maxmemory-policy").get("maxmemory-policy") if client.ping() else None
    except (redis.RedisError, ValueError) as error:
        yield problem("Redis", f"{which} cannot be used: {error}. Is it running, and is redis_url right?")
        return
    # Valkey names its own version elsewhere and says here which Redis it stands for
    version = str(facts["redis_version"])
    said = f"{which} answers: version {version}"
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_REDIS:
        yield problem("Redis", f"{said}; homesec needs 6.2 or newer, or Valkey")
    elif policy not in (None, "noeviction"):
        yield warning(
            "Redis",
            f"{said}, but it drops entries when its memory is full (maxmemory-policy {policy}), which delays work: set "
            "maxmemory-policy noeviction",
        )
    else:
        yield ok("Redis", said)
