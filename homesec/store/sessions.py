"""Engines. One per process or actor, built from a URL where it is needed; never shared, never pickled."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import psycopg
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from homesec.errors import SettingsError, Unavailable

# A word or class that is rare and one that is in every event need different plans: the one plan that PostgreSQL makes
# for all of them after five executions searches a million events in 400 ms instead of 5.
_PLAN_EACH = " -c plan_cache_mode=force_custom_plan"
_AWAY = (OperationalError, InterfaceError, PoolTimeout)


def driver_url(url: str) -> Any:
    """The same database through psycopg, whichever way the owner wrote the URL. Raises SettingsError."""
    try:
        parsed = make_url(url)
    except Exception as error:
        raise SettingsError("database_url: not a URL like postgresql://user:password@host:5432/name") from error
    if parsed.get_backend_name() not in ("postgresql", "postgres"):
        raise SettingsError(f"database_url: {parsed.get_backend_name()} is not supported; postgresql:// is")
    return parsed.set(drivername="postgresql+psycopg")


def _options(name: str, pool: int, plan_each: bool = False) -> dict[str, Any]:
    return {
        "pool_size": pool,
        "max_overflow": pool,
        "pool_timeout": 10,
        "pool_pre_ping": True,
        "connect_args": {
            "application_name": f"homesec-{name}",
            "connect_timeout": 5,
            "options": "-c timezone=UTC -c lock_timeout=30s" + (_PLAN_EACH if plan_each else ""),
        },
    }


def sync_engine(url: str, name: str, pool: int = 2) -> Engine:
    return create_engine(driver_url(url), **_options(name, pool))


def async_engine(url: str, name: str, pool: int = 4, plan_each: bool = False) -> AsyncEngine:
    """`plan_each`: every query is planned for its own values, where these decide which index is the right one."""
    return create_async_engine(driver_url(url), **_options(name, pool, plan_each))


@contextmanager
def database_errors() -> Iterator[None]:
    """Turn 'the database is away' into Unavailable; errors of the statement itself pass unchanged."""
    try:
        yield
    except _AWAY as error:
        raise Unavailable("PostgreSQL does not answer") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unavailable("PostgreSQL closed the connection") from error
        raise


@contextmanager
def below(connection: Connection) -> Iterator[psycopg.Connection[Any]]:
    """The driver's connection below SQLAlchemy's, for COPY and pipelines, with its errors as SQLAlchemy's."""
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    try:
        yield driver
    except psycopg.Error as error:
        raise DBAPIError.instance(
            None, None, error, psycopg.Error, connection_invalidated=driver.closed, dialect=connection.dialect
        ) from error
