"""Keys and sessions: what they look like, where a request carries them, and whose they are."""

import asyncio
import contextlib
import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.datastructures import Headers
from starlette.requests import cookie_parser

from homesec.api.caller import Caller
from homesec.errors import HomesecError
from homesec.store.queries import access, reading
from homesec.store.writes.keys import MarkKeysUsed

COOKIE = "homesec_session"
PROTOCOL = "homesec"  # of the socket; the key stands beside it as `key.<key>`
CACHE_S = 2.0  # a revoked key works for so long at most
REMEMBER_S = 600.0  # how long a good credential is let past the brake on failed logins
USED_S = 60.0  # between two notes of when a key was used last
_MAX_CACHED = 4096

Source = Literal["key", "session"]


def new_secret() -> str:
    """32 random bytes, as text that fits into a header, a link and a socket's protocol."""
    return "hs_" + secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """What is stored of a secret. Secrets are random and long, so a plain hash is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def presented(headers: Headers, is_socket: bool) -> tuple[str, Source] | None:
    """The secret that a request carries: a key in a header before a session in the cookie."""
    if key := headers.get("x-api-key"):
        return key, "key"
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and bearer.strip():
        return bearer.strip(), "key"
    if is_socket:
        for offered in headers.get("sec-websocket-protocol", "").split(","):
            if offered.strip().startswith("key."):
                return offered.strip().removeprefix("key."), "key"
    if session := cookie_parser(headers.get("cookie", "")).get(COOKIE):
        return session, "session"
    return None


class Credentials:
    """Looks secrets up, and remembers the answer for two seconds: bounded, by hash, never the secret itself."""

    def __init__(self, database: AsyncEngine, write: Callable[[Any], Awaitable[Any]]) -> None:
        self._database = database
        self._write = write
        self._cache: OrderedDict[bytes, tuple[float, Caller | None]] = OrderedDict()
        self._good: OrderedDict[bytes, float] = OrderedDict()
        self._used: dict[int, datetime] = {}

    async def holder(self, sha256: bytes) -> Caller | None:
        """Whose key or session it is; None for nobody's. Raises Unavailable."""
        now = time.monotonic()
        known = self._cache.get(sha256)
        if known is None or known[0] < now:
            async with reading(self._database) as connection:
                row = await access.holder(connection, sha256)
            caller = None
            if row is not None:
                cameras = None if row["cameras"] is None else tuple(row["cameras"])
                caller = Caller(row["id"], row["name"], row["role"], cameras, row["session"], sha256)
            known = (now + CACHE_S, caller)
            _put(self._cache, sha256, known)
        caller = known[1]
        if caller is not None:
            _put(self._good, sha256, now + REMEMBER_S)
            self._used[caller.key_id] = datetime.now(UTC)
        return caller

    def was_good(self, sha256: bytes) -> bool:
        """It opened something in the last ten minutes. Says nothing about now."""
        return self._good.get(sha256, 0.0) > time.monotonic()

    def forget(self, sha256: bytes) -> None:
        """Ask again at the next request."""
        self._cache.pop(sha256, None)

    async def note_use(self) -> None:
        """Write down, once a minute and for ever, when keys were used."""
        while True:
            await asyncio.sleep(USED_S)
            with contextlib.suppress(HomesecError):  # the next minute's note says the same
                await self.write_use()

    async def write_use(self) -> None:
        """Write down what has gathered since the last time. Raises Unavailable."""
        times, self._used = tuple(self._used.items()), {}
        if times:
            await self._write(MarkKeysUsed(times))


def _put(cache: OrderedDict[bytes, Any], sha256: bytes, value: Any) -> None:
    cache[sha256] = value
    cache.move_to_end(sha256)
    if len(cache) > _MAX_CACHED:
        cache.popitem(last=False)
