"""Who homesec talks to, and who can talk to it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.e2e.running import Running, running

pytestmark = pytest.mark.timeout(300)
ROOT = Path(__file__).parents[2]


def test_a_start_and_an_event_send_nothing_to_anywhere_but_this_machine(tmp_path: Path) -> None:
    answer = subprocess.run(
        ["unshare", "--net", sys.executable, "-m", "tests.e2e.alone", str(tmp_path)],
        capture_output=True, text=True, timeout=200, cwd=ROOT,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr[-3000:]
    result = json.loads(answer.stdout.splitlines()[-1])
    assert result["event"] == 1
    assert result["destinations"] == []


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("reach") / "data", detector="null") as system:
        yield system


def listening(system: Running) -> list[tuple[str, int, str]]:
    """Address, port and process of every TCP port that this system listens on."""
    found = []
    for process in system.family():
        try:
            for connection in process.net_connections(kind="tcp"):
                if connection.status == psutil.CONN_LISTEN:
                    found.append((connection.laddr.ip, connection.laddr.port, process.name()))
        except psutil.Error:
            continue
    return sorted(found)


def test_every_port_is_on_loopback(system: Running) -> None:
    ports = listening(system)
    assert {"postgres", "redis-server", "gcs_server", "raylet"} <= {name for _, _, name in ports}
    assert system.port in {port for _, port, _ in ports}
    assert [port for port in ports if port[0] not in ("127.0.0.1", "::1", "::ffff:127.0.0.1")] == []
