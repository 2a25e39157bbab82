"""The dashboard's own files: read once, served from memory by exact name, so that no path can lead elsewhere."""

import hashlib
import mimetypes
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import homesec

FOLDER = Path(homesec.__file__).parent / "web"
_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".webmanifest": "application/manifest+json"}
_SERVED = frozenset({".html", ".js", ".mjs", ".css", ".svg", ".png", ".ico", ".webmanifest", ".json", ".txt", ".woff2"})


@dataclass(frozen=True)
class File:
    """One file of the page."""

    data: bytes
    media_type: str
    etag: str


def files(folder: Path) -> dict[str, File]:
    """Every file of the page by its path in the URL; index.html is also the page of its folder."""
    found: dict[str, File] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix not in _SERVED or not path.is_file():
            continue
        data = path.read_bytes()
        kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        name = path.relative_to(folder).as_posix()
        file = File(data, kind, f'"{hashlib.sha256(data).hexdigest()[:32]}"')
        found["/" + name] = file
        if path.name == "index.html":
            found["/" + name.removesuffix("index.html")] = file
    return found


def routes(folder: Path) -> list[Route]:
    """Routes for the files as they are now."""
    return [Route(path, _endpoint(file), methods=["GET"]) for path, file in files(folder).items()]


def _endpoint(file: File) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        # always asked again, so that a new version is there at once; unchanged files cost no bytes
        headers = {"ETag": file.etag, "Cache-Control": "no-cache"}
        if file.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(file.data, headers=headers, media_type=file.media_type)

    return serve
