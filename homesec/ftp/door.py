"""The FTP server in a thread of its own."""

import logging
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pyftpdlib.ioloop import IOLoop  # type: ignore[import-untyped]
from pyftpdlib.servers import FTPServer  # type: ignore[import-untyped]

from homesec.domain.camera_id import camera_id
from homesec.errors import InvalidInput, SettingsError
from homesec.ftp.certificate import own_names, tls_context
from homesec.ftp.incoming import sweep
from homesec.ftp.session import Session
from homesec.ftp.users import User, Users
from homesec.media.local_storage import LocalStorage
from homesec.settings import FtpSettings

MAX_CONNECTIONS = 128
TICK_S = 0.2  # how soon a stop is noticed

log = logging.getLogger(__name__)


class Door:
    """Open from `open` to `close`. `folders` gives the folder of each camera that has one of another name."""

    def __init__(
        self,
        settings: FtpSettings,
        data_dir: Path,
        storage: LocalStorage,
        max_bytes: int,
        folders: Mapping[str, str] | None = None,
    ) -> None:
        """Raises SettingsError for what can't work."""
        self._settings = settings
        users = _users(settings, storage.cameras_dir, folders or {})
        given: dict[str, Any] = {
            "authorizer": Users(users),
            "passive_ports": _ports(settings.passive_ports),
            "masquerade_address": settings.masquerade_address,
            "ssl_context": tls_context(data_dir, own_names(settings.host, settings.masquerade_address)),
            "tls_control_required": settings.tls,
            "tls_data_required": settings.tls,
            "limit": max_bytes,
            "door": self,
        }
        self._session = type("DoorSession", (Session,), given)
        self._folders = [user.folder for user in users.values()]
        self._server: Any = None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._received = self._dropped = 0
        self._last_error: str | None = None

    def open(self) -> int:
        """Listen, and give the port. Raises SettingsError when that is impossible."""
        swept = sum(sweep(folder) for folder in self._folders if folder.exists())
        if swept:
            log.info("uploads that broke off with the last door were removed", extra={"files": swept})
        address = (self._settings.host, self._settings.port or 0)
        loop = IOLoop()
        try:
            self._server = FTPServer(address, self._session, ioloop=loop)
        except OSError as error:
            loop.close()
            raise SettingsError(f"ftp.port: {address[0]}:{address[1]} cannot be used ({error.strerror})") from error
        self._server.max_cons = MAX_CONNECTIONS
        self._thread = threading.Thread(target=self._serve, args=(loop,), name="ftp", daemon=True)
        self._thread.start()
        port: int = self._server.socket.getsockname()[1]
        return port

    def close(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(5)

    def _serve(self, loop: Any) -> None:
        while not self._stop.is_set():
            loop.loop(timeout=TICK_S, blocking=False)
        self._server.close_all()

    # -- told by the sessions, in the server's thread

    def received(self, camera: str) -> None:
        self._received += 1

    def dropped(self, camera: str) -> None:
        self._dropped += 1
        log.info("an upload broke off", extra={"camera_id": camera})

    def failed(self, because: str) -> None:
        self._last_error = because
        log.error("an upload was lost", extra={"reason": because})

    def health(self) -> dict[str, Any]:
        alive = self._thread is not None and self._thread.is_alive()
        return {
            "state": "ok" if alive else "down",
            "received": self._received,
            "broken_off": self._dropped,
            "last_error": self._last_error,
        }


def _users(settings: FtpSettings, cameras_dir: Path, folders: Mapping[str, str]) -> dict[str, User]:
    if not settings.users:
        raise SettingsError("ftp.users: empty; name each camera and its password, or leave ftp.port out")
    users: dict[str, User] = {}
    for camera, password in settings.users.items():
        if not password:
            raise SettingsError(f"ftp.users.{camera}: the password is empty")
        users[camera] = User(password, cameras_dir / folders.get(camera, _own_folder(camera)))
    return users


def _own_folder(camera: str) -> str:
    """A new camera's folder is named as its id."""
    try:
        wanted = camera_id(camera)
    except InvalidInput as error:
        raise SettingsError(f"ftp.users.{camera}: {error}") from error
    if wanted != camera:
        raise SettingsError(f"ftp.users.{camera}: not the id of a camera; did you mean {wanted}?")
    return camera


def _ports(words: str) -> range:
    first, last = (int(word) for word in words.split("-"))
    if not 1024 <= first <= last <= 65535:
        raise SettingsError(f"ftp.passive_ports: {words} is no range of ports within 1024-65535")
    return range(first, last + 1)
