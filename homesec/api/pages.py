"""Query parameters of lists, and the cursor that leads to the next page."""

import base64
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, TypeVar

from fastapi import Query

from homesec.errors import InvalidInput
from homesec.store.queries.paging import Key, Slice

Row = TypeVar("Row")
Limit = Annotated[int, Query(ge=1, le=200, description="Items on a page")]
Cursor = Annotated[str | None, Query(max_length=500, description="`next_cursor` of the page before")]


def encode(*values: str | float) -> str:
    """A place in a list; opaque to clients."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def decode(cursor: str, *kinds: type) -> list[Any]:
    """The values of a cursor. Raises InvalidInput unless they are of these kinds."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError as error:
        raise InvalidInput("cursor: not one of this API") from error
    fits = isinstance(values, list) and [type(value) for value in values] == list(kinds)
    if not fits or any(isinstance(value, int) and not 0 <= value < 2**63 for value in values):
        raise InvalidInput("cursor: not one of this list")
    return list(values)


def place(cursor: str | None, limit: int) -> Slice:
    """Where a list that runs by time goes on."""
    if cursor is None:
        return Slice(limit)
    at, row_id = decode(cursor, str, int)
    return Slice(limit, (when(at), row_id))


def when(at: str) -> datetime:
    """A time in a cursor. Raises InvalidInput."""
    try:
        moment = datetime.fromisoformat(at)
    except ValueError as error:
        raise InvalidInput("cursor: not one of this list") from error
    if moment.tzinfo is None:
        raise InvalidInput("cursor: not one of this list")
    return moment


def cut(rows: Sequence[Row], limit: int, key: Callable[[Row], Key]) -> tuple[Sequence[Row], str | None]:
    """The page and its next cursor, from one row more than the page holds."""
    if len(rows) <= limit:
        return rows, None
    page = rows[:limit]
    at, row_id = key(page[-1])
    return page, encode(at.isoformat(), row_id)
