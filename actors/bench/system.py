"""A whole homesec for a bench: `homesec up` as a process of its own, on an empty data folder and free ports."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import psycopg
from websockets.asyncio.client import connect

from homesec.bench.processes import family
from homesec.errors import HomesecError, Unavailable

START_S = 180.0
STOP_S = 90.0
READY = "homesec is ready"


class System:
    """Started on entry, ended in order on exit, and killed when that takes too long."""

    def __init__(self, data_dir: Path, detector: str, **settings: str) -> None:
        """`settings` are named as in the environment, without HOMESEC_."""
        self.data_dir = data_dir
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = data_dir.with_name(f"{data_dir.name}.up.log")
        self._detector = detector
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("RAY_", "HOMESEC_"))},
            "HOMESEC_DASHBOARD_PORT": str(free_port()),
            **{f"HOMESEC_{name}": value for name, value in settings.items()},
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._database: psycopg.Connection | None = None

    def __enter__(self) -> "System":
        try:
            self.start()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        ended = self._process is not None and self._process.poll() is not None
        self.stop()
        if ended:
            raise HomesecError("\n".join(["homesec ended while it was measured:", *self._said()]))

    def start(self) -> float:
        """Gives the seconds until it was ready. Raises HomesecError with what it said."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        command = [*homesec_command(), "up", "--data-dir", str(self.data_dir), "--port", str(self.port)]
        started = time.perf_counter()
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                [*command, "--detector", self._detector],
                stdout=output, stderr=subprocess.STDOUT, env=self._environment, cwd=self.data_dir,
            )  # fmt: skip
        while not any(READY in line for line in self._said()):
            if self._process.poll() is not None:
                raise HomesecError("\n".join(["homesec up ended:", *self._said()]))
            if time.perf_counter() - started > START_S:
                raise HomesecError(f"homesec up was not ready after {START_S:.0f} s")
            time.sleep(0.02)
        return time.perf_counter() - started

    def _said(self) -> list[str]:
        return self._log.read_text(errors="replace").splitlines()[-30:]

    def stop(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        if self._process is None:
            return
        for process in family(self._process.pid):
            with contextlib.suppress(Exception):
                process.kill()
        self._process.wait(10)

    @property
    def pid(self) -> int:
        if self._process is None:
            raise Unavailable("the system of this bench does not run")
        return self._process.pid

    @property
    def key(self) -> str:
        return (self.data_dir / "admin.key").read_text().strip()

    @property
    def headers(self) -> dict[str, str]:
        return {"X-API-Key": self.key}

    def get(self, path: str, **query: Any) -> Any:
        answer = httpx.get(self.url + path, params=query, headers=self.headers, timeout=30)
        answer.raise_for_status()
        return answer.json()

    @property
    def database_url(self) -> str:
        return self._urls()["HOMESEC_DATABASE_URL"]

    @property
    def redis_url(self) -> str:
        return self._urls()["HOMESEC_REDIS_URL"]

    def _urls(self) -> dict[str, str]:
        answer = subprocess.run(
            [*homesec_command(), "env", "--data-dir", str(self.data_dir)],
            capture_output=True, text=True, check=True, timeout=60, env=self._environment,
        )  # fmt: skip
        return dict(line.split("=", 1) for line in answer.stdout.split())

    @property
    def database(self) -> psycopg.Connection:
        """A connection of the bench's own, in autocommit."""
        if self._database is None:
            self._database = psycopg.connect(self.database_url, autocommit=True)
        return self._database

    def value(self, query: str) -> Any:
        """The only column of the only row."""
        [(value,)] = self.database.execute(query.encode()).fetchall()
        return value

    def folder(self, camera: str) -> Path:
        """A camera's upload folder."""
        folder = self.data_dir / "cameras" / camera
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @contextlib.asynccontextmanager
    async def messages(self, after: int | None = None) -> AsyncIterator[AsyncIterator[tuple[float, dict[str, Any]]]]:
        """A socket: messages, each with the time of the monotonic clock at which it came."""
        query = "" if after is None else f"?after={after}"
        protocols: Any = ["homesec", f"key.{self.key}"]
        url = f"ws://127.0.0.1:{self.port}/ws/events{query}"
        async with connect(url, subprotocols=protocols, open_timeout=30, max_queue=None) as line:

            async def read() -> AsyncIterator[tuple[float, dict[str, Any]]]:
                async for text in line:
                    yield time.monotonic(), json.loads(text)

            yield read()


def homesec_command() -> list[str]:
    """The console script of this environment."""
    script = Path(sys.executable).with_name("homesec")
    return [str(script)] if script.exists() else [sys.executable, "-m", "actors.cli"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(what: Callable[[], bool], within_s: float, step_s: float = 0.02) -> float:
    """Wait; gives the seconds it took. Raises HomesecError when it takes too long."""
    started = time.perf_counter()
    while not what():
        if time.perf_counter() - started > within_s:
            raise HomesecError(f"the bench waited {within_s:.0f} s in vain; the system is stuck or far too slow")
        time.sleep(step_s)
    return time.perf_counter() - started
