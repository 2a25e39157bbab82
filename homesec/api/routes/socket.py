"""The socket: every message of the outbox from a number on, live, without a gap or a double."""

import asyncio
import json
import logging
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect, WebSocketState

from homesec.api.broadcast import Behind, Broadcast, Told, told
from homesec.api.caller import Caller
from homesec.api.credentials import PROTOCOL, Credentials
from homesec.api.services import Services
from homesec.errors import Unavailable
from homesec.store.queries import outbox, reading

router = APIRouter()

TYPES = frozenset({
    "upload.detected", "event.created", "event.updated", "event.closed", "incident.updated", "alert.created",
    "alert.updated", "camera.status", "scene.changed", "zone.anomaly", "job.progress", "system.status", "system.reset",
})  # fmt: skip
MAX_SOCKETS = 500  # a replica serves 1000 requests at once: sockets must leave room for the others
LIFE_S = 600.0  # then the client connects again; bounds what a forgotten socket can hold
PING_S = 20.0
CHECK_S = 2.0  # how often the key is asked after
SEND_S = 10.0  # a client that takes nothing for so long reads too slowly
CLOSE_S = 10.0  # how long such a client has to take what is on its way, and after it the reason for the end
_REPLAY_PAGE = 500

POLICY, RESTART, TRY_AGAIN = 1008, 1012, 1013

log = logging.getLogger(__name__)


class _Ended(Exception):
    """The server ends the connection."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


@dataclass(frozen=True)
class Wish:
    """What a client wants to hear."""

    after: int | None
    types: frozenset[str] | None
    cameras: frozenset[str] | None

    @classmethod
    def of(cls, websocket: WebSocket) -> "Wish":
        """Raises _Ended in words for what cannot be read."""
        query = websocket.query_params
        given = query.get("after") or None
        if given is not None and not (given.isascii() and given.isdigit() and len(given) < 19):
            raise _Ended(POLICY, "after must be a number")
        types = _words(query.getlist("types"))
        if types is not None and (unknown := sorted(types - TYPES)):
            raise _Ended(POLICY, f"there is no type {unknown[0][:40]}")
        return cls(None if given is None else int(given), types, _words(query.getlist("camera")))

    def wants(self, message: Told, caller: Caller) -> bool:
        """What concerns no camera passes a filter of cameras, but not the limits of a key."""
        if caller.cameras is not None and message.camera_id not in caller.cameras:
            return False
        if self.cameras is not None and message.camera_id is not None and message.camera_id not in self.cameras:
            return False
        return self.types is None or message.type in self.types


@router.websocket("/ws/events")
async def events(websocket: WebSocket) -> None:
    """Until the client leaves, its key is revoked, it reads too slowly, or ten minutes have passed."""
    broadcast: Broadcast = websocket.app.state.broadcast
    try:
        wish = Wish.of(websocket)
        if broadcast.listeners >= MAX_SOCKETS:
            raise _Ended(TRY_AGAIN, "too many sockets are open")
        async with broadcast.listening():
            line = _Line(websocket, broadcast, wish)  # its place is taken before the client knows it is connected
            await _accept(websocket)
            async with _reader(websocket):
                await line.run()
    except _Ended as end:
        await _close(websocket, end)
    except Unavailable:
        await _close(websocket, _Ended(TRY_AGAIN, "the database is away"))
    except WebSocketDisconnect:
        return


async def _accept(websocket: WebSocket) -> None:
    """The key beside the protocol's name is not sent back."""
    offered = websocket.scope.get("subprotocols", [])
    await websocket.accept(subprotocol=PROTOCOL if PROTOCOL in offered else None)


class _Line:
    """One connection: where it is, and when it ends."""

    def __init__(self, websocket: WebSocket, broadcast: Broadcast, wish: Wish) -> None:
        self._websocket = websocket
        self._broadcast = broadcast
        self._wish = wish
        self._caller: Caller = websocket.state.caller
        self._credentials: Credentials = websocket.app.state.credentials
        self._services: Services = websocket.app.state.services
        self._cursor = broadcast.last
        self._resets = broadcast.resets
        now = time.monotonic()
        self._ends = now + LIFE_S * random.uniform(0.9, 1.0)  # not all sockets of a restart end together again
        self._ping_due = now + PING_S
        self._check_due = now + CHECK_S

    async def run(self) -> None:
        """Replay, then live; ends by an exception."""
        await self._begin()
        while True:
            await self._duties()
            if self._broadcast.resets != self._resets:
                self._resets = self._broadcast.resets
                await self._reset(self._broadcast.last)
            try:
                messages = self._broadcast.since(self._cursor)
            except Behind as error:
                raise _Ended(TRY_AGAIN, "you read too slowly; resume with after") from error
            await self._tell(messages)
            if not messages:
                due = min(self._ping_due, self._check_due, self._ends)
                await self._broadcast.change(max(0.01, due - time.monotonic()))

    async def _begin(self) -> None:
        """Replay from the outbox up to what the tail in memory holds; without `after` there is nothing to replay."""
        if self._wish.after is None:
            return
        self._cursor = self._wish.after
        async with reading(self._services.database) as connection:
            oldest, head = await outbox.tail(connection), await outbox.head(connection)
        if self._cursor > head or self._cursor < (oldest or head + 1) - 1:
            await self._reset(head)
            return
        while not self._broadcast.reaches(self._cursor):
            async with reading(self._services.database) as connection:
                lines = await outbox.lines(connection, self._cursor, _REPLAY_PAGE)
            if not lines or lines[0].seq != self._cursor + 1:  # trimmed away while we replayed
                await self._reset(self._broadcast.last)
                return
            await self._tell([told(line) for line in lines])

    async def _tell(self, messages: list[Told]) -> None:
        for message in messages:
            await self._duties()  # one that reads slowly takes minutes over them, and its key may end meanwhile
            if self._wish.wants(message, self._caller):
                await self._send(message.text)
            self._cursor = message.seq

    async def _duties(self) -> None:
        """What is due by the clock: the end, the key's validity, a ping."""
        now = time.monotonic()
        if now >= self._ends:
            raise _Ended(RESTART, "connect again")
        if now >= self._check_due:
            self._check_due = now + CHECK_S
            try:
                caller = await self._credentials.holder(self._caller.credential)
            except Unavailable:
                caller = self._caller  # not known to be revoked; without the database there is no news either
            if caller is None:
                raise _Ended(POLICY, "the key is no longer good")
            self._caller = caller
        if now >= self._ping_due:
            self._ping_due = now + PING_S
            await self._send(_encoded(None, "ping", {"seq": self._cursor}))

    async def _reset(self, head: int) -> None:
        """Tell that messages are missing: the client loads its lists anew and goes on from the head."""
        self._cursor = head
        await self._send(_encoded(head, "system.reset", {"head": head}))

    async def _send(self, text: str) -> None:
        try:
            async with asyncio.timeout(SEND_S):
                await self._websocket.send_text(text)
        except TimeoutError as error:
            raise _Ended(TRY_AGAIN, "you read too slowly; resume with after") from error
        except RuntimeError as error:  # what a send after the client's leaving raises
            raise WebSocketDisconnect from error


@asynccontextmanager
async def _reader(websocket: WebSocket) -> AsyncIterator[None]:
    """Read, and ignore, what the client says: so its leaving is noticed at once and ends the block."""
    block = asyncio.current_task()
    assert block is not None
    left = False

    async def read() -> None:
        while (await websocket.receive())["type"] != "websocket.disconnect":
            continue

    def ended(task: asyncio.Task[None]) -> None:
        nonlocal left
        if not task.cancelled():
            left = True  # also when reading failed: then the proxy between is gone
            log.debug("a client left", exc_info=task.exception())
            block.cancel()

    task = asyncio.create_task(read())
    task.add_done_callback(ended)
    try:
        yield
    except asyncio.CancelledError:
        if not left:
            raise
        block.uncancel()
        raise WebSocketDisconnect from None
    finally:
        task.remove_done_callback(ended)
        task.cancel()


async def _close(websocket: WebSocket, end: _Ended) -> None:
    try:
        async with asyncio.timeout(CLOSE_S):
            if websocket.application_state is WebSocketState.CONNECTING:
                await _accept(websocket)  # a browser is told the reason only after the handshake
            await websocket.close(end.code, end.reason)
    except (TimeoutError, RuntimeError, WebSocketDisconnect):
        return  # it has left, or does not even take the close


def _encoded(seq: int | None, kind: str, data: dict[str, Any]) -> str:
    at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    return json.dumps({"seq": seq, "type": kind, "at": at, "data": data}, separators=(",", ":"))


def _words(given: list[str]) -> frozenset[str] | None:
    words = {word.strip() for part in given for word in part.split(",") if word.strip()}
    return frozenset(words) or None
