"""What every request passes before any route: its id, its origin, its caller, its limits. Closed by default.

Plain ASGI, so that no route can be forgotten, and bodies and sockets stream through untouched.
"""

import re
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from homesec.api.caller import Caller
from homesec.api.credentials import Credentials, Source, digest, presented
from homesec.api.headers import dress
from homesec.api.limits import Limits
from homesec.api.problems import TooLarge, problem
from homesec.api.proxies import Network, Origin, origin
from homesec.errors import Unavailable

MAX_BODY = 2**20  # bytes of a request that is no upload
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_SAFE = ("GET", "HEAD", "OPTIONS")
_OPEN = {("GET", "/api/health/live"), ("POST", "/api/session")}


class Gate:
    """Lets through what is open to all (the page's own files, liveness, logging in) and callers with a valid key."""

    def __init__(
        self, app: ASGIApp, credentials: Credentials, limits: Limits, trusted: tuple[Network, ...], max_upload: int
    ) -> None:
        self.app = app
        self._credentials = credentials
        self._limits = limits
        self._trusted = trusted
        self._max_upload = max_upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        given_id = Headers(scope=scope).get("x-request-id", "")
        is_given = _REQUEST_ID.fullmatch(given_id) is not None
        request_id = given_id if is_given else str(uuid.uuid4())
        # an id that came with the request is not sent back: whoever gave it (Serve's proxy) does that itself
        header_id = None if is_given else request_id
        where = origin(scope, self._trusted)
        state = scope.setdefault("state", {})
        state.update(request_id=request_id, header_id=header_id, origin=where, address=where.address)
        dressed = _dressed(send, header_id)
        refusal = await self._refusal(scope, where, request_id)
        if refusal is not None:
            await _refuse(scope, receive, dressed, refusal)
        elif scope["type"] == "websocket":
            await self.app(scope, receive, send)
        else:
            await self.app(scope, _bounded(receive, self._limit(scope)), dressed)

    def _limit(self, scope: Scope) -> int:
        return self._max_upload if scope["path"].endswith("/uploads") else MAX_BODY

    async def _refusal(self, scope: Scope, where: Origin, request_id: str) -> Response | None:
        """Why the request may not pass; None when it may."""
        headers = Headers(scope=scope)
        method = scope.get("method", "GET")
        if b"%00" in scope.get("raw_path", b"") or b"%00" in scope.get("query_string", b""):
            return problem(request_id, 400, "NUL characters are not allowed.")
        length = headers.get("content-length", "0")
        if scope["type"] == "http" and length.isdigit() and int(length) > self._limit(scope):
            return problem(request_id, 413, f"At most {self._limit(scope)} bytes are taken.")
        if not scope["path"].startswith(("/api", "/ws")) and method in _SAFE:
            return None  # the page's own files: they show nothing without a session
        if (method, scope["path"]) in _OPEN and scope["type"] == "http":
            stranger = headers.get("origin")
            if stranger is not None and not where.is_same(stranger):
                return problem(request_id, 403, "Requests from other sites are refused.")
            return None
        given = presented(headers, scope["type"] == "websocket")
        if given is None:
            return problem(request_id, 401)
        secret, source = given
        try:
            caller = await self._caller(digest(secret), source, where)
        except Unavailable as error:
            return problem(request_id, 503, str(error))
        if isinstance(caller, int):
            return _too_many(request_id, caller)
        if caller is None:
            return problem(request_id, 401)
        if source == "session" and not self._is_same_site(scope, headers, where, method):
            return problem(request_id, 403, "Requests from other sites are refused.")
        if (wait_s := await self._limits.request(str(caller.key_id))) is not None:
            return _too_many(request_id, wait_s)
        scope["state"]["caller"] = caller
        return None

    async def _caller(self, sha256: bytes, source: Source, where: Origin) -> Caller | int | None:
        """The caller; None = unknown; a number = too many failures from there, wait so many seconds."""
        address = where.address or "unknown"
        if not self._credentials.was_good(sha256) and (wait_s := await self._limits.may_login(address)) is not None:
            return wait_s
        caller = await self._credentials.holder(sha256)
        if caller is None or caller.session != (source == "session"):  # a cookie is no key, and a key no cookie
            return await self._limits.failed_login(address)
        return caller

    def _is_same_site(self, scope: Scope, headers: Headers, where: Origin, method: str) -> bool:
        """The cookie alone proves nothing when another site made the browser send it."""
        if method in _SAFE and scope["type"] == "http":
            return True
        if (asked_from := headers.get("origin")) is not None:
            return where.is_same(asked_from)
        return headers.get("sec-fetch-site") == "same-origin"


def _too_many(request_id: str, wait_s: int) -> Response:
    return problem(request_id, 429, "Too many requests; wait a little.", headers={"Retry-After": str(wait_s)})


async def _refuse(scope: Scope, receive: Receive, send: Send, refusal: Response) -> None:
    if scope["type"] == "http":
        await refusal(scope, receive, send)
    elif "websocket.http.response" in scope.get("extensions", {}):
        await receive()  # the handshake
        await refusal(scope, receive, send)
    else:
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": "refused"})  # before the accept: HTTP 403


def _bounded(receive: Receive, limit: int) -> Receive:
    """Count the body, since a Content-Length may be missing."""
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise TooLarge(limit)
        return message

    return counted


def _dressed(send: Send, request_id: str | None) -> Send:
    """Add the headers that every answer carries."""

    async def dressed(message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            dress(MutableHeaders(scope=message), request_id)
        await send(message)

    return dressed
