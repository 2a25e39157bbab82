"""How uploads get to homesec: written into the cameras' folders, or through the FTP door.

Each way gives the steps of one upload: it does a part of it, and tells how many seconds pass until the next.
"""

import os
import ssl
from collections.abc import Callable, Iterator, Mapping
from ftplib import FTP, FTP_TLS, error_perm
from ftplib import Error as FtpError
from pathlib import Path

from homesec.sim.cameras.camera_habits import habits
from homesec.sim.cameras.uploads import Upload

PIECES = 5  # an upload in pieces comes in so many
PIECE_S = 0.4  # wall time from one to the next
FTP_TIMEOUT_S = 30.0
BUSY_S = 0.1  # until it is looked again whether the camera's line is free
RETRY_S = 1.0  # until a camera tries again

Steps = Iterator[float]
Way = Callable[[Upload, bytes], Steps]


def into_folders(cameras_dir: Path) -> Way:
    """Writes as a shared folder's cameras do: some under a temporary name, some straight under their own."""

    def steps(upload: Upload, data: bytes) -> Steps:
        folder = cameras_dir / upload.folder
        folder.mkdir(parents=True, exist_ok=True)
        camera, path = habits(upload.camera), folder / upload.name
        slowly = upload.fault == "pieces"
        first = path.with_name(f".{upload.name}.part") if camera.renames and not slowly else path
        with first.open("wb", buffering=0) as file:
            for number, piece in enumerate(_pieces(data) if slowly else [data]):
                if number:
                    yield PIECE_S
                file.write(piece)
        if first != path:
            if camera.clock == "file":
                os.utime(first, (upload.stamp.timestamp(),) * 2)
            first.rename(path)

    return steps


class FtpCameras:
    """The cameras as clients of the FTP door, each with a line of its own that stays open.

    A door that is shut is tried again until it opens.
    """

    def __init__(self, host: str, port: int, passwords: Mapping[str, str], tls: bool = True) -> None:
        self._host, self._port, self._passwords, self._tls = host, port, passwords, tls
        self._lines: dict[str, FTP] = {}
        self._busy: set[str] = set()

    def steps(self, upload: Upload, data: bytes) -> Steps:
        """Raises ftplib.error_perm when the door refuses it for good."""
        while upload.camera in self._busy:  # one file after another, as on every FTP connection
            yield BUSY_S
        self._busy.add(upload.camera)
        try:
            while True:
                try:
                    yield from self._stored(upload, data)
                    return
                except error_perm:
                    raise
                except (OSError, EOFError, FtpError):
                    if line := self._lines.pop(upload.camera, None):
                        line.close()
                yield RETRY_S
        finally:
            self._busy.discard(upload.camera)

    def _stored(self, upload: Upload, data: bytes) -> Steps:
        line = self._lines.get(upload.camera)
        if line is None:
            line = self._lines[upload.camera] = self._connected(upload.camera)
        with line.transfercmd(f"STOR {upload.name}") as sending:
            for number, piece in enumerate(_pieces(data) if upload.fault == "pieces" else [data]):
                if number:
                    yield PIECE_S
                sending.sendall(piece)
            if isinstance(sending, ssl.SSLSocket):
                sending.unwrap()
        line.voidresp()

    def close(self) -> None:
        for line in self._lines.values():
            line.close()
        self._lines.clear()

    def _connected(self, camera: str) -> FTP:
        line: FTP = FTP(timeout=FTP_TIMEOUT_S)
        if self._tls:
            line = FTP_TLS(timeout=FTP_TIMEOUT_S, context=_trusting())
        line.connect(self._host, self._port)
        line.login(camera, self._passwords[camera])
        if isinstance(line, FTP_TLS):
            line.prot_p()
        line.voidcmd("TYPE I")
        return line


def _trusting() -> ssl.SSLContext:
    # Cameras take the door's own certificate, which nobody has signed, as they find it.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _pieces(data: bytes) -> list[bytes]:
    size = max(1, -(-len(data) // PIECES))
    return [data[place : place + size] for place in range(0, len(data), size)]
