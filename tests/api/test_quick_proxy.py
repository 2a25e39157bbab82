"""Answers of Serve's proxy do not wait for acknowledgements."""

import asyncio
import socket
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


def _accepted_with_no_delay() -> bool:
    """Whether the socket of a kept connection sends small writes at once, to a server made as Serve's proxy makes it.

    The wait itself can't be measured reliably: how long an acknowledgement is delayed is the kernel's own affair.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(_two_writes, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])))
    thread.start()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}", timeout=20) as client:
            while not server.started:
                time.sleep(0.01)
            assert client.get("/").content == b"x" * 500
            [connection] = server.server_state.connections
            accepted = connection.transport.get_extra_info("socket")  # type: ignore[union-attr]
            return bool(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.mark.timeout(60)
def test_answers_over_a_kept_connection_come_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uvicorn.Server, "serve", uvicorn.Server.serve)  # put back after the test
    assert not _accepted_with_no_delay()
    assert no_delay() == []
    assert _accepted_with_no_delay()
