"""Uploads and media wherever they lie: on this node's disk, or behind the media server of the node that holds them."""

import os
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from actors import MEDIA_SERVER
from actors.names import Peer
from homesec.errors import HomesecError, Unavailable, UploadAway
from homesec.media.local_storage import VOLUME_FILE, LocalStorage
from homesec.media.storage import PlacedFile, Storage, UploadFile
from homesec.settings import Settings

PIECE = 8 * 2**20  # bytes in one answer


class NodeStorage:
    """This node's disk for its own volume, media servers for all others."""

    def __init__(self, settings: Settings) -> None:
        self._local: Storage | None = None
        self._volume: str | None = None
        if (settings.cameras_dir / VOLUME_FILE).exists():
            disk = LocalStorage.open(settings.cameras_dir, settings.media_dir)
            self._local, self._volume = disk, disk.volume
        self._servers: dict[str, Peer] = {}

    async def read_upload(self, upload: UploadFile) -> bytes:
        if self._local is not None and upload.volume == self._volume:
            return await self._local.read_upload(upload)
        return b"".join([piece async for piece in self._pieces(upload)])

    @asynccontextmanager
    async def open_upload(self, upload: UploadFile) -> AsyncIterator[Path]:
        if self._local is not None and upload.volume == self._volume:
            async with self._local.open_upload(upload) as path:
                yield path
            return
        with tempfile.NamedTemporaryFile(prefix="homesec-", suffix=Path(os.fsdecode(upload.path)).suffix) as copy:
            async for piece in self._pieces(upload):
                copy.write(piece)
            copy.flush()
            yield Path(copy.name)

    async def read_media(self, volume: str, name: str) -> bytes:
        if self._local is not None and volume == self._volume:
            return await self._local.read_media(volume, name)
        answer: bytes = await self._ask(volume, "read_media", name)
        return answer

    async def write_media(self, volume: str, name: str, data: bytes) -> None:
        if self._local is not None and volume == self._volume:
            await self._local.write_media(volume, name, data)
        else:
            await self._ask(volume, "write_media", name, data)

    async def remove(self, volume: str, uploads: Sequence[PlacedFile], media: Sequence[str]) -> int:
        if self._local is not None and volume == self._volume:
            return await self._local.remove(volume, uploads, media)
        freed: int = await self._ask(volume, "remove", uploads, media)
        return freed

    async def write_upload(self, folder: str, name: str, chunks: AsyncIterator[bytes]) -> str:
        if self._local is None:
            raise Unavailable("this node holds no upload folders; ask the API on the node that does")
        return await self._local.write_upload(folder, name, chunks)

    async def _pieces(self, upload: UploadFile) -> AsyncIterator[bytes]:
        offset = 0
        while offset < upload.size or offset == 0:
            piece: bytes = await self._ask(upload.volume, "read_upload", upload, offset, PIECE)
            yield piece
            offset += max(1, len(piece))

    async def _ask(self, volume: str, method: str, *arguments: Any) -> Any:
        server = self._servers.setdefault(volume, Peer(f"{MEDIA_SERVER}:{volume}"))
        try:
            answer = await server.call(method, *arguments)
        except Unavailable as error:
            raise UploadAway(f"the node with the volume {volume} cannot be reached") from error
        if isinstance(answer, HomesecError):
            raise answer
        return answer


