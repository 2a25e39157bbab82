"""One server process that belongs to a folder: who owns it, where it listens, how it starts, dies and is ended.

The owner is whoever holds the folder's lock; the server ends with the thread that started it, so only a main thread
may start one. Others that ask for the same folder meanwhile get the owner's server and cannot end it. A server whose
owner was killed is waited out, or ended, before a new one is started.
"""

import contextlib
import fcntl
import os
import secrets
import signal
import subprocess
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import IO, ClassVar, NoReturn

import psutil

from homesec.errors import LocalServiceFailed
from homesec.local.accounts import Account
from homesec.local.ports import LOOPBACK, addresses, free_port, is_free
from homesec.local.programs import run_as

START_S = 180.0  # PostgreSQL on a slow disk may replay a gigabyte of its log after a crash
ORPHAN_S = 10.0  # how long the server of a killed owner may take to end by itself
PORT_S = 2.0  # how long to wait for the port of the time before
LOG_BYTES = 10 * 2**20  # a larger log is put aside at the next start; the one put aside before is dropped
_ATTEMPTS = 5
_POLL_S = 0.02


class Server(ABC):
    """The life that PostgreSQL and Redis share. `start` may be called again whenever `is_alive` says no."""

    name: ClassVar[str]
    stop_signals: ClassVar[tuple[tuple[signal.Signals, float], ...]]
    """How it is asked to end, ever less gently, and how many seconds each may take."""

    def __init__(self, data_dir: Path, listen: str = LOOPBACK) -> None:
        self.folder = data_dir.absolute() / self.name
        self.listen = listen
        self._log = data_dir.absolute() / "logs" / f"{self.name}.log"
        self._pid_file = self.folder / "pid"
        self._lock: IO[str] | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._port: int | None = None

    @property
    @abstractmethod
    def _marks(self) -> tuple[str, ...]:
        """Arguments that only this server's command line holds."""

    @abstractmethod
    def _prepare(self, port: int, password: str) -> tuple[list[str], Account | None]:
        """Write what the server reads at start; return its command line and account."""

    @abstractmethod
    def _url(self, port: int, password: str) -> str:
        """Where clients find it."""

    @abstractmethod
    def _answers(self, url: str) -> bool:
        """Whether it serves."""

    def _heal(self, log: str) -> None:  # noqa: B027  (most servers have nothing to heal)
        """Look at what a server that ended during its start has logged, and clear what hinders the next attempt."""

    def start(self) -> str:
        """Start it, unless it runs, and return its URL once it serves. Raises LocalServiceFailed."""
        if threading.current_thread() is not threading.main_thread():
            raise LocalServiceFailed(f"{self.name} must be started from the main thread: it ends with its thread")
        where = addresses(self.listen)
        self._make_folders()
        deadline = time.monotonic() + START_S
        while not self._own():
            if (url := self.running_url()) and self._answers(url):
                return url
            if time.monotonic() > deadline:
                raise LocalServiceFailed(f"another process holds {self.folder} and its {self.name} does not answer")
            time.sleep(_POLL_S)
        try:
            return self._start(where, deadline)
        except BaseException:
            self.stop()
            raise

    def is_alive(self) -> bool:
        """Whether the server process is there."""
        return self.pid() is not None

    def pid(self) -> int | None:
        """The process id of the running server. A stale pid file, even of a pid in use by others, is None."""
        if self._child is not None:
            self._child.poll()  # otherwise a dead child stays as a zombie
        try:
            pid = int(self._pid_file.read_text())
            command = psutil.Process(pid).cmdline()
        except (OSError, ValueError, psutil.Error):
            return None
        return pid if set(self._marks) <= set(command) else None

    def running_url(self) -> str | None:
        """The URL of the server that runs on this folder, whoever started it; None when none does."""
        try:
            port, password = int((self.folder / "port").read_text()), (self.folder / "password").read_text()
        except (OSError, ValueError):
            return None
        return self._url(port, password) if self.is_alive() else None

    def stop(self) -> None:
        """End the server that this object started, in order; one that another started stays."""
        if self._lock is None:
            return
        self._end()
        self._disown()

    def _make_folders(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._log.parent.mkdir(parents=True, exist_ok=True)
            # a server that must not be root has to pass to its own folder inside
            self.folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
        except PermissionError as error:
            raise LocalServiceFailed(
                f"{error.filename} belongs to another user: start homesec as that user, or give the folder to this one"
            ) from error
        except OSError as error:
            raise LocalServiceFailed(f"{self.folder} cannot be used: {error.strerror}") from error

    def _own(self) -> bool:
        if self._lock is not None:
            return True
        try:
            lock = open(self.folder / "lock", "w")  # open as long as the server is ours
        except OSError as error:
            raise LocalServiceFailed(f"{self.folder / 'lock'} cannot be written: {error.strerror}") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return False
        self._lock = lock
        return True

    def _disown(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _start(self, where: Sequence[str], deadline: float) -> str:
        password = self._password()
        if self._child is not None and self._port is not None and self.is_alive():
            if url := self._await(self._url(self._port, password), deadline):
                return url
            self._fail("does not answer")
        self._wait_out()
        for attempt in range(_ATTEMPTS):
            port = self._choose_port(where)
            argv, account = self._prepare(port, password)
            begin = self._launch(argv, account)
            if url := self._await(self._url(port, password), deadline):
                self._port = port
                return url
            if time.monotonic() > deadline:
                self._end()
                self._fail(f"does not answer after {START_S:.0f} s", begin)
            self._heal(self._logged(begin))
            time.sleep(0.2 * attempt)  # processes of a killed server may hold its memory for a moment
        self._fail("ends at once", begin)

    def _choose_port(self, where: Sequence[str]) -> int:
        """The port of the time before. Only a first start may move: later on, clients know the URL."""
        kept = self.folder / "port"
        if self._port is not None:
            if not _becomes_free(self._port, where):
                raise LocalServiceFailed(f"port {self._port} of {self.name} was taken by another program")
            return self._port
        with contextlib.suppress(OSError, ValueError):
            if _becomes_free(port := int(kept.read_text()), where):
                return port
        port = free_port(where)
        kept.write_text(f"{port}\n")
        return port

    def _password(self) -> str:
        """Made at the first start; readable by its owner only."""
        path = self.folder / "password"
        try:
            if password := path.read_text():
                return password
        except FileNotFoundError:
            pass
        except OSError as error:
            raise LocalServiceFailed(f"{path} cannot be read: {error.strerror}") from error
        password = secrets.token_hex(24)
        part = path.with_suffix(".part")
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        part.write_text(password)
        part.rename(path)
        return password

    def _wait_out(self) -> None:
        """A server whose owner was killed is about to end; help when it does not."""
        deadline = time.monotonic() + ORPHAN_S
        while self.is_alive() and time.monotonic() < deadline:
            time.sleep(_POLL_S)
        self._end()

    def _launch(self, argv: list[str], account: Account | None) -> int:
        """Start the process; return where in the log its own lines begin."""
        with contextlib.suppress(FileNotFoundError):
            if self._log.stat().st_size > LOG_BYTES:
                self._log.rename(self._log.with_suffix(".log.1"))
        self._bury()
        with open(self._log, "ab", opener=_private) as log:
            begin = log.tell()
            self._child = run_as(account, argv, self.folder, self.stop_signals[0][0], self._pid_file, stdout=log)
        return begin

    def _await(self, url: str, deadline: float) -> str | None:
        """The URL once the server serves; None when it ended or time is up."""
        while time.monotonic() < deadline:
            if self._child is None or self._child.poll() is not None:
                return None
            if self.is_alive() and self._answers(url):
                return url
            time.sleep(_POLL_S)
        return None

    def _end(self) -> None:
        for number, wait_s in self.stop_signals:
            deadline = time.monotonic() + wait_s
            pid = self.pid()
            if pid is None:
                break
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            while self.pid() is not None and time.monotonic() < deadline:
                time.sleep(_POLL_S)
        if self.pid() is None:
            self._pid_file.unlink(missing_ok=True)
            self._bury()

    def _bury(self) -> None:
        """Wait for the end of a child that is no server any more, or never became one."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            self._child = None

    def _logged(self, begin: int) -> str:
        with open(self._log, "rb") as log:
            log.seek(begin)
            return log.read(2**20).decode(errors="replace")

    def _fail(self, what: str, begin: int | None = None) -> NoReturn:
        lines = [] if begin is None else self._logged(begin).strip().splitlines()[-6:]
        said = "\n  ".join(["; its last words:", *lines]) if lines else ""
        raise LocalServiceFailed(f"{self.name} {what} (log: {self._log}){said}")


def _becomes_free(port: int, where: Sequence[str]) -> bool:
    """A killed server's last processes may hold its socket for a moment."""
    deadline = time.monotonic() + PORT_S
    while not is_free(port, where):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
