"""Starts and ends `actors.bench.bare` as a process of its own."""

import contextlib
import signal
import subprocess
import sys
import time
from pathlib import Path

from actors.bench.system import START_S, STOP_S, free_port
from homesec.bench.processes import family
from homesec.errors import HomesecError


class BareSystem:
    """Ray and Serve with one empty deployment, started on entry and ended on exit."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "bare.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.started_s = 0.0

    def __enter__(self) -> "BareSystem":
        started = time.perf_counter()
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "actors.bench.bare", str(free_port())], stdout=output, stderr=subprocess.STDOUT
            )
        while not any(line == "ready" for line in self._said()):
            if self._process.poll() is not None or time.perf_counter() - started > START_S:
                self.__exit__()
                raise HomesecError("\n".join(["bare Ray and Serve did not start:", *self._said()[-30:]]))
            time.sleep(0.02)
        self.started_s = time.perf_counter() - started
        return self

    def __exit__(self, *error: object) -> None:
        if self._process is None:
            return
        everyone = family(self._process.pid)
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            for process in everyone:
                with contextlib.suppress(Exception):
                    process.kill()
            self._process.wait(10)

    @property
    def pid(self) -> int:
        if self._process is None:
            raise HomesecError("bare Ray and Serve do not run")
        return self._process.pid

    def _said(self) -> list[str]:
        return self._log.read_text(errors="replace").splitlines()
