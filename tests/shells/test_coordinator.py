"""Several shells in one process: asked by name, made each by itself, started again together."""

import os
from pathlib import Path
from typing import Any

import pytest
import ray
from ray.exceptions import RayActorError, RayTaskError

from actors import COORDINATOR, options
from actors.coordinator import CoordinatorActor
from homesec.errors import UploadAway
from homesec.media.local_storage import LocalStorage
from homesec.settings import Settings
from tests.e2e.running import until

pytestmark = [pytest.mark.timeout(180), pytest.mark.usefixtures("cluster")]


class Counting:
    """Counts what it is told."""

    async def __init__(self, first: int) -> None:  # type: ignore[misc]
        self._sum = first

    async def add(self, number: int) -> tuple[int, int]:
        self._sum += number
        return os.getpid(), self._sum


class Keeping:
    """Cannot be made while its folder cannot be."""

    async def __init__(self, folder: Path) -> None:  # type: ignore[misc]
        self.storage = LocalStorage.open(folder, folder)

    async def ping(self) -> str:
        return "ok"


def test_one_that_cannot_be_made_keeps_no_other_from_working_and_is_tried_again(tmp_path: Path) -> None:
    in_the_way = tmp_path / "folder"
    in_the_way.touch()
    shells = {"broken": (Keeping, (in_the_way,)), "one": (Counting, (1,)), "two": (Counting, (2,))}
    made = ray.remote(CoordinatorActor).options(**options(COORDINATOR))
    actor: Any = made.remote(Settings.load(data_dir=tmp_path), shells)

    def add(name: str, number: int) -> tuple[int, int]:
        answer: tuple[int, int] = ray.get(actor.call.remote(name, "add", number), timeout=60)
        return answer

    with pytest.raises(RayTaskError) as failed:
        ray.get(actor.call.remote("broken", "ping"), timeout=60)
    assert isinstance(failed.value.cause, UploadAway)
    pid, found = add("one", 10)
    assert (pid, found) == (add("two", 0)[0], 11)
    assert add("one", 10)[1] == 21
    in_the_way.unlink()
    assert ray.get(actor.call.remote("broken", "ping"), timeout=60) == "ok"

    os.kill(pid, 9)

    def again() -> tuple[int, int] | None:
        try:
            return add("one", 0)
        except RayActorError:
            return None

    assert until(again, 60)[1] == 1
    ray.kill(actor)
