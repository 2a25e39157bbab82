"""Reads. Each function takes an open connection and gives rows; nothing here writes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from homesec.store.sessions import database_errors


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection to read from. Raises Unavailable, also inside the block, while PostgreSQL is away.

    Each statement stands for itself: that saves the two round trips of BEGIN and ROLLBACK, and under READ COMMITTED
    every statement has its own view anyway.
    """
    with database_errors():
        async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            yield connection
