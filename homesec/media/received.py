"""A file that comes in through the API: beside its camera's others, whole or not at all."""

import asyncio
import contextlib
import errno
import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

from homesec.domain.camera_id import camera_id
from homesec.errors import UploadAway
from homesec.threads import to_the_end

_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS)


async def receive(cameras_dir: Path, folder: str, name: str, chunks: AsyncIterator[bytes]) -> str:
    """Write the chunks under a hidden name, make them last, then give them `name`, or one like it that is free.

    Result: the name. Raises InvalidInput for a folder that cannot be a camera's, UploadAway when the disk fails or is
    full, and whatever `chunks` raises; then nothing is left behind.
    """
    camera_id(folder)  # refuses names that lead elsewhere
    try:
        directory = await asyncio.to_thread(_open_folder, cameras_dir / folder)
    except OSError as error:
        raise UploadAway(f"the camera's folder cannot be written: {error.strerror}") from error
    temporary = f".{secrets.token_hex(8)}.part"
    try:
        new = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        file = await asyncio.to_thread(os.open, temporary, new, 0o644, dir_fd=directory)
        try:
            async for chunk in chunks:
                await to_the_end(_write, file, chunk)
            await to_the_end(os.fsync, file)
        finally:
            os.close(file)
        return await to_the_end(_name, directory, temporary, name)
    except OSError as error:
        raise UploadAway(f"the file cannot be written: {error.strerror}") from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary, dir_fd=directory)
        os.close(directory)


def _open_folder(path: Path) -> int:
    with contextlib.suppress(FileExistsError):
        path.mkdir()
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)


def _write(file: int, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:
        rest = rest[os.write(file, rest) :]


def _name(directory: int, temporary: str, name: str) -> str:
    """Give the file its name without ever replacing another one."""
    stem, dot, suffix = name.rpartition(".")
    free = name
    while True:
        try:
            os.link(temporary, free, src_dir_fd=directory, dst_dir_fd=directory)
            return free
        except FileExistsError:
            free = f"{stem}-{secrets.token_hex(3)}{dot}{suffix}"
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            if free in os.listdir(directory):  # a file system without links: look, then rename
                free = f"{stem}-{secrets.token_hex(3)}{dot}{suffix}"
                continue
            os.rename(temporary, free, src_dir_fd=directory, dst_dir_fd=directory)
            return free
