"""What only PostgreSQL does: accounts, closed folders, versions, first starts that were interrupted."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from homesec.errors import LocalServiceFailed
from homesec.local import accounts
from homesec.local.accounts import Account, closed_to, powerless
from homesec.local.postgres import Postgres, server_binaries
from homesec.local.programs import run_as


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Postgres]:
    server = Postgres(tmp_path)
    yield server
    server.stop()


def capabilities(pid: int) -> set[int]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    masks = [int(line.split()[1], 16) for line in lines if line.startswith(("CapEff", "CapPrm", "CapInh", "CapAmb"))]
    return {number for mask in masks for number in range(64) if mask >> number & 1}


def test_it_is_never_root_and_may_at_most_read(server: Postgres) -> None:
    server.start()
    pid = server.pid()
    assert pid is not None
    assert 0 not in psutil.Process(pid).uids()
    assert capabilities(pid) <= {2}
    assert (server.cluster.stat().st_mode & 0o777) == 0o700


def test_no_folder_on_the_way_is_opened_for_others(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    server = Postgres(closed / "data")
    try:
        server.start()
        assert closed.stat().st_mode & 0o777 == 0o700
        assert tmp_path.stat().st_mode & 0o777 == 0o700
    finally:
        server.stop()


def test_a_folder_that_its_account_may_not_pass_is_named(tmp_path: Path) -> None:
    stranger = Account(uid=os.geteuid() + 12_345, gid=os.getegid() + 12_345)
    closed = tmp_path / "closed"
    closed.mkdir()
    tmp_path.chmod(0o700)
    assert closed_to(stranger, closed / "x") in (*tmp_path.parents, tmp_path)
    assert closed_to(Account(os.geteuid(), os.getegid()), closed / "x") is None


def test_root_without_the_capability_is_told_which_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(accounts, "capabilities", lambda: set())
    tmp_path.chmod(0o700)
    with pytest.raises(LocalServiceFailed, match=r"may not enter /.*: run `chmod o\+x /"):
        powerless(tmp_path / "data" / "cluster", Path("/bin/sh"))


def test_a_program_that_others_may_not_execute_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    program = tmp_path / "postgres"
    program.touch(mode=0o700)
    with pytest.raises(LocalServiceFailed, match=f"may not execute {program}"):
        powerless(tmp_path / "cluster", program)


def test_the_password_is_needed(server: Postgres) -> None:
    url = server.start()
    password = (server.folder / "password").read_text()
    for wrong in (url.replace(":" + password, ""), url.replace(password, "x" * 48)):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(wrong, connect_timeout=5)


def test_vectors_and_words_of_all_languages_are_understood(server: Postgres) -> None:
    with psycopg.connect(server.start()) as connection:
        connection.execute("CREATE EXTENSION vector")
        near = connection.execute("SELECT '[1,2]'::vector <-> '[1,3]'::vector, lower('ÄÉ'), 'Ü' ILIKE 'ü'").fetchone()
        assert near == (1.0, "äé", True)


def test_the_environment_of_the_starter_does_not_matter(server: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    foreign = {"PGDATA": "/nowhere", "PGPORT": "1", "PGUSER": "x", "LC_ALL": "xx_YY", "TZ": "Mars/North"}
    for name, value in foreign.items():
        monkeypatch.setenv(name, value)
    with psycopg.connect(server.start()) as connection:
        assert connection.execute("SHOW timezone").fetchone() == ("UTC",)


def test_a_first_start_that_was_interrupted_is_done_again(server: Postgres) -> None:
    part = server.folder / "cluster.part"
    part.mkdir(parents=True)
    (part / "PG_VERSION").write_text("18\n")
    server.start()
    assert not part.exists()


def test_the_data_of_another_major_is_refused_with_the_way_out(server: Postgres, tmp_path: Path) -> None:
    server.folder.mkdir()
    server.cluster.mkdir()
    account = powerless(server.cluster, server_binaries() / "postgres")
    if account is not None:
        os.chown(server.cluster, account.uid, account.gid)
    older = server_binaries().parents[1] / "pginstall" / "bin" / "initdb"
    made = run_as(account, [str(older), "-D", str(server.cluster), "-U", "homesec"], tmp_path, stdout=subprocess.PIPE)
    said, _ = made.communicate(timeout=60)
    assert made.returncode == 0, said
    with pytest.raises(LocalServiceFailed) as refused:
        server.start()
    words = str(refused.value)
    assert all(part in words for part in ("PostgreSQL 16", "PostgreSQL 18", "pg_dump", str(server.cluster)))
    assert (server.cluster / "PG_VERSION").read_text().strip() == "16"


def test_a_password_file_that_does_not_belong_is_named(server: Postgres) -> None:
    server.start()
    server.stop()
    (server.folder / "password").unlink()
    with pytest.raises(LocalServiceFailed, match="put the file back"):
        server.start()
    assert not server.is_alive()


def test_busy_clients_do_not_hinder_an_end_in_order(server: Postgres) -> None:
    with psycopg.connect(server.start()) as connection:
        connection.execute("CREATE TABLE t (x int)")
        server.stop()
        assert not server.is_alive()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
