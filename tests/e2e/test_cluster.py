"""Two Ray nodes: the head holds the upload folders, the detector runs on a node that cannot see them."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from ultralytics.utils import ASSETS

from tests.e2e.running import Running, free_port, until

pytestmark = pytest.mark.timeout(400)
RAY = str(Path(sys.executable).with_name("ray"))


def end(process: subprocess.Popen[bytes]) -> None:
    """kill -9 of a node: everything it started."""
    family = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
    for member in family:
        member.kill()
    process.wait(10)


class Cluster:
    """A head on this machine's file system, and workers in mount namespaces where the data folder is empty."""

    def __init__(self, folder: Path, data_dir: Path) -> None:
        self.address = f"127.0.0.1:{free_port()}"
        self.data_dir = data_dir
        token = folder / "ray.token"
        token.write_text("0123456789abcdef" * 4)
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("RAY_")},
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN_PATH": str(token),
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_health_check_initial_delay_ms": "500",
            "RAY_health_check_period_ms": "300",
            "RAY_health_check_timeout_ms": "1000",
            "RAY_health_check_failure_threshold": "3",
        }
        self.nodes: list[subprocess.Popen[bytes]] = []
        self._folder = folder

    def _start(self, name: str, *command: str) -> None:
        with (self._folder / f"{name}.log").open("wb") as log:
            self.nodes.append(subprocess.Popen(command, env=self.environment, stdout=log, stderr=log))

    def head(self) -> None:
        self._start(
            "head", RAY, "start", "--head", "--block", "--node-ip-address=127.0.0.1",
            f"--port={self.address.partition(':')[2]}", "--include-dashboard=false", "--num-cpus=4",
            "--object-store-memory=100000000",
        )  # fmt: skip
        until(self._answers, 60)

    def _answers(self) -> bool:
        host, _, port = self.address.partition(":")
        with suppress(OSError), socket.create_connection((host, int(port)), timeout=1):
            return True
        return False

    def worker(self) -> None:
        self._start(
            "worker", "unshare", "--mount", "sh", "-c",
            f'mount -t tmpfs none "{self.data_dir}" && exec {RAY} start --block --address={self.address} '
            "--node-ip-address=127.0.0.1 --num-cpus=2 --object-store-memory=100000000 "
            "--resources='{\"eyes\": 1}'",
        )  # fmt: skip

    def status(self) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [RAY, "status", f"--address={self.address}"], env=self.environment, capture_output=True, timeout=60
        )


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A head and a worker."""
    folder = tmp_path_factory.mktemp("cluster")
    data_dir = folder / "data"
    data_dir.mkdir()
    cluster = Cluster(folder, data_dir)
    try:
        cluster.head()
        cluster.worker()
        yield cluster
    finally:
        for node in reversed(cluster.nodes):
            if node.poll() is None:
                end(node)


def varied(number: int) -> bytes:
    """The photograph, each time with other bytes at its end, which a decoder ignores."""
    return (ASSETS / "bus.jpg").read_bytes() + number.to_bytes(4, "big")


def test_a_second_node_is_refused_while_the_embedded_services_are_on_loopback(nodes: Cluster, tmp_path: Path) -> None:
    until(lambda: b"eyes" in nodes.status().stdout, 120, 0.5)
    environment = {name: value for name, value in nodes.environment.items() if name.startswith("RAY_")}
    system = Running(tmp_path / "data", "null", HOMESEC_RAY_ADDRESS=nodes.address, **environment)
    with pytest.raises(AssertionError, match="embedded services listen on loopback"):
        system.start()


def test_a_node_without_the_upload_disk_detects_through_the_media_server_and_may_die(
    nodes: Cluster, database_url: str, redis_url: str
) -> None:
    system = Running(
        nodes.data_dir, "hog", HOMESEC_RAY_ADDRESS=nodes.address, HOMESEC_DATABASE_URL=database_url,
        HOMESEC_REDIS_URL=redis_url, HOMESEC_DETECTOR__NODE_RESOURCES='{"eyes": 0.01}',
        **{name: value for name, value in nodes.environment.items() if name.startswith("RAY_")},
    )  # fmt: skip
    try:
        system.start()
        for number in range(4):
            system.put("front_door", f"{number}.jpg", varied(number))
        until(lambda: len(system.items("/api/uploads", state="done")) == 4, 60, 0.5)
        [event] = until(lambda: system.items("/api/events"), 20)
        cover = next(d for d in system.get(f"/api/events/{event['id']}")["detections"] if d["has_thumbnail"])
        assert cover["object_type"] == "person"

        end(nodes.nodes[-1])
        for number in range(4, 8):
            system.put("front_door", f"{number}.jpg", varied(number))
        nodes.worker()
        until(lambda: len(system.items("/api/uploads", state="done")) == 8, 120, 0.5)
        assert system.stop() == 0
    finally:
        if system.process is not None and system.process.poll() is None:
            system.process.kill()
