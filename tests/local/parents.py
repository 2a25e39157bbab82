"""Another process that owns a server, to be killed."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from homesec.local.processes import Server

ROOT = Path(__file__).resolve().parents[2]
_PROGRAM = """
import sys
from pathlib import Path
from {module} import {name}
server = {name}(Path(sys.argv[1]))
print(server.start(), server.pid(), flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def parent_of(kind: type[Server], data_dir: Path) -> Iterator[tuple[subprocess.Popen[str], str, int]]:
    """A process that started the server: itself, the URL and the server's pid. Closing its input ends it."""
    program = _PROGRAM.format(module=kind.__module__, name=kind.__name__)
    with subprocess.Popen(
        [sys.executable, "-c", program, str(data_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout is not None
        try:
            url, pid = process.stdout.readline().split()
            yield process, url, int(pid)
        finally:
            process.kill()


def until(what: Callable[[], bool], within_s: float = 15.0) -> None:
    """Wait for it; fail after `within_s`."""
    deadline = time.monotonic() + within_s
    while not what():
        assert time.monotonic() < deadline, f"not within {within_s} s"
        time.sleep(0.01)
