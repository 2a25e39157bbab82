"""The folder of all cameras itself: is it still there, and still on the same disk?"""

import os

from homesec.media.local_storage import VOLUME_FILE, LocalStorage


class Root:
    """Looks at the disk, so it takes a thread."""

    def __init__(self, storage: LocalStorage) -> None:
        self._storage = storage
        self._seen: tuple[int, int] | None = self._identity()
        self.away: str | None = None
        """Why nothing may be read or made there now."""

    def check(self) -> bool:
        """Whether it is another folder than before, so that it must be watched and looked through anew.

        A folder that was deleted is made again under its old volume id. On another disk, or one that carries another
        id, nothing is touched: the right one may only be unmounted.
        """
        try:
            return self._check()
        except OSError as error:
            self.away = f"the cameras' folder cannot be used: {error.strerror}"
            return False

    def _check(self) -> bool:
        found = self._identity()
        if found is not None and found == self._seen and self.away is None:
            return False
        if found is None or (self._seen is not None and found[0] == self._seen[0]):
            self._storage.keep_volume()
            found = self._identity()
        mark = self._storage.cameras_dir / VOLUME_FILE
        if not mark.exists() or mark.read_text(errors="replace").strip() != self._storage.volume:
            self.away = "the cameras' folder is on another disk than before; mount the old one, or start homesec anew"
            return False
        self._seen, self.away = found, None
        return True

    def _identity(self) -> tuple[int, int] | None:
        try:
            found = os.stat(self._storage.cameras_dir)
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino
