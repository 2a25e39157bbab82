"""The media server: uploads and media of this node's disk, for detectors and replicas on other nodes."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from actors import MEDIA_SERVER
from actors.lane import set_up_logging
from homesec.errors import HomesecError
from homesec.media.local_storage import LocalStorage
from homesec.media.storage import PlacedFile, UploadFile
from homesec.settings import Settings


class MediaServerActor:
    """By upload and by name, never by a path. Errors come back as values, so that they keep their words."""

    async def __init__(self, settings: Settings) -> None:  # type: ignore[misc]  # Ray awaits it
        set_up_logging(settings, MEDIA_SERVER)
        self._disk = LocalStorage.open(settings.cameras_dir, settings.media_dir)
        self._bytes = 0

    async def read_upload(self, upload: UploadFile, offset: int, count: int) -> bytes | HomesecError:
        """A piece of a file whose hash is right. The check of a clip is remembered, so each piece is cheap."""
        try:
            async with self._disk.open_upload(upload) as path:
                piece = await asyncio.to_thread(_piece, path, offset, count)
        except HomesecError as error:
            return error
        self._bytes += len(piece)
        return piece

    async def read_media(self, name: str) -> bytes | HomesecError:
        try:
            return await self._disk.read_media(self._disk.volume, name)
        except HomesecError as error:
            return error

    async def write_media(self, name: str, data: bytes) -> HomesecError | None:
        try:
            await self._disk.write_media(self._disk.volume, name, data)
        except HomesecError as error:
            return error
        return None

    async def remove(self, uploads: Sequence[PlacedFile], media: Sequence[str]) -> int | HomesecError:
        try:
            return await self._disk.remove(self._disk.volume, uploads, media)
        except HomesecError as error:
            return error

    async def ping(self) -> str:
        return "ok"

    async def health(self) -> dict[str, Any]:
        return {"state": "ok", "volume": self._disk.volume, "bytes_sent": self._bytes}

    async def stop(self) -> None:
        """Nothing is held between two calls."""


def _piece(path: Path, offset: int, count: int) -> bytes:
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(count)
