"""Answers of Serve's proxy do not wait for acknowledgements."""

import asyncio
import socket
import statistics
import threading
import time

import httpx
import pytest
import uvicorn

from actors.quick_proxy import no_delay


async def _two_writes(scope: dict[str, object], receive: object, send: object) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"500")]})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": b"x" * 500})  # type: ignore[operator]


def _median_ms(count: int) -> float:
    """Of requests over one connection that is kept, to a socket made as Serve's proxy makes it."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(_two_writes, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])))
    thread.start()
    try:
        times = []
        with httpx.Client(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}") as client:
            while not server.started:
                time.sleep(0.01)
            for _ in range(count):
                began = time.perf_counter()
                client.get("/")
                times.append((time.perf_counter() - began) * 1000)
        return statistics.median(times)
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.mark.timeout(60)
def test_answers_over_a_kept_connection_come_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uvicorn.Server, "serve", uvicorn.Server.serve)  # put back after the test
    slow = _median_ms(15)
    assert no_delay() == []
    quick = _median_ms(15)
    assert quick < 30
    assert quick < slow / 2
