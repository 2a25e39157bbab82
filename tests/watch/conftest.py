"""A place to watch, for each test."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

import pytest

from tests.watch.place import Place, place

Open = Callable[..., AbstractAsyncContextManager[Place]]


@pytest.fixture
def open_place(tmp_path: Path, database_url: str, redis_url: str) -> Open:
    """`async with open_place(settle_s=1) as here:` with settings of uploads."""
    return partial(place, tmp_path, database_url, redis_url)
