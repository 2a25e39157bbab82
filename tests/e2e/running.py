"""A whole homesec as a user starts it: the console script, a data folder of its own, free ports."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil

from homesec.local import ports

SCRIPT = Path(sys.executable).with_name("homesec")


def free_port() -> int:
    """One that no outgoing connection is given before the system listens on it."""
    return ports.free_port((ports.LOOPBACK,))


def until(what: Callable[[], Any], within_s: float, step_s: float = 0.1) -> Any:
    """The first true answer of `what`; fails the test after `within_s`."""
    deadline = time.monotonic() + within_s
    while True:
        answer = what()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within_s} s: {getattr(what, '__name__', what)}, last answer {answer!r}")
        time.sleep(step_s)


class Running:
    """`homesec up` in the background."""

    def __init__(self, data_dir: Path, detector: str = "hog", **environment: str) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.detector = detector
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("RAY_", "HOMESEC_"))}
        self.environment = {**clean, "HOMESEC_DASHBOARD_PORT": str(free_port()), **environment}
        self.process: subprocess.Popen[str] | None = None
        self.lines: list[str] = []

    def start(self, within_s: float = 120.0) -> "Running":
        """Start and wait for the line that says it is ready."""
        command = [str(SCRIPT), "up", "--data-dir", str(self.data_dir), "--port", str(self.port),
                   "--detector", self.detector]  # fmt: skip
        log = self.data_dir.parent / f"{self.data_dir.name}.up.log"
        before = len(log.read_text().splitlines()) if log.exists() else 0
        with log.open("a") as output:
            self.process = subprocess.Popen(
                command, stdout=output, stderr=subprocess.STDOUT, text=True, env=self.environment, cwd="/"
            )

        def ready() -> bool:
            self.lines = log.read_text().splitlines()[before:]
            if self.process is None or self.process.poll() is not None:
                raise AssertionError("homesec ended: " + "\n".join(self.lines[-30:]))
            return any("homesec is ready" in line for line in self.lines)

        until(ready, within_s)
        return self

    def stop(self) -> int:
        """Ctrl-C; gives the exit status."""
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill_everything()
            raise

    def family(self) -> list[psutil.Process]:
        """The process, and all that descend from it or work on its data folder."""
        family: dict[int, psutil.Process] = {}
        if self.process is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                parent = psutil.Process(self.process.pid)
                for process in [parent, *parent.children(recursive=True)]:
                    family[process.pid] = process
        for process in psutil.process_iter(["cmdline"]):
            with contextlib.suppress(psutil.Error):
                if any(str(self.data_dir) in word for word in process.info["cmdline"] or []):
                    family[process.pid] = process
        return list(family.values())

    def kill_everything(self) -> int:
        """kill -9 of the whole system at once; gives the number of processes."""
        family = self.family()
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(family, timeout=10)
        if self.process is not None:
            self.process.wait(10)
        return len(family)

    @property
    def key(self) -> str:
        return (self.data_dir / "admin.key").read_text().strip()

    def get(self, path: str, **query: Any) -> Any:
        """The JSON of an answer; any status but 200 fails the test."""
        answer = httpx.get(self.url + path, params=query, headers={"X-API-Key": self.key}, timeout=20)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:500]}"
        return answer.json()

    def items(self, path: str, **query: Any) -> list[Any]:
        """All items of a list, page by page."""
        items: list[Any] = []
        cursor: dict[str, str] = {}
        while True:
            page = self.get(path, limit=200, **query, **cursor)
            items += page["items"]
            if page["next_cursor"] is None:
                return items
            cursor = {"cursor": page["next_cursor"]}

    def put(self, camera: str, name: str, data: bytes) -> Path:
        """A camera's upload: under a temporary name, then renamed."""
        folder = self.data_dir / "cameras" / camera
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f".{name}.part"
        part.write_bytes(data)
        return part.rename(folder / name)


class Listener:
    """A socket client that resumes by number for as long as it lives, as the dashboard does."""

    def __init__(self, running: Running) -> None:
        import threading

        self._running = running
        self.messages: list[dict[str, Any]] = []
        self.connections = 0
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        from websockets.exceptions import WebSocketException
        from websockets.sync.client import connect

        while not self._ending.is_set():
            after = self.messages[-1]["seq"] if self.messages else 0
            url = f"ws://127.0.0.1:{self._running.port}/ws/events?after={after}"
            try:
                key = self._running.key
                with connect(url, subprotocols=["homesec", f"key.{key}"], open_timeout=5) as socket:  # type: ignore[list-item]
                    self.connections += 1
                    while not self._ending.is_set():
                        with contextlib.suppress(TimeoutError):
                            message = json.loads(socket.recv(timeout=0.5))
                            if message.get("seq") is not None:
                                self.messages.append(message)
            except (OSError, WebSocketException):
                time.sleep(0.3)

    def of(self, *types: str) -> list[dict[str, Any]]:
        return [message for message in self.messages if message["type"] in types]

    def close(self) -> None:
        self._ending.set()
        self._thread.join(10)


@contextlib.contextmanager
def running(data_dir: Path, detector: str = "hog", **environment: str) -> Iterator[Running]:
    """A system that is ended in order after the block, and killed when that fails."""
    system = Running(data_dir, detector, **environment)
    try:
        system.start()
        yield system
    finally:
        if system.process is not None and system.process.poll() is None:
            system.stop()
