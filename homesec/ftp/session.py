"""One camera's connection: what it may do, and what becomes of its files."""

import logging
import os
import shutil
import socket
from contextlib import suppress
from typing import Any

from OpenSSL import SSL
from pyftpdlib.exceptions import FilesystemError  # type: ignore[import-untyped]
from pyftpdlib.filesystems import AbstractedFS  # type: ignore[import-untyped]
from pyftpdlib.handlers import TLS_DTPHandler, TLS_FTPHandler  # type: ignore[import-untyped]

from homesec.ftp.incoming import Incoming
from homesec.media.containers import HEAD_BYTES, ending, kind
from homesec.watch.names import is_ignored

RESERVE_BYTES = 64 * 2**20  # of the disk are left for the database, however much cameras send

log = logging.getLogger(__name__)


class Folder(AbstractedFS):  # type: ignore[misc]  # the library has no types
    """A camera's folder. Storing is all that changes it; a temporary name of the camera's own may become a real one."""

    def open(self, filename: str, mode: str) -> Incoming:
        if mode != "wb":
            raise FilesystemError("Uploads can neither be resumed nor appended to")
        if os.path.isdir(filename):
            raise FilesystemError("There is a folder of that name")
        if shutil.disk_usage(self.root).free < RESERVE_BYTES:
            raise FilesystemError("The disk is full")
        incoming = Incoming(filename, self.cmd_channel.limit)
        self.cmd_channel.arriving[incoming.name] = incoming
        return incoming

    def mkstemp(self, suffix: str = "", prefix: str = "", dir: str = "", mode: str = "wb") -> Any:
        raise FilesystemError("Give the file a name")

    def rename(self, src: str, dst: str) -> None:
        if os.path.isdir(src) or not is_ignored(os.fsencode(os.path.basename(src))) or os.path.lexists(dst):
            raise FilesystemError("Only an upload's temporary name may be changed, to one that is free")
        super().rename(src, dst)


class Transfer(TLS_DTPHandler):  # type: ignore[misc]
    """A file's bytes. Always binary: a camera that forgot to say so does not mean its pictures to be changed."""

    timeout = 60
    transfer_finished: bool

    def enable_receiving(self, type: str, cmd: str) -> None:
        self.file_obj.on_close = self._settle
        super().enable_receiving("i", cmd)

    def _settle(self) -> None:
        """Keep the file or drop it, before the camera is told that it arrived."""
        session, incoming = self.cmd_channel, self.file_obj
        del session.arriving[incoming.name]
        if not self.transfer_finished or (session.is_gone() and _breaks_off(incoming.name)):
            incoming.drop()
            session.door.dropped(session.username)
            return
        try:
            incoming.keep()
        except OSError as error:
            incoming.drop()
            session.door.failed(f"a file could not be stored: {error.strerror}")
            self.transfer_finished, self._resp = False, ("451 The file cannot be stored.", log.error)
        else:
            session.door.received(session.username)


class Session(TLS_FTPHandler):  # type: ignore[misc]
    """A connection; each door makes a class of its own from this one, with users, ports and certificate."""

    abstracted_fs = Folder
    dtp_handler = Transfer
    banner = "homesec"
    timeout = 120
    limit = 0
    """Bytes of one file."""
    door: Any = None

    def __init__(self, conn: socket.socket, server: Any, ioloop: Any = None) -> None:
        self.arriving: dict[str, Incoming] = {}
        super().__init__(conn, server, ioloop)

    def handle_close(self) -> None:
        """The camera ended the connection. What it sent before on the other one is still read, as after QUIT."""
        if self.data_channel is not None and self.data_channel.receive:
            self._quit_pending = True
            self.del_channel()
        else:
            super().handle_close()

    def on_disconnect(self) -> None:
        for incoming in list(self.arriving.values()):  # announced, and never sent
            incoming.drop()
            self.door.dropped(self.username)
        self.arriving.clear()

    def on_login_failed(self, username: str, password: str) -> None:
        log.warning("a login was refused", extra={"user": username[:64], "address": self.remote_ip})

    def is_gone(self) -> bool:
        """A connection that broke looks like the end of the file; but then the camera's other connection ended too."""
        with suppress(OSError, ValueError, SSL.Error):
            with socket.socket(fileno=os.dup(self.socket.fileno())) as same:
                try:
                    return not same.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
                except BlockingIOError:
                    return False
        return True


def _breaks_off(name: str) -> bool:
    with open(name, "rb") as file:
        head = file.read(HEAD_BYTES)
        form = kind(head)
        return not head or (form is not None and ending(file, form).whole is False)
