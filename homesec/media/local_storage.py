"""Storage on a disk of this machine: the folder the cameras upload into, and the media made from it."""

import asyncio
import hashlib
import os
import re
import secrets
import stat
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from io import BufferedReader
from pathlib import Path

from homesec.errors import InvalidInput, NotFound, UploadAway, UploadChanged
from homesec.media.received import receive
from homesec.media.storage import PlacedFile, UploadFile
from homesec.threads import to_the_end

VOLUME_FILE = ".volume"
_VOLUME = re.compile(r"[0-9a-f]{16}\Z")
_MEDIA_NAME = re.compile(r"[a-z0-9_-][a-z0-9_.-]*(?:/[a-z0-9_-][a-z0-9_.-]*)*\Z")  # no part may begin with a dot
_MAX_NAME = 200  # characters of a media name
_REMEMBERED = 64  # clips whose hash was checked and whose stat has not changed since
_BY_NUMBER = Path("/proc/self/fd")  # Linux names an open file there
_HAS_PROC = _BY_NUMBER.is_dir()
_GONE = (FileNotFoundError, NotADirectoryError, IsADirectoryError)


class LocalStorage:
    """The `Storage` of this machine's own disk."""

    def __init__(self, cameras_dir: Path, media_dir: Path, volume: str) -> None:
        self.cameras_dir = cameras_dir
        self.media_dir = media_dir
        self.volume = volume
        self._checked: dict[tuple[int, int, int, int], bytes] = {}

    @classmethod
    def open(cls, cameras_dir: Path, media_dir: Path) -> "LocalStorage":
        """Make the folders and the volume's id where they are missing. Raises UploadAway when that is impossible."""
        try:
            cameras_dir.mkdir(parents=True, exist_ok=True)
            media_dir.mkdir(parents=True, exist_ok=True)
            return cls(cameras_dir, media_dir, _volume_id(cameras_dir / VOLUME_FILE))
        except OSError as error:
            raise UploadAway(f"{cameras_dir} cannot be used: {error.strerror}") from error

    def keep_volume(self) -> None:
        """Make the folder and its id again after someone deleted them: what is registered keeps its volume."""
        self.cameras_dir.mkdir(parents=True, exist_ok=True)
        mark = self.cameras_dir / VOLUME_FILE
        if not mark.exists():
            _write_whole(mark, self.volume.encode())

    async def read_upload(self, upload: UploadFile) -> bytes:
        return await asyncio.to_thread(self.read_now, upload)

    def read_now(self, upload: UploadFile) -> bytes:
        """`read_upload` for callers that have a thread of their own."""
        try:
            with self._upload(upload) as file:
                data = file.read(upload.size + 1)
        except OSError as error:
            raise UploadAway(f"the file cannot be read: {error.strerror}") from error
        if hashlib.sha256(data).digest() != upload.sha256:
            raise UploadChanged
        return data

    @asynccontextmanager
    async def open_upload(self, upload: UploadFile) -> AsyncIterator[Path]:
        """The path is that of the open, checked file: what is renamed over it meanwhile is not what is read."""
        file = await asyncio.to_thread(self._open_checked, upload)
        try:
            yield self.path_of(file, upload.path)
        finally:
            file.close()

    async def read_media(self, volume: str, name: str) -> bytes:
        return await asyncio.to_thread(self._read_media, volume, name)

    async def write_media(self, volume: str, name: str, data: bytes) -> None:
        await asyncio.to_thread(self._write_media, volume, name, data)

    async def remove(self, volume: str, uploads: Sequence[PlacedFile], media: Sequence[str]) -> int:
        return await to_the_end(self._remove, volume, uploads, media)

    async def write_upload(self, folder: str, name: str, chunks: AsyncIterator[bytes]) -> str:
        return await receive(self.cameras_dir, folder, name, chunks)

    def open_file(self, path: bytes) -> BufferedReader:
        """Open a file below the cameras' folder, no part of whose path is a link. Raises OSError, InvalidInput."""
        with self._folder(path) as (folder, name):
            number = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
        if not stat.S_ISREG(os.fstat(number).st_mode):  # a pipe or a device would be read for ever
            os.close(number)
            raise IsADirectoryError("not a regular file")
        return os.fdopen(number, "rb")

    @contextmanager
    def _folder(self, path: bytes) -> Iterator[tuple[int, bytes]]:
        """The open folder of a file below the cameras' folder, reached over no link, and the file's name in it."""
        parts = path.split(b"/")
        if not path or b"\0" in path or any(part in (b"", b".", b"..") for part in parts):
            raise InvalidInput("not a path inside the cameras' folder")
        folder = os.open(self.cameras_dir, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for part in parts[:-1]:
                inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
                os.close(folder)
                folder = inner
            yield folder, parts[-1]
        finally:
            os.close(folder)

    def path_of(self, file: BufferedReader, path: bytes) -> Path:
        """A path under which this process can open the open file again."""
        return _BY_NUMBER / str(file.fileno()) if _HAS_PROC else self.cameras_dir / os.fsdecode(path)

    def _upload(self, upload: UploadFile) -> BufferedReader:
        """The open file of the registered size. Raises UploadChanged, UploadAway."""
        self._check_volume(upload.volume)
        try:
            file = self.open_file(upload.path)
        except _GONE as error:
            if not (self.cameras_dir / VOLUME_FILE).exists():
                raise UploadAway("the disk of the cameras' folder is not there") from error
            raise UploadChanged from error
        except OSError as error:
            raise UploadAway(f"the file cannot be read: {error.strerror}") from error
        if os.fstat(file.fileno()).st_size != upload.size:
            file.close()
            raise UploadChanged
        return file

    def _open_checked(self, upload: UploadFile) -> BufferedReader:
        """A clip is opened once for each chunk of it; its hash is computed again only when its stat has changed."""
        file = self._upload(upload)
        try:
            found = os.fstat(file.fileno())
            known = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
            if self._checked.get(known) != upload.sha256:
                if hashlib.file_digest(file, "sha256").digest() != upload.sha256:
                    raise UploadChanged
                file.seek(0)
                if len(self._checked) >= _REMEMBERED:
                    self._checked.pop(next(iter(self._checked)), None)
                self._checked[known] = upload.sha256
            return file
        except OSError as error:
            file.close()
            raise UploadAway(f"the file cannot be read: {error.strerror}") from error
        except BaseException:
            file.close()
            raise

    def _read_media(self, volume: str, name: str) -> bytes:
        path = self._media(volume, name)
        try:
            return path.read_bytes()
        except _GONE as error:
            raise NotFound("there is no such picture any more") from error
        except OSError as error:
            raise UploadAway(f"the media folder cannot be read: {error.strerror}") from error

    def _write_media(self, volume: str, name: str, data: bytes) -> None:
        path = self._media(volume, name)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_whole(path, data)
        except OSError as error:
            raise UploadAway(f"the media folder cannot be written: {error.strerror}") from error

    def _remove(self, volume: str, uploads: Sequence[PlacedFile], media: Sequence[str]) -> int:
        self._check_volume(volume)
        freed = 0
        paths = [self._media(volume, name) for name in media]
        if not (self.cameras_dir / VOLUME_FILE).exists():
            raise UploadAway("the disk of the cameras' folder is not there")
        try:
            for file in uploads:
                with suppress(*_GONE), self._folder(file.path) as (folder, name):
                    found = os.stat(name, dir_fd=folder, follow_symlinks=False)
                    if stat.S_ISREG(found.st_mode) and (found.st_size, found.st_mtime_ns) == (file.size, file.mtime_ns):
                        os.unlink(name, dir_fd=folder)
                        freed += found.st_size
            for path in paths:
                with suppress(*_GONE):
                    size = path.stat().st_size
                    path.unlink()
                    freed += size
        except OSError as error:
            raise UploadAway(f"a file cannot be deleted: {error.strerror}") from error
        return freed

    def _media(self, volume: str, name: str) -> Path:
        self._check_volume(volume)
        if len(name) > _MAX_NAME or not _MEDIA_NAME.match(name):
            raise InvalidInput("not a name of a media file")
        return self.media_dir / name

    def _check_volume(self, volume: str) -> None:
        if volume != self.volume:
            raise UploadAway("the file lies on a disk that is not attached here")


def _write_whole(path: Path, data: bytes) -> None:
    """All of it or nothing, also when the disk is full: a temporary file, then a rename."""
    temporary = path.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def _volume_id(mark: Path) -> str:
    """The id that the disk carries in its root, made once: of two processes the first one's."""
    with suppress(FileExistsError):
        number = os.open(mark, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        with os.fdopen(number, "w") as file:
            file.write(secrets.token_hex(8))
    for _ in range(20):  # the other process is between making the file and filling it
        known = mark.read_text(errors="replace").strip()
        if _VOLUME.match(known):
            return known
        time.sleep(0.05)
    raise UploadAway(f"{mark} holds no volume id; put the old one back, or delete the file to begin anew")
