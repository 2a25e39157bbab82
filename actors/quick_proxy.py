"""Serve's HTTP proxy without a wait of 40 ms in every answer.

The proxy of Ray Serve 2.60 makes its listening socket itself, without saying that it is TCP, and asyncio turns Nagle's
algorithm off only for sockets that say so. uvicorn sends head and body of an answer in two writes: over a connection
that is kept, the second then waits for the client's delayed acknowledgement of the first (measured: 46 ms against 0.6).
"""

import socket
from typing import Any

import uvicorn


def no_delay() -> list[Any]:
    """Serve calls this in each proxy before it listens (RAY_SERVE_HTTP_PROXY_CALLBACK_IMPORT_PATH): no middlewares."""
    serve = uvicorn.Server.serve

    async def serve_at_once(server: uvicorn.Server, sockets: list[socket.socket] | None = None) -> None:
        for listening in sockets or []:
            if listening.family in (socket.AF_INET, socket.AF_INET6):  # what it accepts inherits this
                listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await serve(server, sockets)

    uvicorn.Server.serve = serve_at_once  # type: ignore[assignment]  # there is no other way to the socket
    return []
