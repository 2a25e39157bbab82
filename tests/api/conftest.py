"""A running API for each test."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.api.house import House


@pytest.fixture
def house(tmp_path: Path, database_url: str, redis_url: str) -> Iterator[House]:
    house = House(tmp_path / "data", database_url, redis_url)
    try:
        yield house
    finally:
        house.close()


@pytest.fixture
def owner(house: House) -> Iterator[httpx.Client]:
    """A client with an admin key."""
    with house.client(house.key()) as client:
        yield client
