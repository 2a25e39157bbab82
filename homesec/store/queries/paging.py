"""Lists by keyset: newest first, stable while rows are inserted, as fast on page 1000 as on page 1."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, bindparam, cast, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import BigInteger, DateTime, Text

Key = tuple[datetime, int]
Rows = Select[*tuple[Any, ...]]
Scope = Sequence[str] | None
"""The cameras that may be seen; None means all."""


@dataclass(frozen=True)
class Slice:
    """The `limit` rows after `after` in the list's order."""

    limit: int
    after: Key | None = None


def newest_first(statement: Rows, at: Any, row_id: Any, part: Slice) -> Rows:
    """Order by (at, id) descending, begin behind the key, and read one row more: it tells whether there is more."""
    if part.after is not None:
        when, last_id = part.after
        key = tuple_(
            cast(bindparam("after_at", when), DateTime(timezone=True)), cast(bindparam("after_id", last_id), BigInteger)
        )
        statement = statement.where(tuple_(at, row_id) < key)
    return statement.order_by(at.desc(), row_id.desc()).limit(part.limit + 1)


def within(column: Any, scope: Scope) -> list[ColumnElement[bool]]:
    """Nothing for None; else the column is one of the given values."""
    if scope is None:
        return []
    return [column == scope[0]] if len(scope) == 1 else [column.in_(list(scope))]


def text_array(values: Sequence[str]) -> ColumnElement[Any]:
    return cast(list(values), ARRAY(Text))


async def rows(connection: AsyncConnection, statement: Rows) -> Sequence[RowMapping]:
    found: Sequence[RowMapping] = (await connection.execute(statement)).mappings().all()
    return found


async def row(connection: AsyncConnection, statement: Rows) -> RowMapping | None:
    found: RowMapping | None = (await connection.execute(statement)).mappings().one_or_none()
    return found
