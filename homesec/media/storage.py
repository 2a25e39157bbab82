"""Where uploads and media lie. Others ask by volume and path; which machine holds the disk is this seam's affair."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class UploadFile:
    """Enough of an `uploads` row to find its bytes and to know that they are still the same."""

    volume: str
    path: bytes
    size: int
    sha256: bytes


@dataclass(frozen=True)
class PlacedFile:
    """A file of an upload as it was seen last: where, and in which state."""

    path: bytes
    size: int
    mtime_ns: int


class Storage(Protocol):
    """Reads uploads and reads, writes and removes media (thumbnails, crops), here or on the node that holds them.

    Every method raises UploadAway when the volume cannot be reached now.
    """

    async def read_upload(self, upload: UploadFile) -> bytes:
        """The whole file. Raises UploadChanged when it is gone or its hash is another."""
        ...

    def open_upload(self, upload: UploadFile) -> AbstractAsyncContextManager[Path]:
        """A local path to read the file from (a clip), valid inside the block. Raises UploadChanged."""
        ...

    async def read_media(self, volume: str, name: str) -> bytes:
        """A file of the media folder. Raises NotFound."""
        ...

    async def write_media(self, volume: str, name: str, data: bytes) -> None:
        """Atomically, over an older one; `name` is relative, made of [a-z0-9_./-]."""
        ...

    async def remove(self, volume: str, uploads: Sequence[PlacedFile], media: Sequence[str]) -> int:
        """Delete files that are still as they were registered, and pictures; gives their bytes.

        What is gone already is all right, and what was overwritten with other bytes stays.
        """
        ...

    async def write_upload(self, folder: str, name: str, chunks: AsyncIterator[bytes]) -> str:
        """A new file in a camera's folder: under a temporary name until it is whole, then renamed, never over another.

        Result: the name it got. An error of `chunks` leaves nothing behind. Raises Unavailable when the disk is full.
        """
        ...
