"""One file on its way in: under a hidden name until the last byte is there, then under its own; else nowhere."""

import errno
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

PREFIX, SUFFIX = ".", ".ftp-part"  # the watcher looks at neither


class Incoming:
    """A file object for the FTP library: written unbuffered, so that a full disk is noticed while bytes come in."""

    def __init__(self, target: str, limit: int) -> None:
        """Raises OSError."""
        self.target = target
        self.name = os.path.join(os.path.dirname(target), PREFIX + secrets.token_hex(8) + SUFFIX)
        """The hidden path: what the library tells back when the transfer has ended."""
        self.on_close: Callable[[], None] = lambda: None
        """Called once, when the last byte is written: the camera is answered only afterwards."""
        self._limit = limit
        self._file = open(self.name, "xb", buffering=0)

    @property
    def closed(self) -> bool:
        return self._file.closed

    def write(self, data: bytes) -> int:
        if self._file.tell() + len(data) > self._limit:
            raise OSError(errno.EFBIG, "the file is larger than any that is accepted")
        left = memoryview(data)
        while left:
            left = left[self._file.write(left) :]
        return len(data)

    def seek(self, place: int) -> int:
        return self._file.seek(place)

    def close(self) -> None:
        if not self._file.closed:
            self._file.close()
            self.on_close()

    def keep(self) -> None:
        """All is there: take the real name, over an older file of it. Raises OSError."""
        os.replace(self.name, self.target)

    def drop(self) -> None:
        self._file.close()
        with suppress(FileNotFoundError):
            os.unlink(self.name)


def sweep(folder: Path) -> int:
    """Remove what a door left behind that was killed; gives how many files."""
    found = [path for path in folder.rglob(f"{PREFIX}*{SUFFIX}") if path.is_file() and not path.is_symlink()]
    for path in found:
        with suppress(OSError):
            path.unlink()
    return len(found)
