"""The life that both embedded servers share: started, asked again, killed, orphaned, ended."""

import os
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from homesec.errors import LocalServiceFailed
from homesec.local import processes
from homesec.local.postgres import Postgres
from homesec.local.processes import Server
from homesec.local.redis import Redis
from tests.local.parents import parent_of, until

ODD_NAME = "o'dd \"näme\" $(x) ;& \\ 100%"


@pytest.fixture(params=[Postgres, Redis])
def kind(request: pytest.FixtureRequest) -> type[Server]:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def server(kind: type[Server], tmp_path: Path) -> Iterator[Server]:
    server = kind(tmp_path)
    yield server
    server.stop()


def remember(url: str, value: str) -> None:
    """Write and have it acknowledged."""
    if url.startswith("redis"):
        with redis.Redis.from_url(url) as client:
            client.set("value", value)
    else:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS kept (value text)")
            connection.execute("INSERT INTO kept VALUES (%s)", (value,))


def remembered(url: str) -> str:
    if url.startswith("redis"):
        with redis.Redis.from_url(url, decode_responses=True) as client:
            return str(client.get("value"))
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT value FROM kept").fetchone()
        return "" if row is None else str(row[0])


def processes_of(folder: Path) -> list[psutil.Process]:
    """Whatever runs with a file of the folder on its command line, or works in it."""
    found = []
    for process in psutil.process_iter():
        try:
            words, cwd = process.cmdline(), process.cwd()
        except psutil.Error:
            continue
        if process.pid != os.getpid() and any(str(folder) in word for word in (*words, cwd)):
            found.append(process)
    return found


def test_it_serves_in_a_folder_of_any_name(kind: type[Server], tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    server = kind(closed / ODD_NAME)
    try:
        url = server.start()
        remember(url, "a")
        assert remembered(url) == "a"
    finally:
        server.stop()


def test_a_second_start_gives_the_same_server(server: Server) -> None:
    url, pid = server.start(), server.pid()
    assert server.start() == url
    assert server.pid() == pid


def test_another_start_gets_the_owners_server_and_cannot_end_it(kind: type[Server], server: Server) -> None:
    url = server.start()
    other = kind(server.folder.parent)
    assert other.start() == url
    other.stop()
    assert server.is_alive()
    assert other.running_url() == url


def test_a_killed_server_starts_again_under_its_url_with_its_data(server: Server) -> None:
    url = server.start()
    remember(url, "before the kill")
    pid = server.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    until(lambda: not server.is_alive())
    assert server.running_url() is None
    assert server.start() == url
    assert remembered(url) == "before the kill"


def test_what_a_killed_parent_wrote_is_there_at_the_next_start(kind: type[Server], server: Server) -> None:
    with parent_of(kind, server.folder.parent) as (parent, url, pid):
        remember(url, "of the parent")
        parent.kill()
        parent.wait(10)
        assert server.start() == url
        assert server.pid() not in (None, pid)
        assert remembered(url) == "of the parent"


def test_a_server_ends_with_its_parent(kind: type[Server], tmp_path: Path) -> None:
    with parent_of(kind, tmp_path) as (parent, _, pid):
        assert processes_of(tmp_path / kind.name)
        assert parent.stdin is not None
        parent.stdin.close()  # it ends without a word to its server
        until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
        until(lambda: not processes_of(tmp_path / kind.name))


def test_stop_leaves_nothing_that_runs(server: Server) -> None:
    url = server.start()
    remember(url, "x")
    assert processes_of(server.folder)
    server.stop()
    assert not processes_of(server.folder)
    assert not (server.folder / "pid").exists()
    assert not server.is_alive()
    assert server.running_url() is None
    server.stop()  # a second one has nothing to do


def test_a_stale_pid_file_names_nobody(server: Server) -> None:
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        url = server.start()
        server.stop()
        (server.folder / "pid").write_text(str(stranger.pid))
        assert not server.is_alive()
        assert server.start() == url
        server.stop()
        assert stranger.poll() is None, "a process that took over the pid was ended"
    finally:
        stranger.kill()
        stranger.wait()


def test_the_url_stays_from_start_to_start(server: Server) -> None:
    url = server.start()
    server.stop()
    assert type(server)(server.folder.parent).running_url() is None
    assert server.start() == url


def test_a_first_start_moves_away_from_a_taken_port(
    kind: type[Server], server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "PORT_S", 0.2)
    url = server.start()
    server.stop()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections to the server may linger
        other.bind(("127.0.0.1", int((server.folder / "port").read_text())))
        other.listen()
        fresh = kind(server.folder.parent)
        try:
            assert fresh.start() != url
        finally:
            fresh.stop()


def test_a_restart_waits_for_its_port_since_clients_know_it(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "PORT_S", 0.2)
    url = server.start()
    server.stop()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections to the server may linger
        other.bind(("127.0.0.1", int((server.folder / "port").read_text())))
        other.listen()
        with pytest.raises(LocalServiceFailed, match="taken by another program"):
            server.start()
    assert server.start() == url


def test_a_thread_may_not_start_it(server: Server) -> None:
    """It would end with that thread."""
    said: list[str] = []

    def start() -> None:
        try:
            server.start()
        except LocalServiceFailed as error:
            said.append(str(error))

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert said
    assert "main thread" in said[0]
    assert not server.is_alive()


def test_the_password_is_readable_by_its_owner_only_and_on_no_command_line(server: Server) -> None:
    server.start()
    path = server.folder / "password"
    assert path.stat().st_mode & 0o077 == 0
    assert not [word for process in psutil.process_iter(["cmdline"]) for word in process.info["cmdline"] or []
                if path.read_text() in word]  # fmt: skip


def test_only_loopback_listens_and_no_unix_socket(server: Server) -> None:
    server.start()
    family = {server.pid(), *(child.pid for child in psutil.Process(server.pid()).children())}
    theirs = [connection for connection in psutil.net_connections("all") if connection.pid in family]
    listening = {c.laddr[0] for c in theirs if c.status == psutil.CONN_LISTEN and c.laddr}
    assert listening == {"127.0.0.1"}
    assert not [c for c in theirs if c.family == socket.AF_UNIX and c.laddr]


def test_another_address_of_this_machine_is_for_its_own_network(
    kind: type[Server], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = psutil._ntuples.snicaddr(socket.AF_INET, "127.0.0.2", "255.255.255.0", None, None)
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: {"lan": [card]})
    server = kind(tmp_path, "127.0.0.2")
    try:
        url = server.start()
        assert "@127.0.0.2:" in url
        remember(url, "over the network")
        assert remembered(url.replace("127.0.0.2", "127.0.0.1")) == "over the network"
    finally:
        server.stop()


def test_a_server_that_does_not_listen_to_reason_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "ORPHAN_S", 0.2)
    monkeypatch.setattr(Redis, "stop_signals", ((signal.SIGTERM, 0.2), (signal.SIGKILL, 5.0)))
    server = Redis(tmp_path)
    with parent_of(Redis, tmp_path) as (parent, url, pid):
        os.kill(pid, signal.SIGSTOP)
        parent.kill()
        parent.wait(10)
        try:
            assert server.start() == url
            assert server.pid() != pid
        finally:
            server.stop()


def test_a_large_log_is_put_aside(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LOG_BYTES", 1000)
    log = server.folder.parent / "logs" / f"{server.name}.log"
    log.parent.mkdir()
    log.write_text("old " * 1000)
    server.start()
    assert log.with_suffix(".log.1").read_text().startswith("old")
    assert not log.read_text().startswith("old")


def test_a_server_that_cannot_start_says_its_last_words(kind: type[Server], tmp_path: Path) -> None:
    server = kind(tmp_path)
    server.start()
    server.stop()
    if kind is Postgres:
        (server.folder / "cluster" / "global" / "pg_control").unlink()
    else:
        (server.folder / "appendonly.aof").unlink()
        (server.folder / "appendonly.aof").mkdir()
    with pytest.raises(LocalServiceFailed, match=r"ends at once[\s\S]*last words"):
        server.start()
    assert not processes_of(server.folder)
