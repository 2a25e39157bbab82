"""Files that come in through the API."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from homesec.media.received import receive

CHUNK = b"of this test"


def test_a_cancelled_file_is_closed_only_when_nobody_writes_to_it_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the rest of a slow write could go into whatever file is opened next."""
    begun, free, ended = threading.Event(), threading.Event(), threading.Event()
    write, trouble = os.write, []

    def slow(file: int, data: Any) -> int:
        if bytes(data) != CHUNK:
            return write(file, data)
        begun.set()
        free.wait(20)
        try:
            return write(file, data)
        except OSError as error:
            trouble.append(error)
            raise
        finally:
            ended.set()

    async def chunks() -> AsyncIterator[bytes]:
        yield CHUNK

    async def cancelled() -> None:
        receiving = asyncio.create_task(receive(tmp_path, "yard", "a.jpg", chunks()))
        assert await asyncio.to_thread(begun.wait, 20)
        receiving.cancel()
        await asyncio.wait({receiving}, timeout=0.3)
        free.set()
        with pytest.raises(asyncio.CancelledError):
            await receiving
        assert await asyncio.to_thread(ended.wait, 20)

    monkeypatch.setattr(os, "write", slow)
    asyncio.run(cancelled())
    assert trouble == []
    assert list((tmp_path / "yard").iterdir()) == []
