"""Pictures as answers: only known types, never as a page of their own, checked again by the browser through an ETag."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

_SIGNATURES = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))
KEPT = "private, max-age=3600"  # bytes behind an id never change; an hour bounds how long a copy outlives them


def picture(*media_types: str) -> dict[int | str, dict[str, Any]]:
    """Documentation of a route that answers with a picture."""
    content = {name: {"schema": {"type": "string", "format": "binary"}} for name in media_types}
    return {200: {"description": "The picture", "content": content}, 304: {"description": "Not changed"}}


def media_type(data: bytes) -> str:
    """What the bytes are, whatever their file was called."""
    for signature, name in _SIGNATURES:
        if data.startswith(signature):
            return name
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return "application/octet-stream"


def is_known(request: Request, etag: str) -> bool:
    """The client has these very bytes."""
    return etag in request.headers.get("if-none-match", "")


def answer(data: bytes, etag: str, cache: str = KEPT) -> Response:
    return Response(data, headers={"ETag": etag, "Cache-Control": cache}, media_type=media_type(data))


def unchanged(etag: str, cache: str = KEPT) -> Response:
    return Response(status_code=304, headers={"ETag": etag, "Cache-Control": cache})
